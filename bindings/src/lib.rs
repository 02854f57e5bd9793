//! Kuager's core for Kotlin and Swift: converts and delegates, nothing more.
//!
//! This layer is not an interface for apps. Those use the façades in `android/` and `ios/`, which are written by hand over
//! what UniFFI generates from here; this layer only has to be easy for them to get right:
//!
//! - **Few objects, each closed by one owner.** An [`ObserverHandle`](observer::ObserverHandle) per folder, a
//!   [`TaskHandle`](task::TaskHandle) per long piece of work. Everything else that crosses is a value.
//! - **Every call is fallible** and gives a [`KuagerError`](error::KuagerError) with a stable code. A panic becomes one too.
//! - **Calls block**, and the façade picks the thread; none takes long but those that give a handle. Only
//!   [`TaskHandle::finished`](task::TaskHandle::finished) is asynchronous, and dropping its future loses nothing.
//! - **Callbacks are synchronous, by value, and reply with an enum.** In UniFFI 0.32 a Kotlin `Error` thrown out of a callback reads
//!   as success where the reply is nothing, a number or a boolean; where it is an enum, it reads as a failure.
//! - **Callbacks may not call back in.** Such a call fails with the code `reentrant_call` instead of a deadlock.
//! - **Photos cross as paths**, since four megabytes of bytes would take longer to cross than to encrypt.
//!
//! ```text
//! app → façade (Kotlin, Swift) → generated code → this crate → kuager-core
//! ```

pub mod callbacks;
pub mod counts;
pub mod error;
mod guard;
pub mod observer;
mod runtime;
pub mod start;
pub mod statement;
pub mod task;
pub mod types;

uniffi::setup_scaffolding!();
