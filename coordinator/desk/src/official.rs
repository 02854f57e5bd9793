//! Official figures on their way in: a table that somebody gives, which of its columns are which lines of the paper, and what taking it over
//! would change. The page and the command line do the same.
//!
//! What is said of columns is remembered for a stage, in a file beside the ledger, and used again for the next table of that stage.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kuager_analysis::estimate::table::{Table, TableError};
use kuager_analysis::official::{self, Changes, Mapping, OfficialError, Officials};
use kuager_coordinator::app::App;
use kuager_coordinator::journal::{self, JournalError};
use kuager_pack::workbook::{self, Bounds};
use kuager_wire::desk::{Act, Figures};
use kuager_wire::form::Form;
use kuager_wire::ids::{ContentHash, PersonId};
use kuager_wire::pack::SignedPack;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// What a workbook of official figures may have: a country's stations, and some sheets besides.
const BOUNDS: Bounds = Bounds { bytes: 32 << 20, unpacked: 256 << 20, rows: 100_000, columns: 256, cells: 4_000_000 };
/// The column that has the stations' keys, when nothing else was said.
const STATION: &str = "station";
/// Entries read at once.
const PAGE: usize = 1000;
/// Columns that are remembered of one stage.
const REMEMBERED: usize = 1000;

/// Why figures are not taken over.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A name for a stage that is none.
    #[error("`{0}` is no name of a stage; it has 1 to 32 letters, digits or hyphens, such as cec")]
    Stage(String),
    /// A form that the pack does not have.
    #[error("the newest pack has no form `{0}` that is read from a paper")]
    NoForm(String),
    /// The workbook.
    #[error("{file} is not a workbook that can be read ({reason}); save it as .xlsx or as CSV")]
    Workbook {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The figures.
    #[error(transparent)]
    Official(#[from] OfficialError),
    /// The desk's journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What is remembered of a stage.
    #[error("{} cannot be read or written ({source})", path.display())]
    Remembered {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl From<TableError> for ImportError {
    fn from(error: TableError) -> Self {
        Self::Official(error.into())
    }
}

/// A file that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) hash: ContentHash,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Those that wait to be taken over.
pub(crate) type Waiting = Mutex<VecDeque<Arc<Sent>>>;

/// Reads a table: a workbook's first sheet that has anything, or CSV.
///
/// # Errors
/// [`ImportError`] at the first thing that is wrong.
pub fn table(file: &str, bytes: &[u8]) -> Result<Table, ImportError> {
    if !workbook::is_workbook(bytes) {
        return Ok(Table::read(file, bytes, &[])?);
    }
    let sheets = workbook::read(bytes, BOUNDS, |_| true);
    let sheets = sheets.map_err(|reason| ImportError::Workbook { file: file.to_owned(), reason })?;
    let rows = sheets.into_iter().map(|sheet| sheet.rows).find(|rows| !rows.is_empty()).unwrap_or_default();
    Ok(Table::of_cells(file, &rows, &[])?)
}

/// What is remembered of a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The column that has the stations' keys.
    pub station: Option<String>,
    /// Which column is which question.
    pub map: BTreeMap<String, String>,
}

impl Remembered {
    fn path(app: &App, stage: &str) -> PathBuf {
        app.deployment.dir().join("official").join(format!("{stage}.toml"))
    }

    /// What is remembered.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn of(app: &App, stage: &str) -> Result<Self, ImportError> {
        let path = Self::path(app, &named(stage)?);
        let failed = |source| ImportError::Remembered { path: path.clone(), source };
        match fs::read_to_string(&path) {
            Ok(text) => {
                toml::from_str(&text).map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(failed(source)),
        }
    }

    /// Remembers it.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn keep(&self, app: &App, stage: &str) -> Result<(), ImportError> {
        let path = Self::path(app, &named(stage)?);
        let failed = |source| ImportError::Remembered { path: path.clone(), source };
        let text = toml::to_string(self).map_err(|error| failed(io::Error::other(error)))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        // Under its name only when it is whole.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error)).map(drop)
    }

    /// What was said of the columns that this table has.
    #[must_use]
    pub fn mapping(&self, table: &Table) -> Mapping {
        let known = self.map.iter().filter(|(column, _)| table.has(column));
        known.map(|(column, question)| (column.clone(), question.clone())).collect()
    }

    /// The column that has the stations' keys.
    #[must_use]
    pub fn station(&self) -> &str {
        self.station.as_deref().unwrap_or(STATION)
    }

    /// Adds what was said of a column; nothing takes back what was.
    pub fn say(&mut self, column: &str, question: Option<&str>) {
        match question {
            None => drop(self.map.remove(column)),
            Some(question) if self.map.len() < REMEMBERED => {
                self.map.insert(column.to_owned(), question.to_owned());
            }
            Some(_) => {}
        }
    }
}

/// A stage's name, if it is one; part of the name of a file.
fn named(stage: &str) -> Result<String, ImportError> {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if stage.is_empty() || stage.len() > 32 || !stage.chars().all(plain) {
        return Err(ImportError::Stage(stage.chars().take(40).collect()));
    }
    Ok(stage.to_owned())
}

/// What taking a table over would come to.
#[derive(Debug)]
pub struct Plan {
    /// What it would change.
    pub changes: Changes,
    /// Stations that are not in the list.
    pub unknown: Vec<String>,
    /// What would be written down.
    acts: Vec<Act>,
}

impl Plan {
    /// How many stations would be written down.
    #[must_use]
    pub const fn stations(&self) -> usize {
        self.acts.len()
    }
}

/// The form of the newest pack that names the figures.
///
/// # Errors
/// [`ImportError::NoForm`].
pub fn form(app: &App, id: &str) -> Result<Form, ImportError> {
    let published = app.shelf.published();
    let form = published.latest.pack.form(id).filter(|form| form.template.is_some());
    form.cloned().ok_or_else(|| ImportError::NoForm(id.chars().take(40).collect()))
}

/// Works out what taking a table over would change. Nothing is taken over half.
///
/// # Errors
/// [`ImportError`] at the first thing that is wrong, with its line and column.
pub async fn plan(
    app: &App,
    stage: &str,
    form: &Form,
    (source, table): (ContentHash, &Table),
    remembered: &Remembered,
) -> Result<Plan, ImportError> {
    let stage = named(stage)?;
    let rows: Vec<(String, Figures)> = official::read(table, remembered.station(), &remembered.mapping(table), form)?;
    let published = app.shelf.published();
    let unknown =
        rows.iter().map(|(key, _)| key).filter(|key| !published.stations.contains_key(*key)).cloned().collect();
    let officials = held(app).await?;
    let changes = officials.changes(&stage, &form.id, &rows);
    let acts = official::acts(&officials, source, &stage, &form.id, published.latest.hash, &rows);
    Ok(Plan { changes, unknown, acts })
}

/// What is held, from the journal.
///
/// # Errors
/// [`ImportError`].
pub async fn held(app: &App) -> Result<Officials, ImportError> {
    let published = app.shelf.published();
    let packs: Vec<&SignedPack> = published.packs.values().map(|signed| &**signed).collect();
    let (mut officials, mut from) = (Officials::default(), 0);
    loop {
        let entries = journal::read(app, from, PAGE).await?;
        let Some(last) = entries.last() else { return Ok(officials) };
        from = last.entry.seq.saturating_add(1);
        for entry in &entries {
            officials.add(entry.hash, &entry.entry, &packs);
        }
    }
}

/// Writes down what was planned, and answers with the number of stations.
///
/// # Errors
/// [`ImportError`].
pub async fn take_over(app: &App, by: Option<PersonId>, plan: Plan) -> Result<usize, ImportError> {
    let count = plan.acts.len();
    for some in plan.acts.chunks(journal::AT_ONCE) {
        journal::write(app, by, some.to_vec()).await?;
    }
    Ok(count)
}
