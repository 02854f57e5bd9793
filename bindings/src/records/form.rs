//! How a form stands over the answers given so far.

use kuager_core::forms::{self as core, Asked, Path, Reminder, ReminderKind, Standing, places};
use kuager_core::wire::form::{Choice, Form, MAX_REPEAT, Question, QuestionKind, Texts};
use kuager_core::wire::pack::Pack;
use kuager_core::wire::protocol::Severity;

use super::Answer;

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum QuestionType {
    /// `yes`, `no`, `not_seen` or `not_applicable`.
    YesNo,
    /// A whole number.
    Integer,
    /// Minutes after local midnight.
    Time,
    /// Free text.
    Text,
    /// One of the choices.
    Choice,
    /// Any number of the choices.
    Choices,
    /// A decimal number as a whole number of units: with scale 1, 12.5 is 125.
    Decimal,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// Latitude and longitude in 1e-7 degrees and the radius in metres.
    Location,
    /// Photos, videos, sound.
    Attachment,
    /// Questions that belong together; they follow as questions of their own.
    Group,
    /// Text to read.
    Note,
    /// A value that is computed.
    Calculate,
    /// A number as the paper writes it in words.
    Words,
}

impl From<QuestionKind> for QuestionType {
    fn from(kind: QuestionKind) -> Self {
        match kind {
            QuestionKind::YesNo => Self::YesNo,
            QuestionKind::Integer => Self::Integer,
            QuestionKind::Time => Self::Time,
            QuestionKind::Text => Self::Text,
            QuestionKind::Choice => Self::Choice,
            QuestionKind::Choices => Self::Choices,
            QuestionKind::Decimal => Self::Decimal,
            QuestionKind::Date => Self::Date,
            QuestionKind::Location => Self::Location,
            QuestionKind::Attachment => Self::Attachment,
            QuestionKind::Group => Self::Group,
            QuestionKind::Note => Self::Note,
            QuestionKind::Calculate => Self::Calculate,
            QuestionKind::Words => Self::Words,
        }
    }
}

/// Where a question stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct PlaceInfo {
    /// The question.
    pub question: String,
    /// The repeat group it is asked in.
    pub group: Option<String>,
    /// The number of the entry in that group, from 0.
    pub entry: Option<i64>,
}

impl From<&PlaceInfo> for Path {
    fn from(place: &PlaceInfo) -> Self {
        let entry = place.entry.and_then(|entry| usize::try_from(entry).ok()).unwrap_or(0);
        Self { group: place.group.clone().map(|group| (group, entry)), question: place.question.clone() }
    }
}

impl From<&Path> for PlaceInfo {
    fn from(path: &Path) -> Self {
        Self {
            question: path.question.clone(),
            group: path.group.as_ref().map(|(group, _)| group.clone()),
            entry: path.group.as_ref().map(|(_, entry)| super::counted(*entry)),
        }
    }
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChoiceInfo {
    /// What is signed when it is chosen.
    pub key: String,
    /// What the observer reads.
    pub text: String,
}

/// A question that is asked now.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AskedQuestion {
    /// Where it stands.
    pub place: PlaceInfo,
    /// What kind of answer it takes.
    pub kind: QuestionType,
    /// What is asked.
    pub text: String,
    /// Help beside it.
    pub hint: Option<String>,
    /// An answer is expected.
    pub required: bool,
    /// The answer, or the value computed.
    pub answer: Option<Answer>,
    /// The choices offered now.
    pub choices: Vec<ChoiceInfo>,
    /// The norm it rests on.
    pub law: Option<String>,
    /// The question whose detail this is.
    pub detail_of: Option<String>,
    /// Smallest number; for files, choices and entries of a repeat group the fewest expected.
    pub min: Option<i64>,
    /// Largest number; for files, choices and entries of a repeat group the most.
    pub max: Option<i64>,
    /// Characters of text accepted.
    pub max_length: Option<i64>,
    /// Decimal places of a decimal.
    pub scale: i64,
    /// Whether a group may have several entries: see `add_entry`.
    pub repeats: bool,
    /// The groups it is in, the outermost first.
    pub groups: Vec<String>,
    /// What a file shows.
    pub subject: Option<String>,
    /// Kinds of files accepted: `image`, `video`, `audio`, `application`.
    pub accept: Vec<String>,
    /// The line of the paper form it is read from.
    pub line: Option<String>,
}

/// Why to remind.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ReminderReason {
    /// The answer is unlikely; the text says why, where the form has one.
    Constraint {
        /// Why.
        text: Option<String>,
    },
    /// What was chosen is not offered any more.
    NotOffered,
    /// The number in words cannot be read; compare it with the paper.
    UnreadableWords,
    /// Fewer entries, choices or files than expected.
    TooFew {
        /// How many are expected.
        expected: i64,
    },
}

/// Something to remind of. It never blocks sealing.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReminderInfo {
    /// The question.
    pub place: PlaceInfo,
    /// What about it.
    pub reason: ReminderReason,
}

/// How much a relation that fails says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum RelationSeverity {
    /// The law or arithmetic demands it: the paper is wrong.
    Hard,
    /// An innocent reason is possible.
    Soft,
    /// Unusual, a reason to look.
    Statistical,
}

