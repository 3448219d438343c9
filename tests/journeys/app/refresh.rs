//! Sessions over time: renewed once whoever asks, ended when the server says so, never lost.

use std::time::Duration;

use anyhow::Context as _;
use inchkeep_app::ErrorCode;
use inchkeep_sandbox::{Fault, Place};
use inchkeep_tests::port::client;
use inchkeep_tests::steps::{TOKENS, eventually, get, session, status};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

/// A little before the end of an access token, when it is due to be renewed.
const NEARLY_OVER: u64 = 29 * 60 + 30;

struct SignedIn {
    app: TestApp,
    client: Value,
    person: Value,
}

impl SignedIn {
    /// Somebody is signed in, and nothing is refreshed by itself.
    async fn start() -> anyhow::Result<Self> {
        let app = TestApp::start_in_sandbox().await?;
        let client = app
            .register("authorization_code", "Desktop sign-in")
            .await?;
        let person = app.sign_in(&client).await?;
        let off = json!({ "sessionId": person["id"], "on": false });
        app.call("set_keep_signed_in", off).await?;
        Ok(Self {
            app,
            client,
            person,
        })
    }

    async fn generation(&self) -> anyhow::Result<u64> {
        let detail = self.app.session(&self.person).await?;
        detail["generation"].as_u64().context("a generation")
    }

    async fn refresh(&self) -> Result<Value, inchkeep_app::ApiError> {
        self.app
            .call("refresh_session", json!({ "sessionId": self.person["id"] }))
            .await
    }
}

#[tokio::test]
async fn many_at_once_share_one_refresh() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    app.let_pass(NEARLY_OVER).await?;
    let credential = session(&signed_in.person);
    let sends = (0..8).map(|_| app.send(get(TOKENS), &credential, "header"));
    for sent in futures_util::future::join_all(sends).await {
        assert_eq!(status(&sent?), Some(200));
    }
    assert_eq!(app.sandbox().await?.counters().token_refresh, 1);
    assert_eq!(signed_in.generation().await?, 2);
    Ok(())
}

#[tokio::test]
async fn what_is_kept_signed_in_is_renewed_without_being_asked() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let on = json!({ "sessionId": signed_in.person["id"], "on": true });
    app.call("set_keep_signed_in", on).await?;
    app.let_pass(NEARLY_OVER).await?;
    let is_second = |data: &Value| {
        data["id"] == signed_in.person["id"]
            && data["issuedAt"].as_str() > signed_in.person["issuedAt"].as_str()
    };
    app.wait_until("the new token is told", |desktop| {
        let mut events = desktop.events.iter();
        events.any(|event| event["event"] == "session" && is_second(&event["data"]))
    })
    .await?;
    assert_eq!(signed_in.generation().await?, 2);
    assert_eq!(app.sandbox().await?.counters().token_refresh, 1);
    Ok(())
}

#[tokio::test]
async fn a_stolen_and_replayed_token_ends_the_session_for_both() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let stolen = app.reveal("refresh_token", &signed_in.person["id"]).await?;
    signed_in.refresh().await?;
    app.reads_tokens(&session(&signed_in.person)).await?;
    let sandbox = app.sandbox().await?;
    sandbox.advance_clock(Duration::from_secs(11));
    let mut form = vec![
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", stolen),
        (
            "client_id",
            signed_in.client["clientId"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        ),
    ];
    if signed_in.client["hasSecret"] == true {
        let secret = app.reveal("client_secret", &signed_in.client["id"]).await?;
        form.push(("client_secret", secret));
    }
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let answer = client()?
        .post(sandbox.url().join("/oauth/token")?)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await?;
    assert_eq!(answer.status(), 400);
    assert_eq!(
        sandbox.counters().refresh_reuses,
        1,
        "the server saw the theft"
    );

    let error = signed_in.refresh().await.expect_err("the family is gone");
    assert_eq!(error.code, ErrorCode::SessionEnded);
    let detail = app.session(&signed_in.person).await?;
    assert_eq!(detail["session"]["state"], "sign_in_needed");
    let error = app
        .send(get(TOKENS), &session(&signed_in.person), "header")
        .await
        .expect_err("nothing is sent with it any more");
    assert_eq!(error.code, ErrorCode::SessionEnded);
    let again = app.sign_in(&signed_in.client).await?;
    assert_eq!(
        again["id"], signed_in.person["id"],
        "requests that name it work again"
    );
    app.reads_tokens(&session(&again)).await?;
    Ok(())
}

#[tokio::test]
async fn a_busy_server_is_left_alone_and_the_token_stays_in_use() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sandbox = app.sandbox().await?;
    sandbox
        .faults()
        .set(Place::TokenRefresh, Fault::retry_after(503, 90));
    let error = signed_in.refresh().await.expect_err("busy");
    assert_eq!(error.code, ErrorCode::TokenServerBusy);
    assert_eq!(error.facts["seconds"], "90");
    app.let_pass(NEARLY_OVER).await?;
    // Due, but the token still works: the server decides.
    app.reads_tokens(&session(&signed_in.person)).await?;
    let asked = sandbox.counters().token_refresh;
    app.reads_tokens(&session(&signed_in.person)).await?;
    assert_eq!(
        sandbox.counters().token_refresh,
        asked,
        "it rests after a failure"
    );
    let view = app.session(&signed_in.person).await?;
    assert_eq!(view["session"]["refreshError"]["code"], "token_server_busy");
    assert_eq!(
        view["history"][0]["failed"], false,
        "the last request went well"
    );

    sandbox.faults().clear();
    signed_in.refresh().await?;
    assert_eq!(
        app.session(&signed_in.person).await?["session"]["refreshError"],
        Value::Null
    );
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_once_more() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sandbox = app.sandbox().await?;
    sandbox
        .faults()
        .once(Place::TokenRefresh, Fault::LoseAnswer);
    signed_in.refresh().await?;
    assert_eq!(sandbox.counters().refresh_replays, 1);
    assert_eq!(sandbox.counters().refresh_reuses, 0);
    app.reads_tokens(&session(&signed_in.person)).await?;
    signed_in.refresh().await?;
    app.reads_tokens(&session(&signed_in.person)).await?;
    Ok(())
}

