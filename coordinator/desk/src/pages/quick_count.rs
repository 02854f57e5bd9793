//! The quick count: what protocols of a drawn sample say about the whole result. Without a sample there is none, and the page says why;
//! before the embargo ends and below the floors of response it has no share.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::{Gathered, Missing};
use kuager_analysis::embargo;
use kuager_analysis::estimate::quick_count::{QuickCount, Reason, Settings, quick_count};
use kuager_analysis::estimate::ratio::Estimate;
use kuager_coordinator::samples::CountSample;
use kuager_coordinator::shelf::Published;
use kuager_wire::pack::Pack;
use kuager_wire::protocol::LineRole;
use serde::Deserialize;

use crate::chart::{LINES, Lines, Point, Series};
use crate::figures::{decimal, over, percent, span, whole};
use crate::frame::Frame;
use crate::language::Language;
use crate::lines::{self, Choice};
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::response::html;
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;

/// Stations that have not reported, listed.
const LISTED: usize = 500;
/// Beyond so many standard errors an official figure is a difference to explain.
const FAR: f64 = 2.575_829;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    contest: String,
}

#[derive(Template)]
#[template(path = "quick-count.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    /// Why a sample that is there cannot be used.
    wrong: Option<String>,
    counted: Option<Counted>,
}

/// What a sample comes to.
struct Counted {
    contests: Vec<Choice>,
    numbers: Vec<(String, String)>,
    facts: Vec<(String, String)>,
    strata: Vec<Stratum>,
    reasons_for: Vec<String>,
    /// When the embargo ends, while it lasts.
    withheld: Option<String>,
    /// Why nothing is shown although it could be.
    held_back: Vec<String>,
    shown: Option<Shown>,
    /// Whether the list of stations may be seen by now, and by whom it is asked for.
    missing: Option<Vec<Absent>>,
}

struct Stratum {
    name: String,
    stations: u32,
    sampled: u32,
    reported: u32,
    rate: String,
    low: bool,
    missing: Vec<usize>,
}

/// A station of the sample that has not reported.
struct Absent {
    station: String,
    query: String,
    stratum: String,
    why: String,
}

/// Estimates that may be shown.
struct Shown {
    options: Vec<Share>,
    others: Vec<(String, String, String)>,
    lead: Option<(String, bool)>,
    released: usize,
    official: Option<String>,
    compared: bool,
    chart: Option<Lines>,
    legend: Vec<String>,
    moments: Vec<(u32, u32, Vec<String>)>,
    converged: String,
    comparison: Vec<(String, String, String, String)>,
}

struct Share {
    name: String,
    share: String,
    interval: String,
    deff: String,
    bounds: String,
    without: String,
    official: String,
    errors: String,
    far: bool,
}

/// The page.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let known = desk.samples.known();
    let counted = match &known.samples.quick_count {
        Some(sample) => Some(counted(&desk, sample, &published, language, &wanted, &visitor)?),
        None => None,
    };
    html(&Page {
        frame: Frame::new(pack, "/quick-count?".to_owned(), &visitor),
        language,
        wrong: known.wrong.clone(),
        counted,
    })
}

