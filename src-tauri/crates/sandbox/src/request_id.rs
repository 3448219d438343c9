//! `X-Request-Id` on every answer, as the documentation promises.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one exchange: a fresh UUID, never taken from the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

impl RequestId {
    /// Gives the request its id, for handlers that repeat it in a body.
    pub(crate) fn assign(request: &mut Request) -> Self {
        let id = Self(Uuid::new_v4());
        request.extensions_mut().insert(id);
        id
    }

    /// Writes the header.
    pub(crate) fn write(self, response: &mut Response) {
        if let Ok(value) = HeaderValue::from_str(&self.0.to_string()) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
    }
}
