//! Contests added up over stations, each sum with what it covers and where it comes from.
//!
//! A station counts where its copies say the same, and counts once. Sums over stations that somebody happens to observe are no
//! projection of the whole: that takes a drawn sample ([`crate::estimate`]).

use std::collections::BTreeMap;

use kuager_wire::ids::RecordHash;
use kuager_wire::protocol::LineRole;

use super::directory::Listed;
use super::entry::EntryId;
use super::fold::Book;
use super::input::RowKey;
use super::line::RowNumber;
use super::meaning::Column;
use super::summary::{ContestState, Status};

/// A contest added up over stations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Total {
    /// The contest.
    pub contest: String,
    /// What is added up.
    pub columns: Vec<Column>,
    /// The sums; nothing where no station has the line, or the sum has more digits than there are.
    pub sums: Vec<Option<i64>>,
    /// The sums without stations where a relation that must hold fails.
    pub holding: Vec<Option<i64>>,
    /// What the official figures of stations that count come to, line by line, where both have the line.
    pub official: Vec<Option<i64>>,
    /// What the protocols of exactly these say.
    pub beside: Vec<Option<i64>>,
    /// How many stations that are, line by line.
    pub both: Vec<u64>,
    /// Stations whose protocol is in the sums.
    pub counted: u64,
    /// Of them, stations where a relation that must hold fails.
    pub failing: u64,
    /// Of these, stations that somebody has let count nevertheless.
    pub released: u64,
    /// Stations whose copies differ, which are left out.
    pub disputed: u64,
    /// Stations of the directory.
    pub stations: u64,
    /// Of them, stations at which the contest is held.
    pub held: u64,
    /// Of these, stations where somebody is sent; all of them where nobody is sent anywhere by name.
    pub attended: u64,
    /// Voters registered where it is held, as the directory has them.
    pub voters: u64,
    /// Of them, voters of stations that count.
    pub voters_counted: u64,
    /// How many stations where it is held are in each status.
    pub statuses: BTreeMap<Status, u64>,
}

impl Total {
    /// The place of the line with this meaning.
    #[must_use]
    pub fn place(&self, role: LineRole) -> Option<usize> {
        self.columns.iter().position(|column| column.role == role)
    }

    /// Those who took part, as far as they are in some sums: as the papers have it, else all votes. By the law these are without invalid
    /// ballots and with those against all (Art. 43(4)).
    #[must_use]
    pub fn took_part(&self, sums: &[Option<i64>]) -> Option<i64> {
        let of = |at: usize| sums.get(at).copied().flatten();
        self.place(LineRole::TookPart).and_then(of).or_else(|| {
            let votes = self.columns.iter().enumerate().filter(|(_, column)| column.role == LineRole::Votes);
            votes.map(|(at, _)| of(at)).try_fold(0_i64, |sum, votes| sum.checked_add(votes?))
        })
    }
}

/// How a contest stands at the stations that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In this status.
    Is(Status),
    /// In the sums.
    Counted,
    /// In the sums, though a relation that must hold fails.
    Failing,
}

/// A station in the sums of a contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addend {
    /// The station.
    pub key: RowKey,
    /// What its protocol says in each column.
    pub values: Vec<Option<i64>>,
    /// What the commissions above say.
    pub official: Option<Vec<Option<i64>>>,
    /// The entry that says so.
    pub entry: Option<EntryId>,
    /// Whether a relation that must hold fails.
    pub fails: bool,
    /// The copies.
    pub records: Vec<RecordHash>,
}

/// Sums that cannot overflow: stations are thousands, figures have 64 bits.
#[derive(Debug, Default)]
struct Sums {
    all: Vec<Option<i128>>,
    holding: Vec<Option<i128>>,
    official: Vec<Option<i128>>,
    beside: Vec<Option<i128>>,
}

impl Sums {
    fn of(columns: usize) -> Self {
        let none = || vec![None; columns];
        Self { all: none(), holding: none(), official: none(), beside: none() }
    }

