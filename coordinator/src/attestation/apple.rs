//! Apple's App Attest: an object of certificates and of what the Secure Enclave signed for.
//!
//! <https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server>. The challenge is given to
//! `attestKey` as the hash of client data.

use data_encoding::HEXLOWER;
use kuager_wire::cose::sha256;
use minicbor::Decoder;
use minicbor::decode::Error;
use serde_json::json;
use x509_parser::asn1_rs::{Any, FromDer, oid};
use x509_parser::oid_registry::Oid;

use super::chain;
use super::finding::{Fault, Finding, Level};
use super::roots::Roots;

/// The extension with the nonce.
const NONCE: Oid<'static> = oid!(1.2.840.113635.100.8.2);
/// Certificates of an object at most.
const CERTIFICATES: u64 = 4;
/// Bytes before the id of a key in the authenticator's data: application, flags, counter, environment, length.
const BEFORE_ID: usize = 32 + 1 + 4 + 16 + 2;

/// The parts of an object that count.
#[derive(Default)]
struct Object<'a> {
    format: &'a str,
    certificates: Vec<&'a [u8]>,
    data: &'a [u8],
}

pub(super) fn examine(roots: &Roots, bytes: &[u8], challenge: &[u8], now_ms: u64) -> Finding {
    let Some(object) = Object::read(bytes).ok().filter(|object| object.format == "apple-appattest") else {
        return Finding::unreadable();
    };
    let Some(certificates) = chain::read(&object.certificates) else { return Finding::unreadable() };
    let (Some(leaf), Some(said)) = (certificates.first(), Said::read(object.data)) else {
        return Finding::unreadable();
    };
    let nonce = chain::extension(leaf, &NONCE).and_then(nonce);
    let expected = sha256(&[object.data, challenge].concat());
    // The id of a key is the hash of its public half.
    let key = sha256(&leaf.public_key().subject_public_key.data);
    let fault = match chain::check(&certificates, roots.apple(), now_ms) {
        Err(fault) => Some(fault),
        Ok(()) if nonce != Some(&expected[..]) => Some(Fault::Challenge),
        Ok(()) if said.id != key => Some(Fault::Key),
        Ok(()) => None,
    };
    let details = json!({ "environment": said.environment, "application_sha256": HEXLOWER.encode(said.application) });
    Finding { fault, level: Some(Level::SecureElement), details }
}

impl<'a> Object<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut decoder = Decoder::new(bytes);
        let mut object = Self::default();
        for _ in 0..definite(decoder.map()?, 8)? {
            match decoder.str()? {
                "fmt" => object.format = decoder.str()?,
                "authData" => object.data = decoder.bytes()?,
                "attStmt" => {
                    for _ in 0..definite(decoder.map()?, 8)? {
                        if decoder.str()? == "x5c" {
                            for _ in 0..definite(decoder.array()?, CERTIFICATES)? {
                                object.certificates.push(decoder.bytes()?);
                            }
                        } else {
                            decoder.skip()?;
                        }
                    }
                }
                _ => decoder.skip()?,
            }
        }
        Ok(object)
    }
}

fn definite(length: Option<u64>, most: u64) -> Result<u64, Error> {
    length.filter(|length| *length <= most).ok_or_else(|| Error::message("too many entries, or nobody says how many"))
}

/// What the authenticator's data say.
struct Said<'a> {
    /// SHA-256 of the team's and the app's identifier.
    application: &'a [u8],
    environment: &'static str,
    id: &'a [u8],
}

impl<'a> Said<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let head = data.get(..BEFORE_ID)?;
        let environment = match &head[37..53] {
            b"appattest\0\0\0\0\0\0\0" => "production",
            b"appattestdevelop" => "development",
            _ => return None,
        };
        let length = usize::from(u16::from_be_bytes([head[53], head[54]]));
        Some(Self { application: &head[..32], environment, id: data.get(BEFORE_ID..BEFORE_ID + length)? })
    }
}

/// A sequence of one tagged value, which is a string of bytes.
fn nonce(extension: &[u8]) -> Option<&[u8]> {
    let inner = |bytes| Any::from_der(bytes).ok().map(|(_, any)| any.data);
    inner(extension).and_then(inner).and_then(inner)
}
