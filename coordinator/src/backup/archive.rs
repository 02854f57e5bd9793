//! A tar archive whose last entry lists the hashes of all others, as `sha256sum` writes and checks them.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use kuager_wire::ids::ContentHash;
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, Entry, EntryType, Header};

/// The entry with the hashes.
const SUMS: &str = "SHA256SUMS";
/// Characters of a name at most.
const NAME: usize = 100;
/// Bytes of the list at most: a million files.
const LIST: u64 = 256 << 20;

/// Whether an entry may have this name: a path below a folder, of plain characters.
pub(super) fn fits(name: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "._-/".contains(character);
    let below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    !name.is_empty() && name.len() <= NAME && name != SUMS && name.chars().all(plain) && below && !name.ends_with('/')
}

/// What is in an archive.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    lines: String,
    /// Entries.
    pub(super) entries: u64,
    /// Bytes of all of them.
    pub(super) bytes: u64,
}

impl Sums {
    /// Name and hash of every entry.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.lines().filter_map(|line| line.split_once("  ")).map(|(hash, name)| (name, hash))
    }

    fn add(&mut self, name: &str, hash: ContentHash, size: u64) {
        self.lines.push_str(&format!("{hash}  {name}\n"));
        self.entries = self.entries.saturating_add(1);
        self.bytes = self.bytes.saturating_add(size);
    }
}

/// Hashes what is read or written.
struct Hashing<T> {
    inner: T,
    hasher: Sha256,
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Writes an archive.
pub(super) struct Writer<W: Write> {
    tar: Builder<W>,
    sums: Sums,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self { tar: Builder::new(out), sums: Sums::default() }
    }

    /// Adds a file of so many bytes; returns their hash.
    ///
    /// # Errors
    /// What the system says, and when there are fewer bytes than that.
    pub(super) fn add(&mut self, name: &str, size: u64, bytes: impl Read) -> io::Result<ContentHash> {
        let mut bytes = Hashing { inner: bytes.take(size), hasher: Sha256::new() };
        self.tar.append_data(&mut header(size), name, &mut bytes)?;
        if bytes.inner.limit() > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was read"));
        }
        let hash = ContentHash(bytes.hasher.finalize().into());
        self.sums.add(name, hash, size);
        Ok(hash)
    }

    /// Adds the list of hashes, and ends the archive.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn finish(mut self) -> io::Result<(W, Sums)> {
        let size = u64::try_from(self.sums.lines.len()).unwrap_or(u64::MAX);
        self.tar.append_data(&mut header(size), SUMS, self.sums.lines.as_bytes())?;
        Ok((self.tar.into_inner()?, self.sums))
    }
}

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(size);
    header
}

/// Why an archive is not what one of ours is.
#[derive(Debug)]
pub(super) enum Broken {
    /// The bytes cannot be read, or are no archive, or the files cannot be written.
    Io(io::Error),
    /// A name that no entry has.
    Name(String),
    /// The list of hashes is missing, or is another one.
    Sums,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads an archive to its very end and checks every entry against the list. `take` is given each, and must read all of it.
///
/// # Errors
/// What is broken. What was taken before must not be used then.
pub(super) fn read(
    input: &mut impl Read,
    mut take: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> Result<Sums, Broken> {
    let (mut sums, mut names, mut listed) = (Sums::default(), HashSet::new(), None);
    let mut archive = Archive::new(&mut *input);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = name_of(&entry)?;
        if listed.is_some() {
            return Err(Broken::Name(name));
        }
        if name == SUMS {
            let mut text = String::new();
            entry.take(LIST).read_to_string(&mut text)?;
            listed = Some(text);
            continue;
        }
        if !fits(&name) || !names.insert(name.clone()) || entry.header().entry_type() != EntryType::Regular {
            return Err(Broken::Name(name));
        }
        let size = entry.size();
        let mut bytes = Hashing { inner: &mut entry, hasher: Sha256::new() };
        take(&name, &mut bytes)?;
        sums.add(&name, ContentHash(bytes.hasher.finalize().into()), size);
    }
    // The archive ends before the file does, whose last piece says that it is whole.
    io::copy(input, &mut io::sink())?;
    if listed.as_ref() == Some(&sums.lines) { Ok(sums) } else { Err(Broken::Sums) }
}

fn name_of<R: Read>(entry: &Entry<'_, R>) -> Result<String, Broken> {
    let bytes = entry.path_bytes();
    String::from_utf8(bytes.to_vec()).map_err(|_| Broken::Name(String::from_utf8_lossy(&bytes).into_owned()))
}
