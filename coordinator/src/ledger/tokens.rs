//! What programs show that read from the desk.
//!
//! A token has a public id, by which it is found, and a secret part of which only the SHA-256 is kept: it is 256 bits of chance, so nothing
//! slower is needed. Tokens have names, so that whoever lists them knows what each is for, and an end.

use async_trait::async_trait;

use super::error::LedgerError;

/// Tokens there may be, revoked ones included.
pub const TOKENS: u32 = 1000;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenScope {
    /// Reading tables.
    Read,
    /// Reading how the coordinator is doing.
    Metrics,
}

impl TokenScope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Read, Self::Metrics];

    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Metrics => "metrics",
        }
    }

    /// Its place in a set; never given to another scope.
    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Metrics => 1 << 1,
        }
    }
}

/// What one token is good for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TokenScopes(u8);

impl TokenScopes {
    /// Whether this is one of them.
    #[must_use]
    pub const fn has(self, scope: TokenScope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = TokenScope> {
        TokenScope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// As a number that keeps its meaning.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Of such a number; what a later version meant by other bits is left out.
    #[must_use]
    pub fn from_bits(bits: u8) -> Self {
        Self(TokenScope::ALL.into_iter().fold(0, |known, scope| known | (bits & scope.bit())))
    }
}

impl FromIterator<TokenScope> for TokenScopes {
    fn from_iter<T: IntoIterator<Item = TokenScope>>(scopes: T) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// The public part of a token.
pub type TokenId = [u8; 8];

/// A new token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Its public part.
    pub id: TokenId,
    /// What it is called by whoever looks after tokens.
    pub name: String,
    /// What it is good for.
    pub scopes: TokenScopes,
    /// SHA-256 of its secret part.
    pub hash: [u8; 32],
    /// When it was made, milliseconds since 1970.
    pub created_ms: u64,
    /// From when on it is good for nothing, milliseconds since 1970.
    pub ends_ms: u64,
}

/// A token as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// As it was made.
    pub token: NewToken,
    /// Since when it is good for nothing because somebody said so.
    pub revoked_ms: Option<u64>,
    /// When it was last shown, to some minutes.
    pub used_ms: Option<u64>,
}

impl TokenRow {
    /// Whether it is good for something at this moment.
    #[must_use]
    pub const fn is_good(&self, now_ms: u64) -> bool {
        self.revoked_ms.is_none() && now_ms < self.token.ends_ms
    }
}

/// What became of a new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedToken {
    /// It is there.
    Added,
    /// Another one has this name, or had it.
    NameTaken,
    /// There are [`TOKENS`] already.
    Full,
}

/// Tokens of programs.
#[async_trait]
pub trait Tokens {
    /// Stores a new token.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_token(&self, token: NewToken) -> Result<AddedToken, LedgerError>;

    /// All of them, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn tokens(&self) -> Result<Vec<TokenRow>, LedgerError>;

    /// The token with this public part.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn token(&self, id: TokenId) -> Result<Option<TokenRow>, LedgerError>;

    /// Makes the token with this name good for nothing; `false` when there is none. Doing it twice keeps the first moment.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn revoke_token(&self, name: &str, now_ms: u64) -> Result<bool, LedgerError>;

    /// Notes that a token was shown.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn note_token(&self, id: TokenId, now_ms: u64) -> Result<(), LedgerError>;
}
