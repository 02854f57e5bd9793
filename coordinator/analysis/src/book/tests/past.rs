//! Elections that have been: what was published adds up, and what went wrong is found. Sources are with the figures, in
//! `tests/fixtures/past`.

use std::sync::Arc;

use kuager_pack::testing::{self, KAZAKHSTAN};
use kuager_wire::form::Parameter;
use kuager_wire::pack::{Pack, SignedPack, Station};
use kuager_wire::protocol::{Line, LineRole, Severity, Template};
use kuager_wire::record::{Answers, RecordKind, Value};

use super::{DAWN_MS, Sent, arrive, book, row, signed};
use crate::book::{Book, Column, Entry, Official, Sought, Status};

const MAJILIS: &str = include_str!("../../../../../tests/fixtures/past/majilis-2023.csv");
const PRINTED: &str = include_str!("../../../../../tests/fixtures/past/majilis-2023-as-printed.csv");
const REFERENDUM: &str = include_str!("../../../../../tests/fixtures/past/referendum-2024.csv");
/// Stations over which a country's figures are spread; a line of one protocol takes at most 100,000.
const STATIONS: usize = 200;

/// The lines of a file: question, figure, and the percentage that was published with it.
fn published(csv: &str) -> Vec<(String, i64, String)> {
    let lines = csv.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[0].to_owned(), fields[1].parse().expect("a number"), fields[2].to_owned())
        })
        .collect()
}

/// The part of a figure that falls to one of so many stations.
fn part(figure: i64, station: usize, of: usize) -> i64 {
    let (station, of) = (i64::try_from(station).unwrap(), i64::try_from(of).unwrap());
    figure / of + i64::from(station < figure % of)
}

fn keys(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("710000000-{number}")).collect()
}

fn with_stations(mut pack: Pack, keys: &[String]) -> Arc<SignedPack> {
    pack.stations = keys
        .iter()
        .zip(1..)
        .map(|(key, number)| Station { key: key.clone(), region: "710000000".to_owned(), number, ..Station::default() })
        .collect();
    signed(pack)
}

/// A protocol of one station for each part of the figures. Those who took part are what the parts sum to, when `sums` says which do.
fn spread(form: &str, lines: &[(String, i64, String)], keys: &[String], sums: impl Fn(&str) -> bool) -> Vec<Sent> {
    let protocol = |(at, key): (usize, &String)| {
        let mut answers = Answers::default();
        let mut took_part = 0;
        for (line, figure, _) in lines.iter().filter(|(line, ..)| line != "P04") {
            let some = part(*figure, at, keys.len());
            took_part += if sums(line) { some } else { 0 };
            answers.insert(line.clone(), Value::Int(some));
        }
        answers.insert("P04", Value::Int(took_part));
        Sent::new(1, at as u64, RecordKind::Protocol, form, answers).at(key)
    };
    keys.iter().enumerate().map(protocol).collect()
}

fn sum(book: &Book, contest: &str, role: LineRole, option: Option<&str>) -> i64 {
    let total = book.totals(None).into_iter().find(|total| total.contest == contest).expect("is a contest");
    let column = total.columns.iter().position(|column| column.role == role && column.option.as_deref() == option);
    total.sums[column.expect("is added up")].expect("has a sum")
}

