//! Which pack is current, and when another one takes its place.
//!
//! Of two packs the one with the higher edition is newer, by the deployment's signature, whichever way and in whichever order
//! they came. A newer one takes the place of the current one when nothing is lost by that: while stations of a region are
//! still to come that the current pack has here, it is *next*, and everything goes on as before. A region that did not change
//! has the same shard in both, which is kept by its hash.

use std::cmp::Ordering;

use kuager_wire::ids::{PackHash, ShardHash};
use kuager_wire::invite::Invite;
use kuager_wire::pack::{Pack, ShardRef, SignedPack};

use crate::store::{Meta, StoreError, Tx};

/// Missing shards that are noted by name. No country has more regions.
const NOTED: usize = 500;

/// Which way a pack came. It decides only between packs that were signed without an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The coordinator says that it is the newest.
    Coordinator,
    /// Somebody had it in a file.
    File,
}

/// Takes a pack in, and gives the one that is current then.
pub(crate) fn take(
    tx: &Tx<'_>,
    invite: &Invite,
    pack: &SignedPack,
    way: Way,
    now_ms: i64,
) -> Result<PackHash, StoreError> {
    let known = tx.pack(pack.hash)?.is_some();
    tx.add_pack(pack.hash, &pack.bytes, now_ms)?;
    let current = open(tx, invite, Meta::CurrentPack)?;
    let Some(current) = current else {
        return switch(tx, pack).map(|()| pack.hash);
    };
    let next = open(tx, invite, Meta::NextPack)?;
    let newest = next.as_ref().unwrap_or(&current);
    if pack.hash == newest.hash || !is_newer(&pack.pack, &newest.pack, way, known) {
        return Ok(current.hash);
    }
    if pack.hash == current.hash {
        // The coordinator has taken back what was to be next.
        tx.remove_meta(Meta::NextPack)?;
        return Ok(current.hash);
    }
    if would_lose(tx, &current.pack, &pack.pack)? {
        tx.set_meta(Meta::NextPack, &pack.hash)?;
        note_missing(tx, Some(&current.pack), &pack.pack)?;
        return Ok(current.hash);
    }
    switch(tx, pack).map(|()| pack.hash)
}

/// Puts the next pack in its place if nothing is lost by that any more, and gives it then. To be called whenever stations
/// came or other regions were chosen.
pub(crate) fn advance(tx: &Tx<'_>, invite: &Invite) -> Result<Option<PackHash>, StoreError> {
    let current = open(tx, invite, Meta::CurrentPack)?;
    let Some(next) = open(tx, invite, Meta::NextPack)? else {
        if let Some(current) = current {
            note_missing(tx, None, &current.pack)?;
        }
        return Ok(None);
    };
    if let Some(current) = &current
        && would_lose(tx, &current.pack, &next.pack)?
    {
        note_missing(tx, Some(&current.pack), &next.pack)?;
        return Ok(None);
    }
    switch(tx, &next).map(|()| Some(next.hash))
}

/// The stations that should be here and are not: of the newest pack, whether or not it is current yet.
pub(crate) fn missing(tx: &Tx<'_>, invite: &Invite) -> Result<Vec<ShardRef>, StoreError> {
    let current = open(tx, invite, Meta::CurrentPack)?;
    match (open(tx, invite, Meta::NextPack)?, current) {
        (Some(next), current) => missing_of(tx, current.as_ref().map(|current| &current.pack), &next.pack),
        (None, Some(current)) => missing_of(tx, None, &current.pack),
        (None, None) => Ok(Vec::new()),
    }
}

/// The same as a number, by what was noted when it last changed: asked for often, and packs are large.
pub(crate) fn count_missing(tx: &Tx<'_>) -> Result<u64, StoreError> {
    let noted: Vec<ShardHash> = tx.meta(Meta::PartsMissing)?.unwrap_or_default();
    let mut count = 0;
    for shard in noted {
        count += u64::from(!tx.has_shard(shard)?);
    }
    Ok(count)
}

/// The shard with this name, if the current pack or the next one has it.
pub(crate) fn shard(tx: &Tx<'_>, invite: &Invite, hash: ShardHash) -> Result<Option<ShardRef>, StoreError> {
    let packs = [open(tx, invite, Meta::CurrentPack)?, open(tx, invite, Meta::NextPack)?];
    let shards = packs.into_iter().flatten().flat_map(|pack| pack.pack.shards.unwrap_or_default());
    Ok(shards.into_iter().find(|shard| shard.hash == hash))
}

