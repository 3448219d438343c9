//! WebSocket by hand: a handshake that shows its headers, then messages both ways.

mod handshake;

#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, protocol::CloseFrame},
};
use url::Url;

pub use self::handshake::{ConnectError, Handshake, HandshakeFailure, WebSocketDraft, connect};
use crate::{TransportFailure, transport::Clock};

/// How long a closing handshake may take (RFC 6455 §7.1.1 asks the server to end the connection).
const CLOSE_GRACE: Duration = Duration::from_secs(2);

/// An open connection. One task owns it: it can wait for events in a `select!` and send from the
/// same loop, since [`WebSocket::next_event`] loses nothing when it is dropped.
pub struct WebSocket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    url: Url,
    limit: Duration,
    clock: Clock,
    closing: Option<(Closed, Instant)>,
    ended: Option<SocketEvent>,
}

/// What happens on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// A message came.
    Message(Message),
    /// The connection was closed in order. Nothing comes after this.
    Closed(Closed),
    /// The connection was lost. Nothing comes after this.
    Dropped(TransportFailure),
}

/// One message. `Debug` prints its length, not its text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who sent it.
    pub direction: Direction,
    /// What it says.
    pub content: Content,
    /// When it was sent or received, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// We did.
    Sent,
    /// The server did.
    Received,
}

/// The two kinds of message (RFC 6455 §5.6).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum Content {
    /// UTF-8.
    Text(String),
    /// Any bytes.
    Binary(Vec<u8>),
}

/// How a connection was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Who closed it first.
    pub by: ClosedBy,
    /// The close code (RFC 6455 §7.4), if one was given.
    pub code: Option<u16>,
    /// The reason given, often empty.
    pub reason: String,
}

/// Who closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// We did.
    You,
    /// The server did.
    Server,
}

impl WebSocket {
    /// Sends a text and returns it as a message of the log.
    ///
    /// # Errors
    /// The connection is gone; [`WebSocket::next_event`] says how it ended.
    pub async fn send_text(&mut self, text: &str) -> Result<Message, TransportFailure> {
        self.send(tungstenite::Message::text(text)).await?;
        Ok(self.message(Direction::Sent, Content::Text(text.to_owned())))
    }

    /// Sends bytes and returns them as a message of the log.
    ///
    /// # Errors
    /// As for [`WebSocket::send_text`].
    pub async fn send_binary(&mut self, bytes: &[u8]) -> Result<Message, TransportFailure> {
        self.send(tungstenite::Message::binary(bytes.to_vec()))
            .await?;
        Ok(self.message(Direction::Sent, Content::Binary(bytes.to_vec())))
    }

    /// Begins to close: `code` 1000 for an ordinary end, 3000 to 4999 for an agreed one; others
    /// are sent as 1000. The reason is cut to the 123 bytes that a close frame has room for.
    /// [`WebSocket::next_event`] then reports [`Closed`], after two seconds even when the server
    /// says nothing.
    pub async fn close(&mut self, code: u16, reason: &str) {
        if self.closing.is_some() || self.ended.is_some() {
            return;
        }
        let code = if matches!(code, 1000 | 1001 | 3000..=4999) {
            code
        } else {
            1000
        };
        let reason: String = reason
            .char_indices()
            .take_while(|(at, char)| at + char.len_utf8() <= 123)
            .map(|(_, char)| char)
            .collect();
        let frame = CloseFrame {
            code: code.into(),
            reason: reason.clone().into(),
        };
        let closed = Closed {
            by: ClosedBy::You,
            code: Some(code),
            reason,
        };
        self.closing = Some((closed, Instant::now() + CLOSE_GRACE));
        // A connection that is lost already is reported by `next_event`.
        let _ = timeout(CLOSE_GRACE, self.stream.close(Some(frame))).await;
    }

    /// Waits for the next event. Pings are answered on the way. After the end it returns the end
    /// again.
    pub async fn next_event(&mut self) -> SocketEvent {
        if let Some(ended) = &self.ended {
            return ended.clone();
        }
        loop {
            let next = match &self.closing {
                None => self.stream.next().await,
                Some((closed, until)) => {
                    let Ok(next) = timeout_at(*until, self.stream.next()).await else {
                        let closed = closed.clone();
                        return self.end(SocketEvent::Closed(closed));
                    };
                    next
                }
            };
            let message = match next {
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    let ended = self.end_of(&error);
                    return self.end(ended);
                }
                None => {
                    let ended = self.end_of(&tungstenite::Error::ConnectionClosed);
                    return self.end(ended);
                }
            };
            let content = match message {
                tungstenite::Message::Text(text) => Content::Text(text.as_str().to_owned()),
                tungstenite::Message::Binary(bytes) => Content::Binary(bytes.to_vec()),
                tungstenite::Message::Close(frame) => {
                    let ended = SocketEvent::Closed(self.closed_with(frame));
                    self.ended = Some(ended.clone());
                    // Our answer to the close frame is still to be written.
                    let _ = timeout(CLOSE_GRACE, self.stream.flush()).await;
                    return ended;
                }
                tungstenite::Message::Ping(_)
                | tungstenite::Message::Pong(_)
                | tungstenite::Message::Frame(_) => continue,
            };
            return SocketEvent::Message(self.message(Direction::Received, content));
        }
    }

    async fn send(&mut self, message: tungstenite::Message) -> Result<(), TransportFailure> {
        if self.closing.is_some() || self.ended.is_some() {
            return Err(TransportFailure::Reset);
        }
        let sent = self.stream.send(message).await;
        sent.map_err(|error| handshake::failure(&error, &self.url, self.limit))
    }

    fn message(&self, direction: Direction, content: Content) -> Message {
        Message {
            direction,
            content,
            at: (self.clock)(),
        }
    }

    fn closed_with(&self, frame: Option<CloseFrame>) -> Closed {
        match &self.closing {
            Some((closed, _)) => closed.clone(),
            None => Closed {
                by: ClosedBy::Server,
                code: frame.as_ref().map(|frame| frame.code.into()),
                reason: frame
                    .map(|frame| frame.reason.as_str().to_owned())
                    .unwrap_or_default(),
            },
        }
    }

    /// What an error means here: after our own close, any end is the end we asked for.
    fn end_of(&self, error: &tungstenite::Error) -> SocketEvent {
        match &self.closing {
            Some((closed, _)) => SocketEvent::Closed(closed.clone()),
            None => SocketEvent::Dropped(handshake::failure(error, &self.url, self.limit)),
        }
    }

    fn end(&mut self, event: SocketEvent) -> SocketEvent {
        self.ended = Some(event.clone());
        event
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("direction", &self.direction)
            .field("content", &self.content)
            .field("at", &self.at)
            .finish()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
        }
    }
}
