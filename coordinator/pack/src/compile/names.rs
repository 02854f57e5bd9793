//! Names: what may be one, and whether one that is used has been defined.

use kuager_forms::expression::is_name;
use kuager_wire::pack::Pack;

use crate::finding::Problem;
use crate::table::{File, Found, Table};

/// Whether something can name a question or a parameter; complains when it cannot.
pub(super) fn check_name(file: File<'_>, name: &str, at: usize) -> bool {
    let fits = is_name(name);
    if !fits {
        let problem = format!(
            "`{name}` cannot be a name: use letters, digits and _ (and . or - between them), beginning with a letter, \
             and none of the words and, or, not, true, false, this"
        );
        file.error(at, Problem::Unfit(problem));
    }
    fits
}

/// The field `form`, which must name a form of the pack.
pub(super) fn form_named(table: &mut Table<'_>, pack: &Pack) -> String {
    let named = table.need_text("form");
    if !named.value.is_empty() && pack.form(&named.value).is_none() {
        let known = pack.forms.iter().map(|form| form.id.as_str());
        table.file.error(named.at, Problem::unknown("form", &named.value, known));
    }
    named.value
}

/// A field that must name a question of a form.
pub(super) fn question_named(table: &mut Table<'_>, field: &str, form: &str, pack: &Pack) -> String {
    let named = table.need_text(field);
    check_question(table.file, &named, form, pack);
    named.value
}

/// Complains about a name that is no question of the form.
pub(super) fn check_question(file: File<'_>, named: &Found<String>, form: &str, pack: &Pack) {
    if let Some(form) = pack.form(form)
        && !named.value.is_empty()
        && form.question(&named.value).is_none()
    {
        let known = form.every_question();
        let known = known.iter().map(|question| question.id.as_str());
        file.error(named.at, Problem::unknown("question of the form", &named.value, known));
    }
}

/// Complains about an incident nobody defines. A pack without a catalogue may name incidents of another tool.
pub(super) fn check_incident(file: File<'_>, code: &Found<String>, pack: &Pack) {
    if let Some(incidents) = &pack.incidents
        && pack.incident(&code.value).is_none()
    {
        let known = incidents.iter().map(|incident| incident.code.as_str());
        file.error(code.at, Problem::unknown("incident", &code.value, known));
    }
}
