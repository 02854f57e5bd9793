//! Languages the desk can be read in: those of the pack first, then those the desk speaks besides.

use kuager_wire::language;
use kuager_wire::pack::Pack;

use crate::texts::{Catalogue, catalogues};

/// What the desk says where it speaks neither the wanted language nor any other of the pack.
const LAST_RESORT: &str = "en";

/// A language of the pages: the pack's texts are shown in it, and the desk's own, too, if there is a catalogue for it.
#[derive(Clone)]
pub(crate) struct Language {
    pub(crate) code: String,
    /// What the language calls itself.
    pub(crate) name: String,
    texts: &'static Catalogue,
}

impl Language {
    /// All languages to choose from, the preferred first.
    pub(crate) fn all(pack: &Pack) -> Vec<Self> {
        let mut all: Vec<_> = pack.languages.iter().map(|code| Self::of(code, pack)).collect();
        for catalogue in
            catalogues().iter().filter(|catalogue| !pack.languages.iter().any(|code| code == catalogue.code))
        {
            all.push(Self::of(catalogue.code, pack));
        }
        all
    }

    /// The wanted language if it is among those to choose from, else the preferred.
    pub(crate) fn choose(pack: &Pack, wanted: Option<&str>) -> Self {
        let all = Self::all(pack);
        let nearest = language::lookup(wanted.unwrap_or_default(), all.iter().map(|language| language.code.as_str()));
        let found = all.iter().find(|language| Some(language.code.as_str()) == nearest);
        found.or(all.first()).expect("the desk has languages").clone()
    }

    fn of(code: &str, pack: &Pack) -> Self {
        let near = std::iter::once(code).chain(pack.languages.iter().map(String::as_str)).chain([LAST_RESORT]);
        let texts = near.into_iter().find_map(catalogue).expect("there is a catalogue of the last resort");
        Self { code: code.to_owned(), name: name(code), texts }
    }

    /// What stands between a number and its decimals.
    pub(crate) fn point(&self) -> char {
        if primary(&self.code) == "en" { '.' } else { ',' }
    }

    /// What the desk says.
    pub(crate) fn say(&self, id: &str) -> String {
        self.texts.say(id)
    }

    /// What the desk says, with what is put into it.
    pub(crate) fn say_with(&self, id: &str, values: &[(&str, &str)]) -> String {
        self.texts.say_with(id, values)
    }
}

/// The catalogue for a language, whatever its script or country.
fn catalogue(code: &str) -> Option<&'static Catalogue> {
    catalogues().iter().find(|catalogue| catalogue.code == primary(code))
}

/// `kk` of `kk-Latn`.
fn primary(code: &str) -> &str {
    code.split(['-', '_']).next().unwrap_or(code)
}

/// What a language calls itself, as far as anybody told us.
fn name(code: &str) -> String {
    let own = catalogue(code).map(|catalogue| catalogue.say("language-name"));
    let known =
        || isolang::Language::from_639_1(primary(code)).or_else(|| isolang::Language::from_639_3(primary(code)));
    match own.or_else(|| Some(known()?.to_autonym()?.to_owned())) {
        Some(name) if primary(code) == code => name,
        Some(name) => format!("{name} ({code})"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kuager_pack::{PackSource, compile};

    use super::*;

    fn pack(languages: &[&str]) -> Pack {
        let mut pack = compile(&PackSource::default()).expect("compiles").pack;
        pack.languages = languages.iter().map(|code| (*code).to_owned()).collect();
        pack
    }

    #[test]
    fn the_packs_languages_come_first_and_call_themselves() {
        let named = |languages: &[&str]| {
            let all = Language::all(&pack(languages)).into_iter();
            all.map(|language| format!("{} {}", language.code, language.name)).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(named(&["kk", "ru"]), "kk Қазақша, ru Русский, en English");
        assert_eq!(named(&["en", "fr"]), "en English, fr français, kk Қазақша, ru Русский");
        assert_eq!(
            named(&["kk-Latn", "de", "zzz"]),
            "kk-Latn Қазақша (kk-Latn), de Deutsch, zzz zzz, kk Қазақша, ru Русский, en English"
        );
        assert_eq!(named(&[]), "kk Қазақша, ru Русский, en English");
    }

    #[test]
    fn a_language_the_desk_does_not_speak_is_read_beside_one_it_does() {
        let say = |languages: &[&str], wanted| Language::choose(&pack(languages), wanted).say("index-total");
        assert_eq!(say(&["uz", "ru"], Some("uz")), "Всего", "the next of the pack's languages");
        assert_eq!(say(&["fr"], Some("fr")), "Total", "English when the desk speaks none of them");
        assert_eq!(say(&["ru-KZ"], None), "Всего");
        assert_eq!(Language::choose(&pack(&["fr", "kk"]), Some("xx")).code, "fr");
        assert_eq!(Language::choose(&pack(&["kk", "ru"]), Some("ru_RU")).code, "ru");
    }
}
