//! The consent page in a browser's words: forms, redirects, headers.

use inchkeep_sandbox::{AuthorizationRecord, Decision, SandboxError};
use reqwest::Response;
use reqwest::header::HeaderMap;
use url::Url;

use crate::support::{Fixture, REDIRECT_URI, challenge, query, start};

fn location(answer: &Response) -> Url {
    Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
}

fn hidden(html: &str, name: &str) -> String {
    let rest = html
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap()
        .1;
    rest.split_once('"').unwrap().0.to_owned()
}

async fn page(it: &Fixture, link: Url) -> (HeaderMap, String) {
    let answer = it.http.get(link).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    (answer.headers().clone(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_needs_nothing_from_elsewhere() {
    let it = start().await;
    let client = it.code_client().await;
    let link = it.link(&client.id, &[("scope", "swap:read balance:read")]);
    let (headers, html) = page(&it, link).await;
    for words in [
        "Desktop sign-in",
        "Treasury Router",
        "swap:read",
        "Ada Lovelace",
        "Grace Hopper",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for id in ["approve", "decline", "account-ada", "account-grace"] {
        assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(!html.contains("portfolio:read"));
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("@import"));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:43117;"),
        "{policy}"
    );
    assert_eq!(headers["cache-control"], "no-store");
}

#[tokio::test]
async fn approving_and_declining_by_form() {
    let it = start().await;
    let client = it.code_client().await;
    for (decision, parameter) in [("approve", "code"), ("decline", "error")] {
        let (_, html) = page(&it, it.link(&client.id, &[])).await;
        let form = [
            ("csrf", hidden(&html, "csrf")),
            ("consent", hidden(&html, "consent")),
            ("account", "account-grace".to_owned()),
            ("decision", decision.to_owned()),
        ];
        let post = || it.http.post(it.url("/oauth/consent")).form(&form);
        // Another site's form is refused, and does not use up the request.
        let foreign = post()
            .header("origin", "http://evil.example")
            .send()
            .await
            .unwrap();
        assert_eq!(foreign.status(), 403);
        let foreign = post()
            .header("sec-fetch-site", "cross-site")
            .send()
            .await
            .unwrap();
        assert_eq!(foreign.status(), 403);

        let own = post()
            .header("origin", it.sandbox.issuer())
            .header("sec-fetch-site", "same-origin");
        let answer = own.send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let back = location(&answer);
        assert!(query(&back, parameter).is_some(), "{back}");
        assert_eq!(query(&back, "state").as_deref(), Some("af0ifjsldkj"));
        assert_eq!(query(&back, "iss").as_deref(), Some(it.sandbox.issuer()));
        // The page was used.
        assert_eq!(post().send().await.unwrap().status(), 400);
    }
}

#[tokio::test]
async fn a_form_without_the_token_of_the_page_is_refused() {
    let it = start().await;
    let client = it.code_client().await;
    let (_, html) = page(&it, it.link(&client.id, &[])).await;
    let consent = hidden(&html, "consent");
    let form = [
        ("consent", consent.as_str()),
        ("account", "account-ada"),
        ("decision", "approve"),
    ];
    let answer = it
        .http
        .post(it.url("/oauth/consent"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn an_unknown_client_or_address_is_never_redirected() {
    let it = start().await;
    let client = it.code_client().await;
    for changed in [
        ("client_id", "cl_unknown"),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "http://127.0.0.1:43117/other"),
        ("redirect_uri", ""),
    ] {
        let answer = it
            .http
            .get(it.link(&client.id, &[changed]))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 400, "{changed:?}");
        assert!(!answer.headers().contains_key("location"), "{changed:?}");
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html")
        );
    }
}

#[tokio::test]
async fn other_errors_go_back_with_state_and_iss() {
    let it = start().await;
    let client = it.code_client().await;
    let too_short = challenge().replace('a', "");
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        (
            "code_challenge",
            &format!("{too_short}="),
            "invalid_request",
        ),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("scope", "everything", "invalid_scope"),
        ("prompt", "none", "login_required"),
    ] {
        let answer = it
            .http
            .get(it.link(&client.id, &[(name, value)]))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 302, "{name}={value}");
        let back = location(&answer);
        assert!(back.as_str().starts_with(REDIRECT_URI));
        assert_eq!(
            query(&back, "error").as_deref(),
            Some(error),
            "{name}={value}"
        );
        assert_eq!(query(&back, "state").as_deref(), Some("af0ifjsldkj"));
        assert_eq!(query(&back, "iss").as_deref(), Some(it.sandbox.issuer()));
        assert_eq!(query(&back, "code"), None);
    }
    let server = it.server_client().await;
    let link = it.link(&server.id, &[("redirect_uri", "https://example.com")]);
    let back = location(&it.http.get(link).send().await.unwrap());
    assert_eq!(
        query(&back, "error").as_deref(),
        Some("unauthorized_client")
    );
}

#[tokio::test]
async fn any_loopback_port_matches() {
    let it = start().await;
    let client = it.code_client().await;
    let other = "http://127.0.0.1:50001/callback";
    let link = it.link(&client.id, &[("redirect_uri", other)]);
    let back = it.sandbox.consent(&link, Decision::Approve).await.unwrap();
    assert!(back.as_str().starts_with(other));
}

#[tokio::test]
async fn the_chosen_account_is_the_subject() {
    let it = start().await;
    let client = it.code_client().await;
    let decision = Decision::ApproveAs("account-grace".into());
    let back = it
        .sandbox
        .consent(&it.link(&client.id, &[]), decision)
        .await
        .unwrap();
    let code = query(&back, "code").unwrap();
    let tokens: serde_json::Value = it.exchange(&client, &code).await.json().await.unwrap();
    let claims = crate::tokens::verified(&it, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(claims["sub"], "user-grace-hopper");
}

#[tokio::test]
async fn the_last_request_is_recorded_without_its_secrets() {
    let it = start().await;
    let client = it.code_client().await;
    let link = it.link(
        &client.id,
        &[("scope", "swap:read"), ("prompt", "select_account")],
    );
    it.sandbox.consent(&link, Decision::Decline).await.unwrap();
    let record = it.sandbox.counters().last_authorization.unwrap();
    assert_eq!(
        record,
        AuthorizationRecord {
            client_id: Some(client.id),
            redirect_uri: Some(REDIRECT_URI.into()),
            response_type: Some("code".into()),
            scope: Some("swap:read".into()),
            code_challenge_method: Some("S256".into()),
            prompt: Some("select_account".into()),
            resource: None,
            has_state: true,
            has_code_challenge: true,
        }
    );
}

#[tokio::test]
async fn a_link_that_leads_nowhere_says_so() {
    let it = start().await;
    let outcome = it
        .sandbox
        .consent(&it.link("cl_unknown", &[]), Decision::Approve)
        .await;
    assert!(matches!(
        outcome,
        Err(SandboxError::NoConsent { status: 400 })
    ));
}
