//! The tests that need both sides: one binary, one module per concern.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests fail by panicking and say why")]

mod addresses;
mod attachments;
mod attestation;
mod bridge;
mod day;
mod devices;
mod disk;
mod election;
mod faults;
mod forged;
mod judge;
mod kazakhstan;
mod kill;
mod load;
mod media;
mod network;
mod packs;
mod passcode;
mod power;
mod recovery;
mod restore;
mod scenario;
