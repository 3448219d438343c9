//! A small file of plain JSON beside the vault, held in memory and replaced whole.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::locked;
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_vault::sentence_of;

/// One value and the file that it is kept in.
pub(crate) struct KeptFile<T> {
    path: PathBuf,
    value: Mutex<T>,
}

impl<T: Clone + Default + Serialize + DeserializeOwned> KeptFile<T> {
    /// Reads the file. One that cannot be understood, or that `is_valid` does not like, is kept
    /// aside as `<name>.broken` and the default counts.
    pub(crate) fn load(path: PathBuf, is_valid: impl FnOnce(&T) -> bool) -> Self {
        let value = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .ok()
                .filter(is_valid)
                .unwrap_or_else(|| {
                    tracing::warn!(file = ?path.file_name(), "not usable, kept aside");
                    keep_aside(&path);
                    T::default()
                }),
            Err(_) => T::default(),
        };
        Self {
            path,
            value: Mutex::new(value),
        }
    }

    /// The value.
    pub(crate) fn read(&self) -> T {
        locked(&self.value).clone()
    }

    /// Changes the value, on the disk first. Blocks for one write.
    ///
    /// # Errors
    /// [`ErrorCode::FileNotWritten`]; the value is then as before.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, ApiError> {
        let mut value = locked(&self.value);
        let mut changed = value.clone();
        let outcome = change(&mut changed);
        let mut json = serde_json::to_vec_pretty(&changed)
            .map_err(|_| ApiError::new(ErrorCode::Internal, "a value could not be encoded"))?;
        json.push(b'\n');
        write_private(&self.path, &json).map_err(|error| not_written(&error))?;
        *value = changed;
        Ok(outcome)
    }
}

/// A failed write in the words of the contract.
pub(crate) fn not_written(error: &std::io::Error) -> ApiError {
    ApiError::new(ErrorCode::FileNotWritten, "a file could not be written")
        .fact("reason", sentence_of(error))
}

/// Replaces a file whole, readable for its owner only.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = private().create(true).truncate(true).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

/// Options for a file that only its owner may read.
pub(crate) fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

fn keep_aside(path: &Path) {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".broken");
    if let Err(error) = fs::rename(path, path.with_file_name(name)) {
        tracing::warn!(kind = %error.kind(), "a broken file could not be kept aside");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(path: &Path) -> KeptFile<Vec<u32>> {
        KeptFile::load(path.to_owned(), |value: &Vec<u32>| value.len() < 3)
    }

    #[test]
    fn a_change_is_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("numbers.json");
        load(&path).change(|numbers| numbers.push(7)).unwrap();
        assert_eq!(load(&path).read(), [7]);
    }

    #[test]
    fn a_broken_file_is_kept_aside_and_the_default_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("numbers.json");
        for broken in ["[1,", "[1,2,3]"] {
            fs::write(&path, broken).unwrap();
            assert_eq!(load(&path).read(), [0; 0]);
            assert!(!path.exists());
            let aside = dir.path().join("numbers.json.broken");
            assert_eq!(fs::read_to_string(aside).unwrap(), broken);
        }
    }

    #[test]
    fn a_failed_write_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("gone");
        fs::create_dir(&folder).unwrap();
        let kept = load(&folder.join("numbers.json"));
        fs::remove_dir(&folder).unwrap();
        let error = kept.change(|numbers| numbers.push(7)).unwrap_err();
        assert_eq!(error.code, ErrorCode::FileNotWritten);
        assert_eq!(kept.read(), [0; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("numbers.json");
        load(&path).change(|numbers| numbers.push(7)).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
