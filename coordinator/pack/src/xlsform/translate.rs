//! From `XPath` to the language of packs, keeping what an answer that is not there means.
//!
//! `XPath` reads an empty answer as `''` or as not-a-number: comparisons with it are false, except `!=`, which is true.
//! In a pack, what depends on a missing answer is missing, and whoever reads the condition decides. So a comparison
//! becomes `coalesce(a < b, false)`, and `coalesce(a != b, true)` for `!=`, except directly under `and` and `or` of a
//! condition whose missing result means no anyway.

use super::types::{Names, Part, Ty, alike, number, quoted, scaled};
use super::xpath::XPath;
use crate::suggest::nearest;

/// What an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A condition whose missing result means no.
    Condition,
    /// A condition that is always decided.
    Decided,
    /// A single value.
    Value,
}

type Translated = Result<Part, String>;

/// Translates an expression; the text is one of ours, its type says what it gives.
pub(super) fn translate(tree: &XPath, names: &dyn Names, wanted: Wanted) -> Result<(String, Ty), String> {
    let translator = Translator { names };
    let part = match wanted {
        Wanted::Condition => translator.condition(tree, false)?,
        Wanted::Decided => translator.condition(tree, true)?,
        Wanted::Value => translator.value(tree)?,
    };
    Ok((part.text, part.ty))
}

struct Translator<'a> {
    names: &'a dyn Names,
}

