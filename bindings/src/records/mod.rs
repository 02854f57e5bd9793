//! The values that cross, by subject. Plain data: ids are hexadecimal text, times are milliseconds since 1970, numbers are
//! signed 64-bit (both languages handle those best), texts are already in one language.

mod answer;
mod form;
mod media;
mod pack;
mod queue;
mod status;

pub use self::answer::Answer;
pub(crate) use self::answer::{answers_from, answers_to};
pub(crate) use self::form::form_state;
pub use self::form::{
    AskedQuestion, ChoiceInfo, FormState, PlaceInfo, QuestionType, RelationInfo, RelationSeverity, RelationStanding,
    ReminderInfo, ReminderReason,
};
pub(crate) use self::media::attachment;
pub use self::media::{AttachedFile, AttachmentInfo, FileOrigin, FileRole, FileSource, FileState, MediaInfo};
pub use self::pack::{
    ContestInfo, DispositionInfo, FormInfo, IncidentGravity, IncidentGroup, IncidentInfo, PackInfo, RegionInfo,
    StationInfo, TurnoutHourInfo, WaveInfo,
};
pub(crate) use self::pack::{pack_info, station_info};
pub use self::queue::{
    Attempt, ChainCheck, DraftInfo, IncidentStep, LostRange, NewDraftOptions, PackChange, Place, ReceiptInfo,
    RecordDetail, RecordInfo, RecordState, RecordType, SealedInfo,
};
pub(crate) use self::queue::{chain_check, draft_info, pack_change, record_detail, record_info, sealed_info};
pub use self::status::{
    FailureReason, HoldReason, MessageAsk, MessageInfo, ObserverRole, ObserverStatus, Outbox, RecoveryInfo,
    SyncObstacle, SyncSummary, TallyInfo, WaveStatus,
};
pub(crate) use self::status::{message_info, outbox, status, tally, wave_status};

use std::str::FromStr;

use crate::error::KuagerError;

/// A count as the other languages take it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count of things in memory.
pub(crate) fn counted(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// Reads an id from hexadecimal text.
pub(crate) fn parse_id<T: FromStr>(text: &str) -> Result<T, KuagerError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| KuagerError::new("not_an_id", error.to_string()))
}
