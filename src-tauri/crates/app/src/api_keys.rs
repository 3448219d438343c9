//! API keys: checked, added, renamed, replaced, removed.

use std::sync::Arc;

use inchkeep_vault::Transaction;
use secrecy::{ExposeSecret as _, SecretString};

use crate::app::App;
use crate::contract::{
    AddApiKeyRequest, ApiError, ApiKeyId, ApiKeyRef, ApiKeyView, ApplicationKey, ChangedList,
    CheckApiKeyRequest, EnvironmentId, KeyCheckView, RenameApiKeyRequest, ReplaceApiKeyRequest,
    Timestamp,
};
use crate::environments::standard;
use crate::fingerprint::Fingerprints;
use crate::names::{duplicate, name_of};
use crate::records::{ApiKeyRecord, ApplicationRecord};
use crate::secret_drafts::last4;
use crate::store::{Read, Write as _};

impl App {
    /// Tries a key with one request, the list of tokens. The draft stays for the form.
    ///
    /// # Errors
    /// [`ErrorCode::SecretDraftGone`](crate::ErrorCode::SecretDraftGone), and whatever keeps an
    /// answer from coming; any status is an answer.
    pub async fn check_api_key(
        self: &Arc<Self>,
        request: CheckApiKeyRequest,
    ) -> Result<KeyCheckView, ApiError> {
        let key = self.drafts.secret(&request.secret)?;
        let application = self.find::<ApplicationRecord>(&request.application).await?;
        let environment = self.ready_environment(&application.environment).await?;
        let url = format!("{}{}", environment.api_base, standard::TOKENS_PATH);
        self.try_key(application.environment, request.application, url, key)
            .await
    }

    /// Saves a key.
    ///
    /// # Errors
    /// [`ErrorCode::Duplicate`](crate::ErrorCode::Duplicate) with the name under which the same key
    /// is saved, or of another key of this application with the same name;
    /// [`ErrorCode::SecretDraftGone`](crate::ErrorCode::SecretDraftGone).
    pub async fn add_api_key(
        self: &Arc<Self>,
        request: AddApiKeyRequest,
    ) -> Result<ApiKeyView, ApiError> {
        let name = name_of(&request.name)?;
        let secret = self.drafts.secret(&request.secret)?;
        let now = Timestamp::from(self.clock.now());
        let app = Arc::clone(self);
        let (view, environment) = self
            .change(move |tx| {
                let application = request.application;
                let environment = tx.one::<ApplicationRecord>(&application)?.environment;
                refuse_same_name(tx, &application, None, &name)?;
                refuse_same_key(tx, &app.fingerprints, &environment, &secret)?;
                let view = put_new(tx, application, name, &secret, now)?;
                Ok((view, environment))
            })
            .await?;
        self.drafts.discard(&request.secret);
        self.changed(&environment, ChangedList::Applications);
        Ok(view)
    }

    /// Renames a key.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound),
    /// [`ErrorCode::Duplicate`](crate::ErrorCode::Duplicate).
    pub async fn rename_api_key(
        self: &Arc<Self>,
        request: RenameApiKeyRequest,
    ) -> Result<ApiKeyView, ApiError> {
        let name = name_of(&request.name)?;
        let (view, environment) = self
            .change(move |tx| {
                let mut record = tx.one::<ApiKeyRecord>(&request.api_key_id)?;
                refuse_same_name(tx, &record.application, Some(&request.api_key_id), &name)?;
                record.name = name;
                tx.put_record(&request.api_key_id, &record)?;
                let environment = tx
                    .one::<ApplicationRecord>(&record.application)?
                    .environment;
                Ok((view(request.api_key_id, record), environment))
            })
            .await?;
        self.changed(&environment, ChangedList::Applications);
        Ok(view)
    }

