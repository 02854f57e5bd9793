//! Writing a publication: once through the country, station by station, so that it takes the memory of one.

use std::collections::BTreeMap;
use std::io::{Seek, Write};

use askama::Template;
use kuager_analysis::book::{Query, State, Status};
use kuager_coordinator::media::store::Object;
use kuager_wire::ids::{ContentHash, MediaHash};

use super::changes::changes_of;
use super::folder::{Folder, SiteError, Written};
use super::input::{Input, Part};
use super::pages::{self, Coverage, Frame, OneRegion, Region};
use super::station::Place;
use super::tables::{self, About, StationJson, Tables};
use crate::assets::SITE_CSS;
use crate::language::Language;
use crate::lines;
use crate::making::Progress;

/// Whether it is still wanted.
///
/// # Errors
/// [`SiteError::Stopped`].
pub(crate) fn goes_on(progress: &Progress) -> Result<(), SiteError> {
    if progress.is_stopped() { Err(SiteError::Stopped) } else { Ok(()) }
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made {
    /// SHA-256 of the list of files.
    pub(crate) site: ContentHash,
    pub(crate) files: usize,
    /// Bytes of all files, unpacked.
    pub(crate) bytes: u64,
}

#[derive(Template)]
#[template(path = "site/languages.html")]
struct Languages<'a> {
    languages: &'a [Language],
    titles: Vec<String>,
}

/// Everything that is worked out while stations pass.
#[derive(Default)]
struct Passed {
    coverage: Coverage,
    /// By contest and status.
    statuses: BTreeMap<String, BTreeMap<&'static str, usize>>,
    regions: Vec<(String, Counted)>,
    /// The pages of stations, by their keys.
    files: BTreeMap<String, String>,
}

#[derive(Default, Clone, Copy)]
struct Counted {
    stations: usize,
    heard: usize,
    protocols: usize,
    conflicts: usize,
}

/// Writes a publication into an archive. `open` opens a copy of a picture.
///
/// # Errors
/// [`SiteError`].
pub(crate) fn write<W: Write + Seek>(
    input: &Input,
    out: W,
    progress: &Progress,
    open: impl Fn(MediaHash) -> Result<Option<Object>, SiteError>,
) -> Result<(W, Made), SiteError> {
    let pack = &input.published.latest.pack;
    let languages = Language::all(pack);
    let mut folder = Folder::new(out);
    let titles = languages.iter().map(|language| pack.text(&pack.title, &language.code).to_owned()).collect();
    folder.text("index.html", &Languages { languages: &languages, titles }.render()?)?;
    folder.text("style.css", SITE_CSS)?;
    let mut tables = Tables::new(input)?;
    let passed = stations(input, &languages, &mut folder, &mut tables, progress)?;
    let found = input.before.as_ref().map(|before| changes_of(&before.index, &tables.index));
    let regions: Vec<String> = passed.regions.iter().map(|(region, _)| region.clone()).collect();
    let mut all = tables.finish()?;
    all.insert("data/records.csv".to_owned(), tables::records(input)?);
    all.insert("data/totals.csv".to_owned(), tables::totals(input, &regions)?);
    all.insert("data/changes.csv".to_owned(), tables::changes(found.as_deref().unwrap_or_default())?);
    let mut named: Vec<String> = all.keys().cloned().collect();
    named.push("data/publication.json".to_owned());
    named.extend((1..=regions.len()).map(|number| format!("data/region-{number}.json")));
    for (name, table) in &all {
        folder.text(name, table)?;
    }
    folder.text("data/publication.json", &about(input, &passed.coverage)?)?;
    for language in &languages {
        goes_on(progress)?;
        let code = &language.code;
        let front = front(input, &passed, language, &languages, &named);
        folder.text(&format!("{code}/index.html"), &front.render()?)?;
        let method = pages::method(input, &passed.coverage, language, &languages);
        folder.text(&format!("{code}/method.html"), &method.render()?)?;
        let changes = pages::changes(input, found.as_deref(), &passed.files, language, &languages);
        folder.text(&format!("{code}/changes.html"), &changes.render()?)?;
        let check = pages::Check {
            frame: Frame::new(input, language, &languages, "../", "check.html".to_owned()),
            deployment: input.deployment.to_string(),
            entries: input.as_of.entries,
            arrival: input.as_of.arrival,
            keys: input.desk_keys.len(),
            records: input.records.len(),
            withheld: input.withheld,
        };
        folder.text(&format!("{code}/check.html"), &check.render()?)?;
    }
    folder.text("README.txt", &readme(input))?;
    folder.bytes("proof/genesis.cbor", input.genesis.as_slice())?;
    for (number, key) in (1..).zip(&input.desk_keys) {
        folder.bytes(&format!("proof/desk-key-{number}.cbor"), key.as_slice())?;
    }
    for (copy, row) in input.copies() {
        goes_on(progress)?;
        // What was made public and is not here any more cannot be published; that would be a page with a hole in it.
        let object = open(copy)?.ok_or_else(|| SiteError::Name(format!("pictures/{copy}.jpg")))?;
        folder.bytes(&format!("pictures/{copy}.jpg"), object.bytes)?;
        folder.bytes(&format!("pictures/{copy}.cbor"), row.statement.as_slice())?;
    }
    let Written { out, site, files, bytes } = folder.finish()?;
    Ok((out, Made { site, files, bytes }))
}

