//! How often somebody may try to sign in.
//!
//! Three things are counted, each *before* an attempt is looked at, so that many at once gain nothing:
//!
//! - **an address** may try now and then, whoever it says it is;
//! - **an account from one address** may fail a few times, and then waits twice as long after each further failure;
//! - **an account from all addresses** may fail more often before the same happens, so that many addresses do not help either.
//!
//! The last one would let somebody with many addresses lock a person out. So a browser from which that person has signed in
//! before carries a mark (`BrowserMark`), and is counted for itself and by nothing else; OWASP calls this a device cookie. Names
//! that nobody has are counted like those that somebody has: nothing here says who has an account. Everything is bounded, and
//! forgotten after a day.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use kuager_coordinator::http::near;
use kuager_coordinator::sign::BrowserMark;
use kuager_wire::ids::PersonId;

/// Attempts that an address may make at once after a quiet time: five people behind one router who cannot type.
const BURST: u32 = 20;
/// An address may make one more after so long.
const REFILL: Duration = Duration::from_secs(3);
/// Failures without a wait, for an account from one address, and from a known browser.
const FREE: u32 = 5;
/// Failures without a wait, for an account from all addresses: more than one address alone can come to in a day.
const FREE_TOGETHER: u32 = 150;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// So long after the first failure nothing is held against anybody.
const FORGET: Duration = Duration::from_secs(24 * 60 * 60);
/// Groups into which names fall that nobody has.
const NOBODIES: u16 = 512;
/// Of what strangers can make as many of as they like, so much is remembered.
const REMEMBERED: usize = 8192;

/// Whose name was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    /// An account, of a generation: whoever changes the account lets its person try anew.
    Account(PersonId, u64),
    /// Nobody; one of the groups of such names.
    Nobody(u16),
}

impl Named {
    /// Of a name that nobody has, by its keyed hash.
    pub(crate) fn nobody(hash: [u8; 32]) -> Self {
        let [first, second, ..] = hash;
        Self::Nobody(u16::from_be_bytes([first, second]) % NOBODIES)
    }
}

/// An attempt to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) named: Named,
    /// The mark of a browser from which this very person has signed in before.
    pub(crate) browser: Option<BrowserMark>,
    /// Where it comes from.
    pub(crate) address: IpAddr,
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    /// When the first one was.
    first: Duration,
    /// Until when no other is looked at.
    until: Duration,
}

impl Failures {
    fn wait(&self, now: Duration) -> Option<Duration> {
        self.until.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    fn add(&mut self, now: Duration, free: u32) {
        if self.count == 0 || self.is_old(now) {
            *self = Self { first: now, ..Self::default() };
        }
        self.count = self.count.saturating_add(1);
        self.until = now.saturating_add(delay(self.count, free));
    }

    fn take_back(&mut self, now: Duration) {
        self.count = self.count.saturating_sub(1);
        self.until = now;
    }

    fn is_old(&self, now: Duration) -> bool {
        now.saturating_sub(self.first) >= FORGET
    }
}

/// How long to wait after so many failures: nothing, then a second, and twice as long after each.
fn delay(count: u32, free: u32) -> Duration {
    match count.checked_sub(free) {
        None | Some(0) => Duration::ZERO,
        Some(over) => Duration::from_secs(1_u64.checked_shl(over.saturating_sub(1)).unwrap_or(u64::MAX)).min(LONGEST),
    }
}

/// A bucket: when it will be full again.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    full: Duration,
}

impl Bucket {
    /// Time until there is one more; nothing when there is.
    fn wait(&self, now: Duration) -> Option<Duration> {
        let after = self.full.max(now).saturating_add(REFILL);
        let most = now.saturating_add(REFILL.saturating_mul(BURST));
        after.checked_sub(most).filter(|wait| !wait.is_zero())
    }

    fn take(&mut self, now: Duration) {
        self.full = self.full.max(now).saturating_add(REFILL);
    }

