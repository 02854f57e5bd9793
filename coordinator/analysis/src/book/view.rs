//! The book as it is read: a station, a contest, totals, each number with the records that it comes from.

use std::collections::BTreeMap;

use kuager_forms::Failure;
use kuager_wire::ids::{Kid, ObserverId, PackHash, RecordHash};
use kuager_wire::pack::Gravity;
use kuager_wire::protocol::{Relation, Severity};
use kuager_wire::record::{IncidentStatus, RecordKind};

use super::entry::EntryId;
use super::fold::Book;
use super::input::RowKey;
use super::line::Line;
use super::meaning::{Column, Meaning};
use super::names::index;
use super::parts::{Fails, Part};
use super::summary::Status;

/// A form of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormName {
    /// The pack.
    pub pack: PackHash,
    /// The form's id in it.
    pub form: String,
}

/// A relation that fails: the sentence is made when somebody reads it ([`Book::sentence`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureView {
    /// Its place among those of the form.
    pub relation: usize,
    /// How much the failure says.
    pub severity: Severity,
    /// What its sentence shows.
    pub shown: Vec<String>,
}

/// A record in which something does not add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingView {
    /// The record.
    pub record: RecordHash,
    /// Whose it is.
    pub observer: ObserverId,
    /// What it answers.
    pub form: FormName,
    /// What fails, in the form's order.
    pub fails: Vec<FailureView>,
}

/// A copy of a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyView {
    /// The record.
    pub record: RecordHash,
    /// Whose it is.
    pub observer: ObserverId,
    /// The device that signed it.
    pub kid: Kid,
    /// When it arrived.
    pub received_ms: u64,
    /// What kind of record it is.
    pub kind: RecordKind,
    /// Which copy of the paper was read, by the key of the form's choice; the observer's own reading where it is not said.
    pub copy: Option<String>,
    /// What it answers.
    pub form: FormName,
    /// What it says in each column of the contest.
    pub values: Vec<Option<i64>>,
    /// Versions there are of it.
    pub versions: u32,
    /// Answers that do not fit their questions, and are not among the values.
    pub unfit: u16,
    /// Relations that cannot be decided.
    pub undecided: u16,
    /// Originals it lists.
    pub files: u16,
    /// Originals that its form asks for.
    pub asked: u16,
    /// The entry by which somebody responsible has compared it with its photo.
    pub verified: Option<EntryId>,
}

/// The copies of a contest beside one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContestView {
    /// The contest.
    pub contest: String,
    /// Where it stands.
    pub status: Status,
    /// What is compared.
    pub columns: Vec<Column>,
    /// In which columns copies differ.
    pub differs: Vec<bool>,
    /// The copies, in the order of their arrival.
    pub copies: Vec<CopyView>,
    /// What the commissions above say, and the entry that says so.
    pub official: Option<(EntryId, Vec<Option<i64>>)>,
    /// The question that reads each column, of the first copy's form.
    pub questions: Vec<Option<String>>,
}

/// A figure for an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnoutView {
    /// Minutes after midnight.
    pub at: u16,
    /// What the commission told.
    pub told: Option<i64>,
    /// What the observer counted.
    pub own: Option<i64>,
    /// Whether everybody was counted, from the opening on.
    pub whole: bool,
    /// The record.
    pub record: RecordHash,
    /// Whose it is.
    pub observer: ObserverId,
    /// When it arrived.
    pub received_ms: u64,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentView {
    /// Its codes.
    pub codes: Vec<String>,
    /// The heaviest gravity among them.
    pub gravity: Option<Gravity>,
    /// Where it stands by what others say.
    pub status: IncidentStatus,
    /// The record.
    pub record: RecordHash,
    /// Whose it is.
    pub observer: ObserverId,
    /// When it arrived.
    pub received_ms: u64,
}

/// A station, as all its records have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationView {
    /// The row.
    pub key: RowKey,
    /// Its protocols, contest by contest.
    pub contests: Vec<ContestView>,
    /// Turnout in the order of hours.
    pub turnout: Vec<TurnoutView>,
    /// Incidents, those that weigh most first.
    pub incidents: Vec<IncidentView>,
    /// Records in which something does not add up.
    pub failing: Vec<FailingView>,
    /// The records that count, latest versions, in the order of their devices' chains.
    pub records: Vec<RecordHash>,
}

