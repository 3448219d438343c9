//! Copies of the vault's file, and putting one back.
//!
//! A backup is as sealed as the vault and opens with the same keys. It is only ever made of a vault that is
//! whole, so that damage never pushes out the last good copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};
use tracing::instrument;

use super::Vault;
use crate::error::{Damage, VaultError};
use crate::file;
use crate::header::Header;
use crate::lock::Hold;

const KEPT: usize = 3;
/// For a process that is just closing the vault.
const ALONE_PATIENCE: Duration = Duration::from_secs(1);
const DUE_AFTER: time::Duration = time::Duration::DAY;
const NAME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]-[minute]-[second]Z.db");

/// A copy of a vault's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// When it was made, to the second, in UTC.
    pub made_at: OffsetDateTime,
    /// Where it lies.
    pub path: PathBuf,
}

impl Vault {
    /// Copies the vault into `backups` beside it, and removes all but the newest three. `now` names the copy.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if the vault is not whole: then nothing is copied and nothing removed.
    #[instrument(skip_all)]
    pub fn back_up(&self, now: OffsetDateTime) -> Result<Backup, VaultError> {
        let found = self.verify()?;
        if let Some(record) = found.damaged.into_iter().next() {
            return Err(Damage::Record(record).into());
        }
        if found.altered {
            return Err(Damage::Manifest.into());
        }
        let folder = folder(self.dir());
        file::make_private_dir(&folder)?;
        let _lock = self.write_lock()?;
        let backup = Backup::named(&folder, now)?;
        let partial = backup.path.with_extension("partial");
        self.read(|open| copy_database(&open.connection, &partial))?;
        // Under its name it is complete, whatever happens.
        fs::rename(&partial, &backup.path)?;
        file::sync_dir(&folder)?;
        for old in Self::backups(self.dir())?.into_iter().skip(KEPT) {
            fs::remove_file(old.path)?;
        }
        Ok(backup)
    }

    /// Makes a backup if the newest one is a day old, or from the future.
    ///
    /// # Errors
    /// As for [`back_up`](Self::back_up).
    pub fn back_up_if_due(&self, now: OffsetDateTime) -> Result<Option<Backup>, VaultError> {
        let newest = Self::backups(self.dir())?.into_iter().next();
        match newest {
            Some(newest) if (time::Duration::ZERO..DUE_AFTER).contains(&(now - newest.made_at)) => {
                Ok(None)
            }
            _ => self.back_up(now).map(Some),
        }
    }

    /// The backups beside the vault in `dir`, newest first. Needs no key.
    pub fn backups(dir: impl AsRef<Path>) -> Result<Vec<Backup>, VaultError> {
        let entries = match fs::read_dir(folder(dir.as_ref())) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut backups = Vec::new();
        for entry in entries {
            backups.extend(Backup::from_path(entry?.path()));
        }
        backups.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
        Ok(backups)
    }

    /// Puts a backup in the place of the vault in `dir`, which no process may have open; it opens with the keys
    /// of the time when it was made. What was there before is set aside, not removed: the path of it is returned,
    /// `None` if there was nothing.
    ///
    /// # Errors
    /// [`VaultError::Busy`] if the vault is open somewhere; [`VaultError::Damaged`] or
    /// [`VaultError::NewerSchema`] if the backup is no readable vault. Nothing is changed then.
    #[instrument(skip_all)]
    pub fn restore(
        dir: impl AsRef<Path>,
        backup: &Backup,
        now: OffsetDateTime,
    ) -> Result<Option<PathBuf>, VaultError> {
        let dir = dir.as_ref();
        file::make_private_dir(dir)?;
        // SQLite removes a log by its name when it closes a database: a file that is open must not be replaced,
        // or the closing of the old one would take the log of the new one.
        let _alone = Hold::take(&file::presence_lock(dir), ALONE_PATIENCE)?;
        let database = file::database(dir);
        let incoming = database.with_extension("incoming");
        copy_file(&backup.path, &incoming)?;
        if let Err(error) = check(&incoming) {
            fs::remove_file(&incoming)?;
            return Err(error);
        }
        let aside = set_aside(dir, now)?;
        // A log of the old file must never meet the new one. From here to the rename the old database is
        // in place without its log, and whole beside it.
        for rest in file::companions(&database) {
            remove_if_there(&rest)?;
        }
        fs::rename(&incoming, &database)?;
        file::sync_dir(dir)?;
        Ok(aside)
    }
}

impl Backup {
    fn named(folder: &Path, made_at: OffsetDateTime) -> Result<Self, VaultError> {
        let made_at = made_at
            .to_offset(UtcOffset::UTC)
            .replace_nanosecond(0)
            .map_err(io::Error::other)?;
        let name = made_at.format(NAME).map_err(io::Error::other)?;
        Ok(Self {
            made_at,
            path: folder.join(name),
        })
    }

    fn from_path(path: PathBuf) -> Option<Self> {
        let made_at = PrimitiveDateTime::parse(path.file_name()?.to_str()?, NAME).ok()?;
        Some(Self {
            made_at: made_at.assume_utc(),
            path,
        })
    }
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("backups")
}

fn copy_database(from: &Connection, to: &Path) -> Result<(), VaultError> {
    remove_if_there(to)?;
    drop(file::open_private(to)?);
    let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    rusqlite::backup::Backup::new(from, &mut copy)?.run_to_completion(256, Duration::ZERO, None)?;
    copy.close().map_err(|(_, error)| error)?;
    file::open_private(to)?.sync_all()?;
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    remove_if_there(to)?;
    let mut target = file::open_private(to)?;
    io::copy(&mut fs::File::open(from)?, &mut target)?;
    target.sync_all()
}

fn check(path: &Path) -> Result<(), VaultError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Header::load(&connection)?.ok_or(Damage::File)?;
    file::quick_check(&connection)
}

/// Copies the database and its log to names of their own. Copies, for a crash in between must leave the vault.
fn set_aside(dir: &Path, now: OffsetDateTime) -> Result<Option<PathBuf>, VaultError> {
    let database = file::database(dir);
    if !database.exists() {
        return Ok(None);
    }
    let aside = Backup::named(&dir.join("set-aside"), now)?.path;
    file::make_private_dir(&dir.join("set-aside"))?;
    copy_file(&database, &aside)?;
    for (from, to) in file::companions(&database)
        .iter()
        .zip(file::companions(&aside))
    {
        if from.exists() {
            copy_file(from, &to)?;
        }
    }
    Ok(Some(aside))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
