//! Whole numbers written in words, as result protocols carry them beside the digits: reading and writing.
//!
//! What is read was written by hand at night and typed by somebody else. So reading forgives what cannot change the
//! number: case, blanks, hyphens and missing ones, ё and е, a soft sign or a doubled letter left out, Kazakh letters
//! typed without their marks, any Russian gender. It never guesses: a text with two readings, or with a word that belongs
//! to no number, is not a number.
//!
//! Numbers go from zero to [`MAX`]. Languages are data of the `words/*.rs` files; the grammar of all of them is the same:
//! up to 999 millions, up to 999 thousands, up to 999.

mod en;
mod kk;
mod language;
mod ru;
mod word;

use unicode_normalization::UnicodeNormalization;

pub use self::language::Language;
use self::word::Word;

/// The largest number that is read and written.
pub const MAX: i64 = 999_999_999;
/// Characters of a text that is looked at; the longest number takes about half of that.
const MAX_CHARACTERS: usize = 240;

/// The words of a language, as [`fold`] leaves them.
const fn words(language: Language) -> &'static [(&'static str, Word)] {
    match language {
        Language::Kazakh => kk::WORDS,
        Language::Russian => ru::WORDS,
        Language::English => en::WORDS,
    }
}

/// Text as the word lists have it: what people leave out is left out.
fn fold(text: &str, language: Language) -> String {
    match language {
        Language::Kazakh => kk::fold(text),
        Language::Russian => ru::fold(text),
        Language::English => text.to_owned(),
    }
}

/// A text that is not a number in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// It holds no word at all.
    #[error("there are no words here")]
    Empty,
    /// It is longer than any number.
    #[error("a number in words has at most {MAX_CHARACTERS} characters")]
    TooLong,
    /// It cannot be read.
    #[error("\"{text}\" cannot be read as a number in words ({})", .language.tag())]
    Unreadable {
        /// The text.
        text: String,
        /// The language it was read in.
        language: Language,
    },
    /// It can be read as two different numbers.
    #[error("\"{text}\" can be read as {first} and as {second}")]
    Ambiguous {
        /// The text.
        text: String,
        /// One reading.
        first: i64,
        /// Another.
        second: i64,
    },
}

/// Reads a number.
///
/// # Errors
/// [`WordsError`].
pub fn parse(text: &str, language: Language) -> Result<i64, WordsError> {
    if text.chars().count() > MAX_CHARACTERS {
        return Err(WordsError::TooLong);
    }
    let letters = letters(text);
    if letters.is_empty() {
        return Err(WordsError::Empty);
    }
    match readings(&letters, language).as_slice() {
        [] => Err(WordsError::Unreadable { text: text.to_owned(), language }),
        [number] => Ok(*number),
        [first, second, ..] => Err(WordsError::Ambiguous { text: text.to_owned(), first: *first, second: *second }),
    }
}

/// Reads a number in whatever language it is; `None` when it cannot be read, or reads differently in two.
#[must_use]
pub fn parse_any(text: &str) -> Option<i64> {
    if text.chars().count() > MAX_CHARACTERS {
        return None;
    }
    let letters = letters(text);
    let mut numbers = Language::ALL.iter().flat_map(|language| match readings(&letters, *language).as_slice() {
        [number] => Some(*number),
        _ => None,
    });
    let first = numbers.next()?;
    numbers.all(|number| number == first).then_some(first)
}

/// The different numbers a text without anything but letters can be, two at most.
fn readings(letters: &str, language: Language) -> Vec<i64> {
    let mut readings = Vec::new();
    // This is asked at every keystroke, for every number: other scripts are not even tried.
    if letters.starts_with(|first: char| first.is_ascii()) == (language == Language::English) {
        read(&fold(letters, language), language, State::START, &mut readings);
    }
    readings
}

/// The words in lower case with nothing between them. Digits stay, and make the text unreadable.
fn letters(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).filter(|character| character.is_alphanumeric()).collect()
}

/// A number being read, word by word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    /// Complete millions and thousands.
    above: i64,
    /// The group of up to 999 being read.
    group: i64,
    /// Values below this may still follow within the group: 1000, 100, 10 or 1.
    below: i64,
    /// Groups below this may still follow: all, thousands, units only.
    scale: Scale,
    /// The number is zero and ended.
    zero: bool,
    /// Anything was read.
    begun: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scale {
    Units,
    Thousands,
    Millions,
}

impl State {
    const START: Self = Self { above: 0, group: 0, below: 1000, scale: Scale::Millions, zero: false, begun: false };

    fn then(mut self, word: Word) -> Option<Self> {
        if self.zero {
            return None;
        }
        match word {
            Word::Filler => return self.begun.then_some(self),
            Word::Zero if self.begun => return None,
            Word::Zero => self.zero = true,
            Word::Unit(unit) => self = self.add(unit, 10, 1)?,
            Word::Teen(teen) => self = self.add(teen, 100, 1)?,
            Word::Ten(ten) => self = self.add(ten, 100, 10)?,
            Word::Hundreds(hundreds) => self = self.add(hundreds, 1000, 100)?,
            Word::Hundred => match (self.group, self.below) {
                (0, 1000) => self = self.add(100, 1000, 100)?,
                (unit @ 1..=9, 1) => (self.group, self.below) = (unit * 100, 100),
                _ => return None,
            },
            Word::Thousand => self = self.scaled(1000, Scale::Thousands)?,
            Word::Million => self = self.scaled(1_000_000, Scale::Millions)?,
        }
        self.begun = true;
        Some(self)
    }

    /// Adds a value that needs room below `place` and leaves room below `left`.
    const fn add(mut self, value: i64, place: i64, left: i64) -> Option<Self> {
        if self.below < place {
            return None;
        }
        self.group += value;
        self.below = left;
        Some(self)
    }

    fn scaled(mut self, factor: i64, scale: Scale) -> Option<Self> {
        if self.scale < scale {
            return None;
        }
        // "Thousand" alone is one thousand.
        self.above += if self.below == 1000 { 1 } else { self.group } * factor;
        self.group = 0;
        self.below = 1000;
        self.scale = if scale == Scale::Millions { Scale::Thousands } else { Scale::Units };
        Some(self)
    }
}

/// Collects the different numbers the rest of a text can be, two at most. Word boundaries do not count: people write
/// words together and break them anywhere.
fn read(rest: &str, language: Language, state: State, readings: &mut Vec<i64>) {
    if rest.is_empty() {
        let number = state.above + state.group;
        if state.begun && !readings.contains(&number) {
            readings.push(number);
        }
        return;
    }
    for (word, meaning) in words(language) {
        if readings.len() > 1 {
            return;
        }
        if let Some(behind) = rest.strip_prefix(word)
            && let Some(next) = state.then(*meaning)
        {
            read(behind, language, next, readings);
        }
    }
}

/// Writes a number; `None` when it is negative or larger than [`MAX`].
#[must_use]
pub fn write(number: i64, language: Language) -> Option<String> {
    if !(0..=MAX).contains(&number) {
        return None;
    }
    Some(match language {
        Language::Kazakh => kk::write(number),
        Language::Russian => ru::write(number),
        Language::English => en::write(number),
    })
}

#[cfg(test)]
mod tests;
