//! What all pages of the desk share: the coordinator they look into, and the counts that a task keeps current.
//!
//! A page is rendered from a [`Overview`]: what is published and what is counted at one moment. Nothing changes in it,
//! and making one takes no longer than copying two pointers, so that however long a page takes, counting goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kuager_analysis::counts::{Counts, Received, RowKey};
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::{Arrival, LedgerError};
use kuager_coordinator::media::Media;
use kuager_coordinator::shelf::Published;
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver};

/// Arrivals of this long are shown together.
const PAUSE: Duration = Duration::from_millis(200);
/// Changes a slow browser may be behind before it is told to load the page again.
const BEHIND: usize = 256;

/// How often it is looked whether another process has said something about devices.
const TRUST: Duration = Duration::from_secs(2);
/// Arrivals read at once.
const AT_ONCE: usize = 4096;

/// Rows that changed together.
pub(crate) type Changed = Arc<BTreeSet<RowKey>>;

/// The desk's state. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) media: Arc<Media>,
    counts: Arc<Mutex<Arc<Counts>>>,
    faults: Arc<AtomicU64>,
    /// What had been said about devices when everything was counted.
    trust: Arc<AtomicU64>,
    changes: broadcast::Sender<Changed>,
}

/// Everything at one moment.
#[derive(Clone)]
pub(crate) struct Overview {
    pub(crate) published: Arc<Published>,
    pub(crate) counts: Arc<Counts>,
    /// How often something was met that does not hold in a chain.
    pub(crate) faults: u64,
}

impl Desk {
    /// Counts what is there and keeps counting in the background.
    pub(crate) async fn start(app: App, media: Arc<Media>) -> Result<Self, LedgerError> {
        // Heard first, counted second: what arrives in between is known by its number and not counted twice.
        let arrivals = app.ledger.arrivals();
        let changes = broadcast::Sender::new(BEHIND);
        let desk = Self { app, media, counts: Arc::default(), faults: Arc::default(), trust: Arc::default(), changes };
        let trust = desk.app.ledger.revocation_count().await?;
        desk.trust.store(trust, Ordering::Relaxed);
        desk.count_all().await?;
        tokio::spawn(desk.clone().follow(arrivals));
        Ok(desk)
    }

    /// What the desk shows now.
    pub(crate) fn overview(&self) -> Overview {
        let faults = self.faults.load(Ordering::Relaxed);
        Overview { published: self.published(), counts: Arc::clone(&self.counts.lock()), faults }
    }

    /// What is published now.
    pub(crate) fn published(&self) -> Arc<Published> {
        self.app.shelf.published()
    }

    /// Rows as they change from now on.
    pub(crate) fn changes(&self) -> Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Counts everything the ledger has that is not counted yet. Only the one task that counts may call it.
    async fn count_all(&self) -> Result<(), LedgerError> {
        loop {
            let newest = self.counts.lock().newest();
            let arrivals = self.app.ledger.arrivals_after(newest, AT_ONCE).await?;
            if arrivals.is_empty() {
                return self.count_faults().await;
            }
            self.count(&arrivals, &mut BTreeSet::new());
        }
    }

    /// Counts everything from the beginning when something new is said about devices: records count then that did not, or the
    /// other way round.
    async fn count_anew(&self) -> Result<(), LedgerError> {
        let trust = self.app.ledger.revocation_count().await?;
        if trust == self.trust.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (mut counts, mut changed) = (Counts::default(), BTreeSet::new());
        loop {
            let arrivals = self.app.ledger.arrivals_after(counts.newest(), AT_ONCE).await?;
            if arrivals.is_empty() {
                break;
            }
            for arrival in &arrivals {
                counts.add(received(arrival), &mut changed);
            }
        }
        // Rows that are gone are news as well.
        changed.extend(self.counts.lock().rows().keys().cloned());
        *self.counts.lock() = Arc::new(counts);
        self.trust.store(trust, Ordering::Relaxed);
        let _ = self.changes.send(Arc::new(changed));
        Ok(())
    }

    async fn count_faults(&self) -> Result<(), LedgerError> {
        let counts = self.app.ledger.fault_counts().await?;
        let times = counts.values().fold(0, |sum: u64, count| sum.saturating_add(count.times));
        self.faults.store(times, Ordering::Relaxed);
        Ok(())
    }

    async fn follow(self, mut arrivals: Receiver<Arc<[Arrival]>>) {
        let mut tick = tokio::time::interval(TRUST);
        loop {
            let mut changed = BTreeSet::new();
            let arrived = tokio::select! {
                arrived = arrivals.recv() => arrived,
                _ = tick.tick() => {
                    if let Err(error) = self.count_anew().await {
                        tracing::warn!(%error, "revoked devices may still be counted on the desk page");
                    }
                    continue;
                }
            };
            match arrived {
                Ok(batch) => self.count(&batch, &mut changed),
                Err(RecvError::Lagged(_)) => {
                    if let Err(error) = self.count_all().await {
                        tracing::warn!(%error, "the desk page is out of date until the next record arrives");
                    }
                }
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(PAUSE).await;
            while let Ok(batch) = arrivals.try_recv() {
                self.count(&batch, &mut changed);
            }
            if let Err(error) = self.count_faults().await {
                tracing::warn!(%error, "the faults of chains on the desk page are out of date");
            }
            // No page may be open, which is fine.
            let _ = self.changes.send(Arc::new(changed));
        }
    }

    fn count(&self, batch: &[Arrival], changed: &mut BTreeSet<RowKey>) {
        let mut counts = self.counts.lock();
        // Copies the counts only while somebody looks at them.
        let counts = Arc::make_mut(&mut counts);
        for arrival in batch {
            counts.add(received(arrival), changed);
        }
    }
}

/// What is counted of an arrival.
fn received(arrival: &Arrival) -> Received<'_> {
    let Arrival { id, station, form, training, received_ms, .. } = arrival;
    Received {
        id: *id,
        station: station.as_deref(),
        form: form.as_deref(),
        training: *training,
        received_ms: *received_ms,
    }
}
