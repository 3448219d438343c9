//! Locks that hold between threads and between processes, and end with the process that has them.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::VaultError;
use crate::file;

/// A lock taken by [`Vault::hold`](crate::Vault::hold). It is let go when dropped and when the process ends,
/// however it ends.
#[derive(Debug)]
#[must_use = "the lock is let go as soon as this is dropped"]
pub struct Hold {
    _file: File,
}

/// Says that this process has the vault's file open: a lock that any number share, and that keeps the file
/// from being replaced.
#[derive(Debug)]
pub(crate) struct Presence {
    _file: File,
}

impl Presence {
    /// Announces a reader or writer of the file; waits while the file is being replaced.
    pub(crate) fn announce(path: &Path) -> Result<Self, VaultError> {
        let file = wait_for(path, Duration::from_secs(5), File::try_lock_shared)?;
        Ok(Self { _file: file })
    }
}

impl Hold {
    /// Takes the lock on `path` for itself alone, making the file if need be.
    pub(crate) fn take(path: &Path, patience: Duration) -> Result<Self, VaultError> {
        let file = wait_for(path, patience, File::try_lock)?;
        Ok(Self { _file: file })
    }
}

/// Opens the file anew for each call: the operating system's lock belongs to that opening, so that two threads
/// of one process exclude each other as two processes do.
fn wait_for(
    path: &Path,
    patience: Duration,
    try_lock: fn(&File) -> Result<(), TryLockError>,
) -> Result<File, VaultError> {
    let file = file::open_private(path)?;
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    loop {
        match try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(VaultError::Busy);
        }
        // There is no blocking lock with a deadline: look again, soon at first, then every 16 ms.
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(16));
    }
}
