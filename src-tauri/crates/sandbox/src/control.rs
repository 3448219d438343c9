//! `/_sandbox/…`: the same switches over HTTP, for tests in other processes. Only with
//! `test_control`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::consent::is_same_origin;
use crate::counters::Counters;
use crate::faults::ActiveFault;
use crate::issue::issue_portal_token;
use crate::state::Shared;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/_sandbox/faults",
            get(faults).post(add_fault).delete(clear_faults),
        )
        .route("/_sandbox/counters", get(counters))
        .route("/_sandbox/clock", post(advance))
        .route("/_sandbox/portal-token", post(portal_token))
}

async fn faults(State(shared): State<Arc<Shared>>) -> Json<Vec<ActiveFault>> {
    Json(shared.faults.active())
}

async fn add_fault(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(active): Json<ActiveFault>,
) -> StatusCode {
    if !is_same_origin(&shared, &headers) {
        return StatusCode::FORBIDDEN;
    }
    shared.faults.add(active);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> StatusCode {
    if !is_same_origin(&shared, &headers) {
        return StatusCode::FORBIDDEN;
    }
    shared.faults.clear();
    StatusCode::NO_CONTENT
}

async fn counters(State(shared): State<Arc<Shared>>) -> Json<Counters> {
    Json(shared.tally.snapshot())
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(Advance { seconds }): Json<Advance>,
) -> StatusCode {
    if !is_same_origin(&shared, &headers) {
        return StatusCode::FORBIDDEN;
    }
    shared.advance_clock(Duration::from_secs(seconds));
    StatusCode::NO_CONTENT
}

async fn portal_token(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if !is_same_origin(&shared, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match issue_portal_token(&shared) {
        Ok(token) => Json(json!({ "portal_token": token })).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
