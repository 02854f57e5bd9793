//! Gives signed objects their places in the transparency log ([`crate::log`]), signs the tree's head, and writes the files.

use std::sync::Arc;
use std::time::Duration;

use kuager_log::checkpoint::{Checkpoint, CheckpointError};
use kuager_log::hash::Hash;
use kuager_log::tile::{Tile, WIDTH, add_entry, written};
use kuager_log::tree::Edge;
use kuager_wire::cose::sha256;

use crate::app::App;
use crate::deployment::DeploymentError;
use crate::ledger::log::{AT_ONCE, Advanced, LogEntry, Source};
use crate::ledger::{LedgerError, LogHead};
use crate::log::files::{LogFiles, LogFilesError};
use crate::sparing::{Lines, lines};

/// How long what waits for a place waits at the most while nothing fails. Receipts promise sixty seconds.
pub const EVERY: Duration = Duration::from_secs(1);
/// How long after a failure it is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// Lines about a log that stands still.
static STILL: Lines = lines();

/// Why the log does not grow.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The data directory.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The place for the log's files.
    #[error(transparent)]
    Files(#[from] LogFilesError),
    /// The newest checkpoint in the ledger is none of this log, or the next one cannot be signed.
    #[error("the ledger's newest checkpoint does not hold ({0}); restore the ledger from a backup")]
    Checkpoint(#[from] CheckpointError),
    /// The ledger's entries are not those that the checkpoint was signed for.
    #[error(
        "the ledger's log entries are not those its newest checkpoint was signed for; restore the ledger from a backup"
    )]
    Damaged,
    /// The log has been shown, and its files are not here: the ledger may be older than what was shown.
    #[error(
        "the log's files are gone, and this ledger may be older than what was shown of the log; run `kuager recover` with a copy of \
         the log, so that no other log is shown in its place"
    )]
    Gone,
    /// What was shown of the log is not the beginning of what the ledger has, nor the other way round.
    #[error(
        "the log that was shown is another one than the ledger's; nothing is added to either: keep both, and restore the ledger \
         from a backup that fits"
    )]
    Split,
    /// A copy of the log cannot be used.
    #[error("this copy of the log cannot be used: {0}")]
    Copy(String),
    /// Another process has advanced the log; what was worked out here was never shown.
    #[error("another process has advanced the log; read it again")]
    Moved,
    /// A worker thread ended.
    #[error("a thread that writes the log's files ended")]
    Worker,
}

/// Whoever gives out places: one in each process, and of several processes one at a time gets ahead.
///
/// After an error it knows less than the ledger does, and another one is opened in its place.
#[derive(Debug)]
pub struct Sequencer {
    app: App,
    edge: Edge,
    /// Entries of the bundle that is not full yet.
    open: Vec<[u8; 32]>,
    /// Statements of the deployment that have places.
    statements: Vec<[u8; 32]>,
}

/// Files of the log: path and content.
type Files = Vec<(String, Vec<u8>)>;

