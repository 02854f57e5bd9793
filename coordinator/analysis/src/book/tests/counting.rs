//! Arrivals in every order, told twice, corrected, and spoken about.

use std::collections::BTreeSet;

use kuager_wire::ids::{Kid, ObserverId};
use kuager_wire::record::RecordKind;

use super::{hash, orders};
use crate::book::line::NONE;
use crate::book::{Book, Count, Received, RowKey};

fn received(id: i64) -> Received<'static> {
    let seq = u64::try_from(id).expect("positive");
    Received {
        id,
        hash: hash(seq),
        kid: Kid([1; 16]),
        observer: ObserverId([1; 16]),
        seq,
        supersedes: None,
        follows: None,
        station: Some("710000000-99"),
        form: Some("turnout"),
        kind: RecordKind::Turnout,
        training: false,
        received_ms: 1000 + seq,
        record: None,
    }
}

/// What is counted: training, station, form, how many.
fn counted(book: &Book) -> Vec<(bool, String, String, u64)> {
    let mut counted = Vec::new();
    for (row, summary) in &book.summaries {
        let key = book.key(*row);
        for (form, count) in &summary.forms {
            let form = if *form == NONE { String::new() } else { book.words.name(*form).to_owned() };
            counted.push((key.training, key.station.clone().unwrap_or_default(), form, count.count));
        }
    }
    counted.sort();
    counted
}

/// Arrivals in this order, numbered as they come.
fn arrive(records: &[Received<'_>]) -> (Book, BTreeSet<RowKey>) {
    let mut book = Book::new();
    for (record, id) in records.iter().zip(1..) {
        book.add(Received { id, ..*record });
    }
    let changed = book.settle();
    (book, changed)
}

#[test]
fn what_is_heard_twice_is_counted_once() {
    let mut book = Book::new();
    for (id, training) in [(1, false), (2, false), (2, false), (1, false), (3, true)] {
        book.add(Received { training, ..received(id) });
    }
    assert_eq!((book.settle().len(), book.newest(), book.records()), (2, 3, 2));
    assert!(book.settle().is_empty(), "nothing has changed since");
    let turnout = book.words.find("turnout").expect("was met");
    let mut counts: Vec<Count> = book.summaries.values().map(|summary| summary.forms[&turnout]).collect();
    counts.sort_by_key(|count| count.last_ms);
    assert_eq!(counts, [Count { count: 2, last_ms: 1002 }, Count { count: 1, last_ms: 1003 }]);
}

#[test]
fn of_every_record_the_latest_version_counts_whichever_comes_first() {
    // 2 and 3 correct 1, 4 corrects 3 and moves it to another station; 5 is another record.
    let corrects = |id: i64, of: u64| Received { supersedes: Some(hash(of)), ..received(id) };
    let moved = Received { station: Some("750000000-1"), ..corrects(4, 3) };
    for order in orders(&[received(1), corrects(2, 1), corrects(3, 1), moved, received(5)]) {
        let (book, _) = arrive(&order);
        let here = (false, "710000000-99".to_owned(), "turnout".to_owned(), 1);
        let there = (false, "750000000-1".to_owned(), "turnout".to_owned(), 1);
        assert_eq!(counted(&book), [here, there], "{order:?}");
    }
    // Nobody corrects the record of another observer.
    let foreign = Received { kid: Kid([2; 16]), observer: ObserverId([2; 16]), ..corrects(2, 1) };
    for order in orders(&[received(1), foreign]) {
        assert_eq!(counted(&arrive(&order).0)[0].3, 2, "{order:?}");
    }
}

/// One that was lost, or whose store was put back from a copy, so that another key goes on.
#[test]
fn a_record_is_corrected_by_another_device_of_its_observer() {
    let corrects = |id: i64, of: u64| Received { supersedes: Some(hash(of)), ..received(id) };
    // Numbered lower in its own chain, and moved to another station.
    let other = Received { kid: Kid([2; 16]), seq: 0, station: Some("750000000-1"), ..corrects(9, 2) };
    for order in orders(&[received(1), corrects(2, 1), other]) {
        let there = (false, "750000000-1".to_owned(), "turnout".to_owned(), 1);
        assert_eq!(counted(&arrive(&order).0), [there], "{order:?}");
    }
}

#[test]
fn a_word_stands_where_the_record_stands_that_it_is_about() {
    // 2 is a word of another device about 1, 3 a word about 2; 4 corrects 1 and moves it.
    let word = |id: i64, about: u64| Received {
        follows: Some(hash(about)),
        kid: Kid([2; 16]),
        observer: ObserverId([2; 16]),
        station: None,
        form: None,
        ..received(id)
    };
    let moved = Received { station: Some("750000000-1"), supersedes: Some(hash(1)), ..received(4) };
    let named = |station: &str, form: &str, count| (false, station.to_owned(), form.to_owned(), count);
    for order in orders(&[received(1), word(2, 1), word(3, 2)]) {
        let expected = [named("710000000-99", "", 2), named("710000000-99", "turnout", 1)];
        let (book, changed) = arrive(&order);
        assert_eq!(counted(&book), expected, "{order:?}");
        assert!(changed.iter().any(|key| key.station.as_deref() == Some("710000000-99")));
    }
    for order in orders(&[received(1), word(2, 1), word(3, 2), moved]) {
        let expected = [named("750000000-1", "", 2), named("750000000-1", "turnout", 1)];
        assert_eq!(counted(&arrive(&order).0), expected, "{order:?}");
    }
    // About a record nobody has, it stands where it says itself.
    assert_eq!(counted(&arrive(&[word(2, 1)]).0), [named("", "", 1)]);
}

#[test]
fn a_row_that_changed_is_told_on_both_sides() {
    let mut book = Book::new();
    book.add(received(1));
    book.settle();
    book.add(Received { station: None, supersedes: Some(hash(1)), ..received(2) });
    let stations: Vec<_> = book.settle().into_iter().map(|key| key.station).collect();
    assert_eq!(stations, [None, Some("710000000-99".to_owned())]);
    assert_eq!(book.records(), 1);
}

#[test]
fn a_long_line_of_words_and_of_corrections_ends() {
    let mut book = Book::new();
    for id in 1..2_000_i64 {
        let before = id.checked_sub(1).and_then(|id| u64::try_from(id).ok()).map(hash);
        let (supersedes, follows) = if id < 1_000 { (before, None) } else { (None, before) };
        book.add(Received { supersedes, follows, ..received(id) });
    }
    book.settle();
    let all: u64 = counted(&book).iter().map(|row| row.3).sum();
    assert_eq!((all, book.records()), (1 + 1_000, 1 + 1_000));
}
