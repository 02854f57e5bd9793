//! What comes next, and what is left: the pure decisions over what the store holds now.

use std::sync::Arc;

use super::event::Outlook;
use super::machine::{self, Plan};
use super::shared::{Shared, SyncError, load_lane, session};
use super::upload::{self, UploadPlan};
use crate::packs;
use crate::queue::Obstacle;
use crate::store::{Meta, Tx};

/// Open items looked at for one plan. Far more than a batch, far less than a day could fill memory with.
pub(super) const HORIZON: u32 = 8192;

impl Shared {
    pub(super) async fn plan(self: &Arc<Self>) -> Result<Plan, SyncError> {
        self.blocking(|shared| shared.store.read(|tx| shared.plan_in(tx))).await
    }

    fn plan_in(&self, tx: &Tx<'_>) -> Result<Plan, SyncError> {
        let (lane, items) = (load_lane(tx, Meta::Lane), tx.open_items(HORIZON)?);
        let invite = self.link().map(|link| link.invite);
        if self.wants_chain(tx, invite.as_deref())? {
            return Ok(Plan::BeginChain);
        }
        Ok(machine::plan(&lane, session(tx, invite.as_deref())?, &items, &self.clock.now()))
    }

    pub(super) fn outlook(&self) -> Result<Outlook, SyncError> {
        self.store.read(|tx| {
            let (plan, uploads) = (self.plan_in(tx)?, self.plan_upload_in(tx)?);
            let parts = packs::count_missing(tx)?;
            let completed = plan == Plan::Idle && uploads == UploadPlan::Idle && parts == 0;
            let (obstacle, next_attempt_ms) = match (plan, uploads) {
                (Plan::Wait { ms, obstacle }, _) | (Plan::Idle, UploadPlan::Wait { ms, obstacle }) => {
                    (Some(obstacle), ms)
                }
                (Plan::Idle, UploadPlan::Idle) if parts > 0 => {
                    let lane = load_lane(tx, Meta::Lane);
                    (lane.gate.map(|gate| Obstacle::Network(gate.class)), Some(lane.wait_ms(&self.clock.now())))
                }
                _ => (None, (!completed).then_some(0)),
            };
            let (left, media_left) = (tx.queue_counts()?.1, tx.open_uploads()?.len() as u64);
            Ok(Outlook { completed, left, media_left, obstacle, next_attempt_ms })
        })
    }

    /// Whether stations are still to come that should be here.
    pub(super) async fn parts_missing(self: &Arc<Self>) -> Result<bool, SyncError> {
        self.read(|tx| Ok(packs::count_missing(tx)? > 0)).await
    }

    pub(super) async fn plan_upload(self: &Arc<Self>) -> Result<UploadPlan, SyncError> {
        self.blocking(|shared| shared.store.read(|tx| shared.plan_upload_in(tx))).await
    }

    fn plan_upload_in(&self, tx: &Tx<'_>) -> Result<UploadPlan, SyncError> {
        let network = *self.network.read();
        let (lane, items) = (load_lane(tx, Meta::MediaLane), tx.open_uploads()?);
        Ok(upload::plan(&lane, &items, network, &self.clock.now()))
    }
}
