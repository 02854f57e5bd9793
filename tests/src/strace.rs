//! Killing a process, or failing its disk, at exactly the N-th time it makes data durable.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};

/// What happens at the chosen moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed (SIGKILL) as it enters the N-th fsync or fdatasync.
    KillAtSync(u32),
    /// The N-th fsync or fdatasync fails with EIO.
    SyncFails(u32),
    /// The process stops (SIGSTOP) after every fsync and fdatasync, until it is continued.
    StopAtEverySync,
    /// Every write to a file fails with ENOSPC from the N-th on.
    DiskFullFrom(u32),
}

/// Whether `strace` may trace here; without it these tests cannot run, and must not pass silently.
#[must_use]
pub fn available() -> bool {
    Command::new("strace")
        .args(["-f", "-o", "/dev/null", "-e", "trace=fsync", "true"])
        .status()
        .is_ok_and(|s| s.success())
}

/// A command that runs `program` under a fault. `calls` receives the trace: one line per durable write.
#[must_use]
pub fn command(program: &Path, fault: Fault, calls: &Path) -> Command {
    let mut command = Command::new("strace");
    command.process_group(0).args(["-f", "-q", "-o"]).arg(calls);
    match fault {
        Fault::KillAtSync(number) => {
            command.args(["-e", "trace=fsync,fdatasync", "-e"]);
            command.arg(format!("inject=fsync,fdatasync:signal=SIGKILL:when={number}"));
        }
        Fault::SyncFails(number) => {
            command.args(["-e", "trace=fsync,fdatasync", "-e"]);
            command.arg(format!("inject=fsync,fdatasync:error=EIO:when={number}"));
        }
        Fault::StopAtEverySync => {
            command.args(["-y", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:signal=SIGSTOP:when=1+"]);
        }
        Fault::DiskFullFrom(number) => {
            command.args(["-e", "trace=pwrite64", "-e"]);
            command.arg(format!("inject=pwrite64:error=ENOSPC:when={number}+"));
        }
    }
    command.arg(program);
    command
}

/// Kills a traced process together with its tracer, which would otherwise let it go on.
pub fn kill(child: &mut Child) {
    let group = format!("-{}", child.id());
    Command::new("kill").args(["-9", "--", &group]).status().unwrap();
    child.wait().unwrap();
}