fn percent(part: i64, whole: i64) -> String {
    let hundredths = (part * 10_000 + whole / 2) / whole;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Relations of a severity that fail anywhere.
fn failing(book: &Book, severity: Severity) -> Vec<String> {
    let rows: Vec<_> = book.keys().collect();
    let views = rows.iter().filter_map(|key| book.station(key));
    let mut failing = Vec::new();
    for view in views {
        for record in &view.failing {
            let fails = record.fails.iter().filter(|fails| fails.severity == severity);
            failing.extend(fails.filter_map(|fails| Some(book.relation(&record.form, fails)?.id.clone())));
        }
    }
    failing
}

#[test]
fn the_majilis_of_2023_adds_up_to_what_was_published() {
    let lines = published(MAJILIS);
    let keys = keys(STATIONS);
    let mut pack = testing::compiled("kz-2023-03-19");
    let form = pack.forms.iter_mut().find(|form| form.id == "protocol").expect("is there");
    // The pack of that day does not say what its lines mean.
    let meant = lines.iter().map(|(line, ..)| match line.as_str() {
        "P04" => Line { question: line.clone(), role: LineRole::TookPart, option: None },
        _ => {
            let option = line.strip_prefix("P05.").unwrap_or("against_all").to_owned();
            Line { question: line.clone(), role: LineRole::Votes, option: Some(option) }
        }
    });
    form.template = Some(Template { lines: meant.collect(), ..Template::default() });
    let pack = with_stations(pack, &keys);
    let mut book = book(&pack);
    arrive(&mut book, &spread("protocol", &lines, &keys, |_| true));
    let took_part = sum(&book, "MAJ-PL", LineRole::TookPart, None);
    assert_eq!(took_part, lines[0].1, "the votes and those against all are exactly those who took part");
    for (line, figure, published) in &lines[1..] {
        let option = line.strip_prefix("P05.").unwrap_or("against_all");
        let votes = sum(&book, "MAJ-PL", LineRole::Votes, Some(option));
        assert_eq!((votes, percent(votes, took_part)), (*figure, published.clone()), "{line}");
    }
    let total = book.totals(None).into_iter().find(|total| total.contest == "MAJ-PL").expect("is there");
    assert_eq!((total.counted, total.stations, total.disputed), (200, 200, 0));
}

/// A news agency exchanged two digits: whoever types such figures over is told, in the relation and in the sum.
#[test]
fn a_figure_that_was_misprinted_does_not_add_up() {
    let form = testing::compiled(KAZAKHSTAN).form("protocol-list").expect("is there").clone();
    let form = kuager_forms::CompiledForm::new(&form).expect("opens");
    let fails = |csv: &str| {
        let lines = published(csv);
        // The pack of 2026 has another ballot; a line more or less makes no difference to the sum.
        let votes: i64 = lines.iter().filter(|(line, ..)| line.starts_with("P05.")).map(|(_, figure, _)| figure).sum();
        let mut answers: Answers = (2..=6).map(|option| (format!("P05.sample_{option}"), Value::Int(0))).collect();
        answers.insert("P05.sample_1", Value::Int(votes));
        // How many were invalid was not published, and is not among those who took part.
        answers.insert("P07", Value::Int(100_000));
        for line in ["P04", "P06"] {
            let (_, figure, _) = lines.iter().find(|(name, ..)| name == line).expect("is there");
            answers.insert(line, Value::Int(*figure));
        }
        let failures = form.failures(&answers, &kuager_wire::canonical::TextMap::default()).fail;
        failures.iter().any(|failure| form.relation(failure.relation).is_some_and(|relation| relation.id == "K05"))
    };
    assert!(!fails(MAJILIS));
    assert!(fails(PRINTED));
}

#[test]
fn the_referendum_of_2024_counts_invalid_ballots_among_those_who_took_part() {
    let lines = published(REFERENDUM);
    let keys = keys(STATIONS);
    let pack = with_stations(testing::compiled(KAZAKHSTAN), &keys);
    let mut book = book(&pack);
    arrive(&mut book, &spread("protocol-referendum", &lines, &keys, |_| true));
    let took_part = sum(&book, "REF", LineRole::TookPart, None);
    let [yes, no] = ["yes", "no"].map(|option| sum(&book, "REF", LineRole::Votes, Some(option)));
    assert_eq!((took_part, yes, no), (lines[0].1, lines[1].1, lines[2].1));
    assert_eq!(failing(&book, Severity::Hard), Vec::<String>::new(), "every protocol adds up");
    assert_eq!(percent(yes, took_part), lines[1].2);
    assert_ne!(percent(yes, yes + no), lines[1].2, "the share of valid votes is another one");
}

/// In 2023 a territorial commission called a photo a fake: the protocol of station 99 stood on annex 32, that of another contest.
#[test]
fn the_protocol_of_station_99_stands_on_the_wrong_annex() {
    let mut pack = testing::compiled(KAZAKHSTAN);
    let form = pack.forms.iter_mut().find(|form| form.id == "protocol-single").expect("is there");
    let parameters = form.parameters.as_mut().expect("has some");
    parameters.insert("annex", Parameter::Text("приложение 20".to_owned()));
    let pack = signed(pack);
    let protocol = |observer: u8, code: &str| {
        let answers = [("P01", Value::Int(1900)), ("form_code", Value::from(code))].into_iter().collect();
        Sent::new(observer, 0, RecordKind::Protocol, "protocol-single", answers)
    };
    let mut right = book(&pack);
    arrive(&mut right, &[protocol(1, "18/672, приложение 20")]);
    assert_eq!(failing(&right, Severity::Hard), Vec::<String>::new());
    let mut wrong = book(&pack);
    arrive(&mut wrong, &[protocol(1, "18/672, приложение 32")]);
    assert_eq!(failing(&wrong, Severity::Hard), ["K19"]);
    let board = wrong.board_row(&row(super::STATION), DAWN_MS).expect("is there");
    let (form, failure) = board.heaviest.expect("stands out on the board");
    let said = wrong.sentence(&form, &failure, "ru").expect("is said");
    assert!(said.contains("приложение 32") && said.contains("приложение 20"), "{said}");
}

/// Fifteen protocols of fifteen stations, 2,150 against 2,083; officially lost by 33.
#[test]
fn fifteen_protocols_say_something_else_than_the_official_figures() {
    const STATIONS: usize = 15;
    /// Votes that the official figures have for the other candidate, by the place of the station: a hundred of the lead in all.
    const MOVED: [(usize, i64); 3] = [(2, 20), (7, 20), (11, 10)];
    let keys = keys(STATIONS);
    let pack = with_stations(testing::compiled(KAZAKHSTAN), &keys);
    let mut book = book(&pack);
    let said = |at: usize| [part(2150, at, STATIONS), part(2083, at, STATIONS)];
    let sent: Vec<Sent> = keys
        .iter()
        .enumerate()
        .map(|(at, key)| {
            let [one, other] = said(at);
            let answers = [
                ("P05.candidate_1", Value::Int(one)),
                ("P05.candidate_2", Value::Int(other)),
                ("copy", Value::from("certified")),
            ];
            let answers = answers.into_iter().collect();
            Sent::new(1, at as u64, RecordKind::Protocol, "protocol-single", answers).at(key)
        })
        .collect();
    arrive(&mut book, &sent);
    let column = |option: &str| Column { role: LineRole::Votes, option: Some(option.to_owned()) };
    let mut lead = 0;
    for (at, key) in keys.iter().enumerate() {
        let moved = MOVED.iter().find(|(place, _)| *place == at).map_or(0, |(_, moved)| *moved);
        let [one, other] = said(at);
        let figures = vec![(column("candidate_1"), one - moved), (column("candidate_2"), other + moved)];
        lead += one - other - 2 * moved;
        let official = Official { station: key.clone(), contest: "MAS-SMD".to_owned(), figures };
        let mut id = [0; 32];
        id[0] = u8::try_from(at).unwrap();
        book.entry(id, Entry::Official(official));
    }
    book.settle();
    assert_eq!(lead, -33, "as it was announced");
    let [one, other] =
        ["candidate_1", "candidate_2"].map(|option| sum(&book, "MAS-SMD", LineRole::Votes, Some(option)));
    assert_eq!((one, other), (2150, 2083), "what the protocols sum to");
    for (at, key) in keys.iter().enumerate() {
        let status = book.station(&row(key)).expect("is there").contests[0].status;
        let differs = MOVED.iter().any(|(place, _)| *place == at);
        assert_eq!(status, if differs { Status::OfficialMismatch } else { Status::OfficialMatch }, "{key}");
    }
    let found = book.discrepancies(Sought::default());
    let differences: Vec<u64> = found.iter().map(|found| found.difference).collect();
    assert_eq!(differences, [20, 20, 20, 20, 10, 10], "line by line, the largest first");
    assert_eq!(differences.iter().sum::<u64>(), 67 + 33, "and together they are the whole lead");
    assert!(found.iter().all(|found| found.records.len() == 1), "each with the record behind it");
}
