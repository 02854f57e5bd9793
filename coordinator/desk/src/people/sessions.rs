//! Who is signed in. Of a session's token only its hash is here: whoever reads the memory of the program, or a picture of it,
//! cannot show it.

use std::collections::HashMap;
use std::time::Duration;

use data_encoding::HEXLOWER;
use kuager_wire::cose::sha256;
use kuager_wire::ids::PersonId;
use zeroize::Zeroizing;

use super::time::Now;

/// A session ends when nothing was asked for so long. An open page that only listens asks for nothing.
pub(crate) const IDLE: Duration = Duration::from_secs(60 * 60);
/// A session ends so long after it began, whatever was asked: a shift, and less than the day that NIST SP 800-63B-4 allows.
pub(crate) const WHOLE: Duration = Duration::from_secs(16 * 60 * 60);
/// Sessions of one person; another one ends the one that was quiet for longest.
pub(crate) const EACH: usize = 16;

/// What a browser shows: 256 random bits.
pub(crate) struct Token(Zeroizing<[u8; 32]>);

/// The hash of a token, by which a session is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey(pub(crate) [u8; 32]);

impl Token {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut token = Zeroizing::new([0; 32]);
        getrandom::fill(token.as_mut_slice())?;
        Ok(Self(token))
    }

    /// From what a browser showed.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(HEXLOWER.decode(text.as_bytes()).ok()?);
        <[u8; 32]>::try_from(bytes.as_slice()).ok().map(|token| Self(Zeroizing::new(token)))
    }

    /// As a browser shows it.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.0.as_slice()))
    }

    pub(crate) fn key(&self) -> SessionKey {
        SessionKey(sha256(self.0.as_slice()))
    }
}

/// A session: whose, and of which generation of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) person: PersonId,
    pub(crate) generation: u64,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    session: Session,
    opened: Now,
    asked: Now,
}

impl Kept {
    fn is_over(&self, now: Now) -> bool {
        now.since(self.opened) >= WHOLE || now.since(self.asked) >= IDLE
    }
}

/// All sessions: so many for each person, and of these as many as there may be accounts.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    kept: HashMap<SessionKey, Kept>,
}

impl Sessions {
    /// Opens a session.
    pub(crate) fn open(&mut self, now: Now, key: SessionKey, session: Session) {
        self.kept.retain(|_, kept| !kept.is_over(now));
        let mine = |kept: &Kept| kept.session.person == session.person;
        while self.kept.values().filter(|kept| mine(kept)).count() >= EACH {
            let quiet = self.kept.iter().filter(|(_, kept)| mine(kept)).max_by_key(|(_, kept)| now.since(kept.asked));
            let Some(quiet) = quiet.map(|(key, _)| *key) else { break };
            self.kept.remove(&quiet);
        }
        self.kept.insert(key, Kept { session, opened: now, asked: now });
    }

    /// The session of a key, unless it is over. Whoever asks for something keeps it going (`touch`).
    pub(crate) fn find(&mut self, now: Now, key: SessionKey, touch: bool) -> Option<Session> {
        let kept = self.kept.get_mut(&key)?;
        if kept.is_over(now) {
            self.kept.remove(&key);
            return None;
        }
        if touch {
            kept.asked = now;
        }
        Some(kept.session)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, key: SessionKey) {
        self.kept.remove(&key);
    }

