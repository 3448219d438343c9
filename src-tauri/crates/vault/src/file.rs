//! The vault's files: private to the person, and a database that is opened with distrust.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Damage, VaultError};
use crate::seal::checksum;

const DATABASE: &str = "vault.db";

/// Where the database is.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// The log and the shared index that `SQLite` keeps beside a database.
pub(crate) fn companions(database: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// Where the lock of writers is.
pub(crate) fn write_lock(dir: &Path) -> PathBuf {
    dir.join("vault.lock")
}

/// Where the lock is that all share who have the database open.
pub(crate) fn presence_lock(dir: &Path) -> PathBuf {
    dir.join("vault.open")
}

/// Where the lock of this name is. The name itself may tell too much and is hashed.
pub(crate) fn named_lock(dir: &Path, name: &str) -> io::Result<PathBuf> {
    use std::fmt::Write as _;
    let locks = dir.join("locks");
    make_private_dir(&locks)?;
    let mut file = String::with_capacity(32);
    for byte in checksum("lock", &[name.as_bytes()]).iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(file, "{byte:02x}");
    }
    Ok(locks.join(file))
}

/// Makes `dir` with all above it, and lets nobody else in.
pub(crate) fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    set_mode(dir, 0o700)
}

/// Opens `path` for reading and writing, made with mode 0600 if missing.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens the database, made if missing.
pub(crate) fn create_database(dir: &Path) -> Result<Connection, VaultError> {
    let path = database(dir);
    // SQLite gives its other files the mode of this one. A file that exists is left alone: closing a second
    // handle to it would drop the locks that another connection of this process has on it.
    if !path.exists() {
        drop(open_private(&path)?);
        sync_dir(dir)?;
    }
    open_database(dir)
}

/// Opens the database that is there, with every setting that limits what a hostile file can do.
pub(crate) fn open_database(dir: &Path) -> Result<Connection, VaultError> {
    let path = database(dir);
    if !path.exists() {
        return Err(VaultError::Missing);
    }
    set_mode(dir, 0o700)?;
    set_mode(&path, 0o600)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags)?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch(
        "PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = FAST;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;",
    )?;
    let journal: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(Damage::File.into());
    }
    Ok(connection)
}

/// What `SQLite` itself finds wrong with its pages.
pub(crate) fn quick_check(connection: &Connection) -> Result<(), VaultError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(Damage::File.into())
    }
}

/// Moves the write-ahead log into the database and empties it, so that what was replaced is gone from both.
/// Another process that is reading may prevent it; the log is then emptied later.
pub(crate) fn empty_log(connection: &Connection) {
    let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
        row.get::<_, i64>(0)
    });
    if let Err(error) = done {
        tracing::warn!(%error, "the write-ahead log was not emptied");
    }
}

/// What tells one file from another under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileIdentity(u64, u64);

/// The identity of the database that lies under its name now.
pub(crate) fn identity(dir: &Path) -> io::Result<FileIdentity> {
    let metadata = fs::metadata(database(dir))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok(FileIdentity(metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        // Windows does not let a file go that SQLite has open.
        drop(metadata);
        Ok(FileIdentity(0, 0))
    }
}

/// Makes new names in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}
