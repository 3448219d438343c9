//! Giving tokens back (RFC 7009).

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;

use crate::answer::{self, Refusal};
use crate::client::Client;
use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::metadata::AuthorizationServerMetadata;
use crate::requests;

/// Which token is given back. Give back the refresh token first, then the access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenHint {
    /// `access_token`
    AccessToken,
    /// `refresh_token`
    RefreshToken,
}

/// Why a token may still be good. The local copy is removed all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevocationError {
    /// The server publishes no revocation endpoint: only the local copy can be removed.
    #[error("the server offers no revocation")]
    NoEndpoint,
    /// No answer.
    #[error("the revocation request did not complete")]
    Transport(#[from] HttpFailure),
    /// `unsupported_token_type`: this kind of token stays good until it expires (JWTs, often).
    #[error("the server cannot revoke this kind of token")]
    UnsupportedTokenType(Refusal),
    /// `invalid_client`.
    #[error("the server does not accept the client's credential")]
    InvalidClient(Refusal),
    /// 429 or 503: the token still lives, try later (§2.2.1).
    #[error("the server is busy")]
    Busy {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// What it said.
        refusal: Refusal,
    },
    /// A redirect; it is not followed, the token stays here.
    #[error("the revocation endpoint redirects; redirects are not followed")]
    Redirected(Refusal),
    /// Any other refusal.
    #[error("the server refused to revoke the token")]
    Refused(Refusal),
}

impl RevocationError {
    /// What the server said, with its `X-Request-Id`.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::NoEndpoint | Self::Transport(_) => None,
            Self::UnsupportedTokenType(refusal)
            | Self::InvalidClient(refusal)
            | Self::Busy { refusal, .. }
            | Self::Redirected(refusal)
            | Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// What a revocation that worked leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// `X-Request-Id` of the answer.
    pub request_id: Option<String>,
}

/// Gives a token back. 200 also covers tokens that the server does not know (§2.2); the body is
/// ignored.
///
/// Errors: [`RevocationError`].
#[tracing::instrument(skip_all)]
pub async fn revoke(
    http: &dyn HttpPort,
    metadata: &AuthorizationServerMetadata,
    client: &Client,
    token: &SecretString,
    hint: TokenHint,
) -> Result<Revoked, RevocationError> {
    let endpoint = metadata
        .revocation_endpoint()
        .ok_or(RevocationError::NoEndpoint)?;
    let request = requests::revocation(endpoint, client, token, hint)?;
    let answer = answer::send(http, request, Purpose::Revocation).await?;
    // Some engines answer 204.
    if matches!(answer.status, StatusCode::OK | StatusCode::NO_CONTENT) {
        return Ok(Revoked {
            request_id: answer.request_id,
        });
    }
    let refusal = answer.refusal();
    Err(match (answer.status, refusal.error.as_deref()) {
        (status, _) if status.is_redirection() => RevocationError::Redirected(refusal),
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
            RevocationError::Busy {
                retry_after: answer.retry_after(),
                refusal,
            }
        }
        (_, Some("unsupported_token_type")) => RevocationError::UnsupportedTokenType(refusal),
        (_, Some("invalid_client")) | (StatusCode::UNAUTHORIZED, None) => {
            RevocationError::InvalidClient(refusal)
        }
        _ => RevocationError::Refused(refusal),
    })
}

#[cfg(test)]
#[path = "revocation_tests.rs"]
mod tests;
