//! Dynamic client registration (RFC 7591), as the documentation shows it.

use std::sync::{Arc, Mutex};

use inchkeep_oauth::loopback::{Listener, PortChoice, path_for};
use inchkeep_oauth::registration::{ClientRegistration, register};
use inchkeep_vault::Secret;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::app::{App, locked};
use crate::clients::view;
use crate::contract::{
    ChangedList, ClientSource, EnvironmentId, Grant, OAuthClientId, OAuthClientView,
    RegisterClientRequest, RegistrationPreview, Timestamp,
};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth;
use crate::names::invalid;
use crate::records::{OAuthClientRecord, kinds};
use crate::registration_form::{Wanted, redirect_uris, registration_of};
use crate::secret_drafts::last4;
use crate::servers::Server;
use crate::store::Write as _;

/// The registration under way, so that it can be stopped.
#[derive(Default)]
pub(crate) struct Registrations(Mutex<Option<CancellationToken>>);

impl Registrations {
    /// Stops the one under way.
    pub(crate) fn stop(&self) {
        if let Some(cancel) = locked(&self.0).take() {
            cancel.cancel();
        }
    }

    fn begin(&self) -> CancellationToken {
        let cancel = CancellationToken::new();
        if let Some(earlier) = locked(&self.0).replace(cancel.clone()) {
            earlier.cancel();
        }
        cancel
    }
}

impl App {
    /// The POST that [`App::register_client`] would send, its token masked. Nothing is sent but,
    /// if the server is not known yet, the question for its metadata.
    ///
    /// # Errors
    /// As of [`App::register_client`], for what the form holds and for the server's metadata.
    pub async fn preview_registration(
        self: &Arc<Self>,
        request: RegisterClientRequest,
    ) -> Result<RegistrationPreview, ApiError> {
        let wanted = self.wanted(&request).await?;
        let environment = wanted.application.environment.clone();
        let server = self.fresh_server(&environment).await?;
        let endpoint = server.registration_endpoint().ok_or_else(not_offered)?;
        // The port is bound with the request itself; until then its place says so.
        let uris = redirect_uris(&wanted, server.issuer(), "{port}");
        let body = registration_of(&wanted, uris).preview(Some(&server));
        let kept_portal_token = self.has_kept_portal_token(&environment).await?;
        Ok(RegistrationPreview {
            url: endpoint.to_string(),
            headers: vec![
                "Content-Type: application/json".to_owned(),
                "Accept: application/json".to_owned(),
                format!("Authorization: Bearer {}", inchkeep_console::MASK),
            ],
            body: serde_json::to_string_pretty(&body).unwrap_or_default(),
            kept_portal_token,
        })
    }

    /// Registers a client and keeps it with its secret. The portal access token is used for this
    /// one call; it is kept only when asked for.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`] for what the form holds; [`ErrorCode::PortalTokenRefused`],
    /// [`ErrorCode::RedirectUriRefused`], [`ErrorCode::RegistrationRefused`],
    /// [`ErrorCode::RegistrationNotOffered`]; [`ErrorCode::Cancelled`].
    pub async fn register_client(
        self: &Arc<Self>,
        request: RegisterClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        let cancel = self.live.registrations.begin();
        tokio::select! {
            registered = self.register(request) => registered,
            () = cancel.cancelled() => {
                Err(ApiError::new(ErrorCode::Cancelled, "the registration was stopped"))
            }
        }
    }

    /// Stops a registration that runs. A client that the server made meanwhile stays there unused.
    ///
    /// # Errors
    /// None of its own.
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn cancel_registration(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        self.live.registrations.stop();
        Ok(())
    }

    async fn register(
        self: &Arc<Self>,
        request: RegisterClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        let wanted = self.wanted(&request).await?;
        let environment = wanted.application.environment.clone();
        let token = self.portal_token(&request, &environment).await?;
        let server = self.fresh_server(&environment).await?;
        let endpoint = server
            .registration_endpoint()
            .ok_or_else(not_offered)?
            .clone();

        // The port is taken before it is registered, so that nobody else can have it by then.
        let listener = match wanted.grant {
            Grant::AuthorizationCode => Some(
                Listener::bind(PortChoice::Any, &path_for(server.issuer()))
                    .map_err(errors_of_oauth::bind)?,
            ),
            Grant::ClientCredentials => None,
        };
        let port = listener.as_ref().map(Listener::port);
        let text = port.map(|port| port.to_string()).unwrap_or_default();
        let uris = redirect_uris(&wanted, server.issuer(), &text);
        let used_port =
            port.filter(|port| uris.iter().any(|uri| uri.contains(&format!(":{port}/"))));
        let registration = registration_of(&wanted, uris.clone());
        let http = self.oauth_http(Some(&environment));
        let registered = register(&http, &server, &registration, &token)
            .await
            .map_err(|error| errors_of_oauth::registration(&error, &endpoint, &uris))?;
        drop(listener);
        let sent = registration.preview(Some(&server));
        let record = self.record_of(&wanted, &request, &server, &registered, &sent, used_port);
        self.keep_registered(
            request,
            environment,
            record,
            registered.client_secret,
            token,
        )
        .await
    }

