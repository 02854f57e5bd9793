//! The definition of an election as signed data: contests, stations, forms, texts.
//!
//! A pack is immutable and named by the hash of its signed bytes. A change is a new pack; answers stay tied to the one
//! they were given under, and every pack ever published stays acceptable.
//!
//! Everything that differs between elections and countries is here: the program knows no question, law, code or place.

mod exit_poll;
mod incident;
mod station;
mod unique;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

pub use self::exit_poll::{Disposition, ExitPoll, LegalMode, Wave, WaveFields};
pub use self::incident::{ACT_TEXTS, ActTemplate, Gravity, Incident};
pub use self::station::{Member, Region, ShardRef, Station, StationShard};
use self::unique::unique;
use crate::canonical::Malformed;
use crate::cose::{self, Purpose, Statement, StatementError, check_version};
use crate::form::{FenceError, Form, Question};
use crate::ids::{DeploymentId, PackHash, PublicKey};
use crate::language;
use crate::limits;
use crate::text::{Choice, Texts};

/// What is voted on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
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
    /// Code of the kind of contest.
    #[n(5)]
    pub kind: Option<String>,
    /// The norm it rests on.
    #[n(6)]
    pub law: Option<String>,
    /// The district, where the contest is not nationwide.
    #[n(7)]
    pub district: Option<String>,
    /// Regions in which it is held; absent: everywhere.
    #[n(8)]
    pub regions: Option<Vec<String>>,
}

/// A party or another body that nominates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Party {
    /// Unique within the pack.
    #[n(1)]
    pub key: String,
    /// Its name.
    #[n(2)]
    pub name: Texts,
    /// Its name where there is little room.
    #[n(3)]
    pub short: Option<Texts>,
}

/// A candidate of a single-mandate contest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Candidate {
    /// Unique within the pack.
    #[n(1)]
    pub key: String,
    /// The name as on the ballot.
    #[n(2)]
    pub name: Texts,
    /// Key of the contest.
    #[n(3)]
    pub contest: String,
    /// Key of the party that nominated, absent for a candidate without one.
    #[n(4)]
    pub party: Option<String>,
    /// The district.
    #[n(5)]
    pub district: Option<String>,
}

/// A moment of the day at which turnout is noted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TurnoutHour {
    /// The choice of [`Turnout::hour`] that stands for it.
    #[n(1)]
    pub key: String,
    /// Minutes after local midnight.
    #[n(2)]
    pub at: u16,
}

/// How turnout is noted: what the commission says, and what the observer counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Turnout {
    /// The form of a turnout record.
    #[n(1)]
    pub form: String,
    /// Its question about the hour.
    #[n(2)]
    pub hour: String,
    /// Its question about what the commission told.
    #[n(3)]
    pub told: String,
    /// Its question about the observer's own count; the tally fills it in.
    #[n(4)]
    pub own: String,
    /// The moments, in order.
    #[n(5)]
    pub hours: Vec<TurnoutHour>,
    /// Its question, answered yes or no, whether the own count is of everybody from the opening to that hour, without a break.
    /// The tally answers it where it knows that it is not.
    #[n(6)]
    pub whole: Option<String>,
    /// Its question about the time until which the observer counted; the tally fills it in.
    #[n(7)]
    pub until: Option<String>,
}

/// A word of the field in the pack's languages.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Term {
    /// The word.
    #[n(1)]
    pub text: Texts,
    /// Languages in which it is taken from the law word by word.
    #[n(2)]
    pub official: Option<Vec<String>>,
    /// What it means.
    #[n(3)]
    pub meaning: Option<Texts>,
}

/// The payload of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
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
    /// Stations the pack carries itself; a large directory is in [`Pack::shards`].
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
    /// The catalogue of incidents.
    #[n(13)]
    pub incidents: Option<Vec<Incident>>,
    /// Groups of the catalogue, in the order they are shown.
    #[n(14)]
    pub incident_groups: Option<Vec<Choice>>,
    /// Regions.
    #[n(15)]
    pub regions: Option<Vec<Region>>,
    /// The station directory, a shard per region.
    #[n(16)]
    pub shards: Option<Vec<ShardRef>>,
    /// The exit poll.
    #[n(17)]
    pub exit_poll: Option<ExitPoll>,
    /// How turnout is noted.
    #[n(18)]
    pub turnout: Option<Turnout>,
    /// Words of the field.
    #[n(19)]
    pub glossary: Option<Vec<Term>>,
    /// Parties.
    #[n(20)]
    pub parties: Option<Vec<Party>>,
    /// Candidates.
    #[n(21)]
    pub candidates: Option<Vec<Candidate>>,
    /// Whether exercises can be sealed under this pack; absent: yes.
    #[n(22)]
    pub training: Option<bool>,
    /// How incidents are reported and printed.
    #[n(23)]
    pub act: Option<ActTemplate>,
    /// Minutes local time is ahead of UTC at the stations, for printed times.
    #[n(24)]
    pub utc_offset: Option<i16>,
    /// Which pack of its deployment this is, counted from 1 when it is signed: of two the one with the higher number is newer,
    /// whichever way they came. Absent in packs that are not signed yet, or were before there were editions.
    #[n(25)]
    pub edition: Option<u64>,
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

    /// The contest with this key.
    #[must_use]
    pub fn contest(&self, key: &str) -> Option<&Contest> {
        self.contests.iter().find(|contest| contest.key == key)
    }

    /// The incident with this code.
    #[must_use]
    pub fn incident(&self, code: &str) -> Option<&Incident> {
        self.incidents.iter().flatten().find(|incident| incident.code == code)
    }

    /// The text in the wanted language, or in the first of the pack's languages that has it. Languages are wanted as platforms
    /// name them, also several of them: [`language::lookup`].
    #[must_use]
    pub fn text<'a>(&self, texts: &'a Texts, language: &str) -> &'a str {
        let exactly = texts.get(language);
        let wanted = || texts.get(language::lookup(language, texts.keys())?);
        let any = || self.languages.iter().find_map(|language| texts.get(language));
        exactly.or_else(wanted).or_else(any).map_or("", String::as_str)
    }

    /// The pack's language that comes nearest to the wanted ones, or else its first.
    #[must_use]
    pub fn language(&self, wanted: &str) -> Option<&str> {
        language::choose(wanted, self.languages.iter().map(String::as_str))
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
        unique("incident", self.incidents.iter().flatten().map(|incident| &incident.code))?;
        unique("region", self.regions.iter().flatten().map(|region| &region.key))?;
        unique("shard", self.shards.iter().flatten().map(|shard| &shard.region))?;
        for form in &self.forms {
            let questions = form.every_question();
            unique("question", questions.iter().map(|question| &question.id))?;
            unique("relation", form.relations.iter().flatten().map(|relation| &relation.id))?;
            questions.into_iter().try_for_each(fenced)?;
        }
        Ok(())
    }
}

/// A pack that asks for what nobody may take a picture of is refused whole.
fn fenced(question: &Question) -> Result<(), Malformed> {
    match question.capture_allowed() {
        Err(error @ FenceError::Forbidden { .. }) => Err(Malformed::shape(error.to_string())),
        _ => Ok(()),
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
