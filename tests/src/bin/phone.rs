//! A phone as a process of its own: does its work step by step, says what is durable, and can be killed at any moment.
//!
//! `test-phone DIR INVITE PACK NOTES SYNC_SECONDS`: opens the phone in DIR, accepts the invite (a file with the URL) and
//! the pack if it has not yet, then writes and seals notes until NOTES are sealed, the first with the photo that lies
//! beside the pack, then syncs. Every line it prints is a promise: `saved HASH` (a photo), `sealed HASH`, `accepted HASH`
//! and `stored HASH` must hold after whatever happens next. `asked HASH` is a photo that it was asked for again.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use kuager_core::{NewDraft, Origin, SyncEvent};
use kuager_testing::phone;
use kuager_tests::promises::promise;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, invite, pack, notes, seconds] = arguments.as_slice() else {
        return Err("usage: test-phone DIR INVITE PACK NOTES SYNC_SECONDS".into());
    };
    let observer = phone::open(Path::new(dir))?;
    if observer.status()?.deployment.is_none() {
        observer.accept_invite(&std::fs::read_to_string(invite)?)?;
    }
    if observer.pack().is_err() {
        observer.import_pack(std::fs::read(pack)?)?;
    }
    let notes: usize = notes.parse()?;
    // A draft that an earlier run left is sealed first, as a person would.
    for draft in observer.drafts()? {
        promise(&format!("sealed {}", observer.seal(draft.id)?.hash))?;
    }
    while observer.records()?.len() < notes {
        let draft = observer.new_draft(NewDraft::note("бірінші нұсқа").station(phone::STATION))?;
        promise("drafted")?;
        let photo = Path::new(pack).with_file_name("photo.jpg");
        if observer.media()?.is_empty() {
            let attached = observer.attach_path(draft, &photo, Origin::Imported, None)?;
            promise(&format!("saved {}", attached.hash))?;
        }
        observer.set_text(draft, &format!("жазба {}", observer.records()?.len()))?;
        promise("changed")?;
        promise(&format!("sealed {}", observer.seal(draft)?.hash))?;
    }
    let seconds: u64 = seconds.parse()?;
    if seconds > 0 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let mut events = observer.subscribe();
        let summary = runtime.block_on(observer.sync_until(Duration::from_secs(seconds)))?;
        while let Ok(event) = events.try_recv() {
            match event {
                SyncEvent::Accepted(hash) => promise(&format!("accepted {hash}"))?,
                SyncEvent::MediaStored(hash) => promise(&format!("stored {hash}"))?,
                _ => {}
            }
        }
        let asked = observer.messages()?.into_iter().filter(|received| received.message.ask.is_some());
        for media in asked.filter_map(|received| received.message.media) {
            promise(&format!("asked {media}"))?;
        }
        promise(if summary.completed { "completed" } else { "incomplete" })?;
    }
    Ok(())
}
