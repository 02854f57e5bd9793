//! `kuager serve`

use std::io::{self, IsTerminal, Write};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use kuager_coordinator::App;
use kuager_coordinator::address::Host;
use kuager_coordinator::http::{self, Config, Limits, PemFiles};
use kuager_coordinator::media::{Media, MediaPolicy};
use kuager_coordinator::watchdog::Watchdog;
use kuager_desk::{Reach, Way};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::config::budgets;
use crate::data::Data;
use crate::error::CliError;
use crate::examine::children;

/// What the program returns when it could not write any more.
const STUCK: i32 = 3;

/// Receive records until interrupted.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where phones connect.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "0.0.0.0:8443")]
    listen: SocketAddr,
    /// Where the desk is served; an address that others reach needs accounts, TLS and names.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    desk: SocketAddr,
    /// A name or address under which the desk is reached with TLS; repeat for several. It answers under no other one.
    #[arg(long, value_name = "HOST")]
    desk_host: Vec<Host>,
    /// The desk's certificate for these names, with those that lead to its authority, as PEM.
    #[arg(long, value_name = "FILE", requires = "desk_key", conflicts_with = "desk_behind_proxy")]
    desk_cert: Option<PathBuf>,
    /// The key of that certificate, as PEM; only its owner may read the file.
    #[arg(long, value_name = "FILE", requires = "desk_cert")]
    desk_key: Option<PathBuf>,
    /// The desk stands behind a proxy on this machine, which speaks TLS and says for whom it asks.
    #[arg(long)]
    desk_behind_proxy: bool,
    /// Do not serve the desk page.
    #[arg(long, conflicts_with_all = ["desk_host", "desk_cert", "desk_behind_proxy"])]
    no_desk: bool,
    /// Serve phones without TLS; only possible on a loopback address, for tests.
    #[arg(long)]
    plain_http: bool,
    /// Requests per second and address in the long run.
    #[arg(long, value_name = "N")]
    per_second: Option<NonZeroU32>,
    /// Requests an address may make at once after a quiet time.
    #[arg(long, value_name = "N")]
    burst: Option<NonZeroU32>,
    /// Connections at a time; fewer when the system allows fewer open files.
    #[arg(long, value_name = "N")]
    connections: Option<usize>,
    /// Connections that one address may have of these. Half of all is the most that one network can have.
    #[arg(long, value_name = "N")]
    connections_per_address: Option<usize>,
    /// Seconds for a whole request body to arrive.
    #[arg(long, value_name = "SECONDS")]
    body_seconds: Option<u64>,
    /// Days an unfinished upload of a file may lie still before what has come of it is thrown away.
    #[arg(long, value_name = "DAYS")]
    keep_uploads: Option<u32>,
    /// MiB of the disk that files leave free for records.
    #[arg(long, value_name = "MIB")]
    reserve: Option<u32>,
    /// Seconds a transaction of the database may take; a longer one ends the program (exit code 3), to be started again.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    stuck_seconds: NonZeroU32,
    /// Write logs as JSON, one event per line.
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        start_logs(self.log_json);
        let app = App { budgets: budgets(data.dir())?, ..data.app()? };
        let media = Media::open(app.clone(), self.media())?.examined_by(Arc::new(children()?));
        let media = Arc::new(media);
        // Before the ports, so that a second server hears of the first one and not only that its port is taken.
        app.deployment.expect_not_served()?;
        let listener = listen(self.listen)?;
        let desk = if self.no_desk { None } else { Some(listen(self.desk)?) };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        // Before anybody reads how to stop it.
        let stop = {
            let _context = runtime.enter();
            interrupted()?
        };
        writeln!(out, "deployment  {}", app.deployment.id())?;
        writeln!(out, "phones      {}://{}", if self.plain_http { "http" } else { "https" }, listener.local_addr()?)?;
        if let Some(desk) = &desk {
            let scheme = if self.desk_cert.is_some() { "https" } else { "http" };
            writeln!(out, "desk        {scheme}://{}/", desk.local_addr()?)?;
        }
        if app.deployment.rehearsal().is_some() {
            writeln!(out, "clock       stands where this day ended: nothing of it has happened")?;
        }
        writeln!(out, "Stop with Ctrl-C; what is under way is finished first.")?;
        out.flush()?;
        let longest = Duration::from_secs(self.stuck_seconds.get().into());
        let _watchdog = Watchdog::start(Arc::clone(&app.ledger), longest, |stuck| {
            tracing::error!("{stuck}; the program ends, so that it can be started again: nothing acknowledged is lost");
            std::process::exit(STUCK);
        })?;
        let config = Config { plain_http: self.plain_http, limits: self.limits(), ..Config::new(app, media) };
        runtime.block_on(async {
            let desk = match desk {
                Some(listener) => Some(kuager_desk::beside(listener, &config, self.reach()).await?),
                None => None,
            };
            Ok::<_, CliError>(http::serve(listener, Config { desk, ..config }, stop).await?)
        })?;
        Ok(ExitCode::SUCCESS)
    }

    /// How the desk is reached.
    fn reach(&self) -> Reach {
        let files = self.desk_cert.clone().zip(self.desk_key.clone());
        let files = files.map(|(certificate, key)| PemFiles { certificate, key });
        let way = match (self.desk_behind_proxy, files) {
            (true, _) => Way::Proxy,
            (false, Some(files)) => Way::Tls(files),
            (false, None) => Way::Plain,
        };
        Reach { way, hosts: self.desk_host.clone() }
    }

    fn media(&self) -> MediaPolicy {
        let standard = MediaPolicy::default();
        MediaPolicy {
            keep: self.keep_uploads.map_or(standard.keep, |days| Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            reserve: self.reserve.map_or(standard.reserve, |mib| u64::from(mib) << 20),
        }
    }

    fn limits(&self) -> Limits {
        let standard = Limits::default();
        let wanted = self.connections.unwrap_or(standard.connections);
        let connections = http::room_for_connections(wanted);
        if connections < wanted {
            tracing::warn!(
                wanted,
                connections,
                "the system allows too few open files; raise LimitNOFILE of the unit, or `ulimit -n`"
            );
        }
        Limits {
            per_second: self.per_second.unwrap_or(standard.per_second),
            burst: self.burst.unwrap_or(standard.burst),
            connections,
            connections_per_network: connections / 2,
            connections_per_address: self.connections_per_address.unwrap_or(connections / 4).max(1),
            body_time: self.body_seconds.map_or(standard.body_time, Duration::from_secs),
            ..standard
        }
    }
}

pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).map_err(|source| CliError::Listen { address: address.to_string(), source })
}

/// Ctrl-C, or the signal by which service managers ask to stop: heard from when this returns, awaited later.
pub(super) fn interrupted() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Logs go to standard error, in colours only where somebody looks at them.
fn start_logs(json: bool) {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(io::stderr);
    // A second subscriber in one process is a test's; the first one stays.
    let _ = if json { logs.json().try_init() } else { logs.try_init() };
}
