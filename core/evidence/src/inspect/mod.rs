//! Any object of Kuager in words, and whether it holds.
//!
//! [`inspect`] takes bytes nobody has vouched for, finds out what they are, shows them in CBOR diagnostic notation (RFC
//! 8949 §8), says field by field what they mean, and checks the signature with the keys in a [`Trust`]. The outcome is
//! one of three: it holds, it does not hold (with the first thing that does not), or nobody could tell, because a key is
//! missing (with the file that has it).

mod diagnostic;
mod meaning;
mod trust;

use std::fmt::Write as _;

use kuager_wire::canonical::{self, split_sequence};
use kuager_wire::cose::{Dated, Envelope, NO_DEPLOYMENT, Purpose, Statement, StatementError};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::desk::{DeskEntry, DeskKey};
use kuager_wire::enrolment::{Credential, Request, Succession};
use kuager_wire::genesis::Genesis;
use kuager_wire::ids::{ContentHash, PublicKey};
use kuager_wire::invite::{self, Invite, Way};
use kuager_wire::limits;
use kuager_wire::message::Message;
use kuager_wire::pack::{Pack, StationShard};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal};
use kuager_wire::record::Record;
use kuager_wire::servers::Servers;
use kuager_wire::sync::{Delegations, Holding, InboxAnswer, RecordsAnswer};

use crate::authority::AuthorityFault;
use crate::invite::verify_invite_with;
use meaning::Meaning;
pub use trust::{InspectError, Trust};

/// Whether an object holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It parses and every signature verifies.
    Holds,
    /// It parses; to check it, something is missing.
    NotChecked {
        /// What to pass.
        missing: String,
    },
    /// It does not hold.
    Fails {
        /// The first thing that does not.
        reason: String,
    },
}

impl Outcome {
    /// The outcome of two objects together: the worse one.
    fn and(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Fails { .. }, _) => self,
            (_, Self::Fails { .. }) => other,
            (Self::NotChecked { .. }, _) => self,
            _ => other,
        }
    }
}

/// An object in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What is shown to the person who asks.
    pub text: String,
    /// Whether it holds.
    pub outcome: Outcome,
}

/// Explains and checks an object: a signed statement, a sequence of them, an answer of a coordinator, or an invite.
#[must_use]
pub fn inspect(bytes: &[u8], trust: &Trust) -> Report {
    let text = std::str::from_utf8(bytes).unwrap_or_default().trim();
    if invite::is_like(text) {
        return of_invite(text, trust);
    }
    if bytes.first() == Some(&0xd2) {
        let items = split_sequence(bytes);
        if items.len() == 1 {
            return of_statement(bytes, trust);
        }
        return of_sequence(&items, trust);
    }
    if let Ok(answer) = canonical::decode::<RecordsAnswer>(bytes, limits::ANSWER) {
        return of_records_answer(bytes, &answer, trust);
    }
    if let Ok(answer) = canonical::decode::<InboxAnswer>(bytes, limits::ANSWER) {
        return of_inbox_answer(bytes, &answer, trust);
    }
    if let Ok(answer) = canonical::decode::<Delegations>(bytes, limits::ANSWER) {
        return of_delegations(bytes, &answer, trust);
    }
    let text = format!("unknown object, {} bytes\n\n{}\n", bytes.len(), diagnostic::notation(bytes));
    let reason = "this is none of Kuager's objects: no COSE_Sign1 with tag 18, no answer, no invite".to_owned();
    Report { text, outcome: Outcome::Fails { reason } }
}

/// A kind of statement: how to read it, in words, and whose key signs it.
struct Kind {
    purpose: Purpose,
    read: fn(&Envelope, &Trust) -> Understood,
}

type Understood = Result<(Meaning, Signer), StatementError>;

/// Whose key should have signed.
enum Signer {
    Root,
    /// The root key, or an issuer whose delegation covers the date.
    Delegated {
        dated_ms: u64,
    },
    Receipt,
    Device,
    /// One of the desk's keys, which the receipt key vouches for.
    Desk,
    /// The key is inside the statement itself.
    Itself(PublicKey),
}

fn read<T: Statement + meaning::Explain>(envelope: &Envelope, trust: &Trust, signer: fn(&T) -> Signer) -> Understood {
    let statement: T = envelope.statement()?;
    Ok((statement.explain(trust), signer(&statement)))
}

