//! Texts in several languages, and the choices that carry them.

use minicbor::{Decode, Encode};

use crate::canonical::TextMap;

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
