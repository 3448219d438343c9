//! Records as callers see them: a kind, an id, a revision, a `meta` field and perhaps a secret.

use std::fmt;

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::VaultError;

/// The kind of a record, such as `session`: a short constant name that is part of what seals the record.
/// Kinds are stored in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(&'static str);

impl Kind {
    /// Names a kind. Never rename one that was ever stored.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// A record's kind and id, for messages and damage reports. Ids are stored in the clear, so they must not
/// be secrets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordName {
    /// The kind's name.
    pub kind: String,
    /// The record's id.
    pub id: String,
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

/// One record without its secret.
#[derive(Clone)]
pub struct Entry {
    /// The record's kind.
    pub kind: Kind,
    /// The record's id, unique within its kind.
    pub id: String,
    /// 1 for the first version; each later [`put`](crate::Transaction::put) adds one.
    pub revision: u64,
    pub(crate) meta: Zeroizing<Vec<u8>>,
}

impl Entry {
    /// The `meta` field as JSON text, byte for byte as it was encoded.
    pub fn meta(&self) -> &[u8] {
        &self.meta
    }

    /// The `meta` field as a `T`.
    ///
    /// # Errors
    /// [`VaultError::Decode`] if the JSON is of another shape; the message never quotes it.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, VaultError> {
        serde_json::from_slice(&self.meta).map_err(|_| VaultError::Decode(self.name()))
    }

    /// Kind and id.
    pub fn name(&self) -> RecordName {
        RecordName {
            kind: self.kind.as_str().to_owned(),
            id: self.id.clone(),
        }
    }
}

/// Shows kind, id and revision; the `meta` field stays out of logs.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// What a listing found. A damaged record costs that record only.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The records that opened, in the order that the method promises.
    pub entries: Vec<Entry>,
    /// The ids of records whose `meta` field did not open.
    pub damaged: Vec<String>,
}

/// What a [`put`](crate::Transaction::put) does with the secret field.
#[derive(Debug, Clone, Copy)]
pub enum Secret<'a> {
    /// Leave the secret as it is (none, for a new record).
    Keep,
    /// Store this secret in place of any earlier one.
    Set(&'a SecretString),
    /// The record has no secret; an earlier one is removed.
    None,
}
