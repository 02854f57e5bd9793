//! Who stands where: kinds of contest, parties, candidates, contests and the lines of their ballots.

use kuager_wire::form::{Choice, Texts};
use kuager_wire::pack::{Candidate, Contest, Pack, Party};

use super::choices::read_choices;
use super::reader::Reader;
use crate::finding::{Position, Problem};
use crate::rows::Rows;
use crate::table::Table;

/// The key of the ballot line "against all"; `docs/packs.md` fixes it.
const AGAINST_ALL: &str = "against_all";

/// A kind of contest the law knows.
struct Kind {
    code: String,
    title: Texts,
    law: Option<String>,
}

pub(super) fn read(reader: &Reader<'_>, table: &mut Table<'_>, pack: &mut Pack) {
    let kinds = read_kinds(reader, table);
    if let Some(parties) = read_parties(reader, table) {
        pack.parties = Some(parties);
    }
    let candidates_at = table.text("candidates");
    let candidates = candidates_at.as_ref().map(|named| {
        let text = reader.text(table.file, named).unwrap_or_default();
        read_candidates(reader, &named.value, &text, pack)
    });
    pack.candidates = candidates.as_ref().map(|candidates| candidates.iter().map(|(held, _)| held.clone()).collect());
    for contest in table.tables("contest") {
        let file = contest.file;
        let at = contest.at;
        let contest = read_contest(reader, contest, pack, kinds.as_deref());
        if pack.contests.iter().any(|other| other.key == contest.key) {
            file.error(at, Problem::Twice { what: "contest", name: contest.key });
        } else {
            pack.contests.push(contest);
        }
    }
    for (candidate, position) in candidates.unwrap_or_default() {
        if pack.contest(&candidate.contest).is_none() {
            let known = pack.contests.iter().map(|contest| contest.key.as_str());
            reader.log.error(position, Problem::unknown("contest", &candidate.contest, known));
        }
    }
}

fn read_kinds(reader: &Reader<'_>, table: &mut Table<'_>) -> Option<Vec<Kind>> {
    let named = table.text("contest_kinds")?;
    let text = reader.text(table.file, &named)?;
    let languages: Vec<&str> = reader.languages.iter().map(String::as_str).collect();
    let required: Vec<&str> = ["code"].into_iter().chain(languages).collect();
    let rows = Rows::read(&named.value, &text, reader.log, &required, &["law", "system", "note"], false);
    let mut kinds: Vec<Kind> = Vec::new();
    for row in rows.iter() {
        let kind = Kind { code: row.need("code"), title: row.languages("", &reader.languages), law: row.text("law") };
        if kinds.iter().any(|other| other.code == kind.code) {
            row.error("code", Problem::Twice { what: "kind of contest", name: kind.code });
        } else {
            kinds.push(kind);
        }
    }
    Some(kinds)
}

fn read_parties(reader: &Reader<'_>, table: &mut Table<'_>) -> Option<Vec<Party>> {
    let named = table.text("parties")?;
    let text = reader.text(table.file, &named)?;
    let short: Vec<String> = reader.languages.iter().map(|language| format!("short_{language}")).collect();
    let required: Vec<&str> = ["key"].into_iter().chain(reader.languages.iter().map(String::as_str)).collect();
    let optional: Vec<&str> = short.iter().map(String::as_str).collect();
    let rows = Rows::read(&named.value, &text, reader.log, &required, &optional, false);
    let mut parties: Vec<Party> = Vec::new();
    for row in rows.iter() {
        let party = Party {
            key: row.need("key"),
            name: row.languages("", &reader.languages),
            short: row.some_languages("short_", &reader.languages),
        };
        if parties.iter().any(|other| other.key == party.key) {
            row.error("key", Problem::Twice { what: "party", name: party.key });
        } else {
            parties.push(party);
        }
    }
    Some(parties)
}

/// Candidates with the position at which each names its contest, which is not read yet.
fn read_candidates(reader: &Reader<'_>, file: &str, text: &str, pack: &Pack) -> Vec<(Candidate, Position)> {
    let required: Vec<&str> =
        ["key", "contest"].into_iter().chain(reader.languages.iter().map(String::as_str)).collect();
    let rows = Rows::read(file, text, reader.log, &required, &["party", "district"], false);
    let mut candidates: Vec<(Candidate, _)> = Vec::new();
    for row in rows.iter() {
        let candidate = Candidate {
            key: row.need("key"),
            name: row.languages("", &reader.languages),
            contest: row.need("contest"),
            party: row.text("party"),
            district: row.text("district"),
        };
        let parties = || pack.parties.iter().flatten().map(|party| party.key.as_str());
        if let Some(party) = &candidate.party
            && !parties().any(|known| known == party)
        {
            row.error("party", Problem::unknown("party", party, parties()));
        }
        if candidates.iter().any(|(other, _)| other.key == candidate.key) {
            row.error("key", Problem::Twice { what: "candidate", name: candidate.key });
        } else {
            candidates.push((candidate, row.position("contest")));
        }
    }
    candidates
}

fn read_contest(reader: &Reader<'_>, mut table: Table<'_>, pack: &Pack, kinds: Option<&[Kind]>) -> Contest {
    let languages = &reader.languages;
    let key = table.need_text("key").value;
    let kind = table.text("kind");
    let named = kind.as_ref().and_then(|kind| {
        let kinds = kinds?;
        let found = kinds.iter().find(|known| known.code == kind.value);
        if found.is_none() {
            let known = kinds.iter().map(|known| known.code.as_str());
            table.file.error(kind.at, Problem::unknown("kind of contest", &kind.value, known));
        }
        found
    });
    let title = match (table.has("title"), named) {
        (false, Some(kind)) => kind.title.clone(),
        _ => table.need_localized("title", languages),
    };
    let law = table.text("law").map(|found| found.value).or_else(|| named.and_then(|kind| kind.law.clone()));
    let district = table.text("district").map(|found| found.value);
    let regions = table.texts("regions").map(|found| {
        let known = || pack.regions.iter().flatten().map(|region| region.key.as_str());
        for region in &found.value {
            if pack.regions.is_some() && !known().any(|key| key == region.value) {
                table.file.error(region.at, Problem::unknown("region", &region.value, known()));
            }
        }
        found.value.into_iter().map(|region| region.value).collect()
    });
    let against_all = table.flag("against_all");
    let mut options = Vec::new();
    if let Some(from) = table.text("options_from") {
        match from.value.as_str() {
            "parties" => options.extend(pack.parties.iter().flatten().map(|party| Choice {
                key: party.key.clone(),
                text: party.name.clone(),
                ..Choice::default()
            })),
            "candidates" => {
                let of_contest = pack.candidates.iter().flatten().filter(|candidate| candidate.contest == key);
                options.extend(of_contest.map(|candidate| Choice {
                    key: candidate.key.clone(),
                    text: candidate.name.clone(),
                    ..Choice::default()
                }));
            }
            other => {
                let problem = Problem::unknown("source of ballot lines", other, ["parties", "candidates"]);
                table.file.error(from.at, problem);
            }
        }
    }
    let tables = table.tables("option");
    read_choices(tables, languages, &mut options);
    if options.is_empty() {
        table.error(Problem::Empty("option"));
    }
    if against_all && options.last().is_none_or(|option| option.key != AGAINST_ALL) {
        table.error(Problem::AgainstAll);
    }
    let contest = Contest {
        key,
        title,
        options,
        against_all: against_all.then(|| AGAINST_ALL.to_owned()),
        kind: kind.map(|found| found.value),
        law,
        district,
        regions,
    };
    table.finish();
    contest
}
