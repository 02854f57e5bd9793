//! Every size this format allows, in one place. A reader refuses what is larger before it allocates anything for it.

/// Bytes of one signed record, envelope included. Photos are attachments, never part of a record.
pub const RECORD: usize = 48 * 1024;
/// Bytes of a genesis statement.
pub const GENESIS: usize = 4 * 1024;
/// Bytes of a signed pack. A national station directory is sharded, so that a pack stays loadable on a 2 GB phone.
pub const PACK: usize = 4 * 1024 * 1024;
/// Bytes of a signed request (enrolment, inbox): one that brings a credential and an attestation is a little larger than both.
pub const REQUEST: usize = CREDENTIAL + SUCCESSION + ATTESTATION + 2 * 1024;
/// Bytes of an attestation, all parts together: a chain of certificates has three to eight thousand, an object of Apple's six.
pub const ATTESTATION: usize = 12 * 1024;
/// Parts of an attestation: certificates of a chain.
pub const ATTESTATION_PARTS: usize = 8;
/// Bytes of a device key's word on its successor.
pub const SUCCESSION: usize = 512;
/// Bytes of a device credential.
pub const CREDENTIAL: usize = 8 * 1024;
/// Bytes of a receipt or of a refusal.
pub const RECEIPT: usize = 1024;
/// Bytes of a message to an observer.
pub const MESSAGE: usize = 16 * 1024;
/// Bytes of an invite before it is written as a URL; more would not fit a QR code a phone can read from paper.
pub const INVITE: usize = 1600;
/// Bytes of a text in which an invite is looked for: a long mail.
pub const INVITE_TEXT: usize = 65_536;
/// Bytes of a signed servers statement. With a delegation it must leave room for the rest of an invite.
pub const SERVERS: usize = 1400;
/// Bytes of a delegation: three purposes take a quarter of it.
pub const DELEGATION: usize = 1024;
/// Bytes of a revocation.
pub const REVOCATION: usize = 512;
/// Delegations, or revocations of issuers, that a deployment hands out at most. A new issuer every
/// month lasts for more than two years.
pub const DELEGATIONS: usize = 32;
/// Bytes of one upload of records after decompression, and also as it travels.
pub const BATCH: usize = 64 * 1024;
/// Records in one upload.
pub const BATCH_RECORDS: usize = 256;
/// Bytes of an answer to any call but a pack download.
pub const ANSWER: usize = 512 * 1024;
/// Levels of arrays and maps inside one another.
pub const DEPTH: usize = 12;
/// Bytes of the compression dictionary a pack carries.
pub const DICTIONARY: usize = 64 * 1024;
/// Bytes of one file, unless the pack sets less.
pub const MEDIA: u64 = 1 << 30;
/// Bytes of one file where the pack sets nothing.
pub const MEDIA_DEFAULT: u64 = 200 << 20;
/// Bytes of a preview.
pub const PREVIEW: u64 = 150 * 1024;
/// The largest number a record has in its chain, and the largest of anything else that a record counts: databases and other
/// languages count with 63 bits, and what is one larger must still fit.
pub const NUMBER: u64 = 1 << 62;
/// Attachments of one record.
pub const ATTACHMENTS: usize = 32;
/// Bytes that may be lost and sent again when an upload is cut.
pub const MEDIA_STEP: usize = 32 * 1024;
/// Bytes of the name of a place, as it is typed for a station the pack lacks: an address with everything that is said about it.
pub const STATION: usize = 512;
/// Bytes of a name that forms and languages have in a pack.
pub const NAME: usize = 64;
/// Bytes of the receipt key's word that a key is the desk's.
pub const DESK_KEY: usize = 512;
/// Bytes of an entry of the desk's journal: every line of a long protocol, typed from its photos.
pub const DESK_ENTRY: usize = 32 * 1024;
/// Bytes of what somebody at the desk says in words.
pub const DESK_TEXT: usize = 4000;
/// Bytes of the name of a question, a relation, a role or a stage in an entry of the desk's journal.
pub const DESK_NAME: usize = 256;
/// Figures, questions or relations in one entry of the desk's journal.
pub const FIGURES: usize = 512;
/// Records in one request for proofs of the transparency log.
pub const PROOFS: usize = 256;
