//! Publications for whoever has no browser: which there are, and their archives.

use std::fs::File;

use kuager_analysis::publications::{Publication, Publications};
use kuager_coordinator::app::App;
use kuager_coordinator::journal::{self, JournalError};

use crate::site::Kept;
pub use crate::site::{KeptError, Unpacked, check, unpack};

/// Entries read at once.
const PAGE: usize = 1000;

/// Why the archive of a publication is not given out.
#[derive(Debug, thiserror::Error)]
pub enum NotGiven {
    /// The journal, or the database it is in.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What lies there.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// An entry of the journal that is not there any more.
    #[error("entry {0} of the desk's journal is not there; restore the ledger from a backup")]
    NoEntry(u64),
}

/// Everything that was proposed, from the journal.
///
/// # Errors
/// [`JournalError`].
pub async fn all(app: &App) -> Result<Publications, JournalError> {
    let (mut publications, mut from) = (Publications::default(), 0);
    loop {
        let entries = journal::read(app, from, PAGE).await?;
        let Some(last) = entries.last() else { return Ok(publications) };
        from = last.entry.seq.saturating_add(1);
        entries.iter().for_each(|entry| publications.add(entry.hash, &entry.entry));
    }
}

/// The archive of a publication: with what was signed about it, if it was decided; else as it was proposed.
///
/// # Errors
/// [`NotGiven`].
pub async fn archive(app: &App, publication: &Publication) -> Result<File, NotGiven> {
    let site = publication.site;
    let mut signed = None;
    if let Some(word) = publication.word.as_ref().filter(|_| publication.is_public()) {
        signed = Some((bytes(app, publication.seq).await?, bytes(app, word.seq).await?));
    }
    let kept = Kept::of(app.deployment.dir());
    let opened = tokio::task::spawn_blocking(move || match &signed {
        Some((proposal, verdict)) => kept.signed(site, proposal, verdict),
        None => kept.open(site),
    });
    Ok(opened.await.map_err(|_| KeptError::Worker)??)
}

/// The exact bytes of an entry of the journal.
async fn bytes(app: &App, seq: u64) -> Result<Vec<u8>, NotGiven> {
    let rows = app.ledger.desk_entries_from(seq, 1).await.map_err(JournalError::from)?;
    rows.into_iter().find(|row| row.seq == seq).map(|row| row.bytes).ok_or(NotGiven::NoEntry(seq))
}
