//! Text to tokens.

use super::error::{SyntaxError, SyntaxFault};

/// Words that cannot be names of questions.
pub const KEYWORDS: [&str; 6] = ["and", "or", "not", "true", "false", "this"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Int(i64),
    Time(u16),
    Text(String),
    /// A name or a keyword.
    Word(&'a str),
    /// A name followed by `.*`.
    Prefix(&'a str),
    Parameter(&'a str),
    Attribute(&'a str),
    /// An operator, a parenthesis or a comma.
    Sign(&'static str),
}

/// Signs, the longer before the shorter that begin them.
const SIGNS: [&str; 14] = ["!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","];

/// Whether a text can be the name of a question, a parameter or an attribute: letters, digits and `_`, not beginning with
/// a digit; `.` and `-` between two of them. Keywords are not names.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && name_length(text) == text.len() && !KEYWORDS.contains(&text)
}

/// Bytes of the longest name a text begins with.
fn name_length(text: &str) -> usize {
    let inner = |character: char| character.is_alphabetic() || character.is_ascii_digit() || character == '_';
    let mut characters = text.char_indices().peekable();
    let mut end = 0;
    while let Some((at, character)) = characters.next() {
        let fits = match character {
            '.' | '-' => at > 0 && characters.peek().is_some_and(|(_, next)| inner(*next)),
            _ if at == 0 => inner(character) && !character.is_ascii_digit(),
            _ => inner(character),
        };
        if !fits {
            break;
        }
        end = at + character.len_utf8();
    }
    end
}

/// All tokens with the offsets they begin at.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (token, length) = token(&text[at..], first).map_err(|(offset, fault)| fault.at(at + offset))?;
        tokens.push((at, token));
        at += length;
    }
    Ok(tokens)
}

type Lexed<'a> = Result<(Token<'a>, usize), (usize, SyntaxFault)>;

fn token(rest: &str, first: char) -> Lexed<'_> {
    match first {
        '0'..='9' => number(rest),
        '\'' | '"' => quoted(rest, first),
        '$' | '@' => {
            let length = name_length(&rest[1..]);
            let name = &rest[1..=length];
            if length == 0 {
                return Err((1, SyntaxFault::NameExpected));
            }
            let token = if first == '$' { Token::Parameter(name) } else { Token::Attribute(name) };
            Ok((token, 1 + length))
        }
        _ => {
            let length = name_length(rest);
            if length > 0 {
                let name = &rest[..length];
                if rest[length..].starts_with(".*") && !KEYWORDS.contains(&name) {
                    return Ok((Token::Prefix(name), length + 2));
                }
                return Ok((Token::Word(name), length));
            }
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            sign.map(|sign| (Token::Sign(sign), sign.len())).ok_or((0, SyntaxFault::Character(first)))
        }
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn number(rest: &str) -> Lexed<'_> {
    let length = digits(rest);
    if let Some(behind) = rest[length..].strip_prefix(':') {
        let minutes = digits(behind);
        let whole = length + 1 + minutes;
        let time = (length <= 2 && minutes == 2)
            .then(|| Some((rest[..length].parse::<u16>().ok()?, behind[..2].parse::<u16>().ok()?)))
            .flatten()
            .filter(|(hour, minute)| *hour < 24 && *minute < 60);
        let (hour, minute) = time.ok_or((0, SyntaxFault::Time))?;
        return Ok((Token::Time(hour * 60 + minute), whole));
    }
    if rest[length..].starts_with('.') {
        return Err((length, SyntaxFault::Fraction));
    }
    let number = rest[..length].parse().map_err(|_| (0, SyntaxFault::NumberTooLarge))?;
    Ok((Token::Int(number), length))
}

/// A quote inside a text is written twice.
fn quoted(rest: &str, quote: char) -> Lexed<'_> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != quote {
            text.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
            text.push(quote);
            characters.next();
        } else {
            return Ok((Token::Text(text), at + 1));
        }
    }
    Err((0, SyntaxFault::OpenText))
}
