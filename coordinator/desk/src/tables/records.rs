//! Records: what has arrived, and which version of each counts.

use kuager_coordinator::ledger::Arrival;
use kuager_coordinator::shelf::Published;
use kuager_tables::{Cell, Column, Kind, Row};

use super::table::{Look, Source, Table};

const RECORDS: &[Column] = &[
    Column::new("arrival", Kind::Whole, "Its number in the order of arrival; numbers grow and are never given twice."),
    Column::new("record", Kind::Text, "SHA-256 of the record."),
    Column::new("received_at", Kind::Moment, "When it arrived."),
    Column::new("station", Kind::Text, "The station as the record names it."),
    Column::new("kind", Kind::Text, "What it is about."),
    Column::new("form", Kind::Text, "The form that it answers."),
    Column::new("pack", Kind::Text, "SHA-256 of the pack that the form is of."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("device", Kind::Text, "Id of the key that signed it."),
    Column::new("seq", Kind::Whole, "Its number in the chain of the device, from 0."),
    Column::new("clock_at", Kind::Moment, "What the device's clock said when it was sealed; may be wrong by years."),
    Column::new("counts", Kind::Flag, "Whether it is the version that counts; a record that was corrected is not."),
    Column::new("supersedes", Kind::Text, "The record that it corrects."),
    Column::new("follows", Kind::Text, "The record that it says a word about."),
    Column::new("files", Kind::Whole, "Files that it lists.").in_unit("files"),
];

pub(super) fn records(_: &Published) -> Table {
    let about = "A row for each record in the order of arrival, corrections included; those that are kept apart because their device is revoked are not among them. What they say is in the answers to each form. Where a phone was is not given out.";
    Table::new("records", about, RECORDS, Source::Arrivals(Box::new(record)))
}

fn record(look: &Look<'_>, arrival: &Arrival, rows: &mut Vec<Row>) {
    let record = arrival.record.as_deref();
    let clock = record.and_then(|record| u64::try_from(record.clock.wall_ms).ok());
    let pack = record.and_then(|record| record.form.as_ref()).map(|form| form.pack.to_string());
    rows.push(vec![
        arrival.id.into(),
        Cell::id(&arrival.hash),
        Cell::moment(arrival.received_ms),
        arrival.station.clone().into(),
        arrival.kind.name().into(),
        arrival.form.clone().into(),
        pack.into(),
        Cell::id(&arrival.observer),
        Cell::id(&arrival.kid),
        arrival.seq.into(),
        Cell::moment(clock.unwrap_or(0)),
        look.book.versions(&arrival.hash).is_some().into(),
        arrival.supersedes.map(|hash| hash.to_string()).into(),
        arrival.follows.map(|hash| hash.to_string()).into(),
        record.map(|record| record.attachments.as_ref().map_or(0, Vec::len)).into(),
    ]);
}
