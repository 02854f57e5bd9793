//! What the coordinator holds of this device, compared with what it was given.
//!
//! A coordinator that was restored from a backup lacks what was delivered since, and does not know it. The phone does: its
//! journal is whole. So whenever the coordinator says what it holds (after a batch of records, and with the inbox, which a
//! phone asks for also when it has nothing to send) what is missing there is queued again. Receipts stay: what the
//! coordinator once signed remains true and proves what it had.
//!
//! Chains tell which records are missing, but nothing of files. Their number does: when the coordinator has given fewer
//! receipts for files than are here, the records that list files are sent once more, and its answer says of each file
//! whether it has it.
//!
//! All of this is on the coordinator's word, which may be wrong. So a record is queued again once an hour at most, and
//! everything together [`ROUNDS`] times a day: a coordinator that forever says "nothing" costs three days' traffic a day, and
//! no more.

use std::collections::HashSet;

use kuager_wire::cose::Envelope;
use kuager_wire::ids::{Kid, MediaHash};
use kuager_wire::limits;
use kuager_wire::record::Record;
use kuager_wire::sync::{ChainState, Holding};
use minicbor::{Decode, Encode};

use super::lately::Lately;
use super::shared::{Shared, SyncError};
use crate::clock::{ClockSample, Due};
use crate::store::{Meta, StoreError, Tx};

/// How often a day records may be queued again.
pub(super) const ROUNDS: u32 = 3;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What a comparison led to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Compared {
    /// Records queued again.
    pub(super) reopened: usize,
    /// The coordinator's number, when it is higher than any here.
    pub(super) behind: Option<u64>,
}

/// How often something may be done until a day is over.
#[derive(Debug, Clone, Copy, Encode, Decode)]
#[cbor(array)]
pub(super) struct Rounds {
    #[n(0)]
    pub(super) left: u32,
    #[n(1)]
    until: Due,
}

impl Rounds {
    /// What is left of so many a day.
    pub(super) fn load(tx: &Tx<'_>, of: Meta, rounds: u32, now: &ClockSample) -> Self {
        let kept: Option<Self> = tx.meta(of).unwrap_or_default();
        let fresh = Self { left: rounds, until: Due::after(now, DAY_MS) };
        kept.filter(|kept| kept.until.remaining_ms(now) > 0).unwrap_or(fresh)
    }
}

impl Shared {
    /// Compares a chain as the coordinator holds it with ours.
    pub(super) fn compare_chain(
        &self,
        tx: &Tx<'_>,
        chain: &ChainState,
        lately: &mut Lately,
    ) -> Result<Compared, SyncError> {
        self.compare(tx, Some(chain), Vec::new(), lately)
    }

    /// Compares everything that the coordinator holds of this device with what is here. `stored` are the files that had a
    /// receipt when it was asked: others may have got theirs while it answered.
    pub(super) fn compare_all(
        &self,
        tx: &Tx<'_>,
        holding: &Holding,
        stored: &HashSet<MediaHash>,
        lately: &mut Lately,
    ) -> Result<Compared, SyncError> {
        let kid = self.keyring.current_kid(tx)?;
        let chain = holding.chain.as_ref().filter(|chain| chain.kid == kid);
        // At once with the records that are missing: files of others may be missing as well, and no second look follows soon.
        let mut listing = Vec::new();
        if holding.files < stored.len() as u64 {
            let listed = records_that_list(tx, kid, stored)?;
            if holding.files < listed.files {
                listing = listed.records;
            }
        }
        self.compare(tx, chain, listing, lately)
    }

