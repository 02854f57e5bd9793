use kuager_wire::ids::BootId;
use proptest::prelude::*;

use super::super::lane::RETRY_AFTER_CAP_MS;
use super::*;
use crate::queue::FULL_BATCH;

fn at(ms: u64) -> ClockSample {
    ClockSample { wall_ms: 1_700_000_000_000, monotonic_ms: ms, boot_id: BootId([1; 16]) }
}

fn item(record: i64, priority: u32, state: State) -> Item {
    Item { record, priority, size: 1000, state, attempts: 0 }
}

fn no_jitter(below: u64) -> u64 {
    below
}

#[test]
fn first_genesis_then_credential_then_records() {
    let lane = Lane::default();
    let items = [item(1, 1, State::Sealed)];
    assert_eq!(plan(&lane, Session::NeedsGenesis, &items, &at(0)), Plan::FetchGenesis);
    assert_eq!(plan(&lane, Session::NeedsCredential, &items, &at(0)), Plan::Enrol);
    assert_eq!(plan(&lane, Session::Ready, &items, &at(0)), Plan::Send(vec![1]));
    assert_eq!(plan(&lane, Session::Ready, &[], &at(0)), Plan::Idle);
    let refused = plan(&lane, Session::EnrolmentRefused(RefusalCode::InviteUsed), &items, &at(0));
    assert_eq!(refused, Plan::Wait { ms: None, obstacle: Obstacle::Enrolment(RefusalCode::InviteUsed) });
}

#[test]
fn protocols_go_first_and_a_batch_stays_within_its_size() {
    let mut items: Vec<_> = (1..=100).map(|n| item(n, 1, State::Sealed)).collect();
    items.push(item(101, 0, State::Sealed));
    let Plan::Send(batch) = plan(&Lane::default(), Session::Ready, &items, &at(0)) else { panic!("sends") };
    assert_eq!(batch[..3], [101, 1, 2]);
    assert_eq!(batch.len(), limits::BATCH / 1000);
    let huge = [Item { size: limits::BATCH + 1, ..item(1, 1, State::Sealed) }];
    assert_eq!(plan(&Lane::default(), Session::Ready, &huge, &at(0)), Plan::Send(vec![1]));
}

#[test]
fn the_lane_waits_longer_each_time_up_to_the_cap() {
    let mut lane = Lane::default();
    let waits: Vec<_> = (0..12)
        .map(|_| {
            lane.failed(FailureClass::Offline, None, 5, &at(0), &mut no_jitter);
            lane.wait_ms(&at(0))
        })
        .collect();
    assert_eq!(waits[..4], [2_000, 4_000, 8_000, 16_000]);
    assert_eq!(waits[11], BACKOFF_CAP_MS);
    assert_eq!(lane.batch, FULL_BATCH, "being offline says nothing about the batch");
    lane.succeeded();
    assert_eq!(lane.wait_ms(&at(0)), 0);
}

#[test]
fn retry_after_is_a_floor_that_send_now_respects() {
    let mut lane = Lane::default();
    lane.failed(FailureClass::ServerBusy, Some(30_000), 5, &at(0), &mut |_| 0);
    lane.nudge();
    assert_eq!(lane.wait_ms(&at(0)), 30_000);
    lane.failed(FailureClass::ServerBusy, Some(u64::MAX), 5, &at(0), &mut |_| 0);
    assert_eq!(lane.wait_ms(&at(0)), RETRY_AFTER_CAP_MS);

    let mut lane = Lane::default();
    lane.failed(FailureClass::Dns, None, 5, &at(0), &mut no_jitter);
    lane.nudge();
    assert_eq!(lane.wait_ms(&at(0)), 0);
}

#[test]
fn every_refusal_leads_somewhere() {
    let sent = Item { attempts: 1, ..item(1, 1, State::Sending) };
    for &code in RefusalCode::ALL {
        let decision = Decision::Refused { code, retryable: code.retryable() };
        let state = after_decision(&sent, decision, &at(0), &mut no_jitter);
        // A number that is used stays so; what has it is sealed anew.
        assert_eq!(state.is_open(), code.retryable() || code == RefusalCode::NumberUsed, "{code:?}");
    }
    let unknown = Decision::Refused { code: RefusalCode::UnknownDevice, retryable: true };
    let state = after_decision(&sent, unknown, &at(0), &mut no_jitter);
    assert!(matches!(state, State::Held { reason: HeldReason::Auth, .. }));
}

