use std::fs;
use std::path::{Path, PathBuf};

use kuager_wire::VERSION;
use kuager_wire::cose;
use kuager_wire::enrolment::{Credential, Role};
use kuager_wire::ids::{MediaHash, ObserverId};
use kuager_wire::receipt::MediaReceipt;

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
    let bytes = signer.root.credential(&credential).expect("signs");
    assert_eq!(cose::open(&bytes, id, &genesis.root_key), Ok(credential));
    assert!(cose::open::<Credential>(&bytes, id, &genesis.receipt_key).is_err());
}

#[test]
fn secrets_do_not_show() {
    let fixture = Fixture::new();
    let shown = format!("{:?}", fixture.app.signer);
    let keys = fixture.deployment.dir().join("keys");
    for file in ["root.seed", "receipt.seed", "upload.secret"] {
        let secret = fs::read(keys.join(file)).expect("is there");
        let debug = format!("{secret:?}");
        assert!(!shown.contains(debug.trim_matches(['[', ']'])), "{file}");
    }
    assert!(shown.contains("RootSigner") && shown.contains("UploadAddresses(..)"), "{shown}");
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
        let exempt = inside.starts_with("sign") || inside.starts_with("testing.rs") || inside.ends_with("tests.rs");
        let text = fs::read_to_string(&path).expect("reads");
        for word in ["SigningKey", "cose::sign"] {
            assert!(exempt || !text.contains(word), "{} says {word}; only sign does that", inside.display());
        }
    }
}
