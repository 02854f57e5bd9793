//! An election day for any pack: who observes where, what goes wrong, and what each phone sends when.
//!
//! Answers are found by the phone's own engine (`fill`). What is planted is known, so that in the end it can be said what people
//! at the desk made of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;

use fastrand::Rng;
use kuager_forms::carried::{self, Looking};
use kuager_forms::{CompiledForm, incident};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Form, Parameter};
use kuager_wire::ids::{Kid, MediaHash, RecordHash};
use kuager_wire::pack::{Pack, Station};
use kuager_wire::protocol::{LineRole, Severity, Template};
use kuager_wire::record::{Answers, Attachment, AttachmentRole, MediaSource, Record, RecordKind, Value};
use serde::{Serialize, Serializer};

use crate::error::RehearsalError;
use crate::fill::Filling;
use crate::numbers::{Numbers, TookPart, add};
use crate::paper;
use crate::phone::{For, Phone, Sealing};

const MINUTE_MS: u64 = 60_000;
/// Minutes after midnight at which voting begins and ends where a pack says nothing else.
const OPENS: u32 = 7 * 60;
const CLOSES: u32 = 20 * 60;
/// Minutes after an hour from which a figure counts as late, and a silent phone as out of reach.
const GRACE: u32 = 30;
const QUIET: u32 = 60;
/// Protocols with a photo of their paper at most: enough to read for a night.
const PHOTOS: usize = 40;
/// Of a hundred stations, how many have a second observer.
const TWICE: u32 = 50;

/// What goes wrong somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Nothing ever comes.
    Silent,
    /// Nothing comes any more after noon.
    FellSilent,
    /// A figure of turnout comes an hour late.
    LateFigure,
    /// The day is reported, and no protocol.
    NoProtocol,
    /// What must hold in a protocol does not.
    WrongSum,
    /// Two observers have copies with other numbers.
    CopiesDiffer,
    /// The paper on the photo has other numbers than those that were typed.
    PhotoDiffers,
    /// Something happens that cannot wait.
    Urgent,
    /// A device signs two records under one number.
    Fork,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::CopiesDiffer,
        Self::WrongSum,
        Self::PhotoDiffers,
        Self::Urgent,
        Self::Silent,
        Self::FellSilent,
        Self::LateFigure,
        Self::NoProtocol,
        Self::Fork,
    ];
}

/// How large a rehearsal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Stations with observers at most; they are taken from all over the directory.
    pub stations: usize,
    /// Times each kind of trouble is planted.
    pub each: usize,
    /// The same number gives the same day.
    pub seed: u64,
}

/// Something for people at the desk to find, and to do something about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// What it is.
    pub trouble: Trouble,
    /// Where.
    pub station: String,
    /// The device that it is seen by.
    #[serde(serialize_with = "shown")]
    pub device: Kid,
    /// The record that shows it.
    #[serde(serialize_with = "shown_if_any")]
    pub record: Option<RecordHash>,
    /// Since when it can be seen at the desk, milliseconds since 1970.
    pub since_ms: u64,
}

fn shown<S: Serializer>(id: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn shown_if_any<S: Serializer>(id: &Option<RecordHash>, serializer: S) -> Result<S::Ok, S::Error> {
    id.map(|id| id.to_string()).serialize(serializer)
}

/// Records of one phone that arrive together, with the files they list.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) at_ms: u64,
    pub(crate) observer: usize,
    pub(crate) records: Vec<Vec<u8>>,
    pub(crate) files: Vec<Vec<u8>>,
}

/// A phone that is sent to a station.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) phone: Phone,
    pub(crate) trouble: Option<Trouble>,
    second: bool,
}

/// A whole day.
#[derive(Debug)]
pub struct Night {
    pub(crate) observers: Vec<Sent>,
    /// In the order of arrival.
    pub(crate) deliveries: Vec<Delivery>,
    /// What was planted, by the time from which it can be seen.
    pub tasks: Vec<Task>,
    /// Troubles that nothing in the pack can show.
    pub left_out: Vec<Trouble>,
    /// When the first phones are heard of.
    pub begins_ms: u64,
    /// When the last record has come and the last thing can be seen.
    pub ends_ms: u64,
}

/// An appointment of a phone with a form.
struct Due<'a> {
    minute: u32,
    form: &'a Form,
    /// The hour of a turnout figure, by its key and in minutes.
    hour: Option<(&'a str, u16)>,
}

