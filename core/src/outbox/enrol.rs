//! Becoming known: the genesis statement that everything is verified from, and the credential.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kuager_evidence::{AuthorityFault, Forgery, verify_invite, verify_refusal};
use kuager_wire::SigningKey;
use kuager_wire::cose::{self, Statement};
use kuager_wire::enrolment::{Action, Attestation, Credential, Request, attestation_challenge};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{PublicKey, SubjectHash};
use kuager_wire::invite::Invite;
use kuager_wire::limits;
use kuager_wire::sync::COSE_TYPE;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::calls::{get, is_cose, post, succeeded};
use super::event::SyncEvent;
use super::response;
use super::shared::{Flow, Link, Run, Shared, SyncError, disbelieve, new_nonce};
use crate::queue::FailureClass;
use crate::store::{Meta, StoreError, Tx};
use crate::trust::KnownDeployment;

/// An attestation, and what its key was made with.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct KeptAttestation {
    #[n(1)]
    pub(super) challenge: ByteVec,
    #[n(2)]
    pub(super) attestation: Attestation,
}

impl Shared {
    /// Signs a request to be enrolled, with the credential this device was given before, if any. A key that goes on for another
    /// one, and was not enrolled yet, brings that one's credential and word.
    pub(super) fn enrolment_request(
        &self,
        tx: &Tx<'_>,
        invite: &Invite,
        credential: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, SyncError> {
        let key = self.keyring.current(tx)?;
        let former = if credential.is_none() && tx.meta_bytes(Meta::Credential)?.is_none() {
            tx.former_keys()?.pop()
        } else {
            None
        };
        let (former, succession) = former.map(|former| (former.credential, former.succession)).unzip();
        let request = Request {
            version: kuager_wire::VERSION,
            action: Action::Enrol,
            wall_ms: self.clock.now().wall_ms,
            nonce: new_nonce()?,
            public_key: Some(PublicKey::from(&key)),
            token: Some(invite.token),
            after: None,
            epoch: None,
            credential: credential.or(former).map(Into::into),
            succession: succession.map(Into::into),
            attestation: None,
        };
        Ok(cose::sign(&request, invite.deployment, &key)?)
    }

    /// The same request with what the platform says, if that is for this invite and the coordinator takes it.
    fn with_attestation(
        &self,
        request: Vec<u8>,
        kept: Option<KeptAttestation>,
        invite: &Invite,
        key: &SigningKey,
    ) -> Vec<u8> {
        let challenge = attestation_challenge(invite.deployment, &PublicKey::from(key), &invite.token);
        let kept = kept.filter(|kept| {
            self.takes_attestations.load(Ordering::Relaxed) && kept.challenge.as_slice() == challenge.as_slice()
        });
        let signed = kept.and_then(|kept| {
            let plain: Request = cose::Envelope::parse(&request, Request::LIMIT).ok()?.statement().ok()?;
            let attested = Request { attestation: Some(kept.attestation), ..plain };
            cose::sign(&attested, invite.deployment, key).ok()
        });
        // Evidence that cannot go along must not keep a device from being enrolled.
        signed.unwrap_or(request)
    }

    /// What a platform key has to be made with to speak for this device and this invite.
    pub(super) fn attestation_challenge(&self, tx: &Tx<'_>, invite: &Invite) -> Result<[u8; 32], StoreError> {
        let key = PublicKey::from(&self.keyring.current(tx)?);
        Ok(attestation_challenge(invite.deployment, &key, &invite.token))
    }

    /// The coordinator does not know this device any more: it is to enrol again, with the same key and token. What it was
    /// given proves that it is one, to a coordinator that can read that: those that know of no epochs cannot.
    pub(super) fn enrol_again(&self, tx: &Tx<'_>, invite: &Invite) -> Result<(), SyncError> {
        let credential = tx.meta_bytes(Meta::Credential)?.filter(|_| self.epoch.lock().is_some());
        if credential.is_some() {
            tx.set_meta_bytes(Meta::EnrolmentRequest, &self.enrolment_request(tx, invite, credential)?)?;
        }
        Ok(tx.remove_meta(Meta::Credential)?)
    }

    pub(super) async fn fetch_genesis(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let call = get("/v1/genesis", limits::GENESIS);
        let (attempt, outcome) = self.attempt(run, "genesis", call).await?;
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return self.failed(attempt, error.class, None).await,
        };
        if response.status != 200 {
            return self.failed(attempt, response::classify(&response), Some(&response)).await;
        }
        let Ok(genesis) = Deployment::expect(&response.body, link.invite.deployment) else {
            let class = if is_cose(&response) { FailureClass::WrongServer } else { FailureClass::CaptivePortal };
            return self.failed(attempt, class, Some(&response)).await;
        };
        if let Err(forgery) = verify_invite(&link.invite, Some(&genesis)) {
            return self.forged(attempt, &link, genesis, response.body, forgery).await;
        }
        self.time.learn(genesis.genesis.created_ms);
        self.write(move |tx, shared| {
            tx.set_meta_bytes(Meta::Genesis, &response.body)?;
            succeeded(tx, shared, attempt, 0, response.body.len())
        })
        .await?;
        Ok(Flow::Continue)
    }

