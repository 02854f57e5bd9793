//! Bytes that must be refused, each with the rule it breaks and the place where it breaks it.
//!
//! They are put together by hand, so that no check of the crate can get in the way.

use data_encoding::HEXLOWER as HEX;
use kuager_wire::cose::{NO_DEPLOYMENT, Purpose, external_aad, sha256};
use kuager_wire::ids::{DeploymentId, PublicKey};
use minicbor::Encoder;

use super::by_hand::{self, bytes_head, map, pair, sign1, text};
use super::samples::{self, Samples};

/// Where the error must point.
pub(crate) enum At {
    /// The error names no place.
    Nowhere,
    /// Bytes from the start of the input.
    Byte(usize),
    /// The first byte of the payload.
    Payload,
    /// This many bytes into the payload.
    Inside(usize),
}

/// One input.
pub(crate) struct Malformed {
    pub(crate) name: String,
    pub(crate) offered_as: Purpose,
    pub(crate) deployment: DeploymentId,
    pub(crate) public: PublicKey,
    pub(crate) input: Vec<u8>,
    pub(crate) error: &'static str,
    pub(crate) at: At,
    /// Why an ordinary Ed25519 library may accept the signature.
    pub(crate) lenient: Option<&'static str>,
}

/// Builds the list.
struct List<'a> {
    samples: &'a Samples,
    list: Vec<Malformed>,
}

pub(crate) fn malformed(samples: &Samples) -> Vec<Malformed> {
    let mut list = List { samples, list: Vec::new() };
    envelopes(&mut list);
    profiles(&mut list);
    payloads(&mut list);
    nested(&mut list);
    rules(&mut list);
    other_statements(&mut list);
    signatures(&mut list);
    media(&mut list);
    election(&mut list);
    numbers(&mut list);
    list.list
}

impl List<'_> {
    /// An input offered as a record of the phone.
    fn record(&mut self, name: &str, input: Vec<u8>, error: &'static str, at: At) {
        self.offer(name, Purpose::Record, "phone", input, error, at);
    }

    fn offer(&mut self, name: &str, purpose: Purpose, key: &str, input: Vec<u8>, error: &'static str, at: At) {
        let deployment = if purpose == Purpose::Genesis { NO_DEPLOYMENT } else { self.samples.deployment };
        self.list.push(Malformed {
            name: name.to_owned(),
            offered_as: purpose,
            deployment,
            public: PublicKey::from(&samples::key(key)),
            input,
            error,
            at,
            lenient: None,
        });
    }

    /// A payload signed as it should be, whatever it holds.
    fn signed(&mut self, name: &str, purpose: Purpose, key: &str, payload: &[u8], error: &'static str, at: At) {
        let deployment = if purpose == Purpose::Genesis { NO_DEPLOYMENT } else { self.samples.deployment };
        let input = by_hand::sign(purpose, deployment, &samples::key(key), payload);
        self.offer(name, purpose, key, input, error, at);
    }

    fn payload(&mut self, name: &str, payload: &[u8], error: &'static str, at: At) {
        self.signed(name, Purpose::Record, "phone", payload, error, at);
    }

    /// A checklist whose answers are these bytes; the fault lies `inside` bytes into them.
    fn answers(&mut self, name: &str, answers: &str, error: &'static str, inside: Option<usize>) {
        let answers = hex(answers);
        let payload = checklist(self.samples, &answers);
        let start = payload.len() - answers.len();
        let at = inside.map_or(At::Nowhere, |inside| At::Inside(start + inside));
        self.payload(&format!("answers: {name}"), &payload, error, at);
    }
}

fn hex(digits: &str) -> Vec<u8> {
    HEX.decode(digits.replace(' ', "").as_bytes()).expect("hexadecimal digits")
}

fn uint(number: u64) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.u64(number).expect("writes to memory");
    encoder.into_writer()
}

/// The fields of a small note, in order.
fn note(samples: &Samples) -> Vec<(u64, Vec<u8>)> {
    vec![
        (1, uint(1)),
        (2, uint(6)),
        (3, uint(0)),
        (4, by_hand::bytes(&samples.deployment.0)),
        (5, clock()),
        (9, map(&[(3, text("hello"))])),
    ]
}

fn clock() -> Vec<u8> {
    let mut clock = hex("84 1b00000186f7d95880 1903e8");
    clock.extend(by_hand::bytes(&[0x51; 16]));
    clock.push(0);
    clock
}

/// A payload that ends with the given answers.
fn checklist(samples: &Samples, answers: &[u8]) -> Vec<u8> {
    let mut form = vec![0x82];
    form.extend(by_hand::bytes(&samples.pack.0));
    form.extend(text("opening"));
    let fields = with(&with(&note(samples), 2, uint(1)), 7, form);
    map(&with(&fields, 9, map(&[(1, answers.to_vec())])))
}

fn with(fields: &[(u64, Vec<u8>)], key: u64, value: Vec<u8>) -> Vec<(u64, Vec<u8>)> {
    let mut fields = without(fields, key);
    let place = fields.iter().position(|(held, _)| *held > key).unwrap_or(fields.len());
    fields.insert(place, (key, value));
    fields
}

fn without(fields: &[(u64, Vec<u8>)], key: u64) -> Vec<(u64, Vec<u8>)> {
    fields.iter().filter(|(held, _)| *held != key).cloned().collect()
}

