//! What all parts of a running coordinator share.

use std::sync::Arc;

use kuager_wire::ids::Kid;

use crate::attestation::{Roots, RootsError};
use crate::budgets::Budgets;
use crate::clock::Clock;
use crate::contacts::Contacts;
use crate::counters::Metrics;
use crate::deployment::{Deployment, DeploymentError};
use crate::epochs::Epochs;
use crate::ledger::{Ledger, LedgerError, SqliteLedger};
use crate::log::Log;
use crate::refusals::Refusals;
use crate::shelf::Shelf;
use crate::sign::Signer;

/// Why a coordinator cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Roots that attestations are judged by.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// The machine has no randomness to tell requests of now from older ones with.
    #[error("the system gives no random numbers ({0}); without them older requests could be sent again")]
    Random(#[from] getrandom::Error),
}

/// An open coordinator: where everything is that its parts work with. It decides nothing. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The data directory.
    pub deployment: Deployment,
    /// Its keys.
    pub signer: Arc<Signer>,
    /// What has been received.
    pub ledger: Arc<dyn Ledger>,
    /// The transparency log as it is shown.
    pub log: Arc<Log>,
    /// The published packs.
    pub shelf: Arc<Shelf>,
    /// What has been refused.
    pub refusals: Arc<Refusals>,
    /// Whether requests were made now.
    pub epochs: Arc<Epochs>,
    /// When devices were last heard of.
    pub contacts: Arc<Contacts>,
    /// Whom attestations are believed from.
    pub roots: Arc<Roots>,
    /// What is counted for monitoring.
    pub metrics: Metrics,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What one device may use.
    pub budgets: Budgets,
}

impl App {
    /// Opens a coordinator with the ledger in its data directory. A running server and other processes may all have the same
    /// one open.
    ///
    /// # Errors
    /// [`OpenError`] with the file that is missing, damaged or readable by others.
    pub fn open(deployment: Deployment, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let ledger = SqliteLedger::open(&deployment.ledger_path())?;
        Self::with_ledger(deployment, Arc::new(ledger), clock)
    }

    /// As [`App::open`], with a ledger of the caller's choice.
    ///
    /// # Errors
    /// As [`App::open`].
    pub fn with_ledger(
        deployment: Deployment,
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let signer = Arc::new(Signer::open(&deployment)?);
        let refusals = Refusals::new(Arc::clone(&signer), Arc::clone(&clock));
        let shelf = Shelf::new(deployment.clone());
        let epochs = Arc::new(Epochs::begin(Arc::clone(&clock))?);
        let log = Arc::new(Log::in_folder(&deployment.log_dir()));
        let roots = Arc::new(Roots::load(deployment.dir())?);
        Ok(Self {
            roots,
            deployment,
            signer,
            ledger,
            log,
            shelf: Arc::new(shelf),
            refusals: Arc::new(refusals),
            epochs,
            contacts: Arc::default(),
            metrics: Metrics::default(),
            clock,
            budgets: Budgets::default(),
        })
    }
}

/// A key id as it may appear in logs: enough to follow one device through a day, too little to name it elsewhere.
#[must_use]
pub fn short(kid: Kid) -> String {
    kid.to_string()[..8].to_owned()
}
