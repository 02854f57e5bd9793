//! The transparency log: what makes a coordinator that loses, rewrites or hides a record be caught.
//!
//! Every signed thing the coordinator takes in becomes a leaf of one Merkle tree ([RFC 6962, section 2.1]), in the order in which it
//! was taken in, and the coordinator signs the tree's size and root now and then: a *checkpoint*. Whoever holds a record, its *inclusion
//! proof* and a checkpoint knows that it is in the log; whoever holds two checkpoints and a *consistency proof* knows that nothing
//! between them was changed or taken out. Phones, witnesses and auditors compare what they were shown.
//!
//! Formats are not ours, but for one. Tiles, checkpoints, proofs in a file and cosignatures are those of [C2SP], so that the tools of
//! others read them:
//!
//! - [`hash`]: hashes of leaves and nodes;
//! - [`tree`]: heads, and the right edge of a tree that grows;
//! - [`tile`]: the tree cut into files that never change (`tlog-tiles`);
//! - [`proof`]: inclusion and consistency, made from tiles and verified without them;
//! - [`batch`]: one proof for many entries, a format of ours, from which each entry's own proof follows;
//! - [`note`]: text that several keys have signed (`signed-note`);
//! - [`checkpoint`]: a head as a note, and what witnesses say about it (`tlog-checkpoint`, `tlog-cosignature`);
//! - [`logged`]: entry, path and checkpoint in one file (`tlog-proof`).
//!
//! Verification is `ct-merkle`'s; it has no tiles, and what makes proofs from them is here.
//!
//! [RFC 6962, section 2.1]: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
//! [C2SP]: https://c2sp.org
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

pub mod batch;
pub mod checkpoint;
pub mod hash;
pub mod logged;
pub mod note;
pub mod proof;
mod text;
pub mod tile;
pub mod tree;

#[cfg(test)]
mod tests;
