//! The bodies of the HTTP calls. They carry signed statements and are not signed themselves: what matters in them is
//! verified one by one.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::ids::{Kid, MediaHash, RecordHash};
use crate::record::SeqRange;

/// Media type of one signed statement (RFC 9052 §11.3.1).
pub const COSE_TYPE: &str = "application/cose; cose-type=\"cose-sign1\"";
/// Media type of a sequence of records (RFC 8742).
pub const SEQUENCE_TYPE: &str = "application/cbor-seq";
/// Media type of every other body.
pub const CBOR_TYPE: &str = "application/cbor";
/// Header by which a phone says which deployment it means: the first 16 hexadecimal digits of its id. A coordinator
/// that is another one answers 421 (RFC 9110 §15.5.20).
pub const DEPLOYMENT_HEADER: &str = "kuager-deployment";
/// Header with a pass: in a request, whose rate it counts against; in an answer to a signed request, the pass of the device that
/// signed it. It allows nothing else.
pub const PASS_HEADER: &str = "kuager-pass";
/// Header of every response by which a coordinator says which [`Epoch`](crate::ids::Epoch) it is, in hexadecimal digits. A
/// device names it in its requests.
pub const EPOCH_HEADER: &str = "kuager-epoch";
/// Header of an upload of records by which a device asks not to keep a record whose number another one has, but to refuse it as
/// [`NumberUsed`](crate::receipt::RefusalCode::NumberUsed). Its value is [`FORKS_REFUSE`].
pub const FORKS_HEADER: &str = "kuager-forks";
/// The only value of [`FORKS_HEADER`].
pub const FORKS_REFUSE: &str = "refuse";
/// Path below a server address, with a device's key id behind it, under which the newest signed
/// [`Revocation`](crate::delegation::Revocation) of that device is; 404 for one that never was revoked.
pub const REVOCATIONS_PATH: &str = "/v1/revocations/";
/// Names the header by which a coordinator says that it takes attestations; older ones refuse what they do not know.
pub const ATTESTATION_HEADER: &str = "kuager-attestation";
/// Path below a server address under which uploads of files are, each under its token.
pub const MEDIA_PATH: &str = "/v1/media/";

/// Where a file that a record lists is to be uploaded (tus 1.0).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Upload {
    /// The file.
    #[n(1)]
    pub media: MediaHash,
    /// Path below a server address. Nobody who was not told can guess it.
    #[n(2)]
    pub path: String,
    /// The device has delivered the file already: its signed [`crate::receipt::MediaReceipt`].
    #[n(3)]
    pub receipt: Option<ByteVec>,
}

/// What became of one record. Exactly one of `receipt` and `refusal` is there.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RecordResult {
    /// SHA-256 of the bytes as they were sent.
    #[n(1)]
    pub hash: RecordHash,
    /// A signed [`crate::receipt::Receipt`].
    #[n(2)]
    pub receipt: Option<ByteVec>,
    /// A signed [`crate::receipt::Refusal`].
    #[n(3)]
    pub refusal: Option<ByteVec>,
    /// A signed [`crate::receipt::Fork`], beside the receipt, when another record has this number.
    #[n(4)]
    pub fork: Option<ByteVec>,
    /// One entry per attachment of an accepted record.
    #[n(5)]
    pub uploads: Option<Vec<Upload>>,
}

/// What the coordinator holds of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChainState {
    /// The key.
    #[n(1)]
    pub kid: Kid,
    /// Highest number held.
    #[n(2)]
    pub head_seq: u64,
    /// The record with that number that arrived first.
    #[n(3)]
    pub head: RecordHash,
    /// Numbers below it that are missing and not covered by a gap statement; at most [`ChainState::RANGES`] ranges.
    #[n(4)]
    pub missing: Vec<SeqRange>,
}

impl ChainState {
    /// Ranges listed in one answer; the rest follows once these have been filled.
    pub const RANGES: usize = 64;
}

/// Answer to `POST /v1/records`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct RecordsAnswer {
    /// One result per record, in the order they were sent.
    #[n(1)]
    pub results: Vec<RecordResult>,
    /// One entry per known key in the batch.
    #[n(2)]
    pub chains: Vec<ChainState>,
}

/// What the coordinator holds of one device, so that the device can see what was lost since it was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Holding {
    /// Its chain; absent when not one record of it is held.
    #[n(1)]
    pub chain: Option<ChainState>,
    /// How many files it has a receipt for.
    #[n(2)]
    pub files: u64,
}

/// Answer to `POST /v1/inbox`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct InboxAnswer {
    /// Signed [`crate::message::Message`]s, oldest first.
    #[n(1)]
    pub messages: Vec<ByteVec>,
    /// Whether there are more; ask again after the newest of these.
    #[n(2)]
    pub more: bool,
    /// What is held of the device that asks, if its request named an epoch: phones that do not cannot read this.
    #[n(3)]
    pub holding: Option<Holding>,
}

/// What a deployment has delegated and taken back, for whoever verifies what an issuer signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Delegations {
    /// Signed [`crate::delegation::Delegation`]s, the oldest first; at most [`crate::limits::DELEGATIONS`].
    #[n(1)]
    pub delegations: Vec<ByteVec>,
    /// Signed [`crate::delegation::Revocation`]s of issuers.
    #[n(2)]
    pub revocations: Vec<ByteVec>,
}

/// Names the header by which a coordinator says that it has a transparency log and answers [`PROOFS_PATH`].
pub const LOG_HEADER: &str = "kuager-log";
/// Path below a server address that answers a [`ProofRequest`] with [`Proofs`].
pub const PROOFS_PATH: &str = "/v1/proofs";
/// Path below a server address under which the transparency log's files are (C2SP `tlog-tiles`).
pub const LOG_PATH: &str = "/log/";

/// Asks where records stand in the transparency log. Nobody has to sign it: who knows a record's hash has the record, or a receipt for it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ProofRequest {
    /// The records; at most [`crate::limits::PROOFS`].
    #[n(1)]
    pub records: Vec<RecordHash>,
    /// The size of the newest checkpoint that the device has verified; 0 when it has none.
    #[n(2)]
    pub verified: u64,
}

/// Where records stand in the transparency log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Proofs {
    /// The newest checkpoint (C2SP `tlog-checkpoint`), which the log's key has signed.
    #[n(1)]
    pub checkpoint: String,
    /// The place of each record that was asked for, in the order of the request; nothing for one that has none yet.
    #[n(2)]
    pub places: Vec<Option<u64>>,
    /// One proof for all of them that have a place, SHA-256 hashes one behind the other: going through the tree from left to right, the
    /// root of each part that holds none of them.
    #[n(3)]
    pub path: ByteVec,
    /// That the tree of the size that was asked for is the beginning of this one (RFC 6962, section 2.1.2), hashes one behind the other.
    #[n(4)]
    pub consistency: ByteVec,
}
