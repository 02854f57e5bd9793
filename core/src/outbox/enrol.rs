//! Becoming known: the genesis statement that everything is verified from, and the credential.

use std::sync::Arc;

use kuager_evidence::verify_refusal;
use kuager_wire::cose;
use kuager_wire::enrolment::Credential;
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::SubjectHash;
use kuager_wire::limits;
use kuager_wire::sync::COSE_TYPE;

use super::calls::{get, is_cose, post, succeeded};
use super::event::SyncEvent;
use super::response;
use super::shared::{Flow, Run, Shared, SyncError, load_deployment};
use crate::queue::FailureClass;
use crate::store::{Meta, StoreError};

impl Shared {
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
        if Deployment::expect(&response.body, link.invite.deployment).is_err() {
            let class = if is_cose(&response) { FailureClass::WrongServer } else { FailureClass::CaptivePortal };
            return self.failed(attempt, class, Some(&response)).await;
        }
        self.write(move |tx, shared| {
            tx.set_meta_bytes(Meta::Genesis, &response.body)?;
            succeeded(tx, shared, attempt, 0, response.body.len())
        })
        .await?;
        Ok(Flow::Continue)
    }

    pub(super) async fn enrol(self: &Arc<Self>, run: &mut Run) -> Result<Flow, SyncError> {
        let Some(link) = self.link() else { return Ok(Flow::Continue) };
        let invite = Arc::clone(&link.invite);
        let (request, deployment) =
            self.read(move |tx| Ok((tx.meta_bytes(Meta::EnrolmentRequest)?, load_deployment(tx, &invite)?))).await?;
        let (Some(request), Some(deployment)) = (request, deployment) else {
            // Both are written together with what leads here; without them only a new invite helps.
            return Err(StoreError::Other("the enrolment request or the genesis is missing".to_owned()).into());
        };
        let subject = SubjectHash::of(&request);
        let sent = request.len();
        let call = post("/v1/enrolments", request, COSE_TYPE, limits::CREDENTIAL);
        let (attempt, outcome) = self.attempt(run, "enrol", call).await?;
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return self.failed(attempt, error.class, None).await,
        };
        if response.status == 200 {
            let credential = cose::open::<Credential>(&response.body, link.invite.deployment, &link.invite.root_key);
            if credential.is_ok_and(|credential| credential.kid == self.kid) {
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
