//! When devices were last heard of, besides their records: each asks for its messages whenever it has a network.
//!
//! Only what a device has signed anew counts, so there are no more of them than were enrolled. It is known as long as the program
//! runs, which is long enough: phones ask again.

use std::collections::HashMap;

use kuager_wire::ids::Kid;
use parking_lot::Mutex;

/// When each device was last heard of, milliseconds since 1970.
#[derive(Debug, Default)]
pub struct Contacts(Mutex<HashMap<Kid, u64>>);

impl Contacts {
    /// Notes that a device has just been heard of.
    pub(crate) fn note(&self, kid: Kid, now_ms: u64) {
        self.0.lock().insert(kid, now_ms);
    }

    /// Takes what was noted since it was taken last.
    #[must_use]
    pub fn take(&self) -> HashMap<Kid, u64> {
        std::mem::take(&mut *self.0.lock())
    }
}
