//! What pages hold besides text. It stands in the pages themselves, and the policy allows it by its hash.

pub(crate) const CSS: &str = include_str!("../assets/desk.css");
/// Swaps what changed in the page of all stations.
pub(crate) const LIVE_JS: &str = include_str!("../assets/live.js");
/// Draws the rectangles of a redacted copy.
pub(crate) const REDACT_JS: &str = include_str!("../assets/redact.js");
/// Goes from field to field while a protocol is typed.
pub(crate) const PAPER_JS: &str = include_str!("../assets/paper.js");
