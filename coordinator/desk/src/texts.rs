//! What the desk says: a catalogue per language (`texts/*/*.ftl`, Project Fluent), a file per subject, compiled in.
//!
//! Every catalogue has every message; the tests below see to it. Words of the election come from the pack and never from here.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// The files of every language, by subject.
macro_rules! subjects {
    ($($subject:literal),+ $(,)?) => {
        /// The catalogues' files by language.
        const FILES: [(&str, &[&str]); 3] = [
            ("kk", &[$(include_str!(concat!("../texts/kk/", $subject, ".ftl"))),+]),
            ("ru", &[$(include_str!(concat!("../texts/ru/", $subject, ".ftl"))),+]),
            ("en", &[$(include_str!(concat!("../texts/en/", $subject, ".ftl"))),+]),
        ];
    };
}

subjects!(
    "frame",
    "board",
    "station",
    "records",
    "chains",
    "observers",
    "file",
    "papers",
    "official",
    "import",
    "tables",
    "people",
    "publish",
    "site",
    "totals",
    "statistics",
    "count",
    "poll",
    "incidents",
    "complaints",
    "norms",
    "turnout",
    "print",
);

static CATALOGUES: LazyLock<Vec<Catalogue>> =
    LazyLock::new(|| FILES.iter().filter_map(|(code, files)| Catalogue::read(code, files)).collect());

/// What the desk says in one language.
pub(crate) struct Catalogue {
    pub(crate) code: &'static str,
    bundle: FluentBundle<FluentResource>,
}

/// The catalogues of all languages the desk speaks.
pub(crate) fn catalogues() -> &'static [Catalogue] {
    &CATALOGUES
}

impl Catalogue {
    fn read(code: &'static str, files: &[&str]) -> Option<Self> {
        let mut bundle = FluentBundle::new_concurrent(vec![code.parse().ok()?]);
        // The marks would be right on paper; in HTML, `<bdi>` does it where people typed what is put in.
        bundle.set_use_isolating(false);
        for file in files {
            // A line with a mistake is left out and the rest is kept; a test lets no such line in.
            let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource(resource).ok()?;
        }
        Some(Self { code, bundle })
    }

    /// A message.
    pub(crate) fn say(&self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// A message with what is put into it.
    pub(crate) fn say_with(&self, id: &str, values: &[(&str, &str)]) -> String {
        let arguments: FluentArgs<'_> = values.iter().copied().collect();
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            tracing::error!(id, language = self.code, "the desk has no such text");
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(id, language = self.code, ?errors, "a text of the desk is incomplete");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every message of a language's files, with the names of what is put into it.
    fn messages<'a>(files: &[&'a str]) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let mut messages = BTreeMap::<_, BTreeSet<_>>::new();
        let mut last = "";
        for line in files.iter().flat_map(|file| file.lines()).filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
                last = id;
                assert!(messages.insert(id, BTreeSet::new()).is_none(), "{id} is there twice");
            }
            let variables = line.split('$').skip(1).filter_map(|rest| rest.split([' ', '}']).next());
            messages.entry(last).or_default().extend(variables);
        }
        messages.remove("");
        messages
    }

    /// What the pages and their code are written in.
    fn sources(dir: &Path, found: &mut String) {
        for entry in fs::read_dir(dir).expect("is there") {
            let path = entry.expect("can be read").path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push_str(&fs::read_to_string(path).expect("is text"));
            }
        }
    }

    #[test]
    fn every_language_has_every_message() {
        assert_eq!(catalogues().iter().map(|catalogue| catalogue.code).collect::<Vec<_>>(), ["kk", "ru", "en"]);
        let expected = messages(FILES[0].1);
        assert!(expected.len() > 50);
        for (code, files) in FILES {
            for file in files {
                assert!(FluentResource::try_new((*file).to_owned()).is_ok(), "{code} has a mistake");
            }
            assert_eq!(messages(files), expected, "{code} differs");
        }
    }

    #[test]
    fn every_message_is_used_and_every_one_used_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        sources(&root.join("src"), &mut text);
        sources(&root.join("templates"), &mut text);
        let messages = messages(FILES[0].1);
        for id in messages.keys() {
            assert!(text.contains(&format!("\"{id}\"")), "nothing says {id}");
        }
        for said in ["say(\"", "say_with(\""] {
            for id in text.split(said).skip(1).filter_map(|rest| rest.split('"').next()) {
                // What this very loop looks for.
                assert!(messages.contains_key(id) || id == ")", "there is no text {id}");
            }
        }
    }

    #[test]
    fn what_is_put_in_stands_there() {
        for catalogue in catalogues() {
            assert!(catalogue.say_with("index-times", &[("zone", "UTC+1")]).contains("UTC+1"), "{}", catalogue.code);
        }
        let missing = "no-such-text";
        assert_eq!(catalogues()[0].say(missing), missing);
    }
}
