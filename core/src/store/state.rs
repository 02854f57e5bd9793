//! The states of a record as numbers and columns.

use kuager_wire::canonical;
use kuager_wire::receipt::RefusalCode;
use rusqlite::Row;

use super::error::StoreError;
use crate::clock::Due;
use crate::queue::{FailureClass, HeldReason, State};

pub(super) const SEALED: u8 = 0;
pub(super) const SENDING: u8 = 1;
pub(super) const WAITING: u8 = 2;
pub(super) const HELD: u8 = 3;
pub(super) const REFUSED: u8 = 4;
pub(super) const ACCEPTED: u8 = 5;
pub(super) const FORKED: u8 = 6;
/// Sealed anew under another key, as the record whose hash is the detail. It stays, and is no item of the outbox any more.
pub(super) const RESEALED: u8 = 7;

pub(super) fn state_columns(state: &State) -> (u8, Option<Due>, Option<&'static str>) {
    match state {
        State::Sealed => (SEALED, None, None),
        State::Sending => (SENDING, None, None),
        State::Waiting { until, class } => (WAITING, Some(*until), Some(class.name())),
        State::Held { until, reason } => (HELD, Some(*until), Some(reason.name())),
        State::Refused { code } => (REFUSED, None, Some(code.name())),
        State::Accepted => (ACCEPTED, None, None),
        State::Forked => (FORKED, None, None),
    }
}

pub(super) fn read_state(row: &Row<'_>, first: usize) -> Result<State, StoreError> {
    let unexpected = |what: &str| StoreError::Other(format!("an outbox row has an unexpected {what}"));
    let number: u8 = row.get(first)?;
    let until = || -> Result<Due, StoreError> {
        let bytes: Option<Vec<u8>> = row.get(first + 1)?;
        Ok(canonical::decode(&bytes.ok_or_else(|| unexpected("wait"))?, 256)?)
    };
    let detail: Option<String> = row.get(first + 2)?;
    let detail = detail.unwrap_or_default();
    Ok(match number {
        SEALED => State::Sealed,
        SENDING => State::Sending,
        WAITING => {
            let class = FailureClass::from_name(&detail);
            State::Waiting { until: until()?, class: class.ok_or_else(|| unexpected("class"))? }
        }
        HELD => State::Held { until: until()?, reason: HeldReason::Auth },
        REFUSED => {
            let code = RefusalCode::from_name(&detail);
            State::Refused { code: code.ok_or_else(|| unexpected("code"))? }
        }
        ACCEPTED => State::Accepted,
        FORKED => State::Forked,
        _ => return Err(unexpected("state")),
    })
}
