//! Looking at pictures in a process that may take only so much: a decoder's fault costs one picture and nothing else.
//!
//! The program starts itself with [`examine_input`] behind a command of its own. The child gets the file on its standard
//! input and the task as an argument, gives up everything it does not need, and writes one line of JSON, behind it the copy if
//! one was asked for. It knows no secret: neither the environment nor a file of the deployment is open to it. What it was
//! killed for is not told apart; the picture took more than one picture may.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::blocking::blocking;
use super::error::MediaError;
use super::examiner::Examiner;
use super::picture::{self, PictureError, Redacted, Region};
use super::store::{Object, ObjectError};
use crate::ledger::{Findings, PictureProblem};

/// Bytes of address space: what pictures may take, the program itself, and some.
const ADDRESS_SPACE: u64 = 640 << 20;
/// Seconds of processor time.
const PROCESSOR: u64 = 30;
/// Time in all, also for a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(120);
/// Bytes of an answer: a copy of the largest picture.
const ANSWER: u64 = 128 << 20;

/// What a child is to do with the file it gets.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Task {
    Examine { mime: String },
    Redact { regions: Vec<Region> },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Findings(Findings),
    /// The copy follows.
    Copy(Vec<Region>),
    Refused(PictureError),
}

/// Looks at each picture in a child process with bounds on its memory and time.
#[derive(Debug, Clone)]
pub struct ChildProcess {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl ChildProcess {
    /// Children that are this program with these arguments, which must lead it to [`examine_input`].
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self { program, arguments }
    }

    /// Has a child do something. `None` when it did not come to an end of its own.
    async fn run(&self, file: Object, task: &Task) -> Result<Option<(Answer, Vec<u8>)>, MediaError> {
        let failed = |error: io::Error| {
            tracing::error!(%error, "a picture could not be given to a process of its own");
            MediaError::Worker
        };
        let task = serde_json::to_string(task).map_err(|error| failed(error.into()))?;
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(task)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(MediaError::Worker);
        };
        let input = input.into_owned_fd().map_err(failed)?;
        // A child that has seen enough hears no more, which is no failure; and one that is killed ends this, too.
        let fed = blocking(move || feed(file, std::fs::File::from(input)));
        let mut answer = Vec::new();
        let mut output = output.take(ANSWER);
        let work = async {
            let (fed, read) = tokio::join!(fed, output.read_to_end(&mut answer));
            (fed, read, child.wait().await)
        };
        let Ok((fed, read, ended)) = tokio::time::timeout(DEADLINE, work).await else {
            tracing::warn!("looking at a picture took too long");
            return Ok(None);
        };
        fed??;
        read.map_err(failed)?;
        if !ended.map_err(failed)?.success() {
            tracing::warn!("looking at a picture took too much");
            return Ok(None);
        }
        let end = answer.iter().position(|byte| *byte == b'\n').unwrap_or(answer.len());
        let copy = answer.split_off(end.saturating_add(1).min(answer.len()));
        Ok(serde_json::from_slice(&answer).ok().map(|answer| (answer, copy)))
    }
}

/// Gives a child the file. That the file cannot be read is this machine's fault and not the picture's.
fn feed(mut file: Object, mut input: std::fs::File) -> Result<(), ObjectError> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.bytes.read(&mut buffer)?;
        let Some(piece) = buffer.get(..count).filter(|piece| !piece.is_empty()) else { return Ok(()) };
        if input.write_all(piece).is_err() {
            return Ok(());
        }
    }
}

#[async_trait]
impl Examiner for ChildProcess {
    async fn examine(&self, file: Object, mime: &str) -> Result<Findings, MediaError> {
        if !mime.starts_with("image/") {
            return Ok(Findings::default());
        }
        Ok(match self.run(file, &Task::Examine { mime: mime.to_owned() }).await? {
            Some((Answer::Findings(findings), _)) => findings,
            _ => Findings { problem: Some(PictureProblem::GaveUp), ..Findings::default() },
        })
    }

    async fn redact(&self, file: Object, regions: Vec<Region>) -> Result<Result<Redacted, PictureError>, MediaError> {
        Ok(match self.run(file, &Task::Redact { regions }).await? {
            Some((Answer::Copy(regions), bytes)) => Ok(Redacted { bytes, regions }),
            Some((Answer::Refused(error), _)) => Err(error),
            _ => Err(PictureError::GaveUp),
        })
    }
}

/// What a child does: gives up what it does not need, reads a file from `input`, does the task, answers to `output`.
///
/// # Errors
/// What the system says, or a task that is none; nobody reads it.
pub fn examine_input(task: &str, input: impl Read + Send + 'static, mut output: impl Write) -> io::Result<()> {
    confine()?;
    let task: Task = serde_json::from_str(task)?;
    let mut bytes = Vec::new();
    // One byte more than is looked at tells that it is too much.
    input.take(picture::FILE.saturating_add(1)).read_to_end(&mut bytes)?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let file = Object { size, bytes: Box::new(io::Cursor::new(bytes)) };
    let (answer, copy) = match task {
        Task::Examine { mime } => (Answer::Findings(picture::examine(file, &mime)), Vec::new()),
        Task::Redact { regions } => match picture::redact(file, &regions) {
            Ok(Redacted { bytes, regions }) => (Answer::Copy(regions), bytes),
            Err(error) => (Answer::Refused(error), Vec::new()),
        },
    };
    serde_json::to_writer(&mut output, &answer)?;
    output.write_all(b"\n")?;
    output.write_all(&copy)?;
    output.flush()
}

/// From here on this process can take only so much, opens nothing and writes no file.
fn confine() -> io::Result<()> {
    for (resource, most) in [
        (Resource::As, ADDRESS_SPACE),
        (Resource::Cpu, PROCESSOR),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 3),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
