//! The façade: what an observer's app can do, each as one call.
//!
//! Everything but [`Observer::sync_until`] and [`Observer::run`] works without any network and returns within
//! milliseconds; call it off the main thread all the same, because a disk may be slow.

mod election;
mod media;
mod stations;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kuager_wire::cose;
use kuager_wire::enrolment::Credential;
use kuager_wire::form::Form;
use kuager_wire::ids::{DeploymentId, Kid, Nonce, PackHash, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::message::Message;
use kuager_wire::pack::SignedPack;
use kuager_wire::receipt::{Receipt, Refusal, RefusalCode};
use kuager_wire::record::{FormRef, Location, Record, Value};
use tokio::sync::broadcast;

use crate::clock::{Clock, Due};
use crate::config::ObserverConfig;
use crate::error::ObserverError;
use crate::journal::{self, ChainReport, Draft, DraftId, Journal, JournalError, NewDraft, Sealed};
use crate::keys::{self, Identity, IdentityError, KeyVault};
use crate::outbox::driver::{Link, load_deployment, session};
use crate::outbox::machine::Session;
use crate::outbox::{Outbox, Outlook, SyncEvent, SyncSummary};
use crate::store::meta::Meta;
use crate::store::salvage::{Recovery, salvage};
use crate::store::{self, AnswerRow, AttemptRow, QueueRow, Store, StoreError};
use crate::transport::Transport;
use crate::transport::http::HttpTransport;

pub use self::media::{Attached, CaptureToken, Origin, PreviewProblem};
pub use self::stations::StationBook;

/// How things stand, in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// This device's key.
    pub device: Kid,
    /// The deployment, once an invite was accepted.
    pub deployment: Option<DeploymentId>,
    /// The credential, once there is one.
    pub credential: Option<Credential>,
    /// Set when enrolment was refused: another invite is needed. Nothing sealed is touched by that.
    pub enrolment_refused: Option<RefusalCode>,
    /// The pack new drafts are made under.
    pub pack: Option<PackHash>,
    /// Records with a verified receipt.
    pub delivered: u64,
    /// Records still to be sent.
    pub waiting: u64,
    /// Records refused by signed statement.
    pub refused: u64,
    /// Highest number the coordinator holds of this chain, when this store holds less: it was restored from an older
    /// copy, and what is sealed now shares numbers with what was sealed before.
    pub behind: Option<u64>,
    /// What was salvaged from a damaged store, once that happened.
    pub recovery: Option<Recovery>,
}

/// A message from the coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// The message.
    pub message: Message,
    /// Whether it has been marked as read.
    pub read: bool,
}

/// A record as it was signed, with its place in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// Its content.
    pub record: Record,
    /// The exact signed bytes.
    pub bytes: Vec<u8>,
    /// The coordinator's signed receipt, once there is one.
    pub receipt: Option<Vec<u8>>,
    /// The coordinator's signed refusal, if it was refused.
    pub refusal: Option<Vec<u8>>,
}

/// One observer's device: store, journal and outbox behind one handle. Share it by [`Arc`]; every method takes `&self`.
pub struct Observer {
    config: ObserverConfig,
    vault: Arc<dyn KeyVault>,
    clock: Arc<dyn Clock>,
    identity: Mutex<Identity>,
    /// Held while an invite is accepted, so that two of them do not overtake each other.
    accepting: Mutex<()>,
    store: Arc<Store>,
    journal: Journal,
    outbox: Outbox,
    pack: Mutex<Option<Arc<SignedPack>>>,
    captures: Mutex<HashMap<Nonce, Due>>,
    book: Mutex<Option<Arc<StationBook>>>,
    compiled: election::CompiledCache,
}

