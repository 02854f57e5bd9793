//! COSE_Sign1 (RFC 9052 §4.2) in the one profile Kuager uses.
//!
//! Tag 18; protected header exactly `{1: -8, 4: kid}` (EdDSA, key id); empty unprotected header; the payload inside;
//! Ed25519 verified strictly. The `external_aad` names a [`Purpose`] and a deployment, so that a signature made for
//! one is worthless as another: a signed request cannot be replayed as a record, nor a record of last year's election
//! as one of today's.

use coset::{CoseSign1, TaggedCborSerializable};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use minicbor::{Decode, Decoder, Encode};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::canonical::{self, Fault, Malformed, Tags};
use crate::ids::{DeploymentId, Kid, PublicKey};

/// COSE_Sign1's CBOR tag.
const TAG: u64 = 18;
/// What the envelope adds to a payload at most: tag, array, headers, lengths, signature.
pub const OVERHEAD: usize = 100;

/// What a signature is for; one key signs for one purpose, or for few that cannot be confused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// A deployment's birth, by the root key. The only purpose without a deployment to name.
    Genesis,
    /// An observer's record, by a device key.
    Record,
    /// A call that needs a known caller, by a device key.
    Request,
    /// A device's credential, by the root key or an issuer.
    Credential,
    /// An election definition, by the root key.
    Pack,
    /// Acceptance of a record, by the receipt key.
    Receipt,
    /// Refusal of a record or request, by the receipt key.
    Refusal,
    /// The coordinator's word to an observer, by the receipt key.
    Message,
    /// Two records under one number, kept as evidence, by the receipt key.
    Fork,
    /// Acceptance of a file, by the receipt key.
    MediaReceipt,
    /// That one file is a redacted copy of another, by the receipt key.
    Redaction,
    /// The stations of one region, by the root key.
    StationShard,
    /// Where the servers are and what they show, by the root key or an issuer.
    Servers,
    /// What an issuer may sign, by the root key.
    Delegation,
    /// That a key is taken back, by the root key or, for devices, an issuer.
    Revocation,
    /// That another key goes on for a device, by its device key.
    Succession,
    /// That a key is the desk's, by the receipt key.
    DeskKey,
    /// What somebody at the desk did, by a key of the desk.
    DeskEntry,
}

crate::named!(Purpose: "The name that is signed.");

/// The deployment a genesis statement names: it has none yet.
pub const NO_DEPLOYMENT: DeploymentId = DeploymentId([0; 32]);

/// The context both sides sign along: `"kuager/<purpose>/v1"`, a zero byte, the deployment id.
#[must_use]
pub fn external_aad(purpose: Purpose, deployment: DeploymentId) -> Vec<u8> {
    let mut aad = format!("kuager/{}/v1", purpose.name()).into_bytes();
    aad.push(0);
    aad.extend_from_slice(&deployment.0);
    aad
}

/// Why a signed statement is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The bytes are not a statement in the accepted form.
    #[error("malformed: {0}")]
    Malformed(#[from] Malformed),
    /// The envelope is COSE_Sign1, but not in the profile Kuager accepts.
    #[error("not the accepted COSE profile: {0}")]
    Profile(&'static str),
    /// Signed by another key than expected.
    #[error("signed by key {found}, expected {expected}")]
    WrongKey {
        /// The key that should have signed.
        expected: Kid,
        /// The key the statement names.
        found: Kid,
    },
    /// The public key is not a valid Ed25519 key.
    #[error("the public key is not a valid Ed25519 key")]
    InvalidKey,
    /// The signature does not belong to these bytes, this purpose and this deployment.
    #[error("the signature does not match these bytes, this purpose and this deployment")]
    BadSignature,
}

impl StatementError {
    /// A stable name, used in test vectors, statistics and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(malformed) => malformed.fault.code(),
            Self::Profile(_) => "cose_profile",
            Self::WrongKey { .. } => "wrong_key",
            Self::InvalidKey => "invalid_key",
            Self::BadSignature => "bad_signature",
        }
    }
}

/// A payload that is signed: what for, how large, and what must hold beyond its shape.
pub trait Statement: Encode<()> + for<'b> Decode<'b, ()> {
    /// What its signature is for.
    const PURPOSE: Purpose;
    /// Bytes of the whole signed statement at most.
    const LIMIT: usize;

    /// Checks what the shape alone cannot say.
    ///
    /// # Errors
    /// [`Malformed`] with the rule that is broken.
    fn check(&self) -> Result<(), Malformed>;
}

