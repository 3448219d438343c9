//! The routes, what every answer goes through, and the faults that work at every place.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CONTENT_TYPE, DATE, HOST, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::faults::{Fault, Place};
use crate::mcp::LogLine;
use crate::request_id::RequestId;
use crate::state::Shared;
use crate::{
    authorize, consent, control, gateway, jwks, mcp, metadata, portal, registration, revocation,
    token,
};

/// Marks an answer that must never leave: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dropped;

const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let mut routes = Router::new()
        .route(
            "/.well-known/oauth-authorization-server",
            get(metadata::metadata),
        )
        .route("/oauth/jwks", get(jwks::jwks))
        .route("/oauth/authorize", get(authorize::authorize))
        .merge(consent::routes())
        .merge(registration::routes())
        .merge(token::routes())
        .merge(revocation::routes())
        .merge(portal::routes())
        .merge(mcp::routes())
        .merge(gateway::routes(shared));
    if shared.options.test_control {
        routes = routes.merge(control::routes());
    }
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(shared), every_answer))
        .with_state(Arc::clone(shared))
}

async fn not_found() -> Response {
    let body = json!({ "statusCode": 404, "error": "Not Found", "message": "No such endpoint" });
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}

async fn method_not_allowed() -> Response {
    let body = json!({
        "statusCode": 405, "error": "Method Not Allowed",
        "message": "This endpoint has another method",
    });
    (StatusCode::METHOD_NOT_ALLOWED, axum::Json(body)).into_response()
}

/// Gives every answer its request id and date, writes the log, and turns away requests for
/// another host: a page that rebinds its name to 127.0.0.1 still sends its own `Host`.
async fn every_answer(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = RequestId::assign(&mut request);
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();

    let mut hosts = request.headers().get_all(HOST).iter();
    let own_host = hosts
        .next()
        .is_some_and(|host| host.as_bytes() == shared.host.as_bytes())
        && hosts.next().is_none();
    let mut response = if own_host {
        next.run(request).await
    } else {
        let body = json!({
            "statusCode": 421, "error": "Misdirected Request",
            "message": format!("This server answers to {} only", shared.host),
        });
        (StatusCode::MISDIRECTED_REQUEST, axum::Json(body)).into_response()
    };

    id.write(&mut response);
    let now = shared.now();
    let http_date = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    if let Some(date) = now
        .format(http_date)
        .ok()
        .and_then(|date| HeaderValue::from_str(&date).ok())
    {
        response.headers_mut().insert(DATE, date);
    }
    let status = response.status();
    shared.log.push(LogLine {
        request_id: id.0.to_string(),
        at_ms: shared.now_ms(),
        timestamp: now.format(&Rfc3339).unwrap_or_default(),
        level: match status.as_u16() {
            500.. => "error",
            400..500 => "warn",
            _ => "info",
        },
        message: format!("{method} {path} answered {}", status.as_u16()),
        method,
        path,
        status: status.as_u16(),
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    response
}

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
    let mut instead = shared.faults.take(place, is_instead);
    if let Some(fault) = instead.pop() {
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
