//! What every reader of a source needs: the files, the languages, and where complaints go.

use std::borrow::Cow;

use crate::error::PackError;
use crate::finding::{Log, Problem};
use crate::source::PackSource;
use crate::suggest::nearest;
use crate::table::{File, Found};

/// What all readers need.
pub(super) struct Reader<'a> {
    pub(super) source: &'a PackSource,
    pub(super) log: &'a Log,
    pub(super) languages: Vec<String>,
}

impl Reader<'_> {
    /// The text of a file that another file names; a complaint at that position when it cannot be read.
    pub(super) fn text(&self, file: File<'_>, named: &Found<String>) -> Option<Cow<'static, str>> {
        match self.source.read(&named.value) {
            Ok(text) => Some(text),
            Err(PackError::Read { source, .. }) => {
                let files = self.source.files();
                let near = nearest(&named.value, files.iter().map(String::as_str)).map(str::to_owned);
                let meant = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                let problem = format!("{} cannot be read ({source}){meant}", named.value);
                file.error(named.at, Problem::Unfit(problem));
                None
            }
            Err(_) => None,
        }
    }

    /// The columns of a list of rows: a key and the text in every language.
    pub(super) fn columns<'b>(&'b self, key: &'b str) -> Vec<&'b str> {
        [key].into_iter().chain(self.languages.iter().map(String::as_str)).collect()
    }
}
