//! The exit poll: selection, fences, and an order nobody can trace.

use kuager_wire::canonical::{self, TextMap};
use kuager_wire::pack::{Disposition, ExitPoll, LegalMode, Wave, WaveFields};
use kuager_wire::record::{Answers, Value};
use proptest::prelude::*;

use super::texts;
use crate::exit_poll::*;

fn poll() -> ExitPoll {
    let disposition = |code: &str, card: bool, observed: bool| Disposition {
        code: code.to_owned(),
        text: texts(code),
        card: card.then_some(true),
        observed: observed.then_some(true),
    };
    ExitPoll {
        form: "wave".to_owned(),
        fields: WaveFields {
            wave: "wave".to_owned(),
            interval: "interval".to_owned(),
            start: "start".to_owned(),
            passed: "passed".to_owned(),
            contacts: "contacts".to_owned(),
            disposition: "code".to_owned(),
            cards: "cards".to_owned(),
            embargo: Some("embargo".to_owned()),
        },
        interval: 7,
        waves: vec![Wave { key: "morning".to_owned(), from: 420, until: 600, target: Some(40) }],
        dispositions: vec![
            disposition("1.0", true, false),
            disposition("2.1", false, true),
            disposition("2.2", false, true),
            disposition("4.1", false, false),
        ],
        legal: Some(LegalMode {
            organisation: "Kuager Research".to_owned(),
            notice: "12 of 2026-08-01".to_owned(),
            embargo_until_ms: 1_788_000_000_000,
            law: None,
        }),
        off_reason: None,
        ages: None,
    }
}

fn wave(start: u32) -> Answers {
    begin(&poll(), "morning", &mut |_| start - 1).expect("begins")
}

#[test]
fn every_kth_voter_from_a_random_start() {
    let poll = poll();
    for start in 1..=7 {
        let mut answers = wave(start);
        let selected: Vec<i64> = (1..=30).filter(|_| pass(&poll, &mut answers, 1).expect("counts")).collect();
        let expected: Vec<i64> =
            (0..).map(|step| i64::from(start) + 7 * step).take_while(|number| *number <= 30).collect();
        assert_eq!(selected, expected);
        let state = state(&poll, &answers).expect("stands");
        assert_eq!((state.passed, state.selected), (30, i64::try_from(expected.len()).expect("few")));
    }
    let mut answers = wave(3);
    assert_eq!(until_next(&poll, &answers), Ok(3));
    assert_eq!(pass(&poll, &mut answers, 3), Ok(true));
    assert_eq!(until_next(&poll, &answers), Ok(7));
    assert_eq!(pass(&poll, &mut answers, -2), Ok(false));
    assert_eq!(until_next(&poll, &answers), Ok(2));
    assert_eq!(pass(&poll, &mut answers, -9), Ok(false));
    assert_eq!(answers.get("passed"), Some(&0.into()));
    // However the randomness answers, the start is one of 1 to k.
    let wild = begin(&poll, "morning", &mut |_| u32::MAX).expect("begins");
    assert_eq!(wild.get("start"), Some(&7.into()));
    assert_eq!(wild.get("embargo"), Some(&1_788_000_000_000.into()));
}

#[test]
fn without_a_legal_ground_nothing_begins() {
    let mut fenced = poll();
    fenced.legal = None;
    assert_eq!(begin(&fenced, "morning", &mut |_| 0), Err(ExitPollError::Off));
    fenced.legal = Some(LegalMode { notice: " ".to_owned(), ..poll().legal.expect("there") });
    assert_eq!(legal(&fenced), Err(ExitPollError::Off));
    assert_eq!(begin(&poll(), "night", &mut |_| 0), Err(ExitPollError::UnknownWave("night".to_owned())));
    let mut nothing = Answers::default();
    assert_eq!(pass(&poll(), &mut nothing, 1), Err(ExitPollError::NotAWave));
}

fn card(vote: &str, age: i64) -> Answers {
    [("vote", Value::from(vote)), ("age", Value::Int(age))].into_iter().collect()
}

#[test]
fn what_was_seen_never_stands_beside_a_card() {
    let (poll, mut answers) = (poll(), wave(1));
    let seen: TextMap<Value> = [("sex", Value::from("f"))].into_iter().collect();
    let nothing = TextMap::default();
    let mut note = |code: &str, seen: &TextMap<Value>, card| note_contact(&poll, &mut answers, code, seen, card);
    assert_eq!(note("1.0", &seen, Some(card("a", 1))), Err(ExitPollError::Observed("1.0".to_owned())));
    assert_eq!(note("1.0", &nothing, None), Err(ExitPollError::Card { code: "1.0".to_owned(), card: true }));
    assert_eq!(
        note("2.1", &seen, Some(card("a", 1))),
        Err(ExitPollError::Card { code: "2.1".to_owned(), card: false })
    );
    assert_eq!(note("4.1", &seen, None), Err(ExitPollError::Observed("4.1".to_owned())));
    assert_eq!(note("9", &nothing, None), Err(ExitPollError::UnknownDisposition("9".to_owned())));
    assert_eq!(note("2.1", &seen, None), Ok(()));
    assert_eq!(note("1.0", &nothing, Some(card("a", 1))), Ok(()));
    let stands = state(&poll, &answers).expect("stands");
    assert_eq!(stands.cards, 1);
    let counts: Vec<usize> = stands.contacts.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [1, 1, 0, 0]);
}

fn contacts() -> impl Strategy<Value = Vec<(usize, usize, i64)>> {
    proptest::collection::vec((0_usize..4, 0_usize..3, 0_i64..4), 1..24)
}

/// The bytes of a draft after these people, in this order.
fn typed(people: &[(usize, usize, i64)]) -> Vec<u8> {
    let (poll, mut answers) = (poll(), wave(2));
    for (disposition, vote, age) in people {
        let code = poll.dispositions[*disposition].code.clone();
        let card = (*disposition == 0).then(|| card(["a", "b", "c"][*vote], *age));
        let mut seen = TextMap::default();
        if matches!(disposition, 1 | 2) {
            seen.insert("sex", Value::from(["f", "m", "?"][*vote]));
            seen.insert("age", Value::Int(*age));
        }
        note_contact(&poll, &mut answers, &code, &seen, card).expect("fits");
        // Not only at the end: no draft on the way keeps an order either.
        let mut settled = answers.clone();
        settle(&poll, &mut settled);
        assert_eq!(settled, answers);
    }
    canonical::encode(&answers, 1 << 20).expect("encodes")
}

proptest! {
    #[test]
    fn the_order_people_came_in_leaves_no_trace(
        (people, shuffled) in contacts().prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle())),
    ) {
        prop_assert_eq!(typed(&people), typed(&shuffled));
    }

    #[test]
    fn lists_typed_another_way_are_put_in_order_before_sealing(
        (people, shuffled) in contacts().prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle())),
    ) {
        let poll = poll();
        let direct = |people: &[(usize, usize, i64)]| {
            let mut answers = wave(2);
            let cards = people.iter().map(|(_, vote, age)| Value::Group(card(["a", "b", "c"][*vote], *age)));
            answers.insert("cards", Value::List(cards.collect()));
            settle(&poll, &mut answers);
            answers
        };
        prop_assert_eq!(direct(&people), direct(&shuffled));
    }
}
