//! From a request's bytes to a signed answer.
//!
//! One upload of records goes through these steps: decompress with the dictionary it names; split into items; judge
//! every item by itself (`verify`) on blocking threads, bounded by the number of cores, where receipts and refusals
//! are signed too; hand what is to be stored to the ledger's single writer; answer when it is durable. One bad item never
//! fails another, and what has been received before gets the very receipt it got then.

mod enrolment;
mod refusals;
mod shelf;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use kuager_wire::canonical::split_sequence;
use kuager_wire::compression::{CompressionError, dictionary_of};
use kuager_wire::cose;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::{Fork, RefusalCode};
use kuager_wire::sync::{RecordResult, RecordsAnswer, Upload};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::deployment::Deployment;
use crate::ledger::{Ledger, LedgerError, NewRecord, UploadRow};
use crate::media;

pub use refusals::{Refusals, SignedRefusal};
pub use shelf::{Published, Shelf};
use verify::{Item, Judge, Verdict};

/// Records judged in one go on one thread: small enough that a full upload uses every core.
const CHUNK: usize = 32;

/// Why a whole upload gets no answer of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// More items than allowed.
    #[error("at most {} records per upload; send the rest in another one", limits::BATCH_RECORDS)]
    TooMany,
    /// The ledger cannot store now.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A worker failed; a bug.
    #[error("the coordinator failed to judge this upload; it is logged, send it again later")]
    Worker,
    /// A statement of this coordinator could not be signed; a bug.
    #[error("the coordinator failed to sign its answer; it is logged, send it again later")]
    Signing,
}

/// Verifies, stores, answers.
#[derive(Debug)]
pub struct Intake {
    deployment: Deployment,
    ledger: Ledger,
    shelf: Shelf,
    refusals: Refusals,
    clock: Arc<dyn Clock>,
    cores: Arc<Semaphore>,
}

