//! From a request's bytes to a signed answer.
//!
//! One upload of records goes through these steps: decompress with the dictionary it names; split into items and read
//! them; ask the ledger once what is known of them; verify every item by itself (`verify`), where receipts are signed too;
//! sign the refusals that somebody is told of (`words`); hand what is to be stored to the ledger; attest the forks that
//! were met (`forks`); answer when all is durable. Verifying, and reading more than a few records, run on blocking threads,
//! bounded by the number of cores. One bad item never fails another, and what has been received before gets the very
//! receipt it got then.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod forks;
mod on_fork;
mod verify;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::thread;

use kuager_wire::canonical::split_sequence;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::{ChainState, MEDIA_PATH, RecordResult, RecordsAnswer, Upload};
use tokio::sync::Semaphore;

use crate::app::{App, short};
use crate::error::CoordinatorError;
use crate::ledger::{ForkEvidence, ForkPair, LedgerError, NewRecord, Stored, Taken};
use crate::sign::SignError;
use crate::sparing::Sparing;
pub use forks::attest_waiting;
pub use on_fork::OnFork;
use verify::{Decision, Examiner, Item, Objection};
use words::Words;

/// Records verified in one go on one thread: small enough that a full upload uses every core.
const CHUNK: usize = 32;
/// Bytes that are read where they arrive: a few microseconds of work, less than to wake another thread for it.
const READ_HERE: usize = 8 * 1024;
/// What a device is told of a record that is kept apart.
const WITHHELD: &str = "this device was revoked; the record is kept, but apart, and does not count";

/// Why a record of a device that has sent much is not taken now.
const OVER_BUDGET: &str = "this device has sent as many records as it may for now; they are taken later";

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
    budget: forks::Budget,
    /// Lines about records that are refused.
    refusing: Sparing,
    /// Lines about uploads that bring nothing new.
    idle: Sparing,
}

