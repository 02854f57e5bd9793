//! Batches of records: begun, sent, and what the coordinator said about each.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kuager_wire::compression::{self, Dictionary};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Kid, PackHash, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::limits;
use kuager_wire::pack::SignedPack;
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::{FORKS_HEADER, FORKS_REFUSE, RecordsAnswer, SEQUENCE_TYPE, Upload};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::calls::{post, succeeded};
use super::event::SyncEvent;
use super::lately::Lately;
use super::machine::{self, Decision};
use super::next::HORIZON;
use super::response::{self, Judged, Sent};
use super::shared::{Flow, Run, Shared, SyncError, jitter, load_deployment, load_lane};
use crate::queue::{FailureClass, HeldReason, Item, State};
use crate::store::{Meta, NewAttempt, StoreError, Tx};

/// A batch that is about to travel.
struct Batch {
    attempt: i64,
    items: Vec<Item>,
    sent: Vec<Sent>,
    body: Vec<u8>,
}

/// What a run knows that the word about a batch depends on.
struct Before {
    lately: Arc<Mutex<Lately>>,
    may_enrol_again: bool,
}

/// What a batch brought.
struct Outcome {
    judged: Vec<Judged>,
    behind: Option<u64>,
    /// The coordinator does not know this device, which is to enrol again.
    forgotten: bool,
}

