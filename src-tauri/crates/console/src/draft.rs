//! A request as a person writes it, before it is sent.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::json::{self, JsonFault};

/// Headers that belong to the connection: written by hand they would break the framing or send
/// the request, and its credential, to another virtual host.
const RESERVED: [HeaderName; 7] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
];

/// A request that is being written. `Debug` prints names, never values.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDraft {
    /// Any HTTP token, as it is to be sent: `GET`.
    pub method: String,
    /// An absolute `http` or `https` URL. It may have a query; `params` are added to it.
    pub url: String,
    /// Query parameters, encoded when sent.
    #[serde(default)]
    pub params: Vec<Field>,
    /// Headers, in this order.
    #[serde(default)]
    pub headers: Vec<Field>,
    /// The body.
    #[serde(default)]
    pub body: Body,
}

/// One row of a table: a query parameter, a header, a form member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value, not encoded.
    pub value: String,
    /// A row that is switched off stays in the table and is not sent.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Field {
    /// A row that is sent.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            enabled: true,
        }
    }
}

/// What a request carries. Each kind sends its own `content-type` unless a header row has one.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// JSON, sent byte for byte as it is written.
    Json(String),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<Field>),
    /// `text/plain; charset=utf-8`.
    Text(String),
}

/// Why a draft cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The URL is not one that can be requested.
    #[error("{reason}")]
    BadUrl {
        /// A sentence without its full stop.
        reason: &'static str,
    },
    /// The method is not an HTTP token, or is `CONNECT`.
    #[error("{method} is not a method that can be sent")]
    BadMethod {
        /// As written.
        method: String,
    },
    /// A header's name or value cannot be sent.
    #[error("the header {name} cannot be sent")]
    BadHeader {
        /// As written. The value is not repeated: it may be a secret.
        name: String,
    },
    /// A header that the connection writes itself.
    #[error("the header {name} is written by the connection")]
    ReservedHeader {
        /// As written.
        name: String,
    },
    /// The body is marked as JSON and is not. Reads as `Line 3: expected , or }`.
    #[error("{0}")]
    InvalidJson(#[from] JsonFault),
    /// The credential holds characters that no header can carry.
    #[error("the credential {label} cannot be sent in a header")]
    BadCredential {
        /// The credential's label.
        label: String,
    },
}

/// A draft that passed its checks.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl RequestDraft {
    /// Checks method, URL, headers and body. A draft that passes can be sent.
    pub fn check(&self) -> Result<(), DraftError> {
        self.prepare().map(|_| ())
    }

    /// The URL that will be requested, with its parameters and without a fragment.
    pub fn target(&self) -> Result<Url, DraftError> {
        parse_url(&self.url, &["http", "https"], &self.params)
    }

    pub(crate) fn prepare(&self) -> Result<Prepared, DraftError> {
        let method = Method::from_bytes(self.method.trim().as_bytes())
            .ok()
            .filter(|method| method != Method::CONNECT)
            .ok_or_else(|| DraftError::BadMethod {
                method: self.method.clone(),
            })?;
        let url = self.target()?;
        let mut headers = header_map(&self.headers)?;
        let (body, content_type) = match &self.body {
            Body::None => (String::new(), None),
            Body::Json(text) => {
                json::check(text)?;
                (text.clone(), Some("application/json"))
            }
            Body::Form(fields) => (form(fields), Some("application/x-www-form-urlencoded")),
            Body::Text(text) => (text.clone(), Some("text/plain; charset=utf-8")),
        };
        if let Some(content_type) = content_type {
            headers
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(content_type));
        }
        Ok(Prepared {
            method,
            url,
            headers,
            body: body.into(),
        })
    }
}

/// Reads a URL as a person writes it, and adds parameters.
pub(crate) fn parse_url(text: &str, schemes: &[&str], params: &[Field]) -> Result<Url, DraftError> {
    let bad = |reason| DraftError::BadUrl { reason };
    let text = text.trim();
    if text.is_empty() {
        return Err(bad("Enter a URL"));
    }
    let mut url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => bad("The URL has no scheme, such as https://"),
        url::ParseError::EmptyHost => bad("The URL has no host"),
        url::ParseError::InvalidPort => bad("The URL's port is not a number up to 65535"),
        _ => bad("This is not a URL"),
    })?;
    if !schemes.contains(&url.scheme()) {
        return Err(if schemes.contains(&"wss") {
            bad("Only ws and wss URLs can be connected to")
        } else {
            bad("Only http and https URLs can be requested")
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "A user name or password in a URL is not sent; choose a credential",
        ));
    }
    url.set_fragment(None);
    let mut params = params
        .iter()
        .filter(|field| field.enabled && !field.name.is_empty())
        .peekable();
    if params.peek().is_some() {
        let mut pairs = url.query_pairs_mut();
        for field in params {
            pairs.append_pair(&field.name, &field.value);
        }
    }
    Ok(url)
}

