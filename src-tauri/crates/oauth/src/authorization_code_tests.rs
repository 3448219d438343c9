use serde_json::json;

use super::*;
use crate::http_port::HttpFailure;
use crate::scripted::{self, Scripted, form, metadata};
use crate::token::TokenError;

const REDIRECT: &str = "http://127.0.0.1:4711/callback/x";

fn begin_with(changes: &serde_json::Value) -> SignIn {
    let access = AccessRequest::scopes(["a", "b"]);
    SignIn::begin(&metadata(changes), "client-1", REDIRECT, &access, None).expect("sign-in")
}

fn begin() -> SignIn {
    begin_with(&json!({}))
}

fn parameter(sign_in: &SignIn, name: &str) -> Option<String> {
    let values: Vec<_> = sign_in
        .authorize_url()
        .query_pairs()
        .filter(|(key, _)| key == name)
        .collect();
    assert!(values.len() <= 1, "{name} appears twice");
    values.first().map(|(_, value)| value.clone().into_owned())
}

fn answer(sign_in: &SignIn, rest: &str) -> CallbackParameters {
    let state = parameter(sign_in, "state").expect("state");
    CallbackParameters::parse(&format!("state={state}&{rest}")).expect("query")
}

#[test]
fn the_request_carries_everything_once() {
    let sign_in =
        begin_with(&json!({"authorization_endpoint": "https://as.example/authorize?tenant=7"}));
    let value = |name| parameter(&sign_in, name);
    assert_eq!(value("tenant").as_deref(), Some("7"));
    assert_eq!(value("response_type").as_deref(), Some("code"));
    assert_eq!(value("client_id").as_deref(), Some("client-1"));
    assert_eq!(value("redirect_uri").as_deref(), Some(REDIRECT));
    assert_eq!(value("scope").as_deref(), Some("a b"));
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(
        value("code_challenge"),
        Some(pkce::derive_challenge(&sign_in.verifier))
    );
    assert_eq!(value("state").map(|state| state.len()), Some(43));
    assert_eq!(value("prompt"), None);
    assert_eq!(value("resource"), None);
    assert_eq!(value("code_verifier"), None);
}

#[test]
fn account_choice_and_resource_are_sent_when_asked_for() {
    let access = AccessRequest {
        scopes: Vec::new(),
        resource: Some("https://api.example".into()),
    };
    let prompt = Some(Prompt::SelectAccount);
    let sign_in = SignIn::begin(&metadata(&json!({})), "c", REDIRECT, &access, prompt);
    let sign_in = sign_in.expect("sign-in");
    assert_eq!(
        parameter(&sign_in, "prompt").as_deref(),
        Some("select_account")
    );
    assert_eq!(
        parameter(&sign_in, "resource").as_deref(),
        Some("https://api.example")
    );
    assert_eq!(parameter(&sign_in, "scope"), None);
}

#[test]
fn every_attempt_has_its_own_state_and_verifier() {
    let (one, other) = (begin(), begin());
    assert_ne!(parameter(&one, "state"), parameter(&other, "state"));
    assert_ne!(
        parameter(&one, "code_challenge"),
        parameter(&other, "code_challenge")
    );
}

#[test]
fn a_sign_in_that_cannot_be_safe_does_not_begin() {
    let begin = |changes, redirect: &str| {
        SignIn::begin(
            &metadata(&changes),
            "c",
            redirect,
            &AccessRequest::default(),
            None,
        )
        .err()
    };
    assert_eq!(
        begin(json!({"authorization_endpoint": null}), REDIRECT),
        Some(SignInError::NoAuthorizationEndpoint)
    );
    assert_eq!(
        begin(json!({"response_types_supported": ["token"]}), REDIRECT),
        Some(SignInError::NoAuthorizationEndpoint)
    );
    assert_eq!(
        begin(
            json!({"code_challenge_methods_supported": ["plain"]}),
            REDIRECT
        ),
        Some(SignInError::PkceRefused)
    );
    assert_eq!(
        begin(
            json!({"require_pushed_authorization_requests": true}),
            REDIRECT
        ),
        Some(SignInError::PushedRequestsRequired)
    );
    assert_eq!(
        begin(
            json!({"authorization_endpoint": "https://as.example/a?state=x"}),
            REDIRECT
        ),
        Some(SignInError::EndpointParameter { parameter: "state" })
    );
    assert_eq!(
        begin(json!({}), "http://127.0.0.1/cb#x"),
        Some(SignInError::RedirectUri)
    );
    assert_eq!(
        begin(json!({"code_challenge_methods_supported": null}), REDIRECT),
        None
    );
}

