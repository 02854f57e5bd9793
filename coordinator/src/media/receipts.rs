//! The receipts that devices get for files: one per device and file, the same bytes whenever they are asked for.

use kuager_wire::VERSION;
use kuager_wire::ids::Kid;
use kuager_wire::receipt::MediaReceipt;

use crate::app::App;
use crate::ledger::{Held, LedgerError, UploadRow};

/// A device's receipt for a file, if that file is held.
///
/// # Errors
/// [`LedgerError`].
pub(crate) async fn of(app: &App, row: &UploadRow) -> Result<Option<Vec<u8>>, LedgerError> {
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
/// [`LedgerError`].
pub(crate) async fn give(app: &App, row: &UploadRow, held: Held) -> Result<Vec<u8>, LedgerError> {
    let signer = app.signer.clone();
    let sign = move |kid: Kid, held: Held| {
        let Held { media, size, received_ms } = held;
        let receipt = MediaReceipt { version: VERSION, media, size, kid, received_ms };
        signer.receipts.media_receipt(&receipt).map_err(|error| LedgerError::Signing(error.to_string()))
    };
    app.ledger.finish_upload(row.token, held, sign).await
}
