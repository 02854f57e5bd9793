//! `kuager pack`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::CliError;
use crate::deployment::Deployment;
use crate::packs::{self, PackSource};

/// Check a pack's source, and publish it.
#[derive(Debug, Subcommand)]
pub(super) enum Pack {
    /// Check a source folder; with `--data` also sign the pack and publish it.
    Build(Build),
}

/// Check a source folder; with `--data` also sign the pack and publish it.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// Folder with `pack.toml`; the built-in rehearsal pack when left out.
    source: Option<PathBuf>,
    /// Data directory of the deployment that signs and publishes it.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Pack {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let Self::Build(build) = self;
        let source = build.source.map_or(PackSource::BuiltIn, PackSource::Folder);
        let pack = match &build.data {
            Some(data) => {
                let signed = Deployment::open(data)?.publish_pack(&source)?;
                writeln!(out, "published   {}", signed.hash)?;
                writeln!(out, "bytes       {}", signed.bytes.len())?;
                signed.pack
            }
            None => packs::compile(&source)?,
        };
        writeln!(out, "pack        {} for {}", pack.id, pack.election_day)?;
        writeln!(out, "languages   {}", pack.languages.join(", "))?;
        writeln!(out, "stations    {}", pack.stations.len())?;
        for form in &pack.forms {
            writeln!(out, "form        {} ({}, {} questions)", form.id, form.kind.name(), form.questions.len())?;
        }
        for note in &pack.notes {
            writeln!(out, "note        {note}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
