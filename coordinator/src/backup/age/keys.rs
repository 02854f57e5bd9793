//! With what a file is locked, and what opens it: a line of text in its header, around the file's own key.

use std::fmt::{self, Debug, Formatter};
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use data_encoding::BASE64_NOPAD as BASE64;
use hkdf::Hkdf;
use scrypt::Params;
use sha2::Sha256;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

use super::{FILE_KEY, Fault};

const X25519: &str = "X25519";
const SCRYPT: &str = "scrypt";
const X25519_LABEL: &[u8] = b"age-encryption.org/v1/X25519";
const SCRYPT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";
/// Work for a passphrase, as a power of two: a second and 256 MiB here, and for whoever guesses.
const WORK: u8 = 18;
/// The most work a file may ask for: sixteen times as much. A hostile file must not stop a machine.
const MOST_WORK: u8 = 22;

/// The key of one file, which its header holds locked.
pub(in crate::backup) type FileKey = Zeroizing<[u8; FILE_KEY]>;

/// What a backup is locked with.
pub enum Lock {
    /// A passphrase. Whoever knows it reads everything.
    Passphrase(Zeroizing<String>),
    /// Public keys (`age1…`), each of whose holders can open it.
    Recipients(Vec<Recipient>),
}

/// What opens a backup.
pub enum Key {
    /// Its passphrase.
    Passphrase(Zeroizing<String>),
    /// Secret keys (`AGE-SECRET-KEY-1…`), one of which fits.
    Identities(Vec<Identity>),
}

/// A public key for which a file can be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient(pub(super) [u8; 32]);

/// The secret key of a recipient.
pub struct Identity(pub(super) Zeroizing<[u8; 32]>);

/// Text that is not a key as age writes them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no key of age; public ones begin with age1, secret ones with AGE-SECRET-KEY-1")]
pub struct NotARecipient;

impl Debug for Lock {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passphrase(_) => formatter.write_str("Passphrase(..)"),
            Self::Recipients(recipients) => formatter.debug_tuple("Recipients").field(recipients).finish(),
        }
    }
}

impl Debug for Key {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(..)")
    }
}

impl Debug for Identity {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity(..)")
    }
}

fn from_bech32(text: &str, prefix: &str) -> Result<Zeroizing<[u8; 32]>, NotARecipient> {
    let checked = CheckedHrpstring::new::<Bech32>(text).map_err(|_| NotARecipient)?;
    if checked.hrp() != Hrp::parse(prefix).map_err(|_| NotARecipient)? {
        return Err(NotARecipient);
    }
    let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
    <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| NotARecipient)
}

impl FromStr for Recipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        Ok(Self(*from_bech32(text.trim(), RECIPIENT)?))
    }
}

impl FromStr for Identity {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        Ok(Self(from_bech32(text.trim(), IDENTITY)?))
    }
}

impl Identity {
    /// A key that anybody knows.
    #[cfg(any(test, feature = "testing"))]
    pub(in crate::backup) const fn of(secret: Zeroizing<[u8; 32]>) -> Self {
        Self(secret)
    }

    /// Whose secret key it is.
    pub(in crate::backup) fn recipient(&self) -> Recipient {
        Recipient(x25519(*self.0, X25519_BASEPOINT_BYTES))
    }
}

impl Key {
    /// Secret keys from a file as `age-keygen` writes it: a line each, comments begin with `#`.
    ///
    /// # Errors
    /// [`NotARecipient`] for any other line, or when there is no key.
    pub fn from_identity_file(text: &str) -> Result<Self, NotARecipient> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities = lines.map(str::parse).collect::<Result<Vec<Identity>, _>>()?;
        if identities.is_empty() { Err(NotARecipient) } else { Ok(Self::Identities(identities)) }
    }

    /// The file's key, if this opens one of its stanzas.
    pub(super) fn unlock(&self, stanzas: &[Stanza]) -> Result<FileKey, Fault> {
        match self {
            Self::Passphrase(passphrase) => match stanzas {
                [only] if only.name == SCRYPT => only.by_passphrase(passphrase),
                _ => Err(Fault::NeedsIdentity),
            },
            Self::Identities(identities) => {
                let known = stanzas.iter().filter(|stanza| stanza.name == X25519);
                let mut tries = known.flat_map(|stanza| identities.iter().map(|identity| stanza.by_identity(identity)));
                tries.find_map(Result::transpose).unwrap_or(Err(Fault::WrongIdentity))
            }
        }
    }
}

impl Lock {
    /// The stanzas that hold a file's key.
    pub(super) fn stanzas(&self, file_key: &FileKey) -> Result<Vec<Stanza>, getrandom::Error> {
        self.stanzas_of(file_key, if cfg!(test) { 10 } else { WORK })
    }

