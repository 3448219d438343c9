//! Dynamic client registration (RFC 7591), with the extensions of the 1inch documentation.

mod answer;
mod error;
mod management;

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use url::Url;
use zeroize::Zeroizing;

pub use error::{RegistrationError, RegistrationFault};
pub use management::{ClientManagement, ManagementError, RegistrationUpdate};

use crate::answer::{self as exchange, Answer};
use crate::client::{Client, ClientAuthMethod, ClientError};
use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::metadata::AuthorizationServerMetadata;

/// Sent as the redirect URI of a client that never redirects: the documented request carries one for
/// every grant.
pub const UNUSED_REDIRECT_URI: &str = "http://127.0.0.1/callback";

/// What a client is registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationGrant {
    /// Server to server.
    ClientCredentials,
    /// A person approves in the browser.
    AuthorizationCode {
        /// Whether refresh tokens are asked for as well.
        refresh: bool,
    },
}

impl RegistrationGrant {
    /// The `grant_types` of this choice.
    pub const fn grant_types(self) -> &'static [&'static str] {
        match self {
            Self::ClientCredentials => &["client_credentials"],
            Self::AuthorizationCode { refresh: false } => &["authorization_code"],
            Self::AuthorizationCode { refresh: true } => &["authorization_code", "refresh_token"],
        }
    }

    const fn response_types(self) -> &'static [&'static str] {
        match self {
            Self::ClientCredentials => &[],
            Self::AuthorizationCode { .. } => &["code"],
        }
    }
}

/// The client that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRequest {
    /// The name that people will see on the consent page. Be honest in it.
    pub client_name: String,
    /// What the client is for.
    pub grant: RegistrationGrant,
    /// Where answers may come to; with a listener, the address with the port just bound.
    pub redirect_uris: Vec<String>,
    /// The 1inch application that the client belongs to: required there for authorization code.
    pub application_id: Option<String>,
    /// Scopes, if known.
    pub scopes: Vec<String>,
    /// `software_id`: a UUID that names this program, the same at every server.
    pub software_id: Option<String>,
    /// `software_version`.
    pub software_version: Option<String>,
}

impl RegistrationRequest {
    /// A server-to-server client.
    pub fn client_credentials(client_name: impl Into<String>) -> Self {
        Self {
            client_name: client_name.into(),
            grant: RegistrationGrant::ClientCredentials,
            redirect_uris: vec![UNUSED_REDIRECT_URI.to_owned()],
            application_id: None,
            scopes: Vec::new(),
            software_id: None,
            software_version: None,
        }
    }

    /// A client for sign-in through the browser, with refresh tokens.
    pub fn authorization_code(
        client_name: impl Into<String>,
        redirect_uri: impl Into<String>,
        application_id: Option<String>,
    ) -> Self {
        Self {
            grant: RegistrationGrant::AuthorizationCode { refresh: true },
            redirect_uris: vec![redirect_uri.into()],
            application_id,
            ..Self::client_credentials(client_name)
        }
    }

    /// The very JSON that [`register`] will send; it holds no secret. Without metadata (before
    /// discovery) it shows `client_secret_post`.
    ///
    /// `token_endpoint_auth_method` is always named: without it RFC 7591 §2 means
    /// `client_secret_basic`.
    pub fn preview(&self, metadata: Option<&AuthorizationServerMetadata>) -> Value {
        let method = metadata.map_or(Some(ClientAuthMethod::Post), |metadata| {
            metadata.preferred_auth_method()
        });
        self.document(method.unwrap_or(ClientAuthMethod::Post))
    }

    fn document(&self, method: ClientAuthMethod) -> Value {
        let mut document = json!({
            "client_name": self.client_name,
            "redirect_uris": self.redirect_uris,
            "grant_types": self.grant.grant_types(),
            "response_types": self.grant.response_types(),
            "token_endpoint_auth_method": method.as_str(),
            "application_type": "native",
        });
        let scope = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        for (member, value) in [
            ("scope", scope.as_ref()),
            ("application_id", self.application_id.as_ref()),
            ("software_id", self.software_id.as_ref()),
            ("software_version", self.software_version.as_ref()),
        ] {
            if let Some(value) = value {
                document[member] = Value::from(value.as_str());
            }
        }
        document
    }
}

/// A registered client, as the server describes it. What comes back is obeyed, not what was asked.
#[derive(Debug, Clone)]
pub struct ClientRegistration {
    /// The client id, printable.
    pub client_id: String,
    /// The secret, shown by the server this once.
    pub client_secret: Option<SecretString>,
    /// When the secret ends; `None` means never (also when the server leaves the member out).
    pub client_secret_expires_at: Option<OffsetDateTime>,
    /// How the client authenticates from now on.
    pub auth_method: ClientAuthMethod,
    /// The name, cleaned.
    pub client_name: Option<String>,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The grants that the client may use.
    pub grant_types: Vec<String>,
    /// The scopes that the client may ask for; `None` when the server does not say.
    pub scopes: Option<Vec<String>>,
    /// How the registration can be changed and removed, if the server offers it on its own origin.
    pub management: Option<ClientManagement>,
    /// The server named a management address on another origin: it was dropped and its token is
    /// never sent.
    pub foreign_management: bool,
    /// What differs from the request: show it before the client is stored.
    pub differences: Vec<RegistrationDifference>,
    /// `X-Request-Id` of the answer.
    pub request_id: Option<String>,
}

