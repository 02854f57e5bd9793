//! `kuager invite`

mod code;
mod sheets;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use kuager_coordinator::app::App;
use kuager_coordinator::enrol::{
    InviteError, InviteOptions, InviteState, InviteSummary, create_invite, create_invites, digits, invite_id, invites,
    revoke_invite,
};
use kuager_forms::wording::zone;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::ObserverId;
use kuager_wire::pack::Pack;
use qrcode::render::unicode::Dense1x2;

use self::code::code;
use crate::data::Data;
use crate::error::CliError;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Make invites, list them, or withdraw one.
#[derive(Debug, Args)]
pub(super) struct Invite {
    /// Address phones reach this coordinator at; repeat for several, tried in this order.
    #[arg(long = "server", value_name = "URL", required_unless_present_any = ["list", "revoke"])]
    servers: Vec<String>,
    /// Station the observer is sent to; repeat for several.
    #[arg(long = "station", value_name = "KEY")]
    stations: Vec<String>,
    /// What the holder may do.
    #[arg(long, value_enum, default_value_t = RoleName::Observer)]
    role: RoleName,
    /// Days until the invite expires.
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// An observer who gets a further device; a new observer when left out.
    #[arg(long, value_name = "ID")]
    observer: Option<ObserverId>,
    /// Invites to make, all alike, onto sheets.
    #[arg(long, value_name = "N", requires = "sheets", conflicts_with_all = ["from", "observer"])]
    count: Option<usize>,
    /// Make an invite for each row of this CSV file, with the columns station and label: keys of stations apart by blanks or
    /// empty for any, and what is to be printed on the sheet. Labels are not kept.
    #[arg(long, value_name = "FILE", requires = "sheets", conflicts_with_all = ["stations", "observer"])]
    from: Option<PathBuf>,
    /// Write the invites as a page to print, a sheet for each, into this new HTML file. Whoever reads it can enrol.
    #[arg(long, value_name = "FILE")]
    sheets: Option<PathBuf>,
    /// Show all invites and where they stand.
    #[arg(long, conflicts_with_all = ["servers", "revoke"])]
    list: bool,
    /// Withdraw the invite with this id.
    #[arg(long, value_name = "ID", conflicts_with = "servers")]
    revoke: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Observer,
    Proxy,
    Media,
    Interviewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Observer => Self::Observer,
            RoleName::Proxy => Self::Proxy,
            RoleName::Media => Self::Media,
            RoleName::Interviewer => Self::Interviewer,
        }
    }
}

impl Invite {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, data, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(self, app: &App, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        let published = app.shelf.published();
        let pack = &published.latest.pack;
        if self.list {
            for summary in invites(app).await? {
                write_summary(out, &summary, pack)?;
            }
        } else if let Some(id) = &self.revoke {
            let summary = revoke_invite(app, id).await?;
            write_summary(out, &summary, pack)?;
            if matches!(summary.state, InviteState::Used(_)) {
                writeln!(out, "A device has used this invite before; it stays enrolled.")?;
            }
        } else {
            self.create(app, data, out).await?;
        }
        Ok(())
    }

    fn options(&self, stations: &[String]) -> InviteOptions {
        InviteOptions {
            servers: self.servers.clone(),
            stations: stations.to_vec(),
            role: self.role.into(),
            days: self.days,
            observer: self.observer,
        }
    }

    /// Invites on sheets: as many as were asked for, or one for each row of a file.
    async fn create_sheets(&self, app: &App, file: &Path, out: &mut dyn Write) -> Result<(), CliError> {
        let rows = match &self.from {
            Some(from) => sheets::read(from)?,
            None => {
                vec![sheets::Row { stations: self.stations.clone(), label: String::new() }; self.count.unwrap_or(1)]
            }
        };
        // Before anything is made: invites that are on no sheet are lost.
        let target = sheets::Target::new(file)?;
        let invites = create_invites(app, rows.iter().map(|row| self.options(&row.stations)).collect()).await?;
        let digits = digits(app)?;
        let published = app.shelf.published();
        let until_ms = app.clock.now_ms().saturating_add(u64::from(self.days).saturating_mul(DAY_MS));
        target.write(&published, &rows, &invites, digits.as_deref(), until_ms)?;
        writeln!(out, "{} invites on as many sheets: {}", invites.len(), file.display())?;
        writeln!(out, "Whoever reads the file can enrol in their place. Print it, then delete it.")?;
        Ok(())
    }

    async fn create(self, app: &App, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        if let Some(file) = &self.sheets {
            return self.create_sheets(app, file, out).await;
        }
        let invite = create_invite(app, self.options(&self.stations)).await?;
        let url = invite.to_url().map_err(InviteError::TooLarge)?;
        write!(out, "{}", qr(&url)?)?;
        writeln!(out, "{url}")?;
        writeln!(out)?;
        writeln!(out, "invite      {}", invite_id(&invite.token))?;
        if let Some(digits) = digits(app)? {
            writeln!(out, "digits      {digits}")?;
            writeln!(
                out,
                "The phone shows the same digits, or the invite is forged. Say them by another way than you send the invite."
            )?;
        }
        writeln!(out, "For one device. Whoever reads it can enrol in its place; withdraw it if it got lost:")?;
        let data = data.dir().display();
        writeln!(out, "kuager invite --data {data} --revoke {}", invite_id(&invite.token))?;
        Ok(())
    }
}

/// A URL as a QR code of half-height blocks, dark on light as scanners expect, with its quiet zone.
pub(super) fn qr(url: &str) -> Result<String, CliError> {
    let code = code(url)?;
    let mut picture =
        code.render::<Dense1x2>().quiet_zone(true).dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    picture.push('\n');
    Ok(picture)
}

fn write_summary(out: &mut dyn Write, summary: &InviteSummary, pack: &Pack) -> Result<(), CliError> {
    let state = match summary.state {
        InviteState::Open => format!("open until {}", date(summary.expires_ms, pack)),
        InviteState::Used(kid) => format!("used by device {kid}"),
        InviteState::Revoked => "withdrawn".to_owned(),
        InviteState::Expired => format!("expired {}", date(summary.expires_ms, pack)),
    };
    let stations = if summary.stations.is_empty() { "any station".to_owned() } else { summary.stations.join(" ") };
    writeln!(out, "{}  {state}  observer {}  {:?}  {stations}", summary.id, summary.observer, summary.role)?;
    Ok(())
}

/// A day in the time of the pack's stations.
fn date(ms: u64, pack: &Pack) -> String {
    let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let zone = zone(pack.utc_offset);
    timestamp.map_or_else(|| "never".to_owned(), |timestamp| timestamp.to_zoned(zone).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_invite_fits_a_code_with_its_quiet_zone() {
        let url = "A".repeat(8 * kuager_wire::limits::INVITE / 5);
        let picture = qr(&url).expect("fits");
        let first = picture.lines().next().expect("a line");
        assert!(first.chars().all(|block| block == first.chars().next().expect("a block")), "the quiet zone is blank");
    }
}
