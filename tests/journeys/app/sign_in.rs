//! Signing in through the browser, and the ways around a browser that does not come back.

use anyhow::Context as _;
use inchkeep_app::ErrorCode;
use inchkeep_sandbox::Decision;
use inchkeep_tests::steps::{land, session};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};
use url::Url;

async fn desktop_client(app: &TestApp) -> anyhow::Result<Value> {
    app.register("authorization_code", "Desktop sign-in").await
}

fn put_on_clipboard(app: &TestApp, text: &str) {
    app.host
        .set(|desktop| desktop.clipboard = Some(text.to_owned()));
}

#[tokio::test]
async fn it_is_protected_as_the_documentation_says() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let sign_in = app.begin_sign_in(&client).await?;
    assert_eq!(sign_in["stage"], "waiting_for_approval");
    assert_eq!(
        sign_in["protection"],
        json!(["PKCE S256", "state", "issuer check"])
    );
    app.decide_and_land(Decision::Approve).await?;
    app.sign_in_at(&sign_in, &["done"]).await?;
    let asked = app
        .sandbox()
        .await?
        .counters()
        .last_authorization
        .context("it was asked")?;
    assert_eq!(asked.code_challenge_method.as_deref(), Some("S256"));
    assert_eq!(
        asked.redirect_uri.as_deref(),
        sign_in["redirectUri"].as_str()
    );
    assert!(asked.has_state && asked.has_code_challenge);
    assert_eq!(app.host.look().brought_to_front, 1);
    Ok(())
}

