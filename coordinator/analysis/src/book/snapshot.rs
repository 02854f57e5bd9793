//! A book as bytes, so that a start need not look at every record again.
//!
//! A snapshot is worth nothing by itself: it says up to which record of which packs it counts, and whoever reads it checks that
//! against the ledger it is for. What does not fit in every way is [`Unusable`], and the book is made from the records again, which
//! is always right. It is no format for anybody else: another version of the program makes another one.

use std::collections::BTreeMap;
use std::sync::Arc;

use kuager_wire::cose::sha256;
use kuager_wire::ids::{ObserverId, PackHash, RecordHash};
use kuager_wire::pack::{SignedPack, Station};
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::device::Device;
use super::fold::Book;
use super::line::{Line, NONE};
use super::names::index;

/// Raised whenever what a book keeps, or what it makes of records, becomes something else.
const VERSION: u32 = 2;
const MAGIC: &[u8; 16] = b"kuager book\n\0\0\0\0";

/// What a snapshot is of.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Identity {
    /// The deployment, or whatever else tells one ledger from others.
    #[n(0)]
    pub ledger: Vec<u8>,
    /// What had been said about trusting devices.
    #[n(1)]
    pub trust: u64,
    /// The newest arrival that is counted.
    #[n(2)]
    pub newest: i64,
    /// The record with that number.
    #[n(3)]
    pub last: Option<RecordHash>,
}

/// Why a snapshot is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is damaged, or was not written to its end.
    #[error("it is damaged")]
    Damaged,
    /// Another version of the program wrote it.
    #[error("another version wrote it")]
    Version,
    /// It is of another ledger, or of one with other revocations.
    #[error("it is of another ledger")]
    Ledger,
    /// It names a pack that is not published.
    #[error("it names a pack that is not published")]
    Pack,
}

/// Everything that cannot be made again from packs.
#[derive(Decode)]
#[cbor(array)]
struct Kept {
    #[n(0)]
    stations: Vec<String>,
    #[n(1)]
    words: Vec<String>,
    #[n(2)]
    observers: Vec<ObserverId>,
    #[n(3)]
    devices: Vec<Device>,
    #[n(4)]
    forms: Vec<(PackHash, u32)>,
    #[n(5)]
    lines: Vec<Line>,
    #[n(6)]
    line_of: Vec<(RecordHash, u32)>,
    #[n(7)]
    about: BTreeMap<u32, Vec<u32>>,
    #[n(8)]
    corrections: BTreeMap<RecordHash, Vec<u32>>,
    #[n(9)]
    waiting: BTreeMap<RecordHash, Vec<u32>>,
    #[n(10)]
    spans: BTreeMap<u64, u32>,
}

