//! What one device may use of what belongs to all.
//!
//! Without bounds one phone fills the disk, and everybody's records with it. So each device has its own: records and their bytes
//! by hour and by day, bytes of files by day, what it has begun and not finished, and a share of the room that is left. An
//! honest phone does not meet them, also one that was offline all day and sends everything in an hour; one that does is asked to
//! come back later, loses nothing, and costs the others nothing.
//!
//! A day is the hour that runs and the 23 before it, so there is no moment at which everybody's budget is new.

/// Bytes that a device may send in any case, as long as there is room for files at all: previews get through.
pub const SMALL: u64 = 1 << 20;

/// What one device may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Records.
    pub records: RecordBudget,
    /// Files.
    pub files: FileBudget,
}

/// How many records a device may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordBudget {
    /// Records in an hour.
    pub per_hour: u64,
    /// Records in a day.
    pub per_day: u64,
    /// Bytes of records in a day, with what is kept beside them.
    pub bytes_per_day: u64,
}

/// How much of files a device may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileBudget {
    /// Bytes of files in a day, those included that were not the signed ones. A device that has sent none may send one file,
    /// however large.
    pub bytes_per_day: u64,
    /// Uploads that are begun and not finished.
    pub unfinished: u64,
    /// Bytes of them that have come. The upload that has come furthest may be finished in any case.
    pub unfinished_bytes: u64,
    /// Uploads in a day whose bytes were not the signed ones.
    pub wrong_per_day: u64,
    /// Percent of the room for files that a device may take in a day.
    pub share_percent: u64,
}

impl RecordBudget {
    /// As many as there is room for: for measurements, and for tests of other things.
    pub const UNBOUNDED: Self = Self { per_hour: u64::MAX, per_day: u64::MAX, bytes_per_day: u64::MAX };
}

impl Default for RecordBudget {
    /// More than 14 hours of turnout, exit polls and notes come to; all of it may come in two hours at the end.
    fn default() -> Self {
        Self { per_hour: 1000, per_day: 2000, bytes_per_day: 16 << 20 }
    }
}

impl Default for FileBudget {
    /// A thousand photos, or twenty videos of the usual size.
    fn default() -> Self {
        Self { bytes_per_day: 4 << 30, unfinished: 64, unfinished_bytes: 2 << 30, wrong_per_day: 32, share_percent: 25 }
    }
}
