//! What a refusal means, in a sentence for people (401, 403, 429 and 5xx).

use inchkeep_console::{Answer, Exchange};
use time::OffsetDateTime;

use crate::credentials::Carried;

/// The help line of an exchange; `None` when its status explains itself.
pub(crate) fn explain(
    exchange: &Exchange,
    carried: Option<&Carried>,
    now: OffsetDateTime,
) -> Option<String> {
    let answer = exchange.answer()?;
    let session = carried.and_then(|carried| carried.session.as_ref());
    match answer.status {
        401 if carried.is_none() => {
            Some("The server wants a credential, and this request carried none.".to_owned())
        }
        401 => {
            let ended = session
                .and_then(|session| session.expires_at)
                .filter(|end| *end <= now);
            let why = match ended {
                Some(end) => format!("It expired {} ago.", span(now - end)),
                None => "It may have been revoked.".to_owned(),
            };
            Some(format!("The server did not accept this credential. {why}"))
        }
        403 => {
            let scopes = session.map(|session| session.scopes.join(" "));
            let scopes = scopes.filter(|scopes| !scopes.is_empty());
            let granted = scopes
                .map(|scopes| format!(" Granted scopes: {scopes}."))
                .unwrap_or_default();
            Some(format!(
                "The credential is valid but may not do this.{granted}"
            ))
        }
        429 => Some(match retry_after(answer, exchange.started_at) {
            Some(wait) => format!("Too many requests. Try again in {}.", span(wait)),
            None => "Too many requests. Try again later.".to_owned(),
        }),
        500..=599 => Some(match exchange.request_id() {
            Some(_) => "The server failed. Its logs can be found by this request ID.".to_owned(),
            None => "The server failed, and it sent no request ID.".to_owned(),
        }),
        _ => None,
    }
}

/// Whether an answer asks for a new access token: a 401 that blames the token, or blames nothing
/// (RFC 6750 §3.1). A 401 that names another error would be the same with any token.
pub(crate) fn wants_new_token(exchange: &Exchange) -> bool {
    let Some(answer) = exchange.answer().filter(|answer| answer.status == 401) else {
        return false;
    };
    let errors: Vec<String> = values(answer, "www-authenticate")
        .flat_map(|challenge| challenge.split("error=\"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect();
    errors.is_empty() || errors.iter().any(|error| error == "invalid_token")
}

fn retry_after(answer: &Answer, now: OffsetDateTime) -> Option<time::Duration> {
    let value = values(answer, "retry-after").next()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(time::Duration::seconds(seconds.into()));
    }
    // A date counts from the server's own, so that a wrong clock here does not matter.
    let server = values(answer, "date")
        .next()
        .and_then(http_date)
        .unwrap_or(now);
    http_date(value).map(|at| (at - server).max(time::Duration::ZERO))
}

fn http_date(value: &str) -> Option<OffsetDateTime> {
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let parsed = time::PrimitiveDateTime::parse(value.trim(), &format).ok()?;
    Some(parsed.assume_utc())
}

fn values<'a>(answer: &'a Answer, name: &str) -> impl Iterator<Item = &'a str> {
    let rows = answer.headers.iter();
    rows.filter(move |(header, _)| header.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// `18 s`, `4 min`, `5 h 12`.
fn span(duration: time::Duration) -> String {
    let seconds = duration.whole_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {:02}", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use inchkeep_console::{BodyEnd, ExchangeId, HttpVersion, Outcome, SentRequest, Timing};

    use super::*;

    fn exchange(status: u16, headers: &[(&str, &str)]) -> Exchange {
        let started_at = OffsetDateTime::UNIX_EPOCH;
        Exchange {
            id: ExchangeId::make_at(started_at),
            started_at,
            request: SentRequest {
                method: "GET".into(),
                url: "https://h/".into(),
                headers: Vec::new(),
                body: Vec::new(),
            },
            outcome: Outcome::Answer(Answer {
                status,
                reason: String::new(),
                http_version: HttpVersion::Http11,
                remote_address: None,
                tls: None,
                headers: headers
                    .iter()
                    .map(|(n, v)| ((*n).into(), (*v).into()))
                    .collect(),
                body: Vec::new(),
                body_end: BodyEnd::Complete,
                size_on_wire: 0,
                size_decoded: 0,
            }),
            timing: Timing {
                total: Duration::from_millis(1),
                ..Timing::default()
            },
            redirects: Vec::new(),
            stopped_redirect: None,
        }
    }

    fn said(status: u16, headers: &[(&str, &str)]) -> Option<String> {
        explain(&exchange(status, headers), None, OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_wait_is_told_in_seconds_or_until_a_date() {
        let expected = Some("Too many requests. Try again in 41 s.".to_owned());
        assert_eq!(said(429, &[("retry-after", "41")]), expected);
        let date = [
            ("retry-after", "Sun, 06 Nov 1994 08:49:48 GMT"),
            ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
        ];
        assert_eq!(said(429, &date), expected);
        assert_eq!(
            said(429, &[]).as_deref(),
            Some("Too many requests. Try again later.")
        );
    }

    #[test]
    fn a_failing_server_points_at_its_request_id_only_when_it_sent_one() {
        assert!(
            said(502, &[("x-request-id", "r-1")])
                .is_some_and(|text| text.contains("this request ID"))
        );
        assert!(said(502, &[]).is_some_and(|text| text.contains("no request ID")));
        assert_eq!(said(404, &[]), None);
    }

    #[test]
    fn only_a_401_about_the_token_asks_for_another() {
        let wants = |status, challenge: Option<&str>| {
            let headers: Vec<_> = challenge
                .into_iter()
                .map(|value| ("www-authenticate", value))
                .collect();
            wants_new_token(&exchange(status, &headers))
        };
        assert!(wants(
            401,
            Some("Bearer realm=\"x\", error=\"invalid_token\"")
        ));
        assert!(wants(401, None));
        assert!(!wants(401, Some("Bearer error=\"insufficient_scope\"")));
        assert!(!wants(403, Some("Bearer error=\"invalid_token\"")));
    }
}
