//! What there was to find in a rehearsal, beside what people at the desk did about it.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use kuager_coordinator::journal::Entry;
use kuager_wire::desk::Act;
use kuager_wire::ids::{Kid, ObserverId, RecordHash};
use serde::Serialize;

use crate::night::{Task, Trouble};

/// What people did about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// They called the observer.
    Called,
    /// They asked for another photo.
    AskedAgain,
    /// They read the paper from its photo.
    Read,
    /// They settled a field of it.
    Settled,
    /// They said where the incident stands.
    Handled,
    /// They said where a complaint stands.
    Complained,
    /// They let a protocol count in spite of its sums.
    Released,
}

/// Something to find, and the first thing that was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What there was to find.
    #[serde(flatten)]
    pub task: Task,
    /// What was done first, and when, milliseconds since 1970.
    pub done: Option<(Deed, u64)>,
}

/// The sheet at the end of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Everything there was to find, by the time from which it could be seen.
    pub found: Vec<Found>,
}

/// Compares what was planted with what the desk's journal says.
#[must_use]
pub fn judge(tasks: &[Task], observers: &HashMap<Kid, ObserverId>, entries: &[Entry]) -> Sheet {
    let found = tasks.iter().map(|task| {
        let observer = observers.get(&task.device);
        let done = entries.iter().filter(|entry| entry.entry.at_ms >= task.since_ms);
        let done =
            done.into_iter().find_map(|entry| Some((deed(task, observer, &entry.entry.act)?, entry.entry.at_ms)));
        Found { task: task.clone(), done }
    });
    Sheet { found: found.collect() }
}

/// What an act is to a task; nothing where it is about something else, or of no use for it.
fn deed(task: &Task, observer: Option<&ObserverId>, act: &Act) -> Option<Deed> {
    let about = |record: &RecordHash| task.record.as_ref() == Some(record);
    match act {
        Act::Call { observer: called, .. } => (observer == Some(called)).then_some(Deed::Called),
        Act::Transcription { record, .. } => (about(record) && reads(task.trouble)).then_some(Deed::Read),
        Act::Settlement { record, .. } => (about(record) && reads(task.trouble)).then_some(Deed::Settled),
        Act::IncidentStep { record, .. } => about(record).then_some(Deed::Handled),
        Act::Release { record, .. } => about(record).then_some(Deed::Released),
        Act::Retake { record, .. } => about(record).then_some(Deed::AskedAgain),
        Act::Complaint { record, .. } => about(record).then_some(Deed::Complained),
        _ => None,
    }
}

const fn reads(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::WrongSum | Trouble::CopiesDiffer | Trouble::PhotoDiffers)
}

const fn said(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Silent => "nothing ever came",
        Trouble::FellSilent => "fell silent after noon",
        Trouble::LateFigure => "a figure of turnout came late",
        Trouble::NoProtocol => "no protocol came",
        Trouble::WrongSum => "a sum in the protocol does not hold",
        Trouble::CopiesDiffer => "two copies of a protocol differ",
        Trouble::PhotoDiffers => "the photo shows other numbers",
        Trouble::Urgent => "an urgent incident",
        Trouble::Fork => "two records with one number",
    }
}

const fn called(deed: Deed) -> &'static str {
    match deed {
        Deed::Called => "called",
        Deed::AskedAgain => "asked for another photo",
        Deed::Read => "read from the photo",
        Deed::Settled => "settled",
        Deed::Handled => "handled",
        Deed::Complained => "complaint followed",
        Deed::Released => "released",
    }
}

impl Sheet {
    /// How many of the things to find were found, and how many there were, by kind.
    #[must_use]
    pub fn by_trouble(&self) -> Vec<(Trouble, usize, usize)> {
        let counts = Trouble::ALL.into_iter().map(|trouble| {
            let of = || self.found.iter().filter(move |found| found.task.trouble == trouble);
            (trouble, of().filter(|found| found.done.is_some()).count(), of().count())
        });
        counts.filter(|(.., all)| *all > 0).collect()
    }
}

/// For the terminal, and for paper.
impl Display for Sheet {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "What there was to find, and what was done about it")?;
        for (trouble, done, all) in self.by_trouble() {
            writeln!(formatter, "\n{}: {done} of {all}", said(trouble))?;
            for found in self.found.iter().filter(|found| found.task.trouble == trouble) {
                write!(formatter, "  {:<24}", found.task.station)?;
                match found.done {
                    Some((deed, at_ms)) => {
                        let minutes = at_ms.saturating_sub(found.task.since_ms) / 60_000;
                        writeln!(formatter, "{} after {minutes} min", called(deed))?;
                    }
                    None => writeln!(formatter, "nothing was done")?,
                }
            }
        }
        let done = self.found.iter().filter(|found| found.done.is_some()).count();
        writeln!(formatter, "\n{done} of {} in all", self.found.len())
    }
}

#[cfg(test)]
mod tests {
    use kuager_wire::desk::{CallOutcome, DeskEntry};
    use kuager_wire::ids::EntryHash;

    use super::*;

    fn entry(seq: u64, at_ms: u64, act: Act) -> Entry {
        let prev = EntryHash([0; 32]);
        Entry { hash: EntryHash([7; 32]), entry: DeskEntry { version: 1, seq, prev, at_ms, by: None, act } }
    }

    fn call(observer: u8) -> Act {
        let observer = ObserverId([observer; 16]);
        Act::Call { observer, outcome: CallOutcome::Reached, next_ms: None, note: None }
    }

    #[test]
    fn what_was_done_counts_when_it_was_about_the_thing_and_not_before_it() {
        let (one, two) = (Kid([1; 16]), Kid([2; 16]));
        let observers = [(one, ObserverId([1; 16])), (two, ObserverId([2; 16]))].into();
        let task = |trouble, device, record: Option<u8>| Task {
            trouble,
            station: "A-1".to_owned(),
            device,
            record: record.map(|byte| RecordHash([byte; 32])),
            since_ms: 600_000,
        };
        let tasks = [
            task(Trouble::Silent, one, None),
            task(Trouble::Urgent, two, Some(7)),
            task(Trouble::PhotoDiffers, two, Some(8)),
        ];
        let retake =
            Act::Retake { record: RecordHash([8; 32]), media: kuager_wire::ids::MediaHash([0; 32]), message: 1 };
        let entries = [
            // Too early to be an answer, and about somebody else.
            entry(0, 1, call(1)),
            entry(1, 700_000, call(3)),
            entry(2, 900_000, call(1)),
            entry(3, 960_000, retake),
        ];
        let sheet = judge(&tasks, &observers, &entries);
        let done: Vec<_> = sheet.found.iter().map(|found| found.done).collect();
        assert_eq!(done, [Some((Deed::Called, 900_000)), None, Some((Deed::AskedAgain, 960_000))]);
        let said = sheet.to_string();
        assert!(said.contains("nothing ever came: 1 of 1") && said.contains("called after 5 min"), "{said}");
        assert!(said.contains("an urgent incident: 0 of 1") && said.contains("2 of 3 in all"), "{said}");
    }
}
