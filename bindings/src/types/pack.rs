//! The election as the pack defines it, in one language.

use kuager_core::wire;
use kuager_core::wire::form::Texts;
use kuager_core::wire::pack::{Incident, Pack, SignedPack, Station};

use super::record::RecordKind;
use super::text::{ChoiceInfo, InLanguage};

/// A form of the pack.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FormInfo {
    /// Its id.
    pub id: String,
    /// What its answers become.
    pub kind: RecordKind,
    /// Its name.
    pub title: String,
    /// What the observer reads first.
    pub hint: Option<String>,
    /// The contest it is about.
    pub contest: Option<String>,
}

/// What is voted on.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ContestInfo {
    /// Its key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// The lines of the ballot, in order.
    pub options: Vec<ChoiceInfo>,
}

/// How much an incident weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum IncidentGravity {
    /// A rule of procedure was not kept.
    Procedural,
    /// Serious.
    Serious,
    /// The result or the safety of people may be affected.
    Critical,
}

/// An incident of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct IncidentInfo {
    /// What is signed.
    pub code: String,
    /// Its name.
    pub title: String,
    /// How much it weighs.
    pub gravity: IncidentGravity,
    /// Help is needed now.
    pub urgent: bool,
    /// Key of its group.
    pub group: Option<String>,
    /// The norm that is violated.
    pub law: Option<String>,
    /// What to note down and take pictures of.
    pub record: Option<String>,
}

/// A moment at which turnout is noted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TurnoutHourInfo {
    /// Its key.
    pub key: String,
    /// Minutes after local midnight.
    pub at: i64,
}

/// A wave of the exit poll.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WaveInfo {
    /// Its key.
    pub key: String,
    /// Minutes after local midnight.
    pub from: i64,
    /// Minutes after local midnight.
    pub until: i64,
}

/// How asking a selected voter can end.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DispositionInfo {
    /// What is signed.
    pub code: String,
    /// What the interviewer reads.
    pub text: String,
    /// A card belongs to it.
    pub card: bool,
    /// What can be seen of the person is noted.
    pub observed: bool,
}

/// The election.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PackInfo {
    /// The name records use.
    pub hash: String,
    /// Name of the election; versions of one pack share it.
    pub id: String,
    /// What is observed.
    pub title: String,
    /// ISO 8601 date.
    pub election_day: String,
    /// Languages of the texts, the preferred first.
    pub languages: Vec<String>,
    /// What is uncertain about this pack.
    pub notes: Vec<String>,
    /// Forms.
    pub forms: Vec<FormInfo>,
    /// Contests.
    pub contests: Vec<ContestInfo>,
    /// Groups of the catalogue.
    pub incident_groups: Vec<ChoiceInfo>,
    /// The catalogue.
    pub incidents: Vec<IncidentInfo>,
    /// Moments at which turnout is noted.
    pub turnout_hours: Vec<TurnoutHourInfo>,
    /// Waves of the exit poll; none where it has no legal ground.
    pub waves: Vec<WaveInfo>,
    /// How asking a selected voter can end.
    pub dispositions: Vec<DispositionInfo>,
    /// Why there is no exit poll, where the pack says so.
    pub exit_poll_off: Option<String>,
    /// Exercises can be sealed.
    pub training: bool,
    /// Minutes local time is ahead of UTC at the stations.
    pub utc_offset: i64,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RegionInfo {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its stations are on the phone.
    pub here: bool,
}

/// A polling station.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StationInfo {
    /// What records carry.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Number within the region.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: Option<String>,
    /// Voters registered there when the directory was made.
    pub registered: Option<i64>,
}

pub(crate) fn station_info(pack: &Pack, station: &Station, language: &str) -> StationInfo {
    let texts = InLanguage { pack, language };
    StationInfo {
        key: station.key.clone(),
        region: station.region.clone(),
        number: station.number.into(),
        name: texts.of(&station.name),
        address: texts.some(station.address.as_ref()),
        registered: station.registered.map(i64::from),
    }
}

pub(crate) fn pack_info(signed: &SignedPack, language: &str) -> PackInfo {
    let pack = &signed.pack;
    let texts = InLanguage { pack, language };
    let poll = pack.exit_poll.as_ref();
    let legal = poll.filter(|poll| poll.legal.is_some());
    let off = |reason: &Texts| texts.some(Some(reason));
    PackInfo {
        hash: signed.hash.to_string(),
        id: pack.id.clone(),
        title: texts.of(&pack.title),
        election_day: pack.election_day.clone(),
        languages: pack.languages.clone(),
        notes: pack.notes.clone(),
        forms: pack
            .forms
            .iter()
            .map(|form| FormInfo {
                id: form.id.clone(),
                kind: form.kind.into(),
                title: texts.of(&form.title),
                hint: texts.some(form.hint.as_ref()),
                contest: form.contest.clone(),
            })
            .collect(),
        contests: pack
            .contests
            .iter()
            .map(|contest| ContestInfo {
                key: contest.key.clone(),
                title: texts.of(&contest.title),
                options: contest.options.iter().map(|option| texts.choice(option)).collect(),
            })
            .collect(),
        incident_groups: pack.incident_groups.iter().flatten().map(|group| texts.choice(group)).collect(),
        incidents: pack.incidents.iter().flatten().map(|incident| incident_info(&texts, incident)).collect(),
        turnout_hours: pack
            .turnout
            .iter()
            .flat_map(|turnout| &turnout.hours)
            .map(|hour| TurnoutHourInfo { key: hour.key.clone(), at: hour.at.into() })
            .collect(),
        waves: legal
            .iter()
            .flat_map(|poll| &poll.waves)
            .map(|wave| WaveInfo { key: wave.key.clone(), from: wave.from.into(), until: wave.until.into() })
            .collect(),
        dispositions: legal
            .iter()
            .flat_map(|poll| &poll.dispositions)
            .map(|disposition| DispositionInfo {
                code: disposition.code.clone(),
                text: texts.of(&disposition.text),
                card: disposition.card == Some(true),
                observed: disposition.observed == Some(true),
            })
            .collect(),
        exit_poll_off: poll.filter(|poll| poll.legal.is_none()).and_then(|poll| poll.off_reason.as_ref()).and_then(off),
        training: pack.training != Some(false),
        utc_offset: pack.utc_offset.map_or(0, i64::from),
    }
}

fn incident_info(texts: &InLanguage<'_>, incident: &Incident) -> IncidentInfo {
    IncidentInfo {
        code: incident.code.clone(),
        title: texts.of(&incident.title),
        gravity: match incident.gravity {
            wire::pack::Gravity::Procedural => IncidentGravity::Procedural,
            wire::pack::Gravity::Serious => IncidentGravity::Serious,
            wire::pack::Gravity::Critical => IncidentGravity::Critical,
        },
        urgent: incident.urgent == Some(true),
        group: incident.group.clone(),
        law: incident.law.clone(),
        record: texts.some(incident.record.as_ref()),
    }
}
