//! The token answer (OAuth 2.1 §3.2.3, §3.2.4), read by hand and strictly.

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::access_request::AccessRequest;
use crate::answer::{self, Answer, Refusal};
use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::json::{self, JsonFault};

/// The longest lifetime that is believed: one year.
const LONGEST_LIFE: u64 = 365 * 24 * 60 * 60;

/// Tokens that passed every check.
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// The access token: not empty, and of the characters that a header may carry (`token68`).
    pub access_token: SecretString,
    /// How it is used.
    pub token_type: TokenType,
    /// Lifetime from receipt, between zero and one year; `None` when the server did not say.
    pub expires_in: Option<Duration>,
    /// What was granted; when the server does not say, what was asked for.
    pub scopes: Vec<String>,
    /// Asked for, not granted.
    pub not_granted: Vec<String>,
    /// Granted without being asked for. Tell the person. Always empty when nothing was asked.
    pub not_asked: Vec<String>,
    /// The refresh token to keep; `None` when there is none and sign-in will be needed again.
    pub refresh_token: Option<SecretString>,
    /// Whether `refresh_token` replaces an older one, which must be discarded at once (§4.3.2).
    pub rotated: bool,
    /// `X-Request-Id` of the answer.
    pub request_id: Option<String>,
    /// The server's `Date`: when it is far from the local clock, say so.
    pub server_time: Option<OffsetDateTime>,
}

/// The token types that are understood. Anything else is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenType {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
}

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
        matches!(self, Self::Transport(_) | Self::Busy { .. } | Self::ServerFailed(_) | Self::Redirected(_))
            || matches!(self, Self::Refused(refusal) if refusal.error.is_none())
            || matches!(self, Self::Malformed { .. })
    }
}

/// Sends a token request and reads the answer.
pub(crate) async fn exchange(
    http: &dyn HttpPort,
    request: http::Request<Vec<u8>>,
    asked: &AccessRequest,
) -> Result<TokenSet, TokenError> {
    let answer = answer::send(http, request, Purpose::Token).await?;
    if answer.status == StatusCode::OK {
        return success(&answer, asked);
    }
    if answer.status.is_success() {
        return Err(malformed(&answer, TokenFault::Status));
    }
    Err(refused(&answer))
}

fn success(answer: &Answer, asked: &AccessRequest) -> Result<TokenSet, TokenError> {
    let body = answer.object().map_err(|fault| malformed(answer, fault.into()))?;
    if body.get("error").is_some_and(|error| !error.is_null()) {
        // Some engines refuse with status 200.
        return Err(if body.contains_key("access_token") {
            malformed(answer, TokenFault::TokenAndError)
        } else {
            refused(answer)
        });
    }
    let mut tokens = read(&body, asked).map_err(|fault| malformed(answer, fault))?;
    tokens.request_id.clone_from(&answer.request_id);
    tokens.server_time = answer.server_time();
    Ok(tokens)
}

fn read(body: &Map<String, Value>, asked: &AccessRequest) -> Result<TokenSet, TokenFault> {
    let access_token = json::text(body, "access_token")
        .map_err(|()| TokenFault::AccessTokenCharacters)?
        .ok_or(TokenFault::AccessTokenMissing)?;
    if !is_token68(access_token) {
        return Err(TokenFault::AccessTokenCharacters);
    }
    let token_type = json::text(body, "token_type")
        .map_err(|()| TokenFault::TokenTypeUnknown)?
        .ok_or(TokenFault::TokenTypeMissing)?;
    if !token_type.eq_ignore_ascii_case("bearer") {
        return Err(TokenFault::TokenTypeUnknown);
    }
    let refresh_token =
        json::text(body, "refresh_token").map_err(|()| TokenFault::RefreshToken)?;
    if refresh_token.is_some_and(|token| !crate::text::is_vschar(token)) {
        return Err(TokenFault::RefreshToken);
    }
    let granted = granted_scopes(body)?.unwrap_or_else(|| asked.scopes.clone());
    let lacking = |from: &[String], of: &[String]| -> Vec<String> {
        from.iter().filter(|scope| !of.contains(scope)).cloned().collect()
    };
    Ok(TokenSet {
        access_token: access_token.into(),
        token_type: TokenType::Bearer,
        expires_in: lifetime(body.get("expires_in"))?,
        not_granted: lacking(&asked.scopes, &granted),
        not_asked: if asked.scopes.is_empty() {
            Vec::new()
        } else {
            lacking(&granted, &asked.scopes)
        },
        scopes: granted,
        refresh_token: refresh_token.map(Into::into),
        rotated: false,
        request_id: None,
        server_time: None,
    })
}

