//! `kuager message`

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use kuager_coordinator::app::App;
use kuager_coordinator::inbox::send_message;
use kuager_wire::ids::{ObserverId, RecordHash};

use crate::data::Data;
use crate::error::CliError;

/// Send a signed message to observers.
#[derive(Debug, Args)]
pub(super) struct Message {
    /// What to say.
    text: String,
    #[command(flatten)]
    to: Recipients,
    /// The record it is about.
    #[arg(long, value_name = "HASH")]
    about: Option<RecordHash>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Recipients {
    /// An observer.
    #[arg(long, value_name = "ID")]
    observer: Option<ObserverId>,
    /// Everybody who was sent to this station.
    #[arg(long, value_name = "KEY")]
    station: Option<String>,
    /// Everybody.
    #[arg(long)]
    all: bool,
}

impl Message {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let inboxes = data.with_app(async |app| self.send(app).await)?;
        writeln!(out, "{inboxes} inboxes; phones fetch it when they next have a connection")?;
        Ok(ExitCode::SUCCESS)
    }

    async fn send(&self, app: &App) -> Result<usize, CliError> {
        let mut observers = app.ledger.observers(self.to.station.as_deref()).await?;
        if let Some(observer) = self.to.observer {
            observers.retain(|known| *known == observer);
        }
        send_message(app, &observers, &self.text, self.about).await?;
        Ok(observers.len())
    }
}
