//! The desk: which stations have been heard from, live; each station's records; each file.
//!
//! Rendered on the server, complete without a script; a small script only swaps rows as server-sent events bring them.
//! Without accounts it is served on loopback addresses only, by plain HTTP, and answers only requests that name such an address as
//! their host (another web page in the same browser must not read it); who uses the machine uses the desk. From the first account
//! on everybody signs in, and with TLS it may be reached from elsewhere under the names it was given ([`Reach`]). The public
//! listener answers `/` with 404.
//!
//! The desk is a client of the coordinator's library: it counts what the ledger tells of (`state` keeps the book of `kuager-analysis`, `snapshot`
//! writes it down; `acts` is what people did), and turns what it reads into `pages`. Its words come from `texts`, those of the election from the pack, each in a `language`
//! and a `time` that the pack decides about. Who may come where stands in `routes` and is asked at one door (`guard`), by what is known of
//! `people`.

mod acts;
mod answers;
mod api;
mod assets;
mod chart;
mod check;
mod clocks;
mod curve;
mod entry;
pub mod export;
mod figures;
mod flags;
mod frame;
mod guard;
pub mod hooks;
mod language;
mod lines;
mod listing;
mod live;
mod making;
mod names;
mod news;
pub mod official;
mod pages;
mod people;
mod polls;
mod previews;
mod protocols;
pub mod publication;
mod publishing;
mod relations;
mod rendered;
mod response;
mod routes;
mod samples;
mod sealed;
mod site;
mod snapshot;
mod state;
mod stations;
mod tables;
#[cfg(test)]
mod testing;
mod texts;
mod time;
mod upload;
mod views;

use std::fmt::{self, Display, Formatter};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use kuager_coordinator::http::{Beside, Config};
use kuager_coordinator::journal::JournalError;
use kuager_coordinator::ledger::LedgerError;

pub use crate::people::reach::{Reach, Way};
use crate::state::{Desk, NoDesk};

/// Why the desk is not served.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The desk's journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The machine has no randomness.
    #[error("the system gives no random numbers ({0}); without them nobody can sign in")]
    Random(#[from] getrandom::Error),
    /// Others could reach it, and something is missing that keeps them out.
    #[error("the desk is not served where others reach it ({address}) without {missing}")]
    Missing {
        /// Where it was to be served.
        address: SocketAddr,
        /// What is missing.
        missing: Missing,
    },
    /// A proxy on this machine needs no other address than one of this machine, and others must not get past it.
    #[error("behind a proxy the desk is served on a loopback address only, and {0} is none; use 127.0.0.1")]
    ProxyElsewhere(SocketAddr),
    /// The network refuses.
    #[error("the desk's listener fails: {0}")]
    Network(#[from] io::Error),
}

impl From<NoDesk> for DeskError {
    fn from(error: NoDesk) -> Self {
        match error {
            NoDesk::Journal(error) => Self::Journal(error),
            NoDesk::Ledger(error) => Self::Ledger(error),
            NoDesk::Random(error) => Self::Random(error),
        }
    }
}

/// What a desk needs that others can reach, and does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Anybody who could sign in.
    pub accounts: bool,
    /// TLS, its own or a proxy's.
    pub tls: bool,
    /// Names under which it answers.
    pub hosts: bool,
}

impl Display for Missing {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let needed = [
            (self.tls, "TLS (--desk-cert and --desk-key, or --desk-behind-proxy on 127.0.0.1)"),
            (self.hosts, "the names it is reached by (--desk-host)"),
            (self.accounts, "accounts (kuager user add)"),
        ];
        let missing: Vec<_> = needed.into_iter().filter(|(missing, _)| *missing).map(|(_, what)| what).collect();
        formatter.write_str(&missing.join(", and without "))
    }
}

/// The desk of a coordinator that is about to be served.
///
/// # Errors
/// [`DeskError`]; where others could reach it, it is served with accounts, TLS and names only.
pub async fn beside(listener: TcpListener, config: &Config, reach: Reach) -> Result<Beside, DeskError> {
    let address = listener.local_addr()?;
    let here = address.ip().is_loopback();
    if reach.way == Way::Proxy && !here {
        return Err(DeskError::ProxyElsewhere(address));
    }
    if !here || reach.way != Way::Plain {
        let missing = Missing {
            accounts: !config.app.ledger.has_accounts().await?,
            tls: reach.way == Way::Plain,
            hosts: reach.hosts.is_empty(),
        };
        if missing.accounts || missing.tls || missing.hosts {
            return Err(DeskError::Missing { address, missing });
        }
    }
    let tls = if let Way::Tls(files) = &reach.way { Some(files.clone()) } else { None };
    let desk = Desk::start(config.app.clone(), Arc::clone(&config.media), reach).await.map_err(DeskError::from)?;
    tokio::spawn(hooks::run(desk.clone()));
    Ok(Beside { listener, pages: routes::router(desk), tls })
}

#[cfg(test)]
mod tests;
