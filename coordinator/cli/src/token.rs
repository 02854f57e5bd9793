//! `kuager token`

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::{TokenRow, TokenScope};
use kuager_coordinator::tokens;
use kuager_forms::wording;

use crate::data::Data;
use crate::error::CliError;

/// Make tokens for programs that read from the desk, list them, revoke them.
///
/// Works while the coordinator serves, and counts at once. A token is shown once; here only its SHA-256 is kept.
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token.
    Add(Add),
    /// Show all tokens.
    List,
    /// Make a token good for nothing.
    Revoke(Named),
}

/// Which token.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// Its name.
    name: String,
}

/// Make a token.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// What it is for; no two have the same, revoked ones included.
    name: String,
    /// What it is good for; repeat for several.
    #[arg(long = "scope", value_name = "SCOPE", default_value = "read")]
    scopes: Vec<ScopeName>,
    /// Days it is good for, 366 at most.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeName {
    /// Tables: /api/v1 and /export.
    Read,
    /// Monitoring: /metrics.
    Metrics,
}

impl From<ScopeName> for TokenScope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Metrics => Self::Metrics,
        }
    }
}

impl Token {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        match self {
            Self::Add(add) => {
                let scopes = add.scopes.iter().map(|scope| TokenScope::from(*scope)).collect();
                let (token, text) = tokens::add(app, &add.name, scopes, add.days).await?;
                writeln!(out, "{}", *text)?;
                writeln!(out, "This is the only time it is shown. Programs send it as `Authorization: Bearer TOKEN`.")?;
                line(app, &TokenRow { token, revoked_ms: None, used_ms: None }, out)
            }
            Self::List => {
                for row in app.ledger.tokens().await? {
                    line(app, &row, out)?;
                }
                Ok(())
            }
            Self::Revoke(named) => {
                tokens::revoke(app, &named.name).await?;
                writeln!(out, "{} is good for nothing any more", named.name)?;
                Ok(())
            }
        }
    }
}

fn line(app: &App, row: &TokenRow, out: &mut dyn Write) -> Result<(), CliError> {
    let scopes: Vec<_> = row.token.scopes.iter().map(TokenScope::name).collect();
    let used = row.used_ms.map_or_else(|| "never".to_owned(), |ms| at(app, ms));
    let until = match row.revoked_ms {
        Some(revoked_ms) => format!("revoked {}", at(app, revoked_ms)),
        None => format!("until {}", at(app, row.token.ends_ms)),
    };
    writeln!(out, "{}  {}  {until}  last used {used}", row.token.name, scopes.join(" "))?;
    Ok(())
}

/// A moment in the time of the pack's stations.
pub(crate) fn at(app: &App, ms: u64) -> String {
    wording::moment(i64::try_from(ms).unwrap_or(i64::MAX), app.shelf.published().latest.pack.utc_offset)
}
