//! Drawing a sample so that anybody can repeat it afterwards, and nobody can foresee it.
//!
//! Before the day a [`Commitment`] is published: the SHA-256 of the frame and of a secret [`Seed`], and how many stations of each stratum
//! will be drawn. A station's place in the list is SHA-256(seed ‖ station key), and the first n of a stratum are drawn. Afterwards the seed is
//! published, and whoever has the frame gets the same list.
//!
//! Who makes the seed could make many, and commit to the one whose list they like. So a commitment may name a public value that
//! nobody knows yet and nobody controls, the numbers of a lottery that is drawn later: the seed is then SHA-256(secret ‖ 0 ‖ value).

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::frame::Frame;
use super::sample::{NoSample, Origin, Sample};
use super::table::LONGEST;

/// The version of what a commitment looks like.
const VERSION: u32 = 1;
/// Bytes of a commitment's text.
const MOST_BYTES: usize = 1 << 20;
/// Stations of a stratum that say how stations differ.
const FEWEST: u32 = 2;

/// A SHA-256, in text 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEX.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        bytes(&text).map(Self).ok_or("a hash has 64 hexadecimal digits")
    }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    HEX.decode(hex.as_bytes()).ok()?.try_into().ok()
}

/// What decides which stations are drawn. Secret until the vote has ended, so it is shown by nothing but [`Seed::to_hex`].
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// From bytes that nobody can guess.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From 64 hexadecimal digits, blanks around them allowed.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        bytes(text.trim()).map(Self)
    }

    /// As it is written down.
    #[must_use]
    pub fn to_hex(&self) -> String {
        HEX.encode(&self.0)
    }

    /// What commits to it.
    #[must_use]
    pub fn sha256(&self) -> Hash {
        Hash(Sha256::digest(self.0).into())
    }

    fn mixed_with(&self, value: &str) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update([0]).chain_update(value).finalize().into())
    }

    /// The place of a station in the list.
    fn place(&self, station: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.0).chain_update(station).finalize().into()
    }

    /// Where the walk through a stratum begins, below `end`. No key of a station has the byte 0 that sets this apart.
    fn start(&self, stratum: &str, end: u128) -> u128 {
        let hash = Sha256::new().chain_update(self.0).chain_update([0]).chain_update(stratum).finalize();
        hash.iter().fold(0, |rest, byte| ((rest << 8) | u128::from(*byte)) % end)
    }
}

/// How stations are drawn within a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each with the same chance: for a quick count.
    Simple,
    /// With a chance in proportion to its registered voters: for an exit poll.
    BySize,
}

/// What is published before the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Version of this form.
    pub version: u32,
    /// How stations are drawn.
    pub method: Method,
    /// SHA-256 of the frame's file.
    pub frame_sha256: Hash,
    /// SHA-256 of the seed's 32 bytes.
    pub seed_sha256: Hash,
    /// Which public value, unknown today, the seed is mixed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_value: Option<String>,
    /// How many stations of each stratum are drawn.
    pub stations: BTreeMap<String, u32>,
}

