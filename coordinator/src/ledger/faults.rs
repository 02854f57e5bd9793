//! What does not hold in the chains: counted as it arrives, and shown by examples.
//!
//! None of it is a reason to refuse anything: a record that does not fit its chain is evidence, and so is that it does not.
//! What is kept of one chain is bounded, whatever its device does: counts, and the first [`EXAMPLES`] records of each kind.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kuager_wire::ids::{Kid, ObserverId, RecordHash};

use super::error::LedgerError;

/// Records of one chain that are kept as examples of one kind of fault.
pub const EXAMPLES: u32 = 32;

/// Something that does not hold in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChainFault {
    /// A record names another one as the one before it than those that are held.
    BrokenLink,
    /// A record has the number of another one.
    Fork,
    /// Numbers are missing now; counted are the ranges that an answer names.
    Gap,
    /// The device itself says that numbers are lost.
    Lost,
    /// A record is about another station than those the observer was sent to.
    OtherStation,
}

impl ChainFault {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::BrokenLink, Self::Fork, Self::Gap, Self::Lost, Self::OtherStation];

    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrokenLink => "broken_link",
            Self::Fork => "fork",
            Self::Gap => "gap",
            Self::Lost => "lost",
            Self::OtherStation => "other_station",
        }
    }
}

/// How often a fault was met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultCount {
    /// In how many chains.
    pub chains: u64,
    /// How often, over all of them.
    pub times: u64,
}

/// A record that shows a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultExample {
    /// Which.
    pub fault: ChainFault,
    /// The record.
    pub record: RecordHash,
    /// Its number.
    pub seq: u64,
    /// Its station.
    pub station: Option<String>,
}

/// A chain in which something does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultyChain {
    /// Its key.
    pub kid: Kid,
    /// Whose it is.
    pub observer: Option<ObserverId>,
    /// How often each fault was met.
    pub counts: BTreeMap<ChainFault, u64>,
    /// Records that show them, the oldest first.
    pub examples: Vec<FaultExample>,
}

/// The count of what does not hold.
#[async_trait]
pub trait Faults {
    /// How often each fault was met, in all chains.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn fault_counts(&self) -> Result<BTreeMap<ChainFault, FaultCount>, LedgerError>;

    /// Which faults each of these records is an example of.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn faults_of(&self, records: Vec<RecordHash>) -> Result<Vec<Vec<ChainFault>>, LedgerError>;

    /// Chains in which something does not hold, those with most faults first, each with as many examples as there may be.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn faulty_chains(&self, limit: u32) -> Result<Vec<FaultyChain>, LedgerError>;
}
