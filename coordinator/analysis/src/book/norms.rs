//! Norms: how many stations kept each, by what observers answered to the questions that rest on it.
//!
//! A station has broken a norm where any record that counts says so, whatever others say: that a seal was whole at noon does not mend
//! that it was broken at ten. It has kept it where somebody saw that and nobody the opposite, and is unknown where whoever was asked
//! had not seen it. Stations in which nobody was asked are in none of the numbers. What contradicts is counted beside.

use std::collections::BTreeMap;

use kuager_wire::ids::{ObserverId, RecordHash};
use kuager_wire::record::IncidentStatus;

use super::compliance::{BROKEN, KEPT, NormState, Outcome};
use super::directory::Sought;
use super::fold::Book;
use super::input::RowKey;
use super::line::{RowNumber, is_training};
use super::parts::{Content, Part};
use super::view::FormName;
use crate::norm::Norm;

/// Norms kept of one station; no pack has as many.
const MOST: usize = 512;

/// How a norm came out over stations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NormCount {
    /// Stations in which it was kept.
    pub kept: u64,
    /// Stations in which it was broken.
    pub broken: u64,
    /// Of these, stations from which somebody also says that it was kept: another observer, or at another time.
    pub both: u64,
    /// Stations in which nobody has seen it.
    pub unknown: u64,
    /// Incidents under it that are not withdrawn.
    pub incidents: u64,
}

impl NormCount {
    fn add(&mut self, bits: u8, incidents: u16) {
        let one = |count: &mut u64| *count = count.saturating_add(1);
        match Outcome::of(bits) {
            Some(Outcome::Broken) => {
                one(&mut self.broken);
                if bits & KEPT != 0 {
                    one(&mut self.both);
                }
            }
            Some(Outcome::Kept) => one(&mut self.kept),
            Some(Outcome::Unknown) => one(&mut self.unknown),
            None => {}
        }
        self.incidents = self.incidents.saturating_add(u64::from(incidents));
    }

    /// Stations in which anybody was asked.
    #[must_use]
    pub const fn answered(&self) -> u64 {
        self.kept.saturating_add(self.broken).saturating_add(self.unknown)
    }
}

/// An article of a law with the points that questions rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleRow {
    /// The article.
    pub article: Norm,
    /// Over all its points.
    pub count: NormCount,
    /// Its points, where it has others than itself.
    pub points: Vec<(Norm, NormCount)>,
}

/// A question that rests on a norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormQuestion {
    /// Its form.
    pub form: FormName,
    /// The question.
    pub question: String,
    /// The norms that it rests on, as the pack says it.
    pub law: String,
}

/// A record that says how a norm came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormSource {
    /// The record.
    pub record: RecordHash,
    /// Whose it is.
    pub observer: ObserverId,
    /// When it arrived.
    pub received_ms: u64,
    /// What it answers.
    pub form: FormName,
    /// Its questions that rest on the norm, with what was answered.
    pub answers: Vec<(String, Outcome)>,
}

/// A station behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormStation {
    /// The row.
    pub key: RowKey,
    /// Its region.
    pub region: Option<String>,
    /// How the norm came out there.
    pub outcome: Outcome,
    /// Whether somebody also says the opposite.
    pub both: bool,
    /// Incidents that were reported under it there, and are not withdrawn.
    pub incidents: u64,
}

/// Which stations behind a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NormQuery {
    /// Of this region.
    pub region: Option<String>,
    /// In which it came out so.
    pub outcome: Option<Outcome>,
    /// Found by these words.
    pub words: String,
}

/// A norm in detail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NormDetail {
    /// Over all stations of the directory.
    pub count: NormCount,
    /// By region, in the order of the pack.
    pub regions: Vec<(String, NormCount)>,
    /// Stations of this page, by place.
    pub stations: Vec<NormStation>,
    /// How many there are on all pages.
    pub found: usize,
}

