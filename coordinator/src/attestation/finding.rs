//! What was found about an attestation, in words that stay.

use serde_json::{Value, json};
use strum::IntoEnumIterator;

/// What does not hold about an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter)]
pub enum Fault {
    /// It cannot be read.
    Unreadable,
    /// It does not lead to a root of its platform.
    Root,
    /// A signature or a name within its chain does not hold.
    Chain,
    /// A certificate of it was past its time, or before it.
    Time,
    /// The platform took a certificate of it back.
    Revoked,
    /// It is for another enrolment.
    Challenge,
    /// What it says about its key is not of that key.
    Key,
}

impl Fault {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Root => "root",
            Self::Chain => "chain",
            Self::Time => "time",
            Self::Revoked => "revoked",
            Self::Challenge => "challenge",
            Self::Key => "key",
        }
    }

    /// The fault with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::iter().find(|fault| fault.name() == name)
    }
}

/// What keeps the attested key, as the platform says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter)]
pub enum Level {
    /// Software: nothing that an app with all rights could not imitate.
    Software,
    /// The trusted execution environment.
    TrustedEnvironment,
    /// A chip of its own: StrongBox, the Secure Enclave.
    SecureElement,
}

impl Level {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::TrustedEnvironment => "trusted_environment",
            Self::SecureElement => "secure_element",
        }
    }

    /// The level with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::iter().find(|level| level.name() == name)
    }
}

/// What an attestation says, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What does not hold; what follows is then only what the bytes claim.
    pub fault: Option<Fault>,
    /// What keeps the key; nothing where that could not be read.
    pub level: Option<Level>,
    /// What else is said, by name, for people: verified boot, packages and signatures of the app, versions.
    pub details: Value,
}

impl Finding {
    pub(super) fn unreadable() -> Self {
        Self { fault: Some(Fault::Unreadable), level: None, details: json!({}) }
    }

    /// The fault's name, or `holds`.
    #[must_use]
    pub fn result(&self) -> &'static str {
        self.fault.map_or("holds", Fault::name)
    }
}
