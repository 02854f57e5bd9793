//! Turnout: what the commission told hour by hour, what observers counted, what the protocol says, and what of it does not fit together.
//!
//! A flag is a reason to look and no finding. Each carries the numbers that it was worked out from, and where several people say
//! different things, it goes by those that accuse nobody. Limits are those of the relations K12, K13 and K17 where there is one, and
//! this program's habit where there is none.

use std::collections::BTreeMap;

use super::input::RowKey;

/// Differences that nobody is asked about: the larger of so many voters and a part of the number they are compared with.
const FEW: i64 = 100;
const TENTH: i64 = 10;
/// The same for counts of one's own (K13).
const COUNT_FEW: i64 = 20;
const TWENTIETH: i64 = 20;
/// Voters that one member of a commission serves in an hour (K17).
const PER_MEMBER_HOUR: i64 = 60;
/// Members who give out ballots in the largest commission that the law allows, without chair and secretary (Art. 17, 41(5)); the second
/// for more than 2,000 voters.
const MEMBERS: (i64, i64) = (5, 7);
const LARGE: i64 = 2_000;
/// Minutes after midnight from which a rise counts as late.
const LATE: u16 = 16 * 60;
/// How often such a rise is above the quickest one before it.
const RISE_TIMES: i64 = 2;

/// What of a turnout does not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlagKind {
    /// The protocol has many more ballots issued than were told at the last hour (K12).
    Jump,
    /// More came in a late interval than twice as fast as in any before.
    Rise,
    /// A figure is below that of an earlier hour (K12).
    Falls,
    /// More voted than are in the list.
    AboveList,
    /// The protocol has fewer ballots issued than were told (K12).
    BelowTold,
    /// The commission told two observers different figures for one hour.
    ToldDiffers,
    /// The observer counted everybody, and the commission's figure is another (K13).
    OwnDiffers,
    /// More voted in an interval than the largest commission can serve (K17).
    Throughput,
    /// Many voted outside of the voting room.
    Outside,
    /// Many voted with absentee certificates.
    Absentee,
}

impl FlagKind {
    /// All of them, as they are shown.
    pub const ALL: [Self; 10] = [
        Self::Jump,
        Self::Rise,
        Self::Throughput,
        Self::AboveList,
        Self::BelowTold,
        Self::Falls,
        Self::OwnDiffers,
        Self::ToldDiffers,
        Self::Outside,
        Self::Absentee,
    ];
}

/// Something that does not fit together, with the numbers that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// What.
    pub kind: FlagKind,
    /// The hour it is about, in minutes after midnight; none for the protocol.
    pub at: Option<u16>,
    /// The hour that is compared with.
    pub from: Option<u16>,
    /// The number that stands out.
    pub number: i64,
    /// What it is compared with.
    pub with: i64,
    /// How far apart they are.
    pub difference: i64,
    /// What would not have been worth a word.
    pub limit: i64,
}

/// What is known for an hour: the figure that is told to most, and the smallest of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    pub(super) at: u16,
    pub(super) told: Option<i64>,
    /// What was counted without a break.
    pub(super) own: Option<i64>,
}

/// What is kept of a row's turnout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Turnout {
    /// In the order of hours.
    pub(super) figures: Vec<Figure>,
    pub(super) registered: Option<i64>,
    pub(super) issued: Option<i64>,
    pub(super) outside: Option<i64>,
    pub(super) absentee: Option<i64>,
    pub(super) flags: Vec<Flag>,
}

/// A figure for an hour, over stations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HourTotal {
    /// Minutes after midnight.
    pub at: u16,
    /// Stations for which the commission told a figure, and how many voters have lists that are known.
    pub told_stations: u64,
    /// What was told, added up over those whose list is known.
    pub told: i64,
    /// Voters in the lists of these.
    pub told_registered: i64,
    /// Stations in which everybody was counted to this hour.
    pub own_stations: u64,
    /// What was counted there.
    pub own: i64,
    /// Voters in the lists of these.
    pub own_registered: i64,
}

