//! The lists a pack carries beside its forms: regions, incidents and the act about one, glossary, hours of turnout.

use std::collections::HashSet;

use kuager_wire::canonical::TextMap;
use kuager_wire::form::Choice;
use kuager_wire::pack::{ACT_TEXTS, ActTemplate, Gravity, Incident, Pack, Region, Term, Turnout, TurnoutHour};

use super::names::{check_question, form_named, question_named};
use super::reader::Reader;
use crate::finding::Problem;
use crate::rows::Rows;
use crate::table::{File, Table};

pub(super) fn read(reader: &Reader<'_>, table: &mut Table<'_>, pack: &mut Pack) {
    let file = table.file;
    if let Some(named) = table.text("regions") {
        let text = reader.text(file, &named).unwrap_or_default();
        pack.regions = Some(read_regions(reader, &named.value, &text));
    }
    if let Some(named) = table.text("incident_groups") {
        let text = reader.text(file, &named).unwrap_or_default();
        pack.incident_groups = Some(read_groups(reader, &named.value, &text));
    }
    if let Some(named) = table.text("incidents") {
        let text = reader.text(file, &named).unwrap_or_default();
        pack.incidents = Some(read_incidents(reader, &named.value, &text, pack));
    }
    if let Some(named) = table.text("glossary") {
        let text = reader.text(file, &named).unwrap_or_default();
        pack.glossary = Some(read_glossary(reader, &named.value, &text));
    }
}

fn read_regions(reader: &Reader<'_>, file: &str, text: &str) -> Vec<Region> {
    let rows = Rows::read(file, text, reader.log, &reader.columns("key"), &["own_key", "synonyms"], false);
    let mut seen = HashSet::new();
    let mut regions = Vec::new();
    for row in rows.iter() {
        let own = row.text("own_key");
        if own.as_ref().is_some_and(|own| own != "yes") {
            row.error("own_key", Problem::kind("own_key", "yes or empty"));
        }
        let region = Region {
            key: row.need("key"),
            name: row.languages("", &reader.languages),
            own_key: own.is_some().then_some(true),
            synonyms: row.several("synonyms"),
        };
        if seen.insert(region.key.clone()) {
            regions.push(region);
        } else {
            row.error("key", Problem::Twice { what: "region", name: region.key });
        }
    }
    regions
}

fn read_groups(reader: &Reader<'_>, file: &str, text: &str) -> Vec<Choice> {
    let rows = Rows::read(file, text, reader.log, &reader.columns("key"), &[], false);
    let mut groups: Vec<Choice> = Vec::new();
    for row in rows.iter() {
        let group = Choice { key: row.need("key"), text: row.languages("", &reader.languages), ..Choice::default() };
        if groups.iter().any(|other| other.key == group.key) {
            row.error("key", Problem::Twice { what: "group of incidents", name: group.key });
        } else {
            groups.push(group);
        }
    }
    groups
}

fn read_incidents(reader: &Reader<'_>, file: &str, text: &str, pack: &Pack) -> Vec<Incident> {
    let mut required = reader.columns("code");
    required.push("gravity");
    let record: Vec<String> = reader.languages.iter().map(|language| format!("record_{language}")).collect();
    let optional: Vec<&str> = ["law", "group", "urgent"].into_iter().chain(record.iter().map(String::as_str)).collect();
    let rows = Rows::read(file, text, reader.log, &required, &optional, false);
    let mut seen = HashSet::new();
    let mut incidents = Vec::new();
    for row in rows.iter() {
        let gravity = row.number::<i64>("gravity").and_then(Gravity::from_number);
        if gravity.is_none() {
            row.error("gravity", Problem::kind("gravity", "1 (procedural), 2 (serious) or 3 (critical)"));
        }
        let urgent = row.text("urgent");
        if urgent.as_ref().is_some_and(|urgent| urgent != "yes") {
            row.error("urgent", Problem::kind("urgent", "yes or empty"));
        }
        let group = row.text("group");
        let groups = || pack.incident_groups.iter().flatten().map(|group| group.key.as_str());
        if let Some(group) = &group
            && !groups().any(|known| known == group)
        {
            row.error("group", Problem::unknown("group of incidents", group, groups()));
        }
        let incident = Incident {
            code: row.need("code"),
            gravity: gravity.unwrap_or(Gravity::Procedural),
            title: row.languages("", &reader.languages),
            law: row.text("law"),
            record: row.some_languages("record_", &reader.languages),
            urgent: urgent.is_some().then_some(true),
            group,
        };
        if seen.insert(incident.code.clone()) {
            incidents.push(incident);
        } else {
            row.error("code", Problem::Twice { what: "incident", name: incident.code });
        }
    }
    incidents
}

