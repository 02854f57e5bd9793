//! From the tree of a workbook to the source of a pack.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use kuager_forms::expression::Expression;

use super::Imported;
use super::fault::{Cell, Findings, ImportError};
use super::languages::{Columns, Said};
use super::lists::{self, List};
use super::names::Survey;
use super::sheet::Sheet;
use super::survey::{self, Item, Kind};
use super::translate::{Ty, Wanted, translate};
use super::xpath::{self, XPath};

/// Decimal places of a decimal question when no condition needs more.
const SCALE: u8 = 2;
/// Groups within groups that a pack has room for.
const DEPTH: usize = 2;

pub(super) fn convert(survey: &Sheet, choices: &Sheet, settings: &Sheet, stem: &str) -> Result<Imported, ImportError> {
    let mut findings = Findings::default();
    let columns = Columns::find(survey, choices, settings, &mut findings);
    let lists = lists::read(choices, &columns, &mut findings);
    let items = survey::read(survey, &columns, &mut findings);
    let scale = scale(survey);
    let keys = lists.iter().map(|(name, list)| (name.clone(), list.rows.iter().map(|row| row.0.clone()).collect()));
    let (mut names, twice) = Survey::new(&items, &keys.collect::<HashMap<_, _>>(), scale);
    for (row, name) in twice {
        let cell = Cell { sheet: "survey".to_owned(), row: Some(row), column: "name".to_owned() };
        findings.fault(cell, format!("`{name}` is there twice; names are unique in a pack, also across groups"));
    }
    calculations(&items, &mut names);
    let setting =
        |name: &str| settings.rows.first().map(|row| settings.text(row, name)).filter(|text| !text.is_empty());
    let form = id(setting("form_id").or(setting("id_string")).unwrap_or(stem));
    for heading in &settings.header {
        let known = ["form_title", "title", "form_id", "id_string", "default_language", "version", ""];
        if !known.contains(&heading.as_str()) {
            findings.remark(settings.heading(heading), "is left out");
        }
    }
    let mut writer = Writer {
        lists: &lists,
        names: &names,
        form: &form,
        scale,
        columns: &columns,
        findings,
        used: Vec::new(),
        text: String::new(),
    };
    writer.items(&items, 0, None);
    let Writer { mut findings, used, text, .. } = writer;
    for (name, list) in &lists {
        if !used.contains(name) && !list.rows.is_empty() {
            findings
                .remark(choices.heading("list_name"), format!("the list `{name}` is used by no question and left out"));
        }
    }
    if !findings.faults.is_empty() {
        return Err(ImportError::Unsupported(findings.faults.into_iter().collect()));
    }
    let title = setting("form_title").or(setting("title")).unwrap_or(&form);
    let titles: Said = columns.codes.iter().map(|code| (code.clone(), title.to_owned())).collect();
    let head = format!(
        "# Imported from an XLSForm workbook. It is a form like any other now: edit it here.\nid = {}\nkind = \"checklist\"\n\n[title]\n{}",
        quoted(&form),
        lines(&titles)
    );
    let mut files = vec![(format!("forms/{form}.toml"), format!("{head}{text}"))];
    for name in used {
        if let Some(list) = lists.get(&name) {
            files.push((list_file(&form, &name), lists::csv(list, &columns.codes)));
        }
    }
    Ok(Imported {
        remarks: findings.remarks.into_iter().collect(),
        pack: pack(&form, &titles, &columns.codes),
        form,
        languages: columns.codes,
        files,
    })
}

/// An id of letters, digits, `_` and `-`.
fn id(text: &str) -> String {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let id: String = text.trim().chars().map(|letter| if fits(letter) { letter } else { '_' }).collect();
    let id = id.trim_matches(|letter| matches!(letter, '_' | '-')).to_owned();
    if id.is_empty() { "form".to_owned() } else { id }
}

fn list_file(form: &str, list: &str) -> String {
    format!("lists/{form}-{}.csv", id(list))
}

/// As many decimal places as the finest number of any cell has.
fn scale(survey: &Sheet) -> u8 {
    let mut scale = SCALE;
    for column in ["relevant", "constraint", "calculation", "default", "required"] {
        for row in &survey.rows {
            for number in survey.text(row, column).split(|letter: char| !(letter.is_ascii_digit() || letter == '.')) {
                let places = number.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
                scale = scale.max(u8::try_from(places).unwrap_or(SCALE).min(6));
            }
        }
    }
    scale
}

