//! What the names of a workbook stand for, seen from any of its questions.

use std::collections::{BTreeMap, HashMap};

use super::survey::{Item, Kind};
use super::types::{Names, Ty};
use crate::suggest::did_you_mean;

/// One name of the survey.
struct Named {
    /// `None` for a calculation whose type is not known yet.
    ty: Option<Ty>,
    /// The repeat it is asked in.
    repeat: Option<String>,
    /// What to say to somebody who uses its answer although it has none.
    no_answer: Option<&'static str>,
}

/// All names of a survey.
#[derive(Default)]
pub(super) struct Survey {
    names: BTreeMap<String, Named>,
}

impl Survey {
    /// Takes in all items; returns names that are there twice with the row of the second.
    pub(super) fn new(items: &[Item], lists: &HashMap<String, Vec<String>>, scale: u8) -> (Self, Vec<(usize, String)>) {
        let mut survey = Self::default();
        let mut twice = Vec::new();
        survey.add(items, None, lists, scale, &mut twice);
        (survey, twice)
    }

    fn add(
        &mut self,
        items: &[Item],
        repeat: Option<&str>,
        lists: &HashMap<String, Vec<String>>,
        scale: u8,
        twice: &mut Vec<(usize, String)>,
    ) {
        for item in items {
            let keys = |list: &String| lists.get(list).cloned().unwrap_or_default();
            let (ty, no_answer) = match &item.kind {
                Kind::Text => (Some(Ty::Text), None),
                Kind::Integer => (Some(Ty::Number(0)), None),
                Kind::Decimal => (Some(Ty::Number(scale)), None),
                Kind::Date => (Some(Ty::Date), None),
                Kind::Time => (Some(Ty::Time), None),
                Kind::One(list) => (Some(Ty::Choice(keys(list))), None),
                Kind::Many(list) => (Some(Ty::Choices(keys(list))), None),
                Kind::Acknowledge => (Some(Ty::Choice(vec!["OK".to_owned()])), None),
                Kind::Location | Kind::File(_) => (Some(Ty::List(Box::new(Ty::Text))), None),
                Kind::Repeat(_) => (Some(Ty::Repeat), None),
                Kind::Calculate => (None, Some("could not be taken over itself")),
                Kind::Note => (None, Some("is a note and has no answer")),
                Kind::Group(_) => (None, Some("is a group and has no answer of its own")),
            };
            let named = Named { ty, repeat: repeat.map(str::to_owned), no_answer };
            if self.names.insert(item.name.clone(), named).is_some() {
                twice.push((item.row, item.name.clone()));
            }
            let inner_repeat = if matches!(item.kind, Kind::Repeat(_)) { Some(item.name.as_str()) } else { repeat };
            self.add(item.inner().map_or(&[], Vec::as_slice), inner_repeat, lists, scale, twice);
        }
    }

    /// Notes the type of a calculation.
    pub(super) fn calculated(&mut self, name: &str, ty: Ty) {
        if let Some(named) = self.names.get_mut(name) {
            named.ty = Some(ty);
        }
    }

    /// The names seen from a question.
    pub(super) fn seen_from<'a>(&'a self, item: &'a Item, attributes: &'a [String]) -> Seen<'a> {
        Seen { survey: self, item, attributes }
    }
}

/// The names seen from a question.
pub(super) struct Seen<'a> {
    survey: &'a Survey,
    item: &'a Item,
    attributes: &'a [String],
}

impl Names for Seen<'_> {
    fn question(&self, name: &str) -> Result<Ty, String> {
        let Some(named) = self.survey.names.get(name) else {
            let meant = did_you_mean(name, self.survey.names.keys().map(String::as_str));
            return Err(format!("there is no question `{name}`{meant}"));
        };
        let Some(ty) = named.ty.clone() else {
            return Err(format!("`{name}` {}", named.no_answer.unwrap_or("has no answer")));
        };
        let here = self.survey.names.get(&self.item.name).and_then(|here| here.repeat.as_ref());
        let outside = named.repeat.is_some() && named.repeat.as_ref() != here;
        Ok(if outside { Ty::List(Box::new(ty)) } else { ty })
    }

    fn this(&self) -> Option<Ty> {
        self.survey.names.get(&self.item.name).and_then(|named| named.ty.clone())
    }

    fn is_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute == name)
    }
}
