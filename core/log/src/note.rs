//! Text that several keys have signed ([C2SP `signed-note`](https://c2sp.org/signed-note)).
//!
//! A signature line names its key and the first four bytes of a hash over name, algorithm and key. Lines of keys that nobody asked for
//! are ignored, so that a log can change its key, and witnesses can add their word, without anybody's reader breaking.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature as Ed25519, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Bytes of a note at the most.
pub const LONGEST: usize = 64 * 1024;
/// Signatures of a note at the most. The specification asks for 16 at least.
pub const SIGNATURES: usize = 64;

const DASH: &str = "\u{2014} ";

/// A note is not one, or not signed by whom it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not text, signatures and nothing else.
    #[error("this is not a signed note: {0}")]
    Shape(&'static str),
    /// No signature by any of the keys.
    #[error("the note is not signed by {0}")]
    Unsigned(KeyId),
    /// A signature by the key does not verify: the note was changed, or the signature made up.
    #[error("the signature of {0} does not verify")]
    Forged(KeyId),
}

/// The first four bytes of a hash over a key's name, algorithm and bytes: which key a line speaks of, and no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl Display for KeyId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// What a key signs, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// The note's text, as logs do.
    Ed25519,
    /// A moment and the note's text, as witnesses do (`tlog-cosignature`, v1).
    Cosignature,
}

impl Algorithm {
    const fn number(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }
}

/// A key by name, as people hand it on: `example.org/log+8a4f2c1d+AT…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
}

impl Verifier {
    /// A key by name.
    ///
    /// # Errors
    /// [`NoteError::Shape`] for a name with blanks or a plus, and for a key that is none.
    pub fn new(name: &str, algorithm: Algorithm, key: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Shape("a key's name is empty, or has blanks or a plus"));
        }
        let key = VerifyingKey::from_bytes(key).ok().filter(|key| !key.is_weak());
        let key = key.ok_or(NoteError::Shape("this is not an Ed25519 public key"))?;
        Ok(Self { name: name.to_owned(), algorithm, key })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.algorithm.number()])
            .chain_update(self.key.as_bytes())
            .finalize();
        let [a, b, c, d, ..]: [u8; 32] = hash.into();
        KeyId([a, b, c, d])
    }

    fn verify(&self, signed: &[u8], signature: &[u8; 64]) -> Result<(), NoteError> {
        let signature = Ed25519::from_bytes(signature);
        self.key.verify_strict(signed, &signature).map_err(|_| NoteError::Forged(self.id()))
    }
}

impl Display for Verifier {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.algorithm.number()];
        key.extend(self.key.as_bytes());
        write!(formatter, "{}+{}+{}", self.name, self.id(), BASE64.encode(&key))
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let bad = NoteError::Shape("a key is written as NAME+ID+KEY");
        let (name, rest) = text.split_once('+').ok_or(bad)?;
        let (id, key) = rest.split_once('+').ok_or(bad)?;
        let key = BASE64.decode(key.as_bytes()).map_err(|_| bad)?;
        let (number, key) = key.split_first().ok_or(bad)?;
        let algorithm = match number {
            1 => Algorithm::Ed25519,
            4 => Algorithm::Cosignature,
            _ => return Err(NoteError::Shape("a key of another algorithm than Ed25519")),
        };
        let verifier = Self::new(name, algorithm, key.try_into().map_err(|_| bad)?)?;
        if verifier.id().to_string() != id {
            return Err(NoteError::Shape("a key's id is not that of its name and bytes"));
        }
        Ok(verifier)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|sign: char| sign.is_whitespace() || sign == '+' || sign.is_control())
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whose it says it is.
    pub name: String,
    /// Of which of that one's keys.
    pub id: KeyId,
    /// What the algorithm makes.
    pub signature: Vec<u8>,
}

impl Display for Line {
    /// The line with the newline at its end.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.0.to_vec();
        bytes.extend(&self.signature);
        writeln!(formatter, "{DASH}{} {}", self.name, BASE64.encode(&bytes))
    }
}

impl FromStr for Line {
    type Err = NoteError;

    /// Reads a line without its newline.
    fn from_str(line: &str) -> Result<Self, NoteError> {
        let bad = NoteError::Shape("a signature line is a dash, a name and a signature");
        let (name, signature) = line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(bad)?;
        let bytes = BASE64.decode(signature.as_bytes()).map_err(|_| bad)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(bad)?;
        if !is_name(name) || signature.is_empty() {
            return Err(bad);
        }
        Ok(Self { name: name.to_owned(), id: KeyId(*id), signature: signature.to_vec() })
    }
}

