//! What stands around every page: its style, its address in the other languages, and who looks at it.

use kuager_wire::pack::Pack;

use crate::assets::CSS;
use crate::language::Language;
use crate::people::visitor::{Visitor, Who};

/// The frame of a page.
pub(crate) struct Frame {
    pub(crate) languages: Vec<Language>,
    /// The page's address up to its language: ends in `?` or `&`.
    pub(crate) here: String,
    pub(crate) css: &'static str,
    /// Whether there are no accounts, so that everybody at this machine may use the pages.
    pub(crate) anybody: bool,
    /// The name of who is signed in.
    pub(crate) person: Option<String>,
    /// What each form of the page carries.
    pub(crate) csrf: String,
}

impl Frame {
    /// The frame of the page at `here`, for this visitor.
    pub(crate) fn new(pack: &Pack, here: String, visitor: &Visitor) -> Self {
        let person = if let Who::Person(person, _) = &visitor.who { Some(person.name.clone()) } else { None };
        Self {
            languages: Language::all(pack),
            here,
            css: CSS,
            anybody: visitor.who == Who::Anybody,
            person,
            csrf: visitor.form.clone(),
        }
    }
}
