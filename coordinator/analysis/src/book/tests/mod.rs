//! Days that are written out, and days of chance: whatever order records arrive in, and wherever a snapshot cuts them, they come to
//! the same.

mod board;
mod chance;
mod counting;
mod hostile;
mod incidents;
mod norms;
mod numbers;
mod past;
mod protocols;
mod turnout;

use std::sync::{Arc, LazyLock};

use kuager_forms::words::Language;
use kuager_pack::testing::{self, KAZAKHSTAN};
use kuager_wire::ids::{BootId, Kid, ObserverId, PackHash, RecordHash};
use kuager_wire::pack::{Pack, SignedPack};
use kuager_wire::record::{Answers, Body, ClockReading, FormRef, Record, RecordKind, Value};

use super::{Book, Received, RowKey};

pub(super) const PACK: PackHash = PackHash([1; 32]);
/// A station of the pack's directory.
pub(super) const STATION: &str = "710000000-99";
/// 06:00 of election day at the stations.
pub(super) const DAWN_MS: u64 = 1_787_446_800_000;

pub(super) fn hash(number: u64) -> RecordHash {
    RecordHash::of(&number.to_be_bytes())
}

/// Every order of a few.
pub(super) fn orders<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..of.len() {
        let mut rest = of.to_vec();
        let first = rest.remove(at);
        all.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, first.clone());
            order
        }));
    }
    all
}

pub(super) fn signed(pack: Pack) -> Arc<SignedPack> {
    Arc::new(SignedPack { hash: PACK, bytes: Vec::new(), pack })
}

/// The pack of most tests. Compiling it takes longer than any of them.
static COMPILED: LazyLock<Arc<SignedPack>> = LazyLock::new(|| signed(testing::compiled(KAZAKHSTAN)));

pub(super) fn pack() -> Arc<SignedPack> {
    Arc::clone(&COMPILED)
}

/// A book in which a pack is published.
pub(super) fn book(pack: &Arc<SignedPack>) -> Book {
    let mut book = Book::new();
    book.publish([pack], pack, &pack.pack.stations);
    book
}

/// A record, who sent it, and when it came.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) observer: u8,
    pub(super) hash: RecordHash,
    pub(super) record: Record,
    pub(super) received_ms: u64,
}

impl Sent {
    pub(super) fn new(observer: u8, seq: u64, kind: RecordKind, form: &str, answers: Answers) -> Self {
        let form = kind.has_form().then(|| FormRef { pack: PACK, form: form.to_owned() });
        let text = (!kind.has_form()).then(|| "why".to_owned());
        let record = Record {
            version: 1,
            kind,
            seq,
            prev: RecordHash([9; 32]),
            clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([3; 16]), flags: 0 },
            checkpoint: None,
            body: Body { answers: form.is_some().then_some(answers), text, ..Body::default() },
            form,
            station: Some(STATION.to_owned()),
            attachments: None,
            supersedes: None,
            location: None,
            training: None,
        };
        let name = (u64::from(observer) << 32) | seq;
        Self { observer, hash: hash(name), record, received_ms: DAWN_MS + 1_000 * u64::from(observer) + seq }
    }

    pub(super) fn at(mut self, station: &str) -> Self {
        self.record.station = Some(station.to_owned());
        self
    }

    pub(super) fn correcting(mut self, other: &Self) -> Self {
        self.record.supersedes = Some(other.hash);
        self
    }

    pub(super) fn received(&self, id: i64) -> Received<'_> {
        Received {
            id,
            hash: self.hash,
            kid: Kid([self.observer; 16]),
            observer: ObserverId([self.observer; 16]),
            seq: self.record.seq,
            supersedes: self.record.supersedes,
            follows: self.record.body.follows.map(|follows| follows.record),
            station: self.record.station.as_deref(),
            form: self.record.form.as_ref().map(|form| form.form.as_str()),
            kind: self.record.kind,
            training: self.record.training == Some(true),
            received_ms: self.received_ms,
            record: Some(&self.record),
        }
    }
}

/// A protocol of a list contest in which everything adds up, but for what is changed.
pub(super) fn protocol(observer: u8, seq: u64, changed: &[(&str, i64)], copy: &str) -> Sent {
    let mut answers = testing::protocol(Language::Kazakh, changed);
    answers.insert("copy", Value::from(copy));
    Sent::new(observer, seq, RecordKind::Protocol, "protocol-list", answers)
}

pub(super) fn turnout(observer: u8, seq: u64, hour: &str, told: i64) -> Sent {
    let answers = [("hour", Value::from(hour)), ("told", told.into())].into_iter().collect();
    Sent::new(observer, seq, RecordKind::Turnout, "turnout", answers)
}

/// Adds records in this order, and shows the book again what it wants to see again.
pub(super) fn arrive(book: &mut Book, sent: &[Sent]) {
    let first = book.newest().saturating_add(1);
    for (sent, id) in sent.iter().zip(first..) {
        book.add(sent.received(id));
    }
    settle(book, |hash| sent.iter().find(|sent| sent.hash == hash).map(|sent| &sent.record));
}

/// Settles a book, with the records it wants from wherever they are.
pub(super) fn settle<'a>(book: &mut Book, find: impl Fn(RecordHash) -> Option<&'a Record>) {
    book.settle();
    loop {
        let wanted = book.wanted(16);
        if wanted.is_empty() {
            break;
        }
        for hash in wanted {
            book.again(hash, find(hash));
        }
    }
    book.settle();
}

pub(super) fn row(station: &str) -> RowKey {
    RowKey { training: false, station: Some(station.to_owned()) }
}
