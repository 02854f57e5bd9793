//! What the forms of all packs mean for the book: made once per form, used for every record that answers it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kuager_forms::CompiledForm;
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Form, Question, QuestionKind};
use kuager_wire::ids::PackHash;
use kuager_wire::pack::{Pack, SignedPack};
use kuager_wire::protocol::LineRole;
use kuager_wire::record::{Answers, AttachmentRole, Record, RecordKind, Value};

use super::compliance::bit;
use super::names::{Names, index};
use super::parts::{CODES, Content, GIST, NORMS, Part};
use crate::norm::Norm;

/// A column in which the copies of a contest are compared: what the line means and, for votes, for whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// What the line means.
    pub role: LineRole,
    /// The line of the ballot.
    pub option: Option<String>,
}

/// A contest over all packs: what its protocols say, column by column.
#[derive(Debug, Default)]
pub(super) struct ContestBook {
    pub(super) key: String,
    pub(super) columns: Vec<Column>,
}

/// A form that records answer.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) pack: PackHash,
    /// The number of its name.
    pub(super) name: u32,
    /// Nothing for a form that its pack does not have.
    pub(super) meaning: Option<Meaning>,
}

/// What a form means.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) pack: Arc<SignedPack>,
    pub(super) form: CompiledForm,
    /// Numbers of the names of forms whose answers it looks back at; without any, what it comes to depends on itself alone.
    pub(super) carries: BTreeSet<u32>,
    /// Questions that forms of the pack look back at.
    pub(super) kept: BTreeSet<String>,
    pub(super) paper: Option<Paper>,
    turnout: Option<TurnoutForm>,
    /// The question about codes, and those about what happened that may stand in an act.
    report: Option<ReportForm>,
    /// Numbers of the norms that each question rests on that says whether norms were kept.
    pub(super) norms: Vec<Vec<u32>>,
    /// Numbers of the norms that an incident violates, by the number of its code.
    pub(super) violates: BTreeMap<u32, Vec<u32>>,
    /// Files that are expected with it.
    pub(super) asked: u16,
}

/// The paper of a protocol form.
#[derive(Debug)]
pub(super) struct Paper {
    /// The place of its contest.
    pub(super) contest: u16,
    /// Questions of the paper's lines, each with its column; those that the form lacks are never answered.
    pub(super) lines: Vec<(Question, usize)>,
    copy: Option<Question>,
}

#[derive(Debug)]
struct ReportForm {
    told: Vec<Question>,
}

#[derive(Debug)]
struct TurnoutForm {
    hour: String,
    told: Option<Question>,
    own: Option<Question>,
    whole: Option<String>,
    /// Minutes after midnight by the key of the choice.
    hours: Vec<(String, u16)>,
}

/// All forms that were met.
#[derive(Debug, Default)]
pub(super) struct Forms {
    packs: HashMap<PackHash, Arc<SignedPack>>,
    known: Vec<Known>,
    of: HashMap<(PackHash, u32), u32>,
    pub(super) contests: Vec<ContestBook>,
}

impl Forms {
    /// Takes a pack in; forms of it get their meaning when they are met.
    pub(super) fn publish(&mut self, pack: &Arc<SignedPack>) {
        self.packs.entry(pack.hash).or_insert_with(|| Arc::clone(pack));
    }

    /// Whether this pack was taken in.
    pub(super) fn has(&self, pack: &PackHash) -> bool {
        self.packs.contains_key(pack)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Known> {
        self.known.get(index(number)?)
    }

    pub(super) fn meaning(&self, number: u32) -> Option<&Meaning> {
        self.get(number)?.meaning.as_ref()
    }

    /// The number of a form that was met, by the number of its name.
    pub(super) fn find(&self, pack: PackHash, name: u32) -> Option<u32> {
        self.of.get(&(pack, name)).copied()
    }

    /// All forms that were met, as pack and name.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = (PackHash, u32)> {
        self.known.iter().map(|known| (known.pack, known.name))
    }

    /// The number of a form.
    pub(super) fn number(&mut self, pack: PackHash, name: &str, names: &mut Names) -> u32 {
        let name_number = names.number(name);
        if let Some(known) = self.of.get(&(pack, name_number)) {
            return *known;
        }
        let meaning = self.packs.get(&pack).cloned().and_then(|signed| self.means(&signed, name, names));
        let number = u32::try_from(self.known.len()).expect("as many forms fill no ledger");
        self.known.push(Known { pack, name: name_number, meaning });
        self.of.insert((pack, name_number), number);
        number
    }