/// Turnout over stations. Sums are over stations whose list is known, and say of how many voters they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnoutTotal {
    /// Stations of the directory.
    pub stations: u64,
    /// By hour.
    pub hours: Vec<HourTotal>,
    /// Stations whose protocols agree on how many ballots were issued.
    pub protocols: u64,
    /// Ballots issued there.
    pub issued: i64,
    /// Voters in the lists of these.
    pub registered: i64,
    /// Voters outside of the voting room there.
    pub outside: i64,
    /// Voters with absentee certificates there.
    pub absentee: i64,
    /// Stations with a flag of each kind.
    pub flags: BTreeMap<FlagKind, u64>,
    /// Stations with any flag.
    pub flagged: u64,
}

/// Which stations with flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlagQuery {
    /// Of this region.
    pub region: Option<String>,
    /// With this flag.
    pub kind: Option<FlagKind>,
    /// Found by these words.
    pub words: String,
}

/// A station with flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlaggedRow {
    /// The row.
    pub key: RowKey,
    /// Its region.
    pub region: Option<String>,
    /// Its flags.
    pub flags: Vec<Flag>,
}

/// A station's turnout besides the figures themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnoutSummary {
    /// Voters in its list: of the protocol, or of the directory.
    pub registered: Option<i64>,
    /// Ballots issued, where the protocols agree.
    pub issued: Option<i64>,
    /// Of them outside of the voting room.
    pub outside: Option<i64>,
    /// Of them with absentee certificates.
    pub absentee: Option<i64>,
    /// What does not fit together.
    pub flags: Vec<Flag>,
}

impl Turnout {
    pub(super) fn add_to(&self, total: &mut TurnoutTotal) {
        let sum = |sum: &mut i64, number: i64| *sum = sum.saturating_add(number);
        let one = |count: &mut u64| *count = count.saturating_add(1);
        if let Some(registered) = self.registered.filter(|registered| *registered > 0) {
            for figure in &self.figures {
                let place = total.hours.iter().position(|hour| hour.at >= figure.at).unwrap_or(total.hours.len());
                if total.hours.get(place).is_none_or(|hour| hour.at != figure.at) {
                    total.hours.insert(place, HourTotal { at: figure.at, ..HourTotal::default() });
                }
                let Some(hour) = total.hours.get_mut(place) else { continue };
                if let Some(told) = figure.told {
                    one(&mut hour.told_stations);
                    sum(&mut hour.told, told);
                    sum(&mut hour.told_registered, registered);
                }
                if let Some(own) = figure.own {
                    one(&mut hour.own_stations);
                    sum(&mut hour.own, own);
                    sum(&mut hour.own_registered, registered);
                }
            }
            if let Some(issued) = self.issued {
                one(&mut total.protocols);
                sum(&mut total.issued, issued);
                sum(&mut total.registered, registered);
                sum(&mut total.outside, self.outside.unwrap_or(0));
                sum(&mut total.absentee, self.absentee.unwrap_or(0));
            }
        }
        for kind in FlagKind::ALL {
            if self.flags.iter().any(|flag| flag.kind == kind) {
                one(total.flags.entry(kind).or_default());
            }
        }
        if !self.flags.is_empty() {
            one(&mut total.flagged);
        }
    }
}

/// The larger of a few and a part.
fn limit(few: i64, of: i64, part: i64) -> i64 {
    few.max(of.checked_div(part).unwrap_or(0))
}