/// Faults of the encoding around the payload. None of them needs a key to be seen.
fn envelopes(list: &mut List<'_>) {
    use At::Byte;
    let good = list.samples.bytes("record/note").to_vec();
    let payload = by_hand::payload(&good).to_vec();
    let (payload_at, signature_at) = (good.len() - 66 - payload.len(), good.len() - 66);
    let protected = good[2..24].to_vec();

    list.record("nothing", vec![], "truncated", Byte(0));
    list.record("cut within the payload", good[..60].to_vec(), "truncated", Byte(payload_at - 2));
    list.record("cut within the signature", good[..good.len() - 1].to_vec(), "truncated", Byte(signature_at));
    list.record("cut before the signature", good[..signature_at].to_vec(), "truncated", Byte(signature_at));
    list.record("one byte too many", [&good[..], &[0]].concat(), "trailing_bytes", Byte(good.len()));
    list.record("two statements", [&good[..], &good[..]].concat(), "trailing_bytes", Byte(good.len()));
    list.record("the tag in two bytes", [&hex("d812")[..], &good[1..]].concat(), "non_shortest", Byte(0));
    list.record(
        "an array of indefinite length",
        [&hex("d29f")[..], &good[2..], &[0xff]].concat(),
        "indefinite",
        Byte(1),
    );
    let long = [&good[..2], &hex("5815"), &good[3..]].concat();
    list.record("the protected header's length in two bytes", long, "non_shortest", Byte(2));
    let long = [&good[..signature_at], &hex("590040"), &good[signature_at + 2..]].concat();
    list.record("the signature's length in three bytes", long, "non_shortest", Byte(signature_at));
    let chunks = [&good[..2], &hex("5f"), &protected, &hex("ff"), &good[24..]].concat();
    list.record("the protected header in chunks", chunks, "indefinite", Byte(2));
    let unprotected = |map: &str| [&good[..24], &hex(map)[..], &good[25..]].concat();
    list.record("unprotected header: a float", unprotected("a1 01 f93c00"), "float", Byte(26));
    list.record("unprotected header: keys out of order", unprotected("a2 02 00 01 00"), "unsorted_keys", Byte(27));
    list.record("unprotected header: a key twice", unprotected("a2 01 00 01 00"), "duplicate_key", Byte(27));
    list.record("unprotected header: nested too deep", unprotected(&"81".repeat(12)), "too_deep", Byte(35));
    list.record("another tag (COSE_Mac0)", [&[0xd1], &good[1..]].concat(), "tag", Byte(0));
    list.record("the tag twice", [&[0xd2], &good[..]].concat(), "tag", Byte(1));
    let detached = [&good[..25], &hex("f6"), &good[signature_at..]].concat();
    list.record("a detached payload", detached, "simple", Byte(25));
    list.record("a reserved first byte", hex("1c"), "reserved", Byte(0));
    list.record("a break without a beginning", hex("ff"), "reserved", Byte(0));
    list.record("a page of HTML", b"<html>log in to this network</html>".to_vec(), "reserved", Byte(0));
    list.record("a string of nine exabytes", hex("d2 84 5b7fffffffffffffff"), "too_large", Byte(2));
    let large = [&good[..25], &bytes_head(48 * 1024)[..], &[0; 20]].concat();
    list.record("a payload that announces more than a record may have", large, "too_large", Byte(25));
}

/// Well-formed CBOR that is another COSE profile. The error names no place.
fn profiles(list: &mut List<'_>) {
    let good = list.samples.bytes("record/note").to_vec();
    let payload = by_hand::payload(&good).to_vec();
    let phone = samples::key("phone");
    let kid = by_hand::bytes(&PublicKey::from(&phone).kid().0);
    let deployment = list.samples.deployment;
    // Signed over the header as it is, so that nothing but the profile is wrong.
    let signed = |protected: &[u8]| {
        let signature = by_hand::signature(Purpose::Record, deployment, &phone, protected, &payload);
        sign1(protected, &[0xa0], &by_hand::bytes(&payload), &by_hand::bytes(&signature))
    };
    let refused = |list: &mut List<'_>, name: &str, input| list.record(name, input, "cose_profile", At::Nowhere);

    refused(list, "no tag", good[1..].to_vec());
    refused(list, "algorithm ES256 (-7)", signed(&[&hex("a2 01 26 04"), &kid[..]].concat()));
    refused(list, "algorithm Ed25519 (-19)", signed(&[&hex("a2 01 32 04"), &kid[..]].concat()));
    refused(list, "algorithm as text", signed(&[&hex("a2 01 654564445341 04"), &kid[..]].concat()));
    refused(list, "no algorithm", signed(&[&hex("a1 04"), &kid[..]].concat()));
    refused(list, "no key id", signed(&hex("a1 01 27")));
    refused(list, "an empty protected header", signed(&[]));
    refused(list, "a protected header with an empty map", signed(&hex("a0")));
    refused(list, "a key id of 15 bytes", signed(&[&hex("a2 01 27 04"), &by_hand::bytes(&[7; 15])[..]].concat()));
    refused(list, "a key id of 17 bytes", signed(&[&hex("a2 01 27 04"), &by_hand::bytes(&[7; 17])[..]].concat()));
    let extra = [&hex("a3 01 27 03 1862 04"), &kid[..]].concat();
    refused(list, "one more protected header (content type)", signed(&extra));
    let critical = [&hex("a3 01 27 02 81 04 04"), &kid[..]].concat();
    refused(list, "a critical header list", signed(&critical));
    let swapped = [&hex("a2 04"), &kid[..], &hex("01 27")].concat();
    refused(list, "protected headers in another order", signed(&swapped));
    let longer = [&hex("a2 01 3807 04"), &kid[..]].concat();
    refused(list, "the algorithm in two bytes", signed(&longer));
    let trailing = [&hex("a2 01 27 04"), &kid[..], &[0]].concat();
    refused(list, "a byte behind the protected headers", signed(&trailing));
    let bare = [&hex("d2 84 a2 01 27 04"), &kid[..], &good[24..]].concat();
    refused(list, "the protected header not wrapped in a byte string", bare);
    refused(list, "the key id in the unprotected header", [&good[..24], &hex("a1 04"), &kid, &good[25..]].concat());
    refused(list, "an unprotected header nobody knows", [&good[..24], &hex("a1 1863 00"), &good[25..]].concat());
    let (head, signature) = good.split_at(good.len() - 66);
    refused(list, "a signature of 63 bytes", [head, &hex("583f"), &signature[2..65]].concat());
    refused(list, "a signature of 65 bytes", [head, &hex("5841"), &signature[2..], &[0]].concat());
    refused(list, "an array of five", [&hex("d2 85"), &good[2..], &hex("00")].concat());
    refused(list, "an array of three", [&hex("d2 83"), head.get(2..).expect("longer"), &[]].concat());
    let as_text = [&good[..25], &text("hello")[..], signature].concat();
    refused(list, "a payload that is text", as_text);
    refused(list, "a number with the tag", hex("d2 01"));
}

