//! Numbers and names as columns hold them.

use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, ObserverId};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::AttachmentRole;

use crate::ledger::faults::ChainFault;

/// SQLite has no unsigned 64-bit integers; whatever does not fit is later than everything else anyway.
pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Whose a device is that nobody enrolled here: an observer of its own. Intake lets none in; ledgers of old formats may hold some.
pub(super) const fn nobodys(kid: Kid) -> ObserverId {
    ObserverId(kid.0)
}

/// A column of fixed size that this program wrote itself.
pub(super) fn fixed<const N: usize>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    row.get(column)
}

const ROLES: [(Role, u8); 4] = [(Role::Observer, 1), (Role::Proxy, 2), (Role::Media, 3), (Role::Interviewer, 4)];

/// The number of an observer's role, as it is signed.
pub(super) fn role_number(role: Role) -> u8 {
    ROLES.iter().find(|(known, _)| *known == role).map_or(1, |(_, number)| *number)
}

pub(super) fn role(number: u8) -> Role {
    ROLES.iter().find(|(_, known)| *known == number).map_or(Role::Observer, |(role, _)| *role)
}

const FILE_ROLES: [(AttachmentRole, u8); 3] =
    [(AttachmentRole::Original, 1), (AttachmentRole::Preview, 2), (AttachmentRole::Redacted, 3)];

/// The number of a file's role, as it is signed.
pub(super) fn file_role_number(role: AttachmentRole) -> u8 {
    FILE_ROLES.iter().find(|(known, _)| *known == role).map_or(1, |(_, number)| *number)
}

pub(super) fn file_role(number: u8) -> AttachmentRole {
    FILE_ROLES.iter().find(|(_, known)| *known == number).map_or(AttachmentRole::Original, |(role, _)| *role)
}

/// The number of a refusal, as it is signed, which is the position in the list of all codes.
pub(super) fn code_number(code: RefusalCode) -> u8 {
    let at = RefusalCode::ALL.iter().position(|known| *known == code).expect("ALL holds every code");
    u8::try_from(at + 1).expect("a handful of codes")
}

pub(super) fn code(number: u8) -> Option<RefusalCode> {
    RefusalCode::ALL.iter().copied().find(|known| code_number(*known) == number)
}

/// The number of a chain's fault.
pub(super) fn fault_number(fault: ChainFault) -> u8 {
    match fault {
        ChainFault::BrokenLink => 1,
        ChainFault::Fork => 2,
        ChainFault::Gap => 3,
        ChainFault::Lost => 4,
        ChainFault::OtherStation => 5,
    }
}

pub(super) fn fault(number: u8) -> Option<ChainFault> {
    ChainFault::ALL.into_iter().find(|known| fault_number(*known) == number)
}
