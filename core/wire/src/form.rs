//! Forms as data: what is asked, in every language, which answers fit, and when a question is asked at all.
//!
//! A form is what a phone interprets; no question is known to the program. Conditions are texts of the language in
//! [`crate::expression`] (`docs/expressions.md`), written in its canonical form. Fields added after the first draft of
//! this format are optional, and a form that does not use them is encoded as before.
//!
//! Questions nest only in groups, two deep at most: every map of the pack counts against [`crate::limits::DEPTH`].

use minicbor::{Decode, Encode};

use crate::canonical::TextMap;
use crate::protocol::{Relation, Template};
use crate::record::{RecordKind, Value};

/// The same text in several languages, by BCP 47 tag.
pub type Texts = TextMap<String>;

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum QuestionKind {
    /// One of [`YES_NO`].
    #[n(1)]
    YesNo,
    /// A whole number.
    #[n(2)]
    Integer,
    /// Minutes after local midnight, 0 to 1439.
    #[n(3)]
    Time,
    /// Free text.
    #[n(4)]
    Text,
    /// One of the question's own choices.
    #[n(5)]
    Choice,
    /// Any number of the question's own choices, each once, in the order of the form.
    #[n(6)]
    Choices,
    /// A decimal number as a whole number of the unit [`Question::scale`] names: 12.5 with scale 1 is 125.
    #[n(7)]
    Decimal,
    /// A day of the Gregorian calendar, `YYYY-MM-DD`.
    #[n(8)]
    Date,
    /// Latitude and longitude in 1e-7 degrees (WGS 84) and the radius in metres: a list of three numbers.
    #[n(9)]
    Location,
    /// Photos, videos, sound: a list of media hashes in hexadecimal. The files themselves are attachments of the
    /// record, with the question's id as their label.
    #[n(10)]
    Attachment,
    /// Questions that belong together; asked once, or as often as [`Question::repeat`] allows.
    #[n(11)]
    Group,
    /// Text to read; takes no answer.
    #[n(12)]
    Note,
    /// Not asked: [`Question::calculate`] gives its value, which is sealed with the answers.
    #[n(13)]
    Calculate,
    /// The number of the question named in [`Question::of`] as the paper writes it in words.
    #[n(14)]
    Words,
}

impl QuestionKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::YesNo,
        Self::Integer,
        Self::Time,
        Self::Text,
        Self::Choice,
        Self::Choices,
        Self::Decimal,
        Self::Date,
        Self::Location,
        Self::Attachment,
        Self::Group,
        Self::Note,
        Self::Calculate,
        Self::Words,
    ];

    /// The name pack sources use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::YesNo => "yes_no",
            Self::Integer => "integer",
            Self::Time => "time",
            Self::Text => "text",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Location => "location",
            Self::Attachment => "attachment",
            Self::Group => "group",
            Self::Note => "note",
            Self::Calculate => "calculate",
            Self::Words => "words",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether `prefix.*` in an expression gathers answers of this kind: values as they were given, not groups, not what
    /// is computed, and not a number a second time in words.
    #[must_use]
    pub const fn is_gathered(self) -> bool {
        !matches!(self, Self::Group | Self::Note | Self::Calculate | Self::Words)
    }
}

/// Answers to a [`QuestionKind::YesNo`] question: yes, no, not seen, not applicable (ODIHR usage).
pub const YES_NO: [&str; 4] = ["yes", "no", "not_seen", "not_applicable"];

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
    /// What a [`Question::choice_filter`] can ask about this choice, as `@name`.
    #[n(3)]
    pub attributes: Option<TextMap<String>>,
    /// Other names people know it by.
    #[n(4)]
    pub synonyms: Option<Vec<String>>,
}

/// How often a group may be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Repeat {
    /// Entries the observer is reminded of when there are fewer.
    #[n(1)]
    pub min: Option<u32>,
    /// Entries at most; [`MAX_REPEAT`] when absent.
    #[n(2)]
    pub max: Option<u32>,
}

/// Entries of a repeat group where the form sets no bound.
pub const MAX_REPEAT: u32 = 1000;

/// What a photo, video or sound shows, as far as the form says what it is asked for.
pub const SUBJECTS: [&str; 7] = ["protocol", "document", "premises", "seal", "scene", "person", "sound"];

