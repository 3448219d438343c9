//! Why no answer came. No variant holds a URL, so none can hold a key.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a request has no answer, in words that can be shown and stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransportFailure {
    /// The name did not resolve.
    #[error("the name {host} did not resolve")]
    Dns {
        /// The name that was looked up (of the proxy, if it was the proxy's).
        host: String,
    },
    /// Nothing listens there.
    #[error("nothing is listening at {host}:{port}")]
    Refused {
        /// Host of the request.
        host: String,
        /// Port of the request, the scheme's own if none was written.
        port: u16,
    },
    /// There is no way to the host: network or host unreachable, or this computer is offline.
    #[error("{host} cannot be reached from here")]
    Unreachable {
        /// Host of the request.
        host: String,
    },
    /// The TLS handshake failed, most often because the certificate is not trusted.
    #[error("the TLS connection to {host} failed: {reason}")]
    Tls {
        /// Host of the request.
        host: String,
        /// What was wrong, for example `The certificate is signed by an unknown authority`.
        reason: String,
    },
    /// The time limit passed before the headers came.
    #[error("no answer within {} s", after.as_secs_f64())]
    TimedOut {
        /// The limit that was in force.
        after: Duration,
    },
    /// The connection ended before the answer was there.
    #[error("the connection was closed before the answer was complete")]
    Reset,
    /// The body is larger than the limit. Only strict calls fail by it.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes, counted after decoding.
        limit: usize,
    },
    /// The body is not in the encoding that `Content-Encoding` names.
    #[error("the answer's {encoding} encoding is damaged")]
    BadEncoding {
        /// The encoding, for example `gzip`.
        encoding: String,
    },
    /// The proxy refused or could not be used.
    #[error("the proxy did not let the request through")]
    Proxy,
    /// What came back is not HTTP.
    #[error("the server did not answer in HTTP")]
    NotHttp,
    /// The URL cannot be requested: no host, or not a URL.
    #[error("this is not a URL that can be requested")]
    InvalidUrl,
    /// The request asks for something this client does not do.
    #[error("not supported: {what}")]
    Unsupported {
        /// What was asked for, for example `the scheme ftp`.
        what: String,
    },
    /// A strict call was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The request could not be made, for a reason that has no name of its own here.
    #[error("the request could not be made")]
    Other,
}
