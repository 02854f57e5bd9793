//! The field tables of `docs/wire-format.md` as data: readable JSON to CBOR and back, without the types of the crate.
//!
//! The vectors are built twice, once from the crate's own types and once from these tables, and must agree.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER as HEX;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Value};

/// How a value is written in JSON and in CBOR.
pub(crate) enum Shape {
    Int,
    Bool,
    Text,
    /// A byte string; hexadecimal in JSON.
    Bytes,
    /// A number that has a name in JSON.
    Named(&'static [(u64, &'static str)]),
    /// A map with integer keys; an object in JSON. Fields that may be absent are left out.
    Fields(&'static [(u64, &'static str, Shape)]),
    /// An array with a fixed meaning for every place; an object in JSON.
    Places(&'static [(&'static str, Shape)]),
    List(&'static Shape),
    /// A map with text keys.
    Texts(&'static Shape),
    /// An array of a number and the fields that come with it; in JSON an object with the name of that number as its only key.
    OneOf(&'static [(u64, &'static str, Shape)]),
    /// Whatever an answer may be: integer, text, list, group.
    Answer,
    /// Integer, true or false, or text.
    Parameter,
}

use Shape::{Answer, Bool, Bytes, Fields, Int, List, Named, OneOf, Parameter, Places, Text, Texts};

const KIND: Shape = Named(&[
    (1, "checklist"),
    (2, "turnout"),
    (3, "incident"),
    (4, "protocol"),
    (5, "exit_poll_wave"),
    (6, "note"),
    (7, "key_event"),
    (8, "gap_statement"),
    (9, "transcription"),
]);
const TEXTS: Shape = Texts(&Text);
const SEQ_RANGE: Shape = Places(&[("first", Int), ("last", Int)]);
const RECTANGLE: Shape = Places(&[("left", Int), ("top", Int), ("width", Int), ("height", Int)]);
const CHOICE: Shape =
    Fields(&[(1, "key", Text), (2, "text", TEXTS), (3, "attributes", TEXTS), (4, "synonyms", List(&Text))]);
const ATTESTATION: Shape =
    Fields(&[(1, "format", Named(&[(1, "android-key"), (2, "apple-appattest")])), (2, "parts", List(&Bytes))]);
const ATTACHMENT: Shape = Fields(&[
    (1, "hash", Bytes),
    (2, "size", Int),
    (3, "mime", Text),
    (4, "role", Named(&[(1, "original"), (2, "preview"), (3, "redacted")])),
    (5, "of", Bytes),
    (6, "source", Named(&[(1, "captured"), (2, "imported"), (3, "derived")])),
    (7, "claims", Fields(&[(1, "orientation", Int), (2, "taken", Text)])),
    (8, "label", Text),
]);
const STATUS: Shape =
    Named(&[(1, "reported"), (2, "corroborated"), (3, "verified"), (4, "disputed"), (5, "withdrawn")]);