/// Types of calculations, which may refer to one another: as many rounds as there are calculations.
fn calculations(items: &[Item], names: &mut Survey) {
    fn collect<'a>(items: &'a [Item], found: &mut Vec<&'a Item>) {
        for item in items {
            if item.kind == Kind::Calculate {
                found.push(item);
            }
            collect(item.inner().map_or(&[], Vec::as_slice), found);
        }
    }
    let mut open = Vec::new();
    collect(items, &mut open);
    loop {
        let before = open.len();
        open.retain(|item| {
            let tree = item.cell("calculation").and_then(|text| xpath::parse(text).ok());
            let ty = tree.and_then(|tree| translate(&tree, &names.seen_from(item, &[]), Wanted::Value).ok());
            let found = ty.is_some();
            if let Some((_, ty)) = ty {
                names.calculated(&item.name, ty);
            }
            !found
        });
        if open.len() == before {
            return;
        }
    }
}

/// Text in quotation marks, as TOML has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '\n' => quoted.push_str("\\n"),
            '\r' => {}
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(letter)),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn lines(said: &Said) -> String {
    said.iter().map(|(language, text)| format!("{language} = {}\n", quoted(text))).collect()
}

fn pack(form: &str, titles: &Said, languages: &[String]) -> String {
    let languages: Vec<String> = languages.iter().map(|code| quoted(code)).collect();
    format!(
        "# A pack around an imported form. Fill in the day and the law; docs/packs.md explains what else a pack can hold.\n\
         id = {id}\n\
         election_day = \"2030-01-01\"\n\
         languages = [{}]\n\
         law = \"not named yet\"\n\
         notes = [\"The form was imported from a workbook; election day and law are placeholders.\"]\n\
         forms = [{}]\n\n\
         [title]\n{}",
        languages.join(", "),
        quoted(&format!("forms/{form}.toml")),
        lines(titles),
        id = quoted(form),
    )
}

struct Writer<'a> {
    lists: &'a BTreeMap<String, List>,
    names: &'a Survey,
    form: &'a str,
    scale: u8,
    columns: &'a Columns,
    findings: Findings,
    used: Vec<String>,
    text: String,
}

