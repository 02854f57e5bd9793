//! Who is silent, what is late, what needs somebody: at a moment, and whatever the clock says otherwise.

use kuager_wire::ids::{Kid, ObserverId};

use super::{DAWN_MS, STATION, Sent, arrive, book, pack, protocol, row, turnout};
use crate::book::{Book, DeviceFact, HourState, Order, Query, State};

const HOUR_MS: u64 = 60 * 60 * 1000;

fn fact(observer: u8, stations: &[&str], seen_ms: u64) -> DeviceFact {
    let stations = stations.iter().map(|station| (*station).to_owned()).collect();
    DeviceFact { kid: Kid([observer; 16]), observer: ObserverId([observer; 16]), stations, seen_ms }
}

fn found(book: &Book, query: &Query, now_ms: u64) -> Vec<String> {
    let rows = book.board(query, 0, 1_000, now_ms).rows;
    rows.into_iter().filter_map(|row| row.key.station).collect()
}

fn state(state: State) -> Query {
    Query { state: Some(state), ..Query::default() }
}

fn at(sent: Sent, received_ms: u64) -> Sent {
    Sent { received_ms, ..sent }
}

#[test]
fn silence_has_its_reasons_told_apart() {
    let pack = pack();
    let keys: Vec<&str> = pack.pack.stations.iter().map(|station| station.key.as_str()).collect();
    let [first, second, third] = [keys[0], keys[1], keys[2]];
    let mut all = book(&pack);
    assert_eq!(
        found(&all, &state(State::Missing), DAWN_MS).len(),
        keys.len(),
        "nobody is bound: anybody may be anywhere"
    );
    all.set_devices(&[fact(1, &[first, second], DAWN_MS), fact(2, &[third], DAWN_MS - 5 * HOUR_MS)]);
    let now = DAWN_MS + HOUR_MS / 2;
    arrive(&mut all, &[at(turnout(1, 0, "10", 100).at(first), now)]);
    assert_eq!(found(&all, &state(State::Missing), now), [second, third]);
    assert_eq!(found(&all, &state(State::Unreachable), now), [third], "the other phone was heard of just now");
    assert_eq!(found(&all, &state(State::Unattended), now).len(), keys.len() - 3);
    assert_eq!(found(&all, &state(State::Partial), now), [first]);
    // Two hours later nobody hears of the first phone either, which is another thing than a report that does not come.
    let later = now + 2 * HOUR_MS;
    assert_eq!(found(&all, &state(State::Unreachable), later), [first, second, third]);
    // It asks for its messages: there is a connection, and no report.
    all.heard_of([(Kid([1; 16]), later), (Kid([9; 16]), later)]);
    assert_eq!(found(&all, &state(State::Unreachable), later), [third]);
    assert_eq!(found(&all, &state(State::Missing), later), [second, third]);
    let board = all.board(&Query::default(), 0, 10, now);
    assert_eq!(board.states[&State::Missing], 2);
    assert_eq!(board.regions.iter().map(|region| region.stations).sum::<u64>(), keys.len() as u64);
    assert_eq!(board.regions.iter().map(|region| region.heard).sum::<u64>(), 1);
}

#[test]
fn figures_are_late_by_the_hours_of_the_pack() {
    let pack = pack();
    let mut all = book(&pack);
    all.set_devices(&[fact(1, &[STATION], DAWN_MS)]);
    arrive(&mut all, &[turnout(1, 0, "12", 300)]);
    let hours = |now_ms: u64| {
        let row = all.board_row(&row(STATION), now_ms).expect("is listed");
        (row.hours.iter().map(|(_, state)| *state).collect::<Vec<_>>(), row.states.contains(&State::Late))
    };
    use HourState::{Heard, Late, Open};
    // 10:29 and 10:30 at the stations.
    let half_past_ten = DAWN_MS + 4 * HOUR_MS + HOUR_MS / 2;
    assert_eq!(hours(half_past_ten - 1), (vec![Open, Heard, Open, Open, Open, Open], false));
    assert_eq!(hours(half_past_ten), (vec![Late, Heard, Open, Open, Open, Open], true));
    assert_eq!(hours(u64::MAX), (vec![Late, Heard, Late, Late, Late, Late], true));
    assert_eq!(found(&all, &state(State::Late), half_past_ten), [STATION]);
}

#[test]
fn stations_are_found_as_people_type_them() {
    let pack = pack();
    let all = book(&pack);
    let words = |typed: &str| found(&all, &Query { words: typed.to_owned(), ..Query::default() }, 0);
    let almaty = words("алматы");
    assert!(!almaty.is_empty() && words("ALMATY") == almaty && words(" Алм ").len() >= almaty.len());
    assert!(words(STATION).contains(&STATION.to_owned()));
    assert!(words("no such place").is_empty());
    let region = Query { region: Some("710000000".to_owned()), ..Query::default() };
    assert!(found(&all, &region, 0).iter().all(|key| key.starts_with("710000000")));
    assert!(found(&all, &Query { region: Some("nowhere".to_owned()), ..Query::default() }, 0).is_empty());
    // However long it is, only so many words count.
    assert!(words(&"астана ".repeat(10_000)).len() <= pack.pack.stations.len());
}

#[test]
fn the_board_is_filtered_sorted_and_paged() {
    let pack = pack();
    let keys: Vec<&str> = pack.pack.stations.iter().map(|station| station.key.as_str()).collect();
    let [first, second, third] = [keys[0], keys[1], keys[2]];
    let mut all = book(&pack);
    arrive(
        &mut all,
        &[
            at(turnout(1, 0, "10", 1).at(second), 3_000),
            at(protocol(2, 0, &[("P02", 5_000)], "posted").at(third), 2_000),
            at(turnout(3, 0, "10", 1).at(first), 1_000),
        ],
    );
    assert_eq!(found(&all, &state(State::Failed), 0), [third]);
    let ordered = |order: Order| found(&all, &Query { order, ..Query::default() }, 0);
    assert_eq!(ordered(Order::Place), keys);
    assert_eq!(ordered(Order::Trouble)[0], third);
    assert_eq!(ordered(Order::News)[..3], [second, third, first]);
    assert_eq!(ordered(Order::Silence)[keys.len() - 1], second);
    let without = Query { without_form: Some("turnout".to_owned()), ..Query::default() };
    assert_eq!(found(&all, &without, 0).len(), keys.len() - 2);
    let observer = Query { observer: Some("0202".to_owned()), ..Query::default() };
    assert_eq!(found(&all, &observer, 0), [third]);
    let page = all.board(&Query::default(), 4, 3, 0);
    assert_eq!((page.found, page.rows.len()), (keys.len(), 3));
    assert_eq!(page.rows[0].key.station.as_deref(), Some(keys[4]));
    assert!(all.board(&Query::default(), usize::MAX, 3, 0).rows.is_empty());
    // A contest that is not held in a region is not expected there.
    let rows = all.board(&Query::default(), 0, 1_000, 0).rows;
    let expects = |key: &str, form: &str| {
        rows.iter()
            .find(|row| row.key.station.as_deref() == Some(key))
            .is_some_and(|row| row.expected.iter().any(|id| id == form))
    };
    assert!(!expects(STATION, "protocol-single") && expects(STATION, "protocol-list"));
}
