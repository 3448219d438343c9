//! Why no answer came. No variant holds a URL, so none can hold a key.

use std::{error::Error as StdError, io, time::Duration};

use rustls::CertificateError;
use serde::{Deserialize, Serialize};
use url::Url;

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
    /// What came back is not HTTP, or not WebSocket.
    #[error("the server did not keep to the protocol")]
    Protocol,
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

/// The name did not resolve. Raised by our resolver, found again in the client's error.
#[derive(Debug, thiserror::Error)]
#[error("the name did not resolve")]
pub(crate) struct NameNotResolved {
    pub(crate) host: String,
}

impl TransportFailure {
    /// Reads a client's error by its causes. Its text is not used: it holds the URL.
    pub(crate) fn from_reqwest(error: &reqwest::Error, url: &Url, limit: Duration) -> Self {
        if error.is_timeout() {
            return Self::TimedOut { after: limit };
        }
        if error.is_builder() {
            return Self::InvalidUrl;
        }
        Self::from_causes(error, url, limit).unwrap_or_else(|| {
            if error.is_connect() {
                Self::Unreachable { host: host_of(url) }
            } else {
                Self::Other
            }
        })
    }

    pub(crate) fn from_io(error: &io::Error, url: &Url, limit: Duration) -> Self {
        Self::from_causes(error, url, limit).unwrap_or(Self::Other)
    }

    fn from_causes(error: &(dyn StdError + 'static), url: &Url, limit: Duration) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(name) = error.downcast_ref::<NameNotResolved>() {
                return Some(Self::Dns {
                    host: name.host.clone(),
                });
            }
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return Some(Self::Tls {
                    host: host_of(url),
                    reason: tls_reason(tls),
                });
            }
            if let Some(http) = error.downcast_ref::<hyper::Error>() {
                if http.is_parse() {
                    return Some(Self::Protocol);
                }
                if http.is_incomplete_message() || http.is_closed() || http.is_canceled() {
                    return Some(Self::Reset);
                }
            }
            // The connector's own type for this is private; its words are fixed.
            if error.to_string().starts_with("tunnel error") {
                return Some(Self::Proxy);
            }
            if let Some(io) = error.downcast_ref::<io::Error>() {
                if let Some(found) = io.get_ref().and_then(|inner| {
                    Self::from_causes(inner as &(dyn StdError + 'static), url, limit)
                }) {
                    return Some(found);
                }
                if let Some(found) = Self::from_kind(io.kind(), url, limit) {
                    return Some(found);
                }
            }
            cause = error.source();
        }
        None
    }

    fn from_kind(kind: io::ErrorKind, url: &Url, limit: Duration) -> Option<Self> {
        use io::ErrorKind as Kind;
        Some(match kind {
            Kind::ConnectionRefused => Self::Refused {
                host: host_of(url),
                port: url.port_or_known_default().unwrap_or_default(),
            },
            Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable => Self::Unreachable { host: host_of(url) },
            Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::NotConnected
            | Kind::UnexpectedEof => Self::Reset,
            Kind::TimedOut => Self::TimedOut { after: limit },
            _ => return None,
        })
    }
}

pub(crate) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn tls_reason(error: &rustls::Error) -> String {
    use rustls::Error;
    let certificate = match error {
        Error::InvalidCertificate(certificate) => certificate,
        Error::NoCertificatesPresented => return "The server sent no certificate".into(),
        other => return format!("The handshake failed: {other}"),
    };
    match certificate {
        CertificateError::UnknownIssuer => {
            "The certificate is signed by an unknown authority".into()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "The certificate has expired".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "The certificate is not valid yet".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "The certificate is for another name".into()
        }
        CertificateError::Revoked => "The certificate was revoked".into(),
        other => format!("The certificate was refused: {other}"),
    }
}
