//! Requests under way: counted on their connection from their head to the last byte of their answer, and watched for
//! whether anything of them moves.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};

use super::connections::{Link, Underway};

/// Bytes that count as a step. Less than that in the whole time a connection may be idle is as good as nothing.
const STEP: usize = 4 * 1024;
/// Bytes of an answer handed to the network at once. What a reader has not made room for is not taken, and so it is seen.
const PIECE: usize = 16 * 1024;

/// Counts a request on its connection.
pub(super) async fn watched(request: Request, next: Next) -> Response {
    let Some(link) = request.extensions().get::<Arc<Link>>().cloned() else { return next.run(request).await };
    let underway = Arc::new(link.begin());
    let request = request.map(|body| Moving::body(body, Arc::clone(&underway)));
    let response = next.run(request).await;
    underway.moved();
    response.map(|body| Moving::body(body, underway))
}

/// A body that says when it moves.
struct Moving {
    body: Body,
    underway: Arc<Underway>,
    left: Option<Bytes>,
    steps: usize,
}

impl Moving {
    fn body(body: Body, underway: Arc<Underway>) -> Body {
        Body::new(Self { body, underway, left: None, steps: 0 })
    }

    /// Counts a piece and keeps what is too much for one.
    fn piece(&mut self, mut data: Bytes) -> Bytes {
        if data.len() > PIECE {
            self.left = Some(data.split_off(PIECE));
        }
        self.steps = self.steps.saturating_add(data.len());
        if self.steps >= STEP {
            self.steps = 0;
            self.underway.moved();
        }
        data
    }
}

impl HttpBody for Moving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Some(data) = this.left.take() {
            return Poll::Ready(Some(Ok(Frame::data(this.piece(data)))));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        Poll::Ready(match frame {
            Some(Ok(frame)) => Some(Ok(match frame.into_data() {
                Ok(data) => Frame::data(this.piece(data)),
                Err(frame) => frame,
            })),
            end => {
                this.underway.moved();
                end
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.left.as_ref().map_or(0, |left| left.len() as u64);
        let inner = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(left));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(left));
        }
        hint
    }
}