/// A member that came back other than it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationDifference {
    /// The member.
    pub member: &'static str,
    /// What was asked for.
    pub asked: String,
    /// What came back, cleaned; `None` when the member is missing.
    pub got: Option<String>,
}

/// The state of a client secret at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretExpiry {
    /// It never ends, or its end is more than seven days away.
    Good,
    /// It ends within seven days.
    Soon(OffsetDateTime),
    /// It has ended: the client must be registered anew.
    Ended(OffsetDateTime),
}

impl SecretExpiry {
    /// The state of a secret that ends at `expires_at`, seen at `now`.
    pub fn at(expires_at: Option<OffsetDateTime>, now: OffsetDateTime) -> Self {
        match expires_at {
            Some(end) if end <= now => Self::Ended(end),
            Some(end) if end - now <= Duration::from_hours(7 * 24) => Self::Soon(end),
            _ => Self::Good,
        }
    }
}

impl ClientRegistration {
    /// The client to use with the token functions.
    ///
    /// Errors: never for a registration that [`register`] returned.
    pub fn client(&self) -> Result<Client, ClientError> {
        Client::new(
            self.client_id.clone(),
            self.auth_method,
            self.client_secret.clone(),
        )
    }
}

/// Registers a client with the portal access token as the initial access token (RFC 7591 §3). The
/// token goes to the registration endpoint and nowhere else; it is not kept.
///
/// Errors: [`RegistrationError`].
#[tracing::instrument(skip_all)]
pub async fn register(
    http: &dyn HttpPort,
    metadata: &AuthorizationServerMetadata,
    request: &RegistrationRequest,
    initial_access_token: &SecretString,
) -> Result<ClientRegistration, RegistrationError> {
    let endpoint = metadata
        .registration_endpoint()
        .ok_or(RegistrationError::NoEndpoint)?;
    let method = metadata
        .preferred_auth_method()
        .ok_or(RegistrationError::NoAuthMethod)?;
    let bearer = bearer(initial_access_token).ok_or(RegistrationError::TokenCharacters)?;
    let message = http::Request::post(endpoint.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, bearer)
        .body(request.document(method).to_string().into_bytes())
        .map_err(|_| HttpFailure::NotSent)?;
    let answer = exchange::send(http, message, Purpose::Registration).await?;
    if !answer.status.is_success() {
        return Err(refused(&answer));
    }
    answer::read(&answer, metadata, request, method).map_err(|reason| {
        RegistrationError::Malformed {
            reason,
            status: answer.status.as_u16(),
            request_id: answer.request_id.clone(),
        }
    })
}

/// `Bearer <token>`, marked as sensitive; `None` when a header cannot carry the token.
fn bearer(token: &SecretString) -> Option<HeaderValue> {
    // EXPOSE: the token authorises the request, in the header.
    let token = token.expose_secret().trim();
    if !crate::text::is_visible_ascii(token) {
        return None;
    }
    let text = Zeroizing::new(format!("Bearer {token}"));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn refused(answer: &Answer) -> RegistrationError {
    let refusal = answer.refusal();
    match (answer.status, refusal.error.as_deref()) {
        (status, _) if status.is_redirection() => RegistrationError::Redirected(refusal),
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
            RegistrationError::Busy {
                retry_after: answer.retry_after(),
                refusal,
            }
        }
        // Engines refuse the portal token as 401 with a challenge, or as 400 access_denied.
        (StatusCode::UNAUTHORIZED, _)
        | (_, Some("invalid_token" | "access_denied"))
        | (StatusCode::FORBIDDEN, None | Some("insufficient_scope")) => {
            RegistrationError::InvalidToken(refusal)
        }
        (_, Some("invalid_redirect_uri")) => RegistrationError::InvalidRedirectUri(refusal),
        (_, Some("invalid_client_metadata")) => RegistrationError::InvalidClientMetadata(refusal),
        (_, Some("invalid_software_statement" | "unapproved_software_statement")) => {
            RegistrationError::SoftwareStatement(refusal)
        }
        _ => RegistrationError::Refused(refusal),
    }
}

/// The management address of an answer, when it is on the origin of the registration endpoint.
fn management_url(metadata: &AuthorizationServerMetadata, value: &str) -> Option<Url> {
    let url = crate::metadata::endpoint_url(value, metadata.issuer().loopback_http()).ok()?;
    let home = metadata.registration_endpoint()?;
    crate::metadata::same_origin(&url, home).then_some(url)
}

/// The members of an answer, as far as they are needed again for an update (RFC 7592 §2.2).
type Members = Map<String, Value>;

#[cfg(test)]
#[path = "registration_tests.rs"]
mod tests;
