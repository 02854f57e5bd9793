//! Reading a table piece by piece.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use kuager_analysis::book::{Book, RowKey};
use kuager_coordinator::journal::{self, JournalError};
use kuager_coordinator::ledger::{DeviceRow, LedgerError};
use kuager_coordinator::shelf::Published;
use kuager_tables::Row;

use super::table::{Look, Source, Table};
use crate::state::Desk;

/// Stations looked at while nothing can be counted.
const STATIONS: usize = 64;
/// Records read at once.
const ARRIVALS: usize = 512;
/// Entries read at once.
const ENTRIES: usize = 512;
/// Characters of a place, as it is given out; what is longer is none.
const LONGEST: usize = 1024;

/// How somebody wants a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// In which language names and sentences are.
    pub(crate) language: String,
    /// Exercises, in the place of what counts.
    pub(crate) training: bool,
}

/// A place in a table: behind which item, and how many rows of the next one were given out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Position {
    after: String,
    skip: usize,
}

impl Position {
    /// As it is given out; opaque.
    pub(crate) fn text(&self) -> String {
        BASE64URL_NOPAD.encode(format!("{}:{}", self.skip, self.after).as_bytes())
    }

    /// Of such a text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|_| text.len() <= LONGEST)?;
        let text = String::from_utf8(bytes).ok()?;
        let (skip, after) = text.split_once(':')?;
        Some(Self { after: after.to_owned(), skip: skip.parse().ok()? })
    }

    fn number<T: std::str::FromStr>(&self) -> Option<T> {
        self.after.parse().ok()
    }
}

/// Rows, and where they end.
pub(crate) struct Piece {
    pub(crate) rows: Vec<Row>,
    /// From where the next ones are read, also those that come later.
    pub(crate) next: Position,
    /// Whether there are more now.
    pub(crate) more: bool,
}

/// A piece that is being filled.
struct Filling {
    rows: Vec<Row>,
    most: usize,
    at: Position,
}

impl Filling {
    /// Takes the rows of an item as far as there is room; says whether it is full.
    fn add(&mut self, mark: String, found: Vec<Row>) -> bool {
        let skip = std::mem::take(&mut self.at.skip);
        let room = self.most.saturating_sub(self.rows.len());
        let left = found.len().saturating_sub(skip);
        self.rows.extend(found.into_iter().skip(skip).take(room));
        if left > room {
            self.at.skip = skip.saturating_add(room);
            return true;
        }
        self.at.after = mark;
        self.rows.len() >= self.most
    }

    fn end(self, more: bool) -> Piece {
        Piece { rows: self.rows, next: self.at, more }
    }
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Reads one table from wherever somebody wants to.
pub(crate) struct Reader<'a> {
    desk: &'a Desk,
    table: &'a Table,
    asked: Asked,
    published: Arc<Published>,
    now_ms: u64,
    /// Keys in their order, and observers with their devices; what a table goes by that is small is read once.
    keys: Option<Vec<RowKey>>,
    devices: Option<Vec<DeviceRow>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(desk: &'a Desk, table: &'a Table, asked: Asked) -> Self {
        let (published, now_ms) = (desk.published(), desk.app.clock.now_ms());
        Self { desk, table, asked, published, now_ms, keys: None, devices: None }
    }

    /// The next rows, so many at most.
    pub(crate) async fn piece(&mut self, from: Position, most: usize) -> Result<Piece, Unread> {
        let filling = Filling { rows: Vec::new(), most: most.max(1), at: from };
        match &self.table.source {
            Source::Stations(_) => Ok(self.stations(filling)),
            Source::Arrivals(_) => self.arrivals(filling).await,
            Source::Entries(_) => self.entries(filling).await,
            Source::Observers(_) => self.observers(filling).await,
        }
    }