const BODY: Shape = Fields(&[
    (1, "answers", Texts(&Answer)),
    (2, "language", Text),
    (3, "text", Text),
    (4, "lost", SEQ_RANGE),
    (5, "continues", Places(&[("kid", Bytes), ("seq", Int), ("hash", Bytes)])),
    (6, "checks", List(&Places(&[("relation", Text), ("verdict", Named(&[(1, "fails"), (2, "unknown")]))]))),
    (7, "follows", Places(&[("record", Bytes), ("status", STATUS)])),
]);
const CONTEST: Shape = Fields(&[
    (1, "key", Text),
    (2, "title", TEXTS),
    (3, "options", List(&CHOICE)),
    (4, "against_all", Text),
    (5, "kind", Text),
    (6, "law", Text),
    (7, "district", Text),
    (8, "regions", List(&Text)),
]);
const STATION: Shape = Fields(&[
    (1, "key", Text),
    (2, "region", Text),
    (3, "number", Int),
    (4, "name", TEXTS),
    (5, "address", TEXTS),
    (6, "borders", TEXTS),
    (7, "kind", Text),
    (8, "registered", Int),
    (9, "district", Text),
    (10, "commission", List(&MEMBER)),
    (11, "synonyms", List(&Text)),
]);
const MEMBER: Shape = Fields(&[(1, "role", Text), (2, "name", TEXTS), (3, "party", Text)]);
const QUESTION_KIND: Shape = Named(&[
    (1, "yes_no"),
    (2, "integer"),
    (3, "time"),
    (4, "text"),
    (5, "choice"),
    (6, "choices"),
    (7, "decimal"),
    (8, "date"),
    (9, "location"),
    (10, "attachment"),
    (11, "group"),
    (12, "note"),
    (13, "calculate"),
    (14, "words"),
]);
static QUESTION: Shape = Fields(&[
    (1, "id", Text),
    (2, "kind", QUESTION_KIND),
    (3, "text", TEXTS),
    (4, "law", Text),
    (5, "opens", List(&Text)),
    (6, "required", Bool),
    (7, "min", Int),
    (8, "max", Int),
    (9, "max_length", Int),
    (10, "choices", List(&CHOICE)),
    (11, "of", Text),
    (12, "hint", TEXTS),
    (13, "relevant", Text),
    (14, "constraint", Text),
    (15, "constraint_text", TEXTS),
    (16, "required_if", Text),
    (17, "default", Text),
    (18, "calculate", Text),
    (19, "scale", Int),
    (20, "questions", List(&QUESTION)),
    (21, "repeat", Fields(&[(1, "min", Int), (2, "max", Int)])),
    (22, "choice_filter", Text),
    (23, "opens_when", Text),
    (24, "subject", Text),
    (25, "accept", List(&Text)),
    (26, "line", Text),
    (27, "language", Text),
]);
const RELATION: Shape = Fields(&[
    (1, "id", Text),
    (2, "severity", Named(&[(1, "hard"), (2, "soft"), (3, "statistical")])),
    (3, "holds", Text),
    (4, "message", TEXTS),
    (5, "incident", Text),
    (6, "law", Text),
    (7, "when", Text),
]);
const LINE_ROLE: Shape = Named(&[
    (1, "registered"),
    (2, "issued"),
    (3, "took_part"),
    (4, "votes"),
    (5, "invalid"),
    (6, "received"),
    (7, "cancelled"),
    (8, "outside"),
    (9, "absentee"),
]);
const TEMPLATE: Shape = Fields(&[
    (1, "annex", Text),
    (2, "sheets", Int),
    (3, "lines", List(&Fields(&[(1, "question", Text), (2, "role", LINE_ROLE), (3, "option", Text)]))),
    (4, "copy", Text),
    (5, "copies", List(&CHOICE)),
    (6, "annex_question", Text),
    (7, "photos", Text),
]);
const CARRIED: Shape = Fields(&[
    (1, "name", Text),
    (2, "form", Text),
    (3, "question", Text),
    (4, "from", Named(&[(1, "latest"), (2, "all"), (3, "before"), (4, "after")])),
    (5, "by", Text),
    (6, "order", List(&Text)),
    (7, "with", List(&Text)),
]);
static FORM: Shape = Fields(&[
    (1, "id", Text),
    (2, "kind", KIND),
    (3, "title", TEXTS),
    (4, "questions", List(&QUESTION)),
    (5, "contest", Text),
    (6, "relations", List(&RELATION)),
    (7, "parameters", Texts(&Parameter)),
    (8, "carried", List(&CARRIED)),
    (9, "template", TEMPLATE),
    (10, "hint", TEXTS),
]);
const INCIDENT: Shape = Fields(&[
    (1, "code", Text),
    (2, "gravity", Named(&[(1, "procedural"), (2, "serious"), (3, "critical")])),
    (3, "title", TEXTS),
    (4, "law", Text),
    (5, "record", TEXTS),
    (6, "urgent", Bool),
    (7, "group", Text),
]);
const REGION: Shape =
    Fields(&[(1, "key", Text), (2, "name", TEXTS), (3, "own_key", Bool), (4, "synonyms", List(&Text))]);
