//! The statements about forks: signed when a pair of records is met that has none, answered as the ledger keeps them.

use kuager_wire::VERSION;
use kuager_wire::receipt::Fork;

use crate::app::{App, short};
use crate::error::CoordinatorError;
use crate::ledger::ForkPair;

/// Pairs attested in one go.
const PAIRS: u32 = 256;

/// Signs a statement about each of these pairs, and returns the statements that are kept: these, or those that somebody else
/// was faster with. Every statement follows from its pair alone.
pub(super) async fn attest(app: &App, pairs: Vec<ForkPair>) -> Result<Vec<Vec<u8>>, CoordinatorError> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let signer = app.signer.clone();
    let sign = move |ForkPair { kid, seq, first, second, seen_ms }| {
        tracing::warn!(kid = %short(kid), seq, "two records under one number");
        let statement = signer.receipts.fork(&Fork { version: VERSION, kid, seq, first, second, seen_ms })?;
        Ok::<_, CoordinatorError>((second, statement))
    };
    let signing = tokio::task::spawn_blocking(move || pairs.into_iter().map(sign).collect::<Result<Vec<_>, _>>());
    let statements = signing.await.map_err(|_| CoordinatorError::Worker)??;
    Ok(app.ledger.add_fork_statements(statements).await?)
}

/// Attests what an earlier run found and did not come to attest.
///
/// # Errors
/// [`CoordinatorError`]; what is left waits on.
pub async fn attest_waiting(app: &App) -> Result<(), CoordinatorError> {
    loop {
        let pairs = app.ledger.unsigned_forks(PAIRS).await?;
        if pairs.is_empty() {
            return Ok(());
        }
        attest(app, pairs).await?;
    }
}