impl Intake {
    /// An intake for a deployment.
    #[must_use]
    pub fn new(app: App) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            app,
            cores: Arc::new(Semaphore::new(cores)),
            budget: forks::Budget::default(),
            refusing: Sparing::default(),
            idle: Sparing::default(),
        }
    }

    /// Verifies and stores one upload: a sequence of signed records.
    ///
    /// # Errors
    /// [`IntakeError`]; then nothing of the upload has been acknowledged.
    pub async fn receive(&self, body: Vec<u8>) -> Result<RecordsAnswer, IntakeError> {
        let travelled = body.len();
        self.receive_decompressed(body, travelled, OnFork::Keep).await
    }

    /// As [`Intake::receive`], of an upload that had so many bytes on its way and whose device says what it wants of forks.
    ///
    /// # Errors
    /// As [`Intake::receive`].
    pub async fn receive_decompressed(
        &self,
        body: Vec<u8>,
        travelled: usize,
        on_fork: OnFork,
    ) -> Result<RecordsAnswer, IntakeError> {
        let started = self.app.clock.elapsed();
        let items: Vec<Item> = split_sequence(&body).into_iter().map(|item| Item::new(&body, item)).collect();
        if items.len() > limits::BATCH_RECORDS {
            return Err(IntakeError::TooMany);
        }
        let decisions = self.verify(Arc::new(body), items, on_fork).await?;
        let mut words = Words::choose(&decisions, travelled);
        let mut refusals = self.refuse(&decisions, &words).await?;
        let mut answer = Drafted::default();
        for (position, decision) in decisions.into_iter().enumerate() {
            answer.take(decision, refusals.remove(&position));
        }
        for (position, kid) in std::mem::take(&mut answer.withheld) {
            self.object(&mut answer, position, kid, (RefusalCode::RevokedDevice, WITHHELD), &mut words)?;
        }
        let chains = self.store(&mut answer, &mut words).await?;
        let Drafted { mut results, forks, mut listing, tally, .. } = answer;
        listing.retain(|position| results.get(*position).is_some_and(|result| result.receipt.is_some()));
        forks::attest(&self.app, &self.budget, forks.pairs, |position, statement| {
            if let Some(result) = results.get_mut(position) {
                result.fork = Some(statement.into());
            }
        })
        .await?;
        self.list_uploads(listing, &mut results).await?;
        // What is not accepted and got no word of it: a device learns of some records at a time what has become of them.
        results.retain(|result| result.receipt.is_some() || result.refusal.is_some());
        let took_ms = self.app.clock.elapsed().saturating_sub(started).as_secs_f64() * 1000.0;
        let Tally { stored, known, refused, unanswered } = tally;
        if stored > 0 {
            tracing::info!(stored, known, refused, unanswered, took_ms, "records received");
        } else if let Some(left_out) = self.idle.pass() {
            tracing::info!(known, refused, unanswered, took_ms, left_out, "nothing new was received");
        }
        Ok(RecordsAnswer { results, chains })
    }

    /// Counts everything that is refused, and signs the refusals that are told, by the position of their decision.
    async fn refuse(&self, decisions: &[Decision], words: &Words) -> Result<BTreeMap<usize, Vec<u8>>, IntakeError> {
        let mut told = Vec::with_capacity(words.given.len());
        for (position, decision) in decisions.iter().enumerate() {
            let Decision::Refused { hash, objection } = decision else { continue };
            let Objection { code, kid, reason, .. } = objection;
            self.say_refused(*code, *kid);
            match words.given.iter().find(|word| word.position == position) {
                None => self.app.refusals.count(*hash, *kid, *code),
                Some(word) => {
                    let reason = if word.reason { reason.clone() } else { String::new() };
                    told.push((position, *hash, *kid, *code, reason));
                }
            }
        }
        let refusals = Arc::clone(&self.app.refusals);
        let signed = self.on_cores(told, move |told| {
            let sign = |(position, hash, kid, code, reason): (usize, RecordHash, Option<Kid>, RefusalCode, String)| {
                Ok((position, refusals.refuse(hash, kid, code, &reason)?.bytes))
            };
            told.into_iter().map(sign).collect()
        });
        Ok(signed.await?.into_iter().collect())
    }

    /// Verifies all items, in their order.
    async fn verify(
        &self,
        body: Arc<Vec<u8>>,
        items: Vec<Item>,
        on_fork: OnFork,
    ) -> Result<Vec<Decision>, IntakeError> {
        let mut items: Vec<_> = if body.len() <= READ_HERE {
            items.into_iter().map(|item| item.read(&body)).collect()
        } else {
            let bytes = Arc::clone(&body);
            let read = move |items: Vec<Item>| items.into_iter().map(|item| Ok(item.read(&bytes))).collect();
            self.on_cores(items, read).await?
        };
        // What is sent twice in one upload is answered once.
        let mut seen = HashSet::with_capacity(items.len());
        items.retain(|item| seen.insert(item.hash()));
        let known = self.app.ledger.look_up(items.iter().filter_map(|item| item.inquiry()).collect()).await?;
        let (app, known) = (self.app.clone(), Arc::new(known));
        self.on_cores(items, move |items| Examiner::new(&app, &body, &known, on_fork).all(items)).await
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

    /// Stores what is new; what is not accepted loses its receipt, and gets a word while there are some left.
    async fn store(&self, answer: &mut Drafted, words: &mut Words) -> Result<Vec<ChainState>, IntakeError> {
        let kids: Vec<Kid> = std::mem::take(&mut answer.kids).into_iter().collect();
        let new = std::mem::take(&mut answer.new);
        if new.is_empty() {
            return Ok(self.app.ledger.chains(kids).await?);
        }
        let (positions, records): (Vec<_>, Vec<_>) = new.into_iter().unzip();
        let signed_by: Vec<Kid> = records.iter().map(|record| record.kid).collect();
        let (stored, chains) = self.app.ledger.store(records, kids, self.app.budgets.records).await?;
        for ((position, kid), taken) in positions.into_iter().zip(signed_by).zip(stored) {
            let kept = matches!(taken, Taken::Stored(_));
            let objection = match taken {
                Taken::Stored(Stored { withheld: false, receipt, fork, .. }) => {
                    let Some(result) = answer.results.get_mut(position) else { continue };
                    result.receipt = Some(receipt.into());
                    result.fork = answer.forks.evidence(position, fork).map(Into::into);
                    continue;
                }
                Taken::Stored(_) => (RefusalCode::RevokedDevice, WITHHELD),
                Taken::Revoked => (RefusalCode::RevokedDevice, "this device was revoked; keep the record"),
                Taken::OverBudget => (RefusalCode::Busy, OVER_BUDGET),
                Taken::NumberUsed => (
                    RefusalCode::NumberUsed,
                    "another record of this key has this number, or one before it; seal it anew under another key",
                ),
            };
            let told = self.object(answer, position, kid, objection, words)?;
            if !kept {
                answer.tally.not_stored(told);
            }
        }
        Ok(chains)
    }

    /// Tells a device why a record of it is not accepted, while there are words left; it keeps the record and sends it again. Whether
    /// it was told.
    fn object(
        &self,
        answer: &mut Drafted,
        position: usize,
        kid: Kid,
        (code, reason): (RefusalCode, &str),
        words: &mut Words,
    ) -> Result<bool, IntakeError> {
        let Some(result) = answer.results.get_mut(position) else { return Ok(false) };
        self.say_refused(code, Some(kid));
        result.receipt = None;
        let Some(word) = words.give(position, reason, true) else {
            self.app.refusals.count(result.hash, Some(kid), code);
            return Ok(false);
        };
        let reason = if word.reason { reason } else { "" };
        *result = refused(result.hash, self.app.refusals.refuse(result.hash, Some(kid), code, reason)?.bytes);
        Ok(true)
    }

    fn say_refused(&self, code: RefusalCode, kid: Option<Kid>) {
        if let Some(left_out) = self.refusing.pass() {
            tracing::info!(code = code.name(), kid = kid.map(short), left_out, "a record is refused");
        }
    }

    /// Says of each of these records' files where it is to be uploaded, and gives the receipts again for those that the
    /// record's device has delivered.
    async fn list_uploads(&self, listing: Vec<usize>, results: &mut [RecordResult]) -> Result<(), IntakeError> {
        if listing.is_empty() {
            return Ok(());
        }
        let hashes = listing.iter().filter_map(|position| results.get(*position)).map(|result| result.hash).collect();
        for (position, rows) in listing.into_iter().zip(self.app.ledger.uploads_of(hashes).await?) {
            let mut uploads = Vec::with_capacity(rows.len());
            for row in rows {
                let path = format!("{MEDIA_PATH}{}", row.token);
                uploads.push(Upload { media: row.media, path, receipt: row.receipt.map(Into::into) });
            }
            if let Some(result) = results.get_mut(position) {
                result.uploads = Some(uploads).filter(|uploads| !uploads.is_empty());
            }
        }
        Ok(())
    }
}

