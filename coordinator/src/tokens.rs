//! Tokens that programs show to read from the desk: made, shown once, told apart from guesses.

use data_encoding::HEXLOWER;
use kuager_wire::cose::sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::app::App;
use crate::ledger::{AddedToken, LedgerError, NewToken, TokenId, TokenRow, TokenScopes};

/// What every token begins with, so that it is found where it should not be.
const BEGIN: &str = "kuager_";
/// Characters of a token.
pub const LENGTH: usize = BEGIN.len() + 16 + 1 + 64;
/// Days a token is good for at most.
pub const LONGEST_DAYS: u32 = 366;
/// Characters of a name.
const NAME: usize = 60;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// A token's last use is written down this often at most.
const NOTED_MS: u64 = 5 * 60 * 1000;

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name.
    #[error("`{0}` is no name of a token; it has 1 to {NAME} letters, digits, blanks, dots, hyphens or underscores")]
    Name(String),
    /// Another one has it, or had it.
    #[error("there is a token `{0}`, or there was one; take another name, so that each name stands for one token")]
    NameTaken(String),
    /// Too many.
    #[error("there are as many tokens as there may be, revoked ones included")]
    Full,
    /// An end that is none.
    #[error("a token is good for 1 to {LONGEST_DAYS} days")]
    Days,
    /// Nothing.
    #[error("a token must be good for something")]
    NoScope,
    /// There is none.
    #[error("there is no token `{0}`; `kuager token list` shows all")]
    Unknown(String),
    /// No chance to be had.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A token as a program shows it: its public part, and what only the program knows.
fn parts(text: &str) -> Option<(TokenId, Zeroizing<[u8; 32]>)> {
    let (id, secret) = text.strip_prefix(BEGIN).filter(|_| text.len() == LENGTH)?.split_once('_')?;
    let id = HEXLOWER.decode(id.as_bytes()).ok()?.try_into().ok()?;
    let secret = Zeroizing::new(HEXLOWER.decode(secret.as_bytes()).ok()?);
    Some((id, Zeroizing::new(secret.as_slice().try_into().ok()?)))
}

/// Makes a token, and returns the only copy of it there will be.
///
/// # Errors
/// [`TokenError`].
pub async fn add(
    app: &App,
    name: &str,
    scopes: TokenScopes,
    days: u32,
) -> Result<(NewToken, Zeroizing<String>), TokenError> {
    let plain = |character: char| character.is_alphanumeric() || matches!(character, ' ' | '.' | '-' | '_');
    let name = kuager_wire::canonical::nfc(name.trim());
    if name.is_empty() || name.chars().count() > NAME || !name.chars().all(plain) {
        return Err(TokenError::Name(name));
    }
    if days == 0 || days > LONGEST_DAYS {
        return Err(TokenError::Days);
    }
    if scopes.iter().next().is_none() {
        return Err(TokenError::NoScope);
    }
    let (mut id, mut secret) = ([0; 8], Zeroizing::new([0; 32]));
    getrandom::fill(&mut id)?;
    getrandom::fill(secret.as_mut_slice())?;
    let created_ms = app.clock.now_ms();
    let ends_ms = created_ms.saturating_add(u64::from(days).saturating_mul(DAY_MS));
    let token = NewToken { id, name: name.clone(), scopes, hash: sha256(secret.as_slice()), created_ms, ends_ms };
    match app.ledger.add_token(token.clone()).await? {
        AddedToken::Added => {}
        AddedToken::NameTaken => return Err(TokenError::NameTaken(name)),
        AddedToken::Full => return Err(TokenError::Full),
    }
    let text = format!("{BEGIN}{}_{}", HEXLOWER.encode(&id), HEXLOWER.encode(secret.as_slice()));
    Ok((token, Zeroizing::new(text)))
}

/// Makes a token good for nothing.
///
/// # Errors
/// [`TokenError`].
pub async fn revoke(app: &App, name: &str) -> Result<(), TokenError> {
    if app.ledger.revoke_token(name, app.clock.now_ms()).await? {
        Ok(())
    } else {
        Err(TokenError::Unknown(name.to_owned()))
    }
}

/// The token that a program shows, if it is one that is good now. It takes as long whatever is wrong with the secret part.
///
/// # Errors
/// [`LedgerError`].
pub async fn shown(app: &App, text: &str) -> Result<Option<TokenRow>, LedgerError> {
    let Some((id, secret)) = parts(text) else { return Ok(None) };
    let hash = sha256(secret.as_slice());
    let Some(row) = app.ledger.token(id).await? else { return Ok(None) };
    let same: bool = row.token.hash.ct_eq(&hash).into();
    let now_ms = app.clock.now_ms();
    if !same || !row.is_good(now_ms) {
        return Ok(None);
    }
    if row.used_ms.is_none_or(|used_ms| now_ms.saturating_sub(used_ms) >= NOTED_MS) {
        app.ledger.note_token(id, now_ms).await?;
    }
    Ok(Some(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::TokenScope;
    use crate::testing::Fixture;

    #[tokio::test]
    async fn a_token_is_good_as_it_was_given_and_until_its_end() {
        let fixture = Fixture::new();
        let app = &fixture.app;
        let read: TokenScopes = [TokenScope::Read].into_iter().collect();
        let (token, text) = add(app, "Нәтижелер board", read, 2).await.expect("is made");
        assert_eq!(text.len(), LENGTH);
        let row = shown(app, &text).await.expect("reads").expect("is good");
        assert_eq!(row.token, token);
        let stored = app.ledger.token(token.id).await.expect("reads").expect("is there");
        assert_eq!(stored.used_ms, Some(fixture.clock_ms()));
        for at in [0, BEGIN.len(), BEGIN.len() + 17, LENGTH - 1] {
            let mut other = text.as_bytes().to_vec();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).expect("text");
            assert_eq!(shown(app, &other).await, Ok(None), "{at}");
        }
        for other in ["", "kuager_", &text[1..], &text.to_uppercase(), &format!("{}0", *text)] {
            assert_eq!(shown(app, other).await, Ok(None), "{other}");
        }
        fixture.clock.set(token.ends_ms - 1);
        assert!(shown(app, &text).await.expect("reads").is_some());
        fixture.clock.set(token.ends_ms);
        assert_eq!(shown(app, &text).await, Ok(None));
        let (_, text) = add(app, "another", read, 2).await.expect("is made");
        revoke(app, "another").await.expect("is revoked");
        assert_eq!(shown(app, &text).await, Ok(None));
        for name in ["", "another", "a\nb", &"x".repeat(61)] {
            assert!(add(app, name, read, 2).await.is_err(), "{name}");
        }
        assert!(matches!(add(app, "c", read, 0).await, Err(TokenError::Days)));
        assert!(matches!(add(app, "c", TokenScopes::default(), 1).await, Err(TokenError::NoScope)));
        assert!(matches!(revoke(app, "nobody").await, Err(TokenError::Unknown(_))));
    }
}
