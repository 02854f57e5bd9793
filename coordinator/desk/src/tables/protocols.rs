//! What protocols say: a row for each copy, and a row for each line of each copy.

use kuager_analysis::book::{Column as Line, ContestView, CopyView, RowKey};
use kuager_coordinator::shelf::Published;
use kuager_tables::{Cell, Column, Kind, Layout, Row};
use kuager_wire::protocol::LineRole;

use super::table::{Look, Source, Table};

const COPY: [Column; 12] = [
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new("contest", Kind::Text, "Key of the contest."),
    Column::new("record", Kind::Text, "SHA-256 of the record."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("received_at", Kind::Moment, "When it arrived."),
    Column::new("kind", Kind::Text, "protocol, or transcription for numbers that somebody typed from another's photo."),
    Column::new(
        "copy",
        Kind::Text,
        "Which copy of the paper was read, by the key of the form's choice; empty for the observer's own reading.",
    ),
    Column::new("form", Kind::Text, "The form that it answers."),
    Column::new("status", Kind::Text, "Where the contest stands at the station."),
    Column::new("verified", Kind::Flag, "Whether people have compared it with its photo."),
    Column::new("files", Kind::Whole, "Originals of photos that it lists.").in_unit("files"),
    Column::new("versions", Kind::Whole, "How often it was sealed, corrections included.").in_unit("versions"),
];

fn copy(key: &RowKey, contest: &ContestView, copy: &CopyView) -> Row {
    vec![
        key.station.clone().into(),
        contest.contest.as_str().into(),
        Cell::id(&copy.record),
        Cell::id(&copy.observer),
        Cell::moment(copy.received_ms),
        copy.kind.name().into(),
        copy.copy.clone().into(),
        copy.form.form.as_str().into(),
        contest.status.name().into(),
        copy.verified.is_some().into(),
        copy.files.into(),
        copy.versions.into(),
    ]
}

/// What a line is called as a column: its role, and for votes for whom.
fn name(line: &Line) -> String {
    match &line.option {
        Some(option) => format!("{}.{option}", line.role.name()),
        None => line.role.name().to_owned(),
    }
}

/// The lines that protocols of the newest pack have, in its order.
fn lines_of(published: &Published) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for template in published.latest.pack.forms.iter().filter_map(|form| form.template.as_ref()) {
        for line in &template.lines {
            let line = Line { role: line.role, option: line.option.clone() };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

fn meaning(line: &Line) -> &'static str {
    match line.role {
        LineRole::Registered => "Voters in the list.",
        LineRole::Issued => "Voters who received a ballot.",
        LineRole::TookPart => "Voters who took part.",
        LineRole::Votes => "Votes for this line of the ballot.",
        LineRole::Invalid => "Invalid ballots.",
        LineRole::Received => "Ballots the commission received.",
        LineRole::Cancelled => "Ballots cancelled.",
        LineRole::Outside => "Voters who voted outside the voting room.",
        LineRole::Absentee => "Voters who voted with absentee certificates.",
    }
}

pub(super) fn protocols(published: &Published) -> Table {
    let lines = lines_of(published);
    let of_lines = lines.iter().map(|line| Column::of(name(line), Kind::Whole, meaning(line)));
    let columns: Vec<Column> = COPY.into_iter().chain(of_lines).collect();
    let about = "A row for each copy of the protocol of each contest at each station, with a column for each line of the newest pack's papers.";
    let layout = Layout { name: "protocols".into(), about: about.into(), columns: columns.into() };
    let rows = move |look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>| {
        each(look, key, |contest, of| {
            let value = |line: &Line| {
                let at = contest.columns.iter().position(|known| known == line)?;
                of.values.get(at).copied().flatten()
            };
            let values = lines.iter().map(|line| Cell::from(value(line)));
            rows.push(copy(key, contest, of).into_iter().chain(values).collect());
        });
    };
    Table { layout, source: Source::Stations(Box::new(rows)), poll: false }
}

pub(super) fn lines(_: &Published) -> Table {
    let of_line = [
        Column::new("question", Kind::Text, "The question of the form that reads the line."),
        Column::new(
            "role",
            Kind::Text,
            "What the line means: registered, issued, took_part, votes, invalid, received, cancelled, outside.",
        ),
        Column::new("option", Kind::Text, "The line of the ballot, for votes."),
        Column::new("value", Kind::Whole, "What this copy says; empty where the line was not filled in."),
        Column::new("differs", Kind::Flag, "Whether copies differ in this line."),
        Column::new("official", Kind::Whole, "What the commissions above say, where their figures were imported."),
    ];
    let columns: Vec<Column> = COPY.into_iter().chain(of_line).collect();
    let about = "A row for each line of each copy of each protocol.";
    let layout = Layout { name: "protocol-lines".into(), about: about.into(), columns: columns.into() };
    Table { layout, source: Source::Stations(Box::new(line)), poll: false }
}

fn line(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    each(look, key, |contest, of| {
        for (at, line) in contest.columns.iter().enumerate() {
            let official = contest.official.as_ref().and_then(|(_, figures)| figures.get(at).copied().flatten());
            let last = [
                contest.questions.get(at).cloned().flatten().into(),
                line.role.name().into(),
                line.option.clone().into(),
                of.values.get(at).copied().flatten().into(),
                contest.differs.get(at).copied().into(),
                official.into(),
            ];
            rows.push(copy(key, contest, of).into_iter().chain(last).collect());
        }
    });
}

fn each(look: &Look<'_>, key: &RowKey, mut with: impl FnMut(&ContestView, &CopyView)) {
    let Some(view) = look.book.station(key) else { return };
    for contest in &view.contests {
        contest.copies.iter().for_each(|copy| with(contest, copy));
    }
}