/// What does not fit together. `last_hour` is the last one at which turnout is told.
pub(super) fn flags(turnout: &Turnout, told: &BTreeMap<u16, BTreeMap<i64, u32>>, last_hour: Option<u16>) -> Vec<Flag> {
    let mut flags = Vec::new();
    // Little should come after a figure that is so late.
    let is_last = |at: u16| last_hour.is_some_and(|last| at >= last);
    let mut flag = |kind, at, from, number: i64, with: i64, limit: i64| {
        let difference = number.saturating_sub(with).saturating_abs();
        if difference > limit {
            flags.push(Flag { kind, at, from, number, with, difference, limit });
        }
    };
    let figures: Vec<(u16, i64)> =
        turnout.figures.iter().filter_map(|figure| Some((figure.at, figure.told?))).collect();
    let last = figures.last().copied();
    if let (Some(issued), Some((at, told))) = (turnout.issued, last) {
        if issued > told && is_last(at) {
            flag(FlagKind::Jump, None, Some(at), issued, told, limit(FEW, issued, TENTH));
        }
        if issued < told {
            flag(FlagKind::BelowTold, None, Some(at), issued, told, 0);
        }
    }
    rises(turnout.registered, &figures, &mut flag);
    if let Some(registered) = turnout.registered {
        for (at, told) in figures.iter().filter(|(_, told)| *told > registered) {
            flag(FlagKind::AboveList, Some(*at), None, *told, registered, 0);
        }
        if let Some(issued) = turnout.issued.filter(|issued| *issued > registered) {
            flag(FlagKind::AboveList, None, None, issued, registered, 0);
        }
    }
    for (at, said) in told {
        if let (Some((low, _)), Some((high, _))) = (said.first_key_value(), said.last_key_value()) {
            flag(FlagKind::ToldDiffers, Some(*at), None, *high, *low, limit(COUNT_FEW, *low, TWENTIETH));
        }
    }
    for figure in &turnout.figures {
        if let (Some(told), Some(own)) = (figure.told, figure.own) {
            flag(FlagKind::OwnDiffers, Some(figure.at), None, told, own, limit(COUNT_FEW, told, TWENTIETH));
        }
    }
    if let (Some(issued), Some((at, own))) =
        (turnout.issued, turnout.figures.last().and_then(|figure| Some((figure.at, figure.own?))))
        && is_last(at)
    {
        flag(FlagKind::OwnDiffers, None, Some(at), issued, own, limit(COUNT_FEW, issued, TWENTIETH));
    }
    if let Some(issued) = turnout.issued {
        for (kind, said, part) in
            [(FlagKind::Outside, turnout.outside, TENTH), (FlagKind::Absentee, turnout.absentee, TWENTIETH)]
        {
            let allowed = limit(COUNT_FEW, issued, part);
            if let Some(said) = said.filter(|said| *said > allowed) {
                flags.push(Flag {
                    kind,
                    at: None,
                    from: None,
                    number: said,
                    with: issued,
                    difference: said.saturating_sub(allowed),
                    limit: allowed,
                });
            }
        }
    }
    flags.sort_by_key(|flag| (FlagKind::ALL.iter().position(|kind| *kind == flag.kind), flag.at, flag.from));
    flags
}

/// What rises or falls between hours.
fn rises(
    registered: Option<i64>,
    figures: &[(u16, i64)],
    flag: &mut impl FnMut(FlagKind, Option<u16>, Option<u16>, i64, i64, i64),
) {
    let members = if registered.is_some_and(|registered| registered <= LARGE) { MEMBERS.0 } else { MEMBERS.1 };
    // Voters of an hour, times 60 so that nothing is lost, in the quickest interval so far.
    let mut quickest: Option<i64> = None;
    for pair in figures.windows(2) {
        let [(from, before), (at, told)] = pair else { continue };
        let minutes = i64::from(at.saturating_sub(*from)).max(1);
        let come = told.saturating_sub(*before);
        if come < 0 {
            flag(FlagKind::Falls, Some(*at), Some(*from), *told, *before, 0);
            continue;
        }
        let served =
            members.saturating_mul(PER_MEMBER_HOUR).saturating_mul(minutes).checked_div(60).unwrap_or(i64::MAX);
        flag(FlagKind::Throughput, Some(*at), Some(*from), *told, *before, served);
        let pace = come.saturating_mul(60).checked_div(minutes).unwrap_or(0);
        if let Some(quickest) = quickest.filter(|_| *from >= LATE) {
            let usual = quickest.saturating_mul(RISE_TIMES).saturating_mul(minutes).checked_div(60).unwrap_or(i64::MAX);
            let limit = usual.max(limit(FEW, *told, TENTH));
            flag(FlagKind::Rise, Some(*at), Some(*from), *told, *before, limit);
        }
        quickest = Some(quickest.map_or(pace, |before| before.max(pace)));
    }
}
