//! Callers and servers that mean harm.

use inchkeep_app::{ErrorCode, Window};
use inchkeep_sandbox::{Fault, Place};
use inchkeep_tests::steps::{TOKENS, eventually, get, session, status};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn each_window_has_its_own_commands_only() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let ticket = json!({ "ticket": "none" });
    for command in [
        "secret_window",
        "submit_secret",
        "copy_shown_secret",
        "save_recovery_code",
    ] {
        let error = app.call(command, ticket.clone()).await.expect_err(command);
        assert_eq!(error.code, ErrorCode::NotFound, "{command}");
    }
    for command in [
        "app_status",
        "copy_secret",
        "open_secret_window",
        "sessions",
        "lock",
    ] {
        let error = app
            .call_secret(command, Value::Null)
            .await
            .expect_err(command);
        assert_eq!(error.code, ErrorCode::NotFound, "{command}");
    }
    let error = app
        .call_secret("secret_window", ticket)
        .await
        .expect_err("no such ticket");
    assert_eq!(error.code, ErrorCode::TicketGone);
    Ok(())
}

#[tokio::test]
async fn a_request_that_does_not_fit_is_refused_without_being_quoted() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let canary = "canary_4kT9wZ2mQe8RfLxB";
    for (command, request) in [
        ("send", json!({ "sendId": canary })),
        ("send", json!(canary)),
        (
            "copy_secret",
            json!({ "target": { "kind": canary, "id": canary } }),
        ),
        (
            "history",
            json!({ "environmentId": canary, "search": [canary], "limit": -1 }),
        ),
        ("app_status", json!({ "unexpected": canary })),
    ] {
        let error = app.call(command, request).await.expect_err(command);
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{command}");
    }
    let typed = json!({ "ticket": 7, "value": canary });
    let error = app
        .app
        .call(Window::Secret, "submit_secret", typed)
        .await
        .expect_err("no ticket");
    assert!(!format!("{error:?}").contains(canary));
    assert!(!app.told().contains(canary));
    Ok(())
}

#[tokio::test]
async fn ids_of_nothing_are_not_found() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    for (command, request) in [
        ("application", json!({ "application": "../../etc" })),
        ("session", json!({ "sessionId": "" })),
        ("oauth_client", json!({ "oauthClientId": "x" })),
        (
            "exchange",
            json!({ "exchangeId": "'; DROP TABLE records; --" }),
        ),
        ("sign_in_state", json!({ "signInId": "x" })),
        ("select_environment", json!({ "environmentId": "x" })),
        ("remove_api_key", json!({ "apiKeyId": "x" })),
        (
            "open_secret_window",
            json!({ "mode": "reveal", "target": { "kind": "api_key", "id": "x" } }),
        ),
    ] {
        let error = app.call(command, request).await.expect_err(command);
        assert_eq!(error.code, ErrorCode::NotFound, "{command}");
    }
    Ok(())
}

#[tokio::test]
async fn what_a_server_echoes_of_a_secret_is_masked_everywhere() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let secret = app.reveal("api_key", &key["id"]).await?;
    let sandbox = app.sandbox().await?;
    let echo = Fault::Answer {
        status: 400,
        content_type: "text/plain; charset=utf-8".into(),
        body: format!("you sent {secret} to us"),
    };
    sandbox.faults().once(Place::Gateway, echo);
    let header = Fault::Header {
        name: "x-echo".into(),
        value: secret.clone(),
    };
    sandbox.faults().once(Place::Gateway, header);
    let sent = app.send(get(TOKENS), &key, "header").await?;
    assert_eq!(status(&sent), Some(400));
    let told = sent["explanation"].as_str().unwrap_or_default();
    assert!(told.contains("you sent "), "{told}");
    for form in ["raw", "pretty", "hex"] {
        let body = json!({ "exchangeId": sent["id"], "form": form });
        app.call("exchange_body", body).await?;
    }
    assert!(!app.told().contains(&secret));
    let body = json!({ "exchangeId": sent["id"], "form": "raw" });
    let body = app.call("exchange_body", body).await?;
    assert!(
        body["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("you sent ")),
        "{body}"
    );
    Ok(())
}