    /// How many sessions somebody has.
    pub(crate) fn of(&self, now: Now, person: PersonId) -> usize {
        self.kept.values().filter(|kept| kept.session.person == person && !kept.is_over(now)).count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        /// Person, browser.
        Open(u8, u8),
        Ask(u8, u8),
        Listen(u8, u8),
        End(u8, u8),
        /// Minutes by the steady clock, and by how many more or fewer the wall clock moves.
        Wait(u16, i16),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..3_u8, 0..20_u8).prop_map(|(person, browser)| Step::Open(person, browser)),
            (0..3_u8, 0..20_u8).prop_map(|(person, browser)| Step::Ask(person, browser)),
            (0..3_u8, 0..20_u8).prop_map(|(person, browser)| Step::Listen(person, browser)),
            (0..3_u8, 0..20_u8).prop_map(|(person, browser)| Step::End(person, browser)),
            (0..90_u16, -200..200_i16).prop_map(|(minutes, skew)| Step::Wait(minutes, skew)),
        ]
    }

    fn key(person: u8, browser: u8) -> SessionKey {
        SessionKey(sha256(&[person, browser]))
    }

    fn session(person: u8) -> Session {
        Session { person: PersonId([person; 16]), generation: 1 }
    }

    proptest! {
        /// By the steady clock alone, which is all that a test can know: no session is found that was ended, or not opened, or
        /// is over; none is somebody else's; nobody has too many; and one that was asked a moment ago is there.
        #[test]
        fn a_session_is_there_as_long_as_it_may_be(steps in prop::collection::vec(step(), 1..120)) {
            let mut sessions = Sessions::default();
            let (mut minutes, mut wall) = (1000_u64, 1_000_000_u64);
            let mut opened = HashMap::<(u8, u8), (u64, u64)>::new();
            for step in steps {
                let now = Now { elapsed: Duration::from_secs(minutes * 60), wall: Duration::from_secs(wall * 60) };
                match step {
                    Step::Open(person, browser) => {
                        sessions.open(now, key(person, browser), session(person));
                        opened.insert((person, browser), (minutes, minutes));
                        prop_assert_eq!(sessions.find(now, key(person, browser), false), Some(session(person)));
                    }
                    Step::Ask(person, browser) | Step::Listen(person, browser) => {
                        let touch = matches!(step, Step::Ask(..));
                        let found = sessions.find(now, key(person, browser), touch);
                        let known = opened.get_mut(&(person, browser));
                        match (found, known) {
                            (Some(found), Some((first, last))) => {
                                prop_assert_eq!(found, session(person));
                                prop_assert!(minutes - *first < 16 * 60 && minutes - *last < 60);
                                if touch {
                                    *last = minutes;
                                }
                            }
                            (Some(_), None) => prop_assert!(false, "a session out of nothing"),
                            (None, _) => { opened.remove(&(person, browser)); }
                        }
                    }
                    Step::End(person, browser) => {
                        sessions.end(key(person, browser));
                        opened.remove(&(person, browser));
                        prop_assert_eq!(sessions.find(now, key(person, browser), true), None);
                    }
                    Step::Wait(more, skew) => {
                        minutes += u64::from(more);
                        wall = wall.saturating_add_signed(i64::from(more) + i64::from(skew));
                    }
                }
                for person in 0..3 {
                    prop_assert!(sessions.of(now, PersonId([person; 16])) <= EACH);
                }
            }
        }
    }

    #[test]
    fn sessions_end_after_a_quiet_hour_and_after_a_shift_by_either_clock() {
        let at = |elapsed, wall| Now { elapsed: Duration::from_secs(elapsed), wall: Duration::from_secs(wall) };
        let begun = || {
            let mut sessions = Sessions::default();
            sessions.open(at(0, 5000), key(1, 1), session(1));
            sessions
        };
        assert!(begun().find(at(3599, 5000), key(1, 1), true).is_some());
        assert!(begun().find(at(3600, 0), key(1, 1), true).is_none(), "the wall clock was set back");
        assert!(begun().find(at(1, 8600), key(1, 1), true).is_none(), "the machine slept");
        let mut busy = begun();
        let asked = (1..40)
            .map(|half| half * 1800)
            .take_while(|now| busy.find(at(*now, 5000 + *now), key(1, 1), true).is_some());
        assert_eq!(asked.last(), Some(16 * 3600 - 1800));
        let mut listens = begun();
        assert!(listens.find(at(3000, 8000), key(1, 1), false).is_some());
        assert!(listens.find(at(3600, 8600), key(1, 1), false).is_none(), "who only listens is not there");
    }

    #[test]
    fn the_quietest_makes_room() {
        let at = |second| Now { elapsed: Duration::from_secs(second), wall: Duration::from_secs(second) };
        let mut sessions = Sessions::default();
        for browser in 0..16 {
            sessions.open(at(u64::from(browser)), key(1, browser), session(1));
        }
        sessions.open(at(20), key(2, 0), session(2));
        assert!(sessions.find(at(30), key(1, 0), true).is_some());
        sessions.open(at(40), key(1, 99), session(1));
        assert!(sessions.find(at(50), key(1, 1), true).is_none());
        assert!(sessions.find(at(50), key(1, 0), true).is_some() && sessions.find(at(50), key(2, 0), true).is_some());
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let token = Token::new().expect("is drawn");
        assert_eq!(Token::read(&token.text()).expect("is read").key(), token.key());
        assert_ne!(Token::new().expect("is drawn").key(), token.key());
        for none in ["", "00", &"0".repeat(63), &"0".repeat(65), &"G".repeat(64), &"0".repeat(1_000_000)] {
            assert!(Token::read(none).is_none());
        }
    }
}
