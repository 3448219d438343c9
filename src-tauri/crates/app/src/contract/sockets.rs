//! WebSocket connections.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CredentialPlacement, CredentialRef, EnvironmentId, ExchangeView, SocketId, Timestamp};

/// Opens a WebSocket.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectSocketRequest {
    /// Chosen by the page.
    pub socket_id: SocketId,
    /// Where.
    pub environment_id: EnvironmentId,
    /// `wss://…`, or `ws://` on loopback.
    pub url: String,
    /// With what.
    pub credential: Option<CredentialRef>,
    /// Where the credential is put.
    pub placement: CredentialPlacement,
    /// The person agreed that this one connection takes the credential to another host.
    pub allow_foreign_host: bool,
}

/// An open or refused WebSocket: its handshake is an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SocketView {
    /// Its id.
    pub id: SocketId,
    /// Whether the handshake succeeded.
    pub open: bool,
    /// The handshake: 101 or the refusal, with its request id.
    pub handshake: ExchangeView,
}

/// A message of a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SocketMessage {
    /// Position in the connection, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub direction: Direction,
    /// Text, or base64 of a binary message.
    pub text: String,
    /// Whether it was binary.
    pub binary: bool,
    /// Bytes.
    pub size: u64,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the server.
    Sent,
    /// From the server.
    Received,
}

/// Sends a message.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendMessageRequest {
    /// On which connection.
    pub socket_id: SocketId,
    /// Text, or base64 for a binary message.
    pub text: String,
    /// Whether it is binary.
    pub binary: bool,
}

/// Names a connection.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SocketRef {
    /// Which.
    pub socket_id: SocketId,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SocketEnd {
    /// Who ended it.
    pub by: EndedBy,
    /// Close code (RFC 6455 §7.4), when one came.
    pub code: Option<u16>,
    /// Reason in the close frame, cleaned.
    pub reason: String,
}

/// Who ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The person.
    You,
    /// The server.
    Server,
    /// The connection broke.
    Lost,
}
