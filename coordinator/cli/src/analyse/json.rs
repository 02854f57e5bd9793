//! Estimates as JSON. What is missing is null; the keys are part of what the program promises.

use std::collections::BTreeMap;

use kuager_analysis::estimate::draw::Hash;
use kuager_analysis::estimate::exit_poll::{Age, Deviation, ExitPoll, Rates, Share, Shown, Stage};
use kuager_analysis::estimate::quick_count::{Estimates, Moment, QuickCount, Response};
use kuager_analysis::estimate::ratio::Estimate;
use kuager_analysis::estimate::sample::Origin;
use serde_json::{Map, Value, json};

fn estimate(estimate: &Estimate) -> Value {
    json!({
        "estimate": estimate.estimate,
        "se": estimate.se,
        "moe95": estimate.moe95,
        "moe99": estimate.moe99,
        "low": estimate.low,
        "high": estimate.high,
        "se_without_fpc": estimate.se_without_fpc,
        "deff": estimate.deff,
    })
}

fn estimates(of: &Estimates) -> Value {
    let mut map: Map<String, Value> =
        of.shares.iter().map(|(option, share)| (format!("share_{option}"), estimate(share))).collect();
    map.insert("turnout".to_owned(), estimate(&of.turnout));
    map.insert("turnout_ballots_received".to_owned(), estimate(&of.turnout_ballots_received));
    map.insert("invalid_of_issued".to_owned(), estimate(&of.invalid_of_issued));
    let lead = of.lead.as_ref().map(|lead| {
        let mut value = estimate(&lead.estimate);
        value["first"] = json!(lead.first);
        value["second"] = json!(lead.second);
        value["deff_of_lead"] = json!(lead.deff_of_lead);
        value
    });
    map.insert("lead".to_owned(), json!(lead));
    Value::Object(map)
}