/// What does not change from phone to phone.
struct Setting<'a> {
    pack: &'a Pack,
    forms: BTreeMap<String, CompiledForm>,
    watched: BTreeSet<(String, String)>,
    for_: For,
    midnight_ms: u64,
    /// What those who took part are in each protocol form.
    took_part: BTreeMap<String, TookPart>,
    /// How a sum can be made wrong: the form, the line, and by how much.
    forgery: Option<(String, String, i64)>,
    /// Answers that fitted before, by form and hour, with what was wrong with them even so.
    known: HashMap<(String, Option<u16>), (Answers, usize)>,
}

impl Night {
    /// A day for the stations of a pack.
    ///
    /// # Errors
    /// [`RehearsalError`] where the pack has nothing to rehearse, or a form that no phone could open.
    pub(crate) fn new(
        pack: &Pack,
        stations: &[Station],
        wish: Wish,
        for_: For,
        midnight_ms: u64,
    ) -> Result<Self, RehearsalError> {
        let mut random = Rng::with_seed(wish.seed);
        let mut setting = Setting::new(pack, for_, midnight_ms)?;
        let chosen = spread(stations, wish.stations);
        if chosen.is_empty() || setting.forms.is_empty() {
            return Err(RehearsalError::NothingToRehearse);
        }
        setting.learn(&mut random);
        let possible: Vec<Trouble> = Trouble::ALL.into_iter().filter(|trouble| setting.can(*trouble)).collect();
        let left_out = Trouble::ALL.into_iter().filter(|trouble| !possible.contains(trouble)).collect();
        let troubles = assign(chosen.len(), &possible, wish.each, &mut random);
        let (mut observers, mut deliveries, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        let mut photos = PHOTOS;
        for (station, trouble) in chosen.iter().zip(troubles) {
            let twice = match trouble {
                Some(Trouble::CopiesDiffer) => true,
                // A second observer would show what the first does not.
                Some(_) => false,
                None => random.u32(0..100) < TWICE,
            };
            let happened = setting.happened(station, &mut random);
            for second in [false, true].into_iter().take(1 + usize::from(twice)) {
                let mut seed = [0; 32];
                random.fill(&mut seed);
                let sent = Sent { phone: Phone::new(seed, &station.key), trouble, second };
                let number = observers.len();
                observers.push(sent);
                let Some(sent) = observers.last_mut() else { continue };
                let pictured = photos > 0;
                let day = setting.day(sent, number, station, &happened, pictured, &mut random)?;
                photos = photos.saturating_sub(day.iter().filter(|delivery| !delivery.0.files.is_empty()).count());
                for (delivery, task) in day {
                    tasks.extend(task);
                    deliveries.push(delivery);
                }
                tasks.extend(setting.absent(sent, station));
            }
        }
        deliveries.retain(|delivery| !delivery.records.is_empty());
        deliveries.sort_by_key(|delivery| delivery.at_ms);
        tasks.sort_by_key(|task| (task.since_ms, task.device));
        let begins_ms = midnight_ms + u64::from(OPENS) * MINUTE_MS;
        let last = deliveries.last().map_or(begins_ms, |delivery| delivery.at_ms);
        let seen = tasks.last().map_or(begins_ms, |task| task.since_ms);
        Ok(Self { observers, deliveries, tasks, left_out, begins_ms, ends_ms: last.max(seen) + 10 * MINUTE_MS })
    }
}

/// Stations from all over the directory.
fn spread(stations: &[Station], most: usize) -> Vec<&Station> {
    let step = stations.len().div_ceil(most.max(1)).max(1);
    stations.iter().step_by(step).take(most).collect()
}

/// Which of the stations has which trouble, each at most one; half of them have none.
fn assign(stations: usize, possible: &[Trouble], each: usize, random: &mut Rng) -> Vec<Option<Trouble>> {
    let mut places: Vec<usize> = (0..stations).collect();
    random.shuffle(&mut places);
    let most = (stations / 2).max(1);
    let wanted = (0..each).flat_map(|_| possible.iter().copied()).take(most);
    let mut troubles = vec![None; stations];
    for (place, trouble) in places.into_iter().zip(wanted) {
        if let Some(slot) = troubles.get_mut(place) {
            *slot = Some(trouble);
        }
    }
    troubles
}

/// Numbers of a station, contest by contest.
struct Happened {
    registered: u32,
    issued: u32,
    numbers: BTreeMap<Option<String>, Numbers>,
}

impl Happened {
    fn of(&self, form: &Form) -> Option<&Numbers> {
        self.numbers.get(&form.contest).or_else(|| self.numbers.values().next())
    }
}

impl<'a> Setting<'a> {
    fn new(pack: &'a Pack, for_: For, midnight_ms: u64) -> Result<Self, RehearsalError> {
        let mut forms = BTreeMap::new();
        let mut watched = BTreeSet::new();
        for form in &pack.forms {
            let compiled =
                CompiledForm::new(form).map_err(|error| RehearsalError::Form(form.id.clone(), Box::new(error)))?;
            forms.insert(form.id.clone(), compiled);
            let carried = form.carried.iter().flatten().filter(|carried| carried.form != form.id);
            watched.extend(carried.map(|carried| (carried.form.clone(), carried.question.clone())));
        }
        let (took_part, known) = (BTreeMap::new(), HashMap::new());
        Ok(Self { pack, forms, watched, for_, midnight_ms, took_part, forgery: None, known })
    }

