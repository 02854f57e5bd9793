//! Where the expressions of a form stand: in which fields, and where in its file.

use std::borrow::Cow;
use std::collections::HashMap;

use kuager_wire::form::Question;

/// The fields of a question that hold an expression.
pub(super) const FIELDS: [&str; 7] =
    ["relevant", "required_if", "constraint", "default", "calculate", "choice_filter", "opens_when"];

/// The field of a question that holds an expression.
pub(super) fn slot<'a>(question: &'a mut Question, field: &str) -> &'a mut Option<String> {
    match field {
        "relevant" => &mut question.relevant,
        "required_if" => &mut question.required_if,
        "constraint" => &mut question.constraint,
        "default" => &mut question.default,
        "calculate" => &mut question.calculate,
        "choice_filter" => &mut question.choice_filter,
        _ => &mut question.opens_when,
    }
}

/// Where the expressions of a form begin in its file, in bytes, by the words that name what they belong to.
pub(super) type Offsets = HashMap<String, usize>;

/// The file of a form, kept until all forms are read.
pub(super) struct FormFile {
    pub(super) name: String,
    pub(super) text: Cow<'static, str>,
    pub(super) offsets: Offsets,
}
