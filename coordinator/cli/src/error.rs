//! Why a command did not do what was asked, worded for the person at the terminal.

use std::io;
use std::path::PathBuf;

use kuager_analysis::estimate::draw::DrawError;
use kuager_analysis::estimate::quick_count::NotCounted;
use kuager_analysis::estimate::table::TableError;
use kuager_coordinator::app::OpenError;
use kuager_coordinator::backup::{BackupError, NotARecipient};
use kuager_coordinator::ceremony::CeremonyError;
use kuager_coordinator::deployment::DeploymentError;
use kuager_coordinator::enrol::{DeviceError, InviteError};
use kuager_coordinator::http::ServeError;
use kuager_coordinator::inbox::MessageError;
use kuager_coordinator::journal::JournalError;
use kuager_coordinator::ledger::LedgerError;
use kuager_coordinator::media::store::ObjectError;
use kuager_coordinator::people::PeopleError;
use kuager_coordinator::sequencer::LogError;
use kuager_coordinator::setup::SetupError;
use kuager_coordinator::sign::{RootFileError, SignError};
use kuager_desk::DeskError;
use kuager_evidence::InspectError;
use kuager_pack::xlsform::ImportError;
use kuager_pack::{PackError, WriteError};

#[cfg(feature = "demo")]
use crate::demo::DemoError;

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
    /// A device could not be listed, revoked or reinstated.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// What should say which column is which question.
    #[error("`{0}` does not say which question a column is; write COLUMN=QUESTION")]
    Map(String),
    /// The official figures.
    #[error(transparent)]
    Official(#[from] kuager_desk::official::ImportError),
    /// A table for another program.
    #[error(transparent)]
    Export(kuager_desk::export::NoTable),
    /// The desk's journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A publication.
    #[error(transparent)]
    Publication(#[from] kuager_desk::publication::KeptError),
    /// A publication that is not given out.
    #[error(transparent)]
    NotGiven(#[from] kuager_desk::publication::NotGiven),
    /// Nothing to write out.
    #[error("no such publication; two people publish at the desk, and `kuager publish list` shows what they did")]
    NothingPublished,
    /// The list of names.
    #[error(transparent)]
    Names(#[from] kuager_coordinator::names::NamesError),
    /// No list of names.
    #[error("no list of names is kept here; name the file, or make one with `kuager names encrypt`")]
    NoNames,
    /// A list of names that is none.
    #[error("this is no list of names: {0}")]
    BadNames(String),
    /// The simulated day.
    #[cfg(feature = "demo")]
    #[error(transparent)]
    Rehearsal(#[from] kuager_rehearsal::RehearsalError),
    /// The backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The key of a backup.
    #[error(transparent)]
    BackupKey(#[from] NotARecipient),
    /// The transparency log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Two passphrases that differ.
    #[error("the two passphrases differ; nothing was written")]
    PassphrasesDiffer,
    /// No passphrase.
    #[error("the passphrase is empty; give one that nobody guesses")]
    EmptyPassphrase,
    /// A passphrase is needed and nobody is there.
    #[error("there is no terminal to ask for the passphrase at; give --passphrase-file")]
    NobodyToAsk,
    /// The folder for files.
    #[error("files cannot be kept: {0}")]
    Files(#[from] ObjectError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The desk.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// An account.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// A token.
    #[error(transparent)]
    Token(#[from] kuager_coordinator::tokens::TokenError),
    /// A password is needed and nobody is there.
    #[error("there is no terminal to ask for the password at; give --password-file")]
    NobodyToAskForPassword,
    /// Two passwords that differ.
    #[error("the two passwords differ; nothing was changed")]
    PasswordsDiffer,
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
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A sample that was not drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A sample that the desk cannot use.
    #[error(transparent)]
    Sample(#[from] kuager_coordinator::samples::SampleError),
    /// Reports that are not of a sample.
    #[error(transparent)]
    NotCounted(#[from] NotCounted),
    /// A file that should hold a seed.
    #[error("{} holds no seed: 64 hexadecimal digits", .0.display())]
    NoSeed(PathBuf),
    /// Numbers on the command line that make no sense together.
    #[error("these numbers make no sense: {0}")]
    Senseless(&'static str),
    /// Options on the command line that do not go together.
    #[error("{0}")]
    Options(String),
    /// A result that cannot be written as JSON.
    #[error("the result cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// No chance to be had.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// A file that cannot be read.
    #[error("cannot read {} ({source})", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A list of people that cannot be read.
    #[error("{}, line {line}: {reason}", path.display())]
    List {
        /// The file.
        path: PathBuf,
        /// Where.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A file that cannot be written, or is there already.
    #[error("cannot write {} ({source}); nothing was overwritten", path.display())]
    WriteNew {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The root key's ceremony.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The root key's file.
    #[error(transparent)]
    RootFile(#[from] RootFileError),
    /// Two passphrases that differ.
    #[error("the two passphrases differ; nothing was written")]
    OtherPassphrase,
    /// Somebody said no.
    #[error("nothing was signed")]
    NotAgreed,
    /// The configuration.
    #[error("{} is wrong: {source}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: Box<toml::de::Error>,
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
    Demo(#[from] Box<DemoError>),
    /// Standard output is closed, or the system refuses something else.
    #[error("the system refuses: {0}")]
    Io(#[from] io::Error),
}