impl Writer<'_> {
    /// Writes items at a level of groups; `above` is the condition of groups that were dissolved.
    fn items(&mut self, items: &[Item], level: usize, above: Option<&str>) {
        for item in items {
            self.item(item, level, above);
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

    fn item(&mut self, item: &Item, level: usize, above: Option<&str>) {
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
            return self.items(inner, level, relevant.as_deref());
        }
        if matches!(item.kind, Kind::Repeat(_)) && level >= DEPTH {
            self.findings.fault(Self::cell(item, "type"), format!("repeats may be at most {DEPTH} groups deep"));
            return;
        }
        let table = vec!["question"; level + 1].join(".");
        let mut fields = vec![format!("id = {}", quoted(&item.name)), format!("kind = \"{}\"", kind(&item.kind))];
        if let Some(relevant) = relevant {
            fields.push(format!("relevant = {}", quoted(&relevant)));
        }
        self.required(item, &mut fields);
        self.constraint(item, &mut fields);
        self.default(item, &mut fields);
        let (mut tables, inner) = self.kind(item, &mut fields);
        match (&item.label, &item.kind) {
            (Some(label), _) => fields.push(lines(label)),
            (None, Kind::Calculate) => {}
            (None, _) => {
                let text = format!("`{}` has no label; its name is shown instead", item.name);
                self.findings.remark(Self::cell(item, "label"), text);
                let said = self.columns.codes.iter().map(|code| (code.clone(), item.name.clone())).collect();
                fields.push(lines(&said));
            }
        }
        if let Some(hint) = &item.hint {
            tables.push(("hint", lines(hint)));
        }
        if item.cell("constraint").is_some() {
            tables.push(("constraint_text", lines(&self.constraint_text(item))));
        }
        _ = write!(self.text, "\n[[{table}]]\n{}\n", fields.join("\n").trim_end());
        for (name, content) in tables {
            _ = write!(self.text, "\n[{table}.{name}]\n{content}");
        }
        self.items(inner, level + 1, None);
    }

    fn required(&mut self, item: &Item, fields: &mut Vec<String>) {
        match item.cell("required").map(str::to_lowercase).as_deref() {
            None | Some("no" | "false" | "false()" | "0") => {}
            Some("yes" | "true" | "true()" | "1") => fields.push("required = true".to_owned()),
            Some(_) => {
                if let Some((text, _)) = self.expression(item, "required", Wanted::Condition, &[]) {
                    fields.push(format!("required_if = {}", quoted(&text)));
                }
            }
        }
    }

    fn constraint(&mut self, item: &Item, fields: &mut Vec<String>) {
        if let Some((text, _)) = self.expression(item, "constraint", Wanted::Decided, &[]) {
            fields.push(format!("constraint = {}", quoted(&text)));
        }
    }

    fn constraint_text(&mut self, item: &Item) -> Said {
        item.constraint_message.clone().unwrap_or_else(|| {
            let text = "there is no constraint_message; the condition itself is shown instead";
            self.findings.remark(Self::cell(item, "constraint_message"), text);
            let shown = item.cell("constraint").unwrap_or_default();
            self.columns.codes.iter().map(|code| (code.clone(), shown.to_owned())).collect()
        })
    }

    fn default(&mut self, item: &Item, fields: &mut Vec<String>) {
        let Some(text) = item.cell("default").map(str::to_owned) else { return };
        let fault = |writer: &mut Self, problem: &str| writer.findings.fault(Self::cell(item, "default"), problem);
        let dynamic = text.contains("${") || text.contains('(');
        let found = match &item.kind {
            _ if dynamic => self.expression(item, "default", Wanted::Value, &[]).map(|(text, _)| text),
            Kind::Text => Some(format!("'{}'", text.replace('\'', "''"))),
            Kind::Integer | Kind::Decimal => {
                let scale = if item.kind == Kind::Decimal { self.scale } else { 0 };
                let number = whole(&text, scale);
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
            fields.push(format!("default = {}", quoted(&found)));
        }
    }

    /// What belongs to the kind alone: further fields, tables, and the questions inside.
    fn kind<'b>(&mut self, item: &'b Item, fields: &mut Vec<String>) -> (Vec<(&'static str, String)>, &'b [Item]) {
        let mut tables = Vec::new();
        match &item.kind {
            Kind::One(list) | Kind::Many(list) => self.choices(item, list, fields),
            Kind::Acknowledge => {
                let said: Said = self.columns.codes.iter().map(|code| (code.clone(), "OK".to_owned())).collect();
                let inline: Vec<String> =
                    said.iter().map(|(code, text)| format!("{code} = {}", quoted(text))).collect();
                fields.push(format!("choice = [{{ key = \"OK\", {} }}]", inline.join(", ")));
            }
            Kind::Decimal => fields.push(format!("scale = {}", self.scale)),
            Kind::File(accept) => fields.extend(accept.map(|accept| format!("accept = [\"{accept}\"]"))),
            Kind::Calculate => match self.expression(item, "calculation", Wanted::Value, &[]) {
                Some((_, Ty::Bool)) => {
                    let text = "a calculation that is a condition is not supported; write if(condition, 1, 0)";
                    self.findings.fault(Self::cell(item, "calculation"), text);
                }
                Some((text, ty)) => {
                    if let Ty::Number(scale @ 1..) = ty {
                        let text = format!("the value is kept in units of 1/{}", 10_i64.pow(scale.into()));
                        self.findings.remark(Self::cell(item, "calculation"), text);
                    }
                    fields.push(format!("calculate = {}", quoted(&text)));
                }
                None if item.cell("calculation").is_none() => {
                    self.findings.fault(Self::cell(item, "calculation"), "a calculation is needed here");
                }
                None => {}
            },
            Kind::Repeat(inner) => {
                let bounds = match item.cell("repeat_count").map(str::parse::<u32>) {
                    None => String::new(),
                    Some(Ok(count)) => format!("min = {count}\nmax = {count}\n"),
                    Some(Err(_)) => {
                        let text = "only a fixed number is supported; leave it out, and the observer adds entries";
                        self.findings.fault(Self::cell(item, "repeat_count"), text);
                        String::new()
                    }
                };
                tables.push(("repeat", bounds));
                return (tables, inner);
            }
            Kind::Group(inner) => return (tables, inner),
            _ => {}
        }
        if item.cell("calculation").is_some() && item.kind != Kind::Calculate {
            self.findings.fault(Self::cell(item, "calculation"), "only rows of type calculate can have one");
        }
        (tables, &[])
    }

    fn choices(&mut self, item: &Item, list: &str, fields: &mut Vec<String>) {
        let Some(held) = self.lists.get(list) else {
            let near = super::super::suggest::nearest(list, self.lists.keys().map(String::as_str));
            let meant = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            self.findings.fault(Self::cell(item, "type"), format!("the sheet choices has no list `{list}`{meant}"));
            return;
        };
        if !self.used.contains(&list.to_owned()) {
            self.used.push(list.to_owned());
        }
        fields.push(format!("choices_from = {}", quoted(&list_file(self.form, list))));
        let attributes = held.attributes.clone();
        if let Some((text, _)) = self.expression(item, "choice_filter", Wanted::Condition, &attributes) {
            fields.push(format!("choice_filter = {}", quoted(&text)));
        }
    }
}

/// What the translation gives can always be read; were it not so, checking the pack would say it.
fn canonical(text: &str) -> String {
    Expression::parse(text).map_or_else(|_| text.to_owned(), |expression| expression.to_string())
}

/// A decimal as a whole number of its smallest unit.
fn whole(text: &str, scale: u8) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let XPath::Number(number) = xpath::parse(digits).ok()? else { return None };
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let fraction = fraction.trim_end_matches('0');
    let places = usize::from(scale);
    if fraction.len() > places {
        return None;
    }
    format!("{whole}{fraction:0<places$}").parse::<i64>().ok().map(|number| sign * number)
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
