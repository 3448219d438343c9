//! JSON-RPC 2.0 over HTTP; the web socket answers with the same methods.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
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
    let text = std::str::from_utf8(body).unwrap_or_default();
    let is_structure = text.trim_start().starts_with(['{', '[']);
    match answer(text, chain, shared.now_seconds()) {
        Ok(Some(answer)) if is_structure => {
            ([(CONTENT_TYPE, "application/json")], answer).into_response()
        }
        Ok(None) if is_structure => StatusCode::NO_CONTENT.into_response(),
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

/// A message, as far as it is looked at.
#[derive(Deserialize)]
struct Message<'m> {
    jsonrpc: Option<Value>,
    method: Option<Value>,
    params: Option<Value>,
    /// Kept as it was written: a number beyond 2^53 must come back digit by digit. `null` is an id
    /// too, unlike none.
    #[serde(borrow, default, deserialize_with = "as_written")]
    id: Option<&'m RawValue>,
}

fn as_written<'m, D: Deserializer<'m>>(reader: D) -> Result<Option<&'m RawValue>, D::Error> {
    <&RawValue>::deserialize(reader).map(Some)
}

#[derive(Serialize)]
struct Reply<'m> {
    id: &'m RawValue,
    jsonrpc: &'static str,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Result(Value),
    Error { code: i32, message: String },
}

/// The answer to a message or a batch of them, as JSON; `None`: only notifications, which get no
/// answer.
///
/// Errors: `message` is no JSON.
pub(crate) fn answer(
    message: &str,
    chain: u64,
    now: i64,
) -> Result<Option<String>, serde_json::Error> {
    let message: &RawValue = serde_json::from_str(message)?;
    match serde_json::from_str::<Vec<&RawValue>>(message.get()) {
        Ok(batch) if !batch.is_empty() => {
            let answers: Vec<Reply<'_>> = batch
                .iter()
                .filter_map(|message| answer_one(message, chain, now))
                .collect();
            let any = (!answers.is_empty()).then_some(answers);
            any.map(|answers| serde_json::to_string(&answers))
                .transpose()
        }
        _ => answer_one(message, chain, now)
            .map(|answer| serde_json::to_string(&answer))
            .transpose(),
    }
}

/// The answer to text that is no JSON (JSON-RPC 2.0 §5.1).
pub(crate) fn parse_error() -> String {
    let error = json!({ "code": -32700, "message": "Parse error" });
    json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string()
}

fn answer_one(message: &RawValue, chain: u64, now: i64) -> Option<Reply<'_>> {
    let read: Option<Message<'_>> = serde_json::from_str(message.get()).ok();
    let id = read.as_ref().and_then(|message| message.id);
    let outcome = match &read {
        Some(Message {
            jsonrpc: Some(Value::String(version)),
            method: Some(Value::String(method)),
            params,
            ..
        }) if version == "2.0" => {
            // A message without an id is a notification.
            id?;
            outcome(method, params.as_ref(), chain, now)
        }
        _ => error(-32600, "Invalid Request"),
    };
    Some(Reply {
        id: id.unwrap_or(RawValue::NULL),
        jsonrpc: "2.0",
        outcome,
    })
}

fn outcome(method: &str, params: Option<&Value>, chain: u64, now: i64) -> Outcome {
    let first = params
        .and_then(|params| params.get(0))
        .and_then(Value::as_str);
    let head = head(chain, now);
    Outcome::Result(match method {
        "eth_blockNumber" => json!(format!("{head:#x}")),
        "eth_chainId" => json!(format!("{chain:#x}")),
        "net_version" => json!(chain.to_string()),
        "web3_clientVersion" => json!("sandbox/v0.1.0"),
        "eth_gasPrice" => json!("0x70e6a674"),
        "eth_getBalance" if first.is_some_and(data::is_address) => json!("0x1bc16d674ec80000"),
        "eth_getBlockByNumber" => match block_number(first, head) {
            Some(number) if number <= head => block(number, chain, now, head),
            Some(_) => Value::Null,
            None => return error(-32602, "Invalid params"),
        },
        "eth_getBalance" => return error(-32602, "Invalid params"),
        _ => {
            let words = format!("the method {method} does not exist/is not available");
            return error(-32601, &words);
        }
    })
}

fn error(code: i32, message: &str) -> Outcome {
    Outcome::Error {
        code,
        message: message.to_owned(),
    }
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

    fn ask(message: &Value, chain: u64) -> Option<Value> {
        let answer = answer(&message.to_string(), chain, NOW).unwrap();
        answer.map(|answer| serde_json::from_str(&answer).unwrap())
    }

    #[test]
    fn an_id_comes_back_as_it_was_written() {
        for id in [
            "123456789012345678901234567890",
            "1.50",
            "9007199254740993",
            "null",
        ] {
            let message = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"eth_chainId"}}"#);
            for message in [message.clone(), format!("[{message}]")] {
                let answer = answer(&message, 1, NOW).unwrap().unwrap();
                assert!(answer.contains(&format!(r#""id":{id},"#)), "{answer}");
            }
        }
    }

    #[test]
    fn answers_carry_the_id_of_the_question() {
        let ask = |message: Value| ask(&message, 1);
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
        let answers = ask(&batch, 137).unwrap();
        assert_eq!(answers[0]["result"], "137");
        assert_eq!(answers[1]["result"], "0x89");
        assert_eq!(answers.as_array().unwrap().len(), 2);
    }

    #[test]
    fn blocks_of_the_future_are_null_and_hashes_chain() {
        let block = |number: &str| {
            let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [number, false] });
            ask(&message, 1).unwrap()["result"].clone()
        };
        assert_eq!(block("0xffffffffff"), Value::Null);
        assert_eq!(block("0x10")["parentHash"], block("0xf")["hash"]);
    }
}
