//! Incidents of all stations: what was reported, how much it weighs, who else says so, and where each stands.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use kuager_forms::incident;
use kuager_wire::ids::{ObserverId, PersonId, RecordHash};
use kuager_wire::pack::{Gravity, Pack};
use kuager_wire::record::IncidentStatus;

use super::directory::Sought;
use super::entry::EntryId;
use super::fold::Book;
use super::input::RowKey;
use super::line::{Line, NONE, RowNumber, is_training};
use super::names::index;
use super::parts::Part;
use super::summary::Summary;
use super::view::{FormName, IncidentView};

/// Sources from which on an incident can count as corroborated.
pub const CORROBORATING: u32 = 2;

/// In which order incidents stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IncidentOrder {
    /// Those that weigh most first, of these the ones nobody has dealt with, of these the newest.
    #[default]
    Gravity,
    /// The newest first.
    News,
}

/// Which incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentQuery {
    /// At stations of this region.
    pub region: Option<String>,
    /// Of this gravity.
    pub gravity: Option<Gravity>,
    /// With this code.
    pub code: Option<String>,
    /// Standing so.
    pub status: Option<IncidentStatus>,
    /// Found by these words: of the station, of the catalogue, of what the observer wrote first.
    pub words: String,
    /// In this order.
    pub order: IncidentOrder,
    /// Exercises, instead of what counts.
    pub training: bool,
}

/// An incident as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// Where it counts.
    pub key: RowKey,
    /// The region of its station, for one of the directory.
    pub region: Option<String>,
    /// The incident.
    pub incident: IncidentView,
    /// Observers who say so: its author, others who report one of its codes at the same station, and who corroborates it.
    pub sources: u32,
    /// Originals it lists.
    pub files: u16,
    /// The beginning of what the observer wrote.
    pub gist: Option<String>,
    /// Steps that people at the desk and observers have taken.
    pub steps: usize,
}

impl IncidentRow {
    /// Whether there is enough for it to count as corroborated: two sources, or media.
    #[must_use]
    pub const fn has_grounds(&self) -> bool {
        self.sources >= CORROBORATING || self.files > 0
    }
}

/// A page of incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incidents {
    /// Those of this page.
    pub rows: Vec<IncidentRow>,
    /// How many there are on all pages.
    pub found: usize,
    /// How many there would be of each status.
    pub statuses: Vec<(IncidentStatus, u64)>,
    /// How many there would be of each gravity, the heaviest first.
    pub gravities: Vec<(Gravity, u64)>,
    /// Codes that were reported, by how many incidents have them, whatever is looked for.
    pub codes: Vec<(String, u64)>,
    /// Regions with incidents, in the order of the pack, whatever is looked for.
    pub regions: Vec<(String, u64)>,
}

/// Who took a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepBy {
    /// Its author, by reporting it; or an observer, by a word that this record says.
    Observer(ObserverId, RecordHash),
    /// Somebody at the desk, by an entry of the journal; nobody by name where there are no accounts.
    Person(Option<PersonId>, EntryId),
}

/// A step in the life of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentStep {
    /// Where it stands from then on.
    pub status: IncidentStatus,
    /// Whether it is a step: an author cannot corroborate, only the author withdraws, and what is withdrawn stays so.
    pub counts: bool,
    /// Who.
    pub by: StepBy,
    /// When: by the coordinator's clock.
    pub at_ms: u64,
    /// Why, as somebody at the desk said it; what an observer said stands in the record.
    pub note: Option<String>,
}

/// An incident with its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentLife {
    /// As on the board.
    pub row: IncidentRow,
    /// The form that it answers.
    pub form: FormName,
    /// Everything that was said about it, in order, its report first.
    pub steps: Vec<IncidentStep>,
    /// Other incidents of the station that have one of its codes.
    pub alike: Vec<RecordHash>,
    /// How many versions there are of it.
    pub versions: u32,
}

