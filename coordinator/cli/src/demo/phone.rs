//! A phone of the demonstration, as a process of its own: it opens its encrypted store, works, and says in one JSON line
//! each what it has done. It can be killed at any moment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use kuager_core::queue::Obstacle;
use kuager_core::{DraftId, FileKeyVault, NewDraft, Observer, ObserverConfig, ObserverError, Origin, SystemClock};
use kuager_rehearsal::paper::{self, Size};
use kuager_wire::record::{RecordKind, Value};
use serde::{Deserialize, Serialize};

use super::day::{Day, DayOf};
use super::error::DemoError;

/// Pages of a protocol.
pub(super) const PAGES: usize = 3;

/// What the process is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// Fill and seal whatever of the day is not sealed yet; no network.
    Work,
    /// Deliver.
    Sync,
    /// Write records, receipts and what the phone knows about itself into a folder.
    Export,
}

/// One phone of the demonstration, as a process of its own.
#[derive(Debug, Args)]
pub(crate) struct DemoPhone {
    /// What to do.
    task: Task,
    /// The phone's folder.
    dir: PathBuf,
    /// Which observer of the day.
    number: usize,
    /// Text of the invite, for the first run.
    #[arg(long)]
    invite: Option<String>,
    /// The pack's file, for the first run.
    #[arg(long)]
    pack: Option<PathBuf>,
    /// Stop for good after so many answers, with the draft open, until killed.
    #[arg(long)]
    hesitate_after: Option<usize>,
    /// Seconds for `sync`.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Folder for `export`.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// What a phone says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
pub(super) enum Said {
    /// An open draft of an earlier run was found.
    DraftFound { answers: usize },
    /// So many answers of the open draft are saved, and it hesitates.
    Hesitates { answers: usize },
    /// A record is sealed.
    Sealed { form: String, seq: u64, size: usize },
    /// Photos of a protocol's pages are in the store.
    Photographed { pages: usize, bytes: u64 },
    /// A sync ended.
    Synced(Synced),
    /// What the phone knows about itself.
    About { kid: String, public_key: String, records: u64, delivered: u64, faults: usize },
}

/// How a sync ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Synced {
    pub(super) completed: bool,
    pub(super) accepted: u64,
    pub(super) left: u64,
    pub(super) bytes_out: u64,
    pub(super) media_stored: u64,
    pub(super) media_left: u64,
    pub(super) obstacle: Option<String>,
}

impl DemoPhone {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<(), DemoError> {
        let day = Day::read();
        let today = day.observers.get(self.number).ok_or(DemoError::Check("there is no such observer".to_owned()))?;
        let observer = open(&self.dir)?;
        if let Some(invite) = &self.invite {
            observer.accept_invite(invite)?;
        }
        if let Some(pack) = &self.pack {
            observer.import_pack(std::fs::read(pack)?)?;
        }
        match self.task {
            Task::Work => self.work(&observer, today, out),
            Task::Sync => self.sync(&observer, out),
            Task::Export => self.export(&observer, out),
        }
    }

    fn work(&self, observer: &Observer, today: &DayOf, out: &mut dyn Write) -> Result<(), DemoError> {
        let pack = observer.pack()?;
        let done = observer.records()?.len();
        for filled in today.forms.iter().skip(done) {
            let form = pack.pack.form(&filled.form).ok_or_else(|| ObserverError::NoSuchForm(filled.form.clone()))?;
            let open = observer.drafts()?.into_iter().next();
            if let Some(draft) = &open {
                say(out, &Said::DraftFound { answers: draft.answers.len() })?;
            }
            let draft = match open {
                Some(draft) => draft.id,
                None => {
                    let new = NewDraft::form(&filled.form).station(&today.station).language(&today.language);
                    observer.new_draft(new)?
                }
            };
            for (question, answer) in filled.in_order(form) {
                observer.set_answer(draft, &question, Some(answer))?;
                let answers = observer.draft(draft)?.answers.len();
                if self.hesitate_after == Some(answers) {
                    say(out, &Said::Hesitates { answers })?;
                    std::thread::sleep(Duration::from_secs(600));
                }
            }
            if form.kind == RecordKind::Protocol {
                self.photograph(observer, draft, &filled.in_order(form), out)?;
            }
            let sealed = observer.seal(draft)?;
            say(out, &Said::Sealed { form: filled.form.clone(), seq: sealed.seq, size: sealed.size })?;
        }
        Ok(())
    }

