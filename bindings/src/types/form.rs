//! How a form stands over the answers given so far.

use kuager_core::DraftView;
use kuager_core::forms::wording::Wording;
use kuager_core::forms::{self, FormError, places};
use kuager_core::wire::form::{self, Form, MAX_REPEAT, Question};
use kuager_core::wire::protocol;

use super::numbers::counted;
use super::text::{ChoiceInfo, InLanguage};
use super::value::Value;

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum QuestionKind {
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

impl From<form::QuestionKind> for QuestionKind {
    fn from(kind: form::QuestionKind) -> Self {
        match kind {
            form::QuestionKind::YesNo => Self::YesNo,
            form::QuestionKind::Integer => Self::Integer,
            form::QuestionKind::Time => Self::Time,
            form::QuestionKind::Text => Self::Text,
            form::QuestionKind::Choice => Self::Choice,
            form::QuestionKind::Choices => Self::Choices,
            form::QuestionKind::Decimal => Self::Decimal,
            form::QuestionKind::Date => Self::Date,
            form::QuestionKind::Location => Self::Location,
            form::QuestionKind::Attachment => Self::Attachment,
            form::QuestionKind::Group => Self::Group,
            form::QuestionKind::Note => Self::Note,
            form::QuestionKind::Calculate => Self::Calculate,
            form::QuestionKind::Words => Self::Words,
        }
    }
}

/// Where a question stands: the core's `Path`, which in Java, Android and SwiftUI is something else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct Place {
    /// The question.
    pub question: String,
    /// The repeat group it is asked in.
    pub group: Option<String>,
    /// The number of the entry in that group, from 0.
    pub entry: Option<i64>,
}

impl From<&Place> for forms::Path {
    fn from(place: &Place) -> Self {
        let entry = place.entry.and_then(|entry| usize::try_from(entry).ok()).unwrap_or(0);
        Self { group: place.group.clone().map(|group| (group, entry)), question: place.question.clone() }
    }
}

impl From<&forms::Path> for Place {
    fn from(path: &forms::Path) -> Self {
        Self {
            question: path.question.clone(),
            group: path.group.as_ref().map(|(group, _)| group.clone()),
            entry: path.group.as_ref().map(|(_, entry)| counted(*entry)),
        }
    }
}

/// A question that is asked now.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Asked {
    /// Where it stands.
    pub place: Place,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// What is asked.
    pub text: String,
    /// Help beside it.
    pub hint: Option<String>,
    /// An answer is expected.
    pub required: bool,
    /// Its answer, or the value computed.
    pub value: Option<Value>,
    /// The same as people write it; absent for a group, whose questions follow.
    pub wording: Option<String>,
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

/// What a reminder is about.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ReminderKind {
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
pub struct Reminder {
    /// The question.
    pub place: Place,
    /// What about it.
    pub kind: ReminderKind,
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
pub struct RelationState {
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
    pub asked: Vec<Asked>,
    /// Required questions without an answer.
    pub missing: Vec<Place>,
    /// What to remind of.
    pub reminders: Vec<Reminder>,
    /// What must add up.
    pub relations: Vec<RelationState>,
    /// Codes of incidents to suggest.
    pub incidents: Vec<String>,
    /// Questions that hold an answer and are hidden; it stays in the draft and out of the record.
    pub set_aside: Vec<Place>,
}

fn asked(texts: &InLanguage<'_>, whole: &Form, asked: &forms::Asked<'_>) -> Asked {
    let question: &Question = asked.question;
    let groups = places::groups_of(whole, &question.id).unwrap_or_default();
    let (min, max) = question.repeat.map_or((question.min, question.max), |repeat| {
        (repeat.min.map(i64::from), Some(repeat.max.unwrap_or(MAX_REPEAT).into()))
    });
    let worded = |value: &_| Wording::new(Some(texts.pack), texts.language).answer(question, value);
    Asked {
        place: (&asked.path).into(),
        kind: question.kind.into(),
        text: texts.of(&question.text),
        hint: texts.some(question.hint.as_ref()),
        required: asked.required,
        value: asked.value.as_ref().map(Value::from),
        wording: asked.value.as_ref().filter(|_| question.kind != form::QuestionKind::Group).map(worded),
        choices: asked.choices.iter().flatten().map(|choice| texts.choice(choice)).collect(),
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

fn reminder(texts: &InLanguage<'_>, reminder: &forms::Reminder<'_>) -> Reminder {
    let kind = match reminder.kind {
        forms::ReminderKind::Constraint(text) => ReminderKind::Constraint { text: texts.some(text) },
        forms::ReminderKind::NotOffered => ReminderKind::NotOffered,
        forms::ReminderKind::UnreadableWords => ReminderKind::UnreadableWords,
        forms::ReminderKind::TooFew(expected) => ReminderKind::TooFew { expected: expected.into() },
    };
    Reminder { place: (&reminder.path).into(), kind }
}

/// How the form of a draft stands, in the draft's language, from nothing but this view of it; `None` for a note.
pub(crate) fn form_state(view: &DraftView) -> Result<Option<FormState>, FormError> {
    let (Some(pack), Some(form), Some(state)) = (view.pack(), view.form(), view.state()?) else { return Ok(None) };
    let language = view.draft().language.as_deref().unwrap_or_default();
    let texts = InLanguage { pack, language };
    let places = |paths: &[forms::Path]| paths.iter().map(Place::from).collect();
    let relation = |relation: &forms::RelationState<'_>| RelationState {
        id: relation.id.to_owned(),
        severity: match relation.severity {
            protocol::Severity::Hard => RelationSeverity::Hard,
            protocol::Severity::Soft => RelationSeverity::Soft,
            protocol::Severity::Statistical => RelationSeverity::Statistical,
        },
        standing: match relation.standing {
            forms::Standing::NotJudged => RelationStanding::NotJudged,
            forms::Standing::Unknown => RelationStanding::Unknown,
            forms::Standing::Holds => RelationStanding::Holds,
            forms::Standing::Fails => RelationStanding::Fails,
        },
        message: relation.message.clone(),
        incident: relation.incident.map(str::to_owned),
        law: relation.law.map(str::to_owned),
    };
    Ok(Some(FormState {
        asked: state.asked.iter().map(|question| asked(&texts, form, question)).collect(),
        missing: places(&state.missing),
        reminders: state.reminders.iter().map(|about| reminder(&texts, about)).collect(),
        relations: state.relations.iter().map(relation).collect(),
        incidents: state.incidents.iter().map(|code| (*code).to_owned()).collect(),
        set_aside: places(&state.set_aside),
    }))
}
