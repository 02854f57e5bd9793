//! Days of chance: several phones with corrections, gaps and words, in any order, cut by a snapshot anywhere.

use fastrand::Rng;
use kuager_wire::record::{Answers, FollowUp, IncidentStatus, RecordKind, Value};

use super::{DAWN_MS, Sent, arrive, book, pack, protocol, settle, turnout};
use crate::book::{
    ArticleRow, Board, Book, FlagQuery, FlaggedRow, IncidentQuery, Incidents, Query, StationView, Total, TurnoutTotal,
    Unusable,
};

/// What several observers file on one day.
fn day(random: &mut Rng, stations: &[&str]) -> Vec<Sent> {
    let mut all: Vec<Sent> = Vec::new();
    for observer in 1..6 {
        let begun = all.len();
        for seq in 0..random.u64(4..14) {
            let station = stations[random.usize(..stations.len())];
            let sent = match random.u8(..6) {
                0 => protocol(observer, seq, &[("P02", random.i64(700..900))], "posted"),
                1 => protocol(observer, seq, &[], "certified"),
                2 if random.bool() => {
                    let answer = |random: &mut Rng| Value::from(["yes", "no", "not_seen"][random.usize(..3)]);
                    let answers = ["O04", "O06", "O08"].into_iter().map(|id| (id.to_owned(), answer(random)));
                    Sent::new(observer, seq, RecordKind::Checklist, "opening", answers.collect())
                }
                2 => {
                    let seen = Value::from(["a stack of ballots", "nothing"][random.usize(..2)]);
                    let answers = [("codes", Value::List(vec!["V01".into()])), ("seen", seen)].into_iter().collect();
                    Sent::new(observer, seq, RecordKind::Incident, "incident", answers)
                }
                3 => {
                    let mut word = Sent::new(observer, seq, RecordKind::Note, "", Answers::default());
                    if let Some(about) = all.get(random.usize(..all.len().max(1))) {
                        word.record.body.follows =
                            Some(FollowUp { record: about.hash, status: IncidentStatus::Corroborated });
                    }
                    word
                }
                _ => turnout(observer, seq, ["10", "12", "14", "20"][random.usize(..4)], random.i64(..900)),
            };
            let mut sent = sent.at(station);
            let own = &all[begun..];
            if !own.is_empty() && random.u8(..4) == 0 && sent.record.kind != RecordKind::Note {
                sent = sent.clone().correcting(&own[random.usize(..own.len())]);
            }
            if random.u8(..8) == 0 {
                sent.record.training = Some(true);
            }
            all.push(sent);
        }
    }
    all
}

/// Everything that is shown of a book.
fn shown(book: &Book) -> (Board, Board, Vec<StationView>, Vec<Total>) {
    let everything = |query: &Query| book.board(query, 0, usize::MAX, DAWN_MS);
    let listed = everything(&Query::default());
    let training = everything(&Query { training: true, ..Query::default() });
    let rows = listed.rows.iter().chain(&training.rows);
    let views = rows.filter_map(|row| book.station(&row.key)).collect();
    (listed, training, views, book.totals(None))
}

/// What people look for over all stations.
fn over_all(book: &Book) -> (Incidents, Vec<ArticleRow>, TurnoutTotal, Vec<FlaggedRow>) {
    let incidents = book.incidents(&IncidentQuery::default(), 0, usize::MAX);
    let (flagged, found) = book.flagged(&FlagQuery::default(), 0, usize::MAX);
    assert_eq!(flagged.len(), found);
    (incidents, book.articles(None), book.turnout(None), flagged)
}

