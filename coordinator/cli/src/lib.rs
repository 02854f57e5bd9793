//! The program `kuager`: its commands, and nothing they do that the libraries do not.
//!
//! Results go to standard output, complaints and logs to standard error. A command returns 0 when it did what was asked,
//! 1 when not; `kuager inspect` returns 2 when it had no key to check with, `kuager serve` 3 when it could not write any more.

mod analyse;
mod backup;
mod certificate;
mod config;
mod data;
#[cfg(feature = "demo")]
mod demo;
mod device;
mod error;
mod examine;
mod export;
mod files;
mod init;
mod inspect;
mod invite;
mod journal;
mod message;
mod names;
mod official;
mod pack;
mod publish;
mod recover;
#[cfg(feature = "demo")]
mod rehearse;
mod root;
mod sample;
mod serve;
#[cfg(feature = "demo")]
mod simulate;
mod source;
mod token;
mod user;
mod webhook;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::data::Data;
pub use crate::error::CliError;

/// Receives, verifies and receipts what election observers sign.
#[derive(Debug, Parser)]
#[command(name = "kuager", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    data: Data,
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
    /// List the devices of observers, revoke one that was lost, or trust it again.
    #[command(subcommand)]
    Device(device::Device),
    /// Make accounts for people at the desk, list them, change them.
    #[command(subcommand)]
    User(user::User),
    /// Make tokens for programs that read from the desk, list them, revoke them.
    #[command(subcommand)]
    Token(token::Token),
    /// Tell other servers by themselves what has arrived.
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Show for which hosts the server's certificate is, and add some.
    Certificate(certificate::Certificate),
    /// Send a signed message to observers.
    Message(message::Message),
    /// Take over official figures of stations from a CSV file or a workbook.
    Official(official::Official),
    /// Write tables for other programs.
    Export(export::Export),
    /// List what people did at the desk, and check that the journal is whole.
    Journal(journal::Journal),
    /// List what was published, write it out, and check what somebody else shows.
    #[command(subcommand)]
    Publish(publish::Publish),
    /// Keep the list of which person is which observer, encrypted.
    #[command(subcommand)]
    Names(names::Names),
    /// Write everything of a deployment into one encrypted file, while it serves.
    Backup(backup::Backup),
    /// Make a data directory again from a backup.
    Restore(backup::Restore),
    Recover(recover::Recover),
    /// Check a pack's source, and publish it.
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Take the root key off this machine, and let it sign elsewhere.
    #[command(subcommand)]
    Root(root::Root),
    /// Draw a sample of stations that anybody can repeat, and say how large it has to be.
    #[command(subcommand)]
    Sample(sample::Sample),
    /// Work out a quick count or an exit poll from tables.
    #[command(subcommand)]
    Analyse(analyse::Analyse),
    /// Show any signed object in words and check it.
    Inspect(inspect::Inspect),
    /// Show one election day with three observers, from invites to receipts.
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    /// Make a deployment with a whole election day that never happened, to rehearse with.
    #[cfg(feature = "demo")]
    Simulate(simulate::Simulate),
    /// Practise the night at the desk, with simulated phones and your own pack.
    #[cfg(feature = "demo")]
    Rehearse(rehearse::Rehearse),
    #[cfg(feature = "demo")]
    #[command(hide = true)]
    DemoPhone(demo::DemoPhone),
    #[command(hide = true)]
    ExaminePicture(examine::ExaminePicture),
}

/// Runs one command line, the program's name first, and writes its result to `out`.
///
/// # Errors
/// [`CliError`], worded for the person at the terminal.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write) -> Result<ExitCode, CliError> {
    let Cli { data, command } = Cli::try_parse_from(args)?;
    match command {
        Command::Init(command) => command.run(&data, out),
        Command::Serve(command) => command.run(&data, out),
        Command::Invite(command) => command.run(&data, out),
        Command::Device(command) => command.run(&data, out),
        Command::User(command) => command.run(&data, out),
        Command::Token(command) => command.run(&data, out),
        Command::Webhook(command) => command.run(&data, out),
        Command::Certificate(command) => command.run(&data, out),
        Command::Message(command) => command.run(&data, out),
        Command::Official(command) => command.run(&data, out),
        Command::Export(command) => command.run(&data, out),
        Command::Journal(command) => command.run(&data, out),
        Command::Publish(command) => command.run(&data, out),
        Command::Names(command) => command.run(&data, out),
        Command::Backup(command) => command.run(&data, out),
        Command::Restore(command) => command.run(&data, out),
        Command::Recover(command) => command.run(&data, out),
        Command::Pack(command) => command.run(&data, out),
        Command::Root(command) => command.run(&data, out),
        Command::Sample(command) => command.run(&data, out),
        Command::Analyse(command) => command.run(out),
        Command::Inspect(command) => command.run(&data, out),
        Command::ExaminePicture(command) => command.run(out),
        #[cfg(feature = "demo")]
        Command::Demo(command) => Ok(command.run(data.given(), out).map(|()| ExitCode::SUCCESS).map_err(Box::new)?),
        #[cfg(feature = "demo")]
        Command::Simulate(command) => command.run(&data, out),
        #[cfg(feature = "demo")]
        Command::Rehearse(command) => command.run(&data, out),
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
