//! Changing and removing a registration (RFC 7592).

use std::fmt;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::{Members, bearer};
use crate::answer::{self as exchange, Refusal};
use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::issuer::LoopbackHttp;
use crate::json::{self, JsonFault};
use crate::metadata::{self, MemberFault};

/// Members of the answer that an update must not send back (RFC 7592 §2.2).
const NOT_SENT_BACK: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// The way to change or remove one registration: an address on the server's own origin, a token,
/// and what the server has on record.
#[derive(Clone)]
pub struct ClientManagement {
    url: Url,
    token: SecretString,
    members: Members,
}

/// What a successful update changes: store it before anything else, the old values are void.
#[derive(Debug, Clone)]
pub struct RegistrationUpdate {
    /// The management to use from now on.
    pub management: ClientManagement,
    /// A new client secret, if the server issued one.
    pub client_secret: Option<SecretString>,
    /// The redirect URIs now on record.
    pub redirect_uris: Vec<String>,
    /// `X-Request-Id` of the answer.
    pub request_id: Option<String>,
}

/// Why a registration was not changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManagementError {
    /// No answer.
    #[error("the request did not complete")]
    Transport(#[from] HttpFailure),
    /// The registration access token is no longer good (401).
    #[error("the server no longer accepts the registration token")]
    InvalidToken(Refusal),
    /// The server does not allow it (403, 405).
    #[error("the server does not allow this")]
    NotAllowed(Refusal),
    /// A redirect; it is not followed.
    #[error("the registration address redirects; redirects are not followed")]
    Redirected(Refusal),
    /// Any other refusal.
    #[error("the server refused")]
    Refused(Refusal),
    /// A success that cannot be read.
    #[error("the server's answer is unusable: {0}")]
    Malformed(JsonFault),
    /// The answer describes another client.
    #[error("the answer is about another client")]
    AnotherClient,
}

impl ClientManagement {
    pub(super) fn new(url: Url, token: SecretString, mut members: Members) -> Self {
        for member in NOT_SENT_BACK {
            members.remove(member);
        }
        Self {
            url,
            token,
            members,
        }
    }

    /// The way back from storage. `document` is what [`document`](Self::document) gave.
    ///
    /// Errors: the address is not one that may be used.
    pub fn from_stored(
        url: &str,
        token: SecretString,
        document: &SecretString,
        loopback_http: LoopbackHttp,
    ) -> Result<Self, MemberFault> {
        let url = metadata::endpoint_url(url, loopback_http)?;
        // EXPOSE: read back into the form in which it was stored.
        let members = json::object_from_bytes(document.expose_secret().as_bytes())
            .map_err(|_| MemberFault::Type)?;
        Ok(Self::new(url, token, members))
    }

    /// The management address, to be used exactly as given.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The registration access token, for storing.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// What an update sends back, as JSON, for storing. It may hold the client secret.
    pub fn document(&self) -> SecretString {
        Value::Object(self.members.clone()).to_string().into()
    }

    /// Replaces the redirect URIs (RFC 7592 §2.2), for example when the port had to change.
    ///
    /// Errors: [`ManagementError`].
    #[tracing::instrument(skip_all)]
    pub async fn update_redirect_uris(
        &self,
        http: &dyn HttpPort,
        redirect_uris: &[String],
    ) -> Result<RegistrationUpdate, ManagementError> {
        let mut members = self.members.clone();
        members.insert("redirect_uris".to_owned(), redirect_uris.into());
        let body = Value::Object(members).to_string().into_bytes();
        let answer = self.send(http, Method::PUT, body).await?;
        if answer.status != StatusCode::OK {
            return Err(refused(answer.status, answer.refusal()));
        }
        let got = answer.object().map_err(ManagementError::Malformed)?;
        if got.get("client_id") != self.members.get("client_id") {
            return Err(ManagementError::AnotherClient);
        }
        let text = |member| json::text(&got, member).ok().flatten();
        // A rotated token is taken only for the same address: the old one is void then.
        let token =
            text("registration_access_token").map_or_else(|| self.token.clone(), Into::into);
        let client_secret = text("client_secret")
            .filter(|secret| {
                self.members.get("client_secret").and_then(Value::as_str) != Some(secret)
            })
            .map(Into::into);
        let redirect_uris = json::texts(&got, "redirect_uris")
            .ok()
            .flatten()
            .unwrap_or_else(|| redirect_uris.to_vec());
        Ok(RegistrationUpdate {
            management: Self::new(self.url.clone(), token, got),
            client_secret,
            redirect_uris,
            request_id: answer.request_id,
        })
    }

    /// Removes the registration (RFC 7592 §2.3).
    ///
    /// Errors: [`ManagementError`].
    #[tracing::instrument(skip_all)]
    pub async fn delete(&self, http: &dyn HttpPort) -> Result<(), ManagementError> {
        let answer = self.send(http, Method::DELETE, Vec::new()).await?;
        match answer.status {
            StatusCode::NO_CONTENT | StatusCode::OK | StatusCode::NOT_FOUND => Ok(()),
            status => Err(refused(status, answer.refusal())),
        }
    }

    async fn send(
        &self,
        http: &dyn HttpPort,
        method: Method,
        body: Vec<u8>,
    ) -> Result<exchange::Answer, HttpFailure> {
        let bearer = bearer(&self.token).ok_or(HttpFailure::NotSent)?;
        let mut request = http::Request::builder()
            .method(method)
            .uri(self.url.as_str())
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, bearer);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(body).map_err(|_| HttpFailure::NotSent)?;
        exchange::send(http, request, Purpose::ClientManagement).await
    }
}

impl fmt::Debug for ClientManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientManagement").finish_non_exhaustive()
    }
}

fn refused(status: StatusCode, refusal: Refusal) -> ManagementError {
    match status {
        status if status.is_redirection() => ManagementError::Redirected(refusal),
        StatusCode::UNAUTHORIZED => ManagementError::InvalidToken(refusal),
        StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED => {
            ManagementError::NotAllowed(refusal)
        }
        _ => ManagementError::Refused(refusal),
    }
}
