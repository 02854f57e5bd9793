//! What is to become of one item: what it is, who signed it, whether it belongs here. No writing, no waiting, no asking: what is
//! known of the item was looked up before.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use kuager_wire::cose::{Envelope, Purpose, StatementError, Verifier};
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::{Receipt, RefusalCode};
use kuager_wire::record::{Attachment, Record};
use kuager_wire::text;

use super::on_fork::OnFork;
use crate::app::App;
use crate::error::CoordinatorError;
use crate::ledger::{Inquiry, Known, NewRecord, NewUpload, Stored};
use crate::refusals::code_of;
use crate::shelf::Published;

/// Signatures of one key that may be bad, of the items examined together; then its other items are put off. Whoever knows a key id
/// could otherwise have signatures checked for nothing.
const BAD_SIGNATURES: u32 = 2;
/// What every signed statement begins with.
const STATEMENT: [u8; 4] = [0xd2, 0x84, 0x55, 0xa2];
/// A receipt promises that the log holds the record within a day.
const MERGE_DELAY_MS: u64 = 24 * 60 * 60 * 1000;

/// One item of an upload.
#[derive(Debug, Clone)]
pub(super) struct Item {
    range: Range<usize>,
    /// Whether it is one CBOR item; otherwise it is the rest that cannot be split.
    whole: bool,
}

impl Item {
    pub(super) fn new(body: &[u8], item: Result<&[u8], &[u8]>) -> Self {
        let (whole, bytes) = match item {
            Ok(bytes) => (true, bytes),
            Err(rest) => (false, rest),
        };
        let start = bytes.as_ptr().addr().saturating_sub(body.as_ptr().addr());
        Self { range: start..start.saturating_add(bytes.len()), whole }
    }

    /// Reads what it says, whether it may or not.
    pub(super) fn read(self, body: &[u8]) -> ReadItem {
        let bytes = body.get(self.range.clone()).unwrap_or_default();
        let read = if self.whole {
            record(bytes)
        } else {
            let reason = format!("byte {} of the upload and what follows is not CBOR", self.range.start);
            Err(Objection { code: RefusalCode::Malformed, reason, kid: None, verified: false })
        };
        let statement = bytes.starts_with(&STATEMENT);
        ReadItem { hash: RecordHash::of(bytes), range: self.range, statement, read }
    }
}

fn record(bytes: &[u8]) -> Result<(Envelope, Record), Objection> {
    let envelope = Envelope::parse(bytes, limits::RECORD).map_err(|error| Objection::statement(&error, None))?;
    let record = envelope.statement().map_err(|error| Objection::statement(&error, Some(envelope.kid())))?;
    Ok((envelope, record))
}

/// An item that was read: a record, or why it is none.
pub(super) struct ReadItem {
    range: Range<usize>,
    hash: RecordHash,
    /// Whether it begins as everything signed does.
    statement: bool,
    read: Result<(Envelope, Record), Objection>,
}

impl ReadItem {
    /// Its SHA-256.
    pub(super) fn hash(&self) -> RecordHash {
        self.hash
    }

    /// What the ledger is asked about it. What cannot be read today may have been readable to an earlier release, but nothing
    /// that is no statement ever was.
    pub(super) fn inquiry(&self) -> Option<Inquiry> {
        let position = self.read.as_ref().ok().map(|(envelope, record)| (envelope.kid(), record.seq));
        self.statement.then_some(Inquiry { hash: self.hash, position })
    }
}

/// What is to become of an item.
#[derive(Debug)]
pub(super) enum Decision {
    /// Received before.
    Known { hash: RecordHash, kid: Kid, stored: Stored },
    /// To be stored.
    New(Box<NewRecord>),
    /// Not accepted.
    Refused { hash: RecordHash, objection: Objection },
    /// Not looked at, because too much else of this upload did not hold.
    PutOff,
}

/// Why an item is refused.
#[derive(Debug)]
pub(super) struct Objection {
    pub(super) code: RefusalCode,
    pub(super) reason: String,
    /// The key it names; nothing for what is no statement.
    pub(super) kid: Option<Kid>,
    /// Whether the signature is that key's.
    pub(super) verified: bool,
}

impl Objection {
    fn new(code: RefusalCode, kid: Kid, reason: &str) -> Self {
        Self { code, reason: reason.to_owned(), kid: Some(kid), verified: false }
    }

    fn verified(self) -> Self {
        Self { verified: true, ..self }
    }

    fn statement(error: &StatementError, kid: Option<Kid>) -> Self {
        Self { code: code_of(error), reason: error.to_string(), kid, verified: false }
    }
}

/// Decides about items of one upload.
pub(super) struct Examiner<'a> {
    app: &'a App,
    body: &'a [u8],
    known: &'a Known,
    on_fork: OnFork,
    published: Arc<Published>,
    /// Made once for each device; nothing for keys that are not enrolled.
    verifiers: HashMap<Kid, Option<Verifier>>,
    /// Bad signatures met, by the key they name.
    bad: HashMap<Kid, u32>,
}

