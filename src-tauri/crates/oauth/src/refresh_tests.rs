use secrecy::ExposeSecret as _;
use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::http_port::HttpFailure;
use crate::scripted::{self, Scene, Scripted, form, metadata, reply};
use crate::token::TokenFault;

async fn refreshed(scene: Scene) -> (Result<TokenSet, TokenError>, Vec<(String, String)>) {
    let http = Scripted::new([scene]);
    let client = Client::with_secret("c", "s".into()).expect("client");
    let granted = AccessRequest::scopes(["a", "b"]);
    let result = refresh(
        &http,
        &metadata(&json!({})),
        &client,
        &"old".into(),
        &granted,
    )
    .await;
    let requests = http.requests();
    assert_eq!(requests.len(), 1, "never a second request");
    (result, requests.first().map(form).unwrap_or_default())
}

fn answer(refresh_token: &serde_json::Value) -> Scene {
    let body =
        json!({"access_token": "at", "token_type": "Bearer", "refresh_token": refresh_token});
    scripted::json(200, &body)
}

#[tokio::test]
async fn a_new_refresh_token_replaces_the_old_and_nothing_keeps_it() {
    for (given, wanted, rotated) in [
        (json!("new"), "new", true),
        (json!("old"), "old", false),
        (json!(""), "old", false),
        (json!(null), "old", false),
    ] {
        let tokens = refreshed(answer(&given)).await.0.expect("tokens");
        // EXPOSE: test value.
        assert_eq!(
            tokens.refresh_token.expect("token").expose_secret(),
            wanted,
            "{given}"
        );
        assert_eq!(tokens.rotated, rotated, "{given}");
    }
}

#[tokio::test]
async fn the_request_asks_for_what_was_granted_by_not_naming_it() {
    let (tokens, fields) = refreshed(answer(&json!(null))).await;
    let wanted = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "old"),
        ("client_id", "c"),
        ("client_secret", "s"),
    ];
    assert_eq!(fields, wanted.map(|(n, v)| (n.to_owned(), v.to_owned())));
    assert_eq!(
        tokens.expect("tokens").scopes,
        ["a", "b"],
        "silence means as before"
    );
}

#[tokio::test]
async fn only_invalid_grant_ends_the_refresh_token() {
    let code = |status, code: &str| scripted::json(status, &json!({ "error": code }));
    let (ended, _) = refreshed(code(400, "invalid_grant")).await;
    let ended = ended.expect_err("invalid_grant");
    assert!(matches!(ended, TokenError::InvalidGrant(_)) && !ended.may_pass_later());
    for scene in [
        reply(500, &[], ""),
        reply(503, &[("retry-after", "5")], ""),
        reply(400, &[], ""),
        Err(HttpFailure::TimedOut),
    ] {
        let error = refreshed(scene).await.0.expect_err("failure");
        assert!(error.may_pass_later(), "{error:?}");
    }
    let (client, _) = refreshed(code(401, "invalid_client")).await;
    assert!(!client.expect_err("invalid_client").may_pass_later());
}

#[tokio::test]
async fn another_token_type_is_refused() {
    let body = json!({"access_token": "at", "token_type": "mac", "refresh_token": "new"});
    let error = refreshed(scripted::json(200, &body))
        .await
        .0
        .expect_err("mac");
    assert!(matches!(
        error,
        TokenError::Malformed {
            reason: TokenFault::TokenTypeUnknown,
            ..
        }
    ));
}

#[test]
fn a_refresh_is_due_before_the_end_but_never_in_a_storm() {
    let start = datetime!(2026-01-01 12:00 UTC);
    let due = |seconds| due_at(start, Some(Duration::from_secs(seconds)));
    assert_eq!(due(3600), Some(datetime!(2026-01-01 12:59 UTC)));
    assert_eq!(due(300), Some(datetime!(2026-01-01 12:04 UTC)));
    assert_eq!(due(100), Some(datetime!(2026-01-01 12:01:20 UTC)));
    assert_eq!(due(5), Some(datetime!(2026-01-01 12:00:10 UTC)));
    assert_eq!(due(0), Some(datetime!(2026-01-01 12:00:10 UTC)));
    assert_eq!(due_at(start, None), None);
    assert!(due_at(start, Some(Duration::MAX)).is_some(), "no overflow");
}

#[test]
fn failures_back_off_to_an_hour() {
    let minutes = |failures| back_off(failures, None).as_secs() / 60;
    assert_eq!(
        [1, 2, 3, 6, 7, 8, 200].map(minutes),
        [1, 2, 4, 32, 60, 60, 60]
    );
    assert_eq!(back_off(1, Some(Duration::from_mins(5))).as_secs(), 300);
    assert_eq!(back_off(2, Some(Duration::from_secs(5))).as_secs(), 120);
}
