//! What people did at the desk, as the pages need it: the journal read from its beginning.

use kuager_analysis::book::{Book, DeskStep, Entry as Told};
use kuager_analysis::calls::Calls;
use kuager_analysis::complaints::Complaints;
use kuager_analysis::official::Officials;
use kuager_analysis::publications::Publications;
use kuager_analysis::readings::{Finding, Readings, Stage, questions};
use kuager_analysis::releases::Releases;
use kuager_coordinator::journal::Entry;
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::Act;
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::SignedPack;
use kuager_wire::record::Value;

/// Everything that follows from the journal.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    /// The number of the entry that is read next.
    pub(crate) next: u64,
    pub(crate) readings: Readings,
    pub(crate) calls: Calls,
    pub(crate) publications: Publications,
    pub(crate) officials: Officials,
    pub(crate) releases: Releases,
    pub(crate) complaints: Complaints,
}

impl Acts {
    /// Takes in the next entry, and tells the book what numbers follow from it.
    pub(crate) fn add(&mut self, entry: &Entry, book: &mut Book, published: &Published) {
        self.next = entry.entry.seq.saturating_add(1);
        if let Act::Official { .. } = &entry.entry.act {
            for (hash, official) in self.officials.add(entry.hash, &entry.entry, &newest_first(published)) {
                book.entry(hash.0, Told::Official(official));
            }
        }
        if let Some(record) = self.releases.add(entry.hash, &entry.entry)
            && let Some(release) = self.releases.of(record)
        {
            book.entry(entry.hash.0, Told::Released { record, relations: release.relations.clone() });
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

    /// Looks again at official figures whose form was in no pack that was known.
    pub(crate) fn look_again(&mut self, book: &mut Book, published: &Published) {
        for (hash, official) in self.officials.look_again(&newest_first(published)) {
            book.entry(hash.0, Told::Official(official));
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

/// All packs, the newest first.
fn newest_first(published: &Published) -> Vec<&SignedPack> {
    let mut packs: Vec<&SignedPack> = published.packs.values().map(|signed| &**signed).collect();
    packs.sort_by_key(|signed| {
        (signed.hash != published.latest.hash, std::cmp::Reverse(signed.pack.edition), signed.hash)
    });
    packs
}
