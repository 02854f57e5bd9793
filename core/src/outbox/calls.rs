//! One call to the coordinator: written down before it is made, counted, and what a failure means for the lane.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kuager_wire::cose::Statement;
use kuager_wire::genesis::Genesis;

use super::event::SyncEvent;
use super::shared::{Flow, Link, Run, Shared, SyncError, jitter, load_lane};
use crate::queue::FailureClass;
use crate::store::{Meta, NewAttempt, Tx};
use crate::transport::{Call, Response, TransportError};

impl Shared {
    /// Writes down that an attempt begins, makes the call, and returns what came back.
    pub(super) async fn attempt(
        self: &Arc<Self>,
        run: &mut Run,
        purpose: &'static str,
        call: Call,
    ) -> Result<(i64, Result<Response, TransportError>), SyncError> {
        let attempt = self
            .write(move |tx, shared| {
                let started_ms = shared.clock.now().wall_ms;
                Ok(tx.start_attempt(NewAttempt { purpose, records: 0, started_ms })?)
            })
            .await?;
        let outcome = self.call(run, purpose, 0, call).await;
        Ok((attempt, outcome))
    }

    pub(super) async fn call(
        self: &Arc<Self>,
        run: &mut Run,
        purpose: &'static str,
        records: usize,
        call: Call,
    ) -> Result<Response, TransportError> {
        self.emit(SyncEvent::AttemptStarted { purpose, records });
        run.summary.attempts += 1;
        run.summary.bytes_out += call.body.as_ref().map_or(0, Vec::len) as u64;
        let Some(link) = self.link() else {
            return Err(TransportError { class: FailureClass::Offline, detail: "no invite".to_owned() });
        };
        let outcome = link.transport.call(call).await;
        match &outcome {
            Ok(response) => {
                run.summary.bytes_in += response.body.len() as u64;
                if let Some(pass) = &response.pass {
                    self.keep_pass(&link, pass).await;
                }
                if response.epoch.is_some() {
                    *self.epoch.lock() = response.epoch;
                }
                if let Some(date_ms) = response.date_ms {
                    self.time.hear(date_ms);
                }
                self.takes_attestations.store(response.takes_attestations, Ordering::Relaxed);
            }
            Err(error) => tracing::info!(purpose, class = error.class.name(), detail = %error.detail, "call failed"),
        }
        outcome
    }

    /// Shows a pass from now on, and keeps it for the next start. It speeds things up; that it is not kept must not stop anything.
    async fn keep_pass(self: &Arc<Self>, link: &Link, pass: &str) {
        link.transport.use_pass(pass);
        let pass = pass.as_bytes().to_vec();
        let kept = self.write(move |tx, _| {
            if tx.meta_bytes(Meta::Pass)?.as_ref() == Some(&pass) {
                Ok(())
            } else {
                Ok(tx.set_meta_bytes(Meta::Pass, &pass)?)
            }
        });
        if let Err(error) = kept.await {
            tracing::info!(%error, "a pass is not kept");
        }
    }

    /// Stores that a call other than a batch failed, and closes the lane.
    pub(super) async fn failed(
        self: &Arc<Self>,
        attempt: i64,
        class: FailureClass,
        response: Option<&Response>,
    ) -> Result<Flow, SyncError> {
        let retry_after = response.and_then(|response| response.retry_after_ms);
        self.write(move |tx, shared| {
            let now = shared.clock.now();
            let mut lane = load_lane(tx, Meta::Lane);
            lane.failed(class, retry_after, 0, &now, &mut jitter);
            tx.set_meta(Meta::Lane, &lane)?;
            shared.keep_time(tx)?;
            Ok(tx.finish_attempt(attempt, now.wall_ms, class.name(), 0, 0)?)
        })
        .await?;
        Ok(Flow::Continue)
    }
}

/// Stores that a call succeeded, and opens the lane.
pub(super) fn succeeded(
    tx: &Tx<'_>,
    shared: &Shared,
    attempt: i64,
    bytes_out: usize,
    bytes_in: usize,
) -> Result<(), SyncError> {
    let mut lane = load_lane(tx, Meta::Lane);
    lane.succeeded();
    tx.set_meta(Meta::Lane, &lane)?;
    shared.keep_time(tx)?;
    Ok(tx.finish_attempt(attempt, shared.clock.now().wall_ms, "ok", bytes_out, bytes_in)?)
}

pub(super) fn is_cose(response: &Response) -> bool {
    response.content_type == "application/cose"
}

/// With room for what a genesis takes at least.
pub(super) fn get(path: &str, limit: usize) -> Call {
    Call::get(path, limit.max(Genesis::LIMIT))
}

pub(super) fn post(path: &str, body: Vec<u8>, content_type: &'static str, limit: usize) -> Call {
    Call::post(path, body, content_type, limit.max(Genesis::LIMIT))
}
