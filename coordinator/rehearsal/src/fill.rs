//! Answers to a form of any pack: the phone's own engine says what is asked and what does not add up, and answers are tried until
//! as much as can be is answered and everything holds.
//!
//! Nothing here knows a question. What has a meaning in every pack (lines of a paper, hours of turnout, codes of incidents) is given
//! by the caller; the rest is guessed within what its question takes. Answers that other forms look back at are guessed only when
//! they are required: whatever they were, later forms would be measured by them.

use std::collections::BTreeSet;

use fastrand::Rng;
use kuager_forms::words::{self, Language};
use kuager_forms::{CompiledForm, Path, ReminderKind, Standing, places};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Question, QuestionKind, YES_NO};
use kuager_wire::protocol::Severity;
use kuager_wire::record::{Answers, Check, Value};

/// Times the form is asked what else it asks.
const ROUNDS: usize = 8;
/// Changes that are tried until everything holds.
const TRIALS: usize = 300;
/// Values tried for one question.
const VALUES: usize = 12;

/// A form, and where its answers go.
pub(crate) struct Filling<'a> {
    pub(crate) form: &'a CompiledForm,
    pub(crate) languages: &'a [String],
    /// What the phone's earlier records say of what the form looks back at.
    pub(crate) carried: &'a TextMap<Value>,
    /// Questions that other forms look back at.
    pub(crate) watched: &'a BTreeSet<(String, String)>,
    /// Numbers that are likely at the station.
    pub(crate) numbers: Vec<i64>,
    /// When it is filled in, minutes after midnight.
    pub(crate) minute: i64,
    /// The day.
    pub(crate) date: &'a str,
}

