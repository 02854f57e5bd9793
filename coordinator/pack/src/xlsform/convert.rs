//! From the tree of a workbook to the source of a pack: the form, a pack around it, and a file per list of choices.

use std::collections::HashMap;

use toml_edit::{Array, DocumentMut, Item as Entry, value};

use super::fault::{Cell, Findings, ImportError};
use super::imported::Imported;
use super::languages::{Columns, Said};
use super::lists;
use super::names::Survey;
use super::numbers::finest;
use super::questions::{Writer, list_file, put, said_table};
use super::sheet::Sheet;
use super::survey::{self, Item, Kind};
use super::translate::{Wanted, translate};
use super::xpath;

/// Decimal places of a decimal question when no condition needs more.
const SCALE: u8 = 2;

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
    let form = lists::id(setting("form_id").or(setting("id_string")).unwrap_or(stem));
    for heading in &settings.header {
        let known = ["form_title", "title", "form_id", "id_string", "default_language", "version", ""];
        if !known.contains(&heading.as_str()) {
            findings.remark(settings.heading(heading), "is left out");
        }
    }
    let mut writer =
        Writer { lists: &lists, names: &names, form: &form, scale, columns: &columns, findings, used: Vec::new() };
    let questions = writer.questions(&items);
    let Writer { mut findings, used, .. } = writer;
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
    let mut source = DocumentMut::new();
    put(&mut source, "id", &form);
    put(&mut source, "kind", "checklist");
    source.insert("title", Entry::Table(said_table(&titles)));
    source.insert("question", Entry::ArrayOfTables(questions));
    let text = format!("# Imported from an XLSForm workbook. It is a form like any other now: edit it here.\n{source}");
    let mut files = vec![(form_file(&form), text)];
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

fn form_file(form: &str) -> String {
    format!("forms/{form}.toml")
}

/// As many decimal places as the finest number of any cell has.
fn scale(survey: &Sheet) -> u8 {
    const CELLS: [&str; 5] = ["relevant", "constraint", "calculation", "default", "required"];
    let texts = survey.rows.iter().flat_map(|row| CELLS.map(|column| survey.text(row, column)));
    texts.fold(SCALE, |scale, text| finest(text, scale))
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

/// `pack.toml` of a pack that holds nothing but the form.
fn pack(form: &str, titles: &Said, languages: &[String]) -> String {
    let mut pack = DocumentMut::new();
    put(&mut pack, "id", form);
    put(&mut pack, "election_day", "2030-01-01");
    pack.insert("languages", value(languages.iter().collect::<Array>()));
    put(&mut pack, "law", "not named yet");
    let note = "The form was imported from a workbook; election day and law are placeholders.";
    pack.insert("notes", value(Array::from_iter([note])));
    pack.insert("forms", value(Array::from_iter([form_file(form)])));
    pack.insert("title", Entry::Table(said_table(titles)));
    let head = "# A pack around an imported form. Fill in the day and the law; docs/packs.md explains what else a pack can hold.";
    format!("{head}\n{pack}")
}
