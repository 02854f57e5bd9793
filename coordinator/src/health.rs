//! Whether this coordinator is well: one word for everybody, the numbers for those who run it.

use std::io;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::ledger::{Counts, LedgerError, WriterLife};
use crate::media::Media;

/// A transaction that takes longer is trouble, though it may still end.
const LONG: Duration = Duration::from_secs(15);

/// Whether records can be stored: somebody writes, in good time, and the disk has the room that is kept for records. Waits for
/// nothing but the system's answer about the disk.
#[must_use]
pub fn is_well(app: &App, media: &Media) -> bool {
    let pulse = app.ledger.pulse();
    let room = free(app).is_ok_and(|free| free >= media.policy().reserve);
    pulse.writer == WriterLife::Runs && pulse.stuck(LONG).is_none() && room
}

/// Bytes that are free where records are stored.
fn free(app: &App) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(app.deployment.dir())?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Everything there is to say, for monitoring by those who run it.
///
/// # Errors
/// [`LedgerError`].
pub async fn report(app: &App, media: &Media) -> Result<Value, LedgerError> {
    let ok = is_well(app, media);
    let pulse = app.ledger.pulse();
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
    let Counts { records, devices } = app.ledger.counts().await?;
    let refusals = app.refusals.counts(&*app.ledger).await?;
    let refusals: Map<_, _> =
        refusals.into_iter().map(|(code, count)| (code.name().to_owned(), count.into())).collect();
    let attestations: Vec<_> = app
        .ledger
        .attestation_counts()
        .await?
        .into_iter()
        .map(|count| json!({ "result": count.result, "level": count.level, "devices": count.devices }))
        .collect();
    let faults = app.ledger.fault_counts().await?;
    let faults: Map<_, _> = faults
        .into_iter()
        .map(|(fault, count)| (fault.name().to_owned(), json!({ "chains": count.chains, "times": count.times })))
        .collect();
    Ok(json!({
        "ok": ok,
        "version": env!("CARGO_PKG_VERSION"),
        "records": records,
        "devices": devices,
        "attestations": attestations,
        "refusals": refusals,
        "chain_faults": faults,
        "writer": {
            "state": pulse.writer.name(),
            "waiting": pulse.waiting,
            "transaction_seconds": seconds(pulse.running),
            "committed_seconds_ago": seconds(pulse.committed),
        },
        "disk": { "free": free(app).ok(), "reserve": media.policy().reserve },
    }))
}
