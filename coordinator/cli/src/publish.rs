//! `kuager publish`

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use kuager_analysis::publications::{Publication, Standing};
use kuager_coordinator::app::App;
use kuager_desk::publication;
use kuager_wire::ids::{ContentHash, DeploymentId};

use crate::data::Data;
use crate::error::CliError;

/// List what was published, write it out, and check what somebody else shows.
///
/// To propose a publication and to approve of one takes two people, who do it at the desk.
#[derive(Debug, Subcommand)]
pub(super) enum Publish {
    /// List what was proposed, and what came of it.
    List,
    /// Write out what is published: a folder of pages and tables, or the same as one archive.
    Write(WriteOut),
    /// Check a publication, a folder or an archive: every file, and that two people of the deployment published exactly this.
    Check(Check),
}

/// Write out what is published.
#[derive(Debug, Args)]
pub(super) struct WriteOut {
    /// The new folder, or the new archive if the name ends in .zip.
    #[arg(long, value_name = "PATH")]
    to: PathBuf,
    /// An earlier publication, by the SHA-256 that the list shows; the last one when left out.
    #[arg(long, value_name = "SHA-256")]
    site: Option<ContentHash>,
}

/// Check a publication.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The folder or the archive.
    path: PathBuf,
    /// The id of the deployment, as it stood in public before the vote; the one that the publication names when left out.
    #[arg(long, value_name = "ID")]
    deployment: Option<DeploymentId>,
}

impl Publish {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self {
            Self::List => data.with_app(async |app| list(app, out).await)?,
            Self::Write(write) => data.with_app(async |app| write.write(app, out).await)?,
            Self::Check(check) => check.check(out)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(app: &App, out: &mut dyn Write) -> Result<(), CliError> {
    let publications = publication::all(app).await?;
    for one in publications.all() {
        let standing = match one.standing {
            Standing::Waiting => "waiting",
            Standing::Published => "published",
            Standing::Rejected => "rejected",
            Standing::Outdated => "outdated",
        };
        let decided = one.word.as_ref().map(|word| format!(" by {}", word.by)).unwrap_or_default();
        writeln!(out, "{} {} proposed by {} {standing}{decided}", one.site, moment(one.at_ms), one.by)?;
    }
    if publications.all().is_empty() {
        writeln!(out, "nothing was proposed; it is done at the desk, under Publish")?;
    }
    Ok(())
}

impl WriteOut {
    async fn write(&self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        let publications = publication::all(app).await?;
        let published = match self.site {
            None => publications.published(),
            Some(site) => {
                let named = |one: &&Publication| one.site == site && one.standing == Standing::Published;
                publications.all().iter().rev().find(named)
            }
        };
        let published = published.ok_or(CliError::NothingPublished)?;
        let mut archive = publication::archive(app, published).await?;
        if self.to.symlink_metadata().is_ok() {
            let source = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(CliError::WriteNew { path: self.to.clone(), source });
        }
        if self.to.extension().is_some_and(|ending| ending == "zip") {
            let failed = |source| CliError::WriteNew { path: self.to.clone(), source };
            let mut file = File::create_new(&self.to).map_err(failed)?;
            io::copy(&mut archive, &mut file).and_then(|_| file.sync_all()).map_err(failed)?;
        } else {
            publication::unpack(archive, &self.to)?;
        }
        writeln!(out, "site        {}", published.site)?;
        writeln!(out, "written     {} ({} bytes)", self.to.display(), size(&self.to)?)?;
        writeln!(out, "Put it on any web server as it is, or hand it on; whoever gets it can check it:")?;
        writeln!(out, "kuager publish check {} --deployment {}", self.to.display(), app.deployment.id())?;
        Ok(())
    }
}

impl Check {
    fn check(&self, out: &mut dyn Write) -> Result<(), CliError> {
        let found = publication::Unpacked::read(&self.path)?;
        let report = publication::check(&found, self.deployment)?;
        writeln!(out, "site        {}", report.site)?;
        writeln!(out, "files       {}, each what was published", report.files)?;
        writeln!(out, "proposed    {} by person {}", moment(report.proposed_ms), report.proposed_by)?;
        writeln!(out, "approved    {} by person {}", moment(report.approved_ms), report.approved_by)?;
        if self.deployment.is_none() {
            writeln!(out, "The deployment is the one that it names itself; give --deployment with the id you know.")?;
        }
        writeln!(out, "holds")?;
        Ok(())
    }
}

fn moment(ms: u64) -> String {
    let at = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| format!("{ms} ms"), |at| format!("{at:.0}"))
}

/// Bytes of a file, or of everything in a folder.
fn size(path: &Path) -> Result<u64, CliError> {
    let failed = |source| CliError::Read { path: path.to_owned(), source };
    let known = fs::metadata(path).map_err(failed)?;
    if !known.is_dir() {
        return Ok(known.len());
    }
    let mut sum = 0_u64;
    for entry in fs::read_dir(path).map_err(failed)? {
        sum = sum.saturating_add(size(&entry.map_err(failed)?.path())?);
    }
    Ok(sum)
}
