//! Languages numbers can be written in.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A language numbers can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(ascii_case_insensitive)]
pub enum Language {
    /// Kazakh.
    #[strum(serialize = "kk")]
    Kazakh,
    /// Russian.
    #[strum(serialize = "ru")]
    Russian,
    /// English.
    #[strum(serialize = "en")]
    English,
}

impl Language {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The language with this tag (BCP 47); only the first part of the tag counts.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        tag.split('-').next().unwrap_or(tag).parse().ok()
    }

    /// Its tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.into()
    }
}
