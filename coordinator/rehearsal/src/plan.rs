//! Who observes where, what goes wrong, and what each phone seals and when it arrives.

use fastrand::Rng;
use kuager_wire::ids::{Kid, MediaHash, PublicKey};
use kuager_wire::record::{Answers, Attachment, AttachmentRole, MediaSource, RecordKind, Value};
use serde::Serialize;

use crate::country::{Country, HOURS, PARTIES, Place, Truth};
use crate::error::RehearsalError;
use crate::paper;
use crate::phone::{For, Phone, Sealing, incident, opening, protocol, turnout};

const MINUTE_MS: u64 = 60_000;
/// Phones whose protocols have a photo of the paper: enough to be read, and few enough to be drawn.
const PICTURED: usize = 24;
/// What happens here and there, and at what hour: codes of the pack's catalogue, of every gravity.
const INCIDENTS: [(&str, u32); 6] = [("A06", 20), ("V03", 11), ("B01", 8), ("A02", 15), ("V11", 13), ("C09", 20)];
/// Records sent in one upload at most.
const UPLOAD: usize = 24;

/// How large a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Stations of the country.
    pub stations: usize,
    /// Of a hundred stations, how many have an observer.
    pub observed: u32,
    /// Of a hundred of these, how many have a second one.
    pub twice: u32,
    /// Times each kind of trouble is planted.
    pub each: usize,
    /// Differences between the official figures and protocols that are planted.
    pub discrepancies: usize,
}

impl Size {
    /// A country as large as Kazakhstan, with some 145,000 records.
    pub const COUNTRY: Self = Self { stations: 10_388, observed: 100, twice: 75, each: 40, discrepancies: 40 };
    /// Small enough to be looked at.
    pub const SMALL: Self = Self { stations: 200, observed: 80, twice: 50, each: 4, discrepancies: 8 };
}

/// Something that was planted, by where it is to be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Planted {
    /// An observer was sent there, and nothing ever came.
    Silent {
        /// The station.
        station: String,
    },
    /// The day was reported, and no protocol.
    NoProtocol {
        /// The station.
        station: String,
    },
    /// The boxes held more ballots than were issued (K04).
    Overfull {
        /// The station.
        station: String,
    },
    /// Those who took part are not the votes (K05).
    WrongSum {
        /// The station.
        station: String,
    },
    /// Two observers have copies with other numbers.
    CopiesDiffer {
        /// The station.
        station: String,
    },
    /// Many came after the last figure that was told (K12.jump).
    LateJump {
        /// The station.
        station: String,
    },
    /// A device signed two records under one number.
    Fork {
        /// The station.
        station: String,
        /// The device.
        device: String,
    },
    /// A number of a chain never came.
    Gap {
        /// The station.
        station: String,
        /// The device.
        device: String,
    },
    /// A protocol was corrected, and counts once, as corrected.
    Corrected {
        /// The station.
        station: String,
    },
    /// The official figures of a line are not those of the protocol.
    Official {
        /// The station.
        station: String,
        /// The line.
        line: String,
        /// What the protocol says.
        protocol: u32,
        /// What the official figures say.
        official: u32,
    },
}

impl Planted {
    /// Where it is to be found.
    #[must_use]
    pub fn station(&self) -> &str {
        match self {
            Self::Silent { station }
            | Self::NoProtocol { station }
            | Self::Overfull { station }
            | Self::WrongSum { station }
            | Self::CopiesDiffer { station }
            | Self::LateJump { station }
            | Self::Fork { station, .. }
            | Self::Gap { station, .. }
            | Self::Corrected { station }
            | Self::Official { station, .. } => station,
        }
    }
}

/// What is planted at a station, besides official figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Silent,
    NoProtocol,
    Overfull,
    WrongSum,
    CopiesDiffer,
    LateJump,
    Fork,
    Gap,
    Corrected,
}

impl Trouble {
    const ALL: [Self; 9] = [
        Self::Silent,
        Self::NoProtocol,
        Self::Overfull,
        Self::WrongSum,
        Self::CopiesDiffer,
        Self::LateJump,
        Self::Fork,
        Self::Gap,
        Self::Corrected,
    ];