fn delegated<T: Dated>(statement: &T) -> Signer {
    Signer::Delegated { dated_ms: statement.dated_ms() }
}

const KINDS: [Kind; 18] = [
    Kind {
        purpose: Purpose::Genesis,
        read: |envelope, trust| read(envelope, trust, |genesis: &Genesis| Signer::Itself(genesis.root_key)),
    },
    Kind { purpose: Purpose::Record, read: |envelope, trust| read(envelope, trust, |_: &Record| Signer::Device) },
    Kind {
        purpose: Purpose::Request,
        read: |envelope, trust| {
            read(envelope, trust, |request: &Request| request.public_key.map_or(Signer::Device, Signer::Itself))
        },
    },
    Kind { purpose: Purpose::Credential, read: |envelope, trust| read(envelope, trust, delegated::<Credential>) },
    Kind { purpose: Purpose::Pack, read: |envelope, trust| read(envelope, trust, |_: &Pack| Signer::Root) },
    Kind {
        purpose: Purpose::StationShard,
        read: |envelope, trust| read(envelope, trust, |_: &StationShard| Signer::Root),
    },
    Kind { purpose: Purpose::Receipt, read: |envelope, trust| read(envelope, trust, |_: &Receipt| Signer::Receipt) },
    Kind { purpose: Purpose::Refusal, read: |envelope, trust| read(envelope, trust, |_: &Refusal| Signer::Receipt) },
    Kind { purpose: Purpose::Message, read: |envelope, trust| read(envelope, trust, |_: &Message| Signer::Receipt) },
    Kind { purpose: Purpose::Fork, read: |envelope, trust| read(envelope, trust, |_: &Fork| Signer::Receipt) },
    Kind {
        purpose: Purpose::MediaReceipt,
        read: |envelope, trust| read(envelope, trust, |_: &MediaReceipt| Signer::Receipt),
    },
    Kind {
        purpose: Purpose::Redaction,
        read: |envelope, trust| read(envelope, trust, |_: &Redaction| Signer::Receipt),
    },
    Kind { purpose: Purpose::Servers, read: |envelope, trust| read(envelope, trust, delegated::<Servers>) },
    Kind { purpose: Purpose::Delegation, read: |envelope, trust| read(envelope, trust, |_: &Delegation| Signer::Root) },
    Kind {
        purpose: Purpose::Revocation,
        read: |envelope, trust| {
            read(envelope, trust, |revocation: &Revocation| match revocation.what {
                RevokedKey::Device => delegated(revocation),
                RevokedKey::Issuer => Signer::Root,
            })
        },
    },
    Kind {
        purpose: Purpose::Succession,
        read: |envelope, trust| read(envelope, trust, |_: &Succession| Signer::Device),
    },
    Kind { purpose: Purpose::DeskKey, read: |envelope, trust| read(envelope, trust, |_: &DeskKey| Signer::Receipt) },
    Kind { purpose: Purpose::DeskEntry, read: |envelope, trust| read(envelope, trust, |_: &DeskEntry| Signer::Desk) },
];

fn of_statement(bytes: &[u8], trust: &Trust) -> Report {
    let notation = diagnostic::notation(bytes);
    let hash = ContentHash::of(bytes);
    let fails = |what: &str, reason: String| {
        let text = format!("{what}, {} bytes\n\n{notation}\n\nsha-256     {hash}\n", bytes.len());
        Report { text, outcome: Outcome::Fails { reason } }
    };
    let envelope = match Envelope::parse(bytes, limits::PACK) {
        Ok(envelope) => envelope,
        Err(error) => return fails("not a statement", error.to_string()),
    };
    // The payloads of all kinds differ in shape, so at most one kind can read it. If none can, the one that gets furthest
    // before it stumbles is what was meant.
    let mut furthest: Option<(usize, &Kind, StatementError)> = None;
    for kind in &KINDS {
        match (kind.read)(&envelope, trust) {
            Ok((meaning, signer)) => {
                let mut text = format!("{}, {} bytes\n\n{notation}\n\n", kind.purpose.name(), bytes.len());
                let name = if kind.purpose == Purpose::Genesis { "deployment" } else { "sha-256" };
                line(&mut text, name, &hash.to_string());
                line(&mut text, "signed by", &format!("key {}", envelope.kid()));
                for (label, value) in meaning.lines {
                    line(&mut text, &label, &value);
                }
                return Report { text, outcome: check(&envelope, kind.purpose, &signer, trust) };
            }
            Err(error) => {
                let offset = if let StatementError::Malformed(malformed) = &error { malformed.offset } else { 0 };
                if furthest.as_ref().is_none_or(|(before, ..)| offset > *before) {
                    furthest = Some((offset, kind, error));
                }
            }
        }
    }
    match furthest {
        Some((_, kind, error)) => {
            fails("a statement of no known kind", format!("read as {}: {error}", kind.purpose.name()))
        }
        None => fails("a statement of no known kind", "no kind of statement is known".to_owned()),
    }
}

