//! Checking a publication: that every file is what its list says, that the list is what somebody proposed, and that somebody else
//! approved of it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER as HEX;
use kuager_wire::cose::{Envelope, Purpose, Statement, StatementError};
use kuager_wire::desk::{Act, DeskEntry, PublicationVerdict};
use kuager_wire::ids::{ContentHash, DeploymentId, EntryHash, PersonId};

use crate::journal::DeskKeys;

/// The file of a publication that lists all others with their SHA-256, as `sha256sum` writes it.
pub const SUMS: &str = "SHA256SUMS";
/// The folder of a publication for what was signed about it, which the list cannot have.
pub const SIGNED: &str = "signed/";
/// The proposal, in that folder.
pub const PROPOSAL: &str = "signed/proposal.cbor";
/// The word by which it was published.
pub const VERDICT: &str = "signed/verdict.cbor";

/// The first thing that does not hold in a publication.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationFault {
    /// The list of files is no such list.
    #[error("line {0} of SHA256SUMS is not a SHA-256, two blanks and the name of a file, after the names before it")]
    Line(usize),
    /// A file of the list is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// A file is not what the list says.
    #[error("{0} was changed: it is not the file that was published")]
    Changed(String),
    /// A file is not in the list.
    #[error("{0} was added: it is not among what was published")]
    Added(String),
    /// A statement does not hold by itself.
    #[error("{file} does not hold: {error}")]
    Statement {
        /// Which.
        file: &'static str,
        /// What is wrong with it.
        error: StatementError,
    },
    /// Nobody vouches for the key of a statement.
    #[error("{0} is signed by a key that the deployment's receipt key does not vouch for")]
    UnknownKey(&'static str),
    /// A statement is about something else.
    #[error("{0} is no such entry of a desk's journal")]
    OtherAct(&'static str),
    /// Another list was proposed.
    #[error("what was proposed is not this: its list of files is another one")]
    NotProposed,
    /// The word is about another proposal, or other files.
    #[error("what was approved is not this proposal")]
    NotApproved,
    /// It was rejected.
    #[error("this proposal was rejected")]
    Rejected,
    /// One person, or nobody in particular, did both.
    #[error("it was not approved by somebody else than who proposed it")]
    NotTwoPeople,
}

/// A publication that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationReport {
    /// SHA-256 of the list of files: its name.
    pub site: ContentHash,
    /// How many files it lists.
    pub files: usize,
    /// The proposal.
    pub proposal: EntryHash,
    /// When it was proposed.
    pub proposed_ms: u64,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When it was approved.
    pub approved_ms: u64,
    /// Who approved of it.
    pub approved_by: PersonId,
}

/// What was published, as it is found.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The list of files.
    pub sums: &'a [u8],
    /// Every other file by its name, with its SHA-256; what lies in [`SIGNED`] may be among them.
    pub files: &'a BTreeMap<String, ContentHash>,
}

/// Reads a list of files: names in their order, each once.
///
/// # Errors
/// [`PublicationFault::Line`].
pub fn read_sums(sums: &[u8]) -> Result<BTreeMap<String, ContentHash>, PublicationFault> {
    let mut files: BTreeMap<String, ContentHash> = BTreeMap::new();
    let text = std::str::from_utf8(sums).map_err(|_| PublicationFault::Line(1))?;
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = || PublicationFault::Line(number);
        let (hash, name) = line.split_once("  ").ok_or_else(wrong)?;
        let hash = HEX.decode(hash.as_bytes()).ok().and_then(|hash| ContentHash::try_from(hash.as_slice()).ok());
        let hash = hash.ok_or_else(wrong)?;
        if !is_name(name) || files.last_key_value().is_some_and(|(last, _)| last.as_str() >= name) {
            return Err(wrong());
        }
        files.insert(name.to_owned(), hash);
    }
    Ok(files)
}

/// Whether a file of a publication may be called so: no name leads out of the folder it is unpacked into.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    name.len() <= 200 && name.split('/').all(part)
}

/// Checks that every file is there, is what the list says, and is in the list.
///
/// # Errors
/// [`PublicationFault`]: the first thing that does not hold.
pub fn verify_files(found: Found<'_>) -> Result<ContentHash, PublicationFault> {
    let listed = read_sums(found.sums)?;
    for (name, hash) in &listed {
        match found.files.get(name) {
            None => return Err(PublicationFault::Missing(name.clone())),
            Some(other) if other != hash => return Err(PublicationFault::Changed(name.clone())),
            Some(_) => {}
        }
    }
    let extra = found
        .files
        .keys()
        .find(|name| !listed.contains_key(*name) && *name != SUMS && *name != PROPOSAL && *name != VERDICT);
    extra.map_or(Ok(ContentHash::of(found.sums)), |name| Err(PublicationFault::Added(name.clone())))
}

/// Checks a publication as a stranger does who knows the deployment: files, list, proposal, and that somebody else approved.
///
/// What it cannot say is whether something else was published since, or whether the journal has these entries: for that it takes
/// the journal.
///
/// # Errors
/// [`PublicationFault`]: the first thing that does not hold.
pub fn verify_publication(
    found: Found<'_>,
    proposal: &[u8],
    verdict: &[u8],
    deployment: DeploymentId,
    keys: &DeskKeys,
) -> Result<PublicationReport, PublicationFault> {
    let site = verify_files(found)?;
    let proposed = opened(PROPOSAL, proposal, deployment, keys)?;
    let said = opened(VERDICT, verdict, deployment, keys)?;
    let name = EntryHash::of(proposal);
    let Act::Publication { site: named, .. } = &proposed.act else {
        return Err(PublicationFault::OtherAct(PROPOSAL));
    };
    if *named != site {
        return Err(PublicationFault::NotProposed);
    }
    let Act::PublicationVerdict { proposal: about, site: approved, verdict, .. } = &said.act else {
        return Err(PublicationFault::OtherAct(VERDICT));
    };
    if *about != name || *approved != site {
        return Err(PublicationFault::NotApproved);
    }
    if *verdict != PublicationVerdict::Approved {
        return Err(PublicationFault::Rejected);
    }
    let (Some(proposed_by), Some(approved_by)) = (proposed.by, said.by) else {
        return Err(PublicationFault::NotTwoPeople);
    };
    if proposed_by == approved_by {
        return Err(PublicationFault::NotTwoPeople);
    }
    Ok(PublicationReport {
        site,
        files: read_sums(found.sums)?.len(),
        proposal: name,
        proposed_ms: proposed.at_ms,
        proposed_by,
        approved_ms: said.at_ms,
        approved_by,
    })
}

fn opened(
    file: &'static str,
    bytes: &[u8],
    deployment: DeploymentId,
    keys: &DeskKeys,
) -> Result<DeskEntry, PublicationFault> {
    let invalid = |error| PublicationFault::Statement { file, error };
    let envelope = Envelope::parse(bytes, DeskEntry::LIMIT).map_err(invalid)?;
    let key = keys.key(envelope.kid()).ok_or(PublicationFault::UnknownKey(file))?;
    envelope.verify(Purpose::DeskEntry, deployment, &key).map_err(invalid)?;
    envelope.statement().map_err(invalid)
}
