//! WebSocket connections by hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inchkeep_console::websocket::{
    ConnectError, Handshake, HandshakeFailure, WebSocket, WebSocketDraft, connect,
};
use inchkeep_console::{
    Answer, BodyEnd, Exchange, ExchangeId, HttpVersion, Outcome, SentRequest, Timing,
};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::app::{App, locked};
use crate::console_send::usage_of;
use crate::contract::{
    ConnectSocketRequest, Draft, DraftBody, ExchangeView, SendMessageRequest, SocketId,
    SocketMessage, SocketRef, SocketView,
};
use crate::credentials::Carried;
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_console::{self, sentence};
use crate::explanation::explain;
use crate::recorded::Context;
use crate::socket_task::{Command, SocketTask};

/// The connections that are open or being opened.
#[derive(Default)]
pub(crate) struct Sockets(Mutex<HashMap<SocketId, Entry>>);

struct Entry {
    cancel: CancellationToken,
    /// Absent until the handshake is through.
    commands: Option<mpsc::Sender<Command>>,
}

impl Sockets {
    /// Ends all connections, at a lock.
    pub(crate) fn stop(&self) {
        for (_, entry) in locked(&self.0).drain() {
            entry.cancel.cancel();
        }
    }

    /// Takes a connection off the list.
    pub(crate) fn remove(&self, id: &SocketId) {
        locked(&self.0).remove(id);
    }

    fn commands(&self, id: &SocketId) -> Result<mpsc::Sender<Command>, ApiError> {
        let all = locked(&self.0);
        all.get(id)
            .and_then(|entry| entry.commands.clone())
            .ok_or_else(closed)
    }
}

impl App {
    /// Opens a WebSocket. Its handshake is an exchange of the history, with 101 or the refusal.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`], [`ErrorCode::ForeignHost`], [`ErrorCode::Duplicate`] for an
    /// id that is in use; those of a refresh. A refused handshake is an answer, not an error.
    pub async fn connect_socket(
        self: &Arc<Self>,
        request: ConnectSocketRequest,
    ) -> Result<SocketView, ApiError> {
        let id = request.socket_id.clone();
        let cancel = CancellationToken::new();
        {
            let mut all = locked(&self.live.sockets.0);
            if all.contains_key(&id) {
                return Err(
                    ApiError::new(ErrorCode::Duplicate, "this socket is there already")
                        .fact("name", &id),
                );
            }
            all.insert(
                id.clone(),
                Entry {
                    cancel: cancel.clone(),
                    commands: None,
                },
            );
        }
        let opened = self.open_socket(&request, &cancel).await;
        if !matches!(&opened, Ok((view, _)) if view.open) {
            self.live.sockets.remove(&id);
        }
        let (view, socket) = opened?;
        let Some(socket) = socket else {
            return Ok(view);
        };
        let (commands, receiver) = mpsc::channel(64);
        let is_wanted = {
            let mut all = locked(&self.live.sockets.0);
            all.get_mut(&id)
                .map(|entry| entry.commands = Some(commands))
                .is_some()
        };
        if !is_wanted {
            return Err(ApiError::new(
                ErrorCode::Cancelled,
                "stopped while it was opened",
            ));
        }
        let task = SocketTask::new(self, id, socket, receiver, cancel);
        tokio::spawn(task.run());
        Ok(view)
    }

    /// Sends a message and gives it as a line of the log.
    ///
    /// # Errors
    /// [`ErrorCode::SocketClosed`]; [`ErrorCode::InvalidField`] for a binary message that is not
    /// base64.
    pub async fn send_message(
        self: &Arc<Self>,
        request: SendMessageRequest,
    ) -> Result<SocketMessage, ApiError> {
        let commands = self.live.sockets.commands(&request.socket_id)?;
        let binary = if request.binary {
            let decoded = STANDARD.decode(request.text.trim());
            Some(decoded.map_err(|_| crate::names::invalid("text", "This is not base64."))?)
        } else {
            None
        };
        let (sent, outcome) = oneshot::channel();
        let command = match binary {
            Some(bytes) => Command::Binary(bytes, sent),
            None => Command::Text(request.text, sent),
        };
        commands.send(command).await.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }

    /// Closes a connection with 1000, or stops one that is being opened. The end comes as an event.
    ///
    /// # Errors
    /// [`ErrorCode::SocketClosed`] when there is none.
    pub async fn disconnect_socket(self: &Arc<Self>, request: SocketRef) -> Result<(), ApiError> {
        let commands = {
            let all = locked(&self.live.sockets.0);
            let entry = all.get(&request.socket_id).ok_or_else(closed)?;
            if entry.commands.is_none() {
                entry.cancel.cancel();
            }
            entry.commands.clone()
        };
        match commands {
            Some(commands) => commands.send(Command::Close).await.map_err(|_| closed()),
            None => Ok(()),
        }
    }