    fn stanzas_of(&self, file_key: &FileKey, work: u8) -> Result<Vec<Stanza>, getrandom::Error> {
        match self {
            Self::Passphrase(passphrase) => {
                let mut salt = [0; 16];
                getrandom::fill(&mut salt)?;
                let key = stretched(passphrase, &salt, work).expect("this much work is allowed");
                let arguments = vec![BASE64.encode(&salt), work.to_string()];
                Ok(vec![Stanza { name: SCRYPT.to_owned(), arguments, body: wrap(&key, file_key) }])
            }
            Self::Recipients(recipients) => recipients.iter().map(|recipient| recipient.stanza(file_key)).collect(),
        }
    }
}

impl Recipient {
    fn stanza(&self, file_key: &FileKey) -> Result<Stanza, getrandom::Error> {
        let mut ephemeral = Zeroizing::new([0; 32]);
        getrandom::fill(ephemeral.as_mut_slice())?;
        let share = x25519(*ephemeral, X25519_BASEPOINT_BYTES);
        let shared = Zeroizing::new(x25519(*ephemeral, self.0));
        let key = agreed(&shared, &share, self);
        Ok(Stanza { name: X25519.to_owned(), arguments: vec![BASE64.encode(&share)], body: wrap(&key, file_key) })
    }
}

/// A part of the header: for whom, how, and the file's key locked so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stanza {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) body: Vec<u8>,
}

impl Stanza {
    fn by_passphrase(&self, passphrase: &str) -> Result<FileKey, Fault> {
        let [salt, work] = self.arguments.as_slice() else { return Err(Fault::Altered) };
        let salt = bytes::<16>(salt)?;
        let plain = work.bytes().all(|digit| digit.is_ascii_digit()) && !work.starts_with('0');
        let work: u8 = work.parse().ok().filter(|work| plain && *work <= MOST_WORK).ok_or(Fault::Altered)?;
        let key = stretched(passphrase, &salt, work).ok_or(Fault::Altered)?;
        unwrap(&key, &self.body)?.ok_or(Fault::WrongPassphrase)
    }

    /// The file's key, if this stanza is for the holder of the identity.
    fn by_identity(&self, identity: &Identity) -> Result<Option<FileKey>, Fault> {
        let [share] = self.arguments.as_slice() else { return Err(Fault::Altered) };
        let share = bytes::<32>(share)?;
        let shared = Zeroizing::new(x25519(*identity.0, share));
        // A share of low order would make a key that everybody knows.
        if shared.iter().all(|byte| *byte == 0) {
            return Err(Fault::Altered);
        }
        unwrap(&agreed(&shared, &share, &identity.recipient()), &self.body)
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], Fault> {
    let decoded = BASE64.decode(text.as_bytes()).map_err(|_| Fault::Altered)?;
    decoded.try_into().map_err(|_| Fault::Altered)
}

fn stretched(passphrase: &str, salt: &[u8; 16], work: u8) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let params = Params::new(work, 8, 1).ok()?;
    scrypt::scrypt(passphrase.as_bytes(), &[SCRYPT_LABEL, salt].concat(), &params, key.as_mut_slice()).ok()?;
    Some(key)
}

fn agreed(shared: &[u8; 32], share: &[u8; 32], recipient: &Recipient) -> Zeroizing<[u8; 32]> {
    derived(shared, &[share.as_slice(), &recipient.0].concat(), X25519_LABEL)
}

/// A key for one purpose.
pub(super) fn derived(secret: &[u8], salt: &[u8], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(purpose, key.as_mut_slice())
        .expect("32 bytes can be had of SHA-256");
    key
}

/// Each of these keys locks one thing only, so the nonce is always the same.
fn wrap(key: &[u8; 32], file_key: &FileKey) -> Vec<u8> {
    let cipher = ChaCha20Poly1305::new(key.into());
    cipher.encrypt(&Nonce::default(), file_key.as_slice()).expect("sixteen bytes can be encrypted")
}

fn unwrap(key: &[u8; 32], body: &[u8]) -> Result<Option<FileKey>, Fault> {
    // Nothing but a key of this size: otherwise a stanza could be made that several passphrases open.
    if body.len() != FILE_KEY + 16 {
        return Err(Fault::Altered);
    }
    let plain = ChaCha20Poly1305::new(key.into()).decrypt(&Nonce::default(), body).ok().map(Zeroizing::new);
    Ok(plain.and_then(|plain| <[u8; FILE_KEY]>::try_from(plain.as_slice()).ok()).map(Zeroizing::new))
}