/// How a relation comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum RelationStanding {
    /// It is not about these answers.
    NotJudged,
    /// Something is missing.
    Unknown,
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
}

/// A control relation and how it comes out.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RelationInfo {
    /// Its id, such as `K02`.
    pub id: String,
    /// How much a failure says.
    pub severity: RelationSeverity,
    /// How it comes out.
    pub standing: RelationStanding,
    /// For a failure: what does not add up, with the numbers.
    pub message: Option<String>,
    /// The incident a failure may be reported as.
    pub incident: Option<String>,
    /// The norm it rests on.
    pub law: Option<String>,
}

/// How a form stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FormState {
    /// The questions that are asked now, in order.
    pub asked: Vec<AskedQuestion>,
    /// Required questions without an answer.
    pub missing: Vec<PlaceInfo>,
    /// What to remind of.
    pub reminders: Vec<ReminderInfo>,
    /// What must add up.
    pub relations: Vec<RelationInfo>,
    /// Codes of incidents to suggest.
    pub incidents: Vec<String>,
    /// Questions that hold an answer and are hidden; it stays in the draft and out of the record.
    pub set_aside: Vec<PlaceInfo>,
}

/// The words of a pack in one language.
pub(super) struct Words<'a> {
    pub(super) pack: &'a Pack,
    pub(super) language: &'a str,
}

impl Words<'_> {
    pub(super) fn of(&self, texts: &Texts) -> String {
        self.pack.text(texts, self.language).to_owned()
    }

    pub(super) fn some(&self, texts: Option<&Texts>) -> Option<String> {
        texts.map(|texts| self.of(texts)).filter(|text| !text.is_empty())
    }

    pub(super) fn choice(&self, choice: &Choice) -> ChoiceInfo {
        ChoiceInfo { key: choice.key.clone(), text: self.of(&choice.text) }
    }

    fn asked(&self, form: &Form, asked: &Asked<'_>) -> AskedQuestion {
        let question: &Question = asked.question;
        let groups = places::groups_of(form, &question.id).unwrap_or_default();
        let (min, max) = question.repeat.map_or((question.min, question.max), |repeat| {
            (repeat.min.map(i64::from), Some(repeat.max.unwrap_or(MAX_REPEAT).into()))
        });
        AskedQuestion {
            place: (&asked.path).into(),
            kind: question.kind.into(),
            text: self.of(&question.text),
            hint: self.some(question.hint.as_ref()),
            required: asked.required,
            answer: asked.value.as_ref().map(Answer::from),
            choices: asked.choices.iter().flatten().map(|choice| self.choice(choice)).collect(),
            law: question.law.clone(),
            detail_of: question.of.clone(),
            min,
            max,
            max_length: question.max_length.map(i64::from),
            scale: question.scale.map_or(0, i64::from),
            repeats: question.repeat.is_some(),
            groups: groups.iter().map(|group| group.id.clone()).collect(),
            subject: question.subject.clone(),
            accept: question.accept.clone().unwrap_or_default(),
            line: question.line.clone(),
        }
    }

    fn reminder(&self, reminder: &Reminder<'_>) -> ReminderInfo {
        let reason = match reminder.kind {
            ReminderKind::Constraint(text) => ReminderReason::Constraint { text: self.some(text) },
            ReminderKind::NotOffered => ReminderReason::NotOffered,
            ReminderKind::UnreadableWords => ReminderReason::UnreadableWords,
            ReminderKind::TooFew(expected) => ReminderReason::TooFew { expected: expected.into() },
        };
        ReminderInfo { place: (&reminder.path).into(), reason }
    }
}

/// How a form stands, in the words of this language.
pub(crate) fn form_state(pack: &Pack, form: &Form, language: &str, state: &core::FormState<'_>) -> FormState {
    let words = Words { pack, language };
    let places = |paths: &[Path]| paths.iter().map(PlaceInfo::from).collect();
    let relation = |relation: &core::RelationState<'_>| RelationInfo {
        id: relation.id.to_owned(),
        severity: match relation.severity {
            Severity::Hard => RelationSeverity::Hard,
            Severity::Soft => RelationSeverity::Soft,
            Severity::Statistical => RelationSeverity::Statistical,
        },
        standing: match relation.standing {
            Standing::NotJudged => RelationStanding::NotJudged,
            Standing::Unknown => RelationStanding::Unknown,
            Standing::Holds => RelationStanding::Holds,
            Standing::Fails => RelationStanding::Fails,
        },
        message: relation.message.clone(),
        incident: relation.incident.map(str::to_owned),
        law: relation.law.map(str::to_owned),
    };
    FormState {
        asked: state.asked.iter().map(|asked| words.asked(form, asked)).collect(),
        missing: places(&state.missing),
        reminders: state.reminders.iter().map(|reminder| words.reminder(reminder)).collect(),
        relations: state.relations.iter().map(relation).collect(),
        incidents: state.incidents.iter().map(|code| (*code).to_owned()).collect(),
        set_aside: places(&state.set_aside),
    }
}
