//! Making a publication ready to be decided about: the state of one moment is worked out anew, beside the desk's own, and written
//! out; then it is proposed. That takes from seconds to a minute, can be watched and stopped, and is done once at a time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use kuager_analysis::embargo;
use kuager_analysis::publications::Standing;
use kuager_coordinator::ledger::Arrival;
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::Act;
use kuager_wire::ids::{EntryHash, PersonId, RecordHash};
use kuager_wire::record::AttachmentRole;

use crate::acts::Acts;
use crate::making::{Job, Progress};
use crate::sealed::read;
use crate::site::input::{AsOf, Before, Choice, Hashed, Input, Part, Picture};
use crate::site::{self, Kept, Made, SiteError, goes_on};
use crate::state::Desk;

/// Records read at once.
const AT_ONCE: usize = 1024;
/// Records that list one picture, looked at.
const LISTING: u32 = 50;
/// Proposals that wait at most: each is an archive on the disk.
pub(crate) const WAITING: usize = 4;

/// Why no publication is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotBegun {
    #[error("a publication is being made already; wait for it, or stop it")]
    Busy,
    #[error("{WAITING} proposals wait to be decided; decide about one of them first")]
    Waiting,
}

/// Begins to make a publication in the background.
///
/// # Errors
/// [`NotBegun`].
pub(crate) fn begin(desk: &Desk, by: PersonId, choice: Choice, note: Option<String>) -> Result<(), NotBegun> {
    let waiting = desk
        .look_at_acts(|acts, _| acts.publications.all().iter().filter(|one| one.standing == Standing::Waiting).count());
    if waiting >= WAITING {
        return Err(NotBegun::Waiting);
    }
    let progress = desk.making.begin(by, desk.app.clock.now_ms()).ok_or(NotBegun::Busy)?;
    let desk = desk.clone();
    tokio::spawn(async move {
        let made = propose(&desk, by, choice, note, &progress).await;
        desk.making.end(match made {
            Ok(proposal) => Job::Proposed(proposal),
            Err(error) => {
                tracing::warn!(%error, "no publication was proposed");
                Job::Failed(error.to_string())
            }
        });
    });
    Ok(())
}

/// Makes a publication of now and proposes it. Returns the proposal.
///
/// # Errors
/// [`SiteError`]; then nothing is proposed.
pub(crate) async fn propose(
    desk: &Desk,
    by: PersonId,
    choice: Choice,
    note: Option<String>,
    progress: &Arc<Progress>,
) -> Result<EntryHash, SiteError> {
    let input = gather(desk, choice, progress).await?;
    let (as_of, follows) = (input.as_of, input.before.as_ref().map(|before| before.entry));
    let some = |names: Vec<String>| Some(names).filter(|names| !names.is_empty());
    let contests = some(input.choice.contests.clone());
    let parts = some(input.choice.parts.iter().map(|part| part.name().to_owned()).collect());
    let Made { site, files, bytes } = write(desk, input, progress).await?;
    goes_on(progress)?;
    let AsOf { entries, arrival, .. } = as_of;
    let act = Act::Publication { site, follows, entries, arrival, contests, parts, note };
    let proposal = desk.act_named(Some(by), act).await?;
    tracing::info!(%site, files, bytes, "a publication was proposed");
    Ok(proposal)
}

/// Everything that a publication of now is made from.
pub(crate) async fn gather(desk: &Desk, choice: Choice, progress: &Progress) -> Result<Input, SiteError> {
    let (app, published) = (&desk.app, desk.published());
    let (book, acts) = desk.state_of_now().await?;
    goes_on(progress)?;
    let arrival = book.newest();
    let at_ms = app.clock.now_ms();
    let (records, withheld) = records(desk, &published, arrival, at_ms, progress).await?;
    let pictures = if choice.has(Part::Pictures) {
        pictures(desk, &acts, &published, &records, progress).await?
    } else {
        BTreeMap::new()
    };
    let kept = Kept::of(app.deployment.dir());
    let before = match acts.publications.published() {
        None => None,
        Some(before) => Some(Before { entry: before.entry, index: kept.index(before.site)? }),
    };
    let desk_keys = app.deployment.desk_keys().map_err(|error| SiteError::Io(std::io::Error::other(error)))?;
    Ok(Input {
        deployment: app.deployment.id(),
        genesis: app.deployment.genesis_bytes().to_vec(),
        receipt_key: app.deployment.genesis().receipt_key.to_string(),
        desk_keys,
        published,
        book,
        as_of: AsOf { entries: acts.next, arrival: u64::try_from(arrival).unwrap_or(0), at_ms },
        choice,
        pictures,
        records,
        withheld,
        before,
    })
}

