//! A record as the pages show it: its answers in words, its files as pictures.

use kuager_analysis::embargo;
use kuager_coordinator::app::short;
use kuager_coordinator::ledger::{FileView, RecordView};
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::record::{AttachmentRole, IncidentStatus, RecordKind};

use crate::answers::{self, Line};
use crate::language::Language;
use crate::sealed::read;
use crate::state::Desk;
use crate::time::{Moment, Zone};

/// A record as it is shown.
pub(crate) struct Entry {
    pub(crate) hash: String,
    pub(crate) title: String,
    pub(crate) seq: u64,
    pub(crate) received: Moment,
    /// When, by its phone's clock.
    pub(crate) sealed: Moment,
    /// What else is known of that moment, in words.
    pub(crate) clock: Vec<String>,
    /// The record before it in its chain.
    pub(crate) prev: RecordHash,
    /// Whether it has a receipt.
    pub(crate) receipted: bool,
    pub(crate) device: String,
    pub(crate) observer: String,
    /// Both in full, to be copied.
    pub(crate) kid: String,
    pub(crate) observer_id: String,
    pub(crate) training: bool,
    pub(crate) corrected: bool,
    /// Whether it is kept apart, because its device is revoked.
    pub(crate) apart: bool,
    /// Where it stands by what others say of it, in words; for an incident, and for what something is said about.
    pub(crate) stands: Option<String>,
    /// For a word about another record: that record and what the word says of it, in words.
    pub(crate) word: Option<(RecordHash, String)>,
    /// What does not hold about its place in the chain, in words.
    pub(crate) faults: Vec<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) pictures: Vec<Picture>,
    /// Whether an embargo lies on what it says.
    pub(crate) withheld: bool,
}

/// A file of a record as it is shown.
pub(crate) struct Picture {
    pub(crate) media: MediaHash,
    pub(crate) label: String,
    /// What is shown in its place: itself, its preview, or nothing yet.
    pub(crate) shown: Option<MediaHash>,
    /// Whether the whole file has arrived.
    pub(crate) complete: bool,
    pub(crate) arrived_kib: u64,
    pub(crate) kib: u64,
}

/// MIME types every browser shows, and that hold no programs.
pub(crate) fn is_shown(mime: &str) -> bool {
    matches!(mime, "image/jpeg" | "image/png" | "image/webp" | "image/gif")
}

impl Entry {
    /// What is shown of a record; nothing of one that cannot be read.
    pub(crate) async fn new(desk: &Desk, view: &RecordView, language: &Language) -> Option<Self> {
        let record = read(&view.bytes)?;
        let published = desk.published();
        let pack = record.form.as_ref().and_then(|form| published.packs.get(&form.pack));
        let pack = pack.map(|signed| &signed.pack);
        let newest = &published.latest.pack;
        let zone = Zone::of(newest);
        let withheld = embargo::withheld(&record, pack, newest, desk.app.clock.now_ms());
        let mut pictures = Vec::new();
        for file in view.files.iter().filter(|file| file.role != AttachmentRole::Preview) {
            let label = file.label.as_deref().map(|label| answers::label(&record, pack, language, label));
            pictures.push(Picture::new(desk, file, &view.files, label.unwrap_or_default()).await);
        }
        Some(Self {
            hash: view.hash.to_string(),
            title: answers::title(&record, pack, language),
            seq: record.seq,
            received: zone.moment(view.received_ms),
            sealed: zone.moment(u64::try_from(record.clock.wall_ms).unwrap_or(0)),
            clock: Vec::new(),
            prev: record.prev,
            // What is kept apart came too late for one.
            receipted: !view.apart,
            device: short(view.kid),
            observer: view.observer.to_string()[..8].to_owned(),
            kid: view.kid.to_string(),
            observer_id: view.observer.to_string(),
            training: record.training == Some(true),
            corrected: view.corrected,
            apart: view.apart,
            stands: (record.kind == RecordKind::Incident).then(|| status(IncidentStatus::Reported, language)),
            word: record.body.follows.map(|follows| (follows.record, status(follows.status, language))),
            faults: Vec::new(),
            lines: match withheld {
                Some(until_ms) => vec![embargoed(&zone.moment(until_ms), language)],
                None => answers::lines(&record, pack, language),
            },
            pictures: if withheld.is_some() { Vec::new() } else { pictures },
            withheld: withheld.is_some(),
        })
    }
}

/// What stands in the place of answers that nobody may see yet.
fn embargoed(until: &Moment, language: &Language) -> Line {
    Line {
        question: language.say("embargo"),
        answer: language.say_with("embargo-until", &[("until", until.full.as_str())]),
    }
}

/// Where something stands, in words.
pub(crate) fn status(status: IncidentStatus, language: &Language) -> String {
    language.say(match status {
        IncidentStatus::Reported => "status-reported",
        IncidentStatus::Corroborated => "status-corroborated",
        IncidentStatus::Verified => "status-verified",
        IncidentStatus::Disputed => "status-disputed",
        IncidentStatus::Withdrawn => "status-withdrawn",
    })
}

impl Picture {
    /// What is shown for a file: the small preview where there is one, since it comes first and loads quickly.
    async fn new(desk: &Desk, file: &FileView, files: &[FileView], label: String) -> Self {
        let preview =
            files.iter().find(|other| other.of == Some(file.media) && other.delivered && is_shown(&other.mime));
        let shown = preview.or(Some(file).filter(|file| file.delivered && is_shown(&file.mime)));
        let arrived = if file.delivered { file.size } else { desk.media.arrived(file.token).await.unwrap_or(0) };
        Self {
            media: file.media,
            label,
            shown: shown.map(|shown| shown.media),
            complete: file.delivered,
            arrived_kib: arrived / 1024,
            kib: file.size.div_ceil(1024),
        }
    }
}
