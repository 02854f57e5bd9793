//! How far a device is trusted.
//!
//! Receipts say that a record is held, not that its device is trusted: a record behind the last trusted number of a revoked
//! device may have a receipt from before. Whoever weighs a record asks for what was said of its device.

use kuager_wire::delegation::{Revocation, RevokedKey};
use kuager_wire::ids::Kid;

use crate::authority::{Authority, AuthorityFault};

/// How far a device is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceTrust {
    /// The last word on it; nothing was ever said of most.
    pub last: Option<Revocation>,
}

impl DeviceTrust {
    /// Whether a record with this number of the device's chain is trusted.
    #[must_use]
    pub fn trusts(&self, seq: u64) -> bool {
        self.last.as_ref().is_none_or(|revocation| revocation.trusts(seq))
    }
}

/// How far a device is trusted, by these statements in any order: the one with the latest date counts, and what is said of other
/// keys does not. That none was kept back cannot be known.
///
/// # Errors
/// [`AuthorityFault`] of the first that is not the deployment's.
pub fn device_trust<'a>(
    statements: impl Iterator<Item = &'a [u8]>,
    device: Kid,
    authority: &Authority,
) -> Result<DeviceTrust, AuthorityFault> {
    let mut trust = DeviceTrust::default();
    for bytes in statements {
        let said: Revocation = authority.open(bytes)?;
        let later = trust.last.as_ref().is_none_or(|last| said.revoked_ms > last.revoked_ms);
        if said.what == RevokedKey::Device && said.kid == device && later {
            trust.last = Some(said);
        }
    }
    Ok(trust)
}