/// Every record that counts and is no exercise, in the order of hashes; and how many are left out because an embargo lies on them.
async fn records(
    desk: &Desk,
    published: &Published,
    arrival: i64,
    at_ms: u64,
    progress: &Progress,
) -> Result<(Vec<Hashed>, u64), SiteError> {
    let (mut records, mut withheld, mut from) = (Vec::new(), 0_u64, 0);
    let mut names: HashMap<String, Arc<str>> = HashMap::new();
    let mut named = |name: &str| Arc::clone(names.entry(name.to_owned()).or_insert_with(|| name.into()));
    loop {
        goes_on(progress)?;
        let arrivals = desk.app.ledger.arrivals_after(from, AT_ONCE).await?;
        let Some(last) = arrivals.last() else { break };
        from = last.id;
        for arrived in arrivals.iter().filter(|arrived| arrived.id <= arrival && !arrived.training) {
            if is_withheld(arrived, published, at_ms) {
                withheld = withheld.saturating_add(1);
                continue;
            }
            // What somebody typed for a station or a form is text of theirs.
            let station = arrived.station.as_deref().filter(|station| published.stations.contains_key(*station));
            let form = arrived.record.as_ref().and_then(|record| record.form.as_ref()).filter(|form| {
                published.packs.get(&form.pack).is_some_and(|pack| pack.pack.form(&form.form).is_some())
            });
            records.push(Hashed {
                record: arrived.hash,
                station: station.map(&mut named),
                form: form.map(|form| named(&form.form)),
            });
        }
        if from >= arrival {
            break;
        }
    }
    records.sort_unstable();
    Ok((records, withheld))
}

/// Whether an embargo lies on a record, or nobody can say.
fn is_withheld(arrived: &Arrival, published: &Published, at_ms: u64) -> bool {
    arrived.record.as_ref().is_none_or(|record| {
        let pack = record.form.as_ref().and_then(|form| published.packs.get(&form.pack));
        embargo::withheld(record, pack.map(|signed| &signed.pack), &published.latest.pack, at_ms).is_some()
    })
}

/// Copies of pictures that are public, by stations of the list.
async fn pictures(
    desk: &Desk,
    acts: &Acts,
    published: &Published,
    records: &[Hashed],
    progress: &Progress,
) -> Result<BTreeMap<String, Vec<Picture>>, SiteError> {
    let counted: HashSet<RecordHash> = records.iter().map(|hashed| hashed.record).collect();
    let mut pictures: BTreeMap<String, Vec<Picture>> = BTreeMap::new();
    for (original, copy) in acts.publications.copies() {
        goes_on(progress)?;
        let Some(row) = desk.app.ledger.redaction(*copy).await? else { continue };
        for view in desk.app.ledger.records_listing(*original, LISTING).await? {
            let lists = view.files.iter().any(|file| file.media == *original && file.role == AttachmentRole::Original);
            let listed = view.station.as_ref().filter(|station| published.stations.contains_key(*station));
            let (true, true, Some(station)) = (lists, counted.contains(&view.hash), listed) else { continue };
            // Read once more: a record that is listed is one that can be read.
            if view.corrected || read(&view.bytes).is_none() {
                continue;
            }
            let of_station = pictures.entry(station.clone()).or_default();
            if of_station.iter().all(|other| other.row.original != *original) {
                of_station.push(Picture { record: view.hash, row: row.clone() });
            }
        }
    }
    for of_station in pictures.values_mut() {
        of_station.sort_by_key(|picture| picture.row.media);
    }
    Ok(pictures)
}

/// Writes a publication out, in a thread of its own.
async fn write(desk: &Desk, input: Input, progress: &Arc<Progress>) -> Result<Made, SiteError> {
    let kept = Kept::of(desk.app.deployment.dir());
    let (media, progress, here) = (Arc::clone(&desk.media), Arc::clone(progress), tokio::runtime::Handle::current());
    let written = tokio::task::spawn_blocking(move || {
        let mut file = kept.begin()?;
        let open = |copy| here.block_on(media.object(copy)).map_err(SiteError::Media);
        let (_, made) = site::write(&input, file.as_file_mut(), &progress, open)?;
        kept.keep(file, made.site)?;
        Ok(made)
    });
    written.await.map_err(|_| SiteError::Worker)?
}
