mod shipped;
mod source;

use std::fs;

use kuager_wire::limits;

use super::*;

fn folder(edit: impl Fn(&str, String) -> String) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("forms")).expect("creates");
    for file in ["pack.toml", "stations.csv", "forms/opening.toml", "forms/turnout.toml", "forms/protocol.toml"] {
        let text = PackSource::BuiltIn.read(file).expect("built in").into_owned();
        fs::write(dir.path().join(file), edit(file, text)).expect("writes");
    }
    dir
}

/// What is said when `from` is replaced by `to` in one file.
fn complaint(file: &str, from: &str, to: &str) -> String {
    let dir = folder(|name, text| {
        if name == file {
            assert!(text.contains(from), "{file} does not hold {from}");
            text.replacen(from, to, 1)
        } else {
            text
        }
    });
    compile::read(&PackSource::Folder(dir.path().to_owned())).err().map_or_else(String::new, |error| error.to_string())
}

#[test]
fn the_built_in_pack_compiles_the_same_way_every_time() {
    let built = compile(&PackSource::BuiltIn).expect("compiles");
    assert_eq!(built.warnings, []);
    assert_eq!(
        built.to_bytes().expect("fits"),
        compile(&PackSource::BuiltIn).expect("compiles").to_bytes().expect("fits")
    );
    assert_eq!(built.pack.stations.len(), 20);
    assert_eq!(built.pack.forms.len(), 3);
    let dir = folder(|_, text| text);
    assert_eq!(built, compile(&PackSource::Folder(dir.path().to_owned())).expect("compiles"));
}

#[test]
fn a_question_for_each_option_names_the_option_in_every_language() {
    let pack = compile::read(&PackSource::BuiltIn).expect("reads").pack;
    let protocol = pack.form("protocol").expect("is there");
    let lines: Vec<_> = protocol.questions.iter().filter(|question| question.id.starts_with("P05.")).collect();
    assert_eq!(lines.len(), 7);
    assert!(protocol.question("P05").is_none() && protocol.question("P05.against_all").is_none());
    let auyl = protocol.question("P05.auyl").expect("is there");
    assert!(auyl.text.get("kk").expect("Kazakh").ends_with(": «Ауыл» халықтық-демократиялық патриоттық партиясы"));
    assert!(auyl.text.get("en").expect("English").ends_with(": Auyl People's Democratic Patriotic Party"));
}

#[test]
fn mistakes_are_named_with_file_line_and_column() {
    let cases = [
        ("forms/opening.toml", "required = true", "required = yes", "forms/opening.toml:13:"),
        (
            "forms/opening.toml",
            "required = true",
            "requierd = true",
            "forms/opening.toml:13:1: `requierd` is not a field",
        ),
        (
            "forms/opening.toml",
            "kind = \"yes_no\"",
            "kind = \"yesno\"",
            "forms/opening.toml:12:1: `yesno` is not a known",
        ),
        ("forms/opening.toml", "id = \"O02\"", "id = \"O01\"", "question `O01` is there twice"),
        ("forms/opening.toml", "of = \"O02\"", "of = \"O99\"", "`O99` is not a known question above this one"),
        ("forms/opening.toml", "max = 100\n", "max = -1\n", "`min` is larger than `max`"),
        ("forms/opening.toml", "kind = \"integer\"", "kind = \"choice\"", "needs [[question.choice]]"),
        ("forms/opening.toml", "ru = \"Вас", "uk = \"Вас", "language `ru` is missing"),
        (
            "forms/opening.toml",
            "ru = \"Вас",
            "ru = \" Вас",
            "forms/opening.toml:15:1: `ru` is empty or has white space",
        ),
        ("forms/protocol.toml", "contest = \"MAJ-PL\"", "contest = \"MAJ\"", "forms/protocol.toml:4:1: `MAJ` is not"),
        ("forms/protocol.toml", "contest = \"MAJ-PL\"", "", "so `contest` is needed at the top"),
        ("pack.toml", "2023-03-19\"\nlang", "19.03.2023\"\nlang", "pack.toml:3:1: `19.03.2023` is not a date"),
        ("pack.toml", "\"forms/turnout.toml\"", "\"forms/absent.toml\"", "forms/absent.toml cannot be read"),
        ("pack.toml", "key = \"against_all\"", "key = \"none\"", "the last option must have the key"),
        ("pack.toml", "law = ", "# law = ", "`law` is missing"),
        ("stations.csv", "key,region", "id,region", "stations.csv:1: `column key` is missing"),
        ("stations.csv", ",312,", ",x,", "stations.csv:3:3: `number` must be a whole number"),
        ("stations.csv", "110000000-312", "110000000-313", "stations.csv:3:1: the key of this station must be"),
        ("stations.csv", "110000000-312,110000000,312", "100000000-57,100000000,57", "station `100000000-57` is there"),
        ("stations.csv", "150000000,146,", "150000000,146,,", "stations.csv:4: this is not a valid CSV row"),
    ];
    for (file, from, to, expected) in cases {
        let found = complaint(file, from, to);
        assert!(found.contains(expected), "{from} -> {to}: {found}");
    }
}