/// A statement that a delegated key may sign: what date it bears, which the delegation must cover.
pub trait Dated: Statement {
    /// The date, milliseconds since 1970, by the coordinator's clock.
    fn dated_ms(&self) -> u64;
}

/// Refuses statements of other versions; for use in [`Statement::check`].
pub(crate) fn check_version(version: u8) -> Result<(), Malformed> {
    if version == crate::VERSION { Ok(()) } else { Err(Fault::Version(version).at(0)) }
}

/// The better reason why a payload cannot be read, if it says that it is of another version: that one may have other
/// fields, and a phone whose record is refused for its version sends it again once the coordinator has been updated.
fn other_version(payload: &[u8]) -> Option<Malformed> {
    canonical::validate(payload, payload.len().saturating_add(1), Tags::None).ok()?;
    let mut decoder = Decoder::new(payload);
    decoder.map().ok()?;
    // Every payload starts with field 1, and keys are sorted.
    let first = decoder.u8().ok()?;
    let version = decoder.u8().ok()?;
    if first == 1 { check_version(version).err() } else { None }
}

/// Signs a statement and returns its exact bytes.
///
/// # Errors
/// When the statement breaks a rule of its own kind or of the encoding; nothing that this returns is refused by [`open`].
pub fn sign<T: Statement>(
    statement: &T,
    deployment: DeploymentId,
    key: &SigningKey,
) -> Result<Vec<u8>, StatementError> {
    statement.check()?;
    let payload = canonical::encode(statement, T::LIMIT.saturating_sub(OVERHEAD))?;
    let kid = PublicKey::from(key).kid();
    let protected = protected_bytes(kid);
    let signature = key.sign(&signed_bytes(&protected, &external_aad(T::PURPOSE, deployment), &payload)).to_bytes();
    let mut bytes = Vec::with_capacity(payload.len().saturating_add(OVERHEAD));
    write_head(&mut bytes, 6, TAG);
    write_head(&mut bytes, 4, 4);
    write_bytes(&mut bytes, &protected);
    write_head(&mut bytes, 5, 0);
    write_bytes(&mut bytes, &payload);
    write_bytes(&mut bytes, &signature);
    canonical::validate(&bytes, T::LIMIT, Tags::Outermost(TAG))?;
    Ok(bytes)
}

/// The protected header `{1: -8, 4: kid}`. RFC 9864 prefers -19, but the COSE tools that judges use only know -8.
fn protected_bytes(kid: Kid) -> [u8; 5 + Kid::SIZE] {
    let mut bytes = [0; 5 + Kid::SIZE];
    bytes[..5].copy_from_slice(&[0xa2, 0x01, 0x27, 0x04, 0x50]);
    bytes[5..].copy_from_slice(&kid.0);
    bytes
}

