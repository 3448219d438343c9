//! Sealed storage for records that carry secrets.
//!
//! A vault is one `SQLite` file in a directory of its own. Every record has two sealed fields, `meta`
//! (names, expiry, scopes: anything that lists need) and `secret`; both are encrypted with
//! XChaCha20-Poly1305 under a data key that never leaves the process. The data key itself lies in the
//! file once per *slot*, wrapped by what opens that slot: a key in the desktop's keyring, a passphrase,
//! both together, or a printed recovery code.
//!
//! The crate knows records, not what is in them. All methods block; call them where blocking is fine.
//!
//! ```
//! use inchkeep_vault::{Key, Kind, KeyringGate, MemorySecretStore, Opening, Secret, Vault};
//! use secrecy::{ExposeSecret, SecretString};
//!
//! const API_KEY: Kind = Kind::new("api_key");
//!
//! let home = tempfile::tempdir()?;
//! let gate = KeyringGate::new(MemorySecretStore::default());
//! let vault = Vault::create(home.path(), Opening::Keyring, &gate)?;
//! vault.write(|tx| {
//!     let meta = serde_json::json!({ "name": "Production" });
//!     tx.put(API_KEY, "0190", &meta, Secret::Set(&SecretString::from("s3cret")))?;
//!     Ok(())
//! })?;
//! drop(vault);
//!
//! let vault = Vault::unlock(home.path(), Key::Keyring, &gate)?;
//! assert_eq!(vault.list(API_KEY)?.entries.len(), 1);
//! let secret = vault.secret(API_KEY, "0190")?.expect("it was stored");
//! assert_eq!(secret.expose_secret(), "s3cret"); // EXPOSE: compared in an example
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not promise
//! Someone who can replace the whole directory by an older copy of itself rolls the vault back, and the
//! vault cannot tell; it does notice when a single row was replaced, moved, removed or rolled back.

mod error;
mod file;
mod gate;
mod header;
mod keyring;
mod lock;
mod manifest;
mod opening;
mod passphrase;
mod records;
mod recovery;
mod seal;
mod slots;
mod store;
mod table;
mod transaction;
mod vault;

pub use error::{Damage, KeyringFailure, VaultError};
pub use gate::{Deadlines, KeyringGate};
pub use keyring::PlatformSecretStore;
pub use lock::Hold;
pub use opening::{Key, Opening, OpensWith, VaultState};
pub use passphrase::Cost;
pub use records::{Entry, Kind, Listing, RecordName, Secret};
pub use store::{MemorySecretStore, SecretStore};
pub use transaction::Transaction;
pub use vault::{Backup, Vault, Verification};
