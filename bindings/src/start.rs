//! The one call at start-up, and where log lines go.

use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Once};
use std::thread;

use parking_lot::{Mutex, RwLock};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::callbacks::CallbackError;
use crate::counts::CALLBACKS;
use crate::error::KuagerError;
use crate::{guard, runtime};

/// Lines that wait for a slow sink; what comes beyond is dropped rather than kept waiting.
const WAITING: usize = 256;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum LogLevel {
    /// A mistake in Kuager.
    Error,
    /// Something an engineer should look at.
    Warn,
    /// What happened.
    Info,
    /// Every step.
    Debug,
}

/// One line. Nothing in it is personal: no answers, no names, no stations, no paths.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The module it comes from.
    pub target: String,
    /// What it says.
    pub text: String,
}

/// What a sink replies; an enum, so that a Kotlin `Error` cannot read as a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Logged {
    /// Taken.
    Taken,
}

/// Takes log lines, from one thread, one at a time.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// Takes one line.
    ///
    /// # Errors
    /// [`CallbackError`]; the line is lost and the next one comes all the same.
    fn log(&self, line: LogLine) -> Result<Logged, CallbackError>;
}

/// Settings of the library as a whole.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StartOptions {
    /// Lines that matter less are not made at all.
    pub log_level: LogLevel,
}

static SINK: Mutex<Option<SyncSender<LogLine>>> = Mutex::new(None);
static LEVEL: RwLock<LevelFilter> = RwLock::new(LevelFilter::OFF);

/// Prepares the library; call it once, before anything else. Called again, it changes level and sink. Without a sink,
/// nothing is logged.
///
/// # Errors
/// `runtime` when the system gives no threads.
#[uniffi::export]
pub fn start(options: StartOptions, log: Option<Arc<dyn LogSink>>) -> Result<(), KuagerError> {
    guard::call(|| {
        runtime::handle()?;
        let level = match (log.is_some(), options.log_level) {
            (false, _) => LevelFilter::OFF,
            (true, LogLevel::Error) => LevelFilter::ERROR,
            (true, LogLevel::Warn) => LevelFilter::WARN,
            (true, LogLevel::Info) => LevelFilter::INFO,
            (true, LogLevel::Debug) => LevelFilter::DEBUG,
        };
        *LEVEL.write() = level;
        // Places that were told "never" while there was no sink ask again.
        tracing::callsite::rebuild_interest_cache();
        let sender = log.map(forward).transpose()?;
        // The thread of the sink before ends with its sender.
        *SINK.lock() = sender;
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // An app in Rust may have set its own; then lines go there.
            drop(tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Forward)));
            std::panic::set_hook(Box::new(|info| {
                // Where, never what: the message may hold anything.
                let at = info.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
                tracing::error!(at, "a mistake in Kuager");
            }));
        });
        Ok(())
    })
}

/// The version of the library; the façade's must be the same.
///
/// # Errors
/// None; fallible like every call.
#[uniffi::export]
pub fn version() -> Result<String, KuagerError> {
    Ok(env!("CARGO_PKG_VERSION").to_owned())
}

fn forward(sink: Arc<dyn LogSink>) -> Result<SyncSender<LogLine>, KuagerError> {
    let (sender, lines): (_, Receiver<LogLine>) = sync_channel(WAITING);
    let counted = CALLBACKS.one();
    let work = move || {
        let _counted = counted;
        for line in lines {
            // A sink that fails cannot be told about through itself.
            drop(guard::callback(|| sink.log(line)));
        }
    };
    let thread = thread::Builder::new().name("kuager-log".to_owned()).spawn(work);
    thread.map(|_| sender).map_err(|error| KuagerError::new("runtime", format!("no thread for the log: {error}")))
}

/// Hands lines to the sink's thread.
struct Forward;

impl<S: Subscriber> Layer<S> for Forward {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= *LEVEL.read() && metadata.target().starts_with("kuager")
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let level = match *event.metadata().level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            _ => LogLevel::Debug,
        };
        let line = LogLine { level, target: event.metadata().target().to_owned(), text: text.0 };
        if let Some(sink) = SINK.lock().as_ref() {
            drop(sink.try_send(line));
        }
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let separator = if self.0.is_empty() { "" } else { " " };
        // Writing to a String does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{separator}{value:?}"),
            name => write!(self.0, "{separator}{name}={value:?}"),
        };
    }
}
