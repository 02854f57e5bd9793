//! What a JPEG or PNG says about itself, and what decoding it would cost, before anything is decoded.
//!
//! A file of four kilobytes can claim a gigapixel, and a decoder believes it: memory follows from the claim, and so does
//! time, once for every scan. So whoever decodes pictures of strangers reads the [`Outline`] first and compares its costs with
//! what can be spent. The phone does so before it makes a preview and the coordinator before it looks at what was sent, by
//! the same rules.
//!
//! Claims that no encoder can have made are refused here ([`OutlineError::Impossible`]): each block of a JPEG takes at least
//! one bit, and deflate makes nothing smaller than a 1,032nd. What is small anyway is left to the decoder. Nothing is allocated but a buffer, and each byte is read once.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod bytes;
mod jpeg;
mod outline;
mod png;
mod read;

pub use outline::{Format, Outline, OutlineError};

#[cfg(test)]
mod tests;
