//! `kuager official`

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use kuager_analysis::estimate::table::Table;
use kuager_analysis::official::{self, Changes, Mapping, Officials};
use kuager_coordinator::app::App;
use kuager_coordinator::journal;
use kuager_wire::ids::ContentHash;
use kuager_wire::pack::SignedPack;
use serde::{Deserialize, Serialize};

use crate::data::Data;
use crate::error::CliError;

/// Changes listed.
const LISTED: usize = 40;
/// Entries read at once.
const PAGE: usize = 1000;

/// Take over official figures of stations from a CSV file.
///
/// A row for each station: its key in the column `station`, and a column for each line of the protocol, named by the question's id
/// or said with --map. What is said is remembered for the stage. Every station whose figures are new or others now becomes an entry
/// of the desk's journal, with the hash of the file. Workbooks are saved as CSV first.
#[derive(Debug, Args)]
pub(super) struct Official {
    /// The file, CSV in UTF-8.
    #[arg(required_unless_present = "take_back")]
    file: Option<PathBuf>,
    /// Whose figures they are: of the territorial commission (tec), of the central one (cec), or any short name.
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// The form whose questions name the figures.
    #[arg(long, value_name = "ID", default_value = "protocol-list")]
    form: String,
    /// The column that has the stations' keys.
    #[arg(long, value_name = "COLUMN")]
    station: Option<String>,
    /// Which question a column is; repeat for several.
    #[arg(long = "map", value_name = "COLUMN=QUESTION")]
    map: Vec<String>,
    /// Take the figures of this station back, as if they had never been said; repeat for several. What another stage said counts again.
    #[arg(long, value_name = "STATION", conflicts_with_all = ["file", "map", "station"])]
    take_back: Vec<String>,
    /// Say what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What is remembered of a stage.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    station: Option<String>,
    map: BTreeMap<String, String>,
}

impl Official {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, data, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(&self, app: &App, data: &Data, out: &mut dyn Write) -> Result<(), CliError> {
        let plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if self.stage.is_empty() || self.stage.len() > 32 || !self.stage.chars().all(plain) {
            return Err(CliError::Stage(self.stage.clone()));
        }
        let published = app.shelf.published();
        let form = published.latest.pack.form(&self.form).ok_or_else(|| CliError::NoForm(self.form.clone()))?;
        let officials = held(app).await?;
        let Some(file) = &self.file else { return self.take_back(app, &officials, out).await };
        let path = data.dir().join("official").join(format!("{}.toml", self.stage));
        let mut remembered = recall(&path)?;
        for said in &self.map {
            let (column, question) = said.split_once('=').ok_or_else(|| CliError::Map(said.clone()))?;
            remembered.map.insert(column.trim().to_owned(), question.trim().to_owned());
        }
        remembered.station = self.station.clone().or(remembered.station);
        let bytes = fs::read(file).map_err(|source| CliError::Read { path: file.clone(), source })?;
        let table = Table::read(&file.display().to_string(), &bytes, &[])?;
        // What was said of other files of this stage may be of columns that this one does not have.
        let mapping: Mapping = remembered
            .map
            .iter()
            .filter(|(column, _)| table.has(column))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect();
        let station = remembered.station.as_deref().unwrap_or("station");
        let rows = official::read(&table, station, &mapping, form)?;
        let unknown: Vec<&str> =
            rows.iter().map(|(key, _)| key.as_str()).filter(|key| !published.stations.contains_key(*key)).collect();
        let changes = officials.changes(&self.stage, &self.form, &rows);
        say(out, &changes, &unknown)?;
        let acts =
            official::acts(&officials, ContentHash::of(&bytes), &self.stage, &self.form, published.latest.hash, &rows);
        if self.dry_run {
            writeln!(out, "{} stations would be written down; nothing was", acts.len())?;
            return Ok(());
        }
        let count = acts.len();
        for some in acts.chunks(journal::AT_ONCE) {
            journal::write(app, None, some.to_vec()).await?;
        }
        keep(&path, &remembered)?;
        writeln!(out, "{count} stations were written down")?;
        Ok(())
    }
}

impl Official {
    async fn take_back(&self, app: &App, officials: &Officials, out: &mut dyn Write) -> Result<(), CliError> {
        let nothing = ContentHash([0; 32]);
        let acts = official::taken_back(officials, nothing, &self.stage, &self.form, &self.take_back);
        let (count, none) = (acts.len(), self.take_back.len().saturating_sub(acts.len()));
        if !self.dry_run {
            journal::write(app, None, acts).await?;
        }
        let done = if self.dry_run { "would be taken back" } else { "were taken back" };
        writeln!(out, "figures of {count} stations {done}; of {none} none are held")?;
        Ok(())
    }
}

/// What is held, from the journal.
async fn held(app: &App) -> Result<Officials, CliError> {
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

fn say(out: &mut dyn Write, changes: &Changes, unknown: &[&str]) -> io::Result<()> {
    let (new, same, gone) = (changes.new.len(), changes.same, changes.gone.len());
    writeln!(out, "{new} stations are new, {same} say the same, {gone} are held and not in the file (they stay)")?;
    let number = |figure: Option<i64>| figure.map_or_else(|| "nothing".to_owned(), |figure| figure.to_string());
    for change in changes.changed.iter().take(LISTED) {
        let (before, after) = (number(change.before), number(change.after));
        writeln!(out, "{} {}: {before} became {after}", change.station, change.question)?;
    }
    if changes.changed.len() > LISTED {
        writeln!(out, "and {} more figures are others now", changes.changed.len() - LISTED)?;
    }
    if !unknown.is_empty() {
        let some: Vec<&str> = unknown.iter().copied().take(5).collect();
        writeln!(out, "{} stations are not in the pack: {} …", unknown.len(), some.join(" "))?;
    }
    Ok(())
}

fn recall(path: &Path) -> Result<Remembered, CliError> {
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| CliError::Read {
            path: path.to_owned(),
            source: io::Error::new(io::ErrorKind::InvalidData, error),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Remembered::default()),
        Err(source) => Err(CliError::Read { path: path.to_owned(), source }),
    }
}

fn keep(path: &Path, remembered: &Remembered) -> Result<(), CliError> {
    let failed = |source| CliError::WriteNew { path: path.to_owned(), source };
    let text = toml::to_string(remembered).map_err(|error| failed(io::Error::other(error)))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}
