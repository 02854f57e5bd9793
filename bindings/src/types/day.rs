//! What is counted on the day: heads at a station, contacts of the exit poll.

use kuager_core::forms::exit_poll;
use kuager_core::forms::tally::Tally;

use super::numbers::{counted, signed};

/// Heads counted at a station.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TallyInfo {
    /// Heads counted.
    pub total: i64,
    /// Wall clock at the first tap.
    pub began_ms: Option<i64>,
    /// Wall clock at the last tap.
    pub tapped_ms: Option<i64>,
    /// Nobody counts at the moment.
    pub away: bool,
    /// The whole day was counted, as far as the taps tell.
    pub whole: bool,
}

pub(crate) fn tally(tally: &Tally) -> TallyInfo {
    TallyInfo {
        total: signed(tally.total),
        began_ms: tally.began_ms,
        tapped_ms: tally.tapped_ms,
        away: tally.absences.last().is_some_and(|absence| absence.until_ms.is_none()),
        whole: tally.is_whole(),
    }
}

/// How a wave of the exit poll stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WaveState {
    /// All who left.
    pub passed: i64,
    /// Voters to be asked so far.
    pub selected: i64,
    /// Contacts so far.
    pub contacts: i64,
    /// Cards so far.
    pub cards: i64,
}

pub(crate) fn wave_state(state: &exit_poll::WaveState) -> WaveState {
    WaveState {
        passed: state.passed,
        selected: state.selected,
        contacts: state.contacts.iter().map(|(_, count)| counted(*count)).sum(),
        cards: counted(state.cards),
    }
}
