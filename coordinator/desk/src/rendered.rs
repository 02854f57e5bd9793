//! Rows that were rendered: once in each language, however many pages show them.

use std::collections::HashMap;
use std::sync::Arc;

use kuager_analysis::book::RowKey;
use parking_lot::Mutex;

use crate::news::Mark;

/// Rows kept; a page shows fewer.
const KEPT: usize = 4096;

/// Parts of pages as they were at one mark.
#[derive(Default)]
pub(crate) struct Rendered {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    mark: Option<Mark>,
    rows: HashMap<(String, RowKey), Arc<str>>,
}

impl Rendered {
    /// The row in this language as it is at the mark: what somebody else has rendered, or else what `render` makes.
    pub(crate) fn row<E>(
        &self,
        mark: Mark,
        language: &str,
        key: &RowKey,
        render: impl FnOnce() -> Result<String, E>,
    ) -> Result<Arc<str>, E> {
        let name = (language.to_owned(), key.clone());
        {
            let mut kept = self.kept.lock();
            if kept.mark != Some(mark) {
                kept.mark = Some(mark);
                kept.rows.clear();
            }
            if let Some(row) = kept.rows.get(&name) {
                return Ok(Arc::clone(row));
            }
        }
        // Not under the lock: two may make the same row at once, and make it alike.
        let row: Arc<str> = render()?.into();
        let mut kept = self.kept.lock();
        if kept.mark == Some(mark) && kept.rows.len() < KEPT {
            kept.rows.insert(name, Arc::clone(&row));
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_row_is_rendered_once_in_each_language_and_again_when_something_changed() {
        let rendered = Rendered::default();
        let times = Cell::new(0);
        let key = |station: &str| RowKey { training: false, station: Some(station.to_owned()) };
        let ask = |mark: &str, language: &str, station: &str| {
            let row = rendered.row(mark.parse().expect("a mark"), language, &key(station), || {
                times.set(times.get() + 1);
                Ok::<_, Infallible>(format!("{language} {station} {}", times.get()))
            });
            row.expect("renders").to_string()
        };
        assert_eq!(ask("1-1", "kk", "a"), "kk a 1");
        assert_eq!(ask("1-1", "kk", "a"), "kk a 1");
        assert_eq!(ask("1-1", "ru", "a"), "ru a 2");
        assert_eq!(ask("1-1", "kk", "b"), "kk b 3");
        assert_eq!(ask("1-2", "kk", "a"), "kk a 4");
    }
}