fn read_glossary(reader: &Reader<'_>, file: &str, text: &str) -> Vec<Term> {
    let required: Vec<&str> = reader.languages.iter().map(String::as_str).collect();
    let meaning: Vec<String> = reader.languages.iter().map(|language| format!("meaning_{language}")).collect();
    let optional: Vec<&str> = ["official"].into_iter().chain(meaning.iter().map(String::as_str)).collect();
    let rows = Rows::read(file, text, reader.log, &required, &optional, false);
    let mut terms = Vec::new();
    for row in rows.iter() {
        let official = row.text("official").map(|list| {
            let languages: Vec<String> = list.split_whitespace().map(str::to_owned).collect();
            for language in &languages {
                if !reader.languages.contains(language) {
                    let known = reader.languages.iter().map(String::as_str);
                    row.error("official", Problem::unknown("language of the pack", language, known));
                }
            }
            languages
        });
        terms.push(Term {
            text: row.languages("", &reader.languages),
            official,
            meaning: row.some_languages("meaning_", &reader.languages),
        });
    }
    terms
}

/// Turnout and the act refer to forms, so they are read after them.
pub(super) fn read_turnout(reader: &Reader<'_>, table: &mut Table<'_>, pack: &mut Pack) {
    if let Some(mut turnout) = table.table("turnout") {
        let form = form_named(&mut turnout, pack);
        let hour = question_named(&mut turnout, "hour", &form, pack);
        let told = question_named(&mut turnout, "told", &form, pack);
        let own = question_named(&mut turnout, "own", &form, pack);
        let mut optional = |field: &str| turnout.has(field).then(|| question_named(&mut turnout, field, &form, pack));
        let (whole, until) = (optional("whole"), optional("until"));
        let keys: Vec<String> = pack
            .form(&form)
            .and_then(|form| form.question(&hour))
            .map(|question| question.choices.iter().flatten().map(|choice| choice.key.clone()).collect())
            .unwrap_or_default();
        let mut hours: Vec<TurnoutHour> = Vec::new();
        for mut entry in turnout.tables("at") {
            let key = entry.need_text("key");
            if !keys.is_empty() && !keys.contains(&key.value) {
                let problem = Problem::unknown("choice of the hour", &key.value, keys.iter().map(String::as_str));
                entry.file.error(key.at, problem);
            }
            let at = entry.time("time").unwrap_or_default();
            if hours.last().is_some_and(|last| last.at >= at.value) {
                entry.file.error(at.at, Problem::Unfit("the hours must be in order; move this entry".to_owned()));
            }
            hours.push(TurnoutHour { key: key.value, at: at.value });
            entry.finish();
        }
        if hours.is_empty() {
            turnout.error(Problem::Empty("turnout.at"));
        }
        turnout.finish();
        pack.turnout = Some(Turnout { form, hour, told, own, hours, whole, until });
    }
    if let Some(named) = table.text("act") {
        let text = reader.text(table.file, &named).unwrap_or_default();
        let file = File { name: &named.value, text: &text, log: reader.log };
        pack.act = Some(read_act(reader, file.table(), pack));
    }
}

fn read_act(reader: &Reader<'_>, mut table: Table<'_>, pack: &Pack) -> ActTemplate {
    let form = form_named(&mut table, pack);
    let codes = question_named(&mut table, "codes", &form, pack);
    let omit = table.texts("omit").map(|found| {
        for omitted in &found.value {
            check_question(table.file, omitted, &form, pack);
        }
        found.value.into_iter().map(|omitted| omitted.value).collect()
    });
    let mut texts = TextMap::default();
    for key in ACT_TEXTS {
        if let Some(text) = table.localized(key, &reader.languages) {
            texts.insert(key.to_owned(), text);
        }
    }
    table.finish();
    ActTemplate { form, codes, texts, omit }
}
