//! What people did at the desk that is a table of its own.

use kuager_coordinator::journal::Entry;
use kuager_coordinator::shelf::Published;
use kuager_tables::{Cell, Column, Kind, Row};
use kuager_wire::desk::Act;

use super::table::{Look, Source, Table};

const CALLS: &[Column] = &[
    Column::new("entry", Kind::Whole, "Its number in the desk's journal."),
    Column::new("at", Kind::Moment, "When it was written down."),
    Column::new("by", Kind::Text, "Who called, by the id of the account; empty while there were none."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("outcome", Kind::Text, "How it ended: reached, no_answer, unreachable, wrong_number, absent."),
    Column::new("next_at", Kind::Moment, "When to call again."),
];

pub(super) fn calls(_: &Published) -> Table {
    let about =
        "A row for each call to an observer, in the order of the journal. What was noted in words is not given out.";
    Table::new("calls", about, CALLS, Source::Entries(Box::new(call)))
}

fn call(_: &Look<'_>, Entry { entry, .. }: &Entry, rows: &mut Vec<Row>) {
    let Act::Call { observer, outcome, next_ms, .. } = &entry.act else { return };
    rows.push(vec![
        entry.seq.into(),
        Cell::moment(entry.at_ms),
        entry.by.map(|by| by.to_string()).into(),
        Cell::id(observer),
        outcome.name().into(),
        Cell::moment(next_ms.unwrap_or(0)),
    ]);
}

const OFFICIAL: &[Column] = &[
    Column::new("entry", Kind::Whole, "Its number in the desk's journal."),
    Column::new("at", Kind::Moment, "When it was taken over."),
    Column::new("by", Kind::Text, "Who took it over, by the id of the account; empty for the command line."),
    Column::new("stage", Kind::Text, "Whose figures they are."),
    Column::new("form", Kind::Text, "The form whose questions name the figures."),
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new(
        "question",
        Kind::Text,
        "The question that reads the line; empty for an entry that takes figures back.",
    ),
    Column::new("figure", Kind::Whole, "The figure."),
    Column::new("source", Kind::Text, "SHA-256 of the file that it was read from."),
];

pub(super) fn official(_: &Published) -> Table {
    let about = "A row for each official figure that was taken over, in the order of the journal: of one stage, form and station the entry with the highest number counts.";
    Table::new("official", about, OFFICIAL, Source::Entries(Box::new(figures)))
}

fn figures(_: &Look<'_>, Entry { entry, .. }: &Entry, rows: &mut Vec<Row>) {
    let Act::Official { source, stage, form, station, figures, .. } = &entry.act else { return };
    let row = |question: Option<&str>, figure: Option<i64>| {
        vec![
            entry.seq.into(),
            Cell::moment(entry.at_ms),
            entry.by.map(|by| by.to_string()).into(),
            stage.as_str().into(),
            form.as_str().into(),
            station.as_str().into(),
            question.into(),
            figure.into(),
            source.to_string().into(),
        ]
    };
    if figures.is_empty() {
        rows.push(row(None, None));
    }
    rows.extend(figures.iter().map(|(question, figure)| row(Some(question), Some(*figure))));
}