impl Book {
    /// Everything that was said about a line, in the order of time, with what became of it.
    pub(super) fn steps(&self, number: u32) -> Vec<IncidentStep> {
        let Some(line) = self.lines.get(number) else { return Vec::new() };
        let Some(author) = self.observer_of(line) else { return Vec::new() };
        let words = self.lines.words.get(&number).map(Vec::as_slice).unwrap_or_default();
        let words: BTreeSet<u32> = words.iter().copied().collect();
        let words = words.into_iter().filter_map(|word| self.lines.get(word)).filter(|word| word.row != NONE);
        let mut said: Vec<((u64, u64, RecordHash), IncidentStep)> = words
            .filter_map(|word| {
                let content = word.latest.content.as_ref()?;
                let Some(Part::Word { status }) = &content.part else { return None };
                let (at_ms, hash) = (word.latest.received_ms, word.latest.hash);
                let by = StepBy::Observer(self.observer_of(word)?, hash);
                Some(((at_ms, 0, hash), IncidentStep { status: *status, counts: false, by, at_ms, note: None }))
            })
            .collect();
        for (entry, step) in self.steps_by_line.get(&number).into_iter().flatten() {
            let by = StepBy::Person(step.by, *entry);
            let step_of =
                IncidentStep { status: step.status, counts: false, by, at_ms: step.at_ms, note: step.note.clone() };
            // Of one moment, what an observer says comes first: the desk has heard it.
            said.push(((step.at_ms, step.seq.saturating_add(1), RecordHash([0; 32])), step_of));
        }
        said.sort_by_key(|(order, _)| *order);
        let mut steps = vec![IncidentStep {
            status: IncidentStatus::Reported,
            counts: true,
            by: StepBy::Observer(author, line.latest.hash),
            at_ms: line.latest.received_ms,
            note: None,
        }];
        let mut stands = IncidentStatus::Reported;
        for (_, mut step) in said {
            let (by_author, responsible) = match step.by {
                StepBy::Observer(observer, _) => (observer == author, false),
                StepBy::Person(..) => (false, true),
            };
            step.counts = incident::is_step(stands, step.status, by_author, responsible);
            if step.counts {
                stands = step.status;
            }
            steps.push(step);
        }
        steps
    }

    /// Where a record stands by what was said about it.
    pub(super) fn standing(&self, number: u32) -> IncidentStatus {
        let nothing = !self.lines.words.contains_key(&number) && !self.steps_by_line.contains_key(&number);
        if nothing {
            return IncidentStatus::Reported;
        }
        let steps = self.steps(number);
        steps.iter().rev().find(|step| step.counts).map_or(IncidentStatus::Reported, |step| step.status)
    }

    /// Notes which words of the desk are about which line, now that all records are where they belong.
    pub(super) fn place_steps(&mut self) {
        self.steps_by_line.clear();
        for (record, steps) in &self.entries.steps {
            if let Some(line) = self.lines.line(record) {
                self.steps_by_line.entry(line).or_default().extend(steps.iter().cloned());
            }
        }
    }

    pub(super) fn observer_of(&self, line: &Line) -> Option<ObserverId> {
        index(line.observer).and_then(|at| self.observers.get(at)).copied()
    }

    /// An incident as it is shown.
    pub(super) fn incident_view(&self, number: u32) -> Option<IncidentView> {
        let line = self.lines.get(number)?;
        let Some(Part::Incident { codes, gravity, .. }) = &line.latest.content.as_deref()?.part else { return None };
        Some(IncidentView {
            codes: codes.iter().map(|code| self.words.name(*code).to_owned()).collect(),
            gravity: *gravity,
            status: self.standing(number),
            record: line.latest.hash,
            observer: self.observer_of(line)?,
            received_ms: line.latest.received_ms,
        })
    }

