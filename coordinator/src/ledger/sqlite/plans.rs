//! How SQLite means to answer each statement of the ledger: by an index, whatever has come in by election night.
//!
//! The statements are read out of the sources beside this file, so that one that is added is looked at too.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kuager_sqlite::{Config, Pool};
use rusqlite::Connection;

use super::handle::MIGRATIONS;

/// What may be gone through as a whole, and why that is bounded or meant. Aliases as the statements have them.
const MAY_SCAN: &[(&str, &str)] = &[
    ("devices", "as many as there are phones: the number of them, and all credentials for an export"),
    ("d", "devices: whom a message goes to, once per message that somebody writes"),
    ("attestations", "one for each phone at most: how many came out how, in an index of that alone"),
    ("invites", "as many as there are phones: the list for people"),
    ("m", "pictures not examined yet, in an index that holds these alone"),
    ("media", "pictures that look alike are compared one by one, for one page about one picture"),
    ("refusals", "bounded, by the very statement that goes through it"),
    ("refusal_counts", "one row per reason"),
    ("f", "forks not attested yet, in an index that holds these alone"),
    ("i", "an invite's stations, by the device that used it"),
    ("backfill", "one row"),
    ("w", "notes of an earlier format that are not read yet, some at a time"),
    ("chain_faults", "a handful of rows for each phone that has any: how many there are of each kind"),
    ("json_each", "the stations of one invite"),
    ("redactions", "copies for publication, of which people make some: all of them for a backup"),
    ("accounts", "people at the desk, a thousand at most: whether there is any, how many, the list for people"),
    ("tokens", "tokens of programs, a thousand at most: how many, the list for people"),
    ("webhooks", "servers that are told something, some dozens with those that were"),
    ("CONSTANT", "no table at all"),
    ("here", "numbers of one chain above its dense part"),
    ("pairs", "the same"),
    ("(subquery-", "what a part of the statement found, which is looked at for itself"),
];

/// Parts of a statement that are put in where it is asked, each with all that is put in.
const PARTS: &[(&str, &[&str])] = &[("{side}", &["f.second = ?1", "f.first = ?1"])];

/// Every statement in a Rust file: string literals that begin like one, with constants put in.
fn statements(source: &str) -> Vec<String> {
    // Tests look at what they like.
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let literals: Vec<(usize, String)> = literals(source);
    let named = |at: usize| {
        let line = source[..at].lines().last().unwrap_or_default();
        line.trim_start().strip_prefix("const ").and_then(|rest| rest.split(':').next()).map(str::to_owned)
    };
    let constants: BTreeMap<String, &str> =
        literals.iter().filter_map(|(at, text)| Some((named(*at)?, text.as_str()))).collect();
    let begins = ["SELECT ", "WITH ", "INSERT ", "UPDATE ", "DELETE "];
    let mut found = Vec::new();
    for (at, text) in &literals {
        if named(*at).is_none() && begins.iter().any(|begin| text.starts_with(begin)) {
            let mut whole = text.clone();
            for (name, constant) in &constants {
                whole = whole.replace(&format!("{{{name}}}"), constant);
            }
            let part = PARTS.iter().find(|(part, _)| whole.contains(part));
            match part {
                Some((part, all)) => found.extend(all.iter().map(|one| whole.replace(part, one))),
                None => found.push(whole),
            }
        }
    }
    found
}

fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = source.char_indices().peekable();
    while let Some((at, first)) = rest.next() {
        match first {
            '/' if rest.peek().is_some_and(|(_, next)| *next == '/') => {
                while rest.next_if(|(_, next)| *next != '\n').is_some() {}
            }
            '"' => {
                let mut text = String::new();
                while let Some((_, next)) = rest.next() {
                    match next {
                        '"' => break,
                        '\\' => match rest.next() {
                            Some((_, '\n')) => while rest.next_if(|(_, next)| next.is_whitespace()).is_some() {},
                            Some((_, escaped)) => text.push(escaped),
                            None => break,
                        },
                        next => text.push(next),
                    }
                }
                found.push((at, text));
            }
            _ => {}
        }
    }
    found
}

fn plan(connection: &Connection, statement: &str) -> Vec<String> {
    let explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}"));
    let mut explained = explained.unwrap_or_else(|error| panic!("{statement}: {error}"));
    // Values do not matter to the plan; what is not bound is NULL.
    let lines = explained.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<_, _>>();
    lines.expect("explains")
}

fn with_ledger(look: impl FnOnce(&Connection)) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { steps: MIGRATIONS, readers: 1, ..Config::default() };
    let pool = Pool::open(&folder.path().join("ledger.db"), config).expect("opens");
    let looked = pool.read(|connection| {
        look(connection);
        Ok::<_, rusqlite::Error>(())
    });
    looked.expect("opens").expect("reads");
}

#[test]
fn no_statement_goes_through_a_whole_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ledger/sqlite");
    let mut sources: Vec<_> =
        fs::read_dir(folder).expect("is there").map(|entry| entry.expect("is read").path()).collect();
    sources.sort();
    let (mut looked_at, mut through) = (0, Vec::new());
    with_ledger(|connection| {
        for path in sources {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if !name.ends_with(".rs") || ["plans.rs", "tests.rs"].contains(&name.as_str()) {
                continue;
            }
            for statement in statements(&fs::read_to_string(&path).expect("is read")) {
                looked_at += 1;
                for line in plan(connection, &statement) {
                    let Some(table) = line.strip_prefix("SCAN ") else { continue };
                    let table = table.split(' ').next().unwrap_or_default();
                    let allowed =
                        MAY_SCAN.iter().any(|(may, _)| *may == table || (may.ends_with('-') && table.starts_with(may)));
                    if !allowed {
                        through.push(format!(
                            "{name}: {line}
{statement}"
                        ));
                    }
                }
            }
        }
    });
    assert!(through.is_empty(), "{}", through.join("\n"));
    assert!(looked_at > 40, "only {looked_at} statements were found; is this still how they are written?");
}

#[test]
fn a_stations_page_finds_corrections_by_what_they_correct() {
    let source = include_str!("files.rs");
    let page =
        statements(source).into_iter().find(|statement| statement.contains("r.station IS ?1")).expect("is there");
    with_ledger(|connection| {
        let plan = plan(connection, &page);
        assert!(plan.iter().any(|line| line.contains("INDEX records_supersedes (supersedes=?")), "{plan:#?}");
        assert!(plan.iter().any(|line| line.contains("INDEX records_station (station=?")), "{plan:#?}");
    });
}
