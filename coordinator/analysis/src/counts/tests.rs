//! Arrivals in every order, told twice, corrected, and spoken about.

use super::*;

fn hash(number: u64) -> RecordHash {
    RecordHash::of(&number.to_be_bytes())
}

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
        training: false,
        received_ms: 1000 + seq,
    }
}

/// What is counted: training, station, form, how many.
fn counted(counter: &Counter) -> Vec<(bool, String, String, u64)> {
    let counts = counter.counts();
    let rows = counts.rows().iter().flat_map(|(key, row)| row.iter().map(move |(form, count)| (key, form, count)));
    rows.map(|(key, form, count)| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        (key.training, text(&key.station), text(form), count.count)
    })
    .collect()
}

/// Arrivals in this order, numbered as they come.
fn arrive(records: &[Received<'_>]) -> (Counter, BTreeSet<RowKey>) {
    let (mut counter, mut changed) = (Counter::default(), BTreeSet::new());
    for (record, id) in records.iter().zip(1..) {
        counter.add(Received { id, ..*record }, &mut changed);
    }
    (counter, changed)
}

/// Every order of a few.
fn orders<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..of.len() {
        let mut rest = of.to_vec();
        let first = rest.remove(at);
        all.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, first.clone());
            order
        }));
    }
    all
}

#[test]
fn what_is_heard_twice_is_counted_once() {
    let mut all = Counter::default();
    let mut changed = BTreeSet::new();
    for (id, training) in [(1, false), (2, false), (2, false), (1, false), (3, true)] {
        all.add(Received { training, ..received(id) }, &mut changed);
    }
    assert_eq!((changed.len(), all.counts().newest()), (2, 3));
    let counts: Vec<_> = all.counts().rows().values().map(|row| row[&Some("turnout".to_owned())]).collect();
    assert_eq!(counts, [Count { count: 2, last_ms: 1002 }, Count { count: 1, last_ms: 1003 }]);
}

#[test]
fn of_every_record_the_latest_version_counts_whichever_comes_first() {
    // 2 and 3 correct 1, 4 corrects 3 and moves it to another station; 5 is another record.
    let corrects = |id: i64, of: u64| Received { supersedes: Some(hash(of)), ..received(id) };
    let moved = Received { station: Some("750000000-1"), ..corrects(4, 3) };
    for order in orders(&[received(1), corrects(2, 1), corrects(3, 1), moved, received(5)]) {
        let (counter, _) = arrive(&order);
        let here = (false, "710000000-99".to_owned(), "turnout".to_owned(), 1);
        let there = (false, "750000000-1".to_owned(), "turnout".to_owned(), 1);
        assert_eq!(counted(&counter), [here, there], "{order:?}");
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
        let (counter, changed) = arrive(&order);
        assert_eq!(counted(&counter), expected, "{order:?}");
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
    let mut counter = Counter::default();
    counter.add(received(1), &mut BTreeSet::new());
    let mut changed = BTreeSet::new();
    let moved = Received { station: None, supersedes: Some(hash(1)), ..received(2) };
    counter.add(moved, &mut changed);
    let stations: Vec<_> = changed.iter().map(|key| key.station.as_deref()).collect();
    assert_eq!(stations, [None, Some("710000000-99")]);
}

#[test]
fn a_long_line_of_words_and_of_corrections_ends() {
    let (mut counter, mut changed) = (Counter::default(), BTreeSet::new());
    for id in 1..2_000_i64 {
        let before = id.checked_sub(1).and_then(|id| u64::try_from(id).ok()).map(hash);
        let (supersedes, follows) = if id < 1_000 { (before, None) } else { (None, before) };
        counter.add(Received { supersedes, follows, ..received(id) }, &mut changed);
    }
    let all: u64 = counted(&counter).iter().map(|row| row.3).sum();
    assert_eq!(all, 1 + 1_000);
}
