//! People at the desk: accounts are made and changed here, and what somebody types is compared with what was kept of it.
//!
//! - [`password`]: Argon2id under a key that is not in the ledger;
//! - [`totp`]: the six digits of an authenticator;
//! - this module: what whoever runs the coordinator does with accounts.
//!
//! Everybody has both, a password and an authenticator; there is no account without. Who is signed in is the business of the
//! desk. Observers are not among these people: they are pseudonyms, and their names are nowhere here.

pub mod password;
pub mod totp;

use kuager_wire::ids::PersonId;
use kuager_wire::text;

use crate::app::App;
use crate::ledger::{ACCOUNTS, Account, AccountChange, AddedAccount, DeskRoles, Ledger, LedgerError, NewAccount};
use crate::people::password::{PasswordError, StoredPassword};
use crate::people::totp::TotpSecret;

/// Characters of a name at most.
pub const NAME: usize = 64;

/// Why something could not be done with an account.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// No name, or none that people could tell from another.
    #[error(
        "`{0}` is no name for an account; take 1 to {NAME} characters that can be seen, with single spaces between words"
    )]
    Name(String),
    /// Somebody is called so.
    #[error("there is an account of `{0}` already; names are compared without capital letters")]
    NameTaken(String),
    /// Nobody is called so.
    #[error("there is no account of `{0}`; `kuager user list` shows all")]
    Unknown(String),
    /// Too many accounts.
    #[error("there are {ACCOUNTS} accounts, and more are not kept")]
    Full,
    /// Nobody may do nothing.
    #[error("an account needs a role; to let nobody in with it, disable it")]
    NoRole,
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The machine has no randomness.
    #[error("the system gives no random numbers ({0})")]
    Random(#[from] getrandom::Error),
}

/// The name under which an account is found: as it is typed, but for spaces around and capital letters. What could not be
/// a name is found under nothing.
#[must_use]
pub fn handle(typed: &str) -> Option<String> {
    if typed.len() > 4 * NAME + 16 {
        return None;
    }
    let name = text::name(typed);
    (1..=NAME).contains(&name.chars().count()).then(|| name.to_lowercase())
}

/// A new account, and what its authenticator is to be told.
///
/// # Errors
/// [`PeopleError`].
pub async fn add(
    app: &App,
    name: &str,
    roles: DeskRoles,
    password: &str,
) -> Result<(PersonId, TotpSecret), PeopleError> {
    // Taken as it is or not at all: what cannot be seen in it would be missed by who types it.
    let handle =
        handle(name).filter(|_| text::name(name) == name).ok_or_else(|| PeopleError::Name(text::name(name)))?;
    if roles.is_empty() {
        return Err(PeopleError::NoRole);
    }
    let mut person = PersonId([0; 16]);
    getrandom::fill(&mut person.0)?;
    let secret = TotpSecret::new()?;
    let account = NewAccount {
        person,
        name: name.to_owned(),
        handle,
        roles,
        password: StoredPassword::new(&app.signer.people, password)?.to_bytes(),
        totp: secret.seal(&app.signer.people, person)?,
        created_ms: app.clock.now_ms(),
    };
    match app.ledger.add_account(account).await? {
        AddedAccount::Added => Ok((person, secret)),
        AddedAccount::NameTaken => Err(PeopleError::NameTaken(name.to_owned())),
        AddedAccount::Full => Err(PeopleError::Full),
    }
}

/// The account of who is called so.
///
/// # Errors
/// [`PeopleError::Unknown`], or what the database says.
pub async fn find(app: &App, name: &str) -> Result<Account, PeopleError> {
    let unknown = || PeopleError::Unknown(text::name(name));
    let handle = handle(name).ok_or_else(unknown)?;
    app.ledger.account_named(&handle).await?.ok_or_else(unknown)
}

/// Gives somebody other roles. Their sessions end.
///
/// # Errors
/// [`PeopleError`].
pub async fn set_roles(app: &App, name: &str, roles: DeskRoles) -> Result<(), PeopleError> {
    if roles.is_empty() {
        return Err(PeopleError::NoRole);
    }
    change(app, name, AccountChange::Roles(roles)).await
}

/// Gives somebody another password. Their sessions end.
///
/// # Errors
/// [`PeopleError`].
pub async fn set_password(app: &App, name: &str, password: &str) -> Result<(), PeopleError> {
    let stored = StoredPassword::new(&app.signer.people, password)?;
    change(app, name, AccountChange::Password(stored.to_bytes())).await
}

/// Gives somebody another secret for codes; the authenticator that had the former one is of no use any more. Their sessions
/// end.
///
/// # Errors
/// [`PeopleError`].
pub async fn renew_totp(app: &App, name: &str) -> Result<TotpSecret, PeopleError> {
    let account = find(app, name).await?;
    let secret = TotpSecret::new()?;
    let sealed = secret.seal(&app.signer.people, account.person)?;
    app.ledger.change_account(account.person, AccountChange::Totp(sealed)).await?;
    Ok(secret)
}

/// Lets somebody in no more. Their sessions end.
///
/// # Errors
/// [`PeopleError`].
pub async fn disable(app: &App, name: &str) -> Result<(), PeopleError> {
    change(app, name, AccountChange::Disabled(app.clock.now_ms())).await
}

/// Lets somebody in again.
///
/// # Errors
/// [`PeopleError`].
pub async fn enable(app: &App, name: &str) -> Result<(), PeopleError> {
    change(app, name, AccountChange::Enabled).await
}

/// Gives a coordinator the accounts of another, with their passwords and authenticators, which rest on a secret that it must have been
/// lent before ([`Deployment::lend_people`](crate::Deployment::lend_people)). Disabled ones stay behind.
///
/// # Errors
/// [`LedgerError`].
pub async fn copy(from: &dyn Ledger, to: &App) -> Result<(), LedgerError> {
    for account in from.accounts().await?.into_iter().filter(|account| account.disabled_ms.is_none()) {
        let Account { person, name, roles, password, totp, created_ms, .. } = account;
        let Some(handle) = handle(&name) else { continue };
        to.ledger.add_account(NewAccount { person, name, handle, roles, password, totp, created_ms }).await?;
    }
    Ok(())
}

async fn change(app: &App, name: &str, change: AccountChange) -> Result<(), PeopleError> {
    let account = find(app, name).await?;
    app.ledger.change_account(account.person, change).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
