//! The statements of the vectors, made of fixed values only.

use data_encoding::HEXLOWER as HEX;
use kuager_wire::SigningKey;
use kuager_wire::canonical::{self, TextMap};
use kuager_wire::cose::{self, Purpose, Statement};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::desk::{DeskEntry, DeskKey};
use kuager_wire::enrolment::{Action, Attestation, AttestationFormat, Credential, Request, Role, Succession};
use kuager_wire::form::Texts;
use kuager_wire::genesis::{Deployment, Genesis};
use kuager_wire::ids::{
    BootId, DeploymentId, Epoch, InviteToken, Kid, Nonce, ObserverId, PackHash, PublicKey, RecordHash, TreeRoot,
};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::pack::{Pack, StationShard};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal, RefusalCode};
use kuager_wire::record::{
    Answers, Body, ChainHead, CheckpointSeen, ClockReading, FormRef, Location, Record, RecordKind, SeqRange, Value,
};
use kuager_wire::servers::Servers;
use kuager_wire::sync::{ChainState, Delegations, Holding, InboxAnswer, RecordsAnswer};
use minicbor::{Decode, Encode};
use serde_json::{Value as Json, json};

use super::schema;

/// 19 March 2023, 07:00 in Almaty.
pub(crate) const MORNING_MS: i64 = 1_679_187_600_000;
const HOUR_MS: i64 = 3_600_000;
const ORIGIN: &str = "example.org/kuager/2023-03-19";
const STATION: &str = "750000000-101";

/// Test keys by name; the seed is one byte, 32 times.
pub(crate) const KEYS: [(&str, u8); 7] =
    [("root", 1), ("receipt", 2), ("log", 3), ("phone", 4), ("second phone", 5), ("issuer", 6), ("desk", 7)];

/// The test key of this name.
pub(crate) fn key(name: &str) -> SigningKey {
    let (_, seed) = KEYS.iter().find(|(held, _)| *held == name).expect("a key of the list");
    SigningKey::from_bytes(&[*seed; 32])
}

/// A statement ready to be written down.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) about: &'static str,
    pub(crate) key: &'static str,
    pub(crate) deployment: DeploymentId,
    pub(crate) bytes: Vec<u8>,
}

/// Everything that is signed, in the order in which it would come to be.
pub(crate) struct Samples {
    pub(crate) deployment: DeploymentId,
    pub(crate) pack: PackHash,
    pub(crate) list: Vec<Sample>,
}

impl Samples {
    pub(crate) fn bytes(&self, name: &str) -> &[u8] {
        &self.list.iter().find(|sample| sample.name == name).expect("a sample of the list").bytes
    }

    pub(crate) fn hash(&self, name: &str) -> RecordHash {
        RecordHash::of(self.bytes(name))
    }

    fn add<T: Statement>(&mut self, name: &'static str, key_name: &'static str, about: &'static str, statement: &T) {
        let deployment = if T::PURPOSE == Purpose::Genesis { cose::NO_DEPLOYMENT } else { self.deployment };
        let bytes = cose::sign(statement, deployment, &key(key_name)).expect("the samples keep the rules");
        self.list.push(Sample { name, purpose: T::PURPOSE, about, key: key_name, deployment, bytes });
    }
}

pub(crate) fn samples(dictionary: &[u8]) -> Samples {
    let mut samples = Samples { deployment: cose::NO_DEPLOYMENT, pack: PackHash([0; 32]), list: Vec::new() };
    samples.add("genesis", "root", "Names the keys. SHA-256 of these bytes is the deployment id.", &genesis());
    samples.deployment = Deployment::open(samples.bytes("genesis")).expect("signs itself").id;
    samples.add("pack", "root", "One contest, two stations, one form of each usual kind.", &pack(Some(dictionary)));
    samples.pack = PackHash::of(samples.bytes("pack"));
    enrolment(&mut samples);
    records(&mut samples);
    answers(&mut samples);
    media(&mut samples);
    election(&mut samples);
    trust(&mut samples);
    let second = Pack { edition: Some(2), ..pack(None) };
    samples.add("pack/edition", "root", "A pack that says which of its deployment's packs it is.", &second);
    let about = "Figures that go by the hour they are for, and a count that says how far it goes.";
    samples.add("pack/by-hour", "root", about, &pack_by_hour());
    desk(&mut samples);
    samples
}

fn texts(kk: &str, ru: &str, en: &str) -> Texts {
    [("kk", kk), ("ru", ru), ("en", en)].into_iter().map(|(language, text)| (language, text.to_owned())).collect()
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        version: 1,
        root_key: PublicKey::from(&key("root")),
        receipt_key: PublicKey::from(&key("receipt")),
        log_key: PublicKey::from(&key("log")),
        log_origin: ORIGIN.to_owned(),
        title: texts("Мәжіліс сайлауы", "Выборы в Мажилис", "Majilis election"),
        election_day: "2023-03-19".to_owned(),
        created_ms: 1_678_800_000_000,
        invites: None,
    }
}

