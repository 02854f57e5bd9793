//! Waves of the exit poll: which records they are. What they say is under an embargo and not in the book.

use kuager_wire::ids::RecordHash;
use kuager_wire::record::RecordKind;

use super::fold::Book;
use super::line::{NONE, is_training};
use super::view::FormName;

/// A wave that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveView {
    /// The record.
    pub record: RecordHash,
    /// The station.
    pub station: String,
    /// What it answers.
    pub form: FormName,
}

impl Book {
    /// Every wave that counts and names a station, latest versions, in the order of arrival; exercises are left out.
    #[must_use]
    pub fn waves(&self) -> Vec<WaveView> {
        let lines =
            self.lines.lines.iter().filter(|line| {
                line.row != NONE && !is_training(line.row) && line.latest.kind == RecordKind::ExitPollWave
            });
        let wave = lines.filter_map(|line| {
            let station = self.station_name(line.row / 2)?.to_owned();
            Some(WaveView { record: line.latest.hash, station, form: self.form_view(line.latest.form)? })
        });
        wave.collect()
    }
}