impl Translator<'_> {
    fn condition(&self, tree: &XPath, decided: bool) -> Translated {
        match tree {
            XPath::Binary(operator @ ("and" | "or"), left, right) => {
                let (left, right) = (self.condition(left, decided)?, self.condition(right, decided)?);
                Ok(Part::loose(format!("{} {operator} {}", left.inner(), right.inner()), Ty::Bool))
            }
            XPath::Binary(operator @ ("=" | "!=" | "<" | "<=" | ">" | ">="), left, right) => {
                self.comparison(operator, left, right, decided)
            }
            XPath::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
                ("true", []) => Ok(Part::tight("true", Ty::Bool)),
                ("false", []) => Ok(Part::tight("false", Ty::Bool)),
                ("not", [inner]) => {
                    let inner = self.condition(inner, true)?;
                    Ok(Part::loose(format!("not {}", inner.inner()), Ty::Bool))
                }
                ("selected", [list, key]) => self.selected(list, key, decided),
                ("boolean", _) => Err("boolean() is not supported; write a comparison".to_owned()),
                _ => self.truth(tree),
            },
            _ => self.truth(tree),
        }
    }

    fn truth(&self, tree: &XPath) -> Translated {
        let part = self.value(tree)?;
        if part.ty == Ty::Bool {
            return Ok(part);
        }
        Err("a condition is expected here, such as ${question} = 'yes' or ${question} > 0".to_owned())
    }

    fn selected(&self, list: &XPath, key: &XPath, decided: bool) -> Translated {
        let (asked, XPath::Text(key)) = (self.value(list)?, key) else {
            return Err("selected() takes a question and a choice in quotation marks".to_owned());
        };
        let text = match &asked.ty {
            Ty::Choice(keys) => {
                known(keys, key)?;
                format!("{} = {}", asked.text, quoted(key))
            }
            Ty::Choices(keys) => {
                known(keys, key)?;
                format!("selected({}, {})", asked.text, quoted(key))
            }
            _ => return Err("selected() takes a select_one or select_multiple question".to_owned()),
        };
        Ok(if decided {
            Part::tight(format!("coalesce({text}, false)"), Ty::Bool)
        } else {
            Part::loose(text, Ty::Bool)
        })
    }

    fn comparison(&self, operator: &str, left: &XPath, right: &XPath, decided: bool) -> Translated {
        // A question compared with '' is asked whether it is answered.
        for (side, other) in [(left, right), (right, left)] {
            if matches!(other, XPath::Text(text) if text.is_empty()) {
                let asked = self.value(side)?;
                return match operator {
                    "=" => Ok(Part::loose(format!("not answered({})", asked.text), Ty::Bool)),
                    "!=" => Ok(Part::tight(format!("answered({})", asked.text), Ty::Bool)),
                    _ => Err("with '' only = and != make sense".to_owned()),
                };
            }
        }
        let (left, right) = self.sides(left, right, operator)?;
        let text = format!("{} {operator} {}", left.inner(), right.inner());
        Ok(match (operator, decided) {
            ("!=", _) => Part::tight(format!("coalesce({text}, true)"), Ty::Bool),
            (_, true) => Part::tight(format!("coalesce({text}, false)"), Ty::Bool),
            (_, false) => Part::loose(text, Ty::Bool),
        })
    }

    /// Both sides in one type.
    fn sides(&self, left: &XPath, right: &XPath, operator: &str) -> Result<(Part, Part), String> {
        let ordered = !matches!(operator, "=" | "!=");
        let (one, two) = (self.value(left)?, self.value(right)?);
        let kinds = (one.ty.clone(), two.ty.clone());
        let (one, two) = (literal(one, left, &kinds.1, ordered)?, literal(two, right, &kinds.0, ordered)?);
        match (&one.ty, &two.ty) {
            (Ty::Number(_), Ty::Number(_)) => Ok(scaled(one, two)),
            (Ty::Date, Ty::Date) => Ok((one, two)),
            (Ty::Choice(keys), Ty::Text) if !ordered => {
                if let XPath::Text(key) | XPath::Number(key) = right {
                    known(keys, key)?;
                }
                Ok((one, two))
            }
            (Ty::Text, Ty::Choice(keys)) if !ordered => {
                if let XPath::Text(key) | XPath::Number(key) = left {
                    known(keys, key)?;
                }
                Ok((one, two))
            }
            (Ty::Text | Ty::Choice(_), Ty::Text | Ty::Choice(_)) if !ordered => Ok((one, two)),
            (Ty::Date, Ty::Text) | (Ty::Text, Ty::Date) => Err("a date is compared with date('YYYY-MM-DD')".to_owned()),
            (Ty::Time, _) | (_, Ty::Time) => {
                Err("times cannot be compared in XLSForm; leave it out and write it in the pack, as in start < 20:00"
                    .to_owned())
            }
            (Ty::List(_) | Ty::Repeat, _) | (_, Ty::List(_) | Ty::Repeat) => {
                Err("a question of a repeat is several answers from here; use sum(), min(), max() or count()"
                    .to_owned())
            }
            (left, right) => Err(format!("{} cannot be compared with {}", left.named(), right.named())),
        }
    }

    fn value(&self, tree: &XPath) -> Translated {
        match tree {
            XPath::Number(text) => number(text).ok_or_else(|| format!("`{text}` is not a number")),
            XPath::Text(text) => Ok(Part::tight(quoted(text), Ty::Text)),
            XPath::Question(name) => Ok(Part::tight(name, self.names.question(name)?)),
            XPath::This => {
                let ty = self.names.this().ok_or("`.` stands for the answer and is only known in a constraint")?;
                Ok(Part::tight("this", ty))
            }
            XPath::Name(name) if self.names.is_attribute(name) => Ok(Part::tight(format!("@{name}"), Ty::Text)),
            XPath::Name(name) => {
                Err(format!("`{name}` is not a column of the choices; a question is written as ${{{name}}}"))
            }
            XPath::Negate(inner) => {
                let inner = self.number(inner)?;
                Ok(Part::loose(format!("-{}", inner.inner()), inner.ty))
            }
            XPath::Binary(operator @ ("+" | "-" | "*"), left, right) => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                let (left, right) = if *operator == "*" { (left, right) } else { scaled(left, right) };
                let ty = match (&left.ty, &right.ty, *operator) {
                    (Ty::Number(left), Ty::Number(right), "*") => Ty::Number(left + right),
                    _ => left.ty.clone(),
                };
                Ok(Part::loose(format!("{} {operator} {}", left.inner(), right.inner()), ty))
            }
            XPath::Binary("mod", left, right) => {
                let (left, right) = scaled(self.number(left)?, self.number(right)?);
                let ty = left.ty.clone();
                Ok(Part::loose(format!("{} % {}", left.inner(), right.inner()), ty))
            }
            XPath::Binary("div", ..) => {
                Err("a division gives a fraction, which packs do not have; write int(a div b), or compare a with b times a number".to_owned())
            }
            XPath::Binary(..) => self.condition(tree, true),
            XPath::Call(name, arguments) => self.call(name, arguments),
        }
    }

    fn number(&self, tree: &XPath) -> Translated {
        let part = match tree {
            XPath::Text(text) => number(text.trim()).ok_or(format!("'{text}' is computed with but is no number"))?,
            _ => self.value(tree)?,
        };
        match part.ty {
            Ty::Number(_) => Ok(part),
            other => Err(format!("a number is expected here, not {}", other.named())),
        }
    }

    fn call(&self, name: &str, arguments: &[XPath]) -> Translated {
        match (name, arguments) {
            ("true" | "false" | "not" | "selected", _) => {
                self.condition(&XPath::Call(name.to_owned(), arguments.to_vec()), true)
            }
            ("if", [condition, then, otherwise]) => {
                let condition = self.condition(condition, true)?;
                let (then, otherwise) = alike(self.value(then)?, self.value(otherwise)?)?;
                let ty = then.ty.clone();
                Ok(Part::tight(format!("if({}, {}, {})", condition.text, then.text, otherwise.text), ty))
            }
            ("coalesce", [first, second]) => {
                let (first, second) = alike(self.value(first)?, self.value(second)?)?;
                let ty = first.ty.clone();
                Ok(Part::tight(format!("coalesce({}, {})", first.text, second.text), ty))
            }
            ("count-selected", [list]) => {
                let asked = self.value(list)?;
                match asked.ty {
                    Ty::Choices(_) => Ok(Part::tight(format!("count({})", asked.text), Ty::Number(0))),
                    _ => Err("count-selected() takes a select_multiple question".to_owned()),
                }
            }
            ("string-length", [text]) => {
                let asked = self.value(text)?;
                match asked.ty {
                    Ty::Text => Ok(Part::tight(format!("coalesce(length({}), 0)", asked.text), Ty::Number(0))),
                    _ => Err("string-length() takes a text question".to_owned()),
                }
            }
            ("sum" | "min" | "max", [list]) => {
                let asked = self.value(list)?;
                match asked.ty {
                    Ty::List(inner) if matches!(*inner, Ty::Number(_)) => {
                        Ok(Part::tight(format!("{name}({})", asked.text), *inner))
                    }
                    _ => Err(format!("{name}() takes a number asked within a repeat, from outside of it")),
                }
            }
            ("count", [list]) => {
                let asked = self.value(list)?;
                match asked.ty {
                    Ty::Repeat => Ok(Part::tight(format!("count({})", asked.text), Ty::Number(0))),
                    _ => Err("count() takes a repeat; for a select_multiple use count-selected()".to_owned()),
                }
            }
            ("int", [inner]) => self.whole(inner),
            ("number", [inner]) => self.number(inner),
            ("date", [XPath::Text(text)]) if kuager_wire::form::is_date(text) => {
                Ok(Part::tight(format!("date({})", quoted(text)), Ty::Date))
            }
            ("date", _) => Err("date() takes a day in quotation marks, as date('2026-08-23')".to_owned()),
            _ => Err(unsupported(name)),
        }
    }

    /// `int()` cuts towards zero, as our division of whole numbers does.
    fn whole(&self, inner: &XPath) -> Translated {
        if let XPath::Binary("div", left, right) = inner {
            let (left, right) = scaled(self.number(left)?, self.number(right)?);
            return Ok(Part::loose(format!("{} / {}", left.inner(), right.inner()), Ty::Number(0)));
        }
        let part = self.number(inner)?;
        Ok(match part.ty {
            Ty::Number(scale) if scale > 0 => {
                Part::loose(format!("{} / {}", part.inner(), 10_i64.pow(scale.into())), Ty::Number(0))
            }
            _ => part,
        })
    }
}

