//! The statements of the vectors, made of fixed values only.

use data_encoding::HEXLOWER as HEX;
use kuager_wire::SigningKey;
use kuager_wire::canonical::{self, TextMap};
use kuager_wire::cose::{self, Purpose, Statement};
use kuager_wire::enrolment::{Action, Credential, Request, Role};
use kuager_wire::form::Texts;
use kuager_wire::genesis::{Deployment, Genesis};
use kuager_wire::ids::{
    BootId, DeploymentId, InviteToken, Kid, Nonce, ObserverId, PackHash, PublicKey, RecordHash, TreeRoot,
};
use kuager_wire::invite::Invite;
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::pack::Pack;
use kuager_wire::receipt::{Fork, Receipt, Refusal, RefusalCode};
use kuager_wire::record::{
    Answers, Body, ChainHead, CheckpointSeen, ClockReading, FormRef, Location, Record, RecordKind, SeqRange, Value,
};
use kuager_wire::sync::{InboxAnswer, RecordsAnswer};
use minicbor::{Decode, Encode};
use serde_json::{Value as Json, json};

use super::schema;

/// 19 March 2023, 07:00 in Almaty.
pub(crate) const MORNING_MS: i64 = 1_679_187_600_000;
const HOUR_MS: i64 = 3_600_000;
const ORIGIN: &str = "example.org/kuager/2023-03-19";
const STATION: &str = "750000000-101";

/// Test keys by name; the seed is one byte, 32 times.
pub(crate) const KEYS: [(&str, u8); 5] = [("root", 1), ("receipt", 2), ("log", 3), ("phone", 4), ("second phone", 5)];

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
    }
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
        ..enrol
    };
    samples.add("request/inbox", "phone", "A device asks for all messages.", &inbox);
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
        subject: samples.hash("record/key-event"),
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

pub(crate) fn invite(deployment: DeploymentId) -> Invite {
    Invite {
        version: 1,
        servers: vec!["https://kuager.example.org".to_owned(), "https://192.0.2.7:8443".to_owned()],
        deployment,
        root_key: PublicKey::from(&key("root")),
        // Not a certificate: the format does not look inside.
        anchors: vec![vec![0x30, 0x82, 0x01, 0x00].into()],
        token: InviteToken([0x41; 16]),
    }
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

pub(crate) fn inbox_answer(samples: &Samples) -> InboxAnswer {
    InboxAnswer { messages: vec![samples.bytes("message").to_vec().into()], more: false }
}
