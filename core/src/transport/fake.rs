//! A transport for tests: a coordinator in memory that signs like a real one, and weather that spoils its responses.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Mutex;

use futures_util::StreamExt;
use kuager_wire::SigningKey;
use kuager_wire::canonical::{self, TextMap};
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::delegation::{Revocation, RevokedKey};
use kuager_wire::enrolment::{Credential, Request, Role, Succession};
use kuager_wire::genesis::{Deployment, Genesis};
use kuager_wire::ids::{
    DeploymentId, Epoch, InviteToken, Kid, MediaHash, ObserverId, PublicKey, RecordHash, SubjectHash,
};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Refusal, RefusalCode};
use kuager_wire::record::Record;
use kuager_wire::sync::{CBOR_TYPE, ChainState, Holding, InboxAnswer, RecordResult, RecordsAnswer, Upload};

use super::call::{BoxFuture, Call, Method, Patch, Response, Transport, TransportError};
use crate::queue::FailureClass;

/// What happens to one call.
#[derive(Debug, Clone)]
pub(crate) enum Weather {
    /// It arrives and is answered.
    Fine,
    /// It never arrives.
    Fails(FailureClass),
    /// It arrives, and the response is lost on the way back.
    ResponseLost,
    /// Something else answers.
    Instead(Response),
    /// The response is cut in half.
    Truncated,
    /// Every receipt is signed by another key.
    WrongReceiptKey,
    /// Every receipt is for another record.
    WrongRecord,
    /// Beside every receipt is evidence of a fork between other records.
    WrongFork,
    /// It arrives and stays without a response for ever.
    Hangs,
    /// So many bytes of a file arrive, then the connection breaks.
    Cut(usize),
    /// A file arrives altered.
    Altered,
}

#[derive(Default)]
struct Memory {
    weather: Vec<Weather>,
    file_weather: Vec<Weather>,
    calls: Vec<Call>,
    records: HashMap<RecordHash, (Kid, Record)>,
    /// In which order records came.
    came: Vec<RecordHash>,
    /// Of revoked devices, the last number that is trusted.
    revoked: HashMap<Kid, Option<u64>>,
    /// What the deployment said last about devices.
    revocations: HashMap<String, Vec<u8>>,
    credentials: HashMap<Vec<u8>, Vec<u8>>,
    refuse: HashMap<RecordHash, RefusalCode>,
    refuse_enrolment: Option<RefusalCode>,
    messages: Vec<String>,
    /// What it announces; nothing before epochs were known.
    epoch: Option<Epoch>,
    /// It says that it holds nothing, whatever it holds.
    silent: bool,
    /// It says that it holds more of every chain than there is.
    boasts: bool,
    /// It is of before devices could ask that no fork is kept.
    keeps_forks: bool,
    /// Requests to be enrolled, with the credential they brought.
    enrolments: Vec<Option<Vec<u8>>>,
    /// Files by upload path: what is to come, and what has come so far.
    uploads: HashMap<String, (MediaHash, u64, Vec<u8>)>,
    received: u64,
    passes: Vec<String>,
}

impl Memory {
    fn keep(&mut self, hash: RecordHash, record: (Kid, Record)) {
        if self.records.insert(hash, record).is_none() {
            self.came.push(hash);
        }
    }
}

/// A coordinator in memory. It keeps what it receipts, like a real one.
pub(crate) struct FakeCoordinator {
    root: SigningKey,
    receipt: SigningKey,
    genesis: Vec<u8>,
    deployment: Deployment,
    memory: Mutex<Memory>,
}

impl FakeCoordinator {
    pub(crate) fn new() -> Self {
        let [root, receipt, log] = [1, 2, 3].map(|seed| SigningKey::from_bytes(&[seed; 32]));
        let genesis = Genesis {
            version: 1,
            root_key: PublicKey::from(&root),
            receipt_key: PublicKey::from(&receipt),
            log_key: PublicKey::from(&log),
            log_origin: "kuager.test/log".to_owned(),
            title: TextMap::from_iter([("en", "A test".to_owned())]),
            election_day: "2023-03-19".to_owned(),
            created_ms: 1,
            invites: None,
        };
        let genesis = Deployment::sign(&genesis, &root).unwrap();
        let deployment = Deployment::open(&genesis).unwrap();
        Self { root, receipt, genesis, deployment, memory: Mutex::default() }
    }