impl Book {
    /// The book as bytes. It must be settled, with nothing that is wanted; what the desk's journal and the devices' facts say is
    /// not in it, and is told again.
    #[must_use]
    pub fn write(&self, ledger: &[u8], trust: u64) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_be_bytes());
        let identity = Identity { ledger: ledger.to_vec(), trust, newest: self.newest, last: self.last };
        let mut encoder = Encoder::new(bytes);
        // Memory takes everything.
        encoder.encode(&identity).and_then(|encoder| self.encode(encoder)).expect("writes to memory");
        let mut bytes = encoder.into_writer();
        let sum = sha256(&bytes);
        bytes.extend(sum);
        bytes
    }

    fn encode<'e>(
        &self,
        encoder: &'e mut Encoder<Vec<u8>>,
    ) -> Result<&'e mut Encoder<Vec<u8>>, minicbor::encode::Error<std::convert::Infallible>> {
        let stations: Vec<&str> = self.stations.all().collect();
        let words: Vec<&str> = self.words.all().collect();
        let forms: Vec<(PackHash, u32)> = self.forms.all().collect();
        encoder.array(11)?.encode(&stations)?.encode(&words)?.encode(&self.observers)?.encode(&self.devices)?;
        encoder.encode(&forms)?.encode(&self.lines.lines)?;
        encoder.array(u64::try_from(self.lines.line_of.len()).unwrap_or(u64::MAX))?;
        let mut line_of: Vec<(&RecordHash, &u32)> = self.lines.line_of.iter().collect();
        line_of.sort_unstable();
        for (hash, line) in line_of {
            encoder.array(2)?.encode(hash)?.encode(line)?;
        }
        encoder.encode(&self.lines.words)?.encode(&self.lines.corrections)?.encode(&self.lines.waiting)?;
        encoder.encode(&self.spans)
    }

    /// What a snapshot says it is of, without believing it.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn identity(bytes: &[u8]) -> Result<Identity, Unusable> {
        let (identity, _) = parts(bytes)?;
        Ok(identity)
    }

    /// A book from bytes, with the packs it needs.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn read<'a>(
        bytes: &[u8],
        packs: impl IntoIterator<Item = &'a Arc<SignedPack>>,
        latest: &Arc<SignedPack>,
        stations: impl IntoIterator<Item = &'a Station>,
    ) -> Result<Self, Unusable> {
        let (identity, rest) = parts(bytes)?;
        let kept: Kept = minicbor::decode(rest).map_err(|_| Unusable::Damaged)?;
        let mut book = Self { newest: identity.newest, last: identity.last, spans: kept.spans, ..Self::default() };
        for name in &kept.stations {
            book.stations.number(name);
        }
        for name in &kept.words {
            book.words.number(name);
        }
        for pack in packs {
            book.forms.publish(pack);
        }
        for (pack, name) in kept.forms {
            // What answered a form without its record being read has the hash of nothing.
            if !book.forms.has(&pack) && pack != PackHash([0; 32]) {
                return Err(Unusable::Pack);
            }
            let name = book.words.name(name).to_owned();
            book.forms.number(pack, &name, &mut book.words);
        }
        for observer in kept.observers {
            book.observer(observer);
        }
        for device in kept.devices {
            let number = book.device(device.kid, device.observer);
            if let Some(place) = index(number).and_then(|at| book.devices.get_mut(at)) {
                *place = device;
            }
        }
        book.lines.lines = kept.lines;
        book.lines.line_of = kept.line_of.into_iter().collect();
        book.lines.words = kept.about;
        book.lines.corrections = kept.corrections;
        book.lines.waiting = kept.waiting;
        for (number, line) in (0..).zip(&book.lines.lines) {
            let Some(at) = index(line.row).filter(|_| line.row != NONE) else { continue };
            // No more rows than names, each with and without training.
            if at / 2 > book.stations.all().len() {
                return Err(Unusable::Damaged);
            }
            if book.lines.rows.len() <= at {
                book.lines.rows.resize_with(at.saturating_add(1), Vec::new);
            }
            if let Some(lines) = book.lines.rows.get_mut(at) {
                lines.push(number);
            }
            book.lines.dirty.insert(line.row);
        }
        book.publish([], latest, stations);
        book.settle();
        Ok(book)
    }
}

/// What a snapshot is of, and the rest of it, if its sum is right.
fn parts(bytes: &[u8]) -> Result<(Identity, &[u8]), Unusable> {
    let (body, sum) = bytes.split_last_chunk::<32>().ok_or(Unusable::Damaged)?;
    let rest = body.strip_prefix(MAGIC).ok_or(Unusable::Damaged)?;
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(Unusable::Damaged)?;
    if u32::from_be_bytes(*version) != VERSION {
        return Err(Unusable::Version);
    }
    if sha256(body) != *sum {
        return Err(Unusable::Damaged);
    }
    let mut decoder = Decoder::new(rest);
    let identity = decoder.decode().map_err(|_| Unusable::Damaged)?;
    Ok((identity, rest.get(decoder.position()..).unwrap_or_default()))
}
