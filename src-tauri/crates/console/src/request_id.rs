//! The request id: what to quote to support (1inch authentication page, "Response Headers").

use std::fmt;

use serde::{Deserialize, Serialize};

/// The server's name for one request, from the header `X-Request-Id` or from an error body.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// `None` when nothing but spaces is left of `text`.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The id as it was sent, without spaces around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id in the headers, whatever the case of the name. The first that is not empty, if there
/// are several.
pub fn request_id(headers: &[(String, String)]) -> Option<RequestId> {
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-request-id"))
        .find_map(|(_, value)| RequestId::new(value))
}

/// The member `requestId` of a JSON error body, as the swap API sends it.
pub fn body_request_id(body: &[u8]) -> Option<RequestId> {
    crate::problem::explain(body)?.request_id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    }

    #[test]
    fn the_header_is_found_in_any_case_and_place() {
        for name in [
            "x-request-id",
            "X-Request-Id",
            "X-REQUEST-ID",
            "x-ReQuEsT-iD",
        ] {
            let rows = headers(&[("date", "now"), (name, " 8f14e45f "), ("server", "s")]);
            assert_eq!(request_id(&rows).expect("an id").as_str(), "8f14e45f");
        }
    }

    #[test]
    fn an_empty_id_counts_as_none_and_a_later_one_is_taken() {
        assert_eq!(request_id(&headers(&[("x-request-id", " ")])), None);
        let rows = headers(&[("x-request-id", ""), ("X-Request-Id", "b")]);
        assert_eq!(request_id(&rows).expect("an id").as_str(), "b");
        assert_eq!(request_id(&headers(&[("x-request-id-2", "a")])), None);
    }

    #[test]
    fn the_body_of_a_swap_error_names_its_request() {
        let body = br#"{"error":"Bad Request","description":"no liquidity","requestId":"abc-1"}"#;
        assert_eq!(body_request_id(body).expect("an id").as_str(), "abc-1");
        assert_eq!(
            body_request_id(b"The limit of requests per second has been exceeded"),
            None
        );
    }
}
