//! Errors of the OAuth endpoints (RFC 6749 §5.2, RFC 7591 §3.2.2).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::error::SandboxError;
use crate::params::Repeated;

/// An error code with its status and words. The words hold only what RFC 6749 §5.2 allows.
#[derive(Debug)]
pub(crate) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
    challenge: Option<&'static str>,
}

impl OAuthError {
    pub(crate) fn new(error: &'static str, description: impl Into<String>) -> Self {
        let description = description.into().replace(['"', '\\'], "'");
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            description,
            challenge: None,
        }
    }

    pub(crate) fn request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    pub(crate) fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// 401. With a challenge if the client tried `Basic` (RFC 6749 §5.2).
    pub(crate) fn client(description: impl Into<String>, tried_basic: bool) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: tried_basic.then_some("Basic realm=\"1inch sandbox\", charset=\"UTF-8\""),
            ..Self::new("invalid_client", description)
        }
    }

    /// 401 for a bearer token at the registration endpoint (RFC 6750 §3).
    pub(crate) fn token(description: impl Into<String>, sent: bool) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: Some(if sent {
                "Bearer realm=\"1inch sandbox\", error=\"invalid_token\""
            } else {
                "Bearer realm=\"1inch sandbox\""
            }),
            ..Self::new("invalid_token", description)
        }
    }
}

impl From<Repeated> for OAuthError {
    fn from(Repeated(_): Repeated) -> Self {
        Self::request("A parameter is there twice")
    }
}

impl From<SandboxError> for OAuthError {
    fn from(error: SandboxError) -> Self {
        tracing::error!(%error, "the sandbox could not keep its records");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::new(
                "server_error",
                "The sandbox could not write its data folder",
            )
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, no_store(), Json(body)).into_response();
        if let Some(challenge) = self.challenge {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// What RFC 6749 §5.1 wants on every token answer.
pub(crate) fn no_store() -> HeaderMap {
    HeaderMap::from_iter([
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (PRAGMA, HeaderValue::from_static("no-cache")),
    ])
}