/// The chain of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainView {
    /// The device.
    pub kid: Kid,
    /// Whose it is.
    pub observer: ObserverId,
    /// Its records that count, wherever.
    pub records: u64,
    /// Its highest number.
    pub head: Option<u64>,
    /// How many numbers below that are missing.
    pub missing: u64,
    /// How often a number came twice.
    pub twice: u64,
}

impl Book {
    /// The chains of the devices that report from a station.
    #[must_use]
    pub fn chains(&self, key: &RowKey) -> Vec<ChainView> {
        let summary = self.row_number(key).and_then(|row| self.summaries.get(&row));
        let devices = summary.into_iter().flat_map(|summary| &summary.devices);
        let mut chains: Vec<ChainView> = devices
            .filter_map(|device| {
                let device = self.devices.get(index(*device)?)?;
                Some(ChainView {
                    kid: device.kid,
                    observer: index(device.observer).and_then(|at| self.observers.get(at)).copied()?,
                    records: device.records,
                    head: device.head,
                    missing: device.missing(),
                    twice: device.twice,
                })
            })
            .collect();
        chains.sort_by_key(|chain| chain.kid);
        chains
    }

    /// A station, as all its records have it.
    #[must_use]
    pub fn station(&self, key: &RowKey) -> Option<StationView> {
        let row = self.row_number(key)?;
        let mut lines: Vec<(u32, &Line)> = self.lines.row(row).collect();
        lines.sort_by_key(|(_, line)| (line.latest.device, line.latest.seq, line.latest.hash));
        let mut view = StationView {
            key: key.clone(),
            contests: Vec::new(),
            turnout: Vec::new(),
            incidents: Vec::new(),
            failing: Vec::new(),
            records: lines.iter().map(|(_, line)| line.latest.hash).collect(),
        };
        let mut copies: BTreeMap<u16, Vec<CopyView>> = BTreeMap::new();
        for (number, line) in lines {
            let latest = &line.latest;
            let Some(content) = latest.content.as_deref() else { continue };
            let (record, received_ms) = (latest.hash, latest.received_ms);
            let Some(observer) = index(line.observer).and_then(|at| self.observers.get(at)).copied() else { continue };
            let form = self.form_view(latest.form);
            if let Some(form) = form.clone().filter(|_| !content.fails.is_empty()) {
                let fails = content.fails.iter().filter_map(|fails| self.failure_view(latest.form, fails)).collect();
                view.failing.push(FailingView { record, observer, form, fails });
            }
            match &content.part {
                Some(Part::Protocol { .. }) => {
                    if let Some((contest, copy)) = form.and_then(|form| self.copy(line, observer, form)) {
                        copies.entry(contest).or_default().push(copy);
                    }
                }
                Some(Part::Turnout { at, told, own, whole }) => view.turnout.push(TurnoutView {
                    at: *at,
                    told: *told,
                    own: *own,
                    whole: *whole,
                    record,
                    observer,
                    received_ms,
                }),
                Some(Part::Incident { .. }) => view.incidents.extend(self.incident_view(number)),
                Some(Part::Word { .. }) | None => {}
            }
        }
        let mut compared = self.compared(row);
        for (contest, mut copies) in copies {
            copies.sort_by_key(|copy| (copy.received_ms, copy.record));
            let Some((book, compared)) = self.forms.contests.get(usize::from(contest)).zip(compared.remove(&contest))
            else {
                continue;
            };
            let official = self.official(row, contest);
            let mut differs: Vec<bool> = compared.columns.iter().map(|said| said.len() > 1).collect();
            differs.resize(book.columns.len(), false);
            view.contests.push(ContestView {
                contest: book.key.clone(),
                status: compared.status(official.as_ref().map(|(_, figures)| figures.as_slice())),
                columns: book.columns.clone(),
                differs,
                questions: copies
                    .first()
                    .map(|copy| self.questions(&copy.form, book.columns.len()))
                    .unwrap_or_default(),
                copies,
                official,
            });
        }
        view.turnout.sort_by_key(|figure| (figure.at, figure.received_ms, figure.record));
        view.incidents.sort_by_key(|incident| (std::cmp::Reverse(incident.gravity), incident.received_ms));
        Some(view)
    }

