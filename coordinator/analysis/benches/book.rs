//! What a record costs in the book of a whole country, and what a page and a start cost: 10,388 stations, 200,000 records.
#![allow(missing_docs, clippy::print_stderr, reason = "a benchmark that says what it weighs")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kuager_analysis::book::{
    Book, Entry, FlagQuery, IncidentQuery, NormQuery, Official, Order, Query, Received, RowKey, Sought, State,
};
use kuager_analysis::norm::Norm;
use kuager_forms::words::Language;
use kuager_pack::testing::{self, KAZAKHSTAN};
use kuager_wire::ids::{BootId, Kid, ObserverId, PackHash, RecordHash};
use kuager_wire::pack::{Pack, SignedPack, Station};
use kuager_wire::record::{Answers, Body, ClockReading, FormRef, Record, RecordKind, Value};

const STATIONS: u32 = 10_388;
const PACK: PackHash = PackHash([1; 32]);
const HOURS: [&str; 6] = ["10", "12", "14", "16", "18", "20"];
const NOON_MS: u64 = 1_787_468_400_000;

/// The pack with a directory of the whole country's size.
fn country() -> Arc<SignedPack> {
    let mut pack: Pack = testing::compiled(KAZAKHSTAN);
    let samples = pack.stations.clone();
    pack.stations = (0..STATIONS)
        .map(|number| {
            let sample = &samples[number as usize % samples.len()];
            let number = 1_000 + number;
            Station { key: format!("{}-{number}", sample.region), number, registered: Some(1_200), ..sample.clone() }
        })
        .collect();
    Arc::new(SignedPack { hash: PACK, bytes: Vec::new(), pack })
}

/// The record of a number: of every station's nineteen, eleven figures of turnout by two observers, two protocols, and checklists.
fn record(pack: &Pack, protocol: &Answers, number: u32) -> (Kid, ObserverId, Record) {
    let (station, at) = (number % STATIONS, number / STATIONS);
    let observer = station * 2 + at % 2;
    let mut id = [0; 16];
    id[..4].copy_from_slice(&observer.to_be_bytes());
    let turnout = |hour: usize| -> Answers {
        let told = Value::Int(100 * i64::try_from(hour + 1).unwrap_or(1));
        [("hour", Value::from(HOURS[hour])), ("told", told)].into_iter().collect()
    };
    let (kind, form, answers) = match at {
        0..=11 => (RecordKind::Turnout, "turnout", turnout(at as usize / 2)),
        12 | 13 => (RecordKind::Protocol, "protocol-list", protocol.clone()),
        14 | 15 => {
            let said = ["O01", "O04", "O06", "O07", "O08", "O10", "O12", "O13"].map(|id| (id, Value::from("yes")));
            (RecordKind::Checklist, "opening", said.into_iter().chain([("O11", Value::Int(1_200))]).collect())
        }
        // 1,484 incidents.
        18 if station % 7 == 0 => {
            let seen = Value::from("no figure was told although it was asked for twice");
            let answers = [("codes", Value::List(vec!["A06".into()])), ("seen", seen)];
            (RecordKind::Incident, "incident", answers.into_iter().collect())
        }
        _ => (RecordKind::Checklist, "voting", Answers::default()),
    };
    let record = Record {
        version: 1,
        kind,
        seq: u64::from(at / 2),
        prev: RecordHash([9; 32]),
        clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([3; 16]), flags: 0 },
        checkpoint: None,
        form: Some(FormRef { pack: PACK, form: form.to_owned() }),
        station: Some(pack.stations[station as usize].key.clone()),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    };
    (Kid(id), ObserverId(id), record)
}

fn add(book: &mut Book, id: u32, (kid, observer, record): &(Kid, ObserverId, Record)) {
    book.add(Received {
        id: i64::from(id) + 1,
        hash: RecordHash::of(&id.to_be_bytes()),
        kid: *kid,
        observer: *observer,
        seq: record.seq,
        supersedes: None,
        follows: None,
        station: record.station.as_deref(),
        form: record.form.as_ref().map(|form| form.form.as_str()),
        kind: record.kind,
        training: false,
        received_ms: NOON_MS + u64::from(id),
        record: Some(record),
    });
}