/// A journal of the desk with an act of each kind.
fn desk(samples: &mut Samples) {
    let number: DeskKey =
        decoded("desk_key", &json!({"version": 1, "number": 1, "key": PublicKey::from(&key("desk")).to_string()}));
    samples.add("desk-key", "receipt", "The receipt key vouches for the desk's.", &number);
    let (record, media) = (samples.hash("record/protocol").to_string(), hex32(0x81));
    let (person, other) = ("61".repeat(16), "62".repeat(16));
    let acts = [
        (
            "desk-entry/call",
            "The first of a journal: prev is the deployment id. Nobody has to sign in.",
            None,
            json!({"call": {"observer": "71".repeat(16), "outcome": "no_answer", "next_ms": 1_679_191_200_000_u64, "note": "Қайта қоңырау шалу"}}),
        ),
        (
            "desk-entry/account",
            "prev is SHA-256 of the entry before.",
            Some(&person),
            json!({"account": {"person": other, "change": "added", "roles": ["transcriber"]}}),
        ),
        (
            "desk-entry/transcription",
            "Two numbers were typed from a photo; one cannot be read.",
            Some(&other),
            json!({"transcription": {"record": record, "pages": [media], "answers": {"P01": 1200, "P07.first": 554}, "unreadable": ["P07.second"]}}),
        ),
        (
            "desk-entry/settlement",
            "Somebody else could read it.",
            Some(&person),
            json!({"settlement": {"record": record, "question": "P07.second", "finding": "agreed", "value": 311, "note": "A stamp covers half of it"}}),
        ),
        (
            "desk-entry/retake",
            "A better photo was asked for.",
            Some(&person),
            json!({"retake": {"record": record, "media": media, "message": 1_679_230_800_000_u64}}),
        ),
        (
            "desk-entry/release",
            "It counts although a relation does not hold.",
            Some(&person),
            json!({"release": {"record": record, "relations": ["K02"], "reason": "Two ballots are listed as torn"}}),
        ),
        (
            "desk-entry/incident-step",
            "An incident was checked.",
            Some(&person),
            json!({"incident_step": {"record": record, "status": "verified", "note": "Video, two observers"}}),
        ),
        (
            "desk-entry/complaint",
            "A complaint about it was handed in.",
            Some(&person),
            json!({"complaint": {"record": record, "step": "filed", "due_ms": 1_679_446_800_000_u64, "note": "To the territorial commission"}}),
        ),
        (
            "desk-entry/official",
            "What the central commission published of a station.",
            Some(&person),
            json!({"official": {"source": hex32(0x91), "stage": "cec", "form": "protocol", "station": STATION, "figures": {"P01": 1200, "P07.first": 754, "P07.second": 311}}}),
        ),
        (
            "desk-entry/publication",
            "What is to be published first, as it was after nine entries and four records.",
            Some(&person),
            json!({"publication": {"site": hex32(0xa1), "entries": 9, "arrival": 4, "contests": ["list"], "parts": ["turnout", "pictures"], "note": "First figures"}}),
        ),
        (
            "desk-entry/publication-next",
            "Behind what was published before; nothing but that there is nothing yet.",
            Some(&person),
            json!({"publication": {"site": hex32(0xa2), "follows": hex32(0xa3), "entries": 10, "arrival": 0}}),
        ),
        (
            "desk-entry/publication-verdict",
            "Somebody else has looked at it.",
            Some(&other),
            json!({"publication_verdict": {"proposal": hex32(0xa3), "site": hex32(0xa1), "verdict": "approved", "note": "Looked at ten stations"}}),
        ),
        (
            "desk-entry/redaction",
            "A copy of a photo with two places made black is public.",
            Some(&person),
            json!({"redaction": {"media": media, "copy": hex32(0xa4), "regions": 2}}),
        ),
        (
            "desk-entry/official-of-a-pack",
            "What the territorial commission published, by the form of this pack.",
            Some(&person),
            json!({"official": {"source": hex32(0x92), "stage": "tec", "form": "protocol", "station": STATION, "figures": {"P01": 1200}, "pack": samples.pack.to_string()}}),
        ),
        (
            "desk-entry/complaint-appealed",
            "The complaint went to a court.",
            Some(&person),
            json!({"complaint": {"record": record, "step": "appealed", "due_ms": 1_679_878_800_000_u64, "to": "court"}}),
        ),
    ];
    let mut prev = samples.deployment.to_string();
    for (seq, (name, about, by, act)) in acts.into_iter().enumerate() {
        let at_ms = 1_679_187_600_000_u64 + 60_000 * seq as u64;
        let mut entry = json!({"version": 1, "seq": seq, "prev": prev, "at_ms": at_ms, "act": act});
        if let Some(by) = by {
            entry["by"] = json!(by);
        }
        samples.add(name, "desk", about, &decoded::<DeskEntry>("desk_entry", &entry));
        prev = samples.hash(name).to_string();
    }
}

/// What keeps others from standing between a phone and its coordinator.
fn trust(samples: &mut Samples) {
    let signs = Genesis { invites: Some(2), ..genesis() };
    samples.add("genesis/signed-invites", "root", "Another deployment, which signs its invites.", &signs);
    let issuer = PublicKey::from(&key("issuer"));
    let delegation: Delegation = decoded(
        "delegation",
        &json!({
            "version": 1,
            "key": issuer.to_string(),
            "purposes": ["credential", "servers", "revocation"],
            "not_before_ms": 1_678_800_000_000_u64,
            "not_after_ms": 1_694_500_000_000_u64,
            "number": 1,
        }),
    );
    samples.add("delegation", "root", "An issuer may sign three things for half a year.", &delegation);
    let narrow = Delegation { purposes: vec!["servers".to_owned(), "later".to_owned()], number: 2, ..delegation };
    samples.add("delegation/narrow", "root", "One purpose, and one that no reader knows yet.", &narrow);
    let servers: Servers = decoded(
        "servers",
        &json!({
            "version": 1,
            "addresses": ["https://kuager.example.org", "https://192.0.2.7:8443"],
            // Not a certificate: the format does not look inside.
            "anchors": ["30820100"],
            "issued_ms": 1_678_900_000_000_u64,
        }),
    );
    samples.add("servers", "root", "Two addresses and what they show.", &servers);
    let moved = Servers { addresses: vec!["https://192.0.2.8".to_owned()], issued_ms: 1_679_000_000_000, ..servers };
    samples.add("servers/moved", "issuer", "A later one by the issuer; it replaces the first.", &moved);
    let credential: Credential = decoded(
        "credential",
        &json!({
            "version": 1,
            "kid": PublicKey::from(&key("second phone")).kid().to_string(),
            "public_key": PublicKey::from(&key("second phone")).to_string(),
            "observer": HEX.encode(&[0x62; 16]),
            "role": "proxy",
            "stations": [],
            "not_before_ms": 1_679_100_000_000_u64,
            "not_after_ms": 1_681_500_000_000_u64,
        }),
    );
    samples.add("credential/issued", "issuer", "Holds with the delegation beside it.", &credential);
    let lost: Revocation = decoded(
        "revocation",
        &json!({
            "version": 1,
            "kid": PublicKey::from(&key("phone")).kid().to_string(),
            "what": "device",
            "revoked_ms": 1_679_250_000_000_u64,
            "last_seq": 11,
        }),
    );
    samples.add("revocation", "issuer", "A phone is lost; its records up to number 11 are trusted.", &lost);
    let found = Revocation { last_seq: None, revoked_ms: 1_679_260_000_000, reinstated: Some(true), ..lost.clone() };
    samples.add("revocation/reinstated", "issuer", "It was found again: all its records are trusted.", &found);
    let stolen = Revocation {
        kid: issuer.kid(),
        what: RevokedKey::Issuer,
        revoked_ms: 1_679_200_000_000,
        last_seq: None,
        ..lost
    };
    samples.add("revocation/issuer", "root", "What the issuer dated then or later does not count.", &stolen);
}

