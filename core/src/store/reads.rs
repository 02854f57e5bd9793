//! How often a thread has read what should be read seldom; for tests.

use std::cell::Cell;

thread_local! {
    static DRAFTS: Cell<usize> = const { Cell::new(0) };
    static RECORDS: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn draft_read() {
    DRAFTS.set(DRAFTS.get() + 1);
}

pub(super) fn record_read() {
    RECORDS.set(RECORDS.get() + 1);
}

/// Single drafts.
pub(crate) fn drafts() -> usize {
    DRAFTS.get()
}

/// Signed bytes of records.
pub(crate) fn records() -> usize {
    RECORDS.get()
}
