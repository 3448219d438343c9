//! One request and what became of it, complete enough to be shown, stored and compared.

use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use crate::{RequestId, Timing, TransportFailure};

/// A request and its outcome.
///
/// The credential that was sent is masked here already. Other secrets (an echoed token, a
/// `Set-Cookie`) may still be inside: pass it through [`crate::Redactor::exchange`] before it is
/// stored or shown. `Debug` prints no header, body or query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its name in the history. Ids sort by time.
    pub id: ExchangeId,
    /// When the first byte could have been sent, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// The request as it was sent; after redirects, the last one.
    pub request: SentRequest,
    /// Answer, failure, or cancelled.
    pub outcome: Outcome,
    /// Phases of the last request. Earlier hops carry their own.
    pub timing: Timing,
    /// Redirects that were followed, in order. All are of one origin.
    pub redirects: Vec<Hop>,
    /// A redirect that was not followed; it can be followed without the credential.
    pub stopped_redirect: Option<StoppedRedirect>,
}

impl Exchange {
    /// The answer, if one came.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answer(answer) => Some(answer),
            Outcome::Failure(_) | Outcome::Cancelled { .. } => None,
        }
    }

    /// The request id from the headers, whatever became of the body.
    pub fn request_id(&self) -> Option<RequestId> {
        match &self.outcome {
            Outcome::Answer(answer) => crate::request_id(&answer.headers),
            Outcome::Cancelled { request_id, .. } => request_id.clone(),
            Outcome::Failure(_) => None,
        }
    }

    /// From the first hop's start to the end: the time that a person waited.
    pub fn total(&self) -> Duration {
        self.redirects
            .iter()
            .map(|hop| hop.timing.total)
            .sum::<Duration>()
            + self.timing.total
    }
}

/// Names an exchange. A UUIDv7, so its text sorts by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeId(Uuid);

impl ExchangeId {
    /// A random id that sorts at `time`.
    pub fn make_at(time: OffsetDateTime) -> Self {
        let seconds = u64::try_from(time.unix_timestamp()).unwrap_or(0);
        Self(Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            seconds,
            time.nanosecond(),
        )))
    }
}

impl fmt::Display for ExchangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ExchangeId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What went out. The credential's value is masked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequest {
    /// In capitals, as sent.
    pub method: String,
    /// With its query. Text, because a masked URL need not be one that can be requested.
    pub url: String,
    /// In the order written, then those that the connection adds (`host`, which HTTP/2 sends as
    /// `:authority`, and `content-length`). Names
    /// are in lower case, as HTTP/2 demands and as they are sent over HTTP/1.1 too.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; empty without one.
    #[serde(with = "bytes_as_base64")]
    pub body: Vec<u8>,
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentRequest")
            .field("method", &self.method)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Headers came, whatever their status. The body may still be cut: see [`Answer::body_end`].
    Answer(Answer),
    /// Nothing came that could be called an answer.
    Failure(TransportFailure),
    /// The person stopped it.
    Cancelled {
        /// How long it had run.
        after: Duration,
        /// Known when the headers were already there.
        request_id: Option<RequestId>,
    },
}

/// What came back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status code, 100 to 999.
    pub status: u16,
    /// The standard phrase for the status; empty for a code without one. HTTP/2 sends none.
    pub reason: String,
    /// The version of the answer.
    pub http_version: HttpVersion,
    /// The other end of the connection: the server, or the proxy.
    pub remote_address: Option<SocketAddr>,
    /// Certificate and version, for HTTPS.
    pub tls: Option<TlsFacts>,
    /// In the order of the wire. A name that came twice is here twice, beside its first. Names
    /// are in lower case; bytes that are not UTF-8 are replaced by U+FFFD.
    pub headers: Vec<(String, String)>,
    /// The decoded bytes, as far as they were read.
    #[serde(with = "bytes_as_base64")]
    pub body: Vec<u8>,
    /// Whether `body` is all of it, and if not, why.
    pub body_end: BodyEnd,
    /// Bytes of the body as they came, before decoding. A lower bound when the body is cut.
    pub size_on_wire: u64,
    /// Bytes of the body after decoding. A lower bound when the body is cut.
    pub size_decoded: u64,
}

impl Answer {
    /// True when `body` is not all of it.
    pub fn body_truncated(&self) -> bool {
        self.body_end != BodyEnd::Complete
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("http_version", &self.http_version)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .field("body_end", &self.body_end)
            .finish_non_exhaustive()
    }
}

/// How the body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyEnd {
    /// All of it is here.
    Complete,
    /// It was longer than [`crate::Limits::body_bytes`]; the rest was not read.
    CutAtLimit,
    /// The connection ended before the body did.
    ConnectionLost,
    /// The time limit passed while it was read.
    TimedOut,
    /// It is not in the encoding that `Content-Encoding` names; what could be decoded is here.
    BadEncoding,
}

/// The version of HTTP that was spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpVersion {
    /// HTTP/1.0
    #[serde(rename = "HTTP/1.0")]
    Http10,
    /// HTTP/1.1
    #[serde(rename = "HTTP/1.1")]
    Http11,
    /// HTTP/2
    #[serde(rename = "HTTP/2")]
    Http2,
}

impl fmt::Display for HttpVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        })
    }
}

/// What is known of a TLS connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// `TLS 1.2` or `TLS 1.3`. `None` on a kept connection, whose handshake was not seen.
    pub version: Option<String>,
    /// The certificate's subject, for example `CN=api.1inch.com`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// When it ends, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// A redirect that was followed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Method of the request that was redirected.
    pub method: String,
    /// Its URL, the credential masked.
    pub url: String,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// The redirect's headers, `location` and its own request id among them.
    pub headers: Vec<(String, String)>,
    /// Phases of this hop.
    pub timing: Timing,
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hop")
            .field("method", &self.method)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A redirect that was shown instead of followed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedRedirect {
    /// Where it points, resolved, and free of the credential.
    pub location: Url,
    /// Why it was not followed.
    pub reason: StopReason,
}

impl fmt::Debug for StoppedRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoppedRedirect")
            .field("host", &self.location.host_str())
            .field("reason", &self.reason)
            .finish()
    }
}

/// Why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It leads to another origin (RFC 6454 §5: scheme, host or port differ).
    OtherOrigin,
    /// Ten redirects were followed already.
    TooMany,
}

mod bytes_as_base64 {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD
            .decode(text)
            .map_err(|_| D::Error::custom("the body is not base64"))
    }
}
