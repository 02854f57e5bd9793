//! Passcodes that the tests and the processes they kill agree on.

/// The first one.
pub const FIRST: &str = "жеті-алма";
/// What it is changed to.
pub const SECOND: &str = "471182";
/// The one that destroys.
pub const DURESS: &str = "000471";
