//! CSV that spreadsheet programs open right and do not calculate with.
//!
//! - A byte order mark says that it is UTF-8; lines end with CR LF, as RFC 4180 has it.
//! - Text is in quotation marks, numbers are not.
//! - Text that such a program would calculate gets an apostrophe before it: what begins, perhaps behind blanks, with `=`, `+`, `-`, `@` or one
//!   of their full-width forms, or with a control character; and the same behind a character that separates fields somewhere else, since
//!   the program may be set to that one (OWASP, CSV injection). JSON and Parquet have the text as it is.

use std::io::Write;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::error::WriteError;
use crate::format::Separator;
use crate::layout::{Cell, Layout, Row};
use crate::plain::{decimal, moment};
use crate::write::{Options, TableWriter};

/// Written so far.
pub(crate) struct Csv<W: Write> {
    out: csv::Writer<W>,
    separator: Separator,
    utc_offset: i16,
    columns: usize,
}

impl<W: Write> Csv<W> {
    pub(crate) fn begin(layout: &Layout, options: &Options, mut out: W) -> Result<Self, WriteError> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut out = WriterBuilder::new()
            .delimiter(options.separator.byte())
            .terminator(Terminator::CRLF)
            .quote_style(QuoteStyle::NonNumeric)
            .from_writer(out);
        out.write_record(layout.columns.iter().map(|column| &*column.name))?;
        let columns = layout.columns.len();
        Ok(Self { out, separator: options.separator, utc_offset: options.utc_offset, columns })
    }

    fn field(&self, cell: &Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => harmless(text),
            Cell::Whole(number) => number.to_string(),
            Cell::Decimal(number, digits) if self.separator == Separator::Semicolon => {
                decimal(*number, *digits).replace('.', ",")
            }
            Cell::Decimal(number, digits) => decimal(*number, *digits),
            Cell::Flag(flag) => if *flag { "true" } else { "false" }.to_owned(),
            Cell::Moment(ms) => moment(*ms, self.utc_offset),
        }
    }
}

impl<W: Write + Send> TableWriter for Csv<W> {
    fn rows(&mut self, rows: &[Row]) -> Result<(), WriteError> {
        for row in rows {
            if row.len() != self.columns {
                return Err(WriteError::Width { found: row.len(), wanted: self.columns });
            }
            let fields: Vec<String> = row.iter().map(|cell| self.field(cell)).collect();
            self.out.write_record(&fields)?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), WriteError> {
        Ok(self.out.flush()?)
    }
}

/// Whether a program might take what begins so for a formula.
const fn is_trigger(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// The text with an apostrophe wherever a program might begin to calculate.
fn harmless(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    // At a beginning, also behind blanks.
    let mut begins = true;
    if text.starts_with(['\t', '\r', '\n']) {
        written.push('\'');
    }
    for character in text.chars() {
        if begins && is_trigger(character) {
            written.push('\'');
        }
        written.push(character);
        let separates = matches!(character, ',' | ';' | '\t' | '|' | '\r' | '\n' | '"');
        begins = separates || (begins && character.is_whitespace());
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_is_calculated() {
        for (typed, written) in [
            ("=1+1", "'=1+1"),
            ("  =1+1", "  '=1+1"),
            ("\u{a0}@SUM(A1)", "\u{a0}'@SUM(A1)"),
            ("+7 701", "'+7 701"),
            ("-", "'-"),
            ("＝1", "'＝1"),
            ("\t=1", "'\t'=1"),
            ("a;=1", "a;'=1"),
            ("a, -5", "a, '-5"),
            ("a\n=1", "a\n'=1"),
            ("\"=1\"", "\"'=1\""),
            ("750000000-352", "750000000-352"),
            ("Алматы қ., 5", "Алматы қ., 5"),
            ("", ""),
        ] {
            assert_eq!(harmless(typed), written, "{typed:?}");
        }
    }
}
