use proptest::prelude::*;

use super::*;

fn reads(text: &str, language: Language) -> i64 {
    parse(text, language).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn every_small_number_and_a_large_sample_round_trip() {
    let mut count = 0_u32;
    let sample = (0..=20_000).chain((0..60_000).map(|step| (step * 4_999 + step * step % 977) % (MAX + 1))).chain([
        999_999,
        1_000_000,
        1_000_001,
        100_000_000,
        MAX,
    ]);
    for number in sample {
        for &language in Language::ALL {
            let text = write(number, language).expect("in range");
            assert_eq!(parse(&text, language), Ok(number), "{text}");
            count += 1;
        }
    }
    assert!(count > 200_000);
}

#[test]
fn as_a_native_reader_expects_them() {
    let written = |number, language| write(number, language).expect("in range");
    assert_eq!(written(2_494, Language::Russian), "две тысячи четыреста девяносто четыре");
    assert_eq!(written(1_001, Language::Russian), "одна тысяча один");
    assert_eq!(written(21_012, Language::Russian), "двадцать одна тысяча двенадцать");
    assert_eq!(written(11_000, Language::Russian), "одиннадцать тысяч");
    assert_eq!(
        written(6_366_441, Language::Russian),
        "шесть миллионов триста шестьдесят шесть тысяч четыреста сорок один"
    );
    assert_eq!(written(2_494, Language::Kazakh), "екі мың төрт жүз тоқсан төрт");
    assert_eq!(written(118, Language::Kazakh), "бір жүз он сегіз");
    assert_eq!(written(342_115, Language::English), "three hundred forty-two thousand one hundred fifteen");
    assert_eq!([0, 0, 0].map(|zero| written(zero, Language::Kazakh)), ["нөл", "нөл", "нөл"]);
    assert_eq!(write(-1, Language::English), None);
    assert_eq!(write(MAX + 1, Language::English), None);
}

#[test]
fn as_people_write_them() {
    for (text, number) in [
        ("Две тысячи четыреста девяносто четыре", 2_494),
        ("ДВЕСТИ СОРОК ОДНА", 241),
        ("тысяча сто", 1_100),
        ("одна тыща двести", 1_200),
        ("шесот писят", -1),
        ("шессот пядесят", 650),
        ("восемдесят два", 82),
        ("пять десят", 50),
        ("стодвадцатьпять", 125),
        ("сто двадцать-пять", 125),
        ("  ноль. ", 0),
        ("нуль", 0),
        ("четыреста три голоса", -1),
        ("одинадцать", 11),
        ("три миллиона две", 3_000_002),
        ("сто сто", -1),
        ("двадцать тринадцать", -1),
        ("пять тысяч миллион", -1),
        ("сто ноль", -1),
        ("241", -1),
        ("двести 41", -1),
        ("", -1),
    ] {
        let found = parse(text, Language::Russian).unwrap_or(-1);
        assert_eq!(found, number, "{text}");
    }
    for (text, number) in [
        ("екі жүз қырық бір", 241),
        ("еки жуз кырык бир", 241),
        ("жүз жиырма бес", 125),
        ("мың тоғыз жүз", 1_900),
        ("онбес", 15),
        ("Төртжүз он", 410),
        ("нөл", 0),
        ("жүз жүз", -1),
    ] {
        let found = parse(text, Language::Kazakh).unwrap_or(-1);
        assert_eq!(found, number, "{text}");
    }
    assert_eq!(reads("One Hundred and Five", Language::English), 105);
}

#[test]
fn any_language_is_found() {
    assert_eq!(parse_any("сто двадцать"), Some(120));
    assert_eq!(parse_any("бір жүз жиырма"), Some(120));
    assert_eq!(parse_any("one hundred twenty"), Some(120));
    assert_eq!(parse_any("нол"), Some(0));
    assert_eq!(parse_any("жоқ"), None);
    assert_eq!(Language::from_tag("kk-Cyrl"), Some(Language::Kazakh));
    assert_eq!(Language::from_tag("de"), None);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", picks in proptest::collection::vec(0_usize..60, 0..20)) {
        for &language in Language::ALL {
            let _ = parse(&text, language);
            let list = words(language);
            let text: String = picks.iter().map(|pick| list[pick % list.len()].0).collect();
            let _ = parse(&text, language);
        }
    }

    #[test]
    fn joined_and_broken_words_read_the_same(number in 0..=MAX, step in 3_usize..9) {
        for &language in Language::ALL {
            let text = write(number, language).expect("in range");
            let joined: String = text.split([' ', '-']).collect();
            prop_assert_eq!(parse(&joined, language), Ok(number));
            let letters: Vec<char> = joined.chars().collect();
            let broken: Vec<String> = letters.chunks(step).map(|chunk| chunk.iter().collect()).collect();
            prop_assert_eq!(parse(&broken.join(" "), language), Ok(number));
        }
    }
}
