//! Russian numbers.

use super::word::Word::{self, Hundreds, Million, Teen, Ten, Thousand, Unit, Zero};
use super::word::{groups, pick};

/// As [`fold`] leaves them; other genders, cases and common misspellings beside the usual form.
pub(super) const WORDS: &[(&str, Word)] = &[
    ("нол", Zero),
    ("нул", Zero),
    ("один", Unit(1)),
    ("одна", Unit(1)),
    ("одно", Unit(1)),
    ("одну", Unit(1)),
    ("два", Unit(2)),
    ("две", Unit(2)),
    ("три", Unit(3)),
    ("четыре", Unit(4)),
    ("четыри", Unit(4)),
    ("пят", Unit(5)),
    ("шест", Unit(6)),
    ("сем", Unit(7)),
    ("восем", Unit(8)),
    ("девят", Unit(9)),
    ("десят", Teen(10)),
    ("одинадцат", Teen(11)),
    ("двенадцат", Teen(12)),
    ("тринадцат", Teen(13)),
    ("четырнадцат", Teen(14)),
    ("четырнацат", Teen(14)),
    ("пятнадцат", Teen(15)),
    ("пятнацат", Teen(15)),
    ("шестнадцат", Teen(16)),
    ("шеснадцат", Teen(16)),
    ("семнадцат", Teen(17)),
    ("восемнадцат", Teen(18)),
    ("девятнадцат", Teen(19)),
    ("двадцат", Ten(20)),
    ("двацат", Ten(20)),
    ("тридцат", Ten(30)),
    ("трицат", Ten(30)),
    ("сорок", Ten(40)),
    ("пятдесят", Ten(50)),
    ("пядесят", Ten(50)),
    ("шестдесят", Ten(60)),
    ("шесдесят", Ten(60)),
    ("семдесят", Ten(70)),
    ("восемдесят", Ten(80)),
    ("девяносто", Ten(90)),
    ("девеносто", Ten(90)),
    ("сто", Hundreds(100)),
    ("двести", Hundreds(200)),
    ("двесте", Hundreds(200)),
    ("триста", Hundreds(300)),
    ("четыреста", Hundreds(400)),
    ("четыриста", Hundreds(400)),
    ("пятсот", Hundreds(500)),
    ("шестсот", Hundreds(600)),
    ("шесот", Hundreds(600)),
    ("семсот", Hundreds(700)),
    ("восемсот", Hundreds(800)),
    ("девятсот", Hundreds(900)),
    ("тысяча", Thousand),
    ("тысячи", Thousand),
    ("тысячу", Thousand),
    ("тысяч", Thousand),
    ("тыща", Thousand),
    ("тыщи", Thousand),
    ("тыщ", Thousand),
    ("милион", Million),
    ("милиона", Million),
    ("милионов", Million),
];

/// No soft sign, е for ё, one letter for a doubled one.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        let letter = if character == 'ё' { 'е' } else { character };
        let doubled = matches!(letter, 'н' | 'с' | 'л') && folded.ends_with(letter);
        if letter != 'ь' && !doubled {
            folded.push(letter);
        }
    }
    folded
}

const UNITS: [&str; 20] = [
    "",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const TENS: [&str; 10] =
    ["", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"];
const HUNDREDS: [&str; 10] =
    ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"];
/// One, two to four, and all other thousands and millions.
const SCALES: [[&str; 3]; 3] = [["миллион", "миллиона", "миллионов"], ["тысяча", "тысячи", "тысяч"], ["", "", ""]];

pub(super) fn write(number: i64) -> String {
    if number == 0 {
        return "ноль".to_owned();
    }
    let mut words = Vec::new();
    for (place, (group, scale)) in groups(number).into_iter().zip(SCALES).enumerate() {
        if group == 0 {
            continue;
        }
        words.push(pick(&HUNDREDS, group / 100));
        let rest = group % 100;
        let unit = if rest < 20 { rest } else { rest % 10 };
        words.push(pick(&TENS, if rest < 20 { 0 } else { rest / 10 }));
        // Thousands are feminine.
        words.push(match (place, unit) {
            (1, 1) => "одна",
            (1, 2) => "две",
            _ => pick(&UNITS, unit),
        });
        let form = match unit {
            1 => 0,
            2..=4 => 1,
            _ => 2,
        };
        words.push(scale[form]);
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}