    async fn keep_registered(
        self: &Arc<Self>,
        request: RegisterClientRequest,
        environment: EnvironmentId,
        record: OAuthClientRecord,
        secret: Option<SecretString>,
        token: SecretString,
    ) -> Result<OAuthClientView, ApiError> {
        let kept_in = environment.clone();
        let keep_token = request.keep_portal_token;
        let shown = self
            .change(move |tx| {
                let id = OAuthClientId::make();
                match &secret {
                    Some(secret) => tx.put_with_secret(&id, &record, secret)?,
                    None => tx.put_record(&id, &record)?,
                }
                if keep_token {
                    let kept = Secret::Set(&token);
                    tx.put(kinds::PORTAL_TOKEN, kept_in.as_str(), &json!({}), kept)?;
                }
                Ok(view(&id, &record, None))
            })
            .await?;
        if let Some(draft) = &request.portal_token {
            self.drafts.discard(draft);
        }
        self.changed(&environment, ChangedList::Applications);
        Ok(shown)
    }

    fn record_of(
        &self,
        wanted: &Wanted,
        request: &RegisterClientRequest,
        server: &Server,
        registered: &ClientRegistration,
        sent: &Value,
        port: Option<u16>,
    ) -> OAuthClientRecord {
        // EXPOSE: only its last four characters are kept beside the sealed half.
        let secret = registered
            .client_secret
            .as_ref()
            .map(ExposeSecret::expose_secret);
        OAuthClientRecord {
            application: request.application.clone(),
            name: wanted.name.clone(),
            client_id: registered.client_id.clone(),
            grant: wanted.grant,
            source: ClientSource::RegisteredHere,
            has_secret: registered.client_secret.is_some(),
            last4: secret.and_then(last4),
            issuer: Some(server.issuer().as_str().to_owned()),
            secret_expires_at: registered
                .client_secret_expires_at
                .map(time::OffsetDateTime::unix_timestamp),
            auth_method: registered.auth_method.as_str().to_owned(),
            redirect_uris: registered.redirect_uris.clone(),
            scopes: wanted.scopes.clone(),
            sticky_port: port,
            fixed_port: None,
            keep_signed_in: true,
            refresh_token: wanted.refresh_token,
            registration_sent: serde_json::to_string_pretty(sent).ok(),
            registration_answer: serde_json::to_string_pretty(&answer_of(registered)).ok(),
            manageable: registered.management.is_some(),
            added_at: Timestamp::from(self.clock.now()),
        }
    }

    async fn portal_token(
        &self,
        request: &RegisterClientRequest,
        environment: &EnvironmentId,
    ) -> Result<SecretString, ApiError> {
        if let Some(draft) = &request.portal_token {
            return self.drafts.secret(draft);
        }
        let environment = environment.clone();
        let kept = self
            .with_vault(move |vault| vault.secret(kinds::PORTAL_TOKEN, environment.as_str()))
            .await?;
        kept.ok_or_else(|| invalid("portalToken", "Paste the portal access token."))
    }

    async fn has_kept_portal_token(&self, environment: &EnvironmentId) -> Result<bool, ApiError> {
        let environment = environment.clone();
        self.with_vault(move |vault| {
            Ok(vault
                .find(kinds::PORTAL_TOKEN, environment.as_str())?
                .is_some())
        })
        .await
    }
}

/// What came back, without secrets.
fn answer_of(registered: &ClientRegistration) -> Value {
    let differences: Vec<Value> = registered
        .differences
        .iter()
        .map(|difference| {
            json!({
                "member": difference.member, "asked": difference.asked, "got": difference.got,
            })
        })
        .collect();
    let mut answer = json!({
        "client_id": registered.client_id,
        "client_name": registered.client_name,
        "redirect_uris": registered.redirect_uris,
        "grant_types": registered.grant_types,
        "token_endpoint_auth_method": registered.auth_method.as_str(),
        "scope": registered.scopes.as_ref().map(|scopes| scopes.join(" ")),
        "client_secret": registered.client_secret.as_ref().map(|_| inchkeep_console::MASK),
        "client_secret_expires_at": registered
            .client_secret_expires_at
            .map(time::OffsetDateTime::unix_timestamp),
    });
    if !differences.is_empty() {
        answer["differs_from_the_request"] = Value::Array(differences);
    }
    answer
}

fn not_offered() -> ApiError {
    ApiError::new(
        ErrorCode::RegistrationNotOffered,
        "the metadata has no registration endpoint",
    )
}