/// Subjects no form may ask for, with the reason the observer and the pack author are told.
pub const FORBIDDEN_SUBJECTS: [(&str, &str); 1] =
    [("filled_ballot", "a photo of a ballot that a voter has filled in breaks the secrecy of the vote")];

/// Why nothing may be captured for a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FenceError {
    /// The question asks for something nobody may take a picture of.
    #[error("question {question} asks for \"{subject}\", which is never recorded: {reason}")]
    Forbidden {
        /// The question.
        question: String,
        /// What it asks for.
        subject: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// The question names a subject this release does not know, so it cannot say that it is harmless.
    #[error("question {question} asks for \"{subject}\"; known subjects are {}", SUBJECTS.join(", "))]
    UnknownSubject {
        /// The question.
        question: String,
        /// What it asks for.
        subject: String,
    },
    /// The question does not ask for files at all.
    #[error("question {question} takes no files; attach them to a question of kind attachment, or to the record")]
    NotAnAttachment {
        /// The question.
        question: String,
    },
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Question {
    /// Unique within the form.
    #[n(1)]
    pub id: String,
    /// What kind of answer it takes.
    #[n(2)]
    pub kind: QuestionKind,
    /// What is asked.
    #[n(3)]
    pub text: Texts,
    /// The norm it rests on.
    #[n(4)]
    pub law: Option<String>,
    /// Incident codes that the answer opens: a "no", or whatever [`Question::opens_when`] says.
    #[n(5)]
    pub opens: Option<Vec<String>>,
    /// Whether the observer is reminded when it is left out. Never blocks sealing.
    #[n(6)]
    pub required: Option<bool>,
    /// Smallest number accepted; for files and choices the fewest expected.
    #[n(7)]
    pub min: Option<i64>,
    /// Largest number accepted; for files and choices the most.
    #[n(8)]
    pub max: Option<i64>,
    /// Characters of text accepted.
    #[n(9)]
    pub max_length: Option<u32>,
    /// The choices.
    #[n(10)]
    pub choices: Option<Vec<Choice>>,
    /// The question whose detail this is: a time, a number beside a yes, the digits of a number in words.
    #[n(11)]
    pub of: Option<String>,
    /// Help beside the question.
    #[n(12)]
    pub hint: Option<Texts>,
    /// Expression: asked only when it holds. While it cannot be decided the question is hidden.
    #[n(13)]
    pub relevant: Option<String>,
    /// Expression over the answer `this`: a reminder when it does not hold.
    #[n(14)]
    pub constraint: Option<String>,
    /// What the observer reads when the constraint does not hold.
    #[n(15)]
    pub constraint_text: Option<Texts>,
    /// Expression: required when it holds.
    #[n(16)]
    pub required_if: Option<String>,
    /// Expression: the answer the question begins with.
    #[n(17)]
    pub default: Option<String>,
    /// Expression: the value of a [`QuestionKind::Calculate`] question.
    #[n(18)]
    pub calculate: Option<String>,
    /// Decimal places of a [`QuestionKind::Decimal`] question.
    #[n(19)]
    pub scale: Option<u8>,
    /// The questions of a [`QuestionKind::Group`].
    #[n(20)]
    pub questions: Option<Vec<Question>>,
    /// How often a group may be filled in; absent: exactly once.
    #[n(21)]
    pub repeat: Option<Repeat>,
    /// Expression over the attributes `@name` of a choice: it is offered when this holds.
    #[n(22)]
    pub choice_filter: Option<String>,
    /// Expression: when the answer opens the incidents of [`Question::opens`]; absent: when it is "no".
    #[n(23)]
    pub opens_when: Option<String>,
    /// What a file shows, one of [`SUBJECTS`].
    #[n(24)]
    pub subject: Option<String>,
    /// Kinds of files accepted, the first part of their media type: `image`, `video`, `audio`, `application`.
    #[n(25)]
    pub accept: Option<Vec<String>>,
    /// The line of the paper form it is read from.
    #[n(26)]
    pub line: Option<String>,
    /// The language a number in words is written in; absent: any that can be read.
    #[n(27)]
    pub language: Option<String>,
}

/// Why an answer does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The answer is of another type.
    #[error("expected {expected}")]
    Type {
        /// What would fit.
        expected: &'static str,
    },
    /// A number outside the bounds.
    #[error("must be between {min} and {max}")]
    Range {
        /// Smallest number accepted.
        min: i64,
        /// Largest number accepted.
        max: i64,
    },
    /// Text longer than accepted.
    #[error("must have at most {max} characters")]
    Length {
        /// Characters accepted.
        max: u32,
    },
    /// Not one of the choices.
    #[error("is not one of the choices")]
    NotAChoice,
    /// More entries, choices or files than accepted.
    #[error("must have at most {max} entries")]
    TooMany {
        /// Entries accepted.
        max: u32,
    },
    /// The same choice or file twice.
    #[error("names {key} twice")]
    Twice {
        /// What is there twice.
        key: String,
    },
    /// Something in an entry of a group does not fit.
    #[error("entry {entry}, {question}: {fault}")]
    Entry {
        /// Which entry, from 1.
        entry: usize,
        /// The question within the group.
        question: String,
        /// What is wrong there.
        fault: Box<AnswerFault>,
    },
    /// The group has no such question.
    #[error("has no question {question}")]
    NoSuchQuestion {
        /// What was named.
        question: String,
    },
    /// The question takes no answer: a note, or from an observer a value that is computed.
    #[error("takes no answer")]
    NoAnswer,
}

