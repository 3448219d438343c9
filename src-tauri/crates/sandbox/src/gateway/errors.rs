//! Errors in the shapes that the products have.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::request_id::RequestId;

/// Whose error shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// `{error, description, statusCode, requestId, meta}`.
    Swap,
    /// The same without `requestId`.
    Price,
    /// `{detail: [{loc, msg, type}]}` with 422.
    Portfolio,
    /// `{statusCode, message, error}`.
    Other,
}

/// What is wrong with a request.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    words: String,
    /// The parameter and what was sent.
    about: Option<(String, String)>,
}

impl ApiError {
    /// A required parameter is missing.
    pub(crate) fn missing(name: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            words: format!("{name} is required"),
            about: Some((name.to_owned(), String::new())),
        }
    }

    /// A parameter makes no sense.
    pub(crate) fn bad(name: &str, value: &str, words: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            words: words.into(),
            about: Some((name.to_owned(), value.chars().take(100).collect())),
        }
    }

    /// There is no such thing.
    pub(crate) fn not_found(words: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            words: words.into(),
            about: None,
        }
    }

    pub(crate) fn answer(self, product: Product, id: RequestId) -> Response {
        let status = self.status.as_u16();
        let reason = self.status.canonical_reason().unwrap_or_default();
        let not_found = self.status == StatusCode::NOT_FOUND;
        let (name, value) = self.about.unwrap_or_default();
        let meta: Vec<Value> = if name.is_empty() {
            Vec::new()
        } else {
            vec![json!({ "type": name, "value": value })]
        };
        let (status, body) = match product {
            Product::Swap => (
                self.status,
                json!({
                    "error": reason, "description": self.words, "statusCode": status,
                    "requestId": id.0, "meta": meta,
                }),
            ),
            Product::Price => (
                self.status,
                json!({
                    "error": reason, "description": self.words, "statusCode": status, "meta": meta,
                }),
            ),
            Product::Portfolio if not_found => (self.status, json!({ "detail": self.words })),
            Product::Portfolio => {
                let kind = if value.is_empty() {
                    "missing"
                } else {
                    "value_error"
                };
                let detail = json!([{ "loc": ["query", name], "msg": self.words, "type": kind }]);
                (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    json!({ "detail": detail }),
                )
            }
            Product::Other => (
                self.status,
                json!({ "statusCode": status, "message": self.words, "error": reason }),
            ),
        };
        (status, Json(body)).into_response()
    }
}

/// 401: no credential, or one that is not valid (RFC 6750 §3: no error code for none).
pub(crate) fn unauthorized(presented: bool) -> Response {
    let (words, challenge) = if presented {
        (
            "The API key or access token is not valid",
            "Bearer realm=\"1inch sandbox\", error=\"invalid_token\"",
        )
    } else {
        (
            "An API key or access token is needed",
            "Bearer realm=\"1inch sandbox\"",
        )
    };
    let body = json!({ "statusCode": 401, "error": "Unauthorized", "message": words });
    let challenge = HeaderValue::from_static(challenge);
    (
        StatusCode::UNAUTHORIZED,
        [(WWW_AUTHENTICATE, challenge)],
        Json(body),
    )
        .into_response()
}

/// 403: the credential is valid, the right is missing.
pub(crate) fn forbidden(scope: &str) -> Response {
    let challenge =
        format!("Bearer realm=\"1inch sandbox\", error=\"insufficient_scope\", scope=\"{scope}\"");
    let body = json!({
        "statusCode": 403, "error": "Forbidden",
        "message": format!("The credential has no right to this product ({scope})"),
    });
    (
        StatusCode::FORBIDDEN,
        [(WWW_AUTHENTICATE, challenge)],
        Json(body),
    )
        .into_response()
}

/// 429: plain text, as the real gateway answers.
pub(crate) fn limited() -> Response {
    (
        StatusCode::TOO_MANY_REQUESTS,
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        "The limit of requests per second has been exceeded",
    )
        .into_response()
}

/// The answer that a fault asks for.
pub(crate) fn status(code: StatusCode) -> Response {
    match code {
        StatusCode::UNAUTHORIZED => unauthorized(true),
        StatusCode::TOO_MANY_REQUESTS => limited(),
        _ => {
            let reason = code.canonical_reason().unwrap_or("Error");
            let body = json!({ "statusCode": code.as_u16(), "error": reason, "message": reason });
            (code, Json(body)).into_response()
        }
    }
}
