//! Uploads files (tus 1.0), beside the records and never before them.
//!
//! One PATCH carries a file until it is through or breaks; after any break a HEAD asks how far it came, and the rest
//! follows. Nothing about that is kept on the phone but the fact that an upload has begun: the coordinator knows better.
//! A file is delivered when a receipt for its hash is verified and stored.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use kuager_evidence::verify_refusal;
use kuager_wire::genesis::Deployment;
use tokio::time::{Instant, sleep};

use super::event::SyncEvent;
use super::machine::Plan;
use super::response;
use super::shared::{Shared, SyncError, jitter, load_deployment, load_lane};
use super::upload::{self, UploadPlan};
use crate::queue::{FailureClass, Lane, Network, UploadState};
use crate::store::{MediaRow, Meta, Tx};
use crate::transport::tus::{self, Standing};
use crate::transport::{ByteStream, Response, Transport, TransportError};

/// Progress is told at most so often: each event may cross into another language and wake a screen.
const PROGRESS: Duration = Duration::from_millis(100);
/// How long to wait before looking again whether records have gone first.
const YIELD: Duration = Duration::from_millis(50);
/// How often a file on its way is looked at, whether it may still go.
const LOOK: Duration = Duration::from_millis(250);
/// HTTP status of tus for bytes whose hash is wrong.
const CHECKSUM_MISMATCH: u16 = 460;

/// What a run of the media lane did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Uploaded {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// Why one upload ended without a receipt.
enum Ended {
    /// The network, or a coordinator that is busy: the lane closes for all.
    Network(FailureClass, Option<u64>),
    /// This file only.
    File(FailureClass),
    /// It may not go on: what is being sent costs money now.
    Stopped,
}

impl From<TransportError> for Ended {
    fn from(error: TransportError) -> Self {
        Self::Network(error.class, None)
    }
}

impl Shared {
    /// Uploads until nothing is left that can go now. `records_done` says that no record will bring a new upload any
    /// more; before that the lane waits for them.
    pub(super) async fn upload_all(
        self: &Arc<Self>,
        uploaded: &mut Uploaded,
        records_done: &(dyn Fn() -> bool + Sync),
        forever: bool,
    ) -> Result<(), SyncError> {
        loop {
            match self.plan_upload().await? {
                UploadPlan::Start(media) => {
                    // Records first: a protocol's numbers are a hundred bytes, its photo four million.
                    if matches!(self.plan().await?, Plan::Send(_) | Plan::Enrol | Plan::FetchGenesis) {
                        sleep(YIELD).await;
                        continue;
                    }
                    self.upload(media, uploaded).await?;
                }
                UploadPlan::Wait { ms, .. } => {
                    if !forever && records_done() && ms.is_none() {
                        return Ok(());
                    }
                    let longest = if records_done() { Duration::from_secs(60) } else { YIELD * 4 };
                    let wait = ms.map_or(longest, Duration::from_millis).min(longest).max(Duration::from_millis(1));
                    tokio::select! {
                        () = sleep(wait) => {}
                        () = self.media_wake.notified() => {}
                    }
                }
                UploadPlan::Idle if !forever && records_done() => return Ok(()),
                UploadPlan::Idle => {
                    tokio::select! {
                        () = sleep(if forever { Duration::from_secs(60) } else { YIELD }) => {}
                        () = self.media_wake.notified() => {}
                    }
                }
            }
        }
    }

    /// One attempt at one file.
    async fn upload(self: &Arc<Self>, media: i64, uploaded: &mut Uploaded) -> Result<(), SyncError> {
        let Some(link) = self.link() else { return Ok(()) };
        let invite = Arc::clone(&link.invite);
        let begun = self
            .write(move |tx, _| {
                let deployment = load_deployment(tx, &invite)?;
                let (Some(row), Some(deployment)) = (tx.media_by_id(media)?, deployment) else { return Ok(None) };
                let Some(path) = row.path.clone() else { return Ok(None) };
                tx.set_media_state(media, &UploadState::Uploading)?;
                tx.count_media_attempt(media)?;
                Ok(Some((row, path, deployment)))
            })
            .await?;
        let Some((row, path, deployment)) = begun else { return Ok(()) };
        self.emit(SyncEvent::UploadStarted(row.hash));
        let sent = Arc::new(AtomicU64::new(0));
        let outcome = tokio::select! {
            outcome = self.transfer(&row, &path, &deployment, &sent) => outcome,
            stopped = self.not_allowed(media) => {
                stopped?;
                Err(Ended::Stopped)
            }
        };
        uploaded.bytes += sent.load(Ordering::Relaxed);
        match outcome {
            Ok((receipt, received_ms)) => {
                self.time.learn(received_ms);
                let hash = row.hash;
                self.write(move |tx, _| {
                    tx.media_stored(hash, &receipt)?;
                    change_lane(tx, Lane::succeeded)
                })
                .await?;
                uploaded.files += 1;
                self.emit(SyncEvent::MediaStored(hash));
            }
            Err(ended) => self.upload_ended(media, &row, ended).await?,
        }
        Ok(())
    }