    /// Incidents of all stations: of those that are looked for, from `first` on, at most `most`.
    #[must_use]
    pub fn incidents(&self, query: &IncidentQuery, first: usize, most: usize) -> Incidents {
        let sought = Sought::new(&query.words);
        let mut titles: HashMap<u32, String> = HashMap::new();
        let mut page = Incidents::default();
        let (mut codes, mut regions): (BTreeMap<u32, u64>, BTreeMap<usize, u64>) = Default::default();
        let (mut statuses, mut gravities): (HashMap<IncidentStatus, u64>, BTreeMap<Gravity, u64>) = Default::default();
        let mut found: Vec<IncidentRow> = Vec::new();
        let rows = self
            .summaries
            .iter()
            .filter(|(row, summary)| is_training(**row) == query.training && !summary.incident_lines.is_empty());
        for (row, summary) in rows {
            let listed = self.directory.station(row / 2);
            let region = listed.and_then(|listed| self.directory.regions.get(listed.region));
            let sources = self.sources_by_code(summary);
            for number in &summary.incident_lines {
                let Some(parts) = self.incident_parts(*number) else { continue };
                for code in parts.codes {
                    count(codes.entry(*code).or_default());
                }
                if let Some(listed) = listed {
                    count(regions.entry(listed.region).or_default());
                }
                let coded = query
                    .code
                    .as_ref()
                    .is_none_or(|code| self.words.find(code).is_some_and(|code| parts.codes.contains(&code)));
                let there = query.region.as_ref().is_none_or(|wanted| region == Some(wanted));
                let said = || {
                    let mut said = self.station_name(row / 2).unwrap_or_default().to_owned();
                    for code in parts.codes {
                        said.push(' ');
                        said.push_str(titles.entry(*code).or_insert_with(|| self.code_in_words(*code)));
                    }
                    said.push(' ');
                    said.push_str(parts.gist.unwrap_or_default());
                    sought.is_in_name(&said)
                };
                let named = || sought.is_empty() || listed.is_some_and(|listed| sought.is_in(listed));
                if !coded
                    || !there
                    || !(named() || {
                        let mut said = said;
                        said()
                    })
                {
                    continue;
                }
                let Some(incident) = self.incident_view(*number) else { continue };
                let gravity_fits = query.gravity.is_none_or(|gravity| incident.gravity == Some(gravity));
                let status_fits = query.status.is_none_or(|status| incident.status == status);
                if gravity_fits {
                    count(statuses.entry(incident.status).or_default());
                }
                if let Some(gravity) = incident.gravity.filter(|_| status_fits) {
                    count(gravities.entry(gravity).or_default());
                }
                if gravity_fits && status_fits {
                    found.push(self.incident_row(*row, *number, incident, &sources));
                }
            }
        }
        let order = |row: &IncidentRow| {
            let weight = (Reverse(row.incident.gravity), rank(row.incident.status));
            let weight = (query.order == IncidentOrder::Gravity).then_some(weight);
            (weight, Reverse(row.incident.received_ms), row.incident.record)
        };
        found.sort_by_cached_key(order);
        page.found = found.len();
        page.rows = found.into_iter().skip(first).take(most).collect();
        page.statuses =
            IncidentStatus::ALL.iter().map(|status| (*status, statuses.get(status).copied().unwrap_or(0))).collect();
        page.gravities = gravities.into_iter().rev().collect();
        page.codes = codes.into_iter().map(|(code, count)| (self.words.name(code).to_owned(), count)).collect();
        page.codes.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        page.regions = regions
            .into_iter()
            .filter_map(|(region, count)| Some((self.directory.regions.get(region)?.clone(), count)))
            .collect();
        page
    }

    /// An incident with its life, by any version of its record.
    #[must_use]
    pub fn incident(&self, record: RecordHash) -> Option<IncidentLife> {
        let number = self.lines.line(&record)?;
        let line = self.lines.get(number)?;
        let view = self.incident_view(number)?;
        let summary = self.summaries.get(&line.row)?;
        let sources = self.sources_by_code(summary);
        let parts = self.incident_parts(number)?;
        let alike = summary.incident_lines.iter().filter(|other| **other != number).filter_map(|other| {
            let others = self.incident_parts(*other)?;
            let alike = others.codes.iter().any(|code| parts.codes.contains(code));
            self.lines.get(*other).filter(|_| alike).map(|other| other.latest.hash)
        });
        Some(IncidentLife {
            alike: alike.collect(),
            form: self.form_view(line.latest.form)?,
            versions: line.versions,
            steps: self.steps(number),
            row: self.incident_row(line.row, number, view, &sources),
        })
    }

