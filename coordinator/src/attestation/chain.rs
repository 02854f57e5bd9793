//! Certificates from an attested key up to a root.

use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{OID_X509_SERIALNUMBER, Oid};
use x509_parser::prelude::FromDer;

use super::finding::Fault;
use super::roots::Root;

/// Reads a chain, the attested key's own certificate first.
pub(super) fn read<'a>(parts: &[&'a [u8]]) -> Option<Vec<X509Certificate<'a>>> {
    parts
        .iter()
        .map(|part| X509Certificate::from_der(part).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, read)| read))
        .collect()
}

/// Checks names, signatures and times from a root down. The root itself may be left out, and counts by its key: platforms issue
/// the same key anew.
pub(super) fn check(chain: &[X509Certificate<'_>], roots: &[Root], now_ms: u64) -> Result<(), Fault> {
    let (Some(top), Some(leaf)) = (chain.last(), chain.first()) else { return Err(Fault::Unreadable) };
    let roots = roots.iter().filter_map(|root| root.read()).collect::<Vec<_>>();
    let is_root = |root: &&X509Certificate<'_>| root.public_key().raw == top.public_key().raw;
    let (path, anchor) = match roots.iter().find(is_root) {
        Some(root) => (&chain[..chain.len() - 1], root),
        None => {
            let issued_by = |root: &&X509Certificate<'_>| {
                root.subject().as_raw() == top.issuer().as_raw()
                    && top.verify_signature(Some(root.public_key())).is_ok()
            };
            (chain, roots.iter().find(issued_by).ok_or(Fault::Root)?)
        }
    };
    // A root alone attests nothing.
    if path.is_empty() {
        return Err(Fault::Chain);
    }
    let mut issuer = anchor;
    for certificate in path.iter().rev() {
        let named = certificate.issuer().as_raw() == issuer.subject().as_raw();
        if !named || certificate.verify_signature(Some(issuer.public_key())).is_err() {
            return Err(Fault::Chain);
        }
        issuer = certificate;
    }
    // What issues must be allowed to: else an attested key could attest.
    let mut issuers = path.iter().skip(1);
    let may_issue = |certificate: &X509Certificate<'_>| matches!(certificate.basic_constraints(), Ok(Some(basic)) if basic.value.ca);
    if !issuers.all(may_issue) || may_issue(leaf) {
        return Err(Fault::Chain);
    }
    let now = i64::try_from(now_ms / 1000).unwrap_or(i64::MAX);
    // The first certificate's dates are the device's own word, or days long, and the enrolment may come later.
    path.iter().skip(1).try_for_each(|certificate| {
        let validity = certificate.validity();
        let over = now > validity.not_after.timestamp() && !was_built_in(certificate);
        if now < validity.not_before.timestamp() || over { Err(Fault::Time) } else { Ok(()) }
    })
}

/// Keys that were put into phones when they were made cannot be renewed, so Google accepts their certificates after their time, as we
/// do. Their certificates name a serial number.
fn was_built_in(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().iter_by_oid(&OID_X509_SERIALNUMBER).next().is_some()
}

/// The one extension with this name.
pub(super) fn extension<'a>(certificate: &'a X509Certificate<'_>, oid: &Oid<'_>) -> Option<&'a [u8]> {
    certificate.get_extension_unique(oid).ok().flatten().map(|extension| extension.value)
}
