//! Why a pack cannot be made or read.

use std::io;

use crate::files::WriteError;
use crate::finding::Finding;

/// Why a pack cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The source is wrong in at least one place.
    #[error("{}", listed(.0))]
    Source(Vec<Finding>),
    /// A file cannot be read.
    #[error("{file} cannot be read ({source}); check that it exists and is UTF-8 text")]
    Read {
        /// The file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A built pack that cannot be read.
    #[error("{file} is not a pack this program built ({reason}); build it again from its source")]
    NotBuilt {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// Too few forms or stations for a dictionary.
    #[error("the {samples} answers simulated from this pack are too few to train a dictionary; add forms or stations")]
    TooLittleToLearn {
        /// How many there were.
        samples: usize,
    },
    /// The pack breaks a rule of the wire format that its source does not show.
    #[error("the pack cannot be encoded: {0}")]
    Encode(#[from] kuager_wire::canonical::Malformed),
}

impl PackError {
    /// What was found in the source; empty for any other error.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        if let Self::Source(findings) = self { findings } else { &[] }
    }
}

fn listed(findings: &[Finding]) -> String {
    let mut lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    if lines.len() > 1 {
        lines.push(format!("{} findings", lines.len()));
    }
    lines.join("\n")
}
