//! Whether this coordinator is well: one word for everybody, the numbers for those who run it.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::deployment::{CertificateSummary, DeploymentError};
use crate::ledger::{Counts, LedgerError, WriterLife};
use crate::media::Media;
use crate::sign::IssuerStanding;

/// A transaction that takes longer is trouble, though it may still end.
const LONG: Duration = Duration::from_secs(15);

/// What will be trouble if nobody does anything, by a stable name for monitoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// The server's certificate ends within thirty days and was not renewed.
    CertificateEndsSoon,
    /// The certificate authority ends within thirty days, and no phone connects after that.
    AuthorityEndsSoon,
    /// The certificates cannot be read.
    CertificatesUnreadable,
    /// The issuer ends within thirty days; then nobody can be enrolled.
    IssuerEndsSoon,
    /// Nobody can be enrolled: there is no issuer, its time is over, or it was revoked.
    NoIssuer,
    /// What the root key has delegated cannot be read.
    IssuerUnreadable,
    /// The disk has less than twice the room that is kept for records; files will be put off soon, or are.
    DiskFillsUp,
    /// The disk has less room than is kept for records.
    DiskFull,
    /// Nothing writes records, or what writes them stands still.
    Writer,
    /// Nothing gets a place in the transparency log, which receipts promise.
    Log,
}

impl Warning {
    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CertificateEndsSoon => "certificate_ends_soon",
            Self::AuthorityEndsSoon => "authority_ends_soon",
            Self::CertificatesUnreadable => "certificates_unreadable",
            Self::IssuerEndsSoon => "issuer_ends_soon",
            Self::NoIssuer => "no_issuer",
            Self::IssuerUnreadable => "issuer_unreadable",
            Self::DiskFillsUp => "disk_fills_up",
            Self::DiskFull => "disk_full",
            Self::Writer => "writer",
            Self::Log => "log",
        }
    }
}

/// Whether records can be stored: somebody writes, in good time, and the disk has the room that is kept for records. Waits for
/// nothing but the system's answer about the disk.
#[must_use]
pub fn is_well(app: &App, media: &Media) -> bool {
    writes(app) && free(app).is_ok_and(|free| free >= media.policy().reserve)
}

fn writes(app: &App) -> bool {
    let pulse = app.ledger.pulse();
    pulse.writer == WriterLife::Runs && pulse.stuck(LONG).is_none()
}

/// Bytes that are free where records are stored.
fn free(app: &App) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(app.deployment.dir())?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What the files of a deployment say about how long it goes on.
struct Ends {
    certificates: Result<CertificateSummary, DeploymentError>,
    issuer: Result<IssuerStanding, DeploymentError>,
}

impl Ends {
    fn read(app: &App) -> Self {
        let certificates = app.deployment.certificates();
        Self { certificates, issuer: app.signer.issuer.standing(app.clock.now_ms()) }
    }
}

fn unread() -> LedgerError {
    LedgerError::Failed("reading certificates and delegations failed".to_owned())
}

fn warnings(app: &App, media: &Media, ends: &Ends) -> BTreeSet<Warning> {
    let now_ms = app.clock.now_ms();
    let mut warnings = BTreeSet::new();
    match &ends.certificates {
        Ok(summary) => {
            warnings.extend(summary.server_ends_soon(now_ms).then_some(Warning::CertificateEndsSoon));
            warnings.extend(summary.authority_ends_soon(now_ms).then_some(Warning::AuthorityEndsSoon));
        }
        Err(_) => drop(warnings.insert(Warning::CertificatesUnreadable)),
    }
    warnings.extend(match &ends.issuer {
        Ok(IssuerStanding::RootIsHere | IssuerStanding::Until { soon: false, .. }) => None,
        Ok(IssuerStanding::Until { soon: true, .. }) => Some(Warning::IssuerEndsSoon),
        Ok(IssuerStanding::Over | IssuerStanding::Revoked | IssuerStanding::Missing) => Some(Warning::NoIssuer),
        Err(_) => Some(Warning::IssuerUnreadable),
    });
    let (free, reserve) = (free(app).unwrap_or(0), media.policy().reserve);
    if free < reserve {
        warnings.insert(Warning::DiskFull);
    } else if free < reserve.saturating_mul(2) {
        warnings.insert(Warning::DiskFillsUp);
    }
    if !writes(app) {
        warnings.insert(Warning::Writer);
    }
    if app.log.stands_still() {
        warnings.insert(Warning::Log);
    }
    warnings
}

/// Everything there is to say, for monitoring by those who run it.
///
/// # Errors
/// [`LedgerError`].
pub async fn report(app: &App, media: &Media) -> Result<Value, LedgerError> {
    let ok = is_well(app, media);
    let reading = app.clone();
    let ends = tokio::task::spawn_blocking(move || Ends::read(&reading)).await.map_err(|_| unread())?;
    let warnings: Vec<_> = warnings(app, media, &ends).into_iter().map(Warning::name).collect();
    let certificates = ends.certificates.ok().map(
        |summary| json!({ "server_ends_ms": summary.server_ends_ms, "authority_ends_ms": summary.authority_ends_ms }),
    );
    let issuer = ends.issuer.ok().map(|standing| {
        let ends_ms = match standing {
            IssuerStanding::Until { not_after_ms, .. } => Some(not_after_ms),
            _ => None,
        };
        json!({ "state": standing.name(), "ends_ms": ends_ms })
    });
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
        "warnings": warnings,
        "certificates": certificates,
        "issuer": issuer,
        "disk": { "free": free(app).ok(), "reserve": media.policy().reserve },
    }))
}
