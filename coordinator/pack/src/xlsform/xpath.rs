//! The part of `XPath` that form authors write, as a tree.

/// What is wrong, and at which character, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XPathError {
    pub(super) at: usize,
    pub(super) text: String,
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum XPath {
    /// A number as written.
    Number(String),
    Text(String),
    /// `${question}`
    Question(String),
    /// `.`
    This,
    /// A bare name: in a choice filter a column of the choices.
    Name(String),
    Call(String, Vec<XPath>),
    Binary(&'static str, Box<XPath>, Box<XPath>),
    Negate(Box<XPath>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(String),
    Text(String),
    Question(String),
    Word(String),
    Dot,
    Sign(&'static str),
}

/// Levels of parentheses.
const DEPTH: usize = 50;

pub(super) fn parse(text: &str) -> Result<XPath, XPathError> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.chars().count() + 1 };
    let tree = parser.level(0, 0)?;
    match parser.tokens.get(parser.next) {
        None => Ok(tree),
        Some((at, token)) => Err(XPathError { at: *at, text: format!("{} is not expected here", shown(token)) }),
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Number(text) | Token::Word(text) => format!("`{text}`"),
        Token::Text(text) => format!("`'{text}'`"),
        Token::Question(name) => format!("`${{{name}}}`"),
        Token::Dot => "`.`".to_owned(),
        Token::Sign(sign) => format!("`{sign}`"),
    }
}

const SIGNS: [&str; 12] = ["!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "(", ")", ","];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, XPathError> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens: Vec<(usize, Token)> = Vec::new();
    let mut at = 0;
    let until =
        |from: usize, stop: char| letters.iter().skip(from).position(|letter| *letter == stop).map(|n| from + n);
    let while_ = |from: usize, test: &dyn Fn(char) -> bool| {
        letters.iter().skip(from).position(|letter| !test(*letter)).map_or(letters.len(), |n| from + n)
    };
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    while let Some(&letter) = letters.get(at) {
        let start = at;
        let error = |text: &str| Err(XPathError { at: start + 1, text: text.to_owned() });
        let token = match letter {
            ' ' | '\t' | '\n' | '\r' | '\u{a0}' => {
                at += 1;
                continue;
            }
            '\'' | '"' | '‘' | '’' | '“' | '”' => {
                let close = match letter {
                    '‘' | '’' => '’',
                    '“' | '”' => '”',
                    other => other,
                };
                let Some(end) = until(at + 1, close) else { return error("this quotation mark is not closed") };
                at = end + 1;
                Token::Text(part(start + 1, end))
            }
            '$' if letters.get(at + 1) == Some(&'{') => {
                let Some(end) = until(at, '}') else { return error("`${` is not closed") };
                at = end + 1;
                Token::Question(part(start + 2, end).trim().to_owned())
            }
            '0'..='9' => {
                at = while_(at, &|letter| letter.is_ascii_digit() || letter == '.');
                Token::Number(part(start, at))
            }
            '.' if letters.get(at + 1).is_some_and(char::is_ascii_digit) => {
                at = while_(at + 1, &|letter| letter.is_ascii_digit());
                Token::Number(format!("0{}", part(start, at)))
            }
            '.' if letters.get(at + 1) == Some(&'.') => {
                return error("paths such as `..` are not supported; name the question");
            }
            '.' => {
                at += 1;
                Token::Dot
            }
            '/' | '@' | '[' | '|' => return error("paths are not supported; name the question as ${name}"),
            _ if letter.is_alphabetic() || letter == '_' => {
                at = while_(at, &|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'));
                Token::Word(part(start, at))
            }
            _ => {
                let pair: String = letters.iter().skip(at).take(2).collect();
                let Some(sign) = SIGNS.iter().find(|sign| pair.starts_with(**sign)) else {
                    return error(&format!("`{letter}` is not expected here"));
                };
                at += sign.len();
                Token::Sign(sign)
            }
        };
        tokens.push((start + 1, token));
    }
    Ok(tokens)
}

/// Operators by how strongly they bind; words and signs.
const LEVELS: [&[&str]; 6] =
    [&["or"], &["and"], &["=", "!="], &["<", "<=", ">", ">="], &["+", "-"], &["*", "div", "mod"]];

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
}

impl Parser {
    fn level(&mut self, level: usize, depth: usize) -> Result<XPath, XPathError> {
        if depth > DEPTH {
            return Err(XPathError { at: self.at(), text: format!("nested deeper than {DEPTH} levels") });
        }
        let Some(operators) = LEVELS.get(level) else { return self.unary(depth) };
        let mut left = self.level(level + 1, depth)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.level(level + 1, depth)?;
            left = XPath::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        let (_, token) = self.tokens.get(self.next)?;
        let found = operators.iter().find(|operator| match token {
            Token::Sign(sign) => sign == *operator,
            Token::Word(word) => word == *operator,
            _ => false,
        })?;
        self.next += 1;
        Some(found)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn unary(&mut self, depth: usize) -> Result<XPath, XPathError> {
        if self.operator(&["-"]).is_some() {
            return Ok(XPath::Negate(Box::new(self.unary(depth + 1)?)));
        }
        let at = self.at();
        let Some((_, token)) = self.tokens.get(self.next).cloned() else {
            return Err(XPathError { at, text: "the expression ends too early".to_owned() });
        };
        self.next += 1;
        Ok(match token {
            Token::Number(text) => XPath::Number(text),
            Token::Text(text) => XPath::Text(text),
            Token::Question(name) => XPath::Question(name),
            Token::Dot => XPath::This,
            Token::Sign("(") => {
                let inner = self.level(0, depth + 1)?;
                self.expect(")")?;
                inner
            }
            Token::Word(name) if self.operator(&["("]).is_some() => {
                let mut arguments = Vec::new();
                if self.operator(&[")"]).is_none() {
                    loop {
                        arguments.push(self.level(0, depth + 1)?);
                        if self.operator(&[","]).is_none() {
                            break;
                        }
                    }
                    self.expect(")")?;
                }
                XPath::Call(name, arguments)
            }
            Token::Word(name) => XPath::Name(name),
            token @ Token::Sign(_) => {
                return Err(XPathError { at, text: format!("{} is not expected here", shown(&token)) });
            }
        })
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), XPathError> {
        let at = self.at();
        match self.operator(&[sign]) {
            Some(_) => Ok(()),
            None => Err(XPathError { at, text: format!("`{sign}` is missing here") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> String {
        match parse(text) {
            Ok(tree) => format!("{tree:?}"),
            Err(error) => format!("{}: {}", error.at, error.text),
        }
    }

    #[test]
    fn operators_bind_as_in_xpath() {
        let same = [
            ("${a} = 1 or ${b} = 2 and ${c} = 3", "(${a} = 1) or ((${b} = 2) and (${c} = 3))"),
            ("${a} + ${b} * 2 > 3", "(${a} + (${b} * 2)) > 3"),
            ("10 div 2 mod 3", "(10 div 2) mod 3"),
            (". >= 0 and .<=100", "((.) >= 0) and ((.) <= 100)"),
            ("-${a} - -1", "(-(${a})) - (-1)"),
        ];
        for (left, right) in same {
            assert_eq!(tree(left), tree(right), "{left}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_character() {
        for (text, expected) in [
            ("${a} = ", "8: the expression ends too early"),
            ("${a = 1", "1: `${` is not closed"),
            ("../a = 1", "1: paths such as `..`"),
            ("/data/a = 1", "1: paths are not supported"),
            ("selected(${a}, 'b'", "19: `)` is missing"),
            ("${a} = 'b", "8: this quotation mark"),
            ("${a} ${b}", "6: `${b}` is not expected"),
            ("${a} # 1", "6: `#` is not expected"),
        ] {
            assert!(tree(text).starts_with(expected), "{text}: {}", tree(text));
        }
        assert!(tree(&"(".repeat(60)).contains("nested deeper"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_in_a_cell_is_read_or_refused(text in "\\PC{0,60}", near in "[${}a.()'\"=<>!+*, 0-9ormdnt-]{0,40}") {
            let _ = (parse(&text), parse(&near));
        }
    }
}
