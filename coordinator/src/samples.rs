//! Drawn samples of stations in the data directory, so that the desk can make a quick count or an exit poll from what arrives.
//!
//! Each lies in a folder of its own, `samples/quick-count` and `samples/exit-poll`: the frame, the commitment that was published, the seed, and
//! what else the draw needs. The list itself is not kept: it is drawn again whenever it is read, and so is what was committed to, or nothing.
//! Seed and list are secret until the vote has ended; the folders are for the user alone that runs the coordinator.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kuager_analysis::estimate::draw::{Commitment, DrawError, Method, Seed, draw_by_size, draw_simple};
use kuager_analysis::estimate::exit_poll::{PolledStation, interval};
use kuager_analysis::estimate::frame::Frame;
use kuager_analysis::estimate::sample::Sample;
use kuager_analysis::estimate::table::{MOST_BYTES, TableError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::deployment::{DeploymentError, read_secret, write_new};

const FOLDER: &str = "samples";
const FRAME: &str = "frame.csv";
const COMMITMENT: &str = "commitment.json";
const SEED: &str = "seed";
const PLAN: &str = "plan.json";
/// Bytes of a plan.
const PLAN_BYTES: usize = 16 * 1024;

/// What a draw needs besides frame, commitment and seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// The public value that the commitment names, as it turned out.
    pub public_value: Option<String>,
    /// For an exit poll: cards wanted at each station.
    pub cards: Option<u32>,
    /// For an exit poll: the part of registered voters who are expected.
    pub expected_turnout: Option<f64>,
}

/// The sample of a quick count.
#[derive(Debug)]
pub struct CountSample {
    /// What was published before.
    pub commitment: Commitment,
    /// The stations that were drawn.
    pub sample: Sample,
    /// Voters registered by the frame, by station of the sample.
    pub registered: BTreeMap<String, u32>,
    /// Every station of the frame.
    pub frame: Vec<String>,
}

/// The sample of an exit poll.
#[derive(Debug)]
pub struct PollSample {
    /// What was published before.
    pub commitment: Commitment,
    /// The stations that were drawn.
    pub stations: BTreeMap<String, PolledStation>,
    /// Every station of the frame, by stratum.
    pub frame: BTreeMap<String, Vec<String>>,
}

/// The samples of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// For a quick count.
    pub quick_count: Option<Arc<CountSample>>,
    /// For an exit poll.
    pub exit_poll: Option<Arc<PollSample>>,
}

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The data directory.
    #[error(transparent)]
    Files(#[from] DeploymentError),
    /// There is one already, and it stays.
    #[error("there is a sample already, in {}; what was committed to is not changed. If it was a mistake, and nobody has seen the commitment, remove the folder", .0.display())]
    AlreadyThere(PathBuf),
    /// A folder or file that cannot be made or read.
    #[error("cannot {action} {} ({source})", path.display())]
    Io {
        /// What failed.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The frame.
    #[error(transparent)]
    Frame(#[from] TableError),
    /// The draw.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// Something that is no seed.
    #[error("{} holds no seed: 64 hexadecimal digits", .0.display())]
    NoSeed(PathBuf),
    /// Something that is no plan.
    #[error("{} cannot be read: {reason}", path.display())]
    NoPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An exit poll without what the interval follows from.
    #[error("stations of an exit poll need the cards wanted at each and the turnout expected, above 0 and up to 1")]
    NoInterval,
    /// A station that no record can be of.
    #[error(
        "station `{0}` was drawn, and is not in the newest pack: frame and pack must call it alike; publish the pack with all stations first"
    )]
    Unknown(String),
}

/// What a sample is drawn from. It holds the seed, and is shown by nothing.
pub struct Given<'a> {
    /// The frame's file.
    pub frame: &'a [u8],
    /// The commitment's file.
    pub commitment: &'a [u8],
    /// The seed.
    pub seed: &'a Seed,
    /// What else the draw needs.
    pub plan: Plan,
}

/// A sample that was drawn.
#[derive(Debug)]
enum Drawn {
    Count(CountSample),
    Poll(PollSample),
}

impl Samples {
    /// Reads the samples of a data directory, and draws them again. One that is not there is none.
    ///
    /// # Errors
    /// [`SampleError`] for one that is there and is not what was committed to.
    pub fn read(dir: &Path) -> Result<Self, SampleError> {
        let mut samples = Self::default();
        for method in [Method::Simple, Method::BySize] {
            let folder = folder(dir, method);
            // Written last.
            if !folder.join(COMMITMENT).is_file() {
                continue;
            }
            match read(&folder)? {
                Drawn::Count(sample) => samples.quick_count = Some(Arc::new(sample)),
                Drawn::Poll(sample) => samples.exit_poll = Some(Arc::new(sample)),
            }
        }
        Ok(samples)
    }

    /// Which samples a data directory has, without reading them.
    #[must_use]
    pub fn there(dir: &Path) -> [bool; 2] {
        [Method::Simple, Method::BySize].map(|method| folder(dir, method).join(COMMITMENT).is_file())
    }
}

