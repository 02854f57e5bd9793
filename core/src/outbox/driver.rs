//! Performs what [`machine`] decides.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use kuager_wire::SigningKey;
use kuager_wire::compression::Dictionary;
use kuager_wire::cose::{self, Statement, StatementError};
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Kid, MediaHash, Nonce, PackHash, PublicKey, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::receipt::RefusalCode;
use tokio::sync::{Notify, broadcast};
use tokio::time::{Instant, sleep, timeout_at};

use super::machine::{self, Lane, Obstacle, Plan, Session};
use super::upload::{Network, UploadPlan};
use super::uploader::Uploaded;
use crate::clock::Clock;
use crate::keys;
use crate::store::meta::Meta;
use crate::store::{MayBeStore, Store, StoreError, Tx};
use crate::transport::Transport;

/// Open items looked at for one plan. Far more than a batch, far less than a day could fill memory with.
pub(super) const HORIZON: u32 = 8192;
/// How often a continuous run asks for messages and a newer pack when there is nothing to send.
const REFRESH: Duration = Duration::from_secs(15 * 60);

/// Why syncing stopped for a reason other than the network. Nothing sealed is lost.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The store failed, or was paused in the middle.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A request could not be signed.
    #[error("a request could not be signed: {0}")]
    Statement(#[from] StatementError),
}

impl MayBeStore for SyncError {
    fn as_store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// What a sync did and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncSummary {
    /// Whether nothing is left to send.
    pub completed: bool,
    /// Records that got a verified receipt, forked ones included.
    pub accepted: u64,
    /// Records that were refused by signed statement.
    pub refused: u64,
    /// Records that share their number with another record, by the coordinator's signed word.
    pub forked: u64,
    /// Records still to be sent.
    pub left: u64,
    /// Messages that arrived.
    pub messages: u64,
    /// Files that got a verified receipt.
    pub media_stored: u64,
    /// Files that records list and that have no receipt yet, whatever they wait for.
    pub media_left: u64,
    /// Calls made.
    pub attempts: u64,
    /// Bytes of bodies sent.
    pub bytes_out: u64,
    /// Bytes of bodies received.
    pub bytes_in: u64,
    /// Why something is left.
    pub obstacle: Option<Obstacle>,
    /// Milliseconds until the next attempt is due; `None` when nothing is left or only a person can help.
    pub next_attempt_ms: Option<u64>,
}

/// What is left to send, and what the next attempt waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outlook {
    /// Whether nothing is left to send.
    pub completed: bool,
    /// Records still to be sent.
    pub left: u64,
    /// Files that records list and that have no receipt yet, whatever they wait for.
    pub media_left: u64,
    /// Why something is left; `None` when an attempt may be made at once.
    pub obstacle: Option<Obstacle>,
    /// Milliseconds until the next attempt is due; `None` when nothing is left or only a person can help.
    pub next_attempt_ms: Option<u64>,
}

/// What happens while syncing. A hint to look again: whatever matters is in the store and survives a kill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncEvent {
    /// A call begins.
    AttemptStarted {
        /// Which call.
        purpose: &'static str,
        /// Records in it.
        records: usize,
    },
    /// A record has a verified receipt.
    Accepted(RecordHash),
    /// A record has a verified receipt and shares its number with another.
    Forked(RecordHash),
    /// A record was refused.
    Refused(RecordHash, RefusalCode),
    /// Nothing can be sent for so many milliseconds, or until a person helps.
    Waiting(Obstacle, Option<u64>),
    /// The device has a credential.
    Enrolled,
    /// Enrolment was refused; another invite is needed.
    EnrolmentRefused(RefusalCode),
    /// A new pack is current.
    PackArrived(PackHash),
    /// The stations of a chosen region arrived.
    StationsArrived(String),
    /// A message arrived.
    MessageArrived(u64),
    /// An upload of a file begins or goes on.
    UploadStarted(MediaHash),
    /// So many bytes of a file are on their way or there; at most ten a second.
    UploadProgress {
        /// The file.
        media: MediaHash,
        /// Bytes so far.
        sent: u64,
        /// Bytes in all.
        size: u64,
    },
    /// A file has a verified receipt.
    MediaStored(MediaHash),
    /// The coordinator holds records of this key that this store lacks: it was restored from an older copy.
    StoreIsBehind {
        /// Highest number the coordinator holds.
        coordinator: u64,
    },
}

/// The way to the coordinator, known once an invite was accepted.
#[derive(Clone)]
pub struct Link {
    /// Carries calls.
    pub transport: Arc<dyn Transport>,
    /// What is trusted.
    pub invite: Arc<Invite>,
}

