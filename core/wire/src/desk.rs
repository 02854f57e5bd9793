//! What people at a coordinator's desk did: who, when, about what. Each act is a signed entry of one journal, chained to the
//! entry before, like the records of a phone. Nothing in it is overwritten: what holds now follows from reading it from the
//! beginning.
//!
//! Entries are signed by the desk's own key. A deployment may have several over time; the receipt key vouches for each with a
//! [`DeskKey`], so that whoever has the genesis can check the journal. A person is a random number here; names stay at the desk.

mod act;

use minicbor::{Decode, Encode};

pub use self::act::{
    AccountChange, Act, Addressee, CallOutcome, ComplaintStep, FieldFinding, Figures, LOWEST_FIGURE, PublicationVerdict,
};
use crate::canonical::Malformed;
use crate::cose::{Purpose, Statement, check_version};
use crate::ids::{EntryHash, PersonId, PublicKey};
use crate::limits;

/// The receipt key's word that a key is the desk's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeskKey {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Counts the desk's keys of a deployment from 1.
    #[n(2)]
    pub number: u64,
    /// The key.
    #[n(3)]
    pub key: PublicKey,
}

impl Statement for DeskKey {
    const PURPOSE: Purpose = Purpose::DeskKey;
    const LIMIT: usize = limits::DESK_KEY;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        if self.number == 0 || self.number > limits::NUMBER {
            return Err(Malformed::shape("keys of the desk are counted from 1"));
        }
        Ok(())
    }
}

/// An entry of the desk's journal.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeskEntry {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Its place in the journal, from 0, without gaps.
    #[n(2)]
    pub seq: u64,
    /// The entry before; [`EntryHash::chain_start`] for the first.
    #[n(3)]
    pub prev: EntryHash,
    /// When, milliseconds since 1970, by the coordinator's clock; never before the entry before.
    #[n(4)]
    pub at_ms: u64,
    /// Who; absent where nobody has to sign in at the desk.
    #[n(5)]
    pub by: Option<PersonId>,
    /// What was done.
    #[n(6)]
    pub act: Act,
}

impl Statement for DeskEntry {
    const PURPOSE: Purpose = Purpose::DeskEntry;
    const LIMIT: usize = limits::DESK_ENTRY;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        if self.seq > limits::NUMBER || self.at_ms > limits::NUMBER {
            return Err(Malformed::shape("a number above 2^62"));
        }
        self.act.check()
    }
}
