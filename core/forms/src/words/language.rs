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

    /// The language that comes nearest to a tag, or to a list of them: [`kuager_wire::language::lookup`].
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        kuager_wire::language::lookup(tag, Self::ALL.iter().map(|language| language.tag()))?.parse().ok()
    }

    /// Its tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.into()
    }
}
