//! The formats both sides of Kuager share: what a phone signs, what a coordinator answers, and how either is refused.
//!
//! No I/O, no clock, no database: bytes in, typed values or typed errors out. The layers, bottom up:
//!
//! - [`canonical`]: deterministic CBOR (RFC 8949 §4.2.1), written one way and read one way only;
//! - [`cose`]: COSE_Sign1 (RFC 9052) in the single profile Kuager accepts, bound to a purpose and a deployment;
//! - [`record`], [`receipt`], [`genesis`], [`enrolment`], [`servers`], [`delegation`], [`message`], [`pack`], [`desk`]: the
//!   signed statements themselves;
//! - [`sync`] and [`compression`]: the bodies that carry them over HTTP.
//!
//! Signed bytes are never re-encoded: whoever holds a statement holds the exact bytes that were signed and hashed.
//! `docs/wire-format.md` describes every byte for somebody who has never seen this code.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

pub mod canonical;
pub mod compression;
pub mod cose;
pub mod delegation;
pub mod desk;
pub mod enrolment;
pub mod form;
pub mod genesis;
pub mod ids;
pub mod invite;
pub mod language;
pub mod limits;
pub mod message;
mod names;
pub mod pack;
pub mod protocol;
pub mod receipt;
pub mod record;
pub mod servers;
pub mod sync;
pub mod text;

pub use ed25519_dalek::SigningKey;

/// The version every signed statement of this release carries in field 1.
pub const VERSION: u8 = 1;
