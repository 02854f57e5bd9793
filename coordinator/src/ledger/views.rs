//! Who looked at what about a person at the desk, and when.
//!
//! Observers are pseudonyms here, and still a pseudonym, a station and a photo say much about somebody. So whoever signed in and
//! looks at them leaves a line, which nobody takes out again. The same looked at again within some minutes is one view. How
//! much one person can look at in a day is bounded, and with it the log: nobody carries off everything, and nobody's lines
//! push out those of others.

use async_trait::async_trait;
use kuager_wire::ids::{MediaHash, ObserverId, PersonId};

use super::error::LedgerError;

/// Looking at the same again within this time is no other view.
pub const AGAIN_MS: u64 = 10 * 60 * 1000;
/// Views that one person may have in a day. Who types off a photo every fifteen seconds for twelve hours has 3,000.
pub const VIEWS_PER_DAY: u64 = 20_000;
/// Bytes of what is kept of a subject.
pub const SUBJECT: usize = 256;

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Seen {
    /// The list of observers and their devices.
    Observers,
    /// One observer.
    Observer(ObserverId),
    /// What does not hold in chains, device by device.
    Chains,
    /// A station's records; nothing for those without one.
    Station(String),
    /// What is known of a file.
    File(MediaHash),
    /// A file as it was sent.
    Original(MediaHash),
    /// A whole table, by its name.
    Table(String),
    /// The encrypted list of names.
    Names,
}

impl Seen {
    /// The number of its kind, for ever, and its subject.
    #[must_use]
    pub fn parts(&self) -> (u8, String) {
        match self {
            Self::Observers => (1, String::new()),
            Self::Observer(observer) => (2, observer.to_string()),
            Self::Chains => (3, String::new()),
            Self::Station(station) => (4, bounded(station)),
            Self::File(media) => (5, media.to_string()),
            Self::Original(media) => (6, media.to_string()),
            Self::Table(name) => (8, bounded(name)),
            Self::Names => (7, String::new()),
        }
    }

    /// Of such parts; nothing for what another version wrote.
    #[must_use]
    pub fn of_parts(kind: u8, subject: &str) -> Option<Self> {
        Some(match kind {
            1 => Self::Observers,
            2 => Self::Observer(subject.parse().ok()?),
            3 => Self::Chains,
            4 => Self::Station(subject.to_owned()),
            5 => Self::File(subject.parse().ok()?),
            6 => Self::Original(subject.parse().ok()?),
            8 => Self::Table(subject.to_owned()),
            7 => Self::Names,
            _ => return None,
        })
    }
}

/// As much of a text as is kept.
fn bounded(text: &str) -> String {
    let end = (0..=SUBJECT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}

/// Somebody looks at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    /// Who.
    pub person: PersonId,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// At what.
    pub seen: Seen,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is written down, or was a moment ago.
    Yes,
    /// They have looked at [`VIEWS_PER_DAY`] things within a day.
    TooMany,
}

/// A view that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewRow {
    /// Its number among all.
    pub id: u64,
    /// Its number among those of its person; without a gap.
    pub number: u64,
    /// Who.
    pub person: PersonId,
    /// Their name as it is now.
    pub name: String,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// At what; nothing for what another version wrote.
    pub seen: Option<Seen>,
}

/// Who looked at what.
#[async_trait]
pub trait Views {
    /// Writes a view down, before what it is about is shown.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn note_view(&self, view: NewView) -> Result<Noted, LedgerError>;

    /// Views, the newest first; those before a number, and of one person, if wanted.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn views(
        &self,
        before: Option<u64>,
        person: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<ViewRow>, LedgerError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_read_as_it_was_written() {
        let media = MediaHash([7; 32]);
        for seen in [
            Seen::Observers,
            Seen::Observer(ObserverId([3; 16])),
            Seen::Chains,
            Seen::Station("710000000-99".to_owned()),
            Seen::Station(String::new()),
            Seen::File(media),
            Seen::Original(media),
            Seen::Table("records".to_owned()),
        ] {
            let (kind, subject) = seen.parts();
            assert_eq!(Seen::of_parts(kind, &subject), Some(seen));
        }
        let (_, long) = Seen::Station("ә".repeat(1000)).parts();
        assert_eq!(long, "ә".repeat(SUBJECT / 2));
        assert_eq!((Seen::of_parts(0, ""), Seen::of_parts(5, "x")), (None, None));
    }
}
