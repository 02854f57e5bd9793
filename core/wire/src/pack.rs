//! The definition of an election as signed data: contests, stations, forms, texts.
//!
//! A pack is immutable and named by the hash of its signed bytes. A change is a new pack; answers stay tied to the one
//! they were given under, and every pack ever published stays acceptable.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::canonical::Malformed;
use crate::cose::{self, Purpose, Statement, StatementError, check_version};
use crate::form::{Choice, Form, Texts};
use crate::ids::{DeploymentId, PackHash, PublicKey};
use crate::limits;

/// What is voted on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contest {
    /// Unique within the pack.
    #[n(1)]
    pub key: String,
    /// Its name.
    #[n(2)]
    pub title: Texts,
    /// The lines of the ballot, in ballot order, "against all" included.
    #[n(3)]
    pub options: Vec<Choice>,
    /// Key of the "against all" line, where the contest has one.
    #[n(4)]
    pub against_all: Option<String>,
}

/// A polling station.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Station {
    /// Unique within the pack; what records carry.
    #[n(1)]
    pub key: String,
    /// Region code (KATO in Kazakhstan).
    #[n(2)]
    pub region: String,
    /// Number within the region.
    #[n(3)]
    pub number: u32,
    /// Its name.
    #[n(4)]
    pub name: Texts,
}

/// The payload of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pack {
    /// Format version.
    #[n(1)]
    pub version: u8,
    /// Name of the election for people and files; versions of one pack share it.
    #[n(2)]
    pub id: String,
    /// What is observed.
    #[n(3)]
    pub title: Texts,
    /// Election day, ISO 8601 date.
    #[n(4)]
    pub election_day: String,
    /// Languages the texts are in, the preferred first (BCP 47).
    #[n(5)]
    pub languages: Vec<String>,
    /// The law the references follow.
    #[n(6)]
    pub law: String,
    /// What is uncertain about this pack, in plain words.
    #[n(7)]
    pub notes: Vec<String>,
    /// Contests.
    #[n(8)]
    pub contests: Vec<Contest>,
    /// Stations.
    #[n(9)]
    pub stations: Vec<Station>,
    /// Forms.
    #[n(10)]
    pub forms: Vec<Form>,
    /// Compression dictionary trained on simulated answers to these forms (zstd format).
    #[n(11)]
    pub dictionary: Option<ByteVec>,
    /// Bytes of one photo or video at most; [`limits::MEDIA_DEFAULT`] when absent.
    #[n(12)]
    pub media_limit: Option<u64>,
}

impl Pack {
    /// The form with this id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// The station with this key.
    #[must_use]
    pub fn station(&self, key: &str) -> Option<&Station> {
        self.stations.iter().find(|station| station.key == key)
    }

    /// The text in the wanted language, or in the first of the pack's languages that has it.
    #[must_use]
    pub fn text<'a>(&self, texts: &'a Texts, language: &str) -> &'a str {
        std::iter::once(language)
            .chain(self.languages.iter().map(String::as_str))
            .find_map(|language| texts.get(language))
            .map_or("", String::as_str)
    }
}

impl Statement for Pack {
    const PURPOSE: Purpose = Purpose::Pack;
    const LIMIT: usize = limits::PACK;

    fn check(&self) -> Result<(), Malformed> {
        check_version(self.version)?;
        if self.dictionary.as_ref().is_some_and(|dictionary| dictionary.len() > limits::DICTIONARY) {
            return Err(Malformed::shape("the dictionary is too large"));
        }
        unique("language", self.languages.iter())?;
        unique("contest", self.contests.iter().map(|contest| &contest.key))?;
        unique("station", self.stations.iter().map(|station| &station.key))?;
        unique("form", self.forms.iter().map(|form| &form.id))?;
        for form in &self.forms {
            unique("question", form.questions.iter().map(|question| &question.id))?;
        }
        Ok(())
    }
}

fn unique<'a>(what: &str, keys: impl Iterator<Item = &'a String>) -> Result<(), Malformed> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Malformed::shape(format!("{what} {} is there twice", pair[0]))),
        None => Ok(()),
    }
}

/// A pack whose signature has been checked, with the name its bytes have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPack {
    /// The name records use.
    pub hash: PackHash,
    /// The exact signed bytes.
    pub bytes: Vec<u8>,
    /// The content.
    pub pack: Pack,
}

impl SignedPack {
    /// Verifies and reads a pack of this deployment.
    ///
    /// # Errors
    /// As [`cose::open`].
    pub fn open(bytes: Vec<u8>, deployment: DeploymentId, root: &PublicKey) -> Result<Self, StatementError> {
        let pack = cose::open(&bytes, deployment, root)?;
        Ok(Self { hash: PackHash::of(&bytes), bytes, pack })
    }
}
