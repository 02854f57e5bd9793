//! Rooms without I/O: the wire, forms, evidence, pictures, packs.

use std::fmt::Debug;
use std::io::{Cursor, Write};
use std::sync::{Once, OnceLock};

use kuager_evidence::{Trust, inspect};
use kuager_forms::expression::{self, Expression, Message, NoAnswers};
use kuager_pack::{Built, PackSource, xlsform};
use kuager_picture::Outline;
use kuager_wire::canonical::{self, Tags, decode, encode, split_sequence};
use kuager_wire::compression::{Dictionary, dictionary_of};
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::delegation::{Delegation, Revocation};
use kuager_wire::enrolment::{Credential, Request as SignedRequest};
use kuager_wire::genesis::Genesis;
use kuager_wire::ids::{DeploymentId, PublicKey, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::message::Message as Said;
use kuager_wire::pack::{Pack, StationShard};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal};
use kuager_wire::record::Record;
use kuager_wire::servers::Servers;
use kuager_wire::sync::{Delegations, InboxAnswer, RecordsAnswer};
use kuager_wire::{SigningKey, limits, text};

const DEPLOYMENT: DeploymentId = DeploymentId([7; 32]);

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// What is read is written back to the very bytes.
fn same<T>(bytes: &[u8], limit: usize)
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> + PartialEq + Debug,
{
    if let Ok(value) = decode::<T>(bytes, limit) {
        assert!(bytes.len() <= limit);
        assert_eq!(encode(&value, limit).as_deref(), Ok(bytes), "{value:?}");
    }
}

/// Canonical CBOR: one way to write everything, and answers that a phone reads.
pub fn canonical(data: &[u8]) {
    for tags in [Tags::None, Tags::Outermost(18)] {
        if let Ok(length) = canonical::validate_first(data, limits::RECORD, tags) {
            assert!(length > 0 && length <= data.len() && length <= limits::RECORD);
            assert_eq!(canonical::validate(&data[..length], limits::RECORD, tags), Ok(()));
        }
    }
    let items = split_sequence(data);
    assert!(items.iter().rev().skip(1).all(Result::is_ok), "only the rest can be broken");
    let whole: Vec<u8> = items.iter().flat_map(|item| item.unwrap_or_else(|rest| rest)).copied().collect();
    assert_eq!(whole, data);
    same::<RecordsAnswer>(data, limits::ANSWER);
    same::<InboxAnswer>(data, limits::ANSWER);
    same::<Delegations>(data, limits::ANSWER);
    same::<Record>(data, limits::RECORD);
}

/// What a good statement says can be signed again, and then it is the very payload.
fn signed_again<T: Statement>(envelope: &Envelope) {
    if let Ok(statement) = envelope.statement::<T>() {
        let bytes = cose::sign(&statement, DEPLOYMENT, &signer()).expect("what was read can be signed");
        let again = Envelope::parse(&bytes, T::LIMIT).expect("what was signed can be read");
        assert_eq!(again.payload(), envelope.payload());
        cose::open::<T>(&bytes, DEPLOYMENT, &PublicKey::from(&signer())).expect("verifies");
    }
}

/// Everything that is signed: the bytes as a statement, and as the payload of one.
pub fn statement(data: &[u8]) {
    let _ = inspect(data, &Trust::default());
    let Ok(envelope) = Envelope::parse(data, limits::PACK) else { return };
    assert!(data.len() <= limits::PACK && envelope.payload().len() < data.len());
    assert!(envelope.verify(cose::Purpose::Record, DEPLOYMENT, &PublicKey::from(&signer())).is_err());
    signed_again::<Record>(&envelope);
    signed_again::<Genesis>(&envelope);
    signed_again::<Receipt>(&envelope);
    signed_again::<MediaReceipt>(&envelope);
    signed_again::<Refusal>(&envelope);
    signed_again::<Fork>(&envelope);
    signed_again::<Redaction>(&envelope);
    signed_again::<Servers>(&envelope);
    signed_again::<Delegation>(&envelope);
    signed_again::<Revocation>(&envelope);
    signed_again::<SignedRequest>(&envelope);
    signed_again::<Credential>(&envelope);
    signed_again::<Said>(&envelope);
    signed_again::<StationShard>(&envelope);
}