/// Faults at the top level of a payload that is signed as it should be.
fn payloads(list: &mut List<'_>) {
    use At::{Inside, Nowhere, Payload};
    let fields = note(list.samples);
    let good = map(&fields);
    let station = |value: &str| map(&with(&fields, 8, hex(value)));
    // Offsets of field 5 and what follows: map head, 1, 2, 3, then 4 with 32 bytes.
    let clock_at = 1 + 2 + 2 + 2 + 1 + 34;
    let station_at = clock_at + 1 + clock().len() + 1;

    list.payload("payload: nothing", &[], "truncated", Payload);
    list.payload("payload: one byte too many", &[&good[..], &[0]].concat(), "trailing_bytes", Inside(good.len()));
    list.payload("payload: cut", &good[..good.len() - 1], "truncated", Inside(good.len() - 6));
    list.payload("payload: the version in two bytes", &map(&with(&fields, 1, hex("1801"))), "non_shortest", Inside(2));
    let endless = [&[0xbf], &good[1..], &[0xff]].concat();
    list.payload("payload: a map of indefinite length", &endless, "indefinite", Payload);
    list.payload("payload: a float as number", &map(&with(&fields, 3, hex("fb4000000000000000"))), "float", Inside(6));
    let mut swapped = fields.clone();
    swapped.swap(0, 1);
    list.payload("payload: fields out of order", &map(&swapped), "unsorted_keys", Inside(3));
    let mut twice = fields.clone();
    twice.insert(1, (1, uint(1)));
    list.payload("payload: a field twice", &map(&twice), "duplicate_key", Inside(3));
    list.payload("payload: a station that is not UTF-8", &station("62 c328"), "not_utf8", Inside(station_at));
    // и and a breve: the same to the eye as й.
    list.payload("payload: a station that is not NFC", &station("64 d0b8cc86"), "not_nfc", Inside(station_at));
    let tagged = map(&with(&fields, 5, [&[0xc1], &clock()[..]].concat()));
    list.payload("payload: a tag", &tagged, "tag", Inside(clock_at + 1));
    list.payload("payload: null for a field that is absent", &station("f6"), "simple", Inside(station_at));
    list.payload("payload: undefined", &station("f7"), "simple", Inside(station_at));
    list.payload("payload: an unassigned simple value", &station("f8ff"), "simple", Inside(station_at));
    list.payload("payload: a reserved byte", &station("7c"), "reserved", Inside(station_at));
    list.payload("payload: an unknown field", &map(&with(&fields, 14, uint(1))), "unknown_field", Payload);
    list.payload(
        "payload: a field with a text key",
        &{
            let mut named = good.clone();
            named[0] += 1;
            named.extend(pair(&text("note"), &uint(1)));
            named
        },
        "shape",
        Inside(good.len()),
    );
    list.payload("payload: an array", &hex("80"), "shape", Payload);
    list.payload("payload: a number", &hex("01"), "shape", Payload);
    list.payload("payload: no number in the chain", &map(&without(&fields, 3)), "shape", Nowhere);
    list.payload("payload: no body", &map(&without(&fields, 9)), "shape", Nowhere);
    list.payload("payload: a negative number in the chain", &map(&with(&fields, 3, hex("20"))), "shape", Inside(6));
    let short = map(&with(&fields, 4, by_hand::bytes(&[0; 31])));
    list.payload("payload: a predecessor of 31 bytes", &short, "shape", Inside(8));
    list.payload("payload: kind 0", &map(&with(&fields, 2, uint(0))), "shape", Nowhere);
    list.payload("payload: kind 10", &map(&with(&fields, 2, uint(10))), "shape", Nowhere);
    let three = map(&with(&fields, 5, hex("83 00 00 40")));
    list.payload("payload: a clock of three", &three, "shape", Nowhere);
    let five = [&[0x85], &clock()[1..], &[0]].concat();
    list.payload("payload: a clock of five", &map(&with(&fields, 5, five)), "unknown_field", Inside(clock_at + 1));
    list.payload("payload: a station that is a number", &station("05"), "shape", Inside(station_at));
    list.payload("version 0", &map(&with(&fields, 1, uint(0))), "version", Payload);
    list.payload("version 2", &map(&with(&fields, 1, uint(2))), "version", Payload);
    let newer = with(&with(&fields, 1, uint(2)), 14, uint(1));
    list.payload("version 2 with a field that version 1 lacks", &map(&newer), "version", Payload);
    let newer = with(&without(&with(&fields, 1, uint(2)), 4), 2, text("note"));
    list.payload("version 2 with other types", &map(&newer), "version", Payload);
}

/// The same faults deeper inside: in the answers of a checklist.
fn nested(list: &mut List<'_>) {
    list.answers("an integer in two bytes", "a1 6141 1817", "non_shortest", Some(3));
    list.answers("a length in two bytes", "a1 7801 41 01", "non_shortest", Some(1));
    list.answers("text in chunks", "a1 6141 7f616161ff", "indefinite", Some(3));
    list.answers("a list of indefinite length", "a1 6141 9f01ff", "indefinite", Some(3));
    list.answers("a group of indefinite length", "a1 6141 bf616101ff", "indefinite", Some(3));
    list.answers("half a float", "a1 6141 f93c00", "float", Some(3));
    list.answers("a double in a list", "a1 6141 81 fb3ff199999999999a", "float", Some(4));
    list.answers("questions out of order", "a2 6142 01 6141 01", "unsorted_keys", Some(4));
    list.answers("the longer question id first", "a2 63513130 01 625132 01", "unsorted_keys", Some(6));
    list.answers("a question twice", "a2 6141 01 6141 02", "duplicate_key", Some(4));
    list.answers("a key twice in a group in a list", "a1 6141 81 a2 6161 01 6161 01", "duplicate_key", Some(8));
    list.answers("text that is not UTF-8", "a1 6141 61ff", "not_utf8", Some(3));
    list.answers("text that is not NFC", "a1 6141 64 d0b8cc86", "not_nfc", Some(3));
    list.answers("a question id that is not NFC", "a1 64d0b8cc86 01", "not_nfc", Some(1));
    list.answers("a tag", "a1 6141 c0 6161", "tag", Some(3));
    list.answers("null", "a1 6141 f6", "simple", Some(3));
    list.answers("a boolean", "a1 6141 f5", "shape", Some(3));
    list.answers("bytes", "a1 6141 4101", "shape", Some(3));
    list.answers("an integer above 2^63 - 1", "a1 6141 1b8000000000000000", "shape", Some(3));
    list.answers("an integer below -2^63", "a1 6141 3b8000000000000000", "shape", Some(3));
    list.answers("a question id that is a number", "a1 01 01", "shape", Some(1));
    list.answers("nested too deep", &format!("a1 6141 {} 01", "81".repeat(10)), "too_deep", Some(12));
}

