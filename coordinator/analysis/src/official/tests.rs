use kuager_pack::testing::{KAZAKHSTAN, compiled};
use kuager_wire::VERSION;

use super::*;

fn rows(text: &str, mapping: &[(&str, &str)]) -> Result<Vec<(String, Figures)>, String> {
    let table = Table::read("official.csv", text.as_bytes(), &[]).map_err(|error| error.to_string())?;
    let mapping = mapping.iter().map(|(column, question)| ((*column).to_owned(), (*question).to_owned())).collect();
    let pack = compiled(KAZAKHSTAN);
    let form = pack.form("protocol-list").expect("is there");
    read(&table, "station", &mapping, form).map_err(|error| error.to_string())
}

fn figures(all: &[(&str, i64)]) -> Figures {
    all.iter().map(|(question, figure)| (*question, *figure)).collect()
}

#[test]
fn a_table_is_read_by_the_ids_of_questions_and_by_what_is_said_of_columns() {
    let text = "station;Избиратели;P02;note\nA-1;1 200;800;x\nA-2;;7;\n";
    let read = rows(text, &[("Избиратели", "P01")]);
    // A thin or plain space groups digits; `count` decides what a number is.
    match read {
        Ok(read) => assert_eq!(
            read,
            [("A-1".to_owned(), figures(&[("P01", 1200), ("P02", 800)])), ("A-2".to_owned(), figures(&[("P02", 7)]))]
        ),
        Err(wrong) => assert!(wrong.contains("official.csv:2, column Избиратели"), "{wrong}"),
    }
    let plain = rows("station,P01,P05.sample_1\nA-1,1200,300\n", &[]);
    assert_eq!(plain, Ok(vec![("A-1".to_owned(), figures(&[("P01", 1200), ("P05.sample_1", 300)]))]));
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_taken_over() {
    for (text, mapping, wrong) in [
        ("station,P01\nA,1\nA,2\n", &[][..], "official.csv:3"),
        ("station,P01\nA,x\n", &[], "column P01"),
        ("station,P01\nA,-4\n", &[], "column P01"),
        ("name,P01\nA,1\n", &[], "station"),
        ("station,a\nA,1\n", &[], "no column is a line"),
        ("station,a\nA,1\n", &[("a", "P99")], "P99"),
        ("station,P01\nA,1\n", &[("b", "P01")], "`b`"),
        ("station,P01,b\nA,1,1\n", &[("b", "P01")], "two columns"),
    ] {
        let said = rows(text, mapping).expect_err(text);
        assert!(said.contains(wrong), "{said}");
    }
}

#[test]
fn a_second_import_says_what_changed_and_writes_only_that() {
    let source = ContentHash([7; 32]);
    let first = vec![("A".to_owned(), figures(&[("P01", 1), ("P02", 2)])), ("B".to_owned(), figures(&[("P01", 5)]))];
    let mut officials = Officials::default();
    let written = acts(&officials, source, "cec", "protocol-list", &first);
    assert_eq!(written.len(), 2);
    for (seq, act) in (0..).zip(written) {
        let entry = DeskEntry { version: VERSION, seq, prev: EntryHash([0; 32]), at_ms: 0, by: None, act };
        officials.add(EntryHash::of(&seq.to_be_bytes()), &entry);
    }
    assert!(acts(&officials, source, "cec", "protocol-list", &first).is_empty(), "the same again changes nothing");
    let second = vec![("A".to_owned(), figures(&[("P01", 1), ("P02", 9)])), ("C".to_owned(), figures(&[("P01", 6)]))];
    let changes = officials.changes("cec", "protocol-list", &second);
    let changed = Changed { station: "A".to_owned(), question: "P02".to_owned(), before: Some(2), after: Some(9) };
    assert_eq!(
        changes,
        Changes { new: vec!["C".to_owned()], changed: vec![changed], same: 0, gone: vec!["B".to_owned()] }
    );
    assert_eq!(acts(&officials, source, "cec", "protocol-list", &second).len(), 2);
    assert_eq!(officials.changes("tec", "protocol-list", &second).new.len(), 2, "another stage has figures of its own");
}
