//! What changed between two packs, in words a coordinator can read out to observers.

use std::collections::BTreeMap;
use std::fmt::Debug;

use kuager_wire::form::{Choice, Form, Question, Texts};
use kuager_wire::pack::{Incident, Pack, Station};
use kuager_wire::protocol::Relation;

use crate::built::Built;

/// Stations named one by one; more are counted by region.
const NAMED: usize = 12;

/// What changed from one pack to another, a sentence each; nothing when they say the same.
#[must_use]
pub fn diff(old: &Built, new: &Built) -> Vec<String> {
    let mut words = Words::default();
    words.pack(&old.pack, &new.pack);
    words.contests(&old.pack, &new.pack);
    words.forms(&old.pack, &new.pack);
    words.incidents(&old.pack, &new.pack);
    words.exit_poll(&old.pack, &new.pack);
    words.stations(old, new);
    words.lines
}

#[derive(Default)]
struct Words {
    lines: Vec<String>,
}

/// Both sides of a list by key: only in the old, only in the new, in both.
struct Sides<'a, T> {
    removed: Vec<&'a T>,
    added: Vec<&'a T>,
    kept: Vec<(&'a T, &'a T)>,
}

fn sides<'a, T>(old: &'a [T], new: &'a [T], key: impl Fn(&T) -> &str) -> Sides<'a, T> {
    let index = |items: &'a [T]| items.iter().map(|item| (key(item).to_owned(), item)).collect::<BTreeMap<_, _>>();
    let (olds, news) = (index(old), index(new));
    Sides {
        removed: old.iter().filter(|item| !news.contains_key(key(item))).collect(),
        added: new.iter().filter(|item| !olds.contains_key(key(item))).collect(),
        kept: old.iter().filter_map(|item| Some((item, *news.get(key(item))?))).collect(),
    }
}

fn first(texts: &Texts) -> &str {
    texts.iter().next().map_or("", |(_, text)| text)
}

fn shown(value: &Option<impl ToString>) -> String {
    value.as_ref().map_or_else(|| "nothing".to_owned(), |value| format!("`{}`", value.to_string()))
}

impl Words {
    fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn changed(
        &mut self,
        what: &str,
        old: &Option<impl ToString + PartialEq>,
        new: &Option<impl ToString + PartialEq>,
    ) {
        let (before, after) = (shown(old), shown(new));
        if before != after {
            self.say(format!("{what}: {before} became {after}"));
        }
    }

    fn texts(&mut self, what: &str, old: &Texts, new: &Texts) {
        for (language, text) in new.iter() {
            match old.get(language) {
                Some(before) if before == text => {}
                Some(before) => self.say(format!("{what} ({language}): \"{before}\" became \"{text}\"")),
                None => self.say(format!("{what} ({language}): \"{text}\" was added")),
            }
        }
        for (language, _) in old.iter().filter(|(language, _)| new.get(language).is_none()) {
            self.say(format!("{what} ({language}): was removed"));
        }
    }

    fn pack(&mut self, old: &Pack, new: &Pack) {
        self.changed("id", &Some(&old.id), &Some(&new.id));
        self.changed("election day", &Some(&old.election_day), &Some(&new.election_day));
        self.changed("languages", &Some(old.languages.join(", ")), &Some(new.languages.join(", ")));
        self.changed("law", &Some(&old.law), &Some(&new.law));
        self.changed("largest file in bytes", &old.media_limit, &new.media_limit);
        self.changed("minutes ahead of UTC", &old.utc_offset, &new.utc_offset);
        self.texts("title", &old.title, &new.title);
        for note in new.notes.iter().filter(|note| !old.notes.contains(note)) {
            self.say(format!("note added: {note}"));
        }
        for note in old.notes.iter().filter(|note| !new.notes.contains(note)) {
            self.say(format!("note removed: {note}"));
        }
        self.other("regions", &old.regions, &new.regions);
        self.other("parties", &old.parties, &new.parties);
        self.other("candidates", &old.candidates, &new.candidates);
        self.other("glossary", &old.glossary, &new.glossary);
        self.other("hours of turnout", &old.turnout, &new.turnout);
        self.other("words of the act", &old.act, &new.act);
        self.other("groups of incidents", &old.incident_groups, &new.incident_groups);
    }

    /// Lists whose details nobody fills in.
    fn other<T: PartialEq + Debug>(&mut self, what: &str, old: &Option<T>, new: &Option<T>) {
        match (old, new) {
            (None, Some(_)) => self.say(format!("{what}: added")),
            (Some(_), None) => self.say(format!("{what}: removed")),
            (Some(old), Some(new)) if old != new => self.say(format!("{what}: changed")),
            _ => {}
        }
    }

