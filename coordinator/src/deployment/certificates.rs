//! The deployment's own certificate authority. Phones trust it and no other, whatever roots a state has pushed on them.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use zeroize::Zeroizing;

use super::error::DeploymentError;
use super::files::{Layout, write_new};

/// Certificates and keys of a new deployment, in PEM.
pub(crate) struct Certificates {
    authority: String,
    authority_key: Zeroizing<String>,
    server: String,
    server_key: Zeroizing<String>,
}

impl Certificates {
    /// Keeps them as files.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&self, layout: &Layout) -> Result<(), DeploymentError> {
        for (name, pem) in [
            ("ca.pem", &self.authority),
            ("ca.key", &*self.authority_key),
            ("server.pem", &self.server),
            ("server.key", &*self.server_key),
        ] {
            write_new(&layout.tls(name), pem.as_bytes())?;
        }
        Ok(())
    }
}

/// Makes an authority and a server certificate for these host names and IP addresses.
///
/// # Errors
/// [`DeploymentError::Certificate`] for what is no host name.
pub(crate) fn create(hosts: &[String]) -> Result<Certificates, DeploymentError> {
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
