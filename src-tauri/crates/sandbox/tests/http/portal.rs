use reqwest::Response;
use serde_json::json;

use crate::support::{Fixture, http, start};

fn value_of(html: &str, id: &str) -> String {
    let rest = html.split_once(&format!("id=\"{id}\"")).unwrap().1;
    rest.split_once("value=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0
        .to_owned()
}

async fn csrf(it: &Fixture) -> String {
    let html = it
        .http
        .get(it.url("/portal"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let rest = html.split_once("name=\"csrf\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

async fn post(it: &Fixture, path: &str, fields: &[(&str, &str)]) -> Response {
    let csrf = csrf(it).await;
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    let request = it
        .http
        .post(it.url(path))
        .header("origin", it.sandbox.issuer());
    request.form(&form).send().await.unwrap()
}

#[tokio::test]
async fn an_application_and_its_key_by_form() {
    let it = start().await;
    let created = post(&it, "/portal/applications", &[("name", "Market <Relay>")]).await;
    assert_eq!(created.status(), 303);
    let path = created.headers()["location"].to_str().unwrap().to_owned();
    let shown = post(
        &it,
        &format!("{path}/keys"),
        &[("name", "CI"), ("rights", "limited")],
    )
    .await;
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.headers()["cache-control"], "no-store");
    let key = value_of(&shown.text().await.unwrap(), "api-key");
    assert_eq!(it.get("/swap/v6.1/1/tokens", &key).await.status(), 200);
    assert_eq!(it.get("/gas-price/v1.6/1", &key).await.status(), 200);
    let web3 = it
        .http
        .post(it.url("/web3/1"))
        .bearer_auth(&key)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(web3.status(), 403);

    // It was shown once; the page has its name, and markup in a name is text.
    let html = it
        .http
        .get(it.url(&path))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(html.contains("CI") && !html.contains(&key));
    assert!(html.contains("Market &lt;Relay&gt;") && !html.contains("<Relay>"));

    let delete = html
        .split("action=\"")
        .find(|rest| rest.contains("/delete\""))
        .unwrap();
    let delete = delete.split_once('"').unwrap().0.to_owned();
    assert_eq!(post(&it, &delete, &[]).await.status(), 303);
    assert_eq!(it.get("/swap/v6.1/1/tokens", &key).await.status(), 401);
}

#[tokio::test]
async fn a_portal_token_by_form_registers_a_client() {
    let it = start().await;
    let html = post(&it, "/portal/tokens", &[]).await.text().await.unwrap();
    let token = value_of(&html, "portal-token");
    let body =
        json!({ "redirect_uris": ["https://example.com"], "grant_types": ["client_credentials"] });
    let request = it
        .http
        .post(it.url("/oauth/register"))
        .bearer_auth(token)
        .json(&body);
    assert_eq!(request.send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn an_oauth_client_by_form_gets_tokens() {
    let it = start().await;
    let path = format!("/portal/applications/{}/clients", it.seed.application_id);
    let fields = [
        ("name", "Worker"),
        ("grant", "client_credentials"),
        ("redirect_uris", ""),
    ];
    let html = post(&it, &path, &fields).await.text().await.unwrap();
    let client = crate::support::Registered {
        id: value_of(&html, "client-id"),
        secret: value_of(&html, "client-secret"),
    };
    assert_eq!(it.client_credentials(&client).await.status(), 200);

    let fields = [
        ("name", "App"),
        ("grant", "authorization_code"),
        ("redirect_uris", "http://evil.example"),
    ];
    assert_eq!(post(&it, &path, &fields).await.status(), 400);
    assert_eq!(
        post(&it, &format!("{path}/{}/delete", client.id), &[])
            .await
            .status(),
        303
    );
    assert_eq!(it.client_credentials(&client).await.status(), 401);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let it = start().await;
    let csrf = csrf(&it).await;
    let post = |name: &'static str, value: &str| {
        it.http
            .post(it.url("/portal/tokens"))
            .header(name, value)
            .form(&[("csrf", &csrf)])
            .send()
    };
    assert_eq!(
        post("origin", "http://evil.example")
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(post("origin", "null").await.unwrap().status(), 403);
    assert_eq!(
        post("sec-fetch-site", "same-site").await.unwrap().status(),
        403
    );
    assert_eq!(post("host", "rebound.example").await.unwrap().status(), 421);
    assert_eq!(
        post("origin", it.sandbox.issuer()).await.unwrap().status(),
        200
    );
    let without = http()
        .post(it.url("/portal/tokens"))
        .form(&[("csrf", "guess")]);
    assert_eq!(without.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn names_are_checked() {
    let it = start().await;
    let long = "x".repeat(81);
    for name in ["", "   ", long.as_str()] {
        assert_eq!(
            post(&it, "/portal/applications", &[("name", name)])
                .await
                .status(),
            400
        );
    }
    let unknown = post(&it, "/portal/applications/none/keys", &[("name", "CI")]).await;
    assert_eq!(unknown.status(), 404);
    assert_eq!(it.sandbox.applications().len(), 1);
}
