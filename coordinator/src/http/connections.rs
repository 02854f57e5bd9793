//! Who is connected, who may be, and who has to go.
//!
//! A stranger can open connections for nothing, so they are counted before anything is read from them: by address, by the
//! wide network around it, and all together. No network has more than its share, whatever it does. Where there is no room,
//! whoever waits for nothing goes first: connections without a request, the longest idle before all, those of devices that
//! have shown their pass last. So a carrier's thousands of phones behind one address get by with a thousand connections,
//! and somebody who holds on to as many as possible holds on to very little.
//!
//! Each connection has a moment until which something must happen: the first request, handshake included; then the next
//! request; and while one is under way, a piece of it in either direction. An HTTP/2 connection that only answers pings is
//! one without a request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::limits::Limits;
use super::network::{near, wide};

/// The connections of a listener.
#[derive(Debug)]
pub(super) struct Connections {
    all: usize,
    per_address: usize,
    per_network: usize,
    times: Times,
    table: Mutex<Table>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    opening: Duration,
    idle: Duration,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    links: HashMap<u64, Arc<Link>>,
    near: HashMap<IpAddr, usize>,
    wide: HashMap<IpAddr, usize>,
}

/// Why a connection is closed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// Its address has all it may have, and all of them are at work.
    Address,
    /// So has the network around it.
    Network,
    /// There is no room at all, and nobody has more of it to spare.
    All,
}

impl Connections {
    pub(super) fn new(limits: &Limits) -> Self {
        let all = limits.connections.max(1);
        // However the bounds are set, half of the room is out of reach of any one network.
        let per_network = limits.connections_per_network.min(all.div_ceil(2)).max(1);
        let per_address = limits.connections_per_address.min(per_network).max(1);
        let times = Times { opening: limits.opening_time, idle: limits.idle_time };
        Self { all, per_address, per_network, times, table: Mutex::default() }
    }

    /// Counts a connection from this address, if need be in the place of one that has to go.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let (near, wide) = (near(address), wide(address));
        let mut table = self.table.lock();
        let (mine, around) = (table.near_count(near), table.wide_count(wide));
        if mine >= self.per_address {
            table.make_room(|link| link.near == near).ok_or(Full::Address)?;
        } else if around >= self.per_network {
            table.make_room(|link| link.wide == wide).ok_or(Full::Network)?;
        } else if table.links.len() >= self.all {
            table.make_room_from_the_fullest(around).ok_or(Full::All)?;
        }
        let link = Arc::new(Link {
            near,
            wide,
            times: self.times,
            state: Mutex::new(State::new(Instant::now())),
            waker: AtomicWaker::new(),
        });
        let id = table.add(Arc::clone(&link));
        drop(table);
        Ok(Place { id, link, connections: Arc::clone(self) })
    }
}

impl Table {
    fn near_count(&self, near: IpAddr) -> usize {
        self.near.get(&near).copied().unwrap_or(0)
    }

    fn wide_count(&self, wide: IpAddr) -> usize {
        self.wide.get(&wide).copied().unwrap_or(0)
    }

    fn add(&mut self, link: Arc<Link>) -> u64 {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        for (counts, network) in [(&mut self.near, link.near), (&mut self.wide, link.wide)] {
            let count = counts.entry(network).or_insert(0);
            *count = count.saturating_add(1);
        }
        self.links.insert(id, link);
        id
    }

