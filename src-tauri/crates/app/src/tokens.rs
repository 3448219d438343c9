//! Tokens that a client gets for itself, and how tokens become a session.

use std::sync::Arc;

use inchkeep_oauth::{TokenSet, client_credentials};
use inchkeep_vault::Transaction;
use time::OffsetDateTime;

use crate::app::App;
use crate::clients::{OwnedClient, sessions_of};
use crate::contract::{
    ChangedList, Grant, OAuthClientRef, SessionEvent, SessionId, SessionState, SessionView,
};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth::{self, TokenStep};
use crate::records::{OAuthClientRecord, SessionRecord, SessionTokens};
use crate::refresh::Cause;
use crate::servers::check_issuer;
use crate::sessions::{happened, remember};
use crate::store::{Read as _, Write as _};

impl App {
    /// Gets a token by client credentials (OAuth 2.1 §4.2). A client that has a session keeps it,
    /// with a new token.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for a client that signs in through the browser; otherwise what
    /// the server or the way to it refuses.
    pub async fn get_token(
        self: &Arc<Self>,
        request: OAuthClientRef,
    ) -> Result<SessionView, ApiError> {
        let id = request.oauth_client_id;
        let (client, sessions) = self
            .read(move |vault| Ok((OwnedClient::load(vault, &id)?, sessions_of(vault, &id)?)))
            .await?;
        if client.record.grant != Grant::ClientCredentials {
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "this client gets its tokens through the browser",
            )
            .fact("reason", "This client signs in through the browser."));
        }
        if let Some((session, _)) = sessions.last() {
            self.renew(session, Cause::ByHand).await?;
            return self.tell_session(session).await;
        }
        let server = self.fresh_server(client.environment()).await?;
        check_issuer(&client.record, &server)?;
        let http = self.oauth_http(Some(client.environment()));
        let access = client.access();
        let tokens = client_credentials::token(&http, &server, &client.oauth()?, &access)
            .await
            .map_err(|error| {
                errors_of_oauth::token(
                    &error,
                    TokenStep::ClientCredentials,
                    server.token_endpoint(),
                    &access.scopes,
                    client.record.grant,
                )
            })?;
        let issuer = server.issuer().as_str().to_owned();
        let now = self.clock.now();
        let environment = client.environment().clone();
        let event = happened(now, "Got a token", tokens.request_id.clone(), false);
        let session = self
            .change(move |tx| {
                let session = SessionId::make();
                save_new(tx, &session, &client, &issuer, &tokens, event, now)?;
                Ok(session)
            })
            .await?;
        self.live.refreshes.look_again();
        self.changed(&environment, ChangedList::Sessions);
        self.changed(&environment, ChangedList::Applications);
        self.tell_session(&session).await
    }
}

/// Makes a session of tokens, or puts them in the place of an ended one with this id.
pub(crate) fn save_new(
    tx: &mut Transaction<'_>,
    id: &SessionId,
    client: &OwnedClient,
    issuer: &str,
    tokens: &TokenSet,
    event: SessionEvent,
    now: OffsetDateTime,
) -> Result<(), ApiError> {
    let before = tx.one::<SessionRecord>(id).ok();
    let mut record = SessionRecord {
        oauth_client: client.id.clone(),
        issuer: issuer.to_owned(),
        state: SessionState::Active,
        issued_at: now.into(),
        expires_at: None,
        has_refresh_token: false,
        refresh_issued_at: None,
        rotates: false,
        generation: before.as_ref().map_or(0, |session| session.generation),
        scopes_asked: client.record.scopes.clone(),
        scopes: Vec::new(),
        keep_signed_in: client.record.keep_signed_in,
        last_used: before.as_ref().and_then(|session| session.last_used),
        refresh_error: None,
        history: before.map(|session| session.history).unwrap_or_default(),
    };
    take_over(&mut record, tokens, event, now);
    record.refresh_issued_at = tokens.refresh_token.is_some().then(|| now.into());
    let kept = SessionTokens {
        access_token: tokens.access_token.clone(),
        refresh_token: tokens.refresh_token.clone(),
        previous_refresh_token: None,
    };
    tx.put_with_secret(id, &record, &kept.to_secret())?;
    // The issuer is part of the client from its first use on: it never serves another one.
    let mut owner = tx.one::<OAuthClientRecord>(&client.id)?;
    if owner.issuer.is_none() {
        owner.issuer = Some(issuer.to_owned());
        tx.put_record(&client.id, &owner)?;
    }
    Ok(())
}

/// Writes new tokens into the record of a session.
pub(crate) fn take_over(
    record: &mut SessionRecord,
    tokens: &TokenSet,
    event: SessionEvent,
    now: OffsetDateTime,
) {
    record.state = SessionState::Active;
    record.generation = record.generation.saturating_add(1);
    record.issued_at = now.into();
    record.expires_at = tokens.expires_in.map(|life| (now + life).into());
    record.has_refresh_token = tokens.refresh_token.is_some();
    record.scopes.clone_from(&tokens.scopes);
    record.refresh_error = None;
    remember(record, event);
}
