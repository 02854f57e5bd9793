//! What all pages of the desk share: the coordinator they look into, and the book that a task keeps current.
//!
//! A page asks the book what it needs ([`Desk::look`]), which takes some milliseconds at most, and renders from the answer with no
//! lock held, so that however long a page takes, counting goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kuager_analysis::book::{Book, DeviceFact, Received, RowKey};
use kuager_coordinator::app::App;
use kuager_coordinator::journal::{self, JournalError};
use kuager_coordinator::ledger::{Arrival, DeviceRow, LedgerError};
use kuager_coordinator::media::Media;
use kuager_coordinator::shelf::Published;
use kuager_wire::cose::Envelope;
use kuager_wire::desk::Act;
use kuager_wire::enrolment::Credential;
use kuager_wire::ids::{EntryHash, PersonId};
use kuager_wire::limits;
use parking_lot::RwLock;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::acts::Acts;
use crate::making::Making;
use crate::news::{Mark, News};
use crate::official::Waiting;
use crate::people::People;
use crate::people::reach::Reach;
use crate::polls::Polls;
use crate::previews::Previews;
use crate::rendered::Rendered;
use crate::samples;
use crate::sealed::read;
use crate::snapshot;

/// How long after its last record a simulated phone counts as reachable: it never asks for messages, as a real one does that has a
/// network.
const SIMULATED_MS: u64 = 4 * 60 * 60 * 1000;
/// Simulated phones that are looked at again while a day is played; of more only once.
const SIMULATED: u32 = 2_000;

/// Arrivals of this long are shown together.
const PAUSE: Duration = Duration::from_millis(200);

/// How often it is looked whether another process has said something about devices, or published a pack.
const TRUST: Duration = Duration::from_secs(2);
/// Tables that are written down at a time; each takes a core and some megabytes.
const EXPORTS: usize = 2;
/// Programs that read at a time.
const READERS: usize = 2;
/// Arrivals read at once.
const AT_ONCE: usize = 1024;
/// Records read again at once, when what they are compared with came late.
const AGAIN: usize = 256;
/// Arrivals after which the book is written down. Counting these again takes a fraction of a second.
const WRITTEN: i64 = 10_000;

/// The desk's state. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) media: Arc<Media>,
    book: Arc<RwLock<Book>>,
    /// What people did. Locked before the book, where both are.
    acts: Arc<RwLock<Acts>>,
    faults: Arc<AtomicU64>,
    /// What had been said about devices when everything was counted.
    trust: Arc<AtomicU64>,
    /// How many devices there were when it was asked where their observers are sent.
    devices: Arc<AtomicU64>,
    /// Up to which arrival the book is written down.
    written: Arc<parking_lot::Mutex<i64>>,
    pub(crate) news: Arc<News>,
    /// Rows in every language that somebody reads.
    pub(crate) rendered: Arc<Rendered>,
    pub(crate) people: Arc<People>,
    /// Tables that are being written down.
    pub(crate) exports: Arc<Semaphore>,
    /// Programs that read a page of a table.
    pub(crate) readers: Arc<Semaphore>,
    /// Tables of official figures that wait to be taken over.
    pub(crate) imports: Arc<Waiting>,
    /// Copies of pictures that are looked at before they are public.
    pub(crate) previews: Arc<Previews>,
    /// The publication that is being made.
    pub(crate) making: Arc<Making>,
    pub(crate) samples: Arc<samples::Shelf>,
    /// Waves of the exit poll that were read after the embargo.
    pub(crate) polls: Arc<Polls>,
}

/// Why a desk does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDesk {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Random(#[from] getrandom::Error),
}

/// Everything that is not in the book, at one moment.
pub(crate) struct Overview {
    /// Up to which change what is looked at afterwards shows everything; a later one may be shown, too.
    pub(crate) mark: Mark,
    pub(crate) published: Arc<Published>,
    /// How often something was met that does not hold in a chain.
    pub(crate) faults: u64,
    pub(crate) now_ms: u64,
}

impl Desk {
    /// Counts what is there and keeps counting in the background.
    pub(crate) async fn start(app: App, media: Arc<Media>, reach: Reach) -> Result<Self, NoDesk> {
        // Heard first, counted second: what arrives in between is known by its number and not counted twice.
        let arrivals = app.ledger.arrivals();
        let desk = Self::counted(app, media, reach).await?;
        desk.write().await;
        tokio::spawn(desk.clone().follow(arrivals));
        Ok(desk)
    }

