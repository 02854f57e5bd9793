//! Where an observer's data lives and how patient the core is.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of an [`crate::Observer`].
#[derive(Debug, Clone)]
pub struct ObserverConfig {
    /// Folder of this observer's store; made when missing. Must be private to the app and left out of backups.
    pub dir: PathBuf,
    /// Longest wait for a connection to one server address.
    pub connect_timeout: Duration,
    /// Longest silence during a call, for throttled networks: at 20 kbit/s a full batch takes about 30 s.
    pub idle_timeout: Duration,
    /// Longest duration of one call.
    pub call_timeout: Duration,
}

impl ObserverConfig {
    /// The default settings for a folder.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(45),
            call_timeout: Duration::from_secs(180),
        }
    }
}
