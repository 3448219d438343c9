//! `X-Request-Id` is on every answer, also on those that no handler wrote.

use std::collections::HashSet;

use inchkeep_sandbox::{Fault, Place, SandboxOptions};
use reqwest::Method;

use crate::support::{REDIRECT_URI, options, start, start_with};

#[tokio::test]
async fn every_answer_has_its_own_id() {
    let it = start().await;
    let client = it.code_client().await;
    let key = it.seed.api_key.clone();
    let bad_link = it.link(&client.id, &[("prompt", "none")]);
    let host = format!("localhost:{}", it.sandbox.port());
    let get = |path: &str| it.http.get(it.url(path));
    let requests = [
        (get("/swap/v6.1/1/tokens").bearer_auth(&key), 200),
        (get("/swap/v6.1/1/quote").bearer_auth(&key), 400),
        (get("/swap/v6.1/1/tokens"), 401),
        (get("/nowhere"), 404),
        (get("/oauth/token"), 405),
        (
            it.http
                .delete(it.url("/swap/v6.1/1/tokens"))
                .bearer_auth(&key),
            405,
        ),
        (
            it.http
                .request(Method::OPTIONS, it.url("/swap/v6.1/1/tokens")),
            405,
        ),
        (
            it.http
                .head(it.url("/swap/v6.1/1/tokens"))
                .bearer_auth(&key),
            200,
        ),
        (
            it.http
                .post(it.url("/oauth/token"))
                .form(&[("grant_type", "x")]),
            400,
        ),
        (it.http.post(it.url("/oauth/register")), 401),
        (it.http.get(bad_link), 302),
        (it.http.get(it.link("cl_unknown", &[])), 400),
        (it.http.get(it.link(&client.id, &[])), 200),
        (it.http.post(it.url("/oauth/consent")), 403),
        (get("/"), 303),
        (get("/portal"), 200),
        (get("/portal/applications/none"), 404),
        (
            get("/swap/v6.1/1/tokens")
                .bearer_auth(&key)
                .header("host", "rebound.example"),
            421,
        ),
        (get("/portal").header("host", host), 421),
        (get("/web3/1").bearer_auth(&key), 400),
        (get("/oauth/jwks"), 200),
        (get("/_sandbox/faults"), 404),
    ];
    let mut seen = HashSet::new();
    for (number, (request, status)) in requests.into_iter().enumerate() {
        let answer = request.send().await.unwrap();
        assert_eq!(
            answer.status(),
            status,
            "request {number} to {}",
            answer.url()
        );
        let id = answer.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        uuid::Uuid::parse_str(&id).unwrap();
        assert!(answer.headers().contains_key("date"));
        assert!(seen.insert(id), "request {number} has the id of another");
    }
}

#[tokio::test]
async fn faults_and_limits_have_ids_too() {
    let it = start_with(SandboxOptions {
        rate_per_second: Some(0),
        ..options()
    })
    .await;
    let limited = it.get("/swap/v6.1/1/tokens", &it.seed.api_key).await;
    assert_eq!(limited.status(), 429);
    assert!(limited.headers().contains_key("x-request-id"));
    let location = REDIRECT_URI.to_owned();
    it.sandbox.faults().once(
        Place::Gateway,
        Fault::Redirect {
            status: 307,
            location,
        },
    );
    let redirected = it.get("/swap/v6.1/1/tokens", &it.seed.api_key).await;
    assert_eq!(redirected.status(), 307);
    assert!(redirected.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn a_method_that_is_not_there_names_those_that_are() {
    let it = start().await;
    let answer = it.http.get(it.url("/oauth/token")).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "POST");
}

#[tokio::test]
async fn the_callers_id_is_not_taken_over() {
    let it = start().await;
    let answer = it
        .http
        .get(it.url("/portal"))
        .header("x-request-id", "mine")
        .send()
        .await
        .unwrap();
    assert_ne!(answer.headers()["x-request-id"], "mine");
}
