//! Texts of a pack in one language.

use kuager_core::wire::form::{Choice, Texts};
use kuager_core::wire::pack::Pack;

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChoiceInfo {
    /// What is signed when it is chosen.
    pub key: String,
    /// What the observer reads.
    pub text: String,
}

/// The texts of a pack in one language.
pub(super) struct InLanguage<'a> {
    pub(super) pack: &'a Pack,
    pub(super) language: &'a str,
}

impl InLanguage<'_> {
    pub(super) fn of(&self, texts: &Texts) -> String {
        self.pack.text(texts, self.language).to_owned()
    }

    pub(super) fn some(&self, texts: Option<&Texts>) -> Option<String> {
        texts.map(|texts| self.of(texts)).filter(|text| !text.is_empty())
    }

    pub(super) fn choice(&self, choice: &Choice) -> ChoiceInfo {
        ChoiceInfo { key: choice.key.clone(), text: self.of(&choice.text) }
    }
}
