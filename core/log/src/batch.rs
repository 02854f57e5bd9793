//! One proof for many entries of a tree.
//!
//! A phone that was offline all day delivers its records together, so they stand side by side in the log, and their paths are nearly the
//! same. A batch says each hash once: going through the tree from left to right, the root of every part that holds none of the entries.
//! Whoever has the entries can work out everything else, up to the tree's root, and each entry's own path on the way.

use std::collections::BTreeMap;

use crate::hash::Hash;
use crate::proof::{ProofError, Range, tiles_of};
use crate::tile::{Tile, Tiles};
use crate::tree::{Head, MOST};

/// Entries in a batch at the most.
pub const MOST_ENTRIES: usize = 256;

/// Hashes in a batch at the most: for each entry as many as a tree is high.
pub const LONGEST: usize = MOST_ENTRIES * 60;

/// Numbers of leaves, sorted, each once.
fn sorted(indices: &[u64], size: u64) -> Result<Vec<u64>, ProofError> {
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    match sorted.last() {
        Some(last) if *last >= size || size > MOST => Err(ProofError::Outside { index: *last, size }),
        _ if sorted.len() > MOST_ENTRIES => Err(ProofError::Length),
        _ => Ok(sorted),
    }
}

/// The parts whose roots are said, from the left.
fn ranges(whole: Range, indices: &[u64], into: &mut Vec<Range>) {
    if indices.is_empty() {
        into.push(whole);
    } else if let Some((left, right)) = whole.split() {
        let (before, behind) = indices.split_at(indices.partition_point(|index| *index < right.start));
        ranges(left, before, into);
        ranges(right, behind, into);
    }
}

fn ranges_of(indices: &[u64], size: u64) -> Result<Vec<Range>, ProofError> {
    let indices = sorted(indices, size)?;
    let mut found = Vec::new();
    if !indices.is_empty() {
        ranges(Range { start: 0, count: size }, &indices, &mut found);
    }
    Ok(found)
}

/// The tiles that the batch of these leaves is made from.
///
/// # Errors
/// [`ProofError::Outside`], [`ProofError::Length`] for more than [`MOST_ENTRIES`].
pub fn batch_tiles(indices: &[u64], size: u64) -> Result<std::collections::BTreeSet<Tile>, ProofError> {
    Ok(tiles_of(&ranges_of(indices, size)?, size))
}

/// One proof for all of these leaves.
///
/// # Errors
/// As [`batch_tiles`], and [`ProofError::Missing`].
pub fn batch(indices: &[u64], size: u64, tiles: &Tiles) -> Result<Vec<Hash>, ProofError> {
    ranges_of(indices, size)?.into_iter().map(|range| range.root(size, tiles)).collect()
}

/// Verifies that all of these entries are the leaves with these numbers, and gives back the path of each, by its number.
///
/// # Errors
/// [`ProofError::Outside`]; [`ProofError::Length`] for a proof with too few or too many hashes; [`ProofError::Wrong`], also where two
/// entries are said to be one leaf.
pub fn verify_batch(
    entries: &[(u64, &[u8])],
    head: Head,
    proof: &[Hash],
) -> Result<BTreeMap<u64, Vec<Hash>>, ProofError> {
    let indices: Vec<u64> = entries.iter().map(|(index, _)| *index).collect();
    let indices = sorted(&indices, head.size)?;
    let mut leaves = BTreeMap::new();
    for (index, entry) in entries {
        let leaf = Hash::of_leaf(entry);
        if leaves.insert(*index, leaf).is_some_and(|other| other != leaf) {
            return Err(ProofError::Wrong);
        }
    }
    if indices.is_empty() {
        return if proof.is_empty() { Ok(BTreeMap::new()) } else { Err(ProofError::Length) };
    }
    let mut reader = Reader { leaves, rest: proof, paths: indices.iter().map(|index| (*index, Vec::new())).collect() };
    let root = reader.root(Range { start: 0, count: head.size }, &indices)?;
    if !reader.rest.is_empty() {
        return Err(ProofError::Length);
    }
    if root == head.root { Ok(reader.paths) } else { Err(ProofError::Wrong) }
}

struct Reader<'a> {
    leaves: BTreeMap<u64, Hash>,
    rest: &'a [Hash],
    paths: BTreeMap<u64, Vec<Hash>>,
}

impl Reader<'_> {
    /// The root of a part. It goes as deep as the tree is high, 60 at the most.
    fn root(&mut self, whole: Range, indices: &[u64]) -> Result<Hash, ProofError> {
        if indices.is_empty() {
            let (first, rest) = self.rest.split_first().ok_or(ProofError::Length)?;
            self.rest = rest;
            return Ok(*first);
        }
        let Some((left, right)) = whole.split() else {
            return self.leaves.get(&whole.start).copied().ok_or(ProofError::Wrong);
        };
        let (before, behind) = indices.split_at(indices.partition_point(|index| *index < right.start));
        let (left, right) = (self.root(left, before)?, self.root(right, behind)?);
        for (those, sibling) in [(before, right), (behind, left)] {
            for index in those {
                self.paths.entry(*index).or_default().push(sibling);
            }
        }
        Ok(Hash::of_node(left, right))
    }
}