    /// Returns when a file that is on its way may not go any more: an original, on a network that has become metered. What the
    /// system has taken already still goes, 128 KiB at most; the rest follows when it may.
    async fn not_allowed(self: &Arc<Self>, media: i64) -> Result<(), SyncError> {
        loop {
            sleep(LOOK).await;
            let network = *self.network.read();
            if network == Network::Metered {
                let items = self.read(|tx| Ok(tx.open_uploads()?)).await?;
                if items.iter().any(|item| item.media == media && !upload::is_allowed(item, network)) {
                    return Ok(());
                }
            }
        }
    }

    async fn upload_ended(self: &Arc<Self>, media: i64, row: &MediaRow, ended: Ended) -> Result<(), SyncError> {
        let attempts = row.attempts + 1;
        self.write(move |tx, shared| {
            let now = shared.clock.now();
            if matches!(tx.media_by_id(media)?.map(|row| row.state), Some(UploadState::Held { .. })) {
                // The observer holds it back, and that is what ended it.
                return Ok(());
            }
            match ended {
                Ended::File(class) => {
                    Ok(tx.set_media_state(media, &upload::delayed(attempts, class, &now, &mut jitter))?)
                }
                Ended::Stopped => Ok(tx.set_media_state(media, &UploadState::Waiting)?),
                Ended::Network(class, retry_after) => {
                    tx.set_media_state(media, &UploadState::Waiting)?;
                    change_lane(tx, |lane| lane.failed(class, retry_after, 0, &now, &mut jitter))
                }
            }
        })
        .await
    }

    /// Brings the rest of a file over and returns its receipt, with the time it was signed for.
    async fn transfer(
        self: &Arc<Self>,
        row: &MediaRow,
        path: &str,
        deployment: &Deployment,
        sent: &Arc<AtomicU64>,
    ) -> Result<(Vec<u8>, u64), Ended> {
        let mut offset = self.offset_of(row, path).await?;
        self.remember_offset(row, offset).await;
        let transport = self.transport()?;
        if offset < row.size {
            let bytes = self.stream(row, offset, Arc::clone(sent));
            let response = tus::send(transport.as_ref(), path, offset, row.size, bytes).await?;
            match response.status {
                200 | 204 => offset = response.upload_offset.unwrap_or(row.size),
                // Another connection of ours came first, or the coordinator lost some: ask again.
                409 => return Err(Ended::Network(FailureClass::Reset, None)),
                CHECKSUM_MISMATCH => return Err(mismatch(&response, row, deployment)),
                _ => return Err(refused(&response)),
            }
            self.remember_offset(row, offset).await;
        }
        if offset < row.size {
            return Err(Ended::Network(FailureClass::Reset, None));
        }
        let response = tus::receipt(transport.as_ref(), path).await?;
        match response.status {
            200 => response::verified(&response.body, row, deployment, &self.kids())
                .ok_or(Ended::File(FailureClass::BadAnswer)),
            CHECKSUM_MISMATCH => Err(mismatch(&response, row, deployment)),
            404 | 410 => Err(Ended::File(FailureClass::Rejected)),
            _ => Err(refused(&response)),
        }
    }

    /// How many bytes the coordinator holds; makes the upload anew when it has forgotten it.
    async fn offset_of(&self, row: &MediaRow, path: &str) -> Result<u64, Ended> {
        let transport = self.transport()?;
        match tus::standing(transport.as_ref(), path).await? {
            Standing::Holds(offset) if offset <= row.size => Ok(offset),
            Standing::Holds(_) => Err(Ended::Network(FailureClass::CaptivePortal, None)),
            Standing::Gone => create(transport.as_ref(), row, path).await,
            Standing::Other(response) => Err(refused(&response)),
        }
    }