fn check(envelope: &Envelope, purpose: Purpose, signer: &Signer, trust: &Trust) -> Outcome {
    if purpose == Purpose::Genesis
        && let Signer::Itself(key) = signer
    {
        return verified(envelope, purpose, NO_DEPLOYMENT, key);
    }
    let missing = |what: &str| Outcome::NotChecked { missing: what.to_owned() };
    let Some(deployment) = trust.deployment() else {
        return missing("the deployment's genesis; pass it with --genesis FILE, or its data directory with --data DIR");
    };
    let key = match signer {
        Signer::Root => deployment.root,
        Signer::Delegated { dated_ms } => {
            return match trust.authority(deployment).verify(envelope, purpose, *dated_ms) {
                Ok(()) => Outcome::Holds,
                Err(AuthorityFault::NotDelegated { kid }) => {
                    missing(&format!("the delegation of key {kid}; pass it with --delegation FILE"))
                }
                Err(fault) => Outcome::Fails { reason: fault.to_string() },
            };
        }
        Signer::Receipt => deployment.receipt,
        Signer::Itself(key) => *key,
        Signer::Desk => match trust.desk(envelope.kid()) {
            Some(key) => key,
            None => {
                let kid = envelope.kid();
                return missing(&format!("the receipt key's word on desk key {kid}; pass it with --desk-key FILE"));
            }
        },
        Signer::Device => match trust.device(envelope.kid()) {
            Some(key) => key,
            None => {
                let kid = envelope.kid();
                return missing(&format!("the credential of device {kid}; pass it with --credential FILE, or --keys"));
            }
        },
    };
    verified(envelope, purpose, deployment.id, &key)
}

fn verified(
    envelope: &Envelope,
    purpose: Purpose,
    deployment: kuager_wire::ids::DeploymentId,
    key: &PublicKey,
) -> Outcome {
    match envelope.verify(purpose, deployment, key) {
        Ok(()) => Outcome::Holds,
        Err(error) => Outcome::Fails { reason: error.to_string() },
    }
}

fn of_sequence(items: &[Result<&[u8], &[u8]>], trust: &Trust) -> Report {
    let mut text = format!("a sequence of {} items\n", items.len());
    let mut outcome = Outcome::Holds;
    for (number, item) in (1..).zip(items) {
        let report = match item {
            Ok(bytes) => of_statement(bytes, trust),
            Err(rest) => Report {
                text: format!("{} bytes that are not CBOR\n", rest.len()),
                outcome: Outcome::Fails { reason: "the rest of the sequence is not CBOR".to_owned() },
            },
        };
        nested(&mut text, &format!("item {number}"), &report);
        outcome = outcome.and(report.outcome);
    }
    Report { text, outcome }
}

fn of_records_answer(bytes: &[u8], answer: &RecordsAnswer, trust: &Trust) -> Report {
    let mut text = format!("answer to an upload of records, {} bytes\n", bytes.len());
    let mut outcome = Outcome::Holds;
    for (number, result) in (1..).zip(&answer.results) {
        let _ = writeln!(text, "\nresult {number}: record {}", result.hash);
        for (what, signed) in [("receipt", &result.receipt), ("refusal", &result.refusal), ("fork", &result.fork)] {
            if let Some(signed) = signed {
                let report = of_statement(signed, trust);
                nested(&mut text, what, &report);
                outcome = outcome.and(report.outcome);
            }
        }
    }
    for chain in &answer.chains {
        let _ = writeln!(text, "\nchain of key {}: head {} is {}", chain.kid, chain.head_seq, chain.head);
        for range in &chain.missing {
            let _ = writeln!(text, "    missing {} to {}", range.first, range.last);
        }
    }
    Report { text, outcome }
}