/// Writes what is of one station or one region.
fn stations<W: Write + Seek>(
    input: &Input,
    languages: &[Language],
    folder: &mut Folder<W>,
    tables: &mut Tables,
    progress: &Progress,
) -> Result<Passed, SiteError> {
    let board = input.book.board(&Query::default(), 0, usize::MAX, input.as_of.at_ms);
    let of = board.rows.len();
    let mut passed = Passed::default();
    // The board has them region by region.
    let mut region: Option<OpenRegion<'_>> = None;
    for (done, row) in board.rows.into_iter().enumerate() {
        goes_on(progress)?;
        progress.is_at(done, of);
        let sent = !row.states.contains(&State::Unattended);
        let Some(place) = Place::new(input, &row) else { continue };
        if region.as_ref().is_none_or(|open| open.key != place.listed.region) {
            if let Some(done) = region.take() {
                done.close(input, languages, folder, &mut passed)?;
            }
            region = Some(OpenRegion::new(input, place.listed.region.clone(), languages, passed.regions.len()));
        }
        let Some(open) = region.as_mut() else { continue };
        passed.coverage.sent = passed.coverage.sent.saturating_add(usize::from(sent));
        for contest in &input.choice.contests {
            let counts = passed.statuses.entry(contest.clone()).or_default();
            let count = counts.entry(place.status(contest).name()).or_default();
            *count = count.saturating_add(1);
        }
        tables.add(input, &place)?;
        if place.view.is_some() {
            passed.files.insert(place.listed.key.clone(), place.file.clone());
            for language in languages {
                let page = pages::station(input, &place, &open.file, language, languages);
                folder.text(&format!("{}/stations/{}.html", language.code, place.file), &page.render()?)?;
            }
        }
        open.add(input, &place, languages)?;
    }
    if let Some(done) = region.take() {
        done.close(input, languages, folder, &mut passed)?;
    }
    progress.is_at(of, of);
    Ok(passed)
}

/// A region whose stations are passing.
struct OpenRegion<'a> {
    key: String,
    /// The name of its page.
    file: String,
    counted: Counted,
    /// For each language.
    pages: Vec<OneRegion<'a>>,
    json: Vec<String>,
}

