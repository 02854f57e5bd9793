//! The receipts that devices get for files: one per device and file, the same bytes whenever they are asked for.

use kuager_wire::VERSION;
use kuager_wire::receipt::MediaReceipt;

use crate::app::App;
use crate::error::CoordinatorError;
use crate::ledger::{Finished, Held, UploadRow};

/// A device's receipt for a file, if that file is held.
///
/// # Errors
/// [`CoordinatorError`].
pub(crate) async fn of(app: &App, row: &UploadRow) -> Result<Option<Vec<u8>>, CoordinatorError> {
    match (&row.receipt, row.held) {
        (Some(receipt), _) => Ok(Some(receipt.clone())),
        // A record that is wrong about the size speaks of a file that does not exist.
        (None, Some(held)) if held.size == row.size => give(app, row, held).await.map(Some),
        (None, _) => Ok(None),
    }
}

/// Notes that a file is held, and gives the device its receipt.
///
/// # Errors
/// [`CoordinatorError`].
pub(crate) async fn give(app: &App, row: &UploadRow, mut held: Held) -> Result<Vec<u8>, CoordinatorError> {
    loop {
        let Held { media, size, received_ms } = held;
        let receipt = MediaReceipt { version: VERSION, media, size, kid: row.kid, received_ms };
        let receipt = app.signer.receipts.media_receipt(&receipt)?;
        match app.ledger.finish_upload(row.token, held, receipt).await? {
            Finished::Receipt(receipt) => return Ok(receipt),
            // Another device was faster with the same file; since when it is held does not change any more.
            Finished::Differs(before) => held = before,
        }
    }
}