/// Shapes and rules of single kinds of record.
fn rules(list: &mut List<'_>) {
    use At::{Nowhere, Payload};
    let fields = note(list.samples);
    let body = |value: &str| with(&fields, 9, hex(value));
    let checklist = with(&fields, 2, uint(1));
    let form = {
        let mut form = vec![0x82];
        form.extend(by_hand::bytes(&list.samples.pack.0));
        form.extend(text("opening"));
        form
    };

    let answered = with(&checklist, 9, hex("a1 01 a0"));
    list.payload("a checklist without a form", &map(&answered), "shape", Payload);
    list.payload("a checklist without answers", &map(&with(&checklist, 7, form)), "shape", Payload);
    list.payload("a note without text", &map(&body("a0")), "shape", Payload);
    list.payload("a gap statement without lost numbers", &map(&with(&fields, 2, uint(8))), "shape", Payload);
    let reversed = with(&body("a1 04 82 03 02"), 2, uint(8));
    list.payload("lost numbers that end before they start", &map(&reversed), "shape", Payload);
    list.payload("a key event without a chain it continues", &map(&with(&fields, 2, uint(7))), "shape", Payload);
    list.payload("training: false", &map(&with(&fields, 13, hex("f4"))), "shape", Payload);
    list.payload("an empty list of attachments", &map(&with(&fields, 10, hex("80"))), "shape", Payload);
    let attachment = |role: u64, more: &[(u64, Vec<u8>)]| {
        let mut fields = vec![(1, by_hand::bytes(&[0x81; 32])), (2, uint(1)), (3, text("image/jpeg")), (4, uint(role))];
        fields.extend_from_slice(more);
        [vec![0x81], map(&fields)].concat()
    };
    let attached = |value| map(&with(&fields, 10, value));
    list.payload("an attachment of role 4", &attached(attachment(4, &[])), "shape", Nowhere);
    let unknown = map(&with(&fields, 10, attachment(1, &[(99, uint(0))])));
    let inside = unknown.len() - attachment(1, &[(99, uint(0))]).len() + 1;
    list.payload("an attachment with an unknown field", &unknown, "unknown_field", At::Inside(inside));
    list.payload("a latitude beyond 32 bits", &map(&with(&fields, 12, hex("83 1a80000000 00 00"))), "shape", Nowhere);
    let checked = map(&body("a2 03 6161 06 00"));
    list.payload("checks that are a number", &checked, "shape", At::Inside(checked.len() - 1));
    let unknown = map(&body("a2 03 6161 1863 00"));
    list.payload("a body with an unknown field", &unknown, "unknown_field", At::Inside(unknown.len() - 7));
}

/// Numbers that no chain, clock or file can have.
fn numbers(list: &mut List<'_>) {
    use At::Payload;
    const BEYOND: &str = "1b4000000000000001";
    let fields = note(list.samples);
    let numbered = |seq: &str, body: &str| with(&with(&fields, 3, hex(seq)), 9, hex(body));
    let of_kind = |kind, fields: &[(u64, Vec<u8>)]| map(&with(fields, 2, uint(kind)));

    let lost = |seq, range| of_kind(8, &numbered(seq, &format!("a1 04 82 {range}")));
    list.payload("lost numbers up to the statement's own", &lost("09", "07 09"), "shape", Payload);
    list.payload("lost numbers that nobody could count", &lost("09", "00 1bffffffffffffffff"), "shape", Payload);
    list.payload("lost numbers of a first record", &lost("00", "00 00"), "shape", Payload);
    let aside = map(&numbered("09", "a2 03 6161 04 82 00 1bffffffffffffffff"));
    list.payload("a note with lost numbers above its own", &aside, "shape", Payload);
    list.payload("a number above 2^62", &map(&numbered(BEYOND, "a1 03 6161")), "shape", Payload);

    let key = HEX.encode(&PublicKey::from(&samples::key("second phone")).kid().0);
    let continues = |seq: &str| format!("a1 05 83 50 {key} {seq} 5820 {}", "91".repeat(32));
    let beyond = of_kind(7, &numbered("00", &continues(BEYOND)));
    list.payload("a key event that continues a number above 2^62", &beyond, "shape", Payload);
    let midway = of_kind(7, &numbered("01", &continues("0a")));
    list.payload("a key event in the middle of a chain", &midway, "shape", Payload);

    let clock = hex(&format!("84 00 {BEYOND} 50 {} 00", "51".repeat(16)));
    list.payload("a monotonic clock above 2^62", &map(&with(&fields, 5, clock)), "shape", Payload);
    let checkpoint = hex(&format!("82 {BEYOND} 5820 {}", "91".repeat(32)));
    list.payload("a checkpoint of more than 2^62 entries", &map(&with(&fields, 6, checkpoint)), "shape", Payload);
    let file = hex(&format!("81 a4 01 5820 {} 02 {BEYOND} 03 6161 04 01", "81".repeat(32)));
    list.payload("an attachment of more than 2^62 bytes", &map(&with(&fields, 10, file)), "shape", Payload);
}