/// Why nothing was drawn.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// Text that is no commitment.
    #[error("this is no commitment: {0}")]
    NoCommitment(String),
    /// Of another version.
    #[error("this commitment is of version {0}, which this program does not know")]
    Version(u32),
    /// Another frame.
    #[error("the frame's SHA-256 is {found}, and {committed} was committed to")]
    OtherFrame {
        /// Of the frame that was given.
        found: Hash,
        /// Of the one that was committed to.
        committed: Hash,
    },
    /// Another seed.
    #[error("the seed's SHA-256 is {found}, and {committed} was committed to")]
    OtherSeed {
        /// Of the seed that was given.
        found: Hash,
        /// Of the one that was committed to.
        committed: Hash,
    },
    /// A public value is named, and none given, or the other way round.
    #[error("{}", match .0 { Some(named) => format!("the commitment names a public value; give it: {named}"), None => "the commitment names no public value, so none counts".to_owned() })]
    PublicValue(Option<String>),
    /// Drawn another way.
    #[error("the commitment is for the other way of drawing stations")]
    OtherMethod,
    /// A stratum of the frame that the commitment does not have.
    #[error("the commitment says nothing of stratum `{0}`")]
    NoSize(String),
    /// A stratum that the frame does not have.
    #[error("the frame has no stratum `{0}`")]
    NoStratum(String),
    /// More than there is, or too few to say how they differ.
    #[error("of stratum `{stratum}` {wanted} stations are to be drawn; at least {} and at most {stations} can be", FEWEST.min(*.stations))]
    Size {
        /// The stratum.
        stratum: String,
        /// Stations it has.
        stations: u32,
        /// Stations to be drawn.
        wanted: u32,
    },
    /// Fewer stations than the strata need.
    #[error("{wanted} stations are too few: the strata need {needed}, two each where there are two")]
    TooFew {
        /// Stations to be drawn.
        wanted: u32,
        /// Stations that are needed.
        needed: u32,
    },
    /// A station without voters cannot be drawn by size.
    #[error("station `{0}` has no registered voters, so it has no chance; leave it out of the frame, and say so")]
    NoVoters(String),
    /// What was drawn contradicts itself.
    #[error(transparent)]
    NoSample(#[from] NoSample),
}

impl Commitment {
    /// Commits to a frame, a seed and how many stations of each stratum are drawn.
    ///
    /// # Errors
    /// [`DrawError`] where sizes and frame do not fit.
    pub fn new(
        method: Method,
        frame: &Frame,
        seed: &Seed,
        stations: BTreeMap<String, u32>,
        public_value: Option<String>,
    ) -> Result<Self, DrawError> {
        let hashes = (Hash(frame.sha256()), seed.sha256());
        let commitment =
            Self { version: VERSION, method, frame_sha256: hashes.0, seed_sha256: hashes.1, public_value, stations };
        commitment.check_sizes(frame)?;
        Ok(commitment)
    }

    /// Reads what was published.
    ///
    /// # Errors
    /// [`DrawError::NoCommitment`], [`DrawError::Version`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, DrawError> {
        if bytes.len() > MOST_BYTES {
            return Err(DrawError::NoCommitment(format!("it is larger than {MOST_BYTES} bytes")));
        }
        let commitment: Self =
            serde_json::from_slice(bytes).map_err(|error| DrawError::NoCommitment(error.to_string()))?;
        if commitment.version != VERSION {
            return Err(DrawError::Version(commitment.version));
        }
        if commitment.public_value.as_ref().is_some_and(|value| value.len() > LONGEST) {
            return Err(DrawError::NoCommitment(format!("its public value is longer than {LONGEST} bytes")));
        }
        Ok(commitment)
    }

    /// As it is published.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("texts and numbers can be written");
        text.push('\n');
        text
    }

    fn check_sizes(&self, frame: &Frame) -> Result<(), DrawError> {
        let strata = frame.by_stratum();
        if let Some(name) = self.stations.keys().find(|name| !strata.contains_key(name.as_str())) {
            return Err(DrawError::NoStratum(name.clone()));
        }
        for (name, stations) in strata {
            let Some(wanted) = self.stations.get(name).copied() else {
                return Err(DrawError::NoSize(name.to_owned()));
            };
            let stations = u32::try_from(stations.len()).unwrap_or(u32::MAX);
            if wanted > stations || wanted < FEWEST.min(stations) {
                return Err(DrawError::Size { stratum: name.to_owned(), stations, wanted });
            }
        }
        Ok(())
    }

    /// The seed to draw with, if everything is as it was committed to.
    fn open(&self, method: Method, frame: &Frame, seed: &Seed, value: Option<&str>) -> Result<Seed, DrawError> {
        if self.method != method {
            return Err(DrawError::OtherMethod);
        }
        let (found, committed) = (Hash(frame.sha256()), self.frame_sha256);
        if found != committed {
            return Err(DrawError::OtherFrame { found, committed });
        }
        let (found, committed) = (seed.sha256(), self.seed_sha256);
        if found != committed {
            return Err(DrawError::OtherSeed { found, committed });
        }
        self.check_sizes(frame)?;
        match (&self.public_value, value) {
            (Some(_), Some(value)) => Ok(seed.mixed_with(value)),
            (None, None) => Ok(seed.clone()),
            (named, _) => Err(DrawError::PublicValue(named.clone())),
        }
    }
}