#[expect(clippy::result_large_err, reason = "a response, as everywhere in pages")]
fn counted(
    desk: &Desk,
    sample: &CountSample,
    published: &Published,
    language: &Language,
    wanted: &Wanted,
    visitor: &Visitor,
) -> Result<Counted, Response> {
    let pack = &published.latest.pack;
    let now_ms = desk.app.clock.now_ms();
    let closed_ms = embargo::polls_close_ms(pack);
    let stations = sample.registered.iter().map(|(station, registered)| (station.as_str(), Some(*registered)));
    let (contests, contest, gathered, official) = desk.look(|book| {
        let contests = book.contests();
        let contest = contests.iter().find(|contest| **contest == wanted.contest).or(contests.first());
        let contest = contest.cloned().unwrap_or_default();
        let gathered = book.drawn(stations, &contest, closed_ms);
        let official = book.official_sums(&contest, sample.frame.iter().map(String::as_str));
        (contests, contest, gathered, official)
    });
    let trouble = |error: kuager_analysis::estimate::quick_count::NotCounted| {
        tracing::error!(%error, "a quick count is made from its own sample");
        axum::response::IntoResponse::into_response(axum::http::StatusCode::INTERNAL_SERVER_ERROR)
    };
    let count =
        quick_count(&sample.sample, &gathered.options, &gathered.reports, &Settings::default()).map_err(trouble)?;
    let without = (!gathered.released.is_empty()).then(|| {
        let kept = gathered.reports.iter().filter(|(station, _)| !gathered.released.contains(*station));
        let kept: BTreeMap<_, _> = kept.map(|(station, report)| (station.clone(), report.clone())).collect();
        quick_count(&sample.sample, &gathered.options, &kept, &Settings::default())
    });
    let without = without.transpose().map_err(trouble)?;
    let answered = gathered.packs.iter().filter_map(|pack| published.packs.get(pack)).map(|signed| &signed.pack);
    let ends_ms = embargo::research_ends_ms(answered, pack);
    let open = now_ms >= ends_ms;
    let reasons = count.reasons.iter().map(|reason| said(reason, pack, language));
    let (have, sums) = official;
    let official = (have > 0).then(|| Official::new(have, sample.frame.len(), &sums, &gathered.options));
    let shown = (open && count.publishable())
        .then(|| shown(&count, without.as_ref(), &gathered, official.as_ref(), &contest, pack, language));
    let commitment = &sample.commitment;
    let mut facts = vec![
        (language.say("count-frame"), commitment.frame_sha256.to_string()),
        (language.say("count-seed"), commitment.seed_sha256.to_string()),
    ];
    facts.extend(commitment.public_value.clone().map(|value| (language.say("count-public-value"), value)));
    let (drawn, reported) = (sample.registered.len(), gathered.reports.len());
    Ok(Counted {
        contests: lines::choices(
            contests.iter().map(|key| (key.clone(), lines::contest(pack, key, language))),
            &contest,
        ),
        numbers: vec![
            (language.say("count-drawn"), format!("{drawn} / {}", whole(sample.frame.len() as i128))),
            (language.say("count-reported"), reported.to_string()),
            (language.say("count-response"), percent(Some(count.response_rate), 1, language)),
        ],
        facts,
        strata: strata(&count, sample, &gathered, pack, language),
        reasons_for: Missing::ALL.into_iter().map(|missing| why(missing, language)).collect(),
        withheld: (!open).then(|| Zone::of(pack).moment(ends_ms).full),
        held_back: if open { reasons.collect() } else { Vec::new() },
        shown,
        missing: (now_ms >= closed_ms && (open || visitor.has_any(LEADING)))
            .then(|| absent(sample, &gathered, published, language)),
    })
}

/// Why a station has not reported, in words.
fn why(missing: Missing, language: &Language) -> String {
    language.say(match missing {
        Missing::Silent => "missing-silent",
        Missing::NoProtocol => "missing-no-protocol",
        Missing::Disputed => "missing-disputed",
        Missing::Fails => "missing-fails",
        Missing::Incomplete => "missing-incomplete",
    })
}

/// What a stratum is called: a region by its name, anything else as the frame has it.
fn stratum(name: &str, pack: &Pack, language: &Language) -> String {
    lines::region(pack, name, language)
}

fn said(reason: &Reason, pack: &Pack, language: &Language) -> String {
    match reason {
        Reason::NotSampled { stratum: name } => {
            language.say_with("count-not-sampled", &[("stratum", stratum(name, pack, language).as_str())])
        }
        Reason::TooFew { stratum: name, reported } => language.say_with(
            "count-too-few",
            &[("stratum", stratum(name, pack, language).as_str()), ("reported", reported.to_string().as_str())],
        ),
        Reason::Response { stratum: of, rate, floor } => {
            // Rounded down, so that what is below a floor does not look as if it stood on it.
            let rate = percent(Some((rate * 1000.0).floor() / 1000.0), 1, language);
            let floor = percent(Some(*floor), 0, language);
            let numbers = [("rate", rate.as_str()), ("floor", floor.as_str())];
            match of {
                None => language.say_with("count-response-low", &numbers),
                Some(name) => {
                    let name = stratum(name, pack, language);
                    let [rate, floor] = numbers;
                    language.say_with("count-response-low-of", &[("stratum", name.as_str()), rate, floor])
                }
            }
        }
        Reason::NobodyTookPart => language.say("count-nobody"),
    }
}