/// The enabled rows as headers, in order. Rows without a name are being written and are skipped.
pub(crate) fn header_map(fields: &[Field]) -> Result<HeaderMap, DraftError> {
    let mut headers = HeaderMap::new();
    for field in fields
        .iter()
        .filter(|field| field.enabled && !field.name.trim().is_empty())
    {
        let bad = || DraftError::BadHeader {
            name: field.name.clone(),
        };
        let name = HeaderName::from_bytes(field.name.trim().as_bytes()).map_err(|_| bad())?;
        if RESERVED.contains(&name) {
            return Err(DraftError::ReservedHeader {
                name: field.name.clone(),
            });
        }
        let value = HeaderValue::from_bytes(field.value.trim().as_bytes()).map_err(|_| bad())?;
        headers.try_append(name, value).map_err(|_| bad())?;
    }
    Ok(headers)
}

pub(crate) fn form(fields: &[Field]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for field in fields
        .iter()
        .filter(|field| field.enabled && !field.name.is_empty())
    {
        text.append_pair(&field.name, &field.value);
    }
    text.finish()
}

impl fmt::Debug for RequestDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestDraft")
            .field("method", &self.method)
            .field("params", &self.params)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Json(text) => write!(f, "Json({} bytes)", text.len()),
            Self::Form(fields) => f.debug_tuple("Form").field(fields).finish(),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(url: &str) -> RequestDraft {
        RequestDraft {
            method: "GET".into(),
            url: url.into(),
            ..RequestDraft::default()
        }
    }

    #[test]
    fn parameters_join_the_query_that_is_written_and_switched_off_rows_do_not() {
        let mut draft = draft(" https://h/p?a=1%202#part ");
        draft.params = vec![
            Field::new("b", "x y&z"),
            Field {
                enabled: false,
                ..Field::new("c", "no")
            },
            Field::new("", "being written"),
        ];
        assert_eq!(
            draft.target().expect("a URL").as_str(),
            "https://h/p?a=1%202&b=x+y%26z"
        );
    }

    #[test]
    fn a_url_that_cannot_be_requested_says_why() {
        let cases = [
            ("", "Enter a URL"),
            (
                "api.1inch.com/swap",
                "The URL has no scheme, such as https://",
            ),
            ("ftp://h/p", "Only http and https URLs can be requested"),
            ("https://", "The URL has no host"),
            (
                "http://h:99999/",
                "The URL's port is not a number up to 65535",
            ),
            (
                "https://user:pw@h/",
                "A user name or password in a URL is not sent; choose a credential",
            ),
        ];
        for (url, expected) in cases {
            assert_eq!(
                draft(url).check().expect_err(url).to_string(),
                expected,
                "{url}"
            );
        }
    }

    #[test]
    fn headers_keep_their_order_and_duplicates_and_bad_ones_are_named_without_value() {
        let mut draft = draft("https://h/");
        draft.headers = vec![
            Field::new("B", "1"),
            Field::new("a", "2"),
            Field::new("b", "3"),
        ];
        let prepared = draft.prepare().expect("a request");
        let sent: Vec<_> = prepared
            .headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_bytes()))
            .collect();
        assert_eq!(sent, [("b", &b"1"[..]), ("b", b"3"), ("a", b"2")]);

        draft.headers = vec![Field::new("x", "secret\nvalue")];
        assert_eq!(
            draft.check().expect_err("refused").to_string(),
            "the header x cannot be sent"
        );
        draft.headers = vec![Field::new("Content-Length", "5")];
        assert!(matches!(
            draft.check(),
            Err(DraftError::ReservedHeader { .. })
        ));
    }

    #[test]
    fn a_method_must_be_a_token() {
        for method in ["", "GE T", "CONNECT"] {
            let draft = RequestDraft {
                method: method.into(),
                ..draft("https://h/")
            };
            assert!(
                matches!(draft.check(), Err(DraftError::BadMethod { .. })),
                "{method}"
            );
        }
    }

    #[test]
    fn json_is_checked_and_sent_as_written() {
        let mut draft = draft("https://h/");
        let text = "{ \"amount\": 115792089237316195423570985008687907853269984665640564039457 }";
        draft.body = Body::Json(text.into());
        let prepared = draft.prepare().expect("a request");
        assert_eq!(prepared.body, text);
        assert_eq!(prepared.headers[header::CONTENT_TYPE], "application/json");

        draft.body = Body::Json("{\n\"a\": 1\n\"b\": 2}".into());
        assert_eq!(
            draft.check().expect_err("refused").to_string(),
            "Line 3: expected , or }"
        );
    }

    #[test]
    fn a_content_type_by_hand_wins() {
        let mut draft = draft("https://h/");
        draft.body = Body::Form(vec![Field::new("a b", "&"), Field::new("c", "é")]);
        draft.headers = vec![Field::new("Content-Type", "application/x-own")];
        let prepared = draft.prepare().expect("a request");
        assert_eq!(prepared.body, "a+b=%26&c=%C3%A9");
        assert_eq!(prepared.headers[header::CONTENT_TYPE], "application/x-own");
    }

    #[test]
    fn debug_shows_no_value() {
        let mut draft = draft("https://h/?apiKey=canary-url");
        draft.headers = vec![Field::new("Authorization", "Bearer canary-header")];
        draft.body = Body::Text("canary-body".into());
        assert!(!format!("{draft:?}").contains("canary"));
    }
}