const SHARD: Shape = Fields(&[(1, "region", Text), (2, "hash", Bytes), (3, "size", Int), (4, "stations", Int)]);
const EXIT_POLL: Shape = Fields(&[
    (1, "form", Text),
    (
        2,
        "fields",
        Fields(&[
            (1, "wave", Text),
            (2, "interval", Text),
            (3, "start", Text),
            (4, "passed", Text),
            (5, "contacts", Text),
            (6, "disposition", Text),
            (7, "cards", Text),
            (8, "embargo", Text),
        ]),
    ),
    (3, "interval", Int),
    (4, "waves", List(&Fields(&[(1, "key", Text), (2, "from", Int), (3, "until", Int), (4, "target", Int)]))),
    (
        5,
        "dispositions",
        List(&Fields(&[(1, "code", Text), (2, "text", TEXTS), (3, "card", Bool), (4, "observed", Bool)])),
    ),
    (
        6,
        "legal",
        Fields(&[(1, "organisation", Text), (2, "notice", Text), (3, "embargo_until_ms", Int), (4, "law", Text)]),
    ),
    (7, "off_reason", TEXTS),
    (8, "ages", List(&CHOICE)),
]);
const TURNOUT: Shape = Fields(&[
    (1, "form", Text),
    (2, "hour", Text),
    (3, "told", Text),
    (4, "own", Text),
    (5, "hours", List(&Fields(&[(1, "key", Text), (2, "at", Int)]))),
    (6, "whole", Text),
    (7, "until", Text),
]);
const TERM: Shape = Fields(&[(1, "text", TEXTS), (2, "official", List(&Text)), (3, "meaning", TEXTS)]);
const PARTY: Shape = Fields(&[(1, "key", Text), (2, "name", TEXTS), (3, "short", TEXTS)]);
const CANDIDATE: Shape =
    Fields(&[(1, "key", Text), (2, "name", TEXTS), (3, "contest", Text), (4, "party", Text), (5, "district", Text)]);
const ACT: Shape =
    Fields(&[(1, "form", Text), (2, "codes", Text), (3, "texts", Texts(&TEXTS)), (4, "omit", List(&Text))]);
const ACT_OF_DESK: Shape = OneOf(&[
    (
        1,
        "call",
        Fields(&[
            (1, "observer", Bytes),
            (
                2,
                "outcome",
                Named(&[(1, "reached"), (2, "no_answer"), (3, "unreachable"), (4, "wrong_number"), (5, "absent")]),
            ),
            (3, "next_ms", Int),
            (4, "note", Text),
        ]),
    ),
    (
        2,
        "transcription",
        Fields(&[
            (1, "record", Bytes),
            (2, "pages", List(&Bytes)),
            (3, "answers", Texts(&Answer)),
            (4, "unreadable", List(&Text)),
        ]),
    ),
    (
        3,
        "settlement",
        Fields(&[
            (1, "record", Bytes),
            (2, "question", Text),
            (3, "finding", Named(&[(1, "agreed"), (2, "disputed"), (3, "unreadable")])),
            (4, "value", Answer),
            (5, "note", Text),
        ]),
    ),
    (4, "incident_step", Fields(&[(1, "record", Bytes), (2, "status", STATUS), (3, "note", Text)])),
    (
        5,
        "official",
        Fields(&[
            (1, "source", Bytes),
            (2, "stage", Text),
            (3, "form", Text),
            (4, "station", Text),
            (5, "figures", Texts(&Int)),
            (6, "pack", Bytes),
        ]),
    ),
    (6, "release", Fields(&[(1, "record", Bytes), (2, "relations", List(&Text)), (3, "reason", Text)])),
    (7, "retake", Fields(&[(1, "record", Bytes), (2, "media", Bytes), (3, "message", Int)])),
    (
        8,
        "complaint",
        Fields(&[
            (1, "record", Bytes),
            (
                2,
                "step",
                Named(&[
                    (1, "filed"),
                    (2, "not_accepted"),
                    (3, "granted"),
                    (4, "rejected"),
                    (5, "unanswered"),
                    (6, "appealed"),
                ]),
            ),
            (3, "due_ms", Int),
            (4, "note", Text),
            (5, "to", Named(&[(1, "commission"), (2, "higher_commission"), (3, "court"), (4, "prosecutor")])),
        ]),
    ),
    (
        9,
        "account",
        Fields(&[
            (1, "person", Bytes),
            (2, "change", Named(&[(1, "added"), (2, "roles"), (3, "secrets"), (4, "disabled"), (5, "enabled")])),
            (3, "roles", List(&Text)),
        ]),
    ),
    (
        11,
        "publication",
        Fields(&[
            (1, "site", Bytes),
            (2, "follows", Bytes),
            (3, "entries", Int),
            (4, "arrival", Int),
            (5, "contests", List(&Text)),
            (6, "parts", List(&Text)),
            (7, "note", Text),
        ]),
    ),
    (
        12,
        "publication_verdict",
        Fields(&[
            (1, "proposal", Bytes),
            (2, "site", Bytes),
            (3, "verdict", Named(&[(1, "approved"), (2, "rejected")])),
            (4, "note", Text),
        ]),
    ),
    (13, "redaction", Fields(&[(1, "media", Bytes), (2, "copy", Bytes), (3, "regions", Int)])),
]);
const RECORD_RESULT: Shape = Fields(&[
    (1, "hash", Bytes),
    (2, "receipt", Bytes),
    (3, "refusal", Bytes),
    (4, "fork", Bytes),
    (5, "uploads", List(&Fields(&[(1, "media", Bytes), (2, "path", Text), (3, "receipt", Bytes)]))),
]);
const HOLDING: Shape = Fields(&[(1, "chain", CHAIN_STATE), (2, "files", Int)]);

