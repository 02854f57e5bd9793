//! Every format read back by somebody else's reader.

use std::fs::File;
use std::io::{Read, Seek, Write};

use calamine::{Data, Reader, Xlsx};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn layout() -> Layout {
    let columns = vec![
        Column::new("station", Kind::Text, "Key of the station."),
        Column::new("votes", Kind::Whole, "Votes.").in_unit("votes"),
        Column::new(LATITUDE, Kind::Decimal, "North.").in_unit("degrees"),
        Column::new(LONGITUDE, Kind::Decimal, "East.").in_unit("degrees"),
        Column::new("listed", Kind::Flag, "Whether it is in the list."),
        Column::new("received_at", Kind::Moment, "When it arrived."),
    ];
    Layout { name: "stations".into(), about: "A row for each station.".into(), columns: columns.into() }
}

fn row(station: &str, votes: Cell) -> Row {
    let place = [Cell::Decimal(43.238, 4), Cell::Decimal(-76.89, 4)];
    let [latitude, longitude] = place;
    // 19 March 2023, 04:00:00 UTC.
    vec![station.into(), votes, latitude, longitude, true.into(), Cell::moment(1_679_198_400_000)]
}

fn written(format: Format, separator: Separator, rows: &[Row]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { utc_offset: 300, made_ms: 1_679_198_400_000, separator, scratch: folder.path().to_owned() };
    let mut file = tempfile::tempfile().expect("a file");
    let out: File = file.try_clone().expect("the same file");
    let mut writer = writer(format, &layout(), &options, out).expect("begins");
    for some in rows.chunks(3) {
        writer.rows(some).expect("is written");
    }
    writer.end().expect("ends");
    file.rewind().expect("seeks");
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).expect("reads");
    bytes
}

#[test]
fn csv_is_what_spreadsheets_of_each_language_expect() {
    let rows = [row("=1+1", Cell::Whole(-5)), vec![Cell::Empty; 6], row("say \"ә\"\r\nand; more, all", 7_i64.into())];
    let text = String::from_utf8(written(Format::Csv, Separator::Comma, &rows)).expect("text");
    let header = "\u{feff}\"station\",\"votes\",\"latitude\",\"longitude\",\"listed\",\"received_at\"\r\n";
    assert!(text.starts_with(header), "{text}");
    assert!(text.contains("\"'=1+1\",-5,43.2380,-76.8900,\"true\",\"2023-03-19T09:00:00+05:00\"\r\n"), "{text}");
    assert!(text.contains("\"say \"\"ә\"\"\r\nand; more, all\",7,"), "{text}");
    assert!(text.ends_with("\r\n"));
    let text = String::from_utf8(written(Format::Csv, Separator::Semicolon, &rows)).expect("text");
    assert!(text.contains("\"'=1+1\";-5;\"43,2380\";\"-76,8900\";\"true\""), "{text}");
    for (language, separator) in
        [("kk", Separator::Semicolon), ("ru-RU", Separator::Semicolon), ("en", Separator::Comma)]
    {
        assert_eq!(Separator::of_language(language), separator);
    }
}

#[test]
fn a_workbook_has_text_as_text_and_says_what_columns_mean() {
    let long = "ж".repeat(40_000);
    let rows = [
        row("=HYPERLINK(\"http://x\")", Cell::Whole(1 << 60)),
        row(&long, 12_i64.into()),
        row("a\u{0}\u{1b}b", Cell::Empty),
    ];
    let bytes = written(Format::Xlsx, Separator::Comma, &rows);
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    assert_eq!(workbook.sheet_names(), ["stations", "columns"]);
    let sheet = workbook.worksheet_range("stations").expect("reads");
    assert_eq!(sheet.get_value((0, 0)), Some(&Data::String("station".to_owned())));
    assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("=HYPERLINK(\"http://x\")".to_owned())));
    assert_eq!(sheet.get_value((1, 1)), Some(&Data::String((1_i64 << 60).to_string())), "no digit is lost");
    let Some(Data::String(cut)) = sheet.get_value((2, 0)) else { panic!("text") };
    assert_eq!((cut.chars().count(), sheet.get_value((2, 1))), (32_767, Some(&Data::Float(12.0))));
    let Some(Data::DateTime(at)) = sheet.get_value((1, 5)) else { panic!("a moment") };
    // 45004.375 is 09:00 of that day.
    assert!((at.as_f64() - 45_004.375).abs() < 1e-9, "{at:?}");
    assert!(workbook.worksheet_formula("stations").expect("reads").is_empty(), "nothing is calculated");
    let columns = workbook.worksheet_range("columns").expect("reads");
    assert_eq!(columns.get_value((2, 2)), Some(&Data::String("votes".to_owned())));
}

