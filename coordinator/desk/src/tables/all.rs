//! All tables.

use kuager_coordinator::shelf::Published;

use super::table::Table;
use super::{journal, numbers, people, protocols, records, stations, submissions};

/// A table with what is published.
type Make = fn(&Published) -> Table;

/// All tables but those of the answers to a form.
const TABLES: &[Make] = &[
    stations::stations,
    stations::contests,
    protocols::protocols,
    protocols::lines,
    numbers::discrepancies,
    numbers::failures,
    numbers::turnout,
    numbers::incidents,
    records::records,
    people::observers,
    people::devices,
    journal::calls,
    journal::official,
];

/// Every table there is, those of the answers to each form last.
pub(crate) fn all(published: &Published) -> Vec<Table> {
    TABLES.iter().map(|make| make(published)).chain(submissions::all(published)).collect()
}

/// The table with this name.
pub(crate) fn find(published: &Published, name: &str) -> Option<Table> {
    all(published).into_iter().find(|table| table.layout.name == name)
}
