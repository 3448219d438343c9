use proptest::prelude::*;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::*;
use crate::client::{Client, ClientAuthMethod};
use crate::client_credentials;
use crate::http_port::HttpFailure;
use crate::json::JsonFault;
use crate::scripted::{self, Scene, Scripted, form, metadata, raw_json, reply};

async fn asked(scene: Scene, scopes: &[&str]) -> Result<TokenSet, TokenError> {
    let client = Client::with_secret("c", "secret-canary7".into()).expect("client");
    let access = AccessRequest::scopes(scopes.iter().copied());
    let http = Scripted::new([scene]);
    let result = client_credentials::token(&http, &metadata(&json!({})), &client, &access).await;
    assert_eq!(http.requests().len(), 1, "never a second request");
    result
}

async fn answered(body: serde_json::Value) -> Result<TokenSet, TokenError> {
    asked(scripted::json(200, &body), &[]).await
}

fn with(changes: serde_json::Value) -> serde_json::Value {
    let mut body = json!({"access_token": "at-1", "token_type": "Bearer"});
    let serde_json::Value::Object(changes) = changes else {
        unreachable!()
    };
    for (member, value) in changes {
        body[member] = value;
    }
    body
}

#[tokio::test]
async fn a_plain_answer_is_taken() {
    let tokens = answered(with(json!({"expires_in": 1800, "scope": "b a b"})))
        .await
        .expect("tokens");
    // EXPOSE: test value.
    assert_eq!(tokens.access_token.expose_secret(), "at-1");
    assert_eq!(tokens.token_type, TokenType::Bearer);
    assert_eq!(tokens.expires_in, Some(Duration::from_mins(30)));
    assert_eq!(tokens.scopes, ["b", "a"]);
    assert_eq!(tokens.request_id.as_deref(), Some("req-7"));
    assert!(tokens.refresh_token.is_none() && !tokens.rotated);
}

