use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::{PackSource, WriteError, compile};

/// Made by `tests/foreign/workbooks.py`; `tests/foreign/xlsform.py` compares their answers with pyxform's.
fn workbook(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/workbooks").join(format!("{name}.xlsx"))
}

#[test]
fn real_looking_workbooks_become_packs_that_pass_every_check() {
    for name in ["arrival", "count", "cascade", "incidents", "access", "poll", "protocol"] {
        let imported = import(&workbook(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(imported.languages, ["kk", "ru", "en"], "{name}");
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("pack");
        imported.write(&folder).expect("writes");
        assert_eq!(imported.next_step(&folder), None);
        let built = compile(&PackSource::Folder(folder.clone())).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(built.warnings, [], "{name}");
        assert!(matches!(imported.write(&folder), Err(WriteError::Exists(_))), "nothing is overwritten");
    }
}

#[test]
fn a_form_is_added_to_a_pack_that_is_there() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("pack");
    import(&workbook("arrival")).expect("imports").write(&folder).expect("writes");
    let count = import(&workbook("count")).expect("imports");
    assert_eq!(count.write(&folder).expect("writes"), ["forms/count.toml", "lists/count-yes_no.csv"]);
    let step = count.next_step(&folder).expect("something is left to do");
    assert!(step.contains("Add \"forms/count.toml\" to `forms`"), "{step}");
    let path = folder.join("pack.toml");
    let pack = fs::read_to_string(&path).expect("is there");
    fs::write(&path, pack.replace("\"forms/arrival.toml\"", "\"forms/arrival.toml\", \"forms/count.toml\""))
        .expect("writes");
    assert_eq!(compile(&PackSource::Folder(folder)).expect("compiles").pack.forms.len(), 2);
}

#[test]
fn conditions_keep_what_an_empty_answer_means() {
    let imported = import(&workbook("arrival")).expect("imports");
    let (_, form) = &imported.files[0];
    for expected in [
        "relevant = \"admitted = 'no'\"",
        "constraint = \"coalesce(coalesce(length(this), 0) >= 10, false)\"",
        "relevant = \"coalesce(admitted != 'no', true)\"",
        "relevant = \"members % 2 = 0\"",
        "default = \"05:30\"",
    ] {
        assert!(form.contains(expected), "{expected}\n{form}");
    }
    let remarks: Vec<String> = imported.remarks.iter().map(Remark::to_string).collect();
    assert_eq!(
        remarks,
        ["sheet survey, row 2, column type: `start` is left out: records carry clock and device evidence of their own"]
    );
}

#[test]
fn what_is_not_supported_is_listed_and_nothing_is_taken_over() {
    let Err(ImportError::Unsupported(faults)) = import(&workbook("refused")) else { panic!("must be refused") };
    let said: Vec<String> = faults.iter().map(Remark::to_string).collect();
    let expected = [
        "sheet survey, row 2, column type: `range` is not supported",
        "sheet survey, row 3, column type: the sheet choices has no list `nolist`",
        "sheet survey, row 4, column type: `or_other` is not supported",
        "sheet survey, row 5, column constraint: today() is not supported: conditions have no clock",
        "sheet survey, row 6, column constraint: regex() is not supported",
        "sheet survey, row 6, column label::ru: the label is missing in this language",
        "sheet survey, row 7, column relevant: a division gives a fraction",
        "sheet survey, row 8, column relevant: there is no question `oo`",
        "sheet survey, row 9, column relevant: character 1: paths such as `..`",
        "sheet survey, row 10, column relevant: 'yess' is not among the choices of this question; did you mean 'yes'?",
        "sheet survey, row 12, column name: `i` is there twice",
        "sheet survey, row 13, column repeat_count: only a fixed number is supported",
        "sheet survey, row 16, column calculation: a calculation that is a condition",
        "sheet survey, row 17, column default: a default is not supported for this type",
        "sheet survey, row 18, column type: `texst` is not supported; did you mean `text`?",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn what_is_no_workbook_is_said_to_be_none() {
    let error = from_bytes("a.xlsx", "a", b"PK\x03\x04 not a zip").expect_err("is none");
    assert!(error.to_string().starts_with("a.xlsx is not a workbook that can be read"), "{error}");
    let missing = import(Path::new("/nowhere.xlsx")).expect_err("is not there");
    assert!(missing.to_string().contains("/nowhere.xlsx cannot be read"));
}

/// Two cells in a kilobyte; the rectangle around them has seventeen thousand million.
#[test]
fn a_cell_far_away_costs_nothing() {
    let error = from_bytes("far.xlsx", "far", include_bytes!("far.xlsx")).expect_err("is refused");
    assert!(error.to_string().contains("sheet survey: it is too large; at most 50000 rows"), "{error}");
    // Found by the fuzzer: its reader counts such a row without an end.
    let error = from_bytes("beyond.xlsx", "beyond", include_bytes!("beyond.xlsx")).expect_err("is refused");
    assert!(error.to_string().starts_with("beyond.xlsx is not a workbook that can be read"), "{error}");
    let error = from_bytes("large.xlsx", "large", &vec![0; 9 << 20]).expect_err("is refused");
    assert!(error.to_string().contains("at most 8 MiB"), "{error}");
}