fn other_statements(list: &mut List<'_>) {
    use At::{Nowhere, Payload};
    let payload_of = |name: &str| by_hand::payload(list.samples.bytes(name)).to_vec();
    let genesis = payload_of("genesis");
    let root = PublicKey::from(&samples::key("root"));
    let receipt = PublicKey::from(&samples::key("receipt"));

    let same = by_hand::replace(&genesis, &receipt.0, &root.0);
    list.signed("genesis: one key for two purposes", Purpose::Genesis, "root", &same, "shape", Payload);
    let foreign = by_hand::sign(Purpose::Genesis, NO_DEPLOYMENT, &samples::key("receipt"), &genesis);
    list.offer(
        "genesis: signed by a key it names for something else",
        Purpose::Genesis,
        "root",
        foreign,
        "wrong_key",
        Nowhere,
    );
    let bound = by_hand::sign(Purpose::Genesis, list.samples.deployment, &samples::key("root"), &genesis);
    list.offer("genesis: bound to a deployment", Purpose::Genesis, "root", bound, "bad_signature", Nowhere);

    // Without a dictionary, in which the same keys occur.
    let pack = minicbor::to_vec(samples::pack(None)).expect("writes to memory");
    let twice =
        by_hand::replace(&pack, &pair(&uint(1), &text("750000000-102")), &pair(&uint(1), &text("750000000-101")));
    list.signed("pack: a station twice", Purpose::Pack, "root", &twice, "shape", Payload);
    let twice = by_hand::replace(&pack, &pair(&uint(1), &text("turnout")), &pair(&uint(1), &text("opening")));
    list.signed("pack: a form twice", Purpose::Pack, "root", &twice, "shape", Payload);
    let twice = by_hand::replace(&pack, &text("P07.second"), &text("P07.first"));
    list.signed("pack: a question twice in a form", Purpose::Pack, "root", &twice, "shape", Payload);
    let twice = by_hand::replace(&pack, &hex("62 7275 62 656e 06"), &hex("62 7275 62 7275 06"));
    list.signed("pack: a language twice", Purpose::Pack, "root", &twice, "shape", Payload);

    let credential = payload_of("credential");
    let phone = PublicKey::from(&samples::key("phone"));
    let second = PublicKey::from(&samples::key("second phone"));
    let other = by_hand::replace(&credential, &phone.kid().0, &second.kid().0);
    list.signed("credential: the key id of another key", Purpose::Credential, "root", &other, "shape", Payload);

    let token = pair(&uint(6), &by_hand::bytes(&[0x41; 16]));
    let enrol = payload_of("request/enrol");
    let mut tokenless = by_hand::replace(&enrol, &token, &[]);
    tokenless[0] -= 1;
    list.signed("request: enrol without a token", Purpose::Request, "phone", &tokenless, "shape", Payload);
    let mut inbox = payload_of("request/inbox");
    inbox.splice(inbox.len() - 2.., token);
    list.signed("request: inbox with a token", Purpose::Request, "phone", &inbox, "shape", Payload);
    let inbox = payload_of("request/inbox-epoch");
    let brought = pair(&uint(9), &by_hand::bytes(b"credential"));
    let mut inbox = [&inbox[..], &brought].concat();
    inbox[0] += 1;
    list.signed("request: inbox with a credential", Purpose::Request, "phone", &inbox, "shape", Payload);
    let mut enrol = payload_of("request/enrol");
    enrol.extend(pair(&uint(8), &by_hand::bytes(&[0x24; 16])));
    enrol[0] += 1;
    list.signed("request: enrol in an epoch", Purpose::Request, "phone", &enrol, "shape", Payload);
    let attestation = by_hand::bytes(&hex("30 01 00"));
    for (name, parts) in [
        ("request: an attestation without parts", Vec::new()),
        ("request: an attestation of nine parts", vec![attestation.clone(); 9]),
        ("request: an attestation with an empty part", vec![by_hand::bytes(b"")]),
        ("request: an attestation of more than 12288 bytes", vec![by_hand::bytes(&[0; 6145]); 2]),
    ] {
        let list_of = [vec![0x80 | u8::try_from(parts.len()).expect("few")], parts.concat()].concat();
        let brought = pair(&uint(11), &[hex("a2 01 01 02"), list_of].concat());
        let mut enrol = payload_of("request/enrol");
        enrol.extend(brought);
        enrol[0] += 1;
        list.signed(name, Purpose::Request, "phone", &enrol, "shape", Payload);
    }
    let mut enrol = payload_of("request/enrol");
    enrol[4] = 3;
    list.signed("request: action 3", Purpose::Request, "phone", &enrol, "shape", Nowhere);

    let refusal = payload_of("refusal");
    let code = by_hand::replace(&refusal, &hex("03 04 04"), &hex("03 1863 04"));
    list.signed("refusal: code 99", Purpose::Refusal, "receipt", &code, "shape", Nowhere);
    let large = by_hand::replace(&refusal, &text("this device is not enrolled here"), &text(&"x".repeat(1000)));
    list.signed("refusal: larger than 1024 bytes", Purpose::Refusal, "receipt", &large, "too_large", At::Byte(25));
    let message = payload_of("message");
    let zero = by_hand::replace(&message, &hex("a6 01 01"), &hex("a6 01 03"));
    list.signed("message: version 3", Purpose::Message, "receipt", &zero, "version", Payload);
    let accepted = payload_of("receipt");
    let shorter = [&[accepted[0] - 1], &accepted[1..accepted.len() - 10]].concat();
    list.signed("receipt: no merge deadline", Purpose::Receipt, "receipt", &shorter, "shape", Nowhere);
    let signed = payload_of("fork");
    let negative = by_hand::replace(&signed, &hex("03 01 04"), &hex("03 20 04"));
    list.signed("fork: a negative number", Purpose::Fork, "receipt", &negative, "shape", At::Inside(22));
    let servers = payload_of("servers/moved");
    let nowhere = by_hand::replace(&servers, &text("https://192.0.2.8"), &[]);
    let nowhere = by_hand::replace(&nowhere, &hex("02 81 03"), &hex("02 80 03"));
    list.signed("servers: no address", Purpose::Servers, "root", &nowhere, "shape", Payload);
    let delegation = payload_of("delegation/narrow");
    let all = by_hand::replace(&delegation, &text("later"), &text("pack"));
    list.signed("delegation: of packs", Purpose::Delegation, "root", &all, "shape", Payload);
    let backward = by_hand::replace(&delegation, &hex("05 1b 00 00 01"), &hex("05 1b 00 00 00"));
    list.signed("delegation: over before it begins", Purpose::Delegation, "root", &backward, "shape", Payload);
    let revocation = payload_of("revocation");
    let chained = by_hand::replace(&revocation, &hex("03 01 04"), &hex("03 02 04"));
    list.signed("revocation: an issuer with a chain", Purpose::Revocation, "root", &chained, "shape", Payload);
    let key = payload_of("desk-key");
    let uncounted = by_hand::replace(&key, &hex("02 01 03"), &hex("02 00 03"));
    list.signed("desk key: not counted", Purpose::DeskKey, "receipt", &uncounted, "shape", Payload);
    let account = payload_of("desk-entry/account");
    let unknown = by_hand::replace(&account, &hex("06 82 09 a3"), &hex("06 82 18 63 a3"));
    list.signed("desk entry: act 99", Purpose::DeskEntry, "desk", &unknown, "shape", Nowhere);
    let listless = by_hand::replace(&account, &[&hex("81")[..], &text("transcriber")].concat(), &hex("80"));
    list.signed("desk entry: an empty list of roles", Purpose::DeskEntry, "desk", &listless, "shape", Payload);
    let typed = payload_of("desk-entry/transcription");
    let pageless = by_hand::replace(&typed, &[&hex("81")[..], &by_hand::bytes(&[0x81; 32])].concat(), &hex("80"));
    list.signed("desk entry: read from no page", Purpose::DeskEntry, "desk", &pageless, "shape", Payload);
    let settled = payload_of("desk-entry/settlement");
    let agreed = by_hand::replace(&settled, &hex("03 01 04 1901 37"), &hex("03 03 04 1901 37"));
    list.signed("desk entry: an unreadable value", Purpose::DeskEntry, "desk", &agreed, "shape", Payload);
    let release = payload_of("desk-entry/release");
    let reason = text("Two ballots are listed as torn");
    let reasonless = by_hand::replace(&release, &reason, &text(" "));
    list.signed("desk entry: a release without a reason", Purpose::DeskEntry, "desk", &reasonless, "shape", Payload);
    let official = payload_of("desk-entry/official");
    let negative = by_hand::replace(&official, &hex("19 02f2"), &hex("39 02f2"));
    list.signed("desk entry: a figure below zero", Purpose::DeskEntry, "desk", &negative, "shape", Payload);
    let call = payload_of("desk-entry/call");
    let late = by_hand::replace(&call, &hex("03 1b 0000 0186"), &hex("03 1b 8000 0186"));
    list.signed("desk entry: a call in half a billion years", Purpose::DeskEntry, "desk", &late, "shape", Payload);
    let verdict = payload_of("desk-entry/publication-verdict");
    let half = by_hand::replace(&verdict, &hex("03 01 04"), &hex("03 03 04"));
    list.signed("desk entry: verdict 3", Purpose::DeskEntry, "desk", &half, "shape", Nowhere);
    let publication = payload_of("desk-entry/publication");
    let nothing = by_hand::replace(&publication, &[&hex("81")[..], &text("list")].concat(), &hex("80"));
    list.signed("desk entry: an empty list of contests", Purpose::DeskEntry, "desk", &nothing, "shape", Payload);
}