    /// Queues again what the chain lacks, and these other records.
    fn compare(
        &self,
        tx: &Tx<'_>,
        chain: Option<&ChainState>,
        mut records: Vec<i64>,
        lately: &mut Lately,
    ) -> Result<Compared, SyncError> {
        let mut compared = Compared::default();
        let kid = self.keyring.current_kid(tx)?;
        let Some(own) = tx.head(kid)? else {
            // A copy of before the first record, or a chain that was lost with the store.
            if let Some(chain) = chain {
                compared.behind = Some(self.end_chain(tx, kid, chain)?);
            }
            return Ok(compared);
        };
        let mut lacking: Vec<(u64, u64)> =
            chain.iter().flat_map(|chain| &chain.missing).map(|range| (range.first, range.last)).collect();
        match chain {
            Some(chain) if chain.head_seq > own.seq || is_another(tx, kid, chain)? => {
                compared.behind = Some(self.end_chain(tx, kid, chain)?);
            }
            Some(chain) if chain.head_seq < own.seq => lacking.push((chain.head_seq.saturating_add(1), own.seq)),
            Some(_) => {}
            None => lacking.push((0, own.seq)),
        }
        for (first, last) in lacking.into_iter().take(ChainState::RANGES + 1) {
            records.extend(tx.records_between(kid, first, last)?);
        }
        compared.reopened = self.queue_again(tx, &records, lately)?;
        Ok(compared)
    }

    /// The coordinator holds of this chain what is not here: the store was put back from a copy, and the chain must not go on.
    fn end_chain(&self, tx: &Tx<'_>, kid: Kid, chain: &ChainState) -> Result<u64, SyncError> {
        tx.set_meta(Meta::Behind, &chain.head_seq)?;
        tx.set_meta(Meta::ChainOver, &kid)?;
        Ok(chain.head_seq)
    }

    /// Queues delivered records again, as often as that is allowed.
    fn queue_again(&self, tx: &Tx<'_>, records: &[i64], lately: &mut Lately) -> Result<usize, SyncError> {
        lately.forget_old();
        let now = self.clock.now();
        let mut rounds = Rounds::load(tx, Meta::Rounds, ROUNDS, &now);
        if rounds.left == 0 {
            if !records.is_empty() {
                tracing::warn!("the coordinator lacks records again; they are sent again tomorrow");
            }
            return Ok(0);
        }
        let mut reopened = 0;
        for record in records {
            if !lately.has(*record) && tx.reopen_delivered(*record)? {
                lately.add(*record);
                reopened += 1;
            }
        }
        if reopened > 0 {
            tracing::warn!(records = reopened, "the coordinator lacks what it had receipted");
            rounds.left -= 1;
            tx.set_meta(Meta::Rounds, &rounds)?;
        }
        Ok(reopened)
    }
}

/// Whether the coordinator's highest number is that of another record here.
fn is_another(tx: &Tx<'_>, kid: Kid, chain: &ChainState) -> Result<bool, StoreError> {
    let here = tx.records_by_id(&tx.records_between(kid, chain.head_seq, chain.head_seq)?)?;
    Ok(!here.is_empty() && here.iter().all(|row| row.hash != chain.head))
}

struct Listing {
    /// Records that list some of the files.
    records: Vec<i64>,
    /// How many of the files they list.
    files: u64,
}

/// The records of a chain that list some of these files.
fn records_that_list(tx: &Tx<'_>, kid: Kid, stored: &HashSet<MediaHash>) -> Result<Listing, SyncError> {
    let (mut sequence, mut files) = (Vec::new(), HashSet::new());
    tx.each_record(kid, |seq, bytes| {
        let record = Envelope::parse(bytes, limits::RECORD).and_then(|envelope| envelope.statement::<Record>());
        let listed = record.ok().and_then(|record| record.attachments).unwrap_or_default();
        let before = sequence.len();
        for attachment in listed.iter().filter(|attachment| stored.contains(&attachment.hash)) {
            files.insert(attachment.hash);
            if sequence.len() == before {
                sequence.push(seq);
            }
        }
        Ok::<_, StoreError>(())
    })?;
    let mut records = Vec::with_capacity(sequence.len());
    for seq in sequence {
        records.extend(tx.records_between(kid, seq, seq)?);
    }
    Ok(Listing { records, files: files.len() as u64 })
}