impl Observer {
    /// Opens an observer's folder, making it when it is new. Needs no network. A damaged store is moved aside and what
    /// is valid in it is salvaged, see [`Status::recovery`].
    ///
    /// # Errors
    /// [`ObserverError::Vault`] when the keystore is locked (try again after unlocking) or has lost its key,
    /// [`ObserverError::Identity`], [`ObserverError::Store`], [`ObserverError::Http`].
    pub fn open(
        config: ObserverConfig,
        vault: Arc<dyn KeyVault>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ObserverError> {
        keys::create_dir(&config.dir)?;
        let identity = match Identity::load(&config.dir, vault.as_ref()) {
            // A store without its identity must not get another one: it would look like somebody else's.
            Err(IdentityError::Missing) if !config.dir.join(store::FILE).exists() => {
                Identity::create(&config.dir, vault.as_ref())?
            }
            other => other?,
        };
        let store = match Store::open(&config.dir, &identity.store_key) {
            Err(StoreError::Corrupt(_)) => {
                let deployment = identity.invite.as_ref().map(|invite| invite.deployment);
                let now_ms = clock.now().wall_ms;
                salvage(&config.dir, &identity.store_key, deployment, &identity.public_key(), now_ms)?.0
            }
            other => other?,
        };
        let store = Arc::new(store);
        let journal = Journal::new(Arc::clone(&store), Arc::clone(&clock), identity.device_key.clone());
        let outbox = Outbox::new(Arc::clone(&store), Arc::clone(&clock), identity.device_key.clone());
        let observer = Self {
            config,
            vault,
            clock,
            identity: Mutex::new(identity),
            accepting: Mutex::default(),
            store,
            journal,
            outbox,
            pack: Mutex::new(None),
            captures: Mutex::default(),
            book: Mutex::default(),
            compiled: Mutex::default(),
        };
        let now_ms = observer.clock.now().wall_ms;
        observer.store.write(|tx| tx.remove_unfinished_media(now_ms))?;
        if let Some(invite) = observer.invite() {
            observer.journal.finish_recovery(invite.deployment)?;
            observer.outbox.ensure_enrolment(&invite)?;
            observer.connect(invite)?;
        }
        Ok(observer)
    }

    fn invite(&self) -> Option<Invite> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).invite.clone()
    }

    fn invited(&self) -> Result<Invite, ObserverError> {
        self.invite().ok_or(ObserverError::NotInvited)
    }

    fn link(&self, invite: Invite) -> Result<Link, ObserverError> {
        let anchors: Vec<Vec<u8>> = invite.anchors.iter().map(|anchor| anchor.to_vec()).collect();
        let transport = HttpTransport::new(&invite.servers, &anchors, invite.deployment, &self.config)?;
        Ok(Link { transport: Arc::new(transport), invite: Arc::new(invite) })
    }

    fn connect(&self, invite: Invite) -> Result<(), ObserverError> {
        self.outbox.connect(self.link(invite)?);
        Ok(())
    }

    /// Accepts an invite: remembers whom to trust and where to send, and signs the enrolment request. Needs no network;
    /// from here on records can be sealed. Another invite of the same deployment replaces one that was used or revoked
    /// without touching the key, the chain or anything sealed.
    ///
    /// # Errors
    /// [`ObserverError::Invite`], [`ObserverError::OtherDeployment`], [`ObserverError::Http`], [`ObserverError::Vault`].
    pub fn accept_invite(&self, url: &str) -> Result<DeploymentId, ObserverError> {
        let invite = Invite::from_url(url)?;
        let deployment = invite.deployment;
        let _one = self.accepting.lock().unwrap_or_else(PoisonError::into_inner);
        let next = {
            let identity = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
            if identity.invite.as_ref().is_some_and(|held| held.deployment != deployment) {
                return Err(ObserverError::OtherDeployment);
            }
            identity.with_invite(invite.clone())
        };
        let link = self.link(invite.clone())?;
        // The vault may ask for a fingerprint meanwhile; nothing but another invite waits for that.
        next.save(&self.config.dir, self.vault.as_ref())?;
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).invite = Some(invite.clone());
        self.outbox.connect(link);
        self.outbox.prepare_enrolment(&invite)?;
        Ok(deployment)
    }

    /// Takes a pack from a file, so that work can begin before the coordinator was ever reached. It must be signed by
    /// the deployment's root key.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Pack`], [`ObserverError::Store`].
    pub fn import_pack(&self, bytes: Vec<u8>) -> Result<PackHash, ObserverError> {
        let invite = self.invited()?;
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).map_err(ObserverError::Pack)?;
        let now_ms = self.clock.now().wall_ms;
        self.store.write(|tx| {
            tx.add_pack(pack.hash, &pack.bytes, now_ms)?;
            tx.set_meta(Meta::CurrentPack, &pack.hash)
        })?;
        Ok(pack.hash)
    }

    /// The pack new drafts are made under.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn pack(&self) -> Result<Arc<SignedPack>, ObserverError> {
        let current = self.store.read(|tx| tx.meta::<PackHash>(Meta::CurrentPack))?;
        self.pack_with(current.ok_or(ObserverError::NoPack)?)
    }

    /// The pack a draft was begun under.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn pack_of(&self, form: &FormRef) -> Result<Arc<SignedPack>, ObserverError> {
        self.pack_with(form.pack)
    }

    fn pack_with(&self, hash: PackHash) -> Result<Arc<SignedPack>, ObserverError> {
        let invite = self.invited()?;
        let mut cached = self.pack.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = cached.as_ref().filter(|pack| pack.hash == hash) {
            return Ok(Arc::clone(pack));
        }
        let bytes = self.store.read(|tx| tx.pack(hash))?.ok_or(ObserverError::NoPack)?;
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).map_err(ObserverError::Pack)?;
        let pack = Arc::new(pack);
        *cached = Some(Arc::clone(&pack));
        Ok(pack)
    }

    /// Runs `use_form` with the form a draft answers, `None` for a note.
    fn with_form<T>(
        &self,
        reference: Option<&FormRef>,
        use_form: impl FnOnce(Option<&Form>) -> Result<T, ObserverError>,
    ) -> Result<T, ObserverError> {
        let Some(reference) = reference else { return use_form(None) };
        let pack = self.pack_with(reference.pack)?;
        let form = pack.pack.form(&reference.form);
        use_form(Some(form.ok_or_else(|| ObserverError::NoSuchForm(reference.form.clone()))?))
    }

    /// Begins a draft, with the answers its form begins with, and saves it.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NoSuchForm`], [`ObserverError::NoTraining`], [`ObserverError::ExitPoll`]
    /// for a poll without a legal ground, [`ObserverError::Store`].
    pub fn new_draft(&self, mut new: NewDraft) -> Result<DraftId, ObserverError> {
        let form = match &new.form {
            None => None,
            Some(id) => {
                let pack = self.pack()?;
                let form = pack.pack.form(id).ok_or_else(|| ObserverError::NoSuchForm(id.clone()))?;
                if new.training && pack.pack.training == Some(false) {
                    return Err(ObserverError::NoTraining);
                }
                let reference = FormRef { pack: pack.hash, form: id.clone() };
                new.answers = self.beginning(&reference, &new)?;
                Some((reference, form.kind))
            }
        };
        Ok(self.journal.new_draft(new, form)?)
    }

    /// Sets or clears one answer. When this returns, the change survives a kill.
    ///
    /// # Errors
    /// [`ObserverError::Answer`] when it does not fit the question, [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_answer(&self, draft: DraftId, question: &str, answer: Option<Value>) -> Result<(), ObserverError> {
        let reference = self.journal.draft(draft)?.form;
        let answer = answer.map(journal::normalised);
        if let Some(answer) = &answer {
            self.with_form(reference.as_ref(), |form| {
                Ok(form.map_or(Ok(()), |form| kuager_forms::check_answer(form, question, answer))?)
            })?;
        }
        self.journal.change_draft(draft, |draft| {
            match answer {
                Some(answer) => drop(draft.answers.insert(question, answer)),
                None => drop(draft.answers.remove(question)),
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Changes the text of a note.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_text(&self, draft: DraftId, text: &str) -> Result<(), ObserverError> {
        let text = kuager_wire::canonical::nfc(text);
        self.journal.change_draft(draft, |draft| {
            draft.text = Some(text);
            Ok(())
        })?;
        Ok(())
    }

    /// Sets where the device is, for this draft.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn set_location(&self, draft: DraftId, location: Option<Location>) -> Result<(), ObserverError> {
        self.journal.change_draft(draft, |draft| {
            draft.location = location;
            Ok(())
        })?;
        Ok(())
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn drafts(&self) -> Result<Vec<Draft>, ObserverError> {
        Ok(self.journal.drafts()?)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn draft(&self, draft: DraftId) -> Result<Draft, ObserverError> {
        Ok(self.journal.draft(draft)?)
    }

    /// Throws a draft away. Returns whether there was one.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn discard_draft(&self, draft: DraftId) -> Result<bool, ObserverError> {
        Ok(self.journal.discard_draft(draft)?)
    }

    /// Seals a draft: from here on it is signed evidence, chained and queued. When this returns, it survives anything
    /// but loss of the disk.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Answer`], [`ObserverError::Journal`], [`ObserverError::Store`];
    /// the draft is then unchanged.
    pub fn seal(&self, draft: DraftId) -> Result<Sealed, ObserverError> {
        let invite = self.invited()?;
        let content = self.journal.draft(draft)?;
        self.complete_previews(&content)?;
        let reference = content.form;
        let pack = reference.as_ref().map(|reference| self.pack_with(reference.pack)).transpose()?;
        let sealed = self.with_form(reference.as_ref(), |form| {
            let prepare = |draft: &mut Draft| Self::prepare(draft, pack.as_deref());
            Ok(self.journal.seal_prepared(draft, invite.deployment, form, prepare)?)
        })?;
        self.outbox.wake();
        Ok(sealed)
    }

    /// Begins a correction of a sealed record. The record stays; the new one will supersede it.
    ///
    /// # Errors
    /// [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn correct(&self, record: RecordHash) -> Result<DraftId, ObserverError> {
        Ok(self.journal.correct(record)?)
    }

    /// Every sealed record and where it stands, in chain order.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn records(&self) -> Result<Vec<QueueRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.queue())?)
    }

    /// The newest records and where they stand, the newest first; what a list shows when the app opens.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn recent(&self, limit: u32) -> Result<Vec<QueueRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.recent(limit))?)
    }

    /// One sealed record with what the coordinator signed about it.
    ///
    /// # Errors
    /// [`ObserverError::Journal`] when there is none, [`ObserverError::Store`].
    pub fn record(&self, hash: RecordHash) -> Result<SealedRecord, ObserverError> {
        let (row, bytes) = self.journal.record_bytes(hash)?.ok_or(JournalError::NoSuchRecord(hash))?;
        let record = self.journal.record(hash)?.ok_or(JournalError::NoSuchRecord(hash))?;
        Ok(self.store.read(|tx| {
            let receipt = tx.answer(row.id, "receipt")?;
            let refusal = tx.answer(row.id, "refusal")?;
            Ok::<_, StoreError>(SealedRecord { record, bytes, receipt, refusal })
        })?)
    }

    /// What the coordinator signed about a record, read and verified again.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn opened_answers(&self, record: &SealedRecord) -> Result<(Option<Receipt>, Option<Refusal>), ObserverError> {
        let invite = self.invited()?;
        let Some(deployment) = self.store.read(|tx| load_deployment(tx, &invite))? else { return Ok((None, None)) };
        let key = &deployment.genesis.receipt_key;
        let receipt = record.receipt.as_ref().and_then(|bytes| cose::open(bytes, deployment.id, key).ok());
        let refusal = record.refusal.as_ref().and_then(|bytes| cose::open(bytes, deployment.id, key).ok());
        Ok((receipt, refusal))
    }

    /// Everything the coordinator ever signed about this device's records, for export as proof.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn answers(&self) -> Result<Vec<AnswerRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.answers())?)
    }

    /// The log of attempts, newest first.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn attempts(&self, limit: u32) -> Result<Vec<AttemptRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.attempts(limit))?)
    }

    /// Checks every signature and every link of this device's chain.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Store`]; what is wrong with the chain is in the report.
    pub fn verify(&self) -> Result<ChainReport, ObserverError> {
        Ok(self.journal.verify(self.invited()?.deployment)?)
    }

    /// Messages from the coordinator, oldest first.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn messages(&self) -> Result<Vec<InboxMessage>, ObserverError> {
        let Some(invite) = self.invite() else { return Ok(Vec::new()) };
        let (deployment, stored) =
            self.store.read(|tx| Ok::<_, StoreError>((load_deployment(tx, &invite)?, tx.messages()?)))?;
        let Some(deployment) = deployment else { return Ok(Vec::new()) };
        let key = &deployment.genesis.receipt_key;
        Ok(stored
            .into_iter()
            .filter_map(|(bytes, read)| {
                let message = cose::open::<Message>(&bytes, deployment.id, key).ok()?;
                Some(InboxMessage { message, read })
            })
            .collect())
    }

    /// Marks a message as read.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn mark_read(&self, number: u64) -> Result<(), ObserverError> {
        let now_ms = self.clock.now().wall_ms;
        Ok(self.store.write(|tx| tx.mark_message_read(number, now_ms))?)
    }

    /// How things stand.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn status(&self) -> Result<Status, ObserverError> {
        let invite = self.invite();
        let device = self.identity.lock().unwrap_or_else(PoisonError::into_inner).kid();
        let status = self.store.read(|tx| {
            let (delivered, waiting, refused) = tx.queue_counts()?;
            let credential = match (tx.meta_bytes(Meta::Credential)?, &invite) {
                (Some(bytes), Some(invite)) => cose::open(&bytes, invite.deployment, &invite.root_key).ok(),
                _ => None,
            };
            let enrolment_refused = match session(tx, invite.is_some())? {
                Session::EnrolmentRefused(code) => Some(code),
                _ => None,
            };
            Ok::<_, StoreError>(Status {
                device,
                deployment: invite.as_ref().map(|invite| invite.deployment),
                credential,
                enrolment_refused,
                pack: tx.meta(Meta::CurrentPack)?,
                delivered,
                waiting,
                refused,
                behind: tx.meta(Meta::Behind)?,
                recovery: tx.meta(Meta::Recovery)?,
            })
        })?;
        Ok(status)
    }

    /// Delivers what is waiting for as long as `limit`; see [`Outbox::sync_until`]. May be dropped at any moment.
    ///
    /// # Errors
    /// [`ObserverError::Store`], [`ObserverError::Sync`]; the network's failures are in the summary.
    pub async fn sync_until(&self, limit: Duration) -> Result<SyncSummary, ObserverError> {
        Ok(self.outbox.sync_until(limit).await?)
    }

    /// Delivers until the future is dropped; see [`Outbox::run`].
    ///
    /// # Errors
    /// [`ObserverError::Store`], [`ObserverError::Sync`].
    pub async fn run(&self) -> Result<(), ObserverError> {
        Ok(self.outbox.run().await?)
    }

    /// Says that the network may have come back, so that a continuous run does not wait out its time, and asks for messages and a
    /// newer pack.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn network_changed(&self) -> Result<(), ObserverError> {
        Ok(self.outbox.nudge()?)
    }

    /// Closes the connections to the coordinator; the next call opens new ones. For when the network has changed under
    /// them: what went through the old one would only find out by waiting.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Http`].
    pub fn reconnect(&self) -> Result<(), ObserverError> {
        self.connect(self.invited()?)
    }

    /// What is left to send and what the next attempt waits for, without touching the network.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn outlook(&self) -> Result<Outlook, ObserverError> {
        Ok(self.outbox.outlook()?)
    }

    /// Follows what happens. Events are hints; whatever matters can be asked for at any time.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<SyncEvent> {
        self.outbox.subscribe()
    }

    /// Uses another transport than HTTP, for tests and for apps that bring their own network.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`].
    pub fn use_transport(&self, transport: Arc<dyn Transport>) -> Result<(), ObserverError> {
        self.outbox.connect(Link { transport, invite: Arc::new(self.invited()?) });
        Ok(())
    }

    /// Closes every connection to the store, as an app must when it goes to the background on iOS. Everything else
    /// fails with [`StoreError::Paused`] until [`Observer::resume`]; a running sync ends with it.
    ///
    /// # Errors
    /// [`ObserverError::Store`] when it is closed.
    pub fn pause(&self) -> Result<(), ObserverError> {
        Ok(self.store.pause()?)
    }

    /// Goes on after [`Observer::pause`].
    ///
    /// # Errors
    /// [`ObserverError::Store`] when it is closed.
    pub fn resume(&self) -> Result<(), ObserverError> {
        Ok(self.store.resume()?)
    }

    /// Closes the store for good.
    pub fn close(&self) {
        self.store.close();
    }

    /// Destroys everything: first the vault's key, which makes the rest unreadable at once, then the files.
    ///
    /// # Errors
    /// [`ObserverError::Vault`], [`ObserverError::Io`]: the first step that failed. Call it again.
    pub fn wipe(&self) -> Result<(), ObserverError> {
        self.store.close();
        wipe(&self.config.dir, self.vault.as_ref())
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Observer").field("outbox", &self.outbox).finish_non_exhaustive()
    }
}

/// Destroys an observer's folder that is not open, or cannot be opened: first the vault's key, then the files.
///
/// # Errors
/// [`ObserverError::Vault`], [`ObserverError::Io`]: the first step that failed. Call it again.
pub fn wipe(dir: &Path, vault: &dyn KeyVault) -> Result<(), ObserverError> {
    vault.destroy()?;
    remove_if_there(&dir.join(Identity::FILE))?;
    if dir.exists() {
        store::remove_files(dir)?;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
