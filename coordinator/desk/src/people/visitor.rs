//! Who asks, as handlers get it: a [`Visitor`] always, a [`Person`] where it is about somebody's own account.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use kuager_coordinator::ledger::{DeskRole, DeskRoles, TokenScopes};
use kuager_wire::ids::PersonId;

use super::sessions::SessionKey;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) name: String,
    pub(crate) roles: DeskRoles,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    /// There are no accounts: whoever uses this machine.
    Anybody,
    /// Nobody who is signed in.
    Stranger,
    /// Somebody, in this session.
    Person(Person, SessionKey),
    /// A program with a token that is good for this.
    Program(TokenScopes),
}

/// Who asks, and what the forms of their page carry.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) who: Who,
    /// What each form of the page carries (`csrf`), so that no other page can send it.
    pub(crate) form: String,
    /// Whether what they look at is a rehearsal.
    pub(crate) rehearsal: bool,
}

impl Visitor {
    /// In whose name something is done, for the journal; in nobody's, as long as there are no accounts.
    pub(crate) fn by(&self) -> Option<PersonId> {
        if let Who::Person(person, _) = &self.who { Some(person.id) } else { None }
    }

    /// Whether they have this role; whoever uses a machine without accounts has all.
    pub(crate) fn has(&self, role: DeskRole) -> bool {
        match &self.who {
            Who::Anybody => true,
            Who::Stranger | Who::Program(_) => false,
            Who::Person(person, _) => person.roles.has(role),
        }
    }
}

impl Visitor {
    /// Whether they have any of these roles.
    pub(crate) fn has_any(&self, roles: &[DeskRole]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        // Put there by the door; without it nobody gets in.
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl<S: Sync> FromRequestParts<S> for Person {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        match Visitor::from_request_parts(parts, state).await?.who {
            Who::Person(person, _) => Ok(person),
            Who::Anybody | Who::Stranger | Who::Program(_) => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
