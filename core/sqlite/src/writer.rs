//! Many callers, one transaction, one fsync.
//!
//! Callers hand jobs to a thread. It takes whatever waits, runs it inside one transaction of the pool (each job in its own
//! savepoint, so that one failing job does not fail its neighbours), commits, and only then answers all of them. Under load
//! the fsync is shared by everybody who came while the last one ran.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;

use crate::pulse::{Pulse, WriterState};
use crate::{Error, Pool};

/// Jobs in one transaction: enough to share the fsync, few enough that nobody waits long for it.
const GROUP: usize = 128;
/// How long a transaction under load waits for company. Nobody notices it beside the network; it halves the fsyncs.
const GATHER: Duration = Duration::from_millis(8);
/// Jobs that may wait; more are told that the database is busy.
const WAITING: usize = 4096;

/// Work for the writer. `run` says whether the work is to be kept; `answer` learns whether it is durable.
trait Job<E>: Send {
    fn run(&mut self, connection: &Connection) -> Result<(), E>;
    fn answer(self: Box<Self>, committed: Result<(), E>);
}

struct Typed<T, W, A> {
    work: Option<W>,
    outcome: Option<T>,
    answer: A,
}

impl<T, E, W, A> Job<E> for Typed<T, W, A>
where
    T: Send,
    E: From<Error>,
    W: FnOnce(&Connection) -> Result<T, E> + Send,
    A: FnOnce(Result<T, E>) + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), E> {
        let work = self.work.take().ok_or(Error::Closed)?;
        self.outcome = Some(work(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), E>) {
        let Self { outcome, answer, .. } = *self;
        answer(committed.and_then(|()| outcome.ok_or_else(|| Error::Closed.into())));
    }
}

type Jobs<E> = SyncSender<Box<dyn Job<E>>>;

/// The thread that writes, for callers whose errors are `E`.
#[derive(Debug)]
pub struct Writer<E> {
    jobs: RwLock<Option<Jobs<E>>>,
    /// Locked while closing, so that a second caller returns only when everything is on disk.
    thread: Mutex<Option<JoinHandle<()>>>,
    pulse: Arc<Pulse>,
}

impl<E: From<Error> + Clone + Display + Send + 'static> Writer<E> {
    /// Starts a thread with this name.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the system has no more threads.
    pub fn start(pool: Arc<Pool>, name: &str) -> Result<Self, Error> {
        let (jobs, waiting) = sync_channel(WAITING);
        let pulse = Arc::new(Pulse::new());
        let beating = Arc::clone(&pulse);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // Dropped last, so that nobody can queue a job any more when the thread counts as ended.
                let _life = beating.life();
                let waiting = waiting;
                run(&pool, &waiting, &beating);
            })
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        Ok(Self { jobs: RwLock::new(Some(jobs)), thread: Mutex::new(Some(thread)), pulse })
    }

    /// Queues work; `answer` is called on the writer's thread once the work is durable or has failed.
    ///
    /// # Errors
    /// [`Error::Busy`] when too much waits, [`Error::Closed`].
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), Error> {
        let jobs = self.jobs.read();
        let jobs = jobs.as_ref().ok_or(Error::Closed)?;
        let job = Box::new(Typed { work: Some(work), outcome: None, answer });
        self.pulse.queued();
        jobs.try_send(job).map_err(|error| {
            self.pulse.taken(1);
            match error {
                TrySendError::Full(_) => Error::Busy,
                TrySendError::Disconnected(_) => Error::Closed,
            }
        })
    }
}

impl<E> Writer<E> {
    /// What the thread is doing. Never waits for it.
    #[must_use]
    pub fn state(&self) -> WriterState {
        self.pulse.state()
    }

    /// Finishes what waits and ends the thread. Doing it twice is fine.
    pub fn close(&self) {
        self.pulse.closes();
        *self.jobs.write() = None;
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the database ended by a panic");
        }
    }
}

impl<E> Drop for Writer<E> {
    fn drop(&mut self) {
        self.close();
    }
}

fn take_waiting<E>(waiting: &Receiver<Box<dyn Job<E>>>, group: &mut Vec<Box<dyn Job<E>>>) {
    while group.len() < GROUP {
        match waiting.try_recv() {
            Ok(job) => group.push(job),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
}

fn run<E: From<Error> + Clone + Display>(pool: &Pool, waiting: &Receiver<Box<dyn Job<E>>>, pulse: &Pulse) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        take_waiting(waiting, &mut group);
        if group.len() > 1 {
            // Several came while the last commit ran, so more are on their way.
            thread::sleep(GATHER);
            take_waiting(waiting, &mut group);
        }
        pulse.taken(group.len());
        commit(pool, group, pulse);
    }
}

fn commit<E: From<Error> + Clone + Display>(pool: &Pool, mut group: Vec<Box<dyn Job<E>>>, pulse: &Pulse) {
    pulse.begins();
    let written = pool.write(|transaction| together(transaction, &mut group));
    pulse.ends(matches!(written, Ok(Ok(_))));
    let outcomes = written.unwrap_or_else(|error| Err(error.into())).unwrap_or_else(|error| {
        tracing::error!(%error, jobs = group.len(), "a transaction was not committed");
        group.iter().map(|_| Err(error.clone())).collect()
    });
    for (job, outcome) in group.into_iter().zip(outcomes) {
        job.answer(outcome);
    }
}

/// Runs all jobs in one transaction. An error is one of the whole transaction: nothing of it is stored.
fn together<E: From<Error>>(transaction: &Connection, group: &mut [Box<dyn Job<E>>]) -> Result<Vec<Result<(), E>>, E> {
    let savepoint = |text| {
        let done = transaction.prepare_cached(text).and_then(|mut statement| statement.execute([]));
        done.map(drop).map_err(|error| E::from(error.into()))
    };
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group {
        savepoint("SAVEPOINT job")?;
        let outcome = job.run(transaction);
        if outcome.is_err() {
            // On a full disk SQLite may roll back everything by itself.
            if transaction.is_autocommit() {
                return outcome.map(|()| Vec::new());
            }
            savepoint("ROLLBACK TO job")?;
        }
        savepoint("RELEASE job")?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}
