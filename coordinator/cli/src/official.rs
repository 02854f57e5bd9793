//! `kuager official`

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kuager_analysis::official::Changes;
use kuager_coordinator::app::App;
use kuager_coordinator::journal;
use kuager_desk::official::{self, Remembered};
use kuager_wire::ids::ContentHash;

use crate::data::Data;
use crate::error::CliError;

/// Changes listed.
const LISTED: usize = 40;

/// Take over official figures of stations from a CSV file or a workbook.
///
/// A row for each station: its key in the column `station`, and a column for each line of the protocol, named by the question's id
/// or said with --map. What is said is remembered for the stage. Every station whose figures are new or others now becomes an entry
/// of the desk's journal, with the hash of the file.
#[derive(Debug, Args)]
pub(super) struct Official {
    /// The file: CSV, or a workbook (.xlsx), of which the first sheet is read.
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

impl Official {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        data.with_app(async |app| self.work(app, out).await)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn work(&self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        let mut remembered = Remembered::of(app, &self.stage)?;
        let form = official::form(app, &self.form)?;
        let Some(file) = &self.file else { return self.take_back(app, out).await };
        for said in &self.map {
            let (column, question) = said.split_once('=').ok_or_else(|| CliError::Map(said.clone()))?;
            remembered.map.insert(column.trim().to_owned(), question.trim().to_owned());
        }
        remembered.station = self.station.clone().or(remembered.station);
        let bytes = fs::read(file).map_err(|source| CliError::Read { path: file.clone(), source })?;
        let table = official::table(&file.display().to_string(), &bytes)?;
        let plan = official::plan(app, &self.stage, &form, (ContentHash::of(&bytes), &table), &remembered).await?;
        let unknown: Vec<&str> = plan.unknown.iter().map(String::as_str).collect();
        say(out, &plan.changes, &unknown)?;
        if self.dry_run {
            writeln!(out, "{} stations would be written down; nothing was", plan.stations())?;
            return Ok(());
        }
        let count = official::take_over(app, None, plan).await?;
        remembered.keep(app, &self.stage)?;
        writeln!(out, "{count} stations were written down")?;
        Ok(())
    }
}

impl Official {
    async fn take_back(&self, app: &App, out: &mut dyn Write) -> Result<(), CliError> {
        let officials = official::held(app).await?;
        let nothing = ContentHash([0; 32]);
        let acts = kuager_analysis::official::taken_back(&officials, nothing, &self.stage, &self.form, &self.take_back);
        let (count, none) = (acts.len(), self.take_back.len().saturating_sub(acts.len()));
        if !self.dry_run {
            journal::write(app, None, acts).await?;
        }
        let done = if self.dry_run { "would be taken back" } else { "were taken back" };
        writeln!(out, "figures of {count} stations {done}; of {none} none are held")?;
        Ok(())
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
