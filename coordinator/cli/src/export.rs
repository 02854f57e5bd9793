//! `kuager export`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use kuager_coordinator::media::{Media, MediaPolicy};
use kuager_desk::export::{self, NoTable, Wanted};
use kuager_tables::{Format, Separator};

use crate::data::Data;
use crate::error::CliError;

/// Write everything of one kind into a file: CSV, XLSX, JSON, GeoJSON, Parquet.
///
/// Works while the coordinator serves. Columns with their kinds and meanings: docs/data.md, or --list. What says something of a poll is
/// not written before its embargo ends.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The table.
    #[arg(required_unless_present = "list")]
    table: Option<String>,
    /// Show all tables with their columns.
    #[arg(long, conflicts_with_all = ["table", "out"])]
    list: bool,
    /// In which format; by the end of the file's name when left out.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The file; it must not be there yet.
    #[arg(long, value_name = "FILE", required_unless_present = "list")]
    out: Option<PathBuf>,
    /// What separates the fields of CSV: comma, semicolon (and a comma before decimals, for spreadsheets set to Kazakh or Russian), tab.
    #[arg(long, value_name = "NAME", default_value = "comma")]
    separator: Separator,
    /// In which language names and sentences are.
    #[arg(long, value_name = "CODE")]
    lang: Option<String>,
    /// Exercises, in the place of what counts.
    #[arg(long)]
    training: bool,
}

impl Export {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let (Some(table), Some(file)) = (self.table.clone(), self.out.clone()) else {
            return list(data, out);
        };
        let by_name = || file.extension().and_then(|end| end.to_str()).and_then(|end| end.parse().ok());
        let format = self.format.or_else(by_name).ok_or_else(|| {
            CliError::Options(
                "say in which --format, or end the file's name with one: csv, xlsx, json, geojson, parquet".to_owned(),
            )
        })?;
        let wanted = Wanted { table, format, separator: self.separator, language: self.lang, training: self.training };
        let rows = data.with_app(async |app| {
            let media = Arc::new(Media::open(app.clone(), MediaPolicy::default())?);
            Self::write(app, media, &wanted, &file).await
        })?;
        writeln!(out, "{rows} rows of {} in {}", wanted.table, file.display())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the file whole, or none; one that is there stays.
    async fn write(
        app: &kuager_coordinator::App,
        media: Arc<Media>,
        wanted: &Wanted,
        file: &Path,
    ) -> Result<u64, CliError> {
        let failed = |source| CliError::WriteNew { path: file.to_owned(), source };
        if file.exists() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let begun = tempfile::Builder::new().prefix(".kuager-export-").tempfile_in(folder).map_err(failed)?;
        let rows = export::write(app, media, wanted, begun.reopen().map_err(failed)?).await?;
        begun.as_file().sync_all().map_err(failed)?;
        begun.persist_noclobber(file).map_err(|error| failed(error.error))?;
        Ok(rows)
    }
}

fn list(data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
    data.with_app(async |app| {
        for layout in export::layouts(app) {
            writeln!(out, "{}: {}", layout.name, layout.about)?;
            for column in layout.columns.iter() {
                let unit = if column.unit.is_empty() { String::new() } else { format!(", {}", column.unit) };
                writeln!(out, "    {} ({}{unit}): {}", column.name, column.kind.name(), column.about)?;
            }
        }
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

impl From<NoTable> for CliError {
    fn from(error: NoTable) -> Self {
        Self::Export(error)
    }
}
