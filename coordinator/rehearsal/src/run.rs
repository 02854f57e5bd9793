//! A deployment that a whole day is sent to: real invites, enrolments, signatures, receipts, and the clock of that day.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kuager_coordinator::clock::{Clock, PlayedClock};
use kuager_coordinator::deployment::Rehearsal;
use kuager_coordinator::enrol::{InviteOptions, create_invites, enrol};
use kuager_coordinator::intake::Intake;
use kuager_coordinator::media::{Media, MediaPolicy, Part};
use kuager_coordinator::{App, Deployment, InitOptions, init};
use kuager_pack::PackSource;
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::ids::{InviteToken, Kid, MediaHash, Nonce, PublicKey};
use kuager_wire::pack::Pack;
use kuager_wire::receipt::Refusal;
use kuager_wire::sync::RecordsAnswer;
use serde::Serialize;

use crate::error::RehearsalError;
use crate::phone::{FORMS, For, Phone};
use crate::plan::{ForDay, Plan, Planted, Size, Upload, lines};
use crate::source;

/// Requests under way at a time.
const UNDER_WAY: usize = 48;
/// Devices invited at a time.
const INVITED: usize = 2_000;

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
    let Founded { app, clock, midnight_ms } = found(folder, &plan, &[], &mut progress).await?;
    let for_ = for_day(&app.deployment, false)?;
    let uploads = plan.uploads(midnight_ms, for_)?;
    let records = receive_all(&app, &clock, &plan, uploads, &mut progress).await?;
    app.ledger.close().await;
    // From here on nothing more happens there, however long somebody looks at it.
    Rehearsal { clock_ms: clock.now_ms() }.write(folder)?;
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

/// A deployment on the eve of a day, with the phones enrolled.
pub(crate) struct Founded {
    pub(crate) app: App,
    pub(crate) clock: Arc<PlayedClock>,
    pub(crate) midnight_ms: u64,
}

/// Makes a deployment in a new folder for a plan, and for more stations beside its country.
pub(crate) async fn found(
    folder: &Path,
    plan: &Plan,
    more: &[(&str, u32)],
    progress: &mut impl FnMut(&str, usize, usize),
) -> Result<Founded, RehearsalError> {
    let work = tempfile::tempdir().map_err(RehearsalError::io("create", "a temporary folder"))?;
    source::write(&plan.country, more, work.path())?;
    let pack = PackSource::Folder(work.path().to_owned());
    let clock = Arc::new(PlayedClock::new(0, 0));
    let deployment = init(folder, InitOptions { pack, clock: clock.clone(), ..InitOptions::default() })?;
    let midnight_ms = midnight(&deployment.latest_pack().pack);
    // A month before, so that credentials are good on the day.
    clock.skip_to(midnight_ms.saturating_sub(20 * 86_400_000));
    let app = App::open(deployment, clock.clone())?;
    let phones: Vec<&Phone> = plan.observers.iter().map(|observer| &observer.phone).collect();
    enrol_phones(&app, &phones, progress).await?;
    Ok(Founded { app, clock, midnight_ms })
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), RehearsalError> {
    fs::write(path, bytes).map_err(RehearsalError::io("write", path))
}

/// What records are sealed for: the newest pack, which must have the forms that are answered.
pub(crate) fn for_day(deployment: &Deployment, training: bool) -> Result<ForDay, RehearsalError> {
    let signed = deployment.latest_pack();
    match FORMS.into_iter().find(|form| signed.pack.form(form).is_none()) {
        Some(form) => Err(RehearsalError::NoForm(form)),
        None => Ok(ForDay(For { deployment: deployment.id(), pack: signed.hash, training })),
    }
}

/// Midnight of the election day at the stations, milliseconds since 1970.
pub(crate) fn midnight(pack: &Pack) -> u64 {
    let offset = Offset::from_seconds(i32::from(pack.utc_offset.unwrap_or(0)) * 60).unwrap_or(Offset::UTC);
    let day = pack.election_day.parse::<Date>().ok();
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::fixed(offset)).ok());
    midnight.and_then(|at| u64::try_from(at.timestamp().as_millisecond()).ok()).unwrap_or(1_700_000_000_000)
}

