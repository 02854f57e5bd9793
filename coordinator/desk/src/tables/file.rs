//! A table in a file of its own, whole: what broke off halfway is given to nobody.

use std::fs::File;
use std::path::{Path, PathBuf};

use kuager_tables::{Format, Options, Separator, WriteError, writer};
use tokio::sync::mpsc;

use super::read::{Asked, Position, Reader, Unread};
use super::table::Table;
use crate::state::Desk;

/// Rows handed over at once.
const ROWS: usize = 500;
/// Pieces that wait to be written.
const WAITING: usize = 2;

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// It cannot be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A part of the program failed.
    #[error("writing the table failed; the log says more")]
    Failed,
}

/// How a whole table is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) asked: Asked,
    pub(crate) format: Format,
    pub(crate) separator: Separator,
}

/// What the writer is told.
enum Told {
    Rows(Vec<kuager_tables::Row>),
    /// Those were all.
    End,
}

/// Writes a table into a file, and says how many rows it has. Rows are read while others are written; some thousand are in memory.
pub(crate) async fn write(desk: &Desk, table: &Table, whole: &Whole, out: File) -> Result<u64, ExportError> {
    let published = desk.published();
    let options = Options {
        utc_offset: published.latest.pack.utc_offset.unwrap_or(0),
        made_ms: desk.app.clock.now_ms(),
        separator: whole.separator,
        scratch: scratch(desk.app.deployment.dir()),
    };
    let (format, layout) = (whole.format, table.layout.clone());
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || {
        let mut writer = writer(format, &layout, &options, std::io::BufWriter::new(out))?;
        loop {
            match receiver.blocking_recv() {
                Some(Told::Rows(rows)) => writer.rows(&rows)?,
                Some(Told::End) => return writer.end(),
                // Whoever reads has failed and says why.
                None => return Ok(()),
            }
        }
    });
    let mut reader = Reader::new(desk, table, whole.asked.clone());
    let (mut position, mut count) = (Position::default(), 0_u64);
    let read = async {
        loop {
            let piece = reader.piece(position, ROWS).await?;
            count = count.saturating_add(u64::try_from(piece.rows.len()).unwrap_or(u64::MAX));
            if sender.send(Told::Rows(piece.rows)).await.is_err() {
                break;
            }
            if !piece.more {
                // Whoever writes has failed and says why, if nobody hears it.
                let _ = sender.send(Told::End).await;
                break;
            }
            position = piece.next;
        }
        Ok::<_, Unread>(())
    };
    let read = read.await;
    drop(sender);
    let written = writing.await.map_err(|error| {
        tracing::error!(%error, "writing a table failed");
        ExportError::Failed
    });
    read?;
    written??;
    Ok(count)
}

/// Where a workbook is kept until it is whole: beside the ledger, where nobody else can read.
fn scratch(data: &Path) -> PathBuf {
    data.to_owned()
}
