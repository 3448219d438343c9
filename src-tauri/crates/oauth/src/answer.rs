//! One request out, one answer in: what all endpoints share.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::json::{self, JsonFault};
use crate::text;

/// What a server said when it refused: cleaned, safe to show and to log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The `error` member, cleaned; `None` when there was none.
    pub error: Option<String>,
    /// `error_description`, one clean line of at most 200 characters.
    pub description: Option<String>,
    /// The `X-Request-Id` header: support asks for it. It is not a secret.
    pub request_id: Option<String>,
}

/// An answer whose body is wiped from memory when it goes.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<String>,
    body: Zeroizing<Vec<u8>>,
}

/// Sends a request and checks the body limit a second time: the port is not trusted to have done it.
pub(crate) async fn send(
    http: &dyn HttpPort,
    request: http::Request<Vec<u8>>,
    purpose: Purpose,
) -> Result<Answer, HttpFailure> {
    let (parts, body) = http.call(request, purpose).await?.into_parts();
    let body = Zeroizing::new(body);
    if body.len() > purpose.max_body_bytes() {
        return Err(HttpFailure::TooLarge {
            limit_bytes: purpose.max_body_bytes(),
        });
    }
    Ok(Answer {
        status: parts.status,
        request_id: request_id(&parts.headers),
        headers: parts.headers,
        body,
    })
}

impl Answer {
    /// The body under the strict JSON rule.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, JsonFault> {
        json::object(&self.headers, &self.body, None)
    }

    /// The same, with one more media type allowed.
    pub(crate) fn object_or(&self, extra_type: &str) -> Result<Map<String, Value>, JsonFault> {
        json::object(&self.headers, &self.body, Some(extra_type))
    }

    /// What the server said, as far as it can be shown.
    pub(crate) fn refusal(&self) -> Refusal {
        let body = self.object().unwrap_or_default();
        let member = |name| {
            json::text(&body, name)
                .ok()
                .flatten()
                .and_then(text::clean_or_none)
        };
        Refusal {
            status: self.status.as_u16(),
            error: member("error"),
            description: member("error_description"),
            request_id: self.request_id.clone(),
        }
    }

    /// `Retry-After` as a wait. A date is measured against the server's own `Date`, so a wrong
    /// clock here does not matter. At most one day.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let value = self
            .headers
            .get(http::header::RETRY_AFTER)?
            .to_str()
            .ok()?
            .trim();
        let seconds = if let Ok(seconds) = value.parse::<u64>() {
            seconds
        } else {
            let wait = http_date(value)? - self.server_time()?;
            u64::try_from(wait.whole_seconds()).unwrap_or(0)
        };
        Some(Duration::from_secs(seconds).min(Duration::from_hours(24)))
    }

    /// The `Date` header.
    pub(crate) fn server_time(&self) -> Option<OffsetDateTime> {
        http_date(self.headers.get(http::header::DATE)?.to_str().ok()?)
    }
}

/// `X-Request-Id`, if it is printable and of sane length.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?.trim();
    (text::is_vschar(value) && value.len() <= 200).then(|| value.to_owned())
}

/// A date as HTTP writes it (RFC 9110 §5.6.7, the preferred form only).
fn http_date(value: &str) -> Option<OffsetDateTime> {
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time::PrimitiveDateTime::parse(value.trim(), &format)
        .ok()
        .map(time::PrimitiveDateTime::assume_utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("header"));
        }
        Answer {
            status: StatusCode::OK,
            request_id: request_id(&map),
            headers: map,
            body: Zeroizing::default(),
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let wait = |headers: &[(&'static str, &str)]| answer(headers).retry_after();
        assert_eq!(wait(&[("retry-after", "5")]), Some(Duration::from_secs(5)));
        assert_eq!(
            wait(&[("retry-after", "99999999")]),
            Some(Duration::from_hours(24))
        );
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(
            wait(&[
                ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
            ]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]),
            None
        );
    }

    #[test]
    fn a_request_id_is_kept_only_when_printable() {
        assert_eq!(
            answer(&[("x-request-id", "req-7")]).request_id.as_deref(),
            Some("req-7")
        );
        assert_eq!(answer(&[("x-request-id", "")]).request_id, None);
        assert_eq!(
            answer(&[("x-request-id", &"a".repeat(201))]).request_id,
            None
        );
    }
}
