//! Text on a page that is printed and handed in.

use std::fmt::{Result, Write};

use askama::filters::Escaper;

/// Makes everything harmless that means something to a browser, and shows what is invisible: direction marks and other
/// controls could make a page say something else than the record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paper;

impl Escaper for Paper {
    fn write_escaped_str<W: Write>(&self, mut page: W, text: &str) -> Result {
        text.chars().try_for_each(|character| self.write_escaped_char(&mut page, character))
    }

    fn write_escaped_char<W: Write>(&self, mut page: W, character: char) -> Result {
        match character {
            '&' => page.write_str("&amp;"),
            '<' => page.write_str("&lt;"),
            '>' => page.write_str("&gt;"),
            '"' => page.write_str("&quot;"),
            '\'' => page.write_str("&#39;"),
            '\n' | '\t' => page.write_char(character),
            control if control.is_control() || is_direction_mark(control) => {
                page.write_char(char::REPLACEMENT_CHARACTER)
            }
            other => page.write_char(other),
        }
    }
}

const fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
