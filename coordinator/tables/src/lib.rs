//! What a table is, and how it is written for other programs.
//!
//! A table is said once, as a [`Layout`]: its columns with kind, unit and meaning. Every format is written from that, and so is the
//! documentation of an interface that gives it out. Rows come in pieces and are written as they come, so that a table may be larger
//! than the memory. Nothing here knows what the tables are of, and nothing of networks or databases.
//!
//! - `layout`: columns, kinds, cells;
//! - `plain`: how a cell looks where everything is text;
//! - `delimited`, `document`, `workbook`, `columnar`: CSV; JSON and GeoJSON; XLSX; Parquet;
//! - [`writer`]: one of them, by its [`Format`].
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod begin;
mod columnar;
mod delimited;
mod document;
mod error;
mod format;
mod layout;
mod plain;
mod workbook;
mod write;

pub use self::begin::writer;
pub use self::document::object;
pub use self::error::WriteError;
pub use self::format::{Format, Separator};
pub use self::layout::{Cell, Column, Kind, LATITUDE, LONGITUDE, Layout, Row};
pub use self::plain::moment;
pub use self::write::{Options, TableWriter};

#[cfg(test)]
mod tests;
