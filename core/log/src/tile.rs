//! The tree as files that never change once they are full ([C2SP `tlog-tiles`](https://c2sp.org/tlog-tiles)).
//!
//! A tile holds 256 hashes that stand side by side in the tree; those of level 0 are leaves, and each hash of a level is the root over one
//! full tile of the level below. Beside each tile of leaves lies the bundle with their entries. Tiles at the tree's right edge are partial:
//! they are named by how many hashes they hold, so that no file ever changes, and may be deleted once the full one is there.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::hash::{Hash, over};

/// Hashes in a full tile.
pub const WIDTH: u16 = 256;
pub(crate) const WIDE: u64 = 256;

/// The highest level of a tile: 256^7 leaves are more than [`MOST`](crate::tree::MOST) allows to fill.
const TOP: u8 = 7;

/// A tile, or the bundle beside a tile of leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Its level; 0 holds leaves.
    pub level: u8,
    /// Its place on the level.
    pub index: u64,
    /// Hashes in it, 1 to [`WIDTH`].
    pub width: u16,
}

/// A path is not one of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the path of a tile")]
pub struct NotATile;

/// A tile's or bundle's bytes are not what they must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTile {
    /// A tile has 32 bytes for each hash.
    #[error("a tile of {width} hashes has {bytes} bytes in place of {}", usize::from(*width).saturating_mul(32))]
    Size {
        /// Hashes it is to hold.
        width: u16,
        /// Bytes it has.
        bytes: usize,
    },
    /// A bundle ends within an entry, or has more or fewer entries than its tile has hashes.
    #[error("a bundle does not have {width} whole entries")]
    Entries {
        /// Entries it is to hold.
        width: u16,
    },
    /// An entry is longer than its length can say.
    #[error("an entry of {bytes} bytes is longer than 65,535")]
    Long {
        /// Its length.
        bytes: usize,
    },
}

impl Tile {
    /// The tile that holds this place of its level, as wide as it is in a tree of this size; nothing where the tree does not reach.
    #[must_use]
    pub fn at(level: u8, place: u64, size: u64) -> Option<Self> {
        let on_level = hashes_on(level, size);
        if place >= on_level {
            return None;
        }
        let index = place / WIDE;
        let before = index.checked_mul(WIDE)?;
        let width = u16::try_from(on_level.checked_sub(before)?.min(WIDE)).ok()?;
        Some(Self { level, index, width })
    }

    /// Whether it never changes any more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == WIDTH
    }

    /// The same tile once it is full.
    #[must_use]
    pub const fn full(&self) -> Self {
        Self { width: WIDTH, ..*self }
    }

    /// All tiles of a tree, level by level, in their order.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0..=TOP).flat_map(move |level| {
            let tiles = hashes_on(level, size).div_ceil(WIDE);
            (0..tiles).filter_map(move |index| Self::at(level, index.checked_mul(WIDE)?, size))
        })
    }

    /// The partial tiles of a tree, from level 0 up.
    pub fn all_partial(size: u64) -> impl Iterator<Item = Self> {
        (0..=TOP).filter_map(move |level| {
            let last = hashes_on(level, size).checked_sub(1)?;
            Self::at(level, last, size).filter(|tile| !tile.is_full())
        })
    }

    /// Where the entries of a tile of leaves are served.
    #[must_use]
    pub fn bundle_path(&self) -> String {
        format!("tile/entries/{}", Place(*self))
    }

    /// The tile whose bundle is served at this path.
    ///
    /// # Errors
    /// [`NotATile`].
    pub fn of_bundle_path(path: &str) -> Result<Self, NotATile> {
        place(path.strip_prefix("tile/entries/").ok_or(NotATile)?, 0)
    }

    /// Reads its hashes.
    ///
    /// # Errors
    /// [`BadTile::Size`].
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<Hash>, BadTile> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() != usize::from(self.width) {
            return Err(BadTile::Size { width: self.width, bytes: bytes.len() });
        }
        Ok(hashes.iter().copied().map(Hash).collect())
    }

    /// Reads the entries of its bundle.
    ///
    /// # Errors
    /// [`BadTile::Entries`].
    pub fn read_bundle<'a>(&self, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, BadTile> {
        let bad = BadTile::Entries { width: self.width };
        let mut rest = bytes;
        let mut entries = Vec::with_capacity(usize::from(self.width));
        for _ in 0..self.width {
            let (length, behind) = rest.split_first_chunk::<2>().ok_or(bad)?;
            let (entry, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(bad)?;
            entries.push(entry);
            rest = behind;
        }
        if rest.is_empty() { Ok(entries) } else { Err(bad) }
    }
}

