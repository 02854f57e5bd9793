//! Kazakh numbers.

use super::word::Word::{self, Hundred, Million, Ten, Thousand, Unit, Zero};
use super::word::{groups, pick};

/// As [`fold`] leaves them; other spellings beside the usual one.
pub(super) const WORDS: &[(&str, Word)] = &[
    ("нол", Zero),
    ("бир", Unit(1)),
    ("еки", Unit(2)),
    ("уш", Unit(3)),
    ("торт", Unit(4)),
    ("бес", Unit(5)),
    ("алты", Unit(6)),
    ("жети", Unit(7)),
    ("сегиз", Unit(8)),
    ("тогыз", Unit(9)),
    ("он", Ten(10)),
    ("жиырма", Ten(20)),
    ("жирма", Ten(20)),
    ("жиирма", Ten(20)),
    ("жыйырма", Ten(20)),
    ("отыз", Ten(30)),
    ("кырык", Ten(40)),
    ("елу", Ten(50)),
    ("алпыс", Ten(60)),
    ("жетпис", Ten(70)),
    ("сексен", Ten(80)),
    ("токсан", Ten(90)),
    ("жуз", Hundred),
    ("мын", Thousand),
    ("миллион", Million),
    ("милион", Million),
];

/// Kazakh letters as keyboards without them write them, and no soft sign.
pub(super) fn fold(text: &str) -> String {
    let letter = |character| match character {
        'ә' => 'а',
        'ғ' => 'г',
        'қ' => 'к',
        'ң' => 'н',
        'ө' => 'о',
        'ұ' | 'ү' => 'у',
        'һ' => 'х',
        'і' | 'i' => 'и',
        other => other,
    };
    text.chars().filter(|character| *character != 'ь').map(letter).collect()
}

const UNITS: [&str; 10] = ["", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"];
const TENS: [&str; 10] = ["", "он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан"];

pub(super) fn write(number: i64) -> String {
    if number == 0 {
        return "нөл".to_owned();
    }
    let mut words = Vec::new();
    for (group, name) in groups(number).into_iter().zip(["миллион", "мың", ""]) {
        if group > 0 {
            let hundreds = group / 100;
            words.push(pick(&UNITS, hundreds));
            words.push(if hundreds > 0 { "жүз" } else { "" });
            words.push(pick(&TENS, group / 10 % 10));
            words.push(pick(&UNITS, group % 10));
            words.push(name);
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}