    fn contests(&mut self, old: &Pack, new: &Pack) {
        let contests = sides(&old.contests, &new.contests, |contest| &contest.key);
        for contest in contests.removed {
            self.say(format!("contest {} ({}) was removed", contest.key, first(&contest.title)));
        }
        for contest in contests.added {
            self.say(format!("contest {} ({}) was added", contest.key, first(&contest.title)));
        }
        for (old, new) in contests.kept {
            let what = format!("contest {}", new.key);
            self.texts(&format!("{what}, title"), &old.title, &new.title);
            self.choices(&what, "line of the ballot", &old.options, &new.options);
            self.changed(&format!("{what}, against all"), &old.against_all, &new.against_all);
            self.changed(&format!("{what}, law"), &old.law, &new.law);
        }
    }

    fn choices(&mut self, what: &str, name: &str, old: &[Choice], new: &[Choice]) {
        let choices = sides(old, new, |choice| &choice.key);
        for choice in &choices.removed {
            self.say(format!("{what}: {name} {} ({}) was removed", choice.key, first(&choice.text)));
        }
        for choice in &choices.added {
            self.say(format!("{what}: {name} {} ({}) was added", choice.key, first(&choice.text)));
        }
        for (old, new) in &choices.kept {
            self.texts(&format!("{what}, {name} {}", new.key), &old.text, &new.text);
        }
        let order = |choices: &[Choice], other: &[Choice]| {
            let shared = choices.iter().filter(|choice| other.iter().any(|held| held.key == choice.key));
            shared.map(|choice| choice.key.clone()).collect::<Vec<_>>()
        };
        if order(old, new) != order(new, old) {
            self.say(format!("{what}: the order of its entries changed"));
        }
    }

    fn forms(&mut self, old: &Pack, new: &Pack) {
        let forms = sides(&old.forms, &new.forms, |form| &form.id);
        for form in forms.removed {
            self.say(format!("form {} ({}) was removed", form.id, first(&form.title)));
        }
        for form in forms.added {
            let count = form.every_question().len();
            self.say(format!("form {} ({}, {count} questions) was added", form.id, first(&form.title)));
        }
        for (old, new) in forms.kept {
            self.form(old, new);
        }
    }

    fn form(&mut self, old: &Form, new: &Form) {
        let form = format!("form {}", new.id);
        self.texts(&format!("{form}, title"), &old.title, &new.title);
        self.changed(&format!("{form}, contest"), &old.contest, &new.contest);
        self.other(&format!("{form}, parameters"), &old.parameters, &new.parameters);
        self.other(&format!("{form}, the paper it is read from"), &old.template, &new.template);
        let flat = |form: &Form| form.every_question().into_iter().cloned().collect::<Vec<Question>>();
        let (olds, news) = (flat(old), flat(new));
        let questions = sides(&olds, &news, |question| &question.id);
        for question in &questions.removed {
            self.say(format!("{form}: question {} ({}) was removed", question.id, first(&question.text)));
        }
        for question in &questions.added {
            self.say(format!("{form}: question {} ({}) was added", question.id, first(&question.text)));
        }
        for (old, new) in &questions.kept {
            self.question(&format!("{form}, question {}", new.id), old, new);
        }
        let order = |kept: &[Question], other: &[Question]| {
            let shared = kept.iter().filter(|question| other.iter().any(|held| held.id == question.id));
            shared.map(|question| question.id.clone()).collect::<Vec<_>>()
        };
        let (before, after) = (order(&olds, &news), order(&news, &olds));
        if let Some(moved) = before.iter().zip(&after).find(|(before, after)| before != after) {
            self.say(format!("{form}: the order of questions changed, from {} on", moved.1));
        }
        let relations = |form: &Form| form.relations.clone().unwrap_or_default();
        let (olds, news) = (relations(old), relations(new));
        let relations = sides(&olds, &news, |relation: &Relation| &relation.id);
        for relation in relations.removed {
            self.say(format!("{form}: relation {} was removed", relation.id));
        }
        for relation in relations.added {
            self.say(format!("{form}: relation {} was added: {}", relation.id, relation.holds));
        }
        for (old, new) in relations.kept {
            let what = format!("{form}, relation {}", new.id);
            self.changed(&what, &Some(&old.holds), &Some(&new.holds));
            self.changed(&format!("{what}, when"), &old.when, &new.when);
            self.changed(&format!("{what}, severity"), &Some(old.severity.name()), &Some(new.severity.name()));
            self.texts(&format!("{what}, message"), &old.message, &new.message);
        }
    }