    fn protocols(&self) -> impl Iterator<Item = (&'a Form, &'a Template)> {
        let forms = self.pack.forms.iter().filter(|form| form.kind == RecordKind::Protocol);
        forms.filter_map(|form| Some((form, form.template.as_ref()?)))
    }

    /// Finds out from relations what the lines of each paper mean, and how one can be filled in wrong.
    fn learn(&mut self, random: &mut Rng) {
        for (form, template) in self.protocols().collect::<Vec<_>>() {
            let contest = form.contest.as_deref().and_then(|contest| self.pack.contest(contest));
            let numbers = Numbers::new(1200, 800, contest, random);
            let Some(compiled) = self.forms.get(&form.id) else { continue };
            let none = TextMap::default();
            let filling = self.filling(compiled, &none, numbers.likely(), CLOSES + 150);
            let means = [TookPart::Valid, TookPart::Cast].map(|took_part| {
                let answers = filling.fill(&given(form, template, &numbers, took_part), random);
                (filling.weight(&answers), took_part, answers)
            });
            let Some((_, took_part, answers)) = means.into_iter().min_by_key(|(weight, ..)| *weight) else { continue };
            let forgery = forgeries(template, &numbers).find(|(line, more)| {
                let mut forged = answers.clone();
                add(&mut forged, line, *more);
                filling.failing(&forged, Severity::Hard) > filling.failing(&answers, Severity::Hard)
            });
            if self.forgery.is_none() {
                self.forgery = forgery.map(|(line, more)| (form.id.clone(), line, more));
            }
            self.took_part.insert(form.id.clone(), took_part);
        }
    }

