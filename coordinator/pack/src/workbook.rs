//! Workbooks of spreadsheet programs as rows of text.
//!
//! Workbooks come from somebody. What is in one is unpacked once to nowhere before it is read, so that a small file that unpacks to a large
//! one is refused while nothing of it is in memory. A sheet is read cell by cell and not as the rectangle around its cells: one cell in
//! the last row and column would make that seventeen thousand million of them.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::panic::catch_unwind;

use calamine::{Data, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

/// What may be in a workbook.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes of all its parts, unpacked.
    pub unpacked: u64,
    /// Rows of a sheet.
    pub rows: u32,
    /// Columns of a sheet.
    pub columns: u32,
    /// Cells of a sheet.
    pub cells: usize,
}

/// A sheet: its name, and its rows by their numbers from 1, as far as they have cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Parts of a workbook.
const PARTS: usize = 2000;

/// Whether a file looks like a workbook, or anything else that is packed in the same way.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads the sheets that are wanted, in the order of the workbook. What the reader of workbooks cannot cope with is a fault of the
/// workbook, also where it panics: it does for cells beyond any sheet.
///
/// # Errors
/// What stands in the way, in words.
pub fn read(
    bytes: &[u8],
    bounds: Bounds,
    wanted: impl Fn(&str) -> bool + std::panic::RefUnwindSafe,
) -> Result<Vec<Sheet>, String> {
    let read = || -> Result<Vec<Sheet>, String> {
        weigh(bytes, bounds)?;
        let said = |error: XlsxError| error.to_string();
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(said)?;
        let names: Vec<String> = workbook.sheet_names().into_iter().filter(|name| wanted(name)).collect();
        names
            .into_iter()
            .map(|name| match cells(&mut workbook, &name, bounds) {
                Ok(rows) => Ok(Sheet { name, rows }),
                Err(reason) => Err(format!("sheet {name}: {reason}")),
            })
            .collect()
    };
    catch_unwind(read).unwrap_or_else(|_| Err("a part of it makes no sense".to_owned()))
}

/// Unpacks everything to nowhere, as far as it may be unpacked.
fn weigh(bytes: &[u8], bounds: Bounds) -> Result<(), String> {
    if bytes.len() > bounds.bytes {
        return Err(format!("a workbook may have at most {} MiB", bounds.bytes >> 20));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if archive.len() > PARTS {
        return Err("it has too many parts".to_owned());
    }
    let mut left = bounds.unpacked;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| error.to_string())?;
        // What it says about its own size counts for nothing.
        let unpacked =
            io::copy(&mut part.take(left.saturating_add(1)), &mut io::sink()).map_err(|error| error.to_string())?;
        left = left
            .checked_sub(unpacked)
            .ok_or_else(|| format!("it unpacks to more than {} MiB", bounds.unpacked >> 20))?;
    }
    Ok(())
}

/// The rows of a sheet that have cells, or what stands in the way.
fn cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str, bounds: Bounds) -> Result<Vec<(usize, Vec<String>)>, String> {
    let said = |error: XlsxError| error.to_string();
    let mut reader = workbook.worksheet_cells_reader(name).map_err(said)?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let mut read = 0_usize;
    while let Some(cell) = reader.next_cell().map_err(said)? {
        let (row, column) = cell.get_position();
        read = read.saturating_add(1);
        if row >= bounds.rows || column >= bounds.columns || read > bounds.cells {
            let (rows, columns) = (bounds.rows, bounds.columns);
            return Err(format!(
                "it is too large; at most {rows} rows and {columns} columns are read, remove what is not needed"
            ));
        }
        let text = text(&Data::from(cell.get_value().clone()));
        if !text.is_empty() {
            rows.entry(row).or_default().insert(column, text);
        }
    }
    Ok(rows.into_iter().map(|(row, cells)| numbered(row, cells)).collect())
}

fn numbered(row: u32, mut cells: BTreeMap<u32, String>) -> (usize, Vec<String>) {
    let width = cells.keys().next_back().map_or(0, |last| last.saturating_add(1));
    let cells = (0..width).map(|column| cells.remove(&column).unwrap_or_default()).collect();
    (usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1), cells)
}

/// Numbers as people see them: 5 and not 5.0.
fn text(cell: &Data) -> String {
    let text = match cell {
        Data::Bool(true) => "true".to_owned(),
        Data::Bool(false) => "false".to_owned(),
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => other.to_string(),
    };
    kuager_wire::canonical::nfc(text.trim())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const BOUNDS: Bounds = Bounds { bytes: 1 << 20, unpacked: 4 << 20, rows: 100, columns: 10, cells: 500 };

    fn workbook(sheet: &str, more: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let types =
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
        let top = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
        let rels = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
        let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Лист1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
        let sheet = format!(
            r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
        );
        let parts = [
            ("[Content_Types].xml", types.as_bytes().to_vec()),
            ("_rels/.rels", top.as_bytes().to_vec()),
            ("xl/_rels/workbook.xml.rels", rels.as_bytes().to_vec()),
            ("xl/workbook.xml", book.as_bytes().to_vec()),
            ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
        ];
        for (name, bytes) in
            parts.iter().map(|(name, bytes)| (*name, bytes)).chain(more.iter().map(|(name, bytes)| (*name, bytes)))
        {
            zip.start_file(name, SimpleFileOptions::default()).expect("begins");
            zip.write_all(bytes).expect("is written");
        }
        zip.finish().expect("ends").into_inner()
    }

    #[test]
    fn cells_are_read_as_people_see_them() {
        let sheet = r#"<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="C2"><v>5</v></c></row><row r="9"><c r="A9"><v>0.5</v></c></row>"#;
        let sheets = read(&workbook(sheet, &[]), BOUNDS, |_| true).expect("reads");
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            sheets,
            [Sheet { name: "Лист1".to_owned(), rows: vec![(2, row(&["a", "", "5"])), (9, row(&["0.5"]))] }]
        );
        assert_eq!(read(&workbook(sheet, &[]), BOUNDS, |name| name == "other"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_read() {
        let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
        assert!(read(&workbook(far, &[]), BOUNDS, |_| true).expect_err("is far away").contains("at most 100 rows"));
        let bomb = workbook("", &[("xl/sharedStrings.xml", vec![b' '; 8 << 20])]);
        assert!(bomb.len() < 100_000, "{} bytes unpack to eight million", bomb.len());
        assert!(read(&bomb, BOUNDS, |_| true).expect_err("is a bomb").contains("unpacks to more than 4 MiB"));
        assert!(read(&vec![b'P'; 2 << 20], BOUNDS, |_| true).expect_err("is large").contains("at most 1 MiB"));
        for broken in [&b"PK\x03\x04"[..], b"", &workbook("<row><c r=\"ZZZZ1\"><v>1</v></c></row>", &[])] {
            assert!(read(broken, BOUNDS, |_| true).is_err());
        }
    }
}
