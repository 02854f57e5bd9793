//! Finding a station among all stations of a country, and what the index costs.

use criterion::{Criterion, criterion_group, criterion_main};
use kuager_core::stations::{StationIndex, StationText};
use kuager_core::wire::form::Texts;

const STATIONS: u32 = 10_400;

struct Row {
    number: u32,
    name: Texts,
    address: Texts,
    region: usize,
}

fn texts(kk: String, ru: String) -> Texts {
    [("kk".to_owned(), kk), ("ru".to_owned(), ru)].into_iter().collect()
}

/// Names from a few hundred stems, as school and street names repeat in reality.
fn rows() -> Vec<Row> {
    let stems =
        ["Абай", "Жаңа", "Ақ", "Қызыл", "Орта", "Есіл", "Теміртау", "Сары", "Шұғыла", "Өнер", "Бірлік", "Ғалым"];
    let kinds = ["мектеп-гимназиясы", "мәдениет үйі", "ауылдық клубы", "колледжі", "спорт кешені"];
    let (russian, streets) = (["Школа-гимназия", "Дом культуры", "Сельский клуб", "Колледж", "Спорткомплекс"], stems);
    (0..STATIONS)
        .map(|at| {
            let (a, b, c) = (at as usize % 12, at as usize / 12 % 12, at as usize / 144 % 5);
            Row {
                number: at % 560 + 1,
                name: texts(
                    format!("{}{} {}", stems[a], stems[b].to_lowercase(), kinds[c]),
                    format!("{} «{}{}»", russian[c], stems[a], stems[b].to_lowercase()),
                ),
                address: texts(
                    format!("{} к-сі, {}", streets[b], at % 200),
                    format!("ул. {}, {}", streets[b], at % 200),
                ),
                region: at as usize / 520,
            }
        })
        .collect()
}

fn search(criterion: &mut Criterion) {
    let rows = rows();
    let regions: Vec<Texts> =
        (0..20).map(|at| texts(format!("{at}-аймақ облысы"), format!("область {at}-аймак"))).collect();
    let texts = || {
        rows.iter().map(|row| StationText {
            number: row.number,
            name: &row.name,
            address: Some(&row.address),
            region: regions.get(row.region),
            synonyms: &[],
            region_synonyms: &[],
        })
    };
    criterion.bench_function("index 10,400 stations", |bencher| bencher.iter(|| StationIndex::new(texts())));
    let index = StationIndex::new(texts());
    let queries = [
        ("number", "312"),
        ("one letter", "а"),
        ("name and street", "мектеп Есил сары"),
        ("a slip", "теиртау"),
        ("Latin", "zhana bilik"),
    ];
    for (name, query) in queries {
        criterion.bench_function(&format!("search: {name}"), |bencher| bencher.iter(|| index.search(query, 20)));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = search
}
criterion_main!(benches);
