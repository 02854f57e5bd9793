//! Android's key attestation: an extension of the key's certificate says what keeps the key and how the phone was started.
//!
//! <https://source.android.com/docs/security/features/keystore/attestation>

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use x509_parser::asn1_rs::{Any, Class, FromDer, oid};
use x509_parser::oid_registry::Oid;

use super::chain;
use super::finding::{Fault, Finding, Level};
use super::roots::Roots;

/// The extension with the key's description.
const DESCRIPTION: Oid<'static> = oid!(1.3.6.1.4.1.11129.2.1.17);
/// Values within one list of a description that are looked at; there are some sixty kinds.
const VALUES: usize = 128;
/// Packages and signatures that are kept; more than one are rare.
const KEPT: usize = 8;
/// Bytes of a text that are kept.
const TEXT: usize = 128;

/// Kinds of values that are read.
const ORIGIN: u32 = 702;
const ROOT_OF_TRUST: u32 = 704;
const OS_VERSION: u32 = 705;
const OS_PATCH_LEVEL: u32 = 706;
const APPLICATION: u32 = 709;

pub(super) fn examine(roots: &Roots, parts: &[&[u8]], challenge: &[u8], now_ms: u64) -> Finding {
    let Some(certificates) = chain::read(parts) else { return Finding::unreadable() };
    let Some(description) =
        certificates.first().and_then(|leaf| chain::extension(leaf, &DESCRIPTION)).and_then(Description::read)
    else {
        return Finding::unreadable();
    };
    let described_again = certificates.iter().skip(1).any(|other| chain::extension(other, &DESCRIPTION).is_some());
    let serials = || certificates.iter().map(|certificate| certificate.raw_serial());
    let fault = match chain::check(&certificates, roots.android(), now_ms) {
        Err(fault) => Some(fault),
        // Only the key that is attested may be described: else an attested key could have signed the one that is.
        Ok(()) if described_again => Some(Fault::Chain),
        Ok(()) if serials().any(|serial| roots.is_revoked(serial)) => Some(Fault::Revoked),
        Ok(()) if description.challenge != challenge => Some(Fault::Challenge),
        Ok(()) if description.was_imported => Some(Fault::Key),
        Ok(()) => None,
    };
    let mut details = description.details;
    if let Some(dated_ms) = roots.revocations_dated_ms() {
        details.insert("revocations_ms".to_owned(), dated_ms.into());
    }
    Finding { fault, level: Some(description.level), details: Value::Object(details) }
}

struct Description<'a> {
    level: Level,
    challenge: &'a [u8],
    /// Hardware keeps the key and does not say that it made it there.
    was_imported: bool,
    details: Map<String, Value>,
}

impl<'a> Description<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (_, outer) = Any::from_der(bytes).ok()?;
        let fields = items(outer.data)?;
        let [version, level, _, _, challenge, _, software, hardware] = fields.as_slice() else { return None };
        let level = match number(level)? {
            0 => Level::Software,
            1 => Level::TrustedEnvironment,
            2 => Level::SecureElement,
            _ => return None,
        };
        let (software, hardware) = (items(software.data)?, items(hardware.data)?);
        let of_hardware = |kind| value(&hardware, kind);
        let mut details = Map::new();
        details.insert("attestation_version".to_owned(), number(version)?.into());
        if let Some(root) = of_hardware(ROOT_OF_TRUST) {
            let root = items(root.data)?;
            let [key, locked, state, ..] = root.as_slice() else { return None };
            let state = match number(state)? {
                0 => "verified",
                1 => "self_signed",
                2 => "unverified",
                3 => "failed",
                _ => return None,
            };
            // Some phones write 1 for true, which DER does not know.
            let locked = locked.data.first().is_some_and(|byte| *byte != 0);
            let key = HEXLOWER.encode(key.data.get(..32).unwrap_or(key.data));
            details.insert("verified_boot".to_owned(), json!({ "state": state, "locked": locked, "key": key }));
        }
        for (kind, name) in [(OS_VERSION, "os_version"), (OS_PATCH_LEVEL, "patch_level")] {
            if let Some(number) = of_hardware(kind).as_ref().and_then(number) {
                details.insert(name.to_owned(), number.into());
            }
        }
        // What app asked is known to the system, not to the hardware.
        if let Some(application) = value(&software, APPLICATION).and_then(|value| application(value.data)) {
            details.insert("application".to_owned(), application);
        }
        let made_there = of_hardware(ORIGIN).as_ref().and_then(number) == Some(0);
        let was_imported = level != Level::Software && !made_there;
        Some(Self { level, challenge: challenge.data, was_imported, details })
    }
}

/// Packages, and SHA-256 of the certificates they are signed with.
fn application(bytes: &[u8]) -> Option<Value> {
    let (_, outer) = Any::from_der(bytes).ok()?;
    let fields = items(outer.data)?;
    let [packages, signatures] = fields.as_slice() else { return None };
    let name = |package: &Any<'_>| {
        let name = items(package.data)?.first()?.data;
        Some(String::from_utf8_lossy(name.get(..TEXT).unwrap_or(name)).into_owned())
    };
    let packages: Option<Vec<String>> = items(packages.data)?.iter().take(KEPT).map(name).collect();
    let digest = |signature: &Any<'_>| HEXLOWER.encode(signature.data.get(..32).unwrap_or(signature.data));
    let signatures: Vec<String> = items(signatures.data)?.iter().take(KEPT).map(digest).collect();
    Some(json!({ "packages": packages?, "signatures": signatures }))
}

/// What lies within a constructed value, nothing where there is too much or what is not DER.
fn items(mut bytes: &[u8]) -> Option<Vec<Any<'_>>> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        let (rest, item) = Any::from_der(bytes).ok()?;
        if items.len() == VALUES {
            return None;
        }
        items.push(item);
        bytes = rest;
    }
    Some(items)
}

/// The value of a kind in a list of a description.
fn value<'a>(list: &[Any<'a>], kind: u32) -> Option<Any<'a>> {
    let found =
        list.iter().find(|item| item.header.class() == Class::ContextSpecific && item.header.tag().0 == kind)?;
    Any::from_der(found.data).ok().map(|(_, value)| value)
}

/// A whole number or an enumerated one, of those that are small.
fn number(value: &Any<'_>) -> Option<u64> {
    if value.data.is_empty() || value.data.len() > 8 || value.data[0] & 0x80 != 0 {
        return None;
    }
    Some(value.data.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}
