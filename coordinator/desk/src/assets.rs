//! What pages hold besides text. It stands in the pages themselves, and the policy allows it by its hash.

pub(crate) const CSS: &str = concat!(include_str!("../assets/tokens.css"), include_str!("../assets/desk.css"));
/// The style of what is published, of the same sizes and colours.
pub(crate) const SITE_CSS: &str = concat!(include_str!("../assets/tokens.css"), include_str!("../assets/site.css"));
/// Swaps what changed in the page of all stations.
pub(crate) const LIVE_JS: &str = include_str!("../assets/live.js");
/// Draws the rectangles of a redacted copy.
pub(crate) const REDACT_JS: &str = include_str!("../assets/redact.js");
/// Goes from field to field while a protocol is typed.
pub(crate) const PAPER_JS: &str = include_str!("../assets/paper.js");
