//! What does not hold in the chains: device by device, with records that show it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kuager_coordinator::app::short;
use kuager_coordinator::ledger::{ChainFault, FaultyChain, Seen};
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::{html, trouble};
use crate::state::Desk;
use crate::stations;
use crate::views::seen;

/// Chains shown, those with most faults first.
const CHAINS: u32 = 200;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "chains.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    chains: Vec<Chain>,
}

struct Chain {
    device: String,
    observer: String,
    faults: Vec<Fault>,
}

struct Fault {
    said: String,
    count: u64,
    examples: Vec<Example>,
}

struct Example {
    hash: String,
    seq: u64,
    /// The query of its station's page.
    station: String,
}

/// The page of all chains in which something does not hold.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    seen(&desk, &visitor, Seen::Chains).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let faulty = desk.app.ledger.faulty_chains(CHAINS).await.map_err(trouble)?;
    let chains = faulty.iter().map(|chain| shown(chain, language)).collect();
    html(&Page { frame: Frame::new(pack, "/chains?".to_owned(), &visitor), language, chains })
}

fn shown(chain: &FaultyChain, language: &Language) -> Chain {
    let faults = chain.counts.iter().map(|(fault, count)| {
        let examples = chain.examples.iter().filter(|example| example.fault == *fault).map(|example| Example {
            hash: example.record.to_string(),
            seq: example.seq,
            station: stations::query(example.station.as_deref()),
        });
        Fault { said: said(*fault, language), count: *count, examples: examples.collect() }
    });
    Chain {
        device: short(chain.kid),
        observer: chain.observer.map(|observer| observer.to_string().chars().take(8).collect()).unwrap_or_default(),
        faults: faults.collect(),
    }
}

/// A fault in words.
pub(crate) fn said(fault: ChainFault, language: &Language) -> String {
    language.say(match fault {
        ChainFault::BrokenLink => "fault-broken-link",
        ChainFault::Fork => "fault-fork",
        ChainFault::Gap => "fault-gap",
        ChainFault::Lost => "fault-lost",
        ChainFault::OtherStation => "fault-other-station",
    })
}