    fn look<T>(&self, ask: impl FnOnce(&Look<'_>) -> T) -> T {
        self.desk.look(|book| {
            let (published, language, now_ms) = (&*self.published, self.asked.language.as_str(), self.now_ms);
            ask(&Look { book, published, language, now_ms })
        })
    }

    fn stations(&mut self, mut filling: Filling) -> Piece {
        let keys = self.keys.take().unwrap_or_else(|| self.look(|look| keys(look, self.asked.training)));
        let first = keys.partition_point(|key| mark(key) <= filling.at.after);
        let mut full = false;
        for some in keys.get(first..).unwrap_or_default().chunks(STATIONS) {
            full = self.look(|look| {
                some.iter().any(|key| {
                    let mut found = Vec::new();
                    if let Source::Stations(rows) = &self.table.source {
                        rows(look, key, &mut found);
                    }
                    filling.add(mark(key), found)
                })
            });
            if full {
                break;
            }
        }
        let more = full && (filling.at.skip > 0 || keys.last().is_some_and(|last| mark(last) > filling.at.after));
        self.keys = Some(keys);
        filling.end(more)
    }

    async fn arrivals(&self, mut filling: Filling) -> Result<Piece, Unread> {
        loop {
            let newest = self.desk.look(Book::newest);
            let after: i64 = filling.at.number().unwrap_or(0);
            let arrivals = self.desk.app.ledger.arrivals_after(after, ARRIVALS).await?;
            // What is not counted yet comes with the next look, whole.
            let counted: Vec<_> = arrivals.iter().filter(|arrival| arrival.id <= newest).collect();
            if counted.is_empty() {
                return Ok(filling.end(false));
            }
            let full = self.look(|look| {
                counted.into_iter().any(|arrival| {
                    let mut found = Vec::new();
                    if let Source::Arrivals(rows) = &self.table.source
                        && arrival.training == self.asked.training
                    {
                        rows(look, arrival, &mut found);
                    }
                    filling.add(arrival.id.to_string(), found)
                })
            });
            if full {
                return Ok(filling.end(true));
            }
        }
    }

    async fn entries(&self, mut filling: Filling) -> Result<Piece, Unread> {
        loop {
            let from = filling.at.number::<u64>().map_or(0, |after| after.saturating_add(1));
            let entries = journal::read(&self.desk.app, from, ENTRIES).await?;
            if entries.is_empty() {
                return Ok(filling.end(false));
            }
            let full = self.look(|look| {
                entries.iter().any(|entry| {
                    let mut found = Vec::new();
                    if let Source::Entries(rows) = &self.table.source {
                        rows(look, entry, &mut found);
                    }
                    filling.add(entry.entry.seq.to_string(), found)
                })
            });
            if full {
                return Ok(filling.end(true));
            }
        }
    }

    async fn observers(&mut self, mut filling: Filling) -> Result<Piece, Unread> {
        if self.devices.is_none() {
            self.devices = Some(self.desk.app.ledger.device_rows(None, u32::MAX).await?);
        }
        let devices = self.devices.as_deref().unwrap_or_default();
        let mut observers = devices.chunk_by(|one, other| one.observer == other.observer).peekable();
        let after = filling.at.after.clone();
        let name =
            |devices: &[DeviceRow]| devices.first().map(|device| device.observer.to_string()).unwrap_or_default();
        while observers.next_if(|devices| name(devices) <= after).is_some() {}
        let mut full = false;
        for devices in observers.by_ref() {
            let mut found = Vec::new();
            if let Source::Observers(rows) = &self.table.source {
                self.look(|look| rows(look, devices, &mut found));
            }
            full = filling.add(name(devices), found);
            if full {
                break;
            }
        }
        let more = full && (filling.at.skip > 0 || observers.peek().is_some());
        Ok(filling.end(more))
    }
}

/// All rows in the order of their keys: of the list, and of names that only records give; of exercises, those alone.
fn keys(look: &Look<'_>, training: bool) -> Vec<RowKey> {
    let listed = look.published.stations.keys().filter(|_| !training);
    let listed = listed.map(|station| RowKey { training, station: Some(station.clone()) });
    let mut keys: Vec<RowKey> = listed.chain(look.book.keys().filter(|key| key.training == training)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Where a station stands in that order; nothing that is behind no station is before it.
fn mark(key: &RowKey) -> String {
    key.station.as_ref().map_or_else(|| ".".to_owned(), |station| format!("={station}"))
}
