//! Each command of the documentation's authentication page, with the documented result.

use inchkeep_sandbox::{Decision, Fault, Place};
use serde_json::{Value, json};

use crate::support::{REDIRECT_URI, VERIFIER, query, refusal, start, text};

const TOKENS: &str = "/swap/v5.2/1/tokens";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

#[tokio::test]
async fn an_api_key_works_in_the_header() {
    let it = start().await;
    let answer = it.get(TOKENS, &it.seed.api_key).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert!(answer.headers().contains_key("x-request-id"));
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["tokens"][USDC]["symbol"], "USDC");
}

#[tokio::test]
async fn an_api_key_works_in_the_query() {
    let it = start().await;
    let address = format!("{}?apiKey={}", it.url(TOKENS), it.seed.api_key);
    let answer = it.http.get(address).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["tokens"][USDC]["decimals"], 6);
}

#[tokio::test]
async fn discovery_lists_what_the_flows_need() {
    let it = start().await;
    let answer = it
        .http
        .get(it.url("/.well-known/oauth-authorization-server"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let metadata: Value = answer.json().await.unwrap();
    assert_eq!(metadata["issuer"], it.sandbox.issuer());
    assert_eq!(
        metadata["issuer"],
        format!("http://127.0.0.1:{}", it.sandbox.port())
    );
    for (name, path) in [
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("registration_endpoint", "/oauth/register"),
        ("revocation_endpoint", "/oauth/revoke"),
        ("jwks_uri", "/oauth/jwks"),
    ] {
        assert_eq!(metadata[name], it.url(path), "{name}");
    }
    assert_eq!(
        metadata["grant_types_supported"],
        json!(["authorization_code", "client_credentials", "refresh_token"])
    );
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        true
    );
}

/// The documentation's own body: no authentication method, a redirect URI all the same.
#[tokio::test]
async fn client_credentials_as_documented() {
    let it = start().await;
    let client = it
        .register(json!({
            "client_name": "My Server Client",
            "redirect_uris": ["https://example.com"],
            "grant_types": ["client_credentials"],
        }))
        .await;
    let answer = it.client_credentials(&client).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let tokens: Value = answer.json().await.unwrap();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 1800);
    assert_eq!(tokens.get("refresh_token"), None);
    assert_eq!(
        it.get(TOKENS, &text(&tokens, "access_token"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn authorization_code_with_pkce_as_documented() {
    let it = start().await;
    let client = it
        .register(json!({
            "client_name": "My Web App Client",
            "redirect_uris": [REDIRECT_URI],
            "grant_types": ["authorization_code", "refresh_token"],
            "application_id": it.seed.application_id,
        }))
        .await;
    let link = it.link(&client.id, &[]);
    let back = it.sandbox.consent(&link, Decision::Approve).await.unwrap();
    assert!(back.as_str().starts_with(REDIRECT_URI));
    assert_eq!(query(&back, "state").as_deref(), Some("af0ifjsldkj"));
    assert_eq!(query(&back, "iss").as_deref(), Some(it.sandbox.issuer()));
    let code = query(&back, "code").unwrap();

    let answer = it.exchange(&client, &code).await;
    assert_eq!(answer.status(), 200);
    let tokens: Value = answer.json().await.unwrap();
    assert_eq!(
        it.get(TOKENS, &text(&tokens, "access_token"))
            .await
            .status(),
        200
    );

    let answer = it.refresh(&client, &text(&tokens, "refresh_token")).await;
    assert_eq!(answer.status(), 200);
    let renewed: Value = answer.json().await.unwrap();
    assert_ne!(renewed["access_token"], tokens["access_token"]);
    assert_eq!(
        it.get(TOKENS, &text(&renewed, "access_token"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn application_id_is_required_for_authorization_code() {
    let it = start().await;
    let body = json!({
        "client_name": "My Web App Client",
        "redirect_uris": ["https://myapp.com/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let answer = it.registration(&body).send().await.unwrap();
    assert_eq!(
        refusal(answer).await,
        (400, "invalid_client_metadata".into())
    );
}

/// What RFC 7591 §2 says instead: no method asked means `client_secret_basic`, and only that.
#[tokio::test]
async fn a_strict_server_refuses_the_body_secret_of_a_client_without_a_method() {
    let it = start().await;
    let client = it
        .register(json!({
            "redirect_uris": ["https://example.com"],
            "grant_types": ["client_credentials"],
        }))
        .await;
    it.sandbox
        .faults()
        .set(Place::TokenClientCredentials, Fault::StrictAuthMethod);
    let answer = it.client_credentials(&client).await;
    assert_eq!(refusal(answer).await, (401, "invalid_client".into()));
    let answer = it
        .http
        .post(it.url("/oauth/token"))
        .basic_auth(&client.id, Some(&client.secret))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn the_verifier_of_another_request_gets_nothing() {
    let it = start().await;
    let client = it.code_client().await;
    let code = it.code(&client.id).await;
    let answer = it
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &VERIFIER.replace('d', "e")),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ])
        .await;
    assert_eq!(refusal(answer).await, (400, "invalid_grant".into()));
    // And the code is gone: a second guess is not allowed.
    assert_eq!(it.exchange(&client, &code).await.status(), 400);
}