const CHAIN_STATE: Shape =
    Fields(&[(1, "kid", Bytes), (2, "head_seq", Int), (3, "head", Bytes), (4, "missing", List(&SEQ_RANGE))]);

/// The table of a statement, an invite or a body, by its name.
pub(crate) fn table(name: &str) -> Option<&'static Shape> {
    TABLES.iter().find(|(held, _)| *held == name).map(|(_, shape)| shape)
}

static TABLES: &[(&str, Shape)] = &[
    (
        "genesis",
        Fields(&[
            (1, "version", Int),
            (2, "root_key", Bytes),
            (3, "receipt_key", Bytes),
            (4, "log_key", Bytes),
            (5, "log_origin", Text),
            (6, "title", TEXTS),
            (7, "election_day", Text),
            (8, "created_ms", Int),
            (9, "invites", Int),
        ]),
    ),
    (
        "pack",
        Fields(&[
            (1, "version", Int),
            (2, "id", Text),
            (3, "title", TEXTS),
            (4, "election_day", Text),
            (5, "languages", List(&Text)),
            (6, "law", Text),
            (7, "notes", List(&Text)),
            (8, "contests", List(&CONTEST)),
            (9, "stations", List(&STATION)),
            (10, "forms", List(&FORM)),
            (11, "dictionary", Bytes),
            (12, "media_limit", Int),
            (13, "incidents", List(&INCIDENT)),
            (14, "incident_groups", List(&CHOICE)),
            (15, "regions", List(&REGION)),
            (16, "shards", List(&SHARD)),
            (17, "exit_poll", EXIT_POLL),
            (18, "turnout", TURNOUT),
            (19, "glossary", List(&TERM)),
            (20, "parties", List(&PARTY)),
            (21, "candidates", List(&CANDIDATE)),
            (22, "training", Bool),
            (23, "act", ACT),
            (24, "utc_offset", Int),
            (25, "edition", Int),
        ]),
    ),
    (
        "station_shard",
        Fields(&[(1, "version", Int), (2, "pack", Text), (3, "region", Text), (4, "stations", List(&STATION))]),
    ),
    (
        "credential",
        Fields(&[
            (1, "version", Int),
            (2, "kid", Bytes),
            (3, "public_key", Bytes),
            (4, "observer", Bytes),
            (5, "role", Named(&[(1, "observer"), (2, "proxy"), (3, "media"), (4, "interviewer")])),
            (6, "stations", List(&Text)),
            (7, "not_before_ms", Int),
            (8, "not_after_ms", Int),
        ]),
    ),
    (
        "request",
        Fields(&[
            (1, "version", Int),
            (2, "action", Named(&[(1, "enrol"), (2, "inbox")])),
            (3, "wall_ms", Int),
            (4, "nonce", Bytes),
            (5, "public_key", Bytes),
            (6, "token", Bytes),
            (7, "after", Int),
            (8, "epoch", Bytes),
            (9, "credential", Bytes),
            (10, "succession", Bytes),
            (11, "attestation", ATTESTATION),
        ]),
    ),
    ("succession", Fields(&[(1, "version", Int), (2, "public_key", Bytes), (3, "wall_ms", Int)])),
    (
        "record",
        Fields(&[
            (1, "version", Int),
            (2, "kind", KIND),
            (3, "seq", Int),
            (4, "prev", Bytes),
            (5, "clock", Places(&[("wall_ms", Int), ("monotonic_ms", Int), ("boot_id", Bytes), ("flags", Int)])),
            (6, "checkpoint", Places(&[("tree_size", Int), ("root", Bytes)])),
            (7, "form", Places(&[("pack", Bytes), ("form", Text)])),
            (8, "station", Text),
            (9, "body", BODY),
            (10, "attachments", List(&ATTACHMENT)),
            (11, "supersedes", Bytes),
            (12, "location", Places(&[("lat_e7", Int), ("lon_e7", Int), ("accuracy_m", Int)])),
            (13, "training", Bool),
        ]),
    ),
    (
        "receipt",
        Fields(&[
            (1, "version", Int),
            (2, "record", Bytes),
            (3, "kid", Bytes),
            (4, "seq", Int),
            (5, "received_ms", Int),
            (6, "log_origin", Text),
            (7, "merge_deadline_ms", Int),
        ]),
    ),
    (
        "refusal",
        Fields(&[
            (1, "version", Int),
            (2, "subject", Bytes),
            (
                3,
                "code",
                Named(&[
                    (1, "malformed"),
                    (2, "too_large"),
                    (3, "unsupported_version"),
                    (4, "unknown_device"),
                    (5, "bad_signature"),
                    (6, "wrong_deployment"),
                    (7, "unknown_pack"),
                    (8, "revoked_device"),
                    (9, "invite_unknown"),
                    (10, "invite_used"),
                    (11, "invite_revoked"),
                    (12, "invite_expired"),
                    (13, "replayed"),
                    (14, "busy"),
                    (15, "media_mismatch"),
                    (16, "number_used"),
                ]),
            ),
            (4, "reason", Text),
            (5, "retryable", Bool),
            (6, "refused_ms", Int),
        ]),
    ),
    (
        "fork",
        Fields(&[
            (1, "version", Int),
            (2, "kid", Bytes),
            (3, "seq", Int),
            (4, "first", Bytes),
            (5, "second", Bytes),
            (6, "seen_ms", Int),
        ]),
    ),
    (
        "message",
        Fields(&[
            (1, "version", Int),
            (2, "number", Int),
            (3, "observer", Bytes),
            (4, "sent_ms", Int),
            (5, "text", Text),
            (6, "about", Bytes),
            (7, "media", Bytes),
            (8, "ask", Named(&[(1, "retake")])),
        ]),
    ),
    (
        "media_receipt",
        Fields(&[
            (1, "version", Int),
            (2, "media", Bytes),
            (3, "size", Int),
            (4, "kid", Bytes),
            (5, "received_ms", Int),
        ]),
    ),
    (
        "redaction",
        Fields(&[
            (1, "version", Int),
            (2, "of", Bytes),
            (3, "media", Bytes),
            (4, "size", Int),
            (5, "made_ms", Int),
            (6, "regions", List(&RECTANGLE)),
        ]),
    ),
    (
        "invite",
        Fields(&[
            (1, "version", Int),
            (2, "servers", List(&Text)),
            (3, "deployment", Bytes),
            (4, "root_key", Bytes),
            (5, "anchors", List(&Bytes)),
            (6, "token", Bytes),
            (7, "signed_servers", Bytes),
            (8, "delegation", Bytes),
        ]),
    ),
    (
        "servers",
        Fields(&[
            (1, "version", Int),
            (2, "addresses", List(&Text)),
            (3, "anchors", List(&Bytes)),
            (4, "issued_ms", Int),
        ]),
    ),
    (
        "delegation",
        Fields(&[
            (1, "version", Int),
            (2, "key", Bytes),
            (3, "purposes", List(&Text)),
            (4, "not_before_ms", Int),
            (5, "not_after_ms", Int),
            (6, "number", Int),
        ]),
    ),
    (
        "revocation",
        Fields(&[
            (1, "version", Int),
            (2, "kid", Bytes),
            (3, "what", Named(&[(1, "device"), (2, "issuer")])),
            (4, "revoked_ms", Int),
            (5, "last_seq", Int),
            (6, "reinstated", Bool),
        ]),
    ),
    ("desk_key", Fields(&[(1, "version", Int), (2, "number", Int), (3, "key", Bytes)])),
    (
        "desk_entry",
        Fields(&[
            (1, "version", Int),
            (2, "seq", Int),
            (3, "prev", Bytes),
            (4, "at_ms", Int),
            (5, "by", Bytes),
            (6, "act", ACT_OF_DESK),
        ]),
    ),
    ("delegations", Fields(&[(1, "delegations", List(&Bytes)), (2, "revocations", List(&Bytes))])),
    ("attachment", ATTACHMENT),
    ("body", BODY),
    ("records_answer", Fields(&[(1, "results", List(&RECORD_RESULT)), (2, "chains", List(&CHAIN_STATE))])),
    ("inbox_answer", Fields(&[(1, "messages", List(&Bytes)), (2, "more", Bool), (3, "holding", HOLDING)])),
];

