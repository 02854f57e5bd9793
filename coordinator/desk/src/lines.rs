//! What lines of a protocol, contests and regions are called, in words of the newest pack.

use kuager_analysis::book::Column;
use kuager_wire::pack::Pack;
use kuager_wire::protocol::LineRole;

use crate::language::Language;

/// What the paper of a contest calls a line: for votes, for whom they are.
pub(crate) fn named(pack: &Pack, contest: &str, column: &Column, language: &Language) -> String {
    let option = column.option.as_deref().filter(|_| column.role == LineRole::Votes).and_then(|key| {
        let option = pack.contest(contest)?.options.iter().find(|option| option.key == key)?;
        Some(pack.text(&option.text, &language.code))
    });
    let asked = || {
        let form = pack.forms.iter().find(|form| {
            form.contest.as_deref().unwrap_or(&form.id) == contest
                && form.template.as_ref().is_some_and(|template| !template.lines.is_empty())
        })?;
        let lines = &form.template.as_ref()?.lines;
        let line = lines.iter().find(|line| line.role == column.role && line.option == column.option)?;
        Some(pack.text(&form.question(&line.question)?.text, &language.code))
    };
    let name = option.or_else(asked).filter(|name| !name.is_empty()).map(str::to_owned);
    name.or_else(|| column.option.clone()).unwrap_or_else(|| column.role.name().to_owned())
}

/// What a contest is called.
pub(crate) fn contest(pack: &Pack, key: &str, language: &Language) -> String {
    let name = pack.contest(key).map(|known| pack.text(&known.title, &language.code));
    let name = name.or_else(|| Some(pack.text(&pack.form(key)?.title, &language.code)));
    name.filter(|name| !name.is_empty()).unwrap_or(key).to_owned()
}

/// What a region is called.
pub(crate) fn region(pack: &Pack, key: &str, language: &Language) -> String {
    let known = pack.regions.iter().flatten().find(|region| region.key == key);
    let name = known.map(|region| pack.text(&region.name, &language.code)).filter(|name| !name.is_empty());
    name.unwrap_or(key).to_owned()
}

/// A choice of a form: key, name, whether it is the one that is shown.
pub(crate) type Choice = (String, String, bool);

/// Which of some keys is shown, to choose from.
pub(crate) fn choices(keys: impl IntoIterator<Item = (String, String)>, shown: &str) -> Vec<Choice> {
    keys.into_iter()
        .map(|(key, name)| {
            let current = key == shown;
            (key, name, current)
        })
        .collect()
}
