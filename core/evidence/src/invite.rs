//! Whether an invite is the deployment's: what it says of itself, and what is known of the deployment already.

use kuager_wire::genesis::Deployment;
use kuager_wire::invite::{Invite, Way};
use kuager_wire::servers::Servers;
use minicbor::bytes::ByteVec;

use crate::authority::{Authority, AuthorityFault};

/// What does not agree in an invite that somebody else than the deployment made, or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forgery {
    /// The root key is not the deployment's.
    #[error("its root key is not that of the deployment it names")]
    RootKey,
    /// The deployment did not sign where it leads.
    #[error("the deployment did not sign its servers and certificates: {0}")]
    Statement(#[from] AuthorityFault),
    /// It is unsigned, and the deployment signs its invites.
    #[error("it is not signed, and this deployment signs its invites")]
    Unsigned,
    /// It leads to other servers, and nothing later by the deployment says so.
    #[error("it leads to other servers, and the deployment did not sign that it has moved there")]
    Addresses,
    /// Its servers show other certificates, and nothing later by the deployment says so.
    #[error("it trusts other certificates, and the deployment did not sign that it has changed them")]
    Anchors,
}

impl Forgery {
    /// A stable name of what does not agree, for apps and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RootKey => "root_key",
            Self::Statement(_) => "statement",
            Self::Unsigned => "unsigned",
            Self::Addresses => "addresses",
            Self::Anchors => "anchors",
        }
    }
}

/// Where a version 1 invite leads, as if it had been signed before anything else was.
fn unsigned(addresses: &[String], anchors: &[ByteVec]) -> Servers {
    Servers { version: kuager_wire::VERSION, addresses: addresses.to_vec(), anchors: anchors.to_vec(), issued_ms: 0 }
}

/// Where an invite leads, if all of it agrees with itself and, once that is known, with the genesis of its deployment.
///
/// Before the genesis is known, an invite can only be measured by the root key it names itself; call this again afterwards.
/// An unsigned one gives a date of 0, which every signed one is later than.
///
/// # Errors
/// [`Forgery`], with what does not agree.
pub fn verify_invite(invite: &Invite, genesis: Option<&Deployment>) -> Result<Servers, Forgery> {
    verify_invite_with(invite, genesis, Authority::new(invite.deployment, invite.root_key))
}

/// As [`verify_invite`], with what is known of the deployment's keys beside the invite.
///
/// # Errors
/// [`Forgery`], with what does not agree.
pub fn verify_invite_with(
    invite: &Invite,
    genesis: Option<&Deployment>,
    mut authority: Authority,
) -> Result<Servers, Forgery> {
    let other = genesis.is_some_and(|known| known.id != invite.deployment || known.genesis.root_key != invite.root_key);
    if other || *authority.root() != invite.root_key {
        return Err(Forgery::RootKey);
    }
    match &invite.way {
        Way::Unsigned { .. } if genesis.is_some_and(|known| !known.genesis.has_invites_of(1)) => Err(Forgery::Unsigned),
        Way::Unsigned { addresses, anchors } => Ok(unsigned(addresses, anchors)),
        Way::Signed { servers, delegation } => {
            if let Some(delegation) = delegation {
                authority.delegate(delegation)?;
            }
            Ok(authority.open(servers)?)
        }
    }
}

/// Which of two ways to the same deployment counts, the one that is followed or the one that is offered instead.
///
/// Only a later signed statement changes anything. One that is older changes nothing; that is no forgery, an invite may have
/// lain in a drawer.
///
/// # Errors
/// [`Forgery::Addresses`] or [`Forgery::Anchors`] for a change that no later statement of the deployment makes.
pub fn later<'a>(followed: &'a Servers, offered: &'a Servers) -> Result<&'a Servers, Forgery> {
    if offered.issued_ms > followed.issued_ms {
        return Ok(offered);
    }
    if 0 < offered.issued_ms && offered.issued_ms < followed.issued_ms {
        return Ok(followed);
    }
    // Unsigned, or a second statement of the same date.
    if offered.addresses != followed.addresses {
        Err(Forgery::Addresses)
    } else if offered.anchors != followed.anchors {
        Err(Forgery::Anchors)
    } else {
        Ok(followed)
    }
}
