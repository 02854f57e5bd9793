//! What stands around every page: its style, its address in the other languages, and who looks at it.

use kuager_wire::pack::Pack;

use crate::assets::CSS;
use crate::language::Language;
use crate::people::access::{Access, LOOKING, READING, Verdict};
use crate::people::visitor::{Visitor, Who};

/// A page that every other leads to.
pub(crate) struct Place {
    pub(crate) path: &'static str,
    /// The text that names it.
    pub(crate) text: &'static str,
    /// Who is shown the way there: those who may come (`routes`).
    pub(crate) access: Access,
}

/// All of them, in the order in which a night goes.
pub(crate) const PLACES: &[Place] = &[
    Place { path: "/", text: "place-board", access: Access::Roles(READING) },
    Place { path: "/observers", text: "place-observers", access: Access::Roles(READING) },
    Place { path: "/incidents", text: "incidents-title", access: Access::Roles(READING) },
    Place { path: "/complaints", text: "complaints-title", access: Access::Roles(READING) },
    Place { path: "/turnout", text: "turnout-title", access: Access::Roles(READING) },
    Place { path: "/papers", text: "place-papers", access: Access::Roles(LOOKING) },
    Place { path: "/totals", text: "place-totals", access: Access::Roles(READING) },
    Place { path: "/official", text: "place-official", access: Access::Roles(READING) },
    Place { path: "/export", text: "place-tables", access: Access::Roles(READING) },
    Place { path: "/publish", text: "place-publish", access: Access::Roles(READING) },
    Place { path: "/norms", text: "place-norms", access: Access::Roles(READING) },
    Place { path: "/chains", text: "place-chains", access: Access::Roles(READING) },
];

/// Pages that say what the vote was: each leads to the others.
pub(crate) const NUMBERS: [(&str, &str); 5] = [
    ("/totals", "place-totals"),
    ("/official", "place-official"),
    ("/statistics", "place-statistics"),
    ("/quick-count", "place-quick-count"),
    ("/exit-poll", "place-exit-poll"),
];

/// The frame of a page.
pub(crate) struct Frame {
    pub(crate) languages: Vec<Language>,
    /// The page's address up to its language: ends in `?` or `&`.
    pub(crate) here: String,
    pub(crate) css: &'static str,
    /// Whether there are no accounts, so that everybody at this machine may use the pages.
    pub(crate) anybody: bool,
    /// Whether nothing of it ever happened.
    pub(crate) rehearsal: bool,
    /// The name of who is signed in.
    pub(crate) person: Option<String>,
    /// What each form of the page carries.
    pub(crate) csrf: String,
    /// Where they may go from here.
    pub(crate) places: Vec<&'static Place>,
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
            rehearsal: visitor.rehearsal,
            person,
            csrf: visitor.form.clone(),
            places: PLACES.iter().filter(|place| place.access.verdict(&visitor.who) == Verdict::In).collect(),
        }
    }

    /// Whether this is the page of a place.
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        self.is_on(place.path)
    }

    /// Whether the page's address has this path.
    pub(crate) fn is_on(&self, path: &str) -> bool {
        self.here.split('?').next() == Some(path)
    }
}
