//! What each field of each statement means, in words.

use std::fmt::Display;

use jiff::Timestamp;
use kuager_forms::wording::{bare, position};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::desk::{Act, DeskEntry, DeskKey};
use kuager_wire::enrolment::{Action, Credential, Request, Succession};
use kuager_wire::form::Texts;
use kuager_wire::genesis::Genesis;
use kuager_wire::ids::{ContentHash, EntryHash, RecordHash};
use kuager_wire::message::{Ask, Message};
use kuager_wire::pack::{Pack, StationShard};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal};
use kuager_wire::record::{Answers, ClockReading, Record};
use kuager_wire::servers::Servers;

use super::Trust;

/// Labels and values, in the order of the fields.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    pub(super) lines: Vec<(String, String)>,
}

impl Meaning {
    fn line(mut self, label: &str, value: impl Display) -> Self {
        self.lines.push((label.to_owned(), value.to_string()));
        self
    }

    fn maybe(self, label: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.line(label, value),
            None => self,
        }
    }

    fn texts(self, label: &str, texts: &Texts) -> Self {
        texts.iter().fold(self, |meaning, (language, text)| meaning.line(label, format!("[{language}] {text}")))
    }
}

/// Says what a statement means.
pub(super) trait Explain {
    /// Field by field.
    fn explain(&self, trust: &Trust) -> Meaning;
}

/// A moment in UTC, or the bare number when it is beyond the calendar.
fn moment(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| format!("{ms} ms after 1970"), |moment| moment.to_string())
}

fn moment_of(ms: u64) -> String {
    i64::try_from(ms).map_or_else(|_| format!("{ms} ms after 1970"), moment)
}

impl Explain for Genesis {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("root key", format!("{} signs genesis, packs, delegations", self.root_key))
            .line("receipt key", format!("{} signs receipts, refusals, messages, forks, redactions", self.receipt_key))
            .line("log key", format!("{} signs checkpoints of the log", self.log_key))
            .line("log", &self.log_origin)
            .texts("title", &self.title)
            .line("day", &self.election_day)
            .line("made", moment_of(self.created_ms))
            .maybe("invites", self.invites.map(|version| format!("of version {version} and later only")))
    }
}

impl Explain for Servers {
    fn explain(&self, _: &Trust) -> Meaning {
        let meaning = self.addresses.iter().fold(Meaning::default(), |meaning, server| meaning.line("server", server));
        self.anchors
            .iter()
            .fold(meaning, |meaning, anchor| {
                let hash = ContentHash::of(anchor);
                meaning.line("TLS anchor", format!("X.509 certificate, {} bytes, sha-256 {hash}", anchor.len()))
            })
            .line("signed", moment_of(self.issued_ms))
    }
}

impl Explain for Delegation {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("issuer", format!("key {}", self.key.kid()))
            .line("public key", self.key)
            .line("may sign", self.purposes.join(", "))
            .line("valid", format!("{} to {}", moment_of(self.not_before_ms), moment_of(self.not_after_ms)))
            .line("number", self.number)
    }
}

impl Explain for Revocation {
    fn explain(&self, _: &Trust) -> Meaning {
        let meaning = Meaning::default().line("revoked", format!("key {}", self.kid));
        let moment = moment_of(self.revoked_ms);
        if self.reinstated == Some(true) {
            let word = format!("reinstated at {moment}; all its records are trusted");
            return Meaning::default().line("device", format!("key {}", self.kid)).line("a device", word);
        }
        match (self.what, self.last_seq) {
            (RevokedKey::Issuer, _) => {
                meaning.line("an issuer", format!("what it dated {moment} or later does not count"))
            }
            (RevokedKey::Device, Some(seq)) => {
                meaning.line("a device", format!("since {moment}; its records are trusted up to number {seq}"))
            }
            (RevokedKey::Device, None) => {
                meaning.line("a device", format!("since {moment}; none of its records is trusted"))
            }
        }
    }
}

