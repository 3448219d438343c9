use serde_json::{Value, json};

use crate::support::{Fixture, REDIRECT_URI, refusal, start};

fn good(it: &Fixture) -> Value {
    json!({
        "client_name": "Desktop sign-in",
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_post",
        "application_id": it.seed.application_id,
    })
}

#[tokio::test]
async fn it_needs_a_portal_access_token() {
    let it = start().await;
    let without = it
        .http
        .post(it.url("/oauth/register"))
        .json(&good(&it))
        .send()
        .await
        .unwrap();
    assert_eq!(
        without.headers()["www-authenticate"],
        "Bearer realm=\"1inch sandbox\""
    );
    assert_eq!(refusal(without).await, (401, "invalid_token".into()));

    // An API key is no portal token.
    let wrong = it
        .http
        .post(it.url("/oauth/register"))
        .bearer_auth(&it.seed.api_key)
        .json(&good(&it))
        .send()
        .await
        .unwrap();
    let challenge = wrong.headers()["www-authenticate"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert_eq!(wrong.status(), 401);
}

#[tokio::test]
async fn a_portal_token_expires() {
    let it = start().await;
    let token = it.sandbox.issue_portal_token().unwrap();
    it.sandbox.advance_clock(std::time::Duration::from_hours(9));
    let request = it
        .http
        .post(it.url("/oauth/register"))
        .bearer_auth(token)
        .json(&good(&it));
    assert_eq!(
        refusal(request.send().await.unwrap()).await,
        (401, "invalid_token".into())
    );
}

#[tokio::test]
async fn everything_registered_comes_back() {
    let it = start().await;
    let mut body = good(&it);
    body["software_id"] = "inchkeep".into();
    body["application_type"] = "native".into();
    let answer = it.registration(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let answer: Value = answer.json().await.unwrap();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&answer[name], value, "{name}");
    }
    assert_eq!(answer["client_secret_expires_at"], 0);
    assert_eq!(answer["response_types"], json!(["code"]));
    assert!(answer["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000);
    assert!(answer["client_secret"].as_str().unwrap().len() > 40);
}

#[tokio::test]
async fn the_method_is_basic_when_none_was_asked_and_none_has_no_secret() {
    let it = start().await;
    let mut body = good(&it);
    body.as_object_mut()
        .unwrap()
        .remove("token_endpoint_auth_method");
    let answer: Value = it
        .registration(&body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["token_endpoint_auth_method"], "client_secret_basic");

    body["token_endpoint_auth_method"] = "none".into();
    let answer: Value = it
        .registration(&body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["token_endpoint_auth_method"], "none");
    assert_eq!(answer.get("client_secret"), None);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let it = start().await;
    for (member, value, error) in [
        ("redirect_uris", Value::Null, "invalid_redirect_uri"),
        (
            "redirect_uris",
            json!(["http://example.com/callback"]),
            "invalid_redirect_uri",
        ),
        (
            "redirect_uris",
            json!(["http://127.0.0.1/c#part"]),
            "invalid_redirect_uri",
        ),
        (
            "redirect_uris",
            json!("http://127.0.0.1/c"),
            "invalid_client_metadata",
        ),
        (
            "grant_types",
            json!(["password"]),
            "invalid_client_metadata",
        ),
        (
            "application_id",
            json!("no-such-id"),
            "invalid_client_metadata",
        ),
        (
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
            "invalid_client_metadata",
        ),
        (
            "scope",
            json!("swap:read everything"),
            "invalid_client_metadata",
        ),
    ] {
        let mut body = good(&it);
        body[member] = value;
        let answer = it.registration(&body).send().await.unwrap();
        assert_eq!(refusal(answer).await, (400, error.into()), "{member}");
    }
    let token = it.sandbox.issue_portal_token().unwrap();
    let form = it
        .http
        .post(it.url("/oauth/register"))
        .bearer_auth(token)
        .form(&[("a", "b")]);
    let answer = form.send().await.unwrap();
    assert_eq!(
        refusal(answer).await,
        (400, "invalid_client_metadata".into())
    );
}
