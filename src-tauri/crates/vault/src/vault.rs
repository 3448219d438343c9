//! The vault: make, unlock, read, write, close.

mod backups;
mod damage;
mod openings;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use secrecy::SecretString;
use tracing::instrument;
use uuid::Uuid;

use crate::error::{Damage, VaultError};
use crate::file::{self, FileIdentity};
use crate::gate::KeyringGate;
use crate::header::{Header, is_blank};
use crate::lock::{Hold, Presence};
use crate::manifest::{Keys, Manifest, generation};
use crate::opening::{self, Key, Opening, VaultState};
use crate::records::{Entry, Kind, Listing};
use crate::seal::RawKey;
use crate::slots::mint_keyring_key;
use crate::table::Table;
use crate::transaction::Transaction;

pub use self::backups::Backup;
pub use self::damage::Verification;

/// How long a writer waits for other writers. A change takes milliseconds; this long only a disk in trouble.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);

/// An open vault. Clones share it; [`close`](Self::close) closes it for all of them.
#[derive(Debug, Clone)]
pub struct Vault {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    identity: FileIdentity,
    altered: AtomicBool,
    /// `None` once closed. One connection is enough: calls are short, and writers wait for the lock of
    /// writers before they take this one, so that `close` never waits for another process.
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    keys: Keys,
    /// The number of the last change that this process saw. It never goes back.
    generation: u64,
    /// Let go after the connection is closed: fields are dropped in this order.
    _presence: Presence,
}

impl Open {
    fn table(&self) -> Table<'_> {
        Table {
            connection: &self.connection,
            keys: &self.keys,
        }
    }
}

impl Vault {
    /// Looks at what is in `dir`, without a key.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if something is there that is no readable vault, [`VaultError::NewerSchema`].
    #[instrument(skip_all)]
    pub fn inspect(dir: impl AsRef<Path>) -> Result<VaultState, VaultError> {
        let dir = dir.as_ref();
        if !file::database(dir).exists() {
            return Ok(VaultState::Missing);
        }
        let _presence = Presence::announce(&file::presence_lock(dir))?;
        let connection = file::open_database(dir)?;
        match Header::load(&connection)? {
            Some(header) => opening::state(&header, &connection),
            None => Ok(VaultState::Missing),
        }
    }

    /// Makes a vault in `dir` (created with mode 0700 if missing).
    ///
    /// A key is minted only if the keyring says that it has none and `dir` holds neither header nor record;
    /// it is read back before the vault says that it exists.
    ///
    /// # Errors
    /// [`VaultError::AlreadyExists`]; [`VaultError::Keyring`]; [`VaultError::CostOutOfBounds`].
    #[instrument(skip_all)]
    pub fn create(
        dir: impl AsRef<Path>,
        opening: Opening<'_>,
        gate: &KeyringGate,
    ) -> Result<Self, VaultError> {
        let dir = dir.as_ref();
        file::make_private_dir(dir)?;
        let _lock = Hold::take(&file::write_lock(dir), WRITE_PATIENCE)?;
        let presence = Presence::announce(&file::presence_lock(dir))?;
        let mut connection = file::create_database(dir)?;
        if !is_blank(&connection)? {
            return Err(VaultError::AlreadyExists);
        }
        let data_key = RawKey::make()?;
        let header = Header::new(Uuid::new_v4().into_bytes(), &data_key);
        let slot = opening::wrap(opening, &header, &data_key, gate, mint_keyring_key)?;
        let keys = Keys::new(header, data_key);
        // Tables, header, slot and manifest appear together or not at all.
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        keys.header.store(&tx)?;
        slot.store(&keys.header, &tx)?;
        Manifest::empty().store(&tx, &keys)?;
        tx.commit()?;
        file::sync_dir(dir)?;
        Self::opened(dir, presence, connection, keys)
    }

