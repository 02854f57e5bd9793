//! Performs what [`machine`] decides.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use kuager_wire::SigningKey;
use kuager_wire::compression::{self, Dictionary};
use kuager_wire::cose::{self, Statement, StatementError};
use kuager_wire::enrolment::{Action, Credential, Request};
use kuager_wire::genesis::{Deployment, Genesis};
use kuager_wire::ids::{Kid, MediaHash, Nonce, PackHash, PublicKey, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::pack::SignedPack;
use kuager_wire::receipt::{Refusal, RefusalCode};
use kuager_wire::sync::{COSE_TYPE, ChainState, InboxAnswer, RecordsAnswer, SEQUENCE_TYPE};
use tokio::sync::{Notify, broadcast};
use tokio::time::{Instant, sleep, timeout_at};

use super::answer::{self, Judged, Sent};
use super::machine::{self, FailureClass, Item, Lane, Obstacle, Plan, Session, State, Verdict};
use super::upload::{Network, UploadPlan};
use super::uploader::{Uploaded, take_uploads};
use crate::clock::Clock;
use crate::keys;
use crate::store::meta::Meta;
use crate::store::{MayBeStore, NewAttempt, Store, StoreError, Tx};
use crate::transport::{Answer, Call, Method, Transport, TransportError};

/// Open items looked at for one plan. Far more than a batch, far less than a day could fill memory with.
const HORIZON: u32 = 8192;
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
    key: SigningKey,
    pub(super) kid: Kid,
    link: RwLock<Option<Link>>,
    events: broadcast::Sender<SyncEvent>,
    wake: Notify,
    /// What kind of network the app says there is.
    pub(super) network: RwLock<Network>,
    /// There may be something new to upload.
    pub(super) media_wake: Notify,
    dictionary: Mutex<Option<(PackHash, Option<Arc<Dictionary>>)>>,
}

/// What one run remembers.
#[derive(Default)]
struct Run {
    summary: SyncSummary,
    /// Records sent again because the coordinator lacked them; once per run is enough.
    reopened: Arc<Mutex<HashSet<i64>>>,
    /// The coordinator does not take our dictionary.
    plain: bool,
    refreshed: Option<Instant>,
}

enum Flow {
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

