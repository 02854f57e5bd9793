//! To which of the refused items of an upload a signed word is given.
//!
//! Receipts are for whoever signed a record, so they are always given. Refusals are for anybody, and a signature is dear: without
//! a bound a stranger's 256 bytes would cost 256 signatures and an answer of 63 KB. So refusals are few and together no longer
//! than the upload was, except that one without a reason is given to a statement in any case: a phone that is not enrolled has
//! to learn it. Where no enrolled device says anything, one stranger gets a word. What gets none is sent again by an honest phone,
//! which then has fewer records to send. What turns out to be over a device's budget when it is stored gets what is left of these
//! words.

use super::verify::Decision;

/// Refusals in one answer.
const MOST: usize = 8;
/// Bytes of a refusal with its result in an answer, besides its reason; and some.
const REFUSAL: usize = 200;

/// A refused item that gets a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// The item's position among the decisions.
    pub(super) position: usize,
    /// Whether the reason is said in words.
    pub(super) reason: bool,
}

/// The words of one answer: those that were given, and what is left for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// Refused items that get a word, in their order.
    pub(super) given: Vec<Word>,
    /// Refusals that the answer may still have.
    most: usize,
    /// Bytes that they may still have.
    bytes: usize,
}

impl Words {
    /// Chooses the refused items that get a word; `travelled` are the bytes that the upload had on its way.
    pub(super) fn choose(decisions: &[Decision], travelled: usize) -> Self {
        let refused = || {
            decisions.iter().enumerate().filter_map(|(position, decision)| match decision {
                Decision::Refused { objection, .. } => Some((position, objection)),
                _ => None,
            })
        };
        let from_device = decisions.iter().any(|decision| match decision {
            Decision::Known { .. } | Decision::New(_) => true,
            Decision::Refused { objection, .. } => objection.verified,
            Decision::PutOff => false,
        });
        // Of strangers, the first one gets a word, a statement rather than rubbish.
        let heard = refused().filter(|(_, objection)| from_device || objection.verified);
        let others = refused().filter(|(_, objection)| !from_device && !objection.verified);
        let stranger = others.min_by_key(|(_, objection)| objection.kid.is_none());
        let mut words = Self { given: Vec::new(), most: MOST, bytes: travelled };
        for (position, objection) in heard.chain(stranger) {
            if words.give(position, &objection.reason, objection.kid.is_some()).is_none() {
                break;
            }
        }
        words
    }

    /// Gives one more word, without its reason where that does not fit; the first one to a statement is owed in any case.
    /// `None` when there is none left.
    pub(super) fn give(&mut self, position: usize, reason: &str, statement: bool) -> Option<Word> {
        let most = self.most.checked_sub(1)?;
        let owed = self.given.is_empty() && statement;
        let (reason, bytes) = match self.bytes.checked_sub(REFUSAL.saturating_add(reason.len())) {
            Some(rest) => (true, rest),
            None => match self.bytes.checked_sub(REFUSAL) {
                Some(rest) => (false, rest),
                None if owed => (false, 0),
                None => return None,
            },
        };
        let word = Word { position, reason };
        (self.most, self.bytes) = (most, bytes);
        self.given.push(word);
        Some(word)
    }
}
