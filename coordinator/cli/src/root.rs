//! `kuager root`: the root key away from the coordinator's machine.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use kuager_coordinator::ceremony::{self, ISSUER_DAYS, Imported, MOST_DAYS, Request};
use kuager_coordinator::clock::{Clock, SystemClock};
use kuager_coordinator::deployment::Deployment;
use kuager_coordinator::sign::{Cost, IssuerSigner, IssuerStanding, RootKey, RootSigner};
use kuager_wire::delegation::{Delegation, Revocation};
use kuager_wire::ids::Kid;
use zeroize::Zeroizing;

use crate::data::Data;
use crate::error::CliError;
use crate::files::{read, write_new};
use crate::source::load_or_built_in;

/// Take the root key off this machine, and let it sign elsewhere.
#[derive(Debug, Subcommand)]
pub(super) enum Root {
    /// Say where the root key is, and until when this machine can do without it.
    Status,
    /// Move the root key out of the data directory into a file that a passphrase seals, and print it for paper.
    ///
    /// An issuer is delegated to first, so that observers can still be enrolled.
    Export(Export),
    /// On the coordinator's machine: write down what the root key is to sign.
    ///
    /// Without any option an issuer is asked for.
    Request(Ask),
    /// Where the root key is: show a request and sign it.
    Sign(Sign),
    /// On the coordinator's machine: take in what the root key has signed.
    Import {
        /// The answer that `kuager root sign` wrote.
        answer: PathBuf,
    },
    /// Make a root key's file again from paper.
    Recover(Recover),
}

/// Where the passphrase comes from.
#[derive(Debug, Args)]
pub(super) struct Passphrase {
    /// Read the passphrase from this file, its first line; asked for at the terminal when left out.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Move the root key out of the data directory.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to write, on a medium that leaves with you.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Days the issuer may sign that takes over enrolment.
    #[arg(long, value_name = "N", default_value_t = ISSUER_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
    days: u32,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Write down what the root key is to sign.
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// The file to write. It holds no secret.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Ask for an issuer; its key is made here and stays here.
    #[arg(long)]
    issuer: bool,
    /// Days the issuer may sign.
    #[arg(long, value_name = "N", default_value_t = ISSUER_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
    days: u32,
    /// Ask for a pack: a source folder or a built file.
    #[arg(long, value_name = "SOURCE")]
    pack: Option<PathBuf>,
    /// Ask for the revocation of an issuer; repeat for several.
    #[arg(long, value_name = "KEY")]
    revoke: Vec<Kid>,
    /// From when revoked issuers do not count, as 2026-11-30T08:00:00Z; now when left out. Take a time before the key was stolen.
    #[arg(long, value_name = "TIME", requires = "revoke")]
    since: Option<Timestamp>,
}

