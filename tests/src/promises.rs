//! What a phone in a process of its own promised before it ended, and whether it holds.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use kuager_core::queue::{State, UploadState};
use kuager_testing::{TestCoordinator, files, phone};
use kuager_wire::ids::{MediaHash, RecordHash};

/// Writes the files that `test-phone` starts from into a folder: `invite`, `pack` and `photo.jpg`.
pub fn lay_out(folder: &Path, coordinator: &TestCoordinator) {
    std::fs::write(folder.join("invite"), coordinator.invite().to_url().unwrap()).unwrap();
    std::fs::write(folder.join("pack"), coordinator.pack()).unwrap();
    std::fs::write(folder.join("photo.jpg"), files::page_jpeg(1200, 900)).unwrap();
}

/// Prints what holds from now on, whatever happens next; for programs that may be killed.
///
/// # Errors
/// When nobody hears it.
pub fn promise(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// What `test-phone` printed.
#[derive(Default, Debug)]
pub struct Promises {
    sealed: BTreeSet<RecordHash>,
    accepted: BTreeSet<RecordHash>,
    saved: BTreeSet<MediaHash>,
    stored: BTreeSet<MediaHash>,
    drafted: usize,
    /// Whether it said that everything was delivered.
    pub completed: bool,
}

impl Promises {
    /// Reads the lines.
    #[must_use]
    pub fn heard<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut promises = Self::default();
        for line in lines {
            match line.split_once(' ') {
                Some(("sealed", hash)) => drop(promises.sealed.insert(hash.parse().unwrap())),
                Some(("accepted", hash)) => drop(promises.accepted.insert(hash.parse().unwrap())),
                Some(("saved", hash)) => drop(promises.saved.insert(hash.parse().unwrap())),
                Some(("stored", hash)) => drop(promises.stored.insert(hash.parse().unwrap())),
                _ if line == "drafted" => promises.drafted += 1,
                _ if line == "completed" => promises.completed = true,
                _ => {}
            }
        }
        promises
    }

    /// Opens the phone of a folder in this process and checks that every promise holds.
    pub fn check(&self, folder: &Path, when: &str) {
        let observer = phone::open(folder).unwrap_or_else(|error| panic!("{when}: {error}"));
        let rows = observer.records().unwrap();
        let held: BTreeSet<_> = rows.iter().map(|row| row.record.hash).collect();
        assert_eq!(held.len(), rows.len(), "{when}: doubled");
        // What was sealed anew under another key is listed under its new name, and still there under the old one.
        let lost = self.sealed.iter().filter(|hash| !held.contains(hash)).find(|hash| observer.record(**hash).is_err());
        assert_eq!(lost, None, "{when}: a sealed record is lost: {self:?}");
        let delivered: BTreeSet<_> =
            rows.iter().filter(|row| row.state == State::Accepted).map(|row| row.record.hash).collect();
        assert!(self.accepted.is_subset(&delivered), "{when}: a receipt is lost");
        for hash in self.saved.union(&self.stored) {
            let mut bytes = Vec::new();
            observer.open_media(*hash).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(MediaHash::of(&bytes), *hash, "{when}: a photo is lost");
        }
        let media = observer.media().unwrap();
        let stored = media.iter().filter(|row| row.state == UploadState::Stored).map(|row| row.hash).collect();
        assert!(self.stored.is_subset(&stored), "{when}: a photo's receipt is lost");
        let drafts = observer.drafts().unwrap().len();
        assert!(drafts <= 1 && rows.len() + drafts >= self.drafted, "{when}: a draft is lost or doubled");
        if observer.status().unwrap().deployment.is_some() {
            assert_eq!(observer.verify().unwrap().faults, [], "{when}");
        }
        observer.close();
    }
}