    fn put_back(&mut self) {
        self.full = self.full.saturating_sub(REFILL);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Lone {
    From(Named, IpAddr),
    Browser(BrowserMark),
}

/// What is held against whom.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    addresses: HashMap<IpAddr, Bucket>,
    /// By name and address, and by browser.
    lone: HashMap<Lone, Failures>,
    /// By name, from everywhere: as many as there are accounts and groups of nobodies.
    together: HashMap<Named, Failures>,
}

impl Attempts {
    /// Counts an attempt as a failure, or says how long to wait and counts nothing.
    pub(crate) fn begin(&mut self, now: Duration, attempt: &Attempt) -> Result<(), Duration> {
        self.make_room(now);
        let (address, lone) = (near(attempt.address), attempt.lone());
        let bucket = self.addresses.get(&address).copied().unwrap_or_default();
        // A known browser does not depend on what others at its address do.
        let bucket = if attempt.browser.is_some() { None } else { bucket.wait(now) };
        let alone = self.lone.get(&lone).and_then(|failures| failures.wait(now));
        let together = if attempt.browser.is_some() { None } else { self.together.get(&attempt.named) };
        let waits = [bucket, alone, together.and_then(|failures| failures.wait(now))];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(wait);
        }
        self.lone.entry(lone).or_default().add(now, FREE);
        if attempt.browser.is_none() {
            self.addresses.entry(address).or_default().take(now);
            self.together.entry(attempt.named).or_default().add(now, FREE_TOGETHER);
        }
        Ok(())
    }

    /// It was the right one: nothing is held against who made it.
    pub(crate) fn succeed(&mut self, attempt: &Attempt) {
        self.lone.remove(&attempt.lone());
        if attempt.browser.is_none() {
            self.together.remove(&attempt.named);
            if let Some(bucket) = self.addresses.get_mut(&near(attempt.address)) {
                bucket.put_back();
            }
        }
    }

    /// It was not looked at, because too many others were.
    pub(crate) fn give_back(&mut self, now: Duration, attempt: &Attempt) {
        if let Some(failures) = self.lone.get_mut(&attempt.lone()) {
            failures.take_back(now);
        }
        if attempt.browser.is_none()
            && let Some(failures) = self.together.get_mut(&attempt.named)
        {
            failures.take_back(now);
        }
    }

    /// Forgets what is over; if that is not enough, what is nearest to it. Whoever has that many addresses is counted by name.
    fn make_room(&mut self, now: Duration) {
        if self.addresses.len() >= REMEMBERED {
            self.addresses.retain(|_, bucket| bucket.full > now);
            let oldest = self.addresses.iter().min_by_key(|(_, bucket)| bucket.full).map(|(address, _)| *address);
            if let Some(oldest) = oldest.filter(|_| self.addresses.len() >= REMEMBERED) {
                self.addresses.remove(&oldest);
            }
        }
        if self.lone.len() >= REMEMBERED {
            self.lone.retain(|_, failures| !failures.is_old(now));
            let least = self.lone.iter().min_by_key(|(_, failures)| (failures.until, failures.first));
            if let Some(least) = least.map(|(lone, _)| *lone).filter(|_| self.lone.len() >= REMEMBERED) {
                self.lone.remove(&least);
            }
        }
        // Other generations of accounts stay behind.
        if self.together.len() >= REMEMBERED {
            self.together.retain(|_, failures| !failures.is_old(now));
            let least = self.together.iter().min_by_key(|(_, failures)| (failures.until, failures.first));
            if let Some(least) = least.map(|(named, _)| *named).filter(|_| self.together.len() >= REMEMBERED) {
                self.together.remove(&least);
            }
        }
    }
}