    fn remove(&mut self, id: u64) -> Option<Arc<Link>> {
        let link = self.links.remove(&id)?;
        for (counts, network) in [(&mut self.near, link.near), (&mut self.wide, link.wide)] {
            if let Some(count) = counts.get_mut(&network) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    counts.remove(&network);
                }
            }
        }
        Some(link)
    }

    /// Closes the connection that has least to lose among these, if one waits for nothing.
    fn make_room(&mut self, among: impl Fn(&Link) -> bool) -> Option<()> {
        let waiting = self.links.iter().filter(|(_, link)| among(link));
        let waiting = waiting.filter_map(|(id, link)| Some((link.state.lock().claim()?, *id)));
        let (_, id) = waiting.min()?;
        self.dismiss(id)
    }

    /// Closes one of the network that has most, for somebody from a network that has `around`. While several have more than
    /// that, the fullest one that has a connection to spare gives it; if none has, the fullest gives one at work, as long as
    /// it has more than twice as many: nobody is locked out by whoever came first.
    fn make_room_from_the_fullest(&mut self, around: usize) -> Option<()> {
        let mut networks: Vec<(usize, IpAddr)> = self.wide.iter().map(|(network, count)| (*count, *network)).collect();
        networks.sort_unstable_by(|one, other| other.cmp(one));
        let fuller = networks.iter().take_while(|(count, _)| *count >= around.max(1));
        for (_, network) in fuller {
            if self.make_room(|link| link.wide == *network).is_some() {
                return Some(());
            }
        }
        let (count, fullest) = networks.first()?;
        if *count / 2 <= around {
            return None;
        }
        let at_work = self.links.iter().filter(|(_, link)| link.wide == *fullest);
        let (_, id) = at_work.map(|(id, link)| (link.state.lock().last_moved(), *id)).min()?;
        self.dismiss(id)
    }

    fn dismiss(&mut self, id: u64) -> Option<()> {
        let link = self.remove(id)?;
        link.state.lock().dismissed = true;
        link.waker.wake();
        Some(())
    }
}

/// A counted connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    id: u64,
    link: Arc<Link>,
    connections: Arc<Connections>,
}

impl Place {
    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.table.lock().remove(self.id);
    }
}

/// What is known of a connection.
#[derive(Debug)]
pub(super) struct Link {
    near: IpAddr,
    wide: IpAddr,
    times: Times,
    state: Mutex<State>,
    waker: AtomicWaker,
}

#[derive(Debug)]
struct State {
    /// When it was accepted, or when its last request ended.
    since: Instant,
    opening: bool,
    /// Requests under way, and when each last moved.
    requests: HashMap<u64, Instant>,
    next: u64,
    known: bool,
    dismissed: bool,
}

impl State {
    fn new(now: Instant) -> Self {
        Self { since: now, opening: true, requests: HashMap::new(), next: 0, known: false, dismissed: false }
    }

    /// What a connection without a request can say for itself, the least first; `None` for one at work.
    fn claim(&self) -> Option<(bool, bool, Instant)> {
        self.requests.is_empty().then_some((self.known, self.opening, self.since))
    }

    fn last_moved(&self) -> (bool, Instant) {
        (self.known, self.requests.values().max().copied().unwrap_or(self.since))
    }
}

impl Link {
    /// Until when something must happen on it; `None` when it has to go at once.
    pub(super) fn deadline(&self, waker: &Waker) -> Option<Instant> {
        self.waker.register(waker);
        let state = self.state.lock();
        if state.dismissed {
            return None;
        }
        let (since, time) = match state.requests.values().min() {
            Some(moved) => (*moved, self.times.idle),
            None if state.opening => (state.since, self.times.opening),
            None => (state.since, self.times.idle),
        };
        since.checked_add(time)
    }

    /// A request has begun: all of its head is here.
    pub(super) fn begin(self: &Arc<Self>) -> Underway {
        let mut state = self.state.lock();
        state.opening = false;
        let id = state.next;
        state.next = state.next.wrapping_add(1);
        state.requests.insert(id, Instant::now());
        drop(state);
        Underway { id, link: Arc::clone(self) }
    }

    /// The other side is a device of this deployment.
    pub(super) fn known(&self) {
        self.state.lock().known = true;
    }
}

/// A request under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Underway {
    id: u64,
    link: Arc<Link>,
}

impl Underway {
    /// Something of it came or went.
    pub(super) fn moved(&self) {
        self.link.state.lock().requests.insert(self.id, Instant::now());
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut state = self.link.state.lock();
        state.requests.remove(&self.id);
        state.since = Instant::now();
    }
}

#[cfg(test)]
mod tests;
