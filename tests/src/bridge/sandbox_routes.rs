//! `/sandbox/…`: what tests do with the sandbox inside the app.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use inchkeep_sandbox::{ActiveFault, Decision, Sandbox};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::Bridge;
use crate::steps::land;

/// What a person does with a sign-in link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consent {
    link: Url,
    decision: Choice,
    /// Only say where the browser would go, as when it cannot reach the app.
    #[serde(default)]
    stop_before_redirect: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Approve,
    Decline,
}

#[derive(Deserialize)]
struct Seconds {
    seconds: u64,
}

pub(super) fn router() -> Router<Arc<Bridge>> {
    Router::new()
        .route("/sandbox/consent", post(consent))
        .route("/sandbox/faults", post(add_fault).delete(clear_faults))
        .route("/sandbox/clock", post(advance))
        .route("/sandbox/url", get(url))
}

/// Why a step of a test could not be done, as text.
struct Failed(String);

impl<E: std::fmt::Display> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl axum::response::IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, self.0).into_response()
    }
}

async fn sandbox(bridge: &Bridge) -> Result<Arc<Sandbox>, Failed> {
    Ok(bridge.app.sandbox_for_tests().await?)
}

/// Walks through the consent page and, unless told not to, follows the redirect to the app.
async fn consent(
    State(bridge): State<Arc<Bridge>>,
    Json(consent): Json<Consent>,
) -> Result<Response, Failed> {
    let decision = match consent.decision {
        Choice::Approve => Decision::Approve,
        Choice::Decline => Decision::Decline,
    };
    let redirect = sandbox(&bridge)
        .await?
        .consent(&consent.link, decision)
        .await?;
    if consent.stop_before_redirect {
        return Ok(Json(json!({ "redirect": redirect })).into_response());
    }
    let landing = land(redirect).await?;
    Ok(Json(json!({ "redirect": landing.redirect, "page": landing.page })).into_response())
}

async fn add_fault(
    State(bridge): State<Arc<Bridge>>,
    Json(fault): Json<ActiveFault>,
) -> Result<StatusCode, Failed> {
    sandbox(&bridge).await?.faults().add(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(State(bridge): State<Arc<Bridge>>) -> Result<StatusCode, Failed> {
    sandbox(&bridge).await?.faults().clear();
    Ok(StatusCode::NO_CONTENT)
}

/// Moves the sandbox's clock forward: tokens expire.
async fn advance(
    State(bridge): State<Arc<Bridge>>,
    Json(by): Json<Seconds>,
) -> Result<StatusCode, Failed> {
    sandbox(&bridge)
        .await?
        .advance_clock(Duration::from_secs(by.seconds));
    Ok(StatusCode::NO_CONTENT)
}

async fn url(State(bridge): State<Arc<Bridge>>) -> Result<Response, Failed> {
    let url = sandbox(&bridge).await?.url();
    Ok(Json(json!({ "url": url })).into_response())
}