/// Reads a value from its fields, so that an optional field which comes later changes nothing here.
fn decoded<T: Encode<()> + for<'b> Decode<'b, ()>>(table: &str, fields: &Json) -> T {
    let cbor = schema::to_cbor(schema::table(table).expect("a table"), fields);
    canonical::decode(&cbor, limits::PACK).expect("the samples keep the rules")
}

pub(crate) fn pack(dictionary: Option<&[u8]>) -> Pack {
    let texts = |kk: &str, ru: &str, en: &str| json!({"kk": kk, "ru": ru, "en": en});
    let choice = |key: &str| json!({"key": key, "text": texts(key, key, key)});
    let choices = |keys: [&str; 3]| keys.map(choice).to_vec();
    let question = |id: &str, kind: &str, more: Json| {
        let mut question = json!({"id": id, "kind": kind, "text": texts("Сұрақ", "Вопрос", "Question")});
        merge(&mut question, more);
        question
    };
    let count = |id: &str| question(id, "integer", json!({"min": 0, "max": 100_000}));
    let station = |number: u32| {
        json!({
            "key": format!("750000000-{number}"),
            "region": "750000000",
            "number": number,
            "name": texts("Үлгі учаске", "Участок-образец", "Sample station"),
        })
    };
    let form = |id: &str, kind: &str, questions: Json| json!({"id": id, "kind": kind, "title": texts("Нысан", "Форма", "Form"), "questions": questions});
    let mut protocol = form("protocol", "protocol", json!([count("P01"), count("P07.first"), count("P07.second")]));
    merge(&mut protocol, json!({"contest": "party"}));
    let mut pack = json!({
        "version": 1,
        "id": "vectors-2023",
        "title": texts("Мәжіліс сайлауы", "Выборы в Мажилис", "Majilis election"),
        "election_day": "2023-03-19",
        "languages": ["kk", "ru", "en"],
        "law": "Wording in force on 1 July 2026",
        "notes": ["Made for test vectors; describes no real place."],
        "contests": [{
            "key": "party",
            "title": texts("Партиялар", "Партии", "Parties"),
            "options": choices(["first", "second", "against_all"]),
            "against_all": "against_all",
        }],
        "stations": [station(101), station(102)],
        "forms": [
            form("opening", "checklist", json!([
                question("O01", "yes_no", json!({"law": "20 (8)", "opens": ["A01"], "required": true})),
                question("O01.time", "time", json!({"of": "O01"})),
                count("O10"),
                question("O99", "text", json!({"max_length": 500})),
            ])),
            form("turnout", "turnout", json!([
                question("hour", "choice", json!({"choices": choices(["10", "12", "14"])})),
                count("T01"),
            ])),
            form("incident", "incident", json!([question("code", "text", json!({}))])),
            protocol,
            form("exit-poll", "exit_poll_wave", json!([count("a"), count("b")])),
        ],
    });
    if let Some(dictionary) = dictionary {
        merge(&mut pack, json!({"dictionary": HEX.encode(dictionary)}));
    }
    decoded("pack", &pack)
}

fn merge(into: &mut Json, more: Json) {
    let (Json::Object(into), Json::Object(mut more)) = (into, more) else { unreachable!("both are objects") };
    into.append(&mut more);
}

fn hex32(byte: u8) -> String {
    HEX.encode(&[byte; 32])
}

fn enrolment(samples: &mut Samples) {
    let phone = PublicKey::from(&key("phone"));
    let enrol = Request {
        version: 1,
        action: Action::Enrol,
        wall_ms: MORNING_MS,
        nonce: Nonce([0x21; 16]),
        public_key: Some(phone),
        token: Some(InviteToken([0x41; 16])),
        after: None,
        epoch: None,
        credential: None,
        succession: None,
        attestation: None,
    };
    samples.add("request/enrol", "phone", "A device asks for its credential with the token of its invite.", &enrol);
    let credential = Credential {
        version: 1,
        kid: phone.kid(),
        public_key: phone,
        observer: ObserverId([0x61; 16]),
        role: Role::Observer,
        stations: vec![STATION.to_owned()],
        not_before_ms: 1_678_800_000_000,
        not_after_ms: 1_681_500_000_000,
    };
    samples.add("credential", "root", "The answer to the request above.", &credential);
    let inbox = Request {
        action: Action::Inbox,
        nonce: Nonce([0x22; 16]),
        public_key: None,
        token: None,
        after: Some(0),
        ..enrol.clone()
    };
    samples.add("request/inbox", "phone", "A device asks for all messages.", &inbox);
    let again = Request {
        nonce: Nonce([0x23; 16]),
        after: Some(MORNING_MS.unsigned_abs()),
        epoch: Some(Epoch([0x24; 16])),
        ..inbox.clone()
    };
    let about = "A device asks for later messages, and names the epoch that the coordinator is in.";
    samples.add("request/inbox-epoch", "phone", about, &again);
    let attestation = Attestation {
        format: AttestationFormat::AndroidKey,
        parts: vec![vec![0x30, 0x01, 0x00].into(), vec![0x30, 0x02, 0x05, 0x00].into()],
    };
    let attested = Request { nonce: Nonce([0x26; 16]), attestation: Some(attestation), ..enrol.clone() };
    let about = "A device asks, and brings what its platform says; the certificates here are none.";
    samples.add("request/enrol-attested", "phone", about, &attested);
    let again =
        Request { nonce: Nonce([0x25; 16]), credential: Some(samples.bytes("credential").to_vec().into()), ..enrol };
    let about = "A device that the coordinator has lost asks again, and brings the credential above.";
    samples.add("request/enrol-again", "phone", about, &again);
    let second = PublicKey::from(&key("second phone"));
    let succession = Succession { version: 1, public_key: second, wall_ms: MORNING_MS };
    samples.add("succession", "phone", "A device says that another key goes on for it.", &succession);
    let succeed = Request {
        nonce: Nonce([0x26; 16]),
        public_key: Some(second),
        succession: Some(samples.bytes("succession").to_vec().into()),
        ..again
    };
    let about = "That key asks to be enrolled, with the credential of the key it goes on for and that one's word.";
    samples.add("request/enrol-successor", "second phone", about, &succeed);
}