/// The bytes of a tile.
#[must_use]
pub fn written(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Adds an entry to the bytes of a bundle.
///
/// # Errors
/// [`BadTile::Long`]; nothing was added then.
pub fn add_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BadTile> {
    let length = u16::try_from(entry.len()).map_err(|_| BadTile::Long { bytes: entry.len() })?;
    bundle.extend(length.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// How many hashes a tree of this size has on a level of tiles.
fn hashes_on(level: u8, size: u64) -> u64 {
    u32::from(level).checked_mul(8).and_then(|bits| size.checked_shr(bits)).unwrap_or(0)
}

/// `tile/0/x001/x234/067`, or with `.p/112` behind it.
impl Display for Tile {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/{}/{}", self.level, Place(*self))
    }
}

struct Place(Tile);

impl Display for Place {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self(Tile { index, width, .. }) = *self;
        let digits = format!("{index:03}");
        // In threes from the right; what is left in front is one to three digits, which zeros fill up.
        let padding = digits.len().next_multiple_of(3).saturating_sub(digits.len());
        let padded = format!("{}{digits}", "0".repeat(padding));
        let parts: Vec<&str> = padded.as_bytes().chunks(3).filter_map(|part| std::str::from_utf8(part).ok()).collect();
        let last = parts.len().saturating_sub(1);
        for (at, part) in parts.iter().enumerate() {
            if at < last {
                write!(formatter, "x{part}/")?;
            } else {
                write!(formatter, "{part}")?;
            }
        }
        if width < WIDTH { write!(formatter, ".p/{width}") } else { Ok(()) }
    }
}

impl FromStr for Tile {
    type Err = NotATile;

    fn from_str(path: &str) -> Result<Self, NotATile> {
        let (level, rest) = path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(NotATile)?;
        place(rest, level.parse().map_err(|_| NotATile)?).and_then(|tile| {
            // Said in one way only: no zeros in front, no sign.
            if tile.to_string() == path { Ok(tile) } else { Err(NotATile) }
        })
    }
}

fn place(path: &str, level: u8) -> Result<Tile, NotATile> {
    // A u64 has 20 digits: seven parts.
    let longest = "x012/".len().saturating_mul(7).saturating_add(".p/255".len());
    if level > TOP || path.len() > longest {
        return Err(NotATile);
    }
    let (number, width) = match path.split_once(".p/") {
        Some((number, width)) => (number, width.parse().map_err(|_| NotATile)?),
        None => (path, WIDTH),
    };
    let digits: String = number.split('/').map(|part| part.strip_prefix('x').unwrap_or(part)).collect();
    let index = digits.parse().map_err(|_| NotATile)?;
    let tile = Tile { level, index, width };
    let narrow = path.contains(".p/");
    if Place(tile).to_string() == path && width >= 1 && (width < WIDTH) == narrow { Ok(tile) } else { Err(NotATile) }
}

/// A node over a complete tree: `place` counts the nodes of its height from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    /// Height; 0 is a leaf.
    pub(crate) height: u8,
    /// Which of its height.
    pub(crate) place: u64,
}

impl Node {
    /// The hashes of a level of tiles that it is the root over: level, the first one's place, how many.
    fn below(self) -> Option<(u8, u64, usize)> {
        let count = 1_u64.checked_shl(u32::from(self.height % 8))?;
        Some((self.height / 8, self.place.checked_mul(count)?, usize::try_from(count).ok()?))
    }

    /// The tile that says what it is, in a tree of this size.
    pub(crate) fn tile(self, size: u64) -> Option<Tile> {
        let (level, first, count) = self.below()?;
        let last = first.checked_add(u64::try_from(count).ok()?)?.checked_sub(1)?;
        // All of them are in one tile, since their number divides its width.
        Tile::at(level, last, size)
    }
}

/// Tiles at hand, from which proofs are made.
#[derive(Debug, Clone, Default)]
pub struct Tiles(BTreeMap<(u8, u64), Vec<Hash>>);

impl Tiles {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a tile that was fetched. Of the same tile the widest counts.
    ///
    /// # Errors
    /// [`BadTile::Size`].
    pub fn add(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), BadTile> {
        let hashes = tile.read(bytes)?;
        let held = self.0.entry((tile.level, tile.index)).or_default();
        if held.len() < hashes.len() {
            *held = hashes;
        }
        Ok(())
    }

    /// Whether all of a tile is at hand.
    #[must_use]
    pub fn has(&self, tile: Tile) -> bool {
        self.0.get(&(tile.level, tile.index)).is_some_and(|held| held.len() >= usize::from(tile.width))
    }

    /// The hashes of a tile that is at hand.
    #[must_use]
    pub fn hashes(&self, tile: Tile) -> Option<&[Hash]> {
        self.0.get(&(tile.level, tile.index))?.get(..usize::from(tile.width))
    }

    pub(crate) fn node(&self, node: Node) -> Option<Hash> {
        let (level, first, count) = node.below()?;
        let held = self.0.get(&(level, first / WIDE))?;
        let from = usize::try_from(first % WIDE).ok()?;
        over(held.get(from..from.checked_add(count)?)?)
    }
}
