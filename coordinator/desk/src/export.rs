//! Tables without a desk that is served: for the command line.

use std::fs::File;
use std::sync::Arc;

use kuager_coordinator::app::App;
use kuager_coordinator::media::Media;
use kuager_tables::{Format, Layout, Separator};

use crate::people::reach::Reach;
use crate::state::Desk;
use crate::tables::{self, Asked, Whole};
use crate::time::Zone;

/// A table as it is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name.
    pub table: String,
    /// In which format.
    pub format: Format,
    /// What separates the fields of CSV.
    pub separator: Separator,
    /// In which language names and sentences are; the pack's first without one.
    pub language: Option<String>,
    /// Exercises, in the place of what counts.
    pub training: bool,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum NoTable {
    /// There is none of this name.
    #[error("there is no table `{0}`; `kuager export --list` shows all")]
    Unknown(String),
    /// No map can be drawn of it.
    #[error("`{0}` has no places, so there is no GeoJSON of it; take another format")]
    NoPlaces(String),
    /// It says something of a poll.
    #[error("`{table}` says something of a poll and is given to nobody until {until} (Art. 28(9))")]
    Withheld {
        /// The table.
        table: String,
        /// When the embargo ends.
        until: String,
    },
    /// What has arrived cannot be counted.
    #[error(transparent)]
    Desk(Box<crate::DeskError>),
    /// It cannot be read or written.
    #[error("{0}")]
    Failed(String),
}

/// All tables.
#[must_use]
pub fn layouts(app: &App) -> Vec<Layout> {
    tables::all(&app.shelf.published()).into_iter().map(|table| table.layout).collect()
}

/// Counts what has arrived, and writes a table of it; answers with the number of rows.
///
/// # Errors
/// [`NoTable`].
pub async fn write(app: &App, media: Arc<Media>, wanted: &Wanted, out: File) -> Result<u64, NoTable> {
    let published = app.shelf.published();
    let name = wanted.table.clone();
    let table = tables::find(&published, &name).ok_or_else(|| NoTable::Unknown(name.clone()))?;
    if wanted.format == Format::GeoJson && !table.layout.has_places() {
        return Err(NoTable::NoPlaces(name));
    }
    if let Some(until_ms) = table.withheld(&published, app.clock.now_ms()) {
        let until = Zone::of(&published.latest.pack).moment(until_ms).stamp;
        let until = if until.is_empty() { "a day that the pack does not name".to_owned() } else { until };
        return Err(NoTable::Withheld { table: name, until });
    }
    let desk = Desk::counted(app.clone(), media, Reach::default()).await;
    let desk = desk.map_err(|error| NoTable::Desk(Box::new(error.into())))?;
    let language = wanted.language.clone().or_else(|| published.latest.pack.languages.first().cloned());
    let asked = Asked { language: language.unwrap_or_default(), training: wanted.training };
    let whole = Whole { asked, format: wanted.format, separator: wanted.separator };
    tables::write(&desk, &table, &whole, out).await.map_err(|error| NoTable::Failed(error.to_string()))
}
