//! Which of the languages there are comes nearest to what a person wants.
//!
//! Platforms name languages in their own ways: `ru-RU`, `ru_RU.UTF-8`, `RU`, `kk-Cyrl-KZ-u-nu-latn`, `rus`. A person may want several,
//! in this order: `ru-RU,kk-KZ`, or with the weights of HTTP, `ru;q=0.8`. So this is the lookup of BCP 47 (RFC 4647 §3.4) over a
//! list, with one more step: before the next language of the list comes the same language in another script or country.

/// Languages of a person's list that are looked at; the rest is not.
const WANTED: usize = 16;

/// The tag, of those there are, that comes nearest to the wanted ones; nothing when none is of the same language.
#[must_use]
pub fn lookup<'t>(wanted: &str, there: impl IntoIterator<Item = &'t str>) -> Option<&'t str> {
    let there: Vec<&str> = there.into_iter().collect();
    // Mostly it is one of them, letter by letter.
    let same = there.iter().copied().find(|tag| *tag == wanted);
    same.or_else(|| priority(wanted).iter().find_map(|range| nearest(range, &there)))
}

/// As [`lookup`], and the first one there is as the last resort.
#[must_use]
pub fn choose<'t>(wanted: &str, there: impl IntoIterator<Item = &'t str>) -> Option<&'t str> {
    let there: Vec<&str> = there.into_iter().collect();
    lookup(wanted, there.iter().copied()).or_else(|| there.first().copied())
}

/// The subtags of what a person wants, the most wanted first.
fn priority(wanted: &str) -> Vec<Vec<String>> {
    let mut ranges: Vec<(u32, Vec<String>)> = Vec::new();
    for part in wanted.split([',', ';', ' ']).filter(|part| !part.is_empty()).take(WANTED.saturating_mul(2)) {
        match part.trim().strip_prefix("q=") {
            Some(weight) => {
                if let Some((last, _)) = ranges.last_mut() {
                    *last = thousandths(weight);
                }
            }
            None => ranges.push((1_000, subtags(part))),
        }
    }
    ranges.retain(|(weight, subtags)| *weight > 0 && !subtags.is_empty());
    // Equal weights keep their order.
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.into_iter().take(WANTED).map(|(_, subtags)| subtags).collect()
}

/// A weight of HTTP (RFC 9110 §12.4.2) in thousandths; one that is none counts in full.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(0), Ok(part)) => part,
        _ => 1_000,
    }
}

/// A tag in small letters, part by part: without the encoding of POSIX, under the shortest code of its language, and without
/// extensions and private parts, which say nothing about words.
fn subtags(tag: &str) -> Vec<String> {
    let tag = tag.split(['.', '@']).next().unwrap_or(tag).to_ascii_lowercase();
    let mut subtags: Vec<String> = Vec::new();
    for subtag in tag.split(['-', '_']) {
        // A single letter begins an extension; `*` and what is no letter names no language.
        if subtag.len() < 2 || !subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            break;
        }
        // Android's files say `rRU` for a country.
        let region = subtag.strip_prefix('r').filter(|region| !subtags.is_empty() && region.len() == 2);
        subtags.push(region.unwrap_or(subtag).to_owned());
    }
    match subtags.first_mut() {
        Some(language) if matches!(language.as_str(), "und" | "mul" | "zxx" | "posix" | "root") => return Vec::new(),
        Some(language) => *language = code(language).to_owned(),
        None => {}
    }
    subtags
}

/// The code of ISO 639-1 for others of the same language: those of ISO 639-2 of the languages that observers here speak, and
/// those that Java used to say.
fn code(language: &str) -> &str {
    match language {
        "kaz" => "kk",
        "rus" => "ru",
        "eng" => "en",
        "uzb" | "uzn" => "uz",
        "kir" => "ky",
        "uig" => "ug",
        "ukr" => "uk",
        "deu" | "ger" => "de",
        "fra" | "fre" => "fr",
        "tur" => "tr",
        "tat" => "tt",
        "iw" | "heb" => "he",
        "in" | "ind" => "id",
        "ji" => "yi",
        other => other,
    }
}

/// The tag that shares most with a range: the range cut from its end, else the same language in whatever script and country.
fn nearest<'t>(range: &[String], there: &[&'t str]) -> Option<&'t str> {
    let mut best: Option<(usize, usize, &str)> = None;
    for &tag in there {
        let has = subtags(tag);
        let shared = has.iter().zip(range).take_while(|(has, wants)| has == wants).count();
        let extra = has.len().saturating_sub(shared);
        if shared > 0
            && best.is_none_or(|(most, least, _)| (shared, std::cmp::Reverse(extra)) > (most, std::cmp::Reverse(least)))
        {
            best = Some((shared, extra, tag));
        }
    }
    best.map(|(_, _, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_as_platforms_name_them() {
        let pack = ["kk", "ru", "en"];
        for (wanted, found) in [
            ("ru", "ru"),
            ("RU", "ru"),
            ("ru-RU", "ru"),
            ("ru_RU", "ru"),
            ("ru_RU.UTF-8", "ru"),
            ("ru_KZ@euro", "ru"),
            ("ru-rRU", "ru"),
            ("rus", "ru"),
            ("RUS_KZ", "ru"),
            ("en-US", "en"),
            ("en_GB", "en"),
            ("en-US-POSIX", "en"),
            ("en-US-u-hc-h12", "en"),
            ("kk-Cyrl-KZ", "kk"),
            ("kk-KZ", "kk"),
            ("kk_Cyrl_KZ_#u-nu-latn", "kk"),
            ("kk-Latn", "kk"),
            ("kaz", "kk"),
        ] {
            assert_eq!(lookup(wanted, pack), Some(found), "{wanted}");
        }
        for wanted in
            ["", "C", "POSIX", "und", "*", "x-private", "i-klingon", "de-DE", "k", "рус", "\u{202e}ru", "-", ",;,"]
        {
            assert_eq!(lookup(wanted, pack), None, "{wanted}");
            assert_eq!(choose(wanted, pack), Some("kk"), "{wanted}");
        }
        assert_eq!(choose("ru", []), None);
    }

    #[test]
    fn a_list_is_gone_through_in_its_order() {
        let pack = ["kk", "ru", "en"];
        for (wanted, found) in [
            ("de-DE,ru-RU,kk-KZ", "ru"),
            ("de-DE, en-US", "en"),
            ("uz,ky,kk-Latn-KZ,ru", "kk"),
            ("ru;q=0.5,en;q=0.8,de", "en"),
            ("ru;q=0, en;q=0.001", "en"),
            ("ru;q=0.8,en;q=0.80", "ru"),
            ("en;q=1.0, ru", "en"),
            ("ru;q=what,en", "ru"),
        ] {
            assert_eq!(lookup(wanted, pack), Some(found), "{wanted}");
        }
        assert_eq!(lookup(&"de,".repeat(100_000), pack), None);
    }

    #[test]
    fn scripts_and_countries_count_where_a_pack_tells_them_apart() {
        let pack = ["kk-Cyrl", "kk-Latn", "en-GB", "en", "uz_Latn"];
        for (wanted, found) in [
            ("kk-Latn-KZ", "kk-Latn"),
            ("kk_LATN", "kk-Latn"),
            ("kk", "kk-Cyrl"),
            ("kk-Arab-CN", "kk-Cyrl"),
            ("en-GB", "en-GB"),
            ("en-US", "en"),
            ("uz", "uz_Latn"),
            ("uz-Cyrl", "uz_Latn"),
        ] {
            assert_eq!(lookup(wanted, pack), Some(found), "{wanted}");
        }
    }
}
