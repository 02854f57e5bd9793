//! A transport for tests: a closure answers every call.

use std::sync::Mutex;

use super::{Answer, BoxFuture, Call, Transport, TransportError};
use crate::outbox::machine::FailureClass;

type Script = dyn FnMut(&Call) -> Result<Answer, TransportError> + Send;

/// Answers calls by a closure and remembers them.
pub struct FakeTransport {
    script: Mutex<Box<Script>>,
    calls: Mutex<Vec<Call>>,
}

impl FakeTransport {
    /// A transport that answers with `script`.
    #[must_use]
    pub fn new(script: impl FnMut(&Call) -> Result<Answer, TransportError> + Send + 'static) -> Self {
        Self { script: Mutex::new(Box::new(script)), calls: Mutex::new(Vec::new()) }
    }

    /// Every call made so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no test panics while holding it").clone()
    }
}

/// A failure of this class.
#[must_use]
pub fn failure(class: FailureClass) -> TransportError {
    TransportError { class, detail: "as the test wanted".to_owned() }
}

impl Transport for FakeTransport {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Answer, TransportError>> {
        Box::pin(async move {
            self.calls.lock().expect("no test panics while holding it").push(call.clone());
            (self.script.lock().expect("no test panics while holding it"))(&call)
        })
    }
}