#[tokio::test]
async fn another_account_signs_in_beside_the_first_one() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let ada = app.sign_in(&client).await?;
    let request =
        json!({ "oauthClientId": client["id"], "anyPortOnce": true, "chooseAccount": true });
    let sign_in = app.call("sign_in", request).await?;
    let grace = Decision::ApproveAs("account-grace".into());
    app.decide_and_land(grace).await?;
    let done = app.sign_in_at(&sign_in, &["done"]).await?;
    assert_ne!(done["session"]["id"], ada["id"]);
    let asked = app
        .sandbox()
        .await?
        .counters()
        .last_authorization
        .context("it was asked")?;
    assert_eq!(asked.prompt.as_deref(), Some("select_account"));
    for person in [&ada, &done["session"]] {
        app.reads_tokens(&session(person)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_browser_the_link_is_copied_and_the_address_pasted() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    app.host.set(|desktop| desktop.no_browser = true);
    let sign_in = app.begin_sign_in(&client).await?;
    assert_eq!(sign_in["browserFailed"], true);
    assert_eq!(sign_in["stage"], "waiting_for_approval");
    let reference = json!({ "signInId": sign_in["id"] });
    let error = app
        .call("open_sign_in_page", reference.clone())
        .await
        .expect_err("none still");
    assert_eq!(error.code, ErrorCode::NoBrowser);
    app.call("copy_sign_in_link", reference.clone()).await?;
    let link = app.host.look().clipboard.context("a link")?;
    let sandbox = app.sandbox().await?;
    let redirect = sandbox
        .consent(&Url::parse(&link)?, Decision::Approve)
        .await?;

    put_on_clipboard(&app, "hello");
    let error = app
        .call("paste_redirect_address", reference.clone())
        .await
        .expect_err("a word");
    assert_eq!(error.code, ErrorCode::NotAnAddress);
    put_on_clipboard(&app, sign_in["redirectUri"].as_str().unwrap_or_default());
    let error = app
        .call("paste_redirect_address", reference.clone())
        .await
        .expect_err("no code");
    assert_eq!(error.code, ErrorCode::NoCodeInAddress);
    let mut foreign = redirect.clone();
    foreign
        .query_pairs_mut()
        .clear()
        .append_pair("code", "c")
        .append_pair("state", "another");
    put_on_clipboard(&app, foreign.as_str());
    let error = app
        .call("paste_redirect_address", reference.clone())
        .await
        .expect_err("another");
    assert_eq!(error.code, ErrorCode::AddressOfAnotherSignIn);

    put_on_clipboard(&app, redirect.as_str());
    app.call("paste_redirect_address", reference.clone())
        .await?;
    let done = app.sign_in_at(&sign_in, &["done", "failed"]).await?;
    app.reads_tokens(&session(&done["session"])).await?;
    put_on_clipboard(&app, redirect.as_str());
    let error = app
        .call("paste_redirect_address", reference)
        .await
        .expect_err("used");
    assert_eq!(error.code, ErrorCode::CodeAlreadyUsed);
    Ok(())
}

#[tokio::test]
async fn the_address_can_be_typed_in_the_secret_window() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let sign_in = app.begin_sign_in(&client).await?;
    let redirect = app.decide(Decision::Approve).await?;
    let purpose = json!({ "kind": "redirect_address", "signInId": sign_in["id"] });
    app.call(
        "open_secret_window",
        json!({ "mode": "enter", "purpose": purpose }),
    )
    .await?;
    let wrong = app.type_secret("https://example.com/").await?;
    let redirect_uri = sign_in["redirectUri"].as_str().context("an address")?;
    assert_eq!(
        wrong["problem"],
        format!("This is not the address the sign-in returns to. It starts with {redirect_uri}.")
    );
    assert_eq!(app.type_secret(redirect.as_str()).await?["accepted"], true);
    app.sign_in_at(&sign_in, &["done"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_second_sign_in_of_a_client_takes_the_place_of_the_first() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let first = app.begin_sign_in(&client).await?;
    let second = app.begin_sign_in(&client).await?;
    assert_eq!(
        second["redirectUri"], first["redirectUri"],
        "the port was free again"
    );
    app.sign_in_at(&first, &["cancelled"]).await?;
    app.decide_and_land(Decision::Approve).await?;
    app.sign_in_at(&second, &["done"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_lock_stops_it_and_says_so() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let sign_in = app.begin_sign_in(&client).await?;
    let redirect = app.decide(Decision::Approve).await?;
    let locked = app.call("lock", Value::Null).await?;
    assert_eq!(locked["signInStopped"], true);
    let told = app.events("sign_in").len();
    // What comes too late reaches nobody: the socket is gone.
    let late = land(redirect).await;
    assert!(late.is_err(), "somebody still listens: {late:?}");
    assert_eq!(
        app.events("sign_in").len(),
        told,
        "a locked app tells no names"
    );
    app.call("unlock_with_keyring", Value::Null).await?;
    let reference = json!({ "signInId": sign_in["id"] });
    let error = app
        .call("sign_in_state", reference)
        .await
        .expect_err("forgotten");
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(
        app.call("app_status", Value::Null).await?["signInStopped"],
        false
    );
    Ok(())
}

#[tokio::test]
async fn a_session_is_ended_at_the_server_or_forgotten_here() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let person = app.sign_in(&client).await?;
    let refresh_token = app.reveal("refresh_token", &person["id"]).await?;
    let end = json!({ "sessionId": person["id"], "forgetAnyway": false });
    let sandbox = app.sandbox().await?;
    sandbox.faults().once(
        inchkeep_sandbox::Place::Revocation,
        inchkeep_sandbox::Fault::retry_after(503, 9),
    );
    let refused = app.call("end_session", end.clone()).await?;
    assert_eq!(
        (&refused["revoked"], &refused["removed"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(refused["error"]["code"], "token_server_busy");
    app.reads_tokens(&session(&person)).await?;

    let ended = app.call("end_session", end).await?;
    assert_eq!(
        (&ended["revoked"], &ended["removed"]),
        (&json!(true), &json!(true))
    );
    let error = app
        .send(inchkeep_tests::steps::get("/"), &session(&person), "header")
        .await;
    assert_eq!(error.expect_err("it is gone").code, ErrorCode::NotFound);
    // The server knows it too: the old refresh token is worth nothing.
    let answer = inchkeep_tests::port::client()?
        .post(sandbox.url().join("/oauth/token")?)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "grant_type=refresh_token&client_id={}&refresh_token={refresh_token}",
            client["clientId"].as_str().unwrap_or_default(),
        ))
        .send()
        .await?;
    assert!(answer.status().is_client_error(), "{}", answer.status());

    let second = app.sign_in(&client).await?;
    sandbox.faults().set(
        inchkeep_sandbox::Place::Revocation,
        inchkeep_sandbox::Fault::Disconnect,
    );
    let end = json!({ "sessionId": second["id"], "forgetAnyway": true });
    let forgotten = app.call("end_session", end).await?;
    assert_eq!(
        (&forgotten["revoked"], &forgotten["removed"]),
        (&json!(false), &json!(true))
    );
    Ok(())
}

#[tokio::test]
async fn two_presses_at_once_leave_one_sign_in() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = desktop_client(&app).await?;
    let (one, two) = tokio::join!(app.begin_sign_in(&client), app.begin_sign_in(&client));
    let mut waiting = 0;
    for begun in [one?, two?] {
        let request = json!({ "signInId": begun["id"] });
        let stage = app.call("sign_in_state", request).await?["stage"].clone();
        waiting += u32::from(stage == "waiting_for_approval");
        assert!(stage == "waiting_for_approval" || stage == "cancelled");
    }
    assert_eq!(waiting, 1);
    Ok(())
}