    fn filling<'f>(
        &'f self,
        form: &'f CompiledForm,
        carried: &'f TextMap<Value>,
        numbers: Vec<i64>,
        minute: u32,
    ) -> Filling<'f> {
        let (languages, date) = (self.pack.languages.as_slice(), self.pack.election_day.as_str());
        let minute = i64::from(minute % (24 * 60));
        Filling { form, languages, carried, watched: &self.watched, numbers, minute, date }
    }

    /// The form whose protocols are doubted: the first with two lines to take for one another.
    fn doubted(&self) -> Option<&'a str> {
        let mut forms = self.protocols().filter(|(_, template)| template.votes().count() > 1);
        forms.next().map(|(form, _)| form.id.as_str())
    }

    /// Whether the pack can show a trouble.
    fn can(&self, trouble: Trouble) -> bool {
        match trouble {
            Trouble::Silent | Trouble::FellSilent | Trouble::Fork => true,
            Trouble::LateFigure => self.pack.turnout.is_some(),
            Trouble::NoProtocol => self.pack.forms.iter().any(|form| form.kind == RecordKind::Protocol),
            Trouble::WrongSum => self.forgery.is_some(),
            Trouble::CopiesDiffer | Trouble::PhotoDiffers => self.doubted().is_some(),
            Trouble::Urgent => self.code(true).is_some(),
        }
    }

    /// A code of the catalogue: an urgent one or one that weighs most, or one that weighs least.
    fn code(&self, urgent: bool) -> Option<&'a str> {
        self.pack.act.as_ref()?;
        let all = self.pack.incidents.iter().flatten();
        let found = if urgent {
            all.max_by_key(|incident| (incident.urgent == Some(true), incident.gravity))
        } else {
            all.min_by_key(|incident| (incident.urgent == Some(true), incident.gravity))
        };
        found.map(|incident| incident.code.as_str())
    }

    fn happened(&self, station: &Station, random: &mut Rng) -> Happened {
        let registered = station.registered.unwrap_or_else(|| random.u32(120..2400)).max(60);
        let issued = Numbers::turnout(registered, random);
        let contests = self.protocols().map(|(form, _)| form.contest.clone()).collect::<BTreeSet<_>>();
        let numbers = contests.into_iter().map(|key| {
            let contest = key.as_deref().and_then(|contest| self.pack.contest(contest));
            let numbers = Numbers::new(registered, issued, contest, random);
            (key, numbers)
        });
        Happened { registered, issued, numbers: numbers.collect() }
    }

    /// When a phone at a station fills in what.
    fn dues(&self, station: &Station) -> Vec<Due<'a>> {
        let held = |form: &&Form| {
            let contest = form.contest.as_deref().and_then(|contest| self.pack.contest(contest));
            let regions = contest.and_then(|contest| contest.regions.as_ref());
            regions.is_none_or(|regions| regions.contains(&station.region))
        };
        let of = |kind: RecordKind| self.pack.forms.iter().filter(held).filter(move |form| form.kind == kind);
        let hours = self.pack.turnout.as_ref().map_or(&[][..], |turnout| turnout.hours.as_slice());
        let closes = hours.last().map_or(CLOSES, |hour| u32::from(hour.at));
        let mut dues = Vec::new();
        let lists = u32::try_from(of(RecordKind::Checklist).count()).unwrap_or(1).max(1);
        for (at, form) in (0..).zip(of(RecordKind::Checklist)) {
            let minute = OPENS + 10 + at * ((closes + 60 - OPENS) / lists);
            dues.push(Due { minute, form, hour: None });
        }
        let told = self.pack.turnout.as_ref().and_then(|turnout| self.pack.form(&turnout.form));
        for hour in hours {
            if let Some(form) = told {
                dues.push(Due { minute: u32::from(hour.at) + 5, form, hour: Some((&hour.key, hour.at)) });
            }
        }
        if told.is_none() {
            // Which of its questions are figures and hours, this pack does not say.
            let hours = [10 * 60, 14 * 60, 18 * 60];
            let forms = of(RecordKind::Turnout);
            dues.extend(forms.flat_map(|form| hours.map(|minute| Due { minute: minute + 5, form, hour: None })));
        }
        for (at, form) in (0..).zip(of(RecordKind::Protocol)) {
            dues.push(Due { minute: closes + 150 + at * 12, form, hour: None });
        }
        dues.sort_by_key(|due| due.minute);
        dues
    }

    fn at(&self, minute: u32, random: &mut Rng) -> u64 {
        self.midnight_ms + u64::from(minute) * MINUTE_MS + random.u64(0..MINUTE_MS)
    }

    /// What a phone sends, and what there is to find in it.
    fn day(
        &mut self,
        sent: &mut Sent,
        number: usize,
        station: &Station,
        happened: &Happened,
        mut pictured: bool,
        random: &mut Rng,
    ) -> Result<Vec<(Delivery, Option<Task>)>, RehearsalError> {
        let (trouble, second) = (sent.trouble, sent.second);
        let mut day = Vec::new();
        let mut chain: Vec<(RecordHash, Record)> = Vec::new();
        let mut late_figure = trouble == Some(Trouble::LateFigure);
        if trouble == Some(Trouble::Silent) {
            return Ok(day);
        }
        let mut dues = self.dues(station);
        if trouble == Some(Trouble::FellSilent) {
            dues.retain(|due| due.minute < 13 * 60);
        }
        if trouble == Some(Trouble::NoProtocol) {
            dues.retain(|due| due.form.kind != RecordKind::Protocol);
        }
        for (step, due) in dues.iter().enumerate() {
            let at_ms = self.at(due.minute, random);
            let mut lag = random.u64(5_000..4 * MINUTE_MS);
            let (answers, shown) = self.answers(due, sent, happened, &chain, random);
            let form = due.form;
            let protocol = form.kind == RecordKind::Protocol;
            let mut sealing = Sealing::new(form.kind, form.id.clone(), answers, at_ms);
            self.finish(&mut sealing, form, &chain, station);
            let mut files = Vec::new();
            if protocol && (pictured || trouble == Some(Trouble::PhotoDiffers)) {
                pictured = false;
                let page = picture(form, &shown, number as u64)?;
                let label = form.template.as_ref().and_then(|template| template.photos.clone());
                sealing.attachments = Some(vec![attachment(&page, label)]);
                files.push(page);
            }
            let mut forked = None;
            if trouble == Some(Trouble::Fork) && step == 1 {
                let mut other = sealing.clone();
                other.at_ms += MINUTE_MS;
                forked = Some(sent.phone.sign(&other, self.for_)?);
            }
            if late_figure && due.hour.is_some() && due.minute >= 12 * 60 {
                lag = 55 * MINUTE_MS;
            }
            let record = sent.phone.record(&sealing, self.for_);
            let bytes = sent.phone.seal(&sealing, self.for_)?;
            let hash = RecordHash::of(&bytes);
            chain.push((hash, record));
            let arrives = at_ms + lag;
            let task = |trouble: Trouble, since_ms: u64| {
                Some(Task { trouble, station: station.key.clone(), device: sent.kid(), record: Some(hash), since_ms })
            };
            let task = match trouble {
                Some(Trouble::LateFigure) if late_figure && due.hour.is_some() && due.minute >= 12 * 60 => {
                    late_figure = false;
                    task(Trouble::LateFigure, self.at(due.minute - 5 + GRACE, random))
                }
                Some(Trouble::WrongSum) if self.forgery.as_ref().is_some_and(|(forged, ..)| *forged == form.id) => {
                    task(Trouble::WrongSum, arrives)
                }
                Some(Trouble::PhotoDiffers) if self.doubted() == Some(form.id.as_str()) => {
                    task(Trouble::PhotoDiffers, arrives)
                }
                Some(Trouble::CopiesDiffer) if second && self.doubted() == Some(form.id.as_str()) => {
                    task(Trouble::CopiesDiffer, arrives)
                }
                _ => None,
            };
            day.push((Delivery { at_ms: arrives, observer: number, records: vec![bytes], files }, task));
            if let Some(bytes) = forked {
                let (hash, at_ms) = (RecordHash::of(&bytes), arrives + 40 * MINUTE_MS);
                let task = Task {
                    trouble: Trouble::Fork,
                    station: station.key.clone(),
                    device: sent.kid(),
                    record: Some(hash),
                    since_ms: at_ms,
                };
                let delivery = Delivery { at_ms, observer: number, records: vec![bytes], files: Vec::new() };
                day.push((delivery, Some(task)));
            }
            let incident = match trouble {
                Some(Trouble::Urgent) if step == 2 || dues.len() < 3 && step == 0 => self.code(true),
                None if step == 1 && number % 6 == 1 => self.code(false),
                _ => None,
            };
            if let Some(code) = incident {
                let delivery = self.report(code, sent, number, station, due.minute + 20, &mut chain, random)?;
                if let Some((delivery, hash)) = delivery {
                    let task = (trouble == Some(Trouble::Urgent)).then(|| Task {
                        trouble: Trouble::Urgent,
                        station: station.key.clone(),
                        device: sent.kid(),
                        record: Some(hash),
                        since_ms: delivery.at_ms,
                    });
                    day.push((delivery, task));
                }
            }
        }
        Ok(day)
    }

    /// What is to be seen of a phone that does not say what is expected.
    fn absent(&self, sent: &Sent, station: &Station) -> Option<Task> {
        let trouble = sent.trouble?;
        let dues = self.dues(station);
        let first = dues.iter().find(|due| due.hour.is_some()).or(dues.first())?;
        let minute = match trouble {
            Trouble::Silent => first.minute + GRACE,
            Trouble::FellSilent => {
                dues.iter().rev().find(|due| due.minute < 13 * 60).map_or(first.minute, |due| due.minute) + QUIET
            }
            Trouble::NoProtocol => {
                dues.iter().find(|due| due.form.kind == RecordKind::Protocol).map(|due| due.minute)? + QUIET
            }
            _ => return None,
        };
        let since_ms = self.midnight_ms + u64::from(minute) * MINUTE_MS;
        Some(Task { trouble, station: station.key.clone(), device: sent.kid(), record: None, since_ms })
    }

    /// Answers to a form that is due, and those of them that the paper shows.
    fn answers(
        &mut self,
        due: &Due<'_>,
        sent: &Sent,
        happened: &Happened,
        chain: &[(RecordHash, Record)],
        random: &mut Rng,
    ) -> (Answers, Answers) {
        let form = due.form;
        let mut answers = Answers::default();
        if let (Some((key, at)), Some(turnout)) = (due.hour, &self.pack.turnout) {
            let come = u32::from(at).saturating_sub(OPENS) * 960 / (CLOSES - OPENS);
            let told = u64::from(happened.issued) * u64::from(come.min(985)) / 1000;
            answers.insert(turnout.hour.clone(), Value::from(key));
            answers.insert(turnout.told.clone(), Value::Int(i64::try_from(told).unwrap_or(0)));
        }
        let took_part = self.took_part.get(&form.id).copied().unwrap_or(TookPart::Valid);
        if let (Some(template), Some(numbers)) = (&form.template, happened.of(form)) {
            answers = given(form, template, numbers, took_part);
        }
        let looking =
            Looking { station: Some(&sent.phone.station), training: true, supersedes: None, answers: &answers };
        let carried = carried::carried(form, looking, chain);
        let Some(compiled) = self.forms.get(&form.id) else { return (answers.clone(), answers) };
        let likely = happened.of(form).map(Numbers::likely).unwrap_or_else(|| vec![i64::from(happened.registered)]);
        let filling = self.filling(compiled, &carried, likely, due.minute);
        let key = (form.id.clone(), due.hour.map(|(_, at)| at));
        let found = filling.refill(self.known.get(&key), &answers, random);
        let weight = filling.weight(&found);
        let (mut typed, mut paper) = (found.clone(), found.clone());
        if let Some(template) = &form.template {
            let votes: Vec<&str> = template.votes().map(|(_, question)| question).take(2).collect();
            let moved = |answers: &mut Answers, number: i64| {
                if let [one, other] = votes.as_slice() {
                    let number = number.min(answers.get(other).and_then(Value::as_int).unwrap_or(0));
                    add(answers, one, number);
                    add(answers, other, -number);
                }
            };
            let doubted = self.doubted() == Some(form.id.as_str());
            match sent.trouble {
                Some(Trouble::WrongSum) => {
                    if let Some((_, line, more)) = self.forgery.as_ref().filter(|(forged, ..)| *forged == form.id) {
                        add(&mut typed, line, *more);
                    }
                }
                Some(Trouble::CopiesDiffer) if sent.second && doubted => moved(&mut typed, 3),
                Some(Trouble::PhotoDiffers) if doubted => moved(&mut typed, 10),
                _ => {}
            }
            // Whoever writes a number writes its words.
            filling.write_words(&mut typed);
            if sent.trouble != Some(Trouble::PhotoDiffers) {
                paper = typed.clone();
            }
        }
        self.known.entry(key).or_insert((found, weight));
        (typed, paper)
    }

    /// Answers as they are sealed, with what the phone finds not to hold.
    fn finish(&self, sealing: &mut Sealing, form: &Form, chain: &[(RecordHash, Record)], station: &Station) {
        let Some(compiled) = self.forms.get(&form.id) else { return };
        let looking =
            Looking { station: Some(&station.key), training: true, supersedes: None, answers: &sealing.answers };
        let carried = carried::carried(form, looking, chain);
        let filling = self.filling(compiled, &carried, Vec::new(), 0);
        (sealing.answers, sealing.checks) = filling.sealed(&sealing.answers);
        sealing.language = self.pack.languages.first().cloned().unwrap_or_default();
    }

    #[expect(clippy::too_many_arguments, reason = "one report; everything it depends on")]
    fn report(
        &self,
        code: &str,
        sent: &mut Sent,
        number: usize,
        station: &Station,
        minute: u32,
        chain: &mut Vec<(RecordHash, Record)>,
        random: &mut Rng,
    ) -> Result<Option<(Delivery, RecordHash)>, RehearsalError> {
        let Ok((id, given)) = incident::begin(self.pack, &[code]) else { return Ok(None) };
        let (Some(form), Some(compiled)) = (self.pack.form(id), self.forms.get(id)) else { return Ok(None) };
        let none = TextMap::default();
        let answers = self.filling(compiled, &none, Vec::new(), minute).fill(&given, random);
        let at_ms = self.at(minute, random);
        let mut sealing = Sealing::new(form.kind, form.id.clone(), answers, at_ms);
        self.finish(&mut sealing, form, chain, station);
        let record = sent.phone.record(&sealing, self.for_);
        let bytes = sent.phone.seal(&sealing, self.for_)?;
        let hash = RecordHash::of(&bytes);
        chain.push((hash, record));
        let at_ms = at_ms + random.u64(5_000..MINUTE_MS);
        Ok(Some((Delivery { at_ms, observer: number, records: vec![bytes], files: Vec::new() }, hash)))
    }
}