impl Sequencer {
    /// Reads the log as the ledger has it, holds it against the checkpoint that was signed and the one that was shown, and writes the
    /// files that an earlier run had no time for. Where more was shown than the ledger has, as after a restore, the ledger takes it over
    /// from the log's files: places that were given out stay, and records that are missing get theirs back when they are sent again.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn open(app: App) -> Result<Self, LogError> {
        let mut sequencer = Self::new(app);
        let shown = sequencer.shown().await?;
        let mut head = sequencer.app.ledger.log_head().await?;
        if let Some(shown) = &shown
            && shown.head().size > head.as_ref().map_or(0, |head| head.size)
        {
            sequencer.take_over(head.as_ref(), shown).await?;
            head = sequencer.app.ledger.log_head().await?;
        }
        match (head, shown) {
            (None, _) => {}
            (Some(head), None) if head.written > 0 => return Err(LogError::Gone),
            (Some(head), shown) => sequencer.read(&head, shown.as_ref()).await?,
        }
        Ok(sequencer)
    }

    /// Writes all files anew from the ledger, after somebody has made sure that nothing newer was ever shown.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn write_anew(app: App) -> Result<Self, LogError> {
        let mut sequencer = Self::new(app);
        if let Some(head) = sequencer.app.ledger.log_head().await? {
            let shown = sequencer.shown().await?;
            sequencer.read(&LogHead { written: 0, ..head }, shown.as_ref()).await?;
        }
        Ok(sequencer)
    }

    fn new(app: App) -> Self {
        Self { app, edge: Edge::new(), open: Vec::new(), statements: Vec::new() }
    }

    /// The checkpoint that everybody reads.
    async fn shown(&self) -> Result<Option<Checkpoint>, LogError> {
        let Some(bytes) = self.get("checkpoint".to_owned()).await? else { return Ok(None) };
        Ok(Some(Checkpoint::open(&bytes, &self.app.signer.log.verifier())?))
    }

    async fn get(&self, path: String) -> Result<Option<Vec<u8>>, LogError> {
        let files = Arc::clone(self.app.log.files());
        Ok(tokio::task::spawn_blocking(move || files.get(&path)).await.map_err(|_| LogError::Worker)??)
    }

    /// Takes over from the files what was shown and the ledger does not have.
    async fn take_over(&self, head: Option<&LogHead>, shown: &Checkpoint) -> Result<(), LogError> {
        let (from, size) = (head.map_or(0, |head| head.size), shown.head().size);
        let (files, shown_too) = (Arc::clone(self.app.log.files()), shown.clone());
        let work = move || entries(&*files, &shown_too);
        let entries = tokio::task::spawn_blocking(work).await.map_err(|_| LogError::Worker)??;
        let (known, more) = entries.split_at(usize::try_from(from).unwrap_or(usize::MAX).min(entries.len()));
        if let Some(head) = head {
            let held = Checkpoint::open(&head.checkpoint, &self.app.signer.log.verifier())?;
            if tree(known)?.0.head() != held.head() {
                return Err(LogError::Split);
            }
        }
        tracing::warn!(from, size, "the log had been shown further than the ledger has it; its places are taken over");
        let more = more.iter().map(|hash| LogEntry { hash: *hash, source: Source::Statement, since_ms: 0 }).collect();
        match self.app.ledger.advance_log(from, more, shown.to_string().into_bytes()).await? {
            Advanced::Stored => Ok(self.app.ledger.log_written(size).await?),
            Advanced::Moved => Err(LogError::Split),
        }
    }

    async fn read(&mut self, head: &LogHead, shown: Option<&Checkpoint>) -> Result<(), LogError> {
        let checkpoint = Checkpoint::open(&head.checkpoint, &self.app.signer.log.verifier())?;
        // The tile that was partial when files were last complete is written anew, everything before it is full and there.
        let whole = head.written & !u64::from(WIDTH - 1);
        let missing = head.written < head.size;
        let mut files = Files::new();
        let mut split = shown.is_some();
        while self.edge.size() < head.size {
            let left = usize::try_from(head.size.saturating_sub(self.edge.size())).unwrap_or(usize::MAX);
            let entries = self.app.ledger.log_entries_from(self.edge.size(), left.min(AT_ONCE)).await?;
            if entries.is_empty() {
                return Err(LogError::Damaged);
            }
            for entry in entries {
                let wanted = missing && self.edge.size() >= whole;
                push(&mut self.edge, &mut self.open, entry, |file| files.extend(Some(file).filter(|_| wanted)))?;
                if shown.is_some_and(|shown| shown.head().size == self.edge.size() && shown.head() == self.edge.head())
                {
                    split = false;
                }
            }
        }
        if self.edge.head() != checkpoint.head() {
            return Err(LogError::Damaged);
        }
        if split {
            return Err(LogError::Split);
        }
        if missing {
            self.write(files, checkpoint).await
        } else {
            self.app.log.show(checkpoint);
            Ok(())
        }
    }

    /// Gives places to what waits, as many as go into one checkpoint, and writes the files. Says how many it were.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn step(&mut self) -> Result<usize, LogError> {
        let waiting = self.waiting().await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let size = self.edge.size();
        let mut files = Files::new();
        for entry in &waiting {
            push(&mut self.edge, &mut self.open, entry.hash, |file| files.push(file))?;
        }
        let checkpoint = self.app.signer.log.checkpoint(self.edge.head())?;
        let bytes = checkpoint.to_string().into_bytes();
        match self.app.ledger.advance_log(size, waiting.clone(), bytes).await? {
            Advanced::Stored => {}
            Advanced::Moved => return Err(LogError::Moved),
        }
        self.statements
            .extend(waiting.iter().filter(|entry| entry.source == Source::Statement).map(|entry| entry.hash));
        self.write(files, checkpoint).await?;
        Ok(waiting.len())
    }

    /// Writes these files and the partial ones, and then shows the checkpoint whose files they are.
    async fn write(&self, mut files: Files, checkpoint: Checkpoint) -> Result<(), LogError> {
        files.extend(partial(&self.edge, &self.open));
        self.put(files).await?;
        // Behind all of its files what everybody reads; from then on it must be there.
        self.put(vec![("checkpoint".to_owned(), checkpoint.to_string().into_bytes())]).await?;
        self.app.ledger.log_written(self.edge.size()).await?;
        self.app.log.show(checkpoint);
        Ok(())
    }

    async fn put(&self, files: Files) -> Result<(), LogError> {
        let to = Arc::clone(self.app.log.files());
        let work = move || files.iter().try_for_each(|(path, bytes)| to.put(path, bytes));
        Ok(tokio::task::spawn_blocking(work).await.map_err(|_| LogError::Worker)??)
    }

    async fn waiting(&mut self) -> Result<Vec<LogEntry>, LogError> {
        let mut waiting = self.statements().await?;
        let room = AT_ONCE.saturating_sub(waiting.len());
        waiting.extend(self.app.ledger.log_waiting(room).await?);
        Ok(waiting)
    }

    /// What the deployment has signed and has no place yet; genesis first.
    async fn statements(&mut self) -> Result<Vec<LogEntry>, LogError> {
        let deployment = self.app.deployment.clone();
        let mut hashes = vec![sha256(deployment.genesis_bytes())];
        let published = self.app.shelf.published();
        let mut packs: Vec<_> = published.packs.values().map(|pack| (pack.pack.edition, pack.hash.0)).collect();
        packs.sort_unstable();
        hashes.extend(packs.into_iter().map(|(_, hash)| hash));
        let files = move || {
            let signed = deployment.delegations()?;
            Ok::<_, DeploymentError>((signed, deployment.desk_keys()?))
        };
        let (delegations, desk_keys) = tokio::task::spawn_blocking(files).await.map_err(|_| LogError::Worker)??;
        hashes.extend(delegations.delegations.iter().chain(&delegations.revocations).map(|bytes| sha256(bytes)));
        hashes.extend(desk_keys.iter().map(|bytes| sha256(bytes)));
        hashes.retain(|hash| !self.statements.contains(hash));
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let places = self.app.ledger.log_places(hashes.clone()).await?;
        let now_ms = self.app.clock.now_ms();
        let mut waiting: Vec<LogEntry> = Vec::new();
        for (hash, place) in hashes.into_iter().zip(places) {
            if place.is_some() {
                self.statements.push(hash);
            } else if waiting.iter().all(|entry| entry.hash != hash) {
                waiting.push(LogEntry { hash, source: Source::Statement, since_ms: now_ms });
            }
        }
        Ok(waiting)
    }
}