#[test]
fn an_answer_with_a_foreign_state_is_ignored_whatever_it_says() {
    let sign_in = begin();
    let state = parameter(&sign_in, "state").expect("state");
    for query in [
        String::new(),
        "code=c".to_owned(),
        "code=c&state=other".to_owned(),
        "error=access_denied&state=other".to_owned(),
        "error=access_denied".to_owned(),
        format!("code=c&state={state}x"),
        format!("code=c&state={state}&state=other"),
        format!("code=c&state={state}&state={state}"),
        "code=c&state=".to_owned(),
    ] {
        let parameters = CallbackParameters::parse(&query).expect("query");
        assert_eq!(sign_in.judge(&parameters), Verdict::NotOurs, "{query}");
        assert_eq!(
            sign_in.check(&parameters).err(),
            Some(CallbackError::StateMismatch),
            "{query}"
        );
    }
    assert!(
        sign_in.check(&answer(&sign_in, "code=c")).is_ok(),
        "the true answer still counts"
    );
}

#[test]
fn the_answer_is_checked_in_order() {
    let promised = json!({"authorization_response_iss_parameter_supported": true});
    let silent = json!({});
    let mismatch = |named: &str| CallbackError::IssuerMismatch {
        expected: "https://as.example".into(),
        named: named.into(),
    };
    let denied = |issuer_verified| CallbackError::Refused {
        code: AuthorizationErrorCode::AccessDenied,
        description: None,
        issuer_verified,
    };
    let cases = [
        (&promised, "code=c&iss=https%3A%2F%2Fas.example", None),
        (&promised, "code=c", Some(CallbackError::IssuerMissing)),
        (&promised, "code=c&iss=", Some(CallbackError::IssuerMissing)),
        (
            &promised,
            "code=c&iss=https://as.example/",
            Some(mismatch("https://as.example/")),
        ),
        (
            &promised,
            "error=access_denied&iss=https://evil.example",
            Some(mismatch("https://evil.example")),
        ),
        (
            &promised,
            "error=access_denied&iss=https://as.example",
            Some(denied(true)),
        ),
        (&promised, "error=access_denied", Some(denied(false))),
        (&silent, "code=c", None),
        (&silent, "code=c&iss=https://as.example", None),
        (
            &silent,
            "code=c&iss=https://evil.example",
            Some(mismatch("https://evil.example")),
        ),
        (
            &silent,
            "code=c&iss=https://as.example&iss=https://evil.example",
            Some(CallbackError::Repeated { parameter: "iss" }),
        ),
        (
            &silent,
            "code=c&code=d",
            Some(CallbackError::Repeated { parameter: "code" }),
        ),
        (
            &silent,
            "code=c&access_token=t",
            Some(CallbackError::TokenInFrontChannel),
        ),
        (
            &silent,
            "access_token=t",
            Some(CallbackError::TokenInFrontChannel),
        ),
        (
            &silent,
            "code=c&error=access_denied",
            Some(CallbackError::CodeAndError),
        ),
        (&silent, "error=access_denied", Some(denied(true))),
        (&silent, "code=", Some(CallbackError::NoCode)),
        (&silent, "code=c&unknown=1&unknown=2", None),
    ];
    for (changes, rest, wanted) in cases {
        let sign_in = begin_with(changes);
        let parameters = answer(&sign_in, rest);
        let verdict = if wanted.is_none() {
            Verdict::Accepted
        } else {
            Verdict::Failed
        };
        assert_eq!(sign_in.judge(&parameters), verdict, "{rest}");
        assert_eq!(sign_in.check(&parameters).err(), wanted, "{rest}");
    }
}