/// Megabytes that this process holds now, where the system says so.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn benches(criterion: &mut Criterion) {
    let pack = country();
    let protocol = testing::protocol(Language::Kazakh, &[("P02", 700)]);
    let before = resident();
    let mut book = Book::new();
    book.publish([&pack], &pack, &pack.pack.stations);
    let directory = resident();
    let all = STATIONS * 19;
    for number in 0..all {
        add(&mut book, number, &record(&pack.pack, &protocol, number));
    }
    book.settle();
    eprintln!("{all} records: {} MiB, and {} for the directory", resident() - directory, directory - before);
    let mut next = all;
    let mut group = criterion.benchmark_group("book");
    group.sample_size(20);
    for (name, at) in [("a figure of turnout", 4), ("a protocol", 12)] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    next += 1;
                    (next, record(&pack.pack, &protocol, at * STATIONS + next % STATIONS))
                },
                |(id, record)| {
                    add(&mut book, id, &record);
                    book.settle()
                },
                BatchSize::PerIteration,
            );
        });
    }
    let key = RowKey { training: false, station: pack.pack.stations.first().map(|station| station.key.clone()) };
    group.bench_function("a row", |bencher| bencher.iter(|| black_box(book.board_row(&key, NOON_MS))));
    for (name, query) in [
        ("a page of the board", Query::default()),
        ("those that fail", Query { state: Some(State::Failed), order: Order::Trouble, ..Query::default() }),
        ("those found by words", Query { words: "алматы 1777".to_owned(), ..Query::default() }),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(book.board(&query, 0, 100, NOON_MS))));
    }
    for (name, query) in [
        ("a page of incidents", IncidentQuery::default()),
        ("incidents found by words", IncidentQuery { words: "figure told".to_owned(), ..IncidentQuery::default() }),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(book.incidents(&query, 0, 100))));
    }
    group.bench_function("all articles", |bencher| bencher.iter(|| black_box(book.articles(None))));
    let norm = Norm::all("40(4)").pop().expect("is one");
    group.bench_function("an article with its stations", |bencher| {
        bencher.iter(|| black_box(book.norm(&norm, &NormQuery::default(), 0, 50)));
    });
    group.bench_function("turnout of the country and its regions, with flags", |bencher| {
        bencher.iter(|| {
            black_box((book.turnout(None), book.turnout_by_region(), book.flagged(&FlagQuery::default(), 0, 100)))
        });
    });
    group.sample_size(10);
    group.bench_function("totals", |bencher| bencher.iter(|| black_box(book.totals(None))));
    group.bench_function("statistics", |bencher| bencher.iter(|| black_box(book.statistics("KUR"))));
    group.bench_function("addends of a sum", |bencher| {
        bencher.iter(|| black_box(book.addends("KUR", None, Some(4), (0, 200))));
    });
    let drawn: Vec<&str> = pack.pack.stations.iter().step_by(13).map(|station| station.key.as_str()).collect();
    group.bench_function("reports of 800 stations", |bencher| {
        bencher.iter(|| black_box(book.drawn(drawn.iter().map(|station| (*station, None)), "KUR", NOON_MS)));
    });
    // The worst: every station has other official figures.
    let sought = Sought::default();
    for station in &pack.pack.stations {
        let column = book.columns("KUR").first().cloned().into_iter().map(|column| (column, 1)).collect();
        let official = Official { station: station.key.clone(), contest: "KUR".to_owned(), figures: column };
        book.entry([0; 32], Entry::Official(official));
    }
    book.settle();
    group.bench_function("discrepancies at every station", |bencher| {
        bencher.iter(|| black_box(book.discrepancies(sought)));
    });
    let bytes = book.write(b"", 0);
    eprintln!("a snapshot has {} MiB", bytes.len() >> 20);
    group.bench_function("writing a snapshot", |bencher| bencher.iter(|| black_box(book.write(b"", 0))));
    drop(book);
    group.bench_function("reading a snapshot", |bencher| {
        bencher.iter(|| Book::read(&bytes, [&pack], &pack, &pack.pack.stations).map(|book| book.newest()));
    });
    group.finish();
}

criterion_group!(book, benches);
criterion_main!(book);
