//! Stable names for what has none of its own.

use kuager_analysis::book::State;

pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Missing => "missing",
        State::Partial => "partial",
        State::Late => "late",
        State::Conflict => "conflict",
        State::Unreachable => "unreachable",
        State::Failed => "failed",
        State::Unattended => "unattended",
    }
}
