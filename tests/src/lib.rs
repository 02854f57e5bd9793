//! What the end-to-end tests need beside the [kit](kuager_testing) that all tests share: processes that are killed and judged
//! by what they promised, coordinators as processes of their own, and scenarios that run over the bridge.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this crate is for tests, which fail by panicking")]

pub mod passcodes;
pub mod promises;
pub mod scenario;
pub mod served;
pub mod strace;