    /// Opens the vault in `dir`. Never makes a key. With [`Key::Keyring`], pass `&gate.patient()` when the
    /// person has been told to look out for the desktop's prompt.
    ///
    /// A vault whose rows were tampered with still opens, for what is intact must stay reachable: ask
    /// [`is_altered`](Self::is_altered).
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] for a wrong passphrase, code or key, as against [`VaultError::Damaged`];
    /// [`VaultError::KeyMissing`], [`VaultError::NoSuchSlot`], [`VaultError::Keyring`],
    /// [`VaultError::OtherKeyring`], [`VaultError::NewerSchema`], [`VaultError::CostOutOfBounds`].
    #[instrument(skip_all)]
    pub fn unlock(
        dir: impl AsRef<Path>,
        key: Key<'_>,
        gate: &KeyringGate,
    ) -> Result<Self, VaultError> {
        let dir = dir.as_ref();
        if !file::database(dir).exists() {
            return Err(VaultError::Missing);
        }
        let presence = Presence::announce(&file::presence_lock(dir))?;
        let connection = file::open_database(dir)?;
        let header = Header::load(&connection)?.ok_or(VaultError::Missing)?;
        file::quick_check(&connection)?;
        let data_key = opening::unwrap(key, &header, &connection, gate)?;
        Self::opened(dir, presence, connection, Keys::new(header, data_key))
    }

    /// Locks the vault: wipes its keys and closes its file, for all clones. Later calls answer
    /// [`VaultError::Closed`]. Waits for a change under way.
    pub fn close(&self) {
        drop(self.lock().take());
    }

    /// Whether the vault is still open.
    pub fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    /// The vault's directory.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// All records of a kind by ascending id, without their secrets.
    #[instrument(skip_all)]
    pub fn list(&self, kind: Kind) -> Result<Listing, VaultError> {
        self.read(|open| open.table().list(kind))
    }

    /// The newest `limit` records of a kind, greatest id first (version 7 UUIDs sort by time); only those
    /// with ids less than `before`, if given. Opens no more than it returns.
    #[instrument(skip_all)]
    pub fn latest(
        &self,
        kind: Kind,
        limit: usize,
        before: Option<&str>,
    ) -> Result<Listing, VaultError> {
        self.read(|open| open.table().latest(kind, limit, before))
    }

    /// One record without its secret.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if it does not open.
    #[instrument(skip_all)]
    pub fn find(&self, kind: Kind, id: &str) -> Result<Option<Entry>, VaultError> {
        self.read(|open| open.table().find(kind, id))
    }

    /// The secret of one record; `None` if there is no record or it has no secret.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if it does not open.
    #[instrument(skip_all)]
    pub fn secret(&self, kind: Kind, id: &str) -> Result<Option<SecretString>, VaultError> {
        self.read(|open| open.table().secret(kind, id))
    }

    /// How many records of a kind there are, readable or not.
    #[instrument(skip_all)]
    pub fn count(&self, kind: Kind) -> Result<usize, VaultError> {
        self.read(|open| open.table().count(kind))
    }

    /// Changes the vault in one durable transaction, which is on the disk when this returns. If `change`
    /// fails nothing is kept. Waits up to 10 s for other writers. `change` must not call the vault itself,
    /// only the [`Transaction`].
    ///
    /// # Errors
    /// What `change` returns; [`VaultError::Busy`], [`VaultError::DiskFull`], [`VaultError::Replaced`].
    pub fn write<T>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.try_write(change)
    }

    /// Like [`write`](Self::write), for a change that fails with an error of the caller's.
    #[instrument(skip_all)]
    pub fn try_write<T, E: From<VaultError>>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _lock = self.write_lock()?;
        let mut guard = self.lock();
        let open = guard.as_mut().ok_or(VaultError::Closed)?;
        self.check_in_place()?;
        let mut tx = Transaction::begin(&mut open.connection, &open.keys)?;
        if tx.generation() < open.generation {
            return Err(VaultError::from(Damage::RolledBack).into());
        }
        let outcome = change(&mut tx)?;
        open.generation = tx.commit()?;
        Ok(outcome)
    }

    /// A number that grows with each change by any process: compare it to know whether lists are stale.
    pub fn generation(&self) -> Result<u64, VaultError> {
        self.read(|open| generation(&open.connection))
    }

    /// Takes the lock `name` among all threads and processes that use this vault, waiting at most
    /// `patience`. It does not keep anybody from reading or writing; it is for agreements among callers,
    /// such as one refresh per session at a time.
    ///
    /// # Errors
    /// [`VaultError::Busy`] when the patience is over.
    #[instrument(skip_all)]
    pub fn hold(&self, name: &str, patience: Duration) -> Result<Hold, VaultError> {
        Hold::take(&file::named_lock(&self.shared.dir, name)?, patience)
    }

    /// Whether unlocking found rows removed, replaced, added or rolled back by something else than a vault.
    pub fn is_altered(&self) -> bool {
        self.shared.altered.load(Ordering::Relaxed)
    }

    fn opened(
        dir: &Path,
        presence: Presence,
        mut connection: Connection,
        keys: Keys,
    ) -> Result<Self, VaultError> {
        let identity = file::identity(dir)?;
        let tx = connection.transaction()?;
        let altered = is_altered(&tx, &keys)?;
        let generation = generation(&tx).unwrap_or(0);
        drop(tx);
        if altered {
            tracing::warn!("records were changed by something else than a vault");
        }
        let open = Open {
            connection,
            keys,
            generation,
            _presence: presence,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                identity,
                altered: AtomicBool::new(altered),
                open: Mutex::new(Some(open)),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        // A panic in a change rolled its transaction back: what is behind the mutex is sound.
        self.shared
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, work: impl FnOnce(&Open) -> Result<T, VaultError>) -> Result<T, VaultError> {
        work(self.lock().as_ref().ok_or(VaultError::Closed)?)
    }

    fn write_lock(&self) -> Result<Hold, VaultError> {
        if self.is_open() {
            Hold::take(&file::write_lock(&self.shared.dir), WRITE_PATIENCE)
        } else {
            Err(VaultError::Closed)
        }
    }

    /// Writing into a file that lost its name would seem to work, and all of it would be gone.
    fn check_in_place(&self) -> Result<(), VaultError> {
        match file::identity(&self.shared.dir) {
            Ok(identity) if identity == self.shared.identity => Ok(()),
            _ => Err(VaultError::Replaced),
        }
    }
}

/// Whether the rows are not those that the manifest speaks of.
fn is_altered(connection: &Connection, keys: &Keys) -> Result<bool, VaultError> {
    let rows = Manifest::of_rows(connection, keys)?;
    match Manifest::load(connection, keys) {
        Ok(manifest) => Ok(!manifest.same_rows(&rows)),
        Err(VaultError::Damaged(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
