//! Proofs that an entry is in a tree, and that one tree is the beginning of another ([RFC 6962, section 2.1]).
//!
//! Making them needs tiles: [`inclusion_tiles`] and [`consistency_tiles`] name them, the caller fetches them from wherever they are, and
//! [`inclusion`] and [`consistency`] put the proof together. Verifying needs nothing but the proof.
//!
//! [RFC 6962, section 2.1]: https://www.rfc-editor.org/rfc/rfc6962#section-2.1

use std::collections::BTreeSet;

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;
use sha2::digest::Output;

use crate::hash::Hash;
use crate::tile::{Node, Tile, Tiles};
use crate::tree::{Head, MOST};

/// Hashes in a proof at the most: two for each bit of the largest tree.
pub const LONGEST: usize = 120;

/// Why there is no proof, or why it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No such leaf, no such tree.
    #[error("a tree of {size} leaves has none numbered {index}")]
    Outside {
        /// The leaf, or the size of the smaller tree.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// A tile is missing.
    #[error("{0} is needed and is not there")]
    Missing(Tile),
    /// It has another number of hashes than a proof of this kind has.
    #[error("the proof is not as long as it must be")]
    Length,
    /// It leads to another root: what it speaks of is not in the tree, or one tree is not the beginning of the other.
    #[error("the proof leads to another root than the one it is held against")]
    Wrong,
}

/// Leaves from `start` on, `count` of them.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) start: u64,
    pub(crate) count: u64,
}

impl Range {
    /// As RFC 6962 splits it: the largest power of two below `count` on the left.
    pub(crate) fn split(self) -> Option<(Self, Self)> {
        let bits = self.count.checked_sub(1)?.checked_ilog2()?;
        let left = 1_u64.checked_shl(bits)?;
        Some((
            Self { start: self.start, count: left },
            Self { start: self.start.checked_add(left)?, count: self.count.checked_sub(left)? },
        ))
    }

    /// The nodes that its root is over, from the left: one where it is complete.
    fn nodes(self, into: &mut Vec<Node>) {
        if self.count.is_power_of_two() {
            let height = self.count.trailing_zeros();
            let place = self.start.checked_shr(height).unwrap_or(0);
            into.push(Node { height: u8::try_from(height).unwrap_or(u8::MAX), place });
        } else if let Some((left, right)) = self.split() {
            left.nodes(into);
            right.nodes(into);
        }
    }

    /// Its root, from tiles.
    pub(crate) fn root(self, size: u64, tiles: &Tiles) -> Result<Hash, ProofError> {
        let mut nodes = Vec::new();
        self.nodes(&mut nodes);
        let mut root = None;
        for node in nodes.into_iter().rev() {
            let hash = tiles.node(node).ok_or_else(|| match node.tile(size) {
                Some(tile) => ProofError::Missing(tile),
                None => ProofError::Outside { index: self.start, size },
            })?;
            root = Some(root.map_or(hash, |right| Hash::of_node(hash, right)));
        }
        root.ok_or(ProofError::Outside { index: self.start, size })
    }
}

/// The parts of a tree whose roots prove a leaf, the leaf's sibling first (RFC 6962, section 2.1.1).
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range>, ProofError> {
    if index >= size || size > MOST {
        return Err(ProofError::Outside { index, size });
    }
    let mut ranges = Vec::new();
    let mut whole = Range { start: 0, count: size };
    while let Some((left, right)) = whole.split() {
        let (side, sibling) = if index < right.start { (left, right) } else { (right, left) };
        ranges.push(sibling);
        whole = side;
    }
    ranges.reverse();
    Ok(ranges)
}

/// The parts of a tree whose roots prove that the first `old` leaves are a tree's beginning (RFC 6962, section 2.1.2).
fn consistency_ranges(old: u64, size: u64) -> Result<Vec<Range>, ProofError> {
    if old > size || size > MOST {
        return Err(ProofError::Outside { index: old, size });
    }
    let mut ranges = Vec::new();
    if old == 0 || old == size {
        return Ok(ranges);
    }
    let mut whole = Range { start: 0, count: size };
    // Whether what is looked at is all of the old tree, whose root the verifier has.
    let mut known = true;
    loop {
        let end = whole.start.saturating_add(whole.count);
        if old == end {
            if !known {
                ranges.push(whole);
            }
            break;
        }
        let Some((left, right)) = whole.split() else { break };
        whole = if old <= right.start {
            ranges.push(right);
            left
        } else {
            ranges.push(left);
            known = false;
            right
        };
    }
    ranges.reverse();
    Ok(ranges)
}