fn clock(hours: i64) -> ClockReading {
    ClockReading {
        wall_ms: MORNING_MS + hours * HOUR_MS,
        monotonic_ms: u64::try_from(90_000 + hours * HOUR_MS).expect("later than the boot"),
        boot_id: BootId([0x51; 16]),
        flags: 0,
    }
}

/// A record with the fields all kinds need.
pub(crate) fn record(kind: RecordKind, seq: u64, prev: RecordHash, body: Body) -> Record {
    Record {
        version: 1,
        kind,
        seq,
        prev,
        clock: clock(i64::try_from(seq).expect("a small number")),
        checkpoint: None,
        form: None,
        station: None,
        body,
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    }
}

fn filled(entries: &[(&str, Value)]) -> Body {
    Body { answers: Some(entries.iter().cloned().collect()), language: Some("kk".to_owned()), ..Body::default() }
}

fn records(samples: &mut Samples) {
    let start = RecordHash::chain_start(samples.deployment);
    let pack = samples.pack;
    let form = |id: &str| Some(FormRef { pack, form: id.to_owned() });
    let station = Some(STATION.to_owned());

    let checklist = Record {
        form: form("opening"),
        station: station.clone(),
        ..record(
            RecordKind::Checklist,
            0,
            start,
            filled(&[("O01", "yes".into()), ("O01.time", 425.into()), ("O10", 3.into()), ("O99", "Бәрі дұрыс".into())]),
        )
    };
    let turnout = |told: i64, prev| Record {
        form: form("turnout"),
        station: station.clone(),
        ..record(RecordKind::Turnout, 1, prev, filled(&[("hour", "10".into()), ("T01", told.into())]))
    };
    let protocol = |seq, prev, first: i64| Record {
        form: form("protocol"),
        station: station.clone(),
        ..record(
            RecordKind::Protocol,
            seq,
            prev,
            filled(&[("P01", 1200.into()), ("P07.first", first.into()), ("P07.second", 311.into())]),
        )
    };
    let wave = Record { form: form("exit-poll"), ..record(RecordKind::ExitPollWave, 6, start, Body::default()) };
    let extremes: Answers = [
        ("a", Value::Int(i64::MIN)),
        ("b", Value::Int(i64::MAX)),
        ("c", Value::Int(-1)),
        ("d", Value::Int(23)),
        ("e", Value::Int(24)),
        ("f", Value::Int(65_536)),
        ("aa", Value::List(vec![])),
        ("ab", Value::List(vec![1.into(), "екі".into()])),
        ("ac", Value::Group(TextMap::default())),
        ("ad", Value::Group([("y", Value::Int(1)), ("x", Value::Int(2)), ("xx", Value::Int(3))].into_iter().collect())),
        ("", Value::Text(String::new())),
    ]
    .into_iter()
    .collect();
    let wave = Record { body: Body { answers: Some(extremes), ..Body::default() }, ..wave };

    samples.add("record/checklist", "phone", "The first of a chain: prev is the deployment id.", &checklist);
    let prev = samples.hash("record/checklist");
    samples.add("record/turnout", "phone", "prev is SHA-256 of the record before.", &turnout(187, prev));
    let fork = turnout(870, prev);
    let prev = samples.hash("record/turnout");
    samples.add("record/protocol", "phone", "Numbers of a result protocol.", &protocol(2, prev, 554));
    let prev = samples.hash("record/protocol");
    let corrected = Record {
        checkpoint: Some(CheckpointSeen { tree_size: 70_000, root: TreeRoot([0x71; 32]) }),
        attachments: Some(vec![
            decoded(
                "attachment",
                &json!({"hash": hex32(0x81), "size": 4_194_304, "mime": "image/jpeg", "role": "original"}),
            ),
            decoded(
                "attachment",
                &json!({
                    "hash": hex32(0x82), "size": 30_000, "mime": "image/jpeg", "role": "preview", "of": hex32(0x81),
                }),
            ),
        ]),
        supersedes: Some(prev),
        location: Some(Location { lat_e7: 432_380_000, lon_e7: -768_900_000, accuracy_m: 12 }),
        ..protocol(3, prev, 545)
    };
    samples.add(
        "record/protocol-corrected",
        "phone",
        "Supersedes the one before; every optional field but training.",
        &corrected,
    );
    let note = Record {
        training: Some(true),
        clock: ClockReading { wall_ms: -1, flags: ClockReading::WALL_JUMPED, ..clock(4) },
        ..record(
            RecordKind::Note,
            4,
            samples.hash("record/protocol-corrected"),
            Body { text: Some("Учаске жабылды".to_owned()), ..Body::default() },
        )
    };
    samples.add("record/note", "phone", "Training; a wall clock before 1970 that jumped.", &note);
    let incident = Record {
        form: form("incident"),
        station: Some("мешіт жанындағы учаске".to_owned()),
        ..record(RecordKind::Incident, 5, samples.hash("record/note"), filled(&[("code", "A01".into())]))
    };
    samples.add("record/incident", "phone", "A station the pack lacks, as free text.", &incident);
    let wave = Record { prev: samples.hash("record/incident"), ..wave };
    samples.add("record/exit-poll-wave", "phone", "Answers at the edges: integers, lists, groups, key order.", &wave);
    let gap = record(
        RecordKind::GapStatement,
        9,
        RecordHash([0x91; 32]),
        Body { lost: Some(SeqRange { first: 7, last: 8 }), ..Body::default() },
    );
    samples.add("record/gap-statement", "phone", "Says that 7 and 8 are lost; prev names a record nobody holds.", &gap);
    let transcription = Record {
        form: form("protocol"),
        ..record(RecordKind::Transcription, 10, samples.hash("record/gap-statement"), filled(&[("P01", 1200.into())]))
    };
    samples.add("record/transcription", "phone", "Numbers typed from a photo.", &transcription);
    let head =
        ChainHead { kid: PublicKey::from(&key("phone")).kid(), seq: 10, hash: samples.hash("record/transcription") };
    let takeover = record(RecordKind::KeyEvent, 0, start, Body { continues: Some(head), ..Body::default() });
    samples.add("record/key-event", "second phone", "Another key continues the chain.", &takeover);
    samples.add(
        "record/turnout-forked",
        "phone",
        "The number of record/turnout once more, with another content.",
        &fork,
    );
}

