//! Sessions: listed, looked into, ended.

use std::sync::Arc;

use inchkeep_oauth::revocation::{RevocationError, TokenHint, revoke};
use time::OffsetDateTime;

use crate::app::App;
use crate::clients::OwnedClient;
use crate::contract::{
    AppEvent, ChangedList, EndSessionAnswer, EndSessionRequest, EnvironmentId, EnvironmentRef,
    Grant, KeepSignedInRequest, SessionDetail, SessionEvent, SessionId, SessionRef, SessionState,
    SessionView,
};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth;
use crate::records::{ApplicationRecord, OAuthClientRecord, SessionRecord, SessionTokens, kinds};
use crate::store::{Read, Write as _};

/// How many events a session remembers.
const MOST_EVENTS: usize = 50;

/// A session with its tokens and everything that they belong to.
#[derive(Clone)]
pub(crate) struct OwnedSession {
    pub(crate) id: SessionId,
    pub(crate) record: SessionRecord,
    pub(crate) tokens: SessionTokens,
    pub(crate) client: OwnedClient,
}

impl OwnedSession {
    /// Reads it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::VaultDamaged`] when its tokens are in no known shape.
    pub(crate) fn load(vault: &impl Read, id: &SessionId) -> Result<Self, ApiError> {
        let record = vault.one::<SessionRecord>(id)?;
        let tokens = SessionTokens::from_secret(&vault.secret_of::<SessionRecord>(id)?)
            .ok_or_else(|| ApiError::new(ErrorCode::VaultDamaged, "tokens in an unknown shape"))?;
        let client = OwnedClient::load(vault, &record.oauth_client)?;
        Ok(Self {
            id: id.clone(),
            record,
            tokens,
            client,
        })
    }

    /// As the page shows it.
    pub(crate) fn view(&self) -> SessionView {
        view(
            &self.id,
            &self.record,
            &self.client.record,
            &self.client.application,
        )
    }
}

impl App {
    /// The sessions of an environment, newest first.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`].
    pub async fn sessions(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<Vec<SessionView>, ApiError> {
        let mut views = self
            .read(move |vault| sessions_in(vault, &request.environment_id))
            .await?;
        views.sort_by_key(|view| std::cmp::Reverse(view.issued_at));
        Ok(views)
    }

    /// Everything about one session. Its access token is looked into for diagnosis only; nothing
    /// depends on what is in it (RFC 9068 §6).
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn session(self: &Arc<Self>, request: SessionRef) -> Result<SessionDetail, ApiError> {
        let id = request.session_id;
        let session = self
            .read(move |vault| OwnedSession::load(vault, &id))
            .await?;
        let server = self.pinned_server(session.client.environment()).await.ok();
        let revocable = server
            .as_ref()
            .is_some_and(|server| server.revocation_endpoint().is_some());
        let diagnosis = self.diagnose(&session, server.as_ref()).await;
        let record = &session.record;
        let scopes_missing = record
            .scopes_asked
            .iter()
            .filter(|scope| !record.scopes.contains(scope))
            .cloned()
            .collect();
        Ok(SessionDetail {
            session: session.view(),
            client_id: session.client.record.client_id.clone(),
            generation: record.generation,
            token: diagnosis.token,
            claims: diagnosis.claims,
            claims_json: diagnosis.claims_json,
            rotates: record.rotates,
            refresh_issued_at: record.refresh_issued_at,
            scopes: record.scopes.clone(),
            scopes_missing,
            revocable,
            history: record.history.clone(),
        })
    }

    /// Turns refreshing by itself on or off.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn set_keep_signed_in(
        self: &Arc<Self>,
        request: KeepSignedInRequest,
    ) -> Result<SessionView, ApiError> {
        let KeepSignedInRequest { session_id, on } = request;
        let edited = session_id.clone();
        self.edit::<SessionRecord>(&edited, move |session| session.keep_signed_in = on)
            .await?;
        self.live.refreshes.look_again();
        self.tell_session(&session_id).await
    }

    /// Ends a session: at the server when that is offered, always here.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]. A server that does not confirm is no error of the command: the
    /// answer says it, and the tokens stay so that it can be tried again.
    pub async fn end_session(
        self: &Arc<Self>,
        request: EndSessionRequest,
    ) -> Result<EndSessionAnswer, ApiError> {
        let id = request.session_id;
        // A refresh under way, here or in another process, would bring new tokens just after these
        // are given back.
        let _turn = self.live.refreshes.wait_turn(&id).await;
        let _hold = self.hold(&id).await?;
        let loaded = id.clone();
        let session = self
            .read(move |vault| OwnedSession::load(vault, &loaded))
            .await?;
        let (revoked, error) = self.give_back(&session).await;
        let over = session.record.state == SessionState::SignInNeeded;
        let removed = error.is_none() || over || request.forget_anyway;
        let environment = session.client.environment().clone();
        if removed {
            let removed = id.clone();
            self.change(move |tx| {
                tx.remove(kinds::REFRESH_INTENT, removed.as_str())?;
                tx.remove_record::<SessionRecord>(&removed)
            })
            .await?;
            self.live.refreshes.look_again();
        } else if let Some(error) = &error {
            let event = happened(
                self.clock.now(),
                "Not revoked",
                error.request_id.clone(),
                true,
            );
            self.edit::<SessionRecord>(&id, move |session| remember(session, event))
                .await?;
        }
        self.changed(&environment, ChangedList::Sessions);
        self.changed(&environment, ChangedList::Applications);
        Ok(EndSessionAnswer {
            revoked,
            removed,
            error,
        })
    }