impl Sent {
    pub(crate) fn kid(&self) -> Kid {
        kuager_wire::ids::PublicKey::from(self.phone.key()).kid()
    }
}

/// What the paper of a form says, which copy it is, and which annex it names.
fn given(form: &Form, template: &Template, numbers: &Numbers, took_part: TookPart) -> Answers {
    let mut answers = numbers.lines(template, took_part);
    if let (Some(question), Some(copy)) = (&template.copy, template.copies.iter().flatten().next()) {
        answers.insert(question.clone(), Value::Text(copy.key.clone()));
    }
    let parameter = form.parameters.as_ref().and_then(|parameters| match parameters.get("annex") {
        Some(Parameter::Text(annex)) => Some(annex.clone()),
        _ => None,
    });
    let annex = template.annex.clone().or(parameter).filter(|annex| !annex.is_empty());
    if let (Some(question), Some(annex)) = (&template.annex_question, annex) {
        answers.insert(question.clone(), Value::Text(annex));
    }
    // Whatever a pack says of a line, an answer that does not fit its question would be none.
    let fits = |id: &str, value: &Value| form.question(id).is_some_and(|question| question.check(value).is_ok());
    answers.iter().filter(|(id, value)| fits(id, value)).map(|(id, value)| (id.to_owned(), value.clone())).collect()
}

