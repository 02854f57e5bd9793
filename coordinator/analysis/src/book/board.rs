//! The board: which stations were heard from, with what, and which need somebody's attention now.
//!
//! What is late, and who is out of reach, depends on the time, which whoever asks gives as a value. Hours are those of the pack; that
//! a figure for noon is missed half an hour later, and a phone after an hour, is this program's habit and nobody's law.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kuager_wire::ids::ObserverId;
use kuager_wire::pack::{Gravity, Pack};

use super::directory::{Listed, Sought};
use super::fold::Book;
use super::input::RowKey;
use super::line::{NONE, RowNumber, is_training};
use super::summary::{ContestRow, Count, Status, Summary};
use super::totals::Standing;
use super::view::{FailureView, FormName};

/// Minutes after its hour at which a turnout figure that has not come is late.
pub const GRACE_MINUTES: u64 = 30;
/// Minutes after which a phone that nothing was heard of counts as out of reach.
pub const QUIET_MINUTES: u64 = 60;
const MINUTE_MS: u64 = 60_000;

/// What a station can be looked for by. One can be in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Somebody is sent there, and nothing has come.
    Missing,
    /// A form that is expected has not come, others have.
    Partial,
    /// The hour of a turnout figure is over, and it has not come.
    Late,
    /// Copies of a protocol differ, or the commissions above say something else.
    Conflict,
    /// Of no phone there anything was heard for long.
    Unreachable,
    /// What must or should hold in a form does not.
    Failed,
    /// Nobody is sent there, and nothing has come.
    Unattended,
}

impl State {
    /// All of them, as they are shown.
    pub const ALL: [Self; 7] =
        [Self::Failed, Self::Conflict, Self::Missing, Self::Late, Self::Unreachable, Self::Partial, Self::Unattended];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// In which order stations stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By region and number.
    #[default]
    Place,
    /// Those that need attention first: failed relations, then conflicts.
    Trouble,
    /// Those nothing has come from for the longest time first.
    Silence,
    /// Those from which something came last first.
    News,
}

/// Which stations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Of this region.
    pub region: Option<String>,
    /// From which nothing has come that answers this form.
    pub without_form: Option<String>,
    /// Where a contest stands so.
    pub contest: Option<(String, Standing)>,
    /// In this state.
    pub state: Option<State>,
    /// Where an observer is sent, or reports from, whose pseudonym begins so.
    pub observer: Option<String>,
    /// Found by these words.
    pub words: String,
    /// In this order.
    pub order: Order,
    /// Training, instead of what counts.
    pub training: bool,
    /// Names that are in no directory, instead of those of the directory.
    pub unlisted: bool,
}

/// How a figure for an hour stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HourState {
    /// It has come.
    Heard,
    /// It has not come, and need not have.
    Open,
    /// It has not come, and should have.
    Late,
}

/// A station as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    /// The row.
    pub key: RowKey,
    /// Its region, for a station of the directory.
    pub region: Option<String>,
    /// What has come, by form; what answers none under `None`.
    pub forms: BTreeMap<Option<String>, Count>,
    /// Forms expected of it.
    pub expected: Vec<String>,
    /// Its states.
    pub states: Vec<State>,
    /// Turnout by hour, in minutes after midnight.
    pub hours: Vec<(u16, HourState)>,
    /// Contests with protocols.
    pub contests: Vec<ContestRow>,
    /// Relations that fail: those that must hold, that should, and that are only unusual.
    pub fails: [u32; 3],
    /// The heaviest of them.
    pub heaviest: Option<(FormName, FailureView)>,
    /// Incidents that are not withdrawn.
    pub incidents: u32,
    /// The heaviest gravity among them.
    pub gravest: Option<Gravity>,
    /// Observers that are sent there or report from there.
    pub observers: u64,
    /// When the last record came; 0 for never.
    pub last_ms: u64,
    /// When anything was heard of a phone there; 0 for never.
    pub seen_ms: u64,
    /// How many numbers are missing in the chains of its phones.
    pub missing_numbers: u64,
}

/// A region as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    /// Its key.
    pub region: String,
    /// Its stations.
    pub stations: u64,
    /// How many were heard from.
    pub heard: u64,
    /// How many are in each state.
    pub states: BTreeMap<State, u64>,
}

/// A page of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Rows of this page.
    pub rows: Vec<BoardRow>,
    /// How many rows there are on all pages.
    pub found: usize,
    /// How many there would be in each state.
    pub states: BTreeMap<State, u64>,
    /// Regions in the order of the pack, whatever is looked for.
    pub regions: Vec<RegionRow>,
}

