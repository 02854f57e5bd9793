//! `kuager analyse`: estimates from tables, for people and for other programs.

mod exit_poll;
mod json;
mod quick_count;
mod words;

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;

use crate::error::CliError;

/// Work out a quick count or an exit poll from tables.
///
/// Formulas with their sources, columns and keys: docs/analysis.md.
#[derive(Debug, Subcommand)]
pub(super) enum Analyse {
    /// What protocols of sampled stations say about the whole result.
    QuickCount(quick_count::QuickCount),
    /// What voters who leave sampled stations say they voted.
    ExitPoll(exit_poll::ExitPoll),
}

impl Analyse {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self {
            Self::QuickCount(command) => command.run(out)?,
            Self::ExitPoll(command) => command.run(out)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