/// Ways in which a sum can be wrong, the plainest first.
fn forgeries<'t>(template: &'t Template, numbers: &Numbers) -> impl Iterator<Item = (String, i64)> + use<'t> {
    let more = i64::from(numbers.invalid) + 17;
    let lines = template.lines.iter();
    let votes = lines.clone().find(|line| line.role == LineRole::Votes).map(|line| (line.question.clone(), 60));
    let took_part =
        lines.clone().find(|line| line.role == LineRole::TookPart).map(|line| (line.question.clone(), more));
    let registered =
        lines.clone().find(|line| line.role == LineRole::Registered).map(|line| (line.question.clone(), -700));
    let issued = lines.clone().find(|line| line.role == LineRole::Issued).map(|line| (line.question.clone(), -200));
    [took_part, votes, issued, registered].into_iter().flatten()
}

/// A photo of the paper with these numbers.
fn picture(form: &Form, answers: &Answers, seed: u64) -> Result<Vec<u8>, RehearsalError> {
    let template = form.template.as_ref();
    let lines: Vec<(String, String)> = template
        .into_iter()
        .flat_map(|template| &template.lines)
        .filter_map(|line| {
            let number = answers.get(&line.question)?.as_int()?;
            // A line that is repeated for the ballot says nothing of which option it is.
            let printed = form.question(&line.question).filter(|_| line.role != LineRole::Votes);
            let printed = printed.and_then(|question| question.line.clone());
            Some((printed.unwrap_or_else(|| line.question.clone()), number.to_string()))
        })
        .collect();
    paper::draw(&lines, seed, paper::Size::Small).map_err(|error| RehearsalError::Paper(error.to_string()))
}

