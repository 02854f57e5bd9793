//! The code that a phone scans.

use qrcode::{EcLevel, QrCode};

use crate::error::CliError;

/// An invite as a code. Level M survives more dirt; a long list of servers may need the room of level L.
pub(super) fn code(url: &str) -> Result<QrCode, CliError> {
    Ok(QrCode::with_error_correction_level(url, EcLevel::M)
        .or_else(|_| QrCode::with_error_correction_level(url, EcLevel::L))?)
}
