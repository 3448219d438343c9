//! The bridge: the built page and the app's commands over HTTP on 127.0.0.1, for tests of the real
//! page without a window. Never shipped.
//!
//! Every call needs one of two random tokens, in `X-Bridge-Token` or, for events, `?token=`. The
//! token says which window calls, and `X-Bridge-Window: main|secret` says otherwise. Requests under
//! another name than our own address (`Host`), or from a page of another origin (`Origin`), are
//! refused before anything else is looked at. How to start it, and its routes: `bin/bridge.rs`.

mod host_routes;
mod page;
mod sandbox_routes;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use inchkeep_app::{App, Window};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::fake_host::FakeHost;
use crate::moved_clock::MovedClock;

/// Everything that the bridge needs.
pub struct Bridge {
    /// The app behind it.
    pub app: Arc<App>,
    /// Its desktop.
    pub host: Arc<FakeHost>,
    /// Its clock.
    pub clock: Arc<MovedClock>,
    /// The built page, `ui/dist`.
    pub ui: PathBuf,
    /// The token of the main window, which is in the start URL.
    pub main_token: String,
    /// The token of secret windows.
    pub secret_token: String,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
}

impl Bridge {
    /// Serves until the listener fails.
    ///
    /// # Errors
    /// When the listener does.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let authority = listener.local_addr()?.to_string();
        let bridge = Arc::new(self);
        let guarded = Router::new()
            .route("/rpc/{command}", post(rpc))
            .route("/events", get(events))
            .merge(host_routes::router())
            .merge(sandbox_routes::router())
            .layer(from_fn_with_state(Arc::clone(&bridge), guard));
        let router = Router::new()
            .merge(guarded)
            .route("/secret", get(page::secret))
            .fallback(get(page::file))
            .with_state(bridge)
            .layer(from_fn_with_state(authority, only_under_our_name));
        axum::serve(listener, router).await
    }

    /// Where a person or a test begins.
    pub fn start_url(&self, address: SocketAddr) -> String {
        format!("http://{address}/?bridge={}", self.main_token)
    }

    fn window(&self, headers: &HeaderMap, query: Option<&str>) -> Option<Window> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let token = header("x-bridge-token").or(query)?;
        let window = match token {
            token if token == self.main_token => Window::Main,
            token if token == self.secret_token => Window::Secret,
            _ => return None,
        };
        match header("x-bridge-window") {
            Some("main") => Some(Window::Main),
            Some("secret") => Some(Window::Secret),
            Some(_) => None,
            None => Some(window),
        }
    }
}

async fn only_under_our_name(
    State(authority): State<String>,
    request: Request,
    next: Next,
) -> Response {
    if is_under_our_name(request.headers(), &authority) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "not under this name").into_response()
    }
}

/// Another name for our address is how a page elsewhere reaches a loopback port (DNS rebinding).
fn is_under_our_name(headers: &HeaderMap, authority: &str) -> bool {
    let origin = format!("http://{authority}");
    headers.get(HOST).is_some_and(|host| host == authority)
        && headers.get(ORIGIN).is_none_or(|from| *from == origin)
}

async fn guard(
    State(bridge): State<Arc<Bridge>>,
    Query(query): Query<Token>,
    mut request: Request,
    next: Next,
) -> Response {
    match bridge.window(request.headers(), query.token.as_deref()) {
        Some(window) => {
            request.extensions_mut().insert(window);
            next.run(request).await
        }
        None => (StatusCode::FORBIDDEN, "the bridge's token is missing").into_response(),
    }
}

async fn rpc(
    State(bridge): State<Arc<Bridge>>,
    Path(command): Path<String>,
    axum::Extension(window): axum::Extension<Window>,
    Json(request): Json<Value>,
) -> Response {
    match bridge.app.call(window, &command, request).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
    }
}

async fn events(
    State(bridge): State<Arc<Bridge>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // Before the answer begins: what happens after the page sees it open is delivered.
    let listener = bridge.host.listen();
    let stream = futures_util::stream::unfold(listener, async |mut listener| {
        // A listener that fell behind is cut off, rather than missing some.
        let event = listener.recv().await.ok()?;
        Some((Ok(Event::default().data(event.to_string())), listener))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
