//! The pages, one file each: what it reads, what it shows. Who may ask for it stands in `routes`.

pub(crate) mod chains;
pub(crate) mod complaints;
pub(crate) mod evidence;
pub(crate) mod exit_poll;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod index;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod media;
pub(crate) mod metrics;
pub(crate) mod norms;
pub(crate) mod observers;
pub(crate) mod official;
pub(crate) mod papers;
pub(crate) mod print;
pub(crate) mod publish;
pub(crate) mod quick_count;
pub(crate) mod redact;
pub(crate) mod refused;
pub(crate) mod release;
pub(crate) mod station;
pub(crate) mod statistics;
pub(crate) mod tables;
pub(crate) mod totals;
pub(crate) mod turnout;
pub(crate) mod views;

/// Characters of a note.
const NOTE: usize = 1000;

/// What somebody typed as a note, as it can be signed; nothing for a blank one.
fn note(typed: &str) -> Option<String> {
    let note: String = typed.trim().chars().filter(|character| !character.is_control()).take(NOTE).collect();
    Some(kuager_wire::canonical::nfc(&note)).filter(|note| !note.is_empty())
}
