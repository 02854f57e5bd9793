//! The book on the disk, so that a start takes seconds however much has been received.
//!
//! It is a file of its own in the data directory and no part of anything else: it holds nothing that is not in the ledger, no backup
//! has it, and whatever is wrong with it, it is put aside and the book is made from the ledger again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use kuager_analysis::book::{Book, Unusable};
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::LedgerError;
use tempfile::Builder;

/// The file in the data directory.
const NAME: &str = "desk-book.snapshot";

fn path(app: &App) -> PathBuf {
    app.deployment.dir().join(NAME)
}

/// The book as it was written down, if it is of this ledger as it is now: of the same deployment, with the same revocations, and
/// with a newest record that the ledger has under that number.
pub(crate) async fn read(app: &App, trust: u64) -> Result<Option<Book>, LedgerError> {
    let (path, published) = (path(app), app.shelf.published());
    let Ok(bytes) = fs::read(&path) else { return Ok(None) };
    let deployment = app.deployment.id();
    let identity = Book::identity(&bytes).and_then(|identity| {
        let same = identity.ledger == deployment.0 && identity.trust == trust;
        same.then_some(identity).ok_or(Unusable::Ledger)
    });
    let identity = match identity {
        Ok(identity) => identity,
        Err(reason) => return Ok(unused(&path, reason)),
    };
    // A ledger that was put back from a backup has another record there, or none.
    let there = app.ledger.arrivals_after(identity.newest.saturating_sub(1), 1).await?;
    let same = there.first().is_some_and(|there| there.id == identity.newest && Some(there.hash) == identity.last);
    if !same {
        return Ok(unused(&path, Unusable::Ledger));
    }
    let book = tokio::task::spawn_blocking(move || {
        Book::read(&bytes, published.packs.values(), &published.latest, published.stations.values())
    });
    match book.await {
        Ok(Ok(book)) => Ok(Some(book)),
        Ok(Err(reason)) => Ok(unused(&path, reason)),
        Err(_) => Ok(unused(&path, Unusable::Damaged)),
    }
}

/// Nothing is lost with it.
fn unused(path: &Path, reason: Unusable) -> Option<Book> {
    tracing::info!(%reason, "what the desk had worked out is worked out again");
    let _ = fs::remove_file(path);
    None
}

/// Writes the book down; says whether it could.
pub(crate) async fn write(app: &App, book: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static) -> bool {
    let (path, deployment) = (path(app), app.deployment.id());
    let written = tokio::task::spawn_blocking(move || {
        let bytes = book(&deployment.0);
        let dir = path.parent().unwrap_or(Path::new("."));
        // For its owner only, as the ledger is, and under its name only when it is whole.
        let mut file = Builder::new().prefix(".desk-book-").tempfile_in(dir)?;
        file.write_all(&bytes)?;
        file.persist(&path).map_err(|error| error.error).map(drop)
    });
    match written.await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the desk's book cannot be written down; the next start takes longer");
            false
        }
        Err(_) => false,
    }
}
