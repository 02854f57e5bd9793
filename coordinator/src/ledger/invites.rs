//! Invites: made, listed, withdrawn. Only a token's hash is kept.

use async_trait::async_trait;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, ObserverId};

use super::error::LedgerError;

/// A new invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// When it was made.
    pub created_ms: u64,
    /// Until when it can be used.
    pub expires_ms: u64,
    /// What the holder may do.
    pub role: Role,
    /// Where the observer is sent.
    pub stations: Vec<String>,
    /// Whom it makes known.
    pub observer: ObserverId,
}

/// An invite as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteRow {
    /// What it was made with.
    pub invite: NewInvite,
    /// The device that used it.
    pub used_by: Option<Kid>,
    /// When it was withdrawn.
    pub revoked_ms: Option<u64>,
}

/// Who may become an observer's device.
#[async_trait]
pub trait Invites {
    /// Stores a new invite.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_invite(&self, invite: NewInvite) -> Result<(), LedgerError> {
        self.add_invites(vec![invite]).await
    }

    /// Stores new invites, all of them or none.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_invites(&self, invites: Vec<NewInvite>) -> Result<(), LedgerError>;

    /// All invites, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn invites(&self) -> Result<Vec<InviteRow>, LedgerError>;

    /// Withdraws an invite. One that has been used stays used: its device is not touched.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn revoke_invite(&self, token_hash: [u8; 32], now_ms: u64) -> Result<(), LedgerError>;
}