    const fn needs_two(self) -> bool {
        matches!(self, Self::CopiesDiffer)
    }

    /// In a small station two thirds of the voters are no late jump (K12.jump).
    const fn needs_issued(self) -> u32 {
        if matches!(self, Self::LateJump) { 300 } else { 0 }
    }
}

/// A phone that is sent to a station.
#[derive(Debug, Clone)]
pub struct Observer {
    pub(crate) phone: Phone,
    place: usize,
    second: bool,
    trouble: Option<Trouble>,
}

impl Observer {
    /// The device.
    #[must_use]
    pub fn kid(&self) -> Kid {
        PublicKey::from(self.phone.key()).kid()
    }

    /// The station.
    #[must_use]
    pub fn station(&self) -> &str {
        &self.phone.station
    }
}

/// Records of one phone that arrive together.
#[derive(Debug, Clone)]
pub struct Upload {
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// Which of the observers.
    pub observer: usize,
    /// The signed records, one behind the other.
    pub bytes: Vec<u8>,
    /// How many.
    pub records: usize,
    /// Files that they list.
    pub files: Vec<Vec<u8>>,
}

/// A whole day.
#[derive(Debug)]
pub struct Plan {
    /// The country.
    pub country: Country,
    /// The phones.
    pub observers: Vec<Observer>,
    /// What was planted, sorted.
    pub planted: Vec<Planted>,
    /// The official figures of every station: key, then P01, P02, P04, the parties, P06, P07.
    pub official: Vec<(String, Vec<u32>)>,
    random: Rng,
}

/// The lines of the official figures.
#[must_use]
pub fn lines() -> Vec<String> {
    let parties = (1..=PARTIES).map(|party| format!("P05.sample_{party}"));
    ["P01", "P02", "P04"]
        .map(str::to_owned)
        .into_iter()
        .chain(parties)
        .chain(["P06", "P07"].map(str::to_owned))
        .collect()
}

impl Plan {
    /// A day that follows from a seed.
    ///
    /// # Errors
    /// [`RehearsalError::Stations`].
    pub fn new(size: Size, seed: u64) -> Result<Self, RehearsalError> {
        let most = crate::country::STATIONS;
        if size.stations == 0 || size.stations > most {
            return Err(RehearsalError::Stations { asked: size.stations, most });
        }
        let mut random = Rng::with_seed(seed);
        let country = Country::new(size.stations, &mut random);
        let mut observers = Vec::new();
        let mut observed: Vec<(usize, bool)> = Vec::new();
        for place in 0..country.places.len() {
            if random.u32(0..100) < size.observed {
                observed.push((place, random.u32(0..100) < size.twice));
            }
        }
        random.shuffle(&mut observed);
        let mut troubles = troubles(&country, &observed, size.each);
        observed.sort_unstable();
        let mut planted = Vec::new();
        for (place, twice) in &observed {
            let trouble = troubles.remove(place);
            let key = &country.places.get(*place).map(|place| place.key.clone()).unwrap_or_default();
            for second in [false, true].into_iter().take(1 + usize::from(*twice)) {
                let mut seed = [0; 32];
                random.fill(&mut seed);
                observers.push(Observer { phone: Phone::new(seed, key), place: *place, second, trouble });
            }
            if let Some(trouble) = trouble {
                let device = observers.iter().rev().nth(usize::from(*twice)).map(|first| first.kid().to_string());
                planted.push(said(trouble, key.clone(), device.unwrap_or_default()));
            }
        }
        let official = official(&country, &observed, &planted, size.discrepancies, &mut random);
        let (official, differences) = official;
        planted.extend(differences);
        planted.sort();
        Ok(Self { country, observers, planted, official, random })
    }

    /// What every phone sends, in the order of arrival. Midnight is that of the election day at the stations.
    ///
    /// # Errors
    /// [`RehearsalError::Sign`].
    pub fn uploads(&mut self, midnight_ms: u64, for_: ForDay) -> Result<Vec<Upload>, RehearsalError> {
        let mut uploads = Vec::new();
        for (number, observer) in self.observers.iter_mut().enumerate() {
            let (Some(place), Some(truth)) =
                (self.country.places.get(observer.place), self.country.truths.get(observer.place))
            else {
                continue;
            };
            day(observer, number, place, truth, midnight_ms, for_.0, &mut self.random, &mut uploads)?;
        }
        uploads.sort_by_key(|upload| upload.at_ms);
        Ok(uploads)
    }
}

