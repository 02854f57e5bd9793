//! What the cases share: a place to open ledgers in, a device, records.

use std::sync::Arc;

use async_trait::async_trait;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, MediaHash, ObserverId, PublicKey, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole, RecordKind, SeqRange};
use kuager_wire::sync::ChainState;

use crate::budgets::RecordBudget;
use crate::ledger::devices::{Enrolled, NewDevice};
use crate::ledger::invites::NewInvite;
use crate::ledger::records::{ForkPair, Inquiry, NewRecord, Stored, Taken};
use crate::ledger::revocations::{NewRevocation, Revoked};
use crate::ledger::uploads::{NewUpload, UploadToken};
use crate::ledger::whole::Ledger;

/// Where one ledger is. What is stored stays as long as the place.
#[async_trait]
pub trait Place: Send + Sync {
    /// Opens it, once more if it is open already.
    async fn open(&self) -> Arc<dyn Ledger>;
}

/// The key of the device that most cases are about.
pub const KEY: PublicKey = PublicKey([7; 32]);

/// A note of that device.
#[must_use]
pub fn record(seq: u64, salt: u8) -> NewRecord {
    record_of(KEY.kid(), seq, salt)
}

/// A note of a device. With another salt it is another record.
#[must_use]
pub fn record_of(kid: Kid, seq: u64, salt: u8) -> NewRecord {
    let bytes = [kid.0.as_slice(), &seq.to_be_bytes(), &[salt]].concat();
    NewRecord {
        hash: RecordHash::of(&bytes),
        kid,
        seq,
        prev: RecordHash([0; 32]),
        kind: RecordKind::Note,
        station: Some("710000000-99".to_owned()),
        form: None,
        pack: None,
        supersedes: None,
        follows: None,
        lost: None,
        training: false,
        refuse_fork: false,
        uploads: Vec::new(),
        received_ms: 1,
        receipt: [b"receipt of ", bytes.as_slice()].concat(),
        bytes,
        content: None,
    }
}

/// A statement that numbers are lost.
#[must_use]
pub fn gap(seq: u64, first: u64, last: u64) -> NewRecord {
    NewRecord { kind: RecordKind::GapStatement, lost: Some(SeqRange { first, last }), ..record(seq, 0) }
}

/// A file that a record lists, and where this device uploads it.
#[must_use]
pub fn upload(kid: Kid, name: &str, role: AttachmentRole, of: Option<MediaHash>) -> NewUpload {
    let hash = MediaHash::of(name.as_bytes());
    let mut token = [0; 16];
    token.copy_from_slice(&MediaHash::of(&[kid.0.as_slice(), &hash.0].concat()).0[..16]);
    let attachment = Attachment {
        hash,
        size: name.len() as u64,
        mime: "image/jpeg".to_owned(),
        role,
        of,
        source: None,
        claims: None,
        label: Some(name.to_owned()),
    };
    NewUpload { attachment, token: UploadToken(token) }
}

/// An original.
#[must_use]
pub fn original(kid: Kid, name: &str) -> NewUpload {
    upload(kid, name, AttachmentRole::Original, None)
}

/// An invite by the hash of its token, good until 100.
#[must_use]
pub fn invite(hash: u8) -> NewInvite {
    NewInvite {
        token_hash: [hash; 32],
        created_ms: 0,
        expires_ms: 100,
        role: Role::Observer,
        stations: Vec::new(),
        observer: ObserverId([hash; 16]),
    }
}

/// Enrols a device with an invite of its own.
pub async fn enrol(ledger: &dyn Ledger, public_key: PublicKey) {
    let invite = invite(public_key.0[0]);
    let token_hash = invite.token_hash;
    ledger.add_invite(invite).await.expect("is stored");
    let device = NewDevice { public_key, token_hash, credential: b"credential".to_vec(), enrolled_ms: 0 };
    let enrolled = ledger.enrol(device).await.expect("works");
    assert!(matches!(enrolled, Enrolled::Credential { new: true, .. }));
}

/// Stores records of one device.
pub async fn store(ledger: &dyn Ledger, records: Vec<NewRecord>) -> (Vec<Stored>, Vec<ChainState>) {
    let (taken, chains) = store_within(ledger, records, RecordBudget::UNBOUNDED).await;
    let stored = taken.into_iter().map(|taken| match taken {
        Taken::Stored(stored) => Some(stored),
        _ => None,
    });
    (stored.map(|stored| stored.expect("is stored")).collect(), chains)
}

/// Stores records of one device as far as its budget goes.
pub async fn store_within(
    ledger: &dyn Ledger,
    records: Vec<NewRecord>,
    budget: RecordBudget,
) -> (Vec<Taken>, Vec<ChainState>) {
    ledger.store(records, vec![KEY.kid()], budget).await.expect("is stored")
}

/// Trusts a device up to a number, and not at all without one.
pub async fn revoke(ledger: &dyn Ledger, kid: Kid, dated_ms: u64, last_seq: Option<u64>) -> Revoked {
    let statement = [kid.0.as_slice(), &dated_ms.to_be_bytes()].concat();
    let revocation = NewRevocation { kid, dated_ms, last_seq, reinstated: false, statement };
    ledger.add_revocation(revocation).await.expect("works")
}

/// Trusts a device again.
pub async fn reinstate(ledger: &dyn Ledger, kid: Kid, dated_ms: u64) -> Revoked {
    let statement = [kid.0.as_slice(), &dated_ms.to_be_bytes()].concat();
    let revocation = NewRevocation { kid, dated_ms, last_seq: None, reinstated: true, statement };
    ledger.add_revocation(revocation).await.expect("works")
}

/// What was received under a hash.
pub async fn find(ledger: &dyn Ledger, hash: RecordHash) -> Option<(Kid, Stored)> {
    let known = ledger.look_up(vec![Inquiry { hash, position: None }]).await.expect("reads");
    known.received.get(&hash).cloned()
}

/// What is stated about a pair, in place of a signature.
#[must_use]
pub fn statement(pair: &ForkPair) -> Vec<u8> {
    [pair.first.0, pair.second.0].concat()
}

/// The missing numbers of the only chain.
#[must_use]
pub fn missing(chains: &[ChainState]) -> Vec<(u64, u64)> {
    chains[0].missing.iter().map(|range| (range.first, range.last)).collect()
}
