//! The deployment's own certificate authority. Phones trust it and no other, whatever roots a state has pushed on them.
//!
//! The authority stays as long as the deployment: phones know it from their invites. The server's certificate is issued again
//! whenever it has to name another host or would end, under the same key, which no phone notices.
//!
//! Certificates say nothing of what they are for. TLS 1.3 encrypts them, but whoever connects sees them all the same.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use zeroize::Zeroizing;

use super::error::DeploymentError;
use super::files::{Layout, read, read_secret, replace, write_new};
use crate::address::Host;

/// How long before its end a certificate is issued again, or complained about.
const AHEAD_MS: u64 = 30 * DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// What authorities are called most often, where nobody has thought of a name.
const AUTHORITY: &str = "Root CA";
/// The longest common name (RFC 5280 appendix A.1).
const COMMON_NAME: usize = 64;
/// What server certificates were called before they were called after their host.
const FORMER: &str = "Kuager coordinator";

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

/// What certificates say that people want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// The hosts that the server's certificate names.
    pub hosts: Vec<Host>,
    /// When the server's certificate ends.
    pub server_ends_ms: u64,
    /// When the authority ends, and with it every invite.
    pub authority_ends_ms: u64,
}

impl CertificateSummary {
    /// Whether a phone that connects to this host finds it named.
    #[must_use]
    pub fn names(&self, host: &Host) -> bool {
        // Certificates that somebody has issued by hand may name all hosts of a domain.
        let parent = match host {
            Host::Name(name) => name.split_once('.').map(|(_, parent)| Host::Name(format!("*.{parent}"))),
            Host::Ip(_) => None,
        };
        self.hosts.contains(host) || parent.is_some_and(|parent| self.hosts.contains(&parent))
    }

    /// Whether the server's certificate ends so soon that it should have been issued again.
    #[must_use]
    pub fn server_ends_soon(&self, now_ms: u64) -> bool {
        self.server_ends_ms < now_ms.saturating_add(AHEAD_MS)
    }

    /// Whether the authority ends so soon that something has to be done about it.
    #[must_use]
    pub fn authority_ends_soon(&self, now_ms: u64) -> bool {
        self.authority_ends_ms < now_ms.saturating_add(AHEAD_MS)
    }
}

/// Makes an authority and a server certificate for these host names and IP addresses.
///
/// # Errors
/// [`DeploymentError::Host`] for what is no host.
pub(crate) fn create(hosts: &[String]) -> Result<Certificates, DeploymentError> {
    let hosts = read_hosts(hosts)?;
    let authority_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let authority_pem = Zeroizing::new(authority_key.serialize_pem());
    // Some day around the year 2000 until some day in the late 2040s: the authority serves one deployment and ends with it, and
    // a phone whose clock is wrong by ten years must still get through. Not the same days for all, which would be a mark.
    let mut days = [0; 2];
    getrandom::fill(&mut days)?;
    let days = days.map(|day| Duration::from_millis(u64::from(day).saturating_mul(DAY_MS).saturating_mul(4)));
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(1999, 1, 1) + days[0];
    params.not_after = date_time_ymd(2047, 1, 1) + days[1];
    params.distinguished_name = called(AUTHORITY);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(params, authority_key)?;
    let server_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let server = issue(&hosts, &server_key, authority.der(), &authority)?;
    Ok(Certificates {
        authority: authority.pem(),
        authority_key: authority_pem,
        server,
        server_key: Zeroizing::new(server_key.serialize_pem()),
    })
}

fn read_hosts(hosts: &[String]) -> Result<Vec<Host>, DeploymentError> {
    hosts.iter().map(|host| host.parse().map_err(|_| DeploymentError::Host(host.clone()))).collect()
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

/// A server certificate for these hosts, valid as long as its authority, in PEM.
fn issue(
    hosts: &[Host],
    key: &KeyPair,
    authority: &CertificateDer<'_>,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<String, DeploymentError> {
    let authority = parse(authority)?;
    let epoch = date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::default();
    params.not_before = epoch + Duration::from_millis(ms(authority.validity().not_before.timestamp()));
    params.not_after = epoch + Duration::from_millis(ms(authority.validity().not_after.timestamp()));
    let name = hosts.first().map_or_else(String::new, Host::to_string);
    params.distinguished_name = if name.len() <= COMMON_NAME { called(&name) } else { DistinguishedName::new() };
    params.subject_alt_names = hosts.iter().map(alternative).collect::<Result<_, _>>()?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params.signed_by(key, issuer)?.pem())
}