#[tokio::test]
async fn an_answer_lost_with_the_app_itself_is_fetched_at_the_next_start() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let sandbox = signed_in.app.sandbox().await?;
    sandbox
        .faults()
        .times(Place::TokenRefresh, Fault::LoseAnswer, 2);
    let error = signed_in
        .refresh()
        .await
        .expect_err("both answers were lost");
    assert_eq!(error.code, ErrorCode::ConnectionLost);
    drop(sandbox);
    let SignedIn {
        app,
        client,
        person,
    } = signed_in;
    let app = app.crash().await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    eventually("the new token is fetched", || async {
        let detail = app.session(&person).await.ok()?;
        (detail["generation"] == 2).then_some(())
    })
    .await?;
    app.reads_tokens(&session(&person)).await?;
    let signed_in = SignedIn {
        app,
        client,
        person,
    };
    signed_in.refresh().await?;
    assert_eq!(signed_in.generation().await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_lock_in_the_middle_of_a_rotation_loses_no_token() -> anyhow::Result<()> {
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    let sandbox = app.sandbox().await?;
    let delay = Fault::Delay { milliseconds: 400 };
    sandbox.faults().once(Place::TokenRefresh, delay);
    let lock = async {
        eventually("the server works on it", || async {
            (sandbox.counters().token_refresh == 1).then_some(())
        })
        .await?;
        app.call("lock", Value::Null).await?;
        anyhow::Ok(())
    };
    let (refreshed, locked) = tokio::join!(signed_in.refresh(), lock);
    locked?;
    let error = refreshed.expect_err("nothing is saved in a locked vault");
    assert_eq!(error.code, ErrorCode::Locked);

    app.call("unlock_with_keyring", Value::Null).await?;
    eventually("the new token is saved", || async {
        (signed_in.generation().await.ok()? == 2).then_some(())
    })
    .await?;
    let asked = sandbox.counters();
    assert_eq!((asked.token_refresh, asked.refresh_replays), (1, 0));
    app.reads_tokens(&session(&signed_in.person)).await?;
    signed_in.refresh().await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_the_server_refuses_early_is_renewed_once_and_sent_again() -> anyhow::Result<()>
{
    let signed_in = SignedIn::start().await?;
    let app = &signed_in.app;
    // Only the server's clock goes on: by ours the token is still good.
    app.sandbox().await?.advance_clock(Duration::from_mins(31));
    let sent = app
        .send(get(TOKENS), &session(&signed_in.person), "header")
        .await?;
    assert_eq!(status(&sent), Some(200));
    let rows = app.history(TOKENS).await?;
    let statuses: Vec<_> = rows.iter().map(|row| row["status"].clone()).collect();
    assert_eq!(statuses, [json!(200), json!(401)], "both are kept");
    assert_eq!(app.sandbox().await?.counters().token_refresh, 1);

    // A server that refuses each new token is not asked for ever more of them.
    app.sandbox()
        .await?
        .faults()
        .set(Place::Gateway, Fault::status(401));
    let refused = app
        .send(get(TOKENS), &session(&signed_in.person), "header")
        .await?;
    assert_eq!(status(&refused), Some(401));
    assert!(app.sandbox().await?.counters().token_refresh <= 2);
    Ok(())
}

#[tokio::test]
async fn an_expired_token_without_a_refresh_token_is_explained() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let mut request = app.registration("authorization_code", "No refresh").await?;
    request["refreshToken"] = json!(false);
    let client = app.call("register_client", request).await?;
    let person = app.sign_in(&client).await?;
    assert_eq!(person["hasRefreshToken"], false);
    app.let_pass(31 * 60).await?;
    let sent = app.send(get(TOKENS), &session(&person), "header").await?;
    assert_eq!(status(&sent), Some(401));
    let why = sent["explanation"].as_str().unwrap_or_default();
    assert!(why.contains("It expired 1 min ago."), "{why}");
    let environment = json!({ "environmentId": app.environment().await? });
    let credentials = app.call("credentials", environment.clone()).await?;
    let usable: Vec<_> = credentials
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| &one["usable"])
        .collect();
    assert_eq!(
        usable,
        [&json!(true), &json!(false)],
        "the key, and the session"
    );
    app.call("clear_ended_sessions", environment.clone())
        .await?;
    assert_eq!(app.call("sessions", environment).await?, json!([]));
    Ok(())
}

#[tokio::test]
async fn a_client_for_servers_gets_its_next_token_by_itself() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = app
        .register("client_credentials", "Settlement worker")
        .await?;
    let token = app
        .call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    let off = json!({ "sessionId": token["id"], "on": false });
    app.call("set_keep_signed_in", off).await?;
    app.let_pass(31 * 60).await?;
    app.reads_tokens(&session(&token)).await?;
    assert_eq!(app.sandbox().await?.counters().token_client_credentials, 2);
    let again = app
        .call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    assert_eq!(again["id"], token["id"], "its session stays the same one");
    Ok(())
}