/// Delivers records. One runs at a time; a second one waits.
pub struct Outbox {
    shared: Arc<Shared>,
    running: tokio::sync::Mutex<()>,
}

pub(super) struct Shared {
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) key: SigningKey,
    pub(super) kid: Kid,
    link: RwLock<Option<Link>>,
    events: broadcast::Sender<SyncEvent>,
    wake: Notify,
    /// Somebody wants to know what is new before it is time.
    news_wanted: AtomicBool,
    /// What kind of network the app says there is.
    pub(super) network: RwLock<Network>,
    /// There may be something new to upload.
    pub(super) media_wake: Notify,
    pub(super) dictionary: Mutex<Option<(PackHash, Option<Arc<Dictionary>>)>>,
}

/// What one run remembers.
#[derive(Default)]
pub(super) struct Run {
    pub(super) summary: SyncSummary,
    /// Records sent again because the coordinator lacked them; once per run is enough.
    pub(super) reopened: Arc<Mutex<HashSet<i64>>>,
    /// The coordinator does not take our dictionary.
    pub(super) plain: bool,
    refreshed: Option<Instant>,
}

/// Whether a run goes on.
pub(super) enum Flow {
    Continue,
    Stop,
}

impl Outbox {
    /// An outbox over a store. It does nothing until it is [connected](Outbox::connect) and run.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, key: SigningKey) -> Self {
        let (events, _) = broadcast::channel(256);
        let kid = PublicKey::from(&key).kid();
        let shared = Shared {
            store,
            clock,
            key,
            kid,
            link: RwLock::new(None),
            events,
            wake: Notify::new(),
            news_wanted: AtomicBool::new(false),
            network: RwLock::default(),
            media_wake: Notify::new(),
            dictionary: Mutex::new(None),
        };
        Self { shared: Arc::new(shared), running: tokio::sync::Mutex::new(()) }
    }

    /// Sets the way to the coordinator.
    pub fn connect(&self, link: Link) {
        *self.shared.link.write().unwrap_or_else(PoisonError::into_inner) = Some(link);
        self.shared.wake.notify_one();
    }

    /// Follows what happens.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<SyncEvent> {
        self.shared.events.subscribe()
    }

    /// Says that there is something new to send; a continuous run looks at once.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
        self.shared.media_wake.notify_one();
    }

    /// Says what kind of network there is. On a metered one, originals wait.
    pub fn set_network(&self, network: Network) {
        *self.shared.network.write().unwrap_or_else(PoisonError::into_inner) = network;
        self.wake();
    }

    /// Says that the network may work now: waits for its sake end, except one the server asked for, and a continuous run
    /// asks for messages and a newer pack.
    ///
    /// # Errors
    /// [`SyncError::Store`].
    pub fn nudge(&self) -> Result<(), SyncError> {
        self.shared.store.write(nudge)?;
        self.shared.news_wanted.store(true, Ordering::Relaxed);
        self.wake();
        Ok(())
    }

    /// Signs the enrolment request for an invite, without any network, and keeps it for the first connection.
    ///
    /// # Errors
    /// [`SyncError`].
    pub fn prepare_enrolment(&self, invite: &Invite) -> Result<(), SyncError> {
        let shared = &self.shared;
        let request = Request {
            version: kuager_wire::VERSION,
            action: Action::Enrol,
            wall_ms: shared.clock.now().wall_ms,
            nonce: new_nonce()?,
            public_key: Some(PublicKey::from(&shared.key)),
            token: Some(invite.token),
            after: None,
        };
        let bytes = cose::sign(&request, invite.deployment, &shared.key)?;
        shared.store.write(|tx| {
            tx.remove_meta(Meta::EnrolmentRefusal)?;
            tx.set_meta_bytes(Meta::EnrolmentRequest, &bytes)
        })?;
        self.wake();
        Ok(())
    }

    /// Makes sure that the kept enrolment request is the one for this invite. The invite is saved first and the request
    /// second, into another file: a kill in between, or a salvaged store, leaves an older request or none.
    ///
    /// # Errors
    /// [`SyncError`].
    pub fn ensure_enrolment(&self, invite: &Invite) -> Result<(), SyncError> {
        let kept = self.shared.store.read(|tx| tx.meta_bytes(Meta::EnrolmentRequest))?;
        let token = kept.and_then(|bytes| {
            let envelope = cose::Envelope::parse(&bytes, Request::LIMIT).ok()?;
            envelope.statement::<Request>().ok()?.token
        });
        if token == Some(invite.token) { Ok(()) } else { self.prepare_enrolment(invite) }
    }

    /// Delivers what is waiting, for as long as `limit`. Returns as soon as nothing is left, or when waiting for the
    /// next attempt would take longer than that. Waits for the network are cut short first: this is what "send now"
    /// means; only a time the server itself asked for is respected.
    ///
    /// The future may be dropped at any moment.
    ///
    /// # Errors
    /// [`SyncError`]; the network's failures are in the summary.
    pub async fn sync_until(&self, limit: Duration) -> Result<SyncSummary, SyncError> {
        let deadline = Instant::now() + limit;
        let mut run = Run::default();
        if let Ok(_one) = timeout_at(deadline, self.running.lock()).await {
            self.start(true).await?;
            let mut uploaded = Uploaded::default();
            // Elapsed: whatever was under way is in the store as an interrupted attempt.
            if let Ok(result) = timeout_at(deadline, self.both(&mut run, &mut uploaded, Some(deadline))).await {
                result?;
            }
            run.summary.media_stored = uploaded.files;
            run.summary.bytes_out += uploaded.bytes;
        }
        self.conclude(run).await
    }

    /// Delivers forever: sends what is sealed as it is sealed, waits out failures, asks for news now and then. Ends
    /// only with an error; drop the future to stop it.
    ///
    /// # Errors
    /// [`SyncError`].
    pub async fn run(&self) -> Result<(), SyncError> {
        let _one = self.running.lock().await;
        self.start(false).await?;
        self.both(&mut Run::default(), &mut Uploaded::default(), None).await
    }

    /// Records and files side by side: a photo on its way does not keep a record waiting.
    async fn both(&self, run: &mut Run, uploaded: &mut Uploaded, deadline: Option<Instant>) -> Result<(), SyncError> {
        let done = AtomicBool::new(false);
        let records = async {
            let result = self.work(run, deadline).await;
            done.store(true, Ordering::Relaxed);
            self.shared.media_wake.notify_one();
            result
        };
        let finished = || done.load(Ordering::Relaxed);
        let files = self.shared.upload_all(uploaded, &finished, deadline.is_none());
        // An error of either ends both: what was under way is in the store as an interrupted attempt.
        tokio::try_join!(records, files).map(|_| ())
    }

    async fn start(&self, forced: bool) -> Result<(), SyncError> {
        self.shared
            .write(move |tx, _| {
                tx.release_interrupted()?;
                tx.release_uploads(false)?;
                if forced { nudge(tx) } else { Ok(()) }
            })
            .await
    }

    async fn conclude(&self, run: Run) -> Result<SyncSummary, SyncError> {
        let Outlook { completed, left, media_left, obstacle, next_attempt_ms } =
            self.shared.blocking(Shared::outlook).await?;
        Ok(SyncSummary { completed, left, media_left, obstacle, next_attempt_ms, ..run.summary })
    }

    /// What is left to send and what the next attempt waits for, without touching the network.
    ///
    /// # Errors
    /// [`SyncError::Store`].
    pub fn outlook(&self) -> Result<Outlook, SyncError> {
        self.shared.outlook()
    }

    async fn work(&self, run: &mut Run, deadline: Option<Instant>) -> Result<(), SyncError> {
        loop {
            let flow = match self.shared.plan().await? {
                Plan::FetchGenesis => self.shared.fetch_genesis(run).await?,
                Plan::Enrol => self.shared.enrol(run).await?,
                Plan::Send(records) => self.shared.send(run, records).await?,
                Plan::Wait { ms, obstacle } => self.wait(ms, obstacle, deadline).await,
                Plan::Idle => self.idle(run, deadline).await?,
            };
            if matches!(flow, Flow::Stop) {
                return Ok(());
            }
        }
    }

    async fn wait(&self, ms: Option<u64>, obstacle: Obstacle, deadline: Option<Instant>) -> Flow {
        self.shared.emit(SyncEvent::Waiting(obstacle, ms));
        let Some(deadline) = deadline else {
            match ms {
                Some(ms) => {
                    tokio::select! {
                        () = sleep(Duration::from_millis(ms)) => {}
                        () = self.shared.wake.notified() => {}
                    }
                }
                None => self.shared.wake.notified().await,
            }
            return Flow::Continue;
        };
        match ms.map(Duration::from_millis) {
            Some(wait) if Instant::now() + wait < deadline => {
                sleep(wait).await;
                Flow::Continue
            }
            _ => Flow::Stop,
        }
    }

    async fn idle(&self, run: &mut Run, deadline: Option<Instant>) -> Result<Flow, SyncError> {
        let wanted = self.shared.news_wanted.swap(false, Ordering::Relaxed);
        if wanted || run.refreshed.is_none_or(|last| last.elapsed() >= REFRESH) {
            run.refreshed = Some(Instant::now());
            self.shared.refresh(run).await?;
            // A message or a pack changes nothing about the records, but a record may have been sealed meanwhile.
            return Ok(Flow::Continue);
        }
        if deadline.is_some() {
            return Ok(Flow::Stop);
        }
        tokio::select! {
            () = sleep(REFRESH) => {}
            () = self.shared.wake.notified() => {}
        }
        Ok(Flow::Continue)
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Outbox").field("kid", &self.shared.kid).finish_non_exhaustive()
    }
}

