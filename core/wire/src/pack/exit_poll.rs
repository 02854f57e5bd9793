//! The exit poll as data: whom to ask, what, when, and on what legal ground.
//!
//! Every interviewer asks every k-th voter who leaves, from a random start, and counts all who leave. A wave becomes one
//! record: the counter, how each selected voter ended (a *contact*) and what was on the cards, in an order that has
//! nothing to do with the order in which people came.
//!
//! Without a [`LegalMode`] the module is off, and says why.

use minicbor::{Decode, Encode};

use crate::text::{Choice, Texts};

/// The ground on which an exit poll is held.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LegalMode {
    /// The legal person that holds the poll.
    #[n(1)]
    pub organisation: String,
    /// Number and date of its notice to the commission.
    #[n(2)]
    pub notice: String,
    /// Milliseconds since 1970 before which no result is shown to anybody.
    #[n(3)]
    pub embargo_until_ms: i64,
    /// The norm it rests on.
    #[n(4)]
    pub law: Option<String>,
}

/// A stretch of the day.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wave {
    /// Unique within the poll.
    #[n(1)]
    pub key: String,
    /// Minutes after local midnight.
    #[n(2)]
    pub from: u16,
    /// Minutes after local midnight.
    #[n(3)]
    pub until: u16,
    /// Completed cards aimed at.
    #[n(4)]
    pub target: Option<u32>,
}

/// How asking a selected voter can end (AAPOR standard definitions).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Disposition {
    /// Code that is signed, such as `2.1`.
    #[n(1)]
    pub code: String,
    /// What the interviewer reads.
    #[n(2)]
    pub text: Texts,
    /// A card belongs to it.
    #[n(3)]
    pub card: Option<bool>,
    /// The interviewer notes what can be seen (sex, age band), since the person does not answer.
    #[n(4)]
    pub observed: Option<bool>,
}

/// The questions of the wave's form that the module fills in itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WaveFields {
    /// The wave's key.
    #[n(1)]
    pub wave: String,
    /// The interval k.
    #[n(2)]
    pub interval: String,
    /// The random start, 1 to k.
    #[n(3)]
    pub start: String,
    /// All who left.
    #[n(4)]
    pub passed: String,
    /// The repeat group of contacts.
    #[n(5)]
    pub contacts: String,
    /// Within a contact: the disposition's code.
    #[n(6)]
    pub disposition: String,
    /// The repeat group of cards.
    #[n(7)]
    pub cards: String,
    /// The embargo, milliseconds since 1970.
    #[n(8)]
    pub embargo: Option<String>,
}

/// An exit poll.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ExitPoll {
    /// The form a wave's record answers; its repeat group of cards is the questionnaire.
    #[n(1)]
    pub form: String,
    /// Which of its questions the module fills in.
    #[n(2)]
    pub fields: WaveFields,
    /// Every k-th voter who leaves is asked.
    #[n(3)]
    pub interval: u32,
    /// Stretches of the day, in order.
    #[n(4)]
    pub waves: Vec<Wave>,
    /// How asking can end.
    #[n(5)]
    pub dispositions: Vec<Disposition>,
    /// The ground it is held on; without one the module is off.
    #[n(6)]
    pub legal: Option<LegalMode>,
    /// Why the module is off, for the observer.
    #[n(7)]
    pub off_reason: Option<Texts>,
    /// Bands of age an interviewer can see.
    #[n(8)]
    pub ages: Option<Vec<Choice>>,
}

impl ExitPoll {
    /// The disposition with this code.
    #[must_use]
    pub fn disposition(&self, code: &str) -> Option<&Disposition> {
        self.dispositions.iter().find(|disposition| disposition.code == code)
    }

    /// The wave with this key.
    #[must_use]
    pub fn wave(&self, key: &str) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.key == key)
    }
}