/// Every field of every map with integer keys in a value, and whether it was ever there. The same table at several
/// places counts as one.
pub(crate) fn occurring(shape: &Shape, json: &Value, found: &mut BTreeMap<String, bool>) {
    match (shape, json) {
        (Fields(fields), Value::Object(object)) => {
            let all: Vec<_> = fields.iter().map(|(_, name, _)| *name).collect();
            for (_, name, shape) in *fields {
                *found.entry(format!("{name} of {}", all.join(", "))).or_default() |= object.contains_key(*name);
                object.get(*name).into_iter().for_each(|value| occurring(shape, value, found));
            }
        }
        (List(item), Value::Array(values)) => values.iter().for_each(|value| occurring(item, value, found)),
        (OneOf(kinds), Value::Object(object)) => {
            for (_, name, shape) in *kinds {
                *found.entry((*name).to_owned()).or_default() |= object.contains_key(*name);
                object.get(*name).into_iter().for_each(|value| occurring(shape, value, found));
            }
        }
        (Texts(item), Value::Object(values)) => values.values().for_each(|value| occurring(item, value, found)),
        _ => {}
    }
}

/// Reads CBOR as JSON by a table.
pub(crate) fn to_json(shape: &Shape, cbor: &[u8]) -> Value {
    let mut decoder = Decoder::new(cbor);
    let value = read(shape, &mut decoder);
    assert_eq!(decoder.position(), cbor.len(), "the table covers all bytes");
    value
}

