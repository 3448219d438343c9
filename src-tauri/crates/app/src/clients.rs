//! OAuth clients: seen, changed, removed; and a client with everything that its calls need.

use std::sync::Arc;

use inchkeep_oauth::{AccessRequest, Client, ClientAuthMethod, RedirectUri};
use secrecy::SecretString;
use time::OffsetDateTime;

use crate::app::App;
use crate::contract::{
    AppEvent, ApplicationKey, ChangedList, EditOAuthClientRequest, EnvironmentId,
    OAuthClientDetail, OAuthClientId, OAuthClientRef, OAuthClientView, RedirectUriView, SessionId,
    SessionView,
};
use crate::error::ApiError;
use crate::errors_of_oauth;
use crate::names::{invalid, name_of};
use crate::records::{ApplicationRecord, OAuthClientRecord, SessionRecord, kinds};
use crate::sessions;
use crate::store::{Read, Write as _};

/// A client together with its secret and what it belongs to.
#[derive(Clone)]
pub(crate) struct OwnedClient {
    pub(crate) id: OAuthClientId,
    pub(crate) record: OAuthClientRecord,
    pub(crate) secret: Option<SecretString>,
    pub(crate) application: ApplicationRecord,
}

impl OwnedClient {
    /// Reads it.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`].
    pub(crate) fn load(vault: &impl Read, id: &OAuthClientId) -> Result<Self, ApiError> {
        let record = vault.one::<OAuthClientRecord>(id)?;
        let application = vault.one::<ApplicationRecord>(&record.application)?;
        let secret = if record.has_secret {
            Some(vault.secret_of::<OAuthClientRecord>(id)?)
        } else {
            None
        };
        Ok(Self {
            id: id.clone(),
            record,
            secret,
            application,
        })
    }

    /// Where it belongs.
    pub(crate) fn environment(&self) -> &EnvironmentId {
        &self.application.environment
    }

    /// As the OAuth crate uses it.
    ///
    /// # Errors
    /// [`crate::ErrorCode::ClientRefused`] when it is kept in a shape that no server would take.
    pub(crate) fn oauth(&self) -> Result<Client, ApiError> {
        let method =
            ClientAuthMethod::from_name(&self.record.auth_method).unwrap_or(match self.secret {
                Some(_) => ClientAuthMethod::Post,
                None => ClientAuthMethod::None,
            });
        Client::new(self.record.client_id.clone(), method, self.secret.clone())
            .map_err(errors_of_oauth::client)
    }

    /// What it asks for.
    pub(crate) fn access(&self) -> AccessRequest {
        AccessRequest::scopes(self.record.scopes.iter().cloned())
    }
}

impl App {
    /// Everything about one client.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`].
    pub async fn oauth_client(
        self: &Arc<Self>,
        request: OAuthClientRef,
    ) -> Result<OAuthClientDetail, ApiError> {
        let id = request.oauth_client_id;
        self.read(move |vault| {
            let record = vault.one::<OAuthClientRecord>(&id)?;
            let application = vault.one::<ApplicationRecord>(&record.application)?;
            let session = newest_session(vault, &id, &record, &application)?;
            Ok(detail(&id, &record, application.name, session))
        })
        .await
    }

    /// Changes name, scopes and sign-in options of a client. Whether sessions refresh themselves is
    /// changed for those that there are, too.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`]; [`crate::ErrorCode::InvalidField`] for a name without letters or a scope
    /// that no request can carry.
    pub async fn edit_oauth_client(
        self: &Arc<Self>,
        request: EditOAuthClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        let name = name_of(&request.name)?;
        let scopes = checked_scopes(&request.scopes)?;
        if request.fixed_port == Some(0) {
            return Err(invalid("fixedPort", "Enter a port between 1 and 65535."));
        }
        let EditOAuthClientRequest {
            oauth_client_id: id,
            fixed_port,
            keep_signed_in,
            ..
        } = request;
        let (view, environment) = self
            .change(move |tx| {
                let mut record = tx.one::<OAuthClientRecord>(&id)?;
                let switched = record.keep_signed_in != keep_signed_in;
                record.name = name;
                record.scopes = scopes;
                record.fixed_port = fixed_port;
                record.keep_signed_in = keep_signed_in;
                tx.put_record(&id, &record)?;
                if switched {
                    for (session_id, mut session) in sessions_of(tx, &id)? {
                        session.keep_signed_in = keep_signed_in;
                        tx.put_record(&session_id, &session)?;
                    }
                }
                let application = tx.one::<ApplicationRecord>(&record.application)?;
                let session = newest_session(tx, &id, &record, &application)?;
                Ok((view(&id, &record, session), application.environment))
            })
            .await?;
        self.live.refreshes.look_again();
        self.changed(&environment, ChangedList::Applications);
        Ok(view)
    }

