//! Opening a connection (RFC 6455 §4.1), and keeping what a refusal said.

use std::{fmt, io, net::SocketAddr, time::Duration};

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::{net::TcpStream, time::Instant};
use tokio_tungstenite::{
    Connector, client_async_tls_with_config,
    tungstenite::{self, client::IntoClientRequest as _, protocol::WebSocketConfig},
};
use tokio_util::sync::CancellationToken;
use tracing::instrument;
use url::Url;

use super::WebSocket;
use crate::{
    Credential, DraftError, Field, Redactor, RequestId, SentRequest, Transport, TransportFailure,
    draft::{header_map, parse_url},
    failure::{NameNotResolved, host_of},
    firewall::is_loopback,
    request_id,
    transport::header_rows,
};

/// No message of the API comes near this; a larger one ends the connection.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// A connection that is being written. `Debug` prints names, never values.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebSocketDraft {
    /// `wss://…`, or `ws://…` for a server on this computer.
    pub url: String,
    /// Query parameters.
    #[serde(default)]
    pub params: Vec<Field>,
    /// Headers of the handshake.
    #[serde(default)]
    pub headers: Vec<Field>,
}

impl fmt::Debug for WebSocketDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketDraft")
            .field("params", &self.params)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl WebSocketDraft {
    /// The URL that will be connected to, with its parameters and without a fragment.
    pub fn target(&self) -> Result<Url, DraftError> {
        parse_url(&self.url, &["ws", "wss"], &self.params)
    }
}

/// A handshake that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// When it began, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// How long it took, name look-up, TCP and TLS included.
    pub took: Duration,
    /// 101.
    pub status: u16,
    /// What was sent, the credential masked.
    pub request: SentRequest,
    /// Headers of the answer, in the order of the wire.
    pub headers: Vec<(String, String)>,
    /// From those headers.
    pub request_id: Option<RequestId>,
    /// The other end of the connection.
    pub remote_address: Option<SocketAddr>,
}

/// A handshake that failed, with everything the server said.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct HandshakeFailure {
    /// Why.
    #[source]
    pub error: ConnectError,
    /// What was sent, the credential masked. `None` when the draft could not be sent.
    pub request: Option<SentRequest>,
    /// The status of the refusal, if the server answered.
    pub status: Option<u16>,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// From those headers, or from the body.
    pub request_id: Option<RequestId>,
    /// As much of its body as came with the headers.
    pub body: Vec<u8>,
}

/// Why no connection was opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The draft or the credential cannot be sent.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// `ws` leads to another computer, where anyone in between could read along.
    #[error("{host} is another computer: use wss")]
    NotEncrypted {
        /// Host of the URL.
        host: String,
    },
    /// The server answered, and not with 101.
    #[error("the server refused the connection with {status}")]
    Refused {
        /// Its status.
        status: u16,
    },
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportFailure),
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
}

/// Opens a connection. The credential goes into the handshake's header or query.
///
/// Goes straight to the server: a system proxy is not used for WebSocket.
#[instrument(skip_all)]
pub async fn connect(
    transport: &Transport,
    draft: &WebSocketDraft,
    credential: Option<&Credential>,
    limit: Duration,
    cancel: &CancellationToken,
) -> Result<(WebSocket, Handshake), HandshakeFailure> {
    let started_at = transport.clock()();
    let started = Instant::now();
    let (url, request) = match prepare(transport, draft, credential) {
        Ok(prepared) => prepared,
        Err(error) => return Err(without_answer(error, None)),
    };
    let own = credential.map(|credential| (credential.label.clone(), credential.value.clone()));
    let redactor = Redactor::new(own);
    let sent = SentRequest {
        method: "GET".into(),
        url: redactor.url(url.as_str()),
        headers: redactor.headers(&header_rows(request.headers())),
        body: Vec::new(),
    };
    let work = open(transport, &url, request);
    let opened = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Failed::Known(ConnectError::Cancelled)),
        () = tokio::time::sleep(limit) => {
            Err(Failed::Known(TransportFailure::TimedOut { after: limit }.into()))
        }
        opened = work => opened,
    };
    match opened {
        Ok((stream, response, remote_address)) => {
            let headers = redactor.headers(&header_rows(response.headers()));
            let handshake = Handshake {
                started_at,
                took: started.elapsed(),
                status: response.status().as_u16(),
                request: sent,
                request_id: request_id(&headers),
                headers,
                remote_address,
            };
            let clock = transport.clock();
            let socket = WebSocket {
                stream,
                url,
                limit,
                clock,
                closing: None,
                ended: None,
            };
            Ok((socket, handshake))
        }
        Err(Failed::Known(error)) => Err(without_answer(error, Some(sent))),
        Err(Failed::WebSocket(error)) => Err(refused(*error, sent, &redactor, &url, limit)),
    }
}