    fn means(&mut self, signed: &Arc<SignedPack>, name: &str, names: &mut Names) -> Option<Meaning> {
        let pack = &signed.pack;
        let form = pack.form(name)?;
        // No published pack has a form that cannot be read.
        let compiled = CompiledForm::new(form).ok()?;
        let of_this = |form: &Form| form.carried.iter().flatten().filter(|carried| carried.form == name).count() > 0;
        let mut kept = BTreeSet::new();
        for carried in pack.forms.iter().filter(|form| of_this(form)).flat_map(|form| form.carried.iter().flatten()) {
            if carried.form == name {
                let with = carried.with.iter().flatten();
                kept.extend([&carried.question].into_iter().chain(&carried.by).chain(with).cloned());
            }
        }
        Some(Meaning {
            pack: Arc::clone(signed),
            carries: form.carried.iter().flatten().map(|carried| names.number(&carried.form)).collect(),
            kept,
            paper: self.paper(form),
            turnout: turnout(pack, name),
            report: report(pack, form),
            norms: rests(&compiled, names),
            violates: violates(pack, form, names),
            asked: asked(form),
            form: compiled,
        })
    }

    fn paper(&mut self, form: &Form) -> Option<Paper> {
        let template = form.template.as_ref().filter(|template| !template.lines.is_empty())?;
        if !matches!(form.kind, RecordKind::Protocol | RecordKind::Transcription) {
            return None;
        }
        let key = form.contest.as_ref().unwrap_or(&form.id);
        let place = self.contests.iter().position(|contest| contest.key == *key).unwrap_or_else(|| {
            self.contests.push(ContestBook { key: key.clone(), columns: Vec::new() });
            self.contests.len().saturating_sub(1)
        });
        let contest = self.contests.get_mut(place)?;
        let lines = template.lines.iter().map(|line| {
            let column = Column { role: line.role, option: line.option.clone() };
            let at = contest.columns.iter().position(|known| *known == column).unwrap_or_else(|| {
                contest.columns.push(column);
                contest.columns.len().saturating_sub(1)
            });
            (form.outer_question(&line.question).cloned(), at)
        });
        let lines = lines.filter_map(|(question, at)| Some((question?, at))).collect();
        let copy = template.copy.as_ref().and_then(|question| form.outer_question(question)).cloned();
        Some(Paper { contest: u16::try_from(place).ok()?, lines, copy })
    }
}

fn turnout(pack: &Pack, name: &str) -> Option<TurnoutForm> {
    let turnout = pack.turnout.as_ref().filter(|turnout| turnout.form == name)?;
    let form = pack.form(name)?;
    Some(TurnoutForm {
        hour: turnout.hour.clone(),
        told: form.outer_question(&turnout.told).cloned(),
        own: form.outer_question(&turnout.own).cloned(),
        whole: turnout.whole.clone(),
        hours: turnout.hours.iter().map(|hour| (hour.key.clone(), hour.at)).collect(),
    })
}

/// Files that a form asks for at least: sheets of the paper, or the fewest that its questions expect.
fn asked(form: &Form) -> u16 {
    let sheets = form.template.as_ref().and_then(|template| template.sheets).map(i64::from);
    let files = form.questions.iter().filter(|question| question.kind == QuestionKind::Attachment);
    let fewest = files.map(|question| question.min.unwrap_or(0)).fold(0, i64::saturating_add);
    u16::try_from(sheets.unwrap_or(0).max(fewest)).unwrap_or(u16::MAX)
}

