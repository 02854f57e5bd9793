//! The pages, one file each: what it reads, what it shows. Who may ask for it stands in `routes`.

pub(crate) mod chains;
pub(crate) mod evidence;
pub(crate) mod exit_poll;
pub(crate) mod health;
pub(crate) mod index;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod media;
pub(crate) mod observers;
pub(crate) mod official;
pub(crate) mod papers;
pub(crate) mod publish;
pub(crate) mod quick_count;
pub(crate) mod redact;
pub(crate) mod refused;
pub(crate) mod release;
pub(crate) mod station;
pub(crate) mod statistics;
pub(crate) mod totals;
pub(crate) mod views;
