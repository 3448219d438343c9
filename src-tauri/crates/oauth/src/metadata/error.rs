//! What can be wrong with a server's metadata.

use url::Url;

use crate::http_port::HttpFailure;
use crate::json::JsonFault;

/// Why there is no usable metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// No answer came back.
    #[error("the server's metadata could not be fetched")]
    Transport(#[from] HttpFailure),
    /// None of the well-known addresses has a document.
    #[error("the server publishes no metadata")]
    NotFound {
        /// The addresses that were tried, in order.
        tried: Vec<Url>,
        /// `X-Request-Id` of the last answer.
        request_id: Option<String>,
    },
    /// The server answered with a redirect, which is not followed.
    #[error("the metadata address redirects; redirects are not followed")]
    Redirected {
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
    /// The server answered with a status that is neither 200 nor "not here".
    #[error("the server answered {status} instead of its metadata")]
    Status {
        /// The HTTP status.
        status: u16,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
    /// The answer is not one JSON object (a captive portal's page, for example).
    #[error("the server's metadata is unusable: {reason}")]
    NotJson {
        /// What is wrong with it.
        reason: JsonFault,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
    /// The document names another issuer; nothing of it was used (RFC 8414 §3.3). Discovery may be
    /// started again at the named issuer if the person agrees.
    #[error("the metadata names another issuer")]
    IssuerMismatch {
        /// The issuer that was asked for.
        expected: String,
        /// The issuer that the document names, cleaned for display.
        named: String,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
    /// A required member is missing.
    #[error("the server's metadata has no {member}")]
    Missing {
        /// The member.
        member: &'static str,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
    /// A member is not what it must be.
    #[error("{member} in the server's metadata is unusable: {reason}")]
    Invalid {
        /// The member.
        member: &'static str,
        /// What is wrong with it.
        reason: MemberFault,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
}

/// What is wrong with one member of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemberFault {
    /// It has the wrong JSON type.
    #[error("it has the wrong type")]
    Type,
    /// It is not an absolute address.
    #[error("it is not an absolute address")]
    NotAbsolute,
    /// It is not https (or http on loopback where that is allowed).
    #[error("it is not https")]
    NotHttps,
    /// It has a fragment (OAuth 2.1 §3.1, §3.2).
    #[error("it has a fragment")]
    Fragment,
    /// It carries a user name or password.
    #[error("it carries a user name")]
    UserInfo,
}

impl DiscoveryError {
    /// `X-Request-Id` of the answer that was at fault, if there was one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Transport(_) => None,
            Self::NotFound { request_id, .. }
            | Self::Redirected { request_id }
            | Self::Status { request_id, .. }
            | Self::NotJson { request_id, .. }
            | Self::IssuerMismatch { request_id, .. }
            | Self::Missing { request_id, .. }
            | Self::Invalid { request_id, .. } => request_id.as_deref(),
        }
    }

    pub(super) fn with_request_id(mut self, id: Option<String>) -> Self {
        if let Self::IssuerMismatch { request_id, .. }
        | Self::Missing { request_id, .. }
        | Self::Invalid { request_id, .. } = &mut self
        {
            *request_id = id;
        }
        self
    }
}
