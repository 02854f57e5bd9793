//! The deployment's own certificate authority. Phones trust it and no other, whatever roots a state has pushed on them.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use zeroize::Zeroizing;

/// Certificates and keys of a new deployment, in PEM.
pub(super) struct Certificates {
    pub(super) authority: String,
    pub(super) authority_key: Zeroizing<String>,
    pub(super) server: String,
    pub(super) server_key: Zeroizing<String>,
}

/// Makes an authority and a server certificate for these host names and IP addresses.
pub(super) fn create(hosts: &[String]) -> Result<Certificates, rcgen::Error> {
    let authority_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let authority_pem = Zeroizing::new(authority_key.serialize_pem());
    let mut params = params(&[], "Kuager deployment")?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(params, authority_key)?;

    let server_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = self::params(hosts, "Kuager coordinator")?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let server = params.signed_by(&server_key, &authority)?;
    Ok(Certificates {
        authority: authority.pem(),
        authority_key: authority_pem,
        server: server.pem(),
        server_key: Zeroizing::new(server_key.serialize_pem()),
    })
}

/// Valid from 2000 to 2049: the authority serves one deployment and ends with it, and a phone whose clock is wrong by
/// ten years must still get through.
fn params(hosts: &[String], name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(hosts)?;
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}