    /// Counts what is there, and nothing that comes later.
    pub(crate) async fn counted(app: App, media: Arc<Media>, reach: Reach) -> Result<Self, NoDesk> {
        // Random, and another one with every process.
        let [a, b, c, d, e, f, g, h, ..] = app.epochs.current().0;
        let start = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let trust = app.ledger.revocation_count().await?;
        let book = snapshot::read(&app, trust).await?;
        let book = book.unwrap_or_else(|| empty(&app.shelf.published()));
        let desk = Self {
            written: Arc::new(parking_lot::Mutex::new(book.newest())),
            book: Arc::new(RwLock::new(book)),
            acts: Arc::default(),
            faults: Arc::default(),
            trust: Arc::new(trust.into()),
            devices: Arc::default(),
            news: Arc::new(News::new(start)),
            people: Arc::new(People::new(app.clone(), reach)?),
            rendered: Arc::default(),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            readers: Arc::new(Semaphore::new(READERS)),
            imports: Arc::default(),
            previews: Arc::default(),
            making: Arc::default(),
            samples: Arc::default(),
            polls: Arc::default(),
            app,
            media,
        };
        desk.count_devices().await?;
        desk.count_all(&desk.book).await?;
        desk.count_faults().await?;
        desk.samples.look(desk.app.deployment.dir()).await;
        desk.read_journal().await?;
        desk.hear_simulated(u32::MAX).await?;
        desk.settle(&desk.book).await?;
        Ok(desk)
    }

    /// What the desk shows now, apart from the book; to be asked for before the book is looked at.
    pub(crate) fn overview(&self) -> Overview {
        // First of all: what is told after it is shown already, or told again.
        let mark = self.news.newest();
        let faults = self.faults.load(Ordering::Relaxed);
        Overview { mark, published: self.published(), faults, now_ms: self.app.clock.now_ms() }
    }

    /// Asks the book. Whatever takes long is done with the answer, afterwards.
    pub(crate) fn look<T>(&self, ask: impl FnOnce(&Book) -> T) -> T {
        ask(&self.book.read())
    }

    /// Asks what people did, and the book.
    pub(crate) fn look_at_acts<T>(&self, ask: impl FnOnce(&Acts, &Book) -> T) -> T {
        let acts = self.acts.read();
        ask(&acts, &self.book.read())
    }

    /// Writes down what somebody did, and shows it from then on.
    pub(crate) async fn act(&self, by: Option<PersonId>, act: Act) -> Result<(), JournalError> {
        self.act_named(by, act).await.map(drop)
    }

    /// As [`Desk::act`]; returns the entry's name.
    pub(crate) async fn act_named(&self, by: Option<PersonId>, act: Act) -> Result<EntryHash, JournalError> {
        let written = journal::write(&self.app, by, vec![act]).await?;
        self.read_journal().await?;
        let changed = self.settle(&self.book).await?;
        self.tell(changed);
        Ok(written.first().map_or(EntryHash([0; 32]), |entry| entry.hash))
    }

    /// Book and journal worked out anew, up to now: one state, which stays what it is while others go on.
    pub(crate) async fn state_of_now(&self) -> Result<(Book, Acts), JournalError> {
        let trust = self.app.ledger.revocation_count().await?;
        let published = self.published();
        let book = RwLock::new(snapshot::read(&self.app, trust).await?.unwrap_or_else(|| empty(&published)));
        let credentials = self.app.ledger.credentials().await?;
        let facts: Vec<DeviceFact> = credentials.iter().filter_map(|credential| fact(credential)).collect();
        book.write().set_devices(&facts);
        self.count_all(&book).await?;
        self.settle(&book).await?;
        let mut acts = Acts::default();
        loop {
            let entries = journal::read(&self.app, acts.next, AT_ONCE).await?;
            if entries.is_empty() {
                break;
            }
            let mut book = book.write();
            entries.iter().for_each(|entry| acts.add(entry, &mut book, &published));
        }
        self.settle(&book).await?;
        Ok((book.into_inner(), acts))
    }

    /// Shows what was written down by other ways than [`Desk::act`].
    pub(crate) async fn read_acts(&self) -> Result<(), JournalError> {
        self.read_journal().await?;
        let changed = self.settle(&self.book).await?;
        self.tell(changed);
        Ok(())
    }

    /// Reads what was done since, also beside another process.
    async fn read_journal(&self) -> Result<(), JournalError> {
        self.read_journal_into(&self.acts, &self.book).await
    }

    async fn read_journal_into(&self, acts: &RwLock<Acts>, book: &RwLock<Book>) -> Result<(), JournalError> {
        loop {
            let from = acts.read().next;
            let entries = journal::read(&self.app, from, AT_ONCE).await?;
            if entries.is_empty() {
                return Ok(());
            }
            let published = self.published();
            let mut acts = acts.write();
            let mut book = book.write();
            // Somebody else may have read the same entries meanwhile.
            for entry in &entries {
                if entry.entry.seq == acts.next {
                    acts.add(entry, &mut book, &published);
                }
            }
        }
    }

