//! What has arrived, counted: per station and form, training apart.
//!
//! A record is counted once, however often it was corrected: as its latest version says, whichever of them arrived first. Versions
//! are of one observer, who may have several devices, one for another that was lost or put back from a copy. Of two corrections of
//! the same record the one with the higher number is the later, and of two devices' the one that arrived later. A word about
//! another record is counted at the station where that record is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kuager_wire::ids::{Kid, ObserverId, RecordHash};

/// Words about words about a record that still stand at its station.
const FOLLOWED: usize = 8;

/// A record that has arrived, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received<'a> {
    /// Order of arrival, from 1.
    pub id: i64,
    /// Its id.
    pub hash: RecordHash,
    /// The device that signed it.
    pub kid: Kid,
    /// Whose device that is.
    pub observer: ObserverId,
    /// Its number in the chain of its device.
    pub seq: u64,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// The record it says a word about.
    pub follows: Option<RecordHash>,
    /// The station as the record names it.
    pub station: Option<&'a str>,
    /// The form it answers.
    pub form: Option<&'a str>,
    /// Whether it is training.
    pub training: bool,
    /// When it arrived.
    pub received_ms: u64,
}

/// What is counted together: a station as records name it, or none, and whether it is training.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// Whether it is training.
    pub training: bool,
    /// The station.
    pub station: Option<String>,
}

/// How much of one form has arrived, and when the newest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many records, corrected ones once.
    pub count: u64,
    /// When the newest of them arrived.
    pub last_ms: u64,
}

impl Count {
    /// Counts these, too.
    pub fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

/// Counts of one row by form; what answers no form is under `None`.
pub type RowCounts = BTreeMap<Option<String>, Count>;

/// The counts of every row.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    rows: BTreeMap<RowKey, RowCounts>,
    /// Everything up to this arrival is counted, so that nothing is counted twice.
    newest: i64,
}

impl Counts {
    /// What is counted so far, row by row.
    #[must_use]
    pub const fn rows(&self) -> &BTreeMap<RowKey, RowCounts> {
        &self.rows
    }

    /// The newest arrival that is counted.
    #[must_use]
    pub const fn newest(&self) -> i64 {
        self.newest
    }

    fn count(&mut self, (key, form): Place, received_ms: u64) {
        self.rows.entry(key).or_default().entry(form).or_default().add(Count { count: 1, last_ms: received_ms });
    }

    fn uncount(&mut self, (key, form): &Place) {
        let Some(row) = self.rows.get_mut(key) else { return };
        if let Some(count) = row.get_mut(form) {
            count.count = count.count.saturating_sub(1);
            if count.count == 0 {
                row.remove(form);
            }
        }
        if row.is_empty() {
            self.rows.remove(key);
        }
    }
}

/// Where a record is counted.
type Place = (RowKey, Option<String>);

/// One version of a record.
#[derive(Debug, Clone)]
struct Version {
    kid: Kid,
    seq: u64,
    follows: Option<RecordHash>,
    station: Option<String>,
    form: Option<String>,
    training: bool,
    received_ms: u64,
}

impl Version {
    /// Whether it takes the place of another version that came before it. Numbers are compared within a chain only.
    fn is_later(&self, than: &Self) -> bool {
        self.kid != than.kid || self.seq > than.seq
    }
}

/// A record with all its versions.
#[derive(Debug)]
struct Line {
    observer: ObserverId,
    latest: Version,
    /// Lines that say a word about it.
    words: Vec<usize>,
    counted: Option<Place>,
    /// The line it turned out to belong to.
    part_of: Option<usize>,
}

/// Counts arrivals. What is counted is shared with whoever looks at it, and copied only while somebody does.
#[derive(Debug, Default)]
pub struct Counter {
    counts: Arc<Counts>,
    lines: Vec<Line>,
    line_of: HashMap<RecordHash, usize>,
    /// Lines that correct a record which has not arrived.
    corrections: HashMap<RecordHash, Vec<usize>>,
    /// Lines that say a word about a record which has not arrived.
    words: HashMap<RecordHash, Vec<usize>>,
}

