//! Requests by hand that go wrong, each in its own way.

use inchkeep_app::ErrorCode;
use inchkeep_sandbox::{Fault, Place};
use inchkeep_tests::steps::{TOKENS, eventually, get, session, status};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

fn post_json(url: &str, text: &str) -> Value {
    let mut draft = get(url);
    draft["method"] = json!("POST");
    draft["body"] = json!({ "kind": "json", "text": text });
    draft
}

/// A port of this computer on which nothing listens.
async fn closed_port() -> anyhow::Result<u16> {
    Ok(tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await?
        .local_addr()?
        .port())
}

#[tokio::test]
async fn a_json_body_is_checked_before_it_goes_and_sent_as_it_is() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let before = app.sandbox().await?.counters().gateway;
    let broken = "{\n  \"jsonrpc\": \"2.0\",\n  oops\n}";
    let error = app
        .send(post_json("/web3/1", broken), &key, "header")
        .await
        .expect_err("no JSON");
    assert_eq!(error.code, ErrorCode::InvalidJson);
    assert_eq!(error.facts["line"], "3");
    assert_eq!(
        app.sandbox().await?.counters().gateway,
        before,
        "nothing was sent"
    );

    let checked = app.call("check_json", json!({ "text": broken })).await?;
    assert!(
        checked["fault"]
            .as_str()
            .is_some_and(|fault| fault.contains("ine 3")),
        "{checked}"
    );
    let checked = app
        .call("check_json", json!({ "text": "{\"a\":1.10}" }))
        .await?;
    assert_eq!(checked["formatted"], "{\n  \"a\": 1.10\n}");

    let call = r#"{"jsonrpc":"2.0","id":115792089237316195423570985008687907853,"method":"eth_chainId","params":[]}"#;
    let answer = app.send(post_json("/web3/1", call), &key, "header").await?;
    assert_eq!(status(&answer), Some(200));
    assert_eq!(answer["sent"]["body"], call);
    Ok(())
}

#[tokio::test]
async fn a_credential_stays_at_home_unless_the_person_agrees() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let port = closed_port().await?;
    let url = format!("http://127.0.0.1:{port}{TOKENS}");
    let error = app
        .send(get(&url), &key, "header")
        .await
        .expect_err("a foreign host");
    assert_eq!(error.code, ErrorCode::ForeignHost);
    assert_eq!(error.facts["host"], format!("127.0.0.1:{port}"));
    assert_eq!(error.facts["credential"], "Sample key");

    let request = json!({
        "sendId": "s", "environmentId": app.environment().await?, "draft": get(&url),
        "credential": key, "placement": "header", "allowForeignHost": true,
    });
    let sent = app.call("send", request).await?;
    assert_eq!(sent["outcome"]["kind"], "failure");
    assert_eq!(sent["outcome"]["error"]["code"], "connection_refused");
    assert_eq!(sent["outcome"]["error"]["facts"]["port"], port.to_string());
    Ok(())
}

#[tokio::test]
async fn an_access_token_never_goes_into_a_url() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = app
        .register("client_credentials", "Settlement worker")
        .await?;
    let token = app
        .call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    let error = app
        .send(get(TOKENS), &session(&token), "query")
        .await
        .expect_err("in a URL");
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert_eq!(
        error.facts["reason"],
        "An access token is sent in the header only."
    );
    Ok(())
}

#[tokio::test]
async fn refusals_are_answers_with_a_help_line_and_a_request_id() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let bare = app.send(get(TOKENS), &Value::Null, "header").await?;
    assert_eq!(status(&bare), Some(401));
    assert!(
        bare["explanation"]
            .as_str()
            .is_some_and(|text| text.contains("carried none"))
    );
    assert!(bare["requestId"].is_string());

    let sandbox = app.sandbox().await?;
    for (fault, code, words) in [
        (Fault::retry_after(429, 7), 429, "Try again in 7 s."),
        (Fault::status(403), 403, "may not do this"),
        (Fault::status(500), 500, "by this request ID"),
    ] {
        sandbox.faults().once(Place::Gateway, fault);
        let answer = app.send(get(TOKENS), &key, "header").await?;
        assert_eq!(status(&answer), Some(code));
        assert!(
            answer["explanation"]
                .as_str()
                .is_some_and(|text| text.contains(words))
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_is_kept_as_such() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let sandbox = app.sandbox().await?;
    // A kept connection that closes is tried once more, so it has to break twice.
    sandbox.faults().times(Place::Gateway, Fault::Disconnect, 2);
    let answer = app.send(get(TOKENS), &key, "header").await?;
    sandbox.faults().clear();
    assert_eq!(answer["outcome"]["error"]["code"], "connection_lost");
    let row = app.history("").await?.remove(0);
    assert_eq!(
        (&row["status"], &row["failure"]),
        (&Value::Null, &json!("No answer"))
    );
    Ok(())
}

#[tokio::test]
async fn a_request_is_stopped_by_the_person_and_by_its_time_limit() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let sandbox = app.sandbox().await?;
    let slow = Fault::Delay {
        milliseconds: 60_000,
    };
    sandbox.faults().set(Place::Gateway, slow);
    let request = json!({
        "sendId": "slow", "environmentId": app.environment().await?, "draft": get(TOKENS),
        "credential": key, "placement": "header", "allowForeignHost": false,
    });
    let before = sandbox.counters().gateway;
    let stop = async {
        eventually("the request is at the server", || async {
            (sandbox.counters().gateway > before).then_some(())
        })
        .await?;
        anyhow::Ok(app.call("cancel_send", json!({ "sendId": "slow" })).await?)
    };
    let (sent, stopped) = tokio::join!(app.call("send", request.clone()), stop);
    stopped?;
    assert_eq!(sent?["outcome"]["kind"], "cancelled");

    let mut settings = app.call("settings", Value::Null).await?;
    settings["requestTimeout"] = json!(1);
    app.call("change_settings", settings).await?;
    let late = app.call("send", request).await?;
    assert_eq!(late["outcome"]["error"]["code"], "timed_out");
    assert_eq!(late["outcome"]["error"]["facts"]["seconds"], "1");
    Ok(())
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let location = "http://127.0.0.1:9/elsewhere".to_owned();
    let fault = Fault::Redirect {
        status: 302,
        location: location.clone(),
    };
    app.sandbox().await?.faults().once(Place::Gateway, fault);
    let answer = app.send(get(TOKENS), &key, "header").await?;
    assert_eq!(status(&answer), Some(302));
    assert_eq!(answer["stoppedRedirect"], location);
    Ok(())
}
