//! The one HTTP client: sends drafts, makes strict calls, and never lets a credential stray.

mod body;
mod phases;
mod redirect;
mod tls;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Version, header};
use reqwest::tls::TlsInfo;
use rustls::ClientConfig;
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::instrument;
use url::Url;
use zeroize::Zeroizing;

use self::phases::{SharedMarks, TimedBody, TimedConnector, TimedResolver};
use crate::{
    Answer, BodyEnd, Credential, DraftError, Exchange, ExchangeId, Hop, HttpVersion, Outcome,
    Placement, QUERY_PARAMETER, Redactor, RequestDraft, SentRequest, StopReason, StoppedRedirect,
    Timing, TransportFailure, credential::without_query_parameter, draft::Prepared,
    failure::host_of, firewall::is_loopback, request_id,
};

/// What time it is. Passed in, so that tests can say.
pub(crate) type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// How a [`Transport`] is made.
#[derive(Clone)]
pub struct TransportOptions {
    /// The value of `user-agent`, for example `Inchkeep/1.0.0`.
    pub user_agent: String,
    /// Certificates trusted besides the system's own: the contents of PEM files.
    pub ca_certificates: Vec<Vec<u8>>,
    /// The wall clock, UTC. Durations are measured by the monotonic one.
    pub clock: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            user_agent: concat!("Inchkeep/", env!("CARGO_PKG_VERSION")).into(),
            ca_certificates: Vec::new(),
            clock: Arc::new(OffsetDateTime::now_utc),
        }
    }
}

impl fmt::Debug for TransportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("user_agent", &self.user_agent)
            .field("ca_certificates", &self.ca_certificates.len())
            .finish_non_exhaustive()
    }
}

/// Why a [`Transport`] could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// A CA file holds no certificate in PEM, or a damaged one.
    #[error("CA file {} holds no usable certificate", index + 1)]
    BadCertificate {
        /// Its place in [`TransportOptions::ca_certificates`], from 0.
        index: usize,
    },
    /// The user agent cannot stand in a header.
    #[error("the user agent cannot be sent in a header")]
    BadUserAgent,
    /// TLS could not be set up with these certificates.
    #[error("TLS could not be set up")]
    Tls,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Client,
}

/// What one request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For everything, redirects and the body included.
    pub time: Duration,
    /// For making one connection: name, TCP and TLS. When it passes, nothing was sent, and the
    /// failure is [`TransportFailure::Unreachable`].
    pub connect: Duration,
    /// Bytes of the body that are kept, counted after decoding.
    pub body_bytes: usize,
}

impl Default for Limits {
    /// 30 seconds, connecting included, and 10 MB.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            connect: Duration::MAX,
            body_bytes: 10_000_000,
        }
    }
}

/// A pooled client: HTTP/1.1 and HTTP/2, the system's proxy but never for this computer, no
/// cookies, no redirect behind anyone's back, no switch that turns certificate checks off.
/// Cloning shares the pool.
#[derive(Clone)]
pub struct Transport {
    proxied: reqwest::Client,
    direct: reqwest::Client,
    websocket_tls: Arc<ClientConfig>,
    user_agent: HeaderValue,
    clock: Clock,
}

/// A strict call's two sides: what its caller works with, and what the history keeps.
#[derive(Debug)]
pub struct Called {
    /// The answer, complete and whatever its status, or why there is none.
    pub answer: Result<RawAnswer, TransportFailure>,
    /// The same call for the history. Known shapes of secrets are masked already; pass it through
    /// a [`Redactor`] that knows the values too.
    pub exchange: Exchange,
}

/// A complete answer with its secrets. `Debug` prints none.
pub struct RawAnswer {
    /// The status code.
    pub status: u16,
    /// In the order of the wire, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Decoded; wiped on drop.
    pub body: Zeroizing<Vec<u8>>,
}

