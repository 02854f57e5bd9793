//! Chains made here, and Apple's own published sample.

use kuager_wire::enrolment::{Attestation, AttestationFormat};
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair};

use super::roots::{ANDROID, FOLDER, STATUS};
use super::{Fault, Finding, Level, Roots, android, apple, examine};

const CHALLENGE: [u8; 32] = [7; 32];
/// 2026-11-30.
const NOW_MS: u64 = 1_796_000_000_000;
/// Published with <https://developer.apple.com/documentation/devicecheck/attestation-object-validation-guide>, without its receipt,
/// which is for Apple.
const APPLE: &[u8] = include_bytes!("samples/apple.cbor");
/// What the sample was made with, and when.
const APPLE_CHALLENGE: &[u8] = b"example_server_challenge";
const APPLE_MS: u64 = 1_776_800_000_000;

fn der(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("small").to_be_bytes();
    let size = match length {
        [0, low @ 0..0x80] => vec![low],
        [high, low] => vec![0x82, high, low],
    };
    [tag, &size, content].concat()
}

/// A value of a kind of a description, tagged as DER does it for large numbers.
fn kind(number: u32, value: &[u8]) -> Vec<u8> {
    let number = u8::try_from(number >> 7).map(|high| [0xbf, 0x80 | high, (number & 0x7f) as u8]).expect("small");
    der(&number, value)
}

struct Description {
    level: u8,
    challenge: Vec<u8>,
    origin: u8,
    locked: u8,
    boot: u8,
}

impl Default for Description {
    fn default() -> Self {
        Self { level: 2, challenge: CHALLENGE.to_vec(), origin: 0, locked: 0xff, boot: 0 }
    }
}

impl Description {
    fn bytes(&self) -> Vec<u8> {
        let package = der(&[0x30], &[der(&[0x04], b"org.kuager.sample"), der(&[0x02], &[1])].concat());
        let application = [der(&[0x31], &package), der(&[0x31], &der(&[0x04], &[0xab; 32]))].concat();
        let software = kind(709, &der(&[0x04], &der(&[0x30], &application)));
        let root =
            [der(&[0x04], &[9; 32]), der(&[0x01], &[self.locked]), der(&[0x0a], &[self.boot]), der(&[0x04], &[8; 32])];
        let hardware = [
            kind(702, &der(&[0x02], &[self.origin])),
            kind(704, &der(&[0x30], &root.concat())),
            kind(705, &der(&[0x02], &[0x02, 0x49, 0xf0])),
            kind(706, &der(&[0x02], &[0x03, 0x17, 0x39])),
        ];
        let fields = [
            der(&[0x02], &[100]),
            der(&[0x0a], &[self.level]),
            der(&[0x02], &[100]),
            der(&[0x0a], &[self.level]),
            der(&[0x04], &self.challenge),
            der(&[0x04], &[]),
            der(&[0x30], &software),
            der(&[0x30], &hardware.concat()),
        ];
        der(&[0x30], &fields.concat())
    }
}

/// A platform with a root, what it issues with, and a data directory that believes it.
struct Platform {
    root: Issuer<'static, KeyPair>,
    root_pem: String,
    between: Issuer<'static, KeyPair>,
    between_der: Vec<u8>,
    between_serial: String,
}