/// Names of places and ids.
pub fn names(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(hash) = text.parse::<RecordHash>() {
        assert_eq!(hash.to_string(), text.to_ascii_lowercase());
    }
    let name = text::name(text);
    assert_eq!(text::name(&name), name, "a name is clean once it is cleaned");
    if !name.is_empty() && name.len() <= limits::STATION {
        assert_eq!(text::station_fault(&name), None);
    }
}

/// Invites as people paste them.
pub fn invite(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(invite) = Invite::from_text(text) else { return };
    assert!(kuager_wire::invite::is_like(text.trim()));
    let url = invite.to_url().expect("what was read can be written");
    assert_eq!(Invite::from_text(&url).as_ref(), Ok(&invite));
    let _ = kuager_evidence::verify_invite(&invite, None);
}

/// Bodies that were compressed: within the limit, and the same again.
pub fn compression(data: &[u8]) {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    let dictionary = DICTIONARY.get_or_init(|| Dictionary::new(&b"kuager opening turnout protocol ".repeat(64)));
    let known = dictionary_of(data);
    match dictionary.decompress(data, limits::BATCH) {
        Ok(body) => {
            assert!(known.is_ok() && body.len() <= limits::BATCH);
            let again = dictionary.compress(&body).expect("compresses");
            assert_eq!(dictionary.decompress(&again, limits::BATCH).as_ref(), Ok(&body));
        }
        Err(_) => {
            // Chance does not know the dictionary's hash: what follows the head is tried under the right one.
            let mut stream = dictionary.compress(&[]).expect("compresses");
            stream.truncate(40);
            stream.extend_from_slice(data);
            if let Ok(body) = dictionary.decompress(&stream, limits::BATCH) {
                assert!(body.len() <= limits::BATCH);
            }
        }
    }
}

/// A built pack, and everything that a form of it says.
pub fn pack(data: &[u8]) {
    if let Ok(built) = Built::from_bytes("fuzz", data) {
        assert_eq!(built.to_bytes().expect("what was read can be written"), data);
        for form in &built.pack.forms {
            for fault in expression::check_form(form, &built.pack.forms) {
                let _ = format!("{fault:?}");
            }
        }
        if let Ok(bytes) = cose::sign(&built.pack, DEPLOYMENT, &signer()) {
            let opened =
                cose::open::<Pack>(&bytes, DEPLOYMENT, &PublicKey::from(&signer())).expect("what was signed holds");
            assert_eq!(opened, built.pack);
        }
    }
}

/// Expressions and messages: what is read prints as something that reads the same, and evaluating ends.
pub fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(parsed) = Expression::parse(text) {
        assert!(text.len() <= expression::MAX_BYTES);
        let printed = parsed.to_string();
        if printed.len() <= expression::MAX_BYTES {
            let again = Expression::parse(&printed).expect("what is printed can be read");
            assert_eq!(again.to_string(), printed);
        }
        let _ = parsed.evaluate(&NoAnswers);
        let _ = parsed.holds(&NoAnswers);
        let _ = parsed.references();
    }
    if let Ok(message) = Message::parse(text) {
        let _ = message.render(&NoAnswers);
    }
}

/// Workbooks of other tools: bytes as they are, and as the cells of a workbook that opens.
pub fn xlsform(data: &[u8]) {
    // The reader of workbooks panics and is caught; libFuzzer's hook would end the process before that. A panic that nobody
    // catches still does.
    static CAUGHT: Once = Once::new();
    CAUGHT.call_once(|| drop(std::panic::take_hook()));
    let _ = xlsform::from_bytes("fuzz.xlsx", "fuzz", data);
    if let Some(workbook) = workbook(data) {
        let _ = xlsform::from_bytes("fuzz.xlsx", "fuzz", &workbook);
    }
}

