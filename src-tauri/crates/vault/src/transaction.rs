//! One durable change of the vault.

use rusqlite::{Connection, TransactionBehavior};
use secrecy::SecretString;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::manifest::{Keys, Manifest};
use crate::records::{Entry, Kind, Listing, Secret};
use crate::table::Table;

/// A change under way: reads see what was put so far, and everything is kept or nothing is.
/// While it lasts, no other thread or process writes to the vault.
#[derive(Debug)]
pub struct Transaction<'vault> {
    inner: rusqlite::Transaction<'vault>,
    keys: &'vault Keys,
    before: Manifest,
    manifest: Manifest,
}

impl<'vault> Transaction<'vault> {
    /// Starts a change. The caller has the lock of writers.
    pub(crate) fn begin(
        connection: &'vault mut Connection,
        keys: &'vault Keys,
    ) -> Result<Self, VaultError> {
        let inner = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let manifest = Manifest::load(&inner, keys)?;
        Ok(Self {
            inner,
            keys,
            before: manifest.clone(),
            manifest,
        })
    }

    /// The number of the last change when this one began.
    pub(crate) fn generation(&self) -> u64 {
        self.before.generation
    }

    /// Makes the change durable, with its manifest; returns the number of the last change.
    pub(crate) fn commit(mut self) -> Result<u64, VaultError> {
        if self.manifest != self.before {
            self.manifest.generation += 1;
            self.manifest.store(&self.inner, self.keys)?;
        }
        self.inner.commit()?;
        Ok(self.manifest.generation)
    }

    /// Stores a record, new or not, and returns its revision: 1 for a new one, else one more than before.
    ///
    /// # Errors
    /// [`VaultError::InvalidId`], [`VaultError::Encode`]; with [`Secret::Keep`] also
    /// [`VaultError::Damaged`] if the secret to keep does not open.
    pub fn put(
        &mut self,
        kind: Kind,
        id: &str,
        meta: &(impl Serialize + ?Sized),
        secret: Secret<'_>,
    ) -> Result<u64, VaultError> {
        let meta = serde_json::to_vec(meta).map_err(|_| VaultError::Encode)?;
        let meta = Zeroizing::new(meta);
        let table = Table {
            connection: &self.inner,
            keys: self.keys,
        };
        table.put(&mut self.manifest, kind, id, &meta, secret)
    }

    /// Removes a record, readable or not; says whether there was one.
    pub fn remove(&mut self, kind: Kind, id: &str) -> Result<bool, VaultError> {
        let table = Table {
            connection: &self.inner,
            keys: self.keys,
        };
        table.remove(&mut self.manifest, kind, id)
    }

    /// Removes all records of a kind but the `keep_newest` with the greatest ids; returns how many went.
    pub fn trim(&mut self, kind: Kind, keep_newest: usize) -> Result<usize, VaultError> {
        let table = Table {
            connection: &self.inner,
            keys: self.keys,
        };
        table.trim(&mut self.manifest, kind, keep_newest)
    }

    /// Like [`Vault::list`](crate::Vault::list), within the change.
    pub fn list(&self, kind: Kind) -> Result<Listing, VaultError> {
        self.table().list(kind)
    }

    /// Like [`Vault::find`](crate::Vault::find), within the change.
    pub fn find(&self, kind: Kind, id: &str) -> Result<Option<Entry>, VaultError> {
        self.table().find(kind, id)
    }

    /// Like [`Vault::secret`](crate::Vault::secret), within the change.
    pub fn secret(&self, kind: Kind, id: &str) -> Result<Option<SecretString>, VaultError> {
        self.table().secret(kind, id)
    }

    /// Like [`Vault::count`](crate::Vault::count), within the change.
    pub fn count(&self, kind: Kind) -> Result<usize, VaultError> {
        self.table().count(kind)
    }

    fn table(&self) -> Table<'_> {
        Table {
            connection: &self.inner,
            keys: self.keys,
        }
    }
}