/// The `Sig_structure` (RFC 9052 §4.4). Written directly, because the general COSE library builds a tree of values for
/// it, and a coordinator does this for every record; a test compares the two.
fn signed_bytes(protected: &[u8], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    const CONTEXT: &[u8] = b"Signature1";
    let parts = [CONTEXT.len(), protected.len(), aad.len(), payload.len(), 16];
    let mut bytes = Vec::with_capacity(parts.into_iter().fold(0, usize::saturating_add));
    write_head(&mut bytes, 4, 4);
    write_head(&mut bytes, 3, CONTEXT.len() as u64);
    bytes.extend_from_slice(CONTEXT);
    write_bytes(&mut bytes, protected);
    write_bytes(&mut bytes, aad);
    write_bytes(&mut bytes, payload);
    bytes
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_head(out, 2, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// The head of a CBOR item in its shortest form.
fn write_head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let bytes = argument.to_be_bytes();
    let (info, behind) = match argument {
        0..=23 => (bytes[7], 0),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | info);
    out.extend(bytes.iter().skip(bytes.len().saturating_sub(behind)));
}

/// A signed statement whose form has been checked and whose signature has not.
#[derive(Debug, Clone)]
pub struct Envelope {
    sign1: CoseSign1,
    kid: Kid,
    /// Where the payload starts in the whole statement.
    payload_offset: usize,
}

impl Envelope {
    /// Reads an envelope of at most `limit` bytes, strictly: deterministic CBOR and exactly Kuager's COSE profile.
    ///
    /// # Errors
    /// The first rule broken; offsets count from the start of `bytes`.
    pub fn parse(bytes: &[u8], limit: usize) -> Result<Self, StatementError> {
        canonical::validate(bytes, limit, Tags::Outermost(TAG))?;
        let sign1 =
            CoseSign1::from_tagged_slice(bytes).map_err(|_| StatementError::Profile("not a COSE_Sign1 with tag 18"))?;
        if sign1.unprotected != coset::Header::default() {
            return Err(StatementError::Profile("the unprotected header is not empty"));
        }
        let kid = Kid::try_from(sign1.protected.header.key_id.as_slice())
            .map_err(|_| StatementError::Profile("the key id is not 16 bytes"))?;
        if sign1.protected.original_data.as_deref() != Some(&protected_bytes(kid)[..]) {
            return Err(StatementError::Profile("the protected header is not exactly {1: -8, 4: kid}"));
        }
        if sign1.signature.len() != Signature::BYTE_SIZE {
            return Err(StatementError::Profile("the signature is not 64 bytes"));
        }
        let payload = sign1.payload.as_ref().ok_or(StatementError::Profile("the payload is detached"))?;
        // Behind the payload stand only the signature's two-byte head and its 64 bytes.
        let payload_offset = bytes.len().saturating_sub(Signature::BYTE_SIZE + 2).saturating_sub(payload.len());
        Ok(Self { kid, payload_offset, sign1 })
    }

    /// The key that is said to have signed.
    #[must_use]
    pub const fn kid(&self) -> Kid {
        self.kid
    }

    /// The signed payload. Do not act on it before [`Envelope::verify`].
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.sign1.payload.as_deref().unwrap_or_default()
    }

    /// The raw signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.sign1.signature
    }

    /// Reads the payload as a statement. Do not act on it before [`Envelope::verify`].
    ///
    /// # Errors
    /// The first rule broken; offsets count from the start of the whole statement.
    pub fn statement<T: Statement>(&self) -> Result<T, StatementError> {
        let statement: T = canonical::decode(self.payload(), T::LIMIT)
            .map_err(|error| other_version(self.payload()).unwrap_or(error).within(self.payload_offset))?;
        statement.check().map_err(|error| error.within(self.payload_offset))?;
        Ok(statement)
    }

    /// Checks the signature (`verify_strict`: no small-order keys, no malleable signatures).
    ///
    /// # Errors
    /// [`StatementError::WrongKey`], [`StatementError::InvalidKey`] or [`StatementError::BadSignature`].
    pub fn verify(&self, purpose: Purpose, deployment: DeploymentId, key: &PublicKey) -> Result<(), StatementError> {
        let expected = key.kid();
        if expected != self.kid {
            return Err(StatementError::WrongKey { expected, found: self.kid });
        }
        self.verify_with(purpose, deployment, &Verifier::new(key)?)
    }

    /// The same with a key made ready before, for many statements by one key.
    ///
    /// # Errors
    /// [`StatementError::WrongKey`] or [`StatementError::BadSignature`].
    pub fn verify_with(
        &self,
        purpose: Purpose,
        deployment: DeploymentId,
        verifier: &Verifier,
    ) -> Result<(), StatementError> {
        if verifier.kid != self.kid {
            return Err(StatementError::WrongKey { expected: verifier.kid, found: self.kid });
        }
        let message = signed_bytes(&protected_bytes(self.kid), &external_aad(purpose, deployment), self.payload());
        let signature = Signature::from_slice(self.signature()).map_err(|_| StatementError::BadSignature)?;
        verifier.key.verify_strict(&message, &signature).map_err(|_| StatementError::BadSignature)
    }
}

/// A public key made ready to check signatures: decompressing it is a tenth of the work of checking one.
#[derive(Debug, Clone)]
pub struct Verifier {
    kid: Kid,
    key: VerifyingKey,
}

impl Verifier {
    /// Makes a key ready.
    ///
    /// # Errors
    /// [`StatementError::InvalidKey`].
    pub fn new(key: &PublicKey) -> Result<Self, StatementError> {
        let verifying = VerifyingKey::from_bytes(&key.0).map_err(|_| StatementError::InvalidKey)?;
        Ok(Self { kid: key.kid(), key: verifying })
    }
}

/// Verifies a signed statement and reads it.
///
/// # Errors
/// Whatever makes it unacceptable: form, key, signature, content; in this order.
pub fn open<T: Statement>(bytes: &[u8], deployment: DeploymentId, key: &PublicKey) -> Result<T, StatementError> {
    let envelope = Envelope::parse(bytes, T::LIMIT)?;
    envelope.verify(T::PURPOSE, deployment, key)?;
    envelope.statement()
}

/// SHA-256 over any bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests;
