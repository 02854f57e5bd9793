//! The media lane as pure code: which file is uploaded next, and what becomes of one that failed.
//!
//! Files travel beside records and never before them. They have a lane of their own: a broken upload says nothing about
//! records, which are small enough to pass where a photo does not.

use super::lane::{Jitter, backoff_ms};
use crate::clock::{ClockSample, Due};
use crate::queue::{FailureClass, HeldReason, Lane, Network, Obstacle, UploadItem, UploadState};

/// Attempts after which a file ages by one priority.
const AGEING: u32 = 5;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadPlan {
    /// Upload this file.
    Start(i64),
    /// Nothing can be done for so long; `None` when something else has to happen first.
    Wait {
        /// Milliseconds until something is due.
        ms: Option<u64>,
        /// Why.
        obstacle: Obstacle,
    },
    /// Every file is receipted.
    Idle,
}

/// Decides what to upload next.
#[must_use]
pub fn plan(lane: &Lane, items: &[UploadItem], network: Network, now: &ClockSample) -> UploadPlan {
    if items.is_empty() {
        return UploadPlan::Idle;
    }
    let wait = lane.wait_ms(now);
    if let Some(gate) = lane.gate.filter(|_| wait > 0) {
        return UploadPlan::Wait { ms: Some(wait), obstacle: Obstacle::Network(gate.class) };
    }
    let allowed = |item: &&UploadItem| is_allowed(item, network);
    let wait_of = |item: &UploadItem| match item.state {
        UploadState::Delayed { until, .. } => until.remaining_ms(now),
        _ => 0,
    };
    let open = || items.iter().filter(|item| item.has_path && !matches!(item.state, UploadState::Held { .. }));
    let due = open().filter(allowed).filter(|item| wait_of(item) == 0);
    if let Some(item) = due.min_by_key(|item| (item.priority + item.attempts / AGEING, item.attempts, item.media)) {
        return UploadPlan::Start(item.media);
    }
    if let Some(item) = open().filter(allowed).min_by_key(|item| wait_of(item)) {
        let class = match item.state {
            UploadState::Delayed { class, .. } => class,
            _ => FailureClass::Offline,
        };
        return UploadPlan::Wait { ms: Some(wait_of(item)), obstacle: Obstacle::Network(class) };
    }
    let obstacle = if open().next().is_some() {
        Obstacle::Held(HeldReason::Metered)
    } else if items.iter().any(|item| matches!(item.state, UploadState::Held { .. })) {
        Obstacle::Held(HeldReason::Policy)
    } else {
        Obstacle::Held(HeldReason::Record)
    };
    UploadPlan::Wait { ms: None, obstacle }
}

/// Whether a file may go over a network of this kind: an original that nobody wants at any price waits for a free one.
#[must_use]
pub const fn is_allowed(item: &UploadItem, network: Network) -> bool {
    matches!(network, Network::Unmetered) || !item.original || item.send_now
}

/// Where a file stands after its upload failed for a reason of its own (not the network's).
#[must_use]
pub fn delayed(item_attempts: u32, class: FailureClass, now: &ClockSample, jitter: Jitter<'_>) -> UploadState {
    UploadState::Delayed { until: Due::after(now, backoff_ms(item_attempts.max(1), jitter)), class }
}

#[cfg(test)]
mod tests {
    use kuager_wire::ids::BootId;

    use super::*;

    const NOW: ClockSample = ClockSample { wall_ms: 0, monotonic_ms: 1_000, boot_id: BootId([1; 16]) };

    fn item(media: i64, priority: u32, original: bool) -> UploadItem {
        UploadItem {
            media,
            priority,
            original,
            send_now: false,
            has_path: true,
            attempts: 0,
            state: UploadState::Waiting,
        }
    }

    #[test]
    fn previews_go_before_originals_and_alone_on_a_metered_network() {
        let items = [item(1, 2, true), item(2, 0, false), item(3, 1, false)];
        let lane = Lane::default();
        assert_eq!(plan(&lane, &items, Network::Unmetered, &NOW), UploadPlan::Start(2));
        let originals = [item(1, 2, true)];
        let held = UploadPlan::Wait { ms: None, obstacle: Obstacle::Held(HeldReason::Metered) };
        assert_eq!(plan(&lane, &originals, Network::Metered, &NOW), held);
        let wanted = [UploadItem { send_now: true, ..originals[0] }];
        assert_eq!(plan(&lane, &wanted, Network::Metered, &NOW), UploadPlan::Start(1));
    }

    #[test]
    fn nothing_is_uploaded_before_its_record_is_receipted() {
        let items = [UploadItem { has_path: false, ..item(1, 0, false) }];
        let waits = UploadPlan::Wait { ms: None, obstacle: Obstacle::Held(HeldReason::Record) };
        assert_eq!(plan(&Lane::default(), &items, Network::Unmetered, &NOW), waits);
        assert_eq!(plan(&Lane::default(), &[], Network::Unmetered, &NOW), UploadPlan::Idle);
    }

    #[test]
    fn one_that_keeps_failing_lets_the_others_pass() {
        let mut bad = item(1, 0, false);
        bad.attempts = 30;
        assert_eq!(plan(&Lane::default(), &[bad, item(2, 3, true)], Network::Unmetered, &NOW), UploadPlan::Start(2));
        bad.state = delayed(3, FailureClass::Rejected, &NOW, &mut |below| below);
        let alone = plan(&Lane::default(), &[bad], Network::Unmetered, &NOW);
        assert_eq!(alone, UploadPlan::Wait { ms: Some(8_000), obstacle: Obstacle::Network(FailureClass::Rejected) });
    }

    #[test]
    fn a_closed_lane_is_closed_for_all() {
        let mut lane = Lane::default();
        lane.failed(FailureClass::Reset, None, 0, &NOW, &mut |below| below);
        let wait = plan(&lane, &[item(1, 0, false)], Network::Unmetered, &NOW);
        assert!(matches!(wait, UploadPlan::Wait { ms: Some(_), obstacle: Obstacle::Network(FailureClass::Reset) }));
    }
}
