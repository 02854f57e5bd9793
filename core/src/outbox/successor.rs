//! Going on under another key, when this store turns out to have been put back from a copy.
//!
//! It turns out in one of three ways, each by the coordinator's word: it holds higher numbers of this device's chain than are
//! here, it holds another record under the number of one that is here, or it refuses a record because its number is used.
//! What is done then is [`succession`]; it needs no network and no person. The coordinator enrols the new key by the old one's
//! word and credential.
//!
//! A coordinator that lies about this makes a device change keys. So that happens [`CHAINS`] times a day at most.

use std::sync::Arc;
use std::time::Duration;

use kuager_wire::ids::Kid;
use kuager_wire::invite::Invite;
use tokio::time::Instant;

use super::event::SyncEvent;
use super::holding::Rounds;
use super::shared::{Flow, Shared, SyncError};
use crate::journal::{JournalError, succession};
use crate::store::{Meta, StoreError, Tx};

/// How often a day a new chain may be begun.
pub(super) const CHAINS: u32 = 3;
/// How long it is put off when the key vault is locked, or a new chain was begun too often.
const POSTPONED: Duration = Duration::from_secs(15 * 60);

impl Shared {
    /// Whether something is to be sealed under another key than the one it was, or would be, sealed with.
    pub(super) fn wants_chain(&self, tx: &Tx<'_>, invite: Option<&Invite>) -> Result<bool, StoreError> {
        if invite.is_none() || self.postponed.lock().is_some_and(|since| since.elapsed() < POSTPONED) {
            return Ok(false);
        }
        Ok(self.is_over(tx)? || !tx.to_renumber()?.is_empty())
    }

    /// Whether the chain of the key that signs now must not go on, and can be succeeded.
    fn is_over(&self, tx: &Tx<'_>) -> Result<bool, StoreError> {
        if tx.meta_bytes(Meta::Credential)?.is_none() {
            return Ok(false);
        }
        let current = self.keyring.current_kid(tx)?;
        let over: Option<Kid> = tx.meta(Meta::ChainOver)?;
        Ok(over == Some(current) || tx.to_renumber()?.iter().any(|record| record.kid == current))
    }

    /// Ends this device's chain where that is due, and seals anew what has a number of it that another record has.
    pub(super) async fn begin_chain(self: &Arc<Self>) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let shared = Arc::clone(self);
        let no_key = self.read(move |tx| Ok(shared.is_over(tx)? && shared.keyring.spare(tx)?.is_none())).await?;
        if no_key {
            // The vault may have to ask somebody, so no transaction waits for it.
            let keyring = Arc::clone(&self.keyring);
            let made = self.blocking(move |_| Ok(keyring.make())).await?;
            if let Err(error) = made {
                tracing::warn!(%error, "this device needs another key and cannot make one now");
                *self.postponed.lock() = Some(Instant::now());
                return Ok(Flow::Continue);
            }
        }
        let invite = Arc::clone(&link.invite);
        let begun = self.write(move |tx, shared| shared.begin_in(tx, &invite)).await?;
        match begun {
            Begun::Postponed => *self.postponed.lock() = Some(Instant::now()),
            Begun::Done { chain, resealed } => {
                tracing::warn!(chain, resealed, "this store was put back from a copy; another key goes on");
                self.emit(SyncEvent::ChainBegun { resealed });
            }
        }
        Ok(Flow::Continue)
    }

    fn begin_in(&self, tx: &Tx<'_>, invite: &Invite) -> Result<Begun, SyncError> {
        let now = self.clock.now();
        let chain = self.is_over(tx)?;
        if chain {
            let mut rounds = Rounds::load(tx, Meta::Chains, CHAINS, &now);
            let Some(key) = self.keyring.spare(tx)? else { return Ok(Begun::Postponed) };
            if rounds.left == 0 {
                tracing::warn!(
                    "the coordinator says once more that this store is an older one; it is believed tomorrow"
                );
                return Ok(Begun::Postponed);
            }
            rounds.left -= 1;
            tx.set_meta(Meta::Chains, &rounds)?;
            succession::begin(tx, &self.keyring, &now, invite.deployment, &key).map_err(of_journal)?;
            let request = self.enrolment_request(tx, invite, None)?;
            tx.set_meta_bytes(Meta::EnrolmentRequest, &request)?;
        }
        let resealed = succession::reseal(tx, &self.keyring, invite.deployment).map_err(of_journal)?.len();
        // What is left belongs to the chain that goes on, and that could not be ended.
        Ok(if chain || resealed > 0 { Begun::Done { chain, resealed } } else { Begun::Postponed })
    }
}

enum Begun {
    Done {
        /// Whether another key signs from now on.
        chain: bool,
        resealed: usize,
    },
    Postponed,
}

fn of_journal(error: JournalError) -> SyncError {
    match error {
        JournalError::Store(error) => error.into(),
        JournalError::Statement(error) => error.into(),
        other => StoreError::Other(other.to_string()).into(),
    }
}