impl Shared {
    /// The dictionary of the current pack, prepared once.
    fn dictionary(&self, tx: &Tx<'_>, invite: &Invite) -> Result<Option<Arc<Dictionary>>, StoreError> {
        let Some(hash) = tx.meta::<PackHash>(Meta::CurrentPack)? else { return Ok(None) };
        let mut cached = self.dictionary.lock();
        if let Some((known, dictionary)) = cached.as_ref().filter(|(known, _)| *known == hash) {
            debug_assert_eq!(*known, hash);
            return Ok(dictionary.clone());
        }
        let Some(bytes) = tx.pack(hash)? else { return Ok(None) };
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).ok();
        let dictionary = pack.and_then(|pack| pack.pack.dictionary).map(|bytes| Arc::new(Dictionary::new(&bytes)));
        *cached = Some((hash, dictionary.clone()));
        Ok(dictionary)
    }

    fn begin_batch(&self, tx: &Tx<'_>, records: &[i64]) -> Result<Batch, StoreError> {
        let wanted: HashSet<i64> = records.iter().copied().collect();
        let mut items: HashMap<i64, Item> =
            tx.open_items(HORIZON)?.into_iter().map(|item| (item.record, item)).collect();
        items.retain(|record, _| wanted.contains(record));
        let rows: HashMap<i64, _> = tx.records_by_id(records)?.into_iter().map(|row| (row.id, row)).collect();
        let mut batch = Batch { attempt: 0, items: Vec::new(), sent: Vec::new(), body: Vec::new() };
        for record in records {
            let (Some(mut item), Some(row)) = (items.remove(record), rows.get(record)) else { continue };
            tx.set_state(*record, &State::Sending)?;
            tx.count_attempt(*record)?;
            item.attempts += 1;
            batch.body.extend_from_slice(&tx.record_bytes(*record)?);
            batch.items.push(item);
            batch.sent.push(Sent { record: *record, hash: row.hash, kid: row.kid, seq: row.seq });
        }
        let started_ms = self.clock.now().wall_ms;
        batch.attempt = tx.start_attempt(NewAttempt { purpose: "records", records: batch.sent.len(), started_ms })?;
        Ok(batch)
    }

    pub(super) async fn send(self: &Arc<Self>, run: &mut Run, records: Vec<i64>) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let (invite, plain) = (Arc::clone(&link.invite), run.plain);
        let (batch, dictionary) = self
            .write(move |tx, shared| {
                let dictionary = if plain { None } else { shared.dictionary(tx, &invite)? };
                Ok((shared.begin_batch(tx, &records)?, dictionary))
            })
            .await?;
        let mut call = post("/v1/records", batch.body.clone(), SEQUENCE_TYPE, limits::ANSWER);
        call.headers.push((FORKS_HEADER, FORKS_REFUSE.to_owned()));
        let compressed = dictionary.and_then(|dictionary| dictionary.compress(&batch.body).ok());
        if let Some(compressed) = compressed.filter(|compressed| compressed.len() < batch.body.len()) {
            call.body = Some(compressed);
            call.content_encoding = Some(compression::ENCODING);
        }
        let encoded = call.content_encoding.is_some();
        let bytes_out = call.body.as_ref().map_or(0, Vec::len);
        let outcome = self.call(run, "records", batch.sent.len(), call).await;
        let retry_after = outcome.as_ref().ok().and_then(|response| response.retry_after_ms);
        let bytes_in = outcome.as_ref().map_or(0, |response| response.body.len());
        let status = outcome.as_ref().map_or(0, |response| response.status);
        let read = match outcome {
            Ok(response) => response::read_records_answer(&response),
            Err(error) => Err(error.class),
        };
        match read {
            Ok(response) => {
                let before = Before { lately: Arc::clone(&run.lately), may_enrol_again: run.may_enrol_again() };
                let invite = Arc::clone(&link.invite);
                let outcome = self
                    .write(move |tx, shared| {
                        shared.apply(tx, &batch, &response, &invite, &before, (bytes_out, bytes_in))
                    })
                    .await?;
                self.media_wake.notify_one();
                self.report(run, outcome);
            }
            Err(FailureClass::Rejected) if encoded && status == 415 => {
                run.plain = true;
                self.write(move |tx, shared| {
                    batch.items.iter().try_for_each(|item| tx.set_state(item.record, &State::Sealed))?;
                    let now = shared.clock.now().wall_ms;
                    Ok(tx.finish_attempt(batch.attempt, now, "encoding_not_taken", bytes_out, bytes_in)?)
                })
                .await?;
            }
            Err(class) => {
                self.write(move |tx, shared| {
                    shared.batch_failed(tx, &batch, class, status, retry_after, (bytes_out, bytes_in))
                })
                .await?;
            }
        }
        Ok(Flow::Continue)
    }

    fn batch_failed(
        &self,
        tx: &Tx<'_>,
        batch: &Batch,
        class: FailureClass,
        status: u16,
        retry_after: Option<u64>,
        (bytes_out, bytes_in): (usize, usize),
    ) -> Result<(), SyncError> {
        let now = self.clock.now();
        let alone = batch.items.len() == 1;
        let unauthorised = matches!(status, 401 | 403);
        for item in &batch.items {
            let state = if unauthorised {
                machine::held(HeldReason::Auth, &now)
            } else {
                machine::after_failure(item, class, alone, &now, &mut jitter)
            };
            tx.set_state(item.record, &state)?;
        }
        let mut lane = load_lane(tx, Meta::Lane);
        let waits_by_itself = unauthorised || (alone && class == FailureClass::Rejected);
        if !waits_by_itself {
            lane.failed(class, retry_after, batch.items.len(), &now, &mut jitter);
        }
        tx.set_meta(Meta::Lane, &lane)?;
        Ok(tx.finish_attempt(batch.attempt, now.wall_ms, class.name(), bytes_out, bytes_in)?)
    }

    /// Stores what the coordinator said about a batch.
    fn apply(
        &self,
        tx: &Tx<'_>,
        batch: &Batch,
        response: &RecordsAnswer,
        invite: &Invite,
        before: &Before,
        (bytes_out, bytes_in): (usize, usize),
    ) -> Result<Outcome, SyncError> {
        let now = self.clock.now();
        let deployment = load_deployment(tx, invite)?
            .ok_or_else(|| StoreError::Other("the genesis statement is missing".to_owned()))?;
        let results: HashMap<RecordHash, _> = response.results.iter().map(|result| (result.hash, result)).collect();
        let judged: Vec<Judged> = batch
            .sent
            .iter()
            .filter_map(|sent| response::judge(*sent, results.get(&sent.hash)?, &deployment))
            .collect();
        if judged.is_empty() {
            self.batch_failed(tx, batch, FailureClass::BadAnswer, 200, None, (bytes_out, bytes_in))?;
            return Ok(Outcome { judged, behind: None, forgotten: false });
        }
        judged.iter().for_each(|judged| self.time.learn(judged.dated_ms));
        let unknown =
            |judged: &Judged| matches!(judged.decision, Decision::Refused { code: RefusalCode::UnknownDevice, .. });
        let not_enrolled = judged.iter().any(unknown);
        let by_record: HashMap<i64, &Judged> = judged.iter().map(|judged| (judged.sent.record, judged)).collect();
        for item in &batch.items {
            let state = match by_record.get(&item.record) {
                Some(judged) => {
                    for (purpose, bytes) in &judged.statements {
                        tx.add_statement(item.record, purpose, bytes, now.wall_ms)?;
                    }
                    match judged.decision {
                        Decision::Refused { code: RefusalCode::NumberUsed, .. } => tx.renumber(item.record)?,
                        Decision::Refused { code: RefusalCode::RevokedDevice, .. } => self.note_revoked(tx)?,
                        _ => {}
                    }
                    let uploads = results.get(&judged.sent.hash).and_then(|result| result.uploads.as_deref());
                    take_uploads(tx, uploads.unwrap_or_default(), &deployment, judged.sent.kid)?;
                    machine::after_decision(item, judged.decision, &now, &mut jitter)
                }
                // Of strangers a coordinator answers the first record only: what holds for it holds for all.
                None if not_enrolled => machine::held(HeldReason::Auth, &now),
                // Others got a word and this one did not: it waits by itself.
                None => machine::after_failure(item, FailureClass::Rejected, true, &now, &mut jitter),
            };
            tx.set_state(item.record, &state)?;
        }
        let forgotten = before.may_enrol_again && not_enrolled;
        if forgotten {
            self.enrol_again(tx, invite)?;
        }
        let mut outcome = Outcome { judged, behind: None, forgotten };
        let kid = self.keyring.current_kid(tx)?;
        if let Some(chain) = response.chains.iter().find(|chain| chain.kid == kid) {
            outcome.behind = self.compare_chain(tx, chain, &mut before.lately.lock())?.behind;
        }
        succeeded(tx, self, batch.attempt, bytes_out, bytes_in)?;
        Ok(outcome)
    }

    fn report(&self, run: &mut Run, outcome: Outcome) {
        if outcome.forgotten {
            run.forgotten = Some(Instant::now());
        }
        if let Some(coordinator) = outcome.behind {
            self.emit(SyncEvent::StoreIsBehind { coordinator });
        }
        for judged in outcome.judged {
            let hash = judged.sent.hash;
            match judged.decision {
                Decision::Accepted => {
                    run.summary.accepted += 1;
                    self.emit(SyncEvent::Accepted(hash));
                }
                Decision::Forked => {
                    run.summary.accepted += 1;
                    run.summary.forked += 1;
                    self.emit(SyncEvent::Forked(hash));
                }
                // It is sealed anew, and delivered so.
                Decision::Refused { code: RefusalCode::NumberUsed, .. } => {}
                Decision::Refused { code, .. } => {
                    run.summary.refused += 1;
                    self.emit(SyncEvent::Refused(hash, code));
                }
            }
        }
    }
}

/// Keeps the uploads a record's receipt came with: where to, or that the coordinator has the file already.
fn take_uploads(tx: &Tx<'_>, uploads: &[Upload], deployment: &Deployment, kid: Kid) -> Result<(), StoreError> {
    for upload in uploads {
        let Some(row) = tx.media(upload.media)? else { continue };
        if upload.path.starts_with('/') && upload.path.len() <= 200 {
            tx.set_media_path(upload.media, &upload.path)?;
        }
        match upload.receipt.as_ref().and_then(|bytes| response::verified(bytes, &row, deployment, &[kid])) {
            Some((receipt, _)) => tx.media_stored(upload.media, &receipt)?,
            // It had a receipt and the coordinator does not say so any more: it was restored from a backup.
            None => drop(tx.reopen_media(upload.media)?),
        }
    }
    Ok(())
}
