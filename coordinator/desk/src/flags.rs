//! Flags of turnout in words, with the numbers that they were worked out from. A flag is a reason to look, and says so.

use kuager_analysis::book::{Flag, FlagKind};

use crate::language::Language;
use crate::listing::hour;

/// A flag as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// For the style.
    pub(crate) class: &'static str,
    pub(crate) name: String,
    /// The arithmetic.
    pub(crate) sentence: String,
}

/// A kind of flag in an address and for the style, and what the desk calls it.
pub(crate) const fn name(kind: FlagKind) -> (&'static str, &'static str) {
    match kind {
        FlagKind::Jump => ("jump", "flag-jump"),
        FlagKind::Rise => ("rise", "flag-rise"),
        FlagKind::Falls => ("falls", "flag-falls"),
        FlagKind::AboveList => ("above-list", "flag-above-list"),
        FlagKind::BelowTold => ("below-told", "flag-below-told"),
        FlagKind::ToldDiffers => ("told-differs", "flag-told-differs"),
        FlagKind::OwnDiffers => ("own-differs", "flag-own-differs"),
        FlagKind::Throughput => ("throughput", "flag-throughput"),
        FlagKind::Outside => ("outside", "flag-outside"),
        FlagKind::Absentee => ("absentee", "flag-absentee"),
    }
}

/// A flag in words.
pub(crate) fn said(flag: &Flag, language: &Language) -> Said {
    let (class, text) = name(flag.kind);
    let at = flag.at.map_or_else(|| language.say("flag-protocol"), hour);
    let from = flag.from.map_or(String::new(), hour);
    let [number, with, difference, limit] =
        [flag.number, flag.with, flag.difference, flag.limit].map(|number| number.to_string());
    let sentence = match flag.kind {
        FlagKind::Jump => "flag-jump-said",
        FlagKind::Rise => "flag-rise-said",
        FlagKind::Falls => "flag-falls-said",
        FlagKind::AboveList => "flag-above-list-said",
        FlagKind::BelowTold => "flag-below-told-said",
        FlagKind::ToldDiffers => "flag-told-differs-said",
        FlagKind::OwnDiffers => "flag-own-differs-said",
        FlagKind::Throughput => "flag-throughput-said",
        FlagKind::Outside => "flag-outside-said",
        FlagKind::Absentee => "flag-absentee-said",
    };
    let values = [
        ("at", at.as_str()),
        ("from", &from),
        ("number", &number),
        ("with", &with),
        ("difference", &difference),
        ("limit", &limit),
    ];
    Said { class, name: language.say(text), sentence: language.say_with(sentence, &values) }
}