    /// What is published now.
    pub(crate) fn published(&self) -> Arc<Published> {
        self.app.shelf.published()
    }

    /// Counts everything the ledger has that is not counted yet. Only the one task that counts may call it.
    async fn count_all(&self, book: &RwLock<Book>) -> Result<(), LedgerError> {
        loop {
            let newest = book.read().newest();
            let arrivals = self.app.ledger.arrivals_after(newest, AT_ONCE).await?;
            if arrivals.is_empty() {
                return Ok(());
            }
            self.count(&mut book.write(), &arrivals);
            // Reading goes on in other threads; whoever wants a page in between gets one.
            tokio::task::yield_now().await;
        }
    }

    /// Counts arrivals, which are in their order. A record may answer a pack that was published a moment ago: it is taken in first,
    /// since a form means what it means when its first record is counted. In a rehearsal training is what counts.
    fn count(&self, book: &mut Book, batch: &[Arrival]) {
        let packs = batch.iter().filter_map(|arrival| Some(arrival.record.as_ref()?.form.as_ref()?.pack));
        if packs.into_iter().any(|pack| !book.knows(&pack)) {
            publish(book, &self.published());
        }
        let rehearsal = self.app.deployment.rehearsal().is_some();
        for arrival in batch {
            let received = arrival.received();
            book.add(Received { training: received.training && !rehearsal, ..received });
        }
    }

    /// Finds out which rows have changed, and shows the book again what it must see again for that.
    async fn settle(&self, book: &RwLock<Book>) -> Result<BTreeSet<RowKey>, LedgerError> {
        let mut changed = book.write().settle();
        loop {
            let wanted = book.read().wanted(AGAIN);
            if wanted.is_empty() {
                return Ok(changed);
            }
            for hash in wanted {
                let record = self.app.ledger.record(hash).await?;
                book.write().again(hash, record.as_deref().and_then(read).as_ref());
            }
            changed.extend(book.write().settle());
        }
    }

    /// Counts everything from the beginning when something new is said about devices: records count then that did not, or the
    /// other way round.
    async fn count_anew(&self) -> Result<(), JournalError> {
        let trust = self.app.ledger.revocation_count().await?;
        if trust == self.trust.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Nobody sees the new book before it has been told everything that the old one was.
        let fresh = RwLock::new(empty(&self.published()));
        let facts = self.facts().await?;
        fresh.write().set_devices(&facts);
        self.count_all(&fresh).await?;
        let acts = RwLock::new(Acts::default());
        self.read_journal_into(&acts, &fresh).await?;
        let mut changed = self.settle(&fresh).await?;
        let before = {
            let (mut now_acts, mut now_book) = (self.acts.write(), self.book.write());
            *now_acts = acts.into_inner();
            std::mem::replace(&mut *now_book, fresh.into_inner())
        };
        // Rows that are gone are news as well.
        changed.extend(before.keys());
        self.trust.store(trust, Ordering::Relaxed);
        // What somebody did meanwhile, and whoever enrolled.
        self.read_journal().await?;
        self.devices.store(0, Ordering::Relaxed);
        self.count_devices().await?;
        changed.extend(self.settle(&self.book).await?);
        self.tell(changed);
        *self.written.lock() = 0;
        self.write().await;
        Ok(())
    }

    /// Takes in packs that were published since.
    async fn read_packs(&self) -> Result<(), LedgerError> {
        let published = self.published();
        let known = self.look(|book| published.packs.keys().all(|pack| book.knows(pack)));
        if !known {
            {
                let mut acts = self.acts.write();
                let mut book = self.book.write();
                publish(&mut book, &published);
                acts.look_again(&mut book, &published);
            }
            let changed = self.settle(&self.book).await?;
            self.tell(changed);
        }
        Ok(())
    }

    /// Asks where observers are sent, when there are other devices than before.
    async fn count_devices(&self) -> Result<(), LedgerError> {
        let devices = self.app.ledger.counts().await?.devices;
        if devices == self.devices.load(Ordering::Relaxed) {
            return Ok(());
        }
        let facts = self.facts().await?;
        self.book.write().set_devices(&facts);
        self.devices.store(devices, Ordering::Relaxed);
        Ok(())
    }

    /// What is known of devices besides their records.
    async fn facts(&self) -> Result<Vec<DeviceFact>, LedgerError> {
        let credentials = self.app.ledger.credentials().await?;
        Ok(credentials.iter().filter_map(|credential| fact(credential)).collect())
    }

