//! Who asks, as handlers get it: a [`Visitor`] always, a [`Person`] where somebody acts.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use kuager_coordinator::ledger::{DeskRole, DeskRoles};
use kuager_wire::ids::PersonId;

use super::sessions::SessionKey;

/// Somebody who is signed in, for whatever is done in their name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) name: String,
    pub(crate) roles: DeskRoles,
}

impl Person {
    /// Who it is as long as there are no accounts: whoever uses this machine, with every role. No account has this id.
    pub(crate) const ANYBODY: PersonId = PersonId([0; 16]);

    fn anybody() -> Self {
        Self { id: Self::ANYBODY, name: String::new(), roles: DeskRoles::all() }
    }
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
}

/// Who asks, and what the forms of their page carry.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) who: Who,
    /// What each form of the page carries (`csrf`), so that no other page can send it.
    pub(crate) form: String,
}

impl Visitor {
    /// Whether they have this role; whoever uses a machine without accounts has all.
    pub(crate) fn has(&self, role: DeskRole) -> bool {
        match &self.who {
            Who::Anybody => true,
            Who::Stranger => false,
            Who::Person(person, _) => person.roles.has(role),
        }
    }
}

impl Visitor {
    /// In whose name something is done here; nobody's where nobody has to sign in.
    pub(crate) const fn person(&self) -> Option<PersonId> {
        match &self.who {
            Who::Person(person, _) => Some(person.id),
            Who::Anybody | Who::Stranger => None,
        }
    }

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
            Who::Anybody => Ok(Self::anybody()),
            Who::Stranger => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