/// The deployment that records are sealed for.
#[derive(Debug, Clone, Copy)]
pub struct ForDay(pub(crate) For);

/// Which stations have which trouble, each at most one.
fn troubles(country: &Country, observed: &[(usize, bool)], each: usize) -> std::collections::HashMap<usize, Trouble> {
    let mut free: Vec<(usize, bool)> = observed.to_vec();
    let mut troubles = std::collections::HashMap::new();
    // Those that do not fit everywhere choose first.
    let (two, one): (Vec<Trouble>, Vec<Trouble>) =
        Trouble::ALL.into_iter().partition(|trouble| trouble.needs_two() || trouble.needs_issued() > 0);
    for trouble in two.into_iter().chain(one) {
        for _ in 0..each {
            let suits = |(place, twice): &(usize, bool)| {
                let issued = country.truths.get(*place).map_or(0, Truth::issued);
                (*twice || !trouble.needs_two()) && issued >= trouble.needs_issued()
            };
            let Some(at) = free.iter().position(suits) else { break };
            let (place, _) = free.swap_remove(at);
            troubles.insert(place, trouble);
        }
    }
    troubles
}

fn said(trouble: Trouble, station: String, device: String) -> Planted {
    match trouble {
        Trouble::Silent => Planted::Silent { station },
        Trouble::NoProtocol => Planted::NoProtocol { station },
        Trouble::Overfull => Planted::Overfull { station },
        Trouble::WrongSum => Planted::WrongSum { station },
        Trouble::CopiesDiffer => Planted::CopiesDiffer { station },
        Trouble::LateJump => Planted::LateJump { station },
        Trouble::Fork => Planted::Fork { station, device },
        Trouble::Gap => Planted::Gap { station, device },
        Trouble::Corrected => Planted::Corrected { station },
    }
}

/// The figures of a protocol, in the order of [`lines`].
fn figures(place: &Place, truth: &Truth) -> Vec<u32> {
    let first = [place.registered, truth.issued(), truth.took_part()];
    first.into_iter().chain(truth.votes).chain([truth.against, truth.invalid]).collect()
}

type Official = Vec<(String, Vec<u32>)>;

/// Official figures of all stations, some of which moved votes from one party to another where nothing else was planted.
fn official(
    country: &Country,
    observed: &[(usize, bool)],
    planted: &[Planted],
    discrepancies: usize,
    random: &mut Rng,
) -> (Official, Vec<Planted>) {
    let all = country.places.iter().zip(&country.truths);
    let mut official: Official = all.map(|(place, truth)| (place.key.clone(), figures(place, truth))).collect();
    let troubled: std::collections::HashSet<&str> = planted.iter().map(Planted::station).collect();
    let mut honest: Vec<usize> = observed
        .iter()
        .map(|(place, _)| *place)
        .filter(|place| country.places.get(*place).is_some_and(|place| !troubled.contains(place.key.as_str())))
        .collect();
    random.shuffle(&mut honest);
    let lines = lines();
    let mut differences = Vec::new();
    for place in honest.into_iter().take(discrepancies) {
        let Some((station, figures)) = official.get_mut(place) else { continue };
        // From the second party to the first: sums still hold, so nothing but the protocol shows it.
        let moved = figures.get(4).map_or(0, |votes| (votes / 2).max(1));
        for (at, raised) in [(3, true), (4, false)] {
            let (Some(figure), Some(line)) = (figures.get_mut(at), lines.get(at)) else { continue };
            let protocol = *figure;
            *figure = if raised { figure.saturating_add(moved) } else { figure.saturating_sub(moved) };
            differences.push(Planted::Official {
                station: station.clone(),
                line: line.clone(),
                protocol,
                official: *figure,
            });
        }
    }
    (official, differences)
}