/// What a moment means for the pack's hours.
struct Now {
    ms: u64,
    /// Hours of the pack, and which of them are over.
    hours: Vec<(u16, bool)>,
    /// Whether any observer is bound to stations; otherwise anybody may be anywhere.
    bound: bool,
}

/// A row before it is built.
struct Found<'a> {
    row: RowNumber,
    listed: Option<&'a Listed>,
    bits: u8,
    trouble: (u32, u32, u32),
    last_ms: u64,
}

impl Book {
    /// A page of the board at a moment: of the rows that are looked for, those from `first` on, at most `most`.
    #[must_use]
    pub fn board(&self, query: &Query, first: usize, most: usize, now_ms: u64) -> Board {
        let now = self.now(now_ms);
        let mut regions: Vec<RegionRow> = self
            .directory
            .regions
            .iter()
            .map(|region| RegionRow { region: region.clone(), stations: 0, heard: 0, states: BTreeMap::new() })
            .collect();
        for listed in &self.directory.listed {
            let Some(region) = regions.get_mut(listed.region) else { continue };
            let row = listed.station.saturating_mul(2);
            region.stations = region.stations.saturating_add(1);
            region.heard = region.heard.saturating_add(u64::from(self.summaries.contains_key(&row)));
            count(self.found(row, Some(listed), &now).bits, &mut region.states);
        }
        regions.retain(|region| region.stations > 0);
        let mut states = BTreeMap::new();
        let mut found: Vec<Found<'_>> = self.candidates(query, &now);
        found.iter().for_each(|found| count(found.bits, &mut states));
        if let Some(state) = query.state {
            found.retain(|found| found.bits & state.bit() != 0);
        }
        match query.order {
            Order::Place => {}
            Order::Trouble => found.sort_by_key(|found| std::cmp::Reverse(found.trouble)),
            Order::Silence => found.sort_by_key(|found| found.last_ms),
            Order::News => found.sort_by_key(|found| std::cmp::Reverse(found.last_ms)),
        }
        let shown = found.iter().skip(first).take(most);
        let rows = shown.map(|found| self.build(found, &now)).collect();
        Board { rows, found: found.len(), states, regions }
    }

    /// One row at a moment; nothing for a name that is in no directory and from which nothing has come.
    #[must_use]
    pub fn board_row(&self, key: &RowKey, now_ms: u64) -> Option<BoardRow> {
        let now = self.now(now_ms);
        let row = self.row_number(key)?;
        let listed = self.directory.station(row / 2).filter(|_| !key.training);
        if listed.is_none() && !self.summaries.contains_key(&row) {
            return None;
        }
        Some(self.build(&self.found(row, listed, &now), &now))
    }

    /// How many stations of the directory were heard from, and how many there are.
    #[must_use]
    pub const fn heard(&self) -> (usize, usize) {
        (self.heard, self.directory.listed.len())
    }

    /// How many rows there are of names in no directory, and of training.
    #[must_use]
    pub fn aside(&self) -> (usize, usize) {
        let unlisted =
            self.summaries.keys().filter(|row| !is_training(**row) && self.directory.station(**row / 2).is_none());
        (unlisted.count(), self.summaries.keys().filter(|row| is_training(**row)).count())
    }

    /// How many records there are in all rows that count, by form.
    #[must_use]
    pub fn sums(&self) -> BTreeMap<Option<String>, u64> {
        self.sums.iter().map(|(form, count)| (self.form_name(*form), *count)).collect()
    }

    fn now(&self, ms: u64) -> Now {
        let pack = self.directory.latest.as_ref().map(|latest| &latest.pack);
        let hours = pack.and_then(|pack| pack.turnout.as_ref()).map(|turnout| turnout.hours.as_slice());
        let midnight = pack.and_then(midnight);
        let over = |at: u16| {
            let due = midnight.map(|midnight| {
                let minutes = u64::from(at).saturating_add(GRACE_MINUTES).saturating_mul(MINUTE_MS);
                midnight.saturating_add(i64::try_from(minutes).unwrap_or(i64::MAX))
            });
            due.is_some_and(|due| i64::try_from(ms).unwrap_or(i64::MAX) >= due)
        };
        let hours = hours.unwrap_or_default().iter().map(|hour| (hour.at, over(hour.at))).collect();
        Now { ms, hours, bound: !self.sent.is_empty() }
    }

