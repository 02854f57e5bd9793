//! What stands around every page: its style, and its address in the other languages.

use kuager_wire::pack::Pack;

use crate::assets::CSS;
use crate::language::Language;

/// The frame of a page.
pub(crate) struct Frame {
    pub(crate) languages: Vec<Language>,
    /// The page's address up to its language: ends in `?` or `&`.
    pub(crate) here: String,
    pub(crate) css: &'static str,
}

impl Frame {
    /// The frame of the page at `here`.
    pub(crate) fn new(pack: &Pack, here: String) -> Self {
        Self { languages: Language::all(pack), here, css: CSS }
    }
}
