//! Where a deployment's servers are and which certificates they show, as one signed statement.
//!
//! Whoever can change either of the two stands between phones and the coordinator. So neither is ever believed by itself: both
//! are one statement under the root key, or under a key the root key delegated, and a later one replaces an earlier one.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::canonical::{self, Malformed};
use crate::cose::{Dated, Purpose, Statement, check_version, sha256};
use crate::ids::{DeploymentId, PublicKey};
use crate::limits;

/// The payload of a servers statement.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Servers {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Base URLs, tried in this order.
    #[n(2)]
    pub addresses: Vec<String>,
    /// Certificates (X.509, DER) that TLS servers of this deployment must chain to. No other authority is trusted.
    #[n(3)]
    pub anchors: Vec<ByteVec>,
    /// When it was signed, milliseconds since 1970. Of two statements the later one counts; no two have the same.
    #[n(4)]
    pub issued_ms: u64,
}

impl Statement for Servers {
    const PURPOSE: Purpose = Purpose::Servers;
    const LIMIT: usize = limits::SERVERS;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        check_addresses(&self.addresses)
    }
}

impl Dated for Servers {
    fn dated_ms(&self) -> u64 {
        self.issued_ms
    }
}

/// A phone with nowhere to go could never learn better.
pub(crate) fn check_addresses(addresses: &[String]) -> Result<(), Malformed> {
    if addresses.is_empty() { Err(Malformed::shape("no server address")) } else { Ok(()) }
}

/// What [`digits`] commits to beside the deployment and its root key.
#[derive(Encode)]
#[cbor(array)]
struct Compared<'a> {
    #[n(0)]
    addresses: &'a [String],
    #[n(1)]
    anchors: &'a [ByteVec],
}

/// Groups of five digits that are compared.
const GROUPS: usize = 5;

/// The digits that two people compare aloud before one of them believes an invite: `12345 67890 12345 67890 12345`.
///
/// They commit to everything an invite makes a phone believe: deployment, root key, addresses and anchors, each in its order.
/// They do not depend on the token or on who signed when, so all invites to the same servers have the same digits. Twenty-five
/// digits are 83 bits: nobody can try out keys or certificates until the digits happen to agree. Another way to make them
/// would be another version; this one is 2 (version 1 were the first digits of the deployment's id).
///
/// # Errors
/// When the addresses and anchors are larger than an invite may be.
pub fn digits(
    deployment: DeploymentId,
    root_key: &PublicKey,
    addresses: &[String],
    anchors: &[ByteVec],
) -> Result<String, Malformed> {
    let mut input = b"kuager/digits/v2\0".to_vec();
    input.extend_from_slice(&deployment.0);
    input.extend_from_slice(&root_key.0);
    input.extend(canonical::encode(&Compared { addresses, anchors }, limits::INVITE)?);
    let mut number = sha256(&input).iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut groups = [0_u32; GROUPS];
    for group in groups.iter_mut().rev() {
        *group = u32::try_from(number % 100_000).unwrap_or_default();
        number /= 100_000;
    }
    Ok(groups.map(|group| format!("{group:05}")).join(" "))
}
