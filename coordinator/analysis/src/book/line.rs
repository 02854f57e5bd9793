//! Records with all their versions: which one counts, and where.
//!
//! A record is counted once, however often it was corrected: as its latest version says, whichever of them arrived first. Versions
//! are of one observer, who may have several devices, one for another that was lost or put back from a copy. Of two corrections of
//! the same record the one with the higher number is the later, and of two devices' the one that arrived later. A word about
//! another record is counted at the station where that record is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kuager_wire::ids::RecordHash;
use kuager_wire::record::RecordKind;
use minicbor::{Decode, Encode};

use super::names::index;
use super::parts::Content;

/// Words about words about a record that still stand at its station.
const FOLLOWED: usize = 8;
/// No number of anything.
pub(super) const NONE: u32 = u32::MAX;

/// A station as records name it, or none, and whether it is training: twice the number of the station's name, one more for
/// training.
pub(super) type RowNumber = u32;

/// Whether a row is of training.
pub(super) const fn is_training(row: RowNumber) -> bool {
    row & 1 == 1
}

/// One version of a record.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Version {
    #[n(0)]
    pub(super) hash: RecordHash,
    #[n(1)]
    pub(super) device: u32,
    #[n(2)]
    pub(super) seq: u64,
    #[n(3)]
    pub(super) received_ms: u64,
    #[n(4)]
    pub(super) station: u32,
    /// The number of the form, or [`NONE`].
    #[n(5)]
    pub(super) form: u32,
    #[n(6)]
    pub(super) kind: RecordKind,
    #[n(7)]
    pub(super) training: bool,
    #[n(8)]
    pub(super) follows: Option<Box<RecordHash>>,
    #[n(9)]
    pub(super) content: Option<Box<Content>>,
}

impl Version {
    /// Whether it takes the place of another version that came before it. Numbers are compared within a chain only.
    const fn is_later(&self, than: &Self) -> bool {
        self.device != than.device || self.seq > than.seq
    }
}

/// A record with all its versions.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Line {
    #[n(0)]
    pub(super) observer: u32,
    #[n(1)]
    pub(super) latest: Version,
    /// How many versions there are.
    #[n(2)]
    pub(super) versions: u32,
    /// The row it is counted in, or [`NONE`].
    #[n(3)]
    pub(super) row: RowNumber,
    /// The line it turned out to belong to, or [`NONE`].
    #[n(4)]
    part_of: u32,
}

/// All records.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<Line>,
    pub(super) line_of: HashMap<RecordHash, u32>,
    /// Lines that say a word about a line.
    pub(super) words: BTreeMap<u32, Vec<u32>>,
    /// Lines that correct a record which has not arrived.
    pub(super) corrections: BTreeMap<RecordHash, Vec<u32>>,
    /// Lines that say a word about a record which has not arrived.
    pub(super) waiting: BTreeMap<RecordHash, Vec<u32>>,
    /// The lines of each row.
    pub(super) rows: Vec<Vec<u32>>,
    /// Rows that have changed.
    pub(super) dirty: BTreeSet<RowNumber>,
}

impl Lines {
    pub(super) fn get(&self, line: u32) -> Option<&Line> {
        self.lines.get(index(line)?)
    }

    fn get_mut(&mut self, line: u32) -> Option<&mut Line> {
        self.lines.get_mut(index(line)?)
    }

    /// The lines that are counted in a row.
    pub(super) fn row(&self, row: RowNumber) -> impl Iterator<Item = (u32, &Line)> {
        let lines = index(row).and_then(|row| self.rows.get(row)).map(Vec::as_slice).unwrap_or_default();
        lines.iter().filter_map(|line| Some((*line, self.get(*line)?)))
    }

    /// The line of a record that has arrived.
    pub(super) fn line(&self, hash: &RecordHash) -> Option<u32> {
        self.whole(*self.line_of.get(hash)?)
    }

    /// What is kept of a record, if it is the version that counts.
    pub(super) fn content_mut(&mut self, hash: &RecordHash) -> Option<(RowNumber, &mut Content)> {
        let line = self.line(hash)?;
        let line = self.get_mut(line).filter(|line| line.latest.hash == *hash)?;
        Some((line.row, line.latest.content.as_deref_mut()?))
    }

