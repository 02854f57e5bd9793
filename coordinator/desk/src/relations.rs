//! What must add up in a record: as the coordinator judges it and, where that differs, as the phone has sealed it.

use std::collections::HashMap;

use kuager_analysis::judge::{Judge, Judgement, Standing};
use kuager_coordinator::ledger::RecordView;
use kuager_coordinator::shelf::Published;
use kuager_wire::ids::{Kid, PackHash, RecordHash};
use kuager_wire::record::{Record, Verdict};

use crate::language::Language;
use crate::sealed::read;

/// A relation as it is shown.
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) name: String,
    /// For the style.
    pub(crate) class: &'static str,
    pub(crate) standing: String,
    pub(crate) message: String,
    pub(crate) law: String,
    /// What the phone has sealed, where it is something else.
    pub(crate) sealed: Option<String>,
}

/// What is shown of all relations of a record.
#[derive(Debug)]
pub(crate) struct Relations {
    /// Those that fail, cannot be decided, or come out otherwise than on the phone.
    pub(crate) shown: Vec<Relation>,
    /// How many others hold.
    pub(crate) holding: String,
    /// Whether the phone has sealed anything else.
    pub(crate) differ: bool,
}

/// Judges the records of one page, each after the earlier ones of its device that are on the page.
pub(crate) struct Judges<'a> {
    published: &'a Published,
    language: &'a Language,
    /// Those of each device, in the order of its chain.
    devices: HashMap<Kid, Vec<(RecordHash, Record)>>,
    forms: HashMap<(PackHash, String), Option<Judge>>,
}

impl<'a> Judges<'a> {
    /// For these records, in any order. What is kept apart is neither judged nor heard.
    pub(crate) fn new(published: &'a Published, language: &'a Language, views: &[RecordView]) -> Self {
        let mut devices: HashMap<Kid, Vec<(RecordHash, Record)>> = HashMap::new();
        for view in views.iter().filter(|view| !view.apart) {
            if let Some(record) = read(&view.bytes) {
                devices.entry(view.kid).or_default().push((view.hash, record));
            }
        }
        for records in devices.values_mut() {
            records.sort_by_key(|(_, record)| record.seq);
        }
        Self { published, language, devices, forms: HashMap::new() }
    }

    /// How the relations of one of them come out; nothing for a form without any.
    pub(crate) fn relations(&mut self, view: &RecordView) -> Option<Relations> {
        let records = self.devices.get(&view.kid)?;
        let (_, record) = records.iter().find(|(hash, _)| *hash == view.hash)?;
        let form = record.form.clone()?;
        let published = self.published;
        let judge = self.forms.entry((form.pack, form.form.clone())).or_insert_with(|| {
            let pack = &published.packs.get(&form.pack)?.pack;
            Judge::new(pack, pack.form(&form.form)?).unwrap_or_else(|error| {
                tracing::error!(%error, form = form.form, "a form cannot be judged");
                None
            })
        });
        let judge = judge.as_ref()?;
        // Of a fork, neither record is earlier than the other.
        let earlier = &records[..records.partition_point(|(_, other)| other.seq < record.seq)];
        let judged = judge.all(record, earlier, &self.language.code);
        Some(shown(&judged, self.language))
    }
}

fn shown(judged: &[Judgement], language: &Language) -> Relations {
    let worth = |one: &&Judgement| one.differs() || matches!(one.standing, Standing::Fails | Standing::Unknown);
    let holding = judged.iter().filter(|one| one.standing == Standing::Holds && !one.differs()).count().to_string();
    Relations {
        shown: judged.iter().filter(worth).map(|one| relation(one, language)).collect(),
        holding: language.say_with("relations-hold", &[("count", holding.as_str())]),
        differ: judged.iter().any(Judgement::differs),
    }
}

fn relation(judged: &Judgement, language: &Language) -> Relation {
    let (class, standing) = match judged.standing {
        Standing::Fails => ("fails", "relation-fails"),
        Standing::Unknown => ("unknown", "relation-unknown"),
        Standing::Holds => ("holds", "relation-holds"),
        Standing::NotJudged => ("aside", "relation-not-judged"),
    };
    let sealed = match judged.sealed {
        Some(Verdict::Fails) => "relation-fails",
        Some(Verdict::Unknown) => "relation-unknown",
        None => "relation-nothing-sealed",
    };
    Relation {
        name: judged.relation.clone(),
        class,
        standing: language.say(standing),
        message: judged.message.clone().unwrap_or_default(),
        law: judged.law.clone().unwrap_or_default(),
        sealed: judged.differs().then(|| language.say(sealed)),
    }
}
