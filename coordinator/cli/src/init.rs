//! `kuager init`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{CliError, Data};
use kuager_coordinator::setup::{self, InitOptions};
use kuager_pack::PackSource;

/// Make a deployment: keys, certificates, genesis, first pack.
#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(flatten)]
    data: Data,
    /// Folder with the pack's source; the built-in rehearsal pack when left out.
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    /// Host name or IP address phones will use; repeat for several.
    #[arg(long = "host", value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    hosts: Vec<String>,
}

impl Init {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let pack = self.pack.map_or(PackSource::BuiltIn, PackSource::Folder);
        let options = InitOptions { pack, hosts: self.hosts, ..InitOptions::default() };
        let deployment = setup::init(self.data.dir(), options)?;
        let pack = deployment.latest_pack();
        writeln!(out, "deployment  {}", deployment.id())?;
        let stations = deployment.stations(pack)?.len();
        writeln!(out, "pack        {} ({}, {stations} stations)", pack.hash, pack.pack.id)?;
        writeln!(out, "data        {}", self.data.dir().display())?;
        writeln!(out)?;
        writeln!(out, "Back up {} now: its keys cannot be made again.", self.data.dir().join("keys").display())?;
        writeln!(out, "Next: kuager serve --data {}", self.data.dir().display())?;
        Ok(ExitCode::SUCCESS)
    }
}
