//! The rows of the sheet `survey` as a tree of questions.

use std::collections::BTreeMap;

use super::fault::Findings;
use super::languages::{Columns, Said};
use super::sheet::{Row, Sheet};
use crate::suggest::did_you_mean;

/// What a row asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Decimal,
    Date,
    Time,
    One(String),
    Many(String),
    Note,
    Location,
    File(Option<&'static str>),
    Calculate,
    Acknowledge,
    Group(Vec<Item>),
    Repeat(Vec<Item>),
}

/// A row with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) row: usize,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) label: Option<Said>,
    pub(super) hint: Option<Said>,
    pub(super) constraint_message: Option<Said>,
    /// The texts of the columns that hold expressions, and others, when they are not empty.
    pub(super) cells: BTreeMap<&'static str, String>,
}

impl Item {
    pub(super) fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    pub(super) const fn inner(&self) -> Option<&Vec<Self>> {
        match &self.kind {
            Kind::Group(items) | Kind::Repeat(items) => Some(items),
            _ => None,
        }
    }
}

/// Columns with one text a row, by the names `XLSForm` knows them by.
const CELLS: [(&str, &[&str]); 8] = [
    ("relevant", &["relevant", "relevance", "bind::relevant"]),
    ("constraint", &["constraint", "bind::constraint"]),
    ("required", &["required", "bind::required"]),
    ("default", &["default"]),
    ("calculation", &["calculation", "calculate", "bind::calculate"]),
    ("choice_filter", &["choice_filter"]),
    ("repeat_count", &["repeat_count"]),
    ("trigger", &["trigger"]),
];
/// Columns that change nothing an observer answers.
const IGNORED: [&str; 6] = ["appearance", "parameters", "read_only", "readonly", "note", "body::accuracyThreshold"];
/// Rows about the device and the session; records carry signed evidence of their own for that.
const METADATA: [&str; 11] = [
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "phonenumber",
    "email",
    "simserial",
    "subscriberid",
    "audit",
    "start-geopoint",
];

pub(super) fn read(sheet: &Sheet, columns: &Columns, findings: &mut Findings) -> Vec<Item> {
    headings(sheet, findings);
    // Open groups, the outermost first; the last element collects what is being read.
    let mut open: Vec<Item> = Vec::new();
    let mut top: Vec<Item> = Vec::new();
    for row in &sheet.rows {
        let kind = sheet.text(row, "type");
        let words: Vec<&str> = kind.split_whitespace().collect();
        let (first, second) = (words.first().copied().unwrap_or_default(), words.get(1).copied().unwrap_or_default());
        let begins = first.strip_prefix("begin_").or_else(|| (first == "begin").then_some(second));
        let ends = first.strip_prefix("end_").or_else(|| (first == "end" && !second.is_empty()).then_some(second));
        if let Some(what @ ("group" | "repeat")) = begins {
            let kind = if what == "group" { Kind::Group(Vec::new()) } else { Kind::Repeat(Vec::new()) };
            open.push(item(sheet, row, kind, columns, findings));
        } else if let Some(what @ ("group" | "repeat")) = ends {
            match open.pop() {
                Some(group) if matches!(group.kind, Kind::Group(_)) == (what == "group") => {
                    push(&mut open, &mut top, group);
                }
                Some(group) => {
                    findings.fault(
                        sheet.cell(row, "type"),
                        format!("`{kind}` ends what row {} begins otherwise", group.row),
                    );
                    push(&mut open, &mut top, group);
                }
                None => findings.fault(sheet.cell(row, "type"), format!("`{kind}` has no beginning")),
            }
        } else if METADATA.contains(&first) {
            let text = format!("`{first}` is left out: records carry clock and device evidence of their own");
            findings.remark(sheet.cell(row, "type"), text);
        } else if let Some(kind) = plain(sheet, row, &words, findings) {
            let item = item(sheet, row, kind, columns, findings);
            push(&mut open, &mut top, item);
        }
    }
    for group in open {
        findings.fault(sheet.heading("type"), format!("the group that begins in row {} has no end", group.row));
    }
    top
}

fn push(open: &mut [Item], top: &mut Vec<Item>, item: Item) {
    match open.last_mut().map(|group| &mut group.kind) {
        Some(Kind::Group(items) | Kind::Repeat(items)) => items.push(item),
        _ => top.push(item),
    }
}