/// A coordinator that crashes on one record: the others must arrive, whatever its priority.
#[test]
fn one_poisonous_record_blocks_nobody() {
    let poison = 1;
    let mut items: Vec<_> = (1..=40).map(|n| item(n, u32::from(n != poison), State::Sealed)).collect();
    let mut lane = Lane::default();
    let mut now = 0;
    for _ in 0..200 {
        match plan(&lane, Session::Ready, &items, &at(now)) {
            Plan::Send(batch) => {
                let poisoned = batch.contains(&poison);
                for item in items.iter_mut().filter(|item| batch.contains(&item.record)) {
                    item.attempts += 1;
                    if !poisoned {
                        item.state = State::Accepted;
                    }
                }
                if poisoned {
                    lane.failed(FailureClass::ServerBusy, None, batch.len(), &at(now), &mut no_jitter);
                } else {
                    lane.succeeded();
                }
            }
            Plan::Wait { ms: Some(ms), .. } => now += ms,
            other => panic!("{other:?}"),
        }
        if items.iter().all(|item| item.record == poison || item.state == State::Accepted) {
            return;
        }
    }
    panic!("stuck with {} of 39", items.iter().filter(|item| item.state == State::Accepted).count());
}

#[derive(Debug, Clone, Copy)]
enum Weather {
    Fails(FailureClass, Option<u64>),
    Refuses(RefusalCode),
    Accepts,
}

fn weather() -> impl Strategy<Value = Weather> {
    prop_oneof![
        (prop::sample::select(FailureClass::ALL.to_vec()), prop::option::of(0_u64..10_000_000))
            .prop_map(|(class, retry)| Weather::Fails(class, retry)),
        prop::sample::select(RefusalCode::ALL.to_vec())
            .prop_filter("for good", |code| code.retryable())
            .prop_map(Weather::Refuses),
        Just(Weather::Accepts),
    ]
}

proptest! {
    /// Invariant 5: whatever happened, once the network is healed and time passes, the queue is empty.
    #[test]
    fn a_healed_network_empties_the_queue(
        history in prop::collection::vec((weather(), 0_u64..2_000_000), 0..60),
        count in 1_i64..30,
        seed: u64,
    ) {
        let mut random = seed | 1;
        let mut jitter = move |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below.max(1)
        };
        let mut items: Vec<_> = (1..=count).map(|n| item(n, u32::from(n % 3 != 0), State::Sealed)).collect();
        let mut lane = Lane::default();
        let mut now = 0;
        let healed = std::iter::repeat_n((Weather::Accepts, 0), 200);
        for (weather, pause) in history.into_iter().chain(healed) {
            now += pause;
            match plan(&lane, Session::Ready, &items, &at(now)) {
                Plan::Send(batch) => {
                    prop_assert!(!batch.is_empty());
                    for item in items.iter_mut().filter(|item| batch.contains(&item.record)) {
                        prop_assert!(item.state.is_open() && item.state.wait_ms(&at(now)) == 0);
                        item.attempts += 1;
                        item.state = match weather {
                            Weather::Accepts => after_decision(item, Decision::Accepted, &at(now), &mut jitter),
                            Weather::Refuses(code) => {
                                after_decision(item, Decision::Refused { code, retryable: true }, &at(now), &mut jitter)
                            }
                            Weather::Fails(class, _) => {
                                after_failure(item, class, batch.len() == 1, &at(now), &mut jitter)
                            }
                        };
                        prop_assert!(item.state == State::Accepted || item.state.is_open());
                    }
                    match weather {
                        Weather::Fails(class, retry) => lane.failed(class, retry, batch.len(), &at(now), &mut jitter),
                        _ => lane.succeeded(),
                    }
                }
                Plan::Wait { ms, .. } => {
                    let ms = ms.expect("no person is needed here");
                    prop_assert!(ms > 0 && ms <= RETRY_AFTER_CAP_MS);
                    now += ms;
                }
                Plan::Idle => break,
                other => prop_assert!(false, "{other:?}"),
            }
        }
        prop_assert!(items.iter().all(|item| item.state == State::Accepted), "{items:?} {lane:?}");
    }
}
