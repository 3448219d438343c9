//! What the tests of the vault share.
#![expect(
    unreachable_pub,
    reason = "each test program compiles this file for itself"
)]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "no test program uses all of it"
)]

use std::path::Path;

use inchkeep_vault::{
    Key, KeyringGate, Kind, MemorySecretStore, Opening, Secret, Vault, VaultError,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tempfile::TempDir;

pub const SESSION: Kind = Kind::new("session");
pub const HISTORY: Kind = Kind::new("history");

/// A directory, a keyring, and a vault that opens with it.
pub struct Home {
    pub dir: TempDir,
    pub store: MemorySecretStore,
    pub gate: KeyringGate,
}

impl Home {
    /// An empty directory and an empty keyring.
    pub fn empty() -> Self {
        let store = MemorySecretStore::default();
        Self {
            dir: tempfile::tempdir().unwrap(),
            gate: KeyringGate::new(store.clone()),
            store,
        }
    }

    /// A new vault that opens with the keyring.
    pub fn create(&self) -> Vault {
        Vault::create(self.path(), Opening::Keyring, &self.gate).unwrap()
    }

    /// The vault, unlocked by the keyring.
    pub fn unlock(&self) -> Result<Vault, VaultError> {
        Vault::unlock(self.path(), Key::Keyring, &self.gate)
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The database, opened behind the vault's back.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join("vault.db")).unwrap()
    }
}

pub fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// Stores one record in a transaction of its own.
pub fn put(vault: &Vault, kind: Kind, id: &str, name: &str, value: Option<&str>) -> u64 {
    let value = value.map(secret);
    let value = value.as_ref().map_or(Secret::None, Secret::Set);
    vault
        .write(|tx| tx.put(kind, id, &json!({ "name": name }), value))
        .unwrap()
}

/// The name in a record's `meta` field, if there is such a record.
pub fn name(vault: &Vault, kind: Kind, id: &str) -> Option<String> {
    let entry = vault.find(kind, id).unwrap()?;
    let meta: serde_json::Value = entry.decode().unwrap();
    Some(meta["name"].as_str().unwrap().to_owned())
}

/// A record's secret as plain text.
pub fn revealed(vault: &Vault, kind: Kind, id: &str) -> Option<String> {
    let secret = vault.secret(kind, id).unwrap()?;
    Some(secret.expose_secret().to_owned()) // EXPOSE: compared in tests
}

/// The ids of a listing that must be whole.
pub fn ids(listing: &inchkeep_vault::Listing) -> Vec<&str> {
    assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
    listing
        .entries
        .iter()
        .map(|entry| entry.id.as_str())
        .collect()
}