impl Book {
    /// What a row's records say of norms, by the number of the norm.
    pub(super) fn norms_of(&self, row: RowNumber) -> Vec<NormState> {
        let mut states: BTreeMap<u32, (u8, u16)> = BTreeMap::new();
        for (number, line) in self.lines.row(row) {
            let Some((meaning, content)) = self.forms.meaning(line.latest.form).zip(line.latest.content.as_deref())
            else {
                continue;
            };
            for (norms, bits) in meaning.norms.iter().zip(&content.norms).filter(|(_, bits)| **bits != 0) {
                for norm in norms {
                    states.entry(*norm).or_default().0 |= bits;
                }
            }
            if let Some(Part::Incident { codes, .. }) = &content.part
                && self.standing(number) != IncidentStatus::Withdrawn
            {
                let mut violates: Vec<u32> =
                    codes.iter().filter_map(|code| meaning.violates.get(code)).flatten().copied().collect();
                violates.sort_unstable();
                violates.dedup();
                for norm in violates {
                    let (_, incidents) = states.entry(norm).or_default();
                    *incidents = incidents.saturating_add(1);
                }
            }
        }
        let states = states.into_iter().take(MOST);
        states.map(|(norm, (bits, incidents))| NormState { norm, bits, incidents }).collect()
    }

    /// Every article that a question rests on or an incident was reported under, over the stations of a region or of the whole
    /// directory, in the order of the law.
    #[must_use]
    pub fn articles(&self, region: Option<&str>) -> Vec<ArticleRow> {
        let mut points: BTreeMap<Norm, (u32, NormCount)> = BTreeMap::new();
        let mut of_number: BTreeMap<u32, Norm> = BTreeMap::new();
        for (number, norm) in self.all_norms() {
            points.insert(norm.clone(), (number, NormCount::default()));
            of_number.insert(number, norm);
        }
        let mut counts: BTreeMap<u32, NormCount> = BTreeMap::new();
        let mut articles: BTreeMap<Norm, NormCount> = BTreeMap::new();
        let article_of: BTreeMap<u32, Norm> =
            of_number.iter().map(|(number, norm)| (*number, norm.article())).collect();
        for (_, states) in self.norm_rows(region) {
            let mut of_station: BTreeMap<&Norm, (u8, u16)> = BTreeMap::new();
            for state in states {
                counts.entry(state.norm).or_default().add(state.bits, state.incidents);
                let Some(article) = article_of.get(&state.norm) else { continue };
                let (bits, incidents) = of_station.entry(article).or_default();
                *bits |= state.bits;
                *incidents = incidents.saturating_add(state.incidents);
            }
            for (article, (bits, incidents)) in of_station {
                match articles.get_mut(article) {
                    Some(count) => count.add(bits, incidents),
                    None => {
                        let mut count = NormCount::default();
                        count.add(bits, incidents);
                        articles.insert(article.clone(), count);
                    }
                }
            }
        }
        let mut rows: Vec<ArticleRow> = Vec::new();
        for (norm, (number, _)) in points {
            let article = norm.article();
            let count = counts.get(&number).copied().unwrap_or_default();
            if rows.last().is_none_or(|row| row.article != article) {
                let over_all = articles.get(&article).copied().unwrap_or_default();
                rows.push(ArticleRow { article: article.clone(), count: over_all, points: Vec::new() });
            }
            if let Some(row) = rows.last_mut().filter(|_| norm != article) {
                row.points.push((norm, count));
            }
        }
        rows
    }

    /// The questions of the newest pack, and of those that records answer, that say whether a norm was kept.
    #[must_use]
    pub fn norm_questions(&self, norm: &Norm) -> Vec<NormQuestion> {
        let mut questions: Vec<NormQuestion> = Vec::new();
        for (number, _) in (0..).zip(self.forms.all()) {
            let (Some(form), Some(meaning)) = (self.form_view(number), self.forms.meaning(number)) else { continue };
            for (question, norms) in meaning.form.norms().zip(&meaning.norms) {
                let rests = norms.iter().any(|number| self.is_of(*number, norm));
                // The same question of an older version of the pack is the same question.
                let known = |other: &NormQuestion| other.form.form == form.form && other.question == question.id;
                if rests && !questions.iter().any(known) {
                    let law = question.law.clone().unwrap_or_default();
                    questions.push(NormQuestion { form: form.clone(), question: question.id.clone(), law });
                }
            }
        }
        questions
    }