impl Filling<'_> {
    /// Answers, among them those that are given.
    pub(crate) fn fill(&self, given: &Answers, random: &mut Rng) -> Answers {
        let mut answers = self.form.defaults(self.carried);
        for (id, value) in given.iter() {
            answers.insert(id.to_owned(), value.clone());
        }
        let mut seen: BTreeSet<Path> = BTreeSet::new();
        for _ in 0..ROUNDS {
            let open = self.open(&answers, &mut seen);
            if open.is_empty() {
                break;
            }
            for (path, question, offered, required) in open {
                let before = self.weight(&answers);
                let mut values = self.guesses(&question, &offered, required, &answers, random);
                values.truncate(VALUES);
                for value in values {
                    let mut tried = answers.clone();
                    let fits = places::set(self.form.form(), &mut tried, &path, Some(value)).is_ok();
                    // What was required and is answered makes it lighter.
                    if fits && self.weight(&tried) <= before {
                        answers = tried;
                        break;
                    }
                }
            }
        }
        self.mend(&mut answers, given);
        answers
    }

    /// As [`Filling::fill`], from answers that fitted somewhere else: only when something does not hold they are made anew.
    pub(crate) fn refill(&self, known: Option<&(Answers, usize)>, given: &Answers, random: &mut Rng) -> Answers {
        if let Some((known, weight)) = known {
            let mut answers = known.clone();
            for (id, value) in given.iter() {
                answers.insert(id.to_owned(), value.clone());
            }
            self.write_words(&mut answers);
            if self.weight(&answers) <= *weight {
                return answers;
            }
        }
        self.fill(given, random)
    }

    /// Answers as a phone seals them, and the relations it would seal with them.
    pub(crate) fn sealed(&self, answers: &Answers) -> (Answers, Option<Vec<Check>>) {
        let checks = self.form.state(answers, self.carried, "", self.languages).checks();
        (self.form.sealed(answers, self.carried), (!checks.is_empty()).then_some(checks))
    }

    /// Relations of a severity that fail.
    pub(crate) fn failing(&self, answers: &Answers, severity: Severity) -> usize {
        let state = self.form.state(answers, self.carried, "", self.languages);
        let fails = |relation: &&kuager_forms::RelationState<'_>| {
            relation.severity == severity && relation.standing == Standing::Fails
        };
        state.relations.iter().filter(fails).count()
    }

    /// How much is wrong with answers: 0 for those of a form that is complete and in which everything holds.
    pub(crate) fn weight(&self, answers: &Answers) -> usize {
        let state = self.form.state(answers, self.carried, "", self.languages);
        let fails = state.relations.iter().filter(|relation| relation.standing == Standing::Fails);
        let fails = fails.map(|relation| match relation.severity {
            Severity::Hard => 100,
            Severity::Soft => 20,
            Severity::Statistical => 5,
        });
        let wrong = |kind: ReminderKind<'_>| !matches!(kind, ReminderKind::TooFew(_));
        let reminders = state.reminders.iter().filter(|reminder| wrong(reminder.kind)).count();
        let missing = state.missing.iter().filter(|path| !self.is_file(path)).count();
        fails.sum::<usize>() + state.incidents.len() * 10 + reminders * 10 + missing
    }

    fn is_file(&self, path: &Path) -> bool {
        self.form.form().question(&path.question).is_some_and(|question| question.kind == QuestionKind::Attachment)
    }

    /// What is asked and not answered yet, outside of entries that may be there any number of times.
    fn open(&self, answers: &Answers, seen: &mut BTreeSet<Path>) -> Vec<(Path, Question, Vec<String>, bool)> {
        let state = self.form.state(answers, self.carried, "", self.languages);
        let id = &self.form.form().id;
        let mut open = Vec::new();
        for asked in &state.asked {
            let question = asked.question;
            let watched = self.watched.contains(&(id.clone(), question.id.clone())) && !asked.required;
            let plain = !matches!(
                question.kind,
                QuestionKind::Group
                    | QuestionKind::Note
                    | QuestionKind::Calculate
                    | QuestionKind::Attachment
                    | QuestionKind::Location
            );
            if !plain
                || watched
                || asked.value.is_some()
                || asked.path.group.is_some()
                || !seen.insert(asked.path.clone())
            {
                continue;
            }
            let offered = asked.choices.iter().flatten().map(|choice| choice.key.clone()).collect();
            open.push((asked.path.clone(), question.clone(), offered, asked.required));
        }
        open
    }

    /// Values a question may take, the likeliest first; none for what people leave out.
    fn guesses(
        &self,
        question: &Question,
        offered: &[String],
        required: bool,
        answers: &Answers,
        random: &mut Rng,
    ) -> Vec<Value> {
        let text = |key: &str| Value::Text(key.to_owned());
        match question.kind {
            QuestionKind::YesNo => YES_NO.iter().map(|key| text(key)).collect(),
            QuestionKind::Choice => offered.iter().map(|key| text(key)).collect(),
            QuestionKind::Choices if required => offered.iter().map(|key| Value::List(vec![text(key)])).collect(),
            QuestionKind::Integer | QuestionKind::Decimal => self.numbers_for(question, random),
            QuestionKind::Time => {
                [self.minute, 7 * 60, 8 * 60, 12 * 60, 20 * 60 + 10, 22 * 60].map(Value::Int).to_vec()
            }
            QuestionKind::Date => vec![text(self.date)],
            QuestionKind::Text if required => vec![text("rehearsal")],
            QuestionKind::Words => self.words_for(question, answers).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn numbers_for(&self, question: &Question, random: &mut Rng) -> Vec<Value> {
        let (least, most) = (question.min.unwrap_or(0), question.max.unwrap_or(i64::from(u32::MAX)));
        let some = [least.saturating_add(random.i64(1..4)), least, 7, 1, 0];
        let all = some.into_iter().chain(self.numbers.iter().copied());
        all.filter(|number| (least..=most).contains(number)).map(Value::Int).collect()
    }

    /// The number that a question is the words of, in words.
    fn words_for(&self, question: &Question, answers: &Answers) -> Option<Value> {
        let number = answers.get(question.of.as_deref()?)?.as_int()?;
        let asked = question.language.as_deref().and_then(Language::from_tag);
        let own = || self.languages.iter().find_map(|language| Language::from_tag(language));
        Some(Value::Text(words::write(number, asked.or_else(own)?)?))
    }

    /// Numbers in words are those of the numbers as they are now.
    pub(crate) fn write_words(&self, answers: &mut Answers) {
        for question in self.form.form().questions.iter().filter(|question| question.kind == QuestionKind::Words) {
            if answers.get(&question.id).is_some()
                && let Some(words) = self.words_for(question, answers)
            {
                answers.insert(question.id.clone(), words);
            }
        }
    }

    /// Changes what was guessed until everything holds; what nothing makes hold is left out, which nobody is accused by.
    fn mend(&self, answers: &mut Answers, given: &Answers) {
        let mut weight = self.weight(answers);
        let mut trials = 0;
        while weight > 0 && trials < TRIALS {
            let guessed: Vec<Question> = self
                .form
                .form()
                .questions
                .iter()
                .filter(|question| answers.get(&question.id).is_some() && given.get(&question.id).is_none())
                .cloned()
                .collect();
            let mut best: Option<(usize, Answers)> = None;
            for question in guessed {
                for value in self.others(&question) {
                    trials += 1;
                    let mut tried = answers.clone();
                    match value {
                        Some(value) if question.check(&value).is_ok() => drop(tried.insert(question.id.clone(), value)),
                        Some(_) => continue,
                        None => drop(tried.remove(&question.id)),
                    }
                    self.write_words(&mut tried);
                    let weight = self.weight(&tried);
                    if best.as_ref().is_none_or(|(before, _)| weight < *before) {
                        best = Some((weight, tried));
                    }
                    if weight == 0 || trials >= TRIALS {
                        break;
                    }
                }
                if trials >= TRIALS {
                    break;
                }
            }
            match best {
                Some((lighter, better)) if lighter < weight => (weight, *answers) = (lighter, better),
                _ => break,
            }
        }
    }

    /// What else a question may be answered with, and at last nothing.
    fn others(&self, question: &Question) -> Vec<Option<Value>> {
        let values = match question.kind {
            QuestionKind::YesNo => YES_NO.iter().map(|key| Value::from(*key)).collect(),
            QuestionKind::Choice => {
                question.choices.iter().flatten().map(|choice| Value::Text(choice.key.clone())).take(VALUES).collect()
            }
            QuestionKind::Integer | QuestionKind::Decimal => {
                self.numbers.iter().copied().take(VALUES).map(Value::Int).collect()
            }
            QuestionKind::Time => [7 * 60, 20 * 60 + 10, 22 * 60].map(Value::Int).to_vec(),
            _ => Vec::new(),
        };
        values.into_iter().map(Some).chain([None]).collect()
    }
}
