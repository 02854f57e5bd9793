//! The exit poll: what came of the voters who were chosen, and what their cards say about all. Before the embargo ends no card is read; without a
//! drawn sample there are rates, and no share.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_analysis::book::Book;
use kuager_analysis::embargo;
use kuager_analysis::estimate::exit_poll::{
    Age, ExitPoll, PolledStation, Rates, Reason, SUPPRESSED_BELOW, Shown, Stage, exit_poll,
};
use kuager_analysis::polls::{self, Reader};
use kuager_coordinator::samples::PollSample;
use kuager_coordinator::shelf::Published;
use kuager_wire::pack::Pack;
use kuager_wire::protocol::LineRole;
use serde::Deserialize;

use crate::figures::{decimal, percent, span};
use crate::frame::Frame;
use crate::language::Language;
use crate::lines;
use crate::people::visitor::Visitor;
use crate::response::{html, trouble};
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;

/// Waves listed.
const WAVES: usize = 400;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "exit-poll.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    wrong: Option<String>,
    /// Why there is no poll.
    off: Option<String>,
    numbers: Vec<(String, String)>,
    withheld: Option<String>,
    polled: Option<Polled>,
}

/// What a poll comes to, once it may be shown.
struct Polled {
    /// What an estimate needs and is not there.
    lacks: Option<String>,
    held_back: Vec<String>,
    rates: Vec<(String, String, String)>,
    counts: Vec<(String, u32)>,
    question: String,
    shares: Vec<Share>,
    kish: String,
    strata: Vec<Stratum>,
    refusals: Vec<(String, String, String, u32)>,
    waves: Vec<Wave>,
    suppressed: usize,
    options: Vec<String>,
    deviations: Vec<(String, usize)>,
    disclosed: Vec<(String, String)>,
    /// How the weights were made.
    weights: String,
}

struct Share {
    name: String,
    share: String,
    interval: String,
    deff: String,
    /// Before each step of weighting.
    stages: Vec<String>,
}

struct Stratum {
    name: String,
    drawn: u32,
    reached: u32,
    rr1: String,
    refused: u32,
}

struct Wave {
    station: String,
    query: String,
    wave: String,
    n: String,
    votes: Vec<String>,
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
    let waves = desk.look(Book::waves);
    let answered = waves.iter().filter_map(|wave| published.packs.get(&wave.form.pack)).map(|signed| &signed.pack);
    let ends_ms = embargo::research_ends_ms(answered, pack);
    let open = desk.app.clock.now_ms() >= ends_ms;
    let sample = known.samples.exit_poll.as_deref();
    let legal = pack.exit_poll.as_ref().and_then(|poll| kuager_forms::exit_poll::legal(poll).ok());
    let off = match &pack.exit_poll {
        None => Some(language.say("poll-none")),
        Some(_) if legal.is_some() || !waves.is_empty() => None,
        Some(poll) => {
            let reason = poll.off_reason.as_ref().map(|reason| pack.text(reason, &language.code).to_owned());
            Some(reason.filter(|reason| !reason.is_empty()).unwrap_or_else(|| language.say("poll-none")))
        }
    };
    let reached: std::collections::BTreeSet<&str> = waves.iter().map(|wave| wave.station.as_str()).collect();
    let mut numbers = vec![
        (language.say("poll-waves"), waves.len().to_string()),
        (language.say("poll-reached"), reached.len().to_string()),
    ];
    if let Some(sample) = sample {
        let within = reached.iter().filter(|station| sample.stations.contains_key(**station)).count();
        numbers.push((language.say("poll-drawn"), format!("{within} / {}", sample.stations.len())));
    }
    let polled = if open && off.is_none() {
        let (read, unread) = desk.polls.read(&waves, &published, &desk.app).await.map_err(trouble)?;
        let taken = read.iter().map(|(station, record, taken)| (station.as_str(), *record, &**taken));
        let stations =
            sample.map_or_else(|| by_region(&published, reached.iter().copied()), |sample| sample.stations.clone());
        let (mut input, elsewhere) = polls::input(taken, &stations);
        input.took_part = sample.and_then(|sample| desk.look(|book| took_part(book, sample, pack)));
        let poll = exit_poll(&input);
        Some(polled(&poll, sample, (unread, elsewhere), &published, language))
    } else {
        None
    };
    html(&Page {
        frame: Frame::new(pack, "/exit-poll?".to_owned(), &visitor),
        language,
        wrong: known.wrong.clone(),
        withheld: (!open && off.is_none()).then(|| Zone::of(pack).moment(ends_ms).full),
        off,
        numbers,
        polled,
    })
}

