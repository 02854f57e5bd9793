//! From the name of a server to its addresses, asked anew for each connection.
//!
//! A name may have several addresses, and any of them may lead nowhere: IPv6 without a route, or an address of yesterday. One
//! that refuses or says nothing is passed over while connecting, since the other family is tried a moment later (Happy
//! Eyeballs, RFC 8305, by hyper). That helps nothing against what takes the connection and then keeps it: a middlebox in front
//! of one family answers the first packet of everybody. So connections that were left behind are followed by some that begin
//! at the next address.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use super::call::BoxFuture;

/// Addresses of one name that are looked at.
const ADDRESSES: usize = 16;

/// Who knows the addresses of names.
pub trait Names: Send + Sync {
    /// The addresses of a name, the best first. Ports do not matter.
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
}

/// The system's: what it is set to ask, in its order (RFC 6724).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(lookup_host((name, 0)).await?.take(ADDRESSES).collect()) })
    }
}

/// The same names, beginning at another of their addresses.
#[derive(Clone)]
pub(super) struct Turned {
    pub(super) names: Arc<dyn Names>,
    /// Which address is the first.
    pub(super) turn: usize,
}

impl fmt::Debug for Turned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Turned").field("turn", &self.turn).finish_non_exhaustive()
    }
}

impl Resolve for Turned {
    fn resolve(&self, name: Name) -> Resolving {
        let (addresses, turn) = (self.names.addresses(name.as_str().to_owned()), self.turn);
        Box::pin(async move {
            let mut addresses = addresses.await?;
            addresses.truncate(ADDRESSES);
            let first = turn.checked_rem(addresses.len()).unwrap_or_default();
            addresses.rotate_left(first);
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
