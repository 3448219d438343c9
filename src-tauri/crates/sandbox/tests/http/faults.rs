//! Each switch does what it says, and only where it was set.

use std::time::{Duration, Instant};

use inchkeep_sandbox::{Decision, Fault, Place, SandboxOptions};
use serde_json::{Value, json};
use url::Url;

use crate::support::{Fixture, Registered, options, query, refusal, start, start_with, text};

const METADATA: &str = "/.well-known/oauth-authorization-server";
const TOKENS: &str = "/swap/v6.1/1/tokens";

async fn signed_in() -> (Fixture, Registered, String) {
    let it = start().await;
    let client = it.code_client().await;
    let token = text(&it.sign_in(&client).await, "refresh_token");
    (it, client, token)
}

async fn metadata(it: &Fixture) -> reqwest::Response {
    it.http.get(it.url(METADATA)).send().await.unwrap()
}

#[tokio::test]
async fn a_failing_refresh_does_not_use_the_token() {
    let (it, client, token) = signed_in().await;
    let faults = it.sandbox.faults();
    faults.once(Place::TokenRefresh, Fault::status(500));
    faults.once(Place::TokenRefresh, Fault::retry_after(503, 5));
    assert_eq!(
        refusal(it.refresh(&client, &token).await).await,
        (500, "server_error".into())
    );
    let answer = it.refresh(&client, &token).await;
    assert_eq!(answer.headers()["retry-after"], "5");
    assert_eq!(
        refusal(answer).await,
        (503, "temporarily_unavailable".into())
    );
    assert!(faults.active().is_empty());
    assert_eq!(it.refresh(&client, &token).await.status(), 200);
    assert_eq!(it.sandbox.counters().token_refresh, 3);
}

#[tokio::test]
async fn a_lost_answer_has_been_worked_on() {
    let (it, client, token) = signed_in().await;
    it.sandbox
        .faults()
        .once(Place::TokenRefresh, Fault::LoseAnswer);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
    ];
    let lost = it
        .http
        .post(it.url("/oauth/token"))
        .form(&form)
        .send()
        .await;
    assert!(lost.is_err());
    assert_eq!(it.refresh(&client, &token).await.status(), 200);
    assert_eq!(it.sandbox.counters().refresh_replays, 1);
}

#[tokio::test]
async fn a_disconnect_has_not_been_worked_on() {
    let (it, client, token) = signed_in().await;
    it.sandbox
        .faults()
        .once(Place::TokenRefresh, Fault::Disconnect);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    assert!(
        it.http
            .post(it.url("/oauth/token"))
            .form(&form)
            .send()
            .await
            .is_err()
    );
    assert_eq!(it.refresh(&client, &token).await.status(), 200);
    assert_eq!(it.sandbox.counters().refresh_replays, 0);
}

