use kuager_pack::testing::{KAZAKHSTAN, compiled};
use kuager_wire::VERSION;
use kuager_wire::desk::DeskEntry;
use kuager_wire::ids::EntryHash;
use kuager_wire::pack::{Pack, SignedPack};
use kuager_wire::protocol::LineRole;

use super::*;
use crate::book::{Column, Official};

const PACK: PackHash = PackHash([1; 32]);

fn signed(hash: PackHash, pack: Pack) -> SignedPack {
    SignedPack { hash, bytes: Vec::new(), pack }
}

fn entry(seq: u64, act: Act) -> (EntryHash, DeskEntry) {
    let entry = DeskEntry { version: VERSION, seq, prev: EntryHash([0; 32]), at_ms: 0, by: None, act };
    (EntryHash::of(&seq.to_be_bytes()), entry)
}

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
    let pack = signed(PACK, compiled(KAZAKHSTAN));
    let packs = [&pack];
    let mut officials = Officials::default();
    let written = acts(&officials, source, "cec", "protocol-list", PACK, &first);
    assert_eq!(written.len(), 2);
    for (seq, act) in (0..).zip(written) {
        let (hash, entry) = entry(seq, act);
        officials.add(hash, &entry, &packs);
    }
    assert!(
        acts(&officials, source, "cec", "protocol-list", PACK, &first).is_empty(),
        "the same again changes nothing"
    );
    let second = vec![("A".to_owned(), figures(&[("P01", 1), ("P02", 9)])), ("C".to_owned(), figures(&[("P01", 6)]))];
    let changes = officials.changes("cec", "protocol-list", &second);
    let changed = Changed { station: "A".to_owned(), question: "P02".to_owned(), before: Some(2), after: Some(9) };
    assert_eq!(
        changes,
        Changes { new: vec!["C".to_owned()], changed: vec![changed], same: 0, gone: vec!["B".to_owned()] }
    );
    assert_eq!(acts(&officials, source, "cec", "protocol-list", PACK, &second).len(), 2);
    assert_eq!(officials.changes("tec", "protocol-list", &second).new.len(), 2, "another stage has figures of its own");
}

/// What the book is told, as station, contest and figures.
fn told(all: Vec<(EntryHash, Official)>) -> Vec<(EntryHash, String, Vec<i64>)> {
    let figures = |official: &Official| official.figures.iter().map(|(_, figure)| *figure).collect();
    all.into_iter()
        .map(|(hash, official)| (hash, format!("{} {}", official.station, official.contest), figures(&official)))
        .collect()
}

fn said(stage: &str, pack: Option<PackHash>, all: &[(&str, i64)]) -> Act {
    let source = ContentHash([7; 32]);
    let (stage, form, station) = (stage.to_owned(), "protocol-list".to_owned(), "A".to_owned());
    Act::Official { source, stage, form, station, figures: figures(all), pack }
}

#[test]
fn who_spoke_last_counts_and_a_word_taken_back_lets_the_one_before_stand() {
    let pack = signed(PACK, compiled(KAZAKHSTAN));
    let packs = [&pack];
    let mut officials = Officials::default();
    let mut next = 0;
    let mut tell = |officials: &mut Officials, act: Act| {
        let (hash, entry) = entry(next, act);
        next += 1;
        (hash, told(officials.add(hash, &entry, &packs)))
    };
    let place = "A KUR".to_owned();
    let (tec, now) = tell(&mut officials, said("tec", Some(PACK), &[("P01", 10)]));
    assert_eq!(now, [(tec, place.clone(), vec![10])]);
    let (cec, now) = tell(&mut officials, said("cec", Some(PACK), &[("P01", 11)]));
    assert_eq!(now, [(cec, place.clone(), vec![11])]);
    assert_eq!(officials.speaker("A", "KUR"), Some(("cec", "protocol-list")));
    let back = taken_back(&officials, ContentHash([0; 32]), "cec", "protocol-list", &["A".to_owned(), "B".to_owned()]);
    assert_eq!(back.len(), 1, "nothing is held of the other");
    let (_, now) = tell(&mut officials, back[0].clone());
    assert_eq!(now, [(tec, place.clone(), vec![10])], "the territorial commission's stand again");
    let (again, now) = tell(&mut officials, said("tec", Some(PACK), &[]));
    assert_eq!(now, [(again, place, Vec::new())], "and then none do");
    assert_eq!(officials, Officials::default());
}

#[test]
fn figures_mean_what_the_form_of_their_own_pack_says() {
    let old = signed(PACK, compiled(KAZAKHSTAN));
    // In the next pack the same question reads another line.
    let mut changed = compiled(KAZAKHSTAN);
    let form = changed.forms.iter_mut().find(|form| form.id == "protocol-list").expect("is there");
    let lines = &mut form.template.as_mut().expect("has a paper").lines;
    lines.iter_mut().find(|line| line.question == "P01").expect("is a line").role = LineRole::Received;
    let new = signed(PackHash([2; 32]), changed);
    let role = |pack, packs: &[&SignedPack]| {
        let (hash, entry) = entry(0, said("cec", pack, &[("P01", 10)]));
        let told = Officials::default().add(hash, &entry, packs);
        told.first().map(|(_, official)| official.figures.clone())
    };
    let column = |role| Some(vec![(Column { role, option: None }, 10)]);
    assert_eq!(role(Some(PACK), &[&new, &old]), column(LineRole::Registered));
    assert_eq!(role(Some(new.hash), &[&new, &old]), column(LineRole::Received));
    assert_eq!(role(None, &[&new, &old]), column(LineRole::Received), "the newest that has the question");
    // A pack that comes later explains what was said before it.
    let mut officials = Officials::default();
    let (hash, entry) = entry(0, said("cec", Some(new.hash), &[("P01", 10)]));
    assert!(officials.add(hash, &entry, &[&old]).is_empty());
    let told = officials.look_again(&[&new, &old]);
    assert_eq!((told[0].0, told[0].1.figures.clone()), (hash, column(LineRole::Received).expect("some")));
    assert!(officials.look_again(&[&new, &old]).is_empty(), "once");
}