    /// The genesis is the one the invite names, and contradicts the invite. So the genesis is kept, for the next invite to be
    /// measured by, and the invite is not believed from here on.
    async fn forged(
        self: &Arc<Self>,
        attempt: i64,
        link: &Link,
        genesis: Deployment,
        bytes: Vec<u8>,
        forgery: Forgery,
    ) -> Result<Flow, SyncError> {
        let (name, invite) = (forgery.name(), Arc::clone(&link.invite));
        // Another invite may have been accepted meanwhile; that one was measured for itself.
        let still = move |shared: &Self| shared.link().is_some_and(|followed| Arc::ptr_eq(&followed.invite, &invite));
        let followed = self
            .write(move |tx, shared| {
                tx.set_meta_bytes(Meta::Genesis, &bytes)?;
                let followed = still(shared);
                if followed {
                    disbelieve(tx, &forgery, &genesis)?;
                    *shared.link.write() = None;
                    shared.time.forget();
                    shared.time.learn(genesis.genesis.created_ms);
                }
                tx.finish_attempt(attempt, shared.clock.now().wall_ms, "invite_forged", 0, bytes.len())?;
                Ok(followed)
            })
            .await?;
        if followed {
            self.emit(SyncEvent::InviteForged(name));
        }
        Ok(Flow::Continue)
    }

    pub(super) async fn enrol(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let invite = Arc::clone(&link.invite);
        let keyring = Arc::clone(&self.keyring);
        let (request, kept, known, key) = self
            .read(move |tx| {
                let request = tx.meta_bytes(Meta::EnrolmentRequest)?;
                let known = KnownDeployment::load(tx, invite.deployment)?;
                Ok((request, tx.meta(Meta::Attestation)?, known, keyring.current(tx)?))
            })
            .await?;
        let deployment = known.genesis.clone();
        let (Some(request), Some(deployment)) = (request, deployment) else {
            // Both are written together with what leads here; without them only a new invite helps.
            return Err(StoreError::Other("the enrolment request or the genesis is missing".to_owned()).into());
        };
        let request = self.with_attestation(request, kept, &link.invite, &key);
        let kid = PublicKey::from(&key).kid();
        let subject = SubjectHash::of(&request);
        let sent = request.len();
        let call = post("/v1/enrolments", request, COSE_TYPE, limits::CREDENTIAL);
        let (attempt, outcome) = self.attempt(run, "enrol", call).await?;
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return self.failed(attempt, error.class, None).await,
        };
        if response.status == 200 {
            let mut credential = known.authority(&link.invite).open::<Credential>(&response.body);
            if let Err(AuthorityFault::NotDelegated { .. }) = credential {
                let known = self.fetch_delegations(run).await?;
                credential = known.authority(&link.invite).open(&response.body);
            }
            if let Some(credential) = credential.ok().filter(|credential| credential.kid == kid) {
                self.time.learn(credential.not_before_ms);
                self.write(move |tx, shared| {
                    tx.set_meta_bytes(Meta::Credential, &response.body)?;
                    tx.remove_meta(Meta::EnrolmentRefusal)?;
                    tx.release_waiting(true)?;
                    succeeded(tx, shared, attempt, sent, response.body.len())
                })
                .await?;
                self.emit(SyncEvent::Enrolled);
                return Ok(Flow::Continue);
            }
            let class = if is_cose(&response) { FailureClass::BadAnswer } else { FailureClass::CaptivePortal };
            return self.failed(attempt, class, Some(&response)).await;
        }
        match verify_refusal(&response.body, subject, &deployment) {
            Ok(refusal) if !refusal.retryable => {
                self.write(move |tx, shared| {
                    tx.set_meta(Meta::EnrolmentRefusal, &refusal.code)?;
                    succeeded(tx, shared, attempt, sent, response.body.len())
                })
                .await?;
                self.emit(SyncEvent::EnrolmentRefused(refusal.code));
                Ok(Flow::Continue)
            }
            _ => self.failed(attempt, response::classify(&response), Some(&response)).await,
        }
    }
}