    async fn count_faults(&self) -> Result<(), LedgerError> {
        let counts = self.app.ledger.fault_counts().await?;
        let times = counts.values().fold(0, |sum: u64, count| sum.saturating_add(count.times));
        self.faults.store(times, Ordering::Relaxed);
        Ok(())
    }

    fn tell(&self, changed: BTreeSet<RowKey>) {
        if !changed.is_empty() {
            self.news.tell(Arc::new(changed));
        }
    }

    async fn follow(self, mut arrivals: Receiver<Arc<[Arrival]>>) {
        let mut tick = tokio::time::interval(TRUST);
        loop {
            let arrived = tokio::select! {
                arrived = arrivals.recv() => arrived,
                _ = tick.tick() => {
                    if let Err(error) = self.look_around().await {
                        tracing::warn!(%error, "revoked devices may still be counted on the desk page");
                    }
                    continue;
                }
            };
            let mut behind = false;
            let mut changed = BTreeSet::new();
            match arrived {
                Ok(batch) => {
                    self.count(&mut self.book.write(), &batch);
                    // A page that is asked for now shows it; those that are open hear of it with what comes in the next moment.
                    changed = self.book.write().settle();
                }
                Err(RecvError::Lagged(_)) => behind = true,
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(PAUSE).await;
            loop {
                match arrivals.try_recv() {
                    Ok(batch) if !behind => self.count(&mut self.book.write(), &batch),
                    // What is between is read from the ledger first: arrivals are counted in their order.
                    Ok(_) => {}
                    Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => behind = true,
                    Err(_) => break,
                }
            }
            let counted = async {
                if behind {
                    self.count_all(&self.book).await?;
                }
                self.count_faults().await?;
                self.settle(&self.book).await
            };
            match counted.await {
                Ok(rows) => changed.extend(rows),
                Err(error) => tracing::warn!(%error, "the desk page is out of date until the next record arrives"),
            }
            self.tell(changed);
            let newest = self.look(Book::newest);
            if newest.saturating_sub(*self.written.lock()) >= WRITTEN {
                self.write().await;
            }
        }
    }

    /// What other processes may have done.
    async fn look_around(&self) -> Result<(), JournalError> {
        self.read_packs().await?;
        self.count_devices().await?;
        self.read_journal().await?;
        let changed = self.settle(&self.book).await?;
        self.tell(changed);
        self.samples.look(self.app.deployment.dir()).await;
        let heard = self.app.contacts.take();
        if !heard.is_empty() {
            self.book.write().heard_of(heard);
        }
        self.hear_simulated(SIMULATED).await?;
        self.count_anew().await
    }

    /// In a rehearsal, phones that have sent something of late count as heard of, unless there are more than this.
    async fn hear_simulated(&self, most: u32) -> Result<(), LedgerError> {
        if self.app.deployment.rehearsal().is_none() {
            return Ok(());
        }
        let now_ms = self.app.clock.now_ms();
        let rows = self.app.ledger.device_rows(None, most.saturating_add(1)).await?;
        if u32::try_from(rows.len()).is_ok_and(|rows| rows <= most) {
            let recent = |row: &&DeviceRow| row.last_ms.is_some_and(|last| now_ms.saturating_sub(last) <= SIMULATED_MS);
            self.book.write().heard_of(rows.iter().filter(recent).map(|row| (row.kid, now_ms)));
        }
        Ok(())
    }

    /// Writes the book down, so that the next start is quick. That it could not be is no trouble but time.
    async fn write(&self) {
        let newest = self.look(Book::newest);
        // With something still to be looked at again it would be less than it says.
        let whole = self.look(|book| book.wanted(1).is_empty());
        if newest == *self.written.lock() || !whole {
            return;
        }
        let (book, trust) = (Arc::clone(&self.book), self.trust.load(Ordering::Relaxed));
        if snapshot::write(&self.app, move |ledger| book.read().write(ledger, trust)).await {
            *self.written.lock() = newest;
        }
    }
}

/// A book in which what is published is known, and nothing else.
fn empty(published: &Published) -> Book {
    let mut book = Book::new();
    publish(&mut book, published);
    book
}

fn publish(book: &mut Book, published: &Published) {
    book.publish(published.packs.values(), &published.latest, published.stations.values());
}

/// What a device's credential says; it was signed here.
fn fact(credential: &[u8]) -> Option<DeviceFact> {
    let envelope = Envelope::parse(credential, limits::CREDENTIAL).ok()?;
    let Credential { kid, observer, stations, not_before_ms, .. } = envelope.statement().ok()?;
    Some(DeviceFact { kid, observer, stations, seen_ms: not_before_ms })
}
