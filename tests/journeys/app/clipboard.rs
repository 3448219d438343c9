//! The clipboard: ours is cleared, other text is left alone, refusals are told.

use std::time::Duration;

use inchkeep_app::ErrorCode;
use inchkeep_app::contract::LockReason;
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_lock_takes_our_secret_off_the_clipboard_and_leaves_other_text() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let target = json!({ "target": app.sample_key().await? });
    app.call("copy_secret", target.clone()).await?;
    assert!(app.host.look().clipboard_is_secret);
    assert_eq!(app.events("clipboard")[0]["label"], "API key Sample key");
    app.app.lock_because(LockReason::Screen).await;
    assert_eq!(app.host.look().clipboard, None);
    assert_eq!(
        app.call("app_status", Value::Null).await?["lockReason"],
        "screen"
    );

    app.call("unlock_with_keyring", Value::Null).await?;
    app.call("copy_secret", target).await?;
    app.host
        .set(|desktop| desktop.clipboard = Some("copied elsewhere".to_owned()));
    app.call("lock", Value::Null).await?;
    assert_eq!(
        app.host.look().clipboard.as_deref(),
        Some("copied elsewhere")
    );
    Ok(())
}

#[tokio::test]
async fn a_copied_secret_is_cleared_and_a_shown_one_hidden_on_time() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    app.call("copy_secret", json!({ "target": key })).await?;
    app.call(
        "open_secret_window",
        json!({ "mode": "reveal", "target": key }),
    )
    .await?;
    let ticket = app.host.look().tickets.pop().unwrap_or_default();
    app.call_secret("secret_window", json!({ "ticket": ticket }))
        .await?;
    app.clock.advance(Duration::from_secs(29));
    assert!(app.host.look().clipboard.is_some() && app.host.look().secret_window.is_some());
    app.clock.advance(Duration::from_secs(2));
    app.wait_until("both are gone", |desktop| {
        desktop.clipboard.is_none() && desktop.secret_window.is_none()
    })
    .await?;
    let states = app.events("clipboard");
    assert!(
        states.iter().any(|view| view["state"] == "cleared"),
        "{states:?}"
    );
    Ok(())
}

#[tokio::test]
async fn clear_now_takes_what_was_copied_and_what_was_pasted() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    app.call("copy_secret", json!({ "target": key })).await?;
    app.call("clear_clipboard", Value::Null).await?;
    assert_eq!(app.host.look().clipboard, None);

    let purpose = json!({ "kind": "client_secret", "name": "Worker" });
    let draft = app.paste("pasted_secret_4kT9wZ2mQe8RfLxB", purpose).await?;
    app.call("clear_clipboard", Value::Null).await?;
    assert_eq!(app.host.look().clipboard, None);
    app.call("discard_secret", json!({ "id": draft })).await?;

    app.host
        .set(|desktop| desktop.clipboard = Some("copied elsewhere".to_owned()));
    app.call("clear_clipboard", Value::Null).await?;
    assert_eq!(
        app.host.look().clipboard.as_deref(),
        Some("copied elsewhere")
    );
    Ok(())
}

#[tokio::test]
async fn a_request_id_is_copied_as_plain_text_and_stays() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let copy = json!({ "text": "req-7", "label": "Request ID" });
    app.call("copy_text", copy.clone()).await?;
    let desktop = app.host.look();
    assert_eq!(desktop.clipboard.as_deref(), Some("req-7"));
    assert!(!desktop.clipboard_is_secret);
    assert_eq!(app.events("clipboard")[0]["clearsAt"], Value::Null);
    app.call("lock", Value::Null).await?;
    assert_eq!(
        app.host.look().clipboard.as_deref(),
        Some("req-7"),
        "it is no secret"
    );
    app.host.set(|desktop| desktop.clipboard_refused = true);
    let error = app
        .call("copy_text", copy)
        .await
        .expect_err("the desktop refuses");
    assert_eq!(error.code, ErrorCode::ClipboardRefused);
    Ok(())
}

#[tokio::test]
async fn a_clipboard_that_cannot_be_cleared_is_told_and_tried_again() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    app.call("copy_secret", json!({ "target": app.sample_key().await? }))
        .await?;
    app.host.set(|desktop| desktop.clipboard_refused = true);
    app.clock.advance(Duration::from_secs(31));
    let last_is = |state: &'static str| {
        move |desktop: &inchkeep_tests::fake_host::FakeDesktop| {
            let last = desktop
                .events
                .iter()
                .rev()
                .find(|event| event["event"] == "clipboard");
            last.is_some_and(|event| event["data"]["state"] == state)
        }
    };
    app.wait_until("the failure is told", last_is("not_cleared"))
        .await?;
    app.host.set(|desktop| desktop.clipboard_refused = false);
    app.clock.advance(Duration::from_secs(3));
    app.wait_until("it is cleared", last_is("cleared")).await?;
    assert_eq!(app.host.look().clipboard, None);
    Ok(())
}
