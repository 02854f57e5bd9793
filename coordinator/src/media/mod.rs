//! Files that records list: how they arrive, where they lie, what is known of them, and what may be published.
//!
//! A record names each of its files by SHA-256, so the signature over the record is the signature over the files. The
//! bytes come separately and later, by a protocol made for bad networks (tus 1.0, `uploads`), into a place that is
//! named by the upload while they arrive and by the hash once they are complete and right (`store`). Only then does the
//! device get a signed receipt: each device delivers its files itself, and a file two of them deliver is held once. Nothing that arrives is ever changed; a copy for publication is another file with another
//! hash, tied to the original by a signed statement.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod blocking;
mod checksum;
mod child;
mod error;
mod examiner;
mod files;
mod picture;
mod publish;
mod purse;
pub mod store;
mod turns;
mod uploads;

pub use checksum::{Checksum, ChecksumError};
pub use child::{ChildProcess, examine_input};
pub use error::MediaError;
pub use examiner::{Examiner, InProcess};
pub use files::{ALIKE, Media, MediaPolicy};
pub use picture::{PictureError, Redacted, Region};
pub use publish::RedactError;
pub use purse::Spent;
pub use uploads::{Part, Progress, UploadError};

#[cfg(test)]
mod tests;
