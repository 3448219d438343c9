//! What a credential's own record is told about its use.

use inchkeep_vault::Transaction;

use crate::contract::{ApplicationKey, CredentialRef, SessionId, Timestamp};
use crate::error::{ApiError, ErrorCode};
use crate::records::{ApiKeyRecord, ApplicationRecord, SessionRecord, SessionTokens};
use crate::sessions::{happened, remember};
use crate::store::{Read as _, Write as _};

/// How many of a session's events may be about its use.
const MOST_USES: usize = 20;
/// How such an event begins.
const USED: &str = "Used by ";

/// One use of a credential.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    pub(crate) credential: CredentialRef,
    pub(crate) application: ApplicationKey,
    pub(crate) at: Timestamp,
    /// What came back; absent when nothing did.
    pub(crate) status: Option<u16>,
    pub(crate) in_url: bool,
    /// Method and path, for the session's history.
    pub(crate) request: String,
    pub(crate) request_id: Option<String>,
    /// The generation of the access token that was sent, when an older refresh token is still kept
    /// beside it.
    pub(crate) proves_generation: Option<u32>,
}

/// Writes a use into the records that it concerns. Whatever was removed meanwhile is left alone.
/// Says whether a secret changed.
pub(crate) fn note(tx: &mut Transaction<'_>, usage: &Usage) -> Result<bool, ApiError> {
    let mut secret_changed = false;
    match &usage.credential {
        CredentialRef::ApiKey(id) => {
            if let Some(mut key) = found(tx.one::<ApiKeyRecord>(id))? {
                key.last_used = Some(usage.at);
                key.last_status = usage.status;
                key.sent_in_url = key.sent_in_url.saturating_add(u32::from(usage.in_url));
                tx.put_record(id, &key)?;
            }
        }
        CredentialRef::Session(id) => {
            if let Some(session) = found(tx.one::<SessionRecord>(id))? {
                secret_changed = note_session(tx, id, session, usage)?;
            }
        }
    }
    if let Some(mut application) = found(tx.one::<ApplicationRecord>(&usage.application))? {
        application.last_used = Some(usage.at);
        tx.put_record(&usage.application, &application)?;
    }
    Ok(secret_changed)
}

fn note_session(
    tx: &mut Transaction<'_>,
    id: &SessionId,
    mut session: SessionRecord,
    usage: &Usage,
) -> Result<bool, ApiError> {
    session.last_used = Some(usage.at);
    let failed = usage.status.is_none_or(|status| status >= 400);
    let what = format!("{USED}{}", usage.request);
    let event = happened(usage.at.0, &what, usage.request_id.clone(), failed);
    let is_use = |event: &crate::contract::SessionEvent| event.what.starts_with(USED);
    if session.history.iter().filter(|event| is_use(event)).count() >= MOST_USES
        && let Some(oldest) = session.history.iter().rposition(is_use)
    {
        session.history.remove(oldest);
    }
    remember(&mut session, event);
    // The first success of a new access token ends the time of the refresh token before.
    let proven = !failed && usage.proves_generation == Some(session.generation);
    if proven {
        let mut tokens = SessionTokens::from_secret(&tx.secret_of::<SessionRecord>(id)?)
            .ok_or_else(|| ApiError::new(ErrorCode::VaultDamaged, "tokens in an unknown shape"))?;
        tokens.previous_refresh_token = None;
        tx.put_with_secret(id, &session, &tokens.to_secret())?;
    } else {
        tx.put_record(id, &session)?;
    }
    Ok(proven)
}

fn found<T>(result: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