/// Shares out stations over strata in proportion to how many each has: two at least where there are two, the largest remainders first.
///
/// # Errors
/// [`DrawError::TooFew`].
pub fn allocate(frame: &Frame, stations: u32) -> Result<BTreeMap<String, u32>, DrawError> {
    let strata: Vec<(&str, u64)> =
        frame.by_stratum().into_iter().map(|(name, stations)| (name, stations.len() as u64)).collect();
    let fewest = |of: u64| of.min(u64::from(FEWEST));
    let (all, needed) =
        strata.iter().fold((0, 0), |(all, needed), (_, stations)| (all + stations, needed + fewest(*stations)));
    let wanted = u64::from(stations).min(all);
    if wanted < needed {
        return Err(DrawError::TooFew { wanted: stations, needed: u32::try_from(needed).unwrap_or(u32::MAX) });
    }
    let mut sizes: Vec<u64> = strata.iter().map(|(_, of)| (wanted * of / all).max(fewest(*of))).collect();
    let mut taken: u64 = sizes.iter().sum();
    // By how much a stratum has more than its part; the numerators of fractions with one denominator.
    let excess = |size: u64, of: u64| i128::from(size) * i128::from(all) - i128::from(wanted) * i128::from(of);
    while taken != wanted {
        let less = taken < wanted;
        let can = |at: &usize| if less { sizes[*at] < strata[*at].1 } else { sizes[*at] > fewest(strata[*at].1) };
        let order =
            |at: &usize| if less { excess(sizes[*at], strata[*at].1) } else { -excess(sizes[*at], strata[*at].1) };
        let Some(at) = (0..strata.len()).filter(can).min_by_key(order) else { break };
        if less {
            sizes[at] += 1;
            taken += 1;
        } else {
            sizes[at] -= 1;
            taken -= 1;
        }
    }
    let narrow = |size: u64| u32::try_from(size).unwrap_or(u32::MAX);
    Ok(strata.into_iter().zip(sizes).map(|((name, _), size)| (name.to_owned(), narrow(size))).collect())
}

/// Draws a quick count's sample: in each stratum the first of the list.
///
/// # Errors
/// [`DrawError`] where frame, seed or public value are not those that were committed to.
pub fn draw_simple(
    frame: &Frame,
    commitment: &Commitment,
    seed: &Seed,
    public_value: Option<&str>,
) -> Result<Sample, DrawError> {
    let drawn_with = commitment.open(Method::Simple, frame, seed, public_value)?;
    let mut chosen = BTreeMap::new();
    for (stratum, stations) in frame.by_stratum() {
        let mut list: Vec<&str> = stations.into_iter().map(|(key, _)| key).collect();
        list.sort_by_cached_key(|key| drawn_with.place(key));
        let wanted = commitment.stations.get(stratum).copied().unwrap_or_default() as usize;
        chosen.insert(stratum.to_owned(), list.into_iter().take(wanted).map(str::to_owned).collect());
    }
    let origin = Origin::Drawn { frame: frame.sha256(), seed: commitment.seed_sha256.0 };
    Ok(Sample::drawn(origin, frame, &chosen)?)
}

