//! People at the desk: who may come in, who is signed in, and what each may do.
//!
//! - `reach`: under which names the desk is reached, and over what;
//! - `attempts`, `work`: how often somebody may try to sign in, and what that may cost;
//! - `sessions`, `cookies`: who is signed in, and how a browser shows it;
//! - `access`: which roles open what;
//! - `next`: where somebody goes on to;
//! - `programs`: who shows a token;
//! - `visitor`: who asks, as handlers get it.
//!
//! Nothing here knows of pages. As long as there is no account, whoever uses this machine is everybody at once
//! ([`Who::Anybody`]); from the first account on, nobody is in who did not sign in.

pub(crate) mod access;
pub(crate) mod attempts;
pub(crate) mod cookies;
pub(crate) mod next;
pub(crate) mod programs;
pub(crate) mod reach;
pub(crate) mod sessions;
mod time;
pub(crate) mod visitor;
pub(crate) mod work;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use kuager_coordinator::app::App;
use kuager_coordinator::clock::{Clock, SystemClock};
use kuager_coordinator::ledger::{Account, LedgerError};
use kuager_coordinator::tokens;
use kuager_wire::cose::sha256;
use kuager_wire::ids::PersonId;
use parking_lot::Mutex;
use sha2::Sha256;
use tokio::sync::watch;
use zeroize::Zeroizing;

use self::attempts::Attempts;
use self::programs::Programs;
use self::reach::Reach;
use self::sessions::{Session, SessionKey, Sessions, Token};
use self::time::Now;
use self::visitor::{Person, Visitor, Who};
use self::work::Work;

/// How often it is looked whether somebody who listens may still do so: another process may have changed the account.
const LOOK: Duration = Duration::from_secs(2);

/// Everything the desk knows of its people beside the ledger. Forgotten when the program ends; then everybody signs in again.
pub(crate) struct People {
    app: App,
    /// The machine's, also where a day is played: authenticators know no other.
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reach: Reach,
    sessions: Mutex<Sessions>,
    attempts: Mutex<Attempts>,
    programs: Mutex<Programs>,
    pub(crate) work: Work,
    /// What tokens of forms are made with.
    forms: Zeroizing<[u8; 32]>,
    /// There are accounts; there always will be.
    some: AtomicBool,
    /// Told whenever a session may have ended here.
    ended: watch::Sender<()>,
}