impl Counter {
    /// What is counted so far.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Counts what has arrived, unless it is counted already, and notes the rows it changed. Must be told in order of arrival.
    pub fn add(&mut self, received: Received<'_>, changed: &mut BTreeSet<RowKey>) {
        if received.id <= self.counts.newest {
            return;
        }
        Arc::make_mut(&mut self.counts).newest = received.id;
        let Received { hash, kid, observer, seq, supersedes, follows, station, form, training, received_ms, .. } =
            received;
        let version = Version {
            kid,
            seq,
            follows,
            station: station.map(str::to_owned),
            form: form.map(str::to_owned),
            training,
            received_ms,
        };
        let of_same_observer = |line: &usize| self.lines.get(*line).is_some_and(|line| line.observer == observer);
        let corrected = supersedes.and_then(|hash| self.line(hash)).filter(of_same_observer);
        let line = match corrected {
            Some(line) => self.add_version(line, version),
            None => {
                let line = self.lines.len();
                self.lines.push(Line { observer, latest: version, words: Vec::new(), counted: None, part_of: None });
                if let Some(absent) = supersedes.filter(|absent| !self.line_of.contains_key(absent)) {
                    self.corrections.entry(absent).or_default().push(line);
                }
                line
            }
        };
        self.line_of.insert(hash, line);
        if let Some(about) = follows {
            let known = self.line(about).and_then(|about| self.lines.get_mut(about));
            known.map_or_else(|| self.words.entry(about).or_default(), |known| &mut known.words).push(line);
        }
        for earlier in self.corrections.remove(&hash).unwrap_or_default() {
            self.join(line, earlier, changed);
        }
        let words = self.words.remove(&hash).unwrap_or_default();
        if let Some(about) = self.lines.get_mut(line) {
            about.words.extend(&words);
        }
        self.recount(line, changed, 0);
        self.bring(&words, line, changed, 0);
    }

    /// The line of a record that has arrived.
    fn line(&self, hash: RecordHash) -> Option<usize> {
        self.whole(*self.line_of.get(&hash)?)
    }

    /// The line that another one has become a part of. Parts are always of later lines, or of none.
    fn whole(&self, line: usize) -> Option<usize> {
        let mut line = line;
        while let Some(whole) = self.lines.get(line)?.part_of {
            line = whole;
        }
        Some(line)
    }

    fn add_version(&mut self, line: usize, version: Version) -> usize {
        if let Some(known) = self.lines.get_mut(line).filter(|known| version.is_later(&known.latest)) {
            known.latest = version;
        }
        line
    }

    /// Brings a line that arrived first to the record that it corrects.
    fn join(&mut self, line: usize, part: usize, changed: &mut BTreeSet<RowKey>) {
        let Some(part) = self.whole(part) else { return };
        let observer = |at: usize| self.lines.get(at).map(|line| line.observer);
        if part == line || observer(part) != observer(line) {
            return;
        }
        let Some(joined) = self.lines.get_mut(part) else { return };
        joined.part_of = Some(line);
        let words = std::mem::take(&mut joined.words);
        let latest = joined.latest.clone();
        if let Some(place) = joined.counted.take() {
            Arc::make_mut(&mut self.counts).uncount(&place);
            changed.insert(place.0);
        }
        if let Some(whole) = self.lines.get_mut(line) {
            whole.words.extend(words);
            if latest.is_later(&whole.latest) {
                whole.latest = latest;
            }
        }
    }

    /// Where a record stands: with what it is a word about, where that has arrived, and else where it says itself.
    fn station(&self, line: usize, depth: usize) -> Option<String> {
        let latest = &self.lines.get(line)?.latest;
        let about =
            latest.follows.and_then(|about| self.line(about)).filter(|about| *about != line && depth < FOLLOWED);
        match about {
            Some(about) => self.station(about, depth + 1),
            None => latest.station.clone(),
        }
    }

    /// Counts a line where it belongs now, and whatever says a word about it.
    fn recount(&mut self, line: usize, changed: &mut BTreeSet<RowKey>, depth: usize) {
        let station = self.station(line, 0);
        let Some(known) = self.lines.get_mut(line) else { return };
        let key = RowKey { training: known.latest.training, station };
        let place = (key, known.latest.form.clone());
        let before = known.counted.replace(place.clone());
        let counts = Arc::make_mut(&mut self.counts);
        changed.insert(place.0.clone());
        // Counted before it is taken away: an only record that is corrected leaves its row where it is.
        counts.count(place.clone(), known.latest.received_ms);
        if let Some(before) = &before {
            counts.uncount(before);
            changed.insert(before.0.clone());
        }
        if before.as_ref().map(|(key, _)| key) != Some(&place.0) {
            let words = known.words.clone();
            self.bring(&words, line, changed, depth);
        }
    }

    /// Counts words about a line where they belong now.
    fn bring(&mut self, words: &[usize], line: usize, changed: &mut BTreeSet<RowKey>, depth: usize) {
        for word in words {
            if let Some(word) = self.whole(*word).filter(|word| *word != line && depth < FOLLOWED && self.moves(*word))
            {
                self.recount(word, changed, depth + 1);
            }
        }
    }

    /// Whether a line is counted elsewhere than it belongs.
    fn moves(&self, line: usize) -> bool {
        let counted = self.lines.get(line).and_then(|line| line.counted.as_ref());
        counted.is_some_and(|(key, _)| key.station != self.station(line, 0))
    }
}

#[cfg(test)]
mod tests;
