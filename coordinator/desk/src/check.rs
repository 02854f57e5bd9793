//! Whether somebody is who they say: by a password and a code, within what may be tried. Whatever is wrong of the two, or that nobody
//! has this name, the answer is the same, and so is what it costs.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::Response;
use data_encoding::HEXLOWER;
use kuager_coordinator::ledger::Account;
use kuager_coordinator::people::handle;
use kuager_coordinator::people::password::StoredPassword;
use kuager_coordinator::people::totp::TotpSecret;
use kuager_coordinator::sign::BrowserMark;
use kuager_wire::cose::sha256;
use zeroize::Zeroizing;

use crate::people::attempts::{Attempt, Named};
use crate::people::cookies::Cookie;
use crate::people::work::Lane;
use crate::response::trouble;
use crate::state::Desk;

/// What became of an attempt.
pub(crate) enum Checked {
    /// It is this person, and the mark that their browser carries.
    Right(Account, Option<BrowserMark>),
    /// It is not.
    Wrong,
    /// It was not looked at, and the next one is after so long.
    Wait(Duration),
    /// It was not looked at: too many others are.
    Busy,
}

/// Looks at an attempt to be somebody.
pub(crate) async fn check(
    desk: &Desk,
    from: IpAddr,
    headers: &HeaderMap,
    name: &str,
    password: Zeroizing<String>,
    code: &str,
) -> Result<Checked, Response> {
    let handle = handle(name);
    let account = match &handle {
        Some(handle) => desk.app.ledger.account_named(handle).await.map_err(trouble)?,
        None => None,
    };
    let named = match &account {
        Some(account) => Named::Account(account.person, account.generation),
        None => Named::nobody(sha256(handle.as_deref().unwrap_or_default().as_bytes())),
    };
    let browser = account.as_ref().and_then(|account| mark(desk, headers, account));
    let attempt = Attempt { named, browser, address: from };
    if let Err(wait) = desk.people.attempt(&attempt) {
        return Ok(Checked::Wait(wait));
    }
    let lane = if browser.is_some() { Lane::Known } else { Lane::Strangers };
    let stored = account.as_ref().and_then(|account| StoredPassword::from_bytes(&account.password));
    let stored = stored.unwrap_or_else(StoredPassword::nobodys);
    let signer = desk.app.signer.clone();
    let Ok(right) = desk.people.work.run(lane, move || stored.is(&signer.people, &password)).await else {
        desk.people.not_looked_at(&attempt);
        return Ok(Checked::Busy);
    };
    match account {
        Some(account) if right && is_new(desk, &account, code).await? => {
            desk.people.succeeded(&attempt);
            Ok(Checked::Right(account, browser))
        }
        _ => Ok(Checked::Wrong),
    }
}

/// Whether this is a code of now that was not used before, of somebody who may come in.
async fn is_new(desk: &Desk, account: &Account, code: &str) -> Result<bool, Response> {
    let now_ms = desk.people.clock.now_ms();
    let Some(secret) = TotpSecret::open(&desk.app.signer.people, account.person, &account.totp) else {
        tracing::error!("keys/people.secret is not the one of these accounts; give them other passwords and codes");
        return Ok(false);
    };
    let Some(step) = secret.step_of(code, now_ms) else { return Ok(false) };
    desk.app.ledger.sign_in(account.person, account.generation, step, now_ms).await.map_err(trouble)
}

/// The mark of a browser from which this person has signed in before.
fn mark(desk: &Desk, headers: &HeaderMap, account: &Account) -> Option<BrowserMark> {
    let shown = Cookie::Browser.read(headers, desk.people.reach.is_secure())?;
    let mark = HEXLOWER.decode(shown.as_bytes()).ok()?.try_into().ok()?;
    desk.app.signer.people.is_mark(account.person, &mark).then_some(mark)
}
