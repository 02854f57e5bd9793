use super::*;

struct Row {
    number: u32,
    name: Texts,
    address: Texts,
    region: Texts,
    synonyms: Vec<String>,
    region_synonyms: Vec<String>,
}

impl Row {
    fn text(&self) -> StationText<'_> {
        let Self { number, name, address, region, synonyms, region_synonyms } = self;
        StationText { number: *number, name, address: Some(address), region: Some(region), synonyms, region_synonyms }
    }
}

fn texts(of: &[(&str, &str)]) -> Texts {
    of.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect()
}

fn row(number: u32, kk: &str, ru: &str, address: &str, region: [&str; 3]) -> Row {
    Row {
        number,
        name: texts(&[("kk", kk), ("ru", ru)]),
        address: texts(&[("ru", address)]),
        region: texts(&[("kk", region[0]), ("ru", region[1]), ("en", region[2])]),
        synonyms: if number == 990 { vec!["Политехникум".to_owned()] } else { Vec::new() },
        region_synonyms: if region[2] == "Almaty City" { vec!["Алма-Ата".to_owned()] } else { Vec::new() },
    }
}

fn directory() -> Vec<Row> {
    let almaty = ["Алматы қаласы", "город Алматы", "Almaty City"];
    let akmola = ["Ақмола облысы", "Акмолинская область", "Akmola Region"];
    vec![
        row(99, "№ 12 мектеп-гимназия", "Школа-гимназия № 12", "ул. Толе би, 99", almaty),
        row(990, "Өнер колледжі", "Колледж искусств", "пр. Абая, 1", almaty),
        row(12, "Мәдениет үйі", "Дом культуры", "село Жаңаөзен, ул. Ёлочная, 3", akmola),
        row(99, "Есіл ауылының клубы", "Клуб села Есиль", "ул. Школьная, 2", akmola),
    ]
}

fn found(query: &str) -> Vec<usize> {
    let rows = directory();
    let index = StationIndex::new(rows.iter().map(Row::text));
    assert_eq!(index.len(), 4);
    index.search(query, 10).into_iter().map(|hit| hit.index).collect()
}

#[test]
fn a_number_finds_the_station_of_that_number_first() {
    assert_eq!(found("99"), [0, 3, 1], "both stations 99, then 990, whose number begins so");
    assert_eq!(found("№12"), [2, 0], "number 12 before school No. 12");
    assert_eq!(found("99 акмола"), [3]);
    assert_eq!(found("99 Almaty"), [0, 1]);
}

#[test]
fn names_are_found_in_every_script_and_without_special_letters() {
    for query in ["өнер колледж", "онер", "ONER", "öner", "искусств", "iskusstv"] {
        assert_eq!(found(query), [1], "{query}");
    }
    for query in ["Есіл", "есил", "Yesil", "esil", "ЕСИЛЬ"] {
        assert_eq!(found(query), [3], "{query}");
    }
    for query in ["Жаңаөзен", "жанаозен", "Zhanaozen", "елочная", "ёлочная", "elochnaya"]
    {
        assert_eq!(found(query), [2], "{query}");
    }
}

#[test]
fn a_name_ranks_before_an_address_and_an_address_before_a_region() {
    assert_eq!(found("школ"), [0, 3]);
    assert_eq!(found("абая алматы"), [1]);
    assert_eq!(found("алматы"), [0, 1]);
}

#[test]
fn one_slip_is_forgiven_only_where_nothing_fits() {
    assert_eq!(found("калегш"), Vec::<usize>::new(), "three slips");
    assert_eq!(found("колдедж"), [1]);
    assert_eq!(found("мдениет"), [2]);
}

#[test]
fn nothing_comes_of_nothing() {
    for query in ["", "   ", "—", "есил алматы", "100000"] {
        assert!(found(query).is_empty(), "{query}");
    }
    assert!(StationIndex::default().search("99", 5).is_empty());
}

#[test]
fn the_limit_keeps_the_best() {
    let rows = directory();
    let index = StationIndex::new(rows.iter().map(Row::text));
    let all = index.search("99", 10);
    assert_eq!(index.search("99", 1), all[..1]);
    assert!(index.search("99", 0).is_empty());
}

#[test]
fn people_search_as_they_speak() {
    for query in [
        "099",
        "0099",
        "№ 099",
        "№99",
        "N 99",
        "No. 99",
        "#99",
        "номер 99",
        "99 нөмірлі",
        "УИК 99",
        "уик №99",
        "УИК-99",
        "ИУ 99",
        "ИУ № 099",
        "ПУ 99",
        "99-ші учаске",
        "99-шы учаскесі",
        "99 учаскеде",
        "участка 99",
        "участок № 99",
        "на участке 99",
        "избирательный участок 99",
        "99-й участок",
        "99-го",
        "99ый",
        "сайлау учаскесі № 99",
        "polling station 99",
        "99th precinct",
        "PEC 99",
        "PS99",
        "９９",
        "٩٩",
        "۹۹",
        "०९९",
        "\u{202e}99\u{202c}",
        "9\u{200b}9",
        "99.",
        "(99)",
        "«99»",
    ] {
        assert_eq!(found(query), [0, 3, 1], "{query}");
    }
    for query in ["99 Алма-Ата", "УИК 99 алма-ата", "Алма Ата 99", "Alma-Ata № 99", "alma ata 99", "алмаата 99"]
    {
        assert_eq!(found(query), [0, 1], "{query}");
    }
    assert_eq!(found("политехникум"), [1], "another name of the station");
    assert_eq!(found("099 акмола учаскесі"), [3]);
    for none in ["100", "УИК 100", "0", "000", "990000"] {
        assert!(found(none).is_empty(), "{none}");
    }
    // Where nothing else is said, the words are looked for themselves.
    assert!(found("учаске").is_empty() && found("УИК").is_empty());
}

#[test]
fn a_station_typed_by_hand_is_the_listed_one() {
    use kuager_wire::pack::Station;
    let station =
        |key: &str, name: &str| Station { key: key.to_owned(), name: texts(&[("ru", name)]), ..Station::default() };
    let stations = vec![
        station("710000000-99", "Участок № 99, Астана"),
        station("710000000-9", "Участок № 9, Астана"),
        station("x-1", "Школа"),
        station("x-2", "Школа"),
    ];
    let book = super::super::StationBook::of(stations);
    for typed in [
        "710000000-99",
        " 710000000-99 ",
        "710000000 99",
        "710000000–99",
        "710000000 — 99",
        "７１００００００0-99",
        "участок №99 Астана",
        "УЧАСТОК № 99, АСТАНА",
    ] {
        assert_eq!(book.named(typed).map(|station| station.key.as_str()), Some("710000000-99"), "{typed}");
    }
    for typed in ["", "-", "99", "71000000099-", "710000000-999", "Школа", "Участок"] {
        let found = book.named(typed).map(|station| station.key.as_str());
        assert_eq!(found, (typed == "71000000099-").then_some("710000000-99"), "{typed}");
    }
}