    /// Rows that are looked for, in whatever state, in their order.
    fn candidates(&self, query: &Query, now: &Now) -> Vec<Found<'_>> {
        let sought = Sought::new(&query.words);
        let observers: Option<BTreeSet<u32>> = query.observer.as_deref().map(|begins| self.observers_like(begins));
        let lacks = |row: RowNumber| {
            query.without_form.as_ref().is_none_or(|form| {
                let form = self.words.find(form);
                let summary = self.summaries.get(&row);
                !form.is_some_and(|form| summary.is_some_and(|summary| summary.forms.contains_key(&form)))
            })
        };
        let of_observer = |row: RowNumber| {
            observers.as_ref().is_none_or(|wanted| {
                let reports = self.summaries.get(&row).is_some_and(|summary| !summary.observers.is_disjoint(wanted));
                reports || self.sent.get(&(row / 2)).is_some_and(|sent| sent.iter().any(|one| wanted.contains(one)))
            })
        };
        if !query.training && !query.unlisted {
            let region = query.region.as_deref();
            let region = region.map(|key| self.directory.regions.iter().position(|known| known == key));
            let held = query.contest.as_ref().map(|(contest, _)| self.held_in(contest)).unwrap_or_default();
            let stands = |listed: &Listed| {
                let held = held.get(listed.region).copied().unwrap_or(false);
                query.contest.as_ref().is_none_or(|(contest, standing)| self.stands(listed, contest, *standing, held))
            };
            let listed = self.directory.listed.iter().filter(|listed| {
                let row = listed.station.saturating_mul(2);
                region.is_none_or(|region| region == Some(listed.region))
                    && lacks(row)
                    && of_observer(row)
                    && stands(listed)
                    && sought.is_in(listed)
            });
            return listed.map(|listed| self.found(listed.station.saturating_mul(2), Some(listed), now)).collect();
        }
        let mut rows: Vec<(&str, RowNumber)> = self
            .summaries
            .keys()
            .filter(|row| is_training(**row) == query.training)
            .filter(|row| query.training || self.directory.station(**row / 2).is_none())
            .filter(|row| lacks(**row) && of_observer(**row))
            .map(|row| (self.station_name(row / 2).unwrap_or_default(), *row))
            .filter(|(name, _)| sought.is_in_name(name))
            .collect();
        rows.sort_unstable();
        rows.into_iter().map(|(_, row)| self.found(row, None, now)).collect()
    }

    fn observers_like(&self, begins: &str) -> BTreeSet<u32> {
        let begins = begins.trim().to_ascii_lowercase();
        let like = |observer: &ObserverId| observer.to_string().starts_with(&begins);
        (0..).zip(&self.observers).filter(|(_, observer)| like(observer)).map(|(number, _)| number).collect()
    }

    /// The states of a row.
    fn found<'a>(&'a self, row: RowNumber, listed: Option<&'a Listed>, now: &Now) -> Found<'a> {
        let summary = self.summaries.get(&row);
        let sent = self.sent.get(&(row / 2)).filter(|_| !is_training(row));
        let attended = sent.is_some() || summary.is_some() || !now.bound;
        let mut bits = 0;
        let mut set = |state: State, is: bool| {
            if is {
                bits |= state.bit();
            }
        };
        set(State::Missing, listed.is_some() && summary.is_none() && attended);
        set(State::Unattended, listed.is_some() && !attended);
        if let (Some(summary), Some(listed)) = (summary, listed) {
            let expected = self.directory.expected.get(listed.region).map(Vec::as_slice).unwrap_or_default();
            let came = |form: &String| self.words.find(form).is_some_and(|form| summary.forms.contains_key(&form));
            set(State::Partial, !expected.iter().all(came));
        }
        if listed.is_some() && attended {
            let heard = |at: &u16| summary.is_some_and(|summary| summary.hours.contains(at));
            set(State::Late, now.hours.iter().any(|(at, over)| *over && !heard(at)));
            let seen = self.contact_at(row, summary);
            set(State::Unreachable, seen.is_some_and(|seen| is_quiet(seen, now.ms)));
        }
        let fails = summary.map_or([0; 3], |summary| summary.fails);
        let differing = summary.into_iter().flat_map(|summary| &summary.contests);
        let conflicts = differing.filter(|contest| is_conflict(contest.status)).count();
        let [hard, soft, _] = fails;
        set(State::Failed, hard > 0 || soft > 0);
        set(State::Conflict, conflicts > 0);
        Found {
            row,
            listed,
            bits,
            trouble: (hard, u32::try_from(conflicts).unwrap_or(u32::MAX), soft),
            last_ms: summary.map_or(0, |summary| summary.last_ms),
        }
    }

    /// When anything was heard last of the phones of a row; nothing where there are none.
    fn contact_at(&self, row: RowNumber, summary: Option<&Summary>) -> Option<u64> {
        let sent = self.sent.get(&(row / 2)).filter(|_| !is_training(row));
        let of_sent = sent.into_iter().flatten().filter_map(|observer| self.devices_by.get(observer)).flatten();
        let reporting = summary.into_iter().flat_map(|summary| &summary.devices);
        of_sent.chain(reporting).map(|device| self.contact(*device)).max()
    }

    /// When a device was heard of last.
    pub(super) fn contact(&self, device: u32) -> u64 {
        let known = usize::try_from(device).ok().and_then(|device| self.devices.get(device));
        known.map_or(0, |known| known.last_ms).max(self.seen.get(&device).copied().unwrap_or(0))
    }

    fn build(&self, found: &Found<'_>, now: &Now) -> BoardRow {
        let summary = self.summaries.get(&found.row);
        let row = found.row;
        let hour = |(at, over): &(u16, bool)| {
            let state = match (summary.is_some_and(|summary| summary.hours.contains(at)), over) {
                (true, _) => HourState::Heard,
                (false, true) => HourState::Late,
                (false, false) => HourState::Open,
            };
            (*at, state)
        };
        let contests = summary.into_iter().flat_map(|summary| &summary.contests).filter_map(|state| {
            Some(ContestRow {
                contest: self.forms.contests.get(usize::from(state.contest))?.key.clone(),
                status: state.status,
                copies: u64::from(state.copies),
                observers: u64::from(state.observers),
                differing: u64::from(state.differing),
            })
        });
        let devices = summary.into_iter().flat_map(|summary| &summary.devices);
        let missing_numbers = devices.filter_map(|device| self.devices.get(usize::try_from(*device).ok()?));
        let mut observers = summary.map(|summary| summary.observers.clone()).unwrap_or_default();
        if !is_training(row) {
            observers.extend(self.sent.get(&(row / 2)).into_iter().flatten());
        }
        let forms = summary.into_iter().flat_map(|summary| &summary.forms);
        BoardRow {
            key: self.key(row),
            region: found.listed.and_then(|listed| self.directory.regions.get(listed.region)).cloned(),
            forms: forms.map(|(form, count)| (self.form_name(*form), *count)).collect(),
            expected: found
                .listed
                .and_then(|listed| self.directory.expected.get(listed.region))
                .cloned()
                .unwrap_or_default(),
            states: State::ALL.into_iter().filter(|state| found.bits & state.bit() != 0).collect(),
            hours: if found.listed.is_some() { now.hours.iter().map(hour).collect() } else { Vec::new() },
            contests: contests.collect(),
            fails: summary.map_or([0; 3], |summary| summary.fails),
            heaviest: summary.and_then(|summary| {
                let (form, fails) = summary.heaviest.as_ref()?;
                Some((self.form_view(*form)?, self.failure_view(*form, fails)?))
            }),
            incidents: summary.map_or(0, |summary| summary.incidents),
            gravest: summary.and_then(|summary| summary.gravest),
            observers: u64::try_from(observers.len()).unwrap_or(u64::MAX),
            last_ms: found.last_ms,
            seen_ms: self.contact_at(row, summary).unwrap_or(0),
            missing_numbers: missing_numbers.fold(0, |sum: u64, device| sum.saturating_add(device.missing())),
        }
    }

    fn form_name(&self, form: u32) -> Option<String> {
        (form != NONE).then(|| self.words.name(form).to_owned())
    }
}

/// Whether a phone that was heard of then counts as out of reach.
const fn is_quiet(seen_ms: u64, now_ms: u64) -> bool {
    now_ms.saturating_sub(seen_ms) > QUIET_MINUTES * MINUTE_MS
}

const fn is_conflict(status: Status) -> bool {
    matches!(status, Status::Disputed | Status::OfficialMismatch)
}

fn count(bits: u8, states: &mut BTreeMap<State, u64>) {
    for state in State::ALL.into_iter().filter(|state| bits & state.bit() != 0) {
        let count = states.entry(state).or_default();
        *count = count.saturating_add(1);
    }
}

/// When election day begins at the stations, in milliseconds since 1970.
fn midnight(pack: &Pack) -> Option<i64> {
    let date: Date = pack.election_day.parse().ok()?;
    let utc = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    utc.checked_sub(i64::from(pack.utc_offset.unwrap_or(0)).checked_mul(60_000)?)
}
