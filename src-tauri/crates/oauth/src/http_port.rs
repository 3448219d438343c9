//! The port through which every request of this crate leaves.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A boxed, sendable future: what an object-safe asynchronous method returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one HTTP request for this crate.
///
/// The implementation owns the connection; this crate owns the protocol. An implementation
///
/// - follows **no redirect**, whatever the status (a 307 would resend a code, a secret or the
///   portal token to another host);
/// - keeps no cookies and sends no `Referer`;
/// - never uses a proxy for a loopback address;
/// - checks certificates;
/// - stops reading at [`Purpose::max_body_bytes`], counted after decoding, with
///   [`HttpFailure::TooLarge`];
/// - gives up after [`Purpose::connect_timeout`] and [`Purpose::timeout`] with
///   [`HttpFailure::TimedOut`].
pub trait HttpPort: Send + Sync {
    /// Sends `request` and returns the answer with its whole, decoded body.
    ///
    /// Every status is an answer, not a failure. Errors: a [`HttpFailure`] when no complete answer
    /// came back.
    fn call(
        &self,
        request: http::Request<Vec<u8>>,
        purpose: Purpose,
    ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, HttpFailure>>;
}

/// What a request is for; it decides the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Authorization server metadata (RFC 8414).
    Metadata,
    /// A JSON Web Key Set (RFC 7517 §5).
    Jwks,
    /// Dynamic client registration (RFC 7591).
    Registration,
    /// Change or removal of a registration (RFC 7592).
    ClientManagement,
    /// The token endpoint, any grant.
    Token,
    /// Token revocation (RFC 7009).
    Revocation,
}

impl Purpose {
    /// The largest decoded body that is read, in bytes: 256 KiB, for a key set 512 KiB.
    pub const fn max_body_bytes(self) -> usize {
        match self {
            Self::Jwks => 512 * 1024,
            _ => 256 * 1024,
        }
    }

    /// How long connecting (DNS, TCP and TLS) may take: 5 s.
    pub const fn connect_timeout(self) -> Duration {
        Duration::from_secs(5)
    }

    /// How long the whole exchange may take: 10 s, at the token endpoint 20 s (a lost answer costs
    /// a code or a rotated token), for revocation 5 s (signing out never waits longer).
    pub const fn timeout(self) -> Duration {
        match self {
            Self::Token => Duration::from_secs(20),
            Self::Revocation => Duration::from_secs(5),
            _ => Duration::from_secs(10),
        }
    }
}

/// Why no complete answer came back. It carries no URL, so no secret can hide in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpFailure {
    /// The name could not be resolved.
    #[error("the host name could not be resolved")]
    Dns,
    /// The host refused the connection.
    #[error("the host refused the connection")]
    Refused,
    /// The host or the network could not be reached.
    #[error("the host could not be reached")]
    Unreachable,
    /// TLS failed; `reason` is a short text without any part of the request.
    #[error("no secure connection: {reason}")]
    Tls {
        /// What failed, for example "certificate expired".
        reason: String,
    },
    /// A time limit was reached.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The connection broke after the request had begun to leave.
    #[error("the connection was lost before the answer was complete")]
    ConnectionLost,
    /// The answer was larger than allowed.
    #[error("the answer was larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was reached, in bytes.
        limit_bytes: usize,
    },
    /// The answer was not HTTP, or could not be decoded.
    #[error("the answer was not valid HTTP")]
    NotHttp,
    /// The request could not be built or was not allowed to leave.
    #[error("the request could not be sent")]
    NotSent,
    /// The caller gave up.
    #[error("the request was cancelled")]
    Cancelled,
}

impl HttpFailure {
    /// Whether the server may have seen the request. After that an authorization code is spent and
    /// must not be sent again (OAuth 2.1 §4.1.3).
    pub const fn may_have_been_sent(&self) -> bool {
        !matches!(
            self,
            Self::Dns | Self::Refused | Self::Unreachable | Self::Tls { .. } | Self::NotSent
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_before_the_connection_leaves_the_code_unspent() {
        assert!(!HttpFailure::Refused.may_have_been_sent());
        assert!(!HttpFailure::Dns.may_have_been_sent());
        assert!(HttpFailure::TimedOut.may_have_been_sent());
        assert!(HttpFailure::ConnectionLost.may_have_been_sent());
    }

    #[test]
    fn a_key_set_may_be_larger_than_other_answers() {
        assert_eq!(Purpose::Token.max_body_bytes(), 262_144);
        assert_eq!(Purpose::Jwks.max_body_bytes(), 524_288);
        assert_eq!(Purpose::Token.timeout(), Duration::from_secs(20));
    }
}
