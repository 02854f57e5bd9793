//! What is looked at is written down before it is shown.

use axum::http::StatusCode;
use axum::response::Response;
use kuager_coordinator::ledger::{NewView, Noted, Seen};

use crate::people::visitor::{Visitor, Who};
use crate::response::{refuse, trouble};
use crate::state::Desk;

/// Writes down who looks at what, when somebody is signed in. What cannot be written down is not shown: whoever fills the disk
/// does not look at anything unseen.
pub(crate) async fn seen(desk: &Desk, visitor: &Visitor, seen: Seen) -> Result<(), Response> {
    let Who::Person(person, _) = &visitor.who else { return Ok(()) };
    let view = NewView { person: person.id, at_ms: desk.app.clock.now_ms(), seen };
    match desk.app.ledger.note_view(view).await.map_err(trouble)? {
        Noted::Yes => Ok(()),
        Noted::TooMany => {
            let reason =
                "you have looked at more in a day than one person may; whoever runs the coordinator knows more";
            Err(refuse(StatusCode::TOO_MANY_REQUESTS, reason))
        }
    }
}