fn answers(samples: &mut Samples) {
    let kid: Kid = PublicKey::from(&key("phone")).kid();
    let received_ms = 1_679_195_000_000;
    let receipt = |record, seq| Receipt {
        version: 1,
        record,
        kid,
        seq,
        received_ms,
        log_origin: ORIGIN.to_owned(),
        merge_deadline_ms: received_ms + 86_400_000,
    };
    let first = receipt(samples.hash("record/checklist"), 0);
    samples.add("receipt", "receipt", "Acceptance of record/checklist.", &first);
    let second = receipt(samples.hash("record/turnout-forked"), 1);
    samples.add("receipt/forked", "receipt", "A forked record is accepted too.", &second);
    let refusal = Refusal {
        version: 1,
        subject: samples.hash("record/key-event").into(),
        code: RefusalCode::UnknownDevice,
        reason: "this device is not enrolled here".to_owned(),
        retryable: true,
        refused_ms: received_ms,
    };
    samples.add("refusal", "receipt", "Refusal of record/key-event: the device must enrol first.", &refusal);
    let fork = Fork {
        version: 1,
        kid,
        seq: 1,
        first: samples.hash("record/turnout"),
        second: samples.hash("record/turnout-forked"),
        seen_ms: received_ms,
    };
    samples.add("fork", "receipt", "Two records under number 1.", &fork);
    let message: Message = decoded(
        "message",
        &json!({
            "version": 1,
            "number": 1,
            "observer": HEX.encode(&[0x61; 16]),
            "sent_ms": received_ms,
            "text": "Екінші бетті қайта түсіріңіз",
            "about": samples.hash("record/protocol").to_string(),
        }),
    );
    samples.add("message", "receipt", "A word to the observer about one record.", &message);
}

/// Size of the file whose hash is 32 bytes 83: the photo of the protocol's first sheet.
const SHEET_SIZE: u32 = 3_912_774;

/// Files: listed by a record, held by the coordinator, asked for again, published with parts made unreadable.
fn media(samples: &mut Samples) {
    let attachments = json!([
        {
            "hash": hex32(0x83), "size": SHEET_SIZE, "mime": "image/jpeg", "role": "original", "source": "captured",
            "claims": {"orientation": 6, "taken": "2023:03:19 22:41:07"}, "label": "sheet-1",
        },
        {
            "hash": hex32(0x84), "size": 118_203, "mime": "image/jpeg", "role": "preview", "of": hex32(0x83),
            "source": "derived", "label": "sheet-1",
        },
        {
            "hash": hex32(0x85), "size": 61_000_000, "mime": "video/mp4", "role": "original", "source": "imported",
            "claims": {"taken": "1980:01:01 00:00:00"}, "label": "есептеу бейнежазбасы",
        },
        {"hash": hex32(0x86), "size": 1, "mime": "image/png", "role": "redacted", "of": hex32(0x85), "claims": {}},
    ]);
    let photographed = Record {
        form: Some(FormRef { pack: samples.pack, form: "protocol".to_owned() }),
        station: Some(STATION.to_owned()),
        attachments: Some(
            attachments.as_array().expect("a list").iter().map(|fields| decoded("attachment", fields)).collect(),
        ),
        supersedes: Some(samples.hash("record/transcription")),
        ..record(RecordKind::Protocol, 11, samples.hash("record/transcription"), filled(&[("P01", 1200.into())]))
    };
    samples.add(
        "record/protocol-photos",
        "phone",
        "Files with all their fields: taken in the app, derived from another, chosen from the gallery.",
        &photographed,
    );
    let received_ms = 1_679_258_000_000_u64;
    let kid = PublicKey::from(&key("phone")).kid().to_string();
    let accepted: Receipt = decoded(
        "receipt",
        &json!({
            "version": 1,
            "record": samples.hash("record/protocol-photos").to_string(),
            "kid": kid,
            "seq": 11,
            "received_ms": received_ms,
            "log_origin": ORIGIN,
            "merge_deadline_ms": received_ms + 86_400_000,
        }),
    );
    samples.add("receipt/photos", "receipt", "Acceptance of record/protocol-photos, not of its files.", &accepted);
    let held: MediaReceipt = decoded(
        "media_receipt",
        &json!({
            "version": 1, "media": hex32(0x83), "size": SHEET_SIZE, "kid": kid, "received_ms": received_ms + 90_000,
        }),
    );
    samples.add("media_receipt", "receipt", "The first file of record/protocol-photos is held.", &held);
    let largest: MediaReceipt = decoded(
        "media_receipt",
        &json!({"version": 1, "media": hex32(0x85), "size": 1_u64 << 30, "kid": kid, "received_ms": u64::MAX}),
    );
    samples.add("media_receipt/largest", "receipt", "The largest file there may be; a time of all 64 bits.", &largest);
    let redaction: Redaction = decoded(
        "redaction",
        &json!({
            "version": 1,
            "of": hex32(0x83),
            "media": hex32(0x87),
            "size": 2_804_110,
            "made_ms": received_ms + 3_600_000,
            "regions": [
                {"left": 0, "top": 0, "width": 640, "height": 120},
                {"left": 2870, "top": 3900, "width": 1, "height": u32::MAX},
            ],
        }),
    );
    samples.add("redaction", "receipt", "A copy of the first file with two parts made unreadable.", &redaction);
    let stripped: Redaction = decoded(
        "redaction",
        &json!({
            "version": 1, "of": hex32(0x85), "media": hex32(0x88), "size": 60_000_000, "made_ms": 0, "regions": [],
        }),
    );
    samples.add("redaction/metadata", "receipt", "A copy without metadata and with nothing hidden.", &stripped);
    let retake: Message = decoded(
        "message",
        &json!({
            "version": 1,
            "number": 2,
            "observer": HEX.encode(&[0x61; 16]),
            "sent_ms": received_ms + 120_000,
            "text": "Бірінші бет оқылмайды",
            "about": samples.hash("record/protocol-photos").to_string(),
            "media": hex32(0x83),
            "ask": "retake",
        }),
    );
    samples.add("message/retake", "receipt", "Asks for the photo of one sheet again.", &retake);
    let mismatch: Refusal = decoded(
        "refusal",
        &json!({
            "version": 1,
            "subject": hex32(0x85),
            "code": "media_mismatch",
            "reason": "the uploaded bytes have another hash than the record says",
            "retryable": true,
            "refused_ms": received_ms + 200_000,
        }),
    );
    samples.add("refusal/media-mismatch", "receipt", "The subject is the hash the record gives to a file.", &mismatch);
    let used = Refusal {
        subject: samples.hash("record/note").into(),
        code: RefusalCode::NumberUsed,
        reason: "another record of this key has number 4".to_owned(),
        retryable: false,
        refused_ms: received_ms + 300_000,
        ..mismatch
    };
    samples.add("refusal/number-used", "receipt", "The device is to seal it anew under another key.", &used);
}

