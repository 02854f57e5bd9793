//! One observer's device: opening, closing and destroying it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use kuager_wire::SigningKey;
use kuager_wire::ids::{Nonce, PublicKey};
use kuager_wire::invite::Invite;
use kuager_wire::pack::SignedPack;
use kuager_wire::servers::Servers;
use parking_lot::Mutex;

use super::known::Known;
use super::unlock;
use super::wipe::wipe;
use crate::clock::{Clock, Due};
use crate::config::ObserverConfig;
use crate::error::ObserverError;
use crate::journal::Journal;
use crate::keyring::{KeySource, Keyring};
use crate::keys::{Identity, IdentityError, KeyVault};
use crate::outbox::{Link, Outbox};
use crate::stations::StationBook;
use crate::store::salvage::salvage;
use crate::store::{Meta, Store, StoreError};
use crate::transport::Transport;
use crate::transport::http::HttpTransport;
use crate::trust::KnownDeployment;

/// One observer's device: store, journal and outbox behind one handle. Share it by [`Arc`]; every method takes `&self`.
pub struct Observer {
    pub(super) config: ObserverConfig,
    pub(super) vault: Arc<dyn KeyVault>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) identity: Arc<Mutex<Identity>>,
    pub(super) keyring: Arc<Keyring>,
    /// Locked while the identity is about to change, so that two changes do not overtake each other.
    pub(super) accepting: Arc<Mutex<()>>,
    pub(super) store: Arc<Store>,
    pub(super) journal: Journal,
    pub(super) outbox: Outbox,
    pub(super) pack: Mutex<Option<Arc<SignedPack>>>,
    pub(super) captures: Mutex<HashMap<Nonce, Due>>,
    pub(super) book: Mutex<Option<Arc<StationBook>>>,
    pub(super) known: Mutex<Known>,
}

/// New keys for the keyring, each saved in the identity before it is used.
struct SavedKeys {
    accepting: Arc<Mutex<()>>,
    identity: Arc<Mutex<Identity>>,
    vault: Arc<dyn KeyVault>,
    dir: PathBuf,
}

impl KeySource for SavedKeys {
    fn make(&self) -> Result<SigningKey, IdentityError> {
        let _one = self.accepting.lock();
        let next = self.identity.lock().with_new_key()?;
        // The vault may ask for a fingerprint meanwhile.
        next.save(&self.dir, self.vault.as_ref())?;
        let key = next.later_keys.last().cloned().ok_or(IdentityError::Missing)?;
        *self.identity.lock() = next;
        Ok(key)
    }
}

impl Observer {
    /// Opens an observer's folder, making it when it is new. Needs no network. A damaged store is moved aside and what
    /// is valid in it is salvaged, see [`Status::recovery`](super::Status::recovery).
    ///
    /// # Errors
    /// [`ObserverError::Vault`] when the keystore is locked (try again after unlocking) or has lost its key,
    /// [`ObserverError::Passcode`] when there is one, [`ObserverError::Identity`], [`ObserverError::Store`], [`ObserverError::Http`].
    pub fn open(
        config: ObserverConfig,
        vault: Arc<dyn KeyVault>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ObserverError> {
        let identity = unlock::identity(&config.dir, vault.as_ref(), clock.as_ref(), None)?;
        Self::open_as(identity, config, vault, clock)
    }

    /// Opens an observer's folder that is locked with a passcode. Where none is set, whatever is given opens it. The duress passcode
    /// destroys everything first and then opens a new folder, locked with itself.
    ///
    /// # Errors
    /// As [`Observer::open`]; [`PasscodeError`](crate::keys::PasscodeError) when it is wrong or comes too soon.
    pub fn open_with_passcode(
        config: ObserverConfig,
        vault: Arc<dyn KeyVault>,
        clock: Arc<dyn Clock>,
        passcode: &str,
    ) -> Result<Self, ObserverError> {
        let identity = unlock::identity(&config.dir, vault.as_ref(), clock.as_ref(), Some(passcode))?;
        Self::open_as(identity, config, vault, clock)
    }

    fn open_as(
        identity: Identity,
        config: ObserverConfig,
        vault: Arc<dyn KeyVault>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ObserverError> {
        let store = match Store::open(&config.dir, &identity.store_key) {
            Err(StoreError::Corrupt(_)) => {
                let deployment = identity.deployment;
                let now_ms = clock.now().wall_ms;
                let devices: Vec<_> = identity.keys().iter().map(PublicKey::from).collect();
                salvage(&config.dir, &identity.store_key, deployment, &devices, now_ms)?.0
            }
            other => other?,
        };
        let store = Arc::new(store);
        let keys = identity.keys();
        let identity = Arc::new(Mutex::new(identity));
        let accepting = Arc::new(Mutex::default());
        let source = SavedKeys {
            accepting: Arc::clone(&accepting),
            identity: Arc::clone(&identity),
            vault: Arc::clone(&vault),
            dir: config.dir.clone(),
        };
        let keyring = Keyring::new(keys, Box::new(source));
        let journal = Journal::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&keyring));
        let outbox = Outbox::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&keyring));
        let observer = Self {
            config,
            vault,
            clock,
            identity,
            keyring,
            accepting,
            store,
            journal,
            outbox,
            pack: Mutex::new(None),
            captures: Mutex::default(),
            book: Mutex::default(),
            known: Mutex::default(),
        };
        let now_ms = observer.clock.now().wall_ms;
        observer.store.write(|tx| tx.remove_unfinished_media(now_ms))?;
        let (invite, deployment) = {
            let identity = observer.identity.lock();
            (identity.invite.clone(), identity.deployment)
        };
        if let Some(deployment) = deployment {
            observer.journal.finish_recovery(deployment)?;
        }
        if let Some(invite) = invite {
            observer.follow(invite)?;
        }
        Ok(observer)
    }

    pub(super) fn link(&self, invite: Invite, servers: &Servers) -> Result<Link, ObserverError> {
        let anchors: Vec<Vec<u8>> = servers.anchors.iter().map(|anchor| anchor.to_vec()).collect();
        let time = self.outbox.time();
        let transport = HttpTransport::new(&servers.addresses, &anchors, invite.deployment, &self.config, time)?;
        // Until the device has a pass of its own, its invite is one. A store that is paused has none to give; the next answer has.
        let kept = self.store.read(|tx| tx.meta_bytes(Meta::Pass)).ok().flatten();
        let kept = kept.and_then(|pass| String::from_utf8(pass).ok());
        transport.use_pass(&kept.unwrap_or_else(|| invite.token.to_string()));
        Ok(Link { transport: Arc::new(transport), invite: Arc::new(invite) })
    }

    /// Opens new connections for the invite that is followed.
    pub(super) fn connect(&self) -> Result<(), ObserverError> {
        let invite = Invite::clone(&*self.invited()?);
        let known = self.store.read(|tx| KnownDeployment::load(tx, invite.deployment))?;
        let servers = known.followed(&invite)?;
        self.outbox.connect(self.link(invite, &servers)?);
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

    /// Closes the store for good, and forgets what was read from it.
    pub fn close(&self) {
        self.store.close();
        self.known.lock().close();
    }

    /// Destroys everything: first the keys, which makes the rest unreadable at once, then the files. What is cut off is finished by
    /// the next opening.
    ///
    /// # Errors
    /// [`ObserverError::Vault`], [`ObserverError::Io`]: the first step that failed. Call it again.
    pub fn wipe(&self) -> Result<(), ObserverError> {
        self.close();
        wipe(&self.config.dir, self.vault.as_ref())
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Observer").field("outbox", &self.outbox).finish_non_exhaustive()
    }
}