impl Attempt {
    fn lone(&self) -> Lone {
        self.browser.map_or(Lone::From(self.named, near(self.address)), Lone::Browser)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn attempt(person: u8, address: u32) -> Attempt {
        let named = Named::Account(PersonId([person; 16]), 1);
        Attempt { named, browser: None, address: Ipv4Addr::from_bits(0x0a00_0000 + address).into() }
    }

    fn known(person: u8) -> Attempt {
        Attempt { browser: Some([person; 32]), ..attempt(person, 1) }
    }

    #[test]
    fn waits_grow_and_a_right_one_ends_them() {
        let mut attempts = Attempts::default();
        let mut now = seconds(1000);
        let mut waits = Vec::new();
        for _ in 0..18 {
            attempts.begin(now, &attempt(1, 1)).expect("is taken");
            let wait = attempts.begin(now, &attempt(1, 1)).err().unwrap_or_default();
            if wait.is_zero() {
                // That one was counted, too.
                attempts.give_back(now, &attempt(1, 1));
            }
            waits.push(wait.as_secs());
            // So slowly that the address itself has no wait.
            now += wait.max(seconds(4));
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        attempts.succeed(&attempt(1, 1));
        for _ in 0..FREE {
            attempts.begin(now, &attempt(1, 1)).expect("is taken");
        }
    }

    #[test]
    fn one_address_locks_nobody_out_elsewhere_and_many_lock_no_known_browser_out() {
        let mut attempts = Attempts::default();
        let mut now = seconds(0);
        // One address, as fast as it may, against five people for a day.
        for second in 0..24 * 3600 {
            now = seconds(second);
            for person in 0..5 {
                let _ = attempts.begin(now, &attempt(person, 7));
            }
        }
        for person in 0..5 {
            assert!(attempts.begin(now, &attempt(person, 7)).is_err());
        }
        for person in 0..5 {
            attempts.begin(now, &attempt(person, 8 * 256)).expect("somebody elsewhere is not kept waiting");
            attempts.begin(now, &known(person)).expect("is taken");
        }
        // Ten thousand addresses against one person.
        for address in 0..10_000 {
            let _ = attempts.begin(now, &attempt(9, 1000 + address));
        }
        assert!(attempts.begin(now, &attempt(9, 1)).is_err(), "with a browser that nobody knows");
        attempts.begin(now, &known(9)).expect("is taken");
        attempts.begin(now, &attempt(8, 1)).expect("nobody else is locked out");
    }

    #[test]
    fn an_account_that_was_changed_begins_anew() {
        let mut attempts = Attempts::default();
        for _ in 0..100 {
            let _ = attempts.begin(seconds(1), &attempt(1, 1));
        }
        for address in 0..200 {
            let _ = attempts.begin(seconds(1), &attempt(1, 100 + address));
        }
        let again = Attempt { named: Named::Account(PersonId([1; 16]), 2), ..attempt(1, 2) };
        assert!(attempts.begin(seconds(1), &attempt(1, 2)).is_err());
        attempts.begin(seconds(1), &again).expect("is taken");
    }

    proptest! {
        /// Whoever does whatever: what is remembered is bounded; of one account, no more is looked at than its waits allow; and a
        /// known browser that has not failed itself is never refused.
        #[test]
        fn guesses_are_few_whatever_is_tried(
            tries in prop::collection::vec((0..3_u8, 0..400_u32, 0..20_u64, any::<bool>()), 1..2000),
        ) {
            let mut attempts = Attempts::default();
            let (mut now, mut looked_at) = (seconds(0), 0_u64);
            for (person, address, pause, right) in tries {
                now += seconds(pause / 19);
                let attempt = attempt(person, address);
                if attempts.begin(now, &attempt).is_ok() {
                    looked_at += u64::from(person == 0);
                    // Only others ever know theirs.
                    if right && person > 0 {
                        attempts.succeed(&attempt);
                    }
                }
                if right {
                    prop_assert!(attempts.begin(now, &known(person)).is_ok());
                    attempts.succeed(&known(person));
                }
            }
            prop_assert!(looked_at <= u64::from(FREE_TOGETHER) + 12, "{} guesses", looked_at);
            prop_assert!(attempts.lone.len() <= REMEMBERED && attempts.together.len() <= 3);
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut attempts = Attempts::default();
        for number in 0..3 * u32::try_from(REMEMBERED).expect("small") {
            let named = Named::nobody(kuager_wire::cose::sha256(&number.to_be_bytes()));
            let _ = attempts.begin(seconds(1), &Attempt { named, ..attempt(0, number * 256) });
        }
        assert!(attempts.addresses.len() <= REMEMBERED && attempts.lone.len() <= REMEMBERED);
        assert!(attempts.together.len() <= usize::from(NOBODIES));
        // What was over for a day is gone with the next one that needs the room.
        attempts.begin(seconds(2 * 24 * 3600), &attempt(1, 1)).expect("is taken");
        assert!(attempts.addresses.len() <= 1 && attempts.lone.len() <= 1);
    }
}