/// Statements in the right form whose signature does not hold.
fn signatures(list: &mut List<'_>) {
    use At::Nowhere;
    let note = list.samples.bytes("record/note").to_vec();
    let payload = by_hand::payload(&note).to_vec();
    let phone = samples::key("phone");
    let (deployment, other) = (list.samples.deployment, DeploymentId(sha256(b"another deployment")));
    let bad = |list: &mut List<'_>, name: &str, input| list.record(name, input, "bad_signature", Nowhere);

    list.offer("a record of another phone", Purpose::Record, "second phone", note.clone(), "wrong_key", Nowhere);
    let mut renamed = note.clone();
    renamed[10] ^= 1;
    list.record("the key id changed by one bit", renamed, "wrong_key", Nowhere);
    let second = PublicKey::from(&samples::key("second phone")).kid();
    let claimed = by_hand::replace(&note, &PublicKey::from(&phone).kid().0, &second.0);
    list.offer(
        "a record in the name of another phone",
        Purpose::Record,
        "second phone",
        claimed,
        "bad_signature",
        Nowhere,
    );

    let mut flipped = note.clone();
    let at = flipped.len() - 66 - 4;
    flipped[at] ^= 1;
    bad(list, "one bit of the payload", flipped);
    for (name, back) in [("one bit of the signature's first half", 64), ("one bit of the signature's second half", 20)]
    {
        let mut flipped = note.clone();
        let at = flipped.len() - back;
        flipped[at] ^= 1;
        bad(list, name, flipped);
    }
    let mut zero = note.clone();
    let at = zero.len() - 64;
    zero[at..].fill(0);
    bad(list, "a signature of zeros", zero);
    bad(list, "the signature with the group order added (S + L)", by_hand::malleated(&note));

    for &purpose in Purpose::ALL.iter().filter(|purpose| **purpose != Purpose::Record) {
        let input = by_hand::sign(purpose, deployment, &phone, &payload);
        bad(list, &format!("signed as {}, offered as record", purpose.name()), input);
    }
    bad(list, "signed for another deployment", by_hand::sign(Purpose::Record, other, &phone, &payload));
    bad(list, "signed for no deployment", by_hand::sign(Purpose::Record, NO_DEPLOYMENT, &phone, &payload));
    let receipt = list.samples.bytes("receipt").to_vec();
    list.offer("a receipt offered as a refusal", Purpose::Refusal, "receipt", receipt, "bad_signature", Nowhere);
    let request = list.samples.bytes("request/inbox").to_vec();
    list.offer("a request offered as a record", Purpose::Record, "phone", request, "bad_signature", Nowhere);
    let old = list.samples.bytes("receipt").to_vec();
    list.offer("a receipt of last year's deployment", Purpose::Receipt, "receipt", old, "bad_signature", Nowhere);
    list.list.last_mut().expect("just added").deployment = other;

    let protected = by_hand::protected(&phone);
    let aad = external_aad(Purpose::Record, deployment);
    let signed_over = |message: &[u8]| {
        use ed25519_dalek::Signer;
        let signature = phone.sign(message).to_bytes();
        sign1(&protected, &[0xa0], &by_hand::bytes(&payload), &by_hand::bytes(&signature))
    };
    bad(list, "signed over the payload alone", signed_over(&payload));
    bad(list, "signed without external data", signed_over(&by_hand::sig_structure(&protected, &[], &payload)));
    let hashed = sha256(&by_hand::sig_structure(&protected, &aad, &payload));
    bad(list, "signed over a hash of the structure", signed_over(&hashed));

    let mut neutral = [0; 32];
    neutral[0] = 1;
    let neutral = PublicKey(neutral);
    let mut signature = [0; 64];
    signature[0] = 1;
    let header = [&hex("a2 01 27 04"), &by_hand::bytes(&neutral.kid().0)[..]].concat();
    bad(
        list,
        "a public key of small order, under which one signature fits everything",
        sign1(&header, &[0xa0], &by_hand::bytes(&payload), &by_hand::bytes(&signature)),
    );
    let last = list.list.last_mut().expect("just added");
    last.public = neutral;
    last.lenient = Some("RFC 8032 does not forbid keys of small order; Kuager does");

    let off_curve = PublicKey(by_hand::off_curve());
    let header = [&hex("a2 01 27 04"), &by_hand::bytes(&off_curve.kid().0)[..]].concat();
    let input = sign1(&header, &[0xa0], &by_hand::bytes(&payload), &by_hand::bytes(&signature));
    list.record("a public key that is no point of the curve", input, "invalid_key", Nowhere);
    list.list.last_mut().expect("just added").public = off_curve;
}

