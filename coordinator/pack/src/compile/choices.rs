//! Choices: written as tables, or as rows of a file of their own.

use kuager_wire::canonical::nfc;
use kuager_wire::form::{Choice, Texts};

use super::reader::Reader;
use crate::finding::Problem;
use crate::rows::Rows;
use crate::table::Table;

/// Adds choices written as tables.
pub(super) fn read_choices(tables: Vec<Table<'_>>, languages: &[String], choices: &mut Vec<Choice>) {
    for mut table in tables {
        let key = table.need_text("key");
        if choices.iter().any(|choice| choice.key == key.value) {
            table.file.error(key.at, Problem::Twice { what: "choice", name: key.value.clone() });
        }
        let text = table.languages(languages);
        let synonyms = table.texts("synonyms").map(|found| found.value.into_iter().map(|word| word.value).collect());
        let attributes = table.table("attributes").map(|mut attributes| {
            let mut held = Texts::default();
            for (name, at, value) in attributes.rest() {
                match value.get_ref().as_str() {
                    Some(text) => {
                        held.insert(name, nfc(text));
                    }
                    None => attributes.file.error(at, Problem::kind(&name, "text in quotation marks")),
                }
            }
            held
        });
        choices.push(Choice { key: key.value, text, attributes, synonyms });
        table.finish();
    }
}

/// Adds the choices of a file; columns beside the key and the languages are attributes.
pub(super) fn choices_from(reader: &Reader<'_>, file: &str, text: &str, choices: &mut Vec<Choice>) {
    let languages = &reader.languages;
    let required = reader.columns("key");
    let rows = Rows::read(file, text, reader.log, &required, &[], true);
    let attributes: Vec<&String> = rows.header().iter().filter(|name| !required.contains(&name.as_str())).collect();
    for row in rows.iter() {
        let held: Texts = attributes.iter().filter_map(|name| Some(((*name).clone(), row.text(name)?))).collect();
        let choice = Choice {
            key: row.need("key"),
            text: row.languages("", languages),
            attributes: (!held.is_empty()).then_some(held),
            synonyms: None,
        };
        if choices.iter().any(|other| other.key == choice.key) {
            row.error("key", Problem::Twice { what: "choice", name: choice.key });
        } else {
            choices.push(choice);
        }
    }
}
