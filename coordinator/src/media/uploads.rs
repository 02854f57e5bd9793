//! Uploads that survive anything: the rules of tus 1.0 without HTTP around them.
//!
//! The offset of an upload is the length of its file and nothing else. Bytes are added in steps of 32 KiB, each synced
//! before the next is taken, so whatever ends a request (the phone hangs up, the server is killed, the power fails) costs
//! at most one step. A request runs to its end by itself even if its connection is gone, because what has been received
//! is worth keeping. When the last byte is there, the file is read back and hashed. The right file is moved to its
//! place and receipted; of a wrong one the hash and size are kept as evidence, and the upload starts again. Whether the file
//! is held because another device sent it changes nothing of this: who lists a hash may have it from anywhere, and only who
//! sends the bytes gets a receipt.
//!
//! A crash at any point is repaired by the next request: what has arrived lies under the upload's name until the receipt is
//! stored, so a complete file that was not receipted is verified again then.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use kuager_wire::VERSION;
use kuager_wire::ids::MediaHash;
use kuager_wire::limits;
use kuager_wire::receipt::{MediaReceipt, RefusalCode};
use tokio::time::Instant;

use super::blocking::blocking;
use super::checksum::Checksum;
use super::error::MediaError;
use super::files::Media;
use super::purse::{Purse, Spent};
use super::store::{Incoming, ObjectError, ObjectStore};
use super::turns::Turn;
use crate::app::short;
use crate::ledger::{Delivered, LedgerError, UploadRow, UploadToken};
use crate::refusals::SignedRefusal;
use crate::sign::SignError;

/// A running upload notes this often that it is alive.
const TOUCH_MS: u64 = 60_000;

/// A request that has to yield still takes what was received before it was told: pieces that follow one another within
/// this time,
const GRACE_STEP: Duration = Duration::from_millis(25);
/// and no longer than this in all.
const GRACE: Duration = Duration::from_millis(500);

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are durable.
    pub offset: u64,
    /// Bytes in all.
    pub length: u64,
    /// Until when the rest must have started to come; nothing for a file that is held.
    pub expires_ms: Option<u64>,
}

impl Progress {
    const fn complete(row: &UploadRow) -> Self {
        Self { offset: row.size, length: row.size, expires_ms: None }
    }
}

/// Why an upload cannot go on now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// No such address was ever handed out.
    #[error("there is no such upload; send the record that lists the file again, its answer has the address")]
    Unknown,
    /// It lay still for too long.
    #[error("the upload lay still for too long and was forgotten; create it again and start at 0")]
    Expired,
    /// The file is larger than allowed.
    #[error("a file may have at most {limit} bytes")]
    TooLarge {
        /// What is allowed.
        limit: u64,
    },
    /// More bytes come than the signed size.
    #[error("the file has {length} bytes, and more are sent")]
    TooLong {
        /// The signed size.
        length: u64,
    },
    /// The announced length is not the signed one.
    #[error("the record says that the file has {signed} bytes")]
    WrongLength {
        /// The signed size.
        signed: u64,
    },
    /// The client is at another place than the server.
    #[error("the upload is at byte {0}; go on from there")]
    WrongOffset(u64),
    /// A newer request for the same upload came.
    #[error("a newer request goes on with this upload")]
    Superseded,
    /// Nothing came for a while.
    #[error("nothing came for a while; ask for the offset and go on")]
    Idle,
    /// The connection broke.
    #[error("the body ended before its end; ask for the offset and go on")]
    Broken,
    /// The bytes are not those of the checksum sent with them.
    #[error("the bytes do not match their checksum and are not kept; send them again")]
    Checksum,
    /// The complete file is not the signed one. The refusal says so, signed.
    #[error("the file is not the one whose hash was signed; start again at 0")]
    Mismatch(SignedRefusal),
    /// The device has used up a budget.
    #[error(transparent)]
    Spent(#[from] Spent),
    /// The bytes cannot be stored.
    #[error(transparent)]
    Store(#[from] ObjectError),
    /// The ledger cannot store.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A worker failed, or something could not be signed; a bug.
    #[error("the coordinator failed to store this; it is logged, try again later")]
    Worker,
}

impl From<MediaError> for UploadError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Store(error) => Self::Store(error),
            MediaError::Ledger(error) => Self::Ledger(error),
            MediaError::Worker => Self::Worker,
        }
    }
}

