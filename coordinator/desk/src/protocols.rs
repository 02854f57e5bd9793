//! A station as the book has it: copies of its protocols side by side, what does not add up, turnout, incidents.

use kuager_analysis::book::{Book, ContestView, CopyView, FailingView, RowKey, StationView, Status};
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::{ObserverId, RecordHash};
use kuager_wire::pack::Pack;
use kuager_wire::protocol::{LineRole, Severity};

use crate::acts::Acts;
use crate::entry;
use crate::language::Language;
use crate::time::{Moment, Zone};

/// What the station's page shows above its records.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) contests: Vec<Contest>,
    pub(crate) turnout: Vec<Figure>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) failing: Vec<Failing>,
}

/// The copies of a contest beside one another.
pub(crate) struct Contest {
    pub(crate) name: String,
    pub(crate) class: &'static str,
    pub(crate) status: String,
    pub(crate) copies: Vec<Copy>,
    pub(crate) official: bool,
    pub(crate) lines: Vec<Line>,
}

/// The head of a column.
pub(crate) struct Copy {
    pub(crate) record: RecordHash,
    pub(crate) observer: String,
    pub(crate) kind: String,
    pub(crate) received: Moment,
    pub(crate) notes: Vec<String>,
}

/// A line of the paper over all copies.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) differs: bool,
    pub(crate) values: Vec<String>,
    pub(crate) official: String,
}

