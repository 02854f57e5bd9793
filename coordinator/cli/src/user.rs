//! `kuager user`

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::{Account, DeskRole, DeskRoles};
use kuager_coordinator::people::totp::TotpSecret;
use kuager_coordinator::people::{self, password};
use kuager_forms::wording::zone;
use kuager_wire::pack::Pack;
use zeroize::Zeroizing;

use crate::data::Data;
use crate::error::CliError;
use crate::invite::qr;

/// What an authenticator shows above the name.
const ISSUER: &str = "Kuager";

/// Make accounts for people at the desk, list them, change them.
///
/// Works while the coordinator serves, and counts at once: every change ends the sessions of whom it concerns. As soon as there is
/// one account, everybody at the desk has to sign in.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account, with a password and an authenticator.
    Add(Add),
    /// Show all accounts.
    List,
    /// Give somebody these roles and no others.
    Role(Roles),
    /// Give somebody another password.
    Password(Password),
    /// Give somebody another secret for the authenticator; the former one is of no use any more.
    Totp(Named),
    /// Let somebody in no more. Nothing they did is deleted.
    Disable(Named),
    /// Let somebody in again, also who has to wait after too many attempts.
    Enable(Named),
}

/// Whose account.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The name to sign in with.
    name: String,
}

/// What they may do.
#[derive(Debug, Args)]
pub(super) struct RoleArgs {
    /// What they do at the desk; repeat for several. No role holds another one.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<RoleName>,
}

/// Where the password comes from.
#[derive(Debug, Args)]
pub(super) struct PasswordArgs {
    /// Read the password from this file, its first line; asked for at the terminal when left out.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Make an account.
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    roles: RoleArgs,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Give somebody other roles.
#[derive(Debug, Args)]
pub(super) struct Roles {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    roles: RoleArgs,
}

/// Give somebody another password.
#[derive(Debug, Args)]
pub(super) struct Password {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    password: PasswordArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    /// Sees how the coordinator is doing, and who looked at what.
    Admin,
    /// Leads the observation: asks observers for something.
    Coordinator,
    /// Types protocols off photos, and sees nothing else.
    Transcriber,
    /// Reads everything, and what it comes to.
    Analyst,
    /// Makes what leaves the house.
    Publisher,
    /// Reads.
    ReadOnly,
}

impl From<RoleName> for DeskRole {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Admin => Self::Admin,
            RoleName::Coordinator => Self::Coordinator,
            RoleName::Transcriber => Self::Transcriber,
            RoleName::Analyst => Self::Analyst,
            RoleName::Publisher => Self::Publisher,
            RoleName::ReadOnly => Self::ReadOnly,
        }
    }
}

impl RoleArgs {
    fn set(&self) -> DeskRoles {
        self.roles.iter().map(|role| DeskRole::from(*role)).collect()
    }
}

impl User {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        match self {
            Self::Add(add) => {
                let first = !app.ledger.has_accounts().await?;
                let (name, roles) = (&add.named.name, add.roles.set());
                let (_, secret) = people::add(app, name, roles, &add.password.ask()?).await?;
                tell(name, &secret, out)?;
                show(app, name, out).await?;
                if first {
                    writeln!(out, "From now on everybody at the desk has to sign in.")?;
                }
            }
            Self::List => {
                for account in app.ledger.accounts().await? {
                    line(&account, &app.shelf.published().latest.pack, out)?;
                }
            }
            Self::Role(Roles { named, roles }) => {
                people::set_roles(app, &named.name, roles.set()).await?;
                show(app, &named.name, out).await?;
            }
            Self::Password(Password { named, password }) => {
                // Before anybody types: there may be no such account.
                people::find(app, &named.name).await?;
                people::set_password(app, &named.name, &password.ask()?).await?;
                show(app, &named.name, out).await?;
            }
            Self::Totp(named) => {
                let account = people::find(app, &named.name).await?;
                tell(&account.name, &people::renew_totp(app, &named.name).await?, out)?;
                show(app, &named.name, out).await?;
            }
            Self::Disable(named) => {
                people::disable(app, &named.name).await?;
                show(app, &named.name, out).await?;
            }
            Self::Enable(named) => {
                people::enable(app, &named.name).await?;
                show(app, &named.name, out).await?;
            }
        }
        Ok(())
    }
}

/// What goes into an authenticator, for the person beside this terminal.
fn tell(name: &str, secret: &TotpSecret, out: &mut dyn Write) -> Result<(), CliError> {
    write!(out, "{}", qr(&secret.uri(name, ISSUER))?)?;
    writeln!(out, "secret      {}", *secret.text())?;
    writeln!(out, "For the authenticator of this person, and for nobody else to see; clear the screen afterwards.")?;
    Ok(())
}

async fn show(app: &App, name: &str, out: &mut dyn Write) -> Result<(), CliError> {
    line(&people::find(app, name).await?, &app.shelf.published().latest.pack, out)
}

/// An account in one line.
fn line(account: &Account, pack: &Pack, out: &mut dyn Write) -> Result<(), CliError> {
    let Account { person, name, roles, .. } = account;
    let roles: Vec<_> = roles.iter().map(DeskRole::name).collect();
    let signed_in = account.signed_in_ms.map_or_else(|| "never".to_owned(), |ms| moment(ms, pack));
    let disabled = account.disabled_ms.map(|ms| format!("  disabled {}", moment(ms, pack))).unwrap_or_default();
    writeln!(out, "{person}  {name}  {}  signed in {signed_in}{disabled}", roles.join(" "))?;
    Ok(())
}

/// A moment in the time of the pack's stations.
fn moment(ms: u64, pack: &Pack) -> String {
    let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let shown =
        timestamp.map(|timestamp| timestamp.to_zoned(zone(pack.utc_offset)).strftime("%Y-%m-%d %H:%M").to_string());
    shown.unwrap_or_else(|| "at an unknown time".to_owned())
}

impl PasswordArgs {
    /// A new password, asked for twice.
    fn ask(&self) -> Result<Zeroizing<String>, CliError> {
        if let Some(path) = &self.password_file {
            let all = fs::read_to_string(path).map_err(|source| CliError::Read { path: path.clone(), source })?;
            let all = Zeroizing::new(all);
            return Ok(Zeroizing::new(all.lines().next().unwrap_or_default().to_owned()));
        }
        if !io::stdin().is_terminal() {
            return Err(CliError::NobodyToAskForPassword);
        }
        let prompt = format!("New password ({} characters or more): ", password::SHORTEST);
        let first = Zeroizing::new(rpassword::prompt_password(prompt)?);
        let again = Zeroizing::new(rpassword::prompt_password("The same again: ")?);
        if first == again { Ok(first) } else { Err(CliError::PasswordsDiffer) }
    }
}