/// A source folder: the built-in pack with one file replaced by what is read as text.
pub fn source(data: &[u8]) {
    let Some((which, data)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(data) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    for (at, (name, content)) in SOURCE.iter().enumerate() {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("is inside")).expect("makes it");
        let content = if at == usize::from(*which) % SOURCE.len() { text } else { content };
        std::fs::write(path, content).expect("writes");
    }
    match kuager_pack::compile(&PackSource::Folder(folder.path().to_owned())) {
        Ok(built) => {
            let bytes = built.to_bytes().expect("what compiles can be written");
            assert_eq!(Built::from_bytes("again", &bytes).expect("and read").pack, built.pack);
        }
        Err(error) => drop(error.to_string()),
    }
}

/// Pictures: what one says of itself stays within what can be counted.
pub fn picture(data: &[u8]) {
    if let Ok(outline) = Outline::read(Cursor::new(data), data.len() as u64) {
        assert!(outline.width > 0 && outline.height > 0 && outline.pixels() >= 1);
        let _ = (outline.decoded(), outline.work());
    }
}

const SOURCE: [(&str, &str); 5] = [
    ("pack.toml", include_str!("../../coordinator/pack/sources/kz-2023-03-19/pack.toml")),
    ("stations.csv", include_str!("../../coordinator/pack/sources/kz-2023-03-19/stations.csv")),
    ("forms/opening.toml", include_str!("../../coordinator/pack/sources/kz-2023-03-19/forms/opening.toml")),
    ("forms/turnout.toml", include_str!("../../coordinator/pack/sources/kz-2023-03-19/forms/turnout.toml")),
    ("forms/protocol.toml", include_str!("../../coordinator/pack/sources/kz-2023-03-19/forms/protocol.toml")),
];

/// A workbook whose sheets have these cells: sheets are parted by form feeds, rows by line ends, cells by tabulators. Not
/// compressed, so that the fuzzer sees what it changes.
fn workbook(data: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(data).ok()?;
    let mut names = String::new();
    let mut links = String::new();
    let mut files = Vec::new();
    for (at, (name, sheet)) in ["survey", "choices", "settings"].into_iter().zip(text.split('\u{c}')).enumerate() {
        let id = at + 1;
        names += &format!(r#"<sheet name="{name}" sheetId="{id}" r:id="rId{id}"/>"#);
        links += &format!(
            r#"<Relationship Id="rId{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{id}.xml"/>"#
        );
        let mut rows = String::new();
        for (row, line) in (1..).zip(sheet.lines()) {
            rows += &format!(r#"<row r="{row}">"#);
            for (column, cell) in (b'A'..=b'Z').zip(line.split('\t')) {
                let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
                let column = char::from(column);
                rows += &format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{cell}</t></is></c>"#);
            }
            rows += "</row>";
        }
        let sheet = format!(
            r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        );
        files.push((format!("xl/worksheets/sheet{id}.xml"), sheet));
    }
    let relationships = |inner: &str| {
        format!(
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>"#
        )
    };
    files.push(("xl/_rels/workbook.xml.rels".to_owned(), relationships(&links)));
    let root = r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>"#;
    files.push(("_rels/.rels".to_owned(), relationships(root)));
    files.push((
        "xl/workbook.xml".to_owned(),
        format!(
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{names}</sheets></workbook>"#
        ),
    ));
    Some(zip(&files))
}

/// A ZIP archive of files that are only stored.
fn zip(files: &[(String, String)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let at = (out.len() as u32).to_le_bytes();
        let size = (text.len() as u32).to_le_bytes();
        let head =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 33, 0][..], &checksum(text.as_bytes()).to_le_bytes(), &size, &size].concat();
        let length = (name.len() as u16).to_le_bytes();
        out.write_all(&[b"PK\x03\x04", &head[..], &length, &[0, 0], name.as_bytes(), text.as_bytes()].concat())
            .expect("memory");
        let entry = [b"PK\x01\x02\x14\0", &head[..], &length, &[0; 12], &at, name.as_bytes()].concat();
        directory.extend(entry);
    }
    let count = (files.len() as u16).to_le_bytes();
    let (size, at) = ((directory.len() as u32).to_le_bytes(), (out.len() as u32).to_le_bytes());
    [out, directory, [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &at, &[0, 0]].concat()].concat()
}

/// CRC-32 as ZIP has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}
