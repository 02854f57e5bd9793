//! To which of the refused items of an upload a signed word is given.
//!
//! Receipts are for whoever signed a record, so they are always given. Refusals are for anybody, and a signature is dear: without
//! a bound a stranger's 256 bytes would cost 256 signatures and an answer of 63 KB. So refusals are few and together no longer
//! than the upload was, except that one without a reason is given to a statement in any case: a phone that is not enrolled has
//! to learn it. Where no enrolled device says anything, one stranger gets a word. What gets none is sent again by an honest phone,
//! which then has fewer records to send.

use super::verify::{Decision, Objection};

/// Refusals in one answer.
pub(super) const MOST: usize = 8;
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

/// Chooses the refused items that get a word; `travelled` are the bytes that the upload had on its way.
pub(super) fn choose(decisions: &[Decision], travelled: usize) -> Vec<Word> {
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
    let mut left = travelled;
    let mut words: Vec<Word> = Vec::new();
    for (position, objection) in heard.chain(stranger).take(MOST) {
        let owed = words.is_empty() && objection.kid.is_some();
        let Some(word) = afford(position, objection, owed, &mut left) else { break };
        words.push(word);
    }
    words
}

/// Takes the bytes of a refusal from what is left, without its reason where that does not fit, or if it is owed in any case.
fn afford(position: usize, objection: &Objection, owed: bool, left: &mut usize) -> Option<Word> {
    let spoken = REFUSAL.saturating_add(objection.reason.len());
    if let Some(rest) = left.checked_sub(spoken) {
        *left = rest;
        return Some(Word { position, reason: true });
    }
    match left.checked_sub(REFUSAL) {
        Some(rest) => *left = rest,
        None if owed => *left = 0,
        None => return None,
    }
    Some(Word { position, reason: false })
}
