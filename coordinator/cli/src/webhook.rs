//! `kuager webhook`

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::{NewWebhook, WebhookId, WebhookStep};
use kuager_desk::hooks::{Event, check, secret_text};

use crate::data::Data;
use crate::error::CliError;
use crate::token::at;

/// Tell other servers by themselves what has arrived, as Standard Webhooks describes it.
///
/// Works while the coordinator serves with its desk, which tells them. Everything is told at least once, in order, for as long as it
/// takes. docs/data.md says what is in a message.
#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    /// Add one, and show the secret that its messages are signed with.
    Add(Add),
    /// Show all of them, and how far each was told.
    List,
    /// Tell one nothing more.
    Remove(Remove),
}

/// Add a webhook.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Where it is told: https, or http to this machine.
    url: String,
    /// Of what: record.received, relation.failed, protocol.disputed, incident.urgent; repeat for several.
    #[arg(long = "event", value_name = "EVENT", required = true)]
    events: Vec<String>,
    /// Begin with the first record there is, and not with the next one.
    #[arg(long)]
    from_start: bool,
    /// Believe its certificate from the authorities in this file alone, as PEM; those of the system when left out.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// It is in a network that only some reach: private, link-local, a carrier's.
    #[arg(long)]
    inside: bool,
}

/// Tell one nothing more.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// What `list` shows first.
    id: String,
}

impl Webhook {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        match self {
            Self::Add(add) => add.work(app, out).await,
            Self::List => list(app, out).await,
            Self::Remove(remove) => {
                let rows = app.ledger.webhooks().await?;
                let found = rows.iter().find(|row| hex(&row.webhook.id) == remove.id && row.stopped_ms.is_none());
                let row = found.ok_or_else(|| {
                    CliError::Options(format!("there is no webhook `{}` that is told anything", remove.id))
                })?;
                app.ledger.step_webhook(row.webhook.id, WebhookStep::Stopped(app.clock.now_ms())).await?;
                writeln!(out, "{} is told nothing more", remove.id)?;
                Ok(())
            }
        }
    }
}

impl Add {
    async fn work(self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        let url = check(&self.url, self.inside).map_err(|error| CliError::Options(error.to_string()))?;
        if let Some(unknown) = self.events.iter().find(|name| Event::from_name(name).is_none()) {
            let known: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
            return Err(CliError::Options(format!("`{unknown}` is no event; there are {}", known.join(", "))));
        }
        let read = |path: PathBuf| fs::read(&path).map_err(|source| CliError::Read { path, source });
        let authorities = self.ca.map(read).transpose()?;
        let mut id: WebhookId = [0; 16];
        getrandom::fill(&mut id)?;
        let arrival = if self.from_start { 0 } else { app.ledger.newest_arrival().await? };
        let webhook = NewWebhook {
            id,
            url,
            events: self.events,
            authorities,
            inside: self.inside,
            created_ms: app.clock.now_ms(),
            arrival,
        };
        if !app.ledger.add_webhook(webhook).await? {
            let reason = "there are as many webhooks as there may be; remove one first";
            return Err(CliError::Options(reason.to_owned()));
        }
        writeln!(out, "webhook  {}", hex(&id))?;
        writeln!(out, "secret   {}", secret_text(&app.signer.people.webhook(&id)))?;
        writeln!(out, "Give the secret to whoever checks the messages, and to nobody else.")?;
        Ok(())
    }
}

async fn list(app: &App, out: &mut dyn Write) -> Result<(), CliError> {
    for row in app.ledger.webhooks().await? {
        let stands = match (row.stopped_ms, row.failures) {
            (Some(stopped_ms), _) => format!("stopped {}", at(app, stopped_ms)),
            (None, 0) => "well".to_owned(),
            (None, failures) => format!(
                "{failures} failures, next try {}: {}",
                at(app, row.next_ms),
                row.trouble.as_deref().unwrap_or_default()
            ),
        };
        let told = row.told_ms.map_or_else(|| "never".to_owned(), |ms| at(app, ms));
        let (id, events) = (hex(&row.webhook.id), row.webhook.events.join(" "));
        writeln!(
            out,
            "{id}  {}  {events}  up to arrival {}, last told {told}  {stands}",
            row.webhook.url, row.told.arrival
        )?;
    }
    Ok(())
}

fn hex(id: &WebhookId) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
