//! Invites: made, listed, withdrawn. Works beside a running server and inside one.

use std::collections::HashSet;
use std::sync::Arc;

use kuager_wire::cose::sha256;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::{InviteToken, Kid, MediaHash, ObserverId, PublicKey, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::message::{Ask, Message};
use kuager_wire::{VERSION, cose};

use super::{Deployment, DeploymentError};
use crate::clock::{Clock, SystemClock};
use crate::ledger::{InviteRow, Ledger, LedgerError, NewInvite, NewMessage};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What an invite is made with.
#[derive(Debug, Clone)]
pub struct InviteOptions {
    /// Base URLs of the coordinator (`https://host:port`), tried in this order.
    pub servers: Vec<String>,
    /// Stations the observer is sent to; empty when free to move.
    pub stations: Vec<String>,
    /// What the holder may do.
    pub role: Role,
    /// Days until the invite expires.
    pub days: u32,
    /// An observer who gets a further device; a new observer when absent.
    pub observer: Option<ObserverId>,
    /// The clock that dates it.
    pub clock: Arc<dyn Clock>,
}

impl InviteOptions {
    /// An invite for an observer free to move, good for thirty days.
    #[must_use]
    pub fn new(server: impl Into<String>) -> Self {
        Self {
            servers: vec![server.into()],
            stations: Vec::new(),
            role: Role::Observer,
            days: 30,
            observer: None,
            clock: Arc::new(SystemClock::default()),
        }
    }
}

/// Where an invite stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// Waits for a device.
    Open,
    /// Used by this device.
    Used(Kid),
    /// Withdrawn before it was used.
    Revoked,
    /// Past its date.
    Expired,
}

/// An invite in a list. Its secret is not known any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteSummary {
    /// Name for people: the first hexadecimal digits of the token's hash.
    pub id: String,
    /// Where it stands.
    pub state: InviteState,
    /// Whom it makes known.
    pub observer: ObserverId,
    /// What the holder may do.
    pub role: Role,
    /// Where the observer is sent.
    pub stations: Vec<String>,
    /// Until when it can be used.
    pub expires_ms: u64,
}

/// The name under which an invite is listed.
#[must_use]
pub fn invite_id(token: &InviteToken) -> String {
    short_id(&sha256(&token.0))
}

fn short_id(token_hash: &[u8; 32]) -> String {
    RecordHash(*token_hash).to_string()[..12].to_owned()
}

/// What a message is to say.
#[derive(Clone, Copy)]
struct Draft<'a> {
    text: &'a str,
    about: Option<RecordHash>,
    media: Option<MediaHash>,
    ask: Option<Ask>,
}

impl Deployment {
    /// Makes an invite. The token is in the returned invite only; the ledger keeps its hash. Waits for the disk, so call
    /// it from a blocking thread when many other tasks share this one.
    ///
    /// # Errors
    /// [`DeploymentError`], for example a server address without `https://` or a station the latest pack lacks.
    pub fn create_invite(&self, ledger: &Ledger, options: InviteOptions) -> Result<Invite, DeploymentError> {
        if options.servers.is_empty() {
            return Err(DeploymentError::ServerAddress(String::new()));
        }
        for server in &options.servers {
            // Plain HTTP only ever works against a coordinator on the same machine, for tests.
            let host = server.strip_prefix("https://").or_else(|| server.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.chars().any(char::is_whitespace)) {
                return Err(DeploymentError::ServerAddress(server.clone()));
            }
        }
        if !options.stations.is_empty() {
            let stations = self.stations(self.latest_pack())?;
            let known: HashSet<&str> = stations.iter().map(|station| station.key.as_str()).collect();
            if let Some(unknown) = options.stations.iter().find(|key| !known.contains(key.as_str())) {
                return Err(DeploymentError::UnknownStation(unknown.clone()));
            }
        }
        let mut token = InviteToken([0; 16]);
        getrandom::fill(&mut token.0)?;
        let observer = match options.observer {
            Some(observer) => observer,
            None => {
                let mut observer = ObserverId([0; 16]);
                getrandom::fill(&mut observer.0)?;
                observer
            }
        };
        let invite = Invite {
            version: VERSION,
            servers: options.servers,
            deployment: self.id(),
            root_key: PublicKey::from(self.root_key()),
            anchors: self.anchors_der().iter().cloned().map(Into::into).collect(),
            token,
        };
        // Before it is stored: an invite that cannot be handed out must not exist.
        invite.to_url().map_err(DeploymentError::InviteTooLarge)?;
        let now = options.clock.now_ms();
        ledger.add_invite(&NewInvite {
            token_hash: sha256(&token.0),
            created_ms: now,
            expires_ms: now.saturating_add(u64::from(options.days) * DAY_MS),
            role: options.role,
            stations: options.stations,
            observer,
        })?;
        Ok(invite)
    }

