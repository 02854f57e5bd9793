//! A rehearsal: a deployment with the pack, the stations and the people of a real one, in which a day is played.
//!
//! It lies in a folder of its own within the real one and has keys of its own, so nothing of it can be taken for the real day, and
//! nothing is left behind when the folder is removed. Its records are training as well, so that they count nowhere else.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use kuager_coordinator::clock::{Clock, PlayedClock};
use kuager_coordinator::deployment::Rehearsal as Mark;
use kuager_coordinator::enrol::revoke_device;
use kuager_coordinator::intake::Intake;
use kuager_coordinator::journal;
use kuager_coordinator::ledger::Ledger;
use kuager_coordinator::media::{Media, MediaPolicy};
use kuager_coordinator::people;
use kuager_coordinator::{App, Deployment, SqliteLedger, setup};

use crate::error::RehearsalError;
use crate::night::{Delivery, Night, Task, Trouble, Wish};
use crate::phone::For;
use crate::run;
use crate::sheet::{Sheet, judge};

/// The folder of a rehearsal within the data directory of its deployment.
pub const FOLDER: &str = "rehearsal";
/// How often it is looked whether the next record is due.
const TICK: Duration = Duration::from_millis(100);
/// Minutes of the day after which it is written down how late it is.
const NOTED_MS: u64 = 10 * 60_000;
/// How long before the first records the phones are enrolled.
const BEFORE_MS: u64 = 12 * 3_600_000;
/// Devices whose trust is ended at a time.
const UNDER_WAY: usize = 16;

/// Where the rehearsal of a deployment is.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// Removes the rehearsal of a deployment, and nothing else. Whether there was one.
///
/// # Errors
/// [`RehearsalError`] while it is running, or when the folder is no rehearsal.
pub fn clean(data: &Path) -> Result<bool, RehearsalError> {
    let folder = folder(data);
    if !folder.exists() {
        return Ok(false);
    }
    if Mark::read(&folder)?.is_none() {
        return Err(RehearsalError::NoRehearsal(folder));
    }
    if let Ok(deployment) = Deployment::open(&folder) {
        deployment.expect_not_served()?;
    }
    fs::remove_dir_all(&folder).map_err(RehearsalError::io("remove", &folder))?;
    Ok(true)
}

/// A rehearsal that is ready to be played.
#[derive(Debug)]
pub struct Rehearsal {
    /// Its coordinator.
    pub app: App,
    /// The files that arrive there.
    pub media: Arc<Media>,
    clock: Arc<PlayedClock>,
    night: Night,
}

impl Rehearsal {
    /// Makes the rehearsal of the deployment in a data directory: its newest pack with all its stations, its people with their
    /// passwords, and simulated phones that are invited and enrolled. `speed` is how many times as fast as the clock on the wall the day
    /// goes; 0 for as fast as can be.
    ///
    /// # Errors
    /// [`RehearsalError`], also where there is one already.
    pub async fn prepare(
        data: &Path,
        wish: Wish,
        speed: u32,
        progress: &mut impl FnMut(&str, usize, usize),
    ) -> Result<Self, RehearsalError> {
        let real = Deployment::open(data)?;
        if real.rehearsal().is_some() {
            return Err(RehearsalError::OfARehearsal);
        }
        let folder = folder(data);
        if folder.exists() {
            return Err(RehearsalError::AlreadyThere(folder));
        }
        let signed = real.latest_pack();
        if signed.pack.training == Some(false) {
            return Err(RehearsalError::NoTraining);
        }
        let stations = real.stations(signed)?;
        let built = real.unsigned(signed)?;
        let midnight_ms = run::midnight(&signed.pack);
        let clock = Arc::new(PlayedClock::new(midnight_ms.saturating_sub(BEFORE_MS), 0));
        // It has its name only once it is marked: whatever happens, nobody takes it for a real one.
        let making = tempfile::Builder::new().prefix(".rehearsal-").tempdir_in(data);
        let making = making.map_err(RehearsalError::io("create", &folder))?;
        let made = making.path().join(FOLDER);
        let hosts = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        real.lend_people(&setup::found(&made, built, &hosts, clock.now_ms())?)?;
        Mark { clock_ms: clock.now_ms() }.write(&made)?;
        fs::rename(&made, &folder).map_err(RehearsalError::io("create", &folder))?;
        let deployment = Deployment::open(&folder)?;
        let app = App::open(deployment.clone(), clock.clone())?;
        let own = SqliteLedger::open(&real.ledger_path())?;
        people::copy(&own, &app).await?;
        own.close().await;
        let for_ = For { deployment: deployment.id(), pack: deployment.latest_pack().hash, training: true };
        let pack = &deployment.latest_pack().pack;
        let night = Night::new(pack, &stations, wish, for_, midnight_ms)?;
        let phones: Vec<_> = night.observers.iter().map(|sent| &sent.phone).collect();
        run::enrol_phones(&app, &phones, progress).await?;
        clock.skip_to(night.begins_ms.saturating_sub(60_000));
        app.ledger.close().await;
        // Opened again: every part of it goes by the clock that it was opened with.
        let clock = Arc::new(PlayedClock::new(clock.now_ms(), speed));
        let app = App::open(Deployment::open(&folder)?, clock.clone())?;
        let media = Arc::new(Media::open(app.clone(), MediaPolicy::default())?);
        Ok(Self { app, media, clock, night })
    }

