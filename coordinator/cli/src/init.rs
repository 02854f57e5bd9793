//! `kuager init`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kuager_coordinator::setup::{self, InitOptions};
use kuager_pack::PackSource;

use crate::data::Data;
use crate::error::CliError;

/// Make a deployment: keys, certificates, genesis, first pack.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Folder with the pack's source; the built-in rehearsal pack when left out.
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    /// Host name or IP address phones will use; repeat for several.
    #[arg(long = "host", value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    hosts: Vec<String>,
}

impl Init {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let pack = self.pack.map_or(PackSource::BuiltIn, PackSource::Folder);
        let options = InitOptions { pack, hosts: self.hosts, ..InitOptions::default() };
        let deployment = setup::init(data.dir(), options)?;
        let pack = deployment.latest_pack();
        writeln!(out, "deployment  {}", deployment.id())?;
        let stations = deployment.stations(pack)?.len();
        writeln!(out, "pack        {} ({}, {stations} stations)", pack.hash, pack.pack.id)?;
        writeln!(out, "data        {}", data.dir().display())?;
        writeln!(out)?;
        writeln!(
            out,
            "Back it up now, its keys cannot be made again: kuager backup --data {} --to FILE",
            data.dir().display()
        )?;
        writeln!(out, "Next: kuager serve --data {}", data.dir().display())?;
        Ok(ExitCode::SUCCESS)
    }
}