/// Adds an entry to a tree; tells of each file that is full with it: tiles, and the bundle beside a tile of leaves.
fn push(
    edge: &mut Edge,
    open: &mut Vec<[u8; 32]>,
    entry: [u8; 32],
    mut full: impl FnMut((String, Vec<u8>)),
) -> Result<(), LogError> {
    open.push(entry);
    let pushed = edge.push(Hash::of_leaf(&entry), |tile, hashes| {
        if tile.level == 0 {
            full((tile.bundle_path(), bundle(&std::mem::take(open))));
        }
        full((tile.to_string(), written(hashes)));
    });
    pushed.map_err(|_| LogError::Damaged)
}

/// The files at the edge of a tree, which are not full.
fn partial(edge: &Edge, open: &[[u8; 32]]) -> Files {
    let mut files = Files::new();
    for (tile, hashes) in edge.partial() {
        files.push((tile.to_string(), written(hashes)));
        if tile.level == 0 {
            files.push((tile.bundle_path(), bundle(open)));
        }
    }
    files
}

/// The tree of these entries, and all of its files.
fn tree(entries: &[[u8; 32]]) -> Result<(Edge, Files), LogError> {
    let (mut edge, mut open, mut files) = (Edge::new(), Vec::new(), Files::new());
    for entry in entries {
        push(&mut edge, &mut open, *entry, |file| files.push(file))?;
    }
    files.extend(partial(&edge, &open));
    Ok((edge, files))
}

