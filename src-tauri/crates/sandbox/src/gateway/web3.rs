//! JSON-RPC 2.0 over HTTP; the web socket answers with the same methods.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Caller, data, errors};
use crate::state::Shared;

pub(crate) const SCOPE: &str = "web3:call";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/web3/{chainId}", post(call))
        .route("/web3/{chainId}/{nodeType}", post(call_node))
}

async fn call(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(chain): Path<String>,
    body: Bytes,
) -> Response {
    respond(&shared, &caller, &chain, &body)
}

async fn call_node(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((chain, node)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    if matches!(node.as_str(), "full" | "archive") {
        respond(&shared, &caller, &chain, &body)
    } else {
        (
            StatusCode::BAD_REQUEST,
            Json(json!("Invalid request format")),
        )
            .into_response()
    }
}

fn respond(shared: &Shared, caller: &Caller, chain: &str, body: &[u8]) -> Response {
    if !caller.may(SCOPE) {
        return errors::forbidden(SCOPE);
    }
    let Some(chain) = known_chain(chain) else {
        return chain_not_found();
    };
    match serde_json::from_slice::<Value>(body) {
        Ok(message @ (Value::Object(_) | Value::Array(_))) => {
            let now = shared.now_seconds();
            match answer(&message, chain, now) {
                Some(answer) => Json(answer).into_response(),
                None => StatusCode::NO_CONTENT.into_response(),
            }
        }
        _ => (
            StatusCode::BAD_REQUEST,
            Json(json!("Invalid request format")),
        )
            .into_response(),
    }
}

pub(crate) fn known_chain(text: &str) -> Option<u64> {
    text.parse()
        .ok()
        .filter(|chain| data::CHAINS.iter().any(|(own, _)| own == chain))
}

pub(crate) fn chain_not_found() -> Response {
    (StatusCode::NOT_FOUND, Json(json!("ChainId not found"))).into_response()
}

/// The answer to a message or a batch of them; `None`: only notifications, which get no answer.
pub(crate) fn answer(message: &Value, chain: u64, now: i64) -> Option<Value> {
    match message {
        Value::Array(batch) if !batch.is_empty() => {
            let answers: Vec<Value> = batch
                .iter()
                .filter_map(|message| answer_one(message, chain, now))
                .collect();
            (!answers.is_empty()).then_some(Value::Array(answers))
        }
        _ => answer_one(message, chain, now),
    }
}

/// The answer to text that is no JSON (JSON-RPC 2.0 §5.1).
pub(crate) fn parse_error() -> Value {
    error(&Value::Null, -32700, "Parse error")
}

fn answer_one(message: &Value, chain: u64, now: i64) -> Option<Value> {
    let null = Value::Null;
    let method = message.get("method").and_then(Value::as_str);
    let version = message.get("jsonrpc").and_then(Value::as_str);
    let id = message.get("id");
    let (Some(method), Some("2.0")) = (method, version) else {
        return Some(error(id.unwrap_or(&null), -32600, "Invalid Request"));
    };
    // A message without an id is a notification.
    let id = id?;
    let first = message
        .get("params")
        .and_then(|params| params.get(0))
        .and_then(Value::as_str);
    let head = head(chain, now);
    let result = match method {
        "eth_blockNumber" => json!(format!("{head:#x}")),
        "eth_chainId" => json!(format!("{chain:#x}")),
        "net_version" => json!(chain.to_string()),
        "web3_clientVersion" => json!("sandbox/v0.1.0"),
        "eth_gasPrice" => json!("0x70e6a674"),
        "eth_getBalance" if first.is_some_and(data::is_address) => json!("0x1bc16d674ec80000"),
        "eth_getBlockByNumber" => match block_number(first, head) {
            Some(number) if number <= head => block(number, chain, now, head),
            Some(_) => Value::Null,
            None => return Some(error(id, -32602, "Invalid params")),
        },
        "eth_getBalance" => return Some(error(id, -32602, "Invalid params")),
        _ => {
            let words = format!("the method {method} does not exist/is not available");
            return Some(error(id, -32601, &words));
        }
    };
    Some(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// The newest block: one each twelve seconds.
pub(crate) fn head(chain: u64, now: i64) -> u64 {
    22_000_000 + chain + u64::try_from((now - 1_740_000_000) / 12).unwrap_or(0)
}

fn block_number(text: Option<&str>, head: u64) -> Option<u64> {
    match text? {
        "latest" | "pending" => Some(head),
        "safe" => Some(head.saturating_sub(32)),
        "finalized" => Some(head.saturating_sub(64)),
        "earliest" => Some(0),
        hex => u64::from_str_radix(hex.strip_prefix("0x")?, 16).ok(),
    }
}

fn block(number: u64, chain: u64, now: i64, head: u64) -> Value {
    let hash = |number: u64| format!("0x{chain:016x}{number:048x}");
    let age = i64::try_from(head - number).unwrap_or(0) * 12;
    json!({
        "number": format!("{number:#x}"), "hash": hash(number), "parentHash": hash(number.saturating_sub(1)),
        "timestamp": format!("{:#x}", (now - now.rem_euclid(12) - age).max(0)),
        "miner": "0x95222290dd7278aa3ddd389cc1e1d165cc4bafe5",
        "gasLimit": "0x2adf1a0", "gasUsed": "0x12f3a81", "baseFeePerGas": "0x64fb7b74",
        "difficulty": "0x0", "nonce": "0x0000000000000000", "size": "0x1a3f4",
        "transactions": [], "uncles": [], "extraData": "0x",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_764_000_000;

    #[test]
    fn answers_carry_the_id_of_the_question() {
        let ask = |message: Value| answer(&message, 1, NOW);
        assert_eq!(
            ask(json!({ "jsonrpc": "2.0", "id": "a", "method": "eth_chainId" })),
            Some(json!({ "jsonrpc": "2.0", "id": "a", "result": "0x1" }))
        );
        let unknown = ask(json!({ "jsonrpc": "2.0", "id": 7, "method": "eth_mine" })).unwrap();
        assert_eq!(
            (&unknown["id"], &unknown["error"]["code"]),
            (&json!(7), &json!(-32601))
        );
        assert_eq!(
            ask(json!({ "jsonrpc": "2.0", "method": "eth_chainId" })),
            None
        );
        assert_eq!(ask(json!([])).unwrap()["error"]["code"], -32600);
    }

    #[test]
    fn a_batch_is_answered_in_order_without_its_notifications() {
        let batch = json!([
            { "jsonrpc": "2.0", "id": 1, "method": "net_version" },
            { "jsonrpc": "2.0", "method": "net_version" },
            { "jsonrpc": "2.0", "id": 2, "method": "eth_chainId" },
        ]);
        let answers = answer(&batch, 137, NOW).unwrap();
        assert_eq!(answers[0]["result"], "137");
        assert_eq!(answers[1]["result"], "0x89");
        assert_eq!(answers.as_array().unwrap().len(), 2);
    }

    #[test]
    fn blocks_of_the_future_are_null_and_hashes_chain() {
        let block = |number: &str| {
            let ask = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [number, false] });
            answer(&ask, 1, NOW).unwrap()["result"].clone()
        };
        assert_eq!(block("0xffffffffff"), Value::Null);
        assert_eq!(block("0x10")["parentHash"], block("0xf")["hash"]);
    }
}