#[test]
fn decomposed_text_is_composed() {
    let dir = folder(|_, text| text.replace("Выборы в Мажилис", "Выборы́ в Мажилис и\u{306}"));
    let pack = compile::read(&PackSource::Folder(dir.path().to_owned())).expect("reads").pack;
    assert!(pack.title.get("ru").expect("Russian").contains("Мажилис й"));
}

#[test]
fn a_station_day_fits_its_budget() {
    let pack = compile(&PackSource::BuiltIn).expect("compiles").pack;
    let dictionary = pack.dictionary.clone().expect("is trained");
    assert!(dictionary.len() <= limits::DICTIONARY);
    let dictionary = Dictionary::new(&dictionary);
    // Seeds the training has not seen.
    let (mut plain, mut small) = (0, 0);
    for seed in 1000..1020 {
        let day = station_day(&pack, seed).concat();
        plain += day.len();
        small += dictionary.compress(&day).expect("compresses").len();
    }
    assert!(small * 2 < plain, "{small} of {plain}");
    assert!(small / 20 < 3000, "{}", small / 20);
}

/// What an observer of the Kazakhstan pack sends in a day: four checklists, seven turnouts, a protocol, two incidents.
fn full_day(pack: &Pack, seed: u64) -> Vec<Vec<u8>> {
    let mut day = pack.clone();
    let keep = ["opening", "voting", "count", "compliance", "turnout", "protocol-list", "incident"];
    day.forms.retain(|form| keep.contains(&form.id.as_str()));
    let mut records = station_day(&day, seed);
    // Turnout is filled in six times and an incident once; one more of each makes the day.
    day.forms.retain(|form| ["turnout", "incident"].contains(&form.id.as_str()));
    let more = station_day(&day, seed + 1_000_000);
    records.extend([more[0].clone(), more[more.len() - 1].clone()]);
    records
}

fn kazakhstan() -> compile::Source {
    compile::read(&PackSource::Folder(testing::folder(testing::KAZAKHSTAN))).expect("reads")
}

#[test]
fn a_full_day_of_the_large_pack_fits_its_budget() {
    let source = kazakhstan();
    let dictionary = Dictionary::new(&train(&source.pack, &source.stations, DICTIONARY_SIZE).expect("trains"));
    let pack = Pack { stations: source.stations, ..source.pack };
    let day = full_day(&pack, 5000);
    assert_eq!(day.len(), 14);
    let total: usize =
        (5000..5010).map(|seed| dictionary.compress(&full_day(&pack, seed).concat()).expect("compresses").len()).sum();
    assert!(total / 10 <= 4096, "{}", total / 10);
}

/// Not a test of behaviour but the measurement behind [`DICTIONARY_SIZE`]; run with `--ignored --nocapture`.
#[test]
#[ignore = "prints a table"]
fn which_size_compresses_best() {
    let source = kazakhstan();
    for size in [2, 4, 6, 8, 10, 12, 16, 24, 32, 48, 64] {
        let dictionary = Dictionary::new(&train(&source.pack, &source.stations, size * 1024).expect("trains"));
        let pack = Pack { stations: source.stations.clone(), ..source.pack.clone() };
        let day = |seed| dictionary.compress(&full_day(&pack, seed).concat()).expect("compresses").len();
        let single = |seed| dictionary.compress(&full_day(&pack, seed)[0]).expect("compresses").len();
        let days: usize = (1000..1050).map(day).sum();
        let singles: usize = (1000..1050).map(single).sum();
        println!("{size:2} KiB: station day {} bytes, opening checklist alone {} bytes", days / 50, singles / 50);
    }
}
