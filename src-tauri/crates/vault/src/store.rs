//! The port to a store of small secrets, and one that lives in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

use crate::error::KeyringFailure;

/// A store that keeps one small text per account name: the operating system's keyring, or a stand-in.
///
/// Calls come one at a time from a single thread (see [`KeyringGate`](crate::KeyringGate)) and may block.
pub trait SecretStore: Send + 'static {
    /// A constant name of the store. A vault pins it and refuses any other.
    fn backend(&self) -> &'static str;

    /// The text under `account`, `None` if there is none. *There is none* must be certain: a store that
    /// cannot look answers with a failure.
    fn read(&mut self, account: &str) -> Result<Option<SecretString>, KeyringFailure>;

    /// Keeps `value` (ASCII, 46 bytes) under `account`, in place of any earlier text.
    fn write(&mut self, account: &str, value: &SecretString) -> Result<(), KeyringFailure>;

    /// Removes the text under `account`; that there is none is no failure.
    fn delete(&mut self, account: &str) -> Result<(), KeyringFailure>;
}

/// A [`SecretStore`] that keeps everything in this process's memory, for tests and trials.
///
/// **It protects nothing and forgets everything when its last clone is dropped**: a vault made with it can
/// then be opened by its recovery code only. Clones share their content, so a test can keep one, look at
/// it, and make the store fail.
#[derive(Debug, Clone, Default)]
pub struct MemorySecretStore {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    items: HashMap<String, SecretString>,
    failure: Option<KeyringFailure>,
}

impl MemorySecretStore {
    /// Makes every call fail like this from now on, or work again (`None`).
    pub fn fail_with(&self, failure: Option<KeyringFailure>) {
        self.lock().failure = failure;
    }

    /// Forgets all keys, as a reset keyring does.
    pub fn clear(&self) {
        self.lock().items.clear();
    }

    /// How many keys it holds.
    pub fn len(&self) -> usize {
        self.lock().items.len()
    }

    /// Whether it holds no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn usable(&self) -> Result<std::sync::MutexGuard<'_, Shared>, KeyringFailure> {
        let shared = self.lock();
        shared.failure.map_or(Ok(shared), Err)
    }
}

impl SecretStore for MemorySecretStore {
    fn backend(&self) -> &'static str {
        "memory"
    }

    fn read(&mut self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        Ok(self.usable()?.items.get(account).cloned())
    }

    fn write(&mut self, account: &str, value: &SecretString) -> Result<(), KeyringFailure> {
        self.usable()?
            .items
            .insert(account.to_owned(), value.clone());
        Ok(())
    }

    fn delete(&mut self, account: &str) -> Result<(), KeyringFailure> {
        self.usable()?.items.remove(account);
        Ok(())
    }
}
