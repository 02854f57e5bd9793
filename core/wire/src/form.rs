//! Forms as data: what is asked, in every language, which answers fit, and when a question is asked at all.
//!
//! A form is what a phone interprets; no question is known to the program. Conditions are texts of the language
//! in `docs/expressions.md`, written in its canonical form; what they mean is told by the crate `kuager-forms`. Fields
//! added after the first draft of this format are optional, and a form that does not use them is encoded as before.
//!
//! Questions nest only in groups, two deep at most: every map of the pack counts against [`crate::limits::DEPTH`].

mod answer;
mod fence;
mod kind;
mod parameter;
mod question;

use minicbor::{Decode, Encode};

pub use self::answer::{AnswerFault, DEFAULT_TEXT_LENGTH, is_date};
pub use self::fence::{FORBIDDEN_SUBJECTS, FenceError, SUBJECTS};
pub use self::kind::{QuestionKind, YES_NO};
pub use self::parameter::{Carried, CarriedFrom, Parameter};
pub use self::question::{MAX_REPEAT, Question, Repeat};
use crate::canonical::TextMap;
use crate::protocol::{Relation, Template};
use crate::record::RecordKind;
pub use crate::text::{Choice, Texts};

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
