//! The vault: make, unlock, read, write, close.

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
use crate::lock::Hold;
use crate::manifest::{Keys, Manifest, RowTags, generation};
use crate::opening::{self, Key, Opening, VaultState};
use crate::records::{Entry, Kind, Listing, RecordName};
use crate::recovery::RecoveryCode;
use crate::seal::RawKey;
use crate::slots::{self, Slot, SlotName, Terms, adopt_keyring_key, mint_keyring_key};
use crate::table::Table;
use crate::transaction::Transaction;

/// How long a writer waits for other writers. A change takes milliseconds; this long only a disk in trouble.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);

/// What [`Vault::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// How many records there are.
    pub records: usize,
    /// The records that do not open, in whole or in part.
    pub damaged: Vec<RecordName>,
    /// Whether rows were removed, replaced, added or rolled back behind the vault's back.
    pub altered: bool,
}

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
        let connection = match file::open_database(dir.as_ref()) {
            Err(VaultError::Missing) => return Ok(VaultState::Missing),
            other => other?,
        };
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
        Self::opened(dir, connection, keys)
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
        let connection = file::open_database(dir)?;
        let header = Header::load(&connection)?.ok_or(VaultError::Missing)?;
        file::quick_check(&connection)?;
        let data_key = opening::unwrap(key, &header, &connection, gate)?;
        Self::opened(dir, connection, Keys::new(header, data_key))
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

    /// How the vault opens, read anew.
    pub fn state(&self) -> Result<VaultState, VaultError> {
        self.read(|open| opening::state(&open.keys.header, &open.connection))
    }

    /// Makes the vault open in another way from now on: a new passphrase, app lock on or off, the keyring
    /// back after a recovery. The recovery code stays. The records are not touched.
    ///
    /// # Errors
    /// As for [`create`](Self::create); the vault then opens as before.
    #[instrument(skip_all)]
    pub fn change_opening(
        &self,
        opening: Opening<'_>,
        gate: &KeyringGate,
    ) -> Result<(), VaultError> {
        // The slow part holds no lock: nobody waits, and the vault can be closed meanwhile.
        let (header, data_key) = self.data_key()?;
        let slot = opening::wrap(opening, &header, &data_key, gate, adopt_keyring_key)?;
        let keyring_is_idle = !slot.name.needs_keyring();
        let keyring_was_used = self.write_slots(|connection| {
            let mut used = false;
            for name in SlotName::DAILY {
                used |= slots::remove(connection, name)? && name.needs_keyring();
            }
            slot.store(&header, connection)?;
            Ok(used)
        })?;
        if keyring_was_used && keyring_is_idle {
            // The vault no longer needs the key; that it stays behind opens nothing.
            if let Err(error) = gate.delete(&header.account()) {
                tracing::warn!(%error, "an idle key stays in the keyring");
            }
        }
        Ok(())
    }

    /// Makes a recovery code of 128 bits, which from now on opens the vault too; an earlier code does no
    /// longer. Show it once: it is kept nowhere.
    ///
    /// Seven groups of four in Crockford's base32, the last 12 bits being a check for typing errors.
    #[instrument(skip_all)]
    pub fn make_recovery_code(&self) -> Result<SecretString, VaultError> {
        let (header, data_key) = self.data_key()?;
        let code = RecoveryCode::make()?;
        let terms = Terms::make(None, None)?;
        let key = code.key(&terms.salt)?;
        let slot = Slot::wrap(&header, SlotName::Recovery, terms, &key, &data_key)?;
        self.write_slots(|connection| slot.store(&header, connection))?;
        Ok(code.text())
    }

    /// Makes the recovery code worthless; says whether there was one.
    #[instrument(skip_all)]
    pub fn remove_recovery_code(&self) -> Result<bool, VaultError> {
        self.write_slots(|connection| slots::remove(connection, SlotName::Recovery))
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

    /// Opens every record and checks the manifest.
    #[instrument(skip_all)]
    pub fn verify(&self) -> Result<Verification, VaultError> {
        let mut guard = self.lock();
        let open = guard.as_mut().ok_or(VaultError::Closed)?;
        // One transaction, so that rows and manifest are of the same moment.
        let tx = open.connection.transaction()?;
        let altered = is_altered(&tx, &open.keys)?;
        let table = Table {
            connection: &tx,
            keys: &open.keys,
        };
        let (records, damaged) = table.check()?;
        drop(tx);
        file::quick_check(&open.connection)?;
        self.shared.altered.store(altered, Ordering::Relaxed);
        Ok(Verification {
            records,
            damaged: damaged.iter().map(RowTags::name).collect(),
            altered,
        })
    }

    /// Takes the records as they are now for right: removes those that do not open and writes the manifest
    /// anew. For a person who was told what is damaged and wants to go on. Returns what was removed.
    #[instrument(skip_all)]
    pub fn accept_damage(&self) -> Result<Vec<RecordName>, VaultError> {
        let _lock = self.write_lock()?;
        let mut guard = self.lock();
        let open = guard.as_mut().ok_or(VaultError::Closed)?;
        self.check_in_place()?;
        let tx = open
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let table = Table {
            connection: &tx,
            keys: &open.keys,
        };
        let (_, damaged) = table.check()?;
        for row in &damaged {
            table.discard(row)?;
        }
        let mut manifest = Manifest::of_rows(&tx, &open.keys)?;
        // The old manifest may be unreadable, or say less than this process has seen.
        let stored = generation(&tx).unwrap_or(0);
        manifest.generation = stored.max(open.generation).saturating_add(1);
        manifest.store(&tx, &open.keys)?;
        tx.commit()?;
        open.generation = manifest.generation;
        self.shared.altered.store(false, Ordering::Relaxed);
        Ok(damaged.iter().map(RowTags::name).collect())
    }

    fn opened(dir: &Path, mut connection: Connection, keys: Keys) -> Result<Self, VaultError> {
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

    fn data_key(&self) -> Result<(Header, RawKey), VaultError> {
        self.read(|open| {
            let data_key = RawKey::from_slice(open.keys.data.bytes()).ok_or(VaultError::Closed)?;
            Ok((open.keys.header.clone(), data_key))
        })
    }

    fn write_slots<T>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let _lock = self.write_lock()?;
        let mut guard = self.lock();
        let open = guard.as_mut().ok_or(VaultError::Closed)?;
        self.check_in_place()?;
        let tx = open
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = change(&tx)?;
        tx.commit()?;
        // A slot that was replaced must not live on in the log.
        file::empty_log(&open.connection);
        Ok(outcome)
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