/// Characters of text accepted where the form sets no bound.
pub const DEFAULT_TEXT_LENGTH: u32 = 4000;

impl Question {
    /// A question with nothing but a name and a kind.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: QuestionKind) -> Self {
        Self {
            id: id.into(),
            kind,
            text: Texts::default(),
            law: None,
            opens: None,
            required: None,
            min: None,
            max: None,
            max_length: None,
            choices: None,
            of: None,
            hint: None,
            relevant: None,
            constraint: None,
            constraint_text: None,
            required_if: None,
            default: None,
            calculate: None,
            scale: None,
            questions: None,
            repeat: None,
            choice_filter: None,
            opens_when: None,
            subject: None,
            accept: None,
            line: None,
            language: None,
        }
    }

    /// Checks that an answer fits.
    ///
    /// # Errors
    /// [`AnswerFault`] with what would fit.
    pub fn check(&self, value: &Value) -> Result<(), AnswerFault> {
        match self.kind {
            QuestionKind::YesNo => {
                let key =
                    value.as_text().ok_or(AnswerFault::Type { expected: "yes, no, not_seen or not_applicable" })?;
                YES_NO.contains(&key).then_some(()).ok_or(AnswerFault::NotAChoice)
            }
            QuestionKind::Choice => {
                self.check_choice(value.as_text().ok_or(AnswerFault::Type { expected: "the key of a choice" })?)
            }
            QuestionKind::Choices => self.check_list(value, "a list of choices", |key| self.check_choice(key)),
            QuestionKind::Integer | QuestionKind::Decimal => self.check_range(value, i64::MIN, i64::MAX),
            QuestionKind::Time => self.check_range(value, 0, 24 * 60 - 1),
            QuestionKind::Text | QuestionKind::Words => {
                let text = value.as_text().ok_or(AnswerFault::Type { expected: "text" })?;
                let max = self.max_length.unwrap_or(DEFAULT_TEXT_LENGTH);
                let fits = text.chars().count() <= usize::try_from(max).unwrap_or(usize::MAX);
                fits.then_some(()).ok_or(AnswerFault::Length { max })
            }
            QuestionKind::Date => {
                let date = value.as_text().filter(|text| is_date(text));
                date.map(drop).ok_or(AnswerFault::Type { expected: "a date as YYYY-MM-DD" })
            }
            QuestionKind::Location => {
                let Value::List(parts) = value else {
                    return Err(AnswerFault::Type { expected: LOCATION });
                };
                let numbers: Option<Vec<i64>> = parts.iter().map(Value::as_int).collect();
                match numbers.as_deref() {
                    Some([lat, lon, radius]) => {
                        within(*lat, -LATITUDE, LATITUDE)?;
                        within(*lon, -2 * LATITUDE, 2 * LATITUDE)?;
                        within(*radius, 0, i64::from(u32::MAX))
                    }
                    _ => Err(AnswerFault::Type { expected: LOCATION }),
                }
            }
            QuestionKind::Attachment => self.check_list(value, "a list of media hashes", |key| {
                let is_hash = key.len() == 64 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                is_hash.then_some(()).ok_or(AnswerFault::Type { expected: "the SHA-256 of a file in hexadecimal" })
            }),
            QuestionKind::Group => self.check_group(value),
            QuestionKind::Calculate => {
                let single = matches!(value, Value::Int(_) | Value::Text(_));
                single.then_some(()).ok_or(AnswerFault::Type { expected: "a computed number or text" })
            }
            QuestionKind::Note => Err(AnswerFault::NoAnswer),
        }
    }

    fn check_choice(&self, key: &str) -> Result<(), AnswerFault> {
        let known = self.choices.iter().flatten().any(|choice| choice.key == key);
        known.then_some(()).ok_or(AnswerFault::NotAChoice)
    }

    fn check_list(
        &self,
        value: &Value,
        expected: &'static str,
        check: impl Fn(&str) -> Result<(), AnswerFault>,
    ) -> Result<(), AnswerFault> {
        let Value::List(values) = value else { return Err(AnswerFault::Type { expected }) };
        let mut keys = Vec::with_capacity(values.len());
        for value in values {
            let key = value.as_text().ok_or(AnswerFault::Type { expected })?;
            check(key)?;
            if keys.contains(&key) {
                return Err(AnswerFault::Twice { key: key.to_owned() });
            }
            keys.push(key);
        }
        let max = self.max.and_then(|max| u32::try_from(max).ok()).unwrap_or(u32::MAX);
        at_most(keys.len(), max)
    }

    fn check_group(&self, value: &Value) -> Result<(), AnswerFault> {
        match (&self.repeat, value) {
            (None, Value::Group(_)) => self.check_entry(1, value),
            (None, _) => Err(AnswerFault::Type { expected: "the answers of a group" }),
            (Some(repeat), Value::List(entries)) => {
                at_most(entries.len(), repeat.max.unwrap_or(MAX_REPEAT))?;
                entries.iter().zip(1..).try_for_each(|(entry, number)| self.check_entry(number, entry))
            }
            (Some(_), _) => Err(AnswerFault::Type { expected: "a list of entries" }),
        }
    }

    fn check_entry(&self, number: usize, entry: &Value) -> Result<(), AnswerFault> {
        let Value::Group(answers) = entry else {
            return Err(AnswerFault::Type { expected: "the answers of a group" });
        };
        answers.iter().try_for_each(|(id, value)| {
            let asked = self.questions.iter().flatten().find(|question| question.id == id);
            let asked = asked.ok_or_else(|| AnswerFault::NoSuchQuestion { question: id.to_owned() })?;
            asked.check(value).map_err(|fault| AnswerFault::Entry {
                entry: number,
                question: id.to_owned(),
                fault: Box::new(fault),
            })
        })
    }

    fn check_range(&self, value: &Value, min: i64, max: i64) -> Result<(), AnswerFault> {
        let number = value.as_int().ok_or(AnswerFault::Type { expected: "a whole number" })?;
        within(number, self.min.unwrap_or(min), self.max.unwrap_or(max))
    }

    /// Whether files may be taken for this question. Asked when a pack is checked and again before every capture.
    ///
    /// # Errors
    /// [`FenceError`] with the reason.
    pub fn capture_allowed(&self) -> Result<(), FenceError> {
        let question = || self.id.clone();
        if let Some(subject) = &self.subject {
            if let Some((_, reason)) = FORBIDDEN_SUBJECTS.iter().find(|(name, _)| name == subject) {
                return Err(FenceError::Forbidden { question: question(), subject: subject.clone(), reason });
            }
            if !SUBJECTS.contains(&subject.as_str()) {
                return Err(FenceError::UnknownSubject { question: question(), subject: subject.clone() });
            }
        }
        let takes_files = self.kind == QuestionKind::Attachment;
        takes_files.then_some(()).ok_or_else(|| FenceError::NotAnAttachment { question: question() })
    }
}

