//! A connection that is counted from the first byte on, and ends when its time is over.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tower::Layer;

use super::connections::{Connections, Link, Place};
use super::limits::Limits;

/// Lets in whom there is room for, and closes the rest at once: whoever is refused quickly tries again.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    connections: Arc<Connections>,
}

impl Bounded {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { connections: Arc::new(Connections::new(limits)) }
    }
}

impl<S> Accept<TcpStream, S> for Bounded {
    type Stream = Connection;
    type Service = AddExtension<S, Arc<Link>>;
    type Future = Ready<io::Result<(Connection, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(stream.peer_addr().and_then(|peer| {
            let place = self.connections.admit(peer.ip()).map_err(|full| {
                tracing::debug!(?full, "a connection is closed");
                io::Error::from(io::ErrorKind::ConnectionRefused)
            })?;
            stream.set_nodelay(true)?;
            // Requests on this connection say by this which one they came on.
            let service = Extension(Arc::clone(place.link())).layer(service);
            Ok((Connection { stream, timer: Box::pin(sleep(std::time::Duration::ZERO)), place }, service))
        }))
    }
}

/// A counted connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    timer: Pin<Box<Sleep>>,
    place: Place,
}

impl Connection {
    /// Fails when its time is over, and otherwise sees to it that somebody looks again when it is.
    fn in_time(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        loop {
            let Some(deadline) = self.place.link().deadline(context.waker()) else {
                return Err(io::ErrorKind::ConnectionAborted.into());
            };
            // Tokio's clock and not the injected one: this measures the network, not the world.
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if self.timer.deadline() != deadline {
                self.timer.as_mut().reset(deadline);
            }
            if self.timer.as_mut().poll(context).is_pending() {
                return Ok(());
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.in_time(context)?;
        Pin::new(&mut this.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.in_time(context)?;
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.in_time(context)?;
        Pin::new(&mut this.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
