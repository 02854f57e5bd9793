//! The fold itself: what is kept, and how a record is added to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kuager_forms::carried::{Looking, Noted, carried_of};
use kuager_forms::files as form_files;
use kuager_wire::ids::{Kid, ObserverId, PackHash, RecordHash};
use kuager_wire::pack::{SignedPack, Station};
use kuager_wire::record::{Answers, Record, RecordKind, SeqRange};

use super::device::{Device, Note};
use super::directory::Directory;
use super::entry::{Entries, Entry, EntryId, Official};
use super::input::{DeviceFact, Received, RowKey};
use super::line::{Lines, NONE, RowNumber, Version, is_training};
use super::meaning::{Forms, Meaning};
use super::names::{Names, index};
use super::parts::{Content, FAILURES, Fails, Part, SHOWN};
use super::step::DeskStep;
use super::summary::Summary;

/// Records of one device at one station that are judged again when one of before arrives late: the newest.
const AGAIN: usize = 64;
/// Milliseconds that are counted together in the time line of arrivals.
pub const SPAN_MS: u64 = 5 * 60 * 1000;

/// What all records come to.
#[derive(Debug, Default)]
pub struct Book {
    /// Everything up to this arrival is counted, so that nothing is counted twice.
    pub(super) newest: i64,
    pub(super) last: Option<RecordHash>,
    pub(super) stations: Names,
    /// Names of forms, questions, codes and copies.
    pub(super) words: Names,
    pub(super) observers: Vec<ObserverId>,
    pub(super) observer_of: HashMap<ObserverId, u32>,
    pub(super) devices: Vec<Device>,
    pub(super) device_of: HashMap<Kid, u32>,
    pub(super) forms: Forms,
    pub(super) lines: Lines,
    /// Records of which devices, at which stations, may have to be judged again.
    pub(super) due: BTreeSet<(u32, u32)>,
    pub(super) wanted: BTreeSet<RecordHash>,
    pub(super) summaries: HashMap<RowNumber, Summary>,
    /// Records that count, by the number of their form's name; [`NONE`] for what answers no form.
    pub(super) sums: BTreeMap<u32, u64>,
    /// Stations of the directory that were heard from.
    pub(super) heard: usize,
    /// How many records arrived in which span.
    pub(super) spans: BTreeMap<u64, u32>,
    pub(super) directory: Directory,
    pub(super) entries: Entries,
    /// What the desk says about incidents, by their lines.
    pub(super) steps_by_line: HashMap<u32, Vec<(EntryId, DeskStep)>>,
    /// Observers that are sent to a station.
    pub(super) sent: HashMap<u32, Vec<u32>>,
    /// When devices were heard of besides their records.
    pub(super) seen: HashMap<u32, u64>,
    /// Devices of each observer.
    pub(super) devices_by: HashMap<u32, Vec<u32>>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what is published: every pack that records may answer, the newest of them, and its stations. Before the first
    /// record, and whenever a pack is published; what was answered under an older one stays what it was.
    pub fn publish<'a>(
        &mut self,
        packs: impl IntoIterator<Item = &'a Arc<SignedPack>>,
        latest: &Arc<SignedPack>,
        stations: impl IntoIterator<Item = &'a Station>,
    ) {
        for pack in packs {
            self.forms.publish(pack);
        }
        // Columns of the newest pack come first, and contests in its order.
        for form in &latest.pack.forms {
            self.forms.number(latest.hash, &form.id, &mut self.words);
        }
        self.directory = Directory::new(Arc::clone(latest), stations, &mut self.stations);
        let listed = self.directory.listed.iter();
        self.heard = listed.filter(|listed| self.summaries.contains_key(&listed.station.saturating_mul(2))).count();
        self.lines.dirty.extend(self.summaries.keys());
    }

    /// Whether this pack was taken in.
    #[must_use]
    pub fn knows(&self, pack: &PackHash) -> bool {
        self.forms.has(pack)
    }

    /// Notes that devices were heard of, by anything but records; those that are not known are left out.
    pub fn heard_of(&mut self, devices: impl IntoIterator<Item = (Kid, u64)>) {
        for (kid, ms) in devices {
            if let Some(device) = self.device_of.get(&kid) {
                let seen = self.seen.entry(*device).or_default();
                *seen = ms.max(*seen);
            }
        }
    }

    /// What is known of devices besides their records. Where observers were sent before is forgotten.
    pub fn set_devices(&mut self, facts: &[DeviceFact]) {
        self.sent.clear();
        for fact in facts {
            let observer = self.observer(fact.observer);
            let device = self.device(fact.kid, observer);
            let seen = self.seen.entry(device).or_default();
            *seen = fact.seen_ms.max(*seen);
            for station in &fact.stations {
                let station = self.stations.number(station).saturating_add(1);
                let sent = self.sent.entry(station).or_default();
                if !sent.contains(&observer) {
                    sent.push(observer);
                }
            }
        }
    }

    /// Takes in an entry of the desk's journal.
    pub fn entry(&mut self, id: EntryId, entry: Entry) {
        let row: Option<RowNumber> = match entry {
            Entry::Official(Official { station, contest, figures }) => {
                let row = self.row_number(&RowKey { training: false, station: Some(station.clone()) });
                if figures.is_empty() {
                    self.entries.official.remove(&(station, contest));
                } else {
                    self.entries.official.insert((station, contest), (id, figures));
                }
                row
            }
            Entry::Verified { record } => {
                self.entries.verified.insert(record, id);
                self.row_of(&record)
            }
            Entry::Released { record, relations } => {
                self.entries.released.insert(record, (id, relations));
                self.row_of(&record)
            }
            Entry::Step { record, step } => {
                let steps = self.entries.steps.entry(record).or_default();
                if !steps.iter().any(|(known, _)| *known == id) {
                    steps.push((id, step));
                }
                self.lines.line(&record).and_then(|line| self.lines.get(line)).map(|line| line.row)
            }
        };
        if let Some(row) = row.filter(|row| *row != NONE) {
            self.lines.dirty.insert(row);
        }
    }

    fn row_of(&self, record: &RecordHash) -> Option<RowNumber> {
        self.lines.line(record).and_then(|line| self.lines.get(line)).map(|line| line.row)
    }

    /// The newest arrival that is counted.
    #[must_use]
    pub const fn newest(&self) -> i64 {
        self.newest
    }

    /// The record with that number.
    #[must_use]
    pub const fn last(&self) -> Option<RecordHash> {
        self.last
    }

    /// All rows in which anything is counted.
    pub fn keys(&self) -> impl Iterator<Item = RowKey> {
        self.summaries.keys().map(|row| self.key(*row))
    }

    /// How many records count, corrected ones once.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.sums.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many records arrived, training and versions included, in each span of [`SPAN_MS`], by its beginning.
    #[must_use]
    pub const fn spans(&self) -> &BTreeMap<u64, u32> {
        &self.spans
    }

    pub(super) fn observer(&mut self, observer: ObserverId) -> u32 {
        if let Some(known) = self.observer_of.get(&observer) {
            return *known;
        }
        let number = u32::try_from(self.observers.len()).expect("as many observers fill no ledger");
        self.observers.push(observer);
        self.observer_of.insert(observer, number);
        number
    }

    pub(super) fn device(&mut self, kid: Kid, observer: u32) -> u32 {
        if let Some(known) = self.device_of.get(&kid) {
            return *known;
        }
        let number = u32::try_from(self.devices.len()).expect("as many devices fill no ledger");
        self.devices.push(Device::new(kid, observer));
        self.device_of.insert(kid, number);
        self.devices_by.entry(observer).or_default().push(number);
        number
    }

    /// Counts what has arrived, unless it is counted already. Must be told in order of arrival; [`Book::settle`] then says what
    /// changed.
    pub fn add(&mut self, received: Received<'_>) {
        if received.id <= self.newest {
            return;
        }
        let Received { id, hash, kid, seq, supersedes, follows, kind, training, received_ms, record, .. } = received;
        self.newest = id;
        self.last = Some(hash);
        let observer = self.observer(received.observer);
        let device = self.device(kid, observer);
        let station = received.station.map_or(0, |station| self.stations.number(station).saturating_add(1));
        let lost: Option<SeqRange> = record.and_then(|record| record.body.lost);
        if let Some(known) = index(device).and_then(|device| self.devices.get_mut(device)) {
            known.receive(seq, received_ms, lost);
        }
        let reference = record.and_then(|record| record.form.as_ref());
        let form = match (reference, received.form) {
            (Some(reference), _) => self.forms.number(reference.pack, &reference.form, &mut self.words),
            (None, Some(name)) => self.forms.number(PackHash([0; 32]), name, &mut self.words),
            (None, None) => NONE,
        };
        let content = record.and_then(|record| self.content(record, form, device, station));
        if let Some(record) = record {
            self.note(record, hash, form, device, station);
        }
        let follows = follows.map(Box::new);
        let version = Version { hash, device, seq, received_ms, station, form, kind, training, follows, content };
        self.lines.add(observer, version, supersedes);
        let span = self.spans.entry(received_ms.checked_div(SPAN_MS).unwrap_or(0).saturating_mul(SPAN_MS)).or_default();
        *span = span.saturating_add(1);
    }

    /// What is kept of a record, judged over what its device is known to have sealed before.
    fn content(&mut self, record: &Record, form: u32, device: u32, station: u32) -> Option<Box<Content>> {
        if let Some(follows) = record.body.follows {
            let part = Some(Part::Word { status: follows.status });
            return Some(Box::new(Content { part, ..Content::default() }));
        }
        let judged = self.judge(record, form, device, station);
        let meaning = self.forms.meaning(form)?;
        let mut content = meaning.content(record, &mut self.words);
        content.fails = judged.fails;
        content.undecided = judged.undecided;
        content.after = judged.after;
        let looks_back = !meaning.carries.is_empty();
        (looks_back || content != Content::default()).then(|| Box::new(content))
    }

    /// How the relations of a record come out. Only the judgement is filled in.
    fn judge(&self, record: &Record, form: u32, device: u32, station: u32) -> Content {
        let mut content = Content::default();
        let Some(meaning) = self.forms.meaning(form) else { return content };
        let compiled = &meaning.form;
        // What a poll says is under an embargo, and the book has no clock: it judges no wave.
        if compiled.relation(0).is_none() || compiled.form().kind == RecordKind::ExitPollWave {
            return content;
        }
        let training = record.training == Some(true);
        let earlier = self.earlier(meaning, device, record.seq, station, training);
        content.after = fingerprint(&earlier);
        let answers: Vec<Answers> = earlier.iter().map(|note| self.answers(note)).collect();
        let noted: Vec<Noted<'_>> = earlier
            .iter()
            .zip(&answers)
            .map(|(note, answers)| Noted {
                hash: note.hash,
                supersedes: note.supersedes,
                station: self.station_name(note.station),
                training: note.training,
                form: Some(self.words.name(note.form)),
                answers: Some(answers),
            })
            .collect();
        let given = record.body.answers.clone().unwrap_or_default();
        let looking =
            Looking { station: record.station.as_deref(), training, supersedes: record.supersedes, answers: &given };
        let carried = carried_of(compiled.form(), looking, &noted);
        let files = record.attachments.as_deref().unwrap_or_default();
        let failures = compiled.failures(&form_files::with_files(compiled.form(), &given, files), &carried);
        content.undecided = u16::try_from(failures.undecided).unwrap_or(u16::MAX);
        let fails = failures.fail.into_iter().take(FAILURES).filter_map(|failure| {
            let relation = u16::try_from(failure.relation).ok()?;
            Some(Fails { relation, shown: failure.shown.into_iter().map(cut).collect() })
        });
        content.fails = fails.collect();
        content
    }

    /// What a record of this form looks back at.
    fn earlier(&self, meaning: &Meaning, device: u32, seq: u64, station: u32, training: bool) -> Vec<&Note> {
        if meaning.carries.is_empty() {
            return Vec::new();
        }
        let device = index(device).and_then(|device| self.devices.get(device));
        let mut earlier = device.map(|device| device.earlier(seq, station, training)).unwrap_or_default();
        earlier.retain(|note| meaning.carries.contains(&note.form) || note.supersedes.is_some());
        earlier
    }

    fn answers(&self, note: &Note) -> Answers {
        note.answers.iter().map(|(question, value)| (self.words.name(*question), value.clone())).collect()
    }

    pub(super) fn station_name(&self, station: u32) -> Option<&str> {
        station.checked_sub(1).map(|number| self.stations.name(number))
    }

    /// Keeps what later records look back at.
    fn note(&mut self, record: &Record, hash: RecordHash, form: u32, device: u32, station: u32) {
        let Some(known) = self.forms.get(form) else { return };
        let kept = known.meaning.as_ref().map(|meaning| &meaning.kept);
        if kept.is_none_or(BTreeSet::is_empty) && record.supersedes.is_none() {
            return;
        }
        let answers = record.body.answers.iter().flat_map(|answers| answers.iter());
        let answers = answers.filter(|(id, _)| kept.is_some_and(|kept| kept.contains(*id)));
        let note = Note {
            seq: record.seq,
            hash,
            supersedes: record.supersedes,
            station,
            training: record.training == Some(true),
            form: known.name,
            answers: answers.map(|(id, value)| (self.words.number(id), value.clone())).collect(),
        };
        let Some(device_book) = index(device).and_then(|device| self.devices.get_mut(device)) else { return };
        device_book.note(note);
        let behind = device_book.head.is_some_and(|head| head > record.seq);
        if behind {
            // A correction may have taken a record away from any station.
            let moved = record.supersedes.is_some();
            let stations: BTreeSet<u32> = device_book.notes.iter().map(|note| note.station).collect();
            self.due.extend(stations.into_iter().filter(|other| moved || *other == station).map(|at| (device, at)));
            self.due.insert((device, station));
        }
    }

    /// Finds out what has changed since it was asked last: rows, each once. Records that must be seen again for it are
    /// [`Book::wanted`] afterwards.
    pub fn settle(&mut self) -> BTreeSet<RowKey> {
        for (device, station) in std::mem::take(&mut self.due) {
            for training in [0, 1] {
                self.find_again(device, station.saturating_mul(2).saturating_add(training));
            }
        }
        let dirty = std::mem::take(&mut self.lines.dirty);
        if !dirty.is_empty() {
            self.place_steps();
        }
        for row in &dirty {
            let summary = self.summarise(*row);
            let counts = !is_training(*row);
            for (form, count) in summary.forms.iter().filter(|_| counts) {
                let sum = self.sums.entry(*form).or_default();
                *sum = sum.saturating_add(count.count);
            }
            let now = summary.records > 0;
            let before = if now { self.summaries.insert(*row, summary) } else { self.summaries.remove(row) };
            if counts && self.directory.station(row / 2).is_some() {
                self.heard = self.heard.saturating_add(usize::from(now)).saturating_sub(usize::from(before.is_some()));
            }
            for (form, count) in before.iter().flat_map(|before| &before.forms).filter(|_| counts) {
                if let Some(sum) = self.sums.get_mut(form) {
                    *sum = sum.saturating_sub(count.count);
                }
            }
        }
        self.sums.retain(|_, count| *count > 0);
        dirty.into_iter().map(|row| self.key(row)).collect()
    }

    /// Notes which records of a device at a station were judged after others than are there now.
    fn find_again(&mut self, device: u32, row: RowNumber) {
        let mut lines: Vec<&Version> =
            self.lines.row(row).map(|(_, line)| &line.latest).filter(|latest| latest.device == device).collect();
        lines.sort_by_key(|latest| std::cmp::Reverse((latest.seq, latest.hash)));
        let again = lines.into_iter().filter(|latest| {
            let Some(meaning) = self.forms.meaning(latest.form).filter(|meaning| !meaning.carries.is_empty()) else {
                return false;
            };
            let earlier = self.earlier(meaning, device, latest.seq, latest.station, latest.training);
            fingerprint(&earlier) != latest.content.as_ref().map_or(0, |content| content.after)
        });
        let again: Vec<RecordHash> = again.take(AGAIN).map(|latest| latest.hash).collect();
        self.wanted.extend(again);
    }

    /// Records that must be seen again, at most so many; [`Book::again`] shows them.
    #[must_use]
    pub fn wanted(&self, most: usize) -> Vec<RecordHash> {
        self.wanted.iter().take(most).copied().collect()
    }

    /// Shows a record again that was wanted. One that cannot be read stays as it was.
    pub fn again(&mut self, hash: RecordHash, record: Option<&Record>) {
        self.wanted.remove(&hash);
        let Some(record) = record else { return };
        let latest = self.lines.line(&hash).and_then(|line| self.lines.get(line)).map(|line| &line.latest);
        let Some(latest) = latest.filter(|latest| latest.hash == hash) else { return };
        let judged = self.judge(record, latest.form, latest.device, latest.station);
        let Some((row, content)) = self.lines.content_mut(&hash) else { return };
        content.fails = judged.fails;
        content.undecided = judged.undecided;
        content.after = judged.after;
        if row != NONE {
            self.lines.dirty.insert(row);
        }
    }

    /// What a row is called.
    pub(super) fn key(&self, row: RowNumber) -> RowKey {
        RowKey { training: is_training(row), station: self.station_name(row / 2).map(str::to_owned) }
    }

    /// The row with this name, if any record was ever counted there or the directory has it.
    pub(super) fn row_number(&self, key: &RowKey) -> Option<RowNumber> {
        let station = match &key.station {
            None => 0,
            Some(station) => self.stations.find(station)?.saturating_add(1),
        };
        Some(station.saturating_mul(2).saturating_add(u32::from(key.training)))
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text,
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
    }
}

/// A number that differs when a record looks back at other records. Only ever compared with what the same device has caused.
fn fingerprint(notes: &[&Note]) -> u64 {
    notes.iter().fold(0, |sum: u64, note| {
        let [a, b, c, d, e, f, g, h, ..] = note.hash.0;
        sum.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from_be_bytes([a, b, c, d, e, f, g, h])
    })
}
