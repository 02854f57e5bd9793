//! The act (акт): a page to print and hand to the commission, made of a sealed incident record.
//!
//! The observer may hand in a written act and gets a mark of receipt on it; what is handed in must be what was sealed. So
//! the page is made of the record alone and carries its hash. Its fixed words come from the pack, in any of its languages.
//! It is one HTML file that loads nothing: it can be opened, printed and kept without a network. Where papers are bilingual, it is
//! made in two languages side by side ([`render_beside`]).

mod paper;

use askama::Template;
use kuager_wire::form::{Form, QuestionKind};
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::pack::{ActTemplate, Pack};
use kuager_wire::record::{Answers, AttachmentRole, Record};

pub(crate) use self::paper::Paper;
use crate::incident;
use crate::wording::{Line, Wording, moment};

/// The style of a page in one language.
pub const STYLE: &str = include_str!("../templates/act.css");
/// The style of a page in two languages, line by line, behind [`STYLE`].
pub const STYLE_BESIDE: &str = include_str!("../templates/beside.css");

/// The style of a page in two languages.
#[must_use]
pub fn style_beside() -> String {
    format!("{STYLE}{STYLE_BESIDE}")
}

/// A sealed record with what is not in it.
#[derive(Debug, Clone, Copy)]
pub struct ActRecord<'a> {
    /// Its id.
    pub hash: RecordHash,
    /// Who signed it.
    pub kid: Kid,
    /// The record.
    pub record: &'a Record,
}

/// Why there is no act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The pack has no words for an act.
    #[error("the pack has no template for acts")]
    NoTemplate,
    /// The record reports no incident.
    #[error("an act is made of an incident record; this one is something else")]
    NotAnIncident,
    /// The page could not be written.
    #[error("the page could not be written: {0}")]
    Page(String),
}

impl From<askama::Error> for ActError {
    fn from(error: askama::Error) -> Self {
        Self::Page(error.to_string())
    }
}

/// Makes the page.
///
/// # Errors
/// [`ActError`].
pub fn render(pack: &Pack, sealed: ActRecord<'_>, language: &str) -> Result<String, ActError> {
    Ok(page(pack, sealed, language)?.render()?)
}

/// Makes the page in two languages side by side; what both say alike stands once.
///
/// # Errors
/// [`ActError`].
pub fn render_beside(pack: &Pack, sealed: ActRecord<'_>, languages: [&str; 2]) -> Result<String, ActError> {
    let [one, other] = [page(pack, sealed, languages[0])?, page(pack, sealed, languages[1])?];
    let page = Beside {
        words: (one.words, other.words),
        languages: (one.language, other.language),
        titles: (one.title, other.title),
        // Which rows there are follows from the pack and the record, and not from the language.
        circumstances: one.circumstances.into_iter().zip(other.circumstances).collect(),
        facts: one.facts.into_iter().zip(other.facts).collect(),
        sealed,
        style: style_beside(),
    };
    Ok(page.render()?)
}

fn page<'a>(pack: &'a Pack, sealed: ActRecord<'a>, language: &'a str) -> Result<Page<'a>, ActError> {
    let template = pack.act.as_ref().ok_or(ActError::NoTemplate)?;
    let reference = sealed.record.form.as_ref().filter(|reference| reference.form == template.form);
    let form = reference.and_then(|reference| pack.form(&reference.form)).ok_or(ActError::NotAnIncident)?;
    let answers = sealed.record.body.answers.as_ref().ok_or(ActError::NotAnIncident)?;
    let language = pack.language(language).unwrap_or(language);
    let words = Words { pack, template, language };
    Ok(Page {
        words,
        language,
        title: words.get("title").unwrap_or(&template.form),
        circumstances: words.circumstances(form, sealed.record, answers),
        facts: words.facts(form, sealed.record, answers),
        sealed,
        style: STYLE,
    })
}

