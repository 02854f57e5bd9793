//! `kuager.toml` in the data directory: what a coordinator runs with, for who wants it otherwise.
//!
//! Whatever is left out is as usual. A name that is not known is refused, with its line: a budget that was misspelt would not hold.

use std::io;
use std::num::NonZeroU32;
use std::path::Path;

use kuager_coordinator::Budgets;
use kuager_coordinator::budgets::{FileBudget, RecordBudget};
use serde::Deserialize;

use crate::error::CliError;

/// The file's name.
const NAME: &str = "kuager.toml";

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Config {
    #[serde(default)]
    budgets: Table,
}

/// What one device may use.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    records_per_hour: Option<NonZeroU32>,
    records_per_day: Option<NonZeroU32>,
    record_mib_per_day: Option<NonZeroU32>,
    file_mib_per_day: Option<NonZeroU32>,
    unfinished_uploads: Option<NonZeroU32>,
    unfinished_mib: Option<NonZeroU32>,
    wrong_files_per_day: Option<NonZeroU32>,
    share_percent: Option<NonZeroU32>,
}

/// The budgets of a data directory.
pub(super) fn budgets(dir: &Path) -> Result<Budgets, CliError> {
    let path = dir.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Budgets::default()),
        Err(source) => return Err(CliError::Read { path, source }),
    };
    match toml::from_str::<Config>(&text) {
        Ok(config) => Ok(config.budgets.over(Budgets::default())),
        Err(source) => Err(CliError::Config { path, source: Box::new(source) }),
    }
}

impl Table {
    fn over(self, usual: Budgets) -> Budgets {
        let number = |set: Option<NonZeroU32>, usual| set.map_or(usual, |set| u64::from(set.get()));
        let mib = |set: Option<NonZeroU32>, usual| set.map_or(usual, |set| u64::from(set.get()) << 20);
        let Budgets { records, files } = usual;
        Budgets {
            records: RecordBudget {
                per_hour: number(self.records_per_hour, records.per_hour),
                per_day: number(self.records_per_day, records.per_day),
                bytes_per_day: mib(self.record_mib_per_day, records.bytes_per_day),
            },
            files: FileBudget {
                bytes_per_day: mib(self.file_mib_per_day, files.bytes_per_day),
                unfinished: number(self.unfinished_uploads, files.unfinished),
                unfinished_bytes: mib(self.unfinished_mib, files.unfinished_bytes),
                wrong_per_day: number(self.wrong_files_per_day, files.wrong_per_day),
                share_percent: number(self.share_percent, files.share_percent).min(100),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Budgets, CliError> {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join(NAME), text).expect("writes");
        budgets(dir.path())
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let nothing = tempfile::tempdir().expect("a folder");
        assert_eq!(budgets(nothing.path()).expect("is fine"), Budgets::default());
        assert_eq!(read("").expect("is fine"), Budgets::default());
        let set =
            read("[budgets]\nrecords-per-hour = 7\nfile-mib-per-day = 3\nshare-percent = 300\n").expect("is fine");
        assert_eq!((set.records.per_hour, set.records.per_day), (7, 2000));
        assert_eq!((set.files.bytes_per_day, set.files.share_percent), (3 << 20, 100));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, what) in [
            ("[budgets]\n\nrecord-per-hour = 7\n", "line 3", "record-per-hour"),
            ("\n[budget]\n", "line 2", "budget"),
            ("[budgets]\nrecords-per-day = 0\n", "line 2", "0"),
            ("[budgets]\nrecords-per-day = \"many\"\n", "line 2", "many"),
        ] {
            let error = read(text).expect_err("is wrong").to_string();
            assert!(error.contains(line) && error.contains(what) && error.contains(NAME), "{error}");
        }
    }
}