/// Invites phones and enrols them with their own keys.
pub(crate) async fn enrol_phones(
    app: &App,
    phones: &[&Phone],
    progress: &mut impl FnMut(&str, usize, usize),
) -> Result<(), RehearsalError> {
    let mut done = 0;
    for some in phones.chunks(INVITED) {
        let options = some.iter().map(|phone| InviteOptions {
            stations: vec![phone.station.clone()],
            ..InviteOptions::new("https://localhost")
        });
        let invites = create_invites(app, options.collect()).await?;
        let pairs = some.iter().zip(invites);
        futures_util::stream::iter(pairs.map(|(phone, invite)| enrol_one(app, phone, invite.token)))
            .buffer_unordered(UNDER_WAY)
            .try_collect::<Vec<()>>()
            .await?;
        done += some.len();
        progress("devices", done, phones.len());
    }
    Ok(())
}

async fn enrol_one(app: &App, phone: &Phone, token: InviteToken) -> Result<(), RehearsalError> {
    let key = phone.key();
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

pub(crate) async fn receive_all(
    app: &App,
    clock: &PlayedClock,
    plan: &Plan,
    uploads: Vec<Upload>,
    progress: &mut impl FnMut(&str, usize, usize),
) -> Result<usize, RehearsalError> {
    let intake = &Intake::new(app.clone());
    let media = &Arc::new(Media::open(app.clone(), MediaPolicy::default())?);
    let all: usize = uploads.iter().map(|upload| upload.records).sum();
    let mut done = 0;
    // Records of one device stay in order: an upload waits for the one before it.
    let mut uploads = uploads.into_iter().peekable();
    while let Some(first) = uploads.peek() {
        clock.skip_to(first.at_ms);
        let mut some: Vec<Upload> = Vec::with_capacity(UNDER_WAY);
        while let Some(next) = uploads
            .next_if(|next| some.len() < UNDER_WAY && !some.iter().any(|before| before.observer == next.observer))
        {
            some.push(next);
        }
        let received: usize =
            futures_util::stream::iter(some.into_iter().map(|upload| receive(app, intake, media, plan, upload)))
                .buffer_unordered(UNDER_WAY)
                .try_fold(0, async |sum, records| Ok(sum + records))
                .await?;
        done += received;
        progress("records", done, all);
    }
    Ok(done)
}

async fn receive(
    app: &App,
    intake: &Intake,
    media: &Arc<Media>,
    plan: &Plan,
    sent: Upload,
) -> Result<usize, RehearsalError> {
    let answer = intake.receive(sent.bytes).await?;
    expect_taken(&answer)?;
    if let Some(observer) = plan.observers.get(sent.observer) {
        for file in &sent.files {
            upload(app, media, observer.kid(), file).await?;
        }
    }
    Ok(answer.results.len())
}

/// Whether every record was taken.
pub(crate) fn expect_taken(answer: &RecordsAnswer) -> Result<(), RehearsalError> {
    for result in &answer.results {
        if let Some(refusal) = &result.refusal {
            let refusal: Refusal = Envelope::parse(refusal, Refusal::LIMIT)?.statement()?;
            return Err(RehearsalError::RecordRefused(refusal.code));
        }
    }
    Ok(())
}

/// Sends a file that a device's record lists, as a phone does, and has it looked at.
pub(crate) async fn upload(app: &App, media: &Arc<Media>, kid: Kid, file: &[u8]) -> Result<(), RehearsalError> {
    let token = app.signer.uploads.token(kid, MediaHash::of(file));
    let body = futures_util::stream::iter([Ok::<_, Infallible>(file.to_vec())]);
    let part = Part { offset: 0, announced: None, checksum: None, body, idle: Duration::from_secs(60) };
    media.add(token, part).await?;
    while media.examine_next().await? {}
    Ok(())
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
