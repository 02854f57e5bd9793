//! What every part of the outbox works with: the store, the clock, the key, the way to the coordinator, and what one run
//! remembers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use kuager_evidence::Forgery;
use kuager_wire::compression::Dictionary;
use kuager_wire::cose::StatementError;
use kuager_wire::enrolment::Credential;
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Epoch, Kid, Nonce, PackHash, PublicKey};
use kuager_wire::invite::Invite;
use kuager_wire::pack::SignedPack;
use kuager_wire::receipt::RefusalCode;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

use super::event::{SyncEvent, SyncSummary};
use super::lately::Lately;
use super::machine::Session;
use crate::clock::Clock;
use crate::keyring::Keyring;
use crate::keys;
use crate::queue::{FailureClass, Lane, Network};
use crate::store::{MayBeStore, Meta, Store, StoreError, Tx};
use crate::time::{KnownTime, Mark};
use crate::transport::Transport;
use crate::trust::KnownDeployment;

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

/// The way to the coordinator, known once an invite was accepted.
#[derive(Clone)]
pub struct Link {
    /// Carries calls.
    pub transport: Arc<dyn Transport>,
    /// What is trusted.
    pub invite: Arc<Invite>,
}

pub(super) struct Shared {
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
    /// What time it is at least, by what the deployment has signed.
    pub(super) time: Arc<KnownTime>,
    pub(super) keyring: Arc<Keyring>,
    /// When a new chain was last wanted and could not be begun.
    pub(super) postponed: Mutex<Option<Instant>>,
    pub(super) link: RwLock<Option<Link>>,
    pub(super) events: broadcast::Sender<SyncEvent>,
    pub(super) wake: Notify,
    /// Somebody wants to know what is new before it is time.
    pub(super) news_wanted: AtomicBool,
    /// What kind of network the app says there is.
    pub(super) network: RwLock<Network>,
    /// There may be something new to upload.
    pub(super) media_wake: Notify,
    /// The epoch that the coordinator said it is in; nothing of one that knows none.
    pub(super) epoch: Mutex<Option<Epoch>>,
    /// Whether the coordinator says that it takes attestations; older ones refuse what they do not know.
    pub(super) takes_attestations: AtomicBool,
    pub(super) dictionary: Mutex<Option<(PackHash, Option<Arc<Dictionary>>)>>,
}

/// What one run remembers.
#[derive(Default)]
pub(super) struct Run {
    pub(super) summary: SyncSummary,
    /// Records sent again because the coordinator lacked them.
    pub(super) lately: Arc<Mutex<Lately>>,
    /// When the coordinator last said that it does not know this device.
    pub(super) forgotten: Option<Instant>,
    /// The coordinator does not take our dictionary.
    pub(super) plain: bool,
    pub(super) refreshed: Option<Instant>,
    /// How often news were asked for and stations are missing all the same.
    pub(super) refreshes: u32,
    /// Why the news that were last asked for did not all come.
    pub(super) missed: Option<FailureClass>,
}

/// How long a device that has enrolled again, and is told once more that it is unknown, waits before it does so again.
const FORGOTTEN: Duration = Duration::from_secs(15 * 60);

/// How long to wait before stations that did not come are asked for again; doubles each time.
const INCOMPLETE: Duration = Duration::from_secs(2);

impl Run {
    /// How long after the last time news are asked for again while stations are missing.
    pub(super) fn patience(&self) -> Duration {
        (INCOMPLETE * (1 << self.refreshes.saturating_sub(1).min(10))).min(FORGOTTEN)
    }

    /// Whether to enrol again, now that the coordinator says it does not know this device. One that says so every time must not
    /// keep a phone at it.
    pub(super) fn may_enrol_again(&self) -> bool {
        self.forgotten.is_none_or(|last| last.elapsed() >= FORGOTTEN)
    }
}

/// Whether a run goes on.
pub(super) enum Flow {
    Continue,
    Stop,
}

