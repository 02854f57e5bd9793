//! How a phone becomes a device of an observer: by an invite, once.
//!
//! Invites are made by whoever runs the coordinator (`invites`) and used by phones (`devices`).

mod attested;
mod devices;
mod invites;
mod watch;

pub use devices::enrol;
pub use invites::{
    InviteError, InviteOptions, InviteState, InviteSummary, create_invite, digits, invite_id, invites, revoke_invite,
};
pub(crate) use watch::watch_issuer;

#[cfg(test)]
mod tests;