/// Show a request and sign it.
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// The request that `kuager root request` wrote.
    request: PathBuf,
    /// The root key's file; that of the data directory when left out.
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    /// The answer to write. It holds no secret.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Sign without asking. With `--root`, giving the passphrase is what says yes.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Make a root key's file again from paper.
#[derive(Debug, Args)]
pub(super) struct Recover {
    /// A file with the groups as they were printed; read from standard input when left out.
    #[arg(long, value_name = "FILE")]
    paper: Option<PathBuf>,
    /// The deployment's genesis; that of the data directory when left out.
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Root {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let now_ms = SystemClock::default().now_ms();
        match self {
            Self::Status => status(&data.open()?, now_ms, out)?,
            Self::Export(export) => export.run(&data.open()?, now_ms, out)?,
            Self::Request(ask) => ask.run(&data.open()?, now_ms, out)?,
            Self::Sign(sign) => sign.run(data, out)?,
            Self::Import { answer } => {
                let imported = ceremony::import(&data.open()?, &read(&answer)?)?;
                say_imported(&imported, out)?;
            }
            Self::Recover(recover) => recover.run(data, out)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn status(deployment: &Deployment, now_ms: u64, out: &mut dyn Write) -> Result<(), CliError> {
    let here = if RootSigner::is_here(deployment) { "on this machine; `kuager root export` moves it" } else { "away" };
    writeln!(out, "root key    {here}")?;
    let standing = IssuerSigner::open(deployment)?.standing(now_ms)?;
    let issuer = match standing {
        IssuerStanding::RootIsHere => "none; the root key signs for it".to_owned(),
        IssuerStanding::Until { not_after_ms, soon } => {
            let soon = if soon { "; ask for the next one now: kuager root request" } else { "" };
            format!("may sign until {}{soon}", moment(not_after_ms))
        }
        IssuerStanding::Over => "its time is over; nobody can be enrolled: kuager root request".to_owned(),
        IssuerStanding::Revoked => "revoked; nobody can be enrolled: kuager root request".to_owned(),
        IssuerStanding::Missing => "none; nobody can be enrolled: kuager root request".to_owned(),
    };
    writeln!(out, "issuer      {issuer}")?;
    Ok(())
}

impl Export {
    fn run(self, deployment: &Deployment, now_ms: u64, out: &mut dyn Write) -> Result<(), CliError> {
        let key = RootKey::of(deployment)?;
        let passphrase = self.passphrase.new_one()?;
        let standing = IssuerSigner::open(deployment)?.standing(now_ms)?;
        if !matches!(standing, IssuerStanding::Until { soon: false, .. }) {
            let delegation = ceremony::delegate_here(deployment, now_ms, self.days)?;
            say_delegation(&delegation, out)?;
        }
        write_new(&self.output, &key.seal(&passphrase, Cost::default())?)?;
        // Only what can be opened again, and what was shown, may be the only copy.
        RootKey::open(&read(&self.output)?, &passphrase)?;
        writeln!(out, "file        {}", self.output.display())?;
        writeln!(out, "deployment  {}", deployment.id())?;
        writeln!(
            out,
            "\nThe same key for paper: write it or print it, lock it away, and clear the screen. No passphrase protects it.\n"
        )?;
        writeln!(out, "{}", *key.to_paper())?;
        out.flush()?;
        key.leave(deployment)?;
        writeln!(
            out,
            "\nThe root key has left this machine. Copy the file to a second medium, and keep both elsewhere."
        )?;
        Ok(())
    }
}

impl Ask {
    fn run(self, deployment: &Deployment, now_ms: u64, out: &mut dyn Write) -> Result<(), CliError> {
        let mut request = Request::new(deployment);
        if let Some(source) = &self.pack {
            request = request.pack(deployment, &load_or_built_in(Some(source))?)?;
        }
        let since = self.since.and_then(|since| u64::try_from(since.as_millisecond()).ok()).unwrap_or(now_ms);
        for kid in &self.revoke {
            request = request.revoking(*kid, since);
        }
        if self.issuer || (self.pack.is_none() && self.revoke.is_empty()) {
            request = request.issuer(deployment, now_ms, self.days)?;
        }
        write_new(&self.output, &request.to_bytes()?)?;
        show(&request, out)?;
        next_steps(&self.output, out)
    }
}

/// What to do with a request.
pub(super) fn next_steps(request: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let request = request.display();
    writeln!(out, "request     {request}\n")?;
    writeln!(out, "Where the root key is:  kuager root sign {request} --root ROOT_KEY_FILE --output ANSWER")?;
    writeln!(out, "Back here:              kuager root import ANSWER")?;
    Ok(())
}

impl Sign {
    fn run(self, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        let request = Request::from_bytes(&read(&self.request)?)?;
        show(&request, out)?;
        let key = match &self.root {
            Some(path) => RootKey::open(&read(path)?, &self.passphrase.known()?)?,
            None => RootKey::of(&data.open()?)?,
        };
        if self.root.is_none() && !self.yes && !agreed(out)? {
            return Err(CliError::NotAgreed);
        }
        write_new(&self.output, &request.sign(&key)?)?;
        writeln!(out, "signed      {}", self.output.display())?;
        Ok(())
    }
}

impl Recover {
    fn run(self, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        let genesis = match &self.genesis {
            Some(path) => read(path)?,
            None => data.open()?.genesis_bytes().to_vec(),
        };
        let mut paper = Zeroizing::new(String::new());
        match &self.paper {
            Some(path) => paper.push_str(&Zeroizing::new(text(read(path)?)?)),
            None => {
                io::stdin().take(4096).read_to_string(&mut paper)?;
            }
        }
        let key = RootKey::from_paper(&paper, &genesis)?;
        write_new(&self.output, &key.seal(&self.passphrase.new_one()?, Cost::default())?)?;
        writeln!(out, "file        {}", self.output.display())?;
        Ok(())
    }
}

/// What a request asks for, in words; whoever signs goes by this.
fn show(request: &Request, out: &mut dyn Write) -> Result<(), CliError> {
    let deployment = request.deployment()?;
    writeln!(out, "deployment  {}", deployment.id)?;
    for (language, title) in deployment.genesis.title.iter() {
        writeln!(out, "title       [{language}] {title}")?;
    }
    if let Some(delegation) = &request.delegation {
        say_delegation(delegation, out)?;
    }
    for revocation in &request.revocations {
        say_revocation(revocation, out)?;
    }
    if let Some(built) = request.built()? {
        writeln!(out, "pack        {} for {}, sha256 {}", built.pack.id, built.pack.election_day, built.name()?)?;
        writeln!(out, "            {} stations, {} forms", built.stations().count(), built.pack.forms.len())?;
    }
    Ok(())
}

fn say_delegation(delegation: &Delegation, out: &mut dyn Write) -> Result<(), CliError> {
    let Delegation { key, purposes, not_before_ms, not_after_ms, number, .. } = delegation;
    writeln!(out, "issuer      key {}, number {number}", key.kid())?;
    writeln!(out, "may sign    {}", purposes.join(", "))?;
    writeln!(out, "valid       {} to {}", moment(*not_before_ms), moment(*not_after_ms))?;
    Ok(())
}

fn say_revocation(revocation: &Revocation, out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(
        out,
        "revoked     issuer key {}, for what it dates {} or later",
        revocation.kid,
        moment(revocation.revoked_ms)
    )?;
    Ok(())
}

fn say_imported(imported: &Imported, out: &mut dyn Write) -> Result<(), CliError> {
    for revocation in &imported.revocations {
        say_revocation(revocation, out)?;
    }
    if let Some(delegation) = &imported.delegation {
        say_delegation(delegation, out)?;
    }
    if let Some(pack) = &imported.pack {
        writeln!(out, "published   {pack}")?;
    }
    Ok(())
}

fn moment(ms: u64) -> String {
    let moment = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    moment.map_or_else(|| format!("{ms} ms after 1970"), |moment| moment.to_string())
}

impl Passphrase {
    /// The passphrase of a file that is there.
    fn known(&self) -> Result<Zeroizing<String>, CliError> {
        match &self.passphrase_file {
            Some(path) => first_line(path),
            None => Ok(Zeroizing::new(rpassword::prompt_password("Passphrase of the root key: ")?)),
        }
    }

    /// A new passphrase, asked for twice.
    fn new_one(&self) -> Result<Zeroizing<String>, CliError> {
        let Some(path) = &self.passphrase_file else {
            let first = Zeroizing::new(rpassword::prompt_password("New passphrase: ")?);
            let again = Zeroizing::new(rpassword::prompt_password("The same again: ")?);
            return if first == again { Ok(first) } else { Err(CliError::OtherPassphrase) };
        };
        first_line(path)
    }
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, CliError> {
    let all = Zeroizing::new(text(read(path)?)?);
    Ok(Zeroizing::new(all.lines().next().unwrap_or_default().to_owned()))
}

fn agreed(out: &mut dyn Write) -> Result<bool, CliError> {
    write!(out, "\nSign this with the root key? Type yes: ")?;
    out.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}

fn text(bytes: Vec<u8>) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|_| CliError::Io(io::Error::new(io::ErrorKind::InvalidData, "not a text")))
}