/// The numbers of the paper that an observer sees.
fn paper(observer: &Observer, place: &Place, truth: &Truth) -> Answers {
    let mut answers = protocol(place, truth);
    let add = |answers: &mut Answers, line: &str, more: u32| {
        let before = answers.get(line).and_then(Value::as_int).unwrap_or(0);
        answers.insert(line.to_owned(), Value::Int(before.saturating_add(i64::from(more))));
    };
    match observer.trouble {
        // As many as were carried away at most are missing, so this is above what was issued.
        Some(Trouble::Overfull) => {
            add(&mut answers, "P05.sample_1", 9);
            add(&mut answers, "P04", 9);
        }
        Some(Trouble::WrongSum) => add(&mut answers, "P04", truth.invalid.saturating_add(7)),
        Some(Trouble::CopiesDiffer) if observer.second => {
            add(&mut answers, "P05.sample_1", 1);
            let less = answers.get("P05.sample_2").and_then(Value::as_int).unwrap_or(1);
            answers.insert("P05.sample_2", Value::Int(less.saturating_sub(1)));
        }
        _ => {}
    }
    answers
}

#[expect(clippy::too_many_arguments, reason = "one phone's day; everything it depends on")]
fn day(
    observer: &mut Observer,
    number: usize,
    place: &Place,
    truth: &Truth,
    midnight_ms: u64,
    for_: For,
    random: &mut Rng,
    uploads: &mut Vec<Upload>,
) -> Result<(), RehearsalError> {
    let trouble = observer.trouble;
    if trouble == Some(Trouble::Silent) {
        return Ok(());
    }
    let mut pages = Vec::new();
    let mut at =
        |hour: u32, minute: u32| midnight_ms + u64::from(hour * 60 + minute) * MINUTE_MS + random.u64(0..MINUTE_MS);
    let mut sealings = vec![Sealing::new(RecordKind::Checklist, "opening", opening(place), at(7, 10))];
    for (hour, told) in HOURS.into_iter().zip(truth.told) {
        // Nobody told the last figures before many came.
        let told = if trouble == Some(Trouble::LateJump) { told / 3 } else { told };
        sealings.push(Sealing::new(RecordKind::Turnout, "turnout", turnout(hour, told), at(hour, 6)));
    }
    if number % 25 == 7
        && let Some((code, hour)) = INCIDENTS.get((number / 25) % INCIDENTS.len())
    {
        let answers = incident(code, hour * 60);
        sealings.push(Sealing::new(RecordKind::Incident, "incident", answers, at(*hour, 20)));
        sealings.sort_by_key(|sealing| sealing.at_ms);
    }
    if trouble != Some(Trouble::NoProtocol) {
        let answers = paper(observer, place, truth);
        // Some count for two hours, some past midnight.
        let minutes = random.u32(0..200);
        let at_ms = midnight_ms + u64::from(21 * 60 + 20 + minutes) * MINUTE_MS;
        let mut sealing = Sealing::new(RecordKind::Protocol, "protocol-list", answers, at_ms);
        if number.is_multiple_of(4) && number < 4 * PICTURED {
            let page = paper::draw(&printed(&sealing.answers), number as u64, paper::Size::Small);
            let page = page.map_err(|error| RehearsalError::Paper(error.to_string()))?;
            sealing.attachments = Some(vec![pictured(&page)]);
            pages.push(page);
        }
        sealings.push(sealing);
    }
    let offline = random.u32(0..100) < 12;
    let mut waiting: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut forked = None;
    let last = sealings.len().saturating_sub(1);
    for (step, sealing) in sealings.into_iter().enumerate() {
        let at_ms = sealing.at_ms;
        if trouble == Some(Trouble::Gap) && !observer.second && step == 3 {
            observer.phone.lose(&sealing, for_)?;
            continue;
        }
        if trouble == Some(Trouble::Fork) && !observer.second && step == 2 {
            let mut other = sealing.clone();
            other.answers.insert("told", Value::Int(1));
            forked = Some((at_ms.saturating_add(90 * MINUTE_MS), observer.phone.sign(&other, for_)?));
        }
        let corrects = trouble == Some(Trouble::Corrected) && !observer.second && step == last;
        if corrects {
            let mut wrong = sealing.clone();
            wrong.answers.insert("P01", Value::Int(1));
            wrong.at_ms = at_ms.saturating_sub(4 * MINUTE_MS);
            let bytes = observer.phone.seal(&wrong, for_)?;
            let right = Sealing { supersedes: Some(kuager_wire::ids::RecordHash::of(&bytes)), ..sealing };
            waiting.push((at_ms, bytes));
            waiting.push((at_ms, observer.phone.seal(&right, for_)?));
        } else {
            waiting.push((at_ms, observer.phone.seal(&sealing, for_)?));
        }
        // Most send at once; some only in the evening, with everything.
        if !offline || step == last {
            let lag = random.u64(5_000..4 * MINUTE_MS) + if offline { random.u64(0..90 * MINUTE_MS) } else { 0 };
            send(number, &mut waiting, at_ms.saturating_add(lag), uploads);
        }
    }
    send(number, &mut waiting, midnight_ms + 23 * 60 * MINUTE_MS, uploads);
    if let Some(last) = uploads.last_mut().filter(|_| !pages.is_empty()) {
        last.files = pages;
    }
    if let Some((at_ms, bytes)) = forked {
        uploads.push(Upload { at_ms, observer: number, bytes, records: 1, files: Vec::new() });
    }
    Ok(())
}

