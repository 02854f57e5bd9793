//! The sheet `choices`: lists of choices, with the columns that filters ask about.

use std::collections::BTreeMap;

use super::fault::Findings;
use super::languages::{Columns, Said};
use super::sheet::Sheet;

/// A choice: its key, its text, and what further columns say about it.
pub(super) type Entry = (String, Said, Vec<(String, String)>);

/// A list of choices.
#[derive(Default)]
pub(super) struct List {
    pub(super) rows: Vec<Entry>,
    pub(super) attributes: Vec<String>,
}

/// Reads the sheet `choices`.
pub(super) fn read(sheet: &Sheet, columns: &Columns, findings: &mut Findings) -> BTreeMap<String, List> {
    let mut lists: BTreeMap<String, List> = BTreeMap::new();
    let list_column = if sheet.header.iter().any(|heading| heading == "list_name") { "list_name" } else { "list name" };
    let name_column = if sheet.header.iter().any(|heading| heading == "name") { "name" } else { "value" };
    let base = |heading: &str| heading.split("::").next().unwrap_or_default().trim().to_owned();
    let attributes: Vec<String> = sheet
        .header
        .iter()
        .filter(|heading| !heading.is_empty() && ![list_column, name_column, "label"].contains(&base(heading).as_str()))
        .cloned()
        .collect();
    for attribute in &attributes {
        if ["media", "image", "audio", "video", "big-image"].contains(&base(attribute).as_str()) {
            findings.remark(sheet.heading(attribute), "is left out: choices carry no pictures or sounds");
        }
    }
    let attributes: Vec<String> =
        attributes.into_iter().filter(|attribute| kuager_forms::expression::is_name(attribute)).collect();
    for row in &sheet.rows {
        let (list, name) = (sheet.text(row, list_column), sheet.text(row, name_column));
        if list.is_empty() || name.is_empty() {
            findings.fault(sheet.cell(row, list_column), "a choice needs a list_name and a name");
            continue;
        }
        let said = columns.said(sheet, row, "label", findings).unwrap_or_else(|| {
            findings.fault(sheet.cell(row, "label"), format!("choice `{name}` has no label"));
            Said::new()
        });
        let held: Vec<(String, String)> = attributes
            .iter()
            .map(|attribute| (attribute.clone(), sheet.text(row, attribute).to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let entry = lists.entry(list.to_owned()).or_default();
        if entry.rows.iter().any(|(key, ..)| key == name) {
            let text = format!("choice `{name}` is there twice in list `{list}`; give each its own name");
            findings.fault(sheet.cell(row, name_column), text);
            continue;
        }
        for (attribute, _) in &held {
            if !entry.attributes.contains(attribute) {
                entry.attributes.push(attribute.clone());
            }
        }
        entry.rows.push((name.to_owned(), said, held));
    }
    lists
}

/// A list as a file of a pack's source.
pub(super) fn csv(list: &List, languages: &[String]) -> String {
    let field = |text: &str| {
        let special = text.contains([',', '"', '\n', '\r']);
        if special { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    let header = std::iter::once("key").chain(languages.iter().map(String::as_str));
    let mut text = header.chain(list.attributes.iter().map(String::as_str)).collect::<Vec<_>>().join(",");
    text.push('\n');
    for (key, said, held) in &list.rows {
        let named = |language: &String| said.iter().find(|(known, _)| known == language).map_or("", |(_, text)| text);
        let value = |name: &String| held.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text);
        let mut fields = vec![field(key)];
        fields.extend(languages.iter().map(|language| field(named(language))));
        fields.extend(list.attributes.iter().map(|name| field(value(name))));
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}
