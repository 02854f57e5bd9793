//! The rows of a workbook as the tables of a form: one question each, groups with their questions inside.

use std::collections::BTreeMap;

use kuager_forms::expression::Expression;
use toml_edit::{Array, ArrayOfTables, InlineTable, Item as Entry, Table, value};

use super::fault::{Cell, Findings};
use super::languages::{Columns, Said};
use super::lists::{self, List};
use super::names::Survey;
use super::numbers::in_units;
use super::survey::{Item, Kind};
use super::translate::{Wanted, translate};
use super::types::{Ty, quoted};
use super::xpath;
use crate::suggest::did_you_mean;

/// Groups within groups that a pack has room for.
const DEPTH: usize = 2;

/// Puts text into a table. Only line feeds end a line of a text.
pub(super) fn put(table: &mut Table, field: &str, text: &str) {
    table.insert(field, value(text.replace('\r', "")));
}

/// A table of nothing but the text in every language.
pub(super) fn said_table(said: &Said) -> Table {
    let mut table = Table::new();
    say(&mut table, said);
    table
}

fn say(table: &mut Table, said: &Said) {
    for (language, text) in said {
        put(table, language, text);
    }
}

/// The path of a list's file within a pack's source.
pub(super) fn list_file(form: &str, list: &str) -> String {
    format!("lists/{form}-{}.csv", lists::id(list))
}

/// Writes the questions of a form.
pub(super) struct Writer<'a> {
    pub(super) lists: &'a BTreeMap<String, List>,
    pub(super) names: &'a Survey,
    pub(super) form: &'a str,
    /// Decimal places of every decimal question.
    pub(super) scale: u8,
    pub(super) columns: &'a Columns,
    pub(super) findings: Findings,
    /// Lists that a question offers, in the order of the questions.
    pub(super) used: Vec<String>,
}

