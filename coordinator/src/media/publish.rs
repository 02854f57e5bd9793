//! What the desk does with files: looking, and making copies for publication.

use std::sync::Arc;
use std::time::Duration;

use kuager_wire::VERSION;
use kuager_wire::ids::MediaHash;
use kuager_wire::receipt::Redaction;

use super::blocking::blocking;
use super::error::MediaError;
use super::files::Media;
use super::picture::{PictureError, Redacted, Region};
use super::store::{Object, ObjectError};
use crate::ledger::{LedgerError, RedactionRow, Unexamined, UploadToken};
use crate::sign::SignError;

/// How long to wait when the ledger cannot be asked for files to look at.
const LATER: Duration = Duration::from_secs(5);

/// Why no copy for publication was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedactError {
    /// The original is not here.
    #[error("the original is not here yet; wait until it has been uploaded")]
    NotHeld,
    /// The picture cannot be worked with, or a rectangle is wrong.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The copy cannot be stored.
    #[error(transparent)]
    Store(#[from] ObjectError),
    /// The statement cannot be stored.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A worker failed; a bug.
    #[error("the coordinator failed to make the copy; it is logged")]
    Worker,
}

impl From<MediaError> for RedactError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Store(error) => Self::Store(error),
            MediaError::Ledger(error) => Self::Ledger(error),
            MediaError::Worker => Self::Worker,
        }
    }
}

impl From<SignError> for RedactError {
    fn from(error: SignError) -> Self {
        tracing::error!(%error, "a redacted copy could not be signed");
        Self::Worker
    }
}

impl Media {
    /// Opens a file that is held.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn object(&self, media: MediaHash) -> Result<Option<Object>, MediaError> {
        let store = Arc::clone(&self.store);
        Ok(blocking(move || store.open(media)).await??)
    }

    /// The redacted copy with this hash; nothing for any other file.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn redaction(&self, media: MediaHash) -> Result<Option<RedactionRow>, MediaError> {
        Ok(self.app.ledger.redaction(media).await?)
    }

    /// How many bytes of an unfinished upload are here, without disturbing whoever is sending them.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn arrived(&self, token: UploadToken) -> Result<u64, MediaError> {
        let store = Arc::clone(&self.store);
        Ok(blocking(move || store.arrived(token)).await??)
    }

    /// Looks at every file once, one after the other, as they come. Never returns.
    pub async fn examine_all(&self) {
        loop {
            match self.examine_next().await {
                Ok(true) => {}
                Ok(false) => self.came.notified().await,
                Err(error) => {
                    tracing::warn!(%error, "a file is not looked at");
                    tokio::time::sleep(LATER).await;
                }
            }
        }
    }

    /// Looks at the next file nobody has looked at. Returns whether there was one.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn examine_next(&self) -> Result<bool, MediaError> {
        let Some(Unexamined { media, mime, .. }) = self.app.ledger.next_unexamined().await? else { return Ok(false) };
        let _one = self.looking.lock().await;
        let Some(object) = self.object(media).await? else { return Ok(true) };
        let findings = self.examiner.examine(object, &mime).await?;
        self.app.ledger.set_findings(media, findings).await?;
        Ok(true)
    }

    /// Makes a copy of a picture in which these rectangles cannot be read any more, and makes it public.
    ///
    /// # Errors
    /// [`RedactError`].
    pub async fn redact(&self, original: MediaHash, regions: Vec<Region>) -> Result<RedactionRow, RedactError> {
        let made = self.redacted(original, regions).await?;
        self.make_public(original, made).await
    }

    /// Makes a copy of a picture in which these rectangles cannot be read any more, for somebody to look at; nothing is kept.
    ///
    /// # Errors
    /// [`RedactError`].
    pub async fn redacted(&self, original: MediaHash, regions: Vec<Region>) -> Result<Redacted, RedactError> {
        let _one = self.looking.lock().await;
        let object = self.object(original).await?.ok_or(RedactError::NotHeld)?;
        Ok(self.examiner.redact(object, regions).await??)
    }

    /// Keeps a copy that was made, and signs what it is a copy of. From now on everybody may have it.
    ///
    /// # Errors
    /// [`RedactError`].
    pub async fn make_public(&self, original: MediaHash, made: Redacted) -> Result<RedactionRow, RedactError> {
        let Redacted { bytes, regions } = made;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let store = Arc::clone(&self.store);
        let media = blocking(move || store.put(&bytes)).await??;
        let made_ms = self.app.clock.now_ms();
        let redaction = Redaction { version: VERSION, of: original, media, size, made_ms, regions };
        let statement = self.app.signer.receipts.redaction(&redaction)?;
        let row = RedactionRow { media, original, size, made_ms, statement };
        self.app.ledger.add_redaction(row.clone()).await?;
        tracing::info!(regions = redaction.regions.len(), "a redacted copy may be published");
        Ok(row)
    }
}
