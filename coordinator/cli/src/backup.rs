//! `kuager backup` and `kuager restore`

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use kuager_coordinator::backup::{self, Contents, Key, Lock, Recipient, Restored};
use zeroize::Zeroizing;

use crate::data::{Data, wait};
use crate::error::CliError;

/// Write everything of a deployment into one encrypted file, while it serves.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// File whose first line is the passphrase; asked for when neither this nor a recipient is given.
    #[arg(long, value_name = "FILE", conflicts_with = "recipients")]
    passphrase_file: Option<PathBuf>,
    /// Public key (age1…) of somebody who can open it; repeat for several.
    #[arg(long = "recipient", value_name = "KEY")]
    recipients: Vec<Recipient>,
    /// Leave out the files that phones sent; they still have them, and send them again after a restore.
    #[arg(long)]
    no_files: bool,
}

impl Backup {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let deployment = data.open()?;
        let lock = if self.recipients.is_empty() {
            Lock::Passphrase(passphrase(self.passphrase_file.as_deref(), Asked::Twice)?)
        } else {
            Lock::Recipients(self.recipients)
        };
        let contents = if self.no_files { Contents::WithoutFiles } else { Contents::All };
        let made = backup::backup(&deployment, &self.to, &lock, contents)?;
        writeln!(out, "deployment  {}", deployment.id())?;
        writeln!(out, "backup      {} ({} bytes)", self.to.display(), made.size)?;
        writeln!(out, "checked     {} files, {} bytes", made.entries, made.bytes)?;
        for media in &made.damaged {
            writeln!(
                out,
                "damaged     {media}: not what arrived; look at the disk, phones send it again after a restore"
            )?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Make a data directory again from a backup.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    file: PathBuf,
    /// File whose first line is the passphrase; asked for when neither this nor a key is given.
    #[arg(long, value_name = "FILE", conflicts_with = "identity_file")]
    passphrase_file: Option<PathBuf>,
    /// File with the secret key (AGE-SECRET-KEY-1…) that it was encrypted for.
    #[arg(long, value_name = "FILE")]
    identity_file: Option<PathBuf>,
}

impl Restore {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let key = match &self.identity_file {
            Some(file) => Key::from_identity_file(&secret(file)?)?,
            None => Key::Passphrase(passphrase(self.passphrase_file.as_deref(), Asked::Once)?),
        };
        let restored = wait(async { Ok(backup::restore(&self.file, key, data.dir()).await?) })?;
        let Restored { deployment, entries, bytes, records, devices, missing } = restored;
        writeln!(out, "deployment  {deployment}")?;
        writeln!(out, "data        {} ({entries} files, {bytes} bytes, all checked)", data.dir().display())?;
        writeln!(out, "ledger      {records} records of {devices} devices")?;
        if missing > 0 {
            writeln!(out, "files       {missing} are not in the backup; phones send them again")?;
        }
        writeln!(out)?;
        writeln!(out, "What came after the backup, phones send again. Revoke again what was revoked since.")?;
        writeln!(out, "Next: kuager serve --data {}", data.dir().display())?;
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Clone, Copy)]
enum Asked {
    Once,
    Twice,
}

fn secret(file: &Path) -> Result<Zeroizing<String>, CliError> {
    let read = fs::read_to_string(file).map_err(|source| CliError::Read { path: file.to_owned(), source })?;
    Ok(Zeroizing::new(read))
}

/// The passphrase from a file, or from whoever sits at the terminal.
fn passphrase(file: Option<&Path>, asked: Asked) -> Result<Zeroizing<String>, CliError> {
    let passphrase = match file {
        Some(file) => Zeroizing::new(secret(file)?.lines().next().unwrap_or_default().to_owned()),
        None if !io::stdin().is_terminal() => return Err(CliError::NobodyToAsk),
        None => {
            let first = Zeroizing::new(rpassword::prompt_password("passphrase of the backup: ")?);
            if matches!(asked, Asked::Twice) {
                let second = Zeroizing::new(rpassword::prompt_password("once more: ")?);
                if first != second {
                    return Err(CliError::PassphrasesDiffer);
                }
            }
            first
        }
    };
    if passphrase.is_empty() { Err(CliError::EmptyPassphrase) } else { Ok(passphrase) }
}
