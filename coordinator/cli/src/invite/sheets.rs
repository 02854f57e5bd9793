//! Invites as sheets of paper: what to scan, what to compare, until when, in the languages of the election.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use askama::Template;
use csv::{ReaderBuilder, Trim};
use jiff::Timestamp;
use kuager_coordinator::enrol::{InviteError, invite_id};
use kuager_coordinator::shelf::Published;
use kuager_forms::wording::zone;
use kuager_wire::invite::Invite;
use kuager_wire::pack::Pack;
use qrcode::render::svg;

use super::code;
use crate::error::CliError;

/// Rows of a list at most.
const ROWS: usize = 20_000;
/// Characters of a label.
const LABEL: usize = 80;

/// A row of a list: where somebody is sent, and what is printed on their sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) stations: Vec<String>,
    pub(super) label: String,
}

/// Reads a list of those who are to be invited.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, CliError> {
    let wrong = |line: u64, reason: &str| CliError::List { path: path.to_owned(), line, reason: reason.to_owned() };
    let file = File::open(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
    let headers = reader.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
    let (station, label) = (column("station"), column("label"));
    if station.is_none() && label.is_none() {
        return Err(wrong(1, "the first line names neither a column station nor a column label"));
    }
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| wrong(error.position().map_or(0, csv::Position::line), &error.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let field = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default();
        let label = field(label);
        if label.chars().count() > LABEL || label.chars().any(char::is_control) {
            return Err(wrong(line, "a label has at most 80 characters, on one line"));
        }
        if rows.len() >= ROWS {
            return Err(wrong(line, "more than 20,000 rows"));
        }
        let stations = field(station).split_whitespace().map(str::to_owned).collect();
        rows.push(Row { stations, label: label.to_owned() });
    }
    if rows.is_empty() {
        return Err(wrong(2, "nobody is in the list"));
    }
    Ok(rows)
}

/// The file that the sheets are written into: new, and only its owner's.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    file: File,
}

struct Sheet {
    label: String,
    stations: Vec<String>,
    picture: String,
    url: String,
    id: String,
}

/// What a sheet says, in one language.
struct Words {
    language: String,
    scan: &'static str,
    compare: &'static str,
    until: &'static str,
    once: &'static str,
}

#[derive(Template)]
#[template(path = "sheets.html")]
struct Page<'a> {
    title: &'a str,
    words: Vec<Words>,
    digits: Option<&'a str>,
    until: String,
    sheets: Vec<Sheet>,
}

const WORDS: [(&str, [&str; 4]); 3] = [
    (
        "kk",
        [
            "Бақылаушы қосымшасын ашып, осы кодты сканерлеңіз.",
            "Телефондағы сандарды осымен салыстырыңыз. Басқа болса, қабылдамаңыз және штабқа хабарласыңыз.",
            "Шақыру мына күнге дейін жарамды:",
            "Бір телефонға ғана. Парақты кілттей сақтаңыз; қабылдағаннан кейін жыртып тастаңыз.",
        ],
    ),
    (
        "ru",
        [
            "Откройте приложение наблюдателя и отсканируйте этот код.",
            "Сравните цифры на телефоне с этими. Если они другие, не принимайте приглашение и позвоните в штаб.",
            "Приглашение действует до:",
            "Только для одного телефона. Храните лист как ключ; приняв приглашение, порвите его.",
        ],
    ),
    (
        "en",
        [
            "Open the observer's app and scan this code.",
            "Compare the digits on the phone with these. If they differ, do not accept, and call the headquarters.",
            "The invite can be used until:",
            "For one phone only. Keep this sheet like a key; tear it up once the invite is accepted.",
        ],
    ),
];

impl Target {
    pub(super) fn new(path: &Path) -> Result<Self, CliError> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|source| CliError::WriteNew { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file })
    }

    pub(super) fn write(
        mut self,
        published: &Published,
        rows: &[Row],
        invites: &[Invite],
        digits: Option<&str>,
        until_ms: u64,
    ) -> Result<(), CliError> {
        let pack = &published.latest.pack;
        let language = pack.languages.first().map_or("en", String::as_str);
        let name = |key: &String| {
            let station = published.stations.get(key);
            station.map_or_else(|| key.clone(), |station| format!("{} ({key})", pack.text(&station.name, language)))
        };
        let mut sheets = Vec::with_capacity(rows.len());
        for (row, invite) in rows.iter().zip(invites) {
            let url = invite.to_url().map_err(InviteError::TooLarge)?;
            let picture = code(&url)?.render::<svg::Color<'_>>().quiet_zone(true).min_dimensions(240, 240).build();
            // Of the picture only the drawing: what declares a file does not belong into a page.
            let picture = picture.find("<svg").map_or(picture.as_str(), |at| picture.get(at..).unwrap_or_default());
            sheets.push(Sheet {
                label: row.label.clone(),
                stations: row.stations.iter().map(name).collect(),
                picture: picture.to_owned(),
                url,
                id: invite_id(&invite.token),
            });
        }
        let page = Page {
            title: pack.text(&pack.title, language),
            words: words(pack),
            digits,
            until: date(pack, until_ms),
            sheets,
        };
        let failed = |source| CliError::WriteNew { path: self.path.clone(), source };
        let text = page.render().map_err(|error| failed(std::io::Error::other(error)))?;
        self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all()).map_err(failed)
    }
}

/// The pack's languages as far as they are known here, or English.
fn words(pack: &Pack) -> Vec<Words> {
    let of = |language: &String| {
        let (_, [scan, compare, until, once]) = WORDS.iter().find(|(known, _)| known == language)?;
        Some(Words { language: language.clone(), scan, compare, until, once })
    };
    let words: Vec<Words> = pack.languages.iter().filter_map(of).collect();
    if words.is_empty() { of(&"en".to_owned()).into_iter().collect() } else { words }
}

/// A day in the time of the stations.
fn date(pack: &Pack, at_ms: u64) -> String {
    let at = i64::try_from(at_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| "-".to_owned(), |at| at.to_zoned(zone(pack.utc_offset)).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<Vec<Row>, String> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("list.csv");
        std::fs::write(&path, text).expect("is written");
        read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "list.csv"))
    }

    #[test]
    fn a_list_says_where_people_are_sent() {
        let rows = list("\u{feff}station,label\nA-1 A-2, Айгүл\n,\"Б, В\"\n").expect("reads");
        let row = |stations: &[&str], label: &str| Row {
            stations: stations.iter().map(|key| (*key).to_owned()).collect(),
            label: label.to_owned(),
        };
        assert_eq!(rows, [row(&["A-1", "A-2"], "Айгүл"), row(&[], "Б, В")]);
    }

    #[test]
    fn what_is_no_list_is_named_with_its_line() {
        for (text, line, reason) in [
            ("a,b\n1,2\n", 1, "neither"),
            ("station\n", 2, "nobody"),
            ("station,label\nA,x\nA\n", 3, "record"),
            (&format!("label\n{}\n", "я".repeat(81)), 2, "80 characters"),
        ] {
            let wrong = list(text).expect_err("is none");
            assert!(wrong.contains(&format!("line {line}")) && wrong.contains(reason), "{wrong}");
        }
    }
}
