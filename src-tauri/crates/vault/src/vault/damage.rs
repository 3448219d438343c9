//! Looking for damage, and going on without what is lost.

use std::sync::atomic::Ordering;

use rusqlite::TransactionBehavior;
use tracing::instrument;

use super::{Vault, is_altered};
use crate::error::VaultError;
use crate::file;
use crate::manifest::{Manifest, RowTags, generation};
use crate::records::RecordName;
use crate::table::Table;

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

impl Vault {
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
}
