//! What has been received: small traits by concern, and an implementation of all of them.
//!
//! - [`Records`], [`Feed`]: records with their receipts, and the news of them;
//! - [`Faults`]: what does not hold in chains;
//! - [`Devices`], [`Invites`], [`Revocations`]: whose keys are trusted, and how far, and who may bring one;
//! - [`Attestations`]: what platforms said about devices;
//! - [`Uploads`], [`Files`], [`Redactions`]: how files arrive, what is known of them, what may be published;
//! - [`Messages`], [`Refusals`]: what is said to observers, what was not accepted;
//! - [`DeskEntries`]: what people did at the desk;
//! - [`LogEntries`]: which place everything has in the transparency log;
//! - [`Accounts`], [`Views`]: who signs in at the desk, and who looked at what there;
//! - [`Tokens`], [`Webhooks`]: programs that read from the desk, and those that it tells by itself;
//! - [`Usages`]: how much of its budgets each device has used;
//! - [`Ledger`]: all of them together;
//! - [`sqlite`]: one file on this machine, the default; the only place here that names SQLite;
//! - `conformance`: what any implementation must do, as tests to run it through.
//!
//! Every call is asynchronous and answers when what it did is durable; what one call reads is of one moment. Nothing is
//! answered to a phone before the transaction that holds its record has reached the disk. The exact signed bytes are kept;
//! what is kept beside them only makes them findable. Several processes may have one ledger open (`kuager invite` beside
//! `kuager serve`).
//!
//! **The ledger never signs.** What needs a signature is signed by the caller between two calls, and the second call compares:
//! it stores what was signed only if it is still true, and answers with what is stored, which is the first one for ever. So
//! no lock is held while somebody signs, keys may be elsewhere, and a crash in between costs nothing: what was signed and
//! not stored was never given out, and what waits for a signature is durable. How this looks for each kind of statement is
//! said where it is: receipts and forks in [`records`], credentials in [`devices`], receipts for files in [`uploads`],
//! messages in [`messages`], what was
//! done at the desk in [`desk`].

pub mod accounts;
pub mod attestations;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
pub mod desk;
pub mod devices;
mod error;
mod faults;
mod feed;
mod files;
mod invites;
pub mod log;
pub mod messages;
pub mod records;
mod redactions;
mod refusals;
pub mod revocations;
pub mod sqlite;
pub mod tokens;
pub mod uploads;
pub mod usage;
pub mod views;
pub mod webhooks;
mod whole;

pub use accounts::{ACCOUNTS, Account, AccountChange, Accounts, AddedAccount, DeskRole, DeskRoles, NewAccount};
pub use attestations::{AttestationCount, AttestationRow, Attestations};
pub use desk::{Appended, DeskEntries, DeskHead, DeskRow};
pub use devices::{Device, Devices, Enrolled, Enrolment, NewDevice, NewSuccessor, ReturnedDevice, SUCCESSORS};
pub use error::LedgerError;
pub use faults::{ChainFault, EXAMPLES, FaultCount, FaultExample, Faults, FaultyChain};
pub use feed::{Arrival, Feed, READ};
pub use files::{
    Alike, FileReport, FileView, Files, Findings, MediaView, PictureProblem, RecordView, ReportLimits, Unexamined,
};
pub use invites::{InviteRow, Invites, NewInvite};
pub use log::{Advanced, LogEntries, LogEntry, LogHead, Source};
pub use messages::{Added, Messages, NONCES, NewMessage};
pub use records::{Counts, ForkEvidence, ForkPair, Inquiry, Known, NewRecord, Records, Stored, Taken};
pub use redactions::{RedactionRow, Redactions};
pub use refusals::{REMEMBERED, RefusalBatch, RefusalKey, RefusalRow, Refusals};
pub use revocations::{Attested, DeviceRow, NewRevocation, Revocations, Revoked, Standing, WITHHELD};
pub use sqlite::SqliteLedger;
pub use tokens::{AddedToken, NewToken, TOKENS, TokenId, TokenRow, TokenScope, TokenScopes, Tokens};
pub use uploads::{Delivered, MISMATCHES, Mismatches, NewUpload, UploadRow, UploadToken, Uploads};
pub use usage::{Recent, Usage, Usages};
pub use views::{AGAIN_MS, NewView, Noted, Seen, VIEWS_PER_DAY, ViewRow, Views};
pub use webhooks::{NewWebhook, Told, WEBHOOKS, WebhookId, WebhookRow, WebhookStep, Webhooks};
pub use whole::{Ledger, Pulse, WriterLife};
