//! When devices were last heard of, besides their records: each asks for its messages whenever it has a network. And what they have
//! fetched, and which program they say they are.
//!
//! Only what a device has signed anew counts, so there are no more of them than were enrolled. It is known as long as the program
//! runs, which is long enough: phones ask again.

use std::collections::HashMap;

use kuager_wire::ids::Kid;
use parking_lot::Mutex;

/// Characters of the name of a program.
const PROGRAM: usize = 48;

/// When each device was last heard of, milliseconds since 1970.
#[derive(Debug, Default)]
pub struct Contacts {
    heard: Mutex<HashMap<Kid, u64>>,
    asked: Mutex<HashMap<Kid, Asked>>,
}

/// A device's last question for messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// When.
    pub at_ms: u64,
    /// It has all messages up to this number.
    pub after: u64,
    /// Which program it says it is; nobody has signed that.
    pub program: Option<String>,
}

impl Contacts {
    /// Notes that a device has just asked for what is behind a number.
    pub(crate) fn note(&self, kid: Kid, now_ms: u64, after: u64) {
        self.heard.lock().insert(kid, now_ms);
        let mut asked = self.asked.lock();
        let asked = asked.entry(kid).or_default();
        (asked.at_ms, asked.after) = (now_ms, after.max(asked.after));
    }

    /// Notes which program a device that has asked says it is.
    pub(crate) fn calls_itself(&self, kid: Kid, program: &str) {
        let plain = |character: &char| character.is_ascii_graphic() || *character == ' ';
        let program: String = program.chars().filter(plain).take(PROGRAM).collect();
        if let Some(asked) = self.asked.lock().get_mut(&kid).filter(|_| !program.is_empty()) {
            asked.program = Some(program);
        }
    }

    /// A device's last question for messages, since the program was started.
    #[must_use]
    pub fn asked(&self, kid: Kid) -> Option<Asked> {
        self.asked.lock().get(&kid).cloned()
    }

    /// Takes what was noted since it was taken last.
    #[must_use]
    pub fn take(&self) -> HashMap<Kid, u64> {
        std::mem::take(&mut *self.heard.lock())
    }
}
