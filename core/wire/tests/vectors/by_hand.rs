//! COSE_Sign1 put together byte by byte, without the crate and without coset.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use kuager_wire::cose::{Purpose, external_aad};
use kuager_wire::ids::{DeploymentId, PublicKey};
use minicbor::Encoder;

const MEMORY: &str = "writes to memory";

fn encoded(write: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    encoder.into_writer()
}

pub(crate) fn bytes(value: &[u8]) -> Vec<u8> {
    encoded(|encoder| _ = encoder.bytes(value).expect(MEMORY))
}

/// The head of a byte string of this length, without the bytes.
pub(crate) fn bytes_head(length: u64) -> Vec<u8> {
    encoded(|encoder| _ = encoder.bytes_len(length).expect(MEMORY))
}

pub(crate) fn text(value: &str) -> Vec<u8> {
    encoded(|encoder| _ = encoder.str(value).expect(MEMORY))
}

pub(crate) fn pair(key: &[u8], value: &[u8]) -> Vec<u8> {
    [key, value].concat()
}

/// A map of encoded values in the order given.
pub(crate) fn map(fields: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut map = encoded(|encoder| _ = encoder.map(fields.len() as u64).expect(MEMORY));
    for (key, value) in fields {
        map.extend(encoded(|encoder| _ = encoder.u64(*key).expect(MEMORY)));
        map.extend_from_slice(value);
    }
    map
}

/// `{1: -8, 4: kid}`.
pub(crate) fn protected(key: &SigningKey) -> Vec<u8> {
    [&[0xa2, 0x01, 0x27, 0x04], &bytes(&PublicKey::from(key).kid().0)[..]].concat()
}

/// `["Signature1", protected, external_aad, payload]` (RFC 9052 §4.4).
pub(crate) fn sig_structure(protected: &[u8], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    [&[0x84], &text("Signature1")[..], &bytes(protected), &bytes(aad), &bytes(payload)].concat()
}

pub(crate) fn signature(
    purpose: Purpose,
    deployment: DeploymentId,
    key: &SigningKey,
    protected: &[u8],
    payload: &[u8],
) -> [u8; 64] {
    key.sign(&sig_structure(protected, &external_aad(purpose, deployment), payload)).to_bytes()
}

/// Tag 18 and an array of four: the protected header in a byte string, the rest as given.
pub(crate) fn sign1(protected: &[u8], unprotected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    [&[0xd2, 0x84], &bytes(protected)[..], unprotected, payload, signature].concat()
}

pub(crate) fn sign(purpose: Purpose, deployment: DeploymentId, key: &SigningKey, payload: &[u8]) -> Vec<u8> {
    let protected = protected(key);
    let signature = signature(purpose, deployment, key, &protected, payload);
    sign1(&protected, &[0xa0], &bytes(payload), &bytes(&signature))
}

/// The payload of a good statement.
pub(crate) fn payload(statement: &[u8]) -> &[u8] {
    // Tag, array, 21 bytes of protected header with their head, the empty map.
    let mut decoder = minicbor::Decoder::new(&statement[2 + 22 + 1..]);
    decoder.bytes().expect("a good statement")
}

/// The same bytes with the one occurrence of `old` replaced.
#[track_caller]
pub(crate) fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let places: Vec<_> = bytes.windows(old.len()).enumerate().filter(|(_, window)| *window == old).collect();
    assert_eq!(places.len(), 1, "exactly one place to replace");
    let at = places[0].0;
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// Where these bytes begin; they occur once.
#[track_caller]
pub(crate) fn find(bytes: &[u8], part: &[u8]) -> usize {
    let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(part)).collect();
    assert_eq!(places.len(), 1, "exactly one place");
    places[0]
}

/// The same statement with the order of the group added to the second half of the signature: without strict reading
/// it verifies just as well, under another hash.
pub(crate) fn malleated(statement: &[u8]) -> Vec<u8> {
    // 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 8032 §5.1).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut statement = statement.to_vec();
    let start = statement.len() - ORDER.len();
    let mut carry = 0;
    for (byte, add) in statement[start..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S is below L, so the sum fits");
    statement
}

/// The first y coordinate from 2 on that no point of the curve has.
pub(crate) fn off_curve() -> [u8; 32] {
    let mut candidate = [0; 32];
    candidate[0] = 2;
    while VerifyingKey::from_bytes(&candidate).is_ok() {
        candidate[0] += 1;
    }
    candidate
}