    /// A norm, or an article with all its points, over the stations.
    #[must_use]
    pub fn norm(&self, norm: &Norm, query: &NormQuery, first: usize, most: usize) -> NormDetail {
        let sought = Sought::new(&query.words);
        let mut detail = NormDetail::default();
        let mut regions = vec![NormCount::default(); self.directory.regions.len()];
        let numbers: Vec<u32> =
            self.all_norms().filter(|(number, _)| self.is_of(*number, norm)).map(|(number, _)| number).collect();
        let wanted = |state: &&NormState| numbers.contains(&state.norm);
        let mut stations: Vec<(usize, RowNumber, u8, u16)> = Vec::new();
        for (place, listed) in self.directory.listed.iter().enumerate() {
            let Some(summary) = self.summaries.get(&listed.station.saturating_mul(2)) else { continue };
            let (mut bits, mut incidents) = (0, 0_u16);
            for state in summary.norms.iter().filter(wanted) {
                bits |= state.bits;
                incidents = incidents.saturating_add(state.incidents);
            }
            if bits == 0 && incidents == 0 {
                continue;
            }
            detail.count.add(bits, incidents);
            if let Some(region) = regions.get_mut(listed.region) {
                region.add(bits, incidents);
            }
            let region = self.directory.regions.get(listed.region);
            let there = query.region.as_ref().is_none_or(|wanted| region == Some(wanted));
            let so = Outcome::of(bits).is_some_and(|out| query.outcome.is_none_or(|wanted| wanted == out));
            if there && so && sought.is_in(listed) {
                stations.push((place, listed.station.saturating_mul(2), bits, incidents));
            }
        }
        detail.found = stations.len();
        let shown = stations.into_iter().skip(first).take(most).filter_map(|(place, row, bits, incidents)| {
            let listed = self.directory.listed.get(place)?;
            Some(NormStation {
                key: self.key(row),
                region: self.directory.regions.get(listed.region).cloned(),
                outcome: Outcome::of(bits)?,
                both: bits & BROKEN != 0 && bits & KEPT != 0,
                incidents: u64::from(incidents),
            })
        });
        detail.stations = shown.collect();
        let named = self.directory.regions.iter().cloned().zip(regions);
        detail.regions = named.filter(|(_, count)| count.answered() > 0 || count.incidents > 0).collect();
        detail
    }

    /// The records of a station that say how a norm came out, in the order of arrival.
    #[must_use]
    pub fn norm_sources(&self, key: &RowKey, norm: &Norm) -> Vec<NormSource> {
        let Some(row) = self.row_number(key) else { return Vec::new() };
        let sources = self.lines.row(row).filter_map(|(_, line)| {
            let (meaning, content): (_, &Content) =
                self.forms.meaning(line.latest.form).zip(line.latest.content.as_deref())?;
            let asked = meaning.form.norms().zip(&meaning.norms).zip(&content.norms);
            let answers = asked.filter_map(|((question, norms), bits)| {
                let outcome = Outcome::of(*bits)?;
                norms.iter().any(|number| self.is_of(*number, norm)).then(|| (question.id.clone(), outcome))
            });
            let answers: Vec<(String, Outcome)> = answers.collect();
            (!answers.is_empty()).then_some(())?;
            Some(NormSource {
                record: line.latest.hash,
                observer: self.observer_of(line)?,
                received_ms: line.latest.received_ms,
                form: self.form_view(line.latest.form)?,
                answers,
            })
        });
        let mut sources: Vec<NormSource> = sources.collect();
        sources.sort_by_key(|source| (source.received_ms, source.record));
        sources
    }

    /// Every norm that a question of a form that was met rests on, or an incident of its catalogue violates.
    fn all_norms(&self) -> impl Iterator<Item = (u32, Norm)> {
        let mut numbers: Vec<u32> = (0..)
            .zip(self.forms.all())
            .filter_map(|(number, _)| self.forms.meaning(number))
            .flat_map(|meaning| meaning.norms.iter().flatten().chain(meaning.violates.values().flatten()))
            .copied()
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|number| Some((number, Norm::all(self.words.name(number)).pop()?)))
    }

    /// Whether the norm with this number is this one, or a point of it.
    fn is_of(&self, number: u32, norm: &Norm) -> bool {
        let known = Norm::all(self.words.name(number)).pop();
        known.is_some_and(|known| known == *norm || norm.point.is_empty() && known.article() == *norm)
    }

    fn norm_rows(&self, region: Option<&str>) -> impl Iterator<Item = (RowNumber, &[NormState])> {
        self.rows_of(region).filter_map(|row| {
            let summary = self.summaries.get(&row).filter(|_| !is_training(row))?;
            Some((row, summary.norms.as_slice()))
        })
    }
}