impl<'a> Examiner<'a> {
    pub(super) fn new(app: &'a App, body: &'a [u8], known: &'a Known, on_fork: OnFork) -> Self {
        let published = app.shelf.published();
        Self { app, body, known, on_fork, published, verifiers: HashMap::new(), bad: HashMap::new() }
    }

    /// One decision per item, in their order.
    pub(super) fn all(mut self, items: Vec<ReadItem>) -> Result<Vec<Decision>, CoordinatorError> {
        items.into_iter().map(|item| self.one(item)).collect()
    }

    fn one(&mut self, item: ReadItem) -> Result<Decision, CoordinatorError> {
        let ReadItem { range, hash, read, .. } = item;
        if let Some((kid, stored)) = self.known.received.get(&hash) {
            return Ok(Decision::Known { hash, kid: *kid, stored: stored.clone() });
        }
        let named = read.as_ref().ok().map(|(envelope, _)| envelope.kid());
        if named.and_then(|kid| self.bad.get(&kid)).is_some_and(|bad| *bad >= BAD_SIGNATURES) {
            return Ok(Decision::PutOff);
        }
        let checked = read.and_then(|(envelope, record)| {
            self.check(&envelope, &record)?;
            Ok((envelope.kid(), record))
        });
        match checked {
            Ok((kid, record)) => self.accept(range, hash, kid, record),
            Err(objection) => {
                if let Some(kid) = objection.kid.filter(|_| objection.code == RefusalCode::BadSignature) {
                    let bad = self.bad.entry(kid).or_default();
                    *bad = bad.saturating_add(1);
                }
                Ok(Decision::Refused { hash, objection })
            }
        }
    }

    fn check(&mut self, envelope: &Envelope, record: &Record) -> Result<(), Objection> {
        let kid = envelope.kid();
        let deployment = self.app.deployment.id();
        let device = self.known.devices.get(&kid);
        // A device's enrolment request was verified with this very key.
        let verifier = self.verifiers.entry(kid).or_insert_with(|| Verifier::new(&device?.public_key).ok());
        let Some(verifier) = verifier else {
            let reason = "this key is not enrolled here; enrol it, then send again";
            return Err(Objection::new(RefusalCode::UnknownDevice, kid, reason));
        };
        envelope
            .verify_with(Purpose::Record, deployment, verifier)
            .map_err(|error| Objection::statement(&error, Some(kid)))?;
        let objection = |code, reason| Err(Objection::new(code, kid, reason).verified());
        if record.seq == 0 && record.prev != RecordHash::chain_start(deployment) {
            return objection(RefusalCode::WrongDeployment, "the chain starts in another deployment");
        }
        if record.form.as_ref().is_some_and(|form| !self.published.packs.contains_key(&form.pack)) {
            return objection(RefusalCode::UnknownPack, "the pack it answers was never published here");
        }
        if let Some(fault) = record.station.as_deref().and_then(text::station_fault) {
            return objection(RefusalCode::Malformed, fault);
        }
        let names = [record.form.as_ref().map(|form| &form.form), record.body.language.as_ref()];
        if names.into_iter().flatten().any(|name| name.len() > limits::NAME) {
            return objection(RefusalCode::Malformed, "a form or a language has a longer name than any pack's");
        }
        Ok(())
    }

    fn accept(
        &self,
        range: Range<usize>,
        hash: RecordHash,
        kid: Kid,
        record: Record,
    ) -> Result<Decision, CoordinatorError> {
        let received_ms = self.app.clock.now_ms();
        let receipt = Receipt {
            version: kuager_wire::VERSION,
            record: hash,
            kid,
            seq: record.seq,
            received_ms,
            log_origin: self.app.deployment.genesis().log_origin.clone(),
            merge_deadline_ms: received_ms.saturating_add(MERGE_DELAY_MS),
        };
        let receipt = self.app.signer.receipts.receipt(&receipt)?;
        let uploads = &self.app.signer.uploads;
        let upload = |attachment: Attachment| NewUpload { token: uploads.token(kid, attachment.hash), attachment };
        let uploads = record.attachments.iter().flatten().cloned().map(upload).collect();
        let (pack, form) = record.form.as_ref().map(|form| (form.pack, form.form.clone())).unzip();
        Ok(Decision::New(Box::new(NewRecord {
            hash,
            kid,
            seq: record.seq,
            prev: record.prev,
            kind: record.kind,
            station: record.station.clone(),
            form,
            pack,
            supersedes: record.supersedes,
            follows: record.body.follows.map(|follows| follows.record),
            lost: record.body.lost,
            training: record.training == Some(true),
            refuse_fork: self.on_fork == OnFork::Refuse,
            uploads,
            received_ms,
            bytes: self.body.get(range).unwrap_or_default().to_vec(),
            receipt,
            content: Some(Arc::new(record)),
        })))
    }
}
