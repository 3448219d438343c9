//! Why there are no tokens.

use std::time::Duration;

use crate::answer::Refusal;
use crate::http_port::HttpFailure;
use crate::json::JsonFault;

/// Why there are no tokens. Texts from the server are cleaned; no variant holds a token or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No complete answer. After [`HttpFailure::may_have_been_sent`] a code is spent.
    #[error("the token request did not complete")]
    Transport(#[from] HttpFailure),
    /// The code belongs to the sign-in of another client.
    #[error("this sign-in belongs to another client")]
    AnotherClient,
    /// The grant needs a client with a secret.
    #[error("this grant needs a client with a secret")]
    PublicClient,
    /// `invalid_client`: id or secret are not accepted.
    #[error("the server does not accept the client's credential")]
    InvalidClient(Refusal),
    /// `invalid_grant`: the code or the refresh token is not (or no longer) good.
    #[error("the server no longer accepts this grant")]
    InvalidGrant(Refusal),
    /// `invalid_scope`.
    #[error("the server does not give these scopes")]
    InvalidScope(Refusal),
    /// `unauthorized_client`: this client may not use this grant.
    #[error("this client may not use this grant")]
    UnauthorizedClient(Refusal),
    /// `unsupported_grant_type`.
    #[error("the server does not offer this grant")]
    UnsupportedGrant(Refusal),
    /// `invalid_target`: the resource is not known (RFC 8707 §2).
    #[error("the server does not know this resource")]
    InvalidTarget(Refusal),
    /// `invalid_request`.
    #[error("the server did not understand the request")]
    InvalidRequest(Refusal),
    /// 429, 503 or `temporarily_unavailable`: later, and never again with the same code.
    #[error("the server is busy")]
    Busy {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// What it said.
        refusal: Refusal,
    },
    /// Another 5xx: the refresh token stays good.
    #[error("the server failed")]
    ServerFailed(Refusal),
    /// A refusal of another shape (an empty 400, an unknown code).
    #[error("the server refused")]
    Refused(Refusal),
    /// A redirect; it is not followed.
    #[error("the token endpoint redirects; redirects are not followed")]
    Redirected(Refusal),
    /// A success that cannot be used; nothing of it was kept.
    #[error("the server's answer is unusable: {reason}")]
    Malformed {
        /// What is wrong.
        reason: TokenFault,
        /// The HTTP status.
        status: u16,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
}

/// What is wrong with a token answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is not the one JSON object that it must be.
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// A success status other than 200.
    #[error("the status is not 200")]
    Status,
    /// Both tokens and an error.
    #[error("it holds both a token and an error")]
    TokenAndError,
    /// No access token, or an empty one.
    #[error("it has no access token")]
    AccessTokenMissing,
    /// The access token cannot be sent in a header.
    #[error("the access token holds characters that a header may not carry")]
    AccessTokenCharacters,
    /// No token type (required, §3.2.3).
    #[error("it has no token type")]
    TokenTypeMissing,
    /// A type that is not understood.
    #[error("the token type is not Bearer")]
    TokenTypeUnknown,
    /// The lifetime is no number.
    #[error("the lifetime is not a number")]
    ExpiresIn,
    /// The scope is not text, or not made of scope characters.
    #[error("the scope is not a list of scope names")]
    Scope,
    /// The refresh token is not printable text.
    #[error("the refresh token is not printable")]
    RefreshToken,
}

impl TokenError {
    /// What the server said; `None` when it said nothing of the kind.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::InvalidClient(refusal)
            | Self::InvalidGrant(refusal)
            | Self::InvalidScope(refusal)
            | Self::UnauthorizedClient(refusal)
            | Self::UnsupportedGrant(refusal)
            | Self::InvalidTarget(refusal)
            | Self::InvalidRequest(refusal)
            | Self::Busy { refusal, .. }
            | Self::ServerFailed(refusal)
            | Self::Refused(refusal)
            | Self::Redirected(refusal) => Some(refusal),
            Self::Transport(_)
            | Self::AnotherClient
            | Self::PublicClient
            | Self::Malformed { .. } => None,
        }
    }

    /// `X-Request-Id` of the answer, if one came.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Malformed { request_id, .. } => request_id.as_deref(),
            other => other.refusal()?.request_id.as_deref(),
        }
    }

    /// The HTTP status of the answer, if one came.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Malformed { status, .. } => Some(*status),
            other => other.refusal().map(|refusal| refusal.status),
        }
    }

    /// `error_description`, cleaned.
    pub fn description(&self) -> Option<&str> {
        self.refusal()?.description.as_deref()
    }

    /// Whether a later request with the same refresh token or client credential may succeed. It
    /// never means that a code may be sent again.
    pub fn may_pass_later(&self) -> bool {
        matches!(
            self,
            Self::Transport(_) | Self::Busy { .. } | Self::ServerFailed(_) | Self::Redirected(_)
        ) || matches!(self, Self::Refused(refusal) if refusal.error.is_none())
            || matches!(self, Self::Malformed { .. })
    }
}