#[tokio::test]
async fn what_a_token_server_echoes_of_what_it_was_sent_is_masked_everywhere() -> anyhow::Result<()>
{
    let app = TestApp::start_in_sandbox().await?;
    let client = app.register("authorization_code", "Desktop").await?;
    let person = app.sign_in(&client).await?;
    let refresh_token = app.reveal("refresh_token", &person["id"]).await?;
    let sandbox = app.sandbox().await?;
    let refusal = |secret: &str| Fault::Answer {
        status: 400,
        content_type: "application/json".into(),
        body: json!({ "error": "odd", "error_description": format!("{secret} is odd") })
            .to_string(),
    };
    let echo = refusal(&refresh_token);
    sandbox.faults().once(Place::TokenRefresh, echo);
    let reference = json!({ "sessionId": person["id"] });
    let error = app.call("refresh_session", reference).await;
    let error = error.expect_err("the server refuses");
    assert!(error.facts["reason"].contains("is odd"), "{error:?}");

    // This one is not in the vault, so nobody else could know it.
    let portal_token = sandbox.issue_portal_token()?;
    let purpose = json!({ "kind": "portal_token", "environmentId": app.environment().await? });
    let mut registration = app.registration("client_credentials", "Worker").await?;
    registration["portalToken"] = app.paste(&portal_token, purpose).await?;
    let echo = refusal(&portal_token);
    sandbox.faults().once(Place::Registration, echo);
    let error = app.call("register_client", registration).await;
    let error = error.expect_err("the server refuses");
    assert!(error.facts["description"].contains("is odd"), "{error:?}");

    app.look_at_everything().await?;
    for secret in [refresh_token, portal_token] {
        assert!(!app.told().contains(&secret));
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_was_given_back_stands_nowhere() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = app.register("authorization_code", "Desktop").await?;
    let person = app.sign_in(&client).await?;
    let refresh_token = app.reveal("refresh_token", &person["id"]).await?;
    let access_token = app.reveal("access_token", &person["id"]).await?;
    let end = json!({ "sessionId": person["id"], "forgetAnyway": true });
    app.call("end_session", end).await?;
    let rows = eventually("both calls are in the history", || async {
        let rows = app.history("/oauth/revoke").await.ok()?;
        (rows.len() == 2).then_some(rows)
    })
    .await?;
    for row in rows {
        let reference = json!({ "exchangeId": row["id"] });
        let exchange = app.call("exchange", reference).await?;
        assert_eq!(status(&exchange), Some(200));
        let body = exchange["sent"]["body"].as_str().unwrap_or_default();
        assert!(body.contains("token="), "{body}");
    }
    for token in [refresh_token, access_token] {
        assert!(!app.told().contains(&token));
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_in_a_path_is_masked_where_its_use_is_told() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let secret = app
        .reveal("api_key", &app.sample_key().await?["id"])
        .await?;
    let client = app.register("authorization_code", "Desktop").await?;
    let person = app.sign_in(&client).await?;
    app.send(get(&format!("/swap/{secret}")), &session(&person), "header")
        .await?;
    let detail = app.session(&person).await?;
    assert!(
        detail["history"][0]["what"]
            .as_str()
            .is_some_and(|what| what.starts_with("Used by GET /swap/")),
        "{detail}"
    );
    assert!(!app.told().contains(&secret));
    Ok(())
}

#[tokio::test]
async fn endpoints_on_another_host_are_not_trusted_and_a_change_is_told() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let sandbox = app.sandbox().await?;
    let server = json!({ "environmentId": app.environment().await?, "refresh": true });
    let foreign = Fault::with("token_endpoint", "https://collector.example/oauth/token");
    sandbox.faults().once(Place::Metadata, foreign);
    let error = app
        .call("server", server.clone())
        .await
        .expect_err("a foreign endpoint");
    assert_eq!(error.code, ErrorCode::ForeignEndpoints);
    assert!(error.facts["endpoints"].contains("collector.example"));

    app.call("server", server.clone()).await?;
    let moved = sandbox.url().join("/oauth/other-token")?;
    sandbox.faults().set(
        Place::Metadata,
        Fault::with("token_endpoint", moved.as_str()),
    );
    let error = app
        .call("server", server.clone())
        .await
        .expect_err("it changed");
    assert_eq!(error.code, ErrorCode::MetadataChanged);
    assert!(
        error.facts["changes"].contains("token"),
        "{:?}",
        error.facts
    );
    let registration = app.registration("client_credentials", "Not now").await?;
    let error = app
        .call("register_client", registration)
        .await
        .expect_err("nothing new begins");
    assert_eq!(error.code, ErrorCode::MetadataChanged);
    sandbox.faults().clear();
    app.call("server", server).await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_never_ends_is_cut_off() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let sandbox = app.sandbox().await?;
    sandbox
        .faults()
        .set(Place::Metadata, Fault::Huge { bytes: 20_000_000 });
    let check = json!({ "apiBase": sandbox.issuer(), "authorizationServer": null });
    let error = app
        .call("check_server", check.clone())
        .await
        .expect_err("too large");
    assert_eq!(error.code, ErrorCode::AnswerTooLarge);
    sandbox.faults().clear();
    sandbox.faults().set(Place::Metadata, Fault::html());
    let error = app
        .call("check_server", check)
        .await
        .expect_err("a captive portal");
    assert_eq!(error.code, ErrorCode::MetadataRefused);
    Ok(())
}
