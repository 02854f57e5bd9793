//! News from the coordinator: a newer pack, messages to the observer, and what it holds of this device.

use std::sync::Arc;

use kuager_evidence::verify_refusal;
use kuager_wire::canonical;
use kuager_wire::cose;
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::ids::{PackHash, SubjectHash};
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::pack::{SignedPack, StationShard};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::{COSE_TYPE, Delegations, InboxAnswer};
use tokio::time::Instant;

use super::calls::{get, is_cose, post, succeeded};
use super::event::SyncEvent;
use super::response;
use super::shared::{Flow, Run, Shared, SyncError, load_deployment, new_nonce};
use crate::packs;
use crate::queue::FailureClass;
use crate::store::{Meta, StoreError};
use crate::trust::KnownDeployment;

impl Shared {
    /// Asks for a newer pack, for messages, and for the stations of the chosen regions. Failing here closes the lane like
    /// any other failure.
    pub(super) async fn refresh(self: &Arc<Self>, run: &mut Run) -> Result<(), SyncError> {
        if let Flow::Continue = self.fetch_pack(run).await? {
            self.fetch_messages(run).await?;
            self.fetch_revocation(run).await?;
            self.fetch_stations(run).await?;
            // Only who relies on an issuer needs to learn that it was revoked.
            let link = self.link();
            let delegated = self.read(|tx| Ok(tx.meta_bytes(Meta::Delegations)?)).await?.is_some();
            if delegated || link.is_some_and(|link| link.invite.way.delegation().is_some()) {
                self.fetch_delegations(run).await?;
            }
        }
        Ok(())
    }

    /// Asks what the deployment has delegated and taken back, and gives what is known then. Whatever does not hold is not
    /// kept; a revocation that was known is never forgotten, whatever the answer leaves out.
    pub(super) async fn fetch_delegations(self: &Arc<Self>, run: &mut Run) -> Result<KnownDeployment, SyncError> {
        let Some(link) = self.link() else { return Err(StoreError::Other("no invite".to_owned()).into()) };
        let deployment = link.invite.deployment;
        let (attempt, outcome) = self.attempt(run, "delegations", get("/v1/delegations", limits::ANSWER)).await?;
        let told = match &outcome {
            Ok(response) if response.status == 200 => canonical::decode::<Delegations>(&response.body, limits::ANSWER)
                .map_err(|_| FailureClass::CaptivePortal),
            Ok(response) => Err(response::classify(response)),
            Err(error) => Err(error.class),
        };
        let response = outcome.ok();
        match told {
            Ok(told) => {
                let invite = Arc::clone(&link.invite);
                let bytes_in = response.map_or(0, |response| response.body.len());
                self.write(move |tx, shared| {
                    tx.set_meta(Meta::Delegations, &KnownDeployment::load(tx, deployment)?.merged(&invite, told))?;
                    succeeded(tx, shared, attempt, 0, bytes_in)
                })
                .await?;
            }
            Err(class) => {
                self.failed(attempt, class, response.as_ref()).await?;
            }
        }
        self.read(move |tx| Ok(KnownDeployment::load(tx, deployment)?)).await
    }

    /// Fetches the stations that are missing, and puts a newer pack in its place once it has all of them. What does not verify
    /// is asked for again.
    async fn fetch_stations(self: &Arc<Self>, run: &mut Run) -> Result<(), SyncError> {
        let Some(link) = self.link() else { return Ok(()) };
        let invite = Arc::clone(&link.invite);
        let missing = self.read(move |tx| Ok(packs::missing(tx, &invite)?)).await?;
        for shard in missing {
            let call = get(&format!("/v1/stations/{}", shard.hash), limits::PACK);
            let (attempt, outcome) = self.attempt(run, "stations", call).await?;
            let response = match outcome {
                Ok(response) => response,
                Err(error) => return self.failed(attempt, error.class, None).await.map(|_| ()),
            };
            let invite = &link.invite;
            let opened = StationShard::open(&response.body, &shard, invite.deployment, &invite.root_key);
            if response.status != 200 || opened.is_err() {
                let class = if is_cose(&response) { FailureClass::BadAnswer } else { response::classify(&response) };
                return self.failed(attempt, class, Some(&response)).await.map(|_| ());
            }
            let (region, invite) = (shard.region.clone(), Arc::clone(&link.invite));
            let current = self
                .write(move |tx, shared| {
                    let bytes_in = response.body.len();
                    tx.add_shard(shard.hash, &response.body, shared.clock.now().wall_ms)?;
                    succeeded(tx, shared, attempt, 0, bytes_in)?;
                    Ok(packs::advance(tx, &invite)?)
                })
                .await?;
            self.emit(SyncEvent::StationsArrived(region));
            if let Some(pack) = current {
                self.emit(SyncEvent::PackArrived(pack));
            }
        }
        Ok(())
    }