fn of_inbox_answer(bytes: &[u8], answer: &InboxAnswer, trust: &Trust) -> Report {
    let more = if answer.more { ", and there are more" } else { "" };
    let mut text = format!("inbox of {} messages{more}, {} bytes\n", answer.messages.len(), bytes.len());
    if let Some(Holding { chain, files }) = &answer.holding {
        let chain = chain.as_ref().map_or("no record".to_owned(), |chain| {
            let lacking = if chain.missing.is_empty() { "" } else { ", not all of them" };
            format!("records up to number {}{lacking}", chain.head_seq)
        });
        text.push_str(&format!("held of the device that asks: {chain}, {files} files\n"));
    }
    let mut outcome = Outcome::Holds;
    for (number, message) in (1..).zip(&answer.messages) {
        let report = of_statement(message, trust);
        nested(&mut text, &format!("message {number}"), &report);
        outcome = outcome.and(report.outcome);
    }
    Report { text, outcome }
}

fn of_delegations(bytes: &[u8], answer: &Delegations, trust: &Trust) -> Report {
    let mut text = format!("what a deployment has delegated and taken back, {} bytes\n", bytes.len());
    let mut outcome = Outcome::Holds;
    for (what, statements) in [("delegation", &answer.delegations), ("revocation", &answer.revocations)] {
        for (number, statement) in (1..).zip(statements) {
            let report = of_statement(statement, trust);
            nested(&mut text, &format!("{what} {number}"), &report);
            outcome = outcome.and(report.outcome);
        }
    }
    Report { text, outcome }
}

fn of_invite(url: &str, trust: &Trust) -> Report {
    let invite = match Invite::from_text(url) {
        Ok(invite) => invite,
        Err(error) => {
            let outcome = Outcome::Fails { reason: error.to_string() };
            return Report { text: "an invite that cannot be read\n".to_owned(), outcome };
        }
    };
    let mut text = format!("invite, version {}\n\n", invite.version());
    line(&mut text, "deployment", &invite.deployment.to_string());
    line(&mut text, "root key", &invite.root_key.to_string());
    // What it says of itself is shown whoever it is of.
    let own = verify_invite_with(&invite, None, trust.authority_of(&invite));
    if let Ok(servers) = &own {
        for server in &servers.addresses {
            line(&mut text, "server", server);
        }
        for anchor in &servers.anchors {
            let hash = ContentHash::of(anchor);
            line(&mut text, "TLS anchor", &format!("X.509 certificate, {} bytes, sha-256 {hash}", anchor.len()));
        }
        if let Ok(digits) = invite.digits(servers) {
            line(&mut text, "digits", &digits);
        }
    }
    line(&mut text, "token", "present; whoever holds it can enrol one device, so it is not shown");
    if let Way::Signed { servers, delegation } = &invite.way {
        nested(&mut text, "servers", &of_statement(servers, trust));
        if let Some(delegation) = delegation {
            nested(&mut text, "delegation", &of_statement(delegation, trust));
        }
    }
    let outcome = match (trust.deployment(), own) {
        (Some(known), _) if known.id != invite.deployment => {
            Outcome::Fails { reason: format!("it is for another deployment than {}", known.id) }
        }
        (Some(known), _) if known.root != invite.root_key => {
            Outcome::Fails { reason: "it is forged: it names another root key than the genesis".to_owned() }
        }
        (_, Err(forgery)) => Outcome::Fails { reason: format!("it is forged: {forgery}") },
        (None, Ok(_)) => {
            Outcome::NotChecked { missing: "the deployment's genesis to compare with; pass --genesis FILE".to_owned() }
        }
        (Some(known), Ok(_)) if known.invites > invite.version() => Outcome::Fails {
            reason: "it is forged: it is not signed, and this deployment signs its invites".to_owned(),
        },
        (Some(_), Ok(_)) => Outcome::Holds,
    };
    Report { text, outcome }
}

fn line(text: &mut String, label: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{label:<11} {value}");
}

fn nested(text: &mut String, heading: &str, report: &Report) {
    let _ = writeln!(text, "\n{heading}: {}", sentence(&report.outcome));
    for line in report.text.lines() {
        let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "    {line}") };
    }
}

/// The outcome as one line.
#[must_use]
pub fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Holds => "holds".to_owned(),
        Outcome::NotChecked { missing } => format!("not checked, this is missing: {missing}"),
        Outcome::Fails { reason } => format!("does not hold: {reason}"),
    }
}

#[cfg(test)]
mod tests;
