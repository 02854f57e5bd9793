//! The pages, one file each: what it reads, what it shows. Who may ask for it stands in `routes`.

pub(crate) mod chains;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod media;
pub(crate) mod metrics;
pub(crate) mod observers;
pub(crate) mod official;
pub(crate) mod papers;
pub(crate) mod refused;
pub(crate) mod station;
pub(crate) mod tables;
pub(crate) mod views;
