//! A keyring in a plain file, so that a test's vault opens again after a restart. Protects nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use inchkeep_vault::{KeyringFailure, SecretStore};
use secrecy::{ExposeSecret as _, SecretString};

/// A keyring kept as JSON.
#[derive(Debug)]
pub struct KeyringFile(PathBuf);

/// A desktop without a keyring.
#[derive(Debug)]
pub struct NoKeyring;

impl KeyringFile {
    /// The keyring in this file, which need not be there yet.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    fn load(&self) -> Result<BTreeMap<String, String>, KeyringFailure> {
        match std::fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| KeyringFailure::Broken),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(_) => Err(KeyringFailure::Broken),
        }
    }

    fn store(&self, items: &BTreeMap<String, String>) -> Result<(), KeyringFailure> {
        let json = serde_json::to_vec(items).map_err(|_| KeyringFailure::Broken)?;
        // A real keyring survives that this process is killed, so this one must too.
        let new = self.0.with_extension("new");
        std::fs::write(&new, json)
            .and_then(|()| std::fs::rename(new, &self.0))
            .map_err(|_| KeyringFailure::Broken)
    }
}

impl SecretStore for KeyringFile {
    fn backend(&self) -> &'static str {
        "test-file"
    }

    fn read(&mut self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        Ok(self.load()?.remove(account).map(SecretString::from))
    }

    fn write(&mut self, account: &str, value: &SecretString) -> Result<(), KeyringFailure> {
        let mut items = self.load()?;
        // EXPOSE: into the stand-in for a keyring.
        items.insert(account.to_owned(), value.expose_secret().to_owned());
        self.store(&items)
    }

    fn delete(&mut self, account: &str) -> Result<(), KeyringFailure> {
        let mut items = self.load()?;
        items.remove(account);
        self.store(&items)
    }
}

impl SecretStore for NoKeyring {
    fn backend(&self) -> &'static str {
        "none"
    }

    fn read(&mut self, _account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        Err(KeyringFailure::NoService)
    }

    fn write(&mut self, _account: &str, _value: &SecretString) -> Result<(), KeyringFailure> {
        Err(KeyringFailure::NoService)
    }

    fn delete(&mut self, _account: &str) -> Result<(), KeyringFailure> {
        Err(KeyringFailure::NoService)
    }
}
