//! The types that cross, by subject. Plain data: ids are hexadecimal text, times are milliseconds since 1970, numbers are
//! signed 64-bit (both languages handle those best), texts are already in one language.
//!
//! One concept has one name, the core's, down to its cases and fields ([decision 0027]):
//!
//! - What the core makes for an app keeps its name as it is: `FormState`, `Asked`, `Outlook`, `SyncSummary`, `ChainReport`.
//! - What is signed or stored crosses as a reading of it, its ids as text, its texts in one language, and says so with `Info` at
//!   the end: `PackInfo`, `DraftInfo`, `MediaInfo`, `LocationInfo`.
//! - A name that the core keeps apart by module gets the noun in front, since an app has everything in one package:
//!   `RecordState`, `MediaOrigin`, `RelationSeverity`, `SyncObstacle`.
//! - Where a name is a keyword of Kotlin or Swift, or a type of a platform, the type here says what it is in the core.
//!
//! [decision 0027]: ../../../docs/adr/0027-one-vocabulary-across-the-bridge.md

mod chain;
mod day;
mod draft;
mod form;
mod invite;
mod media;
mod message;
mod numbers;
mod pack;
mod record;
mod status;
mod sync;
mod text;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use self::chain::chain_report;
pub use self::chain::{ChainReport, SeqRange};
pub use self::day::{TallyInfo, WaveState};
pub(crate) use self::day::{tally, wave_state};
pub use self::draft::{DraftInfo, FormChange, NewDraft};
pub(crate) use self::draft::{draft_info, form_change};
pub(crate) use self::form::form_state;
pub use self::form::{
    Asked, FormState, Place, QuestionKind, RelationSeverity, RelationStanding, RelationState, Reminder, ReminderKind,
};
pub use self::invite::{InvitePreview, Replaces};
pub use self::media::{Attached, AttachmentInfo, AttachmentRole, MediaInfo, MediaOrigin, MediaSource, UploadState};
pub(crate) use self::message::message_info;
pub use self::message::{MessageAsk, MessageInfo};
pub(crate) use self::numbers::{counted, hex, parse_id, signed};
pub use self::pack::{
    ContestInfo, DispositionInfo, FormInfo, IncidentGravity, IncidentInfo, PackInfo, RegionInfo, StationInfo,
    TurnoutHourInfo, WaveInfo,
};
pub(crate) use self::pack::{pack_info, station_info};
pub use self::record::{
    IncidentStatus, LocationInfo, ReceiptInfo, RecordInfo, RecordKind, RecordState, Sealed, SealedRecord,
};
pub(crate) use self::record::{record_info, sealed, sealed_record};
pub(crate) use self::status::status;
pub use self::status::{ObserverRole, ObserverStatus, RecoveryInfo, RevokedInfo};
pub(crate) use self::sync::outlook;
pub use self::sync::{AttemptInfo, FailureClass, HeldReason, Outlook, SyncObstacle, SyncSummary};
pub use self::text::ChoiceInfo;
pub use self::value::Value;
pub(crate) use self::value::answers_to;
