//! What a table of the desk is.

use kuager_analysis::book::{Book, RowKey};
use kuager_analysis::embargo;
use kuager_coordinator::journal::Entry;
use kuager_coordinator::ledger::{Arrival, DeviceRow};
use kuager_coordinator::shelf::Published;
use kuager_tables::{Column, Layout, Row};

/// What a table's rows are worked out from.
pub(crate) struct Look<'a> {
    pub(crate) book: &'a Book,
    pub(crate) published: &'a Published,
    /// The language of names and sentences.
    pub(crate) language: &'a str,
    pub(crate) now_ms: u64,
}

type Rows<T> = Box<dyn Fn(&Look<'_>, &T, &mut Vec<Row>) + Send + Sync>;

/// What a table goes by, and its rows for one of them.
pub(crate) enum Source {
    /// Stations of the list and names that records give, in the order of their keys.
    Stations(Rows<RowKey>),
    /// Records in the order of their arrival.
    Arrivals(Rows<Arrival>),
    /// Entries of the desk's journal.
    Entries(Rows<Entry>),
    /// Observers, each with all devices.
    Observers(Rows<[DeviceRow]>),
}

/// A table.
pub(crate) struct Table {
    pub(crate) layout: Layout,
    pub(super) source: Source,
    /// Whether it says something of a poll.
    pub(super) poll: bool,
}

impl Table {
    /// A table with a row for each of something.
    pub(crate) fn new(name: &'static str, about: &'static str, columns: &'static [Column], source: Source) -> Self {
        let layout = Layout { name: name.into(), about: about.into(), columns: columns.into() };
        Self { layout, source, poll: false }
    }

    /// The same table as one that says something of a poll or a quick count.
    pub(crate) fn of_a_poll(self) -> Self {
        Self { poll: true, ..self }
    }

    /// Until when nobody is given it, if that is not over.
    pub(crate) fn withheld(&self, published: &Published, now_ms: u64) -> Option<u64> {
        let ends = || published.packs.values().map(|pack| embargo::ends_ms(&pack.pack)).max().unwrap_or(u64::MAX);
        self.poll.then(ends).filter(|ends| now_ms < *ends)
    }
}
