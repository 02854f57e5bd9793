//! Where a question stands, as people and labels of files write it. Below the engine that fills forms in and the wording that
//! says them.

/// The highest number of an entry that a label may have; far beyond what a form allows, and no sum over it overflows.
const MAX_ENTRY: usize = 65_535;

/// Where a question stands: its id, and for a repeat group the entry it is asked in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The repeat group and the number of the entry in it, from 0.
    pub group: Option<(String, usize)>,
    /// The question.
    pub question: String,
}

impl Path {
    /// A question outside of repeat groups.
    #[must_use]
    pub fn of(question: &str) -> Self {
        Self { group: None, question: question.to_owned() }
    }

    /// Reads what `Display` writes, which is also the label of a file that answers the question: `question`, or
    /// `group[entry].question` in a repeat group, entries counted from 1. Any other text is the name of a question that no
    /// form has: ids hold no brackets.
    #[must_use]
    pub fn read(label: &str) -> Self {
        let within = || {
            let (group, rest) = label.split_once('[')?;
            let (number, question) = rest.split_once("].")?;
            let entry: usize = number.parse().ok().filter(|entry| (1..=MAX_ENTRY).contains(entry))?;
            let path = Self { group: Some((group.to_owned(), entry - 1)), question: question.to_owned() };
            (path.to_string() == label).then_some(path)
        };
        within().unwrap_or_else(|| Self::of(label))
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.group {
            Some((group, entry)) => write!(formatter, "{group}[{}].{}", entry + 1, self.question),
            None => formatter.write_str(&self.question),
        }
    }
}
