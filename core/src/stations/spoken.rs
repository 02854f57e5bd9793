//! What people say around a number: «УИК № 99», «99-ші учаске», «на участке 99», "polling station 99th".
//!
//! Such words say that a station is meant, which the search knows already. They are left out where something else remains to be
//! looked for. Words are in the skeleton spelling of [`kuager_wire::spelling`].

/// Beginnings of words for a station or its number; what follows in Kazakh and Russian are endings.
const BEGINNINGS: &[&str] = &[
    "uCask",
    "uCastk",
    "uCastok",
    "sailau",
    "izbiratel",
    "nomer",
    "nomir",
    "prekinkt",
    "stantsi",
    "station",
    "poling",
];
/// Whole words: abbreviations of commissions and stations, and what stands before a number.
const WORDS: &[&str] = &[
    "uik", "iu", "pu", "ups", "us", "uSk", "uC", "pek", "ps", "n", "no", "nr", "num", "number", "na", "v", "iz", "the",
    "at",
];
/// Endings of ordinal numbers, behind the number.
const ENDINGS: &[&str] = &[
    "Si", "nSi", "inSi", "i", "ii", "aia", "oe", "go", "ogo", "oi", "m", "om", "omu", "mu", "iu", "x", "h", "ih", "th",
    "st", "nd", "rd", "de", "da", "te", "ta",
];

/// The words of a query that have to be found.
pub(super) fn meant(words: Vec<String>) -> Vec<String> {
    let mut meant = Vec::with_capacity(words.len());
    let mut after_number = false;
    for word in &words {
        let is_number = word.starts_with(|char: char| char.is_ascii_digit());
        let ending = after_number && ENDINGS.contains(&word.as_str());
        let station = WORDS.contains(&word.as_str()) || BEGINNINGS.iter().any(|beginning| word.starts_with(beginning));
        if is_number || !(ending || station) {
            meant.push(word.clone());
        }
        after_number = is_number;
    }
    // They were all there was.
    if meant.is_empty() { words } else { meant }
}
