//! Redirects: what the next request would be. Whether it is made is the transport's decision.

use bytes::Bytes;
use http::{Method, header};

use crate::{Answer, draft::Prepared};

/// As many as a browser's standard allows half of; more is a loop.
pub(super) const MAX_HOPS: usize = 10;

/// The request that `answer` asks for in place of `request` (RFC 9110 §15.4), to whatever origin.
/// `None` when it asks for none.
pub(super) fn next(request: &Prepared, answer: &Answer) -> Option<Prepared> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers.iter().find(|(name, _)| name == "location")?;
    let mut next = request.clone();
    next.url = request.url.join(&location.1).ok()?;
    next.url.set_fragment(None);
    let becomes_get = match answer.status {
        303 => request.method != Method::HEAD,
        // §15.4.2 and §15.4.3 allow it for POST, and every client does it.
        301 | 302 => request.method == Method::POST,
        _ => false,
    };
    if becomes_get {
        next.method = Method::GET;
        next.body = Bytes::new();
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::CONTENT_LANGUAGE,
            header::CONTENT_LOCATION,
        ] {
            next.headers.remove(name);
        }
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use url::Url;

    use super::*;
    use crate::{BodyEnd, HttpVersion};

    fn request(method: Method) -> Prepared {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("text/plain"),
        );
        let url = Url::parse("https://h/a/b?c=1").expect("a URL");
        Prepared {
            method,
            url,
            headers,
            body: Bytes::from_static(b"body"),
        }
    }

    fn answer(status: u16, location: &str) -> Answer {
        Answer {
            status,
            reason: String::new(),
            http_version: HttpVersion::Http11,
            remote_address: None,
            tls: None,
            headers: vec![("location".into(), location.into())],
            body: vec![],
            body_end: BodyEnd::Complete,
            size_on_wire: 0,
            size_decoded: 0,
        }
    }

    #[test]
    fn the_method_follows_the_rules_of_each_status() {
        let cases = [
            (301, Method::POST, Method::GET),
            (302, Method::POST, Method::GET),
            (301, Method::PUT, Method::PUT),
            (302, Method::DELETE, Method::DELETE),
            (303, Method::PUT, Method::GET),
            (303, Method::HEAD, Method::HEAD),
            (307, Method::POST, Method::POST),
            (308, Method::PATCH, Method::PATCH),
        ];
        for (status, from, to) in cases {
            let next = next(&request(from.clone()), &answer(status, "/x")).expect("a redirect");
            assert_eq!(next.method, to, "{status} {from}");
            let body_kept = from == to;
            assert_eq!(next.body.is_empty(), !body_kept, "{status} {from}");
            assert_eq!(next.headers.contains_key(header::CONTENT_TYPE), body_kept);
        }
    }

    #[test]
    fn the_location_is_resolved_against_the_request() {
        for (location, expected) in [
            ("c", "https://h/a/c"),
            ("?d=2", "https://h/a/b?d=2"),
            ("//other/x#f", "https://other/x"),
            ("http://h/x", "http://h/x"),
        ] {
            let next = next(&request(Method::GET), &answer(302, location)).expect("a redirect");
            assert_eq!(next.url.as_str(), expected);
        }
    }

    #[test]
    fn other_answers_are_no_redirects() {
        for status in [200, 300, 304, 305, 404] {
            assert!(
                next(&request(Method::GET), &answer(status, "/x")).is_none(),
                "{status}"
            );
        }
        assert!(next(&request(Method::GET), &answer(302, "http://")).is_none());
    }
}
