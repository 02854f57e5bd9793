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
        Table::read("f.csv", b"station,n\n\xff,1\n", &[]).expect_err("is no text").wrong.as_ref(),
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
        ("12 345", "a number"),
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