fn open(tx: &Tx<'_>, invite: &Invite, which: Meta) -> Result<Option<SignedPack>, StoreError> {
    let Some(hash) = tx.meta::<PackHash>(which)? else { return Ok(None) };
    // One that this deployment did not sign, or that this release cannot read, is as good as none.
    let bytes = tx.pack(hash)?;
    Ok(bytes.and_then(|bytes| SignedPack::open(bytes, invite.deployment, &invite.root_key).ok()))
}

fn is_newer(pack: &Pack, than: &Pack, way: Way, known: bool) -> bool {
    match pack.edition.unwrap_or(0).cmp(&than.edition.unwrap_or(0)) {
        Ordering::Greater => true,
        Ordering::Less => false,
        // Signed before packs had editions. What has been here before was not the newest even then.
        Ordering::Equal => way == Way::Coordinator || !known,
    }
}

fn switch(tx: &Tx<'_>, pack: &SignedPack) -> Result<(), StoreError> {
    tx.set_meta(Meta::CurrentPack, &pack.hash)?;
    tx.remove_meta(Meta::NextPack)?;
    note_missing(tx, None, &pack.pack)
}

/// The regions of a pack whose stations are here.
fn here(tx: &Tx<'_>, pack: &Pack) -> Result<Vec<String>, StoreError> {
    let mut here = Vec::new();
    for shard in pack.shards.iter().flatten() {
        if tx.has_shard(shard.hash)? {
            here.push(shard.region.clone());
        }
    }
    Ok(here)
}

