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
    const IN_MEMORY: &str = "rows are equally long, and memory takes every byte";
    let named = |among: &[(String, String)], name: &String| {
        among.iter().find(|(known, _)| known == name).map_or_else(String::new, |(_, text)| text.clone())
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_field("key").expect(IN_MEMORY);
    writer.write_record(languages.iter().chain(&list.attributes)).expect(IN_MEMORY);
    for (key, said, held) in &list.rows {
        writer.write_field(key).expect(IN_MEMORY);
        let texts = languages.iter().map(|language| named(said, language));
        writer.write_record(texts.chain(list.attributes.iter().map(|name| named(held, name)))).expect(IN_MEMORY);
    }
    String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("text is written")
}

/// An id of letters, digits, `_` and `-`.
pub(super) fn id(text: &str) -> String {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let id: String = text.trim().chars().map(|letter| if fits(letter) { letter } else { '_' }).collect();
    let id = id.trim_matches(|letter| matches!(letter, '_' | '-')).to_owned();
    if id.is_empty() { "form".to_owned() } else { id }
}
