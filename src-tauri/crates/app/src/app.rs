//! The app itself: what it is made of, and how its parts get at the vault.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use inchkeep_vault::{KeyringGate, Vault, VaultError};

use crate::clock::Clock;
use crate::error::{ApiError, ErrorCode};
use crate::host::Host;

/// What an [`App`] is started with.
pub struct AppOptions {
    /// Where everything is kept; made if it is missing (mode 0700).
    pub data_dir: PathBuf,
    /// The way to the keyring.
    pub keyring: KeyringGate,
    /// The desktop.
    pub host: Arc<dyn Host>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Everything that the product does, without a window.
pub struct App {
    pub(crate) data_dir: PathBuf,
    pub(crate) keyring: KeyringGate,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) clock: Arc<dyn Clock>,
    vault: Mutex<Option<Vault>>,
}

impl App {
    /// The open vault.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`] while it is closed.
    pub(crate) fn vault(&self) -> Result<Vault, ApiError> {
        locked(&self.vault)
            .clone()
            .ok_or_else(|| ApiError::new(ErrorCode::Locked, "the vault is locked"))
    }

    /// Runs blocking work on the open vault, away from the async threads.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let vault = self.vault()?;
        match tokio::task::spawn_blocking(move || work(&vault)).await {
            Ok(answer) => answer.map_err(ApiError::from),
            Err(_) => Err(ApiError::new(ErrorCode::Internal, "work on the vault was cut off")),
        }
    }
}

/// A lock that goes on after a panic elsewhere: what it guards is replaced whole, never half.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
