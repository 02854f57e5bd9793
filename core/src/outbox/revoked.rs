//! When the deployment does not trust this device any more: what it says, and that it may take that back.
//!
//! The coordinator's signed refusal is where it begins. The deployment's own statement says up to which record the device is
//! trusted; what is behind that is refused, each by a signed word, and stays here with it. What was sealed before is still
//! taken. When the device is trusted again, what was refused for that reason is sent again by itself.

use std::sync::Arc;

use kuager_evidence::{AuthorityFault, device_trust};
use kuager_wire::delegation::Revocation;
use kuager_wire::limits;
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::REVOCATIONS_PATH;

use super::calls::{get, succeeded};
use super::event::SyncEvent;
use super::response;
use super::shared::{Run, Shared, SyncError};
use crate::store::{Meta, StoreError, Tx};
use crate::trust::KnownDeployment;

impl Shared {
    /// The coordinator has refused something because this device was revoked.
    pub(super) fn note_revoked(&self, tx: &Tx<'_>) -> Result<(), SyncError> {
        if tx.meta_bytes(Meta::RevokedSince)?.is_none() {
            tx.set_meta(Meta::RevokedSince, &self.clock.now().wall_ms)?;
            self.emit(SyncEvent::TrustChanged);
        }
        Ok(())
    }

    /// Asks what the deployment says about this device, once it was refused for being revoked.
    pub(super) async fn fetch_revocation(self: &Arc<Self>, run: &mut Run) -> Result<(), SyncError> {
        let Some(link) = self.link() else { return Ok(()) };
        let keyring = Arc::clone(&self.keyring);
        let (revoked, kid) =
            self.read(move |tx| Ok((tx.meta_bytes(Meta::RevokedSince)?.is_some(), keyring.current_kid(tx)?))).await?;
        if !revoked {
            return Ok(());
        }
        let call = get(&format!("{REVOCATIONS_PATH}{kid}"), limits::REVOCATION);
        let (attempt, outcome) = self.attempt(run, "revocation", call).await?;
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return self.failed(attempt, error.class, None).await.map(|_| ()),
        };
        let bytes_in = response.body.len();
        if response.status == 404 {
            // A coordinator of before there were statements, or one that has lost it.
            return self.write(move |tx, shared| succeeded(tx, shared, attempt, 0, bytes_in)).await;
        }
        let deployment = link.invite.deployment;
        let known = self.read(move |tx| Ok(KnownDeployment::load(tx, deployment)?)).await?;
        let by = |known: &KnownDeployment| {
            device_trust(std::iter::once(response.body.as_slice()), kid, &known.authority(&link.invite))
        };
        let mut trust = by(&known);
        if let Err(AuthorityFault::NotDelegated { .. }) = trust {
            trust = by(&self.fetch_delegations(run).await?);
        }
        let Some(said) = trust.ok().and_then(|trust| trust.last).filter(|_| response.status == 200) else {
            return self.failed(attempt, response::classify(&response), Some(&response)).await.map(|_| ());
        };
        self.write(move |tx, shared| {
            shared.keep_revocation(tx, &said, &response.body)?;
            succeeded(tx, shared, attempt, 0, bytes_in)
        })
        .await
    }

    /// Keeps the deployment's word about this device, unless a later one is kept.
    fn keep_revocation(&self, tx: &Tx<'_>, said: &Revocation, bytes: &[u8]) -> Result<(), SyncError> {
        if revocation(tx)?.is_some_and(|kept| kept.kid == said.kid && kept.revoked_ms >= said.revoked_ms) {
            return Ok(());
        }
        tx.set_meta_bytes(Meta::Revocation, bytes)?;
        // What was refused and is trusted now goes again.
        let reinstated = said.reinstated == Some(true);
        if let Some(last) = said.last_seq.or(reinstated.then_some(u64::MAX)) {
            tx.reopen_refused(RefusalCode::RevokedDevice, said.kid, last)?;
        }
        if reinstated {
            tx.remove_meta(Meta::RevokedSince)?;
        }
        self.emit(SyncEvent::TrustChanged);
        self.wake.notify_one();
        Ok(())
    }
}

/// The deployment's last word about this device that is kept; it was verified when it was stored.
pub(crate) fn revocation(tx: &Tx<'_>) -> Result<Option<Revocation>, StoreError> {
    let bytes = tx.meta_bytes(Meta::Revocation)?;
    let read = bytes.and_then(|bytes| {
        kuager_wire::cose::Envelope::parse(&bytes, limits::REVOCATION).ok()?.statement::<Revocation>().ok()
    });
    Ok(read)
}