#[test]
fn a_hostile_error_is_cleaned() {
    let sign_in = begin();
    let parameters = answer(
        &sign_in,
        "error=%3Cb%3Enew%0A%1B%5B31m&error_description=line%0D%0Atwo%E2%80%AE",
    );
    match sign_in.check(&parameters) {
        Err(CallbackError::Refused {
            code, description, ..
        }) => {
            assert_eq!(code.as_str(), "<b>new");
            assert_eq!(description.as_deref(), Some("line two"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_the_first_answer_counts() {
    let sign_in = begin();
    let parameters = answer(&sign_in, "code=c");
    assert!(sign_in.check(&parameters).is_ok());
    assert_eq!(
        sign_in.check(&parameters).err(),
        Some(CallbackError::AlreadyUsed)
    );
}

#[test]
fn a_pasted_address_is_held_to_the_same_checks() {
    let sign_in = begin();
    let state = parameter(&sign_in, "state").expect("state");
    let examined = |text: &str| sign_in.examine_pasted(text).err();
    assert_eq!(examined("hello"), Some(PasteError::NotAnAddress));
    assert_eq!(examined(REDIRECT), Some(PasteError::NoCode));
    assert_eq!(
        examined(&format!("{REDIRECT}?code=c")),
        Some(PasteError::AnotherSignIn)
    );
    assert_eq!(
        examined(&format!("{REDIRECT}?code=c&state=x")),
        Some(PasteError::AnotherSignIn)
    );
    assert_eq!(
        examined(&format!(
            "http://127.0.0.1:4711/callback/y?code=c&state={state}"
        )),
        Some(PasteError::AnotherSignIn)
    );
    assert_eq!(
        examined(&format!(
            "http://127.0.0.1:4712/callback/x?code=c&state={state}"
        )),
        Some(PasteError::AnotherSignIn)
    );
    assert_eq!(
        examined(&format!("{REDIRECT}?error=access_denied&state={state}")),
        Some(PasteError::Refused {
            code: AuthorizationErrorCode::AccessDenied,
            description: None
        })
    );
    assert!(matches!(
        examined(&format!(
            "{REDIRECT}?code=c&state={state}&iss=https://evil.example"
        )),
        Some(PasteError::Answer(CallbackError::IssuerMismatch { .. }))
    ));
    let good = format!(" {REDIRECT}?code=c&session_state=1&state={state}&iss=https://as.example ");
    assert_eq!(examined(&good), None);
    assert!(
        sign_in
            .check_pasted(&good)
            .expect("code")
            .state_was_checked()
    );
    assert_eq!(
        sign_in.check_pasted(&good).err(),
        Some(PasteError::AlreadyUsed)
    );
    assert_eq!(examined(&good), Some(PasteError::AlreadyUsed));
}

#[test]
fn a_pasted_code_alone_is_taken_with_a_warning() {
    let sign_in = begin();
    assert_eq!(
        sign_in.examine_pasted("?code=c&state=x").err(),
        Some(PasteError::AnotherSignIn)
    );
    let code = sign_in.check_pasted("?code=c").expect("code");
    assert!(!code.state_was_checked());
}

#[tokio::test]
async fn the_code_is_redeemed_once_at_the_pinned_endpoint() {
    let sign_in = begin();
    let code = sign_in
        .check(&answer(&sign_in, "code=a%2Bb%2Fc%3D%25%26+d"))
        .expect("code");
    let http = Scripted::new([scripted::json(
        200,
        &json!({"access_token": "at", "token_type": "bearer", "refresh_token": "rt"}),
    )]);
    let client = Client::with_secret("client-1", "secret-1".into()).expect("client");
    let tokens = sign_in.redeem(&http, &client, code).await.expect("tokens");
    assert_eq!(tokens.scopes, ["a", "b"]);
    assert!(tokens.refresh_token.is_some());
    let requests = http.requests();
    let [request] = requests.as_slice() else {
        panic!("one request")
    };
    assert_eq!(request.uri(), "https://as.example/token");
    assert_eq!(request.method(), "POST");
    let fields = form(request);
    let field = |name: &str| {
        let values: Vec<_> = fields.iter().filter(|(key, _)| key == name).collect();
        assert!(values.len() <= 1, "{name} twice");
        values.first().map(|(_, value)| value.as_str())
    };
    assert_eq!(field("code"), Some("a+b/c=%& d"));
    assert_eq!(field("redirect_uri"), Some(REDIRECT));
    assert_eq!(field("client_secret"), Some("secret-1"));
    let verifier = field("code_verifier").expect("verifier");
    assert_eq!(
        Some(pkce::derive_challenge(&verifier.into())),
        parameter(&sign_in, "code_challenge")
    );
}

#[tokio::test]
async fn a_code_is_never_sent_twice() {
    for failure in [HttpFailure::ConnectionLost, HttpFailure::TimedOut] {
        let sign_in = begin();
        let parameters = answer(&sign_in, "code=c");
        let code = sign_in.check(&parameters).expect("code");
        let http = Scripted::new([Err(failure.clone())]);
        let client = Client::public("client-1").expect("client");
        let error = sign_in
            .redeem(&http, &client, code)
            .await
            .expect_err("failure");
        assert_eq!(error, TokenError::Transport(failure));
        assert_eq!(http.requests().len(), 1);
        assert_eq!(
            sign_in.check(&parameters).err(),
            Some(CallbackError::AlreadyUsed)
        );
    }
}

#[tokio::test]
async fn another_client_cannot_redeem() {
    let sign_in = begin();
    let code = sign_in.check(&answer(&sign_in, "code=c")).expect("code");
    let http = Scripted::new([]);
    let client = Client::public("client-2").expect("client");
    let error = sign_in
        .redeem(&http, &client, code)
        .await
        .expect_err("another client");
    assert_eq!(error, TokenError::AnotherClient);
}

#[test]
fn nothing_secret_is_printed() {
    let sign_in = begin();
    let state = parameter(&sign_in, "state").expect("state");
    let code = sign_in
        .check(&answer(&sign_in, "code=canary7"))
        .expect("code");
    let printed = format!("{sign_in:?} {code:?}");
    assert!(!printed.contains("canary7") && !printed.contains(&state));
}
