//! `kuager inspect`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use kuager_coordinator::ledger::{Devices, Ledger, SqliteLedger};
use kuager_coordinator::sign::Signer;
use kuager_evidence::{Outcome, Trust, inspect, sentence};
use kuager_wire::invite;

use crate::data::{Data, wait};
use crate::error::CliError;

/// Exit code for "nobody could tell".
const NOT_CHECKED: u8 = 2;

/// Show any signed object in words and check it.
///
/// Exit code 0 when it holds, 1 when it does not, 2 when a key to check it with is missing. With `--data`, the genesis and
/// all credentials are taken from there, and its keys must be in order.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// File with the object, or an invite as text.
    object: String,
    /// Genesis statement of the deployment.
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// Public keys as JSON, as the demonstration writes them.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Delegation to an issuer, or revocation of one; repeat for several.
    #[arg(long = "delegation", value_name = "FILE")]
    delegations: Vec<PathBuf>,
    /// Credential of a device; repeat for several.
    #[arg(long = "credential", value_name = "FILE")]
    credentials: Vec<PathBuf>,
    /// The receipt key's word on a key of the desk; repeat for several.
    #[arg(long = "desk-key", value_name = "FILE")]
    desk_keys: Vec<PathBuf>,
}

impl Inspect {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let trust = self.trust(data)?;
        let bytes =
            if invite::is_like(&self.object) { self.object.into_bytes() } else { read(Path::new(&self.object))? };
        let report = inspect(&bytes, &trust);
        write!(out, "{}", report.text)?;
        writeln!(out, "\n{}", sentence(&report.outcome))?;
        Ok(match report.outcome {
            Outcome::Holds => ExitCode::SUCCESS,
            Outcome::NotChecked { .. } => ExitCode::from(NOT_CHECKED),
            Outcome::Fails { .. } => ExitCode::FAILURE,
        })
    }

    fn trust(&self, data: &Data) -> Result<Trust, CliError> {
        let mut trust = Trust::default();
        if let Some(dir) = data.given() {
            let deployment = data.open()?;
            // Whoever looks into a deployment is told of a damaged key today, and not by the server on election day.
            Signer::open(&deployment)?;
            trust.add_genesis(dir, deployment.genesis_bytes())?;
            let delegations = deployment.delegations()?;
            for statement in delegations.delegations.iter().chain(&delegations.revocations) {
                trust.add_delegation(dir, statement)?;
            }
            for statement in deployment.desk_keys()? {
                trust.add_desk_key(dir, &statement)?;
            }
            let ledger = SqliteLedger::open(&deployment.ledger_path())?;
            let credentials = wait(async {
                let credentials = ledger.credentials().await;
                ledger.close().await;
                Ok(credentials?)
            })?;
            for credential in credentials {
                trust.add_credential(dir, &credential)?;
            }
        }
        if let Some(path) = &self.keys {
            trust.add_keys(path, &read(path)?)?;
        }
        if let Some(path) = &self.genesis {
            trust.add_genesis(path, &read(path)?)?;
        }
        for path in &self.delegations {
            trust.add_delegation(path, &read(path)?)?;
        }
        for path in &self.credentials {
            trust.add_credential(path, &read(path)?)?;
        }
        for path in &self.desk_keys {
            trust.add_desk_key(path, &read(path)?)?;
        }
        Ok(trust)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|source| CliError::Read { path: path.to_owned(), source })
}