    fn copy(&self, line: &Line, observer: ObserverId, form: FormName) -> Option<(u16, CopyView)> {
        let latest = &line.latest;
        let meaning = self.forms.meaning(latest.form)?;
        let (paper, content) = (meaning.paper.as_ref()?, latest.content.as_deref()?);
        let Some(Part::Protocol { copy, values }) = &content.part else { return None };
        let columns = self.forms.contests.get(usize::from(paper.contest))?.columns.len();
        let mut by_column = vec![None; columns];
        for ((_, column), value) in paper.lines.iter().zip(values) {
            if let Some(place) = by_column.get_mut(*column) {
                *place = *value;
            }
        }
        let copy = CopyView {
            record: latest.hash,
            observer,
            kid: index(latest.device).and_then(|at| self.devices.get(at))?.kid,
            received_ms: latest.received_ms,
            kind: latest.kind,
            copy: copy.map(|copy| self.words.name(copy).to_owned()),
            form,
            values: by_column,
            versions: line.versions,
            unfit: content.unfit,
            undecided: content.undecided,
            files: content.files,
            asked: meaning.asked,
            verified: self.entries.verified.get(&latest.hash).copied(),
        };
        Some((paper.contest, copy))
    }

    /// The question of a form that reads each column of its contest.
    fn questions(&self, form: &FormName, columns: usize) -> Vec<Option<String>> {
        let mut questions = vec![None; columns];
        let paper = self.known(form).and_then(|meaning| meaning.paper.as_ref());
        for (question, column) in paper.into_iter().flat_map(|paper| &paper.lines) {
            if let Some(place) = questions.get_mut(*column) {
                *place = Some(question.id.clone());
            }
        }
        questions
    }

    pub(super) fn form_view(&self, form: u32) -> Option<FormName> {
        let known = self.forms.get(form)?;
        Some(FormName { pack: known.pack, form: self.words.name(known.name).to_owned() })
    }

    pub(super) fn failure_view(&self, form: u32, fails: &Fails) -> Option<FailureView> {
        let severity = self.severity(form, fails)?;
        Some(FailureView { relation: usize::from(fails.relation), severity, shown: fails.shown.clone() })
    }

    /// What must hold that does not, as the form says it.
    #[must_use]
    pub fn relation(&self, form: &FormName, failure: &FailureView) -> Option<&Relation> {
        self.known(form)?.form.relation(failure.relation)
    }

    /// The sentence of a failure in a language, in the words of its form: what the pack calls by an id is called as the paper
    /// calls it.
    #[must_use]
    pub fn sentence(&self, form: &FormName, failure: &FailureView, language: &str) -> Option<String> {
        let meaning = self.known(form)?;
        let failure = Failure { relation: failure.relation, shown: failure.shown.clone() };
        let pack = &meaning.pack.pack;
        meaning.form.sentence(&failure, language, &pack.languages, |id| called(meaning, id, language))
    }

    /// The words of a question of a form.
    #[must_use]
    pub fn question(&self, form: &FormName, question: &str, language: &str) -> Option<String> {
        let meaning = self.known(form)?;
        let asked = meaning.form.form().question(question)?;
        Some(meaning.pack.pack.text(&asked.text, language).to_owned()).filter(|text| !text.is_empty())
    }

    fn known(&self, form: &FormName) -> Option<&Meaning> {
        let number = self.forms.find(form.pack, self.words.find(&form.form)?)?;
        self.forms.meaning(number)
    }
}

/// What the paper calls something that a sentence calls by an id: a question, or a line of the ballot. Ids are told from words by
/// what no word has.
fn called(meaning: &Meaning, id: &str, language: &str) -> Option<String> {
    if !id.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_')) {
        return None;
    }
    let form = meaning.form.form();
    let pack = &meaning.pack.pack;
    let asked = form.question(id).map(|question| pack.text(&question.text, language));
    let option = || {
        let contest = pack.contest(form.contest.as_deref()?)?;
        contest.options.iter().find(|option| option.key == id).map(|option| pack.text(&option.text, language))
    };
    asked.or_else(option).filter(|text| !text.is_empty()).map(|text| format!("“{text}”"))
}
