//! Incidents: what a report begins with, how urgent it is, and where it stands after others have spoken.
//!
//! A report is never edited or deleted. What happens to it later is said by further signed records that name it: a second
//! source corroborates, somebody responsible verifies, somebody disputes, the author withdraws. [`history`] puts them in
//! order and leaves out those whose signer cannot say that.

use kuager_wire::ids::{ObserverId, RecordHash};
use kuager_wire::pack::{Incident, Pack};
use kuager_wire::record::{Answers, IncidentStatus, Record, Value};

/// Codes an incident draft may not begin with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// The pack says not how incidents are reported.
    #[error("the pack has no form for incidents")]
    NoForm,
    /// The catalogue has no such code.
    #[error("the catalogue has no incident {0}")]
    UnknownCode(String),
}

/// The answers a report of these incidents begins with, and the form it answers.
///
/// # Errors
/// [`IncidentError`].
pub fn begin<'a>(pack: &'a Pack, codes: &[&str]) -> Result<(&'a str, Answers), IncidentError> {
    let act = pack.act.as_ref().ok_or(IncidentError::NoForm)?;
    let mut listed = Vec::new();
    for code in codes {
        let known = pack.incident(code).ok_or_else(|| IncidentError::UnknownCode((*code).to_owned()))?;
        if !listed.contains(&known.code) {
            listed.push(known.code.clone());
        }
    }
    let codes = Value::List(listed.into_iter().map(Value::Text).collect());
    Ok((&act.form, [(act.codes.clone(), codes)].into_iter().collect()))
}

/// The incidents a report names, in its order. Codes the catalogue lacks are left out.
#[must_use]
pub fn named<'a>(pack: &'a Pack, form: &str, answers: &Answers) -> Vec<&'a Incident> {
    let Some(act) = pack.act.as_ref().filter(|act| act.form == form) else { return Vec::new() };
    let codes = match answers.get(&act.codes) {
        Some(Value::List(codes)) => codes.as_slice(),
        Some(code) => std::slice::from_ref(code),
        None => &[],
    };
    codes.iter().filter_map(Value::as_text).filter_map(|code| pack.incident(code)).collect()
}

/// Whether a report goes before everything but result protocols.
#[must_use]
pub fn is_urgent(pack: &Pack, form: &str, answers: &Answers) -> bool {
    named(pack, form, answers).iter().any(|incident| incident.urgent == Some(true))
}

/// A record that speaks about another, and who signed it.
#[derive(Debug, Clone, Copy)]
pub struct Spoken<'a> {
    /// Its id.
    pub hash: RecordHash,
    /// Whose device signed it.
    pub observer: ObserverId,
    /// Whether the signer may verify: a coordinator's credential says so.
    pub responsible: bool,
    /// The record.
    pub record: &'a Record,
}

/// A step in the life of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The record that says so.
    pub by: RecordHash,
    /// What it says.
    pub status: IncidentStatus,
}

/// The life of an incident, given its author and all records that may speak about it, in the order they were received.
///
/// Who speaks is an observer, with whichever device. Corroboration counts from others than the author, withdrawal from the author alone, verification from those who are
/// responsible. The last step is where it stands; an incident that was withdrawn stays so.
#[must_use]
pub fn history(incident: RecordHash, author: ObserverId, spoken: &[Spoken<'_>]) -> Vec<Step> {
    let mut steps = vec![Step { by: incident, status: IncidentStatus::Reported }];
    for word in spoken {
        let Some(follows) = word.record.body.follows.filter(|follows| follows.record == incident) else { continue };
        let stands = steps.last().map_or(IncidentStatus::Reported, |step| step.status);
        if is_step(stands, follows.status, word.observer == author, word.responsible) {
            steps.push(Step { by: word.hash, status: follows.status });
        }
    }
    steps
}

/// Whether a word is a step from where an incident stands: whether its signer can say that, and nobody has ended it.
#[must_use]
pub const fn is_step(stands: IncidentStatus, says: IncidentStatus, by_author: bool, responsible: bool) -> bool {
    let may = match says {
        IncidentStatus::Reported => false,
        // A further source does not take back that somebody has checked it.
        IncidentStatus::Corroborated => !by_author && !matches!(stands, IncidentStatus::Verified),
        IncidentStatus::Verified => responsible,
        IncidentStatus::Disputed => true,
        IncidentStatus::Withdrawn => by_author,
    };
    may && !matches!(stands, IncidentStatus::Withdrawn)
}
