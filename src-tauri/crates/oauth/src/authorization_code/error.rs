//! What can go wrong between the first click and the code.

use crate::text;

/// Why a sign-in cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The server has no authorization endpoint, or lists response types without `code`.
    #[error("the server offers no sign-in through the browser")]
    NoAuthorizationEndpoint,
    /// The server lists PKCE methods without S256 (OAuth 2.1 §7.10).
    #[error("the server does not support PKCE with S256")]
    PkceRefused,
    /// The server takes pushed authorization requests only (RFC 9126), which are not supported.
    #[error("the server takes pushed authorization requests only")]
    PushedRequestsRequired,
    /// The redirect URI is not an address without a fragment.
    #[error("the redirect URI is unusable")]
    RedirectUri,
    /// The authorization endpoint already carries a parameter that the request needs
    /// (OAuth 2.1 §3.1: none may appear twice).
    #[error("the server's authorization endpoint already carries {parameter}")]
    EndpointParameter {
        /// The parameter.
        parameter: &'static str,
    },
    /// The operating system gave no randomness.
    #[error("the system has no randomness to give")]
    Randomness,
}

/// An error code of the authorization endpoint (OAuth 2.1 §4.1.2.1, RFC 8707 §2, `OpenID` Connect
/// Core §3.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the registered error codes")]
pub enum AuthorizationErrorCode {
    AccessDenied,
    InvalidRequest,
    UnauthorizedClient,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    ConsentRequired,
    InteractionRequired,
    AccountSelectionRequired,
    /// Another code, cleaned.
    Other(String),
}

/// Why an answer gives no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The state is missing or another one: the answer belongs to no sign-in of ours. Ignore it and
    /// keep listening.
    #[error("this reply does not belong to this sign-in")]
    StateMismatch,
    /// An answer was accepted before.
    #[error("this sign-in already has its answer")]
    AlreadyUsed,
    /// A parameter appears twice (OAuth 2.1 §3.1).
    #[error("the reply carries {parameter} twice")]
    Repeated {
        /// The parameter.
        parameter: &'static str,
    },
    /// The server promises `iss` and left it out (RFC 9207 §2.4).
    #[error("the reply does not name its issuer although the server promises it")]
    IssuerMissing,
    /// `iss` is another server: a mix-up (RFC 9207 §2.4).
    #[error("the reply comes from another authorization server")]
    IssuerMismatch {
        /// The pinned issuer.
        expected: String,
        /// What the answer names, cleaned.
        named: String,
    },
    /// A token came through the browser; it is never taken from there.
    #[error("the reply carries a token where only a code may be")]
    TokenInFrontChannel,
    /// Both a code and an error.
    #[error("the reply carries both a code and an error")]
    CodeAndError,
    /// The server refused.
    #[error("the server answered {}", code.as_str())]
    Refused {
        /// The error code.
        code: AuthorizationErrorCode,
        /// Its description, cleaned.
        description: Option<String>,
        /// `false` when the server promises `iss` and left it out of this error: the reason is
        /// then not proven to come from it.
        issuer_verified: bool,
    },
    /// Neither a code nor an error.
    #[error("the reply has no code in it")]
    NoCode,
}

/// Why a pasted address gives no code: the five cases that a person is told, and the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// Not an address at all.
    #[error("that is not an address")]
    NotAnAddress,
    /// An address, but without a code.
    #[error("this address has no code in it")]
    NoCode,
    /// State or address belong to another sign-in.
    #[error("this address belongs to another sign-in")]
    AnotherSignIn,
    /// The code was already used.
    #[error("this code was already used")]
    AlreadyUsed,
    /// The server refused; the rest of the facts are inside.
    #[error("the server answered {}", code.as_str())]
    Refused {
        /// The error code.
        code: AuthorizationErrorCode,
        /// Its description, cleaned.
        description: Option<String>,
    },
    /// Another fault of the answer (issuer, repeated parameters, …).
    #[error(transparent)]
    Answer(CallbackError),
}

impl AuthorizationErrorCode {
    const NAMED: [(&'static str, Self); 12] = [
        ("access_denied", Self::AccessDenied),
        ("invalid_request", Self::InvalidRequest),
        ("unauthorized_client", Self::UnauthorizedClient),
        ("unsupported_response_type", Self::UnsupportedResponseType),
        ("invalid_scope", Self::InvalidScope),
        ("invalid_target", Self::InvalidTarget),
        ("server_error", Self::ServerError),
        ("temporarily_unavailable", Self::TemporarilyUnavailable),
        ("login_required", Self::LoginRequired),
        ("consent_required", Self::ConsentRequired),
        ("interaction_required", Self::InteractionRequired),
        ("account_selection_required", Self::AccountSelectionRequired),
    ];

    /// The code of that name; anything unknown is cleaned and kept as `Other`.
    pub(super) fn from_name(name: &str) -> Self {
        let known = Self::NAMED.into_iter().find(|(known, _)| *known == name);
        known.map_or_else(|| Self::Other(text::clean(name)), |(_, code)| code)
    }

    /// The code as the server writes it.
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        let known = Self::NAMED.into_iter().find(|(_, code)| code == self);
        known.map_or("unknown_error", |(name, _)| name)
    }
}
