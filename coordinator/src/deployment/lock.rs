//! One server per data directory. Two would each believe what the other has not told it: which files are arriving, who is
//! told of what arrives. Commands that look in or add something work beside a server as before.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::error::DeploymentError;
use super::files::Layout;

/// Bytes of a process number as text.
const PID: u64 = 20;

/// That this process serves a data directory. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Serving {
    _file: File,
}

impl Serving {
    /// Claims the directory.
    ///
    /// # Errors
    /// [`DeploymentError::Served`] when another process has it.
    pub(crate) fn claim(layout: &Layout) -> Result<Self, DeploymentError> {
        let path = layout.dir.join("serve.lock");
        let failed = |source| DeploymentError::Io { action: "lock", path: path.clone(), source };
        // What is in the file only matters to whoever is refused; it must not be lost by looking.
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = Read::take(&mut file, PID).read_to_string(&mut text);
                let pid = read.ok().and_then(|_| text.trim().parse().ok());
                return Err(DeploymentError::Served { dir: layout.dir.clone(), pid });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}
