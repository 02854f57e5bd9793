//! Workbooks: the rows on one sheet, what the columns mean on another.
//!
//! Text is text there and never a formula. A sheet holds 1,048,576 rows; what is more goes on on the next one.

use std::io::Write;

use rust_xlsxwriter::{ExcelDateTime, Format as Style, Workbook};

use crate::error::WriteError;
use crate::layout::{Cell, Kind, Layout, Row};
use crate::plain::{moment, zoned};
use crate::write::{Options, TableWriter};

/// Rows of a sheet, the heading included.
const ROWS: u32 = 1_048_576;
/// Characters of a cell, as such programs count them: units of UTF-16.
const LONGEST: usize = 32_767;
/// Whole numbers beyond these lose digits in such programs; they are written as text.
const EXACT: i64 = 1 << 53;
/// Characters of a sheet's name.
const NAME: usize = 28;

/// Written so far.
pub(crate) struct Xlsx<W: Write> {
    workbook: Workbook,
    out: W,
    layout: Layout,
    utc_offset: i16,
    made_ms: u64,
    /// The place of the sheet that is written.
    sheet: usize,
    /// The next row of it.
    row: u32,
    moment: Style,
    heading: Style,
}

impl<W: Write> Xlsx<W> {
    pub(crate) fn begin(layout: &Layout, options: &Options, out: W) -> Result<Self, WriteError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(&options.scratch)?;
        let mut begun = Self {
            workbook,
            out,
            layout: layout.clone(),
            utc_offset: options.utc_offset,
            made_ms: options.made_ms,
            sheet: 0,
            row: 0,
            moment: Style::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            heading: Style::new().set_bold(),
        };
        begun.sheet()?;
        Ok(begun)
    }

    /// Begins a sheet with its heading.
    fn sheet(&mut self) -> Result<(), WriteError> {
        let name: String = self.layout.name.chars().take(NAME).collect();
        let number = self.workbook.worksheets().len();
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(if number == 0 { name } else { format!("{name} {}", number.saturating_add(1)) })?;
        sheet.set_freeze_panes(1, 1)?;
        for (at, column) in (0..).zip(self.layout.columns.iter()) {
            let width = match column.kind {
                Kind::Moment => 19.0,
                Kind::Text => 24.0,
                Kind::Whole | Kind::Decimal | Kind::Flag => 12.0,
            };
            sheet.set_column_width(at, width)?;
        }
        for (at, column) in (0..).zip(self.layout.columns.iter()) {
            sheet.write_string_with_format(0, at, &*column.name, &self.heading)?;
        }
        self.sheet = number;
        self.row = 1;
        Ok(())
    }

    /// The sheet that says what the columns mean.
    fn meaning(&mut self) -> Result<(), WriteError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("columns")?;
        for (at, width) in [(0, 28.0), (1, 16.0), (2, 12.0), (3, 100.0)] {
            sheet.set_column_width(at, width)?;
        }
        for (at, heading) in [(0, "column"), (1, "kind"), (2, "unit"), (3, "meaning")] {
            sheet.write_string_with_format(0, at, heading, &self.heading)?;
        }
        let mut row = 1_u32;
        for column in self.layout.columns.iter() {
            sheet.write_string(row, 0, &*column.name)?;
            sheet.write_string(row, 1, column.kind.name())?;
            sheet.write_string(row, 2, column.unit)?;
            sheet.write_string(row, 3, cut(&column.about))?;
            row = row.saturating_add(1);
        }
        let made = moment(self.made_ms, self.utc_offset);
        let said = [
            format!("{}: {}", self.layout.name, self.layout.about),
            format!(
                "Made at {made}. Moments are on the clocks of the stations, which is what stands behind the time there."
            ),
        ];
        for line in said {
            row = row.saturating_add(1);
            sheet.write_string(row, 0, line)?;
        }
        Ok(())
    }
}

impl<W: Write + Send> TableWriter for Xlsx<W> {
    fn rows(&mut self, rows: &[Row]) -> Result<(), WriteError> {
        for row in rows {
            let wanted = self.layout.columns.len();
            if row.len() != wanted {
                return Err(WriteError::Width { found: row.len(), wanted });
            }
            if self.row >= ROWS {
                self.sheet()?;
            }
            let sheet = self.workbook.worksheet_from_index(self.sheet)?;
            for (at, cell) in (0..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => drop(sheet.write_string(self.row, at, cut(text))?),
                    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
                    Cell::Whole(number) if number.unsigned_abs() <= EXACT.unsigned_abs() => {
                        sheet.write_number(self.row, at, *number as f64)?;
                    }
                    Cell::Whole(number) => drop(sheet.write_string(self.row, at, number.to_string())?),
                    Cell::Decimal(number, _) if number.is_finite() => drop(sheet.write_number(self.row, at, *number)?),
                    Cell::Decimal(..) => {}
                    Cell::Flag(flag) => drop(sheet.write_boolean(self.row, at, *flag)?),
                    Cell::Moment(ms) => match excel(*ms, self.utc_offset) {
                        Some(at_ms) => drop(sheet.write_datetime_with_format(self.row, at, at_ms, &self.moment)?),
                        None => drop(sheet.write_string(self.row, at, moment(*ms, self.utc_offset))?),
                    },
                }
            }
            self.row = self.row.saturating_add(1);
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), WriteError> {
        self.meaning()?;
        self.workbook.save_to_writer(&mut self.out)?;
        Ok(self.out.flush()?)
    }
}

/// A moment as such programs have it: without a zone, from 1900 to 9999.
fn excel(ms: u64, utc_offset: i16) -> Option<ExcelDateTime> {
    let at = zoned(ms, utc_offset)?;
    let year = u16::try_from(at.year()).ok()?;
    let [month, day, hour, minute] = [at.month(), at.day(), at.hour(), at.minute()].map(i8::unsigned_abs);
    let date = ExcelDateTime::from_ymd(year, month, day).ok()?;
    date.and_hms(hour.into(), minute, f64::from(at.second())).ok()
}

/// As much of a text as a cell holds.
fn cut(text: &str) -> String {
    let mut units = 0_usize;
    let fits = |character: &char| {
        units = units.saturating_add(character.len_utf16());
        units <= LONGEST
    };
    text.chars().take_while(fits).collect()
}