/// Whether stations that the current pack has here would be gone.
fn would_lose(tx: &Tx<'_>, current: &Pack, pack: &Pack) -> Result<bool, StoreError> {
    let here = here(tx, current)?;
    for shard in pack.shards.iter().flatten() {
        if here.contains(&shard.region) && !tx.has_shard(shard.hash)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What `newest` lacks: of the regions that were chosen, and of those that the pack before it has here.
fn missing_of(tx: &Tx<'_>, before: Option<&Pack>, newest: &Pack) -> Result<Vec<ShardRef>, StoreError> {
    let mut regions: Vec<String> = tx.meta(Meta::Regions)?.unwrap_or_default();
    if let Some(before) = before {
        regions.extend(here(tx, before)?);
    }
    let mut missing = Vec::new();
    for shard in newest.shards.iter().flatten() {
        if regions.contains(&shard.region) && !tx.has_shard(shard.hash)? {
            missing.push(shard.clone());
        }
    }
    Ok(missing)
}

fn note_missing(tx: &Tx<'_>, before: Option<&Pack>, newest: &Pack) -> Result<(), StoreError> {
    let missing = missing_of(tx, before, newest)?;
    if missing.is_empty() {
        return tx.remove_meta(Meta::PartsMissing);
    }
    let hashes: Vec<ShardHash> = missing.iter().map(|shard| shard.hash).take(NOTED).collect();
    tx.set_meta(Meta::PartsMissing, &hashes)
}

#[cfg(test)]
mod tests {
    use kuager_wire::SigningKey;
    use kuager_wire::cose;
    use kuager_wire::pack::{Station, StationShard};

    use super::*;
    use crate::keys::StoreKey;
    use crate::store::Store;
    use crate::transport::fake::FakeCoordinator;

    struct Phone {
        _dir: tempfile::TempDir,
        store: Store,
        invite: Invite,
    }

    /// A pack of these regions; what is said after the name of one changes its shard.
    fn pack(edition: Option<u64>, regions: &[&str]) -> (SignedPack, Vec<(ShardRef, Vec<u8>)>) {
        let (root, deployment) = (SigningKey::from_bytes(&[1; 32]), FakeCoordinator::new().deployment());
        let shards: Vec<_> = regions
            .iter()
            .map(|said| {
                let region = said.split(' ').next().expect("a word").to_owned();
                let station = Station { key: (*said).to_owned(), region: region.clone(), ..Station::default() };
                let shard =
                    StationShard { version: 1, pack: "p".to_owned(), region: region.clone(), stations: vec![station] };
                let bytes = cose::sign(&shard, deployment, &root).expect("signs");
                let reference = ShardRef { region, hash: ShardHash::of(&bytes), size: bytes.len() as u64, stations: 1 };
                (reference, bytes)
            })
            .collect();
        let names = shards.iter().map(|(reference, _)| reference.clone()).collect();
        let pack = Pack { version: 1, id: regions.join("|"), shards: Some(names), edition, ..Pack::default() };
        let bytes = cose::sign(&pack, deployment, &root).expect("signs");
        (SignedPack::open(bytes, deployment, &(&root).into()).expect("holds"), shards)
    }

    impl Phone {
        fn new() -> Self {
            let dir = tempfile::tempdir().expect("a folder");
            let store = Store::open(dir.path(), &StoreKey([3; 32])).expect("opens");
            Self { _dir: dir, store, invite: FakeCoordinator::new().invite() }
        }

        fn take(&self, pack: &SignedPack, way: Way) -> PackHash {
            self.store.write(|tx| take(tx, &self.invite, pack, way, 0)).expect("is stored")
        }

        fn shard(&self, (reference, bytes): &(ShardRef, Vec<u8>)) -> Option<PackHash> {
            let work = |tx: &Tx<'_>| {
                tx.add_shard(reference.hash, bytes, 0)?;
                advance(tx, &self.invite)
            };
            self.store.write(work).expect("is stored")
        }

        /// Regions that are missing, and how many the outlook counts.
        fn missing(&self) -> (Vec<String>, u64) {
            let read = |tx: &Tx<'_>| Ok::<_, StoreError>((missing(tx, &self.invite)?, count_missing(tx)?));
            let (missing, count) = self.store.read(read).expect("reads");
            (missing.into_iter().map(|shard| shard.region).collect(), count)
        }

        fn choose(&self, regions: &[&str]) {
            let regions: Vec<String> = regions.iter().map(|region| (*region).to_owned()).collect();
            let work = |tx: &Tx<'_>| {
                tx.set_meta(Meta::Regions, &regions)?;
                advance(tx, &self.invite)
            };
            self.store.write(work).expect("is stored");
        }
    }

    #[test]
    fn a_newer_pack_waits_for_the_stations_that_would_be_gone() {
        let phone = Phone::new();
        let (old, shards) = pack(Some(1), &["a", "b", "c"]);
        assert_eq!(phone.take(&old, Way::Coordinator), old.hash);
        assert_eq!(phone.missing(), (vec![], 0), "nobody has chosen any");
        phone.choose(&["a"]);
        assert_eq!(phone.missing(), (vec!["a".to_owned()], 1));
        // One that was chosen, and one from a file.
        assert_eq!((phone.shard(&shards[0]), phone.shard(&shards[1])), (None, None));
        assert_eq!(phone.missing(), (vec![], 0));
        let (new, shards) = pack(Some(2), &["a changed", "b", "c changed"]);
        assert_eq!(phone.take(&new, Way::Coordinator), old.hash, "a is missing; b has not changed, c was never here");
        assert_eq!(phone.missing(), (vec!["a".to_owned()], 1));
        assert_eq!(phone.take(&old, Way::File), old.hash);
        assert_eq!(phone.missing(), (vec!["a".to_owned()], 1), "the older one in a file changes nothing");
        assert_eq!(phone.shard(&shards[0]), Some(new.hash));
        assert_eq!(phone.missing(), (vec![], 0));
        let (newest, shards) = pack(Some(3), &["a", "b changed", "c"]);
        assert_eq!(phone.take(&newest, Way::File), new.hash, "what came from a file would be gone as well");
        assert_eq!(phone.missing(), (vec!["b".to_owned()], 1), "and is fetched");
        assert_eq!(phone.shard(&shards[1]), Some(newest.hash));
    }

    #[test]
    fn the_newest_by_its_edition_counts_whichever_way_it_came() {
        let phone = Phone::new();
        let [none, other, one, two] =
            [(None, "n"), (None, "o"), (Some(1), "1"), (Some(2), "2")].map(|(edition, name)| {
                let (pack, _) = pack(edition, &[name]);
                pack
            });
        assert_eq!(phone.take(&none, Way::File), none.hash);
        assert_eq!(phone.take(&other, Way::File), other.hash, "never seen: as before there were editions");
        assert_eq!(phone.take(&none, Way::File), other.hash, "seen before: not the newest even then");
        assert_eq!(phone.take(&none, Way::Coordinator), none.hash, "unless the coordinator says so");
        assert_eq!(phone.take(&two, Way::File), two.hash);
        for older in [&one, &none, &other] {
            assert_eq!(phone.take(older, Way::Coordinator), two.hash, "a replayed answer is no newer pack");
            assert_eq!(phone.take(older, Way::File), two.hash);
        }
    }
}
