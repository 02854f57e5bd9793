//! A whole election day that never happened, through the real intake: everything that was planted is found, and no honest station
//! is accused of anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use kuager_analysis::book::{
    Book, Column, DeviceFact, Entry, FlagKind, FlagQuery, IncidentQuery, Official, Order, Query, RowKey, State, Status,
};
use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::ledger::ChainFault;
use kuager_coordinator::{App, Deployment};
use kuager_rehearsal::{Planted, Size, simulate};
use kuager_wire::cose::Envelope;
use kuager_wire::enrolment::Credential;
use kuager_wire::limits;
use kuager_wire::protocol::Severity;

/// Large enough for every kind of trouble several times, among five times as many honest stations.
const SIZE: Size = Size { stations: 260, observed: 85, twice: 60, each: 4, discrepancies: 12 };

/// The book of a deployment as its desk has it.
async fn book(app: &App) -> Book {
    let published = app.shelf.published();
    let mut book = Book::new();
    book.publish(published.packs.values(), &published.latest, published.stations.values());
    let credentials = app.ledger.credentials().await.expect("reads");
    let facts: Vec<DeviceFact> = credentials
        .iter()
        .map(|bytes| {
            let envelope = Envelope::parse(bytes, limits::CREDENTIAL).expect("was signed here");
            let credential: Credential = envelope.statement().expect("was signed here");
            let Credential { kid, observer, stations, not_before_ms, .. } = credential;
            DeviceFact { kid, observer, stations, seen_ms: not_before_ms }
        })
        .collect();
    book.set_devices(&facts);
    loop {
        let arrivals = app.ledger.arrivals_after(book.newest(), 1000).await.expect("reads");
        if arrivals.is_empty() {
            break;
        }
        arrivals.iter().for_each(|arrival| book.add(arrival.received()));
    }
    book.settle();
    loop {
        let wanted = book.wanted(1000);
        if wanted.is_empty() {
            return book;
        }
        for hash in wanted {
            let bytes = app.ledger.record(hash).await.expect("reads").expect("is stored");
            let record = Envelope::parse(&bytes, limits::RECORD).and_then(|envelope| envelope.statement());
            book.again(hash, record.ok().as_ref());
        }
        book.settle();
    }
}

/// Takes over the official figures, as the desk does from its journal.
fn take_over(book: &mut Book, folder: &Path, app: &App) {
    let published = app.shelf.published();
    let form = published.latest.pack.form("protocol-list").expect("is there");
    let columns: BTreeMap<&str, Column> = form
        .template
        .iter()
        .flat_map(|template| &template.lines)
        .map(|line| (line.question.as_str(), Column { role: line.role, option: line.option.clone() }))
        .collect();
    let csv = std::fs::read_to_string(folder.join("official.csv")).expect("is there");
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').skip(1).collect();
    for (number, line) in lines.enumerate() {
        let mut fields = line.split(',');
        let station = fields.next().expect("a station").to_owned();
        let figures = header.iter().zip(fields).map(|(name, figure)| (columns[name].clone(), figure.parse().unwrap()));
        let official = Official { station, contest: "KUR".to_owned(), figures: figures.collect() };
        let mut id = [0; 32];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        book.entry(id, Entry::Official(official));
    }
    book.settle();
}

