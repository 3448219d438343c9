//! The log of the last requests, and `/mcp/protocol` with the `debug` tool that reads it:
//! Streamable HTTP of the Model Context Protocol, answered as plain JSON.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::faults::Place;
use crate::gateway::{Caller, errors, identify};
use crate::misbehave::faulty;
use crate::state::{Shared, lock};

/// So many requests are remembered.
const KEPT: usize = 2_000;
const PROTOCOL_VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// One request as the server's log has it: no query, no header, no body, so no secret.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogLine {
    pub(crate) request_id: String,
    /// Milliseconds since 1970.
    #[serde(skip)]
    pub(crate) at_ms: i64,
    pub(crate) timestamp: String,
    pub(crate) level: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) duration_ms: u64,
    pub(crate) message: String,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<LogLine>>);

impl RequestLog {
    pub(crate) fn push(&self, line: LogLine) {
        let mut lines = lock(&self.0);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The lines that `wanted` picks, newest first, at most `limit`.
    fn newest(&self, limit: usize, wanted: impl Fn(&LogLine) -> bool) -> Vec<LogLine> {
        lock(&self.0)
            .iter()
            .rev()
            .filter(|line| wanted(line))
            .take(limit)
            .cloned()
            .collect()
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/mcp/protocol", post(message))
}

async fn message(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    faulty(&shared, Place::Mcp, async {
        let caller = match identify(&shared, &headers, None) {
            Ok(caller) => Some(caller),
            Err(false) => None,
            Err(true) => return errors::unauthorized(true),
        };
        let Ok(message) = serde_json::from_slice::<Value>(&body) else {
            return (
                StatusCode::BAD_REQUEST,
                Json(error(&Value::Null, -32700, "Parse error")),
            )
                .into_response();
        };
        // Notifications get no answer.
        let Some(id) = message.get("id") else {
            return StatusCode::ACCEPTED.into_response();
        };
        let method = message
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let params = message.get("params").unwrap_or(&Value::Null);
        let result = match method {
            "initialize" => initialize(params),
            "ping" => json!({}),
            "tools/list" => json!({ "tools": tools() }),
            "tools/call" => match call(&shared, caller.as_ref(), params) {
                Some(result) => result,
                None => return errors::unauthorized(false),
            },
            _ => return Json(error(id, -32601, "Method not found")).into_response(),
        };
        Json(json!({ "jsonrpc": "2.0", "id": id, "result": result })).into_response()
    })
    .await
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// Anonymous, as at the real server: a 200 here is no login.
fn initialize(params: &Value) -> Value {
    let asked = params
        .get("protocolVersion")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = PROTOCOL_VERSIONS
        .iter()
        .find(|own| **own == asked)
        .unwrap_or(&PROTOCOL_VERSIONS[0]);
    json!({
        "protocolVersion": version, "capabilities": { "tools": {} },
        "serverInfo": { "name": "com.1inch.business/mcp", "version": "1.0.0" },
    })
}

fn tools() -> Value {
    json!([
        {
            "name": "authenticate",
            "description": "Says whether the credential is valid and whose it is.",
            "inputSchema": { "type": "object", "properties": {} },
        },
        {
            "name": "debug",
            "description": "Reads the server's logs by request id, or by time.",
            "inputSchema": { "type": "object", "properties": {
                "requestId": { "type": "string" },
                "startTime": { "type": "string", "format": "date-time" },
                "endTime": { "type": "string", "format": "date-time" },
                "logLevel": { "type": "string", "enum": ["info", "warn", "error"] },
                "limit": { "type": "integer", "minimum": 1, "maximum": 100 },
            } },
        },
    ])
}

/// `None`: the tool needs a credential and there was none.
fn call(shared: &Shared, caller: Option<&Caller>, params: &Value) -> Option<Value> {
    caller?;
    shared.tally.count(|counters| counters.tool_calls += 1);
    let nothing = json!({});
    let arguments = params.get("arguments").unwrap_or(&nothing);
    let outcome = match params.get("name").and_then(Value::as_str) {
        Some("authenticate") => {
            Ok(json!({ "authenticated": true, "organizationId": "org-sandbox" }))
        }
        Some("debug") => debug(shared, arguments),
        _ => Err("Unknown tool".to_owned()),
    };
    Some(match outcome {
        Ok(value) => json!({
            "content": [{ "type": "text", "text": value.to_string() }],
            "structuredContent": value, "isError": false,
        }),
        Err(words) => json!({ "content": [{ "type": "text", "text": words }], "isError": true }),
    })
}

fn debug(shared: &Shared, arguments: &Value) -> Result<Value, String> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let time = |name: &str| match text(name) {
        None => Ok(None),
        Some(text) => OffsetDateTime::parse(text, &Rfc3339)
            .map(|at| Some(at.unix_timestamp() * 1000))
            .map_err(|_| format!("{name} must be an RFC 3339 time")),
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    let request_id = text("requestId");
    if request_id.is_none() && (start.is_none() || end.is_none()) {
        return Err("Give a requestId, or startTime and endTime".into());
    }
    let limit = match arguments.get("limit") {
        None | Some(Value::Null) => 50,
        Some(limit) => limit
            .as_u64()
            .filter(|limit| (1..=100).contains(limit))
            .and_then(|limit| usize::try_from(limit).ok())
            .ok_or("limit must be from 1 to 100")?,
    };
    let level = text("logLevel");
    if level.is_some_and(|level| !matches!(level, "info" | "warn" | "error")) {
        return Err("logLevel must be info, warn or error".into());
    }
    let end = end.unwrap_or(i64::MAX);
    let start = start.unwrap_or_else(|| shared.now_ms() - DAY_MS);
    let lines = shared.log.newest(limit, |line| {
        request_id.is_none_or(|id| id == line.request_id)
            && (start..=end).contains(&line.at_ms)
            && level.is_none_or(|level| level == line.level)
    });
    Ok(json!({ "logs": lines, "count": lines.len() }))
}