/// A literal in the type of what it is compared with: 5 beside a choice is its key, '5' beside a number is a number.
fn literal(part: Part, tree: &XPath, other: &Ty, ordered: bool) -> Translated {
    match (tree, other) {
        (XPath::Number(text), Ty::Choice(_) | Ty::Text) if !ordered => Ok(Part::tight(quoted(text), Ty::Text)),
        (XPath::Text(text), Ty::Number(_)) => {
            number(text.trim()).ok_or_else(|| format!("'{text}' is compared with a number but is none"))
        }
        _ => Ok(part),
    }
}

fn unsupported(name: &str) -> String {
    const WHY: [(&str, &str); 7] = [
        ("today", "conditions have no clock, so that a form reads the same a year later"),
        ("now", "conditions have no clock, so that a form reads the same a year later"),
        ("regex", "there are no regular expressions; use a choice or a number with bounds"),
        ("position", "entries of a repeat have no number in conditions"),
        ("concat", "text is not put together; show both answers instead"),
        ("contains", "parts of text are compared differently in packs; write contains() there"),
        ("pulldata", "other files cannot be looked up; use choices with columns"),
    ];
    let why = WHY.iter().find(|(known, _)| *known == name).map_or("", |(_, why)| *why);
    let gap = if why.is_empty() { "" } else { ": " };
    format!("{name}() is not supported{gap}{why}")
}

fn known(keys: &[String], key: &str) -> Result<(), String> {
    if keys.iter().any(|known| known == key) {
        return Ok(());
    }
    let near = nearest(key, keys.iter().map(String::as_str));
    let meant = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    Err(format!("'{key}' is not among the choices of this question{meant}"))
}
