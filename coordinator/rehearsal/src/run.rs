//! A deployment that a whole day is sent to: real invites, enrolments, signatures, receipts, and the clock of that day.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kuager_coordinator::clock::Clock;
use kuager_coordinator::enrol::{InviteOptions, create_invites, enrol};
use kuager_coordinator::intake::Intake;
use kuager_coordinator::{App, Deployment, InitOptions, init};
use kuager_pack::PackSource;
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::ids::{InviteToken, Nonce, PublicKey};
use kuager_wire::pack::Pack;
use kuager_wire::receipt::Refusal;
use serde::Serialize;

use crate::error::RehearsalError;
use crate::phone::{FORMS, For};
use crate::plan::{ForDay, Observer, Plan, Planted, Size, Upload, lines};
use crate::source;

/// Requests under way at a time.
const UNDER_WAY: usize = 48;
/// Devices invited at a time.
const INVITED: usize = 2_000;

/// A clock that says what it is told.
#[derive(Debug, Default)]
struct SimulatedClock(AtomicU64);

impl SimulatedClock {
    fn set(&self, now_ms: u64) {
        self.0.fetch_max(now_ms, Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now_ms())
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Stations of the country.
    pub stations: usize,
    /// Devices that were enrolled.
    pub devices: usize,
    /// Records that were sent, and receipted.
    pub records: usize,
    /// When the last of them arrived, milliseconds since 1970.
    pub last_ms: u64,
    /// What was planted.
    pub planted: Vec<Planted>,
}

/// Makes a deployment in a new folder and sends a day to it. `official.csv` and `planted.json` beside the ledger say what the
/// commissions published and what is to be found. `progress` is told how much of how much is done.
///
/// # Errors
/// [`RehearsalError`].
pub async fn simulate(
    folder: &Path,
    size: Size,
    seed: u64,
    mut progress: impl FnMut(&str, usize, usize),
) -> Result<Outcome, RehearsalError> {
    let mut plan = Plan::new(size, seed)?;
    let work = tempfile::tempdir().map_err(RehearsalError::io("create", "a temporary folder"))?;
    source::write(&plan.country, work.path())?;
    let clock = Arc::new(SimulatedClock::default());
    let pack = PackSource::Folder(work.path().to_owned());
    // A month before, so that credentials are good on the day.
    let options = InitOptions { pack, clock: clock.clone(), ..InitOptions::default() };
    let deployment = init(folder, options)?;
    let midnight_ms = midnight(&deployment.latest_pack().pack);
    clock.set(midnight_ms.saturating_sub(20 * 86_400_000));
    let app = App::open(deployment.clone(), clock.clone())?;
    enrol_all(&app, &plan.observers, &mut progress).await?;
    let for_ = for_day(&deployment, false)?;
    let uploads = plan.uploads(midnight_ms, for_)?;
    let records = receive_all(&app, &clock, uploads, &mut progress).await?;
    app.ledger.close().await;
    let outcome = Outcome {
        stations: plan.country.places.len(),
        devices: plan.observers.len(),
        records,
        last_ms: clock.now_ms(),
        planted: plan.planted,
    };
    let json = serde_json::to_vec_pretty(&outcome)
        .map_err(|error| RehearsalError::io("write", "planted.json")(error.into()))?;
    write(&folder.join("planted.json"), &json)?;
    write(&folder.join("official.csv"), official(&plan.official).as_bytes())?;
    Ok(outcome)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), RehearsalError> {
    fs::write(path, bytes).map_err(RehearsalError::io("write", path))
}

/// What records are sealed for: the newest pack, which must have the forms that are answered.
fn for_day(deployment: &Deployment, training: bool) -> Result<ForDay, RehearsalError> {
    let signed = deployment.latest_pack();
    match FORMS.into_iter().find(|form| signed.pack.form(form).is_none()) {
        Some(form) => Err(RehearsalError::NoForm(form)),
        None => Ok(ForDay(For { deployment: deployment.id(), pack: signed.hash, training })),
    }
}

/// Midnight of the election day at the stations, milliseconds since 1970.
fn midnight(pack: &Pack) -> u64 {
    let offset = Offset::from_seconds(i32::from(pack.utc_offset.unwrap_or(0)) * 60).unwrap_or(Offset::UTC);
    let day = pack.election_day.parse::<Date>().ok();
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::fixed(offset)).ok());
    midnight.and_then(|at| u64::try_from(at.timestamp().as_millisecond()).ok()).unwrap_or(1_700_000_000_000)
}