impl From<SignError> for UploadError {
    fn from(error: SignError) -> Self {
        tracing::error!(%error, "the word about a file could not be signed");
        Self::Worker
    }
}

/// One part of a file, as it is sent.
#[derive(Debug)]
pub struct Part<B> {
    /// Where the client believes to be.
    pub offset: u64,
    /// How many bytes it announces, if it does.
    pub announced: Option<u64>,
    /// What they should hash to.
    pub checksum: Option<Checksum>,
    /// The bytes.
    pub body: B,
    /// How long to wait for the next of them.
    pub idle: Duration,
}

/// An upload somebody has the turn of.
enum Entered {
    Delivered(UploadRow),
    Open { row: UploadRow, turn: Turn, incoming: Box<dyn Incoming> },
}

/// How the bytes of a request ended.
enum Ended {
    Complete,
    Superseded,
    Idle,
    Broken,
    TooLong,
}

/// The bytes of a request, until they end or somebody newer comes.
struct Source<B> {
    body: B,
    turn: Turn,
    idle: Duration,
    /// Until when bytes are still taken after somebody newer came.
    until: Option<Instant>,
}

impl<B, C, E> Source<B>
where
    B: Stream<Item = Result<C, E>> + Unpin,
{
    async fn next(&mut self) -> Result<C, Ended> {
        let next = match self.until {
            Some(until) => self.after(until).await,
            None => tokio::select! {
                biased;
                () = self.turn.superseded() => {
                    // Tokio's clock and not the injected one: this measures the network, not the world.
                    let now = Instant::now();
                    let until = now.checked_add(GRACE).unwrap_or(now);
                    self.until = Some(until);
                    self.after(until).await
                }
                next = tokio::time::timeout(self.idle, self.body.next()) => next.map_err(|_| Ended::Idle),
            },
        };
        match next? {
            Some(Ok(chunk)) => Ok(chunk),
            Some(Err(_)) => Err(Ended::Broken),
            None => Err(Ended::Complete),
        }
    }

    /// What had been received when somebody newer came is not thrown away with the connection it came over.
    async fn after(&mut self, until: Instant) -> Result<Option<Result<C, E>>, Ended> {
        let wait = Instant::now().checked_add(GRACE_STEP).map_or(until, |step| until.min(step));
        tokio::time::timeout_at(wait, self.body.next()).await.map_err(|_| Ended::Superseded)
    }
}

