//! Relations: what must add up between the questions of a form, once or for each line of the ballot.

use kuager_forms::expression::ExpressionPlace;
use kuager_wire::form::{Form, QuestionKind, Texts};
use kuager_wire::pack::{Contest, Pack};
use kuager_wire::protocol::{Relation, Severity};

use super::expressions::Offsets;
use super::names::check_incident;
use super::reader::Reader;
use crate::finding::Problem;
use crate::table::{Found, Table};

pub(super) fn read_relations(
    reader: &Reader<'_>,
    table: &mut Table<'_>,
    pack: &Pack,
    form: &Form,
    contest: Option<&Contest>,
    offsets: &mut Offsets,
) -> Option<Vec<Relation>> {
    let mut relations: Vec<Relation> = Vec::new();
    for entry in table.tables("relation") {
        let file = entry.file;
        let (at, each, found) = read_relation(reader, entry, pack);
        let names = match each.as_ref().map(|each| each.value.as_str()) {
            None => vec![None],
            Some("words") => {
                let all = form.every_question();
                let words = all.iter().filter(|question| question.kind == QuestionKind::Words);
                words.filter_map(|question| question.of.clone()).map(Some).collect()
            }
            Some("option") => {
                let options = contest.into_iter().flat_map(|contest| &contest.options);
                let against_all = contest.and_then(|contest| contest.against_all.as_ref());
                options.map(|option| option.key.clone()).filter(|key| Some(key) != against_all).map(Some).collect()
            }
            Some(other) => {
                let at = each.as_ref().map_or(entry_at(&at), |each| each.at);
                file.error(at, Problem::unknown("repetition", other, ["words", "option"]));
                Vec::new()
            }
        };
        for name in names {
            let relation = found.named(name.as_deref());
            for (field, offset) in &at {
                let field = field.as_str();
                let owner = match field {
                    "holds" => ExpressionPlace::Relation { id: &relation.id, field: "holds" },
                    "when" => ExpressionPlace::Relation { id: &relation.id, field: "when" },
                    language => ExpressionPlace::Message { id: &relation.id, language },
                };
                offsets.insert(owner.to_string(), *offset);
            }
            if relations.iter().any(|other| other.id == relation.id) {
                file.error(entry_at(&at), Problem::Twice { what: "relation", name: relation.id.clone() });
            }
            relations.push(relation);
        }
    }
    (!relations.is_empty()).then_some(relations)
}

/// Where the expressions of a relation begin, by field.
type RelationOffsets = Vec<(String, usize)>;

fn entry_at(offsets: &RelationOffsets) -> usize {
    offsets.first().map_or(0, |(_, at)| *at)
}

/// The word that stands for one question or one line of the ballot in a relation that is repeated for each.
const EACH: &str = "EACH";

/// A relation as written, before it is repeated.
struct Written(Relation);

impl Written {
    /// With a name instead of [`EACH`], which also tells the copies apart.
    fn named(&self, name: Option<&str>) -> Relation {
        let Some(name) = name else { return self.0.clone() };
        let put = |text: &str| text.replace(EACH, name);
        Relation {
            id: format!("{}.{name}", self.0.id),
            holds: put(&self.0.holds),
            when: self.0.when.as_deref().map(put),
            message: self.0.message.iter().map(|(language, text)| (language, put(text))).collect(),
            ..self.0.clone()
        }
    }
}

fn read_relation(
    reader: &Reader<'_>,
    mut entry: Table<'_>,
    pack: &Pack,
) -> (RelationOffsets, Option<Found<String>>, Written) {
    let id = entry.need_text("id");
    let each = entry.text("for_each");
    let severity = entry.need_text("severity");
    let found = Severity::from_name(&severity.value);
    if found.is_none() && !severity.value.is_empty() {
        let problem =
            Problem::unknown("severity", &severity.value, Severity::ALL.iter().map(|severity| severity.name()));
        entry.file.error(severity.at, problem);
    }
    let mut offsets = RelationOffsets::new();
    let mut expression = |entry: &mut Table<'_>, field: &str| {
        let found = entry.expression(field)?;
        offsets.push((field.to_owned(), found.at));
        Some(found.value)
    };
    let holds = expression(&mut entry, "holds");
    let when = expression(&mut entry, "when");
    if holds.is_none() {
        entry.error(Problem::Missing("holds".to_owned()));
    }
    let mut message = Texts::default();
    for language in &reader.languages {
        match expression(&mut entry, language) {
            Some(text) => {
                message.insert(language.clone(), text);
            }
            None => entry.error(Problem::MissingLanguage(language.clone())),
        }
    }
    let incident = entry.text("incident");
    if let Some(code) = &incident {
        check_incident(entry.file, code, pack);
    }
    let relation = Relation {
        id: id.value,
        severity: found.unwrap_or(Severity::Soft),
        holds: holds.unwrap_or_else(|| "true".to_owned()),
        message,
        incident: incident.map(|found| found.value),
        law: entry.text("law").map(|found| found.value),
        when,
    };
    entry.finish();
    (offsets, each, Written(relation))
}