/// A station drawn by its size.
#[derive(Debug, Clone, PartialEq)]
pub struct BySize {
    /// Its stratum.
    pub stratum: String,
    /// Its key.
    pub station: String,
    /// Its registered voters.
    pub registered: u32,
    /// Those of its stratum.
    pub stratum_registered: u64,
    /// Stations drawn in its stratum.
    pub stations_drawn: u32,
    /// The chance it had; 1 for a station so large that it is drawn in any case.
    pub pi: f64,
}

/// Draws an exit poll's stations, in each stratum with a chance in proportion to registered voters, without replacement: systematically,
/// through the list as [`draw_simple`] orders it. Särndal, Swensson, Wretman (1992), 3.6.
///
/// # Errors
/// [`DrawError`] where frame, seed or public value are not those that were committed to.
pub fn draw_by_size(
    frame: &Frame,
    commitment: &Commitment,
    seed: &Seed,
    public_value: Option<&str>,
) -> Result<Vec<BySize>, DrawError> {
    let drawn_with = commitment.open(Method::BySize, frame, seed, public_value)?;
    if let Some((key, _)) = frame.stations().iter().find(|(_, station)| station.registered == 0) {
        return Err(DrawError::NoVoters(key.clone()));
    }
    let mut drawn = Vec::new();
    for (stratum, stations) in frame.by_stratum() {
        let stations_drawn = commitment.stations.get(stratum).copied().unwrap_or_default();
        let mut list: Vec<(&str, u32)> = stations.into_iter().map(|(key, station)| (key, station.registered)).collect();
        list.sort_by_cached_key(|(key, _)| drawn_with.place(key));
        let stratum_registered = list.iter().map(|(_, registered)| u64::from(*registered)).sum();
        let sizes: Vec<u32> = list.iter().map(|(_, registered)| *registered).collect();
        for (at, pi) in walk(&sizes, stations_drawn, |end| drawn_with.start(stratum, end)) {
            let (station, registered) = (list[at].0.to_owned(), list[at].1);
            let stratum = stratum.to_owned();
            drawn.push(BySize { stratum, station, registered, stratum_registered, stations_drawn, pi });
        }
    }
    Ok(drawn)
}

/// Which of these are drawn, with the chance of each: what is as large as the distance between two steps is drawn in any case and taken out
/// of the walk, until nothing left is; through the rest one walks in equal steps, from a start below the sum of what is left.
fn walk(sizes: &[u32], wanted: u32, start: impl FnOnce(u128) -> u128) -> Vec<(usize, f64)> {
    let mut certain = vec![false; sizes.len()];
    let (mut left, mut steps) = (sizes.iter().map(|size| u128::from(*size)).sum::<u128>(), u128::from(wanted));
    loop {
        let large = |at: &usize| !certain[*at] && steps > 0 && u128::from(sizes[*at]) * steps >= left;
        let found: Vec<usize> =
            (0..sizes.len()).filter(large).take(usize::try_from(steps).unwrap_or(usize::MAX)).collect();
        if found.is_empty() {
            break;
        }
        for at in found {
            certain[at] = true;
            left -= u128::from(sizes[at]);
            steps -= 1;
        }
    }
    let mut drawn: Vec<(usize, f64)> = (0..sizes.len()).filter(|at| certain[*at]).map(|at| (at, 1.0)).collect();
    if steps > 0 && left > 0 {
        // Everything times the number of steps, so that all of it is whole: steps have the length `left`.
        let (mut next, mut passed) = (start(left), 0);
        for (at, size) in sizes.iter().enumerate().filter(|(at, _)| !certain[*at]) {
            passed += u128::from(*size) * steps;
            if next < passed {
                drawn.push((at, part(u128::from(*size) * steps, left)));
                next += left;
            }
        }
    }
    drawn.sort_by_key(|(at, _)| *at);
    drawn
}

#[expect(clippy::cast_precision_loss, reason = "a chance is as exact as a number with sixteen digits")]
fn part(of: u128, whole: u128) -> f64 {
    of as f64 / whole as f64
}

#[cfg(test)]
mod tests;
