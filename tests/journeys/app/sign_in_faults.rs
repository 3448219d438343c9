//! Sign-ins that go wrong: each ends with a code of its own, and nothing that was there is lost.

use std::time::Duration;

use inchkeep_app::ErrorCode;
use inchkeep_sandbox::{Decision, Fault, Place};
use inchkeep_tests::steps::{land, session};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

/// An app in which somebody is signed in already.
struct SignedIn {
    app: TestApp,
    client: Value,
    person: Value,
}

impl SignedIn {
    async fn start() -> anyhow::Result<Self> {
        let app = TestApp::start_in_sandbox().await?;
        let client = app
            .register("authorization_code", "Desktop sign-in")
            .await?;
        let person = app.sign_in(&client).await?;
        Ok(Self {
            app,
            client,
            person,
        })
    }

    /// Signs in once more; the answer is refused, and the browser says so. Gives the error.
    async fn is_refused(&self, decision: Decision) -> anyhow::Result<Value> {
        let (error, page) = self.fails(decision).await?;
        assert!(page.contains("Sign-in did not finish"), "{page}");
        Ok(error)
    }

    /// Signs in once more, and gives the error with which that ends, and the browser's last page.
    async fn fails(&self, decision: Decision) -> anyhow::Result<(Value, String)> {
        let sign_in = self.app.begin_sign_in(&self.client).await?;
        let landing = self.app.decide_and_land(decision).await?;
        let ended = self.app.sign_in_at(&sign_in, &["failed", "done"]).await?;
        assert_eq!(ended["stage"], "failed");
        assert_eq!(ended["session"], Value::Null);
        self.nothing_is_lost().await?;
        Ok((ended["error"].clone(), landing.page))
    }

    /// The session from before works, and is the only one.
    async fn nothing_is_lost(&self) -> anyhow::Result<()> {
        self.app.sandbox().await?.faults().clear();
        self.app.reads_tokens(&session(&self.person)).await?;
        let environment = json!({ "environmentId": self.app.environment().await? });
        let sessions = self.app.call("sessions", environment).await?;
        assert_eq!(sessions.as_array().map(Vec::len), Some(1));
        Ok(())
    }
}

#[tokio::test]
async fn declined() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    assert_eq!(
        signed_in.is_refused(Decision::Decline).await?["code"],
        "access_denied"
    );
    Ok(())
}

#[tokio::test]
async fn answered_by_another_issuer_or_by_none() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let sandbox = signed_in.app.sandbox().await?;
    sandbox
        .faults()
        .once(Place::Authorization, Fault::wrong_iss());
    let error = signed_in.is_refused(Decision::Approve).await?;
    assert_eq!(error["code"], "wrong_issuer");
    assert_eq!(error["facts"]["named"], "https://issuer.example");
    assert_eq!(error["facts"]["expected"], sandbox.issuer());
    sandbox.faults().once(Place::Authorization, Fault::no_iss());
    assert_eq!(
        signed_in.is_refused(Decision::Approve).await?["code"],
        "wrong_issuer"
    );
    Ok(())
}

#[tokio::test]
async fn answered_with_an_error_or_against_the_rules() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let sandbox = signed_in.app.sandbox().await?;
    sandbox.faults().once(
        Place::Authorization,
        Fault::authorization_error("server_error"),
    );
    let error = signed_in.is_refused(Decision::Approve).await?;
    assert_eq!(error["code"], "sign_in_refused");
    assert_eq!(error["facts"]["error"], "server_error");
    sandbox.faults().once(
        Place::Authorization,
        Fault::answer_with_another("code", "second"),
    );
    assert_eq!(
        signed_in.is_refused(Decision::Approve).await?["code"],
        "sign_in_refused"
    );
    sandbox
        .faults()
        .once(Place::Authorization, Fault::answer_without("code"));
    assert_eq!(
        signed_in.is_refused(Decision::Approve).await?["code"],
        "no_code_in_address"
    );
    Ok(())
}

#[tokio::test]
async fn an_answer_for_somebody_else_does_not_end_it() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sign_in = app.begin_sign_in(&signed_in.client).await?;
    let good = app.decide(Decision::Approve).await?;
    let mut forged = good.clone();
    forged
        .query_pairs_mut()
        .clear()
        .append_pair("code", "forged")
        .append_pair("state", "guessed");
    let landing = land(forged).await?;
    assert!(
        !landing.page.contains("You can close this tab"),
        "{}",
        landing.page
    );
    assert_eq!(
        app.sign_in_at(&sign_in, &["waiting_for_approval"]).await?["error"],
        Value::Null
    );
    land(good).await?;
    app.sign_in_at(&sign_in, &["done"]).await?;
    Ok(())
}

