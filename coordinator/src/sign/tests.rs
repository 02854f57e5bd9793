use std::fs;
use std::path::{Path, PathBuf};

use kuager_wire::VERSION;
use kuager_wire::cose;
use kuager_wire::enrolment::{Credential, Role};
use kuager_wire::ids::{MediaHash, ObserverId};
use kuager_wire::receipt::MediaReceipt;

use super::Holder;
use crate::testing::{Fixture, key, kid};

#[test]
fn each_key_signs_what_it_is_for() {
    let fixture = Fixture::new();
    let (id, genesis) = (fixture.deployment.id(), fixture.deployment.genesis());
    let signer = &fixture.app.signer;
    let receipt = MediaReceipt { version: VERSION, media: MediaHash([5; 32]), size: 1, kid: kid(1), received_ms: 1 };
    let bytes = signer.receipts.media_receipt(&receipt).expect("signs");
    assert_eq!(cose::open(&bytes, id, &genesis.receipt_key), Ok(receipt.clone()));
    assert!(cose::open::<MediaReceipt>(&bytes, id, &genesis.root_key).is_err());
    let credential = Credential {
        version: VERSION,
        kid: kid(1),
        public_key: (&key(1)).into(),
        observer: ObserverId([2; 16]),
        role: Role::Observer,
        stations: Vec::new(),
        not_before_ms: 1,
        not_after_ms: 2,
    };
    let bytes = signer.issuer.credential(&credential).expect("signs");
    assert_eq!(cose::open(&bytes, id, &genesis.root_key), Ok(credential));
    assert!(cose::open::<Credential>(&bytes, id, &genesis.receipt_key).is_err());
}

#[test]
fn secrets_do_not_show() {
    let fixture = Fixture::new();
    let shown = format!("{:?}", fixture.app.signer);
    let keys = fixture.deployment.dir().join("keys");
    for file in ["root.seed", "receipt.seed", "upload.secret", "pass.secret"] {
        let secret = fs::read(keys.join(file)).expect("is there");
        let debug = format!("{secret:?}");
        assert!(!shown.contains(debug.trim_matches(['[', ']'])), "{file}");
    }
    assert!(shown.contains("IssuerSigner") && shown.contains("UploadAddresses(..)"), "{shown}");
}

#[test]
fn a_pass_is_told_from_what_anybody_can_make() {
    let (fixture, other) = (Fixture::new(), Fixture::new());
    let passes = &fixture.app.signer.passes;
    let pass = passes.device(kid(1));
    assert_eq!(passes.holder(&pass), Some(Holder::Device(kid(1))));
    let token = passes.invite_token().expect("chance").to_string();
    assert!(matches!(passes.holder(&token), Some(Holder::Invite(_))));
    assert_ne!(passes.holder(&token), passes.holder(&passes.invite_token().expect("chance").to_string()));
    for genuine in [&pass, &token] {
        assert_eq!(other.app.signer.passes.holder(genuine), None, "of another deployment");
        for at in 0..genuine.len() {
            let digit = if genuine.as_bytes()[at] == b'0' { "1" } else { "0" };
            let mut forged = genuine.clone();
            forged.replace_range(at..=at, digit);
            assert_eq!(passes.holder(&forged), None, "{at}");
        }
        for cut in [&genuine[..genuine.len() - 2], &genuine[2..], &format!("{genuine}00"), &format!(" {genuine}")] {
            assert_eq!(passes.holder(cut), None, "{cut}");
        }
    }
    let long = "0".repeat(100_000);
    for junk in ["", "0", "x", "ä", &*long, &"0".repeat(32), &"0".repeat(64)] {
        assert_eq!(passes.holder(junk), None);
    }
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("reads") {
        let path = entry.expect("reads").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The door is one only as long as nobody breaks a second one into the wall.
#[test]
fn nothing_else_signs_or_holds_a_key() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 30);
    for path in files {
        let inside = path.strip_prefix(&src).expect("is below it");
        // Tests stand in for phones, which have keys of their own.
        let exempt = inside.starts_with("sign")
            || inside.starts_with("testing.rs")
            || inside.starts_with("ledger/conformance")
            || inside.ends_with("tests.rs");
        let text = fs::read_to_string(&path).expect("reads");
        for word in ["SigningKey", "cose::sign"] {
            assert!(exempt || !text.contains(word), "{} says {word}; only sign does that", inside.display());
        }
    }
}
