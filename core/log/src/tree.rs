//! A tree's head, and the edge at which it grows.

use crate::hash::{Hash, over};
use crate::tile::{Tile, WIDE, WIDTH};

/// Leaves a tree has at the most: more than can ever be, and few enough that sums of places do not overflow.
pub const MOST: u64 = 1 << 60;

/// A tree at one moment: how many leaves, and the root over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Hash,
}

/// What a tree needs to grow: the hashes of its tiles that are not full yet, level by level.
///
/// A tree of a billion leaves has four such tiles. Each hash on level *l* stands for 256^*l* leaves, those of a level come before all
/// on the levels below it, and no level has 256: then they are a tile, and one hash on the level above.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

/// The tree has as many leaves as a tree can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree has {MOST} leaves and takes no more")]
pub struct Full;

impl Edge {
    /// The edge of a tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree of this size whose partial tiles have these hashes, from level 0 up, if they are as many as they must be.
    /// Whether they are right shows in [`Edge::head`].
    #[must_use]
    pub fn of(size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let edge = Self { size, levels };
        let fits = size <= MOST
            && edge.levels.last().is_none_or(|last| !last.is_empty())
            && edge.partial_tiles().map(|tile| usize::from(tile.width)).eq(edge
                .levels
                .iter()
                .map(Vec::len)
                .filter(|held| *held > 0));
        fits.then_some(edge)
    }

    /// Leaves of the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next leaf, and tells of each tile that is full with it.
    ///
    /// # Errors
    /// [`Full`]; nothing has changed then.
    pub fn push(&mut self, leaf: Hash, mut full: impl FnMut(Tile, &[Hash])) -> Result<(), Full> {
        if self.size >= MOST {
            return Err(Full);
        }
        let mut hash = leaf;
        // How many hashes there are on the level, with this one.
        let mut count = self.size.saturating_add(1);
        self.size = count;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.levels.len() <= at {
                self.levels.resize_with(at.saturating_add(1), Vec::new);
            }
            let Some(held) = self.levels.get_mut(at) else { break };
            held.push(hash);
            if held.len() < usize::from(WIDTH) {
                break;
            }
            count /= WIDE;
            full(Tile { level, index: count.saturating_sub(1), width: WIDTH }, held);
            hash = over(held).unwrap_or_else(Hash::of_nothing);
            held.clear();
        }
        Ok(())
    }

    /// The tiles that are not full, with their hashes: what is written beside the full ones for a checkpoint of this size.
    pub fn partial(&self) -> impl Iterator<Item = (Tile, &[Hash])> {
        self.partial_tiles().zip(self.levels.iter().filter(|held| !held.is_empty()).map(Vec::as_slice))
    }

    fn partial_tiles(&self) -> impl Iterator<Item = Tile> + use<> {
        Tile::all_partial(self.size)
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> Head {
        let mut root: Option<Hash> = None;
        for held in &self.levels {
            for peak in peaks(held).into_iter().rev() {
                root = Some(root.map_or(peak, |right| Hash::of_node(peak, right)));
            }
        }
        Head { size: self.size, root: root.unwrap_or_else(Hash::of_nothing) }
    }
}

/// The roots of the complete trees that these hashes are the leaves of, the largest first: one for each bit of their number.
fn peaks(hashes: &[Hash]) -> Vec<Hash> {
    let mut rest = hashes;
    let mut peaks = Vec::new();
    while let Some(bits) = rest.len().checked_ilog2() {
        let (first, others) = rest.split_at(1_usize.checked_shl(bits).unwrap_or(rest.len()).min(rest.len()));
        peaks.extend(over(first));
        rest = others;
    }
    peaks
}
