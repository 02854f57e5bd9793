//! Publications: what was proposed, who said what to it, and what is published, as a fold over the desk's journal.
//!
//! Two people publish: one proposes something exactly as it is, another one approves of exactly that. The fold is the rule. An
//! entry that breaks it is in the journal and comes to nothing: approved by who proposed it, by nobody, of other bytes, or after
//! something else was published than what the proposal says its changes from.

use std::collections::BTreeMap;

use kuager_wire::desk::{Act, DeskEntry, PublicationVerdict};
use kuager_wire::ids::{ContentHash, EntryHash, MediaHash, PersonId};

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has said anything to it.
    Waiting,
    /// It was published.
    Published,
    /// Somebody has rejected it.
    Rejected,
    /// Something else was published since, so what it says of changes is not so any more.
    Outdated,
}

/// What somebody said to a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The entry of the journal.
    pub entry: EntryHash,
    /// The entry's number.
    pub seq: u64,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// Why.
    pub note: Option<String>,
}

/// Something that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The entry of the journal: its name.
    pub entry: EntryHash,
    /// The entry's number.
    pub seq: u64,
    /// Who proposed it.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// What exactly.
    pub site: ContentHash,
    /// What was published before.
    pub follows: Option<EntryHash>,
    /// How many entries of the journal are in it.
    pub entries: u64,
    /// The last record in it, in the order of arrival.
    pub arrival: u64,
    /// Which contests.
    pub contests: Vec<String>,
    /// What else.
    pub parts: Vec<String>,
    /// Why.
    pub note: Option<String>,
    /// Where it stands.
    pub standing: Standing,
    /// Who decided it.
    pub word: Option<Word>,
}

impl Publication {
    /// Whether it is public: nothing that was published is ever taken back.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.standing == Standing::Published
    }
}

/// Why a word would come to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoWord {
    /// There is no such proposal.
    #[error("there is no such proposal")]
    Unknown,
    /// It was decided before.
    #[error("this proposal is decided already")]
    Decided,
    /// Something else was published since.
    #[error(
        "something else was published since this was proposed, so what it says has changed is not so any more; propose it again"
    )]
    Outdated,
    /// Other bytes than were proposed.
    #[error("what was looked at is not what was proposed; open the proposal again")]
    OtherSite,
    /// Who proposed it approves of it.
    #[error("who proposed a publication cannot approve of it; somebody else with the role publisher must")]
    SamePerson,
    /// Nobody in particular.
    #[error("publishing takes two people with accounts, and nobody is signed in here")]
    Nobody,
}

/// Everything that was proposed, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publications {
    /// In the order of the journal.
    all: Vec<Publication>,
    at: BTreeMap<EntryHash, usize>,
    published: Option<usize>,
    /// Copies of pictures by their originals, the newest one.
    copies: BTreeMap<MediaHash, MediaHash>,
}

impl Publications {
    /// Takes in the next entry of the journal.
    pub fn add(&mut self, hash: EntryHash, entry: &DeskEntry) {
        match &entry.act {
            Act::Publication { site, follows, entries, arrival, contests, parts, note } => {
                let Some(by) = entry.by else { return };
                let outdated = *follows != self.published().map(|published| published.entry);
                self.at.insert(hash, self.all.len());
                self.all.push(Publication {
                    entry: hash,
                    seq: entry.seq,
                    by,
                    at_ms: entry.at_ms,
                    site: *site,
                    follows: *follows,
                    entries: *entries,
                    arrival: *arrival,
                    contests: contests.clone().unwrap_or_default(),
                    parts: parts.clone().unwrap_or_default(),
                    note: note.clone(),
                    standing: if outdated { Standing::Outdated } else { Standing::Waiting },
                    word: None,
                });
            }
            Act::PublicationVerdict { proposal, site, verdict, note } => {
                if self.may_say(entry.by, *proposal, *site, *verdict).is_err() {
                    return;
                }
                let (Some(at), Some(by)) = (self.at.get(proposal).copied(), entry.by) else { return };
                let Some(publication) = self.all.get_mut(at) else { return };
                publication.word =
                    Some(Word { entry: hash, seq: entry.seq, by, at_ms: entry.at_ms, note: note.clone() });
                match verdict {
                    PublicationVerdict::Rejected => publication.standing = Standing::Rejected,
                    PublicationVerdict::Approved => {
                        publication.standing = Standing::Published;
                        self.published = Some(at);
                        for other in self.all.iter_mut().filter(|other| other.standing == Standing::Waiting) {
                            other.standing = Standing::Outdated;
                        }
                    }
                }
            }
            Act::Redaction { media, copy, .. } => {
                self.copies.insert(*media, *copy);
            }
            _ => {}
        }
    }

    /// Whether a word to a proposal would come to something. Who proposed it may take it back by rejecting it.
    ///
    /// # Errors
    /// [`NoWord`].
    pub fn may_say(
        &self,
        by: Option<PersonId>,
        proposal: EntryHash,
        site: ContentHash,
        verdict: PublicationVerdict,
    ) -> Result<(), NoWord> {
        let publication = self.get(proposal).ok_or(NoWord::Unknown)?;
        let by = by.ok_or(NoWord::Nobody)?;
        match publication.standing {
            Standing::Waiting => {}
            Standing::Outdated if verdict == PublicationVerdict::Rejected => {}
            Standing::Outdated => return Err(NoWord::Outdated),
            Standing::Published | Standing::Rejected => return Err(NoWord::Decided),
        }
        if publication.site != site {
            return Err(NoWord::OtherSite);
        }
        if verdict == PublicationVerdict::Approved && publication.by == by {
            return Err(NoWord::SamePerson);
        }
        Ok(())
    }

    /// A proposal.
    #[must_use]
    pub fn get(&self, proposal: EntryHash) -> Option<&Publication> {
        self.all.get(*self.at.get(&proposal)?)
    }

    /// What is published now: the last one that was.
    #[must_use]
    pub fn published(&self) -> Option<&Publication> {
        self.all.get(self.published?)
    }

    /// All of them, in the order in which they were proposed.
    #[must_use]
    pub fn all(&self) -> &[Publication] {
        &self.all
    }

    /// The newest copy of each picture that was made public, by the original.
    #[must_use]
    pub const fn copies(&self) -> &BTreeMap<MediaHash, MediaHash> {
        &self.copies
    }
}

#[cfg(test)]
mod tests;