#[test]
fn json_and_maps_are_whole() {
    let rows = [row("a", 5_i64.into()), vec![Cell::Empty; 6]];
    let json: Value = serde_json::from_slice(&written(Format::Json, Separator::Comma, &rows)).expect("JSON");
    assert_eq!((&json["table"], &json["rows"][0]["votes"]), (&"stations".into(), &5.into()));
    assert_eq!((&json["rows"][1]["station"], json["rows"].as_array().map(Vec::len)), (&Value::Null, Some(2)));
    let map: Value = serde_json::from_slice(&written(Format::GeoJson, Separator::Comma, &rows)).expect("JSON");
    assert_eq!(map["features"][0]["geometry"]["coordinates"], serde_json::json!([-76.89, 43.238]));
    assert_eq!((&map["features"][1]["geometry"], &map["features"][0]["type"]), (&Value::Null, &"Feature".into()));
    assert!(map["features"][0]["properties"].get(LATITUDE).is_none());
    let none: Value = serde_json::from_slice(&written(Format::Json, Separator::Comma, &[])).expect("JSON");
    assert_eq!(none["rows"], serde_json::json!([]));
}

#[test]
fn a_map_of_what_has_no_places_is_refused() {
    let columns = vec![Column::new("a", Kind::Text, "")];
    let layout = Layout { name: "a".into(), about: "".into(), columns: columns.into() };
    let options = Options { utc_offset: 0, made_ms: 0, separator: Separator::Comma, scratch: std::env::temp_dir() };
    let refused = writer(Format::GeoJson, &layout, &options, Vec::new());
    assert!(matches!(refused, Err(WriteError::NoPlaces)));
    let mut begun = writer(Format::Csv, &layout, &options, Vec::new()).expect("begins");
    assert!(matches!(begun.rows(&[Vec::new()]), Err(WriteError::Width { found: 0, wanted: 1 })));
}

#[test]
fn parquet_has_types_and_many_groups() {
    let rows: Vec<Row> = (0..45_000_i64).map(|number| row(&format!("s{number}"), number.into())).collect();
    let bytes = written(Format::Parquet, Separator::Comma, &rows);
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&bytes).expect("is written");
    let reader = SerializedFileReader::new(file).expect("opens");
    let metadata = reader.metadata();
    assert_eq!((metadata.num_row_groups(), metadata.file_metadata().num_rows()), (3, 45_000));
    let votes: Vec<i64> = reader
        .get_row_iter(None)
        .expect("reads")
        .map(|row| parquet::record::RowAccessor::get_long(&row.expect("a row"), 1).expect("a number"))
        .collect();
    assert!(votes.into_iter().eq(0..45_000));
}

proptest! {
    /// Whatever was typed comes back from each format, and in CSV nothing begins a formula.
    #[test]
    fn whatever_is_typed_comes_back(typed in "\\PC{0,40}", number in any::<i64>()) {
        let rows = [row(&typed, number.into())];
        let json: Value = serde_json::from_slice(&written(Format::Json, Separator::Comma, &rows)).expect("JSON");
        let text = json["rows"][0]["station"].as_str().unwrap_or_default();
        prop_assert_eq!(text, typed.as_str());
        prop_assert_eq!(json["rows"][0]["votes"].as_i64(), Some(number));
        let bytes = written(Format::Csv, Separator::Semicolon, &rows);
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&bytes[3..]);
        let fields = reader.records().next().expect("a row").expect("is read");
        prop_assert!(!fields[0].trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
        prop_assert_eq!(fields[0].replace('\'', ""), typed.replace('\'', ""));
    }
}
