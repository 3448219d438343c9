//! What can go wrong, in the words of this layer. No variant ever carries a secret or a field's text.

use crate::records::RecordName;

/// Why a vault could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no vault in the directory.
    #[error("there is no vault here")]
    Missing,
    /// A vault, or what is left of one, is in the directory already. Nothing was changed.
    #[error("there is a vault here already")]
    AlreadyExists,
    /// The vault was closed (locked); unlock it again.
    #[error("the vault is locked")]
    Closed,
    /// The passphrase, recovery code or keyring key is well formed but does not open this vault.
    #[error("this key does not open the vault")]
    WrongKey,
    /// The recovery code has a typing error: its check digits do not fit, or a character is none of its
    /// alphabet. It was not tried.
    #[error("the recovery code is mistyped")]
    MistypedRecoveryCode,
    /// The vault does not open in this way: see [`VaultState`](crate::VaultState) for how it does.
    #[error("the vault does not open with this kind of key")]
    NoSuchSlot,
    /// The keyring works but no longer has this vault's key. No new key was made, for it would make
    /// every record unreadable; the recovery code still opens the vault.
    #[error("the keyring has no key for this vault")]
    KeyMissing,
    /// The keyring did not do what was asked.
    #[error("the keyring did not answer as needed")]
    Keyring(#[from] KeyringFailure),
    /// The vault is pinned to another keyring than the one at hand, and is never moved silently.
    #[error("the vault belongs to the keyring {pinned:?}, not {found:?}")]
    OtherKeyring {
        /// The keyring named in the vault.
        pinned: String,
        /// The keyring that the gate speaks to.
        found: String,
    },
    /// The vault was written by a newer version of the program. Nothing was changed.
    #[error("the vault has schema version {found}; this program knows up to {supported}")]
    NewerSchema {
        /// The version in the file.
        found: u32,
        /// The newest version that this program reads.
        supported: u32,
    },
    /// The header asks for an Argon2id cost outside the accepted bounds (see [`Cost`](crate::Cost)). It was
    /// not run: the header is untrusted input.
    #[error("the passphrase parameters are outside the accepted bounds")]
    CostOutOfBounds,
    /// Something in the file is not as the vault wrote it.
    #[error("the vault is damaged: {0}")]
    Damaged(Damage),
    /// Another process or thread kept a lock for longer than the patience given.
    #[error("another process is using the vault")]
    Busy,
    /// The vault's file was removed or replaced while it was open. Nothing was written.
    #[error("the vault's file was replaced while it was open")]
    Replaced,
    /// The disk is full. Nothing of the transaction was kept.
    #[error("the disk is full")]
    DiskFull,
    /// A record id is empty or longer than 128 bytes.
    #[error("a record id has 1 to 128 bytes")]
    InvalidId,
    /// A value could not be turned into the JSON of a `meta` field.
    #[error("the meta field of a record could not be encoded")]
    Encode,
    /// The JSON of a `meta` field is intact but not of the wanted type.
    #[error("the meta field of {0} is not of the wanted type")]
    Decode(RecordName),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// A file operation beside the database failed.
    #[error("a file operation failed")]
    Io(#[from] std::io::Error),
    /// The database refused for a reason that is neither damage nor a full disk.
    #[error("the database failed")]
    Database(#[source] rusqlite::Error),
}

/// What is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The file is no database, or its pages or tables are not as they should be.
    #[error("its file is not readable")]
    File,
    /// The header or a key slot is altered.
    #[error("its header is altered")]
    Header,
    /// The manifest, which says what records there must be, cannot be opened.
    #[error("its manifest is altered")]
    Manifest,
    /// The records went back to an earlier state while this process had the vault open.
    #[error("it went back to an earlier state")]
    RolledBack,
    /// One record does not open.
    #[error("{0} does not open")]
    Record(RecordName),
}

/// Why the keyring could not be used. *Absent* is no failure: see [`KeyringGate::read`](crate::KeyringGate::read).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringFailure {
    /// The keyring is locked and was not unlocked.
    #[error("the keyring is locked")]
    Locked,
    /// The person or the system refused access, for example by dismissing the desktop's prompt.
    #[error("access to the keyring was refused")]
    Denied,
    /// There is no keyring here: no session bus, no service.
    #[error("there is no keyring service")]
    NoService,
    /// No answer within the deadline; a prompt of the desktop may still be open.
    #[error("the keyring did not answer in time")]
    TimedOut,
    /// The keyring answered with something that makes no sense, or crashed.
    #[error("the keyring is broken")]
    Broken,
    /// A key was written without complaint, and reading it back gave something else.
    #[error("the keyring did not keep what was written")]
    NotKept,
}

impl From<Damage> for VaultError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        match &error {
            Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Damage::File.into(),
                ErrorCode::DiskFull => Self::DiskFull,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                _ => Self::Database(error),
            },
            // A column of another type than its table declares: the file was edited.
            Error::InvalidColumnType(..)
            | Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..) => Damage::File.into(),
            _ => Self::Database(error),
        }
    }
}
