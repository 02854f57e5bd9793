//! What is other than in the publication before: nothing that was public disappears without a word.

use std::collections::BTreeMap;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord};

use super::folder::SiteError;

/// Lines of an index that are read at most; a country has some fifty thousand.
const LINES: usize = 1_000_000;
/// The columns of an index.
pub(super) const INDEX: [&str; 5] = ["what", "station", "of", "status", "digest"];

/// What is public: a protocol of a contest, turnout, confirmed incidents, a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    /// `protocol`, `turnout`, `incidents` or `picture`.
    pub(crate) what: String,
    /// Key of the station.
    pub(crate) station: String,
    /// Key of the contest, or the original of the picture.
    pub(crate) of: String,
}

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// In a word.
    pub(crate) status: String,
    /// Of everything.
    pub(crate) digest: String,
}

/// Everything that is public.
pub(crate) type Index = BTreeMap<Item, Said>;

/// What became of something that is or was public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) item: Item,
    /// What it said before; nothing for what is new.
    pub(crate) before: Option<String>,
    /// What it says now; nothing for what was taken back.
    pub(crate) now: Option<String>,
}

impl Change {
    /// A stable name of its kind.
    pub(crate) const fn kind(&self) -> &'static str {
        match (&self.before, &self.now) {
            (_, None) => "taken-back",
            (Some(_), Some(_)) => "changed",
            (None, Some(_)) => "added",
        }
    }
}

/// What is other: what was taken back first, then what has changed, then what is new.
pub(crate) fn changes_of(before: &Index, now: &Index) -> Vec<Change> {
    let gone = before.iter().filter(|(item, _)| !now.contains_key(*item));
    let gone = gone.map(|(item, said)| Change { item: item.clone(), before: Some(said.status.clone()), now: None });
    let (mut changed, mut added) = (Vec::new(), Vec::new());
    for (item, said) in now {
        let status = Some(said.status.clone());
        match before.get(item) {
            None => added.push(Change { item: item.clone(), before: None, now: status }),
            Some(was) if was != said => {
                changed.push(Change { item: item.clone(), before: Some(was.status.clone()), now: status });
            }
            Some(_) => {}
        }
    }
    gone.chain(changed).chain(added).collect()
}

/// Reads the index of a publication.
pub(super) fn read_index(table: impl Read) -> Result<Index, SiteError> {
    let bad = |why: String| SiteError::Before(why);
    let mut reader = ReaderBuilder::new().from_reader(table);
    if reader.headers().map_err(|error| bad(error.to_string()))? != &StringRecord::from(INDEX.to_vec()) {
        return Err(bad("its index has other columns".to_owned()));
    }
    let mut index = Index::new();
    for line in reader.into_records().take(LINES) {
        let line = line.map_err(|error| bad(error.to_string()))?;
        let mut cells = line.iter().map(str::to_owned);
        let mut next = || cells.next().unwrap_or_default();
        index.insert(Item { what: next(), station: next(), of: next() }, Said { status: next(), digest: next() });
    }
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(lines: &[(&str, &str, &str)]) -> Index {
        let line = |(station, status, digest): &(&str, &str, &str)| {
            let item = Item { what: "protocol".to_owned(), station: (*station).to_owned(), of: "list".to_owned() };
            (item, Said { status: (*status).to_owned(), digest: (*digest).to_owned() })
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn nothing_disappears_without_a_word() {
        let before = index(&[("1", "reported", "a"), ("2", "confirmed", "b"), ("3", "reported", "c"), ("4", "x", "d")]);
        let now = index(&[("1", "disputed", "e"), ("3", "reported", "f"), ("4", "x", "d"), ("5", "reported", "g")]);
        let changes = changes_of(&before, &now);
        let said: Vec<_> = changes
            .iter()
            .map(|change| {
                (change.kind(), change.item.station.as_str(), change.before.as_deref(), change.now.as_deref())
            })
            .collect();
        assert_eq!(
            said,
            [
                ("taken-back", "2", Some("confirmed"), None),
                ("changed", "1", Some("reported"), Some("disputed")),
                ("changed", "3", Some("reported"), Some("reported")),
                ("added", "5", None, Some("reported")),
            ]
        );
        assert_eq!(changes_of(&now, &now), []);
    }

    #[test]
    fn an_index_of_something_else_is_none() {
        assert!(read_index("what,station,of,status,digest\nprotocol,1,list,reported,a\n".as_bytes()).is_ok());
        for other in ["", "a,b\n1,2\n", "what,station,of,status,digest\nprotocol,1\n"] {
            assert!(matches!(read_index(other.as_bytes()), Err(SiteError::Before(_))), "{other:?}");
        }
    }
}