fn params(name: &str, ca: bool) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = if ca { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

impl Platform {
    fn new() -> Self {
        Self::between(params("between", true))
    }

    fn between(mut between: CertificateParams) -> Self {
        let (root_key, between_key) = (key(), key());
        let root_params = params("root", true);
        let root_pem = root_params.self_signed(&root_key).expect("signs").pem();
        let root = Issuer::new(root_params, root_key);
        between.serial_number = Some(vec![0, 0xc3, 0x57].into());
        let certificate = between.signed_by(&between_key, &root).expect("signs");
        Self {
            root,
            root_pem,
            between_der: certificate.der().to_vec(),
            between: Issuer::new(between, between_key),
            between_serial: "c357".to_owned(),
        }
    }

    fn attested(&self, description: &Description) -> Vec<Vec<u8>> {
        let mut leaf = params("Android Keystore Key", false);
        let oid = [1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
        leaf.custom_extensions.push(CustomExtension::from_oid_content(&oid, description.bytes()));
        vec![leaf.signed_by(&key(), &self.between).expect("signs").der().to_vec(), self.between_der.clone()]
    }

    /// A data directory that believes this root, with a list of what was taken back.
    fn roots(&self, revoked: &[&str]) -> Roots {
        let data = tempfile::tempdir().expect("a temporary folder");
        let dir = data.path().join(FOLDER);
        std::fs::create_dir(&dir).expect("makes it");
        std::fs::write(dir.join(ANDROID), &self.root_pem).expect("writes");
        let entries: serde_json::Map<_, _> =
            revoked.iter().map(|serial| ((*serial).to_owned(), serde_json::json!({ "status": "REVOKED" }))).collect();
        if !revoked.is_empty() {
            let status = serde_json::json!({ "entries": entries });
            std::fs::write(dir.join(STATUS), status.to_string()).expect("writes");
        }
        Roots::load(data.path()).expect("loads")
    }
}

fn found(roots: &Roots, chain: &[Vec<u8>]) -> Finding {
    let parts: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    android::examine(roots, &parts, &CHALLENGE, NOW_MS)
}

#[test]
fn a_chain_to_a_root_says_what_keeps_the_key_and_how_the_phone_was_started() {
    let platform = Platform::new();
    let chain = platform.attested(&Description::default());
    let parts = chain.iter().cloned().map(Into::into).collect();
    let attestation = Attestation { format: AttestationFormat::AndroidKey, parts };
    let finding = examine(&platform.roots(&[]), &attestation, &CHALLENGE, NOW_MS);
    assert_eq!((finding.fault, finding.level, finding.result()), (None, Some(Level::SecureElement), "holds"));
    assert_eq!(
        finding.details,
        serde_json::json!({
            "attestation_version": 100,
            "verified_boot": { "state": "verified", "locked": true, "key": "09".repeat(32) },
            "os_version": 150_000,
            "patch_level": 202_553,
            "application": { "packages": ["org.kuager.sample"], "signatures": ["ab".repeat(32)] },
        })
    );
    // With the root itself at its end, as phones send it.
    let root = x509_parser::pem::parse_x509_pem(platform.root_pem.as_bytes()).expect("reads").1.contents;
    assert_eq!(found(&platform.roots(&[]), &[chain, vec![root]].concat()).fault, None);
}

#[test]
fn each_thing_that_does_not_hold_has_its_name_and_is_kept() {
    let (platform, other) = (Platform::new(), Platform::new());
    let roots = platform.roots(&[]);
    let say = |description: Description| found(&roots, &platform.attested(&description));
    assert_eq!(say(Description { challenge: vec![6; 32], ..Description::default() }).fault, Some(Fault::Challenge));
    assert_eq!(
        say(Description { challenge: CHALLENGE[..31].to_vec(), ..Description::default() }).fault,
        Some(Fault::Challenge)
    );
    assert_eq!(say(Description { origin: 2, ..Description::default() }).fault, Some(Fault::Key), "imported");
    let open = say(Description { locked: 0, boot: 2, level: 0, ..Description::default() });
    assert_eq!((open.fault, open.level), (None, Some(Level::Software)), "evidence, and weak");
    assert_eq!(open.details["verified_boot"]["state"], "unverified");
    // Some phones write 1 for true.
    assert_eq!(say(Description { locked: 1, ..Description::default() }).details["verified_boot"]["locked"], true);

    let chain = platform.attested(&Description::default());
    assert_eq!(found(&other.roots(&[]), &chain).fault, Some(Fault::Root));
    assert_eq!(found(&Roots::shipped(), &chain).fault, Some(Fault::Root));
    assert_eq!(found(&roots, &chain[..1]).fault, Some(Fault::Root), "cut off");
    let foreign = other.attested(&Description::default());
    assert_eq!(found(&roots, &[foreign[0].clone(), chain[1].clone()]).fault, Some(Fault::Chain));
    let mut altered = chain.clone();
    let at = altered[0].windows(32).position(|window| window == CHALLENGE).expect("is there");
    altered[0][at..at + 32].copy_from_slice(&[6; 32]);
    assert_eq!(found(&roots, &altered).fault, Some(Fault::Chain));
    for revoked in [platform.between_serial.as_str(), "00C357"] {
        let finding = found(&platform.roots(&[revoked]), &chain);
        assert_eq!(finding.fault, Some(Fault::Revoked), "{revoked}");
        assert!(finding.details["revocations_ms"].is_u64());
    }
    assert_eq!(found(&platform.roots(&["c358"]), &chain).fault, None);
}

#[test]
fn an_attested_key_cannot_attest() {
    let platform = Platform::new();
    let mut between = params("between", true);
    let oid = [1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
    between.custom_extensions.push(CustomExtension::from_oid_content(&oid, Description::default().bytes()));
    let described = Platform::between(between);
    assert_eq!(found(&described.roots(&[]), &described.attested(&Description::default())).fault, Some(Fault::Chain));
    // Nor may one that is not allowed to issue.
    let leaf_key = key();
    let leaf = params("leaf", false);
    let leaf_der = leaf.signed_by(&leaf_key, &platform.root).expect("signs").der().to_vec();
    let issuer = Issuer::new(leaf, leaf_key);
    let mut forged = params("forged", false);
    forged.custom_extensions.push(CustomExtension::from_oid_content(&oid, Description::default().bytes()));
    let forged = forged.signed_by(&key(), &issuer).expect("signs").der().to_vec();
    assert_eq!(found(&platform.roots(&[]), &[forged, leaf_der]).fault, Some(Fault::Chain));
}

#[test]
fn times_count_for_what_can_be_renewed() {
    let mut between = params("between", true);
    between.not_before = rcgen::date_time_ymd(2020, 1, 1);
    between.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let platform = Platform::between(between.clone());
    assert_eq!(found(&platform.roots(&[]), &platform.attested(&Description::default())).fault, Some(Fault::Time));
    between.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 5]), "c6047571d8f0d17c");
    let built_in = Platform::between(between);
    assert_eq!(found(&built_in.roots(&[]), &built_in.attested(&Description::default())).fault, None);
}

