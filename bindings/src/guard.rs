//! What every call goes through: no panic crosses, and no callback calls back in.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::KuagerError;

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Runs what a call does. A panic becomes an error: everything that must hold lives in transactions, which a panic rolls
/// back, so the observer goes on working.
pub(crate) fn call<T>(work: impl FnOnce() -> Result<T, KuagerError>) -> Result<T, KuagerError> {
    if IN_CALLBACK.get() {
        return Err(KuagerError::new("reentrant_call", "a callback called back in; leave it first"));
    }
    // What the panic said may hold anything an observer typed, so it goes nowhere.
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(KuagerError::new("panicked", "a mistake in Kuager; what was saved is still there")))
}

/// Runs a callback, during which this thread cannot call in.
pub(crate) fn callback<T>(work: impl FnOnce() -> T) -> T {
    struct Leave(bool);
    impl Drop for Leave {
        fn drop(&mut self) {
            IN_CALLBACK.set(self.0);
        }
    }
    let _leave = Leave(IN_CALLBACK.replace(true));
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_next_call_works() {
        let error = call(|| -> Result<(), _> { panic!("secret") }).expect_err("it panicked");
        assert_eq!(error.code(), "panicked");
        assert!(!error.to_string().contains("secret"));
        assert_eq!(call(|| Ok(1)), Ok(1));
    }

    #[test]
    fn a_callback_that_calls_in_gets_an_error() {
        let inside = callback(|| call(|| Ok(1)));
        assert_eq!(inside.expect_err("refused").code(), "reentrant_call");
        assert_eq!(call(|| Ok(1)), Ok(1));
        let panicked = catch_unwind(|| callback(|| panic!("out of a callback")));
        assert!(panicked.is_err());
        assert_eq!(call(|| Ok(1)), Ok(1), "the mark went with the panic");
    }
}
