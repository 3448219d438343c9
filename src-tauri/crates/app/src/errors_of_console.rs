//! What the console crate says went wrong, as the page is told it.

use inchkeep_console::firewall::ForeignHost;
use inchkeep_console::{DraftError, TransportFailure};
use url::Url;

use crate::error::{ApiError, ErrorCode};

/// Why there is no answer from `url`. The URL gives its host only.
pub(crate) fn failure(failure: &TransportFailure, url: &str) -> ApiError {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let new = |code| ApiError::new(code, failure.to_string());
    match failure {
        TransportFailure::Dns { host } | TransportFailure::Unreachable { host } => {
            new(ErrorCode::Unreachable).fact("host", host)
        }
        TransportFailure::Refused { host, port } => new(ErrorCode::ConnectionRefused)
            .fact("host", host)
            .fact("port", port),
        TransportFailure::Tls { host, reason } => new(ErrorCode::TlsUntrusted)
            .fact("host", host)
            .fact("reason", reason),
        TransportFailure::TimedOut { after } => {
            new(ErrorCode::TimedOut).fact("seconds", after.as_secs_f64())
        }
        TransportFailure::TooLarge { .. } => new(ErrorCode::AnswerTooLarge).fact("host", host),
        TransportFailure::Reset
        | TransportFailure::BadEncoding { .. }
        | TransportFailure::Protocol => new(ErrorCode::ConnectionLost).fact("host", host),
        TransportFailure::Proxy => new(ErrorCode::Unreachable).fact("host", host),
        TransportFailure::Cancelled => new(ErrorCode::Cancelled),
        TransportFailure::InvalidUrl
        | TransportFailure::Unsupported { .. }
        | TransportFailure::Other => {
            new(ErrorCode::InvalidRequest).fact("reason", sentence(&failure.to_string()))
        }
    }
}

/// Why a draft cannot be sent at all.
pub(crate) fn draft(error: &DraftError) -> ApiError {
    if let DraftError::InvalidJson(fault) = error {
        return ApiError::new(ErrorCode::InvalidJson, fault.to_string())
            .fact("line", fault.line)
            .fact("reason", fault.message);
    }
    let text = error.to_string();
    ApiError::new(ErrorCode::InvalidRequest, &text).fact("reason", sentence(&text))
}

/// A credential would leave its environment.
pub(crate) fn foreign_host(error: &ForeignHost, credential: &str) -> ApiError {
    let host = match error {
        ForeignHost::OtherHost { host } | ForeignHost::NotEncrypted { host } => host,
    };
    ApiError::new(ErrorCode::ForeignHost, error.to_string())
        .fact("host", host)
        .fact("credential", credential)
}

/// With a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let text = first + letters.as_str();
    if text.is_empty() || text.ends_with(['.', '?']) {
        text
    } else {
        text + "."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_json_names_its_line() {
        let fault = inchkeep_console::json::check("{\n1}").expect_err("a fault");
        let error = draft(&DraftError::InvalidJson(fault));
        assert_eq!(error.code, ErrorCode::InvalidJson);
        assert_eq!(error.facts["line"], "2");
    }

    #[test]
    fn a_reason_reads_as_a_sentence() {
        assert_eq!(sentence("the URL has no host"), "The URL has no host.");
        assert_eq!(sentence("Done."), "Done.");
    }

    #[test]
    fn a_failure_gives_the_host_and_nothing_else_of_the_url() {
        let error = failure(
            &TransportFailure::Reset,
            "https://h.example/p?apiKey=secret",
        );
        assert_eq!(error.facts["host"], "h.example");
        assert!(!format!("{error:?}").contains("secret"));
    }
}