#[tokio::test]
async fn the_code_is_refused_too_late_or_the_server_is_busy() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sign_in = app.begin_sign_in(&signed_in.client).await?;
    let redirect = app.decide(Decision::Approve).await?;
    app.sandbox().await?.advance_clock(Duration::from_secs(61));
    land(redirect).await?;
    let ended = app.sign_in_at(&sign_in, &["failed", "done"]).await?;
    assert_eq!(ended["error"]["code"], "code_refused");
    assert!(
        ended["error"]["requestId"].is_string(),
        "support asks for it"
    );

    app.sandbox()
        .await?
        .faults()
        .once(Place::TokenCode, Fault::retry_after(503, 12));
    let (error, _) = signed_in.fails(Decision::Approve).await?;
    assert_eq!(error["code"], "token_server_busy");
    assert_eq!(error["facts"]["seconds"], "12");
    for fault in [
        Fault::garbage(),
        Fault::html(),
        Fault::without("access_token"),
    ] {
        app.sandbox().await?.faults().once(Place::TokenCode, fault);
        let (error, _) = signed_in.fails(Decision::Approve).await?;
        assert_eq!(error["code"], "token_answer_refused");
    }
    Ok(())
}

#[tokio::test]
async fn cancelled_its_port_is_free_at_once() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sign_in = app.begin_sign_in(&signed_in.client).await?;
    let listening = sign_in["listeningOn"].as_str().unwrap_or_default();
    assert!(
        tokio::net::TcpListener::bind(listening).await.is_err(),
        "it listens"
    );
    let cancelled = app
        .call("cancel_sign_in", json!({ "signInId": sign_in["id"] }))
        .await?;
    assert_eq!(cancelled["stage"], "cancelled");
    tokio::net::TcpListener::bind(listening).await?;
    signed_in.nothing_is_lost().await
}

#[tokio::test]
async fn cancelled_while_the_code_is_exchanged_it_leaves_no_session() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let slow = Fault::Delay {
        milliseconds: 60_000,
    };
    app.sandbox().await?.faults().once(Place::TokenCode, slow);
    let sign_in = app.begin_sign_in(&signed_in.client).await?;
    app.decide_and_land(Decision::Approve).await?;
    app.sign_in_at(&sign_in, &["exchanging"]).await?;
    let cancelled = app
        .call("cancel_sign_in", json!({ "signInId": sign_in["id"] }))
        .await?;
    assert_eq!(cancelled["stage"], "cancelled");
    signed_in.nothing_is_lost().await
}

#[tokio::test]
async fn a_closed_browser_times_out_after_five_minutes_or_ten() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sign_in = app.begin_sign_in(&signed_in.client).await?;
    let reference = json!({ "signInId": sign_in["id"] });
    app.clock.advance(Duration::from_secs(299));
    let extended = app.call("extend_sign_in", reference.clone()).await?;
    assert!(extended["deadline"].as_str() > sign_in["deadline"].as_str());
    app.clock.advance(Duration::from_secs(299));
    assert_eq!(
        app.call("sign_in_state", reference).await?["stage"],
        "waiting_for_approval"
    );
    app.clock.advance(Duration::from_secs(3));
    let ended = app.sign_in_at(&sign_in, &["failed", "done"]).await?;
    assert_eq!(ended["error"]["code"], "sign_in_timed_out");
    signed_in.nothing_is_lost().await
}

#[tokio::test]
async fn a_taken_port_is_named_and_another_one_works_this_once() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = taken.local_addr()?.port();
    let edit = json!({
        "oauthClientId": signed_in.client["id"], "name": "Desktop sign-in",
        "scopes": ["swap:read"], "fixedPort": port, "keepSignedIn": true,
    });
    app.call("edit_oauth_client", edit).await?;
    let error = app
        .begin_sign_in(&signed_in.client)
        .await
        .expect_err("the port is taken");
    assert_eq!(
        (error.code, error.facts["port"].clone()),
        (ErrorCode::PortBusy, port.to_string())
    );
    let request = json!({
        "oauthClientId": signed_in.client["id"], "anyPortOnce": true, "chooseAccount": false,
    });
    let sign_in = app.call("sign_in", request).await?;
    app.decide_and_land(Decision::Approve).await?;
    app.sign_in_at(&sign_in, &["done"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_client_of_the_other_grant_is_told_apart() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let request = json!({ "oauthClientId": signed_in.client["id"] });
    let error = app
        .call("get_token", request)
        .await
        .expect_err("it needs a person");
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    let worker = app
        .register("client_credentials", "Settlement worker")
        .await?;
    let error = app.begin_sign_in(&worker).await.expect_err("it needs none");
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    Ok(())
}
