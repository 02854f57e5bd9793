//! How a phone becomes a device of an observer: by an invite, once.
//!
//! Invites are made by whoever runs the coordinator (`invites`) and used by phones (`devices`).

mod devices;
mod invites;

pub use devices::enrol;
pub use invites::{
    InviteError, InviteOptions, InviteState, InviteSummary, create_invite, invite_id, invites, revoke_invite,
};

#[cfg(test)]
mod tests;
