//! Performs what [`machine`](super::machine) decides: one run at a time, records and files side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kuager_wire::cose::{self, Statement};
use kuager_wire::enrolment::{Attestation, Request};
use kuager_wire::invite::Invite;
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep, timeout_at};

use super::enrol::KeptAttestation;
use super::event::{Outlook, SyncEvent, SyncSummary};
use super::machine::Plan;
use super::shared::{Flow, Link, Run, Shared, SyncError, load_lane};
use super::uploader::Uploaded;
use crate::clock::Clock;
use crate::keyring::Keyring;
use crate::queue::{Network, Obstacle};
use crate::store::{Meta, Store, StoreError, Tx};
use crate::time::KnownTime;

/// How often a continuous run asks for messages and a newer pack when there is nothing to send.
const REFRESH: Duration = Duration::from_secs(15 * 60);

/// Delivers records. One runs at a time; a second one waits.
pub struct Outbox {
    shared: Arc<Shared>,
    running: tokio::sync::Mutex<()>,
}

impl Outbox {
    /// An outbox over a store. It does nothing until it is [connected](Outbox::connect) and run.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, keyring: Arc<Keyring>) -> Self {
        Self { shared: Arc::new(Shared::new(store, clock, keyring)), running: tokio::sync::Mutex::new(()) }
    }

    /// What time it is at least, by what the deployment has signed.
    #[must_use]
    pub fn time(&self) -> &Arc<KnownTime> {
        &self.shared.time
    }

    /// Sets the way to the coordinator.
    pub fn connect(&self, link: Link) {
        *self.shared.link.write() = Some(link);
        self.shared.wake.notify_one();
    }

    /// The way that is set, if there is one.
    #[must_use]
    pub fn link(&self) -> Option<Link> {
        self.shared.link()
    }

    /// Takes the way away, and with it everything that was believed for the sake of its invite.
    pub fn disconnect(&self) {
        *self.shared.link.write() = None;
        self.shared.time.forget();
        self.wake();
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
        *self.shared.network.write() = network;
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
        shared.store.write(|tx| {
            let bytes = shared.enrolment_request(tx, invite, None)?;
            tx.remove_meta(Meta::EnrolmentRefusal)?;
            tx.remove_meta(Meta::InviteForged)?;
            Ok::<_, SyncError>(tx.set_meta_bytes(Meta::EnrolmentRequest, &bytes)?)
        })?;
        self.wake();
        Ok(())
    }

    /// What a platform key has to be made with to speak for this device and this invite.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn attestation_challenge(&self, invite: &Invite) -> Result<[u8; 32], StoreError> {
        self.shared.store.read(|tx| self.shared.attestation_challenge(tx, invite))
    }

    /// Keeps what the platform says about this phone until it is enrolled with this invite. Says whether it will be sent: not by
    /// a device that is enrolled already.
    ///
    /// # Errors
    /// [`SyncError`].
    pub fn keep_attestation(&self, invite: &Invite, attestation: Attestation) -> Result<bool, SyncError> {
        Ok(self.shared.store.write(|tx| {
            let open = tx.meta_bytes(Meta::Credential)?.is_none();
            if open {
                let challenge = self.shared.attestation_challenge(tx, invite)?.to_vec().into();
                let kept = KeptAttestation { challenge, attestation };
                tx.set_meta(Meta::Attestation, &kept)?;
            }
            Ok::<_, StoreError>(open)
        })?)
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
        if self.running.try_lock().is_err() {
            // Somebody delivers already, and may be waiting out a failure: "send now" is meant for them.
            self.shared.write(|tx, _| nudge(tx)).await?;
            self.wake();
        }
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
        *self.shared.postponed.lock() = None;
        self.shared
            .write(move |tx, shared| {
                shared.keep_time(tx)?;
                tx.release_interrupted()?;
                tx.release_uploads(false)?;
                if forced { nudge(tx) } else { Ok(()) }
            })
            .await
    }

    async fn conclude(&self, run: Run) -> Result<SyncSummary, SyncError> {
        let Outlook { completed, left, media_left, obstacle, next_attempt_ms } =
            self.shared.blocking(Shared::outlook).await?;
        // Nothing is left to send, and what is new was not learned: that is no reason to say that all is well.
        let obstacle = obstacle.or(run.missed.map(Obstacle::Network));
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
                Plan::BeginChain => self.shared.begin_chain().await?,
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
        let incomplete = self.shared.parts_missing().await?;
        let since = run.refreshed.map_or(REFRESH, |last| last.elapsed());
        let wait = if incomplete { run.patience() } else { REFRESH }.saturating_sub(since);
        if wanted || wait.is_zero() {
            run.refreshed = Some(Instant::now());
            self.shared.refresh(run).await?;
            run.missed = self.shared.read(|tx| Ok(load_lane(tx, Meta::Lane).gate.map(|gate| gate.class))).await?;
            run.refreshes = if self.shared.parts_missing().await? { run.refreshes + 1 } else { 0 };
            // A message or a pack changes nothing about the records, but a record may have been sealed meanwhile.
            return Ok(Flow::Continue);
        }
        match deadline {
            Some(deadline) if incomplete && Instant::now() + wait < deadline => sleep(wait).await,
            Some(_) => return Ok(Flow::Stop),
            None => {
                tokio::select! {
                    () = sleep(wait) => {}
                    () = self.shared.wake.notified() => {}
                }
            }
        }
        Ok(Flow::Continue)
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Outbox").field("keyring", &self.shared.keyring).finish_non_exhaustive()
    }
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

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
