//! What happened at a station, in numbers that add up, for a ballot with any lines.

use std::collections::BTreeMap;

use fastrand::Rng;
use kuager_wire::pack::Contest;
use kuager_wire::protocol::{LineRole, Template};
use kuager_wire::record::{Answers, Value};

/// The numbers of one contest at one station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) registered: u32,
    pub(crate) issued: u32,
    /// By the lines of the ballot.
    pub(crate) votes: BTreeMap<String, u32>,
    pub(crate) invalid: u32,
    pub(crate) received: u32,
    pub(crate) outside: u32,
}

/// Whether those who took part are those whose ballots are valid, or all whose ballots were in the boxes. Which of them a form means, only its
/// relations say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TookPart {
    Valid,
    Cast,
}

fn share(of: u32, thousandths: u32) -> u32 {
    u32::try_from(u64::from(of) * u64::from(thousandths) / 1000).unwrap_or(of)
}

impl Numbers {
    /// Numbers for a station with so many voters. `issued` is shared by all contests of a station.
    pub(crate) fn new(registered: u32, issued: u32, contest: Option<&Contest>, random: &mut Rng) -> Self {
        let invalid = share(issued, random.u32(5..30)).max(2).min(issued);
        let mut left = issued - invalid;
        let options: Vec<&str> =
            contest.into_iter().flat_map(|contest| &contest.options).map(|option| option.key.as_str()).collect();
        let mut votes = BTreeMap::new();
        for (at, option) in options.iter().enumerate() {
            let some = if at + 1 == options.len() { left } else { share(left, random.u32(180..520)) };
            left -= some;
            votes.insert((*option).to_owned(), some);
        }
        let received = registered + registered / 100;
        Self {
            registered,
            issued,
            votes,
            invalid,
            received: received.max(issued),
            outside: share(issued, random.u32(0..30)),
        }
    }

    /// How many of the voters of a station came.
    pub(crate) fn turnout(registered: u32, random: &mut Rng) -> u32 {
        share(registered, random.u32(380..820)).max(20).min(registered)
    }

    fn valid(&self) -> u32 {
        self.votes.values().sum()
    }

    /// What the lines of a paper say.
    pub(crate) fn lines(&self, template: &Template, took_part: TookPart) -> Answers {
        let mut answers = Answers::default();
        for line in &template.lines {
            let number = match line.role {
                LineRole::Registered => self.registered,
                LineRole::Issued => self.issued,
                LineRole::TookPart if took_part == TookPart::Cast => self.valid() + self.invalid,
                LineRole::TookPart => self.valid(),
                LineRole::Votes => line.option.as_ref().and_then(|option| self.votes.get(option)).copied().unwrap_or(0),
                LineRole::Invalid => self.invalid,
                LineRole::Received => self.received,
                LineRole::Cancelled => self.received - self.issued,
                LineRole::Outside => self.outside,
                // Nobody has come from elsewhere.
                LineRole::Absentee => 0,
            };
            answers.insert(line.question.clone(), Value::Int(number.into()));
        }
        answers
    }

    /// Numbers that are likely in any form filled in there.
    pub(crate) fn likely(&self) -> Vec<i64> {
        [self.received, self.registered, self.issued, self.received - self.issued, self.outside, self.invalid]
            .map(i64::from)
            .to_vec()
    }
}

/// Adds to a line; less than nothing is on no paper.
pub(crate) fn add(answers: &mut Answers, line: &str, more: i64) {
    let before = answers.get(line).and_then(Value::as_int).unwrap_or(0);
    answers.insert(line.to_owned(), Value::Int(before.saturating_add(more).max(0)));
}
