//! The drawn samples that the desk knows, read when it starts and again when there are others.

use std::path::Path;
use std::sync::Arc;

use kuager_coordinator::samples::Samples;
use parking_lot::RwLock;

/// What is known of samples.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) samples: Samples,
    /// Why one that is there cannot be used.
    pub(crate) wrong: Option<String>,
    /// Which were there when they were read.
    there: [bool; 2],
}

/// The samples of a deployment.
#[derive(Debug, Default)]
pub(crate) struct Shelf(RwLock<Arc<Known>>);

impl Shelf {
    /// What is known now.
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read())
    }

    /// Reads what lies in a data directory, if that is something else than before.
    pub(crate) async fn look(&self, dir: &Path) {
        let (there, dir) = (Samples::there(dir), dir.to_owned());
        if there == self.known().there {
            return;
        }
        // Frames are large, and drawing asks for a hash of each of ten thousand stations.
        let read = tokio::task::spawn_blocking(move || Samples::read(&dir)).await;
        let known = match read {
            Ok(Ok(samples)) => Known { samples, wrong: None, there },
            Ok(Err(error)) => {
                tracing::warn!(%error, "a sample cannot be used");
                Known { wrong: Some(error.to_string()), there, ..Known::default() }
            }
            Err(_) => return,
        };
        *self.0.write() = Arc::new(known);
    }
}