#[tokio::test]
async fn a_slow_answer_is_slow() {
    let it = start().await;
    it.sandbox
        .faults()
        .once(Place::Gateway, Fault::Delay { milliseconds: 120 });
    let start = Instant::now();
    assert_eq!(it.get(TOKENS, &it.seed.api_key).await.status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn refresh_tokens_can_be_missing_empty_or_kept() {
    let (it, client, token) = signed_in().await;
    let faults = it.sandbox.faults();
    faults.once(Place::TokenRefresh, Fault::KeepRefreshToken);
    let kept: Value = it.refresh(&client, &token).await.json().await.unwrap();
    assert_eq!(kept["refresh_token"], token);
    faults.once(Place::TokenRefresh, Fault::empty_refresh_token());
    let empty: Value = it.refresh(&client, &token).await.json().await.unwrap();
    assert_eq!(empty["refresh_token"], "");
    faults.once(Place::TokenRefresh, Fault::no_refresh_token());
    let missing: Value = it.refresh(&client, &token).await.json().await.unwrap();
    assert_eq!(missing.get("refresh_token"), None);
    assert!(missing["access_token"].is_string());
}

#[tokio::test]
async fn token_answers_can_be_damaged() {
    let it = start().await;
    let client = it.server_client().await;
    let place = Place::TokenClientCredentials;
    let damaged = async |fault: Fault| {
        it.sandbox.faults().once(place, fault);
        it.client_credentials(&client).await
    };
    let body: Value = damaged(Fault::without("token_type"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(body.get("token_type"), None);
    let body: Value = damaged(Fault::with("expires_in", 0))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(body["expires_in"], 0);
    let plain = damaged(Fault::ContentType {
        value: "text/plain".into(),
    })
    .await;
    assert_eq!(plain.headers()["content-type"], "text/plain");
    assert!(plain.json::<Value>().await.unwrap()["access_token"].is_string());
    assert!(
        damaged(Fault::garbage())
            .await
            .json::<Value>()
            .await
            .is_err()
    );
    let utf16 = damaged(Fault::Utf16).await.bytes().await.unwrap();
    assert_eq!(utf16.get(..4), Some(&b"\xFF\xFE{\0"[..]));
    let appended = damaged(Fault::Append {
        text: "}trailer".into(),
    })
    .await
    .text()
    .await
    .unwrap();
    assert!(appended.ends_with("}trailer") && appended.starts_with('{'));
    let cookie = Fault::Header {
        name: "set-cookie".into(),
        value: "a=b".into(),
    };
    assert_eq!(damaged(cookie).await.headers()["set-cookie"], "a=b");
    let claims = Fault::TokenClaims {
        patch: json!({ "aud": "https://other.example" }),
    };
    let body: Value = damaged(claims).await.json().await.unwrap();
    assert_eq!(
        it.get(TOKENS, &text(&body, "access_token")).await.status(),
        401
    );
    let header = Fault::TokenHeader {
        patch: json!({ "crit": ["x"] }),
    };
    let body: Value = damaged(header).await.json().await.unwrap();
    let header = jsonwebtoken::decode_header(text(&body, "access_token"));
    assert!(header.is_err() || header.unwrap().crit.is_some());
}

#[tokio::test]
async fn metadata_can_be_wrong_missing_html_or_huge() {
    let it = start().await;
    let faults = it.sandbox.faults();
    faults.once(Place::Metadata, Fault::wrong_issuer());
    let body: Value = metadata(&it).await.json().await.unwrap();
    assert_eq!(body["issuer"], "https://issuer.example");
    assert_eq!(body["token_endpoint"], it.url("/oauth/token"));
    faults.once(Place::Metadata, Fault::status(404));
    assert_eq!(metadata(&it).await.status(), 404);
    faults.once(Place::Metadata, Fault::html());
    let html = metadata(&it).await;
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    faults.once(Place::Metadata, Fault::Huge { bytes: 3 << 20 });
    let huge = metadata(&it).await.text().await.unwrap();
    assert_eq!(huge.len(), 3 << 20);
    assert!(serde_json::from_str::<Value>(&huge).is_ok());
    let body: Value = metadata(&it).await.json().await.unwrap();
    assert_eq!(body["issuer"], it.sandbox.issuer());
    assert_eq!(it.sandbox.counters().metadata, 5);
}

#[tokio::test]
async fn registration_can_be_refused_or_redirected() {
    let it = start().await;
    let body =
        json!({ "redirect_uris": ["https://example.com"], "grant_types": ["client_credentials"] });
    it.sandbox
        .faults()
        .once(Place::Registration, Fault::status(401));
    let answer = it.registration(&body).send().await.unwrap();
    assert!(answer.headers().contains_key("www-authenticate"));
    assert_eq!(refusal(answer).await, (401, "invalid_token".into()));
    let location = "http://127.0.0.1:9/steal".to_owned();
    it.sandbox.faults().once(
        Place::Registration,
        Fault::Redirect {
            status: 307,
            location,
        },
    );
    let answer = it.registration(&body).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()["location"], "http://127.0.0.1:9/steal");
}

async fn answer_with(it: &Fixture, client: &Registered, fault: Fault) -> Url {
    it.sandbox.faults().once(Place::Authorization, fault);
    it.sandbox
        .consent(&it.link(&client.id, &[]), Decision::Approve)
        .await
        .unwrap()
}

#[tokio::test]
async fn authorization_answers_can_be_wrong() {
    let it = start().await;
    let client = it.code_client().await;
    let back = answer_with(&it, &client, Fault::wrong_state()).await;
    assert_eq!(
        query(&back, "state").as_deref(),
        Some("not-the-state-that-was-sent")
    );
    let back = answer_with(&it, &client, Fault::no_iss()).await;
    assert_eq!(query(&back, "iss"), None);
    let back = answer_with(&it, &client, Fault::wrong_iss()).await;
    assert_eq!(
        query(&back, "iss").as_deref(),
        Some("https://issuer.example")
    );
    let back = answer_with(&it, &client, Fault::authorization_error("server_error")).await;
    assert_eq!(
        (query(&back, "error").as_deref(), query(&back, "code")),
        (Some("server_error"), None)
    );
    let back = answer_with(&it, &client, Fault::answer_with_another("state", "again")).await;
    assert_eq!(
        back.query_pairs()
            .filter(|(name, _)| name == "state")
            .count(),
        2
    );
    let back = answer_with(&it, &client, Fault::AnswerInFragment).await;
    assert!(back.query().is_none() && back.fragment().unwrap().contains("code="));
    let back = answer_with(
        &it,
        &client,
        Fault::AnswerPath {
            path: "/else".into(),
        },
    )
    .await;
    assert_eq!(back.path(), "/else");
    let back = it
        .sandbox
        .consent(&it.link(&client.id, &[]), Decision::Approve)
        .await
        .unwrap();
    assert_eq!(query(&back, "iss").as_deref(), Some(it.sandbox.issuer()));
}

#[tokio::test]
async fn the_callback_can_come_twice() {
    let it = start().await;
    let client = it.code_client().await;
    it.sandbox
        .faults()
        .once(Place::Authorization, Fault::CallbackTwice);
    let link = it.link(&client.id, &[("prompt", "none")]);
    let html = it
        .http
        .get(link)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(html.contains("<img src=\"http://127.0.0.1:43117/callback?error=login_required&amp;"));
    assert!(html.contains("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn redirects_can_be_matched_with_their_port() {
    let it = start().await;
    let client = it.code_client().await;
    it.sandbox
        .faults()
        .set(Place::Authorization, Fault::ExactPort);
    let link = it.link(
        &client.id,
        &[("redirect_uri", "http://127.0.0.1:50001/callback")],
    );
    assert_eq!(it.http.get(link).send().await.unwrap().status(), 400);
    assert_eq!(
        it.http
            .get(it.link(&client.id, &[]))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn the_gateway_can_refuse_for_ever_or_ask_to_wait() {
    let it = start().await;
    it.sandbox.faults().set(Place::Gateway, Fault::status(401));
    for _ in 0..3 {
        assert_eq!(it.get(TOKENS, &it.seed.api_key).await.status(), 401);
    }
    it.sandbox.faults().clear_at(Place::Gateway);
    it.sandbox
        .faults()
        .once(Place::Gateway, Fault::retry_after(429, 30));
    let answer = it.get(TOKENS, &it.seed.api_key).await;
    assert_eq!(answer.headers()["retry-after"], "30");
    assert_eq!(
        answer.text().await.unwrap(),
        "The limit of requests per second has been exceeded"
    );
    assert_eq!(it.get(TOKENS, &it.seed.api_key).await.status(), 200);
}

#[tokio::test]
async fn switches_work_over_http_only_when_asked_for() {
    let it = start_with(SandboxOptions {
        test_control: true,
        ..options()
    })
    .await;
    let control = it.url("/_sandbox/faults");
    let fault =
        json!({ "place": "gateway", "fault": { "kind": "status", "status": 503 }, "times": 1 });
    let foreign = it
        .http
        .post(&control)
        .header("origin", "http://evil.example")
        .json(&fault);
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    assert_eq!(
        it.http
            .post(&control)
            .json(&fault)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    let active: Value = it
        .http
        .get(&control)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(active[0]["place"], "gateway");
    assert_eq!(it.get(TOKENS, &it.seed.api_key).await.status(), 503);
    assert_eq!(it.get(TOKENS, &it.seed.api_key).await.status(), 200);
    let counters = it
        .http
        .get(it.url("/_sandbox/counters"))
        .send()
        .await
        .unwrap();
    assert_eq!(counters.json::<Value>().await.unwrap()["gateway"], 2);

    let plain = start().await;
    assert_eq!(
        plain
            .http
            .get(plain.url("/_sandbox/faults"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}
