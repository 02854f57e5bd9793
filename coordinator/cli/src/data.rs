//! Where the deployment is that a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use kuager_coordinator::app::App;
use kuager_coordinator::clock::{Clock, PlayedClock, SystemClock};
use kuager_coordinator::deployment::{Deployment, Rehearsal};

use crate::error::CliError;

/// Does something that waits for the database.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Used when nothing else is given.
const USUAL: &str = "kuager-data";

/// Where the deployment is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Data {
    /// Data directory of the deployment, `kuager-data` when left out; what works without a deployment does not look at it.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

impl Data {
    /// The directory.
    pub(crate) fn dir(&self) -> &Path {
        self.given().unwrap_or(Path::new(USUAL))
    }

    /// The directory, if one was named.
    pub(crate) fn given(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    /// Opens what is public of it, and the packs.
    pub(crate) fn open(&self) -> Result<Deployment, CliError> {
        Ok(Deployment::open(self.dir())?)
    }

    /// Opens everything of it, keys and database included. In a rehearsal it is as late as its mark says, and stays so.
    pub(crate) fn app(&self) -> Result<App, CliError> {
        let deployment = self.open()?;
        let clock: Arc<dyn Clock> = match deployment.rehearsal() {
            Some(Rehearsal { clock_ms }) => Arc::new(PlayedClock::new(clock_ms, 0)),
            None => Arc::new(SystemClock::default()),
        };
        Ok(App::open(deployment, clock)?)
    }

    /// Works with everything of it, and closes the ledger whatever came of that.
    pub(crate) fn with_app<T>(&self, work: impl AsyncFnOnce(&App) -> Result<T, CliError>) -> Result<T, CliError> {
        let app = self.app()?;
        wait(async {
            let done = work(&app).await;
            app.ledger.close().await;
            done
        })
    }
}