impl Intake {
    /// An intake for a deployment.
    ///
    /// # Errors
    /// [`LedgerError`] when the counters of earlier runs cannot be read.
    pub fn new(deployment: Deployment, ledger: Ledger, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            shelf: Shelf::new(deployment.clone()),
            refusals: Refusals::new(ledger.refusal_counts()?),
            deployment,
            ledger,
            clock,
            cores: Arc::new(Semaphore::new(cores)),
        })
    }

    /// The deployment it works for.
    #[must_use]
    pub const fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Where it stores.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The published packs.
    #[must_use]
    pub const fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// What has been refused.
    #[must_use]
    pub const fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// What time it is.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Writes the refusal counters to the ledger.
    ///
    /// # Errors
    /// [`LedgerError`]; the counters are kept and written with the next call.
    pub async fn flush_refusals(&self) -> Result<(), LedgerError> {
        let batch = self.refusals.take();
        if batch.counts.is_empty() {
            return Ok(());
        }
        let written = self.ledger.add_refusals(batch.clone(), self.clock.now_ms()).await;
        if written.is_err() {
            self.refusals.put_back(batch);
        }
        written
    }

    /// Decompresses a body with whichever published dictionary it names.
    ///
    /// # Errors
    /// [`CompressionError`].
    pub fn decompress(&self, body: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let published = self.shelf.published();
        let dictionary = published.dictionaries.get(&dictionary_of(body)?).ok_or(CompressionError::OtherDictionary)?;
        dictionary.decompress(body, limits::BATCH)
    }

    /// Judges and stores one upload: a sequence of signed records, decompressed.
    ///
    /// # Errors
    /// [`IntakeError`]; then nothing of the upload has been acknowledged.
    pub async fn receive(self: &Arc<Self>, body: Vec<u8>) -> Result<RecordsAnswer, IntakeError> {
        let started = self.clock.elapsed();
        let items: Vec<Item> = split_sequence(&body).into_iter().map(|item| Item::new(&body, item)).collect();
        if items.len() > limits::BATCH_RECORDS {
            return Err(IntakeError::TooMany);
        }
        let verdicts = self.judge(Arc::new(body), items).await?;
        let mut kids = BTreeSet::new();
        let mut new = Vec::new();
        // Results of records that list files, or may.
        let mut listing = Vec::new();
        let mut results = Vec::with_capacity(verdicts.len());
        let (mut held, mut refused) = (0_usize, 0_usize);
        for verdict in verdicts {
            results.push(match verdict {
                Verdict::Held { hash, kid, stored } => {
                    kids.insert(kid);
                    held += 1;
                    listing.push(results.len());
                    accepted(hash, stored.receipt, stored.fork)
                }
                Verdict::Refused { refusal, verified } => {
                    kids.extend(verified);
                    refused += 1;
                    let hash = refusal.subject;
                    RecordResult { hash, receipt: None, refusal: Some(refusal.bytes.into()), fork: None, uploads: None }
                }
                // The receipt follows when it is durable.
                Verdict::New(record) => {
                    kids.insert(record.kid);
                    let result = accepted(record.hash, Vec::new(), None);
                    if !record.uploads.is_empty() {
                        listing.push(results.len());
                    }
                    new.push((results.len(), *record));
                    result
                }
            });
        }
        let stored = new.len();
        let chains = self.store(new, kids, &mut results).await?;
        self.list_uploads(listing, &mut results).await?;
        let took_ms = self.clock.elapsed().saturating_sub(started).as_secs_f64() * 1000.0;
        tracing::info!(stored, held, refused, took_ms, "records received");
        Ok(RecordsAnswer { results, chains })
    }

    /// Judges all items, in their order, on as many threads as there are cores.
    async fn judge(self: &Arc<Self>, body: Arc<Vec<u8>>, items: Vec<Item>) -> Result<Vec<Verdict>, IntakeError> {
        let mut workers = Vec::with_capacity(items.len().div_ceil(CHUNK));
        for chunk in items.chunks(CHUNK) {
            let permit = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| IntakeError::Worker)?;
            let (intake, body, chunk) = (Arc::clone(self), Arc::clone(&body), chunk.to_vec());
            workers.push(tokio::task::spawn_blocking(move || {
                let _permit = permit;
                Judge::new(&intake, &body).all(&chunk)
            }));
        }
        let mut verdicts = Vec::with_capacity(items.len());
        for worker in workers {
            let judged = worker.await.map_err(|error| {
                tracing::error!(%error, "judging an upload failed");
                IntakeError::Worker
            })?;
            verdicts.extend(judged?);
        }
        Ok(verdicts)
    }

    async fn store(
        self: &Arc<Self>,
        new: Vec<(usize, NewRecord)>,
        kids: BTreeSet<Kid>,
        results: &mut [RecordResult],
    ) -> Result<Vec<kuager_wire::sync::ChainState>, IntakeError> {
        let kids: Vec<Kid> = kids.into_iter().collect();
        if new.is_empty() {
            let ledger = self.ledger.clone();
            let read = tokio::task::spawn_blocking(move || ledger.chains(&kids)).await;
            return Ok(read.map_err(|_| IntakeError::Worker)??);
        }
        let (places, records): (Vec<_>, Vec<_>) = new.into_iter().unzip();
        let intake = Arc::clone(self);
        let sign = move |first, second, kid, seq| intake.sign_fork(first, second, kid, seq);
        let (stored, chains) = self.ledger.store(records, kids, Arc::new(sign)).await?;
        for (place, stored) in places.into_iter().zip(stored) {
            results[place].receipt = Some(stored.receipt.into());
            results[place].fork = stored.fork.map(Into::into);
        }
        Ok(chains)
    }

    /// Says of each of these records' files where it is to be uploaded, and gives out receipts for those that are held
    /// already, whoever sent them.
    async fn list_uploads(&self, listing: Vec<usize>, results: &mut [RecordResult]) -> Result<(), IntakeError> {
        if listing.is_empty() {
            return Ok(());
        }
        let hashes: Vec<RecordHash> = listing.iter().map(|place| results[*place].hash).collect();
        let ledger = self.ledger.clone();
        let read = tokio::task::spawn_blocking(move || ledger.uploads_of(&hashes)).await;
        for (place, rows) in listing.into_iter().zip(read.map_err(|_| IntakeError::Worker)??) {
            let mut uploads = Vec::with_capacity(rows.len());
            for row in rows {
                let path = format!("{}{}", media::PATH, row.token);
                let receipt = self.media_receipt(&row).await?.map(Into::into);
                uploads.push(Upload { media: row.media, path, receipt });
            }
            results[place].uploads = Some(uploads).filter(|uploads| !uploads.is_empty());
        }
        Ok(())
    }

    /// A device's receipt for a file, if that file is held. The same bytes whenever they are asked for.
    pub(crate) async fn media_receipt(&self, row: &UploadRow) -> Result<Option<Vec<u8>>, LedgerError> {
        match (&row.receipt, row.held) {
            (Some(receipt), _) => Ok(Some(receipt.clone())),
            // A record that is wrong about the size speaks of a file that does not exist.
            (None, Some(held)) if held.size == row.size => {
                let deployment = self.deployment.clone();
                let sign = move |kid, held| deployment.sign_media_receipt(kid, held);
                self.ledger.finish_upload(row.token, held, sign).await.map(Some)
            }
            (None, _) => Ok(None),
        }
    }

    fn sign_fork(&self, first: RecordHash, second: RecordHash, kid: Kid, seq: u64) -> Result<Vec<u8>, LedgerError> {
        let seen_ms = self.clock.now_ms();
        let fork = Fork { version: kuager_wire::VERSION, kid, seq, first, second, seen_ms };
        tracing::warn!(kid = %short(kid), seq, "two records under one number");
        cose::sign(&fork, self.deployment.id(), self.deployment.receipt_key())
            .map_err(|error| LedgerError::Signing(error.to_string()))
    }

    /// Signs and counts a refusal. The reason must not hold anything from what is refused.
    pub(crate) fn refuse(
        &self,
        subject: RecordHash,
        kid: Option<Kid>,
        code: RefusalCode,
        reason: &str,
    ) -> Result<SignedRefusal, IntakeError> {
        self.refusals.refuse(&self.deployment, subject, kid, code, reason, self.clock.now_ms())
    }
}

fn accepted(hash: RecordHash, receipt: Vec<u8>, fork: Option<Vec<u8>>) -> RecordResult {
    RecordResult { hash, receipt: Some(receipt.into()), refusal: None, fork: fork.map(Into::into), uploads: None }
}

/// A key id as it may appear in logs: enough to follow one device through a day, too little to name it elsewhere.
#[must_use]
pub fn short(kid: Kid) -> String {
    kid.to_string()[..8].to_owned()
}

#[cfg(test)]
mod tests;