    /// Puts another secret in the place of a key's. What was known of the old one is forgotten.
    ///
    /// # Errors
    /// As of [`App::add_api_key`].
    pub async fn replace_api_key(
        self: &Arc<Self>,
        request: ReplaceApiKeyRequest,
    ) -> Result<ApiKeyView, ApiError> {
        let secret = self.drafts.secret(&request.secret)?;
        let now = Timestamp::from(self.clock.now());
        let app = Arc::clone(self);
        let (view, environment) = self
            .change(move |tx| {
                let id = request.api_key_id;
                let old = tx.one::<ApiKeyRecord>(&id)?;
                let environment = tx.one::<ApplicationRecord>(&old.application)?.environment;
                refuse_same_key(tx, &app.fingerprints, &environment, &secret)?;
                let record = new_record(old.application, old.name, &secret, now);
                tx.put_with_secret(&id, &record, &secret)?;
                Ok((view(id, record), environment))
            })
            .await?;
        self.drafts.discard(&request.secret);
        self.changed(&environment, ChangedList::Applications);
        Ok(view)
    }

    /// Removes a key from this computer. It works on until it is deleted in the portal.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound).
    pub async fn remove_api_key(self: &Arc<Self>, request: ApiKeyRef) -> Result<(), ApiError> {
        let environment = self
            .change(move |tx| {
                let record = tx.one::<ApiKeyRecord>(&request.api_key_id)?;
                tx.remove_record::<ApiKeyRecord>(&request.api_key_id)?;
                Ok(tx
                    .one::<ApplicationRecord>(&record.application)?
                    .environment)
            })
            .await?;
        self.changed(&environment, ChangedList::Applications);
        Ok(())
    }
}

/// The keys of an application, oldest first.
pub(crate) fn of(
    reader: &impl Read,
    application: &ApplicationKey,
) -> Result<Vec<ApiKeyView>, ApiError> {
    let mut keys = reader.all::<ApiKeyRecord>()?;
    keys.retain(|(_, record)| record.application == *application);
    Ok(keys
        .into_iter()
        .map(|(id, record)| view(id, record))
        .collect())
}

/// Stores a key that was never there.
pub(crate) fn put_new(
    tx: &mut Transaction<'_>,
    application: ApplicationKey,
    name: String,
    secret: &SecretString,
    now: Timestamp,
) -> Result<ApiKeyView, ApiError> {
    let id = ApiKeyId::make();
    let record = new_record(application, name, secret, now);
    tx.put_with_secret(&id, &record, secret)?;
    Ok(view(id, record))
}

/// The name under which the same key is saved in an environment.
pub(crate) fn saved_as(
    reader: &impl Read,
    fingerprints: &Fingerprints,
    environment: &EnvironmentId,
    secret: &SecretString,
) -> Result<Option<String>, ApiError> {
    let wanted = fingerprints.of(secret);
    for (id, record) in reader.all::<ApiKeyRecord>()? {
        let owner = reader.one::<ApplicationRecord>(&record.application)?;
        if owner.environment == *environment
            && fingerprints.of(&reader.secret_of::<ApiKeyRecord>(&id)?) == wanted
        {
            return Ok(Some(record.name));
        }
    }
    Ok(None)
}

fn new_record(
    application: ApplicationKey,
    name: String,
    secret: &SecretString,
    now: Timestamp,
) -> ApiKeyRecord {
    ApiKeyRecord {
        application,
        name,
        // EXPOSE: its last four characters, which name it in lists.
        last4: last4(secret.expose_secret()),
        added_at: now,
        last_used: None,
        last_status: None,
        sent_in_url: 0,
    }
}

fn view(id: ApiKeyId, record: ApiKeyRecord) -> ApiKeyView {
    ApiKeyView {
        id,
        application: record.application,
        name: record.name,
        last4: record.last4,
        last_used: record.last_used,
        last_status: record.last_status,
        sent_in_url: record.sent_in_url,
        added_at: record.added_at,
    }
}

fn refuse_same_name(
    reader: &impl Read,
    application: &ApplicationKey,
    except: Option<&ApiKeyId>,
    name: &str,
) -> Result<(), ApiError> {
    let same = reader
        .all::<ApiKeyRecord>()?
        .into_iter()
        .any(|(id, record)| {
            Some(&id) != except && record.application == *application && record.name == name
        });
    if same {
        Err(duplicate(name).fact("same", "name"))
    } else {
        Ok(())
    }
}

fn refuse_same_key(
    reader: &impl Read,
    fingerprints: &Fingerprints,
    environment: &EnvironmentId,
    secret: &SecretString,
) -> Result<(), ApiError> {
    match saved_as(reader, fingerprints, environment, secret)? {
        Some(name) => Err(duplicate(&name).fact("same", "key")),
        None => Ok(()),
    }
}