impl Shared {
    pub(super) fn new(store: Arc<Store>, clock: Arc<dyn Clock>, keyring: Arc<Keyring>) -> Self {
        let (events, _) = broadcast::channel(256);
        let time = Arc::new(KnownTime::new(Arc::clone(&clock)));
        // A mark that cannot be read is not worth failing for: the next answer brings a newer one.
        if let Ok(Some(kept)) = store.read(|tx| tx.meta::<Mark>(Meta::KnownTime)) {
            time.restore(kept);
        }
        Self {
            store,
            clock,
            time,
            keyring,
            postponed: Mutex::new(None),
            link: RwLock::new(None),
            events,
            wake: Notify::new(),
            news_wanted: AtomicBool::new(false),
            network: RwLock::default(),
            media_wake: Notify::new(),
            epoch: Mutex::new(None),
            takes_attestations: AtomicBool::new(false),
            dictionary: Mutex::new(None),
        }
    }

    /// The ids of all keys of this device.
    pub(super) fn kids(&self) -> Vec<Kid> {
        self.keyring.public_keys().iter().map(PublicKey::kid).collect()
    }

    pub(super) fn emit(&self, event: SyncEvent) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    pub(super) fn link(&self) -> Option<Link> {
        self.link.read().clone()
    }

    /// Keeps what time it is at least, so that a reboot does not take back what was counted.
    pub(super) fn keep_time(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        tx.set_meta(Meta::KnownTime, &self.time.mark())
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
}

pub(super) fn new_nonce() -> Result<Nonce, StoreError> {
    keys::random().map(Nonce).map_err(|error| StoreError::Other(error.to_string()))
}

/// Randomness for the backoff; without entropy the wait is simply the longest.
pub(super) fn jitter(below: u64) -> u64 {
    keys::random::<8>().map_or(below, |bytes| u64::from_le_bytes(bytes) % below.max(1))
}

pub(super) fn load_lane(tx: &Tx<'_>, lane: Meta) -> Lane {
    // A lane written by another release is not worth failing for.
    tx.meta(lane).unwrap_or_default().unwrap_or_default()
}

/// What is still needed. Nothing is done for an invite that the genesis contradicts, whoever fetched that, and when.
pub(crate) fn session(tx: &Tx<'_>, invite: Option<&Invite>) -> Result<Session, StoreError> {
    let Some(invite) = invite else { return Ok(Session::NotInvited) };
    let Some(deployment) = load_deployment(tx, invite)? else { return Ok(Session::NeedsGenesis) };
    let genesis = &deployment.genesis;
    if genesis.root_key != invite.root_key || !genesis.has_invites_of(invite.version()) {
        return Ok(Session::NotInvited);
    }
    if tx.meta_bytes(Meta::Credential)?.is_some() {
        return Ok(Session::Ready);
    }
    let refusal: Option<RefusalCode> = tx.meta(Meta::EnrolmentRefusal)?;
    Ok(refusal.map_or(Session::NeedsCredential, Session::EnrolmentRefused))
}

/// Takes back what an invite made this device believe: how to enrol, and what only its own root key vouches for. Records and
/// drafts stay. What did not agree is kept, to be shown.
pub(crate) fn disbelieve(tx: &Tx<'_>, forgery: &Forgery, genesis: &Deployment) -> Result<(), StoreError> {
    let root = &genesis.genesis.root_key;
    tx.set_meta(Meta::InviteForged, &forgery.name())?;
    tx.remove_meta(Meta::EnrolmentRequest)?;
    tx.remove_meta(Meta::Pass)?;
    if let Some(pack) = tx.meta::<PackHash>(Meta::CurrentPack)? {
        let genuine = tx.pack(pack)?.is_some_and(|bytes| SignedPack::open(bytes, genesis.id, root).is_ok());
        if !genuine {
            tx.remove_meta(Meta::CurrentPack)?;
        }
    }
    tx.remove_meta(Meta::NextPack)?;
    tx.remove_meta(Meta::PartsMissing)?;
    tx.remove_meta(Meta::KnownTime)?;
    let credential = tx.meta_bytes(Meta::Credential)?;
    let known = KnownDeployment::load(tx, genesis.id)?;
    if credential.is_some_and(|bytes| known.of_genesis(genesis).open::<Credential>(&bytes).is_err()) {
        tx.remove_meta(Meta::Credential)?;
    }
    Ok(())
}

pub(crate) fn load_deployment(tx: &Tx<'_>, invite: &Invite) -> Result<Option<Deployment>, StoreError> {
    let bytes = tx.meta_bytes(Meta::Genesis)?;
    Ok(bytes.and_then(|bytes| Deployment::expect(&bytes, invite.deployment).ok()))
}
