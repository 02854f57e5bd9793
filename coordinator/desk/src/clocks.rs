//! What the clocks of records say against the moments at which they arrived, in words.

use std::collections::HashMap;

use kuager_analysis::clock::{Evidence, Sealed, evidence};
use kuager_coordinator::ledger::RecordView;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::record::Record;

use crate::language::Language;
use crate::time::Zone;

/// Records that arrive sooner after the bound than this need no word about it.
const SOON_MS: u64 = 60_000;

/// What is known of when the records of a page were sealed.
pub(crate) struct Clocks(HashMap<RecordHash, (Evidence, u64)>);

impl Clocks {
    /// Of these records, in any order; each device's own later ones date its earlier ones.
    pub(crate) fn of(records: &[(&RecordView, Record)]) -> Self {
        let mut chains: HashMap<Kid, Vec<(u64, RecordHash, Sealed)>> = HashMap::new();
        for (view, record) in records {
            let sealed = Sealed { clock: record.clock, received_ms: view.received_ms };
            chains.entry(view.kid).or_default().push((record.seq, view.hash, sealed));
        }
        let mut known = HashMap::new();
        for chain in chains.values_mut() {
            chain.sort_by_key(|(seq, hash, _)| (*seq, *hash));
            let sealed: Vec<Sealed> = chain.iter().map(|(.., sealed)| *sealed).collect();
            for ((_, hash, sealed), evidence) in chain.iter().zip(evidence(&sealed)) {
                known.insert(*hash, (evidence, sealed.received_ms));
            }
        }
        Self(known)
    }

    /// What is worth a word about a record.
    pub(crate) fn said(&self, record: RecordHash, zone: &Zone, language: &Language) -> Vec<String> {
        let Some((known, received_ms)) = self.0.get(&record) else { return Vec::new() };
        let mut said = Vec::new();
        if known.latest_ms.saturating_add(SOON_MS) < *received_ms {
            said.push(language.say_with("clock-latest", &[("at", zone.moment(known.latest_ms).full.as_str())]));
        }
        if known.ahead_ms > 0 {
            let minutes = (known.ahead_ms / 60_000).to_string();
            said.push(language.say_with("clock-ahead", &[("minutes", minutes.as_str())]));
        }
        if known.jumped {
            said.push(language.say("clock-jumped"));
        }
        said
    }
}
