//! One spelling for all spellings: what a person types and what the directory holds are reduced to the same letters.
//!
//! The same village is written «Есіл», «Есиль», "Yesil" and "Esil"; a phone keyboard may lack ә, ғ, қ, ң, ө, ұ, ү, һ
//! and і; nobody types ё. So both sides are reduced to a small Latin skeleton in which those differences vanish. It is
//! no transliteration for people to read: «Жаңаөзен» becomes `janaozen`, and so do "Zhanaozen" and "Jañaözen".

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::unseen;

/// Letters longer than this are not kept of one word; no name needs them.
const WORD: usize = 40;

/// The words of a text in their skeleton spelling, in order. Words hold letters or digits, never both.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut digits = false;
    for letter in text.nfc().filter(|letter| !unseen(*letter)).map(narrow).flat_map(char::to_lowercase) {
        let is_digit = letter.is_ascii_digit();
        let belongs = is_digit || letter.is_alphabetic() || is_combining_mark(letter) || is_apostrophe(letter);
        if !word.is_empty() && (!belongs || is_digit != digits) {
            push(&mut words, &mut word);
        }
        if belongs {
            digits = is_digit;
            skeleton(letter, &mut word);
        }
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    let mut simple = joined(word);
    // 099 is 99.
    if simple.starts_with('0') {
        let digits = simple.trim_start_matches('0');
        simple = if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    }
    simple.truncate(simple.char_indices().nth(WORD).map_or(simple.len(), |(at, _)| at));
    if !simple.is_empty() {
        words.push(simple);
    }
    word.clear();
}

const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | 'ʼ' | 'ʹ' | '`')
}

/// The letters and digits of a text and nothing else, in small letters; the spelling stays.
#[must_use]
pub fn squeezed(text: &str) -> String {
    let seen = text.nfc().map(narrow).filter(|letter| letter.is_alphanumeric());
    seen.flat_map(char::to_lowercase).collect()
}

/// The digit, or the Latin letter, that a wide one or one of another script is.
fn narrow(letter: char) -> char {
    // Zeros of the decimal digits of Unicode that keyboards have; nine more follow each.
    const ZEROS: [u32; 7] = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xe50, 0xff10];
    let code = u32::from(letter);
    if let Some(zero) = ZEROS.iter().find(|zero| code.checked_sub(**zero).is_some_and(|above| above < 10)) {
        return char::from_digit(code.saturating_sub(*zero), 10).unwrap_or(letter);
    }
    match code {
        0xff21..=0xff3a | 0xff41..=0xff5a => char::from_u32(code.saturating_sub(0xfee0)).unwrap_or(letter),
        _ => letter,
    }
}

/// One letter of any of the scripts; letters of other scripts stay as they are.
fn skeleton(letter: char, word: &mut String) {
    let spelled = match letter {
        'а' | 'ә' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ғ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'ж' => "j",
        'з' => "z",
        'и' | 'і' | 'й' | 'ы' | 'ї' => "i",
        'к' | 'қ' => "k",
        'л' => "l",
        'м' => "m",
        'н' | 'ң' => "n",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ү' | 'ұ' | 'ў' => "u",
        'ф' => "f",
        'х' | 'һ' | 'ҳ' => "h",
        'ц' => "ts",
        'ч' => "C",
        'ш' | 'щ' => "S",
        'ю' => "iu",
        'я' => "ia",
        'ь' | 'ъ' => "",
        'y' | 'ı' => "i",
        'w' => "u",
        'q' => "k",
        'x' => "h",
        'ß' => "ss",
        'æ' => "ae",
        'ø' => "o",
        'ł' => "l",
        'ş' => "S",
        'ç' => "C",
        'ŋ' => "n",
        letter if is_apostrophe(letter) || is_combining_mark(letter) => "",
        letter if letter.is_ascii() => {
            // A Latin h may belong to the letter before: zh, sh, ch, kh, gh.
            if letter == 'h' {
                return after_h(word);
            }
            word.push(letter);
            return;
        }
        letter => {
            // á, ñ, ğ, ö: the letter below the mark.
            match letter.nfd().next() {
                Some(base) if base != letter => skeleton(base, word),
                _ => word.push(letter),
            }
            return;
        }
    };
    word.push_str(spelled);
}

fn after_h(word: &mut String) {
    let joined = match word.chars().next_back() {
        Some('z') => 'j',
        Some('s') => 'S',
        Some('c') => 'C',
        Some('k') => 'h',
        Some('g') => 'g',
        _ => {
            word.push('h');
            return;
        }
    };
    word.pop();
    word.push(joined);
}

/// What differs between spellings of one sound: -ие-/-ye-, дж/dj, a Latin c, double letters.
fn joined(word: &str) -> String {
    let mut joined = String::with_capacity(word.len());
    for letter in word.chars() {
        let letter = if letter == 'c' { 'k' } else { letter };
        match (joined.chars().next_back(), letter) {
            (Some('i'), 'e') | (Some('d'), 'j') => {
                joined.pop();
                joined.push(letter);
            }
            (Some(last), letter) if last == letter && !letter.is_ascii_digit() => {}
            _ => joined.push(letter),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spellings of one name in the scripts people use.
    #[test]
    fn spellings_of_one_name_meet() {
        let names = [
            vec!["Жаңаөзен", "Жанаозен", "Zhanaozen", "Jañaözen", "ЖАҢАӨЗЕН", "Janaozen"],
            vec!["Шымкент", "Shymkent", "Şymkent", "шымкент", "Shimkent"],
            vec!["Есіл", "Есил", "Есиль", "Yesil", "Esil"],
            vec!["Қызылорда", "Кызылорда", "Kyzylorda", "Qyzylorda"],
            vec!["Семёновка", "Семеновка", "Semenovka"],
            vec!["Ақтөбе", "Актобе", "Aktobe", "Aqtöbe"],
            vec!["Хромтау", "Khromtau", "Hromtau", "хромтау"],
            vec!["Жетісу", "Жетису", "Jetisu", "Zhetysu"],
            vec!["Ғани", "Гани", "Ghani", "Ğani"],
            vec!["Маңғыстау", "Мангыстау", "Mangystau"],
            vec!["Орджоникидзе", "Ordzhonikidze"],
            vec!["Ұлытау", "Улытау", "Ulytau"],
            vec!["Чапаев", "Chapaev", "Чапаёв"],
            vec!["Подъячев", "Podyachev", "Подьячев"],
        ];
        for spellings in &names {
            let first = words(spellings[0]);
            for spelling in spellings {
                assert_eq!(words(spelling), first, "{spelling} against {}", spellings[0]);
            }
        }
    }

    #[test]
    fn words_split_where_people_see_a_border() {
        assert_eq!(words("№352-ші мектеп, Абай к-сі 12/а"), ["352", "Si", "mektep", "abai", "k", "si", "12", "a"]);
        assert_eq!(words("  «Ауыл»  "), ["auil"]);
        assert!(words("— … ·").is_empty());
    }

    #[test]
    fn decomposed_text_is_the_same() {
        assert_eq!(words("Й\u{306}"), words("Й"));
        assert_eq!(words("е\u{308}лка"), words("ёлка"));
    }

    #[test]
    fn a_word_of_any_length_is_bounded() {
        assert!(words(&"щука".repeat(1000)).iter().all(|word| word.chars().count() <= WORD));
    }
}