/// Files: what a record says of them, their receipts, their copies, and what is asked about them.
fn media(list: &mut List<'_>) {
    use At::{Inside, Nowhere, Payload};
    let fields = note(list.samples);
    let attachment = |more: &[(u64, Vec<u8>)]| {
        let mut fields = vec![(1, by_hand::bytes(&[0x81; 32])), (2, uint(1)), (3, text("image/jpeg")), (4, uint(1))];
        fields.extend_from_slice(more);
        map(&fields)
    };
    let attached = |attachment: Vec<u8>| map(&with(&fields, 10, [vec![0x81], attachment].concat()));
    let behind = |more: &[(u64, Vec<u8>)], error, place: Option<usize>, list: &mut List<'_>, name: &str| {
        let payload = attached(attachment(more));
        let at = place.map_or(Nowhere, |from_end| Inside(payload.len() - from_end));
        list.payload(name, &payload, error, at);
    };
    behind(&[(5, by_hand::bytes(&[0x81; 31]))], "shape", Some(33), list, "an attachment made from a hash of 31 bytes");
    behind(&[(6, uint(4))], "shape", None, list, "an attachment of source 4");
    behind(&[(7, hex("a1 01 190100"))], "shape", Some(3), list, "an attachment with an orientation of two bytes");
    behind(&[(7, hex("a1 02 1a 641e1c00"))], "shape", Some(5), list, "an attachment with a claimed time as number");
    behind(&[(7, hex("a1 03 00"))], "unknown_field", Some(3), list, "an attachment with an unknown claim");
    behind(&[(7, hex("a2 02 6161 01 01"))], "unsorted_keys", Some(2), list, "an attachment with claims out of order");
    behind(&[(8, hex("64 d0b8cc86"))], "not_nfc", Some(5), list, "an attachment with a label that is not NFC");
    behind(&[(8, uint(1))], "shape", Some(1), list, "an attachment with a number as label");
    let many = [hex("98 21"), attachment(&[]).repeat(33)].concat();
    list.payload("33 attachments", &map(&with(&fields, 10, many)), "shape", Payload);

    let receipt = by_hand::payload(list.samples.bytes("media_receipt")).to_vec();
    let offer = |list: &mut List<'_>, name: &str, payload: &[u8], error, at| {
        list.signed(&format!("media receipt: {name}"), Purpose::MediaReceipt, "receipt", payload, error, at);
    };
    let hash = by_hand::bytes(&[0x83; 32]);
    let short = by_hand::replace(&receipt, &hash, &by_hand::bytes(&[0x83; 31]));
    offer(list, "a hash of 31 bytes", &short, "shape", Inside(4));
    let size = hex("03 1a 003bb446");
    let negative = by_hand::replace(&receipt, &size, &hex("03 20"));
    offer(list, "a negative size", &negative, "shape", Inside(1 + 2 + 1 + 34 + 1));
    let padded = by_hand::replace(&receipt, &size, &hex("03 1b 00000000003bb446"));
    offer(list, "the size in eight bytes", &padded, "non_shortest", Inside(1 + 2 + 1 + 34 + 1));
    let mut sizeless = by_hand::replace(&receipt, &size, &[]);
    sizeless[0] -= 1;
    offer(list, "no size", &sizeless, "shape", Nowhere);
    let mut more = receipt.clone();
    more[0] += 1;
    more.extend(pair(&uint(6), &text("example.org")));
    offer(list, "an unknown field", &more, "unknown_field", Payload);
    let newer = by_hand::replace(&receipt, &hex("a5 01 01"), &hex("a5 01 02"));
    offer(list, "version 2", &newer, "version", Payload);
    let held = list.samples.bytes("media_receipt").to_vec();
    list.offer(
        "a media receipt offered as a receipt",
        Purpose::Receipt,
        "receipt",
        held.clone(),
        "bad_signature",
        Nowhere,
    );
    let receipt_of_record = list.samples.bytes("receipt").to_vec();
    list.offer(
        "a receipt offered as a media receipt",
        Purpose::MediaReceipt,
        "receipt",
        receipt_of_record,
        "bad_signature",
        Nowhere,
    );
    list.offer("a media receipt by another key", Purpose::MediaReceipt, "root", held.clone(), "wrong_key", Nowhere);
    let mut smaller = held;
    // Behind the size come key and time, then the signature.
    let at = smaller.len() - 66 - 10 - 18 - 1;
    smaller[at] ^= 1;
    list.offer("a media receipt of another size", Purpose::MediaReceipt, "receipt", smaller, "bad_signature", Nowhere);

    let redaction = by_hand::payload(list.samples.bytes("redaction")).to_vec();
    let rectangle = hex("84 00 00 190280 1878");
    let at = redaction.len() - hex("84 190b36 190f3c 01 1affffffff").len() - rectangle.len();
    let offer = |list: &mut List<'_>, name: &str, value: &str, error, at| {
        let payload = by_hand::replace(&redaction, &rectangle, &hex(value));
        list.signed(&format!("redaction: {name}"), Purpose::Redaction, "receipt", &payload, error, at);
    };
    offer(list, "a rectangle of three numbers", "83 00 00 190280", "shape", Nowhere);
    offer(list, "a rectangle of five numbers", "85 00 00 190280 1878 00", "shape", Nowhere);
    offer(list, "a rectangle left of the picture", "84 20 00 190280 1878", "shape", Inside(at + 1));
    offer(list, "a rectangle with a float", "84 00 f93c00 190280 1878", "float", Inside(at + 2));
    let offered = list.samples.bytes("redaction").to_vec();
    list.offer(
        "a redaction offered as a media receipt",
        Purpose::MediaReceipt,
        "receipt",
        offered,
        "bad_signature",
        Nowhere,
    );

    let message = by_hand::payload(list.samples.bytes("message/retake")).to_vec();
    let ask = by_hand::replace(&message, &hex("08 01"), &hex("08 02"));
    list.signed("message: ask 2", Purpose::Message, "receipt", &ask, "shape", Nowhere);
    let spoken = by_hand::replace(&message, &hex("08 01"), &[&[8][..], &text("retake")].concat());
    list.signed("message: ask as text", Purpose::Message, "receipt", &spoken, "shape", Inside(spoken.len() - 7));
}