fn named(kk: &str, ru: &str, en: &str) -> Json {
    json!({"kk": kk, "ru": ru, "en": en})
}

fn option(key: &str) -> Json {
    json!({"key": key, "text": named(key, key, key)})
}

/// The stations of one region.
pub(crate) fn shard() -> StationShard {
    let station = |number: u32| {
        json!({
            "key": format!("790000000-{number}"),
            "region": "790000000",
            "number": number,
            "name": named("Үлгі мектеп", "Школа-образец", "Sample school"),
        })
    };
    let mut hospital = station(7);
    merge(
        &mut hospital,
        json!({
            "address": named("Үлгі көшесі, 7", "ул. Образцовая, 7", "7 Sample Street"),
            "borders": {"kk": "Аурухана ғимаратында"},
            "kind": "hospital",
            "registered": 241,
            "district": "04",
            "commission": [
                {"role": "chair", "name": named("Үлгі Төраға", "Образцова", "Sample Chair"), "party": "first"},
                {"role": "member"},
            ],
            "synonyms": ["Ескі аурухана"],
        }),
    );
    decoded(
        "station_shard",
        &json!({"version": 1, "pack": "vectors-2026", "region": "790000000", "stations": [station(1), hospital]}),
    )
}

/// A pack with every field a pack may have, and every kind of question.
pub(crate) fn full_pack(shard: &[u8]) -> Pack {
    let text = named("Сұрақ", "Вопрос", "Question");
    let question = |id: &str, kind: &str, more: Json| {
        let mut question = json!({"id": id, "kind": kind, "text": text});
        merge(&mut question, more);
        question
    };
    let form = |id: &str, kind: &str, questions: Json, more: Json| {
        let mut form = json!({"id": id, "kind": kind, "title": text, "questions": questions});
        merge(&mut form, more);
        form
    };
    let protocol = form(
        "protocol",
        "protocol",
        json!([
            question("P01", "integer", json!({"line": "1"})),
            question("P05.yes", "integer", json!({"hint": named("Цифрмен", "Цифрами", "In digits")})),
            question("P05.yes.words", "words", json!({"of": "P05.yes", "language": "kk"})),
            question("P05.no", "integer", json!({"constraint": "this <= P01", "constraint_text": text})),
            question("sum", "calculate", json!({"calculate": "sum(P05.*)"})),
            question("annex", "text", json!({"default": "$annex"})),
            question("copy", "choice", json!({"choices": [option("sealed"), option("posted")]})),
            question(
                "sheets",
                "attachment",
                json!({"subject": "protocol", "accept": ["image"], "min": 1, "max": 4, "required_if": "answered(P01)"}),
            ),
        ]),
        json!({
            "contest": "referendum",
            "hint": named("Данасынан көшіріңіз", "Перепишите с копии", "Copy it from the paper"),
            "parameters": {"annex": "5-қосымша", "limit": 3000, "early": -1, "second_sheet": true},
            "carried": [
                {"name": "told", "form": "turnout", "question": "T01", "from": "latest"},
                {"name": "all_told", "form": "turnout", "question": "T01", "from": "all"},
            ],
            "relations": [
                {
                    "id": "R1",
                    "severity": "hard",
                    "holds": "sum(P05.*) <= P01",
                    "message": named("{= sum(P05.*)} > {P01}", "{= sum(P05.*)} > {P01}", "{= sum(P05.*)} > {P01}"),
                    "incident": "C02",
                    "law": "43 (8)",
                    "when": "not $second_sheet",
                },
                {"id": "R2", "severity": "soft", "holds": "rising($all_told)", "message": text},
                {"id": "R3", "severity": "statistical", "holds": "P01 < $limit", "message": text},
            ],
            "template": {
                "annex": "5-қосымша",
                "sheets": 2,
                "lines": [
                    {"question": "P01", "role": "registered"},
                    {"question": "P05.yes", "role": "votes", "option": "yes"},
                    {"question": "P05.no", "role": "votes", "option": "no"},
                ],
                "copy": "copy",
                "copies": [option("sealed"), option("posted")],
                "annex_question": "annex",
                "photos": "sheets",
            },
        }),
    );
    let opening = form(
        "opening",
        "checklist",
        json!([
            question("read", "note", json!({})),
            question(
                "O01",
                "choice",
                json!({
                    "choices": [{
                        "key": "box-1",
                        "text": named("Жәшік", "Ящик", "Box"),
                        "attributes": {"kind": "box", "room": "1"},
                        "synonyms": ["урна", "sandyq"],
                    }],
                    "choice_filter": "@kind = 'box'",
                    "opens": ["A01"],
                    "opens_when": "this != 'box-1'",
                }),
            ),
            question("O02", "choices", json!({"choices": [option("a"), option("b")], "relevant": "answered(O01)"})),
            question("O03", "decimal", json!({"scale": 1})),
            question("O04", "date", json!({})),
            question("O05", "location", json!({})),
            question(
                "boxes",
                "group",
                json!({
                    "repeat": {"min": 1, "max": 20},
                    "questions": [
                        question("number", "text", json!({})),
                        question("pair", "group", json!({"questions": [question("seal", "yes_no", json!({}))]})),
                    ],
                }),
            ),
        ]),
        json!({}),
    );
    decoded(
        "pack",
        &json!({
            "version": 1,
            "id": "vectors-2026",
            "title": named("Референдум", "Референдум", "Referendum"),
            "election_day": "2026-03-15",
            "languages": ["kk", "ru", "en"],
            "law": "Wording in force on 1 March 2026",
            "notes": [],
            "contests": [{
                "key": "referendum",
                "title": named("Референдум", "Референдум", "Referendum"),
                "options": [option("yes"), option("no")],
                "kind": "referendum",
                "law": "9",
                "district": "1",
                "regions": ["750000000", "790000000"],
            }],
            "stations": [],
            "forms": [
                opening,
                form(
                    "turnout",
                    "turnout",
                    json!([
                        question("hour", "choice", json!({"choices": [option("10"), option("12")]})),
                        question("T01", "integer", json!({})),
                        question("T02", "integer", json!({})),
                    ]),
                    json!({}),
                ),
                form("incident", "incident", json!([question("codes", "choices", json!({"choices": []}))]), json!({})),
                form("wave", "exit_poll_wave", json!([question("wave", "text", json!({}))]), json!({})),
                protocol,
            ],
            "media_limit": 100_000_000,
            "incidents": [{
                "code": "A01",
                "gravity": "critical",
                "title": named("Мөр жоқ", "Нет пломбы", "A seal is missing"),
                "law": "42 (2)",
                "record": named("Нөмірін жазыңыз", "Запишите номер", "Note its number"),
                "urgent": true,
                "group": "boxes",
            }],
            "incident_groups": [option("boxes")],
            "regions": [
                {"key": "750000000", "name": named("Алматы", "Алматы", "Almaty"), "synonyms": ["Алма-Ата"]},
                {"key": "790000000", "name": named("Шетел", "За рубежом", "Abroad"), "own_key": true},
            ],
            "shards": [{
                "region": "790000000",
                "hash": HEX.encode(&cose::sha256(shard)),
                "size": shard.len(),
                "stations": 2,
            }],
            "exit_poll": {
                "form": "wave",
                "fields": {
                    "wave": "wave",
                    "interval": "k",
                    "start": "start",
                    "passed": "passed",
                    "contacts": "contacts",
                    "disposition": "disposition",
                    "cards": "cards",
                    "embargo": "embargo",
                },
                "interval": 5,
                "waves": [{"key": "1", "from": 420, "until": 660, "target": 40}],
                "dispositions": [
                    {"code": "1.1", "text": named("Толтырды", "Заполнил", "Completed"), "card": true},
                    {"code": "2.1", "text": named("Бас тартты", "Отказ", "Refused"), "observed": true},
                ],
                "legal": {
                    "organisation": "Үлгі ұйымы",
                    "notice": "No. 1 of 1 March 2026",
                    "embargo_until_ms": 1_773_619_200_000_i64,
                    "law": "28 (9)",
                },
                "off_reason": named("Рұқсат жоқ", "Нет разрешения", "No permission"),
                "ages": [option("18-29")],
            },
            "turnout": {
                "form": "turnout",
                "hour": "hour",
                "told": "T01",
                "own": "T02",
                "hours": [{"key": "10", "at": 600}, {"key": "12", "at": 720}],
            },
            "glossary": [{
                "text": named("учаске", "участок", "station"),
                "official": ["kk", "ru"],
                "meaning": {"en": "Where people vote"},
            }],
            "parties": [{"key": "first", "name": named("Бірінші", "Первая", "First"), "short": {"kk": "Б"}}],
            "candidates": [{
                "key": "somebody",
                "name": named("Біреу", "Некто", "Somebody"),
                "contest": "referendum",
                "party": "first",
                "district": "1",
            }],
            "training": false,
            "act": {
                "form": "incident",
                "codes": "codes",
                "texts": {"title": named("Акт", "Акт", "Act"), "intro": {"kk": "Біз, төменде қол қоюшылар"}},
                "omit": ["witness-phone"],
            },
            "utc_offset": 300,
        }),
    )
}

