//! `kuager journal`

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use kuager_coordinator::app::App;
use kuager_coordinator::journal::{self, Entry};

use crate::data::Data;
use crate::error::CliError;

/// Entries read at once.
const PAGE: usize = 1000;

/// List what people did at the desk, and check that the journal is whole.
///
/// Every line is an entry: its number, when, who, what, about which record. Exit code 1 when something in it does not hold.
#[derive(Debug, Args)]
pub(super) struct Journal {
    /// List from this number on; everything is checked all the same.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    from: u64,
}

impl Journal {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let report = data.with_app(async |app| self.list(app, out).await)?;
        for fault in &report.faults {
            writeln!(out, "FAULT: {fault}")?;
        }
        let entries = report.entries;
        match report.head {
            None => writeln!(out, "the journal is empty")?,
            Some((seq, hash)) => writeln!(out, "{entries} entries hold; the last is number {seq}, {hash}")?,
        }
        Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn list(&self, app: &App, out: &mut dyn Write) -> Result<kuager_evidence::JournalReport, CliError> {
        let mut from = self.from;
        loop {
            let entries = journal::read(app, from, PAGE).await?;
            let Some(last) = entries.last() else { break };
            from = last.entry.seq.saturating_add(1);
            for entry in &entries {
                writeln!(out, "{}", line(entry))?;
            }
        }
        Ok(journal::verify(app).await?)
    }
}

fn line(Entry { entry, .. }: &Entry) -> String {
    let at = i64::try_from(entry.at_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let at = at.map_or_else(|| format!("{} ms", entry.at_ms), |at| format!("{at:.0}"));
    let by = entry.by.map_or_else(|| "-".to_owned(), |by| by.to_string());
    let about = entry.act.record().map(|record| format!(" record {record}")).unwrap_or_default();
    format!("{} {at} {by} {}{about}", entry.seq, entry.act.name())
}
