//! What changed, numbered, so that a page that was away is told what it missed, or that it must be loaded anew.
//!
//! A page says with a [`Mark`] up to where it knows. Marks of another start of the program say nothing here, and of changes only
//! so many are kept: then the page is loaded again, which is always right. Nobody is ever told less than happened.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use kuager_analysis::book::RowKey;
use parking_lot::Mutex;
use tokio::sync::broadcast::{self, Receiver};

/// Changes that are kept, and that a slow page may be behind, before it is told to load again: with several arrivals shown
/// together five times a second, a minute of a busy evening.
const KEPT: usize = 256;
/// Characters of a mark; what is longer is none.
const MARK: usize = 40;

/// Rows that changed together.
pub(crate) type Changed = Arc<BTreeSet<RowKey>>;

/// Up to where a page knows: the number of a change, at one start of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    start: u64,
    number: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}-{}", self.start, self.number)
    }
}

/// Not a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMark;

impl FromStr for Mark {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, NoMark> {
        let (start, number) = text.split_once('-').filter(|_| text.len() <= MARK).ok_or(NoMark)?;
        let start = u64::from_str_radix(start, 16).map_err(|_| NoMark)?;
        Ok(Self { start, number: number.parse().map_err(|_| NoMark)? })
    }
}

/// A change and its mark.
pub(crate) type Numbered = (Mark, Changed);

/// What a page is told when it comes back.
pub(crate) enum Since {
    /// Everything that changed since, together, with the newest mark; nothing when that is nothing.
    Missed(Option<Numbered>),
    /// Nobody knows any more what changed.
    LoadAnew,
}

struct Kept {
    newest: Mark,
    changes: VecDeque<Numbered>,
}

/// The changes so far, and those to come.
pub(crate) struct News {
    kept: Mutex<Kept>,
    sender: broadcast::Sender<Numbered>,
}

impl News {
    /// Nothing so far. `start` is another number at every start of the program.
    pub(crate) fn new(start: u64) -> Self {
        let newest = Mark { start, number: 0 };
        Self { kept: Mutex::new(Kept { newest, changes: VecDeque::new() }), sender: broadcast::Sender::new(KEPT) }
    }

    /// Up to where somebody knows who looks now. Ask for it before what is looked at: to be told something twice does no harm.
    pub(crate) fn newest(&self) -> Mark {
        self.kept.lock().newest
    }

    /// Tells everybody who listens, and keeps it for those who come back.
    pub(crate) fn tell(&self, changed: Changed) {
        let mut kept = self.kept.lock();
        kept.newest.number = kept.newest.number.saturating_add(1);
        let numbered = (kept.newest, changed);
        if kept.changes.len() == KEPT {
            kept.changes.pop_front();
        }
        kept.changes.push_back(numbered.clone());
        // No page may be open, which is fine. Sent while the lock is held: who listens from now on misses none and hears none twice.
        let _ = self.sender.send(numbered);
    }

    /// How many pages listen.
    pub(crate) fn open(&self) -> usize {
        self.sender.receiver_count()
    }

    /// What changes from now on, and what changed since a mark. Without one, nothing was missed.
    pub(crate) fn since(&self, mark: Option<Mark>) -> (Since, Receiver<Numbered>) {
        let kept = self.kept.lock();
        let receiver = self.sender.subscribe();
        let Some(mark) = mark else { return (Since::Missed(None), receiver) };
        let oldest = kept.changes.front().map_or(kept.newest.number, |(oldest, _)| oldest.number.saturating_sub(1));
        if mark.start != kept.newest.start || mark.number > kept.newest.number || mark.number < oldest {
            return (Since::LoadAnew, receiver);
        }
        let missed = kept.changes.iter().filter(|(numbered, _)| numbered.number > mark.number);
        let rows: BTreeSet<RowKey> = missed.flat_map(|(_, changed)| changed.iter().cloned()).collect();
        let missed = (mark.number < kept.newest.number).then(|| (kept.newest, Arc::new(rows)));
        (Since::Missed(missed), receiver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[&str]) -> Changed {
        let row = |name: &&str| RowKey { training: false, station: Some((*name).to_owned()) };
        Arc::new(names.iter().map(row).collect())
    }

    fn missed(news: &News, mark: &str) -> Option<Option<(String, Vec<String>)>> {
        match news.since(Some(mark.parse().expect("a mark"))).0 {
            Since::LoadAnew => None,
            Since::Missed(missed) => Some(missed.map(|(mark, changed)| {
                (mark.to_string(), changed.iter().filter_map(|row| row.station.clone()).collect())
            })),
        }
    }

    #[test]
    fn who_comes_back_hears_what_was_missed_or_loads_anew() {
        let news = News::new(7);
        let begun = news.newest().to_string();
        assert_eq!(begun, "0000000000000007-0");
        assert_eq!(missed(&news, &begun), Some(None), "nothing happened");
        news.tell(rows(&["a", "b"]));
        let first = news.newest().to_string();
        news.tell(rows(&["b", "c"]));
        let newest = news.newest().to_string();
        let all = |names: &[&str]| Some(Some((newest.clone(), names.iter().map(|name| (*name).to_owned()).collect())));
        assert_eq!(missed(&news, &begun), all(&["a", "b", "c"]));
        assert_eq!(missed(&news, &first), all(&["b", "c"]));
        assert_eq!(missed(&news, &newest), Some(None));
        for unknown in ["0000000000000008-1", "0000000000000007-3", "7-99999"] {
            assert_eq!(missed(&news, unknown), None, "{unknown}");
        }
        for _ in 0..KEPT - 1 {
            news.tell(rows(&["d"]));
        }
        assert_eq!(missed(&news, &begun), None, "that long ago nobody knows");
        assert!(missed(&news, &first).is_some_and(|missed| missed.is_some()));
        assert!(news.kept.lock().changes.len() <= KEPT);
    }

    #[test]
    fn what_is_no_mark_is_none() {
        for text in ["", "-", "7", "g-1", "7-", "7--1", "7-1-1", "10000000000000000-1", "7-99999999999999999999999"] {
            assert_eq!(text.parse::<Mark>(), Err(NoMark), "{text}");
        }
        let long = format!("{}7-1", "0".repeat(MARK));
        assert_eq!(long.parse::<Mark>(), Err(NoMark));
    }

    #[tokio::test]
    async fn nothing_is_missed_between_what_was_and_what_comes() {
        let news = News::new(1);
        let mark = news.newest();
        news.tell(rows(&["a"]));
        let (since, mut receiver) = news.since(Some(mark));
        news.tell(rows(&["b"]));
        assert!(matches!(since, Since::Missed(Some((_, changed))) if changed.len() == 1));
        assert_eq!(receiver.recv().await.expect("is told").1, rows(&["b"]));
    }
}
