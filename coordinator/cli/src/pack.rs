//! `kuager pack`: from a folder of readable files to a signed pack, and what changed between two.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use kuager_coordinator::ceremony::Request;
use kuager_coordinator::deployment::Deployment;
use kuager_coordinator::setup;
use kuager_coordinator::sign::RootSigner;
use kuager_pack::{Built, PackError, PackSource, SignedBuild, Weight, WriteError, xlsform};

use crate::data::Data;
use crate::error::CliError;
use crate::root;
use crate::source::{load, load_or_built_in, read_file};

/// Write, check, build, sign and compare packs.
#[derive(Debug, Subcommand)]
pub(super) enum Pack {
    /// Start a new pack: a small one that passes every check, to change step by step.
    New {
        /// Folder to make; must be empty or not there.
        dir: PathBuf,
    },
    /// Report everything that is wrong with a source folder, with file, line and column.
    Check {
        /// Folder with `pack.toml`; the built-in rehearsal pack when left out.
        source: Option<PathBuf>,
    },
    /// Check a source folder and write the pack as one unsigned file; the same source gives the same bytes.
    Build(Build),
    /// Sign a pack with a deployment's root key, to be published from another machine.
    Sign(Sign),
    /// Sign a pack where that is still to be done, and publish it to observers.
    Publish(Publish),
    /// Say in words what changed between two packs.
    Diff {
        /// Source folder or built file.
        old: PathBuf,
        /// Source folder or built file.
        new: PathBuf,
    },
    /// Make a form, or a whole new pack around it, from an `XLSForm` workbook.
    Import(Import),
}

/// Check a source folder and write the pack as one unsigned file.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// Folder with `pack.toml`; the built-in rehearsal pack when left out.
    source: Option<PathBuf>,
    /// The file to write; without it the pack is only checked and shown.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Sign a pack with a deployment's root key.
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// Source folder or built file.
    pack: PathBuf,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Sign a pack where that is still to be done, and publish it.
#[derive(Debug, Args)]
pub(super) struct Publish {
    /// Source folder, built file or signed file; the built-in rehearsal pack when left out.
    pack: Option<PathBuf>,
}

/// Make a form, or a whole new pack around it, from an `XLSForm` workbook.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The workbook, `.xlsx`.
    workbook: PathBuf,
    /// A pack's source folder, which gets the form; or a folder that is empty or not there, which becomes a new pack.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Pack {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self {
            Self::New { dir } => {
                for file in kuager_pack::scaffold(&dir)? {
                    writeln!(out, "{}", dir.join(file).display())?;
                }
                writeln!(out, "\nNext: kuager pack check {}", dir.display())?;
            }
            Self::Check { source } => return check(&folder(source), out),
            Self::Build(build) => {
                let built = kuager_pack::compile(&folder(build.source))?;
                if let Some(output) = &build.output {
                    write_file(output, &built.to_bytes()?)?;
                    writeln!(out, "file        {}", output.display())?;
                }
                writeln!(out, "sha256      {}", built.name()?)?;
                show(&built, out)?;
            }
            Self::Sign(sign) => {
                let deployment = data.open()?;
                let build = RootSigner::open(&deployment)?.pack(&deployment.numbered(&load(&sign.pack)?)?)?;
                write_file(&sign.output, &build.to_bytes())?;
                writeln!(out, "signed      {}", build.pack.hash)?;
                writeln!(out, "file        {}", sign.output.display())?;
                writeln!(out, "shards      {}", build.shards.len())?;
            }
            Self::Publish(publish) => return publish.run(data, out),
            Self::Diff { old, new } => {
                let lines = kuager_pack::diff(&load(&old)?, &load(&new)?);
                for line in &lines {
                    writeln!(out, "{line}")?;
                }
                if lines.is_empty() {
                    writeln!(out, "both packs say the same")?;
                }
            }
            Self::Import(import) => return import.run(out),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn folder(source: Option<PathBuf>) -> PackSource {
    source.map_or(PackSource::BuiltIn, PackSource::Folder)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    fs::write(path, bytes).map_err(|source| WriteError::Failed { file: path.display().to_string(), source })
}

