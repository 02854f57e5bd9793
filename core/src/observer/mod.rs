//! The façade: what an observer's app can do, each as one call.
//!
//! Everything but [`Observer::sync_until`] and [`Observer::run`] works without any network and returns within
//! milliseconds; call it off the main thread all the same, because a disk may be slow. Each subject has a file of its
//! own.

mod attestation;
mod device;
mod drafts;
mod exit_poll;
mod incidents;
mod invite;
mod known;
mod media;
mod packs;
mod passcode;
mod records;
mod seal;
mod stations;
mod status;
mod sync;
mod turnout;
mod unlock;
mod view;
mod wipe;

pub use self::device::Observer;
pub use self::invite::{InvitePreview, Replaces};
pub use self::media::{Attached, CaptureToken, Origin, PreviewProblem};
pub use self::records::SealedRecord;
pub use self::status::{InboxMessage, Revoked, Status};
pub use self::unlock::{PasscodeState, passcode_state};
pub use self::view::DraftView;
pub use self::wipe::wipe;

#[cfg(test)]
#[path = "election_tests.rs"]
mod tests;
