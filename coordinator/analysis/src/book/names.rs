//! Names that occur again and again, each kept once and called by a number.

use std::collections::HashMap;
use std::sync::Arc;

/// Names by number, in the order in which they were first met.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<Arc<str>>,
    of: HashMap<Arc<str>, u32>,
}

impl Names {
    /// The number of a name, a new one if it has none.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.of.get(name) {
            return *known;
        }
        let number = u32::try_from(self.names.len()).expect("records with as many names fill no ledger");
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.of.insert(name, number);
        number
    }

    /// The number of a name that was met.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.of.get(name).copied()
    }

    /// The name with this number.
    pub(super) fn name(&self, number: u32) -> &str {
        index(number).and_then(|at| self.names.get(at)).map_or("", |name| name)
    }

    /// All names in the order of their numbers.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }
}

/// A number as a place in a list.
pub(super) fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}
