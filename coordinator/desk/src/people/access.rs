//! Which roles open what. One rule stands beside each route (`routes`), and one door asks it (`guard`).

use kuager_coordinator::ledger::DeskRole;

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
}

/// What a route asks of who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) access: Access,
    /// Whether coming here says that somebody sits at the browser; an open page that listens does not.
    pub(crate) touches: bool,
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
    pub(crate) fn verdict(self, who: &Who) -> Verdict {
        match (self, who) {
            (Self::Everybody, _) | (_, Who::Anybody) | (Self::SignedIn, Who::Person(..)) => Verdict::In,
            (_, Who::Stranger) => Verdict::SignIn,
            (Self::Roles(roles), Who::Person(person, _)) => {
                if roles.iter().any(|role| person.roles.has(*role)) {
                    Verdict::In
                } else {
                    Verdict::No
                }
            }
        }
    }
}