/// What does not add up in a record.
pub(crate) struct Failing {
    pub(crate) record: RecordHash,
    pub(crate) title: String,
    pub(crate) observer: String,
    /// For the style, the sentence, the law.
    pub(crate) fails: Vec<(&'static str, String, String)>,
    /// Whether it is a protocol in which something must hold and does not, so that somebody may let it count.
    pub(crate) releasable: bool,
    /// That somebody has, when and why.
    pub(crate) released: Option<String>,
}

/// A figure for an hour.
pub(crate) struct Figure {
    pub(crate) hour: String,
    pub(crate) told: String,
    pub(crate) own: String,
    pub(crate) whole: bool,
    pub(crate) record: RecordHash,
    pub(crate) observer: String,
}

/// An incident.
pub(crate) struct Incident {
    pub(crate) said: Vec<String>,
    pub(crate) class: &'static str,
    pub(crate) status: String,
    pub(crate) record: RecordHash,
    pub(crate) received: Moment,
}

/// A pseudonym where there is little room.
fn pseudonym(observer: ObserverId) -> String {
    observer.to_string().chars().take(8).collect()
}

impl Summary {
    /// What the book has of a station, in a language.
    pub(crate) fn of(acts: &Acts, book: &Book, key: &RowKey, published: &Published, language: &Language) -> Self {
        let Some(StationView { contests, turnout, incidents, failing, .. }) = book.station(key) else {
            return Self::default();
        };
        let pack = &published.latest.pack;
        let zone = Zone::of(pack);
        let number = |number: Option<i64>| number.map_or(String::new(), |number| number.to_string());
        Self {
            contests: contests.iter().map(|contest| shown(book, contest, pack, language)).collect(),
            turnout: turnout
                .into_iter()
                .map(|figure| Figure {
                    hour: format!("{:02}:{:02}", figure.at / 60, figure.at % 60),
                    told: number(figure.told),
                    own: number(figure.own),
                    whole: figure.whole,
                    record: figure.record,
                    observer: pseudonym(figure.observer),
                })
                .collect(),
            incidents: incidents
                .into_iter()
                .map(|incident| {
                    let named = |code: &String| {
                        let title = pack.incident(code).map(|known| pack.text(&known.title, &language.code));
                        format!("{code} {}", title.unwrap_or_default()).trim_end().to_owned()
                    };
                    Incident {
                        said: incident.codes.iter().map(named).collect(),
                        class: incident.gravity.map_or("", |gravity| match gravity {
                            kuager_wire::pack::Gravity::Critical => "fails",
                            kuager_wire::pack::Gravity::Serious => "unknown",
                            kuager_wire::pack::Gravity::Procedural => "open",
                        }),
                        status: entry::status(incident.status, language),
                        record: incident.record,
                        received: zone.moment(incident.received_ms),
                    }
                })
                .collect(),
            failing: failing
                .iter()
                .map(|failing| {
                    let copies = contests.iter().flat_map(|contest| &contest.copies);
                    let is_copy = copies.map(|copy| copy.record).any(|record| record == failing.record);
                    let mut failed = failed(book, failing, pack, language);
                    failed.releasable &= is_copy && !key.training;
                    failed.released = acts.releases.of(failing.record).map(|release| {
                        let at = zone.moment(release.at_ms).full;
                        language
                            .say_with("station-released", &[("at", at.as_str()), ("reason", release.reason.as_str())])
                    });
                    failed
                })
                .collect(),
        }
    }
}

fn shown(book: &Book, contest: &ContestView, pack: &Pack, language: &Language) -> Contest {
    let known = pack.contest(&contest.contest);
    let name = known.map(|known| pack.text(&known.title, &language.code)).filter(|name| !name.is_empty());
    let (class, text) = status(contest.status);
    let lines = contest.columns.iter().enumerate().map(|(at, _)| {
        let value = |value: Option<i64>| value.map_or("–".to_owned(), |value| value.to_string());
        Line {
            name: line_name(book, contest, at, pack, language),
            differs: contest.differs.get(at).copied().unwrap_or(false),
            values: contest.copies.iter().map(|copy| value(copy.values.get(at).copied().flatten())).collect(),
            official: contest
                .official
                .as_ref()
                .map_or(String::new(), |(_, figures)| value(figures.get(at).copied().flatten())),
        }
    });
    Contest {
        name: name.unwrap_or(&contest.contest).to_owned(),
        class,
        status: language.say(text),
        official: contest.official.is_some(),
        // A line that nobody has read is no line of this paper.
        lines: lines.filter(|line| line.values.iter().any(|value| value != "–") || !line.official.is_empty()).collect(),
        copies: contest.copies.iter().map(|copy| head(copy, pack, language)).collect(),
    }
}

/// What a line of a contest's paper is called: the line of the ballot, else the question that reads it.
pub(crate) fn line_name(book: &Book, contest: &ContestView, at: usize, pack: &Pack, language: &Language) -> String {
    let Some(column) = contest.columns.get(at) else { return String::new() };
    let form = contest.copies.first().map(|copy| &copy.form);
    let question = contest.questions.get(at).and_then(Option::as_deref);
    let asked = form.zip(question).and_then(|(form, question)| book.question(form, question, &language.code));
    let option = column.option.as_deref().filter(|_| column.role == LineRole::Votes).and_then(|option| {
        let option = pack.contest(&contest.contest)?.options.iter().find(|known| known.key == option)?;
        Some(pack.text(&option.text, &language.code).to_owned())
    });
    option.or(asked).unwrap_or_else(|| column.role.name().to_owned())
}

/// Which copy of the paper was read, in the pack's words; nothing where it is not said in these.
pub(crate) fn copy_name(copy: &CopyView, pack: &Pack, language: &Language) -> Option<String> {
    let form = pack.form(&copy.form.form)?;
    let asked = form.question(form.template.as_ref()?.copy.as_deref()?)?;
    let choice = asked.choices.iter().flatten().find(|choice| Some(&choice.key) == copy.copy.as_ref())?;
    Some(pack.text(&choice.text, &language.code).to_owned())
}

/// What stands above a copy.
fn head(copy: &CopyView, pack: &Pack, language: &Language) -> Copy {
    let count = |text: &str, count: u64| language.say_with(text, &[("count", count.to_string().as_str())]);
    let mut notes = Vec::new();
    if copy.versions > 1 {
        notes.push(count("copy-versions", u64::from(copy.versions)));
    }
    if copy.unfit > 0 {
        notes.push(count("copy-unfit", u64::from(copy.unfit)));
    }
    if copy.undecided > 0 {
        notes.push(count("copy-undecided", u64::from(copy.undecided)));
    }
    if copy.files < copy.asked {
        let (files, asked) = (copy.files.to_string(), copy.asked.to_string());
        notes.push(language.say_with("copy-files", &[("count", files.as_str()), ("asked", asked.as_str())]));
    }
    if copy.verified.is_some() {
        notes.push(language.say("status-verified"));
    }
    Copy {
        record: copy.record,
        observer: pseudonym(copy.observer),
        kind: copy_name(copy, pack, language).or_else(|| copy.copy.clone()).unwrap_or_else(|| language.say("copy-own")),
        received: Zone::of(pack).moment(copy.received_ms),
        notes,
    }
}

fn failed(book: &Book, failing: &FailingView, pack: &Pack, language: &Language) -> Failing {
    let title = pack.form(&failing.form.form).map(|form| pack.text(&form.title, &language.code));
    let fails = failing.fails.iter().filter_map(|failure| {
        let class = match failure.severity {
            Severity::Hard => "fails",
            Severity::Soft => "unknown",
            Severity::Statistical => "aside",
        };
        let law = book.relation(&failing.form, failure)?.law.clone().unwrap_or_default();
        Some((class, book.sentence(&failing.form, failure, &language.code)?, law))
    });
    let mut fails: Vec<_> = fails.collect();
    // What must hold stands first; within it the form's order.
    fails.sort_by_key(|(class, ..)| ["fails", "unknown", "aside"].iter().position(|known| known == class));
    Failing {
        record: failing.record,
        title: title.unwrap_or(&failing.form.form).to_owned(),
        observer: pseudonym(failing.observer),
        releasable: failing.fails.iter().any(|failure| failure.severity == Severity::Hard),
        released: None,
        fails,
    }
}

/// A contest's status for the style, and what the desk calls it.
pub(crate) const fn status(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::None => ("open", "contest-none"),
        Status::Reported => ("open", "contest-reported"),
        Status::Confirmed => ("holds", "contest-confirmed"),
        Status::Disputed => ("fails", "contest-disputed"),
        Status::OfficialMatch => ("holds", "contest-official-match"),
        Status::OfficialMismatch => ("fails", "contest-official-mismatch"),
    }
}
