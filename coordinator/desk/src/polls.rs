//! Waves of the exit poll as the ledger has them, each read once. Nobody asks before the embargo is over (`pages::exit_poll`).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kuager_analysis::book::WaveView;
use kuager_analysis::polls::{Reader, Taken};
use kuager_coordinator::app::App;
use kuager_coordinator::ledger::LedgerError;
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::{PackHash, RecordHash};
use parking_lot::Mutex;

use crate::sealed;

/// Waves that are kept; a poll of a thousand stations has fewer.
const MOST: usize = 8_000;

/// What was read. A record that says nothing usable is kept as that.
#[derive(Debug, Default)]
pub(crate) struct Polls(Mutex<HashMap<RecordHash, Option<Arc<Taken>>>>);

impl Polls {
    /// What these waves say; those that cannot be read are left out, and counted.
    pub(crate) async fn read(
        &self,
        waves: &[WaveView],
        published: &Published,
        app: &App,
    ) -> Result<(Vec<(String, RecordHash, Arc<Taken>)>, usize), LedgerError> {
        let mut readers: HashMap<PackHash, Option<Reader>> = HashMap::new();
        let mut found = Vec::with_capacity(waves.len());
        let mut unread = 0_usize;
        for wave in waves.iter().take(MOST) {
            let known = self.0.lock().get(&wave.record).cloned();
            let taken = match known {
                Some(taken) => taken,
                None => {
                    let reader = readers.entry(wave.form.pack).or_insert_with(|| {
                        let pack = &published.packs.get(&wave.form.pack)?.pack;
                        // A wave that answers another form than the poll's is none.
                        let is_poll = pack.exit_poll.as_ref().is_some_and(|poll| poll.form == wave.form.form);
                        is_poll.then(|| Reader::of(pack)).flatten()
                    });
                    let bytes = app.ledger.record(wave.record).await?;
                    let record = bytes.as_deref().and_then(sealed::read);
                    let answers = record.and_then(|record| record.body.answers);
                    let taken = reader.as_ref().zip(answers).and_then(|(reader, answers)| reader.read(&answers));
                    let taken = taken.map(Arc::new);
                    self.0.lock().insert(wave.record, taken.clone());
                    taken
                }
            };
            match taken {
                Some(taken) => found.push((wave.station.clone(), wave.record, taken)),
                None => unread = unread.saturating_add(1),
            }
        }
        // Versions that were corrected since are not asked for again.
        let mut kept = self.0.lock();
        if kept.len() > MOST {
            let there: HashSet<RecordHash> = waves.iter().map(|wave| wave.record).collect();
            kept.retain(|record, _| there.contains(record));
        }
        Ok((found, unread))
    }
}