/// Writes JSON as CBOR by a table.
pub(crate) fn to_cbor(shape: &Shape, json: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(shape, json, &mut encoder);
    encoder.into_writer()
}

fn read(shape: &Shape, decoder: &mut Decoder<'_>) -> Value {
    const FITS: &str = "the table fits what the crate wrote";
    match shape {
        Int => integer(decoder),
        Bool => decoder.bool().expect(FITS).into(),
        Text => decoder.str().expect(FITS).into(),
        Bytes => HEX.encode(decoder.bytes().expect(FITS)).into(),
        Named(names) => {
            let number = decoder.u64().expect(FITS);
            names.iter().find(|(held, _)| *held == number).expect(FITS).1.into()
        }
        Fields(fields) => {
            let count = decoder.map().expect(FITS).expect(FITS);
            let mut object = Map::new();
            for _ in 0..count {
                let key = decoder.u64().expect(FITS);
                let (_, name, shape) = fields.iter().find(|(held, ..)| *held == key).expect(FITS);
                object.insert((*name).to_owned(), read(shape, decoder));
            }
            object.into()
        }
        Places(places) => {
            let count = decoder.array().expect(FITS).expect(FITS);
            assert_eq!(count, places.len() as u64, "{FITS}");
            let object: Map<_, _> =
                places.iter().map(|(name, shape)| ((*name).to_owned(), read(shape, decoder))).collect();
            object.into()
        }
        List(item) => {
            let count = decoder.array().expect(FITS).expect(FITS);
            (0..count).map(|_| read(item, decoder)).collect::<Vec<_>>().into()
        }
        OneOf(kinds) => {
            assert_eq!(decoder.array().expect(FITS), Some(2), "{FITS}");
            let number = decoder.u64().expect(FITS);
            let (_, name, shape) = kinds.iter().find(|(held, ..)| *held == number).expect(FITS);
            Map::from_iter([((*name).to_owned(), read(shape, decoder))]).into()
        }
        Texts(value) => {
            let count = decoder.map().expect(FITS).expect(FITS);
            let object: Map<_, _> =
                (0..count).map(|_| (decoder.str().expect(FITS).to_owned(), read(value, decoder))).collect();
            object.into()
        }
        Answer => match decoder.datatype().expect(FITS) {
            Type::String => read(&Text, decoder),
            Type::Array => read(&List(&Answer), decoder),
            Type::Map => read(&Texts(&Answer), decoder),
            _ => integer(decoder),
        },
        Parameter => match decoder.datatype().expect(FITS) {
            Type::Bool => read(&Bool, decoder),
            Type::String => read(&Text, decoder),
            _ => integer(decoder),
        },
    }
}

