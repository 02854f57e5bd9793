//! Tokens to a tree, by recursive descent along the grammar in `docs/expressions.md`.

use super::error::{SyntaxError, SyntaxFault};
use super::function::Function;
use super::lexer::{Token, tokens};
use super::limits::{MAX_BYTES, MAX_DEPTH};
use super::tree::{Node, NodeKind, Operator};

pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxFault::TooLong.at(MAX_BYTES));
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.len() };
    let (node, _) = parser.or(0)?;
    match parser.tokens.get(parser.next) {
        None => Ok(node),
        Some((at, token)) => Err(unexpected(*at, token, "an operator or the end")),
    }
}

struct Parser<'a> {
    tokens: Vec<(usize, Token<'a>)>,
    next: usize,
    end: usize,
}

/// A part of the tree and how deep it is.
type Parsed = Result<(Node, usize), SyntaxError>;

const COMPARISONS: [(&str, Operator); 6] = [
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
];
const SUMS: [(&str, Operator); 2] = [("+", Operator::Add), ("-", Operator::Subtract)];
const PRODUCTS: [(&str, Operator); 3] =
    [("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)];

impl Parser<'_> {
    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.tokens.get(self.next), Some((_, Token::Word(word))) if *word == wanted);
        self.next += usize::from(found);
        found
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.tokens.get(self.next), Some((_, Token::Sign(sign))) if *sign == wanted);
        self.next += usize::from(found);
        found
    }

    fn operator(&mut self, table: &[(&str, Operator)]) -> Option<Operator> {
        table.iter().find(|(sign, _)| self.sign(sign)).map(|(_, operator)| *operator)
    }

    fn or(&mut self, level: usize) -> Parsed {
        let mut left = self.and(level)?;
        while self.word("or") {
            left = join(Operator::Or, left, self.and(level)?)?;
        }
        Ok(left)
    }

    fn and(&mut self, level: usize) -> Parsed {
        let mut left = self.not(level)?;
        while self.word("and") {
            left = join(Operator::And, left, self.not(level)?)?;
        }
        Ok(left)
    }

    fn not(&mut self, level: usize) -> Parsed {
        let at = self.at();
        if self.word("not") {
            let (inner, depth) = self.not(deeper(level, at)?)?;
            return wrap(at, NodeKind::Not(Box::new(inner)), depth);
        }
        self.comparison(level)
    }

    fn comparison(&mut self, level: usize) -> Parsed {
        let left = self.sum(level)?;
        let Some(operator) = self.operator(&COMPARISONS) else { return Ok(left) };
        let compared = join(operator, left, self.sum(level)?)?;
        let at = self.at();
        if self.operator(&COMPARISONS).is_some() {
            return Err(SyntaxFault::ChainedComparison.at(at));
        }
        Ok(compared)
    }

    fn sum(&mut self, level: usize) -> Parsed {
        let mut left = self.product(level)?;
        while let Some(operator) = self.operator(&SUMS) {
            left = join(operator, left, self.product(level)?)?;
        }
        Ok(left)
    }

    fn product(&mut self, level: usize) -> Parsed {
        let mut left = self.unary(level)?;
        while let Some(operator) = self.operator(&PRODUCTS) {
            left = join(operator, left, self.unary(level)?)?;
        }
        Ok(left)
    }

    fn unary(&mut self, level: usize) -> Parsed {
        let at = self.at();
        if self.sign("-") {
            let (inner, depth) = self.unary(deeper(level, at)?)?;
            return wrap(at, NodeKind::Negate(Box::new(inner)), depth);
        }
        self.primary(level)
    }

    fn primary(&mut self, level: usize) -> Parsed {
        const EXPECTED: &str = "a value, a name, a function or (";
        let Some((at, token)) = self.tokens.get(self.next).cloned() else {
            return Err(SyntaxFault::End { expected: EXPECTED }.at(self.end));
        };
        self.next += 1;
        let kind = match token {
            Token::Int(number) => NodeKind::Int(number),
            Token::Time(minutes) => NodeKind::Time(minutes),
            Token::Text(text) => NodeKind::Text(text),
            Token::Prefix(prefix) => NodeKind::Prefix(prefix.to_owned()),
            Token::Parameter(name) => NodeKind::Parameter(name.to_owned()),
            Token::Attribute(name) => NodeKind::Attribute(name.to_owned()),
            Token::Word("true") => NodeKind::Bool(true),
            Token::Word("false") => NodeKind::Bool(false),
            Token::Word("this") => NodeKind::This,
            Token::Word("and" | "or" | "not") => return Err(unexpected(at, &token, EXPECTED)),
            Token::Word(name) if self.sign("(") => return self.call(at, name, level),
            Token::Word(name) => NodeKind::Name(name.to_owned()),
            Token::Sign("(") => {
                let inner = self.or(deeper(level, at)?)?;
                self.close("an operator or )")?;
                return Ok(inner);
            }
            Token::Sign(_) => return Err(unexpected(at, &token, EXPECTED)),
        };
        Ok((Node { at, kind }, 1))
    }

    fn call(&mut self, at: usize, name: &str, level: usize) -> Parsed {
        let function = Function::from_name(name).ok_or_else(|| SyntaxFault::UnknownFunction(name.to_owned()).at(at))?;
        let level = deeper(level, at)?;
        let mut arguments = Vec::new();
        let mut depth = 0;
        if !self.sign(")") {
            loop {
                let (argument, levels) = self.or(level)?;
                arguments.push(argument);
                depth = depth.max(levels);
                if !self.sign(",") {
                    break;
                }
            }
            self.close("a comma or )")?;
        }
        wrap(at, NodeKind::Call(function, arguments), depth)
    }

    fn close(&mut self, expected: &'static str) -> Result<(), SyntaxError> {
        if self.sign(")") {
            return Ok(());
        }
        Err(match self.tokens.get(self.next) {
            None => SyntaxFault::End { expected: ")" }.at(self.end),
            Some((at, token)) => unexpected(*at, token, expected),
        })
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }
}

fn deeper(level: usize, at: usize) -> Result<usize, SyntaxError> {
    if level < MAX_DEPTH { Ok(level + 1) } else { Err(SyntaxFault::TooDeep.at(at)) }
}

fn wrap(at: usize, kind: NodeKind, depth: usize) -> Parsed {
    if depth < MAX_DEPTH { Ok((Node { at, kind }, depth + 1)) } else { Err(SyntaxFault::TooDeep.at(at)) }
}

fn join(operator: Operator, (left, a): (Node, usize), (right, b): (Node, usize)) -> Parsed {
    wrap(left.at, NodeKind::Binary(operator, Box::new(left), Box::new(right)), a.max(b))
}

fn unexpected(at: usize, token: &Token<'_>, expected: &'static str) -> SyntaxError {
    let found = match token {
        Token::Int(number) => number.to_string(),
        Token::Time(minutes) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
        Token::Text(text) => format!("'{text}'"),
        Token::Word(word) => (*word).to_owned(),
        Token::Prefix(prefix) => format!("{prefix}.*"),
        Token::Parameter(name) => format!("${name}"),
        Token::Attribute(name) => format!("@{name}"),
        Token::Sign(sign) => (*sign).to_owned(),
    };
    SyntaxFault::Unexpected { found, expected }.at(at)
}
