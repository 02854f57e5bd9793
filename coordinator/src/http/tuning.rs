//! How HTTP is spoken: what waits for slow readers and writers, and for how long.

use std::net::SocketAddr;

use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;

use super::limits::Limits;

/// Bytes of an answer that wait for one reader; the rest is not taken before there is room for it.
const BUFFER: usize = 64 * 1024;
/// Bytes of one request that may be on their way unread. At 300 ms to the coordinator and back that is 3.5 Mbit/s. It is also
/// what a phone cannot take back when its network begins to cost money.
const WINDOW: u32 = 128 * 1024;

/// A server within these limits, ended by this handle.
pub(super) fn tuned<A>(
    mut server: Server<SocketAddr, A>,
    limits: &Limits,
    handle: &Handle<SocketAddr>,
) -> Server<SocketAddr, A> {
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.header_time).max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(16 * 1024)
        .max_send_buf_size(BUFFER)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(2 * WINDOW)
        .keep_alive_interval(limits.idle_time.checked_div(2).unwrap_or(limits.idle_time))
        .keep_alive_timeout(limits.header_time);
    server.handle(handle.clone())
}
