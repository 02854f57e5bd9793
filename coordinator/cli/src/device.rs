//! `kuager device`

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use kuager_coordinator::app::App;
use kuager_coordinator::enrol::{devices, find_device, reinstate_device, revoke_device};
use kuager_coordinator::ledger::{Attested, DeviceRow, Standing};
use kuager_forms::wording::zone;
use kuager_wire::ids::ObserverId;
use kuager_wire::pack::Pack;
use serde_json::{Map, Value};

use crate::data::Data;
use crate::error::CliError;

/// List the devices of observers, revoke one that was lost, or trust it again.
///
/// Works while the coordinator serves, and counts at once.
#[derive(Debug, Subcommand)]
pub(super) enum Device {
    /// Show all devices, those of an observer together.
    List {
        /// Only the devices of this observer.
        #[arg(long, value_name = "ID")]
        observer: Option<ObserverId>,
    },
    /// Show one device, and what else its observer has.
    Show(Named),
    /// Do not trust a device any more, from a record on.
    ///
    /// Nothing is deleted: records behind the last trusted one are kept apart and count nowhere.
    Revoke(Revoke),
    /// Trust a device again, and all its records.
    Reinstate(Named),
}

/// Which device.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// Its key, or as many of its first digits as name it alone, six at least.
    #[arg(value_name = "DEVICE")]
    device: String,
}

/// Do not trust a device any more, from a record on.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    named: Named,
    /// Number of the last record that is trusted. Without it, none is.
    #[arg(long, value_name = "N")]
    last_trusted_seq: Option<u64>,
}

impl Device {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        let published = app.shelf.published();
        let pack = &published.latest.pack;
        match self {
            Self::List { observer } => {
                for device in devices(app, observer).await? {
                    line(&device, pack, out)?;
                }
            }
            Self::Show(named) => show(app, &find_device(app, &named.device).await?, pack, out).await?,
            Self::Revoke(Revoke { named, last_trusted_seq }) => {
                let device = find_device(app, &named.device).await?;
                let apart = revoke_device(app, device.kid, last_trusted_seq).await?;
                line(&find_device(app, &named.device).await?, pack, out)?;
                writeln!(
                    out,
                    "{apart} of its records are kept apart. What it sealed up to the last trusted one is taken, also late."
                )?;
                let others: Vec<_> = others(app, &device).await?.into_iter().filter(is_trusted).collect();
                if !others.is_empty() {
                    writeln!(
                        out,
                        "The observer has other devices that are trusted; who holds one phone may hold their keys:"
                    )?;
                    for other in others {
                        line(&other, pack, out)?;
                    }
                }
                writeln!(
                    out,
                    "Another device for the same observer: kuager invite --observer {} --server URL",
                    device.observer
                )?;
            }
            Self::Reinstate(named) => {
                let device = find_device(app, &named.device).await?;
                reinstate_device(app, device.kid).await?;
                line(&find_device(app, &named.device).await?, pack, out)?;
                writeln!(out, "All its records count again; what the phone was refused it sends again by itself.")?;
            }
        }
        Ok(())
    }
}

fn is_trusted(device: &DeviceRow) -> bool {
    device.standing == Standing::Trusted
}

/// The other devices of a device's observer.
async fn others(app: &App, device: &DeviceRow) -> Result<Vec<DeviceRow>, CliError> {
    let all = devices(app, Some(device.observer)).await?;
    Ok(all.into_iter().filter(|other| other.kid != device.kid).collect())
}

async fn show(app: &App, device: &DeviceRow, pack: &Pack, out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "device      {}", device.kid)?;
    writeln!(out, "observer    {}", device.observer)?;
    writeln!(out, "enrolled    {}", moment(device.enrolled_ms, pack))?;
    if let Some(before) = device.succeeds {
        writeln!(out, "goes on for {before}")?;
    }
    writeln!(out, "trusted     {}", trusted(device, pack))?;
    writeln!(out, "records     {}, of these {} kept apart", device.records, device.apart)?;
    if let (Some(head), Some(last_ms)) = (device.head, device.last_ms) {
        writeln!(out, "newest      number {head}, received {}", moment(last_ms, pack))?;
    }
    writeln!(out, "attested    {}", device.attested.as_ref().map_or_else(|| "nothing was said".to_owned(), attested))?;
    if let Some(row) = app.ledger.attestation(device.kid).await? {
        writeln!(out, "said        {}, which decides nothing", moment(row.received_ms, pack))?;
        // Whoever made the bytes chose what stands in them, so nothing but plain letters goes to a terminal.
        let details: Map<String, Value> = serde_json::from_str(&row.details).unwrap_or_default();
        for (name, value) in details {
            writeln!(out, "            {} = {}", plain(&name), plain(&value.to_string()))?;
        }
    }
    for other in others(app, device).await? {
        write!(out, "beside      ")?;
        line(&other, pack, out)?;
    }
    Ok(())
}

/// A device in one line.
fn line(device: &DeviceRow, pack: &Pack, out: &mut dyn Write) -> Result<(), CliError> {
    let DeviceRow { kid, observer, records, apart, .. } = device;
    let head = device.head.map_or_else(|| "none".to_owned(), |head| head.to_string());
    let apart = if *apart == 0 { String::new() } else { format!(", {apart} apart") };
    let follows = device.succeeds.map(|before| format!("  goes on for {before}")).unwrap_or_default();
    let said = device.attested.as_ref().map(|said| format!("  attested {}", attested(said))).unwrap_or_default();
    writeln!(
        out,
        "{kid}  observer {observer}  {}  records {records}{apart}  newest number {head}{follows}{said}",
        trusted(device, pack)
    )?;
    Ok(())
}

/// What was found about what a device's platform says, by its stable names.
fn attested(Attested { result, level }: &Attested) -> String {
    match level {
        Some(level) => format!("{result} ({level})"),
        None => result.clone(),
    }
}

/// A text with everything but plain ASCII escaped.
fn plain(text: &str) -> String {
    let as_it_is = |letter: char| letter.is_ascii() && !letter.is_ascii_control();
    text.chars()
        .map(|letter| if as_it_is(letter) { letter.to_string() } else { letter.escape_unicode().to_string() })
        .collect()
}

fn trusted(device: &DeviceRow, pack: &Pack) -> String {
    match device.standing {
        Standing::Trusted => "trusted".to_owned(),
        Standing::Revoked { since_ms, last_seq: Some(last) } => {
            format!("revoked {}, trusted up to number {last}", moment(since_ms, pack))
        }
        Standing::Revoked { since_ms, last_seq: None } => {
            format!("revoked {}, trusted in nothing", moment(since_ms, pack))
        }
    }
}

/// A moment in the time of the pack's stations.
fn moment(ms: u64, pack: &Pack) -> String {
    let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let shown =
        timestamp.map(|timestamp| timestamp.to_zoned(zone(pack.utc_offset)).strftime("%Y-%m-%d %H:%M").to_string());
    shown.unwrap_or_else(|| "at an unknown time".to_owned())
}
