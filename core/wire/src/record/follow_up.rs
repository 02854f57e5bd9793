//! What a record says about another one. Records stay as they are; where an incident stands is told by those that follow.

use minicbor::{Decode, Encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::ids::RecordHash;

/// Where an incident stands. It begins as reported; every later step is a signed record of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum IncidentStatus {
    /// As its own record says.
    #[n(1)]
    Reported,
    /// A second source says the same.
    #[n(2)]
    Corroborated,
    /// Somebody responsible has checked it.
    #[n(3)]
    Verified,
    /// Somebody says that it is not so.
    #[n(4)]
    Disputed,
    /// Its author takes it back. It stays in the chain.
    #[n(5)]
    Withdrawn,
}

crate::named!(IncidentStatus: "A stable name.");

/// A step in the life of another record, which stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FollowUp {
    /// The record this is about.
    #[n(0)]
    pub record: RecordHash,
    /// What it is from now on, by the word of whoever signs this.
    #[n(1)]
    pub status: IncidentStatus,
}
