//! The program `kuager`: its commands, and nothing they do that the libraries do not.
//!
//! Results go to standard output, complaints and logs to standard error. A command returns 0 when it did what was asked,
//! 1 when not; `kuager inspect` returns 2 when it had no key to check with.

#[cfg(feature = "demo")]
mod demo;
mod init;
mod inspect;
mod invite;
mod message;
mod pack;
mod serve;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};

use kuager_coordinator::app::{App, OpenError};
use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::deployment::{Deployment, DeploymentError};
use kuager_coordinator::enrol::InviteError;
use kuager_coordinator::http::ServeError;
use kuager_coordinator::inbox::MessageError;
use kuager_coordinator::ledger::LedgerError;
use kuager_coordinator::media::store::ObjectError;
use kuager_coordinator::setup::SetupError;
use kuager_coordinator::sign::SignError;
use kuager_evidence::InspectError;
use kuager_pack::xlsform::ImportError;
use kuager_pack::{PackError, WriteError};

/// Receives, verifies and receipts what election observers sign.
#[derive(Debug, Parser)]
#[command(name = "kuager", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a deployment: keys, certificates, genesis, first pack.
    Init(init::Init),
    /// Receive records until interrupted.
    Serve(serve::Serve),
    /// Make an invite for one device, list invites, or withdraw one.
    Invite(invite::Invite),
    /// Send a signed message to observers.
    Message(message::Message),
    /// Check a pack's source, and publish it.
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Show any signed object in words and check it.
    Inspect(inspect::Inspect),
    /// Show one election day with three observers, from invites to receipts.
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    #[cfg(feature = "demo")]
    #[command(hide = true)]
    DemoPhone(demo::DemoPhone),
}

/// Where the deployment is.
#[derive(Debug, Args)]
struct Data {
    /// Data directory of the deployment.
    #[arg(long, value_name = "DIR", default_value = "kuager-data")]
    data: PathBuf,
}

impl Data {
    fn dir(&self) -> &Path {
        &self.data
    }

    fn open(&self) -> Result<Deployment, CliError> {
        Ok(Deployment::open(&self.data)?)
    }

    /// Opens everything of it, keys and database included.
    fn app(&self) -> Result<App, CliError> {
        Ok(App::open(self.open()?, Arc::new(SystemClock::default()))?)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line is wrong, or asks for help.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// The data directory.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The data directory or its database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Making a deployment, or publishing a pack.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Signing a pack.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The invite.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The folder for files.
    #[error("files cannot be kept: {0}")]
    Files(#[from] ObjectError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The workbook.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A file that cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The object.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// A file that cannot be read.
    #[error("cannot read {} ({source})", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// An address that cannot be listened on.
    #[error("cannot listen on {address} ({source}); choose another address or port")]
    Listen {
        /// The address.
        address: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The invite does not fit a QR code.
    #[error("the invite does not fit a QR code ({0}); give fewer or shorter server addresses")]
    Qr(#[from] qrcode::types::QrError),
    /// The demonstration.
    #[cfg(feature = "demo")]
    #[error(transparent)]
    Demo(#[from] Box<demo::DemoError>),
    /// Standard output is closed, or the system refuses something else.
    #[error("the system refuses: {0}")]
    Io(#[from] io::Error),
}

/// Runs one command line, the program's name first, and writes its result to `out`.
///
/// # Errors
/// [`CliError`], worded for the person at the terminal.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write) -> Result<ExitCode, CliError> {
    match Cli::try_parse_from(args)?.command {
        Command::Init(command) => command.run(out),
        Command::Serve(command) => command.run(out),
        Command::Invite(command) => command.run(out),
        Command::Message(command) => command.run(out),
        Command::Pack(command) => command.run(out),
        Command::Inspect(command) => command.run(out),
        #[cfg(feature = "demo")]
        Command::Demo(command) => Ok(command.run(out).map(|()| ExitCode::SUCCESS).map_err(Box::new)?),
        #[cfg(feature = "demo")]
        Command::DemoPhone(command) => Ok(command.run(out).map(|()| ExitCode::SUCCESS).map_err(Box::new)?),
    }
}

/// What `main` does.
#[must_use]
pub fn main() -> ExitCode {
    match run(std::env::args_os(), &mut io::stdout()) {
        Ok(code) => code,
        Err(CliError::Usage(error)) => error.exit(),
        // `kuager inspect FILE | head` is not a failure.
        Err(CliError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // When standard error is closed too, the exit code is all that is left to say.
            let _ = writeln!(io::stderr(), "kuager: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests;