    pub(crate) fn invite(&self) -> Invite {
        Invite {
            deployment: self.deployment.id,
            root_key: self.deployment.genesis.root_key,
            token: InviteToken([4; 16]),
            way: Way::Unsigned { addresses: vec!["https://coordinator.test".to_owned()], anchors: Vec::new() },
        }
    }

    pub(crate) fn deployment(&self) -> DeploymentId {
        self.deployment.id
    }

    /// The passes it was told to show, in order.
    pub(crate) fn passes(&self) -> Vec<String> {
        self.memory(|memory| memory.passes.clone())
    }

    fn memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        work(&mut self.memory.lock().unwrap())
    }

    /// What happens to the next calls, in this order; fine afterwards.
    pub(crate) fn weather(&self, weather: impl IntoIterator<Item = Weather>) {
        self.memory(|memory| memory.weather = weather.into_iter().collect());
    }

    /// What happens to the next files on their way, in this order; fine afterwards.
    pub(crate) fn file_weather(&self, weather: impl IntoIterator<Item = Weather>) {
        self.memory(|memory| memory.file_weather = weather.into_iter().collect());
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.memory(|memory| memory.calls.clone())
    }

    pub(crate) fn records(&self) -> Vec<RecordHash> {
        self.memory(|memory| memory.records.keys().copied().collect())
    }

    /// Loses a record, as a restore from an older backup would.
    pub(crate) fn forget(&self, hash: RecordHash) {
        self.memory(|memory| memory.records.remove(&hash));
    }

    /// Loses everything that was delivered.
    pub(crate) fn forget_all(&self) {
        self.memory(|memory| {
            memory.records.clear();
            memory.uploads.clear();
        });
    }

    /// Loses its files, as one does whose ledger was restored without them.
    pub(crate) fn forget_files(&self) {
        self.memory(|memory| memory.uploads.clear());
    }

    /// Announces this epoch from now on.
    pub(crate) fn begin_epoch(&self, epoch: u8) {
        self.memory(|memory| memory.epoch = Some(Epoch([epoch; 16])));
    }

    /// Says from now on that it holds nothing.
    pub(crate) fn deny_everything(&self) {
        self.memory(|memory| memory.silent = true);
    }

    /// Says from now on that it holds more of every chain than it does.
    pub(crate) fn claim_more(&self) {
        self.memory(|memory| memory.boasts = true);
    }

    /// Keeps both records of a fork, whatever their device asks.
    pub(crate) fn keep_forks(&self) {
        self.memory(|memory| memory.keeps_forks = true);
    }

    /// What each request to be enrolled brought as a proof.
    pub(crate) fn proofs(&self) -> Vec<Option<Vec<u8>>> {
        self.memory(|memory| memory.enrolments.clone())
    }

    /// Loses every enrolment.
    pub(crate) fn forget_devices(&self) {
        self.memory(|memory| memory.credentials.clear());
    }

    pub(crate) fn refuse(&self, hash: RecordHash, code: Option<RefusalCode>) {
        self.memory(|memory| match code {
            Some(code) => drop(memory.refuse.insert(hash, code)),
            None => drop(memory.refuse.remove(&hash)),
        });
    }

    pub(crate) fn refuse_enrolment(&self, code: Option<RefusalCode>) {
        self.memory(|memory| memory.refuse_enrolment = code);
    }

    /// Whole files it holds.
    pub(crate) fn files(&self) -> Vec<MediaHash> {
        self.memory(|memory| {
            let whole = memory.uploads.values().filter(|(hash, _, bytes)| MediaHash::of(bytes) == *hash);
            whole.map(|(hash, _, _)| *hash).collect()
        })
    }

    /// Bytes of files that arrived in all, sent again or not.
    pub(crate) fn received(&self) -> u64 {
        self.memory(|memory| memory.received)
    }

    /// Forgets every unfinished upload.
    pub(crate) fn expire_uploads(&self) {
        self.memory(|memory| memory.uploads.retain(|_, (hash, _, bytes)| MediaHash::of(bytes) == *hash));
    }

    pub(crate) fn say(&self, text: &str) {
        self.memory(|memory| memory.messages.push(text.to_owned()));
    }

    /// Holds a record that did not come from the store under test.
    pub(crate) fn plant(&self, bytes: &[u8]) {
        let envelope = Envelope::parse(bytes, Record::LIMIT).unwrap();
        let record = (envelope.kid(), envelope.statement().unwrap());
        self.memory(|memory| memory.keep(RecordHash::of(bytes), record));
    }

    /// The records it holds of a device, by number.
    pub(crate) fn records_of(&self, kid: Kid) -> Vec<(RecordHash, Record)> {
        let mut records = self.memory(|memory| {
            let of = memory.records.iter().filter(|(_, (signer, _))| *signer == kid);
            of.map(|(hash, (_, record))| (*hash, record.clone())).collect::<Vec<_>>()
        });
        records.sort_by_key(|(_, record)| record.seq);
        records
    }

    /// Trusts a device up to a number from now on, and in everything when it is reinstated.
    pub(crate) fn revoke(&self, kid: Kid, revoked_ms: u64, last_seq: Option<u64>, reinstated: bool) {
        let reinstated = reinstated.then_some(true);
        let what = RevokedKey::Device;
        let said = Revocation { version: 1, kid, what, revoked_ms, last_seq, reinstated };
        let bytes = cose::sign(&said, self.deployment.id, &self.root).unwrap();
        self.memory(|memory| {
            memory.revocations.insert(format!("/v1/revocations/{kid}"), bytes);
            match reinstated {
                Some(_) => drop(memory.revoked.remove(&kid)),
                None => drop(memory.revoked.insert(kid, last_seq)),
            }
        });
    }

    fn refusal(&self, subject: impl Into<SubjectHash>, code: RefusalCode) -> Vec<u8> {
        let retryable = code.retryable();
        let refusal =
            Refusal { version: 1, subject: subject.into(), code, reason: "test".to_owned(), retryable, refused_ms: 5 };
        cose::sign(&refusal, self.deployment.id, &self.receipt).unwrap()
    }

    fn enrol(&self, body: &[u8]) -> Response {
        let request: Request = Envelope::parse(body, Request::LIMIT).unwrap().statement().unwrap();
        let key = request.public_key.unwrap();
        self.memory(|memory| memory.enrolments.push(request.credential.as_ref().map(|bytes| bytes.to_vec())));
        if let Some(code) = self.memory(|memory| memory.refuse_enrolment) {
            return response(403, "application/cose", self.refusal(SubjectHash::of(body), code));
        }
        if let Some(succession) = &request.succession {
            // The old key's word, by the key in its credential.
            let former: Credential =
                cose::open(request.credential.as_ref().unwrap(), self.deployment.id, &self.deployment.genesis.root_key)
                    .unwrap();
            let said: Succession = cose::open(succession, self.deployment.id, &former.public_key).unwrap();
            assert_eq!(said.public_key, key);
        }
        let credential = Credential {
            version: 1,
            kid: key.kid(),
            public_key: key,
            observer: ObserverId([8; 16]),
            role: Role::Observer,
            stations: Vec::new(),
            not_before_ms: 0,
            not_after_ms: u64::MAX,
        };
        let bytes = cose::sign(&credential, self.deployment.id, &self.root).unwrap();
        self.memory(|memory| memory.credentials.insert(key.kid().0.to_vec(), bytes.clone()));
        response(200, "application/cose", bytes)
    }

    fn take(&self, call: &Call, key: &SigningKey, weather: &Weather) -> Response {
        let body = call.body.as_deref().unwrap_or_default();
        let once = call.headers.contains(&("kuager-forks", "refuse".to_owned()));
        let once = once && !self.memory(|memory| memory.keeps_forks);
        let mut results = Vec::new();
        let mut kid = None;
        let rival = |signer: Kid, record: &Record, hash: RecordHash| {
            self.memory(|memory| {
                let is = |(known, (of, one)): &(&RecordHash, &(Kid, Record))| {
                    one.seq == record.seq && *of == signer && **known != hash
                };
                memory.records.iter().find(is).map(|(hash, _)| *hash)
            })
        };
        // What follows a used number is refused as well, in whatever order it comes.
        let taken = canonical::split_sequence(body).into_iter().filter_map(|bytes| {
            let envelope = Envelope::parse(bytes.unwrap(), Record::LIMIT).unwrap();
            let record: Record = envelope.statement().unwrap();
            rival(envelope.kid(), &record, RecordHash::of(bytes.unwrap())).map(|_| (envelope.kid(), record.seq))
        });
        let diverges = taken.filter(|_| once).min_by_key(|(_, seq)| *seq);
        for bytes in canonical::split_sequence(body).into_iter().map(Result::unwrap) {
            let hash = RecordHash::of(bytes);
            let envelope = Envelope::parse(bytes, Record::LIMIT).unwrap();
            let record: Record = envelope.statement().unwrap();
            kid = Some(envelope.kid());
            let known = self.memory(|memory| memory.credentials.contains_key(envelope.kid().0.as_slice()));
            let code = self.memory(|memory| memory.refuse.get(&hash).copied());
            let mut result = RecordResult { hash, receipt: None, refusal: None, fork: None, uploads: None };
            if let Some(code) = code.or((!known).then_some(RefusalCode::UnknownDevice)) {
                result.refusal = Some(self.refusal(hash, code).into());
                results.push(result);
                continue;
            }
            let other = rival(envelope.kid(), &record, hash);
            let known = self.memory(|memory| memory.records.contains_key(&hash));
            if diverges.is_some_and(|(of, seq)| of == envelope.kid() && record.seq >= seq) && !known {
                result.refusal = Some(self.refusal(hash, RefusalCode::NumberUsed).into());
                results.push(result);
                continue;
            }
            let last = self.memory(|memory| memory.revoked.get(&envelope.kid()).copied());
            if last.is_some_and(|last| last.is_none_or(|last| record.seq > last)) {
                result.refusal = Some(self.refusal(hash, RefusalCode::RevokedDevice).into());
                results.push(result);
                continue;
            }
            let sides = match weather {
                Weather::WrongFork => Some((RecordHash([1; 32]), RecordHash([2; 32]))),
                _ => other.map(|first| (first, hash)),
            };
            result.fork = sides.map(|(first, second)| {
                let fork = Fork { version: 1, kid: envelope.kid(), seq: record.seq, first, second, seen_ms: 6 };
                cose::sign(&fork, self.deployment.id, key).unwrap().into()
            });
            let receipt = Receipt {
                version: 1,
                record: if matches!(weather, Weather::WrongRecord) { RecordHash([0; 32]) } else { hash },
                kid: envelope.kid(),
                seq: record.seq,
                received_ms: 5,
                log_origin: "kuager.test/log".to_owned(),
                merge_deadline_ms: 6,
            };
            result.receipt = Some(cose::sign(&receipt, self.deployment.id, key).unwrap().into());
            result.uploads = record
                .attachments
                .as_ref()
                .map(|files| files.iter().map(|file| self.expect_file(file.hash, file.size, envelope.kid())).collect());
            self.memory(|memory| memory.keep(hash, (envelope.kid(), record)));
            results.push(result);
        }
        let chains = kid.and_then(|kid| self.chain(kid)).into_iter().collect();
        let body = RecordsAnswer { results, chains };
        response(200, CBOR_TYPE, canonical::encode(&body, limits::ANSWER).unwrap())
    }

    fn chain(&self, kid: Kid) -> Option<ChainState> {
        self.memory(|memory| {
            let own = || memory.records.iter().filter(|(_, (signer, _))| *signer == kid);
            // Of several under one number the first, as the ledger says it.
            let first = |hash: &RecordHash| memory.came.iter().position(|came| came == hash).map(Reverse);
            let head = own().max_by_key(|(hash, (_, record))| (record.seq, first(hash)))?;
            let (mut head_seq, head) = (head.1.1.seq, *head.0);
            head_seq += u64::from(memory.boasts) * 10;
            let has = |seq| own().any(|(_, (_, record))| record.seq == seq);
            let missing = (0..head_seq).filter(|seq| !has(*seq));
            let missing = missing.map(|seq| kuager_wire::record::SeqRange { first: seq, last: seq }).collect();
            Some(ChainState { kid, head_seq, head, missing })
        })
    }

    fn expect_file(&self, media: MediaHash, size: u64, kid: Kid) -> Upload {
        let path = format!("/v1/media/{media}");
        self.memory(|memory| {
            memory.uploads.entry(path.clone()).or_insert((media, size, Vec::new()));
        });
        let receipt = self.files().contains(&media).then(|| self.media_receipt(media, size, kid).into());
        Upload { media, path, receipt }
    }

    fn media_receipt(&self, media: MediaHash, size: u64, kid: Kid) -> Vec<u8> {
        let receipt = MediaReceipt { version: 1, media, size, kid, received_ms: 8 };
        cose::sign(&receipt, self.deployment.id, &self.receipt).unwrap()
    }

    fn media(&self, call: &Call) -> Response {
        let kid = PublicKey::from(&SigningKey::from_bytes(&[9; 32])).kid();
        if call.method == Method::Post {
            let (_, token) = call.headers.iter().find(|(name, _)| *name == "Upload-Metadata").unwrap();
            let token = data_encoding::BASE64.decode(token.strip_prefix("token ").unwrap().as_bytes()).unwrap();
            let token = String::from_utf8(token).unwrap();
            let (_, size) = call.headers.iter().find(|(name, _)| *name == "Upload-Length").unwrap();
            let hash: MediaHash = token.parse().unwrap();
            let size = size.parse().unwrap();
            self.memory(|memory| memory.uploads.insert(format!("/v1/media/{token}"), (hash, size, Vec::new())));
            return response(201, "", Vec::new());
        }
        let Some((hash, size, bytes)) = self.memory(|memory| memory.uploads.get(&call.path).cloned()) else {
            return response(404, "text/plain", Vec::new());
        };
        match call.method {
            Method::Head => Response { upload_offset: Some(bytes.len() as u64), ..response(200, "", Vec::new()) },
            _ if MediaHash::of(&bytes) == hash => {
                response(200, "application/cose", self.media_receipt(hash, size, kid))
            }
            _ => response(404, "text/plain", Vec::new()),
        }
    }

    async fn take_file(&self, mut patch: Patch) -> Result<Response, TransportError> {
        let weather = self.memory(|memory| next(&mut memory.file_weather));
        let mut allowed = match weather {
            Weather::Fails(class) => return Err(failure(class)),
            Weather::Instead(response) => return Ok(response),
            Weather::Cut(bytes) => bytes,
            _ => usize::MAX,
        };
        let known = self.memory(|memory| memory.uploads.get(&patch.path).map(|upload| upload.2.len() as u64));
        match known {
            None => return Ok(response(404, "text/plain", Vec::new())),
            Some(offset) if offset != patch.offset => return Ok(response(409, "text/plain", Vec::new())),
            _ => {}
        }
        while let Some(piece) = patch.bytes.next().await {
            let Ok(piece) = piece else { return Err(failure(FailureClass::Reset)) };
            let mut piece = piece[..piece.len().min(allowed)].to_vec();
            allowed -= piece.len();
            if matches!(weather, Weather::Altered) {
                piece[0] ^= 1;
            }
            self.memory(|memory| {
                memory.received += piece.len() as u64;
                memory.uploads.get_mut(&patch.path).unwrap().2.extend_from_slice(&piece);
            });
            if allowed == 0 {
                return Err(failure(FailureClass::Reset));
            }
        }
        let (hash, size, bytes) = self.memory(|memory| memory.uploads.get(&patch.path).cloned()).unwrap();
        assert_eq!(bytes.len() as u64, size, "the phone sends exactly what it announced");
        if MediaHash::of(&bytes) != hash {
            self.memory(|memory| memory.uploads.get_mut(&patch.path).unwrap().2.clear());
            let refusal = self.refusal(hash, RefusalCode::MediaMismatch);
            return Ok(response(460, "application/cose", refusal));
        }
        match weather {
            Weather::ResponseLost => Err(failure(FailureClass::Reset)),
            _ => Ok(Response { upload_offset: Some(size), ..response(204, "", Vec::new()) }),
        }
    }

    fn inbox(&self, body: &[u8]) -> Response {
        let envelope = Envelope::parse(body, Request::LIMIT).unwrap();
        let request: Request = envelope.statement().unwrap();
        let after = request.after.unwrap();
        let messages = self.memory(|memory| memory.messages.clone());
        let messages = (1..).zip(messages).filter(|(number, _)| *number > after).map(|(number, text)| {
            let message = Message {
                version: 1,
                number,
                observer: ObserverId([8; 16]),
                sent_ms: 7,
                text,
                about: None,
                media: None,
                ask: None,
            };
            cose::sign(&message, self.deployment.id, &self.receipt).unwrap().into()
        });
        let (epoch, known, silent) = self.memory(|memory| {
            let known = memory.credentials.contains_key(envelope.kid().0.as_slice());
            (memory.epoch, known, memory.silent)
        });
        if request.epoch.is_some() && request.epoch != epoch {
            return response(409, "application/cose", self.refusal(SubjectHash::of(body), RefusalCode::Replayed));
        }
        if !known {
            return response(403, "application/cose", self.refusal(SubjectHash::of(body), RefusalCode::UnknownDevice));
        }
        if self.memory(|memory| memory.revoked.contains_key(&envelope.kid())) {
            return response(403, "application/cose", self.refusal(SubjectHash::of(body), RefusalCode::RevokedDevice));
        }
        let holding = request.epoch.map(|_| Holding {
            chain: self.chain(envelope.kid()).filter(|_| !silent),
            files: if silent { 0 } else { self.files().len() as u64 },
        });
        let body = InboxAnswer { messages: messages.collect(), more: false, holding };
        response(200, CBOR_TYPE, canonical::encode(&body, limits::ANSWER).unwrap())
    }

    fn serve(&self, call: &Call, key: &SigningKey, weather: &Weather) -> Response {
        let body = call.body.as_deref().unwrap_or_default();
        match call.path.as_str() {
            "/v1/genesis" => response(200, "application/cose", self.genesis.clone()),
            "/v1/enrolments" => Response { pass: Some("a pass".to_owned()), ..self.enrol(body) },
            "/v1/records" => self.take(call, key, weather),
            "/v1/inbox" => self.inbox(body),
            path if path.starts_with("/v1/revocations") => {
                match self.memory(|memory| memory.revocations.get(path).cloned()) {
                    Some(bytes) => response(200, "application/cose", bytes),
                    None => response(404, "text/plain", Vec::new()),
                }
            }
            path if path.starts_with("/v1/media") => self.media(call),
            _ => response(304, "", Vec::new()),
        }
    }

    fn answer(&self, call: &Call, key: &SigningKey, weather: &Weather) -> Response {
        Response { epoch: self.memory(|memory| memory.epoch), ..self.serve(call, key, weather) }
    }
}