/// What a paper shows of a protocol: its lines, by what they are called, with their numbers.
fn printed(answers: &Answers) -> Vec<(String, String)> {
    let lines = lines().into_iter().chain(["P08", "P09", "P10", "P11"].map(str::to_owned));
    lines.filter_map(|line| Some((line.clone(), answers.get(&line)?.as_int()?.to_string()))).collect()
}

fn pictured(page: &[u8]) -> Attachment {
    Attachment {
        hash: MediaHash::of(page),
        size: page.len() as u64,
        mime: "image/jpeg".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: Some(MediaSource::Captured),
        claims: None,
        label: Some("photos".to_owned()),
    }
}

fn send(observer: usize, waiting: &mut Vec<(u64, Vec<u8>)>, at_ms: u64, uploads: &mut Vec<Upload>) {
    for records in waiting.chunks(UPLOAD) {
        let bytes = records.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        uploads.push(Upload { at_ms, observer, bytes, records: records.len(), files: Vec::new() });
    }
    waiting.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_trouble_has_a_station_of_its_own() {
        let plan = Plan::new(Size::SMALL, 3).expect("a plan");
        let official = |planted: &&Planted| matches!(planted, Planted::Official { .. });
        let troubled: Vec<&str> =
            plan.planted.iter().filter(|planted| !official(planted)).map(Planted::station).collect();
        assert_eq!(troubled.len(), Size::SMALL.each * Trouble::ALL.len());
        assert_eq!(troubled.iter().collect::<HashSet<_>>().len(), troubled.len());
        let differences: Vec<&Planted> = plan.planted.iter().filter(official).collect();
        assert_eq!(differences.len(), 2 * Size::SMALL.discrepancies);
        assert!(differences.iter().all(|planted| !troubled.contains(&planted.station())));
        assert_eq!(plan.official.len(), Size::SMALL.stations);
    }

    #[test]
    fn the_same_seed_gives_the_same_day() {
        let day = || {
            let mut plan = Plan::new(Size { stations: 30, each: 1, ..Size::SMALL }, 9).expect("a plan");
            let for_ = For {
                deployment: kuager_wire::ids::DeploymentId([1; 32]),
                pack: kuager_wire::ids::PackHash([2; 32]),
                training: false,
            };
            let uploads = plan.uploads(1_000_000_000_000, ForDay(for_)).expect("seals");
            uploads.into_iter().map(|upload| (upload.at_ms, upload.bytes)).collect::<Vec<_>>()
        };
        let first = day();
        assert_eq!(first, day());
        assert!(first.is_sorted_by_key(|(at_ms, _)| *at_ms));
    }

    #[test]
    fn a_country_has_some_stations_and_not_too_many() {
        for stations in [0, crate::country::STATIONS + 1] {
            assert!(Plan::new(Size { stations, ..Size::SMALL }, 1).is_err());
        }
    }
}