/// Why a token is not looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotNow {
    /// Too many wrong ones came from there.
    #[error("too many wrong tokens came from this address")]
    Wait(Duration),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl People {
    pub(crate) fn new(app: App, reach: Reach) -> Result<Self, getrandom::Error> {
        let mut forms = Zeroizing::new([0; 32]);
        getrandom::fill(forms.as_mut_slice())?;
        let clock: Arc<dyn Clock> = match app.deployment.rehearsal() {
            Some(_) => Arc::new(SystemClock::default()),
            None => Arc::clone(&app.clock),
        };
        Ok(Self {
            app,
            clock,
            reach,
            sessions: Mutex::default(),
            attempts: Mutex::default(),
            programs: Mutex::default(),
            work: Work::default(),
            forms,
            some: AtomicBool::new(false),
            ended: watch::Sender::new(()),
        })
    }

    fn now(&self) -> Now {
        Now { elapsed: self.clock.elapsed(), wall: Duration::from_millis(self.clock.now_ms()) }
    }

    /// Whether there are accounts, so that everybody has to sign in.
    pub(crate) async fn are_some(&self) -> Result<bool, LedgerError> {
        if self.some.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let some = self.app.ledger.has_accounts().await?;
        if some {
            self.some.store(true, Ordering::Relaxed);
        }
        Ok(some)
    }

    /// Who has this session, as the account stands now; nobody when the session is over, whoever ended it.
    async fn person(&self, key: SessionKey, touch: bool) -> Result<Option<Person>, LedgerError> {
        let Some(Session { person, generation }) = self.sessions.lock().find(self.now(), key, touch) else {
            return Ok(None);
        };
        let account = self.app.ledger.account(person).await?;
        let good = account.filter(|account| account.generation == generation && account.disabled_ms.is_none());
        if good.is_none() {
            self.sessions.lock().end(key);
        }
        Ok(good.map(|account| Person { id: account.person, name: account.name, roles: account.roles }))
    }

    /// Who asks with this token, if with any. Looking does not count as being there, unless it `touch`es.
    pub(crate) async fn who(&self, token: Option<&Token>, touch: bool) -> Result<Who, LedgerError> {
        if !self.are_some().await? {
            return Ok(Who::Anybody);
        }
        let Some(key) = token.map(Token::key) else { return Ok(Who::Stranger) };
        Ok(self.person(key, touch).await?.map_or(Who::Stranger, |person| Who::Person(person, key)))
    }

    /// The program that shows this token from this address; a stranger for what is none, or good no more.
    pub(crate) async fn program(&self, shown: &str, address: IpAddr) -> Result<Who, NotNow> {
        let (mark, now) = (sha256(shown.as_bytes()), self.now().elapsed);
        if let Some(wait) = self.programs.lock().wait(now, address, &mark) {
            return Err(NotNow::Wait(wait));
        }
        let found = tokens::shown(&self.app, shown).await?;
        let mut programs = self.programs.lock();
        Ok(match found {
            Some(row) => {
                programs.good(address, mark);
                Who::Program(row.token.scopes)
            }
            None => {
                programs.wrong(now, address, &mark);
                Who::Stranger
            }
        })
    }

    /// Opens a session for who has just signed in.
    pub(crate) fn enter(&self, account: &Account) -> Result<Token, getrandom::Error> {
        let token = Token::new()?;
        let session = Session { person: account.person, generation: account.generation };
        self.sessions.lock().open(self.now(), token.key(), session);
        self.ended.send_replace(());
        Ok(token)
    }

    /// Ends a session.
    pub(crate) fn leave(&self, key: SessionKey) {
        self.sessions.lock().end(key);
        self.ended.send_replace(());
    }

    /// How many sessions somebody has.
    pub(crate) fn places(&self, person: PersonId) -> usize {
        self.sessions.lock().of(self.now(), person)
    }

    /// Waits until this visitor may not be here any more: signed out, timed out, disabled, or there are accounts now.
    pub(crate) async fn over(self: Arc<Self>, visitor: Visitor) {
        let mut ended = self.ended.subscribe();
        loop {
            // A sender that is gone is an end, too.
            if matches!(tokio::time::timeout(LOOK, ended.changed()).await, Ok(Err(_))) {
                return;
            }
            let here = match &visitor.who {
                Who::Anybody => self.are_some().await.map(|some| !some),
                Who::Person(_, key) => self.person(*key, false).await.map(|person| person.is_some()),
                Who::Stranger | Who::Program(_) => Ok(false),
            };
            // What cannot be looked up is not taken for good.
            if !here.unwrap_or(false) {
                return;
            }
        }
    }

    /// Counts an attempt to sign in before anything is looked at, or says how long to wait.
    pub(crate) fn attempt(&self, attempt: &attempts::Attempt) -> Result<(), Duration> {
        self.attempts.lock().begin(self.now().elapsed, attempt)
    }

    /// The attempt was a right one.
    pub(crate) fn succeeded(&self, attempt: &attempts::Attempt) {
        self.attempts.lock().succeed(attempt);
    }

    /// The attempt was not looked at.
    pub(crate) fn not_looked_at(&self, attempt: &attempts::Attempt) {
        self.attempts.lock().give_back(self.now().elapsed, attempt);
    }

    /// What forms of a page carry that was made for this visitor: nobody else's page can know it, nor that of another session.
    pub(crate) fn form_token(&self, who: &Who, browser: &[u8]) -> String {
        HEXLOWER.encode(&self.form_code(who, browser).finalize().into_bytes())
    }

    /// Whether a form carries it.
    pub(crate) fn is_form_token(&self, who: &Who, browser: &[u8], token: &[u8]) -> bool {
        let Ok(token) = HEXLOWER.decode(token) else { return false };
        self.form_code(who, browser).verify_slice(&token).is_ok()
    }

    fn form_code(&self, who: &Who, browser: &[u8]) -> Hmac<Sha256> {
        let mut code =
            <Hmac<Sha256> as KeyInit>::new_from_slice(self.forms.as_slice()).expect("HMAC takes keys of any length");
        match who {
            Who::Anybody => code.update(b"anybody"),
            // Programs are given no forms.
            Who::Stranger | Who::Program(_) => {
                code.update(b"stranger");
                code.update(browser);
            }
            Who::Person(_, key) => {
                code.update(b"session");
                code.update(&key.0);
            }
        }
        code
    }
}
