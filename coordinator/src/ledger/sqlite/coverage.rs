//! Which numbers of a chain are held or stated lost: a set that costs the same whatever numbers a device chose.
//!
//! A tree of 64-bit words, 64 children each. A bit on level 0 is one number; on level *n* it says that all 64^n numbers below
//! it are there, and then nobody looks below. So a range of any length sets bits in at most two words of each level, and the
//! next missing number is found by going down, up and down again: a few dozen steps at most, after a million records as after
//! one.

use std::collections::BTreeMap;

use kuager_wire::ids::Kid;
use kuager_wire::limits;
use kuager_wire::record::SeqRange;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::to_sql;
use crate::ledger::error::LedgerError;

/// Bits of a number that choose a child within a word.
const BITS: u32 = 6;
/// The last child of a word.
const LAST: u64 = 63;
/// Levels: enough for every number of 64 bits.
const LEVELS: u32 = 11;
/// Words looked at for one answer.
const STEPS: u32 = 3 * LEVELS;

/// What one transaction adds, so that neighbours are written together.
#[derive(Debug, Default)]
pub(super) struct Addition {
    ranges: BTreeMap<Kid, Vec<SeqRange>>,
}

impl Addition {
    /// Notes a range.
    pub(super) fn push(&mut self, kid: Kid, range: SeqRange) {
        let ranges = self.ranges.entry(kid).or_default();
        match ranges.last_mut().filter(|last| last.last.checked_add(1) == Some(range.first)) {
            Some(last) => last.last = range.last.max(last.last),
            None => ranges.push(range),
        }
    }

    /// Writes what was noted.
    pub(super) fn write(self, connection: &Connection) -> Result<(), LedgerError> {
        for (kid, ranges) in self.ranges {
            for range in ranges {
                add(connection, kid, range)?;
            }
        }
        Ok(())
    }
}

/// Adds a range, which may overlap with what is there. Numbers that no chain can have are left out.
fn add(connection: &Connection, kid: Kid, range: SeqRange) -> Result<(), LedgerError> {
    let (mut first, mut last) = (range.first, range.last.min(limits::NUMBER));
    for level in 0..LEVELS {
        if first > last {
            break;
        }
        let (from, to) = (first >> BITS, last >> BITS);
        let (head, tail) = (first & LAST, last & LAST);
        if from == to {
            return set(connection, kid, level, from, bits(head, tail));
        }
        // Whole words are left to the level above.
        (first, last) = (from, to);
        if head > 0 {
            set(connection, kid, level, from, bits(head, LAST))?;
            first = from.saturating_add(1);
        }
        if tail < LAST {
            set(connection, kid, level, to, bits(0, tail))?;
            last = to.saturating_sub(1);
        }
    }
    Ok(())
}

/// The bits of these children and all between them.
fn bits(from: u64, to: u64) -> u64 {
    (from..=to).filter_map(|child| u32::try_from(child).ok()).fold(0, |bits, child| bits | 1_u64.rotate_left(child))
}

/// Sets bits of a word. A word that becomes whole is a bit of the word above it.
fn set(connection: &Connection, kid: Kid, level: u32, position: u64, bits: u64) -> Result<(), LedgerError> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO chain_words (kid, level, position, bits) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (kid, level, position) DO UPDATE SET bits = bits | excluded.bits RETURNING bits",
    )?;
    let (mut position, mut added) = (position, bits);
    for level in level..LEVELS {
        let word: i64 =
            upsert.query_row(params![kid.0, level, to_sql(position), added.cast_signed()], |row| row.get(0))?;
        if word.cast_unsigned() != u64::MAX {
            break;
        }
        added = self::bits(position & LAST, position & LAST);
        position >>= BITS;
    }
    Ok(())
}

/// The first number from this one on that is not there.
pub(super) fn first_missing(connection: &Connection, kid: Kid, from: u64) -> Result<u64, LedgerError> {
    let mut word =
        connection.prepare_cached("SELECT bits FROM chain_words WHERE kid = ?1 AND level = ?2 AND position = ?3")?;
    let (mut at, mut level) = (from, LEVELS.saturating_sub(1));
    for _ in 0..STEPS {
        let shift = BITS.saturating_mul(level);
        let here = at.unbounded_shr(shift);
        let child = here & LAST;
        let bits: Option<i64> =
            word.query_row(params![kid.0, level, to_sql(here >> BITS)], |row| row.get(0)).optional()?;
        let rest = bits.unwrap_or(0).cast_unsigned().unbounded_shr(u32::try_from(child).unwrap_or(0));
        let whole = u64::from(rest.trailing_ones());
        if whole > 0 {
            at = here.saturating_add(whole).unbounded_shl(shift);
        }
        if child.saturating_add(whole) > LAST {
            level = level.saturating_add(1).min(LEVELS.saturating_sub(1));
        } else if let Some(below) = level.checked_sub(1) {
            level = below;
        } else {
            break;
        }
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const CHAIN: Kid = Kid([7; 16]);

    fn database() -> Connection {
        let connection = Connection::open_in_memory().expect("opens");
        let table = "CREATE TABLE chain_words (kid BLOB NOT NULL, level INTEGER NOT NULL, position INTEGER NOT NULL, \
                     bits INTEGER NOT NULL, PRIMARY KEY (kid, level, position)) STRICT, WITHOUT ROWID";
        connection.execute_batch(table).expect("is made");
        connection
    }

    fn missing(connection: &Connection, from: u64) -> u64 {
        first_missing(connection, CHAIN, from).expect("reads")
    }

    #[test]
    fn it_holds_what_a_set_of_single_numbers_holds() {
        let mut random = fastrand::Rng::with_seed(11);
        for round in 0..40 {
            let connection = database();
            let (mut model, span) = (BTreeSet::new(), [70, 5000, 20_000][round % 3]);
            for _ in 0..random.usize(1..60) {
                let first = random.u64(0..span);
                let last = if random.bool() { first } else { first + random.u64(0..span / 3) };
                add(&connection, CHAIN, SeqRange { first, last }).expect("is added");
                model.extend(first..=last);
                let from = random.u64(0..span * 2);
                let expected = (from..).find(|number| !model.contains(number)).expect("is finite");
                assert_eq!(missing(&connection, from), expected, "round {round}");
            }
        }
    }

    #[test]
    fn the_longest_range_is_a_handful_of_words() {
        let connection = database();
        add(&connection, CHAIN, SeqRange { first: 1, last: u64::MAX }).expect("is added");
        let words: u32 = connection.query_row("SELECT COUNT(*) FROM chain_words", [], |row| row.get(0)).expect("reads");
        assert!(words <= 2 * LEVELS, "{words}");
        assert_eq!((missing(&connection, 0), missing(&connection, 1)), (0, limits::NUMBER + 1));
        add(&connection, CHAIN, SeqRange { first: 0, last: 0 }).expect("is added");
        assert_eq!(missing(&connection, 0), limits::NUMBER + 1);
        assert_eq!(missing(&connection, u64::MAX), u64::MAX);
        assert_eq!(first_missing(&connection, Kid([8; 16]), 5).expect("reads"), 5, "another chain");
    }
}
