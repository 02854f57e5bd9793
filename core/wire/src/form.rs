//! Forms as data: what is asked, in every language, which answers fit, and when a question is asked at all.
//!
//! A form is what a phone interprets; no question is known to the program. Conditions are texts of the language
//! in `docs/expressions.md`, written in its canonical form; what they mean is told by the crate `kuager-forms`. Fields added after the first draft of
//! this format are optional, and a form that does not use them is encoded as before.
//!
//! Questions nest only in groups, two deep at most: every map of the pack counts against [`crate::limits::DEPTH`].

mod answer;
mod fence;

use minicbor::{Decode, Encode};

pub use self::answer::{AnswerFault, DEFAULT_TEXT_LENGTH, is_date};
pub use self::fence::{FORBIDDEN_SUBJECTS, FenceError, SUBJECTS};
use crate::canonical::TextMap;
use crate::protocol::{Relation, Template};
use crate::record::RecordKind;
pub use crate::text::{Choice, Texts};

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
