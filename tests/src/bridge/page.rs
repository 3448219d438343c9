//! The built page, under the app's own content security policy.

use std::path::{Component, Path};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::Bridge;

/// The shell's configuration, for its policy.
const CONFIG: &str = include_str!("../../../src-tauri/tauri.conf.json");

/// A file of the built page; `/` is its start.
pub(super) async fn file(State(bridge): State<Arc<Bridge>>, uri: Uri) -> Response {
    match uri.path() {
        "/" => serve(&bridge, "index.html").await,
        path => serve(&bridge, path.trim_start_matches('/')).await,
    }
}

/// The secret window's page.
pub(super) async fn secret(State(bridge): State<Arc<Bridge>>) -> Response {
    serve(&bridge, "secret.html").await
}

async fn serve(bridge: &Bridge, name: &str) -> Response {
    let name = Path::new(name);
    let inside = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let kind = match name.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    match tokio::fs::read(bridge.ui.join(name)).await {
        Ok(bytes) if inside => {
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_SECURITY_POLICY, policy()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        _ => (StatusCode::NOT_FOUND, "there is no such file").into_response(),
    }
}

/// The app's policy, but for the way to the app: here it is the page's own origin.
fn policy() -> String {
    let config: Value = serde_json::from_str(CONFIG).unwrap_or_default();
    let directives = config["app"]["security"]["csp"].as_object();
    let text = |(name, value): (&String, &Value)| match name.as_str() {
        "connect-src" => "connect-src 'self'".to_owned(),
        name => format!("{name} {}", value.as_str().unwrap_or("'none'")),
    };
    directives
        .into_iter()
        .flatten()
        .map(text)
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_the_apps_but_for_the_way_to_the_app() {
        let policy = policy();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("connect-src 'self'"), "{policy}");
        assert!(!policy.contains("ipc:"), "{policy}");
    }
}
