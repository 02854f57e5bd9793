//! What a device wants of forks.

/// What is to become of a record whose number another one has. Both are evidence, so both are kept, unless their device asks for
/// something else: a phone that was put back from a copy rather seals the same anew than use a number twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFork {
    /// It is kept and attested.
    Keep,
    /// It is refused as [`NumberUsed`](kuager_wire::receipt::RefusalCode::NumberUsed), and so is what follows it.
    Refuse,
}