impl<'a> OpenRegion<'a> {
    fn new(input: &Input, key: String, languages: &'a [Language], before: usize) -> Self {
        let pack = &input.published.latest.pack;
        let file = before.saturating_add(1).to_string();
        let page = |language: &'a Language| OneRegion {
            frame: Frame::new(input, language, languages, "../../", format!("regions/{file}.html")),
            name: lines::region(pack, &key, language),
            contests: input.choice.contests.iter().map(|one| lines::contest(pack, one, language)).collect(),
            rows: Vec::new(),
        };
        let pages = languages.iter().map(page).collect();
        Self { pages, key, file, counted: Counted::default(), json: Vec::new() }
    }

    fn add(&mut self, input: &Input, place: &Place<'_>, languages: &[Language]) -> Result<(), SiteError> {
        let statuses: Vec<Status> = input.choice.contests.iter().map(|contest| place.status(contest)).collect();
        let count = |sum: &mut usize, one: bool| *sum = sum.saturating_add(usize::from(one));
        let counted = &mut self.counted;
        count(&mut counted.stations, true);
        count(&mut counted.heard, place.view.is_some());
        count(&mut counted.protocols, statuses.iter().any(|status| *status != Status::None));
        let conflict = |status: &Status| matches!(status, Status::Disputed | Status::OfficialMismatch);
        count(&mut counted.conflicts, statuses.iter().any(conflict));
        for (page, language) in self.pages.iter_mut().zip(languages) {
            page.rows.push(pages::row(input, place, language));
        }
        self.json.push(serde_json::to_string(&StationJson::new(input, place))?);
        Ok(())
    }

    fn close<W: Write + Seek>(
        self,
        _: &Input,
        languages: &[Language],
        folder: &mut Folder<W>,
        passed: &mut Passed,
    ) -> Result<(), SiteError> {
        for (page, language) in self.pages.iter().zip(languages) {
            folder.text(&format!("{}/regions/{}.html", language.code, self.file), &page.render()?)?;
        }
        folder.text(&format!("data/region-{}.json", self.file), &format!("[\n{}\n]\n", self.json.join(",\n")))?;
        let (coverage, counted) = (&mut passed.coverage, self.counted);
        coverage.stations = coverage.stations.saturating_add(counted.stations);
        coverage.heard = coverage.heard.saturating_add(counted.heard);
        coverage.protocols = coverage.protocols.saturating_add(counted.protocols);
        passed.regions.push((self.key, counted));
        Ok(())
    }
}

fn front<'a>(
    input: &Input,
    passed: &'a Passed,
    language: &'a Language,
    languages: &'a [Language],
    tables: &'a [String],
) -> pages::Front<'a> {
    let pack = &input.published.latest.pack;
    let none = BTreeMap::new();
    let totals = input.book.totals(None);
    // In the order of the ballot papers, which is the pack's.
    let contests = pack.contests.iter().filter(|contest| input.choice.contests.contains(&contest.key));
    let contests = contests.filter_map(|contest| totals.iter().find(|total| total.contest == contest.key));
    let region = |(number, (key, counted)): (usize, &(String, Counted))| Region {
        file: number.to_string(),
        name: lines::region(pack, key, language),
        stations: counted.stations,
        heard: counted.heard,
        protocols: counted.protocols,
        conflicts: counted.conflicts,
    };
    pages::Front {
        frame: Frame::new(input, language, languages, "../", "index.html".to_owned()),
        coverage: &passed.coverage,
        contests: contests
            .map(|total| {
                let counts = passed.statuses.get(&total.contest).unwrap_or(&none);
                pages::contest(input, total, counts, language)
            })
            .collect(),
        regions: (1..).zip(&passed.regions).map(region).collect(),
        tables,
    }
}

fn about(input: &Input, coverage: &Coverage) -> Result<String, SiteError> {
    let pack = &input.published.latest.pack;
    let about = About {
        deployment: input.deployment.to_string(),
        election: About::election(pack),
        election_day: &pack.election_day,
        receipt_key: &input.receipt_key,
        entries: input.as_of.entries,
        arrival: input.as_of.arrival,
        at_ms: input.as_of.at_ms,
        follows: input.before.as_ref().map(|before| before.entry.to_string()),
        contests: &input.choice.contests,
        parts: Part::ALL.into_iter().filter(|part| input.choice.has(*part)).map(Part::name).collect(),
        stations: coverage.stations,
        stations_observed: coverage.sent,
        stations_heard: coverage.heard,
        stations_with_protocol: coverage.protocols,
        records: input.records.len(),
        records_withheld: input.withheld,
    };
    Ok(serde_json::to_string_pretty(&about)?)
}

fn readme(input: &Input) -> String {
    format!(
        "Open index.html in any browser; it needs no network and no server.\n\n\
         To check that nothing was changed:\n    sha256sum -c SHA256SUMS\n\
         To check that two people of this deployment published exactly this:\n    \
         kuager publish check . --deployment {}\n\n\
         signed/ has the proposal, which names the SHA-256 of SHA256SUMS, and the word of the person who approved of it.\n",
        input.deployment
    )
}
