//! How a phone becomes a device of an observer: by an invite, once.
//!
//! Invites are made by whoever runs the coordinator (`invites`) and used by phones (`devices`). What becomes of devices that are
//! lost or stolen is said afterwards (`revoke`).
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod attested;
mod devices;
mod invites;
mod revoke;
mod watch;

pub use devices::enrol;
pub use invites::{
    InviteError, InviteOptions, InviteState, InviteSummary, create_invite, create_invites, digits, invite_id, invites,
    revoke_invite,
};
pub use revoke::{DeviceError, LISTED, devices, find_device, reinstate_device, revoke_device};
pub(crate) use watch::watch_issuer;

#[cfg(test)]
mod tests;
