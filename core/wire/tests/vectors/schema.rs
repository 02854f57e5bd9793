//! The field tables of `docs/wire-format.md` as data: readable JSON to CBOR and back, without the types of the crate.
//!
//! The vectors are built twice, once from the crate's own types and once from these tables, and must agree.

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
    /// Whatever an answer may be: integer, text, list, group.
    Answer,
}

use Shape::{Answer, Bool, Bytes, Fields, Int, List, Named, Places, Text, Texts};

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
const SEQ_RANGE: Shape = Places(&[("first", Int), ("last", Int)]);
const CHOICE: Shape = Fields(&[(1, "key", Text), (2, "text", Texts(&Text))]);
const ATTACHMENT: Shape = Fields(&[
    (1, "hash", Bytes),
    (2, "size", Int),
    (3, "mime", Text),
    (4, "role", Named(&[(1, "original"), (2, "preview"), (3, "redacted")])),
    (5, "of", Bytes),
]);
const BODY: Shape = Fields(&[
    (1, "answers", Texts(&Answer)),
    (2, "language", Text),
    (3, "text", Text),
    (4, "lost", SEQ_RANGE),
    (5, "continues", Places(&[("kid", Bytes), ("seq", Int), ("hash", Bytes)])),
]);
const CONTEST: Shape =
    Fields(&[(1, "key", Text), (2, "title", Texts(&Text)), (3, "options", List(&CHOICE)), (4, "against_all", Text)]);
const STATION: Shape = Fields(&[(1, "key", Text), (2, "region", Text), (3, "number", Int), (4, "name", Texts(&Text))]);
const QUESTION: Shape = Fields(&[
    (1, "id", Text),
    (2, "kind", Named(&[(1, "yes_no"), (2, "integer"), (3, "time"), (4, "text"), (5, "choice")])),
    (3, "text", Texts(&Text)),
    (4, "law", Text),
    (5, "opens", List(&Text)),
    (6, "required", Bool),
    (7, "min", Int),
    (8, "max", Int),
    (9, "max_length", Int),
    (10, "choices", List(&CHOICE)),
    (11, "of", Text),
]);
const FORM: Shape = Fields(&[
    (1, "id", Text),
    (2, "kind", KIND),
    (3, "title", Texts(&Text)),
    (4, "questions", List(&QUESTION)),
    (5, "contest", Text),
]);
const RECORD_RESULT: Shape =
    Fields(&[(1, "hash", Bytes), (2, "receipt", Bytes), (3, "refusal", Bytes), (4, "fork", Bytes)]);
const CHAIN_STATE: Shape =
    Fields(&[(1, "kid", Bytes), (2, "head_seq", Int), (3, "head", Bytes), (4, "missing", List(&SEQ_RANGE))]);

/// The table of a statement, an invite or a body, by its name.
pub(crate) fn table(name: &str) -> Option<&'static Shape> {
    TABLES.iter().find(|(held, _)| *held == name).map(|(_, shape)| shape)
}

const TABLES: &[(&str, Shape)] = &[
    (
        "genesis",
        Fields(&[
            (1, "version", Int),
            (2, "root_key", Bytes),
            (3, "receipt_key", Bytes),
            (4, "log_key", Bytes),
            (5, "log_origin", Text),
            (6, "title", Texts(&Text)),
            (7, "election_day", Text),
            (8, "created_ms", Int),
        ]),
    ),
    (
        "pack",
        Fields(&[
            (1, "version", Int),
            (2, "id", Text),
            (3, "title", Texts(&Text)),
            (4, "election_day", Text),
            (5, "languages", List(&Text)),
            (6, "law", Text),
            (7, "notes", List(&Text)),
            (8, "contests", List(&CONTEST)),
            (9, "stations", List(&STATION)),
            (10, "forms", List(&FORM)),
            (11, "dictionary", Bytes),
        ]),
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
        ]),
    ),
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
        ]),
    ),
    ("attachment", ATTACHMENT),
    ("records_answer", Fields(&[(1, "results", List(&RECORD_RESULT)), (2, "chains", List(&CHAIN_STATE))])),
    ("inbox_answer", Fields(&[(1, "messages", List(&Bytes)), (2, "more", Bool)])),
];

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
    }
}
