//! Who looks at pictures: this process, or one of its own that may die of it.

use std::fmt::Debug;

use async_trait::async_trait;

use super::blocking::blocking;
use super::error::MediaError;
use super::picture::{self, PictureError, Redacted, Region};
use super::store::Object;
use crate::ledger::Findings;

/// Looks at files that strangers have sent, and copies pictures for publication.
#[async_trait]
pub trait Examiner: Debug + Send + Sync {
    /// What a file says about itself and, if it is a picture, how large it is and what it resembles. That it cannot be
    /// examined is a finding too.
    ///
    /// # Errors
    /// [`MediaError`] when nobody could look.
    async fn examine(&self, file: Object, mime: &str) -> Result<Findings, MediaError>;

    /// A copy of a picture in which these rectangles cannot be read any more.
    ///
    /// # Errors
    /// [`MediaError`] when nobody could do it; within, what is wrong with the picture or the rectangles.
    async fn redact(&self, file: Object, regions: Vec<Region>) -> Result<Result<Redacted, PictureError>, MediaError>;
}

/// Looks at pictures in this process: for tests, and where nothing strange is received. A fault of a decoder ends the
/// process, or fills its memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

#[async_trait]
impl Examiner for InProcess {
    async fn examine(&self, file: Object, mime: &str) -> Result<Findings, MediaError> {
        let mime = mime.to_owned();
        blocking(move || picture::examine(file, &mime)).await
    }

    async fn redact(&self, file: Object, regions: Vec<Region>) -> Result<Result<Redacted, PictureError>, MediaError> {
        blocking(move || picture::redact(file, &regions)).await
    }
}
