//! Invites: made, listed, withdrawn. Works beside a running server and inside one.
//!
//! An invite carries the root key's public half, a statement that is signed under it about where phones are to go, and a
//! token, of which the ledger keeps only the hash.

use std::collections::{HashMap, HashSet};
use std::io;

use data_encoding::HEXLOWER;
use kuager_wire::VERSION;
use kuager_wire::canonical::Malformed;
use kuager_wire::cose::{self, Envelope, Statement, StatementError, sha256};
use kuager_wire::delegation::Delegation;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::{InviteToken, Kid, ObserverId};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::servers::Servers;
use minicbor::bytes::ByteVec;

use crate::address::{BadServer, Host, ServerAddress};
use crate::app::App;
use crate::deployment::DeploymentError;
use crate::ledger::{InviteRow, LedgerError, NewInvite};
use crate::sign::{SignError, SignedServers};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Invites made at once at most: more than a country has stations.
const AT_ONCE: usize = 20_000;

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
    /// An observer who gets a further device; a new observer when absent. Without stations, those of this observer's last
    /// invite are taken.
    pub observer: Option<ObserverId>,
}

impl InviteOptions {
    /// An invite for an observer free to move, good for thirty days.
    #[must_use]
    pub fn new(server: impl Into<String>) -> Self {
        Self { servers: vec![server.into()], stations: Vec::new(), role: Role::Observer, days: 30, observer: None }
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
    HEXLOWER.encode(&token_hash[..6])
}

/// Why an invite could not be made, listed or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// A server address no phone could use.
    #[error("`{address}` is not a server address: {reason}; write it as https://host:port")]
    ServerAddress {
        /// The address.
        address: String,
        /// What is wrong with it.
        reason: BadServer,
    },
    /// More invites than are made at once.
    #[error("{0} invites at once are too many; at most {AT_ONCE} are made together")]
    TooMany(usize),
    /// No server address at all.
    #[error("an invite needs an address of this coordinator; give --server https://host:port")]
    NoServer,
    /// A host for which phones would not trust this coordinator.
    #[error(
        "the server's certificate does not name `{0}`, so phones would refuse it there; add it with `kuager certificate --add-host {0}`"
    )]
    NotInCertificate(Host),
    /// A station the pack does not have.
    #[error("the latest pack has no station `{0}`; use a key from its stations.csv")]
    UnknownStation(String),
    /// An invite that would not fit a QR code.
    #[error("the invite does not fit a QR code ({0}); give fewer or shorter server addresses")]
    TooLarge(Malformed),
    /// A further device for an observer nobody knows.
    #[error("there is no observer {0}; `kuager invite --list` shows them all")]
    UnknownObserver(ObserverId),
    /// Others say something new about the servers all the time.
    #[error("other processes keep changing where phones are to go; try again")]
    Busy,
    /// An invite nobody made.
    #[error("there is no invite `{0}`; `kuager invite --list` shows them all")]
    Unknown(String),
    /// The machine has no randomness to make tokens from.
    #[error("the system gives no random numbers ({0}); invites cannot be made")]
    Random(#[from] getrandom::Error),
    /// Where phones are to go could not be signed.
    #[error("an invite cannot be signed: {0}")]
    Sign(#[from] SignError),
    /// The stations cannot be read.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Makes an invite. The token is in the returned invite only; the ledger keeps its hash.
///
/// # Errors
/// [`InviteError`], for example a server address without `https://`, one that the certificate does not name, or a station the
/// latest pack lacks.
pub async fn create_invite(app: &App, options: InviteOptions) -> Result<Invite, InviteError> {
    let mut made = create_invites(app, vec![options]).await?;
    Ok(made.pop().expect("one invite was asked for and nothing failed"))
}

/// Makes invites, in the order of their options: all of them, or none.
///
/// # Errors
/// As [`create_invite`], and [`InviteError::TooMany`].
pub async fn create_invites(app: &App, all: Vec<InviteOptions>) -> Result<Vec<Invite>, InviteError> {
    if all.len() > AT_ONCE {
        return Err(InviteError::TooMany(all.len()));
    }
    let known = Known::read(app, &all).await?;
    let (mut invites, mut rows) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
    let mut signed: Option<(Vec<String>, SignedServers)> = None;
    for options in all {
        let servers = match &signed {
            Some((addresses, servers)) if *addresses == options.servers => servers.clone(),
            _ => {
                check_servers(app, &options.servers)?;
                let servers = signed_servers(app, &options.servers)?;
                signed = Some((options.servers.clone(), servers.clone()));
                servers
            }
        };
        let (observer, stations) = known.who(&options)?;
        let token = app.signer.passes.invite_token()?;
        let SignedServers { servers, delegation } = servers;
        let invite = Invite {
            deployment: app.deployment.id(),
            root_key: app.deployment.genesis().root_key,
            token,
            way: Way::Signed { servers: servers.into(), delegation: delegation.map(Into::into) },
        };
        // Before it is stored: an invite that cannot be handed out must not exist.
        invite.to_url().map_err(InviteError::TooLarge)?;
        let now = app.clock.now_ms();
        rows.push(NewInvite {
            token_hash: sha256(&token.0),
            created_ms: now,
            expires_ms: now.saturating_add(u64::from(options.days).saturating_mul(DAY_MS)),
            role: options.role,
            stations,
            observer,
        });
        invites.push(invite);
    }
    app.ledger.add_invites(rows).await?;
    Ok(invites)
}

/// What invites refer to, read once for all of them.
#[derive(Debug, Default)]
struct Known {
    stations: HashSet<String>,
    /// The stations of the last invite of each observer; read only where one is named.
    observers: HashMap<ObserverId, Vec<String>>,
}

impl Known {
    async fn read(app: &App, all: &[InviteOptions]) -> Result<Self, InviteError> {
        let mut known = Self::default();
        if all.iter().any(|options| options.observer.is_some()) {
            let invites = app.ledger.invites().await?.into_iter();
            known.observers = invites.map(|row| (row.invite.observer, row.invite.stations)).collect();
        }
        // An observer's stations of before are looked up as well.
        if all.iter().any(|options| !options.stations.is_empty() || options.observer.is_some()) {
            let stations = app.deployment.stations(app.deployment.latest_pack())?;
            known.stations = stations.into_iter().map(|station| station.key).collect();
        }
        Ok(known)
    }

    /// Who an invite is for, and where they are sent.
    fn who(&self, options: &InviteOptions) -> Result<(ObserverId, Vec<String>), InviteError> {
        let mut stations = options.stations.clone();
        let observer = match options.observer {
            Some(observer) => {
                let last = self.observers.get(&observer).ok_or(InviteError::UnknownObserver(observer))?;
                if stations.is_empty() {
                    stations.clone_from(last);
                }
                observer
            }
            None => {
                let mut observer = ObserverId([0; 16]);
                getrandom::fill(&mut observer.0)?;
                observer
            }
        };
        match stations.iter().find(|key| !self.stations.contains(*key)) {
            Some(unknown) => Err(InviteError::UnknownStation(unknown.clone())),
            None => Ok((observer, stations)),
        }
    }
}

/// Phones must find what they are told, and trust it.
fn check_servers(app: &App, servers: &[String]) -> Result<(), InviteError> {
    if servers.is_empty() {
        return Err(InviteError::NoServer);
    }
    let certificate = app.deployment.certificates()?;
    for server in servers {
        let read = server.parse::<ServerAddress>();
        let address = read.map_err(|reason| InviteError::ServerAddress { address: server.clone(), reason })?;
        if address.tls && !certificate.names(&address.authority.host) {
            return Err(InviteError::NotInCertificate(address.authority.host));
        }
    }
    Ok(())
}

/// Where phones are to go, signed: the statement that was made before if nothing has changed since, so that phones which have
/// it need not change anything, or a later one.
fn signed_servers(app: &App, addresses: &[String]) -> Result<SignedServers, InviteError> {
    let anchors: Vec<_> = app.deployment.anchors_der().iter().cloned().map(Into::into).collect();
    // Two processes may want to say something new in the same millisecond.
    for _ in 0..16 {
        let latest = app.deployment.latest_servers()?;
        if let Some((servers, bytes)) = &latest
            && (servers.addresses.as_slice(), &servers.anchors) == (addresses, &anchors)
            && let Some(signed) = still_holds(app, bytes)?
        {
            return Ok(signed);
        }
        let after = latest.map_or(0, |(servers, _)| servers.issued_ms);
        let issued_ms = app.clock.now_ms().max(after.saturating_add(1));
        let servers = Servers { version: VERSION, addresses: addresses.to_vec(), anchors: anchors.clone(), issued_ms };
        let signed = app.signer.issuer.servers(&servers).map_err(|error| match error {
            SignError::Statement(StatementError::Malformed(malformed)) => InviteError::TooLarge(malformed),
            other => InviteError::Sign(other),
        })?;
        // Before it is kept: a statement that no invite can carry must not become the last word.
        let largest = Invite {
            deployment: app.deployment.id(),
            root_key: app.deployment.genesis().root_key,
            token: InviteToken([0; 16]),
            way: Way::Signed {
                servers: signed.servers.clone().into(),
                delegation: signed.delegation.clone().map(Into::into),
            },
        };
        largest.to_url().map_err(InviteError::TooLarge)?;
        match app.deployment.add_servers(&servers, &signed.servers) {
            Err(DeploymentError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {}
            other => return Ok(other.map(|()| signed)?),
        }
    }
    Err(InviteError::Busy)
}

/// A statement of before with the delegation it needs, unless its issuer was revoked.
fn still_holds(app: &App, bytes: &[u8]) -> Result<Option<SignedServers>, DeploymentError> {
    let Ok(servers) = app.deployment.authority()?.open::<Servers>(bytes) else { return Ok(None) };
    let (id, root) = (app.deployment.id(), app.deployment.genesis().root_key);
    let kid = Envelope::parse(bytes, Servers::LIMIT).map(|envelope| envelope.kid()).ok();
    let by_signer = |bytes: &ByteVec| {
        cose::open::<Delegation>(bytes, id, &root).is_ok_and(|delegation| {
            Some(delegation.key.kid()) == kid && delegation.covers(Servers::PURPOSE, servers.issued_ms)
        })
    };
    let delegation = app.deployment.delegations()?.delegations.into_iter().rev().find(by_signer);
    Ok(Some(SignedServers { servers: bytes.to_vec(), delegation: delegation.map(|bytes| bytes.to_vec()) }))
}

/// The digits that people compare before a phone follows an invite: the same for all invites to the same servers.
///
/// # Errors
/// [`InviteError::TooLarge`], [`InviteError::Deployment`].
pub fn digits(app: &App) -> Result<Option<String>, InviteError> {
    let Some((servers, _)) = app.deployment.latest_servers()? else { return Ok(None) };
    let root_key = &app.deployment.genesis().root_key;
    let digits = kuager_wire::servers::digits(app.deployment.id(), root_key, &servers.addresses, &servers.anchors);
    digits.map(Some).map_err(InviteError::TooLarge)
}

/// Every invite ever made, the oldest first.
///
/// # Errors
/// [`InviteError::Ledger`].
pub async fn invites(app: &App) -> Result<Vec<InviteSummary>, InviteError> {
    let now_ms = app.clock.now_ms();
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
    Ok(app.ledger.invites().await?.into_iter().map(summary).collect())
}

/// Withdraws an invite by its id, so that no device can use it any more. A device that has used it stays enrolled;
/// the returned summary says so.
///
/// # Errors
/// [`InviteError::Unknown`].
pub async fn revoke_invite(app: &App, id: &str) -> Result<InviteSummary, InviteError> {
    let unknown = || InviteError::Unknown(id.to_owned());
    let rows = app.ledger.invites().await?;
    let row = rows.iter().find(|row| short_id(&row.invite.token_hash) == id).ok_or_else(unknown)?;
    app.ledger.revoke_invite(row.invite.token_hash, app.clock.now_ms()).await?;
    invites(app).await?.into_iter().find(|summary| summary.id == id).ok_or_else(unknown)
}
