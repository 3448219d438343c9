//! The secrets in a request of the OAuth client, so that no echo of one gets any further.
//!
//! Servers quote what they were sent in `error_description` and elsewhere. The vault's redactor
//! does not know all of it: a portal access token may never have been in the vault, and a token
//! that was given back is in it no longer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use inchkeep_console::{RawAnswer, Redactor};
use secrecy::SecretString;
use serde_json::Value;
use zeroize::Zeroizing;

/// The form parameters that are secrets (RFC 6749 §2.3.1, §4.1.3, §6; RFC 7009 §2.1; RFC 7636 §4.5).
const PARAMETERS: [&str; 5] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
];

/// Masks every secret that `request` carries.
pub(crate) fn redactor_of(request: &http::Request<Vec<u8>>) -> Redactor {
    let mut secrets: Vec<SecretString> = Vec::new();
    let header = |name| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    if let Some((scheme, value)) = header(AUTHORIZATION).and_then(|value| value.split_once(' ')) {
        secrets.push(value.into());
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(decoded) = STANDARD.decode(value).map(Zeroizing::new)
            && let Some(colon) = decoded.iter().position(|byte| *byte == b':')
        {
            // Both parts were form-encoded before (RFC 6749 §2.3.1).
            let secret = decoded.get(colon + 1..).unwrap_or_default();
            secrets.extend(
                url::form_urlencoded::parse(secret)
                    .map(|(secret, _)| SecretString::from(secret.into_owned())),
            );
        }
    }
    if header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/x-www-form")) {
        secrets.extend(
            url::form_urlencoded::parse(request.body())
                .filter(|(name, _)| PARAMETERS.contains(&name.as_ref()))
                .map(|(_, value)| SecretString::from(value.into_owned())),
        );
    }
    Redactor::new(
        secrets
            .into_iter()
            .map(|secret| ("a secret that was sent".to_owned(), secret)),
    )
}

/// Masks in a refusal, which some engines send with status 200. Whatever went well is left alone: a
/// server may give back the same refresh token, which is to be kept.
pub(crate) fn mask_refusal(redactor: &Redactor, answer: &mut RawAnswer) {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let has_error =
        body.is_some_and(|body| body.get("error").is_some_and(|error| !error.is_null()));
    if (200..300).contains(&answer.status) && !has_error {
        return;
    }
    answer.headers = redactor.headers(&answer.headers);
    let masked = redactor.bytes(&answer.body).into_owned();
    answer.body = Zeroizing::new(masked);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(request: http::request::Builder, body: &str, echo: &str) -> String {
        let request = request.body(body.as_bytes().to_vec()).expect("a request");
        redactor_of(&request).text(echo).into_owned()
    }

    #[test]
    fn what_a_form_carries_is_masked_and_names_are_not() {
        let form = || {
            let kind = "application/x-www-form-urlencoded";
            http::Request::post("https://as.example/x").header(CONTENT_TYPE, kind)
        };
        let body = "client_id=client-7f3&client_secret=s%2Fcret-1&token=tok-en-2&scope=swap";
        let echo = masked(form(), body, "client-7f3 s/cret-1 tok-en-2 swap");
        assert!(echo.starts_with("client-7f3 ") && echo.ends_with(" swap"));
        assert!(
            !echo.contains("cret-1") && !echo.contains("tok-en-2"),
            "{echo}"
        );
    }

    #[test]
    fn a_header_is_masked_whole_and_taken_apart() {
        let with =
            |value: &str| http::Request::post("https://as.example/x").header(AUTHORIZATION, value);
        assert!(!masked(with("Bearer portal-1"), "", "no portal-1 here").contains("portal-1"));
        let basic = format!("Basic {}", STANDARD.encode("id:s%2Fcret-1"));
        assert!(!masked(with(&basic), "", "no s/cret-1 here").contains("cret-1"));
    }

    #[test]
    fn only_a_refusal_is_touched() {
        let request = http::Request::post("https://as.example/x")
            .header(AUTHORIZATION, "Bearer portal-1")
            .body(Vec::new())
            .expect("a request");
        let redactor = redactor_of(&request);
        let after = |status, body: &str| {
            let mut answer = RawAnswer {
                status,
                headers: vec![("x-request-id".into(), "portal-1".into())],
                body: Zeroizing::new(body.as_bytes().to_vec()),
            };
            mask_refusal(&redactor, &mut answer);
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            text + &answer.headers[0].1
        };
        assert_eq!(after(200, "portal-1"), "portal-1portal-1");
        assert!(!after(400, "portal-1").contains("portal-1"));
        let refusal = r#"{"error":"odd","error_description":"portal-1"}"#;
        assert!(!after(200, refusal).contains("portal-1"));
    }
}