const LOCATION: &str = "latitude and longitude in 1e-7 degrees and the radius in metres";
const LATITUDE: i64 = 900_000_000;

fn within(number: i64, min: i64, max: i64) -> Result<(), AnswerFault> {
    (min..=max).contains(&number).then_some(()).ok_or(AnswerFault::Range { min, max })
}

fn at_most(count: usize, max: u32) -> Result<(), AnswerFault> {
    (count <= usize::try_from(max).unwrap_or(usize::MAX)).then_some(()).ok_or(AnswerFault::TooMany { max })
}

/// Whether a text is a day of the Gregorian calendar in the form `YYYY-MM-DD`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |part: &str, width: usize| {
        let digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<u32>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// A value expressions read as `$name`: what differs between elections that are otherwise counted alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// A whole number.
    Int(i64),
    /// A switch.
    Bool(bool),
    /// Text, such as the code of an annex.
    Text(String),
}

impl<C> Encode<C> for Parameter {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Int(number) => encoder.i64(*number)?.ok(),
            Self::Bool(switch) => encoder.bool(*switch)?.ok(),
            Self::Text(text) => encoder.str(text)?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Parameter {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        use minicbor::data::Type;
        let at = decoder.position();
        match decoder.datatype()? {
            Type::Bool => decoder.bool().map(Self::Bool),
            Type::String => decoder.str().map(|text| Self::Text(text.to_owned())),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                decoder.i64().map(Self::Int)
            }
            other => Err(minicbor::decode::Error::message(format!("a parameter cannot be a {other}")).at(at)),
        }
    }
}

