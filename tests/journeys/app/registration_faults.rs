//! Registrations that go wrong: each with a code of its own, and no client comes of it.

use inchkeep_app::ErrorCode;
use inchkeep_sandbox::{Fault, Place};
use inchkeep_tests::steps::eventually;
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

async fn no_client_came_of_it(app: &TestApp) -> anyhow::Result<()> {
    assert_eq!(app.sample().await?["oauthClients"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_wrong_portal_token_is_named_and_the_form_can_be_sent_again() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let good = app
        .registration("client_credentials", "Settlement worker")
        .await?;
    let purpose = json!({ "kind": "portal_token", "environmentId": app.environment().await? });
    let canary = "portal_canary_4kT9wZ2mQe8RfLxB1nVdY7Qx2";
    let mut wrong = good.clone();
    wrong["portalToken"] = app.paste(canary, purpose).await?;
    for _ in 0..2 {
        let error = app
            .call("register_client", wrong.clone())
            .await
            .expect_err("a wrong token");
        assert_eq!(error.code, ErrorCode::PortalTokenRefused);
        assert!(error.request_id.is_some(), "support asks for it");
    }
    assert!(!app.told().contains(canary));
    no_client_came_of_it(&app).await?;
    app.call("register_client", good).await?;
    Ok(())
}

#[tokio::test]
async fn the_server_refuses_is_busy_or_talks_nonsense() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let request = app
        .registration("authorization_code", "Desktop sign-in")
        .await?;
    let sandbox = app.sandbox().await?;
    let refusal = |error: &str| Fault::Answer {
        status: 400,
        content_type: "application/json".into(),
        body: json!({ "error": error, "error_description": "Because" }).to_string(),
    };
    for (fault, code) in [
        (
            refusal("invalid_redirect_uri"),
            ErrorCode::RedirectUriRefused,
        ),
        (
            refusal("invalid_client_metadata"),
            ErrorCode::RegistrationRefused,
        ),
        (Fault::retry_after(503, 3), ErrorCode::TokenServerBusy),
        (Fault::garbage(), ErrorCode::RegistrationRefused),
        (Fault::without("client_id"), ErrorCode::RegistrationRefused),
        (Fault::Disconnect, ErrorCode::ConnectionLost),
    ] {
        // A kept connection that closes may be tried once more.
        sandbox
            .faults()
            .times(Place::Registration, fault.clone(), 2);
        let error = app
            .call("register_client", request.clone())
            .await
            .expect_err("a fault");
        assert_eq!(error.code, code, "{fault:?}");
        sandbox.faults().clear();
    }
    no_client_came_of_it(&app).await?;
    app.call("register_client", request).await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_names_another_issuer_gets_no_token() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let request = app
        .registration("client_credentials", "Settlement worker")
        .await?;
    let sandbox = app.sandbox().await?;
    sandbox.faults().set(Place::Metadata, Fault::wrong_issuer());
    let error = app
        .call("register_client", request)
        .await
        .expect_err("another issuer");
    assert_eq!(error.code, ErrorCode::IssuerMismatch);
    assert_eq!(error.facts["named"], "https://issuer.example");
    assert_eq!(error.facts["expected"], sandbox.issuer());
    assert_eq!(sandbox.counters().registrations, 0, "it was not asked");
    no_client_came_of_it(&app).await
}

#[tokio::test]
async fn a_server_without_metadata_or_registration_is_told_apart() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let request = app
        .registration("client_credentials", "Settlement worker")
        .await?;
    let sandbox = app.sandbox().await?;
    sandbox.faults().set(Place::Metadata, Fault::status(404));
    let error = app
        .call("register_client", request.clone())
        .await
        .expect_err("none");
    assert_eq!(
        (error.code, error.facts["status"].as_str()),
        (ErrorCode::NoMetadata, "404")
    );
    sandbox.faults().clear();
    sandbox
        .faults()
        .set(Place::Metadata, Fault::without("registration_endpoint"));
    let error = app
        .call("register_client", request)
        .await
        .expect_err("not offered");
    assert_eq!(error.code, ErrorCode::RegistrationNotOffered);
    no_client_came_of_it(&app).await
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_reached() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let port = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await?
        .local_addr()?
        .port();
    let base = format!("http://127.0.0.1:{port}");
    let check = json!({ "apiBase": base, "authorizationServer": null });
    let error = app
        .call("check_server", check)
        .await
        .expect_err("nothing listens");
    assert_eq!(error.code, ErrorCode::ConnectionRefused);
    assert_eq!(error.facts["port"], port.to_string());

    let added = json!({
        "name": "Gone", "apiBase": base, "authorizationServer": null, "portal": null,
        "logRetentionDays": null,
    });
    let environment = app.call("add_environment", added).await?;
    let application = json!({
        "environmentId": environment["id"], "name": "Router", "applicationId": "app_1",
    });
    let application = app.call("add_application", application).await?;
    let purpose = json!({ "kind": "portal_token", "environmentId": environment["id"] });
    let mut request = app
        .registration("client_credentials", "Settlement worker")
        .await?;
    request["application"] = application["key"].clone();
    request["portalToken"] = app.paste("portal_token_4kT9wZ2mQe8RfLxB", purpose).await?;
    let error = app
        .call("register_client", request)
        .await
        .expect_err("nothing listens");
    assert_eq!(error.code, ErrorCode::ConnectionRefused);
    Ok(())
}

#[tokio::test]
async fn a_form_that_cannot_be_sent_says_which_field() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let good = app
        .registration("authorization_code", "Desktop sign-in")
        .await?;
    for (member, value, field) in [
        ("name", json!("  "), "name"),
        ("scopes", json!(["a\"b"]), "scopes"),
        (
            "redirectUris",
            json!(["http://example.com/callback"]),
            "redirectUris",
        ),
        (
            "redirectUris",
            json!(["https://example.com/callback#part"]),
            "redirectUris",
        ),
    ] {
        let mut request = good.clone();
        request[member] = value;
        let error = app
            .call("register_client", request)
            .await
            .expect_err(member);
        assert_eq!(
            (error.code, error.facts["field"].as_str()),
            (ErrorCode::InvalidField, field)
        );
    }
    no_client_came_of_it(&app).await
}

#[tokio::test]
async fn one_that_takes_too_long_is_stopped() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let request = app
        .registration("client_credentials", "Settlement worker")
        .await?;
    let sandbox = app.sandbox().await?;
    sandbox.faults().set(
        Place::Registration,
        Fault::Delay {
            milliseconds: 60_000,
        },
    );
    let stop = async {
        eventually("the preparation is over", || async {
            (sandbox.counters().metadata > 0).then_some(())
        })
        .await?;
        anyhow::Ok(app.call("cancel_registration", Value::Null).await?)
    };
    let (registered, stopped) = tokio::join!(app.call("register_client", request), stop);
    stopped?;
    assert_eq!(
        registered.expect_err("it was stopped").code,
        ErrorCode::Cancelled
    );
    sandbox.faults().clear();
    no_client_came_of_it(&app).await
}
