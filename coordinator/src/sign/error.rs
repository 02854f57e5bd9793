//! Why something was not signed.

use kuager_wire::cose::StatementError;

/// Why something was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// It breaks a rule of its own kind, or is too large.
    #[error("cannot be signed: {0}")]
    Statement(#[from] StatementError),
    /// The root key has left this machine, and no issuer has come in its place.
    #[error(
        "the root key is not on this machine, and there is no issuer: run `kuager root request` here, `kuager root sign` where \
         the root key is, `kuager root import` here"
    )]
    NoIssuer,
    /// The issuer's time is over.
    #[error(
        "the issuer might sign until {} only; make a new one: `kuager root request` here, `kuager root sign` where the root key is, \
         `kuager root import` here",
        moment(*not_after_ms)
    )]
    IssuerOver {
        /// Its end, milliseconds since 1970.
        not_after_ms: u64,
    },
    /// The issuer was revoked.
    #[error(
        "the issuer was revoked; make a new one: `kuager root request` here, `kuager root sign` where the root key is, \
             `kuager root import` here"
    )]
    IssuerRevoked,
    /// A key or a delegation cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// A moment in UTC.
fn moment(ms: u64) -> String {
    let moment = i64::try_from(ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    moment.map_or_else(|| format!("{ms} ms after 1970"), |moment| moment.to_string())
}
