//! What platforms say about phones: checked, kept, shown, and never a reason to refuse.
//!
//! A device signs with a key in software, since older keystores have no Ed25519. What a platform can attest is another key, made in
//! its secure hardware with a [challenge](kuager_wire::enrolment::attestation_challenge) that names the deployment, the device key
//! and the invite. So an attestation says: on a phone in this state, an app with this signature asked for this device key to be
//! vouched for. It does not say that nobody else has that key.
//!
//! The certificates' signatures are checked with the provider that TLS uses, up to [roots] that are in this repository
//! or in the data directory. Whatever does not hold is a [`Fault`] and is kept beside the evidence.

mod android;
mod apple;
mod chain;
mod finding;
pub mod roots;

use kuager_wire::enrolment::{Attestation, AttestationFormat};

pub use finding::{Fault, Finding, Level};
pub use roots::{Roots, RootsError};

/// Looks at an attestation that came with an enrolment with this challenge.
#[must_use]
pub fn examine(roots: &Roots, attestation: &Attestation, challenge: &[u8; 32], now_ms: u64) -> Finding {
    let parts: Vec<&[u8]> = attestation.parts.iter().map(|part| part.as_slice()).collect();
    match (attestation.format, parts.as_slice()) {
        (AttestationFormat::AndroidKey, chain) => android::examine(roots, chain, challenge, now_ms),
        (AttestationFormat::AppleAppAttest, [object]) => apple::examine(roots, object, challenge, now_ms),
        (AttestationFormat::AppleAppAttest, _) => Finding::unreadable(),
    }
}

#[cfg(test)]
mod tests;