/// Columns nobody reads are named once.
fn headings(sheet: &Sheet, findings: &mut Findings) {
    for heading in &sheet.header {
        let base = heading.split("::").next().unwrap_or_default().trim();
        let known = ["type", "name", "label", "hint", "constraint_message", "required_message"].contains(&base)
            || CELLS.iter().any(|(_, names)| names.contains(&heading.as_str()))
            || heading.is_empty();
        let used = |row: &Row| !sheet.text(row, heading).is_empty();
        if known || !sheet.rows.iter().any(used) {
            continue;
        }
        let rows: Vec<String> = sheet.rows.iter().filter(|row| used(row)).map(|row| row.number.to_string()).collect();
        let where_ = format!("(rows {})", rows.join(", "));
        if IGNORED.contains(&base) {
            findings.remark(
                sheet.heading(heading),
                format!("is left out; an app shows every question its own way {where_}"),
            );
        } else if ["media", "image", "audio", "video", "big-image", "guidance_hint"].contains(&base) {
            findings.remark(
                sheet.heading(heading),
                format!("is left out: a pack carries no pictures or sounds beside its questions {where_}"),
            );
        } else {
            findings
                .remark(sheet.heading(heading), format!("is not a column this import knows, and is left out {where_}"));
        }
    }
    for needed in ["type", "name"] {
        if !sheet.header.iter().any(|heading| heading == needed) {
            findings.fault(sheet.heading(needed), "the column is missing");
        }
    }
}

fn plain(sheet: &Sheet, row: &Row, words: &[&str], findings: &mut Findings) -> Option<Kind> {
    let cell = || sheet.cell(row, "type");
    Some(match words {
        ["text" | "string"] => Kind::Text,
        ["integer" | "int"] => Kind::Integer,
        ["decimal"] => Kind::Decimal,
        ["date"] => Kind::Date,
        ["time"] => Kind::Time,
        ["select_one", list] => Kind::One((*list).to_owned()),
        ["select_multiple", list] => Kind::Many((*list).to_owned()),
        ["select_one" | "select_multiple", _, "or_other" | "or"]
        | ["select_one" | "select_multiple", _, "or", "other"] => {
            findings.fault(
                cell(),
                "`or_other` is not supported; add a choice for it and a text question that is relevant then",
            );
            return None;
        }
        ["note"] => Kind::Note,
        ["geopoint"] => Kind::Location,
        ["image" | "photo"] => Kind::File(Some("image")),
        ["audio"] => Kind::File(Some("audio")),
        ["video"] => Kind::File(Some("video")),
        ["file"] => Kind::File(None),
        ["calculate"] => Kind::Calculate,
        ["acknowledge" | "trigger"] => Kind::Acknowledge,
        [] => {
            findings.fault(cell(), "the row has no type");
            return None;
        }
        [first, ..] => {
            let known = [
                "text",
                "integer",
                "decimal",
                "date",
                "time",
                "select_one",
                "select_multiple",
                "note",
                "geopoint",
                "image",
                "audio",
                "video",
                "file",
                "calculate",
                "acknowledge",
                "begin_group",
                "end_group",
                "begin_repeat",
                "end_repeat",
            ];
            let meant = did_you_mean(first, known);
            findings.fault(cell(), format!("`{}` is not supported{meant}", words.join(" ")));
            return None;
        }
    })
}

fn item(sheet: &Sheet, row: &Row, kind: Kind, columns: &Columns, findings: &mut Findings) -> Item {
    let name = sheet.text(row, "name").to_owned();
    if !kuager_forms::expression::is_name(&name) {
        let problem = if name.is_empty() {
            "the row has no name".to_owned()
        } else {
            format!("`{name}` cannot be a name here; use letters, digits and _")
        };
        findings.fault(sheet.cell(row, "name"), problem);
    }
    let mut cells = BTreeMap::new();
    for (column, names) in CELLS {
        if let Some(text) = names.iter().map(|name| sheet.text(row, name)).find(|text| !text.is_empty()) {
            cells.insert(column, text.to_owned());
        }
    }
    if cells.contains_key("trigger") {
        findings.fault(
            sheet.cell(row, "trigger"),
            "triggers are not supported; values are computed whenever they are looked at",
        );
    }
    Item {
        row: row.number,
        name,
        label: columns.said(sheet, row, "label", findings),
        hint: columns.said(sheet, row, "hint", findings),
        constraint_message: columns.said(sheet, row, "constraint_message", findings),
        cells,
        kind,
    }
}