fn attachment(page: &[u8], label: Option<String>) -> Attachment {
    Attachment {
        hash: MediaHash::of(page),
        size: page.len() as u64,
        mime: "image/jpeg".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: Some(MediaSource::Captured),
        claims: None,
        label: Some(label.unwrap_or_else(|| "page 1".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use kuager_pack::testing::{KAZAKHSTAN, folder};
    use kuager_pack::{Built, PackSource, compile};
    use kuager_wire::cose::Envelope;
    use kuager_wire::ids::{DeploymentId, PackHash};
    use kuager_wire::limits;

    use super::*;

    const WISH: Wish = Wish { stations: 30, each: 1, seed: 5 };
    const FOR: For = For { deployment: DeploymentId([1; 32]), pack: PackHash([2; 32]), training: true };

    fn packs() -> [(&'static str, Built); 3] {
        [
            ("built in", PackSource::BuiltIn),
            (KAZAKHSTAN, PackSource::Folder(folder(KAZAKHSTAN))),
            ("example-en-fr", PackSource::Folder(folder("example-en-fr"))),
        ]
        .map(|(name, source)| (name, compile(&source).expect("is sound")))
    }

    fn night(built: &Built, wish: Wish) -> Night {
        let stations: Vec<Station> = built.stations().cloned().collect();
        Night::new(&built.pack, &stations, wish, FOR, 1_000_000_000_000).expect("a day")
    }

    /// The records of each observer, in the order of their chains; of a fork the first.
    fn chains(night: &Night) -> Vec<Vec<(RecordHash, Record)>> {
        let mut chains = vec![Vec::new(); night.observers.len()];
        for delivery in &night.deliveries {
            for bytes in &delivery.records {
                let record: Record =
                    Envelope::parse(bytes, limits::RECORD).expect("was signed").statement().expect("is a record");
                chains[delivery.observer].push((RecordHash::of(bytes), record));
            }
        }
        for chain in &mut chains {
            chain.sort_by_key(|(_, record)| record.seq);
            chain.dedup_by_key(|(_, record)| record.seq);
        }
        chains
    }

    #[test]
    fn whatever_the_pack_honest_phones_are_accused_of_nothing_and_forged_sums_do_not_hold() {
        for (name, built) in packs() {
            let night = night(&built, WISH);
            assert!(night.deliveries.is_sorted_by_key(|delivery| delivery.at_ms));
            let mut forged = 0;
            for (sent, chain) in night.observers.iter().zip(chains(&night)) {
                for (at, (hash, record)) in chain.iter().enumerate() {
                    assert_eq!(record.training, Some(true));
                    let form = built.pack.form(&record.form.as_ref().expect("answers one").form).expect("is there");
                    let answers = record.body.answers.clone().expect("has some");
                    let judge = CompiledForm::new(form).expect("opens");
                    let looking = Looking {
                        station: record.station.as_deref(),
                        training: true,
                        supersedes: None,
                        answers: &answers,
                    };
                    let carried = carried::carried(form, looking, &chain[..at]);
                    kuager_forms::check(form, &answers).unwrap_or_else(|error| panic!("{name}, {}: {error}", form.id));
                    let failures = judge.failures(&answers, &carried);
                    let hard = failures.fail.iter().filter(|failure| {
                        judge.relation(failure.relation).expect("is there").severity == Severity::Hard
                    });
                    let hard = hard.count();
                    let planted =
                        night.tasks.iter().any(|task| task.trouble == Trouble::WrongSum && task.record == Some(*hash));
                    assert_eq!(hard > 0, planted, "{name}, {}, {:?}: {failures:?}", form.id, sent.trouble);
                    if !planted {
                        let ids: Vec<_> =
                            failures.fail.iter().map(|failure| &judge.relation(failure.relation).unwrap().id).collect();
                        assert!(ids.is_empty(), "{name}, {}, {:?}: {ids:?} {answers:?}", form.id, sent.trouble);
                    }
                    forged += usize::from(planted);
                }
            }
            assert!(forged > 0 || night.left_out.contains(&Trouble::WrongSum), "{name}");
            for trouble in Trouble::ALL {
                let planted = night.tasks.iter().filter(|task| task.trouble == trouble).count();
                if night.left_out.contains(&trouble) {
                    assert_eq!(planted, 0, "{name}: {trouble:?}");
                } else if built.stations().count() >= 2 * Trouble::ALL.len() {
                    assert!(planted > 0, "{name}: {trouble:?}");
                }
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_night_and_another_another() {
        let [(_, built), ..] = packs();
        let bytes = |seed| {
            let night = night(&built, Wish { seed, ..WISH });
            night
                .deliveries
                .into_iter()
                .map(|delivery| (delivery.at_ms, delivery.records, delivery.files))
                .collect::<Vec<_>>()
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }
}