impl Explain for Record {
    fn explain(&self, trust: &Trust) -> Meaning {
        let starts = trust.deployment().is_some_and(|known| RecordHash::chain_start(known.id) == self.prev);
        let before = match (self.seq, starts) {
            (_, true) => "the deployment: the chain starts here".to_owned(),
            (0, false) => format!("{}, which must be the deployment", self.prev),
            _ => self.prev.to_string(),
        };
        let clock = &self.clock;
        let jumped = if clock.flags & ClockReading::WALL_JUMPED == 0 { "" } else { " (the clock had just been moved)" };
        let mut meaning = Meaning::default()
            .line("kind", self.kind.name())
            .line("number", format!("{} in the chain of this key", self.seq))
            .line("after", before)
            .line("clock said", format!("{}{jumped}, which may be wrong", moment(clock.wall_ms)))
            .line("uptime", format!("{:.3} s in boot {}", seconds(clock.monotonic_ms), clock.boot_id))
            .maybe("log seen", self.checkpoint.map(|seen| format!("{} entries, root {}", seen.tree_size, seen.root)))
            .maybe("form", self.form.as_ref().map(|form| format!("{} of pack {}", form.form, form.pack)))
            .maybe("station", self.station.as_ref())
            .maybe("training", self.training.map(|_| "yes: this record does not count"))
            .maybe("corrects", self.supersedes)
            .maybe("place", self.location.map(|at| position(at.lat_e7.into(), at.lon_e7.into(), at.accuracy_m.into())))
            .maybe("language", self.body.language.as_ref())
            .maybe("text", self.body.text.as_ref())
            .maybe("lost", self.body.lost.map(|lost| format!("the numbers {} to {}", lost.first, lost.last)))
            .maybe(
                "continues",
                self.body
                    .continues
                    .map(|head| format!("the chain of key {} after number {}, {}", head.kid, head.seq, head.hash)),
            );
        for file in self.attachments.iter().flatten() {
            let of = file.of.map(|of| format!(" of {of}")).unwrap_or_default();
            let what = format!("{:?}{of}, {}, {} bytes, sha-256 {}", file.role, file.mime, file.size, file.hash);
            meaning = meaning.line("file", what).maybe("answers", file.label.as_ref());
            if let Some(source) = file.source {
                meaning = meaning.line("source", format!("{}, says the app", format!("{source:?}").to_lowercase()));
            }
            let claims = file.claims.iter();
            for taken in claims.clone().filter_map(|claims| claims.taken.as_ref()) {
                meaning = meaning.line("claims", format!("taken {taken}, says the file"));
            }
            for orientation in claims.filter_map(|claims| claims.orientation) {
                meaning = meaning.line("claims", format!("EXIF orientation {orientation}, says the file"));
            }
        }
        for (question, answer) in self.body.answers.iter().flat_map(Answers::iter) {
            meaning = meaning.line("answer", format!("{question} = {}", bare(answer)));
        }
        meaning
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to three decimals; exact up to centuries of uptime")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

impl Explain for Request {
    fn explain(&self, _: &Trust) -> Meaning {
        let action = match self.action {
            Action::Enrol => "a credential for this device",
            Action::Inbox => "messages to this device's observer",
        };
        Meaning::default()
            .line("asks for", action)
            .line("clock said", moment(self.wall_ms))
            .line("nonce", self.nonce)
            .maybe("public key", self.public_key)
            .maybe("token", self.token.map(|_| "present, a secret until it has been used"))
            .maybe("after", self.after.map(|number| format!("message {number}")))
            .maybe("epoch", self.epoch)
            .maybe("credential", self.credential.as_ref().map(|_| "the one it was given before"))
            .maybe("succession", self.succession.as_ref().map(|_| "the word of the key it goes on for"))
            .maybe("attestation", self.attestation.as_ref().map(|attestation| attestation.format.name()))
    }
}

impl Explain for Succession {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("successor", format!("key {}", self.public_key.kid()))
            .line("public key", self.public_key)
            .line("clock said", moment(self.wall_ms))
    }
}

impl Explain for DeskKey {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("number", format!("{} of the desk's keys", self.number))
            .line("desk", format!("key {}", self.key.kid()))
            .line("public key", self.key)
    }
}