/// Stations of nobody's sample, so that rates can be counted by region. No share is made of these.
fn by_region<'a>(published: &Published, reached: impl Iterator<Item = &'a str>) -> BTreeMap<String, PolledStation> {
    let one = |station: &str| {
        let stratum = published.stations.get(station).map(|listed| listed.region.clone()).unwrap_or_default();
        let polled =
            PolledStation { stratum, registered: 0, stratum_registered: 0, stations_drawn: 0, pi: 1.0, interval: 1 };
        (station.to_owned(), polled)
    };
    reached.map(one).collect()
}

/// Who took part by stratum, once the official figures of every station of the frame are held.
fn took_part(book: &Book, sample: &PollSample, pack: &Pack) -> Option<BTreeMap<String, f64>> {
    let contest = pack.form(&pack.exit_poll.as_ref()?.form)?.contest.clone()?;
    let one = |(stratum, stations): (&String, &Vec<String>)| {
        let (have, sums) = book.official_sums(&contest, stations.iter().map(String::as_str));
        let (_, took_part) = sums.into_iter().find(|(column, _)| column.role == LineRole::TookPart)?;
        #[expect(clippy::cast_precision_loss, reason = "voters of a country are far below 2^52")]
        let took_part = took_part? as f64;
        (have == stations.len()).then(|| (stratum.clone(), took_part))
    };
    sample.frame.iter().map(one).collect()
}

fn rate(text: &str, term: &str, rate: Option<f64>, language: &Language) -> (String, String, String) {
    (language.say(text), term.to_owned(), percent(rate, 1, language))
}

fn rates(rates: &Rates, language: &Language) -> Vec<(String, String, String)> {
    vec![
        rate("rate-response", "RR1", rates.rr1(), language),
        rate("rate-response-partial", "RR2", rates.rr2(), language),
        rate("rate-response-unknown", "RR3", rates.rr3(), language),
        rate("rate-cooperation", "COOP1", rates.coop1(), language),
        rate("rate-refusal", "REF1", rates.ref1(), language),
        rate("rate-contact", "CON", rates.contact(), language),
    ]
}

fn polled(
    poll: &ExitPoll,
    sample: Option<&PollSample>,
    (unread, elsewhere): (usize, usize),
    published: &Published,
    language: &Language,
) -> Polled {
    let pack = &published.latest.pack;
    let contest = pack.exit_poll.as_ref().and_then(|poll| pack.form(&poll.form)?.contest.clone()).unwrap_or_default();
    let name = |option: &String| {
        let column = kuager_analysis::book::Column { role: LineRole::Votes, option: Some(option.clone()) };
        lines::named(pack, &contest, &column, language)
    };
    let counted = &poll.rates;
    let counts = [
        ("disposition-complete", counted.complete),
        ("disposition-partial", counted.partial),
        ("disposition-refused", counted.refused),
        ("disposition-missed", counted.missed),
        ("disposition-language", counted.language),
        ("disposition-unknown", counted.unknown),
        ("disposition-not-eligible", counted.not_eligible),
    ];
    let reader = Reader::of(pack);
    let question =
        reader.as_ref().and_then(Reader::question).map(|asked| pack.text(&asked.text, &language.code).to_owned());
    let shown = sample.is_some() && poll.publishable();
    let waves = poll.waves.iter().filter_map(|wave| {
        let Shown::Votes(votes) = &wave.votes else { return None };
        Some(Wave {
            station: stations::name(published, language, Some(&wave.station)).0,
            query: stations::query(Some(&wave.station)),
            wave: wave.wave.clone(),
            n: wave.n.map_or(String::new(), |n| n.to_string()),
            votes: poll.options.iter().map(|option| votes.get(option).copied().unwrap_or(0).to_string()).collect(),
        })
    });
    let waves: Vec<Wave> = waves.take(WAVES).collect();
    let off = [
        ("poll-off-counter", poll.deviations.len()),
        ("poll-off-contacts", poll.contacts_off.len()),
        ("poll-off-plan", if sample.is_some() { poll.plan_off.len() } else { 0 }),
        ("poll-off-chance", if sample.is_some() { poll.chance_off.len() } else { 0 }),
        ("poll-unread", unread),
        ("poll-elsewhere", elsewhere),
    ];
    Polled {
        lacks: sample.is_none().then(|| language.say("poll-lacks")),
        held_back: if sample.is_some() {
            poll.reasons.iter().map(|reason| said(reason, pack, language)).collect()
        } else {
            Vec::new()
        },
        rates: rates(counted, language),
        counts: counts.into_iter().map(|(text, count)| (language.say(text), count)).collect(),
        question: question.unwrap_or_default(),
        shares: if shown { shares(poll, &name, language) } else { Vec::new() },
        kish: decimal(poll.kish.get(&Stage::Final).copied().flatten(), 2, language),
        strata: poll
            .stations
            .iter()
            .map(|(stratum, stations)| {
                let rates = poll.rates_by_stratum.get(stratum).copied().unwrap_or_default();
                Stratum {
                    name: lines::region(pack, stratum, language),
                    drawn: stations.drawn,
                    reached: stations.reached,
                    rr1: percent(rates.rr1(), 1, language),
                    refused: rates.refused,
                }
            })
            .collect(),
        refusals: poll
            .refusals
            .iter()
            .map(|((stratum, sex, age), count)| {
                let sex = match sex.as_deref() {
                    Some("female") => language.say("seen-female"),
                    Some("male") => language.say("seen-male"),
                    _ => language.say("seen-nothing"),
                };
                let age = age.map_or_else(|| language.say("seen-nothing"), |age| Age::name(age).to_owned());
                (lines::region(pack, stratum, language), sex, age, *count)
            })
            .collect(),
        suppressed: poll.waves.iter().filter(|wave| wave.votes == Shown::Suppressed).count(),
        waves: if shown { waves } else { Vec::new() },
        options: poll.options.iter().map(name).collect(),
        deviations: off
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(text, count)| (language.say(text), count))
            .collect(),
        disclosed: disclosed(pack, poll, sample, language),
        weights: language.say(if poll.by_turnout { "poll-weights-turnout" } else { "poll-weights-passed" }),
    }
}

