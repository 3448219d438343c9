//! The desktop's keyring behind the port. The only file that names it.

use std::collections::HashMap;
use std::sync::Arc;

use keyring::api::CredentialStore;
use keyring::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::KeyringFailure;
use crate::store::SecretStore;

const SERVICE: &str = "Inchkeep";

/// The operating system's keyring: the Secret Service on Linux, the login keychain on macOS, the
/// Credential Manager on Windows (this computer only, never roaming).
///
/// It is connected to at the first call, and again after a failure.
#[derive(Debug, Default)]
pub struct PlatformSecretStore {
    store: Option<Arc<CredentialStore>>,
}

impl SecretStore for PlatformSecretStore {
    fn backend(&self) -> &'static str {
        platform::BACKEND
    }

    fn read(&mut self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        let Some(bytes) = self.with_item(account, Entry::get_secret)? else {
            return Ok(None);
        };
        let bytes = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&bytes).map_err(|_| KeyringFailure::Broken)?;
        Ok(Some(SecretString::from(text)))
    }

    fn write(&mut self, account: &str, value: &SecretString) -> Result<(), KeyringFailure> {
        let value = value.expose_secret().as_bytes(); // EXPOSE: handed to the keyring
        self.with_item(account, |item| item.set_secret(value))?
            .ok_or(KeyringFailure::Broken)
    }

    fn delete(&mut self, account: &str) -> Result<(), KeyringFailure> {
        self.with_item(account, Entry::delete_credential).map(drop)
    }
}

impl PlatformSecretStore {
    /// Does `work` with one item; `None` if there is no such item.
    fn with_item<T>(
        &mut self,
        account: &str,
        work: impl FnOnce(&Entry) -> keyring::Result<T>,
    ) -> Result<Option<T>, KeyringFailure> {
        // Taken out and put back only after an answer: a store that failed or panicked may be of no use any
        // more, and the next call connects anew.
        let store = match self.store.take() {
            Some(store) => store,
            None => platform::connect().map_err(|error| {
                tracing::warn!(kind = kind_of(&error), "no connection to the keyring");
                KeyringFailure::NoService
            })?,
        };
        let modifiers = HashMap::from(platform::MODIFIERS);
        let done = store
            .build(SERVICE, account, Some(&modifiers))
            .and_then(|item| work(&item));
        match done {
            Ok(value) => {
                self.store = Some(store);
                Ok(Some(value))
            }
            Err(Error::NoEntry) => {
                self.store = Some(store);
                Ok(None)
            }
            Err(error) => {
                let failure = platform::classify(&error);
                tracing::warn!(kind = kind_of(&error), ?failure, "the keyring failed");
                Err(failure)
            }
        }
    }
}

/// The variant's name. Some variants carry bytes of the secret, so none is ever printed whole.
fn kind_of(error: &Error) -> &'static str {
    match error {
        Error::PlatformFailure(_) => "platform failure",
        Error::NoStorageAccess(_) => "no access",
        Error::NoEntry => "no entry",
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "malformed item",
        Error::BadStoreFormat(_) => "malformed store",
        Error::TooLong(..) => "too long",
        Error::Invalid(..) => "invalid parameter",
        Error::Ambiguous(_) => "several items",
        _ => "other",
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use super::{Arc, CredentialStore, Error, KeyringFailure};
    use secret_service::Error as ServiceError;

    pub(super) const BACKEND: &str = "secret-service";
    pub(super) const MODIFIERS: [(&str, &str); 1] = [("label", "Inchkeep vault key")];

    pub(super) fn connect() -> keyring::Result<Arc<CredentialStore>> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    pub(super) fn classify(error: &Error) -> KeyringFailure {
        let (Error::NoStorageAccess(cause) | Error::PlatformFailure(cause)) = error else {
            return KeyringFailure::Broken;
        };
        match cause.downcast_ref::<ServiceError>() {
            Some(ServiceError::Locked) => KeyringFailure::Locked,
            Some(ServiceError::Prompt) => KeyringFailure::Denied,
            // Without a default collection there is nowhere to keep a key.
            Some(ServiceError::Unavailable | ServiceError::NoResult) => KeyringFailure::NoService,
            _ => KeyringFailure::Broken,
        }
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use super::{Arc, CredentialStore, Error, KeyringFailure};

    pub(super) const BACKEND: &str = "keychain";
    pub(super) const MODIFIERS: [(&str, &str); 0] = [];

    pub(super) fn connect() -> keyring::Result<Arc<CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    pub(super) fn classify(error: &Error) -> KeyringFailure {
        match error {
            Error::NoStorageAccess(_) => KeyringFailure::Denied,
            _ => KeyringFailure::Broken,
        }
    }
}

#[cfg(windows)]
mod platform {
    use super::{Arc, CredentialStore, Error, KeyringFailure};

    pub(super) const BACKEND: &str = "credential-manager";
    // The default persistence, Enterprise, roams with the person's profile.
    pub(super) const MODIFIERS: [(&str, &str); 1] = [("persistence", "Local")];

    pub(super) fn connect() -> keyring::Result<Arc<CredentialStore>> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    pub(super) fn classify(error: &Error) -> KeyringFailure {
        match error {
            Error::NoStorageAccess(_) => KeyringFailure::NoService,
            _ => KeyringFailure::Broken,
        }
    }
}