/// Draws a sample, and keeps what it is drawn from in a data directory. Returns how many stations were drawn, and for what. `listed` says
/// which stations records can be of.
///
/// # Errors
/// [`SampleError`]; nothing is kept then.
pub fn keep(dir: &Path, given: &Given<'_>, listed: &dyn Fn(&str) -> bool) -> Result<(Method, usize), SampleError> {
    let (method, stations) = match draw(given, FRAME)? {
        Drawn::Count(sample) => {
            let drawn = sample.sample.strata().values().flat_map(|stratum| stratum.drawn.keys().cloned());
            (Method::Simple, drawn.collect::<Vec<_>>())
        }
        Drawn::Poll(sample) => (Method::BySize, sample.stations.into_keys().collect()),
    };
    if let Some(unknown) = stations.iter().find(|station| !listed(station)) {
        return Err(SampleError::Unknown(unknown.clone()));
    }
    let folder = folder(dir, method);
    if folder.symlink_metadata().is_ok() {
        return Err(SampleError::AlreadyThere(folder));
    }
    let make = |path: &Path| {
        let made = fs::DirBuilder::new().mode(0o700).recursive(true).create(path);
        made.map_err(|source| SampleError::Io { action: "make", path: path.to_owned(), source })
    };
    make(&dir.join(FOLDER))?;
    make(&folder)?;
    let plan = serde_json::to_vec(&given.plan)
        .map_err(|error| SampleError::NoPlan { path: folder.join(PLAN), reason: error.to_string() })?;
    let seed = Zeroizing::new(format!("{}\n", given.seed.to_hex()));
    for (name, bytes) in [(FRAME, given.frame), (SEED, seed.as_bytes()), (PLAN, &plan), (COMMITMENT, given.commitment)]
    {
        write_new(&folder.join(name), bytes)?;
    }
    Ok((method, stations.len()))
}

fn folder(dir: &Path, method: Method) -> PathBuf {
    dir.join(FOLDER).join(match method {
        Method::Simple => "quick-count",
        Method::BySize => "exit-poll",
    })
}

fn read(folder: &Path) -> Result<Drawn, SampleError> {
    let frame = bounded(&folder.join(FRAME), MOST_BYTES)?;
    let commitment = bounded(&folder.join(COMMITMENT), MOST_BYTES)?;
    let path = folder.join(SEED);
    let text = read_secret(&path)?;
    let seed = std::str::from_utf8(&text).ok().and_then(Seed::from_hex).ok_or(SampleError::NoSeed(path))?;
    let path = folder.join(PLAN);
    let plan = serde_json::from_slice(&bounded(&path, PLAN_BYTES)?)
        .map_err(|error| SampleError::NoPlan { path, reason: error.to_string() })?;
    let given = Given { frame: &frame, commitment: &commitment, seed: &seed, plan };
    draw(&given, &folder.join(FRAME).display().to_string())
}

fn draw(given: &Given<'_>, name: &str) -> Result<Drawn, SampleError> {
    let frame = Frame::read(name, given.frame)?;
    let commitment = Commitment::from_json(given.commitment)?;
    let value = given.plan.public_value.as_deref();
    match commitment.method {
        Method::Simple => {
            let sample = draw_simple(&frame, &commitment, given.seed, value)?;
            let drawn = sample.strata().values().flat_map(|stratum| stratum.drawn.keys());
            let registered = drawn.filter_map(|key| Some((key.clone(), frame.stations().get(key)?.registered)));
            let registered = registered.collect();
            let frame = frame.stations().keys().cloned().collect();
            Ok(Drawn::Count(CountSample { commitment, sample, registered, frame }))
        }
        Method::BySize => {
            let turnout = given.plan.expected_turnout.filter(|turnout| *turnout > 0.0 && *turnout <= 1.0);
            let cards = given.plan.cards.filter(|cards| *cards > 0);
            let (Some(turnout), Some(cards)) = (turnout, cards) else { return Err(SampleError::NoInterval) };
            let drawn = draw_by_size(&frame, &commitment, given.seed, value)?;
            let stations = drawn.into_iter().map(|station| {
                let polled = PolledStation {
                    interval: interval(station.registered, turnout, cards),
                    stratum: station.stratum,
                    registered: station.registered,
                    stratum_registered: u32::try_from(station.stratum_registered).unwrap_or(u32::MAX),
                    stations_drawn: station.stations_drawn,
                    pi: station.pi,
                };
                (station.station, polled)
            });
            let stations = stations.collect();
            let strata = frame.by_stratum().into_iter();
            let named = |(stratum, stations): (&str, Vec<(&str, _)>)| {
                (stratum.to_owned(), stations.into_iter().map(|(key, _)| key.to_owned()).collect())
            };
            let frame = strata.map(named).collect();
            Ok(Drawn::Poll(PollSample { commitment, stations, frame }))
        }
    }
}

fn bounded(path: &Path, most: usize) -> Result<Vec<u8>, SampleError> {
    let error = |source| SampleError::Io { action: "read", path: path.to_owned(), source };
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).map_err(error)?.take(most).read_to_end(&mut bytes).map_err(error)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
