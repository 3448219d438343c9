//! The faults that work at every place: instead of the work, around it, and on its answer.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::faults::{Fault, Place};
use crate::gateway;
use crate::state::Shared;

/// Marks an answer that must never leave: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dropped;

const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Answers with what `work` answers, unless a fault is switched on at this place.
pub(crate) async fn faulty(
    shared: &Shared,
    place: Place,
    work: impl Future<Output = Response>,
) -> Response {
    for fault in shared
        .faults
        .take(place, |fault| matches!(fault, Fault::Delay { .. }))
    {
        if let Fault::Delay { milliseconds } = fault {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }
    if let Some(fault) = shared.faults.take_first(place, is_instead) {
        return answer_instead(place, fault);
    }
    let mut response = work.await;
    for fault in shared.faults.take(place, is_afterwards) {
        response = change_answer(response, fault).await;
    }
    response
}

fn is_instead(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Status { .. }
            | Fault::Redirect { .. }
            | Fault::Answer { .. }
            | Fault::Huge { .. }
            | Fault::Disconnect
    )
}

fn is_afterwards(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::LoseAnswer
            | Fault::Merge { .. }
            | Fault::Append { .. }
            | Fault::ContentType { .. }
            | Fault::Utf16
            | Fault::Header { .. }
    )
}

fn answer_instead(place: Place, fault: Fault) -> Response {
    match fault {
        Fault::Status {
            status,
            retry_after,
        } => {
            let mut response = status_answer(place, status);
            if let Some(value) = retry_after.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            response
        }
        Fault::Redirect { status, location } => {
            let mut response = StatusCode::from_u16(status)
                .unwrap_or(StatusCode::FOUND)
                .into_response();
            if let Ok(value) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(LOCATION, value);
            }
            response
        }
        Fault::Answer {
            status,
            content_type,
            body,
        } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            (status, [(CONTENT_TYPE, content_type)], body).into_response()
        }
        Fault::Huge { bytes } => {
            let mut body = b"{\"filler\":\"".to_vec();
            body.resize(bytes.max(16) - 2, b'x');
            body.extend_from_slice(b"\"}");
            ([(CONTENT_TYPE, "application/json")], body).into_response()
        }
        _ => dropped(),
    }
}

/// An error in the shape of the place.
fn status_answer(place: Place, status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if place == Place::Gateway {
        return gateway::errors::status(code);
    }
    let error = match status {
        401 if place == Place::Registration => "invalid_token",
        401 => "invalid_client",
        503 => "temporarily_unavailable",
        500.. => "server_error",
        _ if matches!(place, Place::TokenCode | Place::TokenRefresh) => "invalid_grant",
        _ => "invalid_request",
    };
    let mut response = (code, axum::Json(json!({ "error": error }))).into_response();
    if error == "invalid_token" {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response
            .headers_mut()
            .insert(http::header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn dropped() -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Dropped);
    response
}

async fn change_answer(mut response: Response, fault: Fault) -> Response {
    match fault {
        Fault::LoseAnswer => dropped(),
        Fault::Header { name, value } => {
            if let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(&value))
            {
                response.headers_mut().append(name, value);
            }
            response
        }
        // The body faults are about answers that claim success.
        _ if !response.status().is_success() => response,
        Fault::ContentType { value } => {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(CONTENT_TYPE, value);
            }
            response
        }
        Fault::Merge { patch } => {
            with_body(response, |body| {
                let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
                    return body;
                };
                merge(&mut value, &patch);
                Bytes::from(value.to_string())
            })
            .await
        }
        Fault::Append { text } => {
            with_body(response, |body| [&body, text.as_bytes()].concat().into()).await
        }
        Fault::Utf16 => {
            with_body(response, |body| {
                let text = String::from_utf8_lossy(&body);
                let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
                units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>().into()
            })
            .await
        }
        _ => response,
    }
}

async fn with_body(response: Response, change: impl FnOnce(Bytes) -> Bytes) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST_ANSWER).await else {
        return dropped();
    };
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(bytes)))
}

/// JSON merge patch (RFC 7396 §2).
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    if let Value::Object(members) = target {
        for (name, value) in patch {
            if value.is_null() {
                members.remove(name);
            } else {
                merge(members.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_takes_away_adds_and_goes_inside() {
        let mut value = json!({ "a": 1, "b": { "c": 2, "d": 3 } });
        merge(
            &mut value,
            &json!({ "a": null, "b": { "c": null, "e": 4 }, "f": [null] }),
        );
        assert_eq!(value, json!({ "b": { "d": 3, "e": 4 }, "f": [null] }));
    }
}
