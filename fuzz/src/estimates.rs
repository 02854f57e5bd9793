//! Tables of samples and polls.

use kuager_analysis::estimate::draw::{Commitment, Method, Seed, allocate, draw_by_size, draw_simple};
use kuager_analysis::estimate::exit_poll::{Files, exit_poll, read};
use kuager_analysis::estimate::frame::Frame;
use kuager_analysis::estimate::quick_count::{Settings, one_table, quick_count};
use kuager_analysis::estimate::ratio::Estimate;

fn numbers(estimate: &Estimate) -> [Option<f64>; 8] {
    let Estimate { estimate, se, moe95, moe99, low, high, se_without_fpc, deff } = *estimate;
    [estimate, se, moe95, moe99, low, high, se_without_fpc, deff]
}

/// Tables with a form feed between them: one is a frame, a quick count or a commitment, four are an exit poll, a fifth its turnout. What is worked out is a
/// number or missing, and what is published has everything.
pub fn estimates(data: &[u8]) {
    let tables: Vec<&[u8]> = data.split(|byte| *byte == 0x0c).collect();
    match tables[..] {
        [table] => {
            frame(table);
            count(table);
            if let Ok(commitment) = Commitment::from_json(table) {
                assert_eq!(Commitment::from_json(commitment.to_json().as_bytes()).as_ref(), Ok(&commitment));
            }
        }
        [stations, waves, contacts, cards] => poll(stations, waves, contacts, cards, None),
        [stations, waves, contacts, cards, turnout] => poll(stations, waves, contacts, cards, Some(("T", turnout))),
        _ => {}
    }
}

fn frame(table: &[u8]) {
    let Ok(frame) = Frame::read("F", table) else { return };
    let Ok(sizes) = allocate(&frame, 20) else { return };
    let seed = Seed::from_bytes([5; 32]);
    for method in [Method::Simple, Method::BySize] {
        let commitment = Commitment::new(method, &frame, &seed, sizes.clone(), None).expect("was shared out");
        let wanted: u32 = sizes.values().sum();
        let drawn = match method {
            Method::Simple => {
                let sample = draw_simple(&frame, &commitment, &seed, None).expect("was committed to");
                sample.strata().values().map(|stratum| stratum.drawn.len()).sum()
            }
            Method::BySize => match draw_by_size(&frame, &commitment, &seed, None) {
                Ok(drawn) => drawn.len(),
                Err(_) => continue,
            },
        };
        assert_eq!(u32::try_from(drawn), Ok(wanted));
    }
}

fn count(table: &[u8]) {
    let Ok(input) = one_table("Q", table) else { return };
    let counted = quick_count(&input.sample, &input.options, &input.reports, &Settings::default());
    let counted = counted.expect("reports of one table are of its sample");
    for (_, share) in &counted.estimates.shares {
        assert!(numbers(share).into_iter().flatten().all(f64::is_finite));
        assert!(!counted.publishable() || (share.estimate.is_some() && share.se.is_some()));
    }
    for estimate in
        [counted.estimates.turnout, counted.estimates.turnout_ballots_received, counted.estimates.invalid_of_issued]
    {
        assert!(numbers(&estimate).into_iter().flatten().all(f64::is_finite));
    }
    assert!(counted.bounds.iter().filter_map(|(_, bounds)| *bounds).all(|(low, high)| low <= high + 1e-9));
}

fn poll(stations: &[u8], waves: &[u8], contacts: &[u8], cards: &[u8], turnout: Option<(&str, &[u8])>) {
    let files = Files {
        stations: ("S", stations),
        waves: ("W", waves),
        contacts: ("C", contacts),
        cards: ("K", cards),
        turnout,
    };
    let Ok(input) = read(&files) else { return };
    let polled = exit_poll(&input);
    for share in polled.estimates.values().flatten() {
        assert!(numbers(&share.estimate).into_iter().flatten().all(f64::is_finite));
        assert!([share.deff, share.deff_replace].into_iter().flatten().all(f64::is_finite));
    }
    assert!(polled.adjustment.values().all(|a| a.is_finite()));
    assert_eq!(polled.waves.len(), input.waves.len());
}