async fn enrol_all(
    app: &App,
    observers: &[Observer],
    progress: &mut impl FnMut(&str, usize, usize),
) -> Result<(), RehearsalError> {
    let mut done = 0;
    for some in observers.chunks(INVITED) {
        let options = some.iter().map(|observer| InviteOptions {
            stations: vec![observer.station().to_owned()],
            ..InviteOptions::new("https://localhost")
        });
        let invites = create_invites(app, options.collect()).await?;
        let pairs = some.iter().zip(invites);
        futures_util::stream::iter(pairs.map(|(observer, invite)| enrol_one(app, observer, invite.token)))
            .buffer_unordered(UNDER_WAY)
            .try_collect::<Vec<()>>()
            .await?;
        done += some.len();
        progress("devices", done, observers.len());
    }
    Ok(())
}

async fn enrol_one(app: &App, observer: &Observer, token: InviteToken) -> Result<(), RehearsalError> {
    let key = observer.phone.key();
    let request = Request {
        version: kuager_wire::VERSION,
        action: Action::Enrol,
        wall_ms: i64::try_from(app.clock.now_ms()).unwrap_or(i64::MAX),
        nonce: Nonce([0; 16]),
        public_key: Some(PublicKey::from(key)),
        token: Some(token),
        after: None,
        epoch: None,
        credential: None,
        succession: None,
        attestation: None,
    };
    let request = cose::sign(&request, app.deployment.id(), key)?;
    match enrol(app, request).await? {
        Ok(_) => Ok(()),
        Err(refusal) => Err(RehearsalError::Refused(refusal.code)),
    }
}

async fn receive_all(
    app: &App,
    clock: &SimulatedClock,
    uploads: Vec<Upload>,
    progress: &mut impl FnMut(&str, usize, usize),
) -> Result<usize, RehearsalError> {
    let intake = &Intake::new(app.clone());
    let all: usize = uploads.iter().map(|upload| upload.records).sum();
    let mut done = 0;
    // Records of one device stay in order: an upload waits for the one before it.
    let mut uploads = uploads.into_iter().peekable();
    while let Some(first) = uploads.peek() {
        clock.set(first.at_ms);
        let mut some: Vec<Upload> = Vec::with_capacity(UNDER_WAY);
        while let Some(next) = uploads
            .next_if(|next| some.len() < UNDER_WAY && !some.iter().any(|before| before.observer == next.observer))
        {
            some.push(next);
        }
        let received: usize = futures_util::stream::iter(some.into_iter().map(|upload| receive(intake, upload)))
            .buffer_unordered(UNDER_WAY)
            .try_fold(0, async |sum, records| Ok(sum + records))
            .await?;
        done += received;
        progress("records", done, all);
    }
    Ok(done)
}

async fn receive(intake: &Intake, upload: Upload) -> Result<usize, RehearsalError> {
    let answer = intake.receive(upload.bytes).await?;
    for result in &answer.results {
        if let Some(refusal) = &result.refusal {
            let refusal: Refusal = Envelope::parse(refusal, Refusal::LIMIT)?.statement()?;
            return Err(RehearsalError::RecordRefused(refusal.code));
        }
    }
    Ok(answer.results.len())
}

fn official(figures: &[(String, Vec<u32>)]) -> String {
    let mut csv = format!("station,{}\n", lines().join(","));
    for (station, figures) in figures {
        csv.push_str(station);
        for figure in figures {
            csv.push(',');
            csv.push_str(&figure.to_string());
        }
        csv.push('\n');
    }
    csv
}
