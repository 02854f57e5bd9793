//! What is public of one station, in no language.

use std::collections::BTreeMap;

use kuager_analysis::book::{BoardRow, Book, ContestView, FailingView, FailureView, FormName, IncidentView, RowKey};
use kuager_analysis::book::{StationView, Status, TurnoutView};
use kuager_wire::form::Form;
use kuager_wire::ids::ObserverId;
use kuager_wire::pack::{Pack, Station};
use kuager_wire::record::{IncidentStatus, RecordKind};

use super::input::{Input, Part, Picture};
use super::names;

/// A station of the list.
pub(super) struct Place<'a> {
    pub(super) listed: &'a Station,
    /// What has come from it; nothing for a station that is silent.
    pub(super) view: Option<StationView>,
    pub(super) pictures: &'a [Picture],
    /// The name of its page.
    pub(super) file: String,
    /// Observers by their number here: whoever reported first is the first.
    observers: BTreeMap<ObserverId, usize>,
}

impl<'a> Place<'a> {
    /// A row of the board; nothing for what is no station of the list.
    pub(super) fn new(input: &'a Input, row: &BoardRow) -> Option<Self> {
        let key = row.key.station.as_deref()?;
        let listed = input.published.stations.get(key)?;
        let wanted = RowKey { training: false, station: Some(key.to_owned()) };
        let mut view = input.book.station(&wanted).filter(|view| !view.records.is_empty());
        if let Some(view) = &mut view {
            keep(view, input);
        }
        let observers = view.as_ref().map(numbered).unwrap_or_default();
        Some(Self {
            listed,
            file: names::station(key),
            pictures: input.pictures.get(key).map(Vec::as_slice).unwrap_or_default(),
            view,
            observers,
        })
    }

    /// The number of an observer here.
    pub(super) fn observer(&self, observer: ObserverId) -> usize {
        self.observers.get(&observer).copied().unwrap_or(0)
    }

    pub(super) fn contests(&self) -> &[ContestView] {
        self.view.as_ref().map(|view| view.contests.as_slice()).unwrap_or_default()
    }

    /// Where a contest stands here.
    pub(super) fn status(&self, contest: &str) -> Status {
        self.contests().iter().find(|view| view.contest == contest).map_or(Status::None, |view| view.status)
    }

    pub(super) fn turnout(&self) -> &[TurnoutView] {
        self.view.as_ref().map(|view| view.turnout.as_slice()).unwrap_or_default()
    }

    pub(super) fn incidents(&self) -> &[IncidentView] {
        self.view.as_ref().map(|view| view.incidents.as_slice()).unwrap_or_default()
    }

    pub(super) fn failing(&self) -> &[FailingView] {
        self.view.as_ref().map(|view| view.failing.as_slice()).unwrap_or_default()
    }
}

/// Keeps what is public of a station, and nothing else.
fn keep(view: &mut StationView, input: &Input) {
    let choice = &input.choice;
    view.contests.retain(|contest| choice.contests.contains(&contest.contest));
    if !choice.has(Part::Turnout) {
        view.turnout.clear();
    }
    // What one observer says of others is not public before somebody has confirmed it, and only in words of the catalogue.
    let pack = &input.published.latest.pack;
    view.incidents.retain_mut(|incident| {
        incident.codes.retain(|code| pack.incident(code).is_some());
        choice.has(Part::Incidents)
            && !incident.codes.is_empty()
            && matches!(incident.status, IncidentStatus::Corroborated | IncidentStatus::Verified)
    });
    view.failing.retain(|failing| {
        form(input, &failing.form).is_some_and(|form| match form.kind {
            RecordKind::Protocol => form.contest.as_ref().is_some_and(|contest| choice.contests.contains(contest)),
            RecordKind::Turnout => choice.has(Part::Turnout),
            _ => false,
        })
    });
}

/// A form of the pack it belongs to.
fn form<'a>(input: &'a Input, name: &FormName) -> Option<&'a Form> {
    input.published.packs.get(&name.pack)?.pack.form(&name.form)
}

fn numbered(view: &StationView) -> BTreeMap<ObserverId, usize> {
    let copies = view.contests.iter().flat_map(|contest| &contest.copies);
    let mut first: Vec<_> = copies
        .map(|copy| (copy.received_ms, copy.record, copy.observer))
        .chain(view.turnout.iter().map(|figure| (figure.received_ms, figure.record, figure.observer)))
        .chain(view.incidents.iter().map(|incident| (incident.received_ms, incident.record, incident.observer)))
        .collect();
    first.sort_unstable();
    let mut numbers = BTreeMap::new();
    for (.., observer) in first {
        let next = numbers.len().saturating_add(1);
        numbers.entry(observer).or_insert(next);
    }
    numbers
}

/// What does not add up, as a sentence in words of the form. A form may let a sentence show what somebody typed; such a one is not
/// public, and its relation is named instead.
pub(super) fn sentence(
    book: &Book,
    form: &FormName,
    failure: &FailureView,
    pack: &Pack,
    language: &str,
) -> Option<String> {
    let relation = book.relation(form, failure)?;
    let known = |shown: &String| is_number(shown) || is_name(shown, form, pack);
    if failure.shown.iter().all(known) {
        return book.sentence(form, failure, language);
    }
    Some(relation.id.clone())
}

/// Whether this is a number as papers have them; telephone numbers have more digits.
fn is_number(shown: &str) -> bool {
    let digits = shown.strip_prefix(['-', '−']).unwrap_or(shown);
    let count = digits.chars().filter(char::is_ascii_digit).count();
    let plain =
        |character: char| character.is_ascii_digit() || matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '.' | ',');
    (1..=9).contains(&count) && digits.chars().all(plain)
}

/// Whether something is called so in the pack: a question of the form, a choice of one, a line of a ballot.
fn is_name(shown: &str, form: &FormName, pack: &Pack) -> bool {
    let form = pack.form(&form.form);
    let asked = form.is_some_and(|form| {
        form.question(shown).is_some()
            || form.questions.iter().any(|question| question.choices.iter().flatten().any(|choice| choice.key == shown))
    });
    asked || pack.contests.iter().any(|contest| contest.options.iter().any(|option| option.key == shown))
}

#[cfg(test)]
mod tests {
    use super::is_number;

    #[test]
    fn numbers_of_papers_are_told_from_what_somebody_typed() {
        for number in ["0", "500", "-3", "−3", "12 083 001", "12.5", "1\u{a0}200"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", "87011234567", "+7 701", "8-701-123", "Aigerim", "12a", "1200000000"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
