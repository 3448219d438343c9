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

impl Hold {
    /// Takes the lock on `path`, making the file if need be.
    ///
    /// Each call opens the file anew, and the operating system's lock belongs to that opening: two threads
    /// of one process exclude each other as two processes do.
    pub(crate) fn take(path: &Path, patience: Duration) -> Result<Self, VaultError> {
        let file = file::open_private(path)?;
        let deadline = Instant::now() + patience;
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
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
}