    fn add(&mut self, state: &ContestState, agreed: &[Option<i64>], both: &mut [u64]) {
        add(&mut self.all, agreed);
        if !state.fails {
            add(&mut self.holding, agreed);
        }
        let official = state.official.as_deref().unwrap_or_default();
        for (at, (said, figure)) in agreed.iter().zip(official).enumerate() {
            let (Some(said), Some(figure)) = (said, figure) else { continue };
            for (sums, value) in [(&mut self.beside, said), (&mut self.official, figure)] {
                if let Some(sum) = sums.get_mut(at) {
                    *sum = Some(sum.unwrap_or(0).saturating_add(i128::from(*value)));
                }
            }
            if let Some(both) = both.get_mut(at) {
                *both = both.saturating_add(1);
            }
        }
    }
}

fn add(sums: &mut [Option<i128>], values: &[Option<i64>]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        if let Some(value) = value {
            *sum = Some(sum.unwrap_or(0).saturating_add(i128::from(*value)));
        }
    }
}

fn narrow(sums: Vec<Option<i128>>) -> Vec<Option<i64>> {
    sums.into_iter().map(|sum| sum.and_then(|sum| i64::try_from(sum).ok())).collect()
}

impl Book {
    /// Every contest added up over the stations of a region, or of the whole directory. A station is counted where its copies say
    /// the same; how many are, and how many are left out, stands beside the sums.
    #[must_use]
    pub fn totals(&self, region: Option<&str>) -> Vec<Total> {
        let contests = self.forms.contests.iter();
        let mut totals: Vec<(Total, Sums)> = contests
            .map(|contest| {
                let (contest, columns) = (contest.key.clone(), contest.columns.clone());
                let (sums, both) = (Sums::of(columns.len()), vec![0; columns.len()]);
                (Total { contest, columns, both, ..Total::default() }, sums)
            })
            .collect();
        let held: Vec<Vec<bool>> = totals.iter().map(|(total, _)| self.held_in(&total.contest)).collect();
        for listed in self.listed_of(region) {
            let summary = self.summaries.get(&listed.row());
            for (at, ((total, sums), held)) in totals.iter_mut().zip(&held).enumerate() {
                let held = held.get(listed.region).copied().unwrap_or(false);
                let states = summary.map(|summary| summary.contests.as_slice()).unwrap_or_default();
                let state = states.iter().find(|state| usize::from(state.contest) == at);
                self.count(total, sums, listed, held, state);
            }
        }
        let done = totals.into_iter().map(|(total, sums)| Total {
            sums: narrow(sums.all),
            holding: narrow(sums.holding),
            official: narrow(sums.official),
            beside: narrow(sums.beside),
            ..total
        });
        done.collect()
    }

    fn count(&self, total: &mut Total, sums: &mut Sums, listed: &Listed, held: bool, state: Option<&ContestState>) {
        let more = |number: &mut u64, by: u64| *number = number.saturating_add(by);
        let voters = u64::from(listed.registered.unwrap_or(0));
        more(&mut total.stations, 1);
        if held {
            more(&mut total.held, 1);
            more(&mut total.voters, voters);
            more(&mut total.attended, u64::from(self.sent.is_empty() || self.sent.contains_key(&listed.station)));
        }
        if held || state.is_some() {
            more(total.statuses.entry(state.map_or(Status::None, |state| state.status)).or_default(), 1);
        }
        let Some(state) = state else { return };
        let Some(agreed) = &state.agreed else {
            more(&mut total.disputed, 1);
            return;
        };
        more(&mut total.counted, 1);
        more(&mut total.voters_counted, voters);
        more(&mut total.failing, u64::from(state.fails));
        more(&mut total.released, u64::from(state.fails && state.released));
        sums.add(state, agreed, &mut total.both);
    }

    /// The contests of all packs: those of the newest in its order, then those that only older ones have.
    #[must_use]
    pub fn contests(&self) -> Vec<String> {
        self.forms.contests.iter().map(|contest| contest.key.clone()).collect()
    }

    /// What the protocols of a contest say, column by column.
    #[must_use]
    pub fn columns(&self, contest: &str) -> &[Column] {
        let known = self.forms.contests.iter().find(|known| known.key == contest);
        known.map(|known| known.columns.as_slice()).unwrap_or_default()
    }