    /// Where a record counts that has arrived, by any of its versions, and the version that counts.
    #[must_use]
    pub fn counted(&self, record: RecordHash) -> Option<(RowKey, RecordHash)> {
        let line = self.lines.get(self.lines.line(&record)?).filter(|line| line.row != NONE)?;
        Some((self.key(line.row), line.latest.hash))
    }

    fn incident_row(
        &self,
        row: RowNumber,
        number: u32,
        incident: IncidentView,
        sources: &HashMap<u32, BTreeSet<u32>>,
    ) -> IncidentRow {
        let listed = self.directory.station(row / 2);
        let parts = self.incident_parts(number);
        let mut who: BTreeSet<u32> = self.lines.get(number).map(|line| line.observer).into_iter().collect();
        for code in parts.as_ref().map_or(&[][..], |parts| parts.codes) {
            who.extend(sources.get(code).into_iter().flatten());
        }
        for word in self.lines.words.get(&number).into_iter().flatten() {
            let Some(word) = self.lines.get(*word) else { continue };
            let part = word.latest.content.as_ref().and_then(|content| content.part.as_ref());
            if matches!(part, Some(Part::Word { status: IncidentStatus::Corroborated })) {
                who.insert(word.observer);
            }
        }
        let steps = self.lines.words.get(&number).map_or(0, Vec::len);
        let of_desk = self.steps_by_line.get(&number).map_or(0, Vec::len);
        IncidentRow {
            key: self.key(row),
            region: listed.and_then(|listed| self.directory.regions.get(listed.region)).cloned(),
            incident,
            sources: u32::try_from(who.len()).unwrap_or(u32::MAX),
            files: parts.as_ref().map_or(0, |parts| parts.files),
            gist: parts.and_then(|parts| parts.gist).map(str::to_owned),
            steps: steps.saturating_add(of_desk),
        }
    }

    /// Who reports which code at a station, what was withdrawn left out.
    fn sources_by_code(&self, summary: &Summary) -> HashMap<u32, BTreeSet<u32>> {
        let mut sources: HashMap<u32, BTreeSet<u32>> = HashMap::new();
        for number in &summary.incident_lines {
            let (Some(parts), Some(line)) = (self.incident_parts(*number), self.lines.get(*number)) else { continue };
            if self.standing(*number) != IncidentStatus::Withdrawn {
                for code in parts.codes {
                    sources.entry(*code).or_default().insert(line.observer);
                }
            }
        }
        sources
    }

    fn incident_parts(&self, number: u32) -> Option<Parts<'_>> {
        let content = self.lines.get(number)?.latest.content.as_deref()?;
        let Some(Part::Incident { codes, gist, .. }) = &content.part else { return None };
        Some(Parts { codes, gist: gist.as_deref(), files: content.files })
    }

    /// A code with its titles in all languages, for whoever looks for one of their words.
    fn code_in_words(&self, code: u32) -> String {
        let code = self.words.name(code);
        let latest = self.directory.latest.as_ref();
        let known = latest.and_then(|latest| titles(&latest.pack, code));
        format!("{code} {}", known.unwrap_or_default())
    }
}

/// What is kept of an incident's record.
struct Parts<'a> {
    codes: &'a [u32],
    gist: Option<&'a str>,
    files: u16,
}

fn titles(pack: &Pack, code: &str) -> Option<String> {
    let titles: Vec<&str> = pack.incident(code)?.title.iter().map(|(_, title)| title.as_str()).collect();
    Some(titles.join(" "))
}

fn count(count: &mut u64) {
    *count = count.saturating_add(1);
}

/// What nobody has dealt with stands first.
const fn rank(status: IncidentStatus) -> u8 {
    match status {
        IncidentStatus::Reported => 0,
        IncidentStatus::Corroborated => 1,
        IncidentStatus::Disputed => 2,
        IncidentStatus::Verified => 3,
        IncidentStatus::Withdrawn => 4,
    }
}
