//! What people at the desk are told by: three keys that follow from one secret, which lies beside the ledger and not in it.
//!
//! Whoever has a copy of the ledger alone can neither guess at passwords with it, since one of the keys goes into each, nor
//! make codes, since these are made with what another one seals. The third marks browsers that somebody has signed in from.

use std::fmt::{self, Debug, Formatter};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::Mac;
use kuager_wire::ids::PersonId;
use zeroize::Zeroizing;

use super::secret::Secret;
use crate::deployment::{Deployment, DeploymentError};

/// Bytes of the number that a sealed secret begins with.
const NONCE: usize = 24;
/// Bytes of a browser's mark that are chance.
const CHANCE: usize = 16;

/// A mark that a browser carries, from which its person has signed in before: chance, and a code of it.
pub type BrowserMark = [u8; 2 * CHANCE];

/// The holder of the secret that passwords, codes and marks of people rest on.
pub struct PeopleKeys {
    secret: Secret,
}

impl Debug for PeopleKeys {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("PeopleKeys(..)")
    }
}

impl PeopleKeys {
    /// Reads the secret, and makes it when a deployment has none yet. When it is lost, nobody can sign in until each account was
    /// given another password and another secret for codes.
    ///
    /// # Errors
    /// [`DeploymentError`] when it is damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        Ok(Self { secret: Secret::open(deployment, "people")? })
    }

    /// What goes into every password beside its salt.
    pub(crate) fn pepper(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.code(&[b"password"]).finalize().into_bytes().into())
    }

    /// Seals what a person's codes are made with. For that person only: nobody can be given another one's.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn seal(&self, person: PersonId, secret: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: secret, aad: person.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).expect("a few bytes are no too long message");
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for a person; nothing when it was another one, another secret, or altered.
    pub(crate) fn open_sealed(&self, person: PersonId, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: person.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = Zeroizing::new(<[u8; 32]>::from(self.secret.code(&[b"codes"]).finalize().into_bytes()));
        XChaCha20Poly1305::new(&(*key).into())
    }

    /// What messages to a webhook are signed with.
    #[must_use]
    pub fn webhook(&self, id: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.code(&[b"webhook", id]).finalize().into_bytes().into())
    }

    /// A new mark for a browser from which this person has signed in.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn mark(&self, person: PersonId) -> Result<BrowserMark, getrandom::Error> {
        let mut mark = [0; 2 * CHANCE];
        let (chance, code) = mark.split_at_mut(CHANCE);
        getrandom::fill(chance)?;
        let made = self.secret.code(&[b"browser", person.as_bytes(), chance]).finalize().into_bytes();
        for (to, from) in code.iter_mut().zip(made) {
            *to = from;
        }
        Ok(mark)
    }

    /// Whether a browser carries a mark of this person.
    #[must_use]
    pub fn is_mark(&self, person: PersonId, mark: &BrowserMark) -> bool {
        let (chance, code) = mark.split_at(CHANCE);
        self.secret.code(&[b"browser", person.as_bytes(), chance]).verify_truncated_left(code).is_ok()
    }
}
