//! The single writer: many callers, one transaction, one fsync.
//!
//! Callers hand jobs to a thread that owns the writing connection. It takes whatever waits, runs it inside one
//! transaction (each job in its own savepoint, so that one failing job does not fail its neighbours), commits, and only
//! then answers all of them. Under load the fsync is shared by everybody who came while the last one ran.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::connection::open_writer;
use super::error::LedgerError;

/// Jobs in one transaction: enough to share the fsync, few enough that nobody waits long for it.
const GROUP: usize = 128;
/// How long a transaction under load waits for company. Nobody notices it beside the network; it halves the fsyncs.
const GATHER: Duration = Duration::from_millis(8);
/// Jobs that may wait; more are told that the ledger is busy.
const WAITING: usize = 4096;

/// Work for the writer. `run` says whether the work is to be kept; `answer` learns whether it is durable.
trait Job: Send {
    fn run(&mut self, connection: &Connection) -> Result<(), LedgerError>;
    fn answer(self: Box<Self>, committed: Result<(), LedgerError>);
}

struct Typed<T, W, A> {
    work: Option<W>,
    outcome: Option<T>,
    answer: A,
}

impl<T, W, A> Job for Typed<T, W, A>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T, LedgerError> + Send,
    A: FnOnce(Result<T, LedgerError>) + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), LedgerError> {
        let work = self.work.take().ok_or(LedgerError::Closed)?;
        self.outcome = Some(work(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), LedgerError>) {
        let Self { outcome, answer, .. } = *self;
        answer(committed.and_then(|()| outcome.ok_or(LedgerError::Closed)));
    }
}

/// The handle to the writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens the database and starts the thread.
    pub(super) fn start(path: PathBuf) -> Result<Self, LedgerError> {
        let connection = open_writer(&path)?;
        let (jobs, waiting) = sync_channel(WAITING);
        let thread = thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || Loop { path, connection: Some(connection) }.run(&waiting))
            .map_err(|error| LedgerError::Disk(error.to_string()))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Queues work; `answer` is called on the writer's thread once the work is durable or has failed.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
        answer: impl FnOnce(Result<T, LedgerError>) + Send + 'static,
    ) -> Result<(), LedgerError> {
        let jobs = self.jobs.as_ref().ok_or(LedgerError::Closed)?;
        let job = Box::new(Typed { work: Some(work), outcome: None, answer });
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => LedgerError::Busy,
            TrySendError::Disconnected(_) => LedgerError::Closed,
        })
    }

    /// Finishes what waits, moves the write-ahead log into the database and ends the thread.
    pub(super) fn close(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the ledger's writer ended by a panic");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn take_waiting(waiting: &Receiver<Box<dyn Job>>, group: &mut Vec<Box<dyn Job>>) {
    while group.len() < GROUP {
        match waiting.try_recv() {
            Ok(job) => group.push(job),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
}

struct Loop {
    path: PathBuf,
    connection: Option<Connection>,
}

impl Loop {
    fn run(mut self, waiting: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            take_waiting(waiting, &mut group);
            if group.len() > 1 {
                // Several came while the last commit ran, so more are on their way.
                thread::sleep(GATHER);
                take_waiting(waiting, &mut group);
            }
            self.commit(group);
        }
        if let Some(connection) = self.connection {
            let checkpoint = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            if let Err(error) = checkpoint {
                // Nothing is lost by this: the next start reads the write-ahead log.
                tracing::warn!(%error, "the write-ahead log could not be moved into the database");
            }
        }
    }

    fn commit(&mut self, mut group: Vec<Box<dyn Job>>) {
        let outcomes = match self.transact(&mut group) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::error!(%error, jobs = group.len(), "a transaction was not committed");
                // After a failed commit nobody knows what this connection believes; a new one reads the file.
                self.connection = None;
                group.iter().map(|_| Err(error.clone())).collect()
            }
        };
        for (job, outcome) in group.into_iter().zip(outcomes) {
            job.answer(outcome);
        }
    }

    /// Runs all jobs in one transaction. An error is one of the whole transaction: nothing of it is stored.
    fn transact(&mut self, group: &mut [Box<dyn Job>]) -> Result<Vec<Result<(), LedgerError>>, LedgerError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            closed => closed.insert(open_writer(&self.path)?),
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outcomes = Vec::with_capacity(group.len());
        for job in group {
            transaction.prepare_cached("SAVEPOINT job")?.execute([])?;
            let outcome = job.run(&transaction);
            if let Err(error) = &outcome {
                // On a full disk SQLite may roll back everything by itself.
                if transaction.is_autocommit() {
                    return Err(error.clone());
                }
                transaction.prepare_cached("ROLLBACK TO job")?.execute([])?;
            }
            transaction.prepare_cached("RELEASE job")?.execute([])?;
            outcomes.push(outcome);
        }
        transaction.commit()?;
        Ok(outcomes)
    }
}
