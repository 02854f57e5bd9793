//! The act (акт): a page to print and hand to the commission, made of a sealed incident record.
//!
//! The observer may hand in a written act and gets a mark of receipt on it; what is handed in must be what was sealed. So
//! the page is made of the record alone and carries its hash. Its fixed words come from the pack, in any of its languages.
//! It is one HTML file that loads nothing: it can be opened, printed and kept without a network.

use kuager_wire::form::{Form, QuestionKind, Texts};
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::pack::{ActTemplate, Pack};
use kuager_wire::record::{Answers, AttachmentRole, Record};

use crate::incident;
use crate::wording::{Line, Wording, moment};

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
}

const STYLE: &str = "@page{size:A4;margin:18mm}body{font:12pt/1.4 serif;max-width:174mm;margin:1em auto;color:#000;\
background:#fff}h1{font-size:16pt;text-align:center}dt{font-weight:bold;margin-top:.5em}dd{margin:0 0 0 1em;\
white-space:pre-wrap;overflow-wrap:anywhere}.line{border-bottom:1px solid #000;height:1.8em;margin-bottom:.2em}\
.mark{border:2px solid #000;padding:.6em 1em;margin-top:1.5em;break-inside:avoid}.small{font-size:8pt;\
overflow-wrap:anywhere}";

/// Makes the page.
///
/// # Errors
/// [`ActError`].
pub fn render(pack: &Pack, sealed: ActRecord<'_>, language: &str) -> Result<String, ActError> {
    let template = pack.act.as_ref().ok_or(ActError::NoTemplate)?;
    let reference = sealed.record.form.as_ref().filter(|reference| reference.form == template.form);
    let form = reference.and_then(|reference| pack.form(&reference.form)).ok_or(ActError::NotAnIncident)?;
    let answers = sealed.record.body.answers.as_ref().ok_or(ActError::NotAnIncident)?;
    let page = Page { pack, template, language, html: String::new() };
    Ok(page.write(sealed, form, answers))
}

struct Page<'a> {
    pack: &'a Pack,
    template: &'a ActTemplate,
    language: &'a str,
    html: String,
}

impl<'a> Page<'a> {
    fn write(mut self, sealed: ActRecord<'_>, form: &Form, answers: &Answers) -> String {
        let title = self.words("title").unwrap_or(&self.template.form).to_owned();
        self.html.push_str("<!doctype html><html lang=\"");
        self.text(self.language);
        self.html.push_str(
            "\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>",
        );
        self.text(&title);
        self.html.push_str("</title><style>");
        self.html.push_str(STYLE);
        self.html.push_str("</style></head><body><h1>");
        self.text(&title);
        self.html.push_str("</h1>");
        self.paragraph("intro");
        self.html.push_str("<dl>");
        let station = sealed.record.station.as_deref().map(|key| self.station(key)).unwrap_or_default();
        self.row("station", &station);
        self.row("time", &moment(sealed.record.clock.wall_ms, self.pack.utc_offset));
        self.violations(form, answers);
        self.facts(form, answers);
        self.attachments(sealed.record);
        self.html.push_str("</dl>");
        for (key, lines) in [("observer", 1), ("witnesses", 2), ("signature", 1)] {
            self.blank(key, lines);
        }
        self.html.push_str("<div class=\"mark\">");
        self.paragraph("receipt_mark");
        self.blank("receipt_name", 1);
        self.blank("receipt_time", 1);
        self.html.push_str("</div><p class=\"small\">");
        let label = self.words("record").unwrap_or_default().to_owned();
        self.text(&format!("{label} SHA-256 {} · {} · {}", sealed.hash, sealed.kid, sealed.record.seq));
        self.html.push_str("</p></body></html>\n");
        self.html
    }

    fn words(&self, key: &str) -> Option<&'a str> {
        self.template.texts.get(key).map(|texts| self.pack.text(texts, self.language))
    }

    fn in_language(&self, texts: &'a Texts) -> &'a str {
        self.pack.text(texts, self.language)
    }

    /// Text, with everything that means something to a browser made harmless.
    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                '\n' | '\t' => self.html.push(character),
                // Direction marks and other controls can make a page say something else than the record.
                control if control.is_control() || is_direction_mark(control) => self.html.push('\u{fffd}'),
                other => self.html.push(other),
            }
        }
    }

    fn paragraph(&mut self, key: &str) {
        if let Some(words) = self.words(key) {
            self.html.push_str("<p>");
            self.text(words);
            self.html.push_str("</p>");
        }
    }

    fn term(&mut self, term: &str, content: &str) {
        self.html.push_str("<dt>");
        self.text(term);
        self.html.push_str("</dt><dd>");
        self.text(content);
        self.html.push_str("</dd>");
    }

    fn row(&mut self, key: &str, content: &str) {
        if let Some(words) = self.words(key).filter(|_| !content.is_empty()) {
            self.term(words, content);
        }
    }

    /// Lines to write on.
    fn blank(&mut self, key: &str, lines: usize) {
        if let Some(words) = self.words(key) {
            self.html.push_str("<p>");
            self.text(words);
            self.html.push_str("</p>");
            (0..lines).for_each(|_| self.html.push_str("<div class=\"line\"></div>"));
        }
    }

    fn station(&self, key: &str) -> String {
        match self.pack.station(key) {
            Some(station) => {
                let address = station.address.as_ref().map(|address| self.in_language(address));
                let name = self.in_language(&station.name);
                [Some(name), address, Some(key)].into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
            None => key.to_owned(),
        }
    }

    fn violations(&mut self, form: &Form, answers: &Answers) {
        let incidents = incident::named(self.pack, &form.id, answers);
        let lines: Vec<String> = incidents
            .into_iter()
            .map(|incident| {
                let law = incident.law.as_deref().map(|law| format!(" ({law})")).unwrap_or_default();
                format!("{} {}{law}", incident.code, self.in_language(&incident.title))
            })
            .collect();
        self.row("violations", &lines.join("\n"));
        self.row("law", &self.pack.law.clone());
    }

    fn facts(&mut self, form: &Form, answers: &Answers) {
        if let Some(facts) = self.words("facts") {
            self.html.push_str("</dl><h2>");
            self.text(facts);
            self.html.push_str("</h2><dl>");
        }
        let omitted = |line: &Line<'_>| self.template.omit.iter().flatten().any(|omitted| line.is_within(omitted));
        for line in Wording::new(Some(self.pack), self.language).lines(&form.questions, answers) {
            let Some(question) = line.question else { continue };
            if question.kind != QuestionKind::Attachment && !line.is_within(&self.template.codes) && !omitted(&line) {
                self.term(line.label, &line.answer);
            }
        }
    }

    fn attachments(&mut self, record: &Record) {
        let originals = record.attachments.iter().flatten().filter(|file| file.role == AttachmentRole::Original);
        let lines: Vec<String> =
            originals.map(|file| format!("{}, {} B, SHA-256 {}", file.mime, file.size, file.hash)).collect();
        self.row("attachments", &lines.join("\n"));
    }
}

const fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