/// The entries of a log from its bundles, if they are those that its checkpoint was signed for.
fn entries(files: &dyn LogFiles, checkpoint: &Checkpoint) -> Result<Vec<[u8; 32]>, LogError> {
    let bad = |what: String| LogError::Copy(what);
    let mut entries = Vec::new();
    for tile in Tile::all(checkpoint.head().size).take_while(|tile| tile.level == 0) {
        // A partial one may have given way to the full one.
        let (held, bundle) = match files.get(&tile.bundle_path())? {
            Some(bundle) => (tile, bundle),
            None => {
                let full = files.get(&tile.full().bundle_path())?;
                (tile.full(), full.ok_or_else(|| bad(format!("{} is missing", tile.bundle_path())))?)
            }
        };
        let all = held.read_bundle(&bundle).map_err(|error| bad(error.to_string()))?;
        for entry in all.into_iter().take(tile.width.into()) {
            entries.push(entry.try_into().map_err(|_| bad("an entry is no SHA-256".to_owned()))?);
        }
    }
    if tree(&entries)?.0.head() != checkpoint.head() {
        return Err(bad("its entries are not those its checkpoint was signed for".to_owned()));
    }
    Ok(entries)
}

fn bundle(entries: &[[u8; 32]]) -> Vec<u8> {
    let mut bundle = Vec::with_capacity(entries.len().saturating_mul(34));
    for entry in entries {
        add_entry(&mut bundle, entry).expect("32 bytes are fewer than 65,535");
    }
    bundle
}

/// Gives places for as long as the coordinator runs.
pub async fn run(app: App) {
    let mut sequencer = None;
    loop {
        let stepped = async {
            let sequencer = match &mut sequencer {
                Some(sequencer) => sequencer,
                none => none.insert(Sequencer::open(app.clone()).await?),
            };
            sequencer.step().await
        };
        let pause = match stepped.await {
            Ok(placed) => {
                app.log.set_stands_still(false);
                // More may wait than goes into one checkpoint.
                if placed >= AT_ONCE { Duration::ZERO } else { EVERY }
            }
            Err(LogError::Moved) => {
                tracing::info!("another process has advanced the log");
                sequencer = None;
                EVERY
            }
            Err(error) => {
                app.log.set_stands_still(true);
                if let Some(left_out) = STILL.pass() {
                    tracing::error!(%error, left_out, "nothing gets a place in the log, which receipts promise");
                }
                sequencer = None;
                AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Takes a copy of the log's files over into those of this coordinator, if it goes further than they do; then [`Sequencer::open`] goes on from
/// there. A copy comes from whoever keeps one: anybody can.
///
/// # Errors
/// [`LogError::Copy`] for a copy that does not hold or is older, and others.
pub async fn take_copy(app: &App, copy: Arc<dyn LogFiles>) -> Result<u64, LogError> {
    let to = Arc::clone(app.log.files());
    let verifier = app.signer.log.verifier();
    let work = move || {
        let bad = |what: &str| LogError::Copy(what.to_owned());
        let read = |files: &dyn LogFiles| -> Result<Option<Checkpoint>, LogError> {
            let bytes = files.get("checkpoint")?;
            Ok(bytes.map(|bytes| Checkpoint::open(&bytes, &verifier)).transpose()?)
        };
        let theirs = read(&*copy)?.ok_or_else(|| bad("it has no checkpoint"))?;
        let size = theirs.head().size;
        if read(&*to)?.is_some_and(|ours| ours.head().size >= size) {
            return Err(bad("it goes no further than the log that is here"));
        }
        // Tiles follow from the entries, which the checkpoint proves; those of the copy are not looked at.
        for (path, bytes) in tree(&entries(&*copy, &theirs)?)?.1 {
            to.put(&path, &bytes)?;
        }
        // Until here it is a heap of files that nobody reads.
        to.put("checkpoint", theirs.to_string().as_bytes())?;
        Ok(size)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| LogError::Worker)?
}

#[cfg(test)]
mod tests;
