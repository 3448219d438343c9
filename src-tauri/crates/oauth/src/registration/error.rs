//! What can go wrong with a registration.

use std::time::Duration;

use crate::answer::Refusal;
use crate::http_port::HttpFailure;
use crate::json::JsonFault;

/// Why a client was not registered. Nothing of the answer was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The server has no registration endpoint.
    #[error("the server offers no registration")]
    NoEndpoint,
    /// The server lists only authentication methods that this crate cannot do.
    #[error("the server wants a kind of client authentication that is not supported")]
    NoAuthMethod,
    /// The portal access token holds characters that a header cannot carry.
    #[error("the portal access token holds characters that cannot be sent")]
    TokenCharacters,
    /// No answer.
    #[error("the registration request did not complete")]
    Transport(#[from] HttpFailure),
    /// The portal access token was not accepted: ask for a new one.
    #[error("the server does not accept the portal access token")]
    InvalidToken(Refusal),
    /// `invalid_redirect_uri`.
    #[error("the server does not accept the redirect URI")]
    InvalidRedirectUri(Refusal),
    /// `invalid_client_metadata`.
    #[error("the server does not accept what was asked for")]
    InvalidClientMetadata(Refusal),
    /// `invalid_software_statement` or `unapproved_software_statement`.
    #[error("the server does not accept this software")]
    SoftwareStatement(Refusal),
    /// 429 or 503.
    #[error("the server is busy")]
    Busy {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// What it said.
        refusal: Refusal,
    },
    /// A redirect; it is not followed, the portal token stays here.
    #[error("the registration endpoint redirects; redirects are not followed")]
    Redirected(Refusal),
    /// Any other refusal.
    #[error("the server refused to register the client")]
    Refused(Refusal),
    /// A success that cannot be used. A client may exist at the server all the same.
    #[error("the server's answer is unusable: {reason}")]
    Malformed {
        /// What is wrong.
        reason: RegistrationFault,
        /// The HTTP status.
        status: u16,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
}

/// What is wrong with a registration answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationFault {
    /// It is not the one JSON object that it must be.
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// A success status other than 200 and 201.
    #[error("the status is neither 200 nor 201")]
    Status,
    /// No client id, or one with characters outside %x20-7E.
    #[error("the client ID is missing or not printable")]
    ClientId,
    /// The secret is not printable text.
    #[error("the client secret is not printable")]
    ClientSecret,
    /// The authentication method needs a secret and none came.
    #[error("the client has no secret although it must use one")]
    SecretMissing,
    /// An authentication method that this crate cannot do.
    #[error("the client must authenticate with {method}, which is not supported")]
    AuthMethod {
        /// The method, cleaned.
        method: String,
    },
    /// The client may not use the grant that it was registered for.
    #[error("the client may not use the grant that was asked for")]
    Grant,
    /// A member has the wrong type.
    #[error("{member} has the wrong type")]
    Member {
        /// The member.
        member: &'static str,
    },
}

impl RegistrationError {
    /// What the server said.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::InvalidToken(refusal)
            | Self::InvalidRedirectUri(refusal)
            | Self::InvalidClientMetadata(refusal)
            | Self::SoftwareStatement(refusal)
            | Self::Busy { refusal, .. }
            | Self::Redirected(refusal)
            | Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// `X-Request-Id` of the answer, if one came.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Malformed { request_id, .. } => request_id.as_deref(),
            other => other.refusal()?.request_id.as_deref(),
        }
    }
}