/// The smallest pack whose figures go by their hour.
fn pack_by_hour() -> Pack {
    let text = named("Сұрақ", "Вопрос", "Question");
    let question = |id: &str, kind: &str| json!({"id": id, "kind": kind, "text": text});
    let option = |key: &str| json!({"key": key, "text": named(key, key, key)});
    let mut hour = question("hour", "choice");
    merge(&mut hour, json!({"choices": [option("10"), option("12")]}));
    let carried = |name: &str, question: &str, from: &str| json!({"name": name, "form": "turnout", "question": question, "from": from, "by": "hour", "order": ["10", "12"]});
    let mut own_hour = carried("own_hour", "hour", "latest");
    merge(&mut own_hour, json!({"with": ["own"]}));
    decoded(
        "pack",
        &json!({
            "version": 1,
            "id": "vectors-by-hour",
            "title": text,
            "election_day": "2026-03-15",
            "languages": ["kk", "ru", "en"],
            "law": "Wording in force on 1 March 2026",
            "notes": [],
            "contests": [],
            "stations": [],
            "forms": [{
                "id": "turnout",
                "kind": "turnout",
                "title": text,
                "questions": [
                    hour,
                    question("told", "integer"),
                    question("own", "integer"),
                    question("own_whole", "yes_no"),
                    question("own_until", "time"),
                ],
                "carried": [carried("before", "told", "before"), carried("after", "told", "after"), own_hour],
            }],
            "turnout": {
                "form": "turnout",
                "hour": "hour",
                "told": "told",
                "own": "own",
                "hours": [{"key": "10", "at": 600}, {"key": "12", "at": 720}],
                "whole": "own_whole",
                "until": "own_until",
            },
        }),
    )
}

