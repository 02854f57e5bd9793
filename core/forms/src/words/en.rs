//! English numbers.

use super::word::Word::{self, Filler, Hundred, Million, Teen, Ten, Thousand, Unit, Zero};
use super::word::{groups, pick};

pub(super) const WORDS: &[(&str, Word)] = &[
    ("zero", Zero),
    ("nil", Zero),
    ("one", Unit(1)),
    ("two", Unit(2)),
    ("three", Unit(3)),
    ("four", Unit(4)),
    ("five", Unit(5)),
    ("six", Unit(6)),
    ("seven", Unit(7)),
    ("eight", Unit(8)),
    ("nine", Unit(9)),
    ("ten", Teen(10)),
    ("eleven", Teen(11)),
    ("twelve", Teen(12)),
    ("thirteen", Teen(13)),
    ("fourteen", Teen(14)),
    ("fifteen", Teen(15)),
    ("sixteen", Teen(16)),
    ("seventeen", Teen(17)),
    ("eighteen", Teen(18)),
    ("nineteen", Teen(19)),
    ("twenty", Ten(20)),
    ("thirty", Ten(30)),
    ("forty", Ten(40)),
    ("fourty", Ten(40)),
    ("fifty", Ten(50)),
    ("sixty", Ten(60)),
    ("seventy", Ten(70)),
    ("eighty", Ten(80)),
    ("ninety", Ten(90)),
    ("ninty", Ten(90)),
    ("hundred", Hundred),
    ("thousand", Thousand),
    ("million", Million),
    ("and", Filler),
];

const UNITS: [&str; 20] = [
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

pub(super) fn write(number: i64) -> String {
    if number == 0 {
        return "zero".to_owned();
    }
    let mut words = Vec::new();
    for (group, name) in groups(number).into_iter().zip(["million", "thousand", ""]) {
        if group == 0 {
            continue;
        }
        if group >= 100 {
            words.push(format!("{} hundred", pick(&UNITS, group / 100)));
        }
        let rest = group % 100;
        let (ten, unit) =
            if rest < 20 { ("", pick(&UNITS, rest)) } else { (pick(&TENS, rest / 10), pick(&UNITS, rest % 10)) };
        let joint = if ten.is_empty() || unit.is_empty() { "" } else { "-" };
        words.push(format!("{ten}{joint}{unit}"));
        words.push(name.to_owned());
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}