fn texts<T: ToString>(of: &[T]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

/// A quick count. `official` has shares that somebody else has published.
pub(super) fn quick_count(
    count: &QuickCount,
    missing_by_reason: Option<&BTreeMap<String, u32>>,
    official: &[(String, f64)],
) -> Value {
    let response = |response: &Response| {
        json!({
            "stations": response.stations,
            "sampled": response.sampled,
            "reported": response.reported,
            "rate": response.rate,
        })
    };
    let response: BTreeMap<_, _> = count.response.iter().map(|(name, of)| (name, response(of))).collect();
    let moments = |moments: &[Moment]| -> Vec<Value> {
        let moment = |moment: &Moment| {
            let (minute, reported) = (moment.minute, moment.reported);
            json!({ "minute": minute, "reported": reported, "estimate": moment.estimate, "se": moment.se })
        };
        moments.iter().map(moment).collect()
    };
    let convergence: BTreeMap<_, _> =
        count.convergence.iter().map(|option| (&option.option, moments(&option.moments))).collect();
    let converged: BTreeMap<_, _> =
        count.convergence.iter().map(|option| (&option.option, option.converged_at_minute)).collect();
    let bounds: BTreeMap<_, _> =
        count.bounds.iter().map(|(option, bounds)| (option, bounds.map(|(low, high)| [low, high]))).collect();
    let comparison = count.comparison.iter().map(|comparison| {
        json!({
            "fact": comparison.fact,
            "word": comparison.word,
            "reported": comparison.reported,
            "missing": comparison.missing,
            "standard_errors": comparison.standard_errors,
        })
    });
    let failed = count.failed.iter().map(|failed| {
        let relations: Vec<&str> = failed.relations.iter().map(|relation| relation.id()).collect();
        json!({ "station": failed.station, "relations": relations })
    });
    let against: BTreeMap<_, _> = official
        .iter()
        .map(|(option, official)| {
            let share = count.estimates.shares.iter().find(|(name, _)| name == option).map(|(_, share)| share);
            let z = share.and_then(|share| share.official_in_standard_errors(*official));
            (option, json!({ "official": official, "standard_errors": z }))
        })
        .collect();
    json!({
        "sample": origin(count.origin),
        "response": response,
        "response_rate": count.response_rate,
        "df": count.df,
        "estimates": estimates(&count.estimates),
        "convergence": convergence,
        "converged_at_minute": count.converged_at_minute,
        "converged_at_minute_by_option": converged,
        "nonresponse_bounds": bounds,
        "nonresponse_comparison": comparison.collect::<Vec<_>>(),
        "missing_by_reason": missing_by_reason,
        "failed_relations": failed.collect::<Vec<_>>(),
        "estimates_without_failed_relations": count.without_failed.as_ref().map(estimates),
        "official": against,
        "publishable": count.publishable(),
        "reasons": texts(&count.reasons),
    })
}

fn origin(origin: Origin) -> Value {
    match origin {
        Origin::Stated => json!({ "origin": "stated" }),
        Origin::Drawn { frame, seed } => {
            json!({ "origin": "drawn", "frame_sha256": Hash(frame), "seed_sha256": Hash(seed) })
        }
    }
}

fn rates(rates: &Rates) -> Value {
    json!({
        "counts": {
            "I": rates.complete,
            "P": rates.partial,
            "R": rates.refused,
            "NC": rates.missed,
            "O": rates.language,
            "U": rates.unknown,
            "not_eligible": rates.not_eligible,
        },
        "RR1": rates.rr1(),
        "RR2": rates.rr2(),
        "RR3": rates.rr3(),
        "COOP1": rates.coop1(),
        "REF1": rates.ref1(),
        "contact_rate": rates.contact(),
        "ineligible_share": rates.ineligible_share(),
    })
}

fn share(share: &Share) -> Value {
    json!({
        "estimate": share.estimate.estimate,
        "se": share.estimate.se,
        "moe95": share.estimate.moe95,
        "moe99": share.estimate.moe99,
        "low": share.estimate.low,
        "high": share.estimate.high,
        "deff": share.deff,
        "deff_replace": share.deff_replace,
    })
}

fn cell((stratum, sex, age): &(String, String, Age)) -> String {
    format!("{stratum}|{sex}|{}", age.name())
}

fn deviations(of: &[Deviation]) -> Vec<Value> {
    let deviation = |off: &Deviation| json!({ "station": off.station, "wave": off.wave, "selected": off.selected, "expected": off.expected });
    of.iter().map(deviation).collect()
}

/// An exit poll.
pub(super) fn exit_poll(poll: &ExitPoll) -> Value {
    let by_option = |stage: &Stage| -> BTreeMap<&String, Value> {
        let shares = poll.estimates.get(stage).into_iter().flatten();
        poll.options.iter().zip(shares).map(|(option, of)| (option, share(of))).collect()
    };
    let estimates: BTreeMap<_, _> = Stage::ALL.iter().map(|stage| (stage.name(), by_option(stage))).collect();
    let adjustment: BTreeMap<_, _> = poll.adjustment.iter().map(|(name, a)| (cell(name), a)).collect();
    let kish: BTreeMap<_, _> = poll.kish.iter().map(|(stage, kish)| (stage.name(), kish)).collect();
    let stations = poll.stations.iter().map(|(stratum, stations)| {
        let counted = json!({ "drawn": stations.drawn, "listed": stations.listed, "reached": stations.reached });
        (stratum, counted)
    });
    let refusals = poll.refusals.iter().map(|((stratum, sex, age), count)| {
        json!({ "stratum": stratum, "sex": sex, "age": age.map(Age::name), "refused": count })
    });
    let waves = poll.waves.iter().map(|wave| {
        let votes = match &wave.votes {
            Shown::Votes(votes) => Some(votes),
            Shown::Suppressed => None,
        };
        json!({ "station": wave.station, "wave": wave.wave, "n": wave.n, "votes": votes, "suppressed": votes.is_none() })
    });
    json!({
        "n": poll.n,
        "rates": rates(&poll.rates),
        "rates_by_stratum": poll.rates_by_stratum.iter().map(|(name, of)| (name, rates(of))).collect::<BTreeMap<_, _>>(),
        "refusals": refusals.collect::<Vec<_>>(),
        "stations": stations.collect::<BTreeMap<_, _>>(),
        "waves_worked": poll.waves.len(),
        "weights_base": poll.weights_base,
        "nonresponse_adjustment": adjustment,
        "collapsed_cells": poll.collapsed.iter().map(cell).collect::<Vec<_>>(),
        "poststratified_to": if poll.by_turnout { "turnout" } else { "passed" },
        "estimates": estimates,
        "kish": kish,
        "deviations": deviations(&poll.deviations),
        "deviations_of_contacts": deviations(&poll.contacts_off),
        "deviations_of_plan": poll.plan_off.iter().map(|(station, wave)| json!({ "station": station, "wave": wave })).collect::<Vec<_>>(),
        "stations_with_another_chance": poll.chance_off,
        "waves": waves.collect::<Vec<_>>(),
        "publishable": poll.publishable(),
        "reasons": texts(&poll.reasons),
    })
}