impl Meaning {
    /// What is kept of a record that answers the form, before it is judged.
    pub(super) fn content(&self, record: &Record, names: &mut Names) -> Content {
        let mut content = Content::default();
        let files = record.attachments.iter().flatten().filter(|file| file.role == AttachmentRole::Original).count();
        content.files = u16::try_from(files).unwrap_or(u16::MAX);
        let Some(answers) = &record.body.answers else { return content };
        let mut unfit = 0_u16;
        let mut number = |question: &Question| number(answers, question, &mut unfit);
        if let Some(paper) = &self.paper {
            let values = paper.lines.iter().map(|(question, _)| number(question)).collect();
            let copy = paper.copy.as_ref().and_then(|question| {
                let value = answers.get(&question.id).filter(|value| question.check(value).is_ok())?;
                value.as_text().map(|key| names.number(key))
            });
            content.part = Some(Part::Protocol { copy, values });
        } else if let Some(turnout) = &self.turnout {
            let hour = answers.get(&turnout.hour).and_then(Value::as_text);
            let at = hour.and_then(|key| turnout.hours.iter().find(|(known, _)| known == key)).map(|(_, at)| *at);
            let told = turnout.told.as_ref().and_then(&mut number);
            let own = turnout.own.as_ref().and_then(&mut number);
            let whole = turnout.whole.as_ref().and_then(|question| answers.get(question)).and_then(Value::as_text);
            content.part = at.map(|at| Part::Turnout { at, told, own, whole: whole == Some("yes") });
        } else if let Some(report) = &self.report {
            let named = kuager_forms::incident::named(&self.pack.pack, &self.form.form().id, answers);
            let gravity = named.iter().map(|incident| incident.gravity).max();
            let codes = named.iter().take(CODES).map(|incident| names.number(&incident.code)).collect();
            content.part = Some(Part::Incident { codes, gravity, gist: report.gist(answers) });
        }
        content.unfit = unfit;
        if !self.norms.is_empty() {
            let said = self.form.compliance(answers, &TextMap::default());
            let bits: Vec<u8> = said.into_iter().take(NORMS).map(bit).collect();
            if bits.iter().any(|bits| *bits != 0) {
                content.norms = bits;
            }
        }
        content
    }
}

impl ReportForm {
    /// The beginning of the first text that the observer wrote.
    fn gist(&self, answers: &Answers) -> Option<String> {
        let said = self.told.iter().filter_map(|question| {
            let value = answers.get(&question.id).filter(|value| question.check(value).is_ok())?;
            value.as_text().map(str::trim).filter(|text| !text.is_empty())
        });
        let said = said.take(1).next()?;
        let mut gist: String = said.chars().filter(|character| !character.is_control()).take(GIST).collect();
        if said.chars().nth(GIST).is_some() {
            gist.push('…');
        }
        Some(gist)
    }
}

/// How incidents are reported by this form, if they are.
fn report(pack: &Pack, form: &Form) -> Option<ReportForm> {
    let act = pack.act.as_ref().filter(|act| act.form == form.id)?;
    let omitted = |id: &String| act.omit.iter().flatten().any(|omitted| omitted == id);
    let told = form.questions.iter().filter(|question| question.kind == QuestionKind::Text && !omitted(&question.id));
    Some(ReportForm { told: told.cloned().collect() })
}

/// The norms that the form's questions rest on. What a poll asks is under an embargo, and the book has no clock.
fn rests(form: &CompiledForm, names: &mut Names) -> Vec<Vec<u32>> {
    if form.form().kind == RecordKind::ExitPollWave {
        return Vec::new();
    }
    let laws: Vec<String> = form.norms().take(NORMS).map(|question| question.law.clone().unwrap_or_default()).collect();
    laws.iter().map(|law| numbers(law, names)).collect()
}

/// The norms that incidents of the catalogue violate, for the form that reports them.
fn violates(pack: &Pack, form: &Form, names: &mut Names) -> BTreeMap<u32, Vec<u32>> {
    if pack.act.as_ref().is_none_or(|act| act.form != form.id) {
        return BTreeMap::new();
    }
    let known = pack.incidents.iter().flatten().filter_map(|incident| Some((incident, incident.law.as_deref()?)));
    known.map(|(incident, law)| (names.number(&incident.code), numbers(law, names))).collect()
}

fn numbers(law: &str, names: &mut Names) -> Vec<u32> {
    Norm::all(law).iter().map(|norm| names.number(&norm.to_string())).collect()
}

/// The number that answers a question, if it is one that fits it. What does not fit is counted, and counts as not given: no sum is
/// made of it.
fn number(answers: &Answers, question: &Question, unfit: &mut u16) -> Option<i64> {
    let value = answers.get(&question.id)?;
    let number = value.as_int().filter(|_| question.check(value).is_ok());
    if number.is_none() && !value.is_blank() {
        *unfit = unfit.saturating_add(1);
    }
    number
}