/// What is published with every poll.
fn disclosed(pack: &Pack, poll: &ExitPoll, sample: Option<&PollSample>, language: &Language) -> Vec<(String, String)> {
    let legal = pack.exit_poll.as_ref().and_then(|poll| poll.legal.as_ref());
    let mut disclosed = Vec::new();
    if let Some(legal) = legal {
        disclosed.push((language.say("poll-organisation"), legal.organisation.clone()));
        disclosed.push((language.say("poll-notice"), legal.notice.clone()));
        disclosed.extend(legal.law.clone().map(|law| (language.say("poll-law"), law)));
    }
    disclosed.push((language.say("poll-n"), poll.n.to_string()));
    if let Some(sample) = sample {
        let intervals = sample.stations.values().map(|station| station.interval);
        let (least, most) = (intervals.clone().min().unwrap_or(0), intervals.max().unwrap_or(0));
        disclosed.push((
            language.say("poll-interval"),
            if least == most { least.to_string() } else { format!("{least}–{most}") },
        ));
        disclosed.push((language.say("count-frame"), sample.commitment.frame_sha256.to_string()));
        disclosed.push((language.say("count-seed"), sample.commitment.seed_sha256.to_string()));
    }
    let suppressed = SUPPRESSED_BELOW.to_string();
    disclosed.push((
        language.say("poll-suppression"),
        language.say_with("poll-suppressed-below", &[("n", suppressed.as_str())]),
    ));
    disclosed
}

fn shares(poll: &ExitPoll, name: &dyn Fn(&String) -> String, language: &Language) -> Vec<Share> {
    let of = |stage: Stage, at: usize| poll.estimates.get(&stage).and_then(|shares| shares.get(at));
    let share = |(at, option): (usize, &String)| {
        let last = of(Stage::Final, at)?;
        let end = |end: Option<f64>| percent(end, 1, language);
        let stages = [Stage::Unweighted, Stage::Base, Stage::Nonresponse];
        Some(Share {
            name: name(option),
            share: percent(last.estimate.estimate, 1, language),
            interval: span(&end(last.estimate.low), &end(last.estimate.high)),
            deff: decimal(last.deff_replace, 1, language),
            stages: stages
                .into_iter()
                .map(|stage| percent(of(stage, at).and_then(|share| share.estimate.estimate), 1, language))
                .collect(),
        })
    };
    poll.options.iter().enumerate().filter_map(share).collect()
}

fn said(reason: &Reason, pack: &Pack, language: &Language) -> String {
    let of = |text: &str, stratum: &String| {
        let stratum = lines::region(pack, stratum, language);
        language.say_with(text, &[("stratum", stratum.as_str())])
    };
    match reason {
        Reason::NoVotes => language.say("poll-no-votes"),
        Reason::NoVotesOf { stratum } => of("poll-no-votes-of", stratum),
        Reason::TooFew { stratum, .. } => of("poll-too-few", stratum),
        Reason::NotSampled { stratum } => of("count-not-sampled", stratum),
        Reason::NoContacts => language.say("poll-no-contacts"),
    }
}
