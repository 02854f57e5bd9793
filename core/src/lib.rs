//! The phone's side of Kuager: everything an observer's app needs between a tap and a receipt.
//!
//! Data flows one way, and the modules follow it; what a [draft] is and where an item stands in the [queue] lies below all
//! of them:
//!
//! ```text
//! answers → forms → journal (sign, chain) → store (SQLCipher) → outbox → transport → the coordinator
//! ```
//!
//! [`Observer`] is the façade an app uses. It never needs the network: drafts, sealing, reading and even enrolment are
//! made offline, and [`Observer::sync_until`] delivers whatever is waiting when there is a connection. "Delivered" means
//! a verified receipt is stored, never an HTTP status.
//!
//! ```no_run
//! use std::sync::Arc;
//! use kuager_core::{FileKeyVault, NewDraft, Observer, ObserverConfig, SystemClock};
//!
//! # async fn day(invite: &str, pack: Vec<u8>) -> Result<(), kuager_core::ObserverError> {
//! let vault = Arc::new(FileKeyVault::new("vault"));
//! let observer = Observer::open(ObserverConfig::new("observer"), vault, Arc::new(SystemClock::new()))?;
//! observer.accept_invite(invite)?;
//! observer.import_pack(pack)?;
//! let draft = observer.new_draft(NewDraft::form("opening").station("710000000-99").language("kk"))?;
//! observer.set_answer(draft, "O01", Some("yes".into()))?;
//! let sealed = observer.seal(draft)?;
//! let summary = observer.sync_until(std::time::Duration::from_secs(20)).await?;
//! assert!(summary.completed, "not sent yet: {:?}, but {} is safe", summary.obstacle, sealed.hash);
//! # Ok(())
//! # }
//! ```

pub mod clock;
pub mod config;
pub mod draft;
pub mod error;
pub mod form;
pub mod journal;
pub mod keyring;
pub mod keys;
pub mod media;
pub mod observer;
pub mod outbox;
mod packs;
pub mod queue;
pub mod stations;
pub mod store;
pub mod time;
pub mod transport;
mod trust;

pub use clock::{Clock, ClockSample, SystemClock};
pub use config::ObserverConfig;
pub use draft::{Draft, DraftId, NewDraft};
pub use error::ObserverError;
pub use journal::{ChainReport, Sealed};
pub use keys::{FileKeyVault, KeyVault, PasscodeError, VaultError};
pub use kuager_evidence as evidence;
pub use kuager_forms as forms;
pub use kuager_wire as wire;
pub use observer::{
    Attached, CaptureToken, DraftView, InvitePreview, Observer, Origin, PasscodeState, Replaces, Status,
    passcode_state, wipe,
};
pub use outbox::{Outlook, SyncEvent, SyncSummary};
pub use queue::Network;
