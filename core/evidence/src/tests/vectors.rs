//! Every sample of the format as a reader sees it, byte for byte and field by field. A change of the format changes a file
//! that somebody has to look at.

use std::collections::HashMap;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::Deserialize;

use crate::{Outcome, Trust, inspect, sentence};

#[derive(Deserialize)]
struct Vectors {
    keys: Vec<Key>,
    deployment_id: String,
    statements: Vec<Sample>,
    bodies: Vec<Sample>,
    invites: Vec<Invite>,
}

#[derive(Deserialize)]
struct Key {
    name: String,
    public_key: String,
    kid: String,
}

#[derive(Deserialize)]
struct Sample {
    name: String,
    bytes: String,
}

#[derive(Deserialize)]
struct Invite {
    url: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../../tests/vectors/wire-v1.json")).expect("vectors")
}

fn bytes(sample: &Sample) -> Vec<u8> {
    HEXLOWER.decode(sample.bytes.as_bytes()).expect("hexadecimal")
}

/// Relies on the keys of the samples, as whoever has the file of keys would.
fn trust(vectors: &Vectors) -> Trust {
    let key = |name: &str| &vectors.keys.iter().find(|key| key.name == name).expect("a key").public_key;
    let devices: HashMap<&str, &str> =
        vectors.keys.iter().map(|key| (key.kid.as_str(), key.public_key.as_str())).collect();
    let keys = serde_json::json!({
        "deployment_id": vectors.deployment_id,
        "root": key("root"),
        "receipt": key("receipt"),
        "devices": devices,
    });
    let mut trust = Trust::default();
    trust.add_keys(Path::new("keys.json"), keys.to_string().as_bytes()).expect("keys");
    let delegation = vectors.statements.iter().find(|sample| sample.name == "delegation").expect("a delegation");
    trust.add_delegation(Path::new("delegation.cbor"), &bytes(delegation)).expect("by the root key");
    let desk = vectors.statements.iter().find(|sample| sample.name == "desk-key").expect("a key of the desk");
    trust.add_desk_key(Path::new("desk.cbor"), &bytes(desk)).expect("by the receipt key");
    trust
}

fn shown(name: &str, bytes: &[u8], trust: &Trust) -> Outcome {
    let report = inspect(bytes, trust);
    let text = format!("{}\n{}\n", report.text, sentence(&report.outcome));
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name.replace('/', "-"), text);
    });
    report.outcome
}

#[test]
fn every_statement_is_shown_and_holds() {
    let vectors = vectors();
    let trust = trust(&vectors);
    for sample in &vectors.statements {
        assert_eq!(shown(&sample.name, &bytes(sample), &trust), Outcome::Holds, "{}", sample.name);
    }
}

#[test]
fn every_body_and_invite_is_shown() {
    let vectors = vectors();
    let trust = trust(&vectors);
    for body in &vectors.bodies {
        shown(&body.name, &bytes(body), &trust);
    }
    for (number, invite) in (1..).zip(&vectors.invites) {
        shown(&format!("invite-{number}"), invite.url.as_bytes(), &trust);
    }
}