type Stream = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;
type Opened = (
    Stream,
    tungstenite::handshake::client::Response,
    Option<SocketAddr>,
);

enum Failed {
    Known(ConnectError),
    WebSocket(Box<tungstenite::Error>),
}

fn prepare(
    transport: &Transport,
    draft: &WebSocketDraft,
    credential: Option<&Credential>,
) -> Result<(Url, tungstenite::handshake::client::Request), ConnectError> {
    let mut url = draft.target()?;
    if url.scheme() == "ws" && !is_loopback(&url) {
        return Err(ConnectError::NotEncrypted {
            host: host_of(&url),
        });
    }
    let headers = header_map(&draft.headers)?;
    if let Some(credential) = credential {
        if !credential.fits_a_header() {
            return Err(DraftError::BadCredential {
                label: credential.label.clone(),
            }
            .into());
        }
        credential.place_in_query(&mut url);
    }
    let mut request = url
        .as_str()
        .into_client_request()
        .map_err(|_| DraftError::BadUrl {
            reason: "This is not a URL",
        })?;
    append(request.headers_mut(), &headers);
    request
        .headers_mut()
        .entry(header::USER_AGENT)
        .or_insert_with(|| transport.user_agent());
    if let Some(value) = credential.and_then(Credential::authorization) {
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    Ok((url, request))
}

fn append(to: &mut HeaderMap, from: &HeaderMap) {
    for (name, value) in from {
        // The handshake's own headers are not for writing by hand.
        let own = [
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-accept",
        ];
        if !own.contains(&name.as_str()) {
            to.append(name, value.clone());
        }
    }
}

async fn open(
    transport: &Transport,
    url: &Url,
    request: tungstenite::handshake::client::Request,
) -> Result<Opened, Failed> {
    let tcp = connect_tcp(url)
        .await
        .map_err(|error| Failed::WebSocket(Box::new(tungstenite::Error::Io(error))))?;
    let remote_address = tcp.peer_addr().ok();
    let connector = match url.scheme() {
        "wss" => Connector::Rustls(transport.websocket_tls()),
        _ => Connector::Plain,
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let (stream, response) =
        client_async_tls_with_config(request, tcp, Some(config), Some(connector))
            .await
            .map_err(|error| Failed::WebSocket(Box::new(error)))?;
    Ok((stream, response, remote_address))
}

async fn connect_tcp(url: &Url) -> io::Result<TcpStream> {
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(url::Host::Ipv4(address)) => vec![(address, port).into()],
        Some(url::Host::Ipv6(address)) => vec![(address, port).into()],
        Some(url::Host::Domain(name)) => tokio::net::lookup_host((name, port))
            .await
            .map(Iterator::collect)
            .unwrap_or_default(),
        None => Vec::new(),
    };
    if addresses.is_empty() {
        return Err(io::Error::other(NameNotResolved { host: host_of(url) }));
    }
    let tcp = TcpStream::connect(&addresses[..]).await?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

fn without_answer(error: ConnectError, request: Option<SentRequest>) -> HandshakeFailure {
    HandshakeFailure {
        error,
        request,
        status: None,
        headers: Vec::new(),
        request_id: None,
        body: Vec::new(),
    }
}

fn refused(
    error: tungstenite::Error,
    sent: SentRequest,
    redactor: &Redactor,
    url: &Url,
    limit: Duration,
) -> HandshakeFailure {
    let tungstenite::Error::Http(response) = error else {
        return without_answer(failure(&error, url, limit).into(), Some(sent));
    };
    let headers = redactor.headers(&header_rows(response.headers()));
    let status = response.status().as_u16();
    let body = redactor
        .bytes(response.body().as_deref().unwrap_or_default())
        .into_owned();
    HandshakeFailure {
        error: ConnectError::Refused { status },
        request: Some(sent),
        status: Some(status),
        request_id: request_id(&headers).or_else(|| crate::body_request_id(&body)),
        headers,
        body,
    }
}

/// What a WebSocket error means, without its text: that can hold the URL.
pub(super) fn failure(error: &tungstenite::Error, url: &Url, limit: Duration) -> TransportFailure {
    use tungstenite::{Error, error::ProtocolError};
    match error {
        Error::Io(error) => TransportFailure::from_io(error, url, limit),
        Error::Tls(_) => TransportFailure::Tls {
            host: host_of(url),
            reason: "The handshake failed".into(),
        },
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(
            ProtocolError::ResetWithoutClosingHandshake | ProtocolError::HandshakeIncomplete,
        ) => TransportFailure::Reset,
        Error::Capacity(_) => TransportFailure::TooLarge { limit: MAX_MESSAGE },
        Error::Url(_) | Error::HttpFormat(_) => TransportFailure::InvalidUrl,
        _ => TransportFailure::Protocol,
    }
}
