//! `/web3/{chain}` (JSON-RPC 2.0) and `/fusion/ws/v2.0/{chain}` as web sockets.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Value, json};
use tokio::time::{Instant, interval_at};

use crate::faults::{Fault, Place};
use crate::gateway::web3::{SCOPE, answer, chain_not_found, known_chain, parse_error};
use crate::gateway::{Caller, errors, fusion_orders};
use crate::state::{Shared, stopped};

const LONGEST_MESSAGE: usize = 1024 * 1024;
/// The server's own pings, which keep proxies awake.
const PING_EVERY: Duration = Duration::from_secs(30);
/// The first event comes soon, so that nobody waits for it; the others more slowly.
const FIRST_EVENT_AFTER: Duration = Duration::from_millis(300);
const EVENT_EVERY: Duration = Duration::from_secs(8);

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/web3/{chainId}", get(web3))
        .route("/web3/{chainId}/{nodeType}", get(web3_node))
        .route("/fusion/ws/v2.0/{chain}", get(fusion))
}

/// What a socket speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Web3 { chain: u64 },
    Fusion,
}

async fn web3(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(chain): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    match known_chain(&chain) {
        Some(chain) => open(shared, &caller, SCOPE, upgrade, Protocol::Web3 { chain }),
        None => chain_not_found(),
    }
}

async fn web3_node(
    state: State<Arc<Shared>>,
    caller: Extension<Caller>,
    Path((chain, _)): Path<(String, String)>,
    upgrade: WebSocketUpgrade,
) -> Response {
    web3(state, caller, Path(chain), upgrade).await
}

async fn fusion(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(chain): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    match known_chain(&chain) {
        Some(_) => open(shared, &caller, "orders:read", upgrade, Protocol::Fusion),
        None => chain_not_found(),
    }
}

fn open(
    shared: Arc<Shared>,
    caller: &Caller,
    scope: &str,
    upgrade: WebSocketUpgrade,
    protocol: Protocol,
) -> Response {
    if !caller.may(scope) {
        return errors::forbidden(scope);
    }
    shared.tally.count(|counters| counters.sockets += 1);
    upgrade
        .max_message_size(LONGEST_MESSAGE)
        .on_upgrade(move |socket| async move { talk(socket, &shared, protocol).await })
}

/// Answers until the peer closes, the sandbox stops, or a fault ends it.
async fn talk(mut socket: WebSocket, shared: &Shared, protocol: Protocol) {
    let mut faults = Closing::take(shared);
    let mut stopping = shared.stopping();
    let start = Instant::now();
    let mut pings = interval_at(start + PING_EVERY, PING_EVERY);
    let mut events = interval_at(start + FIRST_EVENT_AFTER, EVENT_EVERY);
    let mut event = 0;
    loop {
        if let Some(end) = faults.due() {
            return end.happen(socket).await;
        }
        let reply = tokio::select! {
            () = stopped(&mut stopping) => {
                return close(socket, close_code::AWAY, "The sandbox stops").await;
            }
            _ = pings.tick() => Some(Message::Ping("sandbox".into())),
            _ = events.tick(), if protocol == Protocol::Fusion => {
                event += 1;
                Some(text(&fusion_event(event, shared.now_seconds())))
            }
            received = socket.recv() => match received {
                Some(Ok(Message::Text(message))) => {
                    faults.answered += 1;
                    let now = shared.now_seconds();
                    match protocol {
                        Protocol::Web3 { chain } => web3_answer(message.as_str(), chain, now),
                        Protocol::Fusion => Some(text(&fusion_answer(message.as_str(), now))),
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    return close(socket, close_code::UNSUPPORTED, "Text only").await;
                }
                // Pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            }
        };
        if let Some(reply) = reply
            && socket.send(reply).await.is_err()
        {
            return;
        }
    }
}

fn text(value: &Value) -> Message {
    Message::Text(value.to_string().into())
}

async fn close(mut socket: WebSocket, code: u16, reason: &str) {
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    // If the peer has gone already, there is nobody to tell.
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        let goodbye = async { while let Some(Ok(_)) = socket.recv().await {} };
        let _ = tokio::time::timeout(Duration::from_millis(300), goodbye).await;
    }
}

fn web3_answer(message: &str, chain: u64, now: i64) -> Option<Message> {
    let answer = match answer(message, chain, now) {
        Ok(answer) => answer?,
        Err(_) => parse_error(),
    };
    Some(Message::Text(answer.into()))
}

const FUSION_METHODS: [&str; 3] = ["ping", "getAllowedMethods", "getActiveOrders"];

fn fusion_answer(message: &str, now: i64) -> Value {
    let message: Value = serde_json::from_str(message).unwrap_or_default();
    let method = message
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let number = |name: &str| {
        let value = message.get("param").and_then(|param| param.get(name))?;
        Some(value.to_string())
    };
    let result = match method {
        "ping" => json!("pong"),
        "getAllowedMethods" => json!(FUSION_METHODS),
        "getActiveOrders" => {
            let (page, limit) = (number("page"), number("limit"));
            fusion_orders(page.as_deref(), limit.as_deref(), now)
                .unwrap_or_else(|_| json!({ "error": "Invalid param" }))
        }
        _ => json!({ "error": "Method is not allowed" }),
    };
    json!({ "method": method, "result": result })
}

fn fusion_event(number: u32, now: i64) -> Value {
    let names = ["order_created", "order_filled_partially", "order_filled"];
    let index = number - 1;
    let name = names
        .get(index as usize % names.len())
        .copied()
        .unwrap_or("order_created");
    json!({ "event": name, "result": crate::gateway::fusion_order(index % 7, now) })
}

/// How a fault ends this socket.
enum End {
    Frame { code: u16, reason: String },
    Drop,
}

impl End {
    async fn happen(self, socket: WebSocket) {
        match self {
            Self::Frame { code, reason } => close(socket, code, &reason).await,
            Self::Drop => drop(socket),
        }
    }
}

struct Closing {
    end: Option<(End, u32)>,
    answered: u32,
}

impl Closing {
    fn take(shared: &Shared) -> Self {
        let is_close =
            |fault: &Fault| matches!(fault, Fault::CloseSocket { .. } | Fault::DropSocket);
        let end = shared
            .faults
            .take(Place::Socket, is_close)
            .pop()
            .map(|fault| match fault {
                Fault::CloseSocket {
                    code,
                    reason,
                    after,
                } => (End::Frame { code, reason }, after),
                _ => (End::Drop, 0),
            });
        Self { end, answered: 0 }
    }

    fn due(&mut self) -> Option<End> {
        let answered = self.answered;
        self.end
            .take_if(|(_, after)| answered >= *after)
            .map(|(end, _)| end)
    }
}
