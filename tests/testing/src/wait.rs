//! Waiting for what is expected.

use std::time::Duration;

use kuager_core::SyncEvent;
use tokio::sync::broadcast::Receiver;

/// Longer than anything takes, also on a machine that is busy with something else: a limit against hanging, and never a
/// measure of how fast something is.
pub const LONG: Duration = Duration::from_secs(120);

/// Follows a phone until something happens, and returns what `wanted` made of it.
///
/// # Panics
/// When it does not happen within [`LONG`].
pub async fn until<T>(events: &mut Receiver<SyncEvent>, wanted: impl Fn(&SyncEvent) -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = wanted(&events.recv().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(LONG, found).await.expect("it happens at last")
}
