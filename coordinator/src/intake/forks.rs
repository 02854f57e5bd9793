//! The statements about forks: signed when a pair of records is met that has none, answered as the ledger keeps them.
//!
//! Two records under one number are proof enough of what a device does, so its thousandth pair is kept and counted, and not
//! signed: what one device can have signed is bounded.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota};
use kuager_wire::VERSION;
use kuager_wire::ids::Kid;
use kuager_wire::receipt::Fork;

use crate::app::{App, short};
use crate::error::CoordinatorError;
use crate::ledger::ForkPair;

/// Pairs looked at when a coordinator starts. A phone whose pair is not among them sends again, and meets it so.
const PAIRS: u32 = 1024;
/// Pairs of one device attested in an hour. A restored phone makes a few.
const PER_HOUR: NonZeroU32 = const { NonZeroU32::new(32).expect("is 32") };

/// How many pairs of each device may still be attested.
#[derive(Debug)]
pub(super) struct Budget(DefaultKeyedRateLimiter<Kid>);

impl Default for Budget {
    fn default() -> Self {
        Self(DefaultKeyedRateLimiter::keyed(Quota::per_hour(PER_HOUR)))
    }
}

impl Budget {
    fn allows(&self, pair: &ForkPair) -> bool {
        self.0.check_key(&pair.kid).is_ok()
    }
}

/// Signs a statement about each of these pairs that the budget allows, and hands out the statements that are kept, each with
/// the position of its pair: these, or those that somebody else was faster with. Every statement follows from its pair alone.
pub(super) async fn attest(
    app: &App,
    budget: &Budget,
    pairs: Vec<(usize, ForkPair)>,
    mut kept: impl FnMut(usize, Vec<u8>),
) -> Result<(), CoordinatorError> {
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, pair)| budget.allows(pair)).collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let (positions, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let signer = app.signer.clone();
    let sign = move |ForkPair { kid, seq, first, second, seen_ms }| {
        tracing::warn!(kid = %short(kid), seq, "two records under one number");
        let statement = signer.receipts.fork(&Fork { version: VERSION, kid, seq, first, second, seen_ms })?;
        Ok::<_, CoordinatorError>((second, statement))
    };
    let signing = tokio::task::spawn_blocking(move || pairs.into_iter().map(sign).collect::<Result<Vec<_>, _>>());
    let statements = signing.await.map_err(|_| CoordinatorError::Worker)??;
    for (position, statement) in positions.into_iter().zip(app.ledger.add_fork_statements(statements).await?) {
        kept(position, statement);
    }
    Ok(())
}

/// Attests what an earlier run found and did not come to attest.
///
/// # Errors
/// [`CoordinatorError`]; what is left waits on.
pub async fn attest_waiting(app: &App) -> Result<(), CoordinatorError> {
    let pairs = app.ledger.unsigned_forks(PAIRS).await?;
    attest(app, &Budget::default(), pairs.into_iter().enumerate().collect(), |_, _| ()).await
}
