//! Where records stand in the transparency log, with the proofs.
//!
//! A phone asks for all of its receipted records at once and says which checkpoint it has verified; the answer is the newest checkpoint, one
//! proof for the whole batch, and the proof that nothing before was changed. The server believes nothing for the phone: all of it can be
//! worked out from the log's public files.

use std::collections::BTreeSet;
use std::sync::Arc;

use kuager_log::batch::{batch, batch_tiles};
use kuager_log::hash::Hash;
use kuager_log::proof::{ProofError, consistency, consistency_tiles};
use kuager_log::tile::{BadTile, Tile, Tiles};
use kuager_wire::limits;
use kuager_wire::sync::{ProofRequest, Proofs};

use crate::app::App;
use crate::ledger::LedgerError;
use crate::log::files::{LogFiles, LogFilesError};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProofs {
    /// More records than a request may have, or a checkpoint that this log has not reached.
    #[error("{0}")]
    Request(&'static str),
    /// Nothing is in the log yet.
    #[error("the log has no checkpoint yet; ask again in a minute")]
    Nothing,
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file of the log.
    #[error(transparent)]
    Files(#[from] LogFilesError),
    /// A file of the log is missing, or not what it must be.
    #[error("a file of the log is damaged: {0}")]
    Damaged(String),
    /// A worker thread ended.
    #[error("a thread that reads the log's files ended")]
    Worker,
}

impl From<ProofError> for NoProofs {
    fn from(error: ProofError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<BadTile> for NoProofs {
    fn from(error: BadTile) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Answers where records stand.
///
/// # Errors
/// [`NoProofs`].
pub async fn proofs(app: &App, request: &ProofRequest) -> Result<Proofs, NoProofs> {
    if request.records.len() > limits::PROOFS {
        return Err(NoProofs::Request("too many records at once; ask for 256 at most"));
    }
    let checkpoint = app.log.checkpoint().ok_or(NoProofs::Nothing)?;
    let size = checkpoint.head().size;
    if request.verified > size {
        // A log that was put back to an older state, or another one: the phone must know which of its checkpoints that is.
        return Err(NoProofs::Request("this log has not reached the checkpoint that was verified"));
    }
    let hashes = request.records.iter().map(|record| record.0).collect();
    let places = app.ledger.log_places(hashes).await?;
    // What has a place and is in no checkpoint that is shown has none yet.
    let places: Vec<_> = places.into_iter().map(|place| place.filter(|place| *place < size)).collect();
    let known: Vec<u64> = places.iter().flatten().copied().collect();
    let verified = request.verified;
    let files = Arc::clone(app.log.files());
    let work = move || {
        let mut wanted = batch_tiles(&known, size)?;
        wanted.extend(consistency_tiles(verified, size)?);
        let tiles = read(&*files, &wanted)?;
        Ok::<_, NoProofs>((batch(&known, size, &tiles)?, consistency(verified, size, &tiles)?))
    };
    let (path, consistency) = tokio::task::spawn_blocking(work).await.map_err(|_| NoProofs::Worker)??;
    Ok(Proofs {
        checkpoint: checkpoint.to_string(),
        places,
        path: together(&path).into(),
        consistency: together(&consistency).into(),
    })
}

fn together(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads tiles; a partial one that is gone because the full one is there is read from that.
fn read(files: &dyn LogFiles, wanted: &BTreeSet<Tile>) -> Result<Tiles, NoProofs> {
    let mut tiles = Tiles::new();
    for tile in wanted {
        if let Some(bytes) = files.get(&tile.to_string())? {
            tiles.add(*tile, &bytes)?;
        } else if let Some(bytes) = files.get(&tile.full().to_string())?.filter(|_| !tile.is_full()) {
            tiles.add(tile.full(), &bytes)?;
        } else {
            return Err(NoProofs::Damaged(format!("{tile} is missing")));
        }
    }
    Ok(tiles)
}
