//! What pages with filters have in common: their addresses, their chips, the pages they are cut into.

use kuager_wire::pack::Pack;

use crate::language::Language;
use crate::stations::escaped;

/// Characters of what somebody looks for.
pub(crate) const TYPED: usize = 200;

/// A page's filters by name, as they stand in its address.
#[derive(Debug, Clone)]
pub(crate) struct Filters<'a> {
    path: &'static str,
    fields: Vec<(&'static str, &'a str)>,
    page: usize,
}

impl<'a> Filters<'a> {
    pub(crate) fn new(path: &'static str, fields: &[(&'static str, &'a str)], page: usize) -> Self {
        Self { path, fields: fields.to_vec(), page }
    }

    /// The address with these fields changed, on its first page and without the language; ends in `?` or `&`.
    pub(crate) fn with(&self, changed: &[(&str, &str)]) -> String {
        let mut address = format!("{}?", self.path);
        for (name, value) in &self.fields {
            let value = changed.iter().find(|(other, _)| other == name).map_or(*value, |(_, value)| *value);
            if !value.is_empty() {
                address.push_str(&format!("{name}={}&", escaped(value)));
            }
        }
        address
    }

    /// The address of another page of the same.
    fn turned(&self, page: usize, language: &Language) -> String {
        format!("{}page={page}&lang={}", self.with(&[]), language.code)
    }

    /// The address as it is, without the language.
    pub(crate) fn here(&self) -> String {
        let page = if self.page > 0 { format!("page={}&", self.page) } else { String::new() };
        format!("{}{page}", self.with(&[]))
    }

    /// Whether anything is filtered by these fields.
    pub(crate) fn is_set(&self, names: &[&str]) -> bool {
        self.fields.iter().any(|(name, value)| names.contains(name) && !value.is_empty())
    }

    /// Which part of so many rows this page shows, and where the others are.
    pub(crate) fn pages(&self, shown: usize, rows: usize, found: usize, language: &Language) -> Pages {
        Pages::of(self.page, shown, rows, found, |page| self.turned(page, language), language)
    }
}

/// Where a page of rows stands among others.
pub(crate) struct Pages {
    pub(crate) found: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Pages {
    /// Which part of so many rows a page shows, `rows` at most, and where the others are.
    pub(crate) fn of(
        page: usize,
        shown: usize,
        rows: usize,
        found: usize,
        address: impl Fn(usize) -> String,
        language: &Language,
    ) -> Self {
        let first = page.saturating_mul(rows);
        let (from, to) = (first.saturating_add(1).min(found), first.saturating_add(shown).min(found));
        let (from, to, all) = (from.to_string(), to.to_string(), found.to_string());
        let said = [("from", from.as_str()), ("to", to.as_str()), ("found", all.as_str())];
        Self {
            found: language.say_with("index-found", &said),
            before: (page > 0).then(|| address(page.saturating_sub(1))),
            after: (first.saturating_add(rows) < found).then(|| address(page.saturating_add(1))),
        }
    }
}

/// A link that shows other rows.
pub(crate) struct Chip {
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) count: u64,
    pub(crate) current: bool,
    /// For the style.
    pub(crate) class: &'static str,
}

/// What is typed into an address where nothing means anything.
pub(crate) fn some(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A code of the catalogue with its name.
pub(crate) fn incident(pack: &Pack, code: &str, language: &Language) -> String {
    let title = pack.incident(code).map(|known| pack.text(&known.title, &language.code));
    format!("{code} {}", title.unwrap_or_default()).trim_end().to_owned()
}

/// A minute of the day as clocks show it.
pub(crate) fn hour(at: u16) -> String {
    format!("{:02}:{:02}", at / 60, at % 60)
}
