//! The [`HttpPort`] of the tests: answers from a list, and remembers what was asked.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::Value;

use crate::http_port::{BoxFuture, HttpFailure, HttpPort, Purpose};
use crate::issuer::{Issuer, LoopbackHttp};
use crate::metadata::AuthorizationServerMetadata;

pub(crate) type Scene = Result<http::Response<Vec<u8>>, HttpFailure>;

/// Gives one scene per request and fails when there are more requests than scenes.
pub(crate) struct Scripted {
    scenes: Mutex<VecDeque<Scene>>,
    requests: Mutex<Vec<http::Request<Vec<u8>>>>,
}

impl Scripted {
    pub(crate) fn new(scenes: impl IntoIterator<Item = Scene>) -> Self {
        Self {
            scenes: Mutex::new(scenes.into_iter().collect()),
            requests: Mutex::default(),
        }
    }

    /// What was asked, in order.
    pub(crate) fn requests(&self) -> Vec<http::Request<Vec<u8>>> {
        self.requests.lock().expect("requests").clone()
    }
}

impl HttpPort for Scripted {
    fn call(
        &self,
        request: http::Request<Vec<u8>>,
        _purpose: Purpose,
    ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, HttpFailure>> {
        self.requests.lock().expect("requests").push(request);
        let scene = self.scenes.lock().expect("scenes").pop_front();
        Box::pin(async move { scene.expect("an unexpected request") })
    }
}

/// An answer with `X-Request-Id: req-7`.
#[expect(clippy::unnecessary_wraps, reason = "scenes may also be failures")]
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Scene {
    let mut answer = http::Response::builder()
        .status(status)
        .header("x-request-id", "req-7");
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    Ok(answer.body(body.into()).expect("answer"))
}

pub(crate) fn json(status: u16, body: &Value) -> Scene {
    reply(
        status,
        &[("content-type", "application/json")],
        body.to_string(),
    )
}

/// JSON as it stands, for bodies that `serde_json` would not write.
pub(crate) fn raw_json(status: u16, body: impl Into<Vec<u8>>) -> Scene {
    reply(status, &[("content-type", "application/json")], body)
}

pub(crate) fn issuer() -> Issuer {
    Issuer::parse("https://as.example", LoopbackHttp::Forbidden).expect("issuer")
}

/// A complete document of `https://as.example`.
pub(crate) fn document() -> Value {
    serde_json::json!({
        "issuer": "https://as.example",
        "authorization_endpoint": "https://as.example/authorize",
        "token_endpoint": "https://as.example/token",
        "registration_endpoint": "https://as.example/register",
        "revocation_endpoint": "https://as.example/revoke",
        "jwks_uri": "https://as.example/jwks",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
    })
}

/// The checked metadata of [`document`] with some members replaced; `null` removes one.
pub(crate) fn metadata(changes: &Value) -> AuthorizationServerMetadata {
    AuthorizationServerMetadata::from_document(&issuer(), changed(changes)).expect("metadata")
}

pub(crate) fn changed(changes: &Value) -> serde_json::Map<String, Value> {
    let Value::Object(mut document) = document() else {
        unreachable!()
    };
    for (member, value) in changes.as_object().expect("object") {
        if value.is_null() {
            document.remove(member);
        } else {
            document.insert(member.clone(), value.clone());
        }
    }
    document
}

/// The fields of a form body.
pub(crate) fn form(request: &http::Request<Vec<u8>>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body())
        .into_owned()
        .collect()
}
