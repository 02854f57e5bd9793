//! Which roles open what. One rule stands beside each route (`routes`), and one door asks it (`guard`).

use kuager_coordinator::ledger::{DeskRole, TokenScope};

use super::visitor::Who;

/// Who reads what has come in: everybody but who only types off photos, since they must not see what others read there.
pub(crate) const READING: &[DeskRole] =
    &[DeskRole::Admin, DeskRole::Coordinator, DeskRole::Analyst, DeskRole::Publisher, DeskRole::ReadOnly];
/// Who sees files: those who read, and those who type off them.
pub(crate) const LOOKING: &[DeskRole] = &DeskRole::ALL;
/// Who types protocols off their photos.
pub(crate) const TYPING: &[DeskRole] = &[DeskRole::Transcriber];
/// Who leads the observation.
pub(crate) const LEADING: &[DeskRole] = &[DeskRole::Coordinator];
/// Who makes what leaves the house.
pub(crate) const PUBLISHING: &[DeskRole] = &[DeskRole::Publisher];
/// Who sees how the coordinator is doing.
pub(crate) const WATCHING: &[DeskRole] = &[DeskRole::Admin, DeskRole::Coordinator];
/// Who looks after people.
pub(crate) const MINDING: &[DeskRole] = &[DeskRole::Admin];

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, signed in or not.
    Everybody,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has one of these roles.
    Roles(&'static [DeskRole]),
    /// Programs with a token that is good for this, and nobody else: no cookie opens it.
    Token(TokenScope),
    /// Whoever has one of these roles, and programs with such a token.
    RolesOrToken(&'static [DeskRole], TokenScope),
}

/// What a route asks of who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) access: Access,
    /// Whether coming here says that somebody sits at the browser; an open page that listens does not.
    pub(crate) touches: bool,
    /// Bytes of a file that may be sent here with a form; none where it is 0.
    pub(crate) upload: usize,
}

/// What becomes of who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Come in.
    In,
    /// Sign in first.
    SignIn,
    /// Not with your roles.
    No,
}

impl Access {
    /// What a token must be good for, where one opens it.
    pub(crate) const fn scope(self) -> Option<TokenScope> {
        match self {
            Self::Token(scope) | Self::RolesOrToken(_, scope) => Some(scope),
            Self::Everybody | Self::SignedIn | Self::Roles(_) => None,
        }
    }

    pub(crate) fn verdict(self, who: &Who) -> Verdict {
        match (self, who) {
            (Self::Token(scope) | Self::RolesOrToken(_, scope), Who::Program(scopes)) => {
                if scopes.has(scope) {
                    Verdict::In
                } else {
                    Verdict::No
                }
            }
            (Self::Token(_), _) => Verdict::SignIn,
            (Self::Everybody, _) | (_, Who::Anybody) | (Self::SignedIn, Who::Person(..)) => Verdict::In,
            (_, Who::Stranger | Who::Program(_)) => Verdict::SignIn,
            (Self::Roles(roles) | Self::RolesOrToken(roles, _), Who::Person(person, _)) => {
                if roles.iter().any(|role| person.roles.has(*role)) { Verdict::In } else { Verdict::No }
            }
        }
    }
}
