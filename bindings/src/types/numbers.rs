//! Ids and counts as the other languages take them.

use std::str::FromStr;

use crate::error::KuagerError;

/// A count as the other languages take it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count of things in memory.
pub(crate) fn counted(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// Reads an id from hexadecimal text.
pub(crate) fn parse_id<T: FromStr>(text: &str) -> Result<T, KuagerError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| KuagerError::new("not_an_id", error.to_string()))
}