    /// Stations, devices and records of it, and what is planted.
    #[must_use]
    pub fn planned(&self) -> (usize, usize, &[Task], &[Trouble]) {
        let records = self.night.deliveries.iter().map(|delivery| delivery.records.len()).sum();
        (self.night.observers.len(), records, &self.night.tasks, &self.night.left_out)
    }

    /// Plays the day to its end: what phones send arrives when its time has come.
    ///
    /// # Errors
    /// [`RehearsalError`].
    pub async fn play(
        &self,
        at_once: bool,
        progress: &mut impl FnMut(&str, usize, usize),
    ) -> Result<(), RehearsalError> {
        let intake = Intake::new(self.app.clone());
        let all = self.night.deliveries.len();
        let mut noted = 0;
        for (done, delivery) in self.night.deliveries.iter().enumerate() {
            self.reach(delivery.at_ms, at_once).await;
            if self.clock.now_ms().saturating_sub(noted) >= NOTED_MS {
                noted = self.clock.now_ms();
                self.note()?;
                progress("deliveries", done, all);
            }
            self.deliver(&intake, delivery).await?;
        }
        self.reach(self.night.ends_ms, at_once).await;
        progress("deliveries", all, all);
        self.note()
    }

    async fn reach(&self, ms: u64, at_once: bool) {
        if at_once {
            self.clock.skip_to(ms);
        }
        while self.clock.now_ms() < ms {
            tokio::time::sleep(TICK).await;
        }
    }

    /// Writes down how late it is, so that whoever opens it again finds the day where it was.
    fn note(&self) -> Result<(), RehearsalError> {
        Ok(Mark { clock_ms: self.clock.now_ms() }.write(self.app.deployment.dir())?)
    }

    async fn deliver(&self, intake: &Intake, delivery: &Delivery) -> Result<(), RehearsalError> {
        let Some(sent) = self.night.observers.get(delivery.observer) else { return Ok(()) };
        let bytes = delivery.records.concat();
        let answer = intake.receive(bytes).await?;
        run::expect_taken(&answer)?;
        for file in &delivery.files {
            run::upload(&self.app, &self.media, sent.kid(), file).await?;
        }
        Ok(())
    }

    /// Ends it: no device is trusted any more from here on, and what people did is compared with what there was to do. The sheet
    /// is left beside the ledger, too.
    ///
    /// # Errors
    /// [`RehearsalError`].
    pub async fn end(&self) -> Result<Sheet, RehearsalError> {
        let mut entries = Vec::new();
        loop {
            let some = journal::read(&self.app, entries.len() as u64, 1000).await?;
            if some.is_empty() {
                break;
            }
            entries.extend(some);
        }
        let rows = self.app.ledger.device_rows(None, u32::MAX).await?;
        let observers = rows.iter().map(|row| (row.kid, row.observer)).collect();
        // What could not be seen yet when it was ended early was for nobody to find.
        let now_ms = self.clock.now_ms();
        let seen: Vec<Task> = self.night.tasks.iter().filter(|task| task.since_ms <= now_ms).cloned().collect();
        let sheet = judge(&seen, &observers, &entries);
        // Up to what they have sent: what was practised stays to be looked at.
        stream::iter(rows.iter().map(|row| revoke_device(&self.app, row.kid, row.head)))
            .buffer_unordered(UNDER_WAY)
            .try_collect::<Vec<u64>>()
            .await?;
        let dir = self.app.deployment.dir();
        let json = serde_json::to_vec_pretty(&sheet)
            .map_err(|error| RehearsalError::io("write", "sheet.json")(error.into()))?;
        run::write(&dir.join("sheet.json"), &json)?;
        run::write(&dir.join("sheet.txt"), sheet.to_string().as_bytes())?;
        self.note()?;
        Ok(sheet)
    }
}
