//! Single values by name.

use kuager_wire::canonical;
use minicbor::{Decode, Encode};
use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::tx::Tx;

const LIMIT: usize = 64 * 1024;

/// Names of single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    /// The signed genesis statement.
    Genesis,
    /// The signed device credential.
    Credential,
    /// The pass that came with it, or with a later answer.
    Pass,
    /// The signed enrolment request.
    EnrolmentRequest,
    /// What the platform says about this phone, for one invite.
    Attestation,
    /// How the last enrolment attempt ended, when it was refused.
    EnrolmentRefusal,
    /// When the outbox may try the network again.
    Lane,
    /// The same for files.
    MediaLane,
    /// Keys of the regions whose stations are wanted.
    Regions,
    /// The pack answers are given under.
    CurrentPack,
    /// The coordinator holds records of this key that this store does not.
    Behind,
    /// Salvaged, and the lost numbers are not stated yet.
    GapsUnstated,
    /// What was salvaged from a damaged file.
    Recovery,
    /// Heads counted, by station.
    Tallies,
    /// What the deployment has delegated and taken back.
    Delegations,
    /// What did not agree in an invite that is not followed any more.
    InviteForged,
    /// How often delivered records may be queued again.
    Rounds,
    /// What time it is at least.
    KnownTime,
    /// A newer pack, until all its parts are here.
    NextPack,
    /// Hashes of the stations that the newest pack lacks.
    PartsMissing,
    /// The key that signs from now on; nothing before the first one was succeeded.
    Device,
    /// The key whose chain is not to go on, since the coordinator holds more of it than this store.
    ChainOver,
    /// How often a new chain may be begun.
    Chains,
    /// The coordinator's word that it does not trust this device any more.
    RevokedSince,
    /// The deployment's signed word on how this device is trusted.
    Revocation,
}

impl Meta {
    const fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Credential => "credential",
            Self::Pass => "pass",
            Self::EnrolmentRequest => "enrolment_request",
            Self::Attestation => "attestation",
            Self::EnrolmentRefusal => "enrolment_refusal",
            Self::Lane => "lane",
            Self::MediaLane => "media_lane",
            Self::Regions => "regions",
            Self::CurrentPack => "current_pack",
            Self::Behind => "behind",
            Self::GapsUnstated => "gaps_unstated",
            Self::Recovery => "recovery",
            Self::Tallies => "tallies",
            Self::Delegations => "delegations",
            Self::InviteForged => "invite_forged",
            Self::Rounds => "rounds",
            Self::KnownTime => "known_time",
            Self::NextPack => "next_pack",
            Self::PartsMissing => "parts_missing",
            Self::Device => "device",
            Self::ChainOver => "chain_over",
            Self::Chains => "chains",
            Self::RevokedSince => "revoked_since",
            Self::Revocation => "revocation",
        }
    }
}

impl Tx<'_> {
    pub(crate) fn meta_bytes(&self, name: Meta) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(statement.query_row([name.name()], |row| row.get(0)).optional()?)
    }

    pub(crate) fn set_meta_bytes(&self, name: Meta, value: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?;
        statement.execute((name.name(), value))?;
        Ok(())
    }

    pub(crate) fn remove_meta(&self, name: Meta) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([name.name()])?;
        Ok(())
    }

    pub(crate) fn meta<T>(&self, name: Meta) -> Result<Option<T>, StoreError>
    where
        T: Encode<()> + for<'b> Decode<'b, ()>,
    {
        let bytes = self.meta_bytes(name)?;
        Ok(bytes.map(|bytes| canonical::decode(&bytes, LIMIT)).transpose()?)
    }

    pub(crate) fn set_meta<T: Encode<()>>(&self, name: Meta, value: &T) -> Result<(), StoreError> {
        self.set_meta_bytes(name, &canonical::encode(value, LIMIT)?)
    }
}