fn strata(
    count: &QuickCount,
    sample: &CountSample,
    gathered: &Gathered,
    pack: &Pack,
    language: &Language,
) -> Vec<Stratum> {
    let low: BTreeSet<&str> = count
        .reasons
        .iter()
        .filter_map(|reason| match reason {
            Reason::Response { stratum, .. } => stratum.as_deref(),
            Reason::TooFew { stratum, .. } | Reason::NotSampled { stratum } => Some(stratum),
            Reason::NobodyTookPart => None,
        })
        .collect();
    let row = |(name, drawn): (&String, &kuager_analysis::estimate::sample::SampledStratum)| {
        let response = count.response.get(name)?;
        let of = |missing: Missing| {
            drawn.drawn.keys().filter(|station| gathered.missing.get(*station) == Some(&missing)).count()
        };
        Some(Stratum {
            name: stratum(name, pack, language),
            stations: response.stations,
            sampled: response.sampled,
            reported: response.reported,
            rate: percent(response.rate, 1, language),
            low: low.contains(name.as_str()),
            missing: Missing::ALL.into_iter().map(of).collect(),
        })
    };
    sample.sample.strata().iter().filter_map(row).collect()
}

fn absent(sample: &CountSample, gathered: &Gathered, published: &Published, language: &Language) -> Vec<Absent> {
    let pack = &published.latest.pack;
    let all = sample.sample.strata().iter().flat_map(|(name, drawn)| drawn.drawn.keys().map(move |key| (name, key)));
    let absent = all.filter_map(|(name, station)| {
        let missing = gathered.missing.get(station)?;
        Some(Absent {
            station: stations::name(published, language, Some(station)).0,
            query: stations::query(Some(station)),
            stratum: stratum(name, pack, language),
            why: why(*missing, language),
        })
    });
    absent.take(LISTED).collect()
}

/// What the official figures of the whole frame come to.
struct Official {
    have: usize,
    of: usize,
    /// Shares by option, once all stations of the frame have figures.
    shares: BTreeMap<String, f64>,
}

impl Official {
    fn new(have: usize, of: usize, sums: &[(kuager_analysis::book::Column, Option<i64>)], options: &[String]) -> Self {
        let votes = |option: &String| {
            let column = sums
                .iter()
                .find(|(column, _)| column.role == LineRole::Votes && column.option.as_ref() == Some(option));
            column.and_then(|(_, sum)| *sum)
        };
        let took_part = sums.iter().find(|(column, _)| column.role == LineRole::TookPart).and_then(|(_, sum)| *sum);
        let all = took_part.or_else(|| options.iter().map(votes).try_fold(0_i64, |sum, votes| sum.checked_add(votes?)));
        let share = |option: &String| Some((option.clone(), over(votes(option), all)?));
        let shares = if have == of { options.iter().filter_map(share).collect() } else { BTreeMap::new() };
        Self { have, of, shares }
    }
}

/// An estimate and its interval.
fn interval(estimate: &Estimate, language: &Language) -> String {
    let end = |end: Option<f64>| percent(end, 2, language);
    span(&end(estimate.low), &end(estimate.high))
}

fn shown(
    count: &QuickCount,
    without: Option<&QuickCount>,
    gathered: &Gathered,
    official: Option<&Official>,
    contest: &str,
    pack: &Pack,
    language: &Language,
) -> Shown {
    let name = |option: &str| {
        let column = kuager_analysis::book::Column { role: LineRole::Votes, option: Some(option.to_owned()) };
        lines::named(pack, contest, &column, language)
    };
    let bounds = |option: &str| {
        let found = count.bounds.iter().find(|(known, _)| known == option).and_then(|(_, bounds)| *bounds);
        found.map_or(String::new(), |(low, high)| {
            span(&percent(Some(low), 2, language), &percent(Some(high), 2, language))
        })
    };
    let options = count.estimates.shares.iter().map(|(option, share)| {
        let figure = official.and_then(|official| official.shares.get(option)).copied();
        let errors = figure.and_then(|figure| share.official_in_standard_errors(figure));
        let other = without.and_then(|other| other.estimates.shares.iter().find(|(known, _)| known == option));
        Share {
            name: name(option),
            share: percent(share.estimate, 2, language),
            interval: interval(share, language),
            deff: decimal(share.deff, 1, language),
            bounds: bounds(option),
            without: other.map_or(String::new(), |(_, share)| percent(share.estimate, 2, language)),
            official: figure.map_or(String::new(), |figure| percent(Some(figure), 2, language)),
            errors: errors.map_or(String::new(), |errors| decimal(Some(errors), 2, language)),
            far: errors.is_some_and(|errors| errors.abs() > FAR),
        }
    });
    let estimates = &count.estimates;
    let other = |text: &str, estimate: &Estimate| {
        (language.say(text), percent(estimate.estimate, 2, language), interval(estimate, language))
    };
    let mut others = vec![
        other("count-turnout", &estimates.turnout),
        other("count-turnout-received", &estimates.turnout_ballots_received),
        other("count-invalid", &estimates.invalid_of_issued),
    ];
    let lead = estimates.lead.as_ref().map(|lead| {
        let (first, second) = (name(&lead.first), name(&lead.second));
        let text = language.say_with("count-lead", &[("first", first.as_str()), ("second", second.as_str())]);
        others.insert(0, (text, percent(lead.estimate.estimate, 2, language), interval(&lead.estimate, language)));
        let sure = lead.estimate.low.is_some_and(|low| low > 0.0);
        (language.say(if sure { "count-lead-sure" } else { "count-lead-open" }), sure)
    });
    let (chart, legend, moments) = convergence(count, &name, language);
    let comparison = count.comparison.iter().map(|fact| {
        let value = |value: f64| {
            if fact.word.is_some() { percent(Some(value), 1, language) } else { decimal(Some(value), 1, language) }
        };
        let what = fact.word.as_ref().map_or_else(|| fact.fact.clone(), |word| format!("{} = {word}", fact.fact));
        (what, value(fact.reported), value(fact.missing), decimal(fact.standard_errors, 2, language))
    });
    Shown {
        options: options.collect(),
        others,
        lead,
        released: gathered.released.len(),
        official: official.filter(|official| official.shares.is_empty()).map(|official| {
            let (have, of) = (official.have.to_string(), official.of.to_string());
            language.say_with("count-official-partial", &[("have", have.as_str()), ("of", of.as_str())])
        }),
        compared: official.is_some_and(|official| !official.shares.is_empty()),
        chart,
        legend,
        moments,
        converged: match count.converged_at_minute {
            Some(minute) => language.say_with("count-converged", &[("minute", minute.to_string().as_str())]),
            None => language.say("count-not-converged"),
        },
        comparison: comparison.collect(),
    }
}

