//! The format of the file: its steps, which `kuager-sqlite` takes.

/// Shipped steps are never edited: stores that took them are out there.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_initial.sql"),
    include_str!("migrations/002_media.sql"),
    include_str!("migrations/003_draft_versions.sql"),
    include_str!("migrations/004_keys.sql"),
];
