use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder, iana};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::*;
use crate::ids::ObserverId;
use crate::message::Message;

const DEPLOYMENT: DeploymentId = DeploymentId([7; 32]);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn message() -> Message {
    Message {
        version: 1,
        number: 3,
        observer: ObserverId([9; 16]),
        sent_ms: 1_679_200_000_000,
        text: "Екінші бетті қайта түсіріңіз".to_owned(),
        about: None,
        media: None,
        ask: None,
    }
}

fn protected_header(kid: Kid) -> coset::Header {
    HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).key_id(kid.0.to_vec()).build()
}

#[test]
fn what_is_written_directly_is_what_the_cose_library_writes() {
    let kid = PublicKey::from(&key(1)).kid();
    assert_eq!(protected_header(kid).to_vec().expect("writes"), protected_bytes(kid));
    let aad = external_aad(Purpose::Record, DEPLOYMENT);
    for length in [0, 1, 23, 24, 255, 256, 65_535, 65_536] {
        let sign1 = CoseSign1Builder::new().protected(protected_header(kid)).payload(vec![7; length]).build();
        assert_eq!(sign1.tbs_data(&aad), signed_bytes(&protected_bytes(kid), &aad, &vec![7; length]), "{length}");
    }
    let ours = sign(&message(), DEPLOYMENT, &key(1)).expect("signs");
    let theirs = CoseSign1Builder::new()
        .protected(protected_header(kid))
        .payload(canonical::encode(&message(), 1000).expect("encodes"))
        .create_signature(&external_aad(Purpose::Message, DEPLOYMENT), |tbs| key(1).sign(tbs).to_bytes().to_vec())
        .build();
    assert_eq!(ours, theirs.to_tagged_vec().expect("writes"));
}

#[test]
fn a_signed_statement_opens_and_names_its_key() {
    let bytes = sign(&message(), DEPLOYMENT, &key(1)).expect("signs");
    let public = PublicKey::from(&key(1));
    assert_eq!(open::<Message>(&bytes, DEPLOYMENT, &public), Ok(message()));
    assert_eq!(Envelope::parse(&bytes, 1000).expect("parses").kid(), public.kid());
}

#[test]
fn another_key_purpose_or_deployment_is_refused() {
    let bytes = sign(&message(), DEPLOYMENT, &key(1)).expect("signs");
    let public = PublicKey::from(&key(1));
    let wrong = open::<Message>(&bytes, DEPLOYMENT, &PublicKey::from(&key(2))).expect_err("another key");
    assert_eq!(wrong.code(), "wrong_key");
    assert_eq!(open::<Message>(&bytes, DeploymentId([8; 32]), &public), Err(StatementError::BadSignature));
    let envelope = Envelope::parse(&bytes, 1000).expect("parses");
    for &purpose in Purpose::ALL {
        let accepted = envelope.verify(purpose, DEPLOYMENT, &public).is_ok();
        assert_eq!(accepted, purpose == Purpose::Message, "{purpose:?}");
    }
}

#[test]
fn offsets_inside_the_payload_count_from_the_start_of_the_statement() {
    // The payload of a message with an unknown field 99, signed properly.
    let mut payload = canonical::encode(&message(), 1000).expect("encodes");
    assert_eq!(payload[0], 0xa5);
    payload[0] = 0xa6;
    payload.extend([0x18, 99, 1]);
    let sign1 = CoseSign1Builder::new()
        .protected(protected_header(PublicKey::from(&key(1)).kid()))
        .payload(payload.clone())
        .create_signature(&external_aad(Purpose::Message, DEPLOYMENT), |tbs| key(1).sign(tbs).to_bytes().to_vec())
        .build();
    let bytes = sign1.to_tagged_vec().expect("writes");
    let start = bytes.windows(payload.len()).position(|window| window == payload).expect("the payload is inside");
    let error = open::<Message>(&bytes, DEPLOYMENT, &PublicKey::from(&key(1))).expect_err("an unknown field");
    assert_eq!(error, StatementError::Malformed(Fault::Unknown.at(start)));
}

#[test]
fn other_cose_profiles_are_refused() {
    let kid = PublicKey::from(&key(1)).kid();
    let signed = |protected: coset::Header, unprotected: coset::Header, payload: Option<Vec<u8>>| {
        let mut sign1 =
            CoseSign1Builder::new().protected(protected).unprotected(unprotected).payload(vec![0xa0]).build();
        sign1.payload = payload;
        sign1.signature = vec![0; 64];
        sign1.to_tagged_vec().expect("writes")
    };
    let empty = coset::Header::default;
    let cases = [
        signed(
            HeaderBuilder::new().algorithm(iana::Algorithm::ES256).key_id(kid.0.to_vec()).build(),
            empty(),
            Some(vec![]),
        ),
        signed(HeaderBuilder::new().key_id(vec![1; 4]).build(), empty(), Some(vec![])),
        signed(protected_header(kid), HeaderBuilder::new().key_id(vec![1]).build(), Some(vec![])),
        signed(empty(), empty(), Some(vec![])),
    ];
    for bytes in cases {
        assert_eq!(Envelope::parse(&bytes, 1000).expect_err("another profile").code(), "cose_profile");
    }
    // A detached payload is `null`, which the encoding rules refuse already.
    let detached = signed(protected_header(kid), empty(), None);
    assert_eq!(Envelope::parse(&detached, 1000).expect_err("detached").code(), "simple");
}

#[test]
fn a_small_order_key_signs_nothing() {
    // The neutral point as public key: with plain verification one signature would fit every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let neutral = PublicKey(neutral);
    let mut signature = vec![0; 64];
    signature[0] = 1;
    let sign1 = CoseSign1 {
        protected: coset::ProtectedHeader { original_data: None, header: protected_header(neutral.kid()) },
        payload: Some(canonical::encode(&message(), 1000).expect("encodes")),
        signature,
        ..CoseSign1::default()
    };
    let bytes = sign1.to_tagged_vec().expect("writes");
    assert_eq!(open::<Message>(&bytes, DEPLOYMENT, &neutral), Err(StatementError::BadSignature));
}

proptest! {
    #[test]
    fn no_flipped_bit_survives(at: prop::sample::Index, bit in 0_u8..8) {
        let mut bytes = sign(&message(), DEPLOYMENT, &key(1)).expect("signs");
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(open::<Message>(&bytes, DEPLOYMENT, &PublicKey::from(&key(1))).is_err());
    }
}
