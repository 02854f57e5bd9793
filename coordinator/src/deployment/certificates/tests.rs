use std::fs;

use super::*;

const NOW_MS: u64 = 1_800_000_000_000;

fn made(hosts: &[&str]) -> (tempfile::TempDir, Layout) {
    let dir = tempfile::tempdir().expect("a folder");
    let layout = Layout { dir: dir.path().to_owned() };
    fs::create_dir(dir.path().join("tls")).expect("works");
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    create(&hosts).expect("are made").write(&layout).expect("are written");
    (dir, layout)
}

fn hosts(summary: &CertificateSummary) -> Vec<String> {
    summary.hosts.iter().map(Host::to_string).collect()
}

fn bytes(layout: &Layout, name: &str) -> Vec<u8> {
    fs::read(layout.tls(name)).expect("is there")
}

#[test]
fn a_certificate_names_its_hosts_and_not_what_it_is_for() {
    let (_dir, layout) = made(&["Coordinator.Example", "203.0.113.7", "2001:db8::1"]);
    let summary = summary(&layout).expect("is read");
    assert_eq!(hosts(&summary), ["coordinator.example", "203.0.113.7", "2001:db8::1"]);
    for name in ["ca.pem", "server.pem"] {
        let path = layout.tls(name);
        let der = certificates_in(&path).expect("is read").remove(0);
        let text = String::from_utf8_lossy(&der).to_lowercase();
        assert!(!text.contains("kuager") && !text.contains("rcgen"), "{name}");
    }
    for bad in ["", "https://a.example", "a.example:8443", "[::1]", "*.example", "a b"] {
        assert!(matches!(create(&[bad.to_owned()]), Err(DeploymentError::Host(host)) if host == bad), "{bad:?}");
    }
}

#[test]
fn a_host_is_added_and_nothing_else_changes() {
    let (_dir, layout) = made(&["coordinator.example"]);
    let before = ["ca.pem", "ca.key", "server.key"].map(|name| bytes(&layout, name));
    let more = ["Other.Example".to_owned(), "203.0.113.7".to_owned(), "coordinator.example".to_owned()];
    let (added, new) = renew(&layout, &more, NOW_MS).expect("are added");
    assert!(new);
    assert_eq!(hosts(&added), ["coordinator.example", "other.example", "203.0.113.7"]);
    assert_eq!(["ca.pem", "ca.key", "server.key"].map(|name| bytes(&layout, name)), before);
    let certificate = bytes(&layout, "server.pem");
    assert_eq!(renew(&layout, &more, NOW_MS).expect("are there"), (added, false));
    assert_eq!(bytes(&layout, "server.pem"), certificate);
    assert!(matches!(renew(&layout, &["a b".to_owned()], NOW_MS), Err(DeploymentError::Host(_))));
    assert_eq!(bytes(&layout, "server.pem"), certificate);
}

#[test]
fn what_ends_before_its_authority_is_renewed_in_time() {
    let (_dir, layout) = made(&["coordinator.example"]);
    let whole = summary(&layout).expect("is read");
    assert_eq!(whole.server_ends_ms, whole.authority_ends_ms);
    assert!(whole.names(&"coordinator.example".parse().expect("a host")));
    // A certificate of one year for a whole domain, as somebody may have issued it by hand.
    let authority = certificates_in(&layout.tls("ca.pem")).expect("is read").remove(0);
    let key = |name| KeyPair::from_pem(std::str::from_utf8(&bytes(&layout, name)).expect("PEM")).expect("a key");
    let issuer = Issuer::from_ca_cert_der(&authority, key("ca.key")).expect("an issuer");
    let mut params = CertificateParams::new(["*.example".to_owned()]).expect("a host");
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2027, 1, 1));
    let short = params.signed_by(&key("server.key"), &issuer).expect("signs").pem();
    replace(&layout.tls("server.pem"), short.as_bytes()).expect("writes");
    let yearly = summary(&layout).expect("is read");
    let ends = yearly.server_ends_ms;
    assert!(ends < whole.authority_ends_ms);
    for (host, named) in
        [("coordinator.example", true), ("example", false), ("a.b.example", false), ("203.0.113.7", false)]
    {
        assert_eq!(yearly.names(&host.parse().expect("a host")), named, "{host}");
    }
    assert_eq!(renew(&layout, &[], ends - AHEAD_MS).expect("works"), (yearly.clone(), false));
    let (renewed, new) = renew(&layout, &[], ends - AHEAD_MS + 1).expect("works");
    assert_eq!((&renewed.hosts, renewed.server_ends_ms, new), (&yearly.hosts, whole.server_ends_ms, true));
    // Nothing is longer than the authority; about that somebody has to do something.
    let late = whole.authority_ends_ms - 1;
    assert!(whole.authority_ends_soon(late) && !whole.authority_ends_soon(NOW_MS));
    assert_eq!(renew(&layout, &[], late).expect("works"), (renewed, false));
}

#[test]
fn a_deployment_from_before_gets_a_certificate_with_a_neutral_name_under_its_authority() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ledger-v2/tls");
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("tls")).expect("works");
    for name in ["ca.pem", "ca.key", "server.pem", "server.key"] {
        write_new(&dir.path().join("tls").join(name), &fs::read(fixture.join(name)).expect("is there"))
            .expect("writes");
    }
    let layout = Layout { dir: dir.path().to_owned() };
    let before = summary(&layout).expect("is read");
    let (after, new) = renew(&layout, &["203.0.113.7".to_owned()], NOW_MS).expect("works");
    assert!(new);
    assert_eq!(after.hosts.len(), before.hosts.len() + 1);
    assert_eq!(after.authority_ends_ms, before.authority_ends_ms);
    let server = certificates_in(&layout.tls("server.pem")).expect("is read").remove(0);
    let parsed = parse(&server).expect("is read");
    assert!(!parsed.subject().to_string().contains("Kuager"), "{}", parsed.subject());
    // What a phone does with it: the anchor it got with its invite, the host it connects to.
    let authority = certificates_in(&layout.tls("ca.pem")).expect("is read").remove(0);
    let mut anchors = rustls::RootCertStore::empty();
    anchors.add(authority).expect("a certificate");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(anchors.into(), provider).build();
    let verifier = verifier.expect("a verifier");
    for host in after.hosts {
        let name = rustls::pki_types::ServerName::try_from(host.to_string()).expect("a name");
        let at = rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_millis(NOW_MS));
        use rustls::client::danger::ServerCertVerifier;
        verifier.verify_server_cert(&server, &[], &name, &[], at).expect("is trusted");
    }
    assert!(!renew(&layout, &[], NOW_MS).expect("works").1);
}