    fn question(&mut self, what: &str, old: &Question, new: &Question) {
        self.changed(&format!("{what}, kind"), &Some(old.kind.name()), &Some(new.kind.name()));
        self.texts(what, &old.text, &new.text);
        let empty = Texts::default();
        let hints = (old.hint.as_ref().unwrap_or(&empty), new.hint.as_ref().unwrap_or(&empty));
        self.texts(&format!("{what}, hint"), hints.0, hints.1);
        if old.required != new.required {
            let now = if new.required == Some(true) { "is required now" } else { "is not required any more" };
            self.say(format!("{what}: {now}"));
        }
        let expressions = [
            ("asked when", &old.relevant, &new.relevant),
            ("constraint", &old.constraint, &new.constraint),
            ("required when", &old.required_if, &new.required_if),
            ("begins with", &old.default, &new.default),
            ("formula", &old.calculate, &new.calculate),
            ("choices offered when", &old.choice_filter, &new.choice_filter),
            ("opens incidents when", &old.opens_when, &new.opens_when),
            ("law", &old.law, &new.law),
        ];
        for (name, old, new) in expressions {
            self.changed(&format!("{what}, {name}"), old, new);
        }
        self.changed(&format!("{what}, smallest"), &old.min, &new.min);
        self.changed(&format!("{what}, largest"), &old.max, &new.max);
        let opens = |question: &Question| question.opens.as_ref().map(|codes| codes.join(", "));
        self.changed(&format!("{what}, opens incidents"), &opens(old), &opens(new));
        let choices = |question: &Question| question.choices.clone().unwrap_or_default();
        self.choices(what, "choice", &choices(old), &choices(new));
    }

    fn incidents(&mut self, old: &Pack, new: &Pack) {
        let list = |pack: &Pack| pack.incidents.clone().unwrap_or_default();
        let (olds, news) = (list(old), list(new));
        let incidents = sides(&olds, &news, |incident: &Incident| &incident.code);
        for incident in incidents.removed {
            self.say(format!("incident {} ({}) was removed", incident.code, first(&incident.title)));
        }
        for incident in incidents.added {
            self.say(format!("incident {} ({}) was added", incident.code, first(&incident.title)));
        }
        for (old, new) in incidents.kept {
            let what = format!("incident {}", new.code);
            self.texts(&what, &old.title, &new.title);
            let gravity = |incident: &Incident| Some(format!("{:?}", incident.gravity).to_lowercase());
            self.changed(&format!("{what}, gravity"), &gravity(old), &gravity(new));
            self.changed(&format!("{what}, law"), &old.law, &new.law);
        }
    }

    fn exit_poll(&mut self, old: &Pack, new: &Pack) {
        match (&old.exit_poll, &new.exit_poll) {
            (None, Some(_)) => self.say("exit poll: added"),
            (Some(_), None) => self.say("exit poll: removed"),
            (Some(old), Some(new)) if old != new => {
                match (&old.legal, &new.legal) {
                    (None, Some(legal)) => {
                        self.say(format!(
                            "exit poll: is on now, held by {} on notice {}",
                            legal.organisation, legal.notice
                        ));
                    }
                    (Some(_), None) => self.say("exit poll: is off now"),
                    _ => {}
                }
                self.changed("exit poll, interval", &Some(old.interval), &Some(new.interval));
                if old.waves != new.waves {
                    self.say("exit poll: the waves changed");
                }
                if old.dispositions != new.dispositions {
                    self.say("exit poll: the ways asking can end changed");
                }
            }
            _ => {}
        }
    }

    fn stations(&mut self, old: &Built, new: &Built) {
        let list = |built: &Built| built.stations().cloned().collect::<Vec<Station>>();
        let (olds, news) = (list(old), list(new));
        let stations = sides(&olds, &news, |station: &Station| &station.key);
        self.counted("removed", &stations.removed);
        self.counted("added", &stations.added);
        let changed: Vec<_> = stations.kept.iter().filter(|(old, new)| old != new).collect();
        if changed.len() > NAMED {
            self.counted("changed", &changed.iter().map(|(_, new)| *new).collect::<Vec<_>>());
            return;
        }
        for (old, new) in changed {
            let what = format!("station {}", new.key);
            self.texts(&what, &old.name, &new.name);
            let empty = Texts::default();
            let addresses = (old.address.as_ref().unwrap_or(&empty), new.address.as_ref().unwrap_or(&empty));
            self.texts(&format!("{what}, address"), addresses.0, addresses.1);
            self.changed(&format!("{what}, registered voters"), &old.registered, &new.registered);
            self.changed(&format!("{what}, kind"), &old.kind, &new.kind);
        }
    }

    fn counted(&mut self, how: &str, stations: &[&Station]) {
        if stations.len() <= NAMED {
            for station in stations {
                self.say(format!("station {} ({}) was {how}", station.key, first(&station.name)));
            }
            return;
        }
        let mut regions: BTreeMap<&str, usize> = BTreeMap::new();
        for station in stations {
            *regions.entry(&station.region).or_default() += 1;
        }
        let list: Vec<String> = regions.iter().map(|(region, count)| format!("{count} in {region}")).collect();
        self.say(format!("{} stations were {how}: {}", stations.len(), list.join(", ")));
    }
}