pub(super) fn new_nonce() -> Result<Nonce, StoreError> {
    keys::random().map(Nonce).map_err(|error| StoreError::Other(error.to_string()))
}

/// Randomness for the backoff; without entropy the wait is simply the longest.
pub(super) fn jitter(below: u64) -> u64 {
    keys::random::<8>().map_or(below, |bytes| u64::from_le_bytes(bytes) % below.max(1))
}

fn nudge(tx: &Tx<'_>) -> Result<(), SyncError> {
    tx.release_waiting(false)?;
    tx.release_uploads(true)?;
    for name in [Meta::Lane, Meta::MediaLane] {
        let mut lane = load_lane(tx, name);
        lane.nudge();
        tx.set_meta(name, &lane)?;
    }
    Ok(())
}

pub(super) fn load_lane(tx: &Tx<'_>, lane: Meta) -> Lane {
    // A lane written by another release is not worth failing for.
    tx.meta(lane).unwrap_or_default().unwrap_or_default()
}

pub(crate) fn session(tx: &Tx<'_>, invited: bool) -> Result<Session, StoreError> {
    if !invited {
        return Ok(Session::NotInvited);
    }
    if tx.meta_bytes(Meta::Genesis)?.is_none() {
        return Ok(Session::NeedsGenesis);
    }
    if tx.meta_bytes(Meta::Credential)?.is_some() {
        return Ok(Session::Ready);
    }
    let refusal: Option<RefusalCode> = tx.meta(Meta::EnrolmentRefusal)?;
    Ok(refusal.map_or(Session::NeedsCredential, Session::EnrolmentRefused))
}

