//! What an error body says. The API has several shapes, some of them not JSON.

use serde::Serialize;
use serde_json::Value;

use crate::RequestId;

/// Longer than any error body; larger ones are data.
const MAX_BODY: usize = 256 * 1024;
/// Longer than any sentence that a person reads in a summary line.
const MAX_TEXT: usize = 500;

/// The message of an error body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// In the server's words.
    pub message: String,
    /// The member `requestId`. It can differ from the header's: show both.
    pub request_id: Option<RequestId>,
}

/// Reads the known shapes: swap (`error`, `description`, `requestId`), token and fusion
/// (`message`, `error`), portfolio (`detail`), OAuth (RFC 6749 §5.2), JSON-RPC, and plain text,
/// such as the 429 `The limit of requests per second has been exceeded`.
///
/// `None` when the body has no message to show: empty, HTML, binary or some other JSON. Ask only
/// for answers with an error status; a plain text would explain itself.
pub fn explain(body: &[u8]) -> Option<Problem> {
    if body.len() > MAX_BODY {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?.trim();
    // Numbers in an error are not shown, so it does not matter here what a float would do.
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        let plain = !text.is_empty() && !text.starts_with(['<', '{', '[']);
        return plain.then(|| Problem {
            message: shorten(text),
            request_id: None,
        });
    };
    if let Value::String(message) = &value {
        return Some(Problem {
            message: shorten(message),
            request_id: None,
        });
    }
    let request_id = value
        .get("requestId")
        .and_then(Value::as_str)
        .and_then(RequestId::new);
    let message = [
        "description",
        "message",
        "error_description",
        "detail",
        "error",
    ]
    .into_iter()
    .find_map(|name| words(value.get(name)?));
    match (message, request_id) {
        (None, None) => None,
        (message, request_id) => Some(Problem {
            message: shorten(&message.unwrap_or_default()),
            request_id,
        }),
    }
}

/// The words in a member: a text, a list of texts, a list of `{loc, msg}`, or `{message}`.
fn words(value: &Value) -> Option<String> {
    let found = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .filter_map(words)
            .collect::<Vec<_>>()
            .join("; "),
        Value::Object(members) => {
            let message = members
                .get("msg")
                .or_else(|| members.get("message"))?
                .as_str()?;
            match members.get("loc").and_then(Value::as_array) {
                Some(path) => format!("{}: {message}", place(path)),
                None => message.to_owned(),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    (!found.trim().is_empty()).then_some(found)
}

fn place(path: &[Value]) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
        .collect();
    parts.join(".")
}

fn shorten(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_shape_gives_its_message_and_id() {
        let cases: [(&str, &str, Option<&str>); 10] = [
            (
                r#"{"error":"Bad Request","description":"insufficient liquidity","statusCode":400,"requestId":"9c2f","meta":[{"type":"t","value":"v"}]}"#,
                "insufficient liquidity",
                Some("9c2f"),
            ),
            (
                r#"{"statusCode":400,"message":"bad chain","error":"Bad Request"}"#,
                "bad chain",
                None,
            ),
            (
                r#"{"statusCode":400,"message":["a must be","b must be"]}"#,
                "a must be; b must be",
                None,
            ),
            (
                r#"{"detail":[{"loc":["query","chain_id"],"msg":"field required","type":"missing"}]}"#,
                "query.chain_id: field required",
                None,
            ),
            (r#"{"detail":"Not Found"}"#, "Not Found", None),
            (
                "The limit of requests per second has been exceeded\n",
                "The limit of requests per second has been exceeded",
                None,
            ),
            (
                r#"{"error":"Rate limit exceeded. Contact us"}"#,
                "Rate limit exceeded. Contact us",
                None,
            ),
            (
                r#"{"error":"invalid_grant","error_description":"The code was used"}"#,
                "The code was used",
                None,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid request format"}}"#,
                "Invalid request format",
                None,
            ),
            (r#""ChainId not found""#, "ChainId not found", None),
        ];
        for (body, message, id) in cases {
            let problem = explain(body.as_bytes()).unwrap_or_else(|| panic!("{body}"));
            assert_eq!(problem.message, message, "{body}");
            assert_eq!(
                problem.request_id.as_ref().map(RequestId::as_str),
                id,
                "{body}"
            );
        }
    }

    #[test]
    fn what_says_nothing_is_not_explained() {
        for body in [
            "",
            "<html>502</html>",
            "[1,2]",
            "{\"tokens\":{}}",
            "{broken",
            "12",
        ] {
            assert_eq!(explain(body.as_bytes()), None, "{body}");
        }
        assert_eq!(explain(b"\xff\xfe"), None);
    }

    #[test]
    fn a_long_text_is_cut() {
        let problem = explain("é".repeat(4000).as_bytes()).expect("a problem");
        assert_eq!(problem.message.chars().count(), MAX_TEXT + 1);
    }
}
