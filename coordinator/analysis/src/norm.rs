//! Norms as packs refer to them: "40(4), 41(5)" are two, "43(5),(7)" are two of one article, "20(8); KoAP 126(1)" are of two laws.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

/// Norms read of one reference; nobody rests a question on more.
const MOST: usize = 16;
/// Characters kept of the parts of a norm.
const LENGTH: usize = 40;

/// A norm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Norm {
    /// The law, by the short name that the pack has for it; empty for the one the pack is about.
    pub law: String,
    /// The number of the article; empty where the reference has none.
    pub article: String,
    /// The point of the article, as it is written.
    pub point: String,
}

impl Norm {
    /// The article that it is of, or itself where it is all of one.
    #[must_use]
    pub fn article(&self) -> Self {
        Self { point: String::new(), ..self.clone() }
    }

    /// The norms that a reference names, each once, in its order.
    #[must_use]
    pub fn all(reference: &str) -> Vec<Self> {
        let mut norms: Vec<Self> = Vec::new();
        for of_law in reference.split(';') {
            let (mut law, mut article) = (String::new(), String::new());
            for part in apart(of_law) {
                if norms.len() == MOST {
                    return norms;
                }
                let norm = match part.find(|character: char| character.is_ascii_digit() || character == '(') {
                    // A further point of the article before.
                    Some(0) if part.starts_with('(') => {
                        Self { law: law.clone(), article: article.clone(), point: cut(part) }
                    }
                    Some(at) => {
                        let (name, rest) = part.split_at(at);
                        if !name.trim().is_empty() {
                            law = cut(name.trim());
                        }
                        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '-');
                        let (number, point) = rest.split_at(end.unwrap_or(rest.len()));
                        article = cut(number);
                        Self { law: law.clone(), article: article.clone(), point: cut(point.trim()) }
                    }
                    None => Self { law: cut(part), article: String::new(), point: String::new() },
                };
                if !norms.contains(&norm) {
                    norms.push(norm);
                }
            }
        }
        norms
    }
}

impl Display for Norm {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let space = |is: bool| if is { " " } else { "" };
        let before = space(!self.law.is_empty() && !self.article.is_empty());
        let behind = space(self.point.starts_with(char::is_alphanumeric));
        write!(formatter, "{}{before}{}{behind}{}", self.law, self.article, self.point)
    }
}

/// By law, the pack's own first; then by article and point, numbers as numbers.
impl Ord for Norm {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |of: &Self| (of.law.clone(), numbers(&of.article), numbers(&of.point));
        key(self)
            .cmp(&key(other))
            .then_with(|| (&self.law, &self.article, &self.point).cmp(&(&other.law, &other.article, &other.point)))
    }
}

impl PartialOrd for Norm {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Parts between commas that stand in no brackets.
fn apart(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    let parts = text.split(move |character| {
        match character {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn cut(text: &str) -> String {
    text.chars().take(LENGTH).collect::<String>().trim_end().to_owned()
}

fn numbers(text: &str) -> Vec<u64> {
    let parts = text.split(|character: char| !character.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(reference: &str) -> Vec<String> {
        Norm::all(reference).iter().map(Norm::to_string).collect()
    }

    #[test]
    fn references_are_read_as_lawyers_write_them() {
        for (reference, norms) in [
            ("40(1)", &["40(1)"][..]),
            ("40(4), 41(5)", &["40(4)", "41(5)"]),
            ("43(5),(7)", &["43(5)", "43(7)"]),
            ("20(8), 20-1(1),(2)3; KoAP 126(1)", &["20(8)", "20-1(1)", "20-1(2)3", "KoAP 126(1)"]),
            ("UK 150, 151", &["UK 150", "UK 151"]),
            ("43(8); UK 151", &["43(8)", "UK 151"]),
            ("41(1), ch. 9-1", &["41(1)", "ch. 9-1"]),
            ("CEC form", &["CEC form"]),
            ("8, 8, 27(4)", &["8", "27(4)"]),
            (" ; ,", &[]),
            ("", &[]),
        ] {
            assert_eq!(read(reference), norms, "{reference}");
        }
        assert_eq!(Norm::all("20-1(2)12")[0].article().to_string(), "20-1");
    }

    #[test]
    fn what_follows_a_number_is_kept_apart_from_it() {
        assert_eq!(read("Act No 5 art. 3"), ["Act No 5 art. 3"]);
    }

    #[test]
    fn articles_stand_in_the_order_of_the_law() {
        let mut norms = Norm::all("KoAP 126(1); UK 150; 43(8), 43(3-1), 9, 20-1(2)12, 20-1(2)5, 20(8), 41(5)");
        norms.sort();
        let shown: Vec<String> = norms.iter().map(Norm::to_string).collect();
        assert_eq!(
            shown,
            ["9", "20(8)", "20-1(2)5", "20-1(2)12", "41(5)", "43(3-1)", "43(8)", "KoAP 126(1)", "UK 150"]
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read_and_stays_small(reference in ".{0,400}") {
            let norms = Norm::all(&reference);
            prop_assert!(norms.len() <= MOST);
            for norm in &norms {
                prop_assert!(norm.to_string().chars().count() <= 3 * LENGTH + 1);
                // What is written of it is read as itself: addresses and the book call it so.
                let again = Norm::all(&norm.to_string());
                prop_assert_eq!(again.last(), Some(norm));
            }
        }
    }
}
