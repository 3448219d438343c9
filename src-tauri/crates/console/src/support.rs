//! The text that goes to support: the facts of one exchange, and no secret.

use std::time::Duration;

use time::{OffsetDateTime, UtcOffset, macros::format_description};

use crate::{Answer, Exchange, Outcome, body_request_id};

/// The block of "Copy for support", lines separated by `\n`, none after the last.
///
/// `credential` is said in words (`API key router-read (ends 7Qx2)`), `client` names this program
/// and system (`Inchkeep 1.0.0, Linux`). The exchange must have been redacted; its query is left
/// out nevertheless when it holds a key.
pub fn text(exchange: &Exchange, credential: Option<&str>, client: &str) -> String {
    let id = exchange.request_id();
    let mut lines = vec![format!(
        "Request ID: {}",
        id.as_ref()
            .map_or("not sent by the server", |id| id.as_str())
    )];
    if let Some(in_body) = exchange
        .answer()
        .and_then(|answer| body_request_id(&answer.body))
        && id.as_ref() != Some(&in_body)
    {
        lines.push(format!("Request ID in the body: {in_body}"));
    }
    lines.push(format!("Time: {}", timestamp(exchange.started_at)));
    lines.push(format!(
        "{} {}",
        exchange.request.method,
        without_key(&exchange.request.url)
    ));
    lines.push(format!("Status: {}", status(exchange)));
    lines.push(format!("Credential: {}", credential.unwrap_or("none")));
    lines.push(format!("Client: {client}"));
    lines.join("\n")
}

/// `142 ms`, `1.2 s`.
pub fn duration(value: Duration) -> String {
    let millis = value.as_millis();
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        format!("{:.1} s", value.as_secs_f64())
    }
}

fn status(exchange: &Exchange) -> String {
    let took = duration(exchange.total());
    match &exchange.outcome {
        Outcome::Answer(Answer {
            status,
            reason,
            http_version,
            ..
        }) => {
            let phrase = format!("{status} {reason}");
            format!("{} ({took}, {http_version})", phrase.trim_end())
        }
        Outcome::Failure(failure) => format!("no answer: {failure} ({took})"),
        Outcome::Cancelled { after, .. } => format!("cancelled after {}", duration(*after)),
    }
}

fn timestamp(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.to_offset(UtcOffset::UTC)
        .format(&format)
        .unwrap_or_else(|_| time.to_string())
}

fn without_key(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else {
        return url.to_owned();
    };
    let names_a_key = parsed
        .query_pairs()
        .any(|(name, _)| name.eq_ignore_ascii_case(crate::QUERY_PARAMETER));
    if !names_a_key {
        return url.to_owned();
    }
    crate::credential::without_query_parameter(&mut parsed, |name, _| {
        name.eq_ignore_ascii_case(crate::QUERY_PARAMETER)
    });
    parsed.into()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{BodyEnd, ExchangeId, HttpVersion, SentRequest, Timing, TransportFailure};

    fn exchange(outcome: Outcome) -> Exchange {
        let started_at = datetime!(2026-04-28 15:02:11.402_9 +02:00);
        Exchange {
            id: ExchangeId::make_at(started_at),
            started_at,
            request: SentRequest {
                method: "GET".into(),
                url: "https://api.1inch.com/swap/v5.2/1/tokens?apiKey=secret".into(),
                headers: vec![],
                body: vec![],
            },
            outcome,
            timing: Timing {
                total: Duration::from_micros(142_800),
                ..Timing::default()
            },
            redirects: vec![],
            stopped_redirect: None,
        }
    }

    fn answer(headers: Vec<(String, String)>, body: &str) -> Outcome {
        Outcome::Answer(Answer {
            status: 200,
            reason: "OK".into(),
            http_version: HttpVersion::Http2,
            remote_address: None,
            tls: None,
            headers,
            body: body.into(),
            body_end: BodyEnd::Complete,
            size_on_wire: 0,
            size_decoded: 0,
        })
    }

    #[test]
    fn the_block_is_the_one_of_the_design() {
        let id = (
            "X-Request-Id".to_owned(),
            "8f14e45f-ceea-467f-9a1d-3b0f2c7e6d54".to_owned(),
        );
        let block = text(
            &exchange(answer(vec![id], "{}")),
            Some("API key router-read (ends 7Qx2)"),
            "Inchkeep 1.0.0, Linux",
        );
        assert_eq!(
            block,
            "Request ID: 8f14e45f-ceea-467f-9a1d-3b0f2c7e6d54\n\
             Time: 2026-04-28T13:02:11.402Z\n\
             GET https://api.1inch.com/swap/v5.2/1/tokens\n\
             Status: 200 OK (142 ms, HTTP/2)\n\
             Credential: API key router-read (ends 7Qx2)\n\
             Client: Inchkeep 1.0.0, Linux"
        );
    }

    #[test]
    fn an_id_that_only_the_body_has_is_not_lost() {
        let block = text(
            &exchange(answer(vec![], r#"{"requestId":"b-1"}"#)),
            None,
            "c",
        );
        assert!(
            block.starts_with("Request ID: not sent by the server\nRequest ID in the body: b-1\n")
        );
        assert!(block.contains("\nCredential: none\n"));
    }

    #[test]
    fn failures_and_cancelled_requests_say_so() {
        let refused = TransportFailure::Refused {
            host: "127.0.0.1".into(),
            port: 9,
        };
        let block = text(&exchange(Outcome::Failure(refused)), None, "c");
        assert!(block.contains("Status: no answer: nothing is listening at 127.0.0.1:9 (142 ms)"));
        let after = Duration::from_millis(1_440);
        let block = text(
            &exchange(Outcome::Cancelled {
                after,
                request_id: None,
            }),
            None,
            "c",
        );
        assert!(block.contains("Status: cancelled after 1.4 s"));
    }
}
