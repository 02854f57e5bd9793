//! Records as they were signed.

use kuager_wire::cose::Envelope;
use kuager_wire::limits;
use kuager_wire::record::Record;

/// Reads a record that was verified when it was stored.
pub(crate) fn read(bytes: &[u8]) -> Option<Record> {
    Envelope::parse(bytes, limits::RECORD).and_then(|envelope| envelope.statement()).ok()
}
