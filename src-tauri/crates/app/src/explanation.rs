//! What a refusal means, in a sentence for people (401, 403, 429 and 5xx), and what the server
//! itself says of it, in whichever of its shapes.

use inchkeep_console::{Answer, Exchange, problem};
use time::OffsetDateTime;

use crate::credentials::Carried;

/// The most of a server's own words that is repeated, in characters.
const LONGEST_WORDS: usize = 200;
/// Clocks that differ by less do not explain a 401.
const SKEW: time::Duration = time::Duration::minutes(5);

/// The help line of an exchange; `None` when its status explains itself. It repeats what the server
/// says, so it is to be redacted with the exchange.
pub(crate) fn explain(
    exchange: &Exchange,
    carried: Option<&Carried>,
    now: OffsetDateTime,
) -> Option<String> {
    let answer = exchange.answer().filter(|answer| answer.status >= 400)?;
    let help = help(exchange, answer, carried, now);
    let parts = [help, own_words(answer)];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

fn help(
    exchange: &Exchange,
    answer: &Answer,
    carried: Option<&Carried>,
    now: OffsetDateTime,
) -> Option<String> {
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
            let skew = skew(answer, exchange.started_at)
                .map(|skew| format!(" The clocks differ: {skew}."))
                .unwrap_or_default();
            Some(format!(
                "The server did not accept this credential. {why}{skew}"
            ))
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

/// What an error body says, as one line of plain text.
fn own_words(answer: &Answer) -> Option<String> {
    let said = problem::explain(&answer.body)?.message;
    let is_plain = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let said: String = said
        .replace(['\r', '\n', '\t'], " ")
        .chars()
        .filter(is_plain)
        .take(LONGEST_WORDS)
        .collect();
    let said = said.trim();
    (!said.is_empty()).then(|| format!("The server says: \u{201c}{said}\u{201d}"))
}

/// How far this computer's clock is from the server's, when that may be why a token is refused.
fn skew(answer: &Answer, sent_at: OffsetDateTime) -> Option<String> {
    let server = values(answer, "date").next().and_then(http_date)?;
    let ahead = sent_at - server;
    let which = if ahead.is_negative() {
        "behind"
    } else {
        "ahead"
    };
    (ahead.abs() >= SKEW).then(|| format!("this computer is {} {which}", span(ahead.abs())))
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
    fn the_servers_own_words_follow_the_help_in_one_clean_line() {
        let said = |status, body: &str| {
            let mut exchange = exchange(status, &[]);
            if let Outcome::Answer(answer) = &mut exchange.outcome {
                answer.body = body.as_bytes().to_vec();
            }
            explain(&exchange, None, OffsetDateTime::UNIX_EPOCH)
        };
        let body = r#"{"error":"Bad Request","description":"insufficient\n\u202eliquidity","statusCode":400}"#;
        assert_eq!(
            said(400, body).as_deref(),
            Some("The server says: \u{201c}insufficient liquidity\u{201d}")
        );
        let limit = said(429, "The limit of requests per second has been exceeded");
        let limit = limit.unwrap_or_default();
        assert!(limit.starts_with("Too many requests.") && limit.contains("per second"));
        assert_eq!(said(404, "<html>no</html>"), None);
        assert_eq!(said(200, "all is well"), None);
    }

    #[test]
    fn a_401_tells_of_clocks_that_differ() {
        let at = |date: &str| skew_of(&exchange(401, &[("date", date)]));
        assert_eq!(
            at("Thu, 01 Jan 1970 01:00:00 GMT").as_deref(),
            Some("this computer is 1 h 00 behind")
        );
        assert_eq!(at("Thu, 01 Jan 1970 00:04:00 GMT"), None);
        assert_eq!(at("now"), None);
    }

    fn skew_of(exchange: &Exchange) -> Option<String> {
        skew(exchange.answer()?, exchange.started_at)
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
