//! What people did at the desk, as the pages need it: the journal read from its beginning.

use kuager_analysis::book::{Book, Column, DeskStep, Entry as Told, Official};
use kuager_analysis::calls::Calls;
use kuager_analysis::publications::Publications;
use kuager_analysis::complaints::Complaints;
use kuager_analysis::readings::{Finding, Readings, Stage, questions};
use kuager_coordinator::journal::Entry;
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::Act;
use kuager_wire::form::Form;
use kuager_wire::ids::RecordHash;
use kuager_wire::record::Value;

/// Everything that follows from the journal.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    /// The number of the entry that is read next.
    pub(crate) next: u64,
    pub(crate) readings: Readings,
    pub(crate) calls: Calls,
    pub(crate) publications: Publications,
    pub(crate) complaints: Complaints,
}

impl Acts {
    /// Takes in the next entry, and tells the book what numbers follow from it.
    pub(crate) fn add(&mut self, entry: &Entry, book: &mut Book, published: &Published) {
        self.next = entry.entry.seq.saturating_add(1);
        if let Act::Official { stage: _, form, station, figures, .. } = &entry.entry.act
            && let Some(form) = published.latest.pack.form(form)
            && let Some(contest) = form.contest.clone()
        {
            let figures = figures.iter().filter_map(|(question, figure)| Some((column(form, question)?, *figure)));
            let (station, figures) = (station.clone(), figures.collect());
            book.entry(entry.hash.0, Told::Official(Official { station, contest, figures }));
        }
        self.calls.add(entry.hash, &entry.entry);
        self.publications.add(entry.hash, &entry.entry);
        self.complaints.add(entry.hash, &entry.entry);
        if let Act::IncidentStep { record, status, note } = &entry.entry.act {
            let (seq, at_ms, by) = (entry.entry.seq, entry.entry.at_ms, entry.entry.by);
            let step = DeskStep { seq, at_ms, by, status: *status, note: note.clone() };
            book.entry(entry.hash.0, Told::Step { record: *record, step });
        }
        if let Some(record) = self.readings.add(entry.hash, &entry.entry)
            && self.confirms(record, book, published)
        {
            book.entry(entry.hash.0, Told::Verified { record });
        }
    }

    /// Whether people have read a whole protocol, and what they read is what the observer signed.
    fn confirms(&self, record: RecordHash, book: &Book, published: &Published) -> bool {
        let Some(paper) = book.paper(record) else { return false };
        let pack = published.packs.get(&paper.form.pack);
        let Some(form) = pack.and_then(|pack| pack.pack.form(&paper.form.form)) else { return false };
        if self.readings.stage(record, questions(form).iter().map(|question| question.id.as_str())) != Stage::Done {
            return false;
        }
        let fields = self.readings.fields(record, paper.values.iter().map(|(question, _)| question.as_str()));
        let signed = paper.values.iter().map(|(_, value)| value.map(Value::Int));
        fields.iter().zip(signed).all(|(field, signed)| field.finding == Finding::Agreed(signed))
    }
}

/// What a question of a protocol's form reads.
fn column(form: &Form, question: &str) -> Option<Column> {
    let line = form.template.as_ref()?.lines.iter().find(|line| line.question == question)?;
    Some(Column { role: line.role, option: line.option.clone() })
}
