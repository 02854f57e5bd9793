//! `kuager recover`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use kuager_coordinator::log::files::LocalLog;
use kuager_coordinator::sequencer::{Sequencer, take_copy};

use crate::data::Data;
use crate::error::CliError;

/// Let the transparency log go on after a restore.
///
/// A log that shows two different trees of one size is a log that lies, and whoever has seen both can prove it. A coordinator that was
/// restored does not know how far the log had been shown, so it gives no places before somebody tells it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Recover {
    /// A folder with a copy of the log's files, as newer as can be had: `log/` of the old machine, or what somebody else has downloaded.
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Nobody was ever shown more of the log than this ledger has: the backup was made after the server had stopped. If that is not so,
    /// phones and auditors will find two logs, and say so.
    #[arg(long)]
    nothing_newer: bool,
}

impl Recover {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.open()?.expect_not_served()?;
        let size = data.with_app(async |app| {
            match self.from {
                Some(dir) => {
                    take_copy(app, Arc::new(LocalLog::new(dir))).await?;
                    Sequencer::open(app.clone()).await?;
                }
                None => drop(Sequencer::write_anew(app.clone()).await?),
            }
            Ok(app.log.checkpoint().map_or(0, |checkpoint| checkpoint.head().size))
        })?;
        writeln!(out, "log         {size} entries; it goes on from here")?;
        Ok(ExitCode::SUCCESS)
    }
}