    /// Counts a version of an observer. Must be told in the order of arrival.
    pub(super) fn add(&mut self, observer: u32, version: Version, supersedes: Option<RecordHash>) {
        let (hash, follows) = (version.hash, version.follows.as_deref().copied());
        let of_same = |line: &u32| self.get(*line).is_some_and(|line| line.observer == observer);
        let corrected = supersedes.and_then(|hash| self.line(&hash)).filter(of_same);
        let line = match corrected {
            Some(line) => {
                self.add_version(line, version);
                line
            }
            None => {
                let line = u32::try_from(self.lines.len()).expect("as many records fill no ledger");
                self.lines.push(Line { observer, latest: version, versions: 1, row: NONE, part_of: NONE });
                if let Some(absent) = supersedes.filter(|absent| !self.line_of.contains_key(absent)) {
                    self.corrections.entry(absent).or_default().push(line);
                }
                line
            }
        };
        self.line_of.insert(hash, line);
        if let Some(about) = follows {
            match self.line(&about) {
                Some(known) => self.words.entry(known).or_default().push(line),
                None => self.waiting.entry(about).or_default().push(line),
            }
        }
        for earlier in self.corrections.remove(&hash).unwrap_or_default() {
            self.join(line, earlier);
        }
        let words = self.waiting.remove(&hash).unwrap_or_default();
        if !words.is_empty() {
            self.words.entry(line).or_default().extend(&words);
        }
        self.recount(line, 0);
        self.bring(&words, line, 0);
        // A word changes where the record stands that it is about, wherever that is counted.
        let about = follows.and_then(|about| self.line(&about)).and_then(|about| self.get(about)).map(|line| line.row);
        self.touch(about.unwrap_or(NONE));
    }

    fn touch(&mut self, row: RowNumber) {
        if row != NONE {
            self.dirty.insert(row);
        }
    }

    /// The line that another one has become a part of. Parts are always of later lines, or of none.
    fn whole(&self, line: u32) -> Option<u32> {
        let mut line = line;
        loop {
            match self.get(line)?.part_of {
                NONE => return Some(line),
                whole => line = whole,
            }
        }
    }

    fn add_version(&mut self, line: u32, version: Version) {
        let Some(known) = self.get_mut(line) else { return };
        known.versions = known.versions.saturating_add(1);
        if version.is_later(&known.latest) {
            known.latest = version;
        }
    }

    /// Brings a line that arrived first to the record that it corrects.
    fn join(&mut self, line: u32, part: u32) {
        let Some(part) = self.whole(part) else { return };
        let observer = |at: u32| self.get(at).map(|line| line.observer);
        if part == line || observer(part) != observer(line) {
            return;
        }
        self.leave_row(part);
        let Some(joined) = self.get_mut(part) else { return };
        joined.part_of = line;
        let (latest, versions) = (joined.latest.clone(), joined.versions);
        // What it was is with the whole now.
        joined.latest.content = None;
        if let Some(words) = self.words.remove(&part) {
            self.words.entry(line).or_default().extend(words);
        }
        let Some(whole) = self.get_mut(line) else { return };
        whole.versions = whole.versions.saturating_add(versions);
        if latest.is_later(&whole.latest) {
            whole.latest = latest;
        }
    }

    /// Where a record stands: with what it is a word about, where that has arrived, and else where it says itself.
    fn station(&self, line: u32, depth: usize) -> u32 {
        let Some(known) = self.get(line) else { return 0 };
        let about = known.latest.follows.as_deref().and_then(|about| self.line(about));
        match about.filter(|about| *about != line && depth < FOLLOWED) {
            Some(about) => self.station(about, depth.saturating_add(1)),
            None => known.latest.station,
        }
    }

    /// Counts a line where it belongs now, and whatever says a word about it.
    fn recount(&mut self, line: u32, depth: usize) {
        let row = self.row_of(line);
        let before = self.get(line).map_or(NONE, |line| line.row);
        self.touch(row);
        if before == row {
            return;
        }
        self.leave_row(line);
        let Some(at) = index(row) else { return };
        if self.rows.len() <= at {
            self.rows.resize_with(at.saturating_add(1), Vec::new);
        }
        if let Some(lines) = self.rows.get_mut(at) {
            lines.push(line);
        }
        if let Some(line) = self.get_mut(line) {
            line.row = row;
        }
        let words = self.words.get(&line).cloned().unwrap_or_default();
        self.bring(&words, line, depth);
    }

    fn leave_row(&mut self, line: u32) {
        let Some(row) = self.get_mut(line).map(|line| std::mem::replace(&mut line.row, NONE)) else { return };
        self.touch(row);
        if let Some(lines) = index(row).and_then(|row| self.rows.get_mut(row))
            && let Some(at) = lines.iter().rposition(|other| *other == line)
        {
            lines.swap_remove(at);
        }
    }

    /// Counts words about a line where they belong now.
    fn bring(&mut self, words: &[u32], line: u32, depth: usize) {
        for word in words {
            let moves = |word: &u32| self.get(*word).is_some_and(|known| known.row != self.row_of(*word));
            if let Some(word) = self.whole(*word).filter(|word| *word != line && depth < FOLLOWED).filter(moves) {
                self.recount(word, depth.saturating_add(1));
            }
        }
    }

    fn row_of(&self, line: u32) -> RowNumber {
        let training = self.get(line).is_some_and(|line| line.latest.training);
        self.station(line, 0).saturating_mul(2).saturating_add(u32::from(training))
    }
}