    /// Removes a client with its sessions from this computer. At the server it stays.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`].
    pub async fn remove_oauth_client(
        self: &Arc<Self>,
        request: OAuthClientRef,
    ) -> Result<(), ApiError> {
        let id = request.oauth_client_id;
        self.cancel_sign_ins_of(&id).await;
        let environment = self
            .change(move |tx| {
                let record = tx.one::<OAuthClientRecord>(&id)?;
                for (session, _) in sessions_of(tx, &id)? {
                    tx.remove_record::<SessionRecord>(&session)?;
                    tx.remove(kinds::REFRESH_INTENT, session.as_str())?;
                }
                tx.remove_record::<OAuthClientRecord>(&id)?;
                Ok(tx
                    .one::<ApplicationRecord>(&record.application)?
                    .environment)
            })
            .await?;
        self.live.refreshes.look_again();
        self.changed(&environment, ChangedList::Applications);
        self.changed(&environment, ChangedList::Sessions);
        Ok(())
    }

    /// Tells the page that a list wants reading again.
    pub(crate) fn changed(&self, environment: &EnvironmentId, list: ChangedList) {
        self.emit(&AppEvent::Changed {
            environment_id: environment.clone(),
            list,
        });
    }
}

/// The clients of an application with their newest sessions, oldest client first.
pub(crate) fn clients_of(
    vault: &impl Read,
    key: &ApplicationKey,
    application: &ApplicationRecord,
) -> Result<Vec<OAuthClientView>, ApiError> {
    let mut views = Vec::new();
    for (id, record) in vault.all::<OAuthClientRecord>()? {
        if record.application == *key {
            let session = newest_session(vault, &id, &record, application)?;
            views.push(view(&id, &record, session));
        }
    }
    Ok(views)
}

/// A client as the page shows it.
pub(crate) fn view(
    id: &OAuthClientId,
    record: &OAuthClientRecord,
    session: Option<SessionView>,
) -> OAuthClientView {
    OAuthClientView {
        id: id.clone(),
        application: record.application.clone(),
        name: record.name.clone(),
        client_id: record.client_id.clone(),
        grant: record.grant,
        source: record.source,
        has_secret: record.has_secret,
        last4: record.last4.clone(),
        session,
        added_at: record.added_at,
    }
}

/// The sessions of a client, oldest first.
pub(crate) fn sessions_of(
    vault: &impl Read,
    client: &OAuthClientId,
) -> Result<Vec<(SessionId, SessionRecord)>, ApiError> {
    let mut all = vault.all::<SessionRecord>()?;
    all.retain(|(_, session)| session.oauth_client == *client);
    Ok(all)
}

/// The newest session of a client: the one whose token was issued last.
pub(crate) fn newest_session(
    vault: &impl Read,
    id: &OAuthClientId,
    client: &OAuthClientRecord,
    application: &ApplicationRecord,
) -> Result<Option<SessionView>, ApiError> {
    let newest = sessions_of(vault, id)?
        .into_iter()
        .max_by_key(|(_, session)| session.issued_at);
    Ok(newest
        .map(|(session_id, session)| sessions::view(&session_id, &session, client, application)))
}

/// Scopes that a request can carry, each once (OAuth 2.1 §1.4.1).
///
/// # Errors
/// [`crate::ErrorCode::InvalidField`].
pub(crate) fn checked_scopes(scopes: &[String]) -> Result<Vec<String>, ApiError> {
    let mut checked: Vec<String> = Vec::with_capacity(scopes.len());
    for scope in scopes.iter().flat_map(|scopes| scopes.split_whitespace()) {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if !scope.bytes().all(allowed) {
            return Err(invalid(
                "scopes",
                "A scope has letters, digits and signs but no quotes.",
            ));
        }
        if !checked.iter().any(|known| known == scope) {
            checked.push(scope.to_owned());
        }
    }
    Ok(checked)
}

fn detail(
    id: &OAuthClientId,
    record: &OAuthClientRecord,
    application_name: String,
    session: Option<SessionView>,
) -> OAuthClientDetail {
    let redirect_uris = record
        .redirect_uris
        .iter()
        .map(|uri| RedirectUriView {
            uri: uri.clone(),
            receivable: RedirectUri::parse(uri).is_ok_and(|uri| uri.loopback_host().is_some()),
        })
        .collect();
    let secret_expires_at = record
        .secret_expires_at
        .and_then(|end| OffsetDateTime::from_unix_timestamp(end).ok());
    OAuthClientDetail {
        client: view(id, record, session),
        application_name,
        issuer: record.issuer.clone(),
        secret_expires_at: secret_expires_at.map(Into::into),
        auth_method: record.auth_method.clone(),
        redirect_uris,
        scopes: record.scopes.clone(),
        fixed_port: record.fixed_port,
        keep_signed_in: record.keep_signed_in,
        registration_sent: record.registration_sent.clone(),
        registration_answer: record.registration_answer.clone(),
        manageable: record.manageable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_split_told_apart_and_checked() {
        let scopes = checked_scopes(&["swap:read  token:read".into(), "swap:read".into()]);
        assert_eq!(scopes.expect("scopes"), ["swap:read", "token:read"]);
        let error = checked_scopes(&["a\"b".into()]).expect_err("a quote");
        assert_eq!(error.facts["field"], "scopes");
    }
}
