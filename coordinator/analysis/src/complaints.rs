//! Complaints: what was handed in, to whom, by when the law demands an answer, and by when an answer can be appealed.
//!
//! A complaint is about a record that tells of what happened. Whoever leads the observation says at the desk where it stands, and each
//! word is an entry of the journal with the deadline that followed from the law when it was said ([`answer_by`]): an amendment changes
//! later deadlines only. Terms are those of the Constitutional Law of the Republic of Kazakhstan on Elections, Art. 20(9) and 49, in the
//! wording of 1 July 2026. A term of days begins on the day after, and ends with the last of its days at the stations' clocks (Civil
//! Code, Art. 173 and 174).

use std::collections::BTreeMap;

use kuager_wire::desk::{Act, Addressee, ComplaintStep, DeskEntry};
use kuager_wire::ids::{EntryHash, PersonId, RecordHash};
use kuager_wire::pack::Pack;

use crate::embargo;

const DAY_MS: u64 = 86_400_000;
/// Days in which a decision or an action can be complained of (Art. 20(9)).
pub const APPEAL_DAYS: u64 = 10;
/// Days before voting from which on courts and prosecutors decide at once (Art. 49).
const AT_ONCE_DAYS: u64 = 5;
/// Steps kept of one complaint; earlier ones are in the journal.
pub const KEPT: usize = 32;

/// By when the law demands an answer to what is handed in at a moment, with the norm that says so; `ends_ms` is the end of voting day.
///
/// Courts and prosecutors have five days, and decide at once what comes less than five days before voting or on the day itself; a
/// commission has five days for a statement about a violation, the commission above three for a complaint about another commission.
#[must_use]
pub fn answer_by(to: Addressee, filed_ms: u64, pack: &Pack) -> (u64, &'static str) {
    let ends_ms = embargo::day_ends_ms(pack);
    let from_ms = ends_ms.saturating_sub(AT_ONCE_DAYS.saturating_add(1).saturating_mul(DAY_MS));
    match to {
        Addressee::Court | Addressee::Prosecutor if (from_ms..ends_ms).contains(&filed_ms) => (filed_ms, "49"),
        Addressee::Court | Addressee::Prosecutor | Addressee::Commission => (days(5, filed_ms, pack), "49"),
        Addressee::HigherCommission => (days(3, filed_ms, pack), "49"),
    }
}

/// Until when what happened at a moment can be complained of (Art. 20(9)).
#[must_use]
pub fn appeal_by(ms: u64, pack: &Pack) -> u64 {
    days(APPEAL_DAYS, ms, pack)
}

/// The end of the last of so many days after a moment, at the stations' clocks.
fn days(count: u64, ms: u64, pack: &Pack) -> u64 {
    let ahead = i64::from(pack.utc_offset.unwrap_or(0)).saturating_mul(60_000);
    let local = ms.saturating_add_signed(ahead);
    let today = local.checked_rem(DAY_MS).map_or(local, |past| local.saturating_sub(past));
    today.saturating_add(count.saturating_add(1).saturating_mul(DAY_MS)).saturating_add_signed(ahead.saturating_neg())
}

/// A word about a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The entry of the journal.
    pub entry: EntryHash,
    /// When.
    pub at_ms: u64,
    /// Who said it.
    pub by: Option<PersonId>,
    /// Where it stands.
    pub step: ComplaintStep,
    /// To whom it was handed in.
    pub to: Option<Addressee>,
    /// By when the law demands an answer.
    pub due_ms: Option<u64>,
    /// In words.
    pub note: Option<String>,
}

/// A complaint as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Complaint {
    /// What was said, the oldest first.
    pub steps: Vec<Step>,
    /// How much was said before that.
    pub before: u64,
}

impl Complaint {
    /// What was said last.
    #[must_use]
    pub fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// To whom it was handed in last.
    #[must_use]
    pub fn to(&self) -> Option<Addressee> {
        self.steps.iter().rev().find_map(|step| step.to)
    }

    /// How much was said of it, so that whoever answers can be told that somebody else was faster.
    #[must_use]
    pub fn said(&self) -> u64 {
        self.before.saturating_add(u64::try_from(self.steps.len()).unwrap_or(u64::MAX))
    }

    /// By when an answer is due, while it waits for one.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        let last = self.last().filter(|last| is_open(last.step))?;
        last.due_ms
    }

    /// By when what was answered can be appealed, where there is something to appeal.
    #[must_use]
    pub fn appeal_by(&self, pack: &Pack) -> Option<u64> {
        let last = self.last()?;
        let refused =
            matches!(last.step, ComplaintStep::NotAccepted | ComplaintStep::Rejected | ComplaintStep::Unanswered);
        refused.then(|| appeal_by(last.at_ms, pack))
    }
}

/// Whether a complaint waits for an answer after this step.
#[must_use]
pub const fn is_open(step: ComplaintStep) -> bool {
    matches!(step, ComplaintStep::Filed | ComplaintStep::Appealed)
}

/// Where a complaint stands in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The law's time is over, and nobody has answered.
    Overdue,
    /// It waits for an answer.
    Waiting,
    /// It was refused, and can still be appealed.
    Appealable,
    /// It is over.
    Over,
}

impl Place {
    /// All of them, as they are shown.
    pub const ALL: [Self; 4] = [Self::Overdue, Self::Waiting, Self::Appealable, Self::Over];
}

/// All complaints: a fold over the desk's journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Complaints {
    by_record: BTreeMap<RecordHash, Complaint>,
}

impl Complaints {
    /// Takes in the next entry of the journal.
    pub fn add(&mut self, hash: EntryHash, entry: &DeskEntry) {
        let Act::Complaint { record, step, due_ms, note, to } = &entry.act else { return };
        let complaint = self.by_record.entry(*record).or_default();
        if complaint.steps.len() == KEPT {
            complaint.steps.remove(0);
            complaint.before = complaint.before.saturating_add(1);
        }
        complaint.steps.push(Step {
            entry: hash,
            at_ms: entry.at_ms,
            by: entry.by,
            step: *step,
            to: *to,
            due_ms: *due_ms,
            note: note.clone(),
        });
    }

    /// The complaint about a record.
    #[must_use]
    pub fn of(&self, record: RecordHash) -> Option<&Complaint> {
        self.by_record.get(&record)
    }

    /// All of them at a moment: overdue ones first, those that wait longest on top; then those that wait, by their deadlines; then
    /// what can be appealed; the rest last, the newest first.
    #[must_use]
    pub fn register(&self, pack: &Pack, now_ms: u64) -> Vec<(Place, RecordHash, &Complaint)> {
        let mut all: Vec<(Place, u64, RecordHash, &Complaint)> = self
            .by_record
            .iter()
            .map(|(record, complaint)| {
                let last_ms = complaint.last().map_or(0, |last| last.at_ms);
                let waits = complaint.last().is_some_and(|last| is_open(last.step));
                let (place, order) = match (complaint.due_ms(), complaint.appeal_by(pack)) {
                    (Some(due), _) if due <= now_ms => (Place::Overdue, due),
                    (Some(due), _) => (Place::Waiting, due),
                    (None, _) if waits => (Place::Waiting, u64::MAX),
                    (None, Some(until)) if now_ms < until => (Place::Appealable, until),
                    _ => (Place::Over, u64::MAX.saturating_sub(last_ms)),
                };
                (place, order, *record, complaint)
            })
            .collect();
        all.sort_by_key(|(place, order, record, _)| (*place, *order, *record));
        all.into_iter().map(|(place, _, record, complaint)| (place, record, complaint)).collect()
    }
}

#[cfg(test)]
mod tests;
