//! `/host/…`: what tests read of the fake desktop, and set.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use inchkeep_app::contract::LockReason;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Bridge;

#[derive(Deserialize)]
struct ClipboardText {
    text: Option<String>,
}

/// What the desktop shall do from now on; what is absent stays.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Behaviour {
    clipboard_refused: Option<bool>,
    no_browser: Option<bool>,
}

#[derive(Deserialize)]
struct Seconds {
    seconds: u64,
}

#[derive(Deserialize)]
struct Lock {
    reason: LockReason,
}

pub(super) fn router() -> Router<Arc<Bridge>> {
    Router::new()
        .route("/host", get(look).post(behave))
        .route(
            "/host/clipboard",
            get(clipboard).put(set_clipboard).post(set_clipboard),
        )
        .route("/host/clock", post(advance))
        .route("/host/lock", post(lock))
        .route("/host/stop", post(stop))
}

async fn look(State(bridge): State<Arc<Bridge>>) -> Json<Value> {
    let desktop = bridge.host.look();
    Json(json!({
        "clipboard": desktop.clipboard,
        "clipboardIsSecret": desktop.clipboard_is_secret,
        "openedUrls": desktop.opened_urls,
        "openedFolders": desktop.opened_folders,
        "broughtToFront": desktop.brought_to_front,
        "secretWindow": open_window(&bridge),
        "secretWindows": desktop.tickets.len(),
        "events": desktop.events,
    }))
}

async fn behave(State(bridge): State<Arc<Bridge>>, Json(wanted): Json<Behaviour>) -> StatusCode {
    bridge.host.set(|desktop| {
        desktop.clipboard_refused = wanted
            .clipboard_refused
            .unwrap_or(desktop.clipboard_refused);
        desktop.no_browser = wanted.no_browser.unwrap_or(desktop.no_browser);
    });
    StatusCode::NO_CONTENT
}

async fn clipboard(State(bridge): State<Arc<Bridge>>) -> Json<Value> {
    let desktop = bridge.host.look();
    Json(json!({ "text": desktop.clipboard, "secret": desktop.clipboard_is_secret }))
}

async fn set_clipboard(
    State(bridge): State<Arc<Bridge>>,
    Json(clipboard): Json<ClipboardText>,
) -> StatusCode {
    bridge.host.set(|desktop| {
        desktop.clipboard = clipboard.text;
        desktop.clipboard_is_secret = false;
    });
    StatusCode::NO_CONTENT
}

/// The secret window that is open, with the address that a browser opens for it.
fn open_window(bridge: &Bridge) -> Option<Value> {
    let window = bridge.host.look().secret_window?;
    Some(json!({
        "ticket": window.ticket,
        "url": format!("/secret?ticket={}&bridge={}", window.ticket, bridge.secret_token),
        "width": window.size.width,
        "height": window.size.height,
    }))
}

/// Moves the app's clock forward.
async fn advance(State(bridge): State<Arc<Bridge>>, Json(by): Json<Seconds>) -> StatusCode {
    bridge.clock.advance(Duration::from_secs(by.seconds));
    StatusCode::NO_CONTENT
}

/// Locks as the desktop does, when its screen is locked.
async fn lock(State(bridge): State<Arc<Bridge>>, Json(lock): Json<Lock>) -> StatusCode {
    bridge.app.lock_because(lock.reason).await;
    StatusCode::NO_CONTENT
}

/// Ends the app as closing its window does; the bridge goes on.
async fn stop(State(bridge): State<Arc<Bridge>>) -> StatusCode {
    bridge.app.stop().await;
    StatusCode::NO_CONTENT
}
