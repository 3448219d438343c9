//! What the console can send: API keys and sessions.

use std::sync::Arc;

use inchkeep_console::{Credential, Placement, firewall};
use secrecy::SecretString;
use url::Url;

use crate::app::App;
use crate::contract::{
    ApplicationKey, CredentialPlacement, CredentialRef, CredentialView, EnvironmentId,
    EnvironmentRef, SessionId,
};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_console;
use crate::records::{ApiKeyRecord, ApplicationRecord};
use crate::refresh::{Cause, ended, is_renewable};
use crate::sessions::{OwnedSession, has_ended, sessions_in};
use crate::store::Read as _;

/// A credential on its way into one request.
pub(crate) struct Carried {
    pub(crate) credential: Credential,
    pub(crate) reference: CredentialRef,
    pub(crate) application: ApplicationKey,
    /// "API key router-read (ends 7Qx2)"
    pub(crate) label: String,
    /// For a session: which token this is.
    pub(crate) session: Option<CarriedSession>,
}

/// The session behind a carried access token.
pub(crate) struct CarriedSession {
    pub(crate) id: SessionId,
    pub(crate) generation: u32,
    pub(crate) renewable: bool,
    /// Whether an older refresh token waits for the proof that this token works.
    pub(crate) awaits_proof: bool,
    pub(crate) expires_at: Option<time::OffsetDateTime>,
    pub(crate) scopes: Vec<String>,
}

impl App {
    /// What can be sent in an environment: API keys, then sessions, by application.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`].
    pub async fn credentials(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<Vec<CredentialView>, ApiError> {
        let now = self.clock.now();
        let mut views = self
            .read(move |vault| {
                let applications = vault.all::<ApplicationRecord>()?;
                let mut views = Vec::new();
                for (id, key) in vault.all::<ApiKeyRecord>()? {
                    let owner = applications
                        .iter()
                        .find(|(owner, _)| *owner == key.application);
                    if let Some((_, application)) = owner
                        && application.environment == request.environment_id
                    {
                        views.push(CredentialView {
                            credential: CredentialRef::ApiKey(id),
                            name: key.name,
                            application: key.application,
                            application_name: application.name.clone(),
                            last4: key.last4,
                            expires_at: None,
                            usable: true,
                        });
                    }
                }
                for session in sessions_in(vault, &request.environment_id)? {
                    views.push(CredentialView {
                        credential: CredentialRef::Session(session.id.clone()),
                        usable: !has_ended(&session, now),
                        name: session.client_name,
                        application: session.application,
                        application_name: session.application_name,
                        last4: None,
                        expires_at: session.expires_at,
                    });
                }
                Ok(views)
            })
            .await?;
        views.sort_by_key(|view| view.application_name.to_lowercase());
        Ok(views)
    }

    /// A credential for a request to `url`: allowed there, and refreshed once if it is due.
    ///
    /// # Errors
    /// [`ErrorCode::ForeignHost`] when `url` is not its environment's and nobody agreed to that;
    /// [`ErrorCode::InvalidRequest`] for an access token in a query (OAuth 2.1 §5.1);
    /// [`ErrorCode::SessionEnded`]; what a refresh refuses, if the token cannot be used without one.
    pub(crate) async fn carry(
        self: &Arc<Self>,
        reference: &CredentialRef,
        placement: CredentialPlacement,
        url: &Url,
        allow_foreign_host: bool,
    ) -> Result<Carried, ApiError> {
        let carried = match reference {
            CredentialRef::ApiKey(id) => {
                let id = id.clone();
                let (key, secret, environment) = self
                    .read(move |vault| {
                        let key = vault.one::<ApiKeyRecord>(&id)?;
                        let secret = vault.secret_of::<ApiKeyRecord>(&id)?;
                        let owner = vault.one::<ApplicationRecord>(&key.application)?;
                        Ok((key, secret, owner.environment))
                    })
                    .await?;
                self.check_host(&environment, url, &key.name, allow_foreign_host)
                    .await?;
                let label = match &key.last4 {
                    Some(last4) => format!("API key {} (ends {last4})", key.name),
                    None => format!("API key {}", key.name),
                };
                Carried {
                    credential: credential(key.name, placement, secret),
                    reference: reference.clone(),
                    application: key.application,
                    label,
                    session: None,
                }
            }
            CredentialRef::Session(id) => {
                if placement == CredentialPlacement::Query {
                    return Err(ApiError::new(
                        ErrorCode::InvalidRequest,
                        "an access token must not stand in a URL",
                    )
                    .fact("reason", "An access token is sent in the header only."));
                }
                let session = self.usable_session(id).await?;
                let name = &session.client.record.name;
                let environment = session.client.environment();
                self.check_host(environment, url, name, allow_foreign_host)
                    .await?;
                carried_session(session)
            }
        };
        Ok(carried)
    }

    /// A session whose access token can be sent, renewed first if its time has come.
    pub(crate) async fn usable_session(
        self: &Arc<Self>,
        id: &SessionId,
    ) -> Result<OwnedSession, ApiError> {
        let load = || {
            let id = id.clone();
            self.read(move |vault| OwnedSession::load(vault, &id))
        };
        let session = load().await?;
        let renewable = is_renewable(&session.record, session.client.record.grant);
        if !renewable && session.record.state == crate::contract::SessionState::SignInNeeded {
            return Err(ended());
        }
        if !renewable || !self.is_due(&session.record) {
            return Ok(session);
        }
        match self.renew(id, Cause::Due).await {
            Ok(()) => load().await,
            // A minute is left, perhaps: the server decides.
            Err(_) if !self.has_expired(&session) => Ok(session),
            Err(error) => Err(error),
        }
    }

    fn has_expired(&self, session: &OwnedSession) -> bool {
        session
            .record
            .expires_at
            .is_some_and(|end| end.0 <= self.clock.now())
    }

    async fn check_host(
        self: &Arc<Self>,
        environment: &EnvironmentId,
        url: &Url,
        name: &str,
        allow_foreign_host: bool,
    ) -> Result<(), ApiError> {
        let environment = self.ready_environment(environment).await?;
        let home = Url::parse(&environment.api_base).ok();
        let home = home
            .as_ref()
            .map(crate::recorded::host_and_port)
            .unwrap_or_default();
        match firewall::credential_may_go(url, &[&home]) {
            Err(error) if !allow_foreign_host => Err(errors_of_console::foreign_host(&error, name)),
            _ => Ok(()),
        }
    }
}

fn carried_session(session: OwnedSession) -> Carried {
    let OwnedSession {
        id,
        record,
        tokens,
        client,
    } = session;
    let name = client.record.name;
    Carried {
        label: format!("Session of {name}"),
        credential: credential(name, CredentialPlacement::Header, tokens.access_token),
        reference: CredentialRef::Session(id.clone()),
        application: client.record.application,
        session: Some(CarriedSession {
            renewable: is_renewable(&record, client.record.grant),
            id,
            generation: record.generation,
            awaits_proof: tokens.previous_refresh_token.is_some(),
            expires_at: record.expires_at.map(|end| end.0),
            scopes: record.scopes,
        }),
    }
}

pub(crate) fn credential(
    label: String,
    placement: CredentialPlacement,
    value: SecretString,
) -> Credential {
    Credential {
        label,
        placement: placement_of(placement),
        value,
    }
}

pub(crate) fn placement_of(placement: CredentialPlacement) -> Placement {
    match placement {
        CredentialPlacement::Header => Placement::Header,
        CredentialPlacement::Query => Placement::Query,
    }
}
