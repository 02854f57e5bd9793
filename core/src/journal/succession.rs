//! A chain that ends, and the one that goes on for it.
//!
//! A store that was put back from a copy does not know which numbers of its chain were used since. So its key signs nothing
//! any more but this: that another key goes on for it. That one's chain begins with a key event, which names the last record
//! of the old chain that has a receipt here. What was sealed since the copy under numbers that others have is sealed anew in the new
//! chain, with what the clocks said when the person sealed it; the old record stays, and is sent no more.
//!
//! All of it is one transaction: before it the old key signs, after it the new one, and every record was sealed anew once.

use kuager_wire::SigningKey;
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::enrolment::Succession;
use kuager_wire::ids::{DeploymentId, PublicKey, RecordHash};
use kuager_wire::record::{Body, ChainHead, Record, RecordKind};

use super::error::JournalError;
use super::writer::{add, reading};
use crate::clock::ClockSample;
use crate::keyring::Keyring;
use crate::queue::{Urgency, priority};
use crate::store::{FormerKey, Meta, StoreError, Tx};

/// Ends the chain of the key that signs now and begins one of this key. Needs the credential of the old one.
pub(crate) fn begin(
    tx: &Tx<'_>,
    keyring: &Keyring,
    now: &ClockSample,
    deployment: DeploymentId,
    key: &SigningKey,
) -> Result<(), JournalError> {
    let former = keyring.current(tx)?;
    let credential = tx.meta_bytes(Meta::Credential)?;
    let credential =
        credential.ok_or_else(|| StoreError::Other("a key that was not enrolled has no successor".to_owned()))?;
    let succession =
        Succession { version: kuager_wire::VERSION, public_key: PublicKey::from(key), wall_ms: now.wall_ms };
    let kid = PublicKey::from(&former).kid();
    tx.add_former_key(&FormerKey {
        kid,
        credential,
        succession: cose::sign(&succession, deployment, &former)?,
        ended_ms: now.wall_ms,
    })?;
    tx.remove_meta(Meta::Credential)?;
    tx.remove_meta(Meta::EnrolmentRefusal)?;
    tx.remove_meta(Meta::ChainOver)?;
    tx.set_meta(Meta::Device, &PublicKey::from(key).kid())?;
    // What has no receipt may have a used number, and nobody else might ever see it.
    let Some((seq, hash)) = tx.last_receipted(kid)? else { return Ok(()) };
    let continues = ChainHead { kid, seq, hash };
    let event = Record {
        version: kuager_wire::VERSION,
        kind: RecordKind::KeyEvent,
        seq: 0,
        prev: RecordHash::chain_start(deployment),
        clock: reading(now, None),
        checkpoint: None,
        form: None,
        station: None,
        body: Body { continues: Some(continues), ..Body::default() },
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    };
    add(tx, deployment, key, &event, priority(RecordKind::KeyEvent, Urgency::Usual))?;
    Ok(())
}

/// Seals anew, under the key that signs now, what has a number of its old chain that another record has. Returns the old and
/// the new name of each.
pub(crate) fn reseal(
    tx: &Tx<'_>,
    keyring: &Keyring,
    deployment: DeploymentId,
) -> Result<Vec<(RecordHash, RecordHash)>, JournalError> {
    let key = keyring.current(tx)?;
    let kid = PublicKey::from(&key).kid();
    let mut resealed = Vec::new();
    for old in tx.to_renumber()? {
        // Of the chain that goes on there is nothing to be sealed anew.
        if old.kid == kid {
            continue;
        }
        let bytes = tx.record_bytes(old.record)?;
        let record: Record = Envelope::parse(&bytes, Record::LIMIT)?.statement()?;
        let supersedes = record.supersedes.map(|corrected| renamed(tx, corrected)).transpose()?;
        let mut body = record.body;
        if let Some(follows) = &mut body.follows {
            follows.record = renamed(tx, follows.record)?;
        }
        let mut anew = Record { body, supersedes, ..record };
        let hash = match sealed_already(tx, kid, &anew)? {
            Some(hash) => hash,
            None => {
                let head = tx.head(kid)?;
                (anew.seq, anew.prev) =
                    head.map_or((0, RecordHash::chain_start(deployment)), |head| (head.seq + 1, head.hash));
                add(tx, deployment, &key, &anew, old.priority)?.0
            }
        };
        tx.resealed(old.record, hash)?;
        resealed.push((RecordHash::of(&bytes), hash));
    }
    rename_in_drafts(tx, &resealed)?;
    Ok(resealed)
}

/// What a record is called now.
fn renamed(tx: &Tx<'_>, hash: RecordHash) -> Result<RecordHash, StoreError> {
    Ok(tx.resealed_as(hash)?.unwrap_or(hash))
}

/// The record of the new chain that says the very same, which a store that was salvaged has from before: clocks included, it
/// can only be the same act of the same person.
fn sealed_already(tx: &Tx<'_>, kid: kuager_wire::ids::Kid, anew: &Record) -> Result<Option<RecordHash>, JournalError> {
    let mut found = None;
    tx.each_record::<JournalError>(kid, |_, bytes| {
        let record: Record = Envelope::parse(bytes, Record::LIMIT)?.statement()?;
        if record.clock == anew.clock && (Record { seq: anew.seq, prev: anew.prev, ..record }) == *anew {
            found = Some(RecordHash::of(bytes));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Drafts that correct or follow a record go on about it under its new name.
fn rename_in_drafts(tx: &Tx<'_>, resealed: &[(RecordHash, RecordHash)]) -> Result<(), StoreError> {
    let now = |hash: RecordHash| resealed.iter().find(|(old, _)| *old == hash).map(|(_, anew)| *anew);
    for mut draft in tx.drafts()? {
        let corrected = draft.supersedes.and_then(now);
        let followed = draft.follows.as_ref().and_then(|follows| now(follows.record));
        if corrected.is_none() && followed.is_none() {
            continue;
        }
        draft.supersedes = corrected.or(draft.supersedes);
        if let (Some(follows), Some(record)) = (&mut draft.follows, followed) {
            follows.record = record;
        }
        tx.save_draft(&draft)?;
    }
    Ok(())
}
