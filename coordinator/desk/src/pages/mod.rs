//! The pages, one file each: who may ask for it, what it reads, what it shows.

pub(crate) mod chains;
pub(crate) mod index;
pub(crate) mod media;
pub(crate) mod observers;
pub(crate) mod papers;
pub(crate) mod station;