    async fn open_socket(
        self: &Arc<Self>,
        request: &ConnectSocketRequest,
        cancel: &CancellationToken,
    ) -> Result<(SocketView, Option<WebSocket>), ApiError> {
        let environment = self.ready_environment(&request.environment_id).await?;
        let draft = WebSocketDraft {
            url: address(&request.url, &environment.api_base),
            ..WebSocketDraft::default()
        };
        let url = draft
            .target()
            .map_err(|error| errors_of_console::draft(&error))?;
        let carried = match &request.credential {
            Some(reference) => {
                let allow = request.allow_foreign_host;
                Some(
                    self.carry(reference, request.placement, &url, allow)
                        .await?,
                )
            }
            None => None,
        };
        let transport = self.transport().await?;
        let started_at = self.clock.now();
        let credential = carried.as_ref().map(|carried| &carried.credential);
        let limit = self.limits().time;
        let (exchange, socket) = match connect(&transport, &draft, credential, limit, cancel).await
        {
            Ok((socket, handshake)) => (exchange_of(handshake), Some(socket)),
            Err(failure) => (exchange_of_failure(failure, started_at)?, None),
        };
        let handshake = self
            .keep_handshake(exchange, request, carried.as_ref(), &url)
            .await?;
        let id = request.socket_id.clone();
        Ok((
            SocketView {
                id,
                open: socket.is_some(),
                handshake,
            },
            socket,
        ))
    }

    async fn keep_handshake(
        self: &Arc<Self>,
        exchange: Exchange,
        request: &ConnectSocketRequest,
        carried: Option<&Carried>,
        url: &Url,
    ) -> Result<ExchangeView, ApiError> {
        let now = self.clock.now();
        let context = Context {
            draft: Some(Draft {
                method: "WS".to_owned(),
                url: request.url.clone(),
                params: Vec::new(),
                headers: Vec::new(),
                body: DraftBody::None,
            }),
            credential: request.credential.clone(),
            credential_label: carried.map(|carried| carried.label.clone()),
            placement: request.placement,
            application: carried.map(|carried| carried.application.clone()),
            explanation: explain(&exchange, carried, now),
            usage: carried
                .map(|carried| usage_of(carried, &exchange, request.placement, "WS", url)),
            method_shown: Some("WS".to_owned()),
            ..Context::bare(request.environment_id.clone())
        };
        Ok(self.record(exchange, context).await?.view())
    }
}

fn closed() -> ApiError {
    ApiError::new(ErrorCode::SocketClosed, "the connection is closed")
}

/// A path alone is taken from the environment's base, with the scheme of sockets.
fn address(url: &str, api_base: &str) -> String {
    let url = url.trim();
    if !url.starts_with('/') {
        return url.to_owned();
    }
    match api_base.strip_prefix("https://") {
        Some(host) => format!("wss://{host}{url}"),
        None => format!("ws://{}{url}", api_base.trim_start_matches("http://")),
    }
}

fn exchange_of(handshake: Handshake) -> Exchange {
    let outcome = Outcome::Answer(Answer {
        status: handshake.status,
        reason: "Switching Protocols".to_owned(),
        http_version: HttpVersion::Http11,
        remote_address: handshake.remote_address,
        tls: None,
        headers: handshake.headers,
        body: Vec::new(),
        body_end: BodyEnd::Complete,
        size_on_wire: 0,
        size_decoded: 0,
    });
    exchange(
        handshake.request,
        handshake.started_at,
        outcome,
        handshake.took,
    )
}

/// What a handshake that failed was as an exchange.
///
/// # Errors
/// When nothing was sent at all.
fn exchange_of_failure(
    failure: HandshakeFailure,
    started_at: OffsetDateTime,
) -> Result<Exchange, ApiError> {
    let HandshakeFailure {
        error,
        request,
        status,
        headers,
        body,
        ..
    } = failure;
    let refuse =
        |text: &str| ApiError::new(ErrorCode::InvalidRequest, text).fact("reason", sentence(text));
    let outcome = match (error, status) {
        (ConnectError::Draft(error), _) => return Err(errors_of_console::draft(&error)),
        (error @ ConnectError::NotEncrypted { .. }, _) => return Err(refuse(&error.to_string())),
        (ConnectError::Cancelled, _) => {
            return Err(ApiError::new(
                ErrorCode::Cancelled,
                "stopped while it was opened",
            ));
        }
        (ConnectError::Transport(failure), _) => Outcome::Failure(failure),
        (ConnectError::Refused { status }, _) => Outcome::Answer(Answer {
            status,
            reason: String::new(),
            http_version: HttpVersion::Http11,
            remote_address: None,
            tls: None,
            headers,
            size_on_wire: body.len() as u64,
            size_decoded: body.len() as u64,
            body,
            body_end: BodyEnd::Complete,
        }),
    };
    let request = request.ok_or_else(|| refuse("the handshake could not be sent"))?;
    Ok(exchange(
        request,
        started_at,
        outcome,
        std::time::Duration::ZERO,
    ))
}

fn exchange(
    request: SentRequest,
    started_at: OffsetDateTime,
    outcome: Outcome,
    took: std::time::Duration,
) -> Exchange {
    Exchange {
        id: ExchangeId::make_at(started_at),
        started_at,
        request,
        outcome,
        timing: Timing {
            total: took,
            waiting: Some(took),
            ..Timing::default()
        },
        redirects: Vec::new(),
        stopped_redirect: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_alone_becomes_a_socket_address_of_the_environment() {
        assert_eq!(
            address(" /web3/1", "https://api.1inch.com"),
            "wss://api.1inch.com/web3/1"
        );
        assert_eq!(
            address("/web3/1", "http://127.0.0.1:8417"),
            "ws://127.0.0.1:8417/web3/1"
        );
        assert_eq!(address("wss://h/x", "http://127.0.0.1:8417"), "wss://h/x");
    }
}