pub(crate) fn tiles_of(ranges: &[Range], size: u64) -> BTreeSet<Tile> {
    let mut nodes = Vec::new();
    ranges.iter().for_each(|range| range.nodes(&mut nodes));
    nodes.into_iter().filter_map(|node| node.tile(size)).collect()
}

/// The tiles that the inclusion proof of a leaf is made from.
///
/// # Errors
/// [`ProofError::Outside`].
pub fn inclusion_tiles(index: u64, size: u64) -> Result<BTreeSet<Tile>, ProofError> {
    Ok(tiles_of(&inclusion_ranges(index, size)?, size))
}

/// The inclusion proof of a leaf: the hashes from its sibling to the root's child.
///
/// # Errors
/// [`ProofError::Outside`], [`ProofError::Missing`].
pub fn inclusion(index: u64, size: u64, tiles: &Tiles) -> Result<Vec<Hash>, ProofError> {
    inclusion_ranges(index, size)?.into_iter().map(|range| range.root(size, tiles)).collect()
}

/// The tiles that the proof is made from that a tree of `old` leaves is the beginning of one of `size`.
///
/// # Errors
/// [`ProofError::Outside`].
pub fn consistency_tiles(old: u64, size: u64) -> Result<BTreeSet<Tile>, ProofError> {
    Ok(tiles_of(&consistency_ranges(old, size)?, size))
}

/// The proof that a tree of `old` leaves is the beginning of one of `size`; empty where there is nothing to prove.
///
/// # Errors
/// [`ProofError::Outside`], [`ProofError::Missing`].
pub fn consistency(old: u64, size: u64, tiles: &Tiles) -> Result<Vec<Hash>, ProofError> {
    consistency_ranges(old, size)?.into_iter().map(|range| range.root(size, tiles)).collect()
}

/// The root over a whole tree, from its tiles.
///
/// # Errors
/// [`ProofError::Missing`].
pub fn root(size: u64, tiles: &Tiles) -> Result<Head, ProofError> {
    let root = if size == 0 { Hash::of_nothing() } else { Range { start: 0, count: size }.root(size, tiles)? };
    Ok(Head { size, root })
}

/// The tiles that [`root`] needs.
#[must_use]
pub fn root_tiles(size: u64) -> BTreeSet<Tile> {
    if size == 0 { BTreeSet::new() } else { tiles_of(&[Range { start: 0, count: size }], size) }
}

/// Verifies that an entry is the leaf with this number.
///
/// # Errors
/// [`ProofError::Outside`], [`ProofError::Length`], [`ProofError::Wrong`].
pub fn verify_inclusion(entry: &[u8], index: u64, head: Head, proof: &[Hash]) -> Result<(), ProofError> {
    // What ct-merkle would be too large for is refused before it counts.
    let expected = inclusion_ranges(index, head.size)?.len();
    if proof.len() != expected {
        return Err(ProofError::Length);
    }
    let proof = InclusionProof::<Sha256>::from_digests(digests(proof).iter());
    theirs(head).verify_inclusion(&entry, index, &proof).map_err(|_| ProofError::Wrong)
}

/// Verifies that one tree is the beginning of another.
///
/// # Errors
/// [`ProofError::Outside`] where it is larger, [`ProofError::Length`], [`ProofError::Wrong`].
pub fn verify_consistency(old: Head, new: Head, proof: &[Hash]) -> Result<(), ProofError> {
    let expected = consistency_ranges(old.size, new.size)?.len();
    if proof.len() != expected {
        return Err(ProofError::Length);
    }
    if old.size == new.size || old.size == 0 {
        let root = if old.size == 0 { Hash::of_nothing() } else { new.root };
        return if old.root == root { Ok(()) } else { Err(ProofError::Wrong) };
    }
    let proof = ConsistencyProof::<Sha256>::from_digests(digests(proof).iter());
    theirs(new).verify_consistency(&theirs(old), &proof).map_err(|_| ProofError::Wrong)
}

fn digests(hashes: &[Hash]) -> Vec<Output<Sha256>> {
    hashes.iter().map(|hash| hash.0.into()).collect()
}

fn theirs(head: Head) -> RootHash<Sha256> {
    RootHash::new(head.root.0.into(), head.size)
}
