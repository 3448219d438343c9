//! Reading the head of one HTTP/1.1 request, and deciding whether it is for us.

use super::Route;
use super::page::Page;

/// The largest head that is read. A code alone may take 8 KiB.
pub(super) const MAX_HEAD_BYTES: usize = 16 * 1024;

/// The most header lines.
const MAX_HEADERS: usize = 100;

/// A request line and its headers.
pub(super) struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

/// Where an acceptable request goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The redirect path, with the query.
    Callback(String),
    /// The page at the end.
    LastPage(Page),
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejection {
    /// Not HTTP at all (a TLS hello, zero bytes): the connection is closed without a word.
    Silent,
    /// 400
    Malformed,
    /// 404
    NotFound,
    /// 405
    Method,
    /// 421: the `Host` is another name (DNS rebinding).
    WrongHost,
    /// 431
    TooLarge,
    /// 505
    Version,
    /// 204: a look-ahead or a subresource, which must use nothing up.
    NotANavigation,
}

/// The length of the head at the start of `bytes`, with its empty line; `None` while it is incomplete.
pub(super) fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|start| start + 4)
}

/// Whether the first bytes can begin a request line. Anything else is closed at once.
pub(super) fn may_be_http(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .take(8)
        .take_while(|byte| **byte != b' ')
        .all(u8::is_ascii_uppercase)
        && bytes.first() != Some(&b' ')
}

/// Reads a complete head (RFC 9112 §2-5), strictly: CRLF only, no folding, no white space before a
/// colon, no control characters.
pub(super) fn parse(head: &[u8]) -> Result<Head, Rejection> {
    let text = std::str::from_utf8(head).map_err(|_| Rejection::Malformed)?;
    let text = text.strip_suffix("\r\n\r\n").ok_or(Rejection::Malformed)?;
    let mut lines = text.split("\r\n");
    let request_line = lines.next().ok_or(Rejection::Malformed)?;
    let mut parts = request_line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Rejection::Malformed);
    };
    if !target.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) || target.is_empty() {
        return Err(Rejection::Malformed);
    }
    if version != "HTTP/1.1" {
        return Err(if version.starts_with("HTTP/") {
            Rejection::Version
        } else {
            Rejection::Malformed
        });
    }
    let headers = lines
        .map(header)
        .collect::<Option<Vec<_>>>()
        .ok_or(Rejection::Malformed)?;
    if headers.len() > MAX_HEADERS {
        return Err(Rejection::TooLarge);
    }
    Ok(Head {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
    })
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let value = value.trim_matches([' ', '\t']);
    let is_clean = !value.chars().any(|c| c.is_control() && c != '\t');
    (!name.is_empty() && name.bytes().all(is_token) && is_clean)
        .then(|| (name.to_ascii_lowercase(), value.to_owned()))
}

/// Host, method, kind and path, in this order.
pub(super) fn route(head: &Head, route: &Route) -> Result<Target, Rejection> {
    let mut hosts = head.values("host");
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host == route.authority => {}
        (Some(_), None) => return Err(Rejection::WrongHost),
        _ => return Err(Rejection::Malformed),
    }
    if head.method != "GET" {
        return Err(Rejection::Method);
    }
    if head.values("transfer-encoding").next().is_some()
        || head.values("content-length").any(|length| length != "0")
    {
        return Err(Rejection::Malformed);
    }
    // An absolute target would say a second time, and perhaps otherwise, who is meant.
    if !head.target.starts_with('/') {
        return Err(Rejection::Malformed);
    }
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        head.values(name)
            .any(|value| value.to_ascii_lowercase().contains("prefetch"))
    });
    if is_prefetch
        || head
            .values("sec-fetch-dest")
            .any(|value| value != "document")
    {
        return Err(Rejection::NotANavigation);
    }
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    if path == route.path {
        return Ok(Target::Callback(query.to_owned()));
    }
    Page::at(path)
        .map(Target::LastPage)
        .ok_or(Rejection::NotFound)
}

