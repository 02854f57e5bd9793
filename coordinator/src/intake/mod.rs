//! From a request's bytes to a signed answer.
//!
//! One upload of records goes through these steps: decompress with the dictionary it names; split into items and read
//! them; ask the ledger once what is known of them; verify every item by itself (`verify`), where receipts and refusals are
//! signed too; hand what is to be stored to the ledger; attest the forks that were met (`forks`); answer when all is
//! durable. Reading and verifying run on blocking threads, bounded by the number of cores. One bad item never fails
//! another, and what has been received before gets the very receipt it got then.

mod forks;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use kuager_wire::canonical::split_sequence;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::sync::{ChainState, MEDIA_PATH, RecordResult, RecordsAnswer, Upload};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::error::CoordinatorError;
use crate::ledger::{ForkEvidence, ForkPair, LedgerError, NewRecord};
use crate::sign::SignError;
pub use forks::attest_waiting;
use verify::{Decision, Examiner, Item};

/// Records verified in one go on one thread: small enough that a full upload uses every core.
const CHUNK: usize = 32;

/// Why a whole upload gets no answer of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// More items than allowed.
    #[error("at most {} records per upload; send the rest in another one", limits::BATCH_RECORDS)]
    TooMany,
    /// The coordinator's own trouble.
    #[error(transparent)]
    Coordinator(#[from] CoordinatorError),
}

impl From<LedgerError> for IntakeError {
    fn from(error: LedgerError) -> Self {
        Self::Coordinator(error.into())
    }
}

impl From<SignError> for IntakeError {
    fn from(error: SignError) -> Self {
        Self::Coordinator(error.into())
    }
}

/// A worker did not come to its end.
fn failed<E>(_: E) -> IntakeError {
    CoordinatorError::Worker.into()
}

/// Verifies, stores, answers.
#[derive(Debug)]
pub struct Intake {
    app: App,
    cores: Arc<Semaphore>,
}