#[test]
fn apples_published_sample_holds_and_no_other_challenge_does() {
    let roots = Roots::shipped();
    let finding = apple::examine(&roots, APPLE, APPLE_CHALLENGE, APPLE_MS);
    assert_eq!((finding.fault, finding.level), (None, Some(Level::SecureElement)));
    let application = data_encoding::HEXLOWER.encode(&kuager_wire::cose::sha256(b"1234567890.com.example.myapp"));
    assert_eq!(finding.details, serde_json::json!({ "environment": "production", "application_sha256": application }));
    assert_eq!(apple::examine(&roots, APPLE, &CHALLENGE, APPLE_MS).fault, Some(Fault::Challenge));
    assert_eq!(apple::examine(&Roots::default(), APPLE, APPLE_CHALLENGE, APPLE_MS).fault, Some(Fault::Root));
    let later = apple::examine(&roots, APPLE, APPLE_CHALLENGE, 2_000_000_000_000);
    assert_eq!(later.fault, Some(Fault::Time), "what issued it ended in 2030");
}

/// What no signature covers, such as the head of a certificate, may be written another way; what is said stays the same.
#[test]
fn no_byte_of_apples_sample_can_say_something_else() {
    let roots = Roots::shipped();
    let genuine = apple::examine(&roots, APPLE, APPLE_CHALLENGE, APPLE_MS);
    for at in 0..APPLE.len() {
        let mut altered = APPLE.to_vec();
        altered[at] ^= 0x20;
        let finding = apple::examine(&roots, &altered, APPLE_CHALLENGE, APPLE_MS);
        assert!(finding.fault.is_some() || finding == genuine, "byte {at}");
    }
    for length in 0..APPLE.len() {
        assert!(apple::examine(&roots, &APPLE[..length], APPLE_CHALLENGE, APPLE_MS).fault.is_some(), "{length} bytes");
    }
}

#[test]
fn the_roots_are_those_that_the_platforms_publish() {
    let roots = Roots::shipped();
    let prints = |list: &[super::roots::Root]| {
        let print = |root: &super::roots::Root| {
            let certificate = root.read().expect("reads");
            assert!(certificate.verify_signature(None).is_ok(), "signs itself");
            data_encoding::HEXLOWER.encode(&kuager_wire::cose::sha256(root.der()))
        };
        list.iter().map(print).collect::<Vec<_>>()
    };
    assert_eq!(
        prints(roots.android()),
        [
            "cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc",
            "6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0",
        ]
    );
    assert_eq!(prints(roots.apple()), ["1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932"]);
}

#[test]
fn files_that_are_not_what_they_should_be_are_complained_about() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let dir = data.path().join(FOLDER);
    std::fs::create_dir(&dir).expect("makes it");
    for (name, content) in [(ANDROID, "no certificate"), (STATUS, "[]"), (STATUS, "{\"entries\": 7}")] {
        std::fs::write(dir.join(name), content).expect("writes");
        assert!(Roots::load(data.path()).is_err(), "{name}: {content}");
        std::fs::remove_file(dir.join(name)).expect("removes");
    }
    assert!(Roots::load(data.path()).is_ok());
}

#[test]
fn arbitrary_bytes_are_unreadable_and_nothing_else() {
    let platform = Platform::new();
    let roots = platform.roots(&[]);
    let chain = platform.attested(&Description::default());
    for length in 0..chain[0].len() {
        let finding = found(&roots, &[chain[0][..length].to_vec(), chain[1].clone()]);
        assert_eq!(finding.fault, Some(Fault::Unreadable), "{length} bytes");
    }
    let genuine = found(&roots, &chain);
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..5_000 {
        let mut altered = chain.clone();
        let at = random.usize(..altered[0].len());
        altered[0][at] = random.u8(..);
        let finding = found(&roots, &altered);
        assert!(finding.fault.is_some() || finding == genuine, "byte {at}");
    }
}
