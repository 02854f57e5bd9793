//! Result protocols as data: what must add up on the paper, and how the paper is laid out.
//!
//! A relation is a sentence about the answers: "ballots in the boxes are not more than ballots issued". It is judged
//! while the observer types and again by the coordinator. It warns and never blocks: a protocol whose sums fail is
//! evidence, and the numbers are kept as they are written. A relation over fields that are not typed yet is unknown,
//! never failed.

use minicbor::{Decode, Encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::text::{Choice, Texts};

/// How much a failed relation says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum Severity {
    /// The law demands it, or arithmetic does: the paper is wrong.
    #[n(1)]
    Hard,
    /// It should hold; an innocent reason is possible.
    #[n(2)]
    Soft,
    /// Unusual. A reason to look, never published as a violation.
    #[n(3)]
    Statistical,
}

crate::named!(Severity: "The name pack sources use.");

/// Something that must hold between the answers of a form.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Relation {
    /// Unique within the form.
    #[n(1)]
    pub id: String,
    /// How much its failure says.
    #[n(2)]
    pub severity: Severity,
    /// Expression: what must hold.
    #[n(3)]
    pub holds: String,
    /// What the observer reads when it does not. `{P02}` stands for the answer to P02, `{= P05.* + P06}` for the value
    /// of an expression; `{{` is a brace.
    #[n(4)]
    pub message: Texts,
    /// The incident a failure may be reported as.
    #[n(5)]
    pub incident: Option<String>,
    /// The norm it rests on.
    #[n(6)]
    pub law: Option<String>,
    /// Expression: it is judged only when this holds.
    #[n(7)]
    pub when: Option<String>,
}

/// What a line of the paper means, so that results can be added up without knowing any form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cbor(index_only)]
pub enum LineRole {
    /// Voters in the list.
    #[n(1)]
    Registered,
    /// Voters who received a ballot.
    #[n(2)]
    Issued,
    /// Voters who took part.
    #[n(3)]
    TookPart,
    /// Votes for one line of the ballot.
    #[n(4)]
    Votes,
    /// Invalid ballots.
    #[n(5)]
    Invalid,
    /// Ballots the commission received.
    #[n(6)]
    Received,
    /// Ballots cancelled.
    #[n(7)]
    Cancelled,
    /// Voters who voted outside the voting room.
    #[n(8)]
    Outside,
    /// Voters who voted with absentee certificates.
    #[n(9)]
    Absentee,
}

crate::named!(LineRole: "The name pack sources use.");

/// A line of the paper and the question that reads it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Line {
    /// The question.
    #[n(1)]
    pub question: String,
    /// What it means.
    #[n(2)]
    pub role: LineRole,
    /// The line of the ballot, for [`LineRole::Votes`].
    #[n(3)]
    pub option: Option<String>,
}

/// The paper a protocol form is read from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Template {
    /// Code of the annex the paper must carry, as printed.
    #[n(1)]
    pub annex: Option<String>,
    /// Sheets the paper has; a photo of each is asked for.
    #[n(2)]
    pub sheets: Option<u32>,
    /// What the lines mean.
    #[n(3)]
    pub lines: Vec<Line>,
    /// The question that says which copy was read.
    #[n(4)]
    pub copy: Option<String>,
    /// The kinds of copy there are, the strongest first.
    #[n(5)]
    pub copies: Option<Vec<Choice>>,
    /// The question that holds the annex code as printed.
    #[n(6)]
    pub annex_question: Option<String>,
    /// The question with the photos of the sheets.
    #[n(7)]
    pub photos: Option<String>,
}

impl Template {
    /// The question that reads the line with this role; for [`LineRole::Votes`] use [`Template::votes`].
    #[must_use]
    pub fn line(&self, role: LineRole) -> Option<&str> {
        self.lines.iter().find(|line| line.role == role).map(|line| line.question.as_str())
    }

    /// Lines of the ballot and the questions that read their votes.
    pub fn votes(&self) -> impl Iterator<Item = (&str, &str)> {
        let votes = self.lines.iter().filter(|line| line.role == LineRole::Votes);
        votes.filter_map(|line| Some((line.option.as_deref()?, line.question.as_str())))
    }
}
