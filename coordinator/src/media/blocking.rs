//! Work that waits for the disk, or takes long.

use super::error::MediaError;

/// Runs work that waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, MediaError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "work on a file failed");
        MediaError::Worker
    })
}
