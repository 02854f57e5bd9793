//! Checks `tests/vectors/wire-v1.json` against the code, and writes it when `KUAGER_WRITE_VECTORS=1`.
//!
//! Writing is for new vectors only: a published one never changes, since other people's verifiers are tested with it.

mod by_hand;
mod malformed;
mod names;
mod samples;
mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use data_encoding::HEXLOWER as HEX;
use kuager_wire::canonical::{self, Malformed};
use kuager_wire::compression::{Dictionary, dictionary_of};
use kuager_wire::cose::{self, Envelope, Purpose, Statement, StatementError, external_aad, sha256};
use kuager_wire::delegation::{Delegation, Revocation};
use kuager_wire::desk::{DeskEntry, DeskKey};
use kuager_wire::enrolment::{Credential, Request, Succession};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{DeploymentId, PublicKey};
use kuager_wire::invite::Invite;
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::pack::{Pack, StationShard};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal};
use kuager_wire::record::Record;
use kuager_wire::servers::Servers;
use kuager_wire::sync::{Delegations, InboxAnswer, RecordsAnswer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use samples::Samples;

/// A dictionary in zstd's format, trained once on the samples' own payloads and then kept: training is not part of
/// the format, and another release of zstd may learn something else.
const DICTIONARY: &str = include_str!("dictionary.hex");

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vectors {
    about: Vec<String>,
    version: u8,
    keys: Vec<KeyVector>,
    deployment_id: String,
    statements: Vec<StatementVector>,
    invites: Vec<InviteVector>,
    bodies: Vec<BodyVector>,
    compression: CompressionVector,
    malformed: Vec<MalformedVector>,
    malformed_invites: Vec<MalformedInvite>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeyVector {
    name: String,
    seed: String,
    public_key: String,
    kid: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct StatementVector {
    name: String,
    about: String,
    purpose: String,
    signed_by: String,
    deployment: String,
    fields: Value,
    external_aad: String,
    payload: String,
    sig_structure: String,
    signature: String,
    bytes: String,
    sha256: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct InviteVector {
    about: String,
    fields: Value,
    cbor: String,
    url: String,
    /// What people compare; version 1 gives the same for the same servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct BodyVector {
    name: String,
    fields: Value,
    bytes: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct CompressionVector {
    about: String,
    dictionary: String,
    dictionary_sha256: String,
    body: String,
    stream: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct MalformedVector {
    name: String,
    offered_as: String,
    deployment: String,
    public_key: String,
    input: String,
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_may_accept: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct MalformedInvite {
    name: String,
    url: String,
    error: String,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/wire-v1.json")
}

fn dictionary() -> Vec<u8> {
    HEX.decode(DICTIONARY.split_whitespace().collect::<String>().as_bytes()).expect("hexadecimal digits")
}

fn committed() -> Vectors {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        if std::env::var_os("KUAGER_WRITE_VECTORS").is_some_and(|value| value == "1") {
            write();
        }
        std::fs::read_to_string(path()).expect("tests/vectors/wire-v1.json is there")
    });
    serde_json::from_str(&TEXT).expect("tests/vectors/wire-v1.json has the known fields")
}

fn write() {
    let samples = samples::samples(&dictionary());
    let stream = Dictionary::new(&dictionary()).compress(&batch(&samples)).expect("compresses");
    let mut text = serde_json::to_string_pretty(&build(HEX.encode(&stream))).expect("plain data");
    text.push('\n');
    std::fs::write(path(), text).expect("the file can be written");
}

fn unhex(digits: &str) -> Vec<u8> {
    HEX.decode(digits.as_bytes()).expect("hexadecimal digits")
}

fn purpose(name: &str) -> Purpose {
    Purpose::from_name(name).expect("a known purpose")
}

fn deployment(digits: &str) -> DeploymentId {
    digits.parse().expect("a deployment id")
}

/// Everything but the compressed stream, which another release of zstd may write in another way.
fn build(stream: String) -> Vectors {
    let samples = samples::samples(&dictionary());
    let about = [
        "Known answers for Kuager's signed formats, version 1. docs/wire-format.md explains every field.",
        "All byte strings are lower-case hexadecimal. All keys and all content are made up for these vectors.",
        "statements: sign the payload that the fields give with the named key, and you get exactly these bytes.",
        "malformed: refuse the input, for the reason named by error, at the byte named by offset where there is one.",
        "Numbers in answers use all 64 bits: read them as integers, not as floating point.",
    ];
    Vectors {
        about: about.map(str::to_owned).into(),
        version: 1,
        keys: samples::KEYS.iter().map(|(name, _)| key_vector(name)).collect(),
        deployment_id: samples.deployment.to_string(),
        statements: samples.list.iter().map(statement_vector).collect(),
        invites: invites(&samples),
        bodies: bodies(&samples),
        compression: CompressionVector {
            about: "stream is body in dcz (RFC 9842); another encoder may give another stream, a decoder gives body"
                .to_owned(),
            dictionary: HEX.encode(&dictionary()),
            dictionary_sha256: HEX.encode(&sha256(&dictionary())),
            body: HEX.encode(&batch(&samples)),
            stream,
        },
        malformed: malformed::malformed(&samples).iter().map(malformed_vector).collect(),
        malformed_invites: malformed_invites(&samples),
    }
}

fn key_vector(name: &str) -> KeyVector {
    let key = samples::key(name);
    let public = PublicKey::from(&key);
    KeyVector {
        name: name.to_owned(),
        seed: HEX.encode(&key.to_bytes()),
        public_key: public.to_string(),
        kid: public.kid().to_string(),
    }
}

fn statement_vector(sample: &samples::Sample) -> StatementVector {
    let envelope = Envelope::parse(&sample.bytes, limits::PACK).expect("a good statement");
    let aad = external_aad(sample.purpose, sample.deployment);
    let protected = by_hand::protected(&samples::key(sample.key));
    let table = schema::table(sample.purpose.name()).expect("a table for every purpose");
    StatementVector {
        name: sample.name.to_owned(),
        about: sample.about.to_owned(),
        purpose: sample.purpose.name().to_owned(),
        signed_by: sample.key.to_owned(),
        deployment: sample.deployment.to_string(),
        fields: schema::to_json(table, envelope.payload()),
        sig_structure: HEX.encode(&by_hand::sig_structure(&protected, &aad, envelope.payload())),
        external_aad: HEX.encode(&aad),
        payload: HEX.encode(envelope.payload()),
        signature: HEX.encode(envelope.signature()),
        bytes: HEX.encode(&sample.bytes),
        sha256: HEX.encode(&sha256(&sample.bytes)),
    }
}

fn invites(samples: &Samples) -> Vec<InviteVector> {
    let vector = |about: &str, invite: &Invite, url: String| {
        let cbor = canonical::encode(invite, limits::INVITE).expect("a good invite");
        InviteVector {
            about: about.to_owned(),
            fields: schema::to_json(schema::table("invite").expect("a table"), &cbor),
            cbor: HEX.encode(&cbor),
            url,
            digits: None,
        }
    };
    let all = samples::invites(samples);
    let url = |invite: &Invite| invite.to_url().expect("a good invite");
    let [(about, first), later @ ..] = &all;
    let chat = format!(" {}\n", url(first).to_lowercase());
    let mut vectors = vec![
        vector(about, first, url(first)),
        vector("as a chat may change it: small letters and white space around it", first, chat),
    ];
    let digits = |name: &str| {
        let servers = Envelope::parse(samples.bytes(name), limits::SERVERS).expect("a statement");
        Some(first.digits(&servers.statement().expect("servers")).expect("fits"))
    };
    for ((about, invite), servers) in later.iter().zip(["servers", "servers/moved"]) {
        vectors.push(InviteVector { digits: digits(servers), ..vector(about, invite, url(invite)) });
    }
    let (_, last) = &later[0];
    let link = last.to_link("https://join.example.org/kuager").expect("a good invite");
    vectors.push(InviteVector { digits: digits("servers"), ..vector("the same as a link", last, link) });
    let lines: Vec<String> =
        url(last).as_bytes().chunks(70).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let mail = format!("Сәлем!\r\n> <{}>\r\n\r\nAigul, 18:00", lines.join("\u{200b}\r\n> "));
    vectors.push(InviteVector { digits: digits("servers"), ..vector("as a mail may change it", last, mail) });
    vectors
}

fn bodies(samples: &Samples) -> Vec<BodyVector> {
    let vector = |name: &str, bytes: Vec<u8>| BodyVector {
        name: name.to_owned(),
        fields: schema::to_json(body_table(name), &bytes),
        bytes: HEX.encode(&bytes),
    };
    let records = canonical::encode(&samples::records_answer(samples), limits::ANSWER).expect("a good body");
    let inbox = canonical::encode(&samples::inbox_answer(samples), limits::ANSWER).expect("a good body");
    let uploads = canonical::encode(&samples::uploads_answer(samples), limits::ANSWER).expect("a good body");
    let delegations = canonical::encode(&samples::delegations(samples), limits::ANSWER).expect("a good body");
    let holding = canonical::encode(&samples::holding_answer(samples), limits::ANSWER).expect("a good body");
    vec![
        vector("records_answer", records),
        vector("inbox_answer", inbox),
        vector("records_answer/uploads", uploads),
        vector("delegations", delegations),
        vector("inbox_answer/holding", holding),
    ]
}

/// What stands behind a slash tells bodies of one kind apart.
fn body_table(name: &str) -> &'static schema::Shape {
    schema::table(name.split('/').next().unwrap_or(name)).expect("a table")
}

/// An upload of three records, as a CBOR sequence.
fn batch(samples: &Samples) -> Vec<u8> {
    ["record/checklist", "record/turnout", "record/protocol"].map(|name| samples.bytes(name).to_vec()).concat()
}

fn malformed_vector(case: &malformed::Malformed) -> MalformedVector {
    let payload_at = || case.input.len() - 66 - by_hand::payload(&case.input).len();
    MalformedVector {
        name: case.name.clone(),
        offered_as: case.offered_as.name().to_owned(),
        deployment: case.deployment.to_string(),
        public_key: case.public.to_string(),
        input: HEX.encode(&case.input),
        error: case.error.to_owned(),
        offset: match case.at {
            malformed::At::Nowhere => None,
            malformed::At::Byte(at) => Some(at),
            malformed::At::Payload => Some(payload_at()),
            malformed::At::Inside(at) => Some(payload_at() + at),
        },
        foreign_may_accept: case.lenient.map(str::to_owned),
    }
}

fn malformed_invites(samples: &Samples) -> Vec<MalformedInvite> {
    let [(_, first), (_, second), _] = samples::invites(samples);
    let url = first.to_url().expect("a good invite");
    let base32 = |bytes: &[u8]| format!("{}{}", kuager_wire::invite::PREFIX, data_encoding::BASE32_NOPAD.encode(bytes));
    let sealed = |cbor: &[u8]| {
        let length = u16::try_from(cbor.len()).expect("short").to_be_bytes();
        let check = sha256(&[b"kuager/invite/v2\0", cbor].concat());
        base32(&[cbor, &check[..4], &length].concat())
    };
    let cbor = canonical::encode(&first, limits::INVITE).expect("a good invite");
    let signed = canonical::encode(&second, limits::INVITE).expect("a good invite");
    let later = second.to_url().expect("a good invite");
    let other = if &later[200..=200] == "Q" { "R" } else { "Q" };
    let changed = format!("{}{other}{}", &later[..200], &later[201..]);
    let case =
        |name: &str, url: String, error: &str| MalformedInvite { name: name.to_owned(), url, error: error.to_owned() };
    let serverless = {
        let mut cbor = by_hand::replace(&cbor, &by_hand::text("https://kuager.example.org"), &[]);
        cbor = by_hand::replace(&cbor, &by_hand::text("https://192.0.2.7:8443"), &[]);
        by_hand::replace(&cbor, &[0x02, 0x82, 0x03], &[0x02, 0x80, 0x03])
    };
    vec![
        case("a link to something else", "https://example.org/".to_owned(), "not_an_invite"),
        case("nothing", String::new(), "not_an_invite"),
        case("a digit that base32 lacks", url.replacen("INVITE/", "INVITE/1", 1), "character"),
        case("cut", base32(&cbor[..cbor.len() - 5]), "cut"),
        case("cut where no byte ends", url[..url.len() - 1].to_owned(), "cut"),
        case(
            "version 2 with the fields of 1",
            sealed(&by_hand::replace(&cbor, &[0xa6, 0x01, 0x01], &[0xa6, 0x01, 0x02])),
            "shape",
        ),
        case("version 2 without a seal", base32(&signed), "cut"),
        case("no server", base32(&serverless), "shape"),
        case("a byte too many", base32(&[&cbor[..], &[0]].concat()), "trailing_bytes"),
        case("version 3", sealed(&by_hand::replace(&cbor, &[0xa6, 0x01, 0x01], &[0xa6, 0x01, 0x03])), "version"),
        case(
            "version 1 with the fields of 2",
            base32(&by_hand::replace(&signed, &[0xa5, 0x01, 0x02], &[0xa5, 0x01, 0x01])),
            "shape",
        ),
        case("a link without a fragment", "https://join.example.org/kuager".to_owned(), "not_an_invite"),
        case(
            "a link over http",
            format!("http://join.example.org/#{}", &url["KUAGER:INVITE/".len()..]),
            "not_an_invite",
        ),
        case("a link with an empty fragment", "https://join.example.org/#".to_owned(), "cut"),
        case("more than a code holds", format!("{}{}", kuager_wire::invite::PREFIX, "P".repeat(4000)), "too_large"),
        case("longer than any mail", format!("{} {url}", "a".repeat(limits::INVITE_TEXT)), "too_large"),
        case("cut, and its beginning says so", later[..200].to_owned(), "cut"),
        case(
            "a line is missing",
            format!(
                "{}{}\nTHANK YOU VERY MUCH, AND DO NOT FORGET A PEN AND YOUR PASSPORT",
                &later[..100],
                &later[140..]
            ),
            "altered",
        ),
        case("a character is another one", changed, "altered"),
    ]
}

fn open_as(kind: Purpose, bytes: &[u8], deployment: DeploymentId, key: &PublicKey) -> Result<(), StatementError> {
    fn opened<T: Statement>(bytes: &[u8], deployment: DeploymentId, key: &PublicKey) -> Result<(), StatementError> {
        let statement: T = cose::open(bytes, deployment, key)?;
        // What opens also signs again to the same payload.
        let payload = Envelope::parse(bytes, T::LIMIT)?.payload().to_vec();
        assert_eq!(canonical::encode(&statement, T::LIMIT), Ok(payload));
        Ok(())
    }
    match kind {
        Purpose::Genesis => Deployment::open(bytes).map(drop),
        Purpose::Record => opened::<Record>(bytes, deployment, key),
        Purpose::Request => opened::<Request>(bytes, deployment, key),
        Purpose::Credential => opened::<Credential>(bytes, deployment, key),
        Purpose::Pack => opened::<Pack>(bytes, deployment, key),
        Purpose::Receipt => opened::<Receipt>(bytes, deployment, key),
        Purpose::Refusal => opened::<Refusal>(bytes, deployment, key),
        Purpose::Message => opened::<Message>(bytes, deployment, key),
        Purpose::Fork => opened::<Fork>(bytes, deployment, key),
        Purpose::MediaReceipt => opened::<MediaReceipt>(bytes, deployment, key),
        Purpose::Redaction => opened::<Redaction>(bytes, deployment, key),
        Purpose::StationShard => opened::<StationShard>(bytes, deployment, key),
        Purpose::Servers => opened::<Servers>(bytes, deployment, key),
        Purpose::Delegation => opened::<Delegation>(bytes, deployment, key),
        Purpose::Revocation => opened::<Revocation>(bytes, deployment, key),
        Purpose::Succession => opened::<Succession>(bytes, deployment, key),
        Purpose::DeskKey => opened::<DeskKey>(bytes, deployment, key),
        Purpose::DeskEntry => opened::<DeskEntry>(bytes, deployment, key),
    }
}

#[test]
fn the_committed_file_is_what_the_code_gives() {
    let held = committed();
    let built = build(held.compression.stream.clone());
    for (held, built) in held.statements.iter().zip(&built.statements) {
        assert_eq!(held, built, "{}", held.name);
    }
    for (held, built) in held.malformed.iter().zip(&built.malformed) {
        assert_eq!(held, built, "{}", held.name);
    }
    assert_eq!(held, built);
}

#[test]
fn fields_and_seed_alone_give_the_exact_bytes() {
    let vectors = committed();
    for key in &vectors.keys {
        let seed: [u8; 32] = unhex(&key.seed).try_into().expect("32 bytes");
        let public = PublicKey::from(&kuager_wire::SigningKey::from_bytes(&seed));
        assert_eq!((public.to_string(), public.kid().to_string()), (key.public_key.clone(), key.kid.clone()));
    }
    for vector in &vectors.statements {
        let key = samples::key(&vector.signed_by);
        let table = schema::table(&vector.purpose).expect("a table for every purpose");
        let payload = schema::to_cbor(table, &vector.fields);
        assert_eq!(HEX.encode(&payload), vector.payload, "{}", vector.name);
        let mut aad = format!("kuager/{}/v1\0", vector.purpose).into_bytes();
        aad.extend(unhex(&vector.deployment));
        assert_eq!(HEX.encode(&aad), vector.external_aad, "{}", vector.name);
        let bytes = by_hand::sign(purpose(&vector.purpose), deployment(&vector.deployment), &key, &payload);
        assert_eq!(HEX.encode(&bytes), vector.bytes, "{}", vector.name);
    }
    for vector in &vectors.invites {
        let cbor = schema::to_cbor(schema::table("invite").expect("a table"), &vector.fields);
        assert_eq!(HEX.encode(&cbor), vector.cbor);
    }
    for vector in &vectors.bodies {
        let cbor = schema::to_cbor(body_table(&vector.name), &vector.fields);
        assert_eq!(HEX.encode(&cbor), vector.bytes);
    }
}

#[test]
fn every_stored_statement_opens() {
    let vectors = committed();
    for vector in &vectors.statements {
        let public = PublicKey::from(&samples::key(&vector.signed_by));
        let bytes = unhex(&vector.bytes);
        let outcome = open_as(purpose(&vector.purpose), &bytes, deployment(&vector.deployment), &public);
        assert_eq!(outcome, Ok(()), "{}", vector.name);
        assert_eq!(HEX.encode(&sha256(&bytes)), vector.sha256, "{}", vector.name);
    }
    let samples = samples::samples(&dictionary());
    for vector in &vectors.invites {
        let invite = Invite::from_text(&vector.url).expect(&vector.about);
        let cbor = canonical::encode(&invite, limits::INVITE).expect("fits");
        assert_eq!(HEX.encode(&cbor), vector.cbor, "{}", vector.about);
        assert!(samples::invites(&samples).iter().any(|(_, held)| *held == invite), "{}", vector.about);
    }
    let body = |name: &str| unhex(&vectors.bodies.iter().find(|body| body.name == name).expect("in the file").bytes);
    let records = canonical::decode::<RecordsAnswer>(&body("records_answer"), limits::ANSWER);
    assert_eq!(records, Ok(samples::records_answer(&samples)));
    let inbox = canonical::decode::<InboxAnswer>(&body("inbox_answer"), limits::ANSWER);
    assert_eq!(inbox, Ok(samples::inbox_answer(&samples)));
    let uploads = canonical::decode::<RecordsAnswer>(&body("records_answer/uploads"), limits::ANSWER);
    assert_eq!(uploads, Ok(samples::uploads_answer(&samples)));
    let delegations = canonical::decode::<Delegations>(&body("delegations"), limits::ANSWER);
    assert_eq!(delegations, Ok(samples::delegations(&samples)));
    let holding = canonical::decode::<InboxAnswer>(&body("inbox_answer/holding"), limits::ANSWER);
    assert_eq!(holding, Ok(samples::holding_answer(&samples)));
}

#[test]
fn every_kind_of_statement_and_record_has_a_vector() {
    let vectors = committed();
    for &purpose in Purpose::ALL {
        assert!(vectors.statements.iter().any(|vector| vector.purpose == purpose.name()), "{purpose:?}");
    }
    for &kind in kuager_wire::record::RecordKind::ALL {
        assert!(vectors.statements.iter().any(|vector| vector.fields["kind"] == kind.name()), "{kind:?}");
    }
}

#[test]
fn every_field_has_a_vector() {
    let vectors = committed();
    let mut found = BTreeMap::new();
    for vector in &vectors.statements {
        let table = schema::table(&vector.purpose).expect("a table for every purpose");
        schema::occurring(table, &vector.fields, &mut found);
    }
    for vector in &vectors.bodies {
        schema::occurring(body_table(&vector.name), &vector.fields, &mut found);
    }
    let missing: Vec<_> = found.into_iter().filter(|(_, there)| !there).map(|(field, _)| field).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_compressed_body_comes_back() {
    let vector = committed().compression;
    let dictionary = Dictionary::new(&unhex(&vector.dictionary));
    let stream = unhex(&vector.stream);
    assert_eq!(dictionary_of(&stream), Ok(dictionary.hash()));
    assert_eq!(HEX.encode(&dictionary.hash().0), vector.dictionary_sha256);
    let body = unhex(&vector.body);
    assert_eq!(dictionary.decompress(&stream, limits::BATCH), Ok(body.clone()));
    let again = dictionary.compress(&body).expect("compresses");
    assert_eq!(dictionary.decompress(&again, limits::BATCH), Ok(body));
}

#[test]
fn every_malformed_input_is_refused_for_its_reason() {
    let vectors = committed();
    assert!(vectors.malformed.len() >= 45);
    for vector in &vectors.malformed {
        let public: PublicKey = vector.public_key.parse().expect("a public key");
        let outcome =
            open_as(purpose(&vector.offered_as), &unhex(&vector.input), deployment(&vector.deployment), &public);
        let error = outcome.expect_err(&vector.name);
        assert_eq!(error.code(), vector.error, "{}: {error}", vector.name);
        let found = if let StatementError::Malformed(Malformed { offset, .. }) = error { Some(offset) } else { None };
        if vector.offset.is_some() {
            assert_eq!(found, vector.offset, "{}", vector.name);
        }
    }
    for vector in &vectors.malformed_invites {
        let error = Invite::from_text(&vector.url).expect_err(&vector.name);
        assert_eq!(error.code(), vector.error, "{}", vector.name);
    }
}

#[test]
fn names_of_malformed_inputs_are_unique() {
    let vectors = committed();
    let mut names: Vec<_> = vectors.malformed.iter().map(|vector| &vector.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}