    /// Says that the network may work now: waits for its sake end, except one the server asked for.
    ///
    /// # Errors
    /// [`SyncError::Store`].
    pub fn nudge(&self) -> Result<(), SyncError> {
        self.shared.store.write(nudge)?;
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
        let (records, files) = tokio::join!(records, files);
        records.and(files)
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
        let Run { mut summary, .. } = run;
        let plan = self.shared.plan().await?;
        let uploads = self.shared.plan_upload().await?;
        summary.completed = plan == Plan::Idle && uploads == UploadPlan::Idle;
        (summary.left, summary.media_left) =
            self.shared.read(|tx| Ok((tx.queue_counts()?.1, tx.open_uploads()?.len() as u64))).await?;
        if let (Plan::Idle, UploadPlan::Wait { ms, obstacle }) = (&plan, uploads) {
            summary.obstacle = Some(obstacle);
            summary.next_attempt_ms = ms;
        } else if let Plan::Wait { ms, obstacle } = plan {
            summary.obstacle = Some(obstacle);
            summary.next_attempt_ms = ms;
        } else if !summary.completed {
            summary.next_attempt_ms = Some(0);
        }
        Ok(summary)
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
        let due = run.refreshed.is_none_or(|last| last.elapsed() >= REFRESH);
        if due {
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

fn new_nonce() -> Result<Nonce, StoreError> {
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

/// A batch that is about to travel.
struct Batch {
    attempt: i64,
    items: Vec<Item>,
    sent: Vec<Sent>,
    body: Vec<u8>,
}

/// What a batch brought.
struct Outcome {
    judged: Vec<Judged>,
    reopened: usize,
    behind: Option<u64>,
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
        let invited = self.link().is_some();
        let clock = Arc::clone(&self.clock);
        self.read(move |tx| {
            let (lane, items) = (load_lane(tx, Meta::Lane), tx.open_items(HORIZON)?);
            Ok(machine::plan(&lane, session(tx, invited)?, &items, &clock.now()))
        })
        .await
    }

    /// Writes down that an attempt begins, makes the call, and returns what came back.
    async fn attempt(
        self: &Arc<Self>,
        run: &mut Run,
        purpose: &'static str,
        call: Call,
    ) -> Result<(i64, Result<Answer, TransportError>), SyncError> {
        let attempt = self
            .write(move |tx, shared| {
                let started_ms = shared.clock.now().wall_ms;
                Ok(tx.start_attempt(NewAttempt { purpose, records: 0, started_ms })?)
            })
            .await?;
        let outcome = self.call(run, purpose, 0, call).await;
        Ok((attempt, outcome))
    }

    async fn call(
        &self,
        run: &mut Run,
        purpose: &'static str,
        records: usize,
        call: Call,
    ) -> Result<Answer, TransportError> {
        self.emit(SyncEvent::AttemptStarted { purpose, records });
        run.summary.attempts += 1;
        run.summary.bytes_out += call.body.as_ref().map_or(0, Vec::len) as u64;
        let Some(link) = self.link() else {
            return Err(TransportError { class: FailureClass::Offline, detail: "no invite".to_owned() });
        };
        let outcome = link.transport.call(call).await;
        match &outcome {
            Ok(answer) => run.summary.bytes_in += answer.body.len() as u64,
            Err(error) => tracing::info!(purpose, class = error.class.name(), detail = %error.detail, "call failed"),
        }
        outcome
    }

    /// Stores that a call other than a batch failed, and closes the lane.
    async fn failed(
        self: &Arc<Self>,
        attempt: i64,
        class: FailureClass,
        answer: Option<&Answer>,
    ) -> Result<Flow, SyncError> {
        let retry_after = answer.and_then(|answer| answer.retry_after_ms);
        self.write(move |tx, shared| {
            let now = shared.clock.now();
            let mut lane = load_lane(tx, Meta::Lane);
            lane.failed(class, retry_after, 0, &now, &mut jitter);
            tx.set_meta(Meta::Lane, &lane)?;
            Ok(tx.finish_attempt(attempt, now.wall_ms, class.name(), 0, 0)?)
        })
        .await?;
        Ok(Flow::Continue)
    }

    async fn fetch_genesis(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let call = get("/v1/genesis", limits::GENESIS);
        let (attempt, outcome) = self.attempt(run, "genesis", call).await?;
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return self.failed(attempt, error.class, None).await,
        };
        if answer.status != 200 {
            return self.failed(attempt, answer::classify(&answer), Some(&answer)).await;
        }
        if Deployment::expect(&answer.body, link.invite.deployment).is_err() {
            let class = if is_cose(&answer) { FailureClass::WrongServer } else { FailureClass::CaptivePortal };
            return self.failed(attempt, class, Some(&answer)).await;
        }
        self.write(move |tx, shared| {
            tx.set_meta_bytes(Meta::Genesis, &answer.body)?;
            succeeded(tx, shared, attempt, 0, answer.body.len())
        })
        .await?;
        Ok(Flow::Continue)
    }

    async fn enrol(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let invite = Arc::clone(&link.invite);
        let (request, deployment) =
            self.read(move |tx| Ok((tx.meta_bytes(Meta::EnrolmentRequest)?, load_deployment(tx, &invite)?))).await?;
        let (Some(request), Some(deployment)) = (request, deployment) else {
            // Both are written together with what leads here; without them only a new invite helps.
            return Err(StoreError::Other("the enrolment request or the genesis is missing".to_owned()).into());
        };
        let subject = RecordHash::of(&request);
        let sent = request.len();
        let call = post("/v1/enrolments", request, COSE_TYPE, limits::CREDENTIAL);
        let (attempt, outcome) = self.attempt(run, "enrol", call).await?;
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return self.failed(attempt, error.class, None).await,
        };
        if answer.status == 200 {
            let credential = cose::open::<Credential>(&answer.body, link.invite.deployment, &link.invite.root_key);
            if credential.is_ok_and(|credential| credential.kid == self.kid) {
                self.write(move |tx, shared| {
                    tx.set_meta_bytes(Meta::Credential, &answer.body)?;
                    tx.remove_meta(Meta::EnrolmentRefusal)?;
                    tx.release_waiting(true)?;
                    succeeded(tx, shared, attempt, sent, answer.body.len())
                })
                .await?;
                self.emit(SyncEvent::Enrolled);
                return Ok(Flow::Continue);
            }
            let class = if is_cose(&answer) { FailureClass::BadAnswer } else { FailureClass::CaptivePortal };
            return self.failed(attempt, class, Some(&answer)).await;
        }
        let refusal = cose::open::<Refusal>(&answer.body, deployment.id, &deployment.genesis.receipt_key);
        match refusal {
            Ok(refusal) if refusal.subject == subject && !refusal.retryable => {
                self.write(move |tx, shared| {
                    tx.set_meta(Meta::EnrolmentRefusal, &refusal.code)?;
                    succeeded(tx, shared, attempt, sent, answer.body.len())
                })
                .await?;
                self.emit(SyncEvent::EnrolmentRefused(refusal.code));
                Ok(Flow::Continue)
            }
            _ => self.failed(attempt, answer::classify(&answer), Some(&answer)).await,
        }
    }

    /// The dictionary of the current pack, prepared once.
    fn dictionary(&self, tx: &Tx<'_>, invite: &Invite) -> Result<Option<Arc<Dictionary>>, StoreError> {
        let Some(hash) = tx.meta::<PackHash>(Meta::CurrentPack)? else { return Ok(None) };
        let mut cached = self.dictionary.lock().unwrap_or_else(PoisonError::into_inner);
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

    async fn send(self: &Arc<Self>, run: &mut Run, records: Vec<i64>) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let (invite, plain) = (Arc::clone(&link.invite), run.plain);
        let (batch, dictionary) = self
            .write(move |tx, shared| {
                let dictionary = if plain { None } else { shared.dictionary(tx, &invite)? };
                Ok((shared.begin_batch(tx, &records)?, dictionary))
            })
            .await?;
        let mut call = post("/v1/records", batch.body.clone(), SEQUENCE_TYPE, limits::ANSWER);
        let compressed = dictionary.and_then(|dictionary| dictionary.compress(&batch.body).ok());
        if let Some(compressed) = compressed.filter(|compressed| compressed.len() < batch.body.len()) {
            call.body = Some(compressed);
            call.content_encoding = Some(compression::ENCODING);
        }
        let encoded = call.content_encoding.is_some();
        let bytes_out = call.body.as_ref().map_or(0, Vec::len);
        let outcome = self.call(run, "records", batch.sent.len(), call).await;
        let retry_after = outcome.as_ref().ok().and_then(|answer| answer.retry_after_ms);
        let bytes_in = outcome.as_ref().map_or(0, |answer| answer.body.len());
        let status = outcome.as_ref().map_or(0, |answer| answer.status);
        let read = match outcome {
            Ok(answer) => answer::read_records_answer(&answer),
            Err(error) => Err(error.class),
        };
        match read {
            Ok(answer) => {
                let reopened = Arc::clone(&run.reopened);
                let invite = Arc::clone(&link.invite);
                let outcome = self
                    .write(move |tx, shared| {
                        shared.apply(tx, &batch, &answer, &invite, &reopened, (bytes_out, bytes_in))
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
                machine::held(machine::HeldReason::Auth, &now)
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
        answer: &RecordsAnswer,
        invite: &Invite,
        reopened: &Mutex<HashSet<i64>>,
        (bytes_out, bytes_in): (usize, usize),
    ) -> Result<Outcome, SyncError> {
        let now = self.clock.now();
        let deployment = load_deployment(tx, invite)?
            .ok_or_else(|| StoreError::Other("the genesis statement is missing".to_owned()))?;
        let results: HashMap<RecordHash, _> = answer.results.iter().map(|result| (result.hash, result)).collect();
        let judged: Vec<Judged> =
            batch.sent.iter().filter_map(|sent| answer::judge(*sent, results.get(&sent.hash)?, &deployment)).collect();
        if judged.is_empty() {
            self.batch_failed(tx, batch, FailureClass::BadAnswer, 200, None, (bytes_out, bytes_in))?;
            return Ok(Outcome { judged, reopened: 0, behind: None });
        }
        let by_record: HashMap<i64, &Judged> = judged.iter().map(|judged| (judged.sent.record, judged)).collect();
        for item in &batch.items {
            let state = match by_record.get(&item.record) {
                Some(judged) => {
                    for (purpose, bytes) in &judged.statements {
                        tx.add_answer(item.record, purpose, bytes, now.wall_ms)?;
                    }
                    let uploads = results.get(&judged.sent.hash).and_then(|result| result.uploads.as_deref());
                    take_uploads(tx, uploads.unwrap_or_default(), &deployment, self.kid)?;
                    machine::after_verdict(item, judged.verdict, &now, &mut jitter)
                }
                // Others got an answer and this one did not: it waits by itself.
                None => machine::after_failure(item, FailureClass::Rejected, true, &now, &mut jitter),
            };
            tx.set_state(item.record, &state)?;
        }
        if judged
            .iter()
            .any(|judged| matches!(judged.verdict, Verdict::Refused { code: RefusalCode::UnknownDevice, .. }))
        {
            // The coordinator lost our enrolment: enrol again with the same key and token.
            tx.remove_meta(Meta::Credential)?;
        }
        let mut outcome = Outcome { judged, reopened: 0, behind: None };
        if let Some(chain) = answer.chains.iter().find(|chain| chain.kid == self.kid) {
            self.compare(tx, chain, reopened, &mut outcome)?;
        }
        succeeded(tx, self, batch.attempt, bytes_out, bytes_in)?;
        Ok(outcome)
    }

    /// Compares what the coordinator holds of our chain with ours. Delivered records that it lacks (it was restored
    /// from a backup) are sent again; a longer chain over there means that this store is the restored one.
    fn compare(
        &self,
        tx: &Tx<'_>,
        chain: &ChainState,
        reopened: &Mutex<HashSet<i64>>,
        outcome: &mut Outcome,
    ) -> Result<(), SyncError> {
        let Some(own) = tx.head(self.kid)? else { return Ok(()) };
        if chain.head_seq > own.seq {
            tx.set_meta(Meta::Behind, &chain.head_seq)?;
            outcome.behind = Some(chain.head_seq);
        }
        let mut lacking: Vec<(u64, u64)> = chain.missing.iter().map(|range| (range.first, range.last)).collect();
        if chain.head_seq < own.seq {
            lacking.push((chain.head_seq + 1, own.seq));
        }
        let mut once = reopened.lock().unwrap_or_else(PoisonError::into_inner);
        for (first, last) in lacking {
            for record in tx.records_between(self.kid, first, last)? {
                if !once.contains(&record) && tx.reopen_delivered(record)? {
                    once.insert(record);
                    outcome.reopened += 1;
                }
            }
        }
        Ok(())
    }

    fn report(&self, run: &mut Run, outcome: Outcome) {
        if outcome.reopened > 0 {
            tracing::warn!(records = outcome.reopened, "the coordinator lacks records it had receipted");
        }
        if let Some(coordinator) = outcome.behind {
            self.emit(SyncEvent::StoreIsBehind { coordinator });
        }
        for judged in outcome.judged {
            let hash = judged.sent.hash;
            match judged.verdict {
                Verdict::Accepted => {
                    run.summary.accepted += 1;
                    self.emit(SyncEvent::Accepted(hash));
                }
                Verdict::Forked => {
                    run.summary.accepted += 1;
                    run.summary.forked += 1;
                    self.emit(SyncEvent::Forked(hash));
                }
                Verdict::Refused { code, .. } => {
                    run.summary.refused += 1;
                    self.emit(SyncEvent::Refused(hash, code));
                }
            }
        }
    }

    /// Asks for a newer pack and for messages. Failing here closes the lane like any other failure.
    async fn refresh(self: &Arc<Self>, run: &mut Run) -> Result<(), SyncError> {
        if let Flow::Continue = self.fetch_pack(run).await? {
            self.fetch_messages(run).await?;
        }
        Ok(())
    }

    async fn fetch_pack(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Stop) };
        let current = self.read(|tx| Ok(tx.meta::<PackHash>(Meta::CurrentPack)?)).await?;
        let mut call = get("/v1/packs/latest", limits::PACK);
        call.if_none_match = current.map(|hash| format!("\"{hash}\""));
        let (attempt, outcome) = self.attempt(run, "pack", call).await?;
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                self.failed(attempt, error.class, None).await?;
                return Ok(Flow::Stop);
            }
        };
        let bytes_in = answer.body.len();
        if answer.status == 304 {
            self.write(move |tx, shared| succeeded(tx, shared, attempt, 0, bytes_in)).await?;
            return Ok(Flow::Continue);
        }
        let class =
            if answer.status == 200 && is_cose(&answer) { FailureClass::BadAnswer } else { answer::classify(&answer) };
        let pack = (answer.status == 200)
            .then(|| SignedPack::open(answer.body.clone(), link.invite.deployment, &link.invite.root_key).ok())
            .flatten();
        let Some(pack) = pack else {
            self.failed(attempt, class, Some(&answer)).await?;
            return Ok(Flow::Stop);
        };
        let hash = pack.hash;
        self.write(move |tx, shared| {
            tx.add_pack(hash, &pack.bytes, shared.clock.now().wall_ms)?;
            tx.set_meta(Meta::CurrentPack, &hash)?;
            succeeded(tx, shared, attempt, 0, bytes_in)
        })
        .await?;
        self.emit(SyncEvent::PackArrived(hash));
        Ok(Flow::Continue)
    }

    async fn fetch_messages(self: &Arc<Self>, run: &mut Run) -> Result<(), SyncError> {
        let Some(link) = self.link() else { return Ok(()) };
        loop {
            let invite = Arc::clone(&link.invite);
            let (after, deployment) =
                self.read(move |tx| Ok((tx.newest_message()?, load_deployment(tx, &invite)?))).await?;
            let Some(deployment) = deployment else { return Ok(()) };
            let request = Request {
                version: kuager_wire::VERSION,
                action: Action::Inbox,
                wall_ms: self.clock.now().wall_ms,
                nonce: new_nonce()?,
                public_key: None,
                token: None,
                after: Some(after),
            };
            let bytes = cose::sign(&request, deployment.id, &self.key)?;
            let bytes_out = bytes.len();
            let call = post("/v1/inbox", bytes, COSE_TYPE, limits::ANSWER);
            let (attempt, outcome) = self.attempt(run, "inbox", call).await?;
            let answer = match outcome {
                Ok(answer) => answer,
                Err(error) => return self.failed(attempt, error.class, None).await.map(|_| ()),
            };
            let read = (answer.status == 200)
                .then(|| kuager_wire::canonical::decode::<InboxAnswer>(&answer.body, limits::ANSWER).ok())
                .flatten();
            let Some(inbox) = read else {
                return self.failed(attempt, answer::classify(&answer), Some(&answer)).await.map(|_| ());
            };
            let more = inbox.more;
            let bytes_in = answer.body.len();
            let arrived = self
                .write(move |tx, shared| {
                    let mut arrived = Vec::new();
                    for bytes in &inbox.messages {
                        // One that does not verify is not a message; the others are.
                        let opened = cose::open::<Message>(bytes, deployment.id, &deployment.genesis.receipt_key);
                        let Ok(message) = opened else { continue };
                        if tx.add_message(message.number, bytes, shared.clock.now().wall_ms)? {
                            arrived.push(message.number);
                        }
                    }
                    succeeded(tx, shared, attempt, bytes_out, bytes_in)?;
                    Ok(arrived)
                })
                .await?;
            run.summary.messages += arrived.len() as u64;
            let progressed = !arrived.is_empty();
            arrived.into_iter().for_each(|number| self.emit(SyncEvent::MessageArrived(number)));
            if !more || !progressed {
                return Ok(());
            }
        }
    }
}

/// Stores that a call succeeded, and opens the lane.
fn succeeded(tx: &Tx<'_>, shared: &Shared, attempt: i64, bytes_out: usize, bytes_in: usize) -> Result<(), SyncError> {
    let mut lane = load_lane(tx, Meta::Lane);
    lane.succeeded();
    tx.set_meta(Meta::Lane, &lane)?;
    Ok(tx.finish_attempt(attempt, shared.clock.now().wall_ms, "ok", bytes_out, bytes_in)?)
}

fn is_cose(answer: &Answer) -> bool {
    answer.content_type == "application/cose"
}

fn get(path: &str, limit: usize) -> Call {
    Call {
        method: Method::Get,
        path: path.to_owned(),
        body: None,
        content_type: "",
        headers: Vec::new(),
        content_encoding: None,
        if_none_match: None,
        limit: limit.max(Genesis::LIMIT),
    }
}

fn post(path: &str, body: Vec<u8>, content_type: &'static str, limit: usize) -> Call {
    Call { method: Method::Post, body: Some(body), content_type, ..get(path, limit) }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
