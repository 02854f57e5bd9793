//! `pack.toml` and every file it names, read, joined and checked.
//!
//! Reading never stops at a mistake: a module takes what it needs from a file, reports what does not fit and goes on
//! with something harmless. Only when everything has been looked at does a source with errors become an error.

mod ballot;
mod catalogue;
mod check;
mod choices;
mod exit_poll;
mod expressions;
mod form;
mod names;
mod question;
mod reach;
mod reader;
mod relation;

use kuager_wire::form::Form;
use kuager_wire::pack::{Pack, Station};

use self::expressions::FormFile;
use self::reader::Reader;
use crate::error::PackError;
use crate::finding::{Finding, Log, Problem, Weight};
use crate::source::PackSource;
use crate::stations;
use crate::table::{File, Found, Table, minutes};

/// Everything a source says: the pack without dictionary and without stations, its whole station directory, warnings.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) pack: Pack,
    pub(super) stations: Vec<Station>,
    pub(super) findings: Vec<Finding>,
}

/// Reads a whole source.
pub(super) fn read(source: &PackSource) -> Result<Source, PackError> {
    let log = Log::default();
    let text = source.read("pack.toml")?;
    let (pack, stations) = {
        let file = File { name: "pack.toml", text: &text, log: &log };
        let mut table = file.table();
        let languages = languages(&mut table);
        let reader = Reader { source, log: &log, languages };
        read_pack(&reader, table)
    };
    let findings = log.into_findings();
    if findings.iter().any(|finding| finding.weight == Weight::Error) {
        return Err(PackError::Source(findings));
    }
    Ok(Source { pack, stations, findings })
}

fn languages(table: &mut Table<'_>) -> Vec<String> {
    let found = table.need_texts("languages");
    let mut languages = Vec::new();
    for Found { value, at } in found.value {
        let looks_right = value.split('-').all(|part| (2..=8).contains(&part.len()) && part.is_ascii());
        if !looks_right {
            let problem = "a language is named by its BCP 47 tag, such as \"kk\", \"ru\" or \"en\"";
            table.file.error(at, Problem::Unfit(problem.to_owned()));
        } else if languages.contains(&value) {
            table.file.error(at, Problem::Twice { what: "language", name: value });
        } else {
            languages.push(value);
        }
    }
    languages
}

fn read_pack(reader: &Reader<'_>, mut table: Table<'_>) -> (Pack, Vec<Station>) {
    let file = table.file;
    let day = table.need_text("election_day");
    if !day.value.is_empty() && day.value.parse::<jiff::civil::Date>().is_err() {
        file.error(day.at, Problem::Date(day.value.clone()));
    }
    let mut pack = Pack {
        version: kuager_wire::VERSION,
        id: table.need_text("id").value,
        title: table.need_localized("title", &reader.languages),
        election_day: day.value,
        languages: reader.languages.clone(),
        law: table.need_text("law").value,
        ..Pack::default()
    };
    let notes = table.texts("notes").map(|found| found.value).unwrap_or_default();
    pack.notes = notes.into_iter().map(|note| note.value).collect();
    pack.media_limit = table.number("media_limit", "a number of bytes").map(|found| found.value);
    pack.training = table.switch("training").map(|found| found.value);
    pack.utc_offset = table.text("utc_offset").and_then(|found| {
        let offset = utc_offset(&found.value);
        if offset.is_none() {
            file.error(found.at, Problem::kind("utc_offset", "written as \"+05:00\""));
        }
        offset
    });
    catalogue::read(reader, &mut table, &mut pack);
    ballot::read(reader, &mut table, &mut pack);
    let forms = read_forms(reader, &mut table, &mut pack);
    let stations = table.text("stations").map(|named| {
        let text = reader.text(file, &named);
        text.map(|text| stations::read(&named.value, &text, reader.log, &reader.languages, &pack)).unwrap_or_default()
    });
    let mut stations = stations.unwrap_or_default();
    if let Some(named) = table.text("members")
        && let Some(text) = reader.text(file, &named)
    {
        stations::read_members(&named.value, &text, reader.log, &reader.languages, &pack, &mut stations);
    }
    pack.exit_poll = exit_poll::read(reader, &mut table, &pack);
    catalogue::read_turnout(reader, &mut table, &mut pack);
    check::check(&mut pack.forms, &forms, reader.log);
    table.finish();
    (pack, stations)
}

fn read_forms(reader: &Reader<'_>, table: &mut Table<'_>, pack: &mut Pack) -> Vec<FormFile> {
    let mut files = Vec::new();
    for named in table.need_texts("forms").value {
        let Some(text) = reader.text(table.file, &named) else { continue };
        let (form, offsets) = form::read(reader, &named.value, &text, pack);
        if form.id.is_empty() {
            continue;
        }
        if pack.forms.iter().any(|other: &Form| other.id == form.id) {
            table.file.error(named.at, Problem::Twice { what: "form", name: form.id });
            continue;
        }
        pack.forms.push(form);
        files.push(FormFile { name: named.value, text, offsets });
    }
    files
}

/// Minutes ahead of UTC of an offset such as +05:00.
fn utc_offset(text: &str) -> Option<i16> {
    let (sign, rest) =
        text.strip_prefix('+').map(|rest| (1, rest)).or(text.strip_prefix('-').map(|rest| (-1, rest)))?;
    let minutes = i16::try_from(minutes(rest)?).ok()?;
    (minutes <= 14 * 60).then_some(sign * minutes)
}