/// Packs, shards and records of an election with logic.
fn election(list: &mut List<'_>) {
    use At::{Nowhere, Payload};
    let fields = note(list.samples);
    let body = |value: &str| map(&with(&fields, 9, hex(value)));
    list.payload("an empty list of checks", &body("a2 03 6161 06 80"), "shape", Payload);
    list.payload("a check with verdict 3", &body("a2 03 6161 06 81 82 6252 31 03"), "shape", Nowhere);
    list.payload("a check without a verdict", &body("a2 03 6161 06 81 81 6252 31"), "shape", Nowhere);
    let follows = |kind: u64, status: &str| {
        let value = [hex("a2 03 6161 07 82"), by_hand::bytes(&[0x91; 32]), hex(status)].concat();
        map(&with(&with(&fields, 2, uint(kind)), 9, value))
    };
    list.payload("a follow-up with status 6", &follows(6, "06"), "shape", Nowhere);
    let gap = [hex("a2 04 82 02 03 07 82"), by_hand::bytes(&[0x91; 32]), hex("02")].concat();
    let gap = map(&with(&with(&fields, 2, uint(8)), 9, gap));
    list.payload("a gap statement that follows another record", &gap, "shape", Payload);

    let offer = |list: &mut List<'_>, name: &str, payload: &[u8], error, at| {
        list.signed(&format!("shard: {name}"), Purpose::StationShard, "root", payload, error, at);
    };
    let shard = by_hand::payload(list.samples.bytes("station_shard")).to_vec();
    let key = |name: &str| pair(&uint(1), &text(name));
    let twice = by_hand::replace(&shard, &key("790000000-7"), &key("790000000-1"));
    offer(list, "a station twice", &twice, "shape", Payload);
    let elsewhere = pair(&uint(3), &text("750000000"));
    let foreign = by_hand::replace(&shard, &pair(&uint(3), &text("790000000")), &elsewhere);
    offer(list, "stations of another region", &foreign, "shape", Payload);
    let newer = by_hand::replace(&shard, &hex("a4 01 01"), &hex("a4 01 02"));
    offer(list, "version 2", &newer, "version", Payload);
    let negative = by_hand::replace(&shard, &hex("08 18f1"), &hex("08 38f0"));
    let at = by_hand::find(&negative, &hex("08 38f0")) + 1;
    offer(list, "a negative number of voters", &negative, "shape", At::Inside(at));
    let signed = list.samples.bytes("station_shard").to_vec();
    list.offer("a shard offered as a pack", Purpose::Pack, "root", signed.clone(), "bad_signature", Nowhere);
    list.offer("a shard by another key", Purpose::StationShard, "receipt", signed, "wrong_key", Nowhere);

    let pack = by_hand::payload(list.samples.bytes("pack/full")).to_vec();
    let mut offer = |name: &str, old: &[u8], new: &[u8], at| {
        let payload = by_hand::replace(&pack, old, new);
        list.signed(&format!("pack: {name}"), Purpose::Pack, "root", &payload, "shape", at);
    };
    offer("a relation twice in a form", &key("R2"), &key("R1"), Payload);
    let region = |name: &str| [key(name), hex("02 a3")].concat();
    offer("a region twice", &region("790000000"), &region("750000000"), Payload);
    offer("a question in a group with the id of one outside", &key("seal"), &key("O05"), Payload);
    let subject = |name: &str| pair(&hex("1818"), &text(name));
    offer("a question for a photo of a filled ballot", &subject("protocol"), &subject("filled_ballot"), Payload);
    let severity = |number: u64| [key("R2"), vec![2], uint(number), vec![3]].concat();
    offer("a relation of severity 4", &severity(2), &severity(4), Nowhere);
    let kind = |number: u64| [key("O03"), vec![2], uint(number), vec![3]].concat();
    offer("a question of kind 15", &kind(7), &kind(15), Nowhere);
}