fn integer(decoder: &mut Decoder<'_>) -> Value {
    let number = i128::from(decoder.int().expect("an integer"));
    i64::try_from(number).map_or_else(|_| u64::try_from(number).expect("at most 64 bits").into(), Value::from)
}

fn write(shape: &Shape, json: &Value, encoder: &mut Encoder<Vec<u8>>) {
    const MEMORY: &str = "writes to memory";
    const FITS: &str = "the file fits the table";
    match shape {
        Int => match json.as_i64() {
            Some(number) => encoder.i64(number).map(drop).expect(MEMORY),
            None => encoder.u64(json.as_u64().expect(FITS)).map(drop).expect(MEMORY),
        },
        Bool => encoder.bool(json.as_bool().expect(FITS)).map(drop).expect(MEMORY),
        Text => encoder.str(json.as_str().expect(FITS)).map(drop).expect(MEMORY),
        Bytes => {
            let bytes = HEX.decode(json.as_str().expect(FITS).as_bytes()).expect(FITS);
            encoder.bytes(&bytes).map(drop).expect(MEMORY);
        }
        Named(names) => {
            let (number, _) = names.iter().find(|(_, name)| Some(*name) == json.as_str()).expect(FITS);
            encoder.u64(*number).map(drop).expect(MEMORY);
        }
        Fields(fields) => {
            let object = json.as_object().expect(FITS);
            encoder.map(object.len() as u64).expect(MEMORY);
            let mut written = 0;
            for (key, name, shape) in *fields {
                if let Some(value) = object.get(*name) {
                    encoder.u64(*key).expect(MEMORY);
                    write(shape, value, encoder);
                    written += 1;
                }
            }
            assert_eq!(written, object.len(), "{FITS}");
        }
        Places(places) => {
            let object = json.as_object().expect(FITS);
            assert_eq!(places.len(), object.len(), "{FITS}");
            encoder.array(places.len() as u64).expect(MEMORY);
            for (name, shape) in *places {
                write(shape, &object[*name], encoder);
            }
        }
        List(item) => {
            let items = json.as_array().expect(FITS);
            encoder.array(items.len() as u64).expect(MEMORY);
            for value in items {
                write(item, value, encoder);
            }
        }
        OneOf(kinds) => {
            let object = json.as_object().expect(FITS);
            assert_eq!(object.len(), 1, "{FITS}");
            let (number, name, shape) = kinds.iter().find(|(_, name, _)| object.contains_key(*name)).expect(FITS);
            encoder.array(2).and_then(|encoder| encoder.u64(*number)).expect(MEMORY);
            write(shape, &object[*name], encoder);
        }
        Texts(value) => {
            let mut entries: Vec<_> = json.as_object().expect(FITS).iter().collect();
            // Bytewise by encoding: the length comes first.
            entries.sort_by_key(|(key, _)| (key.len(), *key));
            encoder.map(entries.len() as u64).expect(MEMORY);
            for (key, entry) in entries {
                encoder.str(key).expect(MEMORY);
                write(value, entry, encoder);
            }
        }
        Answer => match json {
            Value::String(_) => write(&Text, json, encoder),
            Value::Array(_) => write(&List(&Answer), json, encoder),
            Value::Object(_) => write(&Texts(&Answer), json, encoder),
            _ => write(&Int, json, encoder),
        },
        Parameter => match json {
            Value::Bool(_) => write(&Bool, json, encoder),
            Value::String(_) => write(&Text, json, encoder),
            _ => write(&Int, json, encoder),
        },
    }
}
