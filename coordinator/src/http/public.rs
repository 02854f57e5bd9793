//! What the public routes share.

use std::sync::Arc;

use axum::http::StatusCode;

use super::body::Plain;
use super::limits::{Limits, RateLimit};
use crate::app::App;
use crate::error::CoordinatorError;
use crate::intake::{Intake, IntakeError};
use crate::media::Media;
use crate::sparing::{Lines, lines};

/// For what never changes under its name.
pub(super) const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Seconds after which a phone tries again when the coordinator is busy.
pub(super) const BUSY_SECONDS: u64 = 5;

/// Lines about requests that are put off while nothing can be stored, by whomever.
static PUT_OFF: Lines = lines();

/// What the public routes work with.
#[derive(Clone)]
pub(super) struct Public {
    pub(super) app: App,
    pub(super) intake: Arc<Intake>,
    pub(super) media: Arc<Media>,
    pub(super) limits: Arc<Limits>,
    pub(super) rate: Arc<RateLimit>,
}

impl Public {
    pub(super) fn new(app: App, media: Arc<Media>, limits: &Limits) -> Self {
        Self {
            intake: Arc::new(Intake::new(app.clone())),
            app,
            media,
            limits: Arc::new(limits.clone()),
            rate: Arc::new(RateLimit::new(limits)),
        }
    }
}

impl From<IntakeError> for Plain {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::TooMany => Self::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
            IntakeError::Coordinator(error) => error.into(),
        }
    }
}

/// Nothing was acknowledged; the phone keeps everything and tries again.
impl From<CoordinatorError> for Plain {
    fn from(error: CoordinatorError) -> Self {
        match error {
            CoordinatorError::Ledger(cause) => {
                if let Some(left_out) = PUT_OFF.pass() {
                    tracing::error!(%cause, left_out, "a request is put off");
                }
                let text = "the coordinator cannot store now; send again later";
                Self::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, text)
            }
            CoordinatorError::NoIssuer => Self::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, error.to_string()),
            CoordinatorError::Worker | CoordinatorError::Signing => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}
