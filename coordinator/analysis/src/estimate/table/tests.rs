use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Table, TableError> {
    Table::read("f.csv", text.as_bytes(), &["station", "n"])
}

fn first(text: &str) -> Result<u32, TableError> {
    read(text)?.rows().next().expect("a row").count("n")
}

#[test]
fn tables_of_many_programs_say_the_same() {
    for text in [
        "station,n\na,812\n",
        "\u{feff}station,n\r\na,812\r\n",
        "station;n\na;812,0\n",
        "station\tn\n a \t 812.0 \n",
        "\"station\",\"n\"\n\"a\",\"812\"\n,\n",
        "n,station,more\n8.12e+02,a,\"x,y\"\n",
    ] {
        let table = read(text).expect("a table");
        let rows: Vec<_> = table.rows().map(|row| (row.name("station"), row.count("n"))).collect();
        assert_eq!(rows, [(Ok("a"), Ok(812))], "{text}");
    }
}

#[test]
fn what_is_wrong_says_where() {
    let long = format!("station,n\n{},1\n", "a".repeat(LONGEST + 1));
    for (text, said) in [
        ("", "f.csv: has no rows"),
        ("station\na\n", "f.csv:1: there is no column `n`"),
        ("station,n,n\na,1,2\n", "f.csv:1: `n` stands there twice"),
        ("station,n,\na,1,2\n", "f.csv:1: column number 3 has no name"),
        ("station,n\na,1\nb,2,3\n", "f.csv:3: is not a table: a row has 3 fields, the header 2"),
        (&long, "f.csv:2, column station: is longer than 200 bytes"),
        (
            "station,=n\na,1\n",
            "f.csv:1: `=n` is no name: control characters, and `= + - @` at its beginning, are not taken",
        ),
    ] {
        assert_eq!(read(text).expect_err(text).to_string(), said);
    }
    assert_eq!(
        Table::read("f.csv", b"station,n\n\x98,1\n", &[]).expect_err("is no text").wrong.as_ref(),
        &Wrong::NotUtf8
    );
    for (field, wanted) in [
        ("-1", "a whole number from 0 to 1000000000"),
        ("1.5", "a whole number from 0 to 1000000000"),
        ("99999999999", "a whole number from 0 to 1000000000"),
        ("NaN", "a number"),
        ("inf", "a number"),
        ("1e999", "a number"),
        ("0x10", "a number"),
        ("12 34", "a number"),
        ("1 2345", "a number"),
        ("1  234", "a number"),
        ("\u{661}\u{662}", "a number"),
    ] {
        let error = first(&format!("station,n\na,{field}\n")).expect_err(field);
        assert_eq!(error.to_string(), format!("f.csv:2, column n: `{field}` is not {wanted}"));
    }
    for field in ["", "NA"] {
        assert_eq!(first(&format!("station,n\na,{field}\n")).expect_err("is empty").wrong.as_ref(), &Wrong::Blank);
    }
    let quoted = first("station,n\na,\"1,5\"\n").expect_err("commas separate here");
    assert_eq!(quoted.to_string(), "f.csv:2, column n: `1,5` is not a number");
}

#[test]
fn rows_and_columns_have_bounds() {
    let wide = format!("station,n,{}\n", (0..MOST_COLUMNS).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    assert_eq!(read(&wide).expect_err("is wide").wrong.as_ref(), &Wrong::TooManyColumns);
    let deep = format!("station,n\n{}", "a,1\n".repeat(MOST_ROWS + 1));
    assert_eq!(read(&deep).expect_err("is deep").wrong.as_ref(), &Wrong::TooManyRows);
    assert_eq!(read(&" ".repeat(MOST_BYTES + 1)).expect_err("is large").wrong.as_ref(), &Wrong::TooLarge);
}

proptest! {
    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut text = b"station,n\n".to_vec();
        text.extend(bytes);
        if let Ok(table) = Table::read("f.csv", &text, &["station"]) {
            for row in table.rows() {
                let _ = (row.name("station"), row.count("n"), row.flag("n"), row.between("n", 0.0, 1.0, "a share"));
            }
        }
    }
}

#[test]
fn tables_of_spreadsheets_set_to_russian_and_kazakh_are_read() {
    let wide = |text: &str, big: bool| -> Vec<u8> {
        let bom: [u8; 2] = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
        let units = text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        bom.into_iter().chain(units).collect()
    };
    let text = "station;n\r\nСайлау №5;1\u{a0}234\r\n";
    let (old, _, lost) = WINDOWS_1251.encode(text);
    assert!(!lost);
    for bytes in [
        text.as_bytes().to_vec(),
        format!("sep=;\r\n{text}").into_bytes(),
        wide(text, false),
        wide(&text.replace(';', "\t"), true),
        old.into_owned(),
        text.replace('\u{a0}', "\u{202f}").into_bytes(),
        text.replace('\u{a0}', " ").into_bytes(),
    ] {
        let table = Table::read("f.csv", &bytes, &["station", "n"]).expect("a table");
        let rows: Vec<_> = table.rows().map(|row| (row.name("station"), row.count("n"))).collect();
        assert_eq!(rows, [(Ok("Сайлау №5"), Ok(1234))]);
    }
    // Where a line is said, it is the file's.
    let late = Table::read("f.csv", b"sep=;\nstation;n\na;1\nb;x\n", &[]).expect("a table");
    let wrong = late.rows().nth(1).expect("a row").count("n").expect_err("is no number");
    assert!(wrong.to_string().starts_with("f.csv:4, column n"), "{wrong}");
    // Nobody can say whether that is a thousand or one.
    assert!(first("station;n\na;1.000\n").is_err() && first("station,n\na,\"1,000\"\n").is_err());
    assert_eq!(first("station;n\na;1000,0\n"), Ok(1000));
    for broken in [&b"\xff\xfes\x00\x00\xd8"[..], b"station,n\n\xe0\x98,1\n", b"station,n\n\xb8\xbf\xbe,1\n"] {
        assert_eq!(Table::read("f.csv", broken, &[]).expect_err("is no text").wrong.as_ref(), &Wrong::NotUtf8);
    }
}

#[test]
fn cells_of_a_workbook_are_a_table_within_the_same_bounds() {
    let row = |number: usize, cells: &[&str]| (number, cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    let rows = [row(3, &["station", "n", "note"]), row(4, &["a", "812"]), row(9, &["b", "1 000", "x", ""])];
    let table = Table::of_cells("f.xlsx", &rows, &["station", "n"]).expect("a table");
    let read: Vec<_> = table.rows().map(|row| (row.text("station"), row.count("n"), row.text("note"))).collect();
    assert_eq!(read, [("a", Ok(812), ""), ("b", Ok(1000), "x")]);
    let stray = [row(1, &["station", "n"]), row(2, &["a", "1", "", "oops"])];
    let error = Table::of_cells("f.xlsx", &stray, &[]).expect_err("has a stray cell");
    assert_eq!(error.to_string(), "f.xlsx:2: `oops` stands in a column without a name");
    assert_eq!(Table::of_cells("f.xlsx", &[], &[]).expect_err("is empty").wrong.as_ref(), &Wrong::Empty);
    let wrong = [row(1, &["station", "n"]), row(7, &["a", "#REF!"])];
    let table = Table::of_cells("f.xlsx", &wrong, &[]).expect("a table");
    let error = table.rows().next().expect("a row").count("n").expect_err("is no number");
    assert_eq!(error.to_string(), "f.xlsx:7, column n: `#REF!` is not a number");
}
