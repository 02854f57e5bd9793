//! Programs that show a token: who is one of them, and how often an address may be wrong.
//!
//! Tokens are 256 bits of chance and cannot be guessed; what is counted keeps the log short and a program that was set up wrong from asking
//! without end. A token that was good before is looked at without a wait, so nobody at the same address is in its way.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use kuager_coordinator::http::near;

/// Wrong ones without a wait.
const FREE: u32 = 10;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Addresses that are remembered.
const REMEMBERED: usize = 4096;
/// Tokens that are remembered; more are not good at a time.
const GOOD: usize = 1024;

#[derive(Debug, Clone, Copy, Default)]
struct Wrong {
    count: u32,
    until: Duration,
}

/// What is remembered of tokens that were shown.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    wrong: HashMap<IpAddr, Wrong>,
    /// SHA-256 of whole tokens that were good.
    good: HashSet<[u8; 32]>,
}

impl Programs {
    /// How long whoever shows this must wait before it is looked at.
    pub(crate) fn wait(&self, now: Duration, address: IpAddr, mark: &[u8; 32]) -> Option<Duration> {
        let wrong = self.wrong.get(&near(address)).filter(|_| !self.good.contains(mark))?;
        wrong.until.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// It was a good one.
    pub(crate) fn good(&mut self, address: IpAddr, mark: [u8; 32]) {
        if self.good.len() >= GOOD {
            self.good.clear();
        }
        // One that is known forgives nothing: somebody else at its address may be guessing.
        if self.good.insert(mark) {
            self.wrong.remove(&near(address));
        }
    }

    /// It was none, or is good no more.
    pub(crate) fn wrong(&mut self, now: Duration, address: IpAddr, mark: &[u8; 32]) {
        self.good.remove(mark);
        if self.wrong.len() >= REMEMBERED {
            self.wrong.retain(|_, wrong| wrong.until > now);
            let least = self.wrong.iter().min_by_key(|(_, wrong)| wrong.until).map(|(address, _)| *address);
            if let Some(least) = least.filter(|_| self.wrong.len() >= REMEMBERED) {
                self.wrong.remove(&least);
            }
        }
        let wrong = self.wrong.entry(near(address)).or_default();
        wrong.count = wrong.count.saturating_add(1);
        let over = wrong.count.saturating_sub(FREE);
        let wait = if over == 0 { 0 } else { 1_u64.checked_shl(over.saturating_sub(1)).unwrap_or(u64::MAX) };
        wrong.until = now.saturating_add(Duration::from_secs(wait).min(LONGEST));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn who_is_wrong_again_and_again_waits_and_nobody_else() {
        let mut programs = Programs::default();
        let (address, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([198, 51, 100, 1]));
        let now = Duration::from_secs(1000);
        programs.good(address, [7; 32]);
        for _ in 0..FREE {
            programs.wrong(now, address, &[1; 32]);
            assert_eq!(programs.wait(now, address, &[1; 32]), None);
        }
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            programs.wrong(now, address, &[1; 32]);
            assert_eq!(programs.wait(now, address, &[2; 32]), Some(Duration::from_secs(expected)));
        }
        assert_eq!(programs.wait(now, address, &[7; 32]), None, "one that was good is looked at");
        assert_eq!(programs.wait(now, other, &[1; 32]), None);
        assert_eq!(programs.wait(now + LONGEST, address, &[1; 32]), None);
        programs.wrong(now, address, &[7; 32]);
        assert!(programs.wait(now, address, &[7; 32]).is_some(), "revoked, it is like any other");
        for number in 0..3 * u32::try_from(REMEMBERED).expect("small") {
            programs.wrong(now, Ipv4Addr::from_bits(number * 256).into(), &[1; 32]);
        }
        assert!(programs.wrong.len() <= REMEMBERED);
    }
}
