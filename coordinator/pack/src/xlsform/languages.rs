//! The languages of a workbook: `label::Қазақша (kk)`, `label::ru`, or a plain `label`.

use super::fault::Findings;
use super::sheet::{Row, Sheet};

/// A text in each language of the workbook, in their order.
pub(super) type Said = Vec<(String, String)>;

/// Languages people write out; others need their code in parentheses.
const KNOWN: [(&str, &str); 12] = [
    ("english", "en"),
    ("french", "fr"),
    ("français", "fr"),
    ("russian", "ru"),
    ("русский", "ru"),
    ("kazakh", "kk"),
    ("қазақша", "kk"),
    ("қазақ тілі", "kk"),
    ("spanish", "es"),
    ("español", "es"),
    ("arabic", "ar"),
    ("german", "de"),
];

/// Which column is which language.
#[derive(Debug)]
pub(super) struct Columns {
    /// Codes in the order of their columns, the default language first.
    pub(super) codes: Vec<String>,
    default: String,
}

/// The code of a heading's language.
fn code(name: &str) -> Option<String> {
    let name = name.trim();
    let inner = name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, code)| code.trim());
    let looks_right = |code: &str| {
        let mut parts = code.split('-');
        parts
            .next()
            .is_some_and(|first| (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase()))
            && parts.all(|part| (2..=8).contains(&part.len()) && part.is_ascii())
    };
    let written = inner.unwrap_or(name);
    if looks_right(written) {
        return Some(written.to_owned());
    }
    let lower = name.to_lowercase();
    KNOWN.iter().find(|(known, _)| *known == lower).map(|(_, code)| (*code).to_owned())
}

impl Columns {
    pub(super) fn find(survey: &Sheet, choices: &Sheet, settings: &Sheet, findings: &mut Findings) -> Self {
        let declared = settings.rows.first().map(|row| (row, settings.text(row, "default_language")));
        let default = match declared {
            Some((row, name)) if !name.is_empty() => code(name).unwrap_or_else(|| {
                findings.fault(settings.cell(row, "default_language"), uncoded(name));
                "en".to_owned()
            }),
            _ => String::new(),
        };
        let mut codes: Vec<String> = Vec::new();
        let mut plain = false;
        for sheet in [survey, choices] {
            for heading in sheet.header.iter().filter(|heading| heading.split("::").next() == Some("label")) {
                match heading.split_once("::").map(|(_, name)| (name, code(name))) {
                    None => plain = true,
                    Some((_, Some(code))) => {
                        if !codes.contains(&code) {
                            codes.push(code);
                        }
                    }
                    Some((name, None)) => findings.fault(sheet.heading(heading), uncoded(name)),
                }
            }
        }
        let default =
            if default.is_empty() { codes.first().cloned().unwrap_or_else(|| "en".to_owned()) } else { default };
        if plain && !codes.contains(&default) {
            let text = format!(
                "`label` without a language is taken as `{default}`; set default_language in settings if it is another"
            );
            findings.remark(survey.heading("label"), text);
        }
        codes.retain(|code| *code != default);
        codes.insert(0, default.clone());
        Self { codes, default }
    }

    /// The texts of one kind in a row, `None` when there are none at all; a language that is missing is a fault.
    pub(super) fn said(&self, sheet: &Sheet, row: &Row, kind: &str, findings: &mut Findings) -> Option<Said> {
        let mut said = Said::new();
        let mut missing = Vec::new();
        for language in &self.codes {
            let column = |heading: &&String| {
                let (base, name) =
                    heading.split_once("::").map_or((heading.as_str(), None), |(base, name)| (base, Some(name)));
                base.trim() == kind
                    && name.map_or(*language == self.default, |name| code(name).as_ref() == Some(language))
            };
            let text = sheet
                .header
                .iter()
                .filter(column)
                .map(|heading| sheet.text(row, heading))
                .find(|text| !text.is_empty());
            match text {
                Some(text) => said.push((language.clone(), text.to_owned())),
                None => missing.push(language.clone()),
            }
        }
        if said.is_empty() {
            return None;
        }
        for language in missing {
            let cell = sheet.cell(row, &format!("{kind}::{language}"));
            findings
                .fault(cell, format!("the {kind} is missing in this language; every text is needed in every language"));
        }
        Some(said)
    }
}

fn uncoded(name: &str) -> String {
    format!("language `{name}` has no code; write it as `{name} (xx)` with its two-letter code")
}
