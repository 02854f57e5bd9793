//! How many files and sockets the system lets this process have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is open besides connections: the ledger with its readers, files that arrive and are read, listeners, and the same again.
const OTHERS: u64 = 512;

/// Asks the system for room for this many connections, as far as it may be raised without anybody's leave, and returns for how
/// many there is. A server that runs out of files cannot even open its ledger.
#[must_use]
pub fn room_for_connections(wanted: usize) -> usize {
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < needed) {
        let raised = Rlimit { current: Some(limit.maximum.map_or(needed, |maximum| maximum.min(needed))), ..limit };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit = raised;
        }
    }
    let room = limit.current.unwrap_or(u64::MAX);
    // Half of what there is, where there is next to nothing.
    let connections = room.saturating_sub(OTHERS).max(room / 2).max(1);
    usize::try_from(connections).unwrap_or(usize::MAX).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_wanted_and_no_more_than_there_is_room_for() {
        assert_eq!(room_for_connections(1), 1);
        let maximum = getrlimit(Resource::Nofile).maximum.and_then(|maximum| usize::try_from(maximum).ok());
        if let Some(maximum) = maximum {
            let room = room_for_connections(usize::MAX);
            assert!(room < maximum, "{room} of {maximum}");
        }
    }
}
