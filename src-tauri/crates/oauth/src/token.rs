//! The token answer (OAuth 2.1 §3.2.3, §3.2.4), read by hand and strictly.

mod error;

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde_json::{Map, Value};
use time::OffsetDateTime;

pub use error::{TokenError, TokenFault};

use crate::access_request::AccessRequest;
use crate::answer::{self, Answer};
use crate::http_port::{HttpPort, Purpose};
use crate::json;

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
    let body = answer
        .object()
        .map_err(|fault| malformed(answer, fault.into()))?;
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
    let refresh_token = json::text(body, "refresh_token").map_err(|()| TokenFault::RefreshToken)?;
    if refresh_token.is_some_and(|token| !crate::text::is_vschar(token)) {
        return Err(TokenFault::RefreshToken);
    }
    let granted = granted_scopes(body)?.unwrap_or_else(|| asked.scopes.clone());
    let lacking = |from: &[String], of: &[String]| -> Vec<String> {
        from.iter()
            .filter(|scope| !of.contains(scope))
            .cloned()
            .collect()
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
    let is_busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) || refusal.error.as_deref() == Some("temporarily_unavailable");
    if is_busy {
        return TokenError::Busy {
            retry_after: answer.retry_after(),
            refusal,
        };
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
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

/// Scope names (OAuth 2.1 §1.4.1): each once, in the order given; `None` when the server is silent.
fn granted_scopes(body: &Map<String, Value>) -> Result<Option<Vec<String>>, TokenFault> {
    let Some(text) = json::text(body, "scope").map_err(|()| TokenFault::Scope)? else {
        return Ok(None);
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !scope
            .bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
        {
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