impl Explain for DeskEntry {
    fn explain(&self, trust: &Trust) -> Meaning {
        let starts = trust.deployment().is_some_and(|known| EntryHash::chain_start(known.id) == self.prev);
        let before = if starts { "the deployment: the journal starts here".to_owned() } else { self.prev.to_string() };
        let meaning = Meaning::default()
            .line("number", format!("{} in the journal of the desk", self.seq))
            .line("after", before)
            .line("at", moment_of(self.at_ms))
            .line(
                "by",
                self.by.map_or_else(|| "somebody who did not have to sign in".to_owned(), |by| format!("person {by}")),
            )
            .line("act", self.act.name());
        of_act(&self.act, meaning)
    }
}

fn of_act(act: &Act, meaning: Meaning) -> Meaning {
    let meaning = meaning.maybe("record", act.record());
    match act {
        Act::Call { observer, outcome, next_ms, note } => meaning
            .line("observer", observer)
            .line("outcome", outcome.name())
            .maybe("next call", next_ms.map(moment_of))
            .maybe("note", note.as_ref()),
        Act::Transcription { pages, answers, unreadable, .. } => {
            let meaning = pages.iter().fold(meaning, |meaning, page| meaning.line("page", page));
            let read = answers.iter();
            let meaning = read.fold(meaning, |meaning, (question, read)| {
                meaning.line("read", format!("{question} = {}", bare(read)))
            });
            unreadable.iter().flatten().fold(meaning, |meaning, question| meaning.line("unreadable", question))
        }
        Act::Settlement { question, finding, value, note, .. } => meaning
            .line("field", question)
            .line("finding", finding.name())
            .maybe("value", value.as_ref().map(bare))
            .maybe("note", note.as_ref()),
        Act::IncidentStep { status, note, .. } => meaning.line("stands as", status.name()).maybe("note", note.as_ref()),
        Act::Official { source, stage, form, station, figures, pack } => {
            let meaning = meaning
                .line("source", format!("sha-256 {source}"))
                .line("stage", stage)
                .line("form", form)
                .maybe("pack", pack.as_ref())
                .line("station", station);
            let figures = figures.iter();
            figures
                .fold(meaning, |meaning, (question, figure)| meaning.line("figure", format!("{question} = {figure}")))
        }
        Act::Release { relations, reason, .. } => {
            meaning.line("in spite of", relations.join(", ")).line("reason", reason)
        }
        Act::Retake { media, message, .. } => meaning.line("page", media).line("message", message),
        Act::Complaint { step, due_ms, note, to, .. } => meaning
            .line("stands as", step.name())
            .maybe("handed in to", to.map(|to| to.name()))
            .maybe("answer due", due_ms.map(moment_of))
            .maybe("note", note.as_ref()),
        Act::Account { person, change, roles } => meaning
            .line("person", person)
            .line("change", change.name())
            .maybe("roles", roles.as_ref().map(|roles| roles.join(", "))),
        Act::Publication { site, follows, entries, arrival, contests, parts, note } => meaning
            .line("proposed", format!("sha-256 {site}"))
            .maybe("follows", *follows)
            .line("made from", format!("entries before number {entries}, records up to arrival {arrival}"))
            .maybe("contests", contests.as_ref().map(|contests| contests.join(", ")))
            .maybe("parts", parts.as_ref().map(|parts| parts.join(", ")))
            .maybe("note", note.as_ref()),
        Act::PublicationVerdict { proposal, site, verdict, note } => meaning
            .line("proposal", proposal)
            .line("looked at", format!("sha-256 {site}"))
            .line("verdict", verdict.name())
            .maybe("note", note.as_ref()),
        Act::Redaction { media, copy, regions } => meaning.line("original", media).line("public copy", copy).line(
            "made black",
            if *regions == 0 {
                "nothing; there is nothing to hide".to_owned()
            } else {
                format!("{regions} rectangles")
            },
        ),
    }
}

