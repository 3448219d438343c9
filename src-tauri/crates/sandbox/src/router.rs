//! The routes, and what every answer goes through.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{DATE, HOST};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::mcp::LogLine;
use crate::request_id::RequestId;
use crate::state::Shared;
use crate::{
    authorize, consent, control, gateway, jwks, mcp, metadata, portal, registration, revocation,
    token,
};

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