impl Intake {
    /// An intake for a deployment.
    #[must_use]
    pub fn new(app: App) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self { app, cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Verifies and stores one upload: a sequence of signed records, decompressed.
    ///
    /// # Errors
    /// [`IntakeError`]; then nothing of the upload has been acknowledged.
    pub async fn receive(&self, body: Vec<u8>) -> Result<RecordsAnswer, IntakeError> {
        let started = self.app.clock.elapsed();
        let items: Vec<Item> = split_sequence(&body).into_iter().map(|item| Item::new(&body, item)).collect();
        if items.len() > limits::BATCH_RECORDS {
            return Err(IntakeError::TooMany);
        }
        let decisions = self.verify(Arc::new(body), items).await?;
        let mut forks = Forks::default();
        let mut kids = BTreeSet::new();
        let mut new = Vec::new();
        // Results of records that list files, or may.
        let mut listing = Vec::new();
        let mut results = Vec::with_capacity(decisions.len());
        let (mut known, mut refused) = (0_usize, 0_usize);
        for decision in decisions {
            results.push(match decision {
                Decision::Known { hash, kid, stored } => {
                    kids.insert(kid);
                    known += 1;
                    listing.push(results.len());
                    accepted(hash, stored.receipt, forks.evidence(results.len(), stored.fork))
                }
                Decision::Refused { hash, refusal, verified } => {
                    kids.extend(verified);
                    refused += 1;
                    RecordResult { hash, receipt: None, refusal: Some(refusal.bytes.into()), fork: None, uploads: None }
                }
                // The receipt follows when it is durable.
                Decision::New(record) => {
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
        let chains = self.store(new, kids, &mut results, &mut forks).await?;
        for (position, statement) in forks.positions.into_iter().zip(forks::attest(&self.app, forks.pairs).await?) {
            results[position].fork = Some(statement.into());
        }
        self.list_uploads(listing, &mut results).await?;
        let took_ms = self.app.clock.elapsed().saturating_sub(started).as_secs_f64() * 1000.0;
        tracing::info!(stored, known, refused, took_ms, "records received");
        Ok(RecordsAnswer { results, chains })
    }

    /// Verifies all items, in their order.
    async fn verify(&self, body: Arc<Vec<u8>>, items: Vec<Item>) -> Result<Vec<Decision>, IntakeError> {
        let bytes = Arc::clone(&body);
        let read = self.on_cores(items, move |items| items.into_iter().map(|item| Ok(item.read(&bytes))).collect());
        let items = read.await?;
        let known = self.app.ledger.look_up(items.iter().map(|item| item.inquiry()).collect()).await?;
        let (app, known) = (self.app.clone(), Arc::new(known));
        self.on_cores(items, move |items| Examiner::new(&app, &body, &known).all(items)).await
    }

    /// Does something with all items, in their order, on as many threads as there are cores.
    async fn on_cores<T: Send + 'static, R: Send + 'static>(
        &self,
        mut items: Vec<T>,
        work: impl Fn(Vec<T>) -> Result<Vec<R>, CoordinatorError> + Clone + Send + 'static,
    ) -> Result<Vec<R>, IntakeError> {
        let mut done = Vec::with_capacity(items.len());
        let mut workers = Vec::with_capacity(items.len().div_ceil(CHUNK));
        while !items.is_empty() {
            let rest = items.split_off(items.len().min(CHUNK));
            let chunk = std::mem::replace(&mut items, rest);
            let permit = Arc::clone(&self.cores).acquire_owned().await.map_err(failed)?;
            let work = work.clone();
            workers.push(tokio::task::spawn_blocking(move || {
                let _permit = permit;
                work(chunk)
            }));
        }
        for worker in workers {
            let outcome = worker.await.map_err(|error| {
                tracing::error!(%error, "verifying an upload failed");
                failed(error)
            })?;
            done.extend(outcome?);
        }
        Ok(done)
    }

    async fn store(
        &self,
        new: Vec<(usize, NewRecord)>,
        kids: BTreeSet<Kid>,
        results: &mut [RecordResult],
        forks: &mut Forks,
    ) -> Result<Vec<ChainState>, IntakeError> {
        let kids: Vec<Kid> = kids.into_iter().collect();
        if new.is_empty() {
            return Ok(self.app.ledger.chains(kids).await?);
        }
        let (positions, records): (Vec<_>, Vec<_>) = new.into_iter().unzip();
        let (stored, chains) = self.app.ledger.store(records, kids).await?;
        for (position, stored) in positions.into_iter().zip(stored) {
            results[position].receipt = Some(stored.receipt.into());
            results[position].fork = forks.evidence(position, stored.fork).map(Into::into);
        }
        Ok(chains)
    }

    /// Says of each of these records' files where it is to be uploaded, and gives the receipts again for those that the
    /// record's device has delivered.
    async fn list_uploads(&self, listing: Vec<usize>, results: &mut [RecordResult]) -> Result<(), IntakeError> {
        if listing.is_empty() {
            return Ok(());
        }
        let hashes: Vec<RecordHash> = listing.iter().map(|position| results[*position].hash).collect();
        for (position, rows) in listing.into_iter().zip(self.app.ledger.uploads_of(hashes).await?) {
            let mut uploads = Vec::with_capacity(rows.len());
            for row in rows {
                let path = format!("{MEDIA_PATH}{}", row.token);
                uploads.push(Upload { media: row.media, path, receipt: row.receipt.map(Into::into) });
            }
            results[position].uploads = Some(uploads).filter(|uploads| !uploads.is_empty());
        }
        Ok(())
    }
}

/// Pairs of records that are still to be attested, and whose results wait for it.
#[derive(Default)]
struct Forks {
    positions: Vec<usize>,
    pairs: Vec<ForkPair>,
}

impl Forks {
    /// The evidence for the result at a position; if it is not signed yet, the position is remembered.
    fn evidence(&mut self, position: usize, evidence: Option<ForkEvidence>) -> Option<Vec<u8>> {
        match evidence? {
            ForkEvidence::Signed(statement) => Some(statement),
            ForkEvidence::Unsigned(pair) => {
                self.positions.push(position);
                self.pairs.push(pair);
                None
            }
        }
    }
}

fn accepted(hash: RecordHash, receipt: Vec<u8>, fork: Option<Vec<u8>>) -> RecordResult {
    RecordResult { hash, receipt: Some(receipt.into()), refusal: None, fork: fork.map(Into::into), uploads: None }
}

#[cfg(test)]
mod tests;