type Charted = (Option<Lines>, Vec<String>, Vec<(u32, u32, Vec<String>)>);

/// How the largest shares went.
fn convergence(count: &QuickCount, name: &dyn Fn(&str) -> String, language: &Language) -> Charted {
    let mut largest: Vec<&kuager_analysis::estimate::quick_count::Convergence> = count.convergence.iter().collect();
    let last = |of: &kuager_analysis::estimate::quick_count::Convergence| {
        of.moments.last().and_then(|moment| moment.estimate).unwrap_or(0.0)
    };
    largest.sort_by(|one, other| last(other).total_cmp(&last(one)));
    largest.truncate(LINES);
    let Some(first) = largest.first() else { return (None, Vec::new(), Vec::new()) };
    // Whole hours, from the one in which there was a first estimate.
    let begin =
        first.moments.iter().find(|moment| moment.estimate.is_some()).map_or(0, |moment| moment.minute / 60 * 60);
    let end = first.moments.last().map_or(0, |moment| moment.minute.div_ceil(60).saturating_mul(60));
    let hours = end.saturating_sub(begin).div_ceil(60).max(1);
    let (from, wide) = (f64::from(begin), f64::from(hours) * 60.0);
    let highest = largest.iter().flat_map(|of| &of.moments).filter_map(|moment| moment.estimate).fold(0.05, f64::max);
    let most = ((highest * 10.0).floor() + 1.0) / 10.0;
    let series = largest.iter().map(|of| Series {
        points: of
            .moments
            .iter()
            .filter_map(|moment| {
                let point = Point { x: (f64::from(moment.minute) - from) / wide, y: moment.estimate? / most };
                Some((point, 1.959_964 * moment.se? / most))
            })
            .collect(),
    });
    let series: Vec<Series> = series.collect();
    let marks = [0.0, 0.5, 1.0].map(|at| (at, percent(Some(most * at), 0, language))).to_vec();
    let step = usize::try_from(hours.div_ceil(6)).unwrap_or(1).max(1);
    let ticks = (0..=hours)
        .step_by(step)
        .map(|hour| (f64::from(hour) / f64::from(hours), format!("{}:00", begin.div_euclid(60).saturating_add(hour))));
    let ticks: Vec<(f64, String)> = ticks.collect();
    let enough = series.iter().any(|series| series.points.len() > 1);
    let label = language.say("count-convergence");
    let chart = enough.then(|| Lines::new(label, &series, marks, ticks));
    let moments = first.moments.iter().enumerate().map(|(at, moment)| {
        let shares =
            largest.iter().map(|of| percent(of.moments.get(at).and_then(|moment| moment.estimate), 2, language));
        (moment.minute, moment.reported, shares.collect())
    });
    (chart, largest.iter().map(|of| name(&of.option)).collect(), moments.collect())
}