/// An election day with a pack of every kind of field, and records that only such a pack brings about.
fn election(samples: &mut Samples) {
    samples.add("station_shard", "root", "The stations of one region.", &shard());
    let pack = full_pack(samples.bytes("station_shard"));
    samples.add("pack/full", "root", "Every field a pack may have; its stations are in the shard above.", &pack);
    let pack = PackHash::of(samples.bytes("pack/full"));
    let form = |id: &str| Some(FormRef { pack, form: id.to_owned() });
    let checks = json!({
        "answers": {"P01": 900, "P05.yes": 700, "P05.no": 300, "sum": 1000, "sheets": [hex32(0x83)]},
        "language": "kk",
        "checks": [{"relation": "R1", "verdict": "fails"}, {"relation": "R2", "verdict": "unknown"}],
    });
    let contradictory = Record {
        form: form("protocol"),
        station: Some("790000000-7".to_owned()),
        ..record(RecordKind::Protocol, 12, samples.hash("record/protocol-photos"), decoded("body", &checks))
    };
    samples.add(
        "record/protocol-checks",
        "phone",
        "Numbers that do not add up, and the phone's own judgement of that.",
        &contradictory,
    );
    let follows = json!({
        "text": "Екінші бақылаушы да көрді",
        "follows": {"record": samples.hash("record/incident").to_string(), "status": "corroborated"},
    });
    let corroborated = record(RecordKind::Note, 13, samples.hash("record/protocol-checks"), decoded("body", &follows));
    samples.add("record/note-follow-up", "phone", "A later word about record/incident.", &corroborated);
    let boxes = json!({
        "answers": {
            "O02": ["a", "b"],
            "O03": 125,
            "O04": "2026-03-15",
            "O05": [432_380_000, 768_900_000, 12],
            "boxes": [{"number": "17", "pair": {"seal": "not_seen"}}, {"number": "18"}],
        },
    });
    let opening = Record {
        form: form("opening"),
        station: Some("790000000-7".to_owned()),
        ..record(RecordKind::Checklist, 14, samples.hash("record/note-follow-up"), decoded("body", &boxes))
    };
    samples.add(
        "record/checklist-groups",
        "phone",
        "Answers to every kind of question that has its own form.",
        &opening,
    );
}

/// Invites of both versions, with what they are.
pub(crate) fn invites(samples: &Samples) -> [(&'static str, Invite); 3] {
    let invite = |way: Way| Invite {
        deployment: samples.deployment,
        root_key: PublicKey::from(&key("root")),
        token: InviteToken([0x41; 16]),
        way,
    };
    let held = |name: &str| samples.bytes(name).to_vec().into();
    let unsigned = Way::Unsigned {
        addresses: vec!["https://kuager.example.org".to_owned(), "https://192.0.2.7:8443".to_owned()],
        // Not a certificate: the format does not look inside.
        anchors: vec![vec![0x30, 0x82, 0x01, 0x00].into()],
    };
    [
        ("as it is written", invite(unsigned)),
        ("version 2, signed by the root key", invite(Way::Signed { servers: held("servers"), delegation: None })),
        (
            "version 2, signed by an issuer",
            invite(Way::Signed { servers: held("servers/moved"), delegation: Some(held("delegation")) }),
        ),
    ]
}

pub(crate) fn delegations(samples: &Samples) -> Delegations {
    let held = |name: &str| samples.bytes(name).to_vec().into();
    Delegations { delegations: vec![held("delegation")], revocations: vec![held("revocation/issuer")] }
}

pub(crate) fn records_answer(samples: &Samples) -> RecordsAnswer {
    let hash = |name: &str| samples.hash(name).to_string();
    let held = |name: &str| HEX.encode(samples.bytes(name));
    decoded(
        "records_answer",
        &json!({
            "results": [
                {"hash": hash("record/checklist"), "receipt": held("receipt")},
                {"hash": hash("record/turnout-forked"), "receipt": held("receipt/forked"), "fork": held("fork")},
                {"hash": hash("record/key-event"), "refusal": held("refusal")},
            ],
            "chains": [{
                "kid": PublicKey::from(&key("phone")).kid().to_string(),
                "head_seq": 10,
                "head": hash("record/transcription"),
                "missing": [{"first": 2, "last": 6}],
            }],
        }),
    )
}

/// The answer to a record with files: one is to be uploaded from the start or from where it broke, one is held.
pub(crate) fn uploads_answer(samples: &Samples) -> RecordsAnswer {
    let token = |byte: u8| HEX.encode(&[byte; 16]);
    decoded(
        "records_answer",
        &json!({
            "results": [{
                "hash": samples.hash("record/protocol-photos").to_string(),
                "receipt": HEX.encode(samples.bytes("receipt/photos")),
                "uploads": [
                    {
                        "media": hex32(0x83),
                        "path": format!("/v1/media/{}", token(0xa1)),
                        "receipt": HEX.encode(samples.bytes("media_receipt")),
                    },
                    {"media": hex32(0x84), "path": format!("/v1/media/{}", token(0xa2))},
                    {"media": hex32(0x85), "path": format!("/v1/media/{}", token(0xa3))},
                    {"media": hex32(0x86), "path": format!("/v1/media/{}", token(0xa4))},
                ],
            }],
            "chains": [],
        }),
    )
}

pub(crate) fn inbox_answer(samples: &Samples) -> InboxAnswer {
    InboxAnswer { messages: vec![samples.bytes("message").to_vec().into()], more: false, holding: None }
}

/// The answer to a request that names an epoch.
pub(crate) fn holding_answer(samples: &Samples) -> InboxAnswer {
    let chain = ChainState {
        kid: PublicKey::from(&key("phone")).kid(),
        head_seq: 3,
        head: RecordHash::of(samples.bytes("record/protocol")),
        missing: vec![SeqRange { first: 1, last: 1 }],
    };
    InboxAnswer { holding: Some(Holding { chain: Some(chain), files: 4 }), ..inbox_answer(samples) }
}
