//! Which certificates are a coordinator's, and at what time that is judged.
//!
//! Nothing is trusted but the anchors of an invite, and the phone's clock has no say about dates. A certificate is good if
//! all of its chain is valid at some moment that is not before the [known time](KnownTime). One that begins later is good:
//! the known time is a lower bound, and a certificate that the deployment's own authority dated ahead is no attack. One that
//! ended before is not.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::setup::HttpSetupError;
use crate::time::KnownTime;

/// Certificates of a chain that may each begin later than the one before; no chain of ours has more than two.
const CHAIN: usize = 8;

/// What a client of these anchors speaks: TLS 1.3, HTTP/2 or 1.1.
pub(super) fn client(anchors: &[Vec<u8>], time: &Arc<KnownTime>) -> Result<ClientConfig, HttpSetupError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let refused = |error: &dyn std::fmt::Display| HttpSetupError::Client(error.to_string());
    let mut roots = RootCertStore::empty();
    let mut ends = None;
    for anchor in anchors {
        let anchor = CertificateDer::from_slice(anchor);
        ends = ends.max(end_of(&anchor, &provider));
        roots.add(anchor.into_owned()).map_err(|_| HttpSetupError::Anchor)?;
    }
    let time = Arc::new(CertificateTime(Arc::clone(time)));
    // Older versions show whoever is in between the server's certificate.
    let config = ClientConfig::builder_with_details(Arc::clone(&provider), time).with_protocol_versions(&[&TLS13]);
    let config = config.map_err(|error| refused(&error))?;
    let mut config = if anchors.is_empty() {
        config.with_root_certificates(roots).with_no_client_auth()
    } else {
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let verifier = Arc::new(Pinned { inner: inner.map_err(|error| refused(&error))?, ends });
        config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// When a certificate ends: the verifier says so when it is asked about a time that no certificate lasts until.
fn end_of(certificate: &CertificateDer<'_>, provider: &CryptoProvider) -> Option<UnixTime> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let algorithms = provider.signature_verification_algorithms.all;
    let never = UnixTime::since_unix_epoch(Duration::from_secs(u64::from(u32::MAX) * 1000));
    match verify_server_cert_signed_by_trust_anchor(&parsed, &RootCertStore::empty(), &[], never, algorithms) {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => Some(not_after),
        _ => None,
    }
}

#[derive(Debug)]
struct CertificateTime(Arc<KnownTime>);

impl TimeProvider for CertificateTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.0.now_ms())))
    }
}

#[derive(Debug)]
struct Pinned {
    inner: Arc<WebPkiServerVerifier>,
    /// When the last of the anchors ends. A deployment whose clock was wrong when it signed can have signed for a time after
    /// that; its phones must not be lost by it.
    ends: Option<UnixTime>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut at = self.ends.map_or(now, |ends| now.min(ends));
        let mut verdict = Err(Error::General("too many certificates".to_owned()));
        for _ in 0..CHAIN {
            verdict = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at);
            match &verdict {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }))
                    if *not_before > at =>
                {
                    at = *not_before;
                }
                _ => break,
            }
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

    use super::*;

    const DAY: u64 = 86_400;

    /// A pinned authority that ends with 2040, and a certificate of its for these years.
    fn shown(from: i32, to: i32) -> (Pinned, CertificateDer<'static>) {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        let key = || KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(params, key()).expect("signs");
        let mut params = CertificateParams::new(vec!["kuager.example".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let leaf = params.signed_by(&key(), &authority).expect("signs").der().clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let ends = end_of(authority.der(), &provider);
        assert_eq!(ends, Some(year(2040)));
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("a certificate");
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("anchors");
        (Pinned { inner, ends }, leaf)
    }

    fn year(year: i32) -> UnixTime {
        let at = date_time_ymd(year, 1, 1).unix_timestamp();
        UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).expect("after 1970")))
    }

    fn accepts((pinned, leaf): &(Pinned, CertificateDer<'static>), name: &'static str, known: UnixTime) -> bool {
        let name = ServerName::try_from(name).expect("a name");
        pinned.verify_server_cert(leaf, &[], &name, &[], known).is_ok()
    }

    #[test]
    fn a_certificate_is_good_from_the_known_time_on() {
        let name = "kuager.example";
        let shown = shown(2025, 2027);
        for known in [UnixTime::since_unix_epoch(Duration::ZERO), year(1999), year(2025), year(2026), year(2027)] {
            assert!(accepts(&shown, name, known), "{known:?}");
        }
        let after = UnixTime::since_unix_epoch(Duration::from_secs(year(2027).as_secs() + DAY));
        assert!(!accepts(&shown, name, after), "it had ended when the deployment signed something later");
        assert!(!accepts(&shown, name, year(2039)));
        assert!(!accepts(&shown, "other.example", year(2026)), "dates are all that is forgiven");
    }

    #[test]
    fn a_deployment_that_signed_for_after_its_own_end_keeps_its_phones() {
        let shown = shown(2025, 2040);
        for known in [year(2050), UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX / 4))] {
            assert!(accepts(&shown, "kuager.example", known), "{known:?}");
        }
    }

    #[test]
    fn another_authority_is_another_authority_at_any_time() {
        let ((mine, _), (_, theirs)) = (shown(2025, 2027), shown(2025, 2027));
        assert!(!accepts(&(mine, theirs), "kuager.example", year(2026)));
    }
}