/// What became of the items of one upload, counted.
#[derive(Default)]
struct Tally {
    stored: usize,
    known: usize,
    refused: usize,
    unanswered: usize,
}

impl Tally {
    /// One record that seemed to be stored was not.
    fn not_stored(&mut self, told: bool) {
        self.stored = self.stored.saturating_sub(1);
        self.refused = self.refused.saturating_add(1);
        self.unanswered = self.unanswered.saturating_add(usize::from(!told));
    }
}

/// An answer that waits for what is to be stored.
#[derive(Default)]
struct Drafted {
    results: Vec<RecordResult>,
    /// Keys of which the upload has a good signature.
    kids: BTreeSet<Kid>,
    forks: Forks,
    /// To be stored, each with the position of its result.
    new: Vec<(usize, NewRecord)>,
    /// Results of records that are kept apart, with the key of each.
    withheld: Vec<(usize, Kid)>,
    /// Results of records that list files, or may.
    listing: Vec<usize>,
    tally: Tally,
}

impl Drafted {
    /// Takes the next decision, with the signed refusal if one is told.
    fn take(&mut self, decision: Decision, refusal: Option<Vec<u8>>) {
        let (position, tally) = (self.results.len(), &mut self.tally);
        let more = |count: &mut usize| *count = count.saturating_add(1);
        match decision {
            Decision::Known { hash, kid, stored } => {
                more(&mut tally.known);
                self.kids.insert(kid);
                if stored.withheld {
                    self.withheld.push((position, kid));
                    self.results.push(accepted(hash, Vec::new(), None));
                    return;
                }
                self.listing.push(position);
                let fork = self.forks.evidence(position, stored.fork);
                self.results.push(accepted(hash, stored.receipt, fork));
            }
            // The receipt follows when it is durable.
            Decision::New(record) => {
                more(&mut tally.stored);
                self.kids.insert(record.kid);
                if !record.uploads.is_empty() {
                    self.listing.push(position);
                }
                self.results.push(accepted(record.hash, Vec::new(), None));
                self.new.push((position, *record));
            }
            Decision::Refused { hash, objection } => {
                more(&mut tally.refused);
                self.kids.extend(objection.kid.filter(|_| objection.verified));
                match refusal {
                    Some(refusal) => self.results.push(refused(hash, refusal)),
                    None => more(&mut tally.unanswered),
                }
            }
            Decision::PutOff => more(&mut tally.unanswered),
        }
    }
}

/// Pairs of records that are still to be attested, each with the position of the result that waits for it.
#[derive(Default)]
struct Forks {
    pairs: Vec<(usize, ForkPair)>,
}

impl Forks {
    /// The evidence for the result at a position; if it is not signed yet, the position is remembered.
    fn evidence(&mut self, position: usize, evidence: Option<ForkEvidence>) -> Option<Vec<u8>> {
        match evidence? {
            ForkEvidence::Signed(statement) => Some(statement),
            ForkEvidence::Unsigned(pair) => {
                self.pairs.push((position, pair));
                None
            }
        }
    }
}

fn refused(hash: RecordHash, refusal: Vec<u8>) -> RecordResult {
    RecordResult { hash, receipt: None, refusal: Some(refusal.into()), fork: None, uploads: None }
}

fn accepted(hash: RecordHash, receipt: Vec<u8>, fork: Option<Vec<u8>>) -> RecordResult {
    RecordResult { hash, receipt: Some(receipt.into()), refusal: None, fork: fork.map(Into::into), uploads: None }
}

#[cfg(test)]
mod tests;