/// A text and who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

impl Note {
    /// A text that nobody has signed yet.
    ///
    /// # Errors
    /// [`NoteError::Shape`] for a text that does not end with a newline or has other control characters.
    pub fn new(text: String) -> Result<Self, NoteError> {
        if !text.ends_with('\n') || text.contains(|sign: char| sign < ' ' && sign != '\n') {
            return Err(NoteError::Shape("its text ends with a newline and has no other control characters"));
        }
        Ok(Self { text, lines: Vec::new() })
    }

    /// Reads a note. That it is well-formed says nothing about its signatures.
    ///
    /// # Errors
    /// [`NoteError::Shape`].
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST {
            return Err(NoteError::Shape("it is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NoteError::Shape("it is not UTF-8"))?;
        let split = NoteError::Shape("an empty line stands between text and signatures");
        let (text, signatures) = text.rsplit_once("\n\n").ok_or(split)?;
        let mut note = Self::new(format!("{text}\n"))?;
        let whole = NoteError::Shape("each signature line ends with a newline");
        for line in signatures.strip_suffix('\n').ok_or(whole)?.split('\n') {
            if note.lines.len() >= SIGNATURES {
                return Err(NoteError::Shape("it has too many signatures"));
            }
            note.lines.push(line.parse()?);
        }
        Ok(note)
    }

    /// What is signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Who says they signed it.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Signs the text as a log does.
    ///
    /// # Errors
    /// [`NoteError::Shape`] for a name that cannot be one.
    pub fn sign(&mut self, name: &str, key: &SigningKey) -> Result<(), NoteError> {
        let verifier = Verifier::new(name, Algorithm::Ed25519, key.verifying_key().as_bytes())?;
        let signature = key.sign(self.text.as_bytes()).to_bytes().to_vec();
        self.add(Line { name: name.to_owned(), id: verifier.id(), signature });
        Ok(())
    }

    /// Signs the text at a moment, seconds since 1970, as a witness does.
    ///
    /// # Errors
    /// [`NoteError::Shape`] for a name that cannot be one.
    pub fn cosign(&mut self, name: &str, key: &SigningKey, at: u64) -> Result<Line, NoteError> {
        let verifier = Verifier::new(name, Algorithm::Cosignature, key.verifying_key().as_bytes())?;
        let mut signature = at.to_be_bytes().to_vec();
        signature.extend(key.sign(cosigned(&self.text, at).as_bytes()).to_bytes());
        let line = Line { name: name.to_owned(), id: verifier.id(), signature };
        self.add(line.clone());
        Ok(line)
    }

    /// Adds a signature that somebody else made; one by the same key is replaced. Past [`SIGNATURES`] nothing is added.
    pub fn add(&mut self, line: Line) {
        self.lines.retain(|held| (held.id, &held.name) != (line.id, &line.name));
        if self.lines.len() < SIGNATURES {
            self.lines.push(line);
        }
    }

    /// Verifies the signature of a key, and says when it was made, seconds since 1970, where the algorithm says it.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`], [`NoteError::Forged`].
    pub fn verify(&self, by: &Verifier) -> Result<Option<u64>, NoteError> {
        let id = by.id();
        let mut found = Err(NoteError::Unsigned(id));
        for line in self.lines.iter().filter(|line| line.id == id && line.name == by.name) {
            let forged = NoteError::Forged(id);
            found = Ok(match by.algorithm {
                Algorithm::Ed25519 => {
                    let signature = line.signature.as_slice().try_into().map_err(|_| forged)?;
                    by.verify(self.text.as_bytes(), signature)?;
                    None
                }
                Algorithm::Cosignature => {
                    let (at, signature) = line.signature.split_first_chunk::<8>().ok_or(forged)?;
                    let at = u64::from_be_bytes(*at);
                    by.verify(cosigned(&self.text, at).as_bytes(), signature.try_into().map_err(|_| forged)?)?;
                    Some(at)
                }
            });
        }
        found
    }
}

/// What a witness signs (`tlog-cosignature`, "Ed25519 signed message").
fn cosigned(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

impl Display for Note {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| write!(formatter, "{line}"))
    }
}