impl Explain for Credential {
    fn explain(&self, _: &Trust) -> Meaning {
        let stations = if self.stations.is_empty() { "any".to_owned() } else { self.stations.join(", ") };
        Meaning::default()
            .line("device", self.kid)
            .line("public key", self.public_key)
            .line("observer", self.observer)
            .line("role", format!("{:?}", self.role).to_lowercase())
            .line("stations", stations)
            .line("valid", format!("{} to {}", moment_of(self.not_before_ms), moment_of(self.not_after_ms)))
    }
}

impl Explain for StationShard {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default().line("pack", &self.pack).line("region", &self.region).line("stations", self.stations.len())
    }
}

impl Explain for Pack {
    fn explain(&self, _: &Trust) -> Meaning {
        let mut meaning = Meaning::default()
            .line("id", &self.id)
            .texts("title", &self.title)
            .line("day", &self.election_day)
            .line("languages", self.languages.join(", "))
            .line("law", &self.law)
            .line("stations", self.stations.len());
        for contest in &self.contests {
            meaning = meaning.line("contest", format!("{}, {} options", contest.key, contest.options.len()));
        }
        for form in &self.forms {
            let what = format!("{} ({}), {} questions", form.id, form.kind.name(), form.questions.len());
            meaning = meaning.line("form", what);
        }
        let dictionary = self.dictionary.as_ref().map(|bytes| format!("{} bytes, for compression", bytes.len()));
        let meaning = meaning.maybe("dictionary", dictionary);
        self.notes.iter().fold(meaning, |meaning, note| meaning.line("note", note))
    }
}

impl Explain for Receipt {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("record", format!("{} is held durably", self.record))
            .line("of device", self.kid)
            .line("number", self.seq)
            .line("received", moment_of(self.received_ms))
            .line("log", format!("{}, by {}", self.log_origin, moment_of(self.merge_deadline_ms)))
    }
}

impl Explain for Refusal {
    fn explain(&self, _: &Trust) -> Meaning {
        let again = if self.retryable { "may succeed" } else { "will not help" };
        Meaning::default()
            .line("refused", self.subject)
            .line("because", format!("{}: {}", self.code.name(), self.reason))
            .line("again", format!("sending the same bytes again {again}"))
            .line("when", moment_of(self.refused_ms))
    }
}

impl Explain for Message {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("number", self.number)
            .line("to", format!("observer {}", self.observer))
            .line("sent", moment_of(self.sent_ms))
            .line("text", &self.text)
            .maybe("about", self.about)
            .maybe("file", self.media)
            .maybe(
                "asks for",
                self.ask.map(|ask| match ask {
                    Ask::Retake => "another photo of the same page",
                }),
            )
    }
}

impl Explain for MediaReceipt {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("file", format!("{}, {} bytes, is held durably", self.media, self.size))
            .line("of device", self.kid)
            .line("received", moment_of(self.received_ms))
    }
}

impl Explain for Redaction {
    fn explain(&self, _: &Trust) -> Meaning {
        let copy =
            format!("{}, {} bytes, has parts made unreadable and says nothing about itself", self.media, self.size);
        let meaning = Meaning::default().line("copy", copy).line("of", self.of).line("made", moment_of(self.made_ms));
        self.regions.iter().fold(meaning, |meaning, [left, top, width, height]| {
            meaning.line("hidden", format!("{width} × {height} pixels at {left}, {top}"))
        })
    }
}

impl Explain for Fork {
    fn explain(&self, _: &Trust) -> Meaning {
        Meaning::default()
            .line("device", format!("{} signed two records under number {}", self.kid, self.seq))
            .line("first", self.first)
            .line("second", self.second)
            .line("seen", moment_of(self.seen_ms))
    }
}