impl Writer<'_> {
    /// The questions of the whole form.
    pub(super) fn questions(&mut self, items: &[Item]) -> ArrayOfTables {
        let mut tables = ArrayOfTables::new();
        self.items(items, 0, None, &mut tables);
        tables
    }

    /// Writes items at a level of groups; `above` is the condition of groups that were dissolved.
    fn items(&mut self, items: &[Item], level: usize, above: Option<&str>, into: &mut ArrayOfTables) {
        for item in items {
            self.item(item, level, above, into);
        }
    }

    fn cell(item: &Item, column: &str) -> Cell {
        Cell { sheet: "survey".to_owned(), row: Some(item.row), column: column.to_owned() }
    }

    /// An expression in our language, or a fault.
    fn expression(
        &mut self,
        item: &Item,
        column: &'static str,
        wanted: Wanted,
        attributes: &[String],
    ) -> Option<(String, Ty)> {
        let text = item.cell(column)?;
        let tree = match xpath::parse(text) {
            Ok(tree) => tree,
            Err(error) => {
                self.findings.fault(Self::cell(item, column), format!("character {}: {}", error.at, error.text));
                return None;
            }
        };
        match translate(&tree, &self.names.seen_from(item, attributes), wanted) {
            // The canonical form: no more parentheses than needed.
            Ok((text, ty)) => Some((canonical(&text), ty)),
            Err(text) => {
                self.findings.fault(Self::cell(item, column), text);
                None
            }
        }
    }

    fn item(&mut self, item: &Item, level: usize, above: Option<&str>, into: &mut ArrayOfTables) {
        let own = self.expression(item, "relevant", Wanted::Condition, &[]).map(|(text, _)| text);
        let relevant = match (above, own) {
            (Some(above), Some(own)) => Some(canonical(&format!("({above}) and ({own})"))),
            (above, own) => own.or_else(|| above.map(str::to_owned)),
        };
        if let Kind::Group(inner) = &item.kind
            && (item.label.is_none() || level >= DEPTH)
        {
            if item.label.is_some() {
                let text = format!("the heading of group `{}` is left out: groups may be {DEPTH} deep", item.name);
                self.findings.remark(Self::cell(item, "label"), text);
            }
            return self.items(inner, level, relevant.as_deref(), into);
        }
        if matches!(item.kind, Kind::Repeat(_)) && level >= DEPTH {
            self.findings.fault(Self::cell(item, "type"), format!("repeats may be at most {DEPTH} groups deep"));
            return;
        }
        let mut table = Table::new();
        put(&mut table, "id", &item.name);
        put(&mut table, "kind", kind(&item.kind));
        if let Some(relevant) = relevant {
            put(&mut table, "relevant", &relevant);
        }
        self.required(item, &mut table);
        if let Some((text, _)) = self.expression(item, "constraint", Wanted::Decided, &[]) {
            put(&mut table, "constraint", &text);
        }
        self.default(item, &mut table);
        let repeat = self.kind(item, &mut table);
        match (&item.label, &item.kind) {
            (Some(label), _) => say(&mut table, label),
            (None, Kind::Calculate) => {}
            (None, _) => {
                let text = format!("`{}` has no label; its name is shown instead", item.name);
                self.findings.remark(Self::cell(item, "label"), text);
                say(&mut table, &self.in_every_language(&item.name));
            }
        }
        if let Some(repeat) = repeat {
            table.insert("repeat", Entry::Table(repeat));
        }
        if let Some(hint) = &item.hint {
            table.insert("hint", Entry::Table(said_table(hint)));
        }
        if item.cell("constraint").is_some() {
            table.insert("constraint_text", Entry::Table(said_table(&self.constraint_text(item))));
        }
        if let Some(inner) = item.inner() {
            let mut tables = ArrayOfTables::new();
            self.items(inner, level + 1, None, &mut tables);
            table.insert("question", Entry::ArrayOfTables(tables));
        }
        into.push(table);
    }

    fn in_every_language(&self, text: &str) -> Said {
        self.columns.codes.iter().map(|code| (code.clone(), text.to_owned())).collect()
    }

    fn required(&mut self, item: &Item, table: &mut Table) {
        match item.cell("required").map(str::to_lowercase).as_deref() {
            None | Some("no" | "false" | "false()" | "0") => {}
            Some("yes" | "true" | "true()" | "1") => _ = table.insert("required", value(true)),
            Some(_) => {
                if let Some((text, _)) = self.expression(item, "required", Wanted::Condition, &[]) {
                    put(table, "required_if", &text);
                }
            }
        }
    }

    fn constraint_text(&mut self, item: &Item) -> Said {
        item.constraint_message.clone().unwrap_or_else(|| {
            let text = "there is no constraint_message; the condition itself is shown instead";
            self.findings.remark(Self::cell(item, "constraint_message"), text);
            self.in_every_language(item.cell("constraint").unwrap_or_default())
        })
    }

    fn default(&mut self, item: &Item, table: &mut Table) {
        let Some(text) = item.cell("default").map(str::to_owned) else { return };
        let fault = |writer: &mut Self, problem: &str| writer.findings.fault(Self::cell(item, "default"), problem);
        let dynamic = text.contains("${") || text.contains('(');
        let found = match &item.kind {
            _ if dynamic => self.expression(item, "default", Wanted::Value, &[]).map(|(text, _)| text),
            Kind::Text => Some(quoted(&text)),
            Kind::Integer | Kind::Decimal => {
                let scale = if item.kind == Kind::Decimal { self.scale } else { 0 };
                let number = in_units(&text, scale);
                if number.is_none() {
                    fault(self, "this is not a number of that kind");
                }
                number.map(|number| number.to_string())
            }
            Kind::One(list) => {
                let known = self.lists.get(list).is_some_and(|list| list.rows.iter().any(|(key, ..)| *key == text));
                if !known {
                    fault(self, "this is not among the choices of the question");
                }
                known.then(|| format!("'{text}'"))
            }
            Kind::Date if kuager_wire::form::is_date(&text) => Some(format!("date('{text}')")),
            Kind::Time => text.get(..5).map(str::to_owned),
            _ => {
                fault(self, "a default is not supported for this type; leave it out");
                None
            }
        };
        if let Some(found) = found {
            put(table, "default", &found);
        }
    }

    /// What belongs to the kind alone; returns the bounds of a repeat.
    fn kind(&mut self, item: &Item, table: &mut Table) -> Option<Table> {
        match &item.kind {
            Kind::One(list) | Kind::Many(list) => self.choices(item, list, table),
            Kind::Acknowledge => {
                let mut choice = InlineTable::new();
                choice.insert("key", "OK".into());
                for code in &self.columns.codes {
                    choice.insert(code, "OK".into());
                }
                table.insert("choice", value(Array::from_iter([choice])));
            }
            Kind::Decimal => _ = table.insert("scale", value(i64::from(self.scale))),
            Kind::File(Some(accept)) => _ = table.insert("accept", value(Array::from_iter([*accept]))),
            Kind::Calculate => self.calculation(item, table),
            _ => {}
        }
        if item.cell("calculation").is_some()
            && !matches!(item.kind, Kind::Calculate | Kind::Group(_) | Kind::Repeat(_))
        {
            self.findings.fault(Self::cell(item, "calculation"), "only rows of type calculate can have one");
        }
        matches!(item.kind, Kind::Repeat(_)).then(|| self.bounds(item))
    }

    fn calculation(&mut self, item: &Item, table: &mut Table) {
        let cell = || Self::cell(item, "calculation");
        if item.cell("calculation").is_none() {
            self.findings.fault(cell(), "a calculation is needed here");
        }
        match self.expression(item, "calculation", Wanted::Value, &[]) {
            Some((_, Ty::Bool)) => {
                let text = "a calculation that is a condition is not supported; write if(condition, 1, 0)";
                self.findings.fault(cell(), text);
            }
            Some((text, ty)) => {
                if let Ty::Number(scale @ 1..) = ty {
                    let text = format!("the value is kept in units of 1/{}", 10_i64.pow(scale.into()));
                    self.findings.remark(cell(), text);
                }
                put(table, "calculate", &text);
            }
            None => {}
        }
    }

    /// How many entries a repeat has.
    fn bounds(&mut self, item: &Item) -> Table {
        let mut bounds = Table::new();
        match item.cell("repeat_count").map(str::parse::<u32>) {
            None => {}
            Some(Ok(count)) => {
                for bound in ["min", "max"] {
                    bounds.insert(bound, value(i64::from(count)));
                }
            }
            Some(Err(_)) => {
                let text = "only a fixed number is supported; leave it out, and the observer adds entries";
                self.findings.fault(Self::cell(item, "repeat_count"), text);
            }
        }
        bounds
    }

    fn choices(&mut self, item: &Item, list: &str, table: &mut Table) {
        let Some(held) = self.lists.get(list) else {
            let meant = did_you_mean(list, self.lists.keys().map(String::as_str));
            self.findings.fault(Self::cell(item, "type"), format!("the sheet choices has no list `{list}`{meant}"));
            return;
        };
        if !self.used.iter().any(|used| used == list) {
            self.used.push(list.to_owned());
        }
        put(table, "choices_from", &list_file(self.form, list));
        let attributes = held.attributes.clone();
        if let Some((text, _)) = self.expression(item, "choice_filter", Wanted::Condition, &attributes) {
            put(table, "choice_filter", &text);
        }
    }
}

/// What the translation gives can always be read; were it not so, checking the pack would say it.
fn canonical(text: &str) -> String {
    Expression::parse(text).map_or_else(|_| text.to_owned(), |expression| expression.to_string())
}

const fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::One(_) | Kind::Acknowledge => "choice",
        Kind::Many(_) => "choices",
        Kind::Note => "note",
        Kind::Location => "location",
        Kind::File(_) => "attachment",
        Kind::Calculate => "calculate",
        Kind::Group(_) | Kind::Repeat(_) => "group",
    }
}
