//! The station directory on the phone: what the pack carries, and the regions the observer chose.

use std::sync::Arc;

use kuager_wire::ids::ShardHash;
use kuager_wire::pack::{Region, ShardRef, StationShard};

use super::device::Observer;
use crate::error::ObserverError;
use crate::packs;
use crate::stations::StationBook;
use crate::store::{Meta, StoreError};

impl Observer {
    /// The regions of the current pack, and whether the stations of each are on the phone.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::Store`].
    pub fn regions(&self) -> Result<Vec<(Region, bool)>, ObserverError> {
        let pack = self.pack()?;
        let shards = pack.pack.shards.as_deref().unwrap_or_default();
        let here = |region: &Region| -> Result<bool, StoreError> {
            let Some(shard) = shards.iter().find(|shard| shard.region == region.key) else { return Ok(true) };
            Ok(self.store.read(|tx| tx.shard(shard.hash))?.is_some())
        };
        let regions = pack.pack.regions.iter().flatten();
        regions.map(|region| Ok((region.clone(), here(region)?))).collect()
    }

    /// Chooses the regions whose stations this phone is to have; the next sync fetches what is missing.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn choose_regions(&self, regions: &[String]) -> Result<(), ObserverError> {
        let (regions, invite) = (regions.to_vec(), self.invite());
        self.store.write(|tx| {
            tx.set_meta(Meta::Regions, &regions)?;
            let Some(invite) = invite else { return Ok(()) };
            packs::advance(tx, &invite).map(|_| ())
        })?;
        self.outbox.wake();
        Ok(())
    }

    /// Takes the stations of a region from a file, for where there is no network. A newer pack that waited for them only
    /// becomes current by that.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::Pack`] when neither the current pack nor a newer one names this shard,
    /// [`ObserverError::Store`].
    pub fn import_stations(&self, bytes: &[u8]) -> Result<String, ObserverError> {
        let (_, invite) = (self.pack()?, self.invited()?);
        let hash = ShardHash::of(bytes);
        let named = self.store.read(|tx| packs::shard(tx, &invite, hash))?;
        let reference = named.ok_or_else(|| {
            ObserverError::Pack(kuager_wire::canonical::Malformed::shape("not a shard the pack names").into())
        })?;
        let shard = StationShard::open(bytes, &reference, invite.deployment, &invite.root_key);
        let shard = shard.map_err(ObserverError::Pack)?;
        let now_ms = self.clock.now().wall_ms;
        self.store.write(|tx| {
            tx.add_shard(hash, bytes, now_ms)?;
            packs::advance(tx, &invite)
        })?;
        Ok(shard.region)
    }

    /// The stations that are on the phone. Making the book of a large region takes some hundredths of a second; it is
    /// kept until there is another pack or another region.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::Store`].
    pub fn station_book(&self) -> Result<Arc<StationBook>, ObserverError> {
        let (pack, invite) = (self.pack()?, self.invited()?);
        let named = pack.pack.shards.as_deref().unwrap_or_default();
        let here: Vec<&ShardRef> = self.store.read(|tx| {
            let here = named.iter().map(|shard| Ok(tx.has_shard(shard.hash)?.then_some(shard)));
            here.filter_map(Result::transpose).collect::<Result<_, StoreError>>()
        })?;
        let hashes: Vec<ShardHash> = here.iter().map(|shard| shard.hash).collect();
        let mut kept = self.book.lock();
        if let Some(book) = kept.as_ref().filter(|book| book.is_made_from(pack.hash, &hashes)) {
            return Ok(Arc::clone(book));
        }
        let mut shards = Vec::with_capacity(here.len());
        for reference in here {
            let Some(bytes) = self.store.read(|tx| tx.shard(reference.hash))? else { continue };
            let shard = StationShard::open(&bytes, reference, invite.deployment, &invite.root_key);
            shards.push((reference.hash, shard.map_err(ObserverError::Pack)?));
        }
        let book = Arc::new(StationBook::new(&pack, shards));
        *kept = Some(Arc::clone(&book));
        Ok(book)
    }
}
