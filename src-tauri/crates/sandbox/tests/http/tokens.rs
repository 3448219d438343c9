use inchkeep_sandbox::{Decision, SandboxOptions};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{
    Fixture, REDIRECT_URI, VERIFIER, options, query, refusal, start, start_with, text,
};

/// The claims of an access token, checked by a library against the published keys.
pub(crate) async fn verified(it: &Fixture, token: &str) -> Value {
    let keys: JwkSet = it
        .http
        .get(it.url("/oauth/jwks"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let header = decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.set_issuer(&[it.sandbox.issuer()]);
    rules.set_audience(&[it.sandbox.issuer()]);
    decode::<Value>(token, &key, &rules).unwrap().claims
}

#[tokio::test]
async fn access_tokens_verify_against_the_published_keys() {
    let it = start().await;
    let client = it.code_client().await;
    let tokens = it.sign_in(&client).await;
    let claims = verified(&it, &text(&tokens, "access_token")).await;
    assert_eq!(claims["client_id"], client.id);
    assert_eq!(claims["sub"], "user-ada-lovelace");
    assert_eq!(claims["scope"], tokens["scope"]);
    assert_eq!(claims["application_id"], it.seed.application_id);
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, tokens["expires_in"].as_i64().unwrap());
}

#[tokio::test]
async fn a_code_is_for_one_use_and_a_second_ends_the_session() {
    let it = start().await;
    let client = it.code_client().await;
    let code = it.code(&client.id).await;
    let tokens: Value = it.exchange(&client, &code).await.json().await.unwrap();
    let access = text(&tokens, "access_token");
    assert_eq!(it.get("/swap/v6.1/1/tokens", &access).await.status(), 200);
    assert_eq!(
        refusal(it.exchange(&client, &code).await).await,
        (400, "invalid_grant".into())
    );
    assert_eq!(it.sandbox.counters().code_reuses, 1);
    assert_eq!(it.get("/swap/v6.1/1/tokens", &access).await.status(), 401);
    assert_eq!(
        it.refresh(&client, &text(&tokens, "refresh_token"))
            .await
            .status(),
        400
    );
}

#[tokio::test]
async fn of_two_exchanges_at_once_one_wins() {
    let it = start().await;
    let client = it.code_client().await;
    let code = it.code(&client.id).await;
    let (first, second) = tokio::join!(it.exchange(&client, &code), it.exchange(&client, &code));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn a_code_dies_after_its_life() {
    let it = start().await;
    let client = it.code_client().await;
    let code = it.code(&client.id).await;
    it.sandbox.advance_clock(Duration::from_secs(61));
    assert_eq!(
        refusal(it.exchange(&client, &code).await).await,
        (400, "invalid_grant".into())
    );
}

#[tokio::test]
async fn a_code_is_bound_to_its_client_and_redirect() {
    let it = start().await;
    let client = it.code_client().await;
    let other = it.code_client().await;
    let code = it.code(&client.id).await;
    assert_eq!(
        refusal(it.exchange(&other, &code).await).await,
        (400, "invalid_grant".into())
    );
    // The other client's attempt has not used it up.
    assert_eq!(it.exchange(&client, &code).await.status(), 200);

    let code = it.code(&client.id).await;
    for (name, expected) in [("http://127.0.0.1:1/callback", 400), (REDIRECT_URI, 400)] {
        let answer = it
            .token(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", name),
                ("code_verifier", VERIFIER),
                ("client_id", &client.id),
                ("client_secret", &client.secret),
            ])
            .await;
        assert_eq!(answer.status(), expected, "{name}");
    }
}

#[tokio::test]
async fn access_tokens_expire() {
    let options = SandboxOptions {
        access_token_life: Duration::from_secs(5),
        ..options()
    };
    let it = start_with(options).await;
    let client = it.server_client().await;
    let tokens: Value = it.client_credentials(&client).await.json().await.unwrap();
    assert_eq!(tokens["expires_in"], 5);
    let access = text(&tokens, "access_token");
    assert_eq!(it.get("/swap/v6.1/1/tokens", &access).await.status(), 200);
    it.sandbox.advance_clock(Duration::from_secs(6));
    let answer = it.get("/swap/v6.1/1/tokens", &access).await;
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("invalid_token"), "{challenge}");
}

#[tokio::test]
async fn errors_of_the_token_endpoint_are_those_of_rfc_6749() {
    let it = start().await;
    let client = it.server_client().await;
    let (id, secret) = (client.id.as_str(), client.secret.as_str());
    for (form, expected) in [
        (vec![("client_id", id)], (400, "invalid_request")),
        (
            vec![("grant_type", "password")],
            (400, "unsupported_grant_type"),
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", "wrong"),
            ],
            (401, "invalid_client"),
        ),
        (
            vec![("grant_type", "client_credentials"), ("client_id", id)],
            (401, "invalid_client"),
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", "cl_x"),
                ("client_secret", secret),
            ],
            (401, "invalid_client"),
        ),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("client_id", id),
                ("client_secret", secret),
            ],
            (400, "unauthorized_client"),
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", secret),
                ("scope", "everything"),
            ],
            (400, "invalid_scope"),
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_id", id),
                ("client_secret", secret),
            ],
            (400, "invalid_request"),
        ),
    ] {
        let answer = it.token(&form).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let names: Vec<&str> = form.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            refusal(answer).await,
            (expected.0, expected.1.into()),
            "{names:?}"
        );
    }
    // Both ways of authentication at once are one too many, and Basic is answered with Basic.
    let both = it
        .http
        .post(it.url("/oauth/token"))
        .basic_auth(id, Some(secret))
        .form(&[
            ("grant_type", "client_credentials"),
            ("client_secret", secret),
        ])
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(both).await, (400, "invalid_request".into()));
    let basic = it
        .http
        .post(it.url("/oauth/token"))
        .basic_auth(id, Some(secret))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    assert!(
        basic.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
    assert_eq!(refusal(basic).await, (401, "invalid_client".into()));
}

#[tokio::test]
async fn a_public_client_needs_no_secret() {
    let it = start().await;
    let client = it
        .register(json!({
            "redirect_uris": [REDIRECT_URI],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
            "application_id": it.seed.application_id,
        }))
        .await;
    let code = it.code(&client.id).await;
    let answer = it
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("client_id", &client.id),
        ])
        .await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn the_scope_that_was_approved_is_the_right_that_counts() {
    let it = start().await;
    let client = it.code_client().await;
    let link = it.link(&client.id, &[("scope", "swap:read")]);
    let back = it.sandbox.consent(&link, Decision::Approve).await.unwrap();
    let code = query(&back, "code").unwrap();
    let tokens: Value = it.exchange(&client, &code).await.json().await.unwrap();
    assert_eq!(tokens["scope"], "swap:read");
    let access = text(&tokens, "access_token");
    assert_eq!(it.get("/swap/v6.1/1/tokens", &access).await.status(), 200);
    let path = "/portfolio/portfolio/v5.0/general/current_value?addresses=0x00000000219ab540356cbb839cbe05303d7705fa";
    let answer = it.get(path, &access).await;
    assert_eq!(answer.status(), 403);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("insufficient_scope") && challenge.contains("portfolio:read"));
}
