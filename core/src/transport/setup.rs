//! What keeps a client from being built.

/// Why no client can be built for an invite.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// A server address is not usable.
    #[error(
        "the server address {0:?} in the invite is not usable; it must start with https:// (http:// only on this machine)"
    )]
    Address(String),
    /// A trust anchor is not a certificate.
    #[error("the invite holds a trust anchor that is not a certificate")]
    Anchor,
    /// The TLS library refused the settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}