impl Head {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(request: &str) -> Result<Target, Rejection> {
        let route_to = Route {
            authority: "127.0.0.1:9".into(),
            path: "/cb".into(),
        };
        parse(request.as_bytes()).and_then(|head| route(&head, &route_to))
    }

    #[test]
    fn only_a_plain_navigation_to_the_path_passes() {
        let host = "Host: 127.0.0.1:9\r\n";
        let cases = [
            (
                format!("GET /cb?x=1 HTTP/1.1\r\n{host}\r\n"),
                Ok(Target::Callback("x=1".into())),
            ),
            (
                "GET /cb HTTP/1.1\r\nhOsT:127.0.0.1:9 \r\n\r\n".into(),
                Ok(Target::Callback(String::new())),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host}Sec-Fetch-Dest: document\r\n\r\n"),
                Ok(Target::Callback(String::new())),
            ),
            (
                format!("GET /done HTTP/1.1\r\n{host}\r\n"),
                Ok(Target::LastPage(Page::Done)),
            ),
            (
                format!("GET /cb/ HTTP/1.1\r\n{host}\r\n"),
                Err(Rejection::NotFound),
            ),
            (
                format!("GET /CB HTTP/1.1\r\n{host}\r\n"),
                Err(Rejection::NotFound),
            ),
            (
                format!("POST /cb HTTP/1.1\r\n{host}\r\n"),
                Err(Rejection::Method),
            ),
            (
                format!("get /cb HTTP/1.1\r\n{host}\r\n"),
                Err(Rejection::Method),
            ),
            (
                format!("GET /cb HTTP/1.0\r\n{host}\r\n"),
                Err(Rejection::Version),
            ),
            (
                format!("GET /cb HTTP/2\r\n{host}\r\n"),
                Err(Rejection::Version),
            ),
            (format!("GET /cb\r\n{host}\r\n"), Err(Rejection::Malformed)),
            (
                format!("GET  /cb HTTP/1.1\r\n{host}\r\n"),
                Err(Rejection::Malformed),
            ),
            (
                format!("GET http://127.0.0.1:9/cb HTTP/1.1\r\n{host}\r\n"),
                Err(Rejection::Malformed),
            ),
            ("GET /cb HTTP/1.1\r\n\r\n".into(), Err(Rejection::Malformed)),
            (
                format!("GET /cb HTTP/1.1\r\n{host}{host}\r\n"),
                Err(Rejection::Malformed),
            ),
            (
                "GET /cb HTTP/1.1\r\nHost: evil.example:9\r\n\r\n".into(),
                Err(Rejection::WrongHost),
            ),
            (
                "GET /cb HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".into(),
                Err(Rejection::WrongHost),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host} folded\r\n\r\n"),
                Err(Rejection::Malformed),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host}A : b\r\n\r\n"),
                Err(Rejection::Malformed),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host}A: b\rc\r\n\r\n"),
                Err(Rejection::Malformed),
            ),
            (
                format!("GET /cb HTTP/1.1\n{host}\r\n"),
                Err(Rejection::Malformed),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host}Sec-Purpose: prefetch;prerender\r\n\r\n"),
                Err(Rejection::NotANavigation),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host}Sec-Fetch-Dest: image\r\n\r\n"),
                Err(Rejection::NotANavigation),
            ),
            (
                format!("GET /cb HTTP/1.1\r\n{host}Content-Length: 3\r\n\r\n"),
                Err(Rejection::Malformed),
            ),
        ];
        for (request, wanted) in cases {
            assert_eq!(result(&request), wanted, "{request}");
        }
    }

    #[test]
    fn too_many_headers_are_refused() {
        let many = "A: b\r\n".repeat(101);
        assert_eq!(
            result(&format!("GET /cb HTTP/1.1\r\n{many}\r\n")),
            Err(Rejection::TooLarge)
        );
    }

    #[test]
    fn what_is_not_http_is_seen_at_once() {
        assert!(may_be_http(b"GET /"));
        assert!(may_be_http(b"G"));
        assert!(!may_be_http(b"\x16\x03\x01"));
        assert!(!may_be_http(b"\0"));
        assert!(!may_be_http(b"\r\nGET"));
    }
}