impl RawAnswer {
    /// The same as the `http` crate's type.
    pub fn into_http(mut self) -> http::Response<Vec<u8>> {
        let mut response = http::Response::new(std::mem::take(&mut *self.body));
        *response.status_mut() =
            http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (
                name.parse::<header::HeaderName>(),
                HeaderValue::from_str(value),
            ) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Transport {
    /// Sets up the client. Reads the system's root certificates once.
    pub fn new(options: TransportOptions) -> Result<Self, TransportError> {
        let user_agent =
            HeaderValue::from_str(&options.user_agent).map_err(|_| TransportError::BadUserAgent)?;
        let tls = tls::config(&options.ca_certificates)?;
        let mut http_tls = tls.clone();
        http_tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(http_tls.clone())
                .tls_info(true)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                // Decoded here, where both sizes can be counted and the headers kept in order.
                .no_gzip()
                .no_brotli()
                .no_deflate()
                .no_zstd()
                .dns_resolver(TimedResolver)
                .connector_layer(TimedConnector::LAYER)
        };
        let client =
            |builder: reqwest::ClientBuilder| builder.build().map_err(|_| TransportError::Client);
        Ok(Self {
            proxied: client(builder())?,
            direct: client(builder().no_proxy())?,
            websocket_tls: Arc::new(tls),
            user_agent,
            clock: options.clock,
        })
    }

    /// Sends a draft and reads the answer. Redirects of the same origin are followed, ten at most,
    /// the credential with them; one to another origin stops and is reported.
    ///
    /// Whatever happens on the way is an [`Exchange`].
    ///
    /// # Errors
    /// Only for a draft or credential that cannot be sent at all; then nothing was.
    #[instrument(skip_all)]
    pub async fn send(
        &self,
        draft: &RequestDraft,
        credential: Option<&Credential>,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<Exchange, DraftError> {
        let mut request = draft.prepare()?;
        if let Some(credential) = credential
            && credential.placement == Placement::Header
            && !credential.fits_a_header()
        {
            return Err(DraftError::BadCredential {
                label: credential.label.clone(),
            });
        }
        self.add_defaults(&mut request);
        let started_at = (self.clock)();
        let deadline = phases::deadline(limits.time);
        let mut redirects = Vec::new();
        let (trip, stopped_redirect) = loop {
            let outgoing = with_credential(request.clone(), credential);
            let marks = SharedMarks::default();
            let trip = self
                .round_trip(outgoing, &marks, limits, deadline, cancel)
                .await;
            let next = match &trip.outcome {
                Outcome::Answer(answer) => redirect::next(&request, answer),
                Outcome::Failure(_) | Outcome::Cancelled { .. } => None,
            };
            let Some(next) = next else { break (trip, None) };
            let reason = if next.url.origin() != request.url.origin() {
                Some(StopReason::OtherOrigin)
            } else if redirects.len() == redirect::MAX_HOPS {
                Some(StopReason::TooMany)
            } else {
                None
            };
            if let Some(reason) = reason {
                let location = without_credential(next.url, credential);
                break (trip, Some(StoppedRedirect { location, reason }));
            }
            redirects.extend(trip.into_hop());
            request = next;
        };
        let exchange = Exchange {
            id: ExchangeId::make_at(started_at),
            started_at,
            request: trip.request,
            outcome: trip.outcome,
            timing: trip.timing,
            redirects,
            stopped_redirect,
        };
        let own = credential.map(|credential| (credential.label.clone(), credential.value.clone()));
        Ok(Redactor::new(own).all_but_answer_body(exchange))
    }

    /// Makes one strict call: no redirect is followed (a 3xx is the answer), and a body that is
    /// cut, broken or longer than the limit is a failure. For OAuth and the like.
    #[instrument(skip_all)]
    pub async fn call(
        &self,
        request: http::Request<Vec<u8>>,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Called {
        let started_at = (self.clock)();
        let (parts, body) = request.into_parts();
        let written = parts.uri.to_string();
        let url = Url::parse(&written)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        let trip = if let Some(url) = url {
            let body = Bytes::from(body);
            let mut prepared = Prepared {
                method: parts.method,
                url,
                headers: parts.headers,
                body,
            };
            self.add_defaults(&mut prepared);
            let deadline = phases::deadline(limits.time);
            let marks = SharedMarks::default();
            self.round_trip(prepared, &marks, limits, deadline, cancel)
                .await
        } else {
            RoundTrip {
                request: SentRequest {
                    method: parts.method.to_string(),
                    url: written,
                    headers: Vec::new(),
                    body: Vec::new(),
                },
                outcome: Outcome::Failure(TransportFailure::InvalidUrl),
                timing: Timing::default(),
            }
        };
        let answer = strict(&trip.outcome, limits);
        let exchange = Exchange {
            id: ExchangeId::make_at(started_at),
            started_at,
            request: trip.request,
            // A strict failure is one in the history too.
            outcome: match (&answer, trip.outcome) {
                (Err(failure), Outcome::Answer(answer)) if !answer.body_truncated() => {
                    Outcome::Failure(failure.clone())
                }
                (_, outcome) => outcome,
            },
            timing: trip.timing,
            redirects: Vec::new(),
            stopped_redirect: None,
        };
        Called {
            answer,
            exchange: Redactor::new(None).exchange(exchange),
        }
    }

    pub(crate) fn websocket_tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.websocket_tls)
    }

    pub(crate) fn user_agent(&self) -> HeaderValue {
        self.user_agent.clone()
    }

    pub(crate) fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    fn add_defaults(&self, request: &mut Prepared) {
        let headers = &mut request.headers;
        headers
            .entry(header::USER_AGENT)
            .or_insert_with(|| self.user_agent.clone());
        headers
            .entry(header::ACCEPT)
            .or_insert(HeaderValue::from_static("*/*"));
        headers
            .entry(header::ACCEPT_ENCODING)
            .or_insert(HeaderValue::from_static(body::ACCEPT_ENCODING));
        // RFC 9110 §8.6: methods that expect content say so when there is none.
        if request.body.is_empty()
            && [Method::POST, Method::PUT, Method::PATCH].contains(&request.method)
        {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
    }

    /// One request, one outcome.
    async fn round_trip(
        &self,
        request: Prepared,
        marks: &SharedMarks,
        limits: &Limits,
        deadline: Instant,
        cancel: &CancellationToken,
    ) -> RoundTrip {
        let started = Instant::now();
        let work = self.answer(&request, marks, limits, deadline);
        let outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Outcome::Cancelled {
                after: started.elapsed(),
                request_id: marks.lock().request_id.clone(),
            },
            answer = marks.during(work) => match answer {
                Ok(answer) => Outcome::Answer(answer),
                Err(failure) => Outcome::Failure(failure),
            },
        };
        let timing = marks.timing(started, Instant::now());
        RoundTrip {
            request: as_sent(request),
            outcome,
            timing,
        }
    }

    async fn answer(
        &self,
        request: &Prepared,
        marks: &SharedMarks,
        limits: &Limits,
        deadline: Instant,
    ) -> Result<Answer, TransportFailure> {
        let client = if is_loopback(&request.url) {
            &self.direct
        } else {
            &self.proxied
        };
        let mut outgoing = reqwest::Request::new(request.method.clone(), request.url.clone());
        outgoing.headers_mut().clone_from(&request.headers);
        if !request.body.is_empty() {
            let body = TimedBody::new(request.body.clone(), marks.clone());
            *outgoing.body_mut() = Some(reqwest::Body::wrap(body));
        }
        let response = tokio::select! {
            response = timeout_at(deadline, client.execute(outgoing)) => response
                .map_err(|_| TransportFailure::TimedOut { after: limits.time })?
                .map_err(|error| {
                    TransportFailure::from_reqwest(&error, &request.url, limits.time)
                })?,
            () = marks.not_connected_by(phases::deadline(limits.connect)) => {
                let host = host_of(&request.url);
                return Err(TransportFailure::Unreachable { host });
            }
        };
        let headers = header_rows(response.headers());
        let tls_version = {
            let mut marks = marks.lock();
            marks.answered = Some(Instant::now());
            marks.request_id = request_id(&headers);
            marks.tls_version
        };
        let status = response.status();
        let http_version = match response.version() {
            Version::HTTP_2 => HttpVersion::Http2,
            Version::HTTP_11 => HttpVersion::Http11,
            _ => HttpVersion::Http10,
        };
        let remote_address = response.remote_addr();
        let certificate = response
            .extensions()
            .get::<TlsInfo>()
            .and_then(TlsInfo::peer_certificate);
        let tls = certificate.and_then(|certificate| tls::facts(certificate, tls_version));
        let body = body::read(response, limits.body_bytes, deadline).await;
        Ok(Answer {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            http_version,
            remote_address,
            tls,
            headers,
            body: body.bytes,
            body_end: body.end,
            size_on_wire: body.size_on_wire,
            size_decoded: body.size_decoded,
        })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

struct RoundTrip {
    request: SentRequest,
    outcome: Outcome,
    timing: Timing,
}

impl RoundTrip {
    fn into_hop(self) -> Option<Hop> {
        let Outcome::Answer(answer) = self.outcome else {
            return None;
        };
        Some(Hop {
            method: self.request.method,
            url: self.request.url,
            status: answer.status,
            headers: answer.headers,
            timing: self.timing,
        })
    }
}

pub(crate) fn header_rows(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

/// The credential replaces an `Authorization` written by hand: a request has one sender.
fn with_credential(mut request: Prepared, credential: Option<&Credential>) -> Prepared {
    if let Some(credential) = credential {
        credential.place_in_query(&mut request.url);
        if let Some(value) = credential.authorization() {
            request.headers.insert(header::AUTHORIZATION, value);
        }
    }
    request
}

/// Takes the credential out of a URL that a server made of it.
fn without_credential(mut url: Url, credential: Option<&Credential>) -> Url {
    if let Some(credential) = credential {
        // EXPOSE: compared, so that it is not sent on.
        let secret = credential.value.expose_secret();
        without_query_parameter(&mut url, |name, value| {
            name.eq_ignore_ascii_case(QUERY_PARAMETER) || value == secret
        });
    }
    url
}

fn as_sent(request: Prepared) -> SentRequest {
    let mut headers = header_rows(&request.headers);
    let authority = match (request.url.host_str(), request.url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    headers.push(("host".into(), authority));
    if !request.body.is_empty() {
        headers.push(("content-length".into(), request.body.len().to_string()));
    }
    SentRequest {
        method: request.method.to_string(),
        url: request.url.into(),
        headers,
        body: request.body.into(),
    }
}

fn strict(outcome: &Outcome, limits: &Limits) -> Result<RawAnswer, TransportFailure> {
    let answer = match outcome {
        Outcome::Answer(answer) => answer,
        Outcome::Failure(failure) => return Err(failure.clone()),
        Outcome::Cancelled { .. } => return Err(TransportFailure::Cancelled),
    };
    match answer.body_end {
        BodyEnd::Complete => Ok(RawAnswer {
            status: answer.status,
            headers: answer.headers.clone(),
            body: Zeroizing::new(answer.body.clone()),
        }),
        BodyEnd::CutAtLimit => Err(TransportFailure::TooLarge {
            limit: limits.body_bytes,
        }),
        BodyEnd::ConnectionLost => Err(TransportFailure::Reset),
        BodyEnd::TimedOut => Err(TransportFailure::TimedOut { after: limits.time }),
        BodyEnd::BadEncoding => {
            let encoding = answer
                .headers
                .iter()
                .find(|(name, _)| name == "content-encoding");
            let encoding = encoding.map(|(_, value)| value.clone()).unwrap_or_default();
            Err(TransportFailure::BadEncoding { encoding })
        }
    }
}
