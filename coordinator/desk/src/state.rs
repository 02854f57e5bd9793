//! What all pages of the desk share: the coordinator they look into, and the counts that a task keeps current.
//!
//! A page is rendered from a [`Overview`]: what is published and what is counted at one moment. Nothing changes in it,
//! and making one takes no longer than copying two pointers, so that however long a page takes, counting goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kuager_analysis::counts::{Counter, Counts, Received, RowKey};
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::{Arrival, LedgerError};
use kuager_coordinator::media::Media;
use kuager_coordinator::shelf::Published;
use parking_lot::Mutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::news::{Mark, News};
use crate::people::People;
use crate::people::reach::Reach;

/// Arrivals of this long are shown together.
const PAUSE: Duration = Duration::from_millis(200);

/// How often it is looked whether another process has said something about devices.
const TRUST: Duration = Duration::from_secs(2);
/// Arrivals read at once.
const AT_ONCE: usize = 4096;

/// The desk's state. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) media: Arc<Media>,
    counts: Arc<Mutex<Counter>>,
    faults: Arc<AtomicU64>,
    /// What had been said about devices when everything was counted.
    trust: Arc<AtomicU64>,
    pub(crate) news: Arc<News>,
    pub(crate) people: Arc<People>,
}

/// Why a desk does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDesk {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Random(#[from] getrandom::Error),
}

/// Everything at one moment.
#[derive(Clone)]
pub(crate) struct Overview {
    /// Up to which change it shows everything; a later one may be shown, too.
    pub(crate) mark: Mark,
    pub(crate) published: Arc<Published>,
    pub(crate) counts: Arc<Counts>,
    /// How often something was met that does not hold in a chain.
    pub(crate) faults: u64,
}

impl Desk {
    /// Counts what is there and keeps counting in the background.
    pub(crate) async fn start(app: App, media: Arc<Media>, reach: Reach) -> Result<Self, NoDesk> {
        // Heard first, counted second: what arrives in between is known by its number and not counted twice.
        let arrivals = app.ledger.arrivals();
        // Random, and another one with every process.
        let [a, b, c, d, e, f, g, h, ..] = app.epochs.current().0;
        let start = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let news = Arc::new(News::new(start));
        let people = Arc::new(People::new(app.clone(), reach)?);
        let (counts, faults, trust) = (Arc::default(), Arc::default(), Arc::default());
        let desk = Self { app, media, counts, faults, trust, news, people };
        let trust = desk.app.ledger.revocation_count().await?;
        desk.trust.store(trust, Ordering::Relaxed);
        desk.count_all(&mut BTreeSet::new()).await?;
        tokio::spawn(desk.clone().follow(arrivals));
        Ok(desk)
    }

    /// What the desk shows now.
    pub(crate) fn overview(&self) -> Overview {
        // First of all: what is told after it is shown already, or told again.
        let mark = self.news.newest();
        let faults = self.faults.load(Ordering::Relaxed);
        Overview { mark, published: self.published(), counts: self.counts.lock().counts(), faults }
    }

    /// What is published now.
    pub(crate) fn published(&self) -> Arc<Published> {
        self.app.shelf.published()
    }

    /// Counts everything the ledger has that is not counted yet, and notes the rows that changed. Only the one task that counts
    /// may call it.
    async fn count_all(&self, changed: &mut BTreeSet<RowKey>) -> Result<(), LedgerError> {
        loop {
            let newest = self.counts.lock().counts().newest();
            let arrivals = self.app.ledger.arrivals_after(newest, AT_ONCE).await?;
            if arrivals.is_empty() {
                return self.count_faults().await;
            }
            self.count(&arrivals, changed);
        }
    }

    /// Counts everything from the beginning when something new is said about devices: records count then that did not, or the
    /// other way round.
    async fn count_anew(&self) -> Result<(), LedgerError> {
        let trust = self.app.ledger.revocation_count().await?;
        if trust == self.trust.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (mut counts, mut changed) = (Counter::default(), BTreeSet::new());
        loop {
            let arrivals = self.app.ledger.arrivals_after(counts.counts().newest(), AT_ONCE).await?;
            if arrivals.is_empty() {
                break;
            }
            for arrival in &arrivals {
                counts.add(received(arrival), &mut changed);
            }
        }
        // Rows that are gone are news as well.
        let before = std::mem::replace(&mut *self.counts.lock(), counts);
        changed.extend(before.counts().rows().keys().cloned());
        self.trust.store(trust, Ordering::Relaxed);
        self.news.tell(Arc::new(changed));
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
                    if let Err(error) = self.count_all(&mut changed).await {
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
            self.news.tell(Arc::new(changed));
        }
    }

    fn count(&self, batch: &[Arrival], changed: &mut BTreeSet<RowKey>) {
        let mut counts = self.counts.lock();
        for arrival in batch {
            counts.add(received(arrival), changed);
        }
    }
}

/// What is counted of an arrival.
fn received(arrival: &Arrival) -> Received<'_> {
    let Arrival { id, hash, kid, observer, seq, supersedes, follows, station, form, training, received_ms, .. } =
        arrival;
    Received {
        id: *id,
        hash: *hash,
        kid: *kid,
        observer: *observer,
        seq: *seq,
        supersedes: *supersedes,
        follows: *follows,
        station: station.as_deref(),
        form: form.as_deref(),
        training: *training,
        received_ms: *received_ms,
    }
}
