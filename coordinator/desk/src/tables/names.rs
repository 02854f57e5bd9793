//! Stable names for what has none of its own.

use kuager_analysis::book::{State, Status};
use kuager_wire::pack::Gravity;

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

pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::None => "none",
        Status::Reported => "reported",
        Status::Confirmed => "confirmed",
        Status::Disputed => "disputed",
        Status::OfficialMatch => "official_match",
        Status::OfficialMismatch => "official_mismatch",
    }
}

pub(crate) const fn gravity(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Procedural => "procedural",
        Gravity::Serious => "serious",
        Gravity::Critical => "critical",
    }
}