fn next(weather: &mut Vec<Weather>) -> Weather {
    if weather.is_empty() { Weather::Fine } else { weather.remove(0) }
}

pub(crate) fn response(status: u16, content_type: &str, body: Vec<u8>) -> Response {
    Response {
        status,
        content_type: content_type.to_owned(),
        retry_after_ms: None,
        date_ms: None,
        pass: None,
        upload_offset: None,
        location: None,
        epoch: None,
        takes_attestations: false,
        body,
    }
}

pub(crate) fn failure(class: FailureClass) -> TransportError {
    TransportError { class, detail: "as the test wanted".to_owned() }
}

impl Transport for FakeCoordinator {
    fn use_pass(&self, pass: &str) {
        self.memory(|memory| memory.passes.push(pass.to_owned()));
    }

    fn call(&self, call: Call) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let weather = self.memory(|memory| {
                memory.calls.push(call.clone());
                next(&mut memory.weather)
            });
            match weather {
                Weather::Fine | Weather::Altered => Ok(self.answer(&call, &self.receipt, &weather)),
                Weather::Fails(class) => Err(failure(class)),
                Weather::Cut(_) => Err(failure(FailureClass::Reset)),
                Weather::ResponseLost => {
                    self.answer(&call, &self.receipt, &weather);
                    Err(failure(FailureClass::Reset))
                }
                Weather::Instead(response) => Ok(response),
                Weather::Truncated => {
                    let mut response = self.answer(&call, &self.receipt, &weather);
                    response.body.truncate(response.body.len() / 2);
                    Ok(response)
                }
                Weather::WrongReceiptKey => Ok(self.answer(&call, &SigningKey::from_bytes(&[99; 32]), &weather)),
                Weather::WrongRecord | Weather::WrongFork => Ok(self.answer(&call, &self.receipt, &weather)),
                Weather::Hangs => {
                    self.answer(&call, &self.receipt, &weather);
                    std::future::pending().await
                }
            }
        })
    }

    fn patch(&self, patch: Patch) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.take_file(patch))
    }
}
