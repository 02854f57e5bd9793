//! `kuager examine-picture`: what `kuager serve` has done by a process of its own.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use kuager_coordinator::media::{ChildProcess, examine_input};

use crate::error::CliError;

/// The command's name.
const NAME: &str = "examine-picture";

/// Look at the picture on standard input.
#[derive(Debug, Args)]
pub(super) struct ExaminePicture {
    /// What to do with it, as JSON.
    task: String,
}

impl ExaminePicture {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        examine_input(&self.task, io::stdin(), out)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Has pictures looked at by this very program.
pub(super) fn children() -> Result<ChildProcess, CliError> {
    Ok(ChildProcess::new(std::env::current_exe()?, vec![NAME.into()]))
}
