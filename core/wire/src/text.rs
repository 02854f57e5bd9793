//! Texts in several languages, the choices that carry them, and the names that people type.

use minicbor::{Decode, Encode};

use crate::canonical::{TextMap, nfc};
use crate::limits;

/// The same text in several languages, by BCP 47 tag.
pub type Texts = TextMap<String>;

/// One choice of a question, or one line of a ballot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Choice {
    /// What is signed when it is chosen.
    #[n(1)]
    pub key: String,
    /// What the observer reads.
    #[n(2)]
    pub text: Texts,
    /// What a [`choice_filter`](crate::form::Question::choice_filter) can ask about this choice, as `@name`.
    #[n(3)]
    pub attributes: Option<TextMap<String>>,
    /// Other names people know it by.
    #[n(4)]
    pub synonyms: Option<Vec<String>>,
}

/// A name as it is kept of what was typed or pasted: NFC, one space between words, none around, and nothing that cannot be seen
/// (control characters, marks of direction), so that no name looks like another one.
#[must_use]
pub fn name(typed: &str) -> String {
    let seen: String = typed.chars().filter(|&char| char.is_whitespace() || !unseen(char)).collect();
    nfc(&seen.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What is wrong with the name of a place in a record; nothing for one that [`name`] has made, unless it is too long.
#[must_use]
pub fn station_fault(station: &str) -> Option<&'static str> {
    if station.len() > limits::STATION {
        return Some("the name of the station is longer than any station's; shorten it");
    }
    if station.trim().is_empty() {
        return Some("the name of the station is empty; leave it out instead");
    }
    station.chars().any(unseen).then_some("the name of the station has characters that cannot be seen")
}

/// Control characters, and those that change the direction of what follows (Unicode UAX #9, UTR #36 §2.10.3) or take no room.
#[must_use]
pub fn unseen(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_alike() {
        for typed in [
            "№ 99, Алматы",
            " №  99,\u{a0}Алматы\n",
            "\u{202e}№ 99, \u{200b}Алма\u{ad}ты\u{202c}",
            "\u{feff}№ 99, Алматы\0",
        ] {
            assert_eq!(name(typed), "№ 99, Алматы", "{typed:?}");
            assert_eq!(station_fault(&name(typed)), None);
        }
        assert_eq!(name("\u{200f} \t"), "");
    }

    #[test]
    fn names_of_places_are_bounded_and_can_be_seen() {
        let longest = "ә".repeat(limits::STATION / 2);
        assert_eq!(station_fault(&longest), None);
        for bad in [&format!("{longest}a"), "", " ", "99\u{202e}", "99\n100", "9\u{200d}9"] {
            assert!(station_fault(bad).is_some(), "{bad:?}");
        }
    }
}