fn alternative(host: &Host) -> Result<SanType, rcgen::Error> {
    Ok(match host {
        Host::Name(name) => SanType::DnsName(name.as_str().try_into()?),
        Host::Ip(address) => SanType::IpAddress(*address),
    })
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, rcgen::Error> {
    let parsed = X509Certificate::from_der(certificate);
    parsed.map(|(_, parsed)| parsed).map_err(|_| rcgen::Error::CouldNotParseCertificate)
}

/// Milliseconds since 1970; before that nothing of ours ends.
fn ms(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0).saturating_mul(1000)
}

/// What the files say.
struct Found {
    authority: CertificateDer<'static>,
    server: CertificateDer<'static>,
}

impl Found {
    fn read(layout: &Layout) -> Result<Self, DeploymentError> {
        let first = |name| {
            let path = layout.tls(name);
            let certificate = certificates_in(&path)?.into_iter().next();
            certificate.ok_or_else(|| DeploymentError::corrupt(&path, "no certificate is in it"))
        };
        Ok(Self { authority: first("ca.pem")?, server: first("server.pem")? })
    }

    fn summary(&self) -> Result<CertificateSummary, DeploymentError> {
        let (authority, server) = (parse(&self.authority)?, parse(&self.server)?);
        let names = server.subject_alternative_name().map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
        let names = names.map(|names| names.value.general_names.as_slice()).unwrap_or_default();
        Ok(CertificateSummary {
            hosts: names.iter().filter_map(host).collect(),
            server_ends_ms: ms(server.validity().not_after.timestamp()),
            authority_ends_ms: ms(authority.validity().not_after.timestamp()),
        })
    }

    /// Whether another certificate would be better: this one ends soon and another would not, or it says what it is for.
    fn should_be_renewed(&self, summary: &CertificateSummary, now_ms: u64) -> Result<bool, DeploymentError> {
        let soon = now_ms.saturating_add(AHEAD_MS);
        let ends = summary.server_ends_ms < soon && summary.server_ends_ms < summary.authority_ends_ms;
        let server = parse(&self.server)?;
        let mut names = server.subject().iter_common_name();
        Ok(ends || names.any(|name| name.as_str().is_ok_and(|name| name == FORMER)))
    }
}

fn host(name: &GeneralName<'_>) -> Option<Host> {
    match name {
        // Whatever it is, it was named before, and a certificate that follows must name it too.
        GeneralName::DNSName(name) => Some(Host::Name(name.to_ascii_lowercase())),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(|bytes| Host::Ip(bytes.into()));
            v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(|bytes| Host::Ip(bytes.into()))).ok()
        }
        _ => None,
    }
}

/// What the certificates in the data directory say.
///
/// # Errors
/// [`DeploymentError`] with the file that is missing or damaged.
pub(crate) fn summary(layout: &Layout) -> Result<CertificateSummary, DeploymentError> {
    Found::read(layout)?.summary()
}

/// Issues the server's certificate again if it does not name all of these hosts, or if it is time to. Returns what then
/// holds, and whether there is a new one.
///
/// # Errors
/// [`DeploymentError`]; what was there before stays.
pub(crate) fn renew(
    layout: &Layout,
    more: &[String],
    now_ms: u64,
) -> Result<(CertificateSummary, bool), DeploymentError> {
    let more = read_hosts(more)?;
    let path = layout.tls("ca.key");
    let lock = File::open(&path).map_err(DeploymentError::io("read", &path))?;
    // Two who add a host at once must not undo each other's.
    lock.lock().map_err(DeploymentError::io("lock", &path))?;
    let found = Found::read(layout)?;
    let before = found.summary()?;
    let mut hosts = before.hosts.clone();
    for host in more {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts == before.hosts && !found.should_be_renewed(&before, now_ms)? {
        return Ok((before, false));
    }
    let key = |name| {
        let path = layout.tls(name);
        let pem = String::from_utf8(read_secret(&path)?.to_vec()).map(Zeroizing::new);
        let pem = pem.map_err(|_| DeploymentError::corrupt(&path, "not a key in PEM"))?;
        KeyPair::from_pem(&pem).map_err(|error| DeploymentError::corrupt(&path, error.to_string()))
    };
    let issuer = Issuer::from_ca_cert_der(&found.authority, key("ca.key")?)?;
    let server = issue(&hosts, &key("server.key")?, &found.authority, &issuer)?;
    replace(&layout.tls("server.pem"), server.as_bytes())?;
    Ok((summary(layout)?, true))
}

/// The certificates in a file.
///
/// # Errors
/// [`DeploymentError`] when there is none.
pub(crate) fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, DeploymentError> {
    let pem = read(path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(DeploymentError::corrupt(path, "no certificate is in it")),
        Err(error) => Err(DeploymentError::corrupt(path, error.to_string())),
    }
}

#[cfg(test)]
mod tests;