/// Which records of this device at the same station a [`Carried`] value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CarriedFrom {
    /// The newest record that answers the question.
    #[n(1)]
    Latest,
    /// All of them, oldest first: a list.
    #[n(2)]
    All,
}

/// An answer of earlier records at the same station that expressions of this form read as `$name`: the last turnout
/// told, compared with the protocol. Missing while there is no such record. Superseded and training records are left out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Carried {
    /// The name after `$`.
    #[n(1)]
    pub name: String,
    /// The form those records answer.
    #[n(2)]
    pub form: String,
    /// The question.
    #[n(3)]
    pub question: String,
    /// Which records.
    #[n(4)]
    pub from: CarriedFrom,
}

/// A question paper.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Form {
    /// Unique within the pack.
    #[n(1)]
    pub id: String,
    /// What kind of record its answers become.
    #[n(2)]
    pub kind: RecordKind,
    /// Its name.
    #[n(3)]
    pub title: Texts,
    /// The questions in the order they are asked.
    #[n(4)]
    pub questions: Vec<Question>,
    /// The contest it is about.
    #[n(5)]
    pub contest: Option<String>,
    /// What must add up between the answers.
    #[n(6)]
    pub relations: Option<Vec<Relation>>,
    /// What expressions read as `$name`.
    #[n(7)]
    pub parameters: Option<TextMap<Parameter>>,
    /// Answers of earlier records that expressions read as `$name`.
    #[n(8)]
    pub carried: Option<Vec<Carried>>,
    /// The paper, for a form that is read from a protocol.
    #[n(9)]
    pub template: Option<Template>,
    /// What the observer reads before the first question.
    #[n(10)]
    pub hint: Option<Texts>,
}

impl Form {
    /// A form with nothing but a name and a kind.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: RecordKind) -> Self {
        Self {
            id: id.into(),
            kind,
            title: Texts::default(),
            questions: Vec::new(),
            contest: None,
            relations: None,
            parameters: None,
            carried: None,
            template: None,
            hint: None,
        }
    }

    /// The question with this id, also within groups.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.every_question().into_iter().find(|question| question.id == id)
    }

    /// The question with this id outside of groups: what an answer of the record itself answers.
    #[must_use]
    pub fn outer_question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// All questions in the order they are asked, a group before its own.
    #[must_use]
    pub fn every_question(&self) -> Vec<&Question> {
        fn walk<'a>(questions: &'a [Question], all: &mut Vec<&'a Question>) {
            for question in questions {
                all.push(question);
                walk(question.questions.as_deref().unwrap_or_default(), all);
            }
        }
        let mut all = Vec::new();
        walk(&self.questions, &mut all);
        all
    }
}
