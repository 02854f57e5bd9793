//! What a deployment's files are worked on with: where they lie, whose turn it is, what is under way.

use std::sync::Arc;
use std::time::Duration;

use kuager_wire::limits;
use tokio::sync::{Mutex, Notify, OnceCell, RwLock};

use super::examiner::{Examiner, InProcess};
use super::purse::Unfinished;
use super::store::{LocalFiles, ObjectError, ObjectStore};
use super::turns::Turns;
use crate::app::App;

/// In how many of 256 places two pictures may differ and still be shown to people as possibly the same. Unrelated
/// pictures differ in 128, pages of one form with other numbers in 100 and more; a small copy of a nearly blank page differs
/// from it in up to 55.
pub const ALIKE: u32 = 64;

/// What a coordinator does with files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaPolicy {
    /// How long an unfinished upload may lie still before what has come of it is thrown away. The phone still has the
    /// file and starts again.
    pub keep: Duration,
    /// Bytes of the disk that files leave free, so that records still find room when photos have filled the rest.
    pub reserve: u64,
}

impl Default for MediaPolicy {
    fn default() -> Self {
        Self { keep: Duration::from_secs(14 * 24 * 60 * 60), reserve: 256 << 20 }
    }
}

/// The files of one deployment.
#[derive(Debug)]
pub struct Media {
    pub(super) app: App,
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) policy: MediaPolicy,
    pub(super) turns: Turns,
    /// What has come of uploads that are not finished, once the folder was looked at.
    pub(super) unfinished: Arc<Unfinished>,
    pub(super) looked: OnceCell<()>,
    /// Held for reading by every upload in progress, so that the end can wait for them.
    pub(super) working: Arc<RwLock<()>>,
    /// Tells that a file came.
    pub(super) came: Notify,
    /// Who looks at pictures.
    pub(super) examiner: Arc<dyn Examiner>,
    /// Held while a picture is decoded: one at a time is enough, and two might not fit the memory.
    pub(super) looking: Mutex<()>,
}

impl Media {
    /// How much may be kept, and for how long.
    #[must_use]
    pub fn policy(&self) -> &MediaPolicy {
        &self.policy
    }

    /// The files in the deployment's own folder.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub fn open(app: App, policy: MediaPolicy) -> Result<Self, ObjectError> {
        let store = LocalFiles::open(&app.deployment.media_dir(), policy.reserve)?;
        Ok(Self::with_store(app, Arc::new(store), policy))
    }

    /// Files in a place of the caller's choice.
    #[must_use]
    pub fn with_store(app: App, store: Arc<dyn ObjectStore>, policy: MediaPolicy) -> Self {
        Self {
            app,
            store,
            policy,
            turns: Turns::default(),
            unfinished: Arc::default(),
            looked: OnceCell::new(),
            working: Arc::default(),
            came: Notify::new(),
            examiner: Arc::new(InProcess),
            looking: Mutex::default(),
        }
    }

    /// With somebody else to look at pictures than this process.
    #[must_use]
    pub fn examined_by(self, examiner: Arc<dyn Examiner>) -> Self {
        Self { examiner, ..self }
    }

    /// Bytes of one file at most: what the most generous published pack allows.
    #[must_use]
    pub fn limit(&self) -> u64 {
        let published = self.app.shelf.published();
        let of = |signed: &Arc<kuager_wire::pack::SignedPack>| signed.pack.media_limit.unwrap_or(limits::MEDIA_DEFAULT);
        published.packs.values().map(of).max().unwrap_or(limits::MEDIA_DEFAULT).min(limits::MEDIA)
    }

    /// Waits until no upload is in progress, but not for ever.
    pub async fn settle(&self, time: Duration) {
        if tokio::time::timeout(time, self.working.write()).await.is_err() {
            tracing::warn!("an upload was still in progress at the end; what is durable of it stays");
        }
    }
}
