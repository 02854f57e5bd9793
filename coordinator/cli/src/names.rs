//! `kuager names`

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use csv::{ReaderBuilder, StringRecord};
use kuager_coordinator::backup::{Key, Lock, Recipient};
use kuager_coordinator::names;
use kuager_wire::ids::ObserverId;
use zeroize::Zeroizing;

use crate::data::Data;
use crate::error::CliError;

/// The column that has the pseudonyms.
const OBSERVER: &str = "observer";

/// Keep the list of which person is which observer, encrypted for people whose keys are not on this machine.
///
/// There is none unless you make one. The coordinator cannot open it; the desk hands it out as it is.
#[derive(Debug, Subcommand)]
pub(super) enum Names {
    /// Encrypt a list: CSV with the column observer (the pseudonyms that `kuager invite --list` shows) and whatever else you need.
    Encrypt(Encrypt),
    /// Keep a list that was encrypted elsewhere in the data directory.
    Keep(Keep),
    /// Show a list, or one observer of it; for the laptop that has the key.
    Show(Show),
    /// Remove the list from the data directory.
    Remove,
}

/// Encrypt a list.
#[derive(Debug, Args)]
pub(super) struct Encrypt {
    /// The list, CSV in UTF-8. Delete it afterwards.
    list: PathBuf,
    /// Public key (age1…) of somebody who can open it; repeat for several.
    #[arg(long = "recipient", value_name = "KEY", required = true)]
    recipients: Vec<Recipient>,
    /// Write it into this new file, in the place of the data directory; nothing of a deployment is needed then.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Keep a list that was encrypted elsewhere.
#[derive(Debug, Args)]
pub(super) struct Keep {
    /// The encrypted list.
    file: PathBuf,
}

/// Show a list.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The encrypted list; the one of the data directory when left out.
    file: Option<PathBuf>,
    /// File with the secret key (AGE-SECRET-KEY-1…) that it was encrypted for.
    #[arg(long, value_name = "FILE")]
    identity_file: PathBuf,
    /// Show only whose pseudonym begins so.
    #[arg(long, value_name = "ID")]
    observer: Option<String>,
}

impl Names {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self {
            Self::Encrypt(encrypt) => encrypt.run(data, out)?,
            Self::Keep(keep) => {
                names::keep(&data.open()?, &read(&keep.file)?)?;
                writeln!(out, "the list is kept as it is; nothing here can open it")?;
            }
            Self::Show(show) => show.run(data, out)?,
            Self::Remove => {
                let removed = names::forget(&data.open()?)?;
                writeln!(out, "{}", if removed { "the list is removed" } else { "there was no list" })?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Encrypt {
    fn run(self, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        let list = Zeroizing::new(read(&self.list)?);
        let observers = observers(&self.list, &list)?;
        let sealed = names::encrypt(&list, &Lock::Recipients(self.recipients))?;
        match &self.to {
            Some(path) => {
                let failed = |source| CliError::WriteNew { path: path.clone(), source };
                fs::File::create_new(path).and_then(|mut file| file.write_all(&sealed)).map_err(failed)?;
                writeln!(out, "{} observers are in {}", observers.len(), path.display())?;
            }
            None => {
                names::keep(&data.open()?, &sealed)?;
                writeln!(out, "{} observers are on the list that is kept", observers.len())?;
            }
        }
        writeln!(out, "Delete {} now, and empty the bin; who has it needs no key.", self.list.display())?;
        Ok(())
    }
}

impl Show {
    fn run(self, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        let sealed = match &self.file {
            Some(file) => read(file)?,
            None => names::kept(&data.open()?)?.ok_or(CliError::NoNames)?,
        };
        let identity = Zeroizing::new(String::from_utf8_lossy(&read(&self.identity_file)?).into_owned());
        let list = names::open(&sealed, &Key::from_identity_file(&identity)?)?;
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(list.as_slice());
        let bad = |error: csv::Error| CliError::BadNames(error.to_string());
        let head = reader.headers().map_err(bad)?.clone();
        let at = head.iter().position(|column| column.trim() == OBSERVER);
        let begins = self.observer.unwrap_or_default().to_ascii_lowercase();
        let mut found = false;
        for row in reader.records() {
            let row = row.map_err(bad)?;
            let observer = at.and_then(|at| row.get(at)).unwrap_or_default().trim().to_ascii_lowercase();
            if observer.starts_with(&begins) {
                found = true;
                line(&head, &row, out)?;
            }
        }
        if !found {
            writeln!(out, "nobody on the list begins so")?;
        }
        Ok(())
    }
}

/// A row as a terminal can show it: what somebody typed moves no cursor.
fn line(head: &StringRecord, row: &StringRecord, out: &mut dyn Write) -> io::Result<()> {
    let plain = |text: &str| text.chars().filter(|character| !character.is_control()).collect::<String>();
    let cells = head.iter().zip(row).map(|(column, cell)| format!("{}: {}", plain(column), plain(cell)));
    writeln!(out, "{}", cells.collect::<Vec<_>>().join("  "))
}

/// The observers of a list, each once.
fn observers(path: &Path, list: &[u8]) -> Result<BTreeSet<ObserverId>, CliError> {
    let bad = |why: String| CliError::BadNames(format!("{}: {why}", path.display()));
    let mut reader = ReaderBuilder::new().from_reader(list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(list));
    let head = reader.headers().map_err(|error| bad(error.to_string()))?;
    let at = head.iter().position(|column| column.trim() == OBSERVER);
    let at = at.ok_or_else(|| bad("there is no column observer".to_owned()))?;
    let mut observers = BTreeSet::new();
    for (number, row) in (2_u64..).zip(reader.records()) {
        let row = row.map_err(|error| bad(error.to_string()))?;
        let typed = row.get(at).unwrap_or_default().trim();
        let observer: ObserverId =
            typed.parse().map_err(|_| bad(format!("row {number} has no pseudonym in the column observer")))?;
        if !observers.insert(observer) {
            return Err(bad(format!("row {number}: {observer} is there twice")));
        }
    }
    if observers.is_empty() {
        return Err(bad("nobody is on the list".to_owned()));
    }
    Ok(observers)
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|source| CliError::Read { path: path.to_owned(), source })
}
