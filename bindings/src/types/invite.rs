//! What an invite would change.

use std::collections::HashMap;

use kuager_core::observer;

/// What an invite changes for a device that follows another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Replaces {
    /// With which token it enrols, and nothing else.
    Token,
    /// Also where it sends to and which certificates it trusts, by the deployment's own later word.
    Servers,
}

impl From<observer::Replaces> for Replaces {
    fn from(replaces: observer::Replaces) -> Self {
        match replaces {
            observer::Replaces::Token => Self::Token,
            observer::Replaces::Servers => Self::Servers,
        }
    }
}

/// What an invite would make this device believe, before it does.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct InvitePreview {
    /// The deployment it leads to, in hexadecimal.
    pub deployment: String,
    /// What is observed, by language; empty before the deployment has been reached.
    pub title: HashMap<String, String>,
    /// Addresses of its servers.
    pub servers: Vec<String>,
    /// The digits to compare with those the coordinator says aloud.
    pub digits: String,
    /// Whether the deployment signed where it leads; of an older deployment it did not.
    pub signed: bool,
    /// What it would change, when another invite is followed already.
    pub replaces: Option<Replaces>,
}

impl From<observer::InvitePreview> for InvitePreview {
    fn from(preview: observer::InvitePreview) -> Self {
        let title = preview.title.iter().flat_map(|title| title.iter());
        Self {
            deployment: preview.deployment.to_string(),
            title: title.map(|(language, text)| (language.to_owned(), text.clone())).collect(),
            servers: preview.servers,
            digits: preview.digits,
            signed: preview.signed,
            replaces: preview.replaces.map(Replaces::from),
        }
    }
}
