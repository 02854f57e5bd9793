//! Why a text is not an invite, in words for the person who holds the phone.

use crate::canonical::Malformed;

/// What an invite URL starts with.
pub const PREFIX: &str = "KUAGER:INVITE/";

/// Why a text is not an invite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Nowhere in it is [`PREFIX`], nor an `https` link with a fragment.
    #[error("this is not a Kuager invite; it would have {PREFIX} in it, or a link with https:// and a #")]
    NotAnInvite,
    /// A character that cannot be part of it.
    #[error("the invite has a wrong character at position {position}; scan or copy it again")]
    Character {
        /// Characters before it in the text.
        position: usize,
    },
    /// The end is missing.
    #[error("the invite was cut: {there} characters are here, and there were more; ask for all of it")]
    Cut {
        /// Characters of it that are there.
        there: usize,
    },
    /// It has its length, but something in it is another than was written.
    #[error("the invite is not as it was written, a character or a line is wrong or missing; scan or copy it again")]
    Altered,
    /// It is as it was written, and still no invite.
    #[error("the invite is damaged ({0}); scan or copy it again")]
    Damaged(#[from] Malformed),
}

impl InviteError {
    /// A stable name, used in test vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnInvite => "not_an_invite",
            Self::Character { .. } => "character",
            Self::Cut { .. } => "cut",
            Self::Altered => "altered",
            Self::Damaged(malformed) => malformed.fault.code(),
        }
    }
}
