//! How the records of a row become its summary, and the copies of its protocols are compared.

use std::collections::BTreeMap;

use kuager_wire::protocol::Severity;
use kuager_wire::record::IncidentStatus;

use super::entry::EntryId;
use super::fold::Book;
use super::line::{Line, NONE, RowNumber, is_training};
use super::parts::{Content, Fails, Part};
use super::summary::{Comparison, ContestState, Count, Summary, weight};

impl Book {
    /// The copies of every contest of a row.
    pub(super) fn compared(&self, row: RowNumber) -> BTreeMap<u16, Comparison> {
        let mut all: BTreeMap<u16, Comparison> = BTreeMap::new();
        for (_, line) in self.lines.row(row) {
            let Some((meaning, content)) = self.forms.meaning(line.latest.form).zip(line.latest.content.as_deref())
            else {
                continue;
            };
            let (Some(paper), Some(Part::Protocol { values, .. })) = (&meaning.paper, &content.part) else { continue };
            let Some(contest) = self.forms.contests.get(usize::from(paper.contest)) else { continue };
            let compared = all.entry(paper.contest).or_default();
            compared.add(line, paper, values, &contest.columns);
            compared.verified |= self.entries.verified.contains_key(&line.latest.hash);
            if self.fails(line.latest.form, content, Severity::Hard) > 0 {
                compared.fails = true;
                compared.unreleased |= !self.released(line, content);
            }
        }
        all
    }

    /// Official figures of a contest at a station, column by column.
    pub(super) fn official(&self, row: RowNumber, contest: u16) -> Option<(EntryId, Vec<Option<i64>>)> {
        if is_training(row) {
            return None;
        }
        let station = self.station_name(row / 2)?;
        let contest = self.forms.contests.get(usize::from(contest))?;
        let (entry, figures) = self.entries.official.get(&(station.to_owned(), contest.key.clone()))?;
        let column = |column| figures.iter().find(|(known, _)| known == column).map(|(_, figure)| *figure);
        Some((*entry, contest.columns.iter().map(column).collect()))
    }

    /// How many relations of this severity fail.
    pub(super) fn fails(&self, form: u32, content: &Content, severity: Severity) -> usize {
        content.fails.iter().filter(|fails| self.severity(form, fails) == Some(severity)).count()
    }

    /// Whether somebody lets a copy count in spite of every relation that must hold and fails in it.
    pub(super) fn released(&self, line: &Line, content: &Content) -> bool {
        let form = line.latest.form;
        let Some((meaning, (_, relations))) =
            self.forms.meaning(form).zip(self.entries.released.get(&line.latest.hash))
        else {
            return false;
        };
        content.fails.iter().all(|fails| {
            let relation = meaning.form.relation(usize::from(fails.relation));
            relation.is_none_or(|relation| relation.severity != Severity::Hard || relations.contains(&relation.id))
        })
    }

    pub(super) fn severity(&self, form: u32, fails: &Fails) -> Option<Severity> {
        Some(self.forms.meaning(form)?.form.relation(usize::from(fails.relation))?.severity)
    }

    /// What the records of a row come to.
    pub(super) fn summarise(&self, row: RowNumber) -> Summary {
        let mut summary = Summary::default();
        for (number, line) in self.lines.row(row) {
            let latest = &line.latest;
            summary.records = summary.records.saturating_add(1);
            let form = self.forms.get(latest.form).map_or(NONE, |known| known.name);
            summary.forms.entry(form).or_default().add(Count { count: 1, last_ms: latest.received_ms });
            summary.observers.insert(line.observer);
            summary.devices.insert(latest.device);
            summary.last_ms = summary.last_ms.max(latest.received_ms);
            let Some(content) = latest.content.as_deref() else { continue };
            for fails in &content.fails {
                let Some(severity) = self.severity(latest.form, fails) else { continue };
                if let Some(count) = summary.fails.get_mut(weight(severity)) {
                    *count = count.saturating_add(1);
                }
                // The heaviest; of those the one of the smallest form and relation, whichever record came first.
                let rank = |form: u32, fails: &Fails| {
                    let severity = self.severity(form, fails).map_or(usize::MAX, weight);
                    (
                        severity,
                        self.forms.get(form).map_or(NONE, |known| known.name),
                        fails.relation,
                        fails.shown.clone(),
                    )
                };
                let lighter =
                    summary.heaviest.as_ref().is_none_or(|(form, known)| rank(latest.form, fails) < rank(*form, known));
                if lighter {
                    summary.heaviest = Some((latest.form, fails.clone()));
                }
            }
            match &content.part {
                Some(Part::Turnout { at, told, own, .. }) if told.is_some() || own.is_some() => {
                    summary.hours.insert(*at);
                }
                Some(Part::Incident { gravity, .. }) => {
                    summary.incident_lines.push(number);
                    if self.standing(number) != IncidentStatus::Withdrawn {
                        summary.incidents = summary.incidents.saturating_add(1);
                        summary.gravest = summary.gravest.max(*gravity);
                    }
                }
                _ => {}
            }
        }
        let compared = self.compared(row);
        summary.norms = self.norms_of(row);
        summary.turnout = self.turnout_of(row, &compared);
        for (contest, compared) in compared {
            let official = self.official(row, contest).map(|(_, figures)| figures);
            let columns = self.forms.contests.get(usize::from(contest)).map_or(0, |known| known.columns.len());
            let agreed = compared.agreed().map(|mut agreed| {
                agreed.resize(columns, None);
                agreed.into_boxed_slice()
            });
            summary.contests.push(ContestState {
                contest,
                status: compared.status(official.as_deref()),
                copies: compared.copies,
                observers: u32::try_from(compared.observers.len()).unwrap_or(u32::MAX),
                differing: u16::try_from(compared.differing()).unwrap_or(u16::MAX),
                agreed,
                official: official.map(Vec::into_boxed_slice),
                fails: compared.fails,
                released: compared.fails && !compared.unreleased,
            });
        }
        summary
    }
}