/// Stations in a state of the board.
fn in_state(book: &Book, state: State, now_ms: u64) -> BTreeSet<String> {
    let query = Query { state: Some(state), order: Order::Place, ..Query::default() };
    let board = book.board(&query, 0, SIZE.stations, now_ms);
    board.rows.into_iter().filter_map(|row| row.key.station).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_was_planted_is_found_and_nobody_else_accused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("night");
    let outcome = simulate(&folder, SIZE, 11, |_, _, _| ()).await.expect("is received");
    let app = App::open(Deployment::open(&folder).unwrap(), Arc::new(SystemClock::default())).unwrap();
    let mut book = book(&app).await;
    let now_ms = outcome.last_ms;
    let planted = |wanted: fn(&Planted) -> bool| -> BTreeSet<String> {
        outcome.planted.iter().filter(|planted| wanted(planted)).map(|planted| planted.station().to_owned()).collect()
    };
    let silent = planted(|planted| matches!(planted, Planted::Silent { .. }));
    assert_eq!(silent.len(), SIZE.each);
    assert_eq!(in_state(&book, State::Missing, now_ms), silent, "nothing came, although somebody was sent");
    let partial = in_state(&book, State::Partial, now_ms);
    let without = planted(|planted| matches!(planted, Planted::NoProtocol { .. }));
    assert!(without.is_subset(&partial), "{without:?} {partial:?}");

    let sums = planted(|planted| matches!(planted, Planted::Overfull { .. } | Planted::WrongSum { .. }));
    let forked = planted(|planted| matches!(planted, Planted::Fork { .. }));
    // What must hold, and what only is unusual.
    let (mut hard, mut jumps) = (BTreeSet::new(), BTreeSet::new());
    let (mut disputed, mut counted) = (BTreeSet::new(), 0);
    let stations: Vec<String> = book.keys().filter_map(|key| key.station).collect();
    for station in &stations {
        let view = book.station(&RowKey { training: false, station: Some(station.clone()) }).expect("is there");
        for failing in &view.failing {
            for failure in &failing.fails {
                let relation = book.relation(&failing.form, failure).expect("is of the form").id.clone();
                match failure.severity {
                    Severity::Hard => drop(hard.insert(station.clone())),
                    _ if relation == "K12.jump" => drop(jumps.insert(station.clone())),
                    // What else follows from a sum that is wrong, or from the other record of a fork.
                    _ if sums.contains(station) || forked.contains(station) => {}
                    other => panic!("{station}: {relation} ({other:?}) fails, which nobody planted"),
                }
                let sentence = book.sentence(&failing.form, failure, "en").expect("has words");
                assert!(!sentence.contains("sample_") && !sentence.contains("P0"), "{sentence}");
            }
        }
        for contest in &view.contests {
            counted += 1;
            if contest.status == Status::Disputed {
                disputed.insert(station.clone());
            }
        }
    }
    assert_eq!(hard, sums, "sums that do not hold");
    assert_eq!(jumps, planted(|planted| matches!(planted, Planted::LateJump { .. })));
    assert_eq!(disputed, planted(|planted| matches!(planted, Planted::CopiesDiffer { .. })));
    assert_eq!(in_state(&book, State::Conflict, now_ms), disputed);
    assert!(counted > SIZE.stations / 2);

    // Turnout: the late jumps that were planted, with their numbers, and no flag at any honest station.
    let (flagged, count) = book.flagged(&FlagQuery::default(), 0, SIZE.stations);
    assert_eq!(flagged.len(), count);
    let mut late = BTreeSet::new();
    for row in flagged {
        let station = row.key.station.expect("is a station");
        for flag in row.flags.iter().filter(|_| !forked.contains(&station)) {
            assert_eq!(flag.kind, FlagKind::Jump, "{station}: {flag:?}, which nobody planted");
            assert!(flag.number - flag.with == flag.difference && flag.difference > flag.limit, "{station}: {flag:?}");
            late.insert(station.clone());
        }
    }
    assert_eq!(late, jumps, "by the relation of the protocol and by the figures of all observers");
    let total = book.turnout(None);
    assert!(total.protocols > 100 && total.issued <= total.registered && total.hours.len() == 6);
    // Everybody who was sent somewhere and reports an incident is on the board, reported and no more.
    let incidents = book.incidents(&IncidentQuery::default(), 0, SIZE.stations);
    assert!(incidents.found > 2 && incidents.rows.iter().all(|row| !row.incident.codes.is_empty()));
    // Nobody has broken a norm but where somebody says so: all checklists say that all was well.
    let articles = book.articles(None);
    assert!(articles.iter().any(|article| article.count.kept > 100));
    assert!(articles.iter().all(|article| article.count.broken == 0), "{articles:?}");

    // A correction counts once, as corrected.
    for station in planted(|planted| matches!(planted, Planted::Corrected { .. })) {
        let view = book.station(&RowKey { training: false, station: Some(station.clone()) }).expect("is there");
        let copies = &view.contests[0].copies;
        assert!(copies.iter().all(|copy| copy.values[0] != Some(1)), "{station}: the wrong number does not count");
        assert!(copies.iter().any(|copy| copy.versions == 2), "{station}");
    }

    // Chains: exactly the devices that were planted.
    let devices = |wanted: fn(&Planted) -> Option<&String>| -> BTreeSet<String> {
        outcome.planted.iter().filter_map(wanted).cloned().collect()
    };
    let chains = app.ledger.faulty_chains(1000).await.expect("reads");
    let of = |fault: ChainFault| -> BTreeSet<String> {
        let with = chains.iter().filter(|chain| chain.counts.get(&fault).is_some_and(|count| *count > 0));
        with.map(|chain| chain.kid.to_string()).collect()
    };
    let forks = devices(|planted| if let Planted::Fork { device, .. } = planted { Some(device) } else { None });
    let gaps = devices(|planted| if let Planted::Gap { device, .. } = planted { Some(device) } else { None });
    assert_eq!((of(ChainFault::Fork), of(ChainFault::Gap)), (forks, gaps));
    assert_eq!(of(ChainFault::OtherStation), BTreeSet::new());

    // The official figures: exactly the stations where they differ, line by line.
    take_over(&mut book, &folder, &app);
    let (mut mismatch, mut lines) = (BTreeSet::new(), BTreeSet::new());
    for station in &stations {
        let view = book.station(&RowKey { training: false, station: Some(station.clone()) }).expect("is there");
        for contest in view.contests.iter().filter(|contest| contest.status == Status::OfficialMismatch) {
            mismatch.insert(station.clone());
            let (_, official) = contest.official.as_ref().expect("has figures");
            for (at, figure) in official.iter().enumerate().filter(|(_, figure)| figure.is_some()) {
                let said = contest.copies[0].values[at];
                if said != *figure {
                    let line = contest.questions[at].clone().expect("is asked");
                    lines.insert((station.clone(), line, said, *figure));
                }
            }
        }
    }
    let moved: BTreeSet<_> = outcome
        .planted
        .iter()
        .filter_map(|planted| match planted {
            Planted::Official { station, line, protocol, official } => {
                Some((station.clone(), line.clone(), Some(i64::from(*protocol)), Some(i64::from(*official))))
            }
            _ => None,
        })
        .collect();
    let clean: BTreeSet<_> = lines.into_iter().filter(|(station, ..)| !sums.contains(station)).collect();
    assert_eq!(clean, moved, "every line, with both figures");
    let expected: BTreeSet<String> =
        moved.iter().map(|(station, ..)| station.clone()).chain(sums.iter().cloned()).collect();
    assert_eq!(mismatch, expected, "a protocol whose sum is wrong is not the official one either");

    // Sums, with what they cover: every station that sent a protocol counts once, except where copies differ.
    let totals = book.totals(None);
    let total = totals.iter().find(|total| total.contest == "KUR").expect("is a contest");
    let of = |status| total.statuses.get(&status).copied().unwrap_or(0);
    let count = |of: &BTreeSet<String>| of.len() as u64;
    assert_eq!((total.held, total.stations), (SIZE.stations as u64, SIZE.stations as u64));
    assert_eq!((total.disputed, total.failing), (count(&disputed), count(&sums)));
    assert_eq!(of(Status::OfficialMismatch), count(&expected));
    assert_eq!(total.counted + total.disputed + of(Status::None), total.held);
    // The official sums of the same stations differ by what was planted, line by line.
    for (line, option) in [("P05.sample_2", "sample_2"), ("P05.sample_3", "sample_3")] {
        let column = total.columns.iter().position(|column| column.option.as_deref() == Some(option)).expect("a line");
        let difference = total.official[column].expect("is there") - total.beside[column].expect("is there");
        let of_line = moved.iter().filter(|(_, moved, ..)| moved == line);
        let planted: i64 = of_line.map(|(.., said, figure)| figure.unwrap_or(0) - said.unwrap_or(0)).sum();
        assert_eq!(difference, planted, "{line}");
        assert_eq!(total.both[column], total.counted);
        assert_eq!(total.sums[column], total.beside[column], "all of them have official figures");
        let (addends, found) = book.addends("KUR", None, None, (0, SIZE.stations));
        assert_eq!(found as u64, total.counted);
        assert_eq!(addends.iter().filter_map(|addend| addend.values[column]).sum::<i64>(), total.sums[column].unwrap());
    }
    // Honest numbers are not unusual, and last digits of counts are even.
    let statistics = book.statistics("KUR");
    assert_eq!((statistics.stations, statistics.flags), (total.counted, Vec::new()));
    assert!(statistics.tests > 0 && statistics.digits.iter().all(|row| !row.stands_out()), "{:?}", statistics.digits);
    app.ledger.close().await;
}