/// Which error a refusal is. The status decides first: a failing server proves nothing about a grant.
fn refused(answer: &Answer) -> TokenError {
    let refusal = answer.refusal();
    let status = answer.status;
    if status.is_redirection() {
        return TokenError::Redirected(refusal);
    }
    let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        || refusal.error.as_deref() == Some("temporarily_unavailable");
    if is_busy {
        return TokenError::Busy { retry_after: answer.retry_after(), refusal };
    }
    if status.is_server_error() {
        return TokenError::ServerFailed(refusal);
    }
    match refusal.error.as_deref() {
        Some("invalid_client") => TokenError::InvalidClient(refusal),
        // One engine says "invalid_code" (403) for a code that is not good.
        Some("invalid_grant" | "invalid_code") => TokenError::InvalidGrant(refusal),
        Some("invalid_scope") => TokenError::InvalidScope(refusal),
        Some("unauthorized_client") => TokenError::UnauthorizedClient(refusal),
        Some("unsupported_grant_type") => TokenError::UnsupportedGrant(refusal),
        Some("invalid_target") => TokenError::InvalidTarget(refusal),
        Some("invalid_request") => TokenError::InvalidRequest(refusal),
        None if status == StatusCode::UNAUTHORIZED => TokenError::InvalidClient(refusal),
        _ => TokenError::Refused(refusal),
    }
}

fn malformed(answer: &Answer, reason: TokenFault) -> TokenError {
    TokenError::Malformed {
        reason,
        status: answer.status.as_u16(),
        request_id: answer.request_id.clone(),
    }
}

/// `token68` (RFC 9110 §11.2): what `Authorization: Bearer` can carry.
fn is_token68(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

/// Scope names (OAuth 2.1 §1.4.1): each once, in the order given; `None` when the server is silent.
fn granted_scopes(body: &Map<String, Value>) -> Result<Option<Vec<String>>, TokenFault> {
    let Some(text) = json::text(body, "scope").map_err(|()| TokenFault::Scope)? else {
        return Ok(None);
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
            return Err(TokenFault::Scope);
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(Some(scopes))
}

/// A number of seconds, also as a digit string or a fraction; clamped to one year.
fn lifetime(value: Option<&Value>) -> Result<Option<Duration>, TokenFault> {
    let seconds = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => seconds_of(number).ok_or(TokenFault::ExpiresIn)?,
        Some(Value::String(digits))
            if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            digits.parse().unwrap_or(LONGEST_LIFE)
        }
        Some(_) => return Err(TokenFault::ExpiresIn),
    };
    Ok(Some(Duration::from_secs(seconds.min(LONGEST_LIFE))))
}

fn seconds_of(number: &serde_json::Number) -> Option<u64> {
    if let Some(seconds) = number.as_u64() {
        return Some(seconds);
    }
    if number.as_i64().is_some() {
        return Some(0);
    }
    let fraction = number.as_f64().filter(|seconds| seconds.is_finite())?;
    // A year fits a duration easily; the clamp keeps the conversion from failing.
    let clamped = fraction.clamp(0.0, 31_536_000.0);
    Some(Duration::try_from_secs_f64(clamped).ok()?.as_secs())
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
