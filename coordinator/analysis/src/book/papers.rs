//! Protocols with photos, for whoever compares the two.

use kuager_wire::ids::{ObserverId, RecordHash};

use super::fold::Book;
use super::input::RowKey;
use super::line::{Line, NONE};
use super::names::index;
use super::parts::Part;
use super::view::FormName;

/// A protocol that counts, as its photo should say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperView {
    /// The record.
    pub record: RecordHash,
    /// Where it counts.
    pub key: RowKey,
    /// What it answers.
    pub form: FormName,
    /// Whose it is.
    pub observer: ObserverId,
    /// When it arrived.
    pub received_ms: u64,
    /// Originals it lists.
    pub files: u16,
    /// What the observer signed for each line of the paper, by the question that reads it.
    pub values: Vec<(String, Option<i64>)>,
}

impl Book {
    /// Every protocol that counts and lists a file, in the order of arrival; exercises are left out.
    pub fn papers(&self) -> impl Iterator<Item = PaperView> {
        self.lines.lines.iter().filter_map(|line| self.paper_of(line)).filter(|paper| paper.files > 0)
    }

    /// A protocol that counts; nothing for a version that was corrected, and for any other record.
    #[must_use]
    pub fn paper(&self, record: RecordHash) -> Option<PaperView> {
        let line = self.lines.get(self.lines.line(&record)?)?;
        self.paper_of(line).filter(|paper| paper.record == record)
    }

    /// How many versions there are of a record, if this is the one that counts.
    #[must_use]
    pub fn versions(&self, record: &RecordHash) -> Option<u32> {
        let line = self.lines.get(self.lines.line(record)?)?;
        (line.latest.hash == *record && line.row != NONE).then_some(line.versions)
    }

    fn paper_of(&self, line: &Line) -> Option<PaperView> {
        let latest = &line.latest;
        if line.row == NONE || latest.training {
            return None;
        }
        let content = latest.content.as_deref()?;
        let Some(Part::Protocol { values, .. }) = &content.part else { return None };
        let paper = self.forms.meaning(latest.form)?.paper.as_ref()?;
        let asked = paper.lines.iter().map(|(question, _)| question.id.clone());
        Some(PaperView {
            record: latest.hash,
            key: self.key(line.row),
            form: self.form_view(latest.form)?,
            observer: index(line.observer).and_then(|at| self.observers.get(at)).copied()?,
            received_ms: latest.received_ms,
            files: content.files,
            values: asked.zip(values.iter().copied()).collect(),
        })
    }
}