    /// Takes three photos of the protocol: the camera writes a file, the core keeps it, the file goes.
    fn photograph(
        &self,
        observer: &Observer,
        draft: DraftId,
        answers: &[(String, Value)],
        out: &mut dyn Write,
    ) -> Result<(), DemoError> {
        let numbers: Vec<(String, String)> = answers
            .iter()
            .filter_map(|(question, answer)| Some((question.clone(), answer.as_int()?.to_string())))
            .collect();
        let mut bytes = 0;
        for (page, lines) in numbers.chunks(numbers.len().div_ceil(PAGES)).enumerate() {
            let photo = self.dir.join("camera.jpg");
            let seed = u64::try_from(self.number * PAGES + page).unwrap_or(0);
            std::fs::write(&photo, paper::draw(lines, seed, Size::Whole).map_err(std::io::Error::other)?)?;
            let token = observer.begin_capture()?;
            let label = format!("page {}", page + 1);
            bytes += observer.attach_path(draft, &photo, Origin::Captured(token), Some(&label))?.size;
            std::fs::remove_file(&photo)?;
        }
        say(out, &Said::Photographed { pages: PAGES, bytes })
    }

    fn sync(&self, observer: &Observer, out: &mut dyn Write) -> Result<(), DemoError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let summary = runtime.block_on(observer.sync_until(Duration::from_secs(self.seconds)))?;
        let synced = Synced {
            completed: summary.completed,
            accepted: summary.accepted,
            left: summary.left,
            bytes_out: summary.bytes_out,
            media_stored: summary.media_stored,
            media_left: summary.media_left,
            obstacle: summary.obstacle.map(|obstacle| match obstacle {
                Obstacle::Network(class) => class.name().to_owned(),
                Obstacle::Held(reason) => reason.name().to_owned(),
                Obstacle::Enrolment(code) => code.name().to_owned(),
                Obstacle::NotInvited => "not_invited".to_owned(),
            }),
        };
        say(out, &Said::Synced(synced))
    }

    fn export(&self, observer: &Observer, out: &mut dyn Write) -> Result<(), DemoError> {
        let folder = self.out.as_deref().unwrap_or(&self.dir);
        let status = observer.status()?;
        let rows = observer.records()?;
        for row in &rows {
            let record = observer.record(row.record.hash)?;
            std::fs::write(folder.join("records").join(format!("{}.cbor", row.record.hash)), &record.bytes)?;
            if let Some(receipt) = &record.receipt {
                std::fs::write(folder.join("receipts").join(format!("{}.cbor", row.record.hash)), receipt)?;
            }
        }
        for row in observer.media()? {
            if let Some(receipt) = observer.media_receipt(row.hash)? {
                let mut file = std::fs::File::create(folder.join("media").join(row.hash.to_string()))?;
                std::io::copy(&mut observer.open_media(row.hash)?, &mut file)?;
                std::fs::write(folder.join("media-receipts").join(format!("{}.cbor", row.hash)), receipt)?;
            }
        }
        let key = status.credential.map(|credential| credential.public_key.to_string());
        let about = Said::About {
            kid: status.device.to_string(),
            public_key: key.unwrap_or_default(),
            records: rows.len() as u64,
            delivered: status.delivered,
            faults: observer.verify()?.faults.len(),
        };
        say(out, &about)
    }
}

fn open(dir: &Path) -> Result<Observer, ObserverError> {
    let vault = Arc::new(FileKeyVault::new(dir.join("vault")));
    Observer::open(ObserverConfig::new(dir.join("store")), vault, Arc::new(SystemClock::new()))
}

fn say(out: &mut dyn Write, said: &Said) -> Result<(), DemoError> {
    let line = serde_json::to_string(said).map_err(std::io::Error::from)?;
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
