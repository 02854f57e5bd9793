//! What is to become of one item: what it is, who signed it, whether it belongs here. No writing, no waiting.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use kuager_wire::cose::{Envelope, Purpose, StatementError, Verifier};
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::{Receipt, RefusalCode};
use kuager_wire::record::{Attachment, Record};

use crate::app::{App, short};
use crate::error::CoordinatorError;
use crate::ledger::{Device, NewRecord, NewUpload, Stored};
use crate::refusals::{SignedRefusal, code_of};
use crate::shelf::Published;

/// A receipt promises that the log holds the record within a day.
const MERGE_DELAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Larger numbers than any chain can have; the database counts with 63 bits.
const LAST_SEQ: u64 = 1 << 62;

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
        let start = bytes.as_ptr().addr() - body.as_ptr().addr();
        Self { range: start..start + bytes.len(), whole }
    }
}

/// What is to become of an item.
#[derive(Debug)]
pub(super) enum Decision {
    /// Received before.
    Known { hash: RecordHash, kid: Kid, stored: Stored },
    /// To be stored.
    New(Box<NewRecord>),
    /// Not accepted. `verified` names the chain when the signature was good.
    Refused { hash: RecordHash, refusal: SignedRefusal, verified: Option<Kid> },
}

/// Why an item is refused.
struct Objection {
    code: RefusalCode,
    reason: String,
    kid: Option<Kid>,
    verified: bool,
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
    published: Arc<Published>,
    devices: HashMap<Kid, Option<Known>>,
}

/// A device with what is asked of it again and again.
struct Known {
    device: Device,
    verifier: Verifier,
    /// Highest number held of its chain.
    head: Option<u64>,
}

impl<'a> Examiner<'a> {
    pub(super) fn new(app: &'a App, body: &'a [u8]) -> Self {
        Self { app, body, published: app.shelf.published(), devices: HashMap::new() }
    }

    /// One decision per item, in their order.
    pub(super) fn all(mut self, items: &[Item]) -> Result<Vec<Decision>, CoordinatorError> {
        items.iter().map(|item| self.one(item)).collect()
    }

    fn one(&mut self, item: &Item) -> Result<Decision, CoordinatorError> {
        let hash = RecordHash::of(&self.body[item.range.clone()]);
        let read = self.read(item);
        if self.may_be_known(&read)?
            && let Some((kid, stored)) = self.app.ledger.find(hash)?
        {
            return Ok(Decision::Known { hash, kid, stored });
        }
        let checked = match read {
            Ok((envelope, record)) => self.check(&envelope, &record)?.map(|()| (envelope.kid(), record)),
            Err(objection) => Err(objection),
        };
        match checked {
            Ok((kid, record)) => self.accept(item, hash, kid, record),
            Err(objection) => {
                let Objection { code, reason, kid, verified } = objection;
                tracing::info!(code = code.name(), kid = kid.map(short), "a record is refused");
                let refusal = self.app.refusals.refuse(hash, kid, code, &reason)?;
                Ok(Decision::Refused { hash, refusal, verified: kid.filter(|_| verified) })
            }
        }
    }

    /// Whether the record may have been received before. A number above the head of its chain has not, which spares most
    /// records the look into the database; what cannot be read today may have been readable to an earlier release.
    fn may_be_known(&mut self, read: &Result<(Envelope, Record), Objection>) -> Result<bool, CoordinatorError> {
        let Ok((envelope, record)) = read else { return Ok(true) };
        let known = self.known(envelope.kid())?;
        Ok(known.as_ref().is_some_and(|known| known.head.is_some_and(|head| record.seq <= head)))
    }

    fn read(&self, item: &Item) -> Result<(Envelope, Record), Objection> {
        if !item.whole {
            let reason = format!("byte {} of the upload and what follows is not CBOR", item.range.start);
            return Err(Objection { code: RefusalCode::Malformed, reason, kid: None, verified: false });
        }
        let bytes = &self.body[item.range.clone()];
        let envelope = Envelope::parse(bytes, limits::RECORD).map_err(|error| Objection::statement(&error, None))?;
        let record = envelope.statement().map_err(|error| Objection::statement(&error, Some(envelope.kid())))?;
        Ok((envelope, record))
    }

    /// The outer error is the coordinator's own trouble, the inner one the record's.
    fn check(&mut self, envelope: &Envelope, record: &Record) -> Result<Result<(), Objection>, CoordinatorError> {
        let kid = envelope.kid();
        let deployment = self.app.deployment.id();
        let Some(known) = self.known(kid)? else {
            let reason = "this key is not enrolled here; enrol it, then send again";
            return Ok(Err(Objection::new(RefusalCode::UnknownDevice, kid, reason)));
        };
        if let Err(error) = envelope.verify_with(Purpose::Record, deployment, &known.verifier) {
            return Ok(Err(Objection::statement(&error, Some(kid))));
        }
        let objection = |code, reason| Ok(Err(Objection::new(code, kid, reason).verified()));
        if known.device.revoked {
            return objection(RefusalCode::RevokedDevice, "this device was revoked");
        }
        if record.seq > LAST_SEQ {
            return objection(RefusalCode::Malformed, "the number is larger than a chain can be long");
        }
        if record.seq == 0 && record.prev != RecordHash::chain_start(deployment) {
            return objection(RefusalCode::WrongDeployment, "the chain starts in another deployment");
        }
        if record.form.as_ref().is_some_and(|form| !self.published.packs.contains_key(&form.pack)) {
            return objection(RefusalCode::UnknownPack, "the pack it answers was never published here");
        }
        Ok(Ok(()))
    }

    fn known(&mut self, kid: Kid) -> Result<&Option<Known>, CoordinatorError> {
        match self.devices.entry(kid) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let ledger = &self.app.ledger;
                let known = match ledger.device(kid)? {
                    None => None,
                    // Its enrolment request was verified with this very key.
                    Some(device) => Verifier::new(&device.public_key)
                        .ok()
                        .map(|verifier| {
                            Ok::<_, CoordinatorError>(Known { device, verifier, head: ledger.head_seq(kid)? })
                        })
                        .transpose()?,
                };
                Ok(unknown.insert(known))
            }
        }
    }

    fn accept(&self, item: &Item, hash: RecordHash, kid: Kid, record: Record) -> Result<Decision, CoordinatorError> {
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
        let uploads = record.attachments.into_iter().flatten().map(upload).collect();
        let (pack, form) = record.form.map(|form| (form.pack, form.form)).unzip();
        Ok(Decision::New(Box::new(NewRecord {
            hash,
            kid,
            seq: record.seq,
            prev: record.prev,
            kind: record.kind,
            station: record.station,
            form,
            pack,
            supersedes: record.supersedes,
            lost: record.body.lost,
            training: record.training == Some(true),
            uploads,
            received_ms,
            bytes: self.body[item.range.clone()].to_vec(),
            receipt,
        })))
    }
}