    /// Every invite ever made, the oldest first.
    ///
    /// # Errors
    /// [`DeploymentError::Ledger`].
    pub fn invites(&self, ledger: &Ledger, now_ms: u64) -> Result<Vec<InviteSummary>, DeploymentError> {
        let summary = |row: InviteRow| InviteSummary {
            id: short_id(&row.invite.token_hash),
            state: match row {
                InviteRow { used_by: Some(kid), .. } => InviteState::Used(kid),
                InviteRow { revoked_ms: Some(_), .. } => InviteState::Revoked,
                _ if now_ms > row.invite.expires_ms => InviteState::Expired,
                _ => InviteState::Open,
            },
            observer: row.invite.observer,
            role: row.invite.role,
            stations: row.invite.stations,
            expires_ms: row.invite.expires_ms,
        };
        Ok(ledger.invites()?.into_iter().map(summary).collect())
    }

    /// Withdraws an invite by its id, so that no device can use it any more. A device that has used it stays enrolled;
    /// the returned summary says so.
    ///
    /// # Errors
    /// [`DeploymentError::UnknownInvite`].
    pub fn revoke_invite(&self, ledger: &Ledger, id: &str, now_ms: u64) -> Result<InviteSummary, DeploymentError> {
        let unknown = || DeploymentError::UnknownInvite(id.to_owned());
        let rows = ledger.invites()?;
        let row = rows.iter().find(|row| short_id(&row.invite.token_hash) == id).ok_or_else(unknown)?;
        ledger.revoke_invite(row.invite.token_hash, now_ms)?;
        self.invites(ledger, now_ms)?.into_iter().find(|summary| summary.id == id).ok_or_else(unknown)
    }

    /// Signs a message to each of these observers and puts it into their inboxes.
    ///
    /// # Errors
    /// [`DeploymentError::UnknownObserver`] when the list is empty, [`DeploymentError::Ledger`].
    pub fn send_message(
        &self,
        ledger: &Ledger,
        observers: &[ObserverId],
        text: &str,
        about: Option<RecordHash>,
        now_ms: u64,
    ) -> Result<(), DeploymentError> {
        self.send(ledger, observers, Draft { text, about, media: None, ask: None }, now_ms)
    }

    /// Asks an observer to photograph a page again.
    ///
    /// # Errors
    /// [`DeploymentError::Ledger`].
    pub fn ask_retake(
        &self,
        ledger: &Ledger,
        observer: ObserverId,
        text: &str,
        about: RecordHash,
        media: MediaHash,
        now_ms: u64,
    ) -> Result<(), DeploymentError> {
        let draft = Draft { text, about: Some(about), media: Some(media), ask: Some(Ask::Retake) };
        self.send(ledger, &[observer], draft, now_ms)
    }

    fn send(
        &self,
        ledger: &Ledger,
        observers: &[ObserverId],
        draft: Draft<'_>,
        now_ms: u64,
    ) -> Result<(), DeploymentError> {
        if observers.is_empty() {
            return Err(DeploymentError::UnknownObserver);
        }
        let Draft { text, about, media, ask } = draft;
        let text = kuager_wire::canonical::nfc(text);
        let (id, key) = (self.id(), self.receipt_key().clone());
        let sign = move |number, to: &NewMessage| {
            let message = Message {
                version: VERSION,
                number,
                observer: to.observer,
                sent_ms: to.sent_ms,
                text: text.clone(),
                about,
                media,
                ask,
            };
            cose::sign(&message, id, &key).map_err(|error| LedgerError::Signing(error.to_string()))
        };
        let messages = observers.iter().map(|observer| NewMessage { observer: *observer, sent_ms: now_ms }).collect();
        Ok(ledger.add_messages(messages, sign)?)
    }
}