#[expect(clippy::too_many_lines, reason = "one table")]
#[tokio::test]
async fn an_unusable_answer_is_rejected() {
    use TokenFault as F;
    let cases: [(&str, Scene, TokenFault); 32] = [
        (
            "no token_type",
            raw_json(200, r#"{"access_token":"a"}"#),
            F::TokenTypeMissing,
        ),
        (
            "null token_type",
            raw_json(200, r#"{"access_token":"a","token_type":null}"#),
            F::TokenTypeMissing,
        ),
        (
            "mac",
            raw_json(200, r#"{"access_token":"a","token_type":"mac"}"#),
            F::TokenTypeUnknown,
        ),
        (
            "DPoP",
            raw_json(200, r#"{"access_token":"a","token_type":"DPoP"}"#),
            F::TokenTypeUnknown,
        ),
        (
            "type list",
            raw_json(200, r#"{"access_token":"a","token_type":["Bearer"]}"#),
            F::TokenTypeUnknown,
        ),
        (
            "empty token",
            scripted::json(200, &with(json!({"access_token": ""}))),
            F::AccessTokenMissing,
        ),
        (
            "null token",
            scripted::json(200, &with(json!({"access_token": null}))),
            F::AccessTokenMissing,
        ),
        (
            "number token",
            scripted::json(200, &with(json!({"access_token": 5}))),
            F::AccessTokenCharacters,
        ),
        (
            "CR LF",
            scripted::json(200, &with(json!({"access_token": "a\r\nX: y"}))),
            F::AccessTokenCharacters,
        ),
        (
            "space",
            scripted::json(200, &with(json!({"access_token": "a b"}))),
            F::AccessTokenCharacters,
        ),
        (
            "comma",
            scripted::json(200, &with(json!({"access_token": "a,b"}))),
            F::AccessTokenCharacters,
        ),
        (
            "umlaut",
            scripted::json(200, &with(json!({"access_token": "ä"}))),
            F::AccessTokenCharacters,
        ),
        (
            "only =",
            scripted::json(200, &with(json!({"access_token": "=="}))),
            F::AccessTokenCharacters,
        ),
        (
            "inside data",
            scripted::json(200, &json!({"data": with(json!({}))})),
            F::AccessTokenMissing,
        ),
        ("list", raw_json(200, "[]"), F::Json(JsonFault::NotAnObject)),
        ("empty", raw_json(200, ""), F::Json(JsonFault::Syntax)),
        (
            "garbage behind",
            raw_json(200, format!("{}x", with(json!({})))),
            F::Json(JsonFault::Trailing),
        ),
        (
            "twice",
            raw_json(
                200,
                r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
            ),
            F::Json(JsonFault::DuplicateMember),
        ),
        (
            "text/plain",
            reply(
                200,
                &[("content-type", "text/plain")],
                with(json!({})).to_string(),
            ),
            F::Json(JsonFault::MediaType),
        ),
        (
            "form",
            reply(
                200,
                &[("content-type", "application/x-www-form-urlencoded")],
                "access_token=a",
            ),
            F::Json(JsonFault::MediaType),
        ),
        (
            "UTF-16",
            raw_json(200, utf16(&with(json!({})).to_string())),
            F::Json(JsonFault::NotUtf8),
        ),
        ("201", scripted::json(201, &with(json!({}))), F::Status),
        ("204", reply(204, &[], ""), F::Status),
        (
            "expires true",
            scripted::json(200, &with(json!({"expires_in": true}))),
            F::ExpiresIn,
        ),
        (
            "expires text",
            scripted::json(200, &with(json!({"expires_in": "1h"}))),
            F::ExpiresIn,
        ),
        (
            "expires empty",
            scripted::json(200, &with(json!({"expires_in": ""}))),
            F::ExpiresIn,
        ),
        (
            "scope list",
            scripted::json(200, &with(json!({"scope": ["a"]}))),
            F::Scope,
        ),
        (
            "scope quote",
            scripted::json(200, &with(json!({"scope": "a\"b"}))),
            F::Scope,
        ),
        (
            "scope newline",
            scripted::json(200, &with(json!({"scope": "a\nb"}))),
            F::Scope,
        ),
        (
            "refresh number",
            scripted::json(200, &with(json!({"refresh_token": 1}))),
            F::RefreshToken,
        ),
        (
            "refresh CR LF",
            scripted::json(200, &with(json!({"refresh_token": "a\r\n"}))),
            F::RefreshToken,
        ),
        (
            "error too",
            scripted::json(200, &with(json!({"error": "invalid_grant"}))),
            F::TokenAndError,
        ),
    ];
    for (name, scene, wanted) in cases {
        match asked(scene, &[]).await {
            Err(TokenError::Malformed {
                reason, request_id, ..
            }) => {
                assert_eq!(reason, wanted, "{name}");
                assert_eq!(request_id.as_deref(), Some("req-7"), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

#[tokio::test]
async fn what_is_odd_but_harmless_is_taken() {
    let cases = [
        with(json!({"token_type": "bEaReR"})),
        with(json!({"refresh_token": null, "scope": null, "expires_in": null, "error": null})),
        with(json!({"id_token": "not-a-jwt", "anything": {"else": 1}})),
        with(json!({"access_token": "AZaz09-._~+/=="})),
    ];
    for body in cases {
        let tokens = answered(body.clone())
            .await
            .unwrap_or_else(|e| panic!("{body}: {e:?}"));
        assert_eq!(tokens.expires_in, None);
        assert!(tokens.scopes.is_empty());
    }
    let cookie = reply(
        200,
        &[
            ("content-type", "application/json;charset=utf-8"),
            ("set-cookie", "a=b"),
        ],
        with(json!({})).to_string(),
    );
    assert!(asked(cookie, &[]).await.is_ok());
}

#[tokio::test]
async fn the_lifetime_is_read_leniently_and_clamped() {
    let year = Duration::from_hours(365 * 24);
    let cases = [
        ("0", Duration::ZERO),
        ("3600", Duration::from_hours(1)),
        ("\"3600\"", Duration::from_hours(1)),
        ("3600.9", Duration::from_hours(1)),
        ("-5", Duration::ZERO),
        ("-0.5", Duration::ZERO),
        ("1e300", year),
        ("18446744073709551615", year),
        ("\"99999999999999999999999\"", year),
    ];
    for (text, wanted) in cases {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{text}}}"#);
        let tokens = asked(raw_json(200, body), &[]).await.expect(text);
        assert_eq!(tokens.expires_in, Some(wanted), "{text}");
    }
}

#[tokio::test]
async fn a_scope_other_than_asked_is_flagged() {
    let granted = |scope: serde_json::Value| async move {
        let body = with(json!({ "scope": scope }));
        asked(scripted::json(200, &body), &["a", "b"])
            .await
            .expect("tokens")
    };
    let same = granted(json!(null)).await;
    assert_eq!(
        (
            same.scopes.len(),
            same.not_asked.len(),
            same.not_granted.len()
        ),
        (2, 0, 0)
    );
    let wider = granted(json!("a b admin")).await;
    assert_eq!(wider.not_asked, ["admin"]);
    assert_eq!(wider.scopes, ["a", "b", "admin"]);
    let other = granted(json!("a admin")).await;
    assert_eq!(
        (other.not_granted, other.not_asked),
        (vec!["b".into()], vec!["admin".into()])
    );
}

#[tokio::test]
async fn a_refusal_has_its_name() {
    type Check = fn(&TokenError) -> bool;
    let oauth = |status, code: &str| scripted::json(status, &json!({ "error": code }));
    let cases: [(&str, Scene, Check); 21] = [
        ("client 401", oauth(401, "invalid_client"), |e| {
            matches!(e, TokenError::InvalidClient(_))
        }),
        ("client 400", oauth(400, "invalid_client"), |e| {
            matches!(e, TokenError::InvalidClient(_))
        }),
        (
            "basic challenge",
            reply(401, &[("www-authenticate", "Basic realm=\"x\"")], ""),
            |e| matches!(e, TokenError::InvalidClient(_)),
        ),
        ("grant", oauth(400, "invalid_grant"), |e| {
            matches!(e, TokenError::InvalidGrant(_))
        }),
        ("grant as 200", oauth(200, "invalid_grant"), |e| {
            matches!(e, TokenError::InvalidGrant(_))
        }),
        ("code 403", oauth(403, "invalid_code"), |e| {
            matches!(e, TokenError::InvalidGrant(_))
        }),
        ("scope", oauth(400, "invalid_scope"), |e| {
            matches!(e, TokenError::InvalidScope(_))
        }),
        ("unauthorized", oauth(403, "unauthorized_client"), |e| {
            matches!(e, TokenError::UnauthorizedClient(_))
        }),
        ("unsupported", oauth(400, "unsupported_grant_type"), |e| {
            matches!(e, TokenError::UnsupportedGrant(_))
        }),
        ("target", oauth(400, "invalid_target"), |e| {
            matches!(e, TokenError::InvalidTarget(_))
        }),
        ("request", oauth(400, "invalid_request"), |e| {
            matches!(e, TokenError::InvalidRequest(_))
        }),
        ("unknown", oauth(400, "whatever"), |e| {
            matches!(e, TokenError::Refused(_))
        }),
        ("empty 400", reply(400, &[], ""), |e| {
            matches!(e, TokenError::Refused(_)) && e.may_pass_later()
        }),
        ("empty 403", reply(403, &[], ""), |e| {
            matches!(e, TokenError::Refused(_))
        }),
        ("500", reply(500, &[], "oops"), |e| {
            matches!(e, TokenError::ServerFailed(_))
        }),
        ("500 with a grant error", oauth(500, "invalid_grant"), |e| {
            matches!(e, TokenError::ServerFailed(_))
        }),
        (
            "503",
            reply(503, &[("retry-after", "5")], ""),
            |e| matches!(e, TokenError::Busy { retry_after: Some(wait), .. } if wait.as_secs() == 5),
        ),
        ("429", reply(429, &[], ""), |e| {
            matches!(
                e,
                TokenError::Busy {
                    retry_after: None,
                    ..
                }
            )
        }),
        ("temporarily", oauth(400, "temporarily_unavailable"), |e| {
            matches!(e, TokenError::Busy { .. })
        }),
        (
            "307",
            reply(307, &[("location", "https://evil.example/")], ""),
            |e| matches!(e, TokenError::Redirected(_)),
        ),
        ("reset", Err(HttpFailure::ConnectionLost), |e| {
            matches!(e, TokenError::Transport(HttpFailure::ConnectionLost))
        }),
    ];
    for (name, scene, check) in cases {
        let error = asked(scene, &[]).await.expect_err(name);
        assert!(check(&error), "{name}: {error:?}");
        if !matches!(error, TokenError::Transport(_)) {
            assert_eq!(error.request_id(), Some("req-7"), "{name}");
            assert!(error.status().is_some(), "{name}");
        }
    }
}

#[tokio::test]
async fn hostile_descriptions_are_cleaned() {
    let body = json!({
        "error": "invalid_grant",
        "error_description": format!("<b>\u{1b}[31m{{\n  \"a\": 1\r\n}}\u{202e}{}", "x".repeat(400)),
    });
    let error = asked(scripted::json(400, &body), &[])
        .await
        .expect_err("refused");
    let text = error.description().expect("description");
    assert!(text.starts_with("<b>{ \"a\": 1 }xx"), "{text}");
    assert!(text.chars().count() <= 201 && !text.chars().any(char::is_control));
    let body = json!({"error": "in\u{7}valid\n\u{1b}[2Jx", "error_description": 7});
    let error = asked(scripted::json(400, &body), &[])
        .await
        .expect_err("refused");
    assert_eq!(
        error.refusal().and_then(|r| r.error.as_deref()),
        Some("invalid x")
    );
    assert_eq!(error.description(), None);
}

#[tokio::test]
async fn client_credentials_ask_with_the_secret_and_ignore_a_refresh_token() {
    let http = Scripted::new([scripted::json(200, &with(json!({"refresh_token": "rt"})))]);
    let client = Client::with_secret("c", "s".into()).expect("client");
    let access = AccessRequest {
        scopes: vec!["a".into(), "b".into()],
        resource: Some("urn:r".into()),
    };
    let tokens = client_credentials::token(&http, &metadata(&json!({})), &client, &access).await;
    assert!(tokens.expect("tokens").refresh_token.is_none());
    let requests = http.requests();
    let fields = requests.first().map(form).unwrap_or_default();
    let wanted = [
        ("grant_type", "client_credentials"),
        ("scope", "a b"),
        ("client_id", "c"),
        ("client_secret", "s"),
        ("resource", "urn:r"),
    ];
    assert_eq!(fields, wanted.map(|(n, v)| (n.to_owned(), v.to_owned())));
}

#[tokio::test]
async fn a_public_client_sends_no_client_credentials() {
    let http = Scripted::new([]);
    let client = Client::new("c", ClientAuthMethod::None, None).expect("client");
    let access = AccessRequest::default();
    let result = client_credentials::token(&http, &metadata(&json!({})), &client, &access).await;
    assert_eq!(result.err(), Some(TokenError::PublicClient));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_answer_panics_and_no_secret_is_in_an_error(
        status in 200_u16..600,
        before in "\\PC{0,40}",
        after in prop::collection::vec(any::<u8>(), 0..40),
        member in prop::sample::select(vec![
            "access_token", "token_type", "expires_in", "scope", "refresh_token", "error_uri",
        ]),
    ) {
        let mut body = format!(
            r#"{{"{member}":"canary7{}","access_token":"canary7","refresh_token":"canary7","#,
            before.replace(['"', '\\'], "")
        ).into_bytes();
        body.extend(after);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let result = runtime.block_on(asked(raw_json(status, body), &["a"]));
        let printed = match &result {
            Ok(tokens) => format!("{tokens:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!printed.contains("canary7"), "{}", printed);
    }

    #[test]
    fn any_json_value_in_any_member_is_judged_without_panic(
        member in prop::sample::select(vec![
            "access_token", "token_type", "expires_in", "scope", "refresh_token", "error",
        ]),
        text in "\\PC{0,20}",
        number in any::<f64>(),
        pick in 0_u8..6,
    ) {
        let value = match pick {
            0 => json!(text),
            1 => json!(number),
            2 => json!([text]),
            3 => json!({ "x": text }),
            4 => json!(null),
            _ => json!(true),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let _ = runtime.block_on(answered(with(json!({ member: value }))));
    }
}