#[test]
fn any_order_of_arrival_comes_to_the_same() {
    let pack = pack();
    let stations: Vec<&str> = pack.pack.stations.iter().map(|station| station.key.as_str()).take(3).collect();
    for seed in 0..24 {
        let mut random = Rng::with_seed(seed);
        let mut sent = day(&mut random, &stations);
        let mut one = book(&pack);
        arrive(&mut one, &sent);
        let expected = shown(&one);
        let expected_over_all = over_all(&one);
        for _ in 0..4 {
            random.shuffle(&mut sent);
            let mut other = book(&pack);
            for (id, one) in (1..).zip(&sent) {
                other.add(one.received(id));
                if random.bool() {
                    settle(&mut other, |hash| sent.iter().find(|sent| sent.hash == hash).map(|sent| &sent.record));
                }
            }
            settle(&mut other, |hash| sent.iter().find(|sent| sent.hash == hash).map(|sent| &sent.record));
            let mut now = shown(&other);
            // Devices are met in another order; their records are the same.
            let mut wanted = expected.clone();
            for view in now.2.iter_mut().chain(&mut wanted.2) {
                view.records.sort_unstable();
                view.failing.sort_by_key(|failing| failing.record);
            }
            assert_eq!(now, wanted, "seed {seed}");
            assert_eq!(over_all(&other), expected_over_all, "seed {seed}");
        }
    }
}

#[test]
fn a_snapshot_and_the_rest_is_the_whole() {
    let pack = pack();
    let stations: Vec<&str> = pack.pack.stations.iter().map(|station| station.key.as_str()).take(3).collect();
    for seed in 0..24 {
        let mut random = Rng::with_seed(seed);
        let mut sent = day(&mut random, &stations);
        random.shuffle(&mut sent);
        let at = random.usize(..=sent.len());
        let (mut whole, mut begun) = (book(&pack), book(&pack));
        let find = |hash| sent.iter().find(|sent| sent.hash == hash).map(|sent| &sent.record);
        let add = |book: &mut Book, from: usize, to: usize| {
            for (id, one) in (1..).zip(&sent).skip(from).take(to - from) {
                book.add(one.received(id));
            }
            settle(book, find);
        };
        add(&mut whole, 0, at);
        add(&mut whole, at, sent.len());
        add(&mut begun, 0, at);
        let bytes = begun.write(b"this one", 3);
        let identity = Book::identity(&bytes).expect("is whole");
        assert_eq!((identity.trust, identity.newest), (3, begun.newest()));
        let mut again = Book::read(&bytes, [&pack], &pack, &pack.pack.stations).expect("is read");
        assert_eq!(shown(&again), shown(&begun));
        assert_eq!(over_all(&again), over_all(&begun));
        assert_eq!(again.write(b"this one", 3), bytes);
        add(&mut again, at, sent.len());
        assert_eq!(shown(&again), shown(&whole), "seed {seed}");
        assert_eq!(over_all(&again), over_all(&whole), "seed {seed}");
        assert_eq!((again.records(), again.newest()), (whole.records(), whole.newest()));
        assert_eq!(again.write(b"", 0), whole.write(b"", 0));
    }
}

#[test]
fn what_is_no_snapshot_of_this_is_not_used() {
    let pack = pack();
    let mut whole = book(&pack);
    arrive(&mut whole, &[protocol(1, 0, &[], "posted"), turnout(1, 1, "10", 5)]);
    let bytes = whole.write(b"this one", 0);
    let read = |bytes: &[u8]| Book::read(bytes, [&pack], &pack, &pack.pack.stations).map(drop);
    assert_eq!(read(&bytes), Ok(()));
    let other = Book::read(&bytes, [], &pack, &pack.pack.stations).map(drop);
    assert_eq!(other, Err(Unusable::Pack));
    assert_eq!(read(&[]), Err(Unusable::Damaged));
    for at in (0..bytes.len()).step_by(37) {
        assert!(read(&bytes[..at]).is_err(), "cut at {at}");
        let mut wrong = bytes.clone();
        wrong[at] ^= 4;
        assert!(read(&wrong).is_err(), "another byte at {at}");
    }
    let mut newer = bytes.clone();
    newer[19] += 1;
    assert_eq!(read(&newer), Err(Unusable::Version));
}
