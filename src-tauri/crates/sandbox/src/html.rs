//! The frame of the pages: one style, no script, nothing from elsewhere.

use axum::response::{IntoResponse as _, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

const STYLE: &str = include_str!("page.css");

/// Text that may stand in an element or in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A whole page. `title` and `form_targets` are escaped or checked here; `main` is markup already.
///
/// `form_targets` are origins that a form's answer may redirect to: Chromium applies `form-action`
/// to the redirect too. The referrer policy keeps `Origin` on the form posts, which `no-referrer`
/// would turn into `null`.
pub(crate) fn page(
    status: StatusCode,
    title: &str,
    form_targets: &[String],
    main: &str,
) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{} – 1inch sandbox</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><span class=\"mark\" aria-hidden=\"true\"></span>1inch Business API \
         <span class=\"pill\">Sandbox on this computer</span></header>\n\
         <main>\n{main}\n</main>\n</body>\n</html>\n",
        escape(title)
    );
    let mut targets = "'self'".to_owned();
    for target in form_targets.iter().filter(|target| is_source(target)) {
        targets.push(' ');
        targets.push_str(target);
    }
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; form-action {targets}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    let policy = HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    (
        status,
        [
            (
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (CONTENT_SECURITY_POLICY, policy),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        ],
        html,
    )
        .into_response()
}

/// Whether the text is one source expression and cannot end the directive.
fn is_source(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '+' | '[' | ']')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_not_run() {
        assert_eq!(
            escape("<img src=x onerror='a(\"b\")'>&"),
            "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;"
        );
    }

    #[test]
    fn a_form_target_cannot_add_a_directive() {
        let hostile = "http://a; script-src *".to_owned();
        let response = page(
            StatusCode::OK,
            "T",
            &["http://127.0.0.1:9".into(), hostile],
            "",
        );
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.contains("form-action 'self' http://127.0.0.1:9;"),
            "{policy}"
        );
        assert!(!policy.contains("script-src"), "{policy}");
    }
}
