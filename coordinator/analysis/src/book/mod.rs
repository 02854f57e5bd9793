//! The book: what all records of a deployment come to, station by station.
//!
//! A deterministic fold over the published packs, records in the order of their arrival, and what the desk's journal says. It has
//! no clock: what depends on the time takes it as a value ([`Book::board`]). Whoever has the same records gets the same book; it is
//! rebuilt by giving them again, and cut short by a snapshot ([`Book::write`], [`Book::read`]), which is the same as that.
//!
//! - Records are counted once, with all their versions, where they belong (`line`); forms get their meaning from their own pack
//!   (`meaning`); what is kept of a record is a few numbers (`parts`).
//! - Relations are judged by the engine the phone judges with, over what was signed and what the device had sealed before
//!   (`device`). A record that arrives late can change what later ones come to. Their bytes are not kept: the book says which
//!   records it must see again ([`Book::wanted`]), and is shown them ([`Book::again`]).
//! - Every number says which records it comes from: views carry their hashes.
//! - Training is apart from what counts, in rows of its own.
//!
//! What a device files cannot make it fail or grow out of bounds: answers that do not fit their questions count as not given, sums
//! are checked, and what is kept of one record is bounded, whatever its bytes say.

mod board;
mod compliance;
mod curves;
mod device;
mod directory;
mod discrepancies;
mod drawn;
mod entry;
mod fold;
mod incidents;
mod input;
mod line;
mod meaning;
mod names;
mod norms;
mod papers;
mod parts;
mod snapshot;
mod statistics;
mod step;
mod summarise;
mod summary;
mod totals;
mod turnout;
mod view;
mod waves;

pub use self::board::{Board, BoardRow, GRACE_MINUTES, HourState, Order, QUIET_MINUTES, Query, RegionRow, State};
pub use self::compliance::Outcome;
pub use self::discrepancies::{Discrepancy, Sought};
pub use self::drawn::{Gathered, Missing};
pub use self::entry::{Entry, EntryId, Figures, Official};
pub use self::fold::{Book, SPAN_MS};
pub use self::incidents::{
    CORROBORATING, IncidentLife, IncidentOrder, IncidentQuery, IncidentRow, IncidentStep, Incidents, StepBy,
};
pub use self::input::{DeviceFact, Received, RowKey};
pub use self::meaning::Column;
pub use self::norms::{ArticleRow, NormCount, NormDetail, NormQuery, NormQuestion, NormSource, NormStation};
pub use self::papers::PaperView;
pub use self::snapshot::{Identity, Unusable};
pub use self::statistics::{DigitRow, MANY, Oddity, Statistics, Unusual};
pub use self::step::DeskStep;
pub use self::summary::{ContestRow, Count, Status};
pub use self::totals::{Addend, Standing, Total};
pub use self::turnout::{Flag, FlagKind, FlagQuery, FlaggedRow, HourTotal, TurnoutSummary, TurnoutTotal};
pub use self::view::{
    ChainView, ContestView, CopyView, FailingView, FailureView, FormName, IncidentView, StationView, TurnoutView,
};
pub use self::waves::WaveView;

#[cfg(test)]
mod tests;
