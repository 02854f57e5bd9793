//! Watching how long observers can still be enrolled.

use std::time::Duration;

use crate::app::App;
use crate::sign::IssuerStanding;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// Says in the log when an issuer ends soon or has ended, at once and a few times a day, for as long as it is polled.
pub(crate) async fn watch_issuer(app: App) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        match app.signer.issuer.standing(app.clock.now_ms()) {
            Ok(IssuerStanding::RootIsHere | IssuerStanding::Until { soon: false, .. }) => {}
            Ok(standing @ IssuerStanding::Until { not_after_ms, .. }) => {
                let (standing, days) = (standing.name(), not_after_ms.saturating_sub(app.clock.now_ms()) / 86_400_000);
                tracing::warn!(standing, days, "the issuer ends soon; ask for the next one: kuager root request");
            }
            Ok(standing) => {
                let standing = standing.name();
                tracing::error!(standing, "nobody can be enrolled; ask for an issuer: kuager root request");
            }
            Err(error) => tracing::error!(%error, "whether observers can be enrolled is not known"),
        }
    }
}
