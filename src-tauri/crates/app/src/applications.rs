//! Applications: what groups keys and clients, as the portal does.

use std::collections::HashMap;
use std::sync::Arc;

use inchkeep_vault::Transaction;
use time::{Duration, OffsetDateTime};

use crate::app::App;
use crate::clients::{clients_of, sessions_of};
use crate::contract::{
    AddApplicationRequest, ApiError, ApplicationKey, ApplicationRef, ApplicationRow,
    ApplicationView, ChangedList, EnvironmentId, EnvironmentRef, HistoryRow,
    RenameApplicationRequest, SessionState,
};
use crate::names::{duplicate, invalid, name_of};
use crate::records::{
    ApiKeyRecord, ApplicationRecord, EnvironmentRecord, OAuthClientRecord, SessionRecord, kinds,
};
use crate::store::{Read, Write as _};

/// A session that ends within this time counts as expiring.
const SOON: Duration = Duration::minutes(2);
/// How far back the last requests of an application are looked for.
const RECENT_WITHIN: usize = 200;
const RECENT: usize = 3;

impl App {
    /// The applications of an environment, last used first.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`](crate::ErrorCode::Locked).
    pub async fn applications(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<Vec<ApplicationRow>, ApiError> {
        let now = self.clock.now();
        let mut rows = self
            .read(move |vault| rows(vault, &request.environment_id, now))
            .await?;
        rows.sort_by(|one, other| {
            other
                .last_used
                .cmp(&one.last_used)
                .then_with(|| one.name.cmp(&other.name))
        });
        Ok(rows)
    }

    /// One application with its credentials and last requests.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound).
    pub async fn application(
        self: &Arc<Self>,
        request: ApplicationRef,
    ) -> Result<ApplicationView, ApiError> {
        let now = self.clock.now();
        self.read(move |vault| {
            let key = request.application;
            let record = vault.one::<ApplicationRecord>(&key)?;
            let api_keys = crate::api_keys::of(vault, &key)?;
            let oauth_clients = clients_of(vault, &key, &record)?;
            let recent = vault
                .latest(kinds::EXCHANGE, RECENT_WITHIN, None)?
                .entries
                .into_iter()
                .filter_map(|entry| entry.decode::<HistoryRow>().ok())
                .filter(|row| row.application.as_ref() == Some(&key))
                .take(RECENT)
                .collect();
            let application = row(vault, key, record, now)?;
            Ok(ApplicationView {
                application,
                api_keys,
                oauth_clients,
                recent,
            })
        })
        .await
    }

    /// Adds an application.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`](crate::ErrorCode::InvalidField);
    /// [`ErrorCode::Duplicate`](crate::ErrorCode::Duplicate) with the name of the application that
    /// has this id already, and its key as the fact `application`.
    pub async fn add_application(
        self: &Arc<Self>,
        request: AddApplicationRequest,
    ) -> Result<ApplicationRow, ApiError> {
        let record = ApplicationRecord {
            environment: request.environment_id,
            name: name_of(&request.name)?,
            application_id: id_of(&request.application_id)?,
            last_used: None,
        };
        let now = self.clock.now();
        let row = self
            .change(move |tx| {
                tx.one::<EnvironmentRecord>(&record.environment)?;
                refuse_duplicate(tx, None, &record)?;
                let key = ApplicationKey::make();
                tx.put_record(&key, &record)?;
                row(tx, key, record, now)
            })
            .await?;
        self.changed(&row.environment_id, ChangedList::Applications);
        Ok(row)
    }

    /// Renames an application, and changes its portal id if one is given.
    ///
    /// # Errors
    /// As of [`App::add_application`].
    pub async fn rename_application(
        self: &Arc<Self>,
        request: RenameApplicationRequest,
    ) -> Result<ApplicationRow, ApiError> {
        let name = name_of(&request.name)?;
        let application_id = request.application_id.as_deref().map(id_of).transpose()?;
        let now = self.clock.now();
        let row = self
            .change(move |tx| {
                let key = request.application;
                let mut record = tx.one::<ApplicationRecord>(&key)?;
                record.name = name;
                if let Some(id) = application_id {
                    record.application_id = id;
                    refuse_duplicate(tx, Some(&key), &record)?;
                }
                tx.put_record(&key, &record)?;
                row(tx, key, record, now)
            })
            .await?;
        self.changed(&row.environment_id, ChangedList::Applications);
        Ok(row)
    }

    /// Removes an application with its keys, clients and sessions from this computer. Nothing
    /// changes at the server.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound).
    pub async fn remove_application(
        self: &Arc<Self>,
        request: ApplicationRef,
    ) -> Result<(), ApiError> {
        let environment = self
            .change(move |tx| {
                let record = tx.one::<ApplicationRecord>(&request.application)?;
                remove_with_credentials(tx, &request.application)?;
                Ok(record.environment)
            })
            .await?;
        self.changed(&environment, ChangedList::Applications);
        self.changed(&environment, ChangedList::Sessions);
        Ok(())
    }
}

/// Removes an application and everything that belongs to it.
pub(crate) fn remove_with_credentials(
    tx: &mut Transaction<'_>,
    key: &ApplicationKey,
) -> Result<(), ApiError> {
    for (id, record) in tx.all::<ApiKeyRecord>()? {
        if record.application == *key {
            tx.remove_record::<ApiKeyRecord>(&id)?;
        }
    }
    for (id, record) in tx.all::<OAuthClientRecord>()? {
        if record.application == *key {
            for (session, _) in sessions_of(tx, &id)? {
                tx.remove(kinds::REFRESH_INTENT, session.as_str())?;
                tx.remove_record::<SessionRecord>(&session)?;
            }
            tx.remove_record::<OAuthClientRecord>(&id)?;
        }
    }
    tx.remove_record::<ApplicationRecord>(key)
}

fn rows(
    reader: &impl Read,
    environment: &EnvironmentId,
    now: OffsetDateTime,
) -> Result<Vec<ApplicationRow>, ApiError> {
    let mut rows = HashMap::new();
    for (key, record) in reader.all::<ApplicationRecord>()? {
        if record.environment == *environment {
            rows.insert(key.clone(), empty_row(key, record));
        }
    }
    for (_, record) in reader.all::<ApiKeyRecord>()? {
        if let Some(row) = rows.get_mut(&record.application) {
            row.api_keys += 1;
            row.last_used = row.last_used.max(record.last_used);
        }
    }
    let mut owners = HashMap::new();
    for (id, record) in reader.all::<OAuthClientRecord>()? {
        if let Some(row) = rows.get_mut(&record.application) {
            row.oauth_clients += 1;
            owners.insert(id, record.application);
        }
    }
    for (_, session) in reader.all::<SessionRecord>()? {
        let owner = owners.get(&session.oauth_client);
        if let Some(row) = owner.and_then(|application| rows.get_mut(application)) {
            count_session(row, &session, now);
        }
    }
    Ok(rows.into_values().collect())
}

fn row(
    reader: &impl Read,
    key: ApplicationKey,
    record: ApplicationRecord,
    now: OffsetDateTime,
) -> Result<ApplicationRow, ApiError> {
    let environment = record.environment.clone();
    let counted = rows(reader, &environment, now)?
        .into_iter()
        .find(|row| row.key == key);
    Ok(counted.unwrap_or_else(|| empty_row(key, record)))
}

fn empty_row(key: ApplicationKey, record: ApplicationRecord) -> ApplicationRow {
    ApplicationRow {
        key,
        environment_id: record.environment,
        name: record.name,
        application_id: record.application_id,
        api_keys: 0,
        oauth_clients: 0,
        active_sessions: 0,
        expiring_sessions: 0,
        last_used: record.last_used,
    }
}

fn count_session(row: &mut ApplicationRow, session: &SessionRecord, now: OffsetDateTime) {
    row.last_used = row.last_used.max(session.last_used);
    let left = session.expires_at.map(|end| end.0 - now);
    let is_over = left.is_some_and(|left| !left.is_positive());
    if session.state != SessionState::Active || is_over {
        return;
    }
    row.active_sessions += 1;
    if left.is_some_and(|left| left <= SOON) {
        row.expiring_sessions += 1;
    }
}

/// The portal's id, as it came; empty when unknown.
fn id_of(text: &str) -> Result<String, ApiError> {
    let id = text.trim();
    if id.len() > 200
        || id
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace())
    {
        return Err(invalid("applicationId", "That is not an application ID."));
    }
    Ok(id.to_owned())
}

fn refuse_duplicate(
    reader: &impl Read,
    except: Option<&ApplicationKey>,
    record: &ApplicationRecord,
) -> Result<(), ApiError> {
    if record.application_id.is_empty() {
        return Ok(());
    }
    let same = reader
        .all::<ApplicationRecord>()?
        .into_iter()
        .find(|(key, known)| {
            Some(key) != except
                && known.environment == record.environment
                && known.application_id == record.application_id
        });
    match same {
        Some((key, known)) => Err(duplicate(&known.name).fact("application", key)),
        None => Ok(()),
    }
}