pub(crate) fn load_deployment(tx: &Tx<'_>, invite: &Invite) -> Result<Option<Deployment>, StoreError> {
    let bytes = tx.meta_bytes(Meta::Genesis)?;
    Ok(bytes.and_then(|bytes| Deployment::expect(&bytes, invite.deployment).ok()))
}

impl Shared {
    pub(super) fn emit(&self, event: SyncEvent) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    pub(super) fn link(&self) -> Option<Link> {
        self.link.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs store work off the async threads, to its end even when the caller is dropped.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, SyncError> + Send + 'static,
    ) -> Result<T, SyncError> {
        let shared = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&shared))
            .await
            .unwrap_or_else(|error| Err(StoreError::Other(format!("a worker stopped: {error}")).into()))
    }

    pub(super) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&Tx<'_>, &Self) -> Result<T, SyncError> + Send + 'static,
    ) -> Result<T, SyncError> {
        self.blocking(move |shared| shared.store.write(|tx| change(tx, shared))).await
    }

    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Tx<'_>) -> Result<T, SyncError> + Send + 'static,
    ) -> Result<T, SyncError> {
        self.blocking(move |shared| shared.store.read(query)).await
    }

    pub(super) async fn plan(self: &Arc<Self>) -> Result<Plan, SyncError> {
        self.blocking(|shared| shared.store.read(|tx| shared.plan_in(tx))).await
    }

    fn plan_in(&self, tx: &Tx<'_>) -> Result<Plan, SyncError> {
        let (lane, items) = (load_lane(tx, Meta::Lane), tx.open_items(HORIZON)?);
        Ok(machine::plan(&lane, session(tx, self.link().is_some())?, &items, &self.clock.now()))
    }

    fn outlook(&self) -> Result<Outlook, SyncError> {
        self.store.read(|tx| {
            let (plan, uploads) = (self.plan_in(tx)?, self.plan_upload_in(tx)?);
            let completed = plan == Plan::Idle && uploads == UploadPlan::Idle;
            let (obstacle, next_attempt_ms) = match (plan, uploads) {
                (Plan::Wait { ms, obstacle }, _) | (Plan::Idle, UploadPlan::Wait { ms, obstacle }) => {
                    (Some(obstacle), ms)
                }
                _ => (None, (!completed).then_some(0)),
            };
            let (left, media_left) = (tx.queue_counts()?.1, tx.open_uploads()?.len() as u64);
            Ok(Outlook { completed, left, media_left, obstacle, next_attempt_ms })
        })
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