#[derive(Template)]
#[template(path = "act-beside.html")]
struct Beside<'a> {
    words: (Words<'a>, Words<'a>),
    languages: (&'a str, &'a str),
    titles: (&'a str, &'a str),
    circumstances: Vec<(Row<'a>, Row<'a>)>,
    facts: Vec<(Row<'a>, Row<'a>)>,
    sealed: ActRecord<'a>,
    style: String,
}

impl<'a> Beside<'a> {
    fn words(&self, key: &str) -> Option<(&'a str, &'a str)> {
        self.words.0.get(key).zip(self.words.1.get(key))
    }
}

#[derive(Template)]
#[template(path = "act.html")]
struct Page<'a> {
    words: Words<'a>,
    language: &'a str,
    title: &'a str,
    circumstances: Vec<Row<'a>>,
    facts: Vec<Row<'a>>,
    sealed: ActRecord<'a>,
    style: &'a str,
}

impl<'a> Page<'a> {
    fn words(&self, key: &str) -> Option<&'a str> {
        self.words.get(key)
    }
}

/// A line of the page.
struct Row<'a> {
    term: &'a str,
    content: String,
}

/// The words of the page.
#[derive(Clone, Copy)]
struct Words<'a> {
    pack: &'a Pack,
    template: &'a ActTemplate,
    language: &'a str,
}

impl<'a> Words<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        self.template.texts.get(key).map(|texts| self.pack.text(texts, self.language))
    }

    /// A row with a fixed word, left out when the pack has no word for it or there is nothing to say.
    fn row(&self, key: &str, content: String) -> Option<Row<'a>> {
        self.get(key).filter(|_| !content.is_empty()).map(|term| Row { term, content })
    }

    fn circumstances(&self, form: &Form, record: &Record, answers: &Answers) -> Vec<Row<'a>> {
        let station = record.station.as_deref().map(|key| self.station(key)).unwrap_or_default();
        let time = moment(record.clock.wall_ms, self.pack.utc_offset);
        let rows = [
            self.row("station", station),
            self.row("time", time),
            self.row("violations", self.violations(form, answers)),
            self.row("law", self.pack.law.clone()),
        ];
        rows.into_iter().flatten().collect()
    }

    fn facts(&self, form: &'a Form, record: &Record, answers: &'a Answers) -> Vec<Row<'a>> {
        let omitted = |line: &Line<'_>| self.template.omit.iter().flatten().any(|omitted| line.is_within(omitted));
        let lines = Wording::new(Some(self.pack), self.language).lines(&form.questions, answers);
        let shown = lines.into_iter().filter(|line| {
            line.question.is_some_and(|question| question.kind != QuestionKind::Attachment)
                && !line.is_within(&self.template.codes)
                && !omitted(line)
        });
        let rows = shown.map(|line| Row { term: line.label, content: line.answer });
        rows.chain(self.row("attachments", attachments(record))).collect()
    }

    fn station(&self, key: &str) -> String {
        match self.pack.station(key) {
            Some(station) => {
                let address = station.address.as_ref().map(|address| self.pack.text(address, self.language));
                let name = self.pack.text(&station.name, self.language);
                [Some(name), address, Some(key)].into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
            None => key.to_owned(),
        }
    }

    fn violations(&self, form: &Form, answers: &Answers) -> String {
        let lines = incident::named(self.pack, &form.id, answers).into_iter().map(|incident| {
            let law = incident.law.as_deref().map(|law| format!(" ({law})")).unwrap_or_default();
            format!("{} {}{law}", incident.code, self.pack.text(&incident.title, self.language))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn attachments(record: &Record) -> String {
    let originals = record.attachments.iter().flatten().filter(|file| file.role == AttachmentRole::Original);
    let lines = originals.map(|file| format!("{}, {} B, SHA-256 {}", file.mime, file.size, file.hash));
    lines.collect::<Vec<_>>().join("\n")
}
