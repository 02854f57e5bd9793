//! The exit poll: what voters who leave sampled stations mark on a card, with what they do not say counted beside it.
//!
//! Stations are drawn in proportion to their registered voters ([`super::draw::draw_by_size`]), voters by counting: from a random start every k-th who
//! leaves. Whoever refuses or is missed is not replaced; the response rates say how many, in the terms of AAPOR, *Standard Definitions* (10th
//! ed. 2023), and the weights what is made of it.

mod cells;
mod clusters;
mod input;
mod poll;
mod rates;
mod read;
mod waves;

pub use clusters::Share;
pub use input::{Age, Card, Contact, Disposition, Input, PolledStation, Wave, interval};
pub use poll::{ExitPoll, Reason, Refusals, Stage, Stations, exit_poll};
pub use rates::Rates;
pub use read::{File, Files, read};
pub use waves::{Deviation, SUPPRESSED_BELOW, Shown, WaveTotal, expected};

#[cfg(test)]
mod tests;