    async fn fetch_pack(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Stop) };
        let known = self
            .read(|tx| {
                let next = tx.meta::<PackHash>(Meta::NextPack)?;
                Ok((tx.meta::<PackHash>(Meta::CurrentPack)?, next))
            })
            .await?;
        let (current, newest) = (known.0, known.1.or(known.0));
        let mut call = get("/v1/packs/latest", limits::PACK);
        call.if_none_match = newest.map(|hash| format!("\"{hash}\""));
        let (attempt, outcome) = self.attempt(run, "pack", call).await?;
        let response = match outcome {
            Ok(response) => response,
            Err(error) => {
                self.failed(attempt, error.class, None).await?;
                return Ok(Flow::Stop);
            }
        };
        let bytes_in = response.body.len();
        if response.status == 304 {
            self.write(move |tx, shared| succeeded(tx, shared, attempt, 0, bytes_in)).await?;
            return Ok(Flow::Continue);
        }
        let class = if response.status == 200 && is_cose(&response) {
            FailureClass::BadAnswer
        } else {
            response::classify(&response)
        };
        let pack = (response.status == 200)
            .then(|| SignedPack::open(response.body.clone(), link.invite.deployment, &link.invite.root_key).ok())
            .flatten();
        let Some(pack) = pack else {
            self.failed(attempt, class, Some(&response)).await?;
            return Ok(Flow::Stop);
        };
        let invite = Arc::clone(&link.invite);
        let hash = self
            .write(move |tx, shared| {
                let taken = packs::take(tx, &invite, &pack, packs::Way::Coordinator, shared.clock.now().wall_ms)?;
                succeeded(tx, shared, attempt, 0, bytes_in)?;
                Ok(taken)
            })
            .await?;
        if current != Some(hash) {
            self.emit(SyncEvent::PackArrived(hash));
        }
        Ok(Flow::Continue)
    }

    /// Fetches messages, and learns what the coordinator holds of this device.
    async fn fetch_messages(self: &Arc<Self>, run: &mut Run) -> Result<(), SyncError> {
        let Some(link) = self.link() else { return Ok(()) };
        // Once an epoch may end between a response and the next request.
        let mut epochs = 2;
        loop {
            let invite = Arc::clone(&link.invite);
            let keyring = Arc::clone(&self.keyring);
            let (after, deployment, key, stored) = self
                .read(move |tx| {
                    let (after, stored) = (tx.newest_message()?, tx.stored_media()?);
                    Ok((after, load_deployment(tx, &invite)?, keyring.current(tx)?, stored))
                })
                .await?;
            let Some(deployment) = deployment else { return Ok(()) };
            let epoch = *self.epoch.lock();
            let request = Request {
                version: kuager_wire::VERSION,
                action: Action::Inbox,
                wall_ms: self.clock.now().wall_ms,
                nonce: new_nonce()?,
                public_key: None,
                token: None,
                after: Some(after),
                epoch,
                credential: None,
                succession: None,
                attestation: None,
            };
            let bytes = cose::sign(&request, deployment.id, &key)?;
            let (subject, bytes_out) = (SubjectHash::of(&bytes), bytes.len());
            let call = post("/v1/inbox", bytes, COSE_TYPE, limits::ANSWER);
            let (attempt, outcome) = self.attempt(run, "inbox", call).await?;
            let response = match outcome {
                Ok(response) => response,
                Err(error) => return self.failed(attempt, error.class, None).await.map(|_| ()),
            };
            let bytes_in = response.body.len();
            let refused = verify_refusal(&response.body, subject, &deployment).ok().map(|refusal| refusal.code);
            if refused == Some(RefusalCode::Replayed) && response.epoch.is_some_and(|now| Some(now) != epoch) {
                epochs -= 1;
                if epochs > 0 {
                    self.write(move |tx, shared| succeeded(tx, shared, attempt, bytes_out, bytes_in)).await?;
                    continue;
                }
            }
            if refused == Some(RefusalCode::RevokedDevice) {
                return self
                    .write(move |tx, shared| {
                        shared.note_revoked(tx)?;
                        succeeded(tx, shared, attempt, bytes_out, bytes_in)
                    })
                    .await;
            }
            if refused == Some(RefusalCode::UnknownDevice) && run.may_enrol_again() {
                let invite = Arc::clone(&link.invite);
                self.write(move |tx, shared| {
                    shared.enrol_again(tx, &invite)?;
                    succeeded(tx, shared, attempt, bytes_out, bytes_in)
                })
                .await?;
                // Once it knows this device again, it says what it lacks.
                (run.forgotten, run.refreshed) = (Some(Instant::now()), None);
                return Ok(());
            }
            let read = (response.status == 200)
                .then(|| canonical::decode::<InboxAnswer>(&response.body, limits::ANSWER).ok())
                .flatten();
            let Some(inbox) = read else {
                return self.failed(attempt, response::classify(&response), Some(&response)).await.map(|_| ());
            };
            let more = inbox.more;
            let lately = Arc::clone(&run.lately);
            let (arrived, behind) = self
                .write(move |tx, shared| {
                    let mut arrived = Vec::new();
                    for bytes in &inbox.messages {
                        // One that does not verify is not a message; the others are.
                        let opened = cose::open::<Message>(bytes, deployment.id, &deployment.genesis.receipt_key);
                        let Ok(message) = opened else { continue };
                        shared.time.learn(message.sent_ms);
                        if tx.add_message(message.number, bytes, shared.clock.now().wall_ms)? {
                            arrived.push(message.number);
                        }
                    }
                    let behind = match &inbox.holding {
                        Some(holding) => shared.compare_all(tx, holding, &stored, &mut lately.lock())?.behind,
                        None => None,
                    };
                    succeeded(tx, shared, attempt, bytes_out, bytes_in)?;
                    Ok((arrived, behind))
                })
                .await?;
            if let Some(coordinator) = behind {
                self.emit(SyncEvent::StoreIsBehind { coordinator });
            }
            run.summary.messages += arrived.len() as u64;
            let progressed = !arrived.is_empty();
            arrived.into_iter().for_each(|number| self.emit(SyncEvent::MessageArrived(number)));
            if !more || !progressed {
                return Ok(());
            }
        }
    }
}
