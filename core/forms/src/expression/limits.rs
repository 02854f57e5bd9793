//! How large an expression may be and how long it may take.

/// Bytes of one expression at most.
pub const MAX_BYTES: usize = 4096;
/// Levels of operators and calls inside one another.
pub const MAX_DEPTH: usize = 64;
/// Steps of one evaluation: operators, calls, and elements of lists.
pub const MAX_STEPS: usize = 200_000;