/// Errors make the exit code 1; warnings alone do not.
fn check(source: &PackSource, out: &mut dyn Write) -> Result<ExitCode, CliError> {
    let findings = match kuager_pack::compile(source) {
        Ok(built) => built.warnings,
        Err(PackError::Source(findings)) => findings,
        Err(error) => return Err(error.into()),
    };
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    let errors = findings.iter().filter(|finding| finding.weight == Weight::Error).count();
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    writeln!(out, "{}, {}", counted(errors, "error"), counted(findings.len() - errors, "warning"))?;
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(built: &Built, out: &mut dyn Write) -> Result<(), CliError> {
    let pack = &built.pack;
    writeln!(out, "pack        {} for {}", pack.id, pack.election_day)?;
    writeln!(out, "languages   {}", pack.languages.join(", "))?;
    let shards = if built.shards.is_empty() { String::new() } else { format!(" in {} regions", built.shards.len()) };
    writeln!(out, "stations    {}{shards}", built.stations().count())?;
    for contest in &pack.contests {
        writeln!(out, "contest     {} ({} lines)", contest.key, contest.options.len())?;
    }
    for form in &pack.forms {
        let relations = form.relations.as_ref().map_or(0, Vec::len);
        let questions = form.every_question().len();
        write!(out, "form        {} ({}, {questions} questions", form.id, form.kind.name())?;
        if relations > 0 {
            write!(out, ", {relations} relations")?;
        }
        writeln!(out, ")")?;
    }
    if let Some(incidents) = &pack.incidents {
        writeln!(out, "incidents   {}", incidents.len())?;
    }
    if let Some(poll) = &pack.exit_poll {
        let state = poll.legal.as_ref().map_or("off", |_| "on");
        writeln!(out, "exit poll   {} ({} waves)", state, poll.waves.len())?;
    }
    for note in &pack.notes {
        writeln!(out, "note        {note}")?;
    }
    for warning in &built.warnings {
        writeln!(out, "{warning}")?;
    }
    Ok(())
}

impl Publish {
    fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let deployment = data.open()?;
        let built = match &self.pack {
            Some(file) if !file.is_dir() => match self.signed(&deployment, file)? {
                Some(build) => {
                    deployment.publish(&build.pack, &build.shards)?;
                    writeln!(out, "published   {}", build.pack.hash)?;
                    writeln!(out, "bytes       {}", build.pack.bytes.len())?;
                    return Ok(ExitCode::SUCCESS);
                }
                None => load(file)?,
            },
            given => load_or_built_in(given.as_deref())?,
        };
        if !RootSigner::is_here(&deployment) {
            return self.request(&deployment, &built, out);
        }
        let signed = setup::publish(&deployment, &built)?;
        writeln!(out, "published   {}", signed.hash)?;
        writeln!(out, "bytes       {}", signed.bytes.len())?;
        show(&built, out)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Where the root key is away, it has to be asked.
    fn request(&self, deployment: &Deployment, built: &Built, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let name = built.name()?.to_string();
        let path = PathBuf::from(format!("pack-{}.request", name.get(..12).unwrap_or(&name)));
        let request = Request::new(deployment).pack(deployment, built)?.to_bytes()?;
        write_file(&path, &request)?;
        show(built, out)?;
        writeln!(out, "\nThe root key is not on this machine, so nothing is published yet.")?;
        root::next_steps(&path, out)?;
        Ok(ExitCode::FAILURE)
    }

    /// The signed pack in a file; `None` for a file that was only built.
    fn signed(&self, deployment: &Deployment, file: &Path) -> Result<Option<SignedBuild>, CliError> {
        /// Every signed object begins with the CBOR tag of `COSE_Sign1`.
        const SIGNED: u8 = 0xd2;
        let bytes = read_file(file)?;
        if bytes.first() != Some(&SIGNED) {
            return Ok(None);
        }
        let build = SignedBuild::open(&bytes, deployment.id(), &deployment.genesis().root_key);
        Ok(Some(
            build
                .map_err(|error| PackError::NotBuilt { file: file.display().to_string(), reason: error.to_string() })?,
        ))
    }
}

impl Import {
    fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let imported = xlsform::import(&self.workbook)?;
        for remark in &imported.remarks {
            writeln!(out, "{remark}")?;
        }
        for file in imported.write(&self.output)? {
            writeln!(out, "{}", self.output.join(file).display())?;
        }
        if let Some(step) = imported.next_step(&self.output) {
            writeln!(out, "\n{step}")?;
        }
        writeln!(out, "Next: kuager pack check {}", self.output.display())?;
        Ok(ExitCode::SUCCESS)
    }
}
