//! What every parser of outside bytes has to hold to, whatever the bytes are. Each function is a fuzz target.
//!
//! "No panic" is the least of it. What is read must be written back to the very bytes (there is no second way to say the same),
//! limits must hold for what comes out, and what is refused must have cost nothing. A broken invariant panics, which the fuzzer
//! keeps with the bytes that led there.

mod estimates;
mod pure;
#[cfg(feature = "sides")]
mod sides;

pub use estimates::estimates;
pub use pure::*;
#[cfg(feature = "sides")]
pub use sides::*;