impl Media {
    /// How far an upload has come. Whoever is sending to it yields.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn progress(self: &Arc<Self>, token: UploadToken) -> Result<Progress, UploadError> {
        let media = Arc::clone(self);
        self.finish(async move { media.look(token).await }).await
    }

    /// Starts an upload, or says how far it has come; one that has expired starts again.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn create(self: &Arc<Self>, token: UploadToken, length: u64) -> Result<Progress, UploadError> {
        if length > self.limit() {
            return Err(UploadError::TooLarge { limit: self.limit() });
        }
        let row = self.find(token).await?;
        if length != row.size {
            return Err(UploadError::WrongLength { signed: row.size });
        }
        if row.expired {
            // Nobody else works on it: whoever asks for an expired upload is turned away before its file is touched.
            let store = Arc::clone(&self.store);
            blocking(move || store.discard(token)).await??;
            self.unfinished.set(row.kid, token, 0);
            self.app.ledger.touch_upload(token, self.app.clock.now_ms()).await?;
        }
        self.progress(token).await
    }

    /// The device's receipt for a file that it has delivered.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn receipt(&self, token: UploadToken) -> Result<Option<Vec<u8>>, UploadError> {
        Ok(self.find(token).await?.receipt)
    }

    /// Takes a part of a file. Runs to its end even when the caller does not wait for it.
    ///
    /// # Errors
    /// [`UploadError`]; whatever has been received before stays, except when a checksum did not hold.
    pub async fn add<B, C, E>(self: &Arc<Self>, token: UploadToken, part: Part<B>) -> Result<Progress, UploadError>
    where
        B: Stream<Item = Result<C, E>> + Send + Unpin + 'static,
        C: AsRef<[u8]> + Send + 'static,
        E: Send + 'static,
    {
        let media = Arc::clone(self);
        self.finish(async move { media.receive(token, part).await }).await
    }

    /// Runs work to its end even when nobody waits for it any more.
    async fn finish(
        &self,
        work: impl Future<Output = Result<Progress, UploadError>> + Send + 'static,
    ) -> Result<Progress, UploadError> {
        let working = Arc::clone(&self.working).read_owned().await;
        let work = tokio::spawn(async move {
            let _working = working;
            work.await
        });
        work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "receiving a file failed");
            Err(UploadError::Worker)
        })
    }

    async fn look(&self, token: UploadToken) -> Result<Progress, UploadError> {
        let entered = match self.enter(token).await {
            // It was complete and wrong; now it is at its start again.
            Err(UploadError::Mismatch(_)) => self.enter(token).await?,
            entered => entered?,
        };
        Ok(match entered {
            Entered::Delivered(row) => Progress::complete(&row),
            Entered::Open { row, incoming, .. } => {
                // Whoever asks learns whether it makes sense to send.
                self.purse(&row, incoming.durable()).await?;
                self.at(&row, incoming.durable())
            }
        })
    }

    async fn find(&self, token: UploadToken) -> Result<UploadRow, UploadError> {
        self.app.ledger.upload(token).await?.ok_or(UploadError::Unknown)
    }

    fn at(&self, row: &UploadRow, offset: u64) -> Progress {
        let keep = u64::try_from(self.policy.keep.as_millis()).unwrap_or(u64::MAX);
        Progress { offset, length: row.size, expires_ms: Some(row.touched_ms.saturating_add(keep)) }
    }

    /// What the device of an upload, of which so much is here, has for the rest of it.
    async fn purse(&self, row: &UploadRow, here: u64) -> Result<Purse, UploadError> {
        self.looked.get_or_try_init(|| self.count_unfinished()).await?;
        let UploadRow { kid, token, .. } = *row;
        let budget = self.app.budgets.files;
        let used = self.app.ledger.usage(kid, self.app.clock.now_ms()).await?.day;
        let purse = Purse { unfinished: Arc::clone(&self.unfinished), budget, kid, token, sent: used.file_bytes };
        purse.holds(here);
        if used.wrong_files >= budget.wrong_per_day {
            return Err(Spent::Wrong.into());
        }
        // One file a day is taken however large it is, or it would never be.
        if used.file_bytes > 0 && used.file_bytes.saturating_add(row.size) > budget.bytes_per_day {
            return Err(Spent::Day.into());
        }
        let step = row.size.saturating_sub(here).min(limits::MEDIA_STEP as u64);
        let store = Arc::clone(&self.store);
        purse.affords(step, blocking(move || store.room()).await??)?;
        Ok(purse)
    }

    /// What an earlier run has left unfinished.
    async fn count_unfinished(&self) -> Result<(), UploadError> {
        let store = Arc::clone(&self.store);
        for token in blocking(move || store.waiting()).await?? {
            let Some(row) = self.app.ledger.upload(token).await? else { continue };
            if row.receipt.is_none() && !row.expired {
                self.unfinished.set(row.kid, token, self.arrived(token).await?);
            }
        }
        Ok(())
    }

    /// Gets the turn of an upload and looks how it stands; verifies a file that is complete and not verified yet.
    async fn enter(&self, token: UploadToken) -> Result<Entered, UploadError> {
        // Before anything is kept in memory for it: addresses that were never handed out cost nothing.
        self.find(token).await?;
        let turn = self.turns.take(token).await;
        let row = self.find(token).await?;
        if row.receipt.is_some() {
            return Ok(Entered::Delivered(row));
        }
        if row.expired {
            return Err(UploadError::Expired);
        }
        let limit = self.limit();
        if row.size > limit {
            return Err(UploadError::TooLarge { limit });
        }
        let store = Arc::clone(&self.store);
        let incoming = blocking(move || store.incoming(token)).await??;
        if incoming.durable() >= row.size {
            self.verify(&row, incoming).await?;
            return Ok(Entered::Delivered(row));
        }
        Ok(Entered::Open { row, turn, incoming })
    }

    async fn receive<B, C, E>(&self, token: UploadToken, part: Part<B>) -> Result<Progress, UploadError>
    where
        B: Stream<Item = Result<C, E>> + Send + Unpin,
        C: AsRef<[u8]> + Send,
        E: Send,
    {
        let (row, turn, mut incoming) = match self.enter(token).await? {
            Entered::Open { row, turn, incoming } => (row, turn, incoming),
            Entered::Delivered(row) if part.offset != row.size => return Err(UploadError::WrongOffset(row.size)),
            Entered::Delivered(row) if part.announced.is_some_and(|more| more > 0) => {
                return Err(UploadError::TooLong { length: row.size });
            }
            Entered::Delivered(row) => return Ok(Progress::complete(&row)),
        };
        let start = incoming.durable();
        if part.offset != start {
            return Err(UploadError::WrongOffset(start));
        }
        if part.announced.is_some_and(|more| more > row.size.saturating_sub(start)) {
            return Err(UploadError::TooLong { length: row.size });
        }
        let purse = self.purse(&row, start).await?;
        let now = self.app.clock.now_ms();
        if now > row.touched_ms.saturating_add(TOUCH_MS) {
            self.app.ledger.touch_upload(token, now).await?;
        }
        let row = UploadRow { touched_ms: row.touched_ms.max(now), ..row };
        let Part { body, mut checksum, idle, .. } = part;
        let mut source = Source { body, turn, idle, until: None };
        let mut step = Vec::with_capacity(limits::MEDIA_STEP);
        let mut left = row.size.saturating_sub(start);
        let ended = loop {
            let chunk = match source.next().await {
                Ok(chunk) => chunk,
                Err(ended) => break ended,
            };
            let mut bytes = chunk.as_ref();
            let Some(rest) = left.checked_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX)) else {
                break Ended::TooLong;
            };
            left = rest;
            if let Some(checksum) = &mut checksum {
                checksum.update(bytes);
            }
            while !bytes.is_empty() {
                let (now, later) = bytes.split_at(bytes.len().min(limits::MEDIA_STEP.saturating_sub(step.len())));
                step.extend_from_slice(now);
                bytes = later;
                if step.len() == limits::MEDIA_STEP {
                    (incoming, step) = self.append(incoming, step, &purse).await?;
                }
            }
        };
        (incoming, _) = self.append(incoming, step, &purse).await?;
        if matches!(ended, Ended::Complete) && checksum.is_some_and(|checksum| !checksum.holds()) {
            blocking(move || incoming.truncate(start)).await??;
            purse.holds(start);
            return Err(UploadError::Checksum);
        }
        let offset = incoming.durable();
        if offset == row.size {
            // However the request ended, the file is there.
            self.verify(&row, incoming).await?;
            return Ok(Progress::complete(&row));
        }
        match ended {
            Ended::Complete => Ok(self.at(&row, offset)),
            Ended::Superseded => Err(UploadError::Superseded),
            Ended::Idle => Err(UploadError::Idle),
            Ended::Broken => Err(UploadError::Broken),
            Ended::TooLong => Err(UploadError::TooLong { length: row.size }),
        }
    }

    /// Decides whether a complete file is the signed one.
    async fn verify(&self, row: &UploadRow, mut incoming: Box<dyn Incoming>) -> Result<(), UploadError> {
        let (incoming, found) = blocking(move || {
            let found = incoming.hash();
            (incoming, found)
        })
        .await?;
        let found = found?;
        if found == row.media && incoming.durable() == row.size {
            blocking(move || incoming.keep(found)).await??;
            return self.receipt_for(row).await;
        }
        Err(self.refuse(row, incoming, found).await?)
    }

    /// Receipts a file that is complete, right, and in its place.
    async fn receipt_for(&self, row: &UploadRow) -> Result<(), UploadError> {
        let UploadRow { token, kid, media, size, .. } = *row;
        let received_ms = self.app.clock.now_ms();
        let receipt = MediaReceipt { version: VERSION, media, size, kid, received_ms };
        let receipt = self.app.signer.receipts.media_receipt(&receipt)?;
        self.app.ledger.finish_upload(token, Delivered { media, size, received_ms }, receipt).await?;
        self.unfinished.set(kid, token, 0);
        let store = Arc::clone(&self.store);
        if let Err(error) = blocking(move || store.discard(token)).await? {
            tracing::warn!(%error, "a second name of a file that is held is left to the next sweep");
        }
        tracing::info!(kid = %short(kid), bytes = size, "a file is delivered");
        self.came.notify_one();
        Ok(())
    }

    /// Keeps the evidence of a wrong file and starts the upload again.
    async fn refuse(
        &self,
        row: &UploadRow,
        mut incoming: Box<dyn Incoming>,
        found: MediaHash,
    ) -> Result<UploadError, UploadError> {
        tracing::warn!(kid = %short(row.kid), bytes = incoming.durable(), "a file is not the one that was signed");
        let (now, size) = (self.app.clock.now_ms(), incoming.durable());
        self.app.ledger.add_mismatch(row.token, found, size, now).await?;
        blocking(move || incoming.truncate(0)).await??;
        self.unfinished.set(row.kid, row.token, 0);
        let reason =
            format!("the {size} bytes that came have the SHA-256 {found}; upload the file again from the start");
        let refusal = self.app.refusals.refuse(row.media, Some(row.kid), RefusalCode::MediaMismatch, &reason)?;
        Ok(UploadError::Mismatch(refusal))
    }

    /// Throws away what has come of uploads that lay still for too long, and files that belong to no unfinished upload.
    ///
    /// # Errors
    /// [`UploadError`]; the next sweep goes on.
    pub async fn sweep(&self) -> Result<(), UploadError> {
        let keep = u64::try_from(self.policy.keep.as_millis()).unwrap_or(u64::MAX);
        let before = self.app.clock.now_ms().saturating_sub(keep);
        let stale = self.app.ledger.stale_uploads(before).await?;
        let mut expired = 0_usize;
        for token in stale {
            // Somebody may be back at this very moment.
            let Some(_turn) = self.turns.try_take(token) else { continue };
            if self.app.ledger.expire_upload(token, before).await? {
                let store = Arc::clone(&self.store);
                blocking(move || store.discard(token)).await??;
                let row = self.find(token).await?;
                self.unfinished.set(row.kid, token, 0);
                expired = expired.saturating_add(1);
            }
        }
        if expired > 0 {
            tracing::info!(expired, "uploads that lay still are forgotten");
        }
        let store = Arc::clone(&self.store);
        for token in blocking(move || store.waiting()).await?? {
            let Some(_turn) = self.turns.try_take(token) else { continue };
            let over = match self.find(token).await {
                Ok(row) => row.receipt.is_some() || row.expired,
                Err(UploadError::Unknown) => true,
                Err(error) => return Err(error),
            };
            if over {
                let store = Arc::clone(&self.store);
                blocking(move || store.discard(token)).await??;
            }
        }
        Ok(())
    }

    /// Adds one step to a file, if its device may still send so much, and gives the emptied buffer back.
    async fn append(
        &self,
        mut incoming: Box<dyn Incoming>,
        mut step: Vec<u8>,
        purse: &Purse,
    ) -> Result<(Box<dyn Incoming>, Vec<u8>), UploadError> {
        if step.is_empty() {
            return Ok((incoming, step));
        }
        let (store, purse) = (Arc::clone(&self.store), purse.clone());
        let (incoming, step, added) = blocking(move || {
            let added = add(&*store, incoming.as_mut(), &step, &purse);
            step.clear();
            (incoming, step, added)
        })
        .await?;
        added?;
        Ok((incoming, step))
    }
}

fn add(store: &dyn ObjectStore, incoming: &mut dyn Incoming, step: &[u8], purse: &Purse) -> Result<(), UploadError> {
    purse.affords(u64::try_from(step.len()).unwrap_or(u64::MAX), store.room()?)?;
    incoming.append(step)?;
    purse.holds(incoming.durable());
    Ok(())
}