    fn transport(&self) -> Result<Arc<dyn Transport>, Ended> {
        let link = self.link().ok_or(Ended::Network(FailureClass::Offline, None))?;
        Ok(link.transport)
    }

    /// For the progress shown; a failure here costs nothing.
    async fn remember_offset(self: &Arc<Self>, row: &MediaRow, offset: u64) {
        let (id, hash, size) = (row.id, row.hash, row.size);
        if self.write(move |tx, _| Ok(tx.set_media_sent(id, offset)?)).await.is_ok() {
            self.emit(SyncEvent::UploadProgress { media: hash, sent: offset, size });
        }
    }

    /// The file from `offset` on, a piece at a time; ends early when the observer holds the file back.
    fn stream(self: &Arc<Self>, row: &MediaRow, offset: u64, sent: Arc<AtomicU64>) -> ByteStream {
        let (hash, size, id) = (row.hash, row.size, row.id);
        let start = (Arc::clone(self), offset, Instant::now());
        Box::pin(stream::try_unfold(start, move |(shared, at, told)| {
            let sent = Arc::clone(&sent);
            async move {
                if at >= size {
                    return Ok(None);
                }
                let piece = shared.read(move |tx| {
                    let held = matches!(tx.media_by_id(id)?.map(|row| row.state), Some(UploadState::Held { .. }));
                    Ok(if held { None } else { tx.chunk_from(id, at)? })
                });
                let piece = piece.await.map_err(io::Error::other)?.ok_or_else(|| io::Error::other("held back"))?;
                let next = at + piece.len() as u64;
                sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
                let mut told = told;
                if told.elapsed() >= PROGRESS {
                    shared.emit(SyncEvent::UploadProgress { media: hash, sent: at, size });
                    told = Instant::now();
                }
                Ok::<_, io::Error>(Some((Bytes::from(piece), (shared, next, told))))
            }
        }))
    }
}

/// Makes an upload anew that the coordinator has forgotten; its address follows from the device and the file.
async fn create(transport: &dyn Transport, row: &MediaRow, path: &str) -> Result<u64, Ended> {
    let (parent, token) = path.rsplit_once('/').ok_or(Ended::File(FailureClass::Rejected))?;
    let response = tus::create(transport, parent, row.size, &[("token", token.as_bytes())]).await?;
    match response.status {
        201 => Ok(response.upload_offset.unwrap_or(0)),
        404 | 410 => Err(Ended::File(FailureClass::Rejected)),
        _ => Err(refused(&response)),
    }
}

fn change_lane(tx: &Tx<'_>, change: impl FnOnce(&mut Lane)) -> Result<(), SyncError> {
    let mut lane = load_lane(tx, Meta::MediaLane);
    change(&mut lane);
    Ok(tx.set_meta(Meta::MediaLane, &lane)?)
}

/// The coordinator says that what arrived is not what was signed. Only its signature makes that more than a bad line.
fn mismatch(response: &Response, row: &MediaRow, deployment: &Deployment) -> Ended {
    let signed = verify_refusal(&response.body, row.hash, deployment).is_ok();
    tracing::warn!(signed, "the coordinator received other bytes than were signed; the file is sent again");
    Ended::File(FailureClass::Rejected)
}

fn refused(response: &Response) -> Ended {
    match response.status {
        // This file later; the others may go.
        413 if response.retry_after_ms.is_some() => Ended::File(FailureClass::ServerBusy),
        // What is wrong with this file is wrong with this file only.
        400 | 403 | 413 | 415 | 422 => Ended::File(FailureClass::Rejected),
        _ => Ended::Network(response::classify(response), response.retry_after_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::fake::response;

    #[test]
    fn a_file_that_has_to_wait_does_not_stop_the_others() {
        let answer = |status, retry_after_ms| {
            let answer = Response { retry_after_ms, ..response(status, "text/plain", Vec::new()) };
            match refused(&answer) {
                Ended::File(class) => (true, class, None),
                Ended::Network(class, wait) => (false, class, wait),
                Ended::Stopped => unreachable!("nothing was sent"),
            }
        };
        assert_eq!(answer(413, Some(300_000)), (true, FailureClass::ServerBusy, None));
        assert_eq!(answer(413, None), (true, FailureClass::Rejected, None));
        for status in [429, 507] {
            assert_eq!(answer(status, Some(900_000)), (false, FailureClass::ServerBusy, Some(900_000)), "all of them");
        }
    }
}
