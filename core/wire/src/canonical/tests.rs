use minicbor::{Decode, Encode};
use proptest::prelude::*;

use super::*;
use crate::record::{Answers, Value};

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.replace(' ', "").as_bytes()).expect("test data is hexadecimal")
}

fn fault(text: &str) -> (&'static str, usize) {
    let error = validate(&hex(text), 1000, Tags::None).expect_err("malformed test data");
    (error.fault.code(), error.offset)
}

#[test]
fn every_broken_rule_has_its_own_name_and_place() {
    assert_eq!(fault(""), ("truncated", 0));
    assert_eq!(fault("82 01"), ("truncated", 2));
    assert_eq!(fault("43 0102"), ("truncated", 0));
    assert_eq!(fault("01 02"), ("trailing_bytes", 1));
    assert_eq!(fault("82 01 1805"), ("non_shortest", 2));
    assert_eq!(fault("190017"), ("non_shortest", 0));
    assert_eq!(fault("1a0000ffff"), ("non_shortest", 0));
    assert_eq!(fault("1b00000000ffffffff"), ("non_shortest", 0));
    assert_eq!(fault("5803010203"), ("non_shortest", 0));
    assert_eq!(fault("f814"), ("non_shortest", 0));
    assert_eq!(fault("5f41014102ff"), ("indefinite", 0));
    assert_eq!(fault("81 9f01ff"), ("indefinite", 1));
    assert_eq!(fault("bf0102ff"), ("indefinite", 0));
    assert_eq!(fault("f93c00"), ("float", 0));
    assert_eq!(fault("81 fb3ff199999999999a"), ("float", 1));
    assert_eq!(fault("a2 02 01 01 01"), ("unsorted_keys", 3));
    assert_eq!(fault("a2 01 01 01 02"), ("duplicate_key", 3));
    assert_eq!(fault("a2 6162 01 6161 02"), ("unsorted_keys", 4));
    assert_eq!(fault("61ff"), ("not_utf8", 0));
    // "й" written as и + breve: the same to the eye, other bytes, another hash.
    assert_eq!(fault("81 64d0b8cc86"), ("not_nfc", 1));
    assert_eq!(fault("d2 01"), ("tag", 0));
    assert_eq!(fault("f6"), ("simple", 0));
    assert_eq!(fault("f7"), ("simple", 0));
    assert_eq!(fault("f8 20"), ("simple", 0));
    assert_eq!(fault("1c"), ("reserved", 0));
    assert_eq!(fault("ff"), ("reserved", 0));
    assert_eq!(fault(&"81".repeat(20)), ("too_deep", 12));
}

#[test]
fn sizes_are_refused_before_they_are_read() {
    let announced = hex("5b 7fffffffffffffff");
    let error = validate(&announced, 1000, Tags::None).expect_err("nine exabytes");
    assert_eq!(error, Fault::TooLarge { limit: 1000 }.at(0));
    assert_eq!(validate(&hex("43 010203"), 3, Tags::None), Err(Fault::TooLarge { limit: 3 }.at(0)));
    assert_eq!(validate(&hex("43 010203"), 4, Tags::None), Ok(()));
    // An array that announces 2^32 entries ends at the first one that is not there.
    assert_eq!(validate(&hex("9a ffffffff"), 1000, Tags::None), Err(Fault::Truncated.at(5)));
}

#[test]
fn a_tag_is_taken_only_where_it_is_expected() {
    assert_eq!(validate(&hex("d2 80"), 10, Tags::Outermost(18)), Ok(()));
    assert_eq!(validate(&hex("d1 80"), 10, Tags::Outermost(18)), Err(Fault::Tag.at(0)));
    assert_eq!(validate(&hex("81 d2 80"), 10, Tags::Outermost(18)), Err(Fault::Tag.at(1)));
    assert_eq!(validate(&hex("d2 d2 80"), 10, Tags::Outermost(18)), Err(Fault::Tag.at(1)));
}

#[derive(Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
struct Small {
    #[n(1)]
    number: u8,
    #[n(2)]
    text: Option<String>,
}

#[test]
fn a_field_nobody_knows_is_refused_where_it_stands() {
    assert_eq!(decode::<Small>(&hex("a1 01 05"), 100), Ok(Small { number: 5, text: None }));
    let error = decode::<Small>(&hex("a2 01 05 03 06"), 100).expect_err("field 3 does not exist");
    assert_eq!((error.fault.code(), error.offset), ("unknown_field", 0));
    let error = decode::<Small>(&hex("a1 01 61 61"), 100).expect_err("text instead of a number");
    assert_eq!((error.fault.code(), error.offset), ("shape", 2));
}

#[test]
fn text_that_is_not_nfc_is_not_written() {
    let text = "и\u{306}".to_owned();
    assert_eq!(encode(&text, 100), Err(Fault::NotNfc.at(0)));
    assert_eq!(encode(&nfc(&text), 100), Ok(hex("62 d0b9")));
}

#[test]
fn a_sequence_is_split_around_items_that_are_not_acceptable() {
    let bytes = hex("01 1805 f93c00 a10102");
    let items: Vec<_> = split_sequence(&bytes).into_iter().map(|item| item.expect("well-formed").to_vec()).collect();
    assert_eq!(items, [hex("01"), hex("1805"), hex("f93c00"), hex("a10102")]);
    let cut = hex("01 4401");
    assert_eq!(split_sequence(&cut), [Ok(&cut[..1]), Err(&cut[1..])]);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![any::<i64>().prop_map(Value::Int), "\\PC{0,20}".prop_map(|text| Value::Text(nfc(&text)))];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec(("[a-z0-9_.]{0,6}", inner), 0..6)
                .prop_map(|entries| Value::Group(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_the_same(entries in prop::collection::vec(("[A-Z]{1,2}[0-9]{1,3}", values()), 0..30)) {
        let answers: Answers = entries.into_iter().collect();
        let bytes = encode(&answers, 1 << 20).expect("NFC and shallow");
        prop_assert_eq!(decode::<Answers>(&bytes, 1 << 20).expect("its own output"), answers);
    }

    #[test]
    fn there_is_no_second_way_to_write_the_same(entries in prop::collection::vec(("[A-Z]{1,3}", values()), 0..8), at: prop::sample::Index, bit in 0_u8..8) {
        let answers: Answers = entries.into_iter().collect();
        let mut bytes = encode(&answers, 1 << 20).expect("NFC and shallow");
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(other) = decode::<Answers>(&bytes, 1 << 20) {
            prop_assert_ne!(other, answers);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if validate(&bytes, 256, Tags::Outermost(18)).is_ok() {
            prop_assert!(bytes.len() <= 256);
        }
        let total: usize = split_sequence(&bytes).into_iter().map(|item| item.unwrap_or_else(|rest| rest).len()).sum();
        prop_assert_eq!(total, bytes.len());
    }
}