    /// Removes the sessions that are over: those the server ended, and those that have expired and
    /// cannot be renewed.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`].
    pub async fn clear_ended_sessions(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<(), ApiError> {
        let now = self.clock.now();
        let environment = request.environment_id.clone();
        self.change(move |tx| {
            for session in sessions_in(tx, &request.environment_id)? {
                if has_ended(&session, now) {
                    tx.remove(kinds::REFRESH_INTENT, session.id.as_str())?;
                    tx.remove_record::<SessionRecord>(&session.id)?;
                }
            }
            Ok(())
        })
        .await?;
        self.live.refreshes.look_again();
        self.changed(&environment, ChangedList::Sessions);
        self.changed(&environment, ChangedList::Applications);
        Ok(())
    }

    /// Reads a session anew and tells the page.
    pub(crate) async fn tell_session(&self, id: &SessionId) -> Result<SessionView, ApiError> {
        let id = id.clone();
        let view = self
            .read(move |vault| {
                let record = vault.one::<SessionRecord>(&id)?;
                let client = vault.one::<OAuthClientRecord>(&record.oauth_client)?;
                let application = vault.one::<ApplicationRecord>(&client.application)?;
                Ok(view(&id, &record, &client, &application))
            })
            .await?;
        self.emit(&AppEvent::Session(Box::new(view.clone())));
        Ok(view)
    }

    /// Gives tokens back: the refresh token first, then the access token (RFC 7009 §2). Says
    /// whether the server confirmed, and why not. A server without revocation is no failure.
    async fn give_back(self: &Arc<Self>, session: &OwnedSession) -> (bool, Option<ApiError>) {
        let server = match self.pinned_server(session.client.environment()).await {
            Ok(server) => server,
            Err(error) => return (false, Some(error)),
        };
        let Some(endpoint) = server.revocation_endpoint() else {
            return (false, None);
        };
        let http = self.oauth_http(Some(session.client.environment()));
        let client = match session.client.oauth() {
            Ok(client) => client,
            Err(error) => return (false, Some(error)),
        };
        let mut revoked = false;
        if let Some(token) = &session.tokens.refresh_token {
            match revoke(&http, &server, &client, token, TokenHint::RefreshToken).await {
                Ok(_) => revoked = true,
                Err(error) => return (false, Some(errors_of_oauth::revocation(&error, endpoint))),
            }
        }
        let token = &session.tokens.access_token;
        match revoke(&http, &server, &client, token, TokenHint::AccessToken).await {
            Ok(_) => (true, None),
            // Common for JWTs. With the refresh token gone it ends by itself.
            Err(RevocationError::UnsupportedTokenType(_)) if revoked => (true, None),
            Err(error) => (false, Some(errors_of_oauth::revocation(&error, endpoint))),
        }
    }
}

/// A session as the page shows it.
pub(crate) fn view(
    id: &SessionId,
    session: &SessionRecord,
    client: &OAuthClientRecord,
    application: &ApplicationRecord,
) -> SessionView {
    SessionView {
        id: id.clone(),
        oauth_client_id: session.oauth_client.clone(),
        client_name: client.name.clone(),
        application: client.application.clone(),
        application_name: application.name.clone(),
        environment_id: application.environment.clone(),
        grant: client.grant,
        state: session.state,
        issued_at: session.issued_at,
        expires_at: session.expires_at,
        has_refresh_token: session.has_refresh_token,
        keep_signed_in: session.keep_signed_in,
        refresh_error: session.refresh_error.clone(),
        last_used: session.last_used,
    }
}

/// The sessions of an environment, in the order in which they were made.
pub(crate) fn sessions_in(
    vault: &impl Read,
    environment: &EnvironmentId,
) -> Result<Vec<SessionView>, ApiError> {
    let applications = vault.all::<ApplicationRecord>()?;
    let clients = vault.all::<OAuthClientRecord>()?;
    let mut views = Vec::new();
    for (id, session) in vault.all::<SessionRecord>()? {
        let Some((_, client)) = clients.iter().find(|(id, _)| *id == session.oauth_client) else {
            continue;
        };
        let owner = applications
            .iter()
            .find(|(key, _)| *key == client.application);
        if let Some((_, application)) = owner
            && application.environment == *environment
        {
            views.push(view(&id, &session, client, application));
        }
    }
    Ok(views)
}

/// Whether a session can neither be used nor be renewed.
pub(crate) fn has_ended(session: &SessionView, now: OffsetDateTime) -> bool {
    let renewable = session.has_refresh_token || session.grant == Grant::ClientCredentials;
    let expired = session.expires_at.is_some_and(|end| end.0 <= now);
    session.state == SessionState::SignInNeeded || (expired && !renewable)
}

/// An event of a session.
pub(crate) fn happened(
    at: OffsetDateTime,
    what: &str,
    request_id: Option<String>,
    failed: bool,
) -> SessionEvent {
    SessionEvent {
        at: at.into(),
        what: what.to_owned(),
        request_id,
        failed,
    }
}

/// Puts an event before the others.
pub(crate) fn remember(session: &mut SessionRecord, event: SessionEvent) {
    session.history.insert(0, event);
    session.history.truncate(MOST_EVENTS);
}