    /// Stations in the sums of a contest over a region, from `first` on, at most `most`, and how many there are: those that say most in a
    /// column first, or all in their order.
    #[must_use]
    pub fn addends(
        &self,
        contest: &str,
        region: Option<&str>,
        by: Option<usize>,
        (first, most): (usize, usize),
    ) -> (Vec<Addend>, usize) {
        let mut found: Vec<(RowNumber, &ContestState, &[Option<i64>])> = self
            .listed_of(region)
            .filter_map(|listed| {
                let state = self.state(listed.row(), contest)?;
                Some((listed.row(), state, state.agreed.as_deref()?))
            })
            .collect();
        if let Some(by) = by {
            found.sort_by_key(|(.., agreed)| std::cmp::Reverse(agreed.get(by).copied().flatten()));
        }
        let shown = found.iter().skip(first).take(most).map(|(row, state, agreed)| Addend {
            key: self.key(*row),
            values: agreed.to_vec(),
            official: state.official.as_deref().map(<[_]>::to_vec),
            entry: self.official(*row, state.contest).map(|(entry, _)| entry),
            fails: state.fails,
            records: self.copies_of(*row, state.contest).collect(),
        });
        (shown.collect(), found.len())
    }

    /// The records that a contest's sums over a region come from.
    #[must_use]
    pub fn sources(&self, contest: &str, region: Option<&str>) -> Vec<RecordHash> {
        let counted = self.listed_of(region).filter_map(|listed| {
            let state = self.state(listed.row(), contest)?;
            state.agreed.is_some().then(|| self.copies_of(listed.row(), state.contest))
        });
        counted.flatten().collect()
    }

    /// How a contest stands in a row.
    pub(super) fn state(&self, row: RowNumber, contest: &str) -> Option<&ContestState> {
        let place = self.forms.contests.iter().position(|known| known.key == contest)?;
        let states = &self.summaries.get(&row)?.contests;
        states.iter().find(|state| usize::from(state.contest) == place)
    }

    /// Whether a contest stands so at a station, where it is held or not.
    pub(super) fn stands(&self, listed: &Listed, contest: &str, standing: Standing, held: bool) -> bool {
        let state = self.state(listed.row(), contest);
        match standing {
            Standing::Is(Status::None) => state.is_none() && held,
            Standing::Is(status) => state.is_some_and(|state| state.status == status),
            Standing::Counted => state.is_some_and(|state| state.agreed.is_some()),
            Standing::Failing => state.is_some_and(|state| state.agreed.is_some() && state.fails),
        }
    }

    /// The records that are copies of a contest in a row.
    pub(super) fn copies_of(&self, row: RowNumber, contest: u16) -> impl Iterator<Item = RecordHash> {
        let of = move |form: u32| {
            let paper = self.forms.meaning(form).and_then(|meaning| meaning.paper.as_ref());
            paper.is_some_and(|paper| paper.contest == contest)
        };
        self.lines.row(row).filter(move |(_, line)| of(line.latest.form)).map(|(_, line)| line.latest.hash)
    }

    /// In which regions a contest of the newest pack is held, by their places.
    pub(super) fn held_in(&self, contest: &str) -> Vec<bool> {
        let pack = self.directory.latest.as_ref().map(|latest| &latest.pack);
        let known = pack.and_then(|pack| pack.contest(contest));
        let form =
            |pack: &kuager_wire::pack::Pack| pack.forms.iter().any(|form| form.contest.is_none() && form.id == contest);
        let held = |region: &String| match known {
            Some(known) => known.regions.as_ref().is_none_or(|regions| regions.contains(region)),
            None => pack.is_some_and(form),
        };
        self.directory.regions.iter().map(held).collect()
    }

    /// The rows of a region's stations that count.
    pub(super) fn rows_of(&self, region: Option<&str>) -> impl Iterator<Item = u32> {
        self.listed_of(region).map(Listed::row)
    }

    /// The stations of a region, or all.
    pub(super) fn listed_of(&self, region: Option<&str>) -> impl Iterator<Item = &Listed> {
        let place = region.map(|key| self.directory.regions.iter().position(|known| known == key));
        self.directory.listed.iter().filter(move |listed| place.is_none_or(|place| place == Some(listed.region)))
    }
}
