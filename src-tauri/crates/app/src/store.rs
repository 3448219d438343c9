//! Typed reading and writing of the vault's records, for every room of this crate.

use std::fmt::Display;

use inchkeep_vault::{Kind, Secret, Transaction, Vault};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::contract::{
    ApiError, ApiKeyId, ApplicationKey, EnvironmentId, ErrorCode, OAuthClientId, SessionId,
};
use crate::records::{
    ApiKeyRecord, ApplicationRecord, EnvironmentRecord, OAuthClientRecord, SessionRecord, kinds,
};

/// A type that is the `meta` of one kind of record.
pub(crate) trait Record: Serialize + DeserializeOwned + Clone + Send + 'static {
    /// Names one of them.
    type Id: Display + From<String> + Clone + Send + PartialEq + 'static;
    /// Where the vault keeps them.
    const KIND: Kind;
    /// What the page calls one, for "not found".
    const WHAT: &'static str;
}

macro_rules! records {
    ($($record:ty = $kind:ident, $id:ty, $what:literal;)*) => {$(
        impl Record for $record {
            type Id = $id;
            const KIND: Kind = kinds::$kind;
            const WHAT: &'static str = $what;
        }
    )*};
}

records! {
    EnvironmentRecord = ENVIRONMENT, EnvironmentId, "environment";
    ApplicationRecord = APPLICATION, ApplicationKey, "application";
    ApiKeyRecord = API_KEY, ApiKeyId, "API key";
    OAuthClientRecord = OAUTH_CLIENT, OAuthClientId, "OAuth client";
    SessionRecord = SESSION, SessionId, "session";
}

/// Reading, in a transaction or beside one.
pub(crate) trait Read {
    /// All readable records of a kind, oldest first. Damaged ones are left out; their number is
    /// told at unlock.
    fn all<R: Record>(&self) -> Result<Vec<(R::Id, R)>, ApiError>;
    /// One record.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none.
    fn one<R: Record>(&self, id: &R::Id) -> Result<R, ApiError>;
    /// The secret of one record.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none.
    fn secret_of<R: Record>(&self, id: &R::Id) -> Result<SecretString, ApiError>;
    /// A single value of the app itself.
    fn value<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ApiError>;
}

macro_rules! read {
    ($($reader:ty),*) => {$(
        impl Read for $reader {
            fn all<R: Record>(&self) -> Result<Vec<(R::Id, R)>, ApiError> {
                let listing = self.list(R::KIND)?;
                let mut records = Vec::with_capacity(listing.entries.len());
                for entry in listing.entries {
                    // A record of another shape costs itself only, as a damaged one does.
                    if let Ok(record) = entry.decode::<R>() {
                        records.push((R::Id::from(entry.id), record));
                    }
                }
                Ok(records)
            }

            fn one<R: Record>(&self, id: &R::Id) -> Result<R, ApiError> {
                let entry = self.find(R::KIND, &id.to_string())?.ok_or_else(|| missing(R::WHAT))?;
                Ok(entry.decode()?)
            }

            fn secret_of<R: Record>(&self, id: &R::Id) -> Result<SecretString, ApiError> {
                self.secret(R::KIND, &id.to_string())?.ok_or_else(|| missing(R::WHAT))
            }

            fn value<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ApiError> {
                let entry = self.find(kinds::STATE, name)?;
                Ok(entry.map(|entry| entry.decode()).transpose()?)
            }
        }
    )*};
}
read!(Vault, Transaction<'_>);

/// Writing, always in a transaction.
pub(crate) trait Write {
    /// Stores a record; its secret stays as it is (none, for a new one).
    fn put_record<R: Record>(&mut self, id: &R::Id, record: &R) -> Result<(), ApiError>;
    /// Stores a record with its secret.
    fn put_with_secret<R: Record>(
        &mut self,
        id: &R::Id,
        record: &R,
        secret: &SecretString,
    ) -> Result<(), ApiError>;
    /// Removes a record.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none.
    fn remove_record<R: Record>(&mut self, id: &R::Id) -> Result<(), ApiError>;
    /// Stores a single value of the app itself.
    fn put_value<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), ApiError>;
}

impl Write for Transaction<'_> {
    fn put_record<R: Record>(&mut self, id: &R::Id, record: &R) -> Result<(), ApiError> {
        self.put(R::KIND, &id.to_string(), record, Secret::Keep)?;
        Ok(())
    }

    fn put_with_secret<R: Record>(
        &mut self,
        id: &R::Id,
        record: &R,
        secret: &SecretString,
    ) -> Result<(), ApiError> {
        self.put(R::KIND, &id.to_string(), record, Secret::Set(secret))?;
        Ok(())
    }

    fn remove_record<R: Record>(&mut self, id: &R::Id) -> Result<(), ApiError> {
        if self.remove(R::KIND, &id.to_string())? {
            Ok(())
        } else {
            Err(missing(R::WHAT))
        }
    }

    fn put_value<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), ApiError> {
        self.put(kinds::STATE, name, value, Secret::None)?;
        Ok(())
    }
}

impl App {
    /// Reads the open vault, away from the async threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let vault = self.vault()?;
        blocking(move || work(&vault)).await
    }

    /// Changes the open vault in one durable transaction; nothing of it is kept when `work` fails.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let vault = self.vault()?;
        blocking(move || vault.try_write(work)).await
    }

    /// All records of a kind, oldest first.
    pub(crate) async fn list<R: Record>(&self) -> Result<Vec<(R::Id, R)>, ApiError> {
        self.read(Read::all::<R>).await
    }

    /// One record.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none.
    pub(crate) async fn find<R: Record>(&self, id: &R::Id) -> Result<R, ApiError> {
        let id = id.clone();
        self.read(move |vault| vault.one::<R>(&id)).await
    }

    /// Reads one record, lets `edit` change it, and stores it again, in one transaction.
    pub(crate) async fn edit<R: Record>(
        &self,
        id: &R::Id,
        edit: impl FnOnce(&mut R) + Send + 'static,
    ) -> Result<R, ApiError> {
        let id = id.clone();
        self.change(move |tx| {
            let mut record = tx.one::<R>(&id)?;
            edit(&mut record);
            tx.put_record(&id, &record)?;
            Ok(record)
        })
        .await
    }
}

/// Runs blocking work away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(ApiError::new(
            ErrorCode::Internal,
            "work on the disk was cut off",
        ))
    })
}

/// What was asked for is not there.
pub(crate) fn missing(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no such {what}")).fact("what", what)
}
