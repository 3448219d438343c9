//! Two processes on the same data: no refresh token is ever sent twice.

use std::time::Duration;

use inchkeep_sandbox::{Decision, Fault, Place, Sandbox, SandboxOptions};
use inchkeep_tests::steps::{OtherServer, eventually, land, session};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

/// A server that forgives no second use of a refresh token.
async fn strict_server() -> anyhow::Result<Sandbox> {
    let options = SandboxOptions {
        port: Some(0),
        refresh_grace: Duration::ZERO,
        rate_per_second: None,
        ..SandboxOptions::default()
    };
    Ok(Sandbox::start(options).await?)
}

/// Somebody signs in with the first; the second opens the same vault.
async fn both(server: &Sandbox) -> anyhow::Result<(TestApp, TestApp, Value)> {
    let one = TestApp::start().await?;
    let mut registration = one.settle_at(&OtherServer::of(server)?).await?;
    registration["grant"] = json!("authorization_code");
    registration["refreshToken"] = json!(true);
    let client = one.call("register_client", registration).await?;
    let sign_in = one.begin_sign_in(&client).await?;
    land(
        server
            .consent(&one.opened_url()?, Decision::Approve)
            .await?,
    )
    .await?;
    let person = one.sign_in_at(&sign_in, &["done"]).await?["session"].clone();
    let other = one.beside().await?;
    other.call("unlock_with_keyring", Value::Null).await?;
    Ok((one, other, person))
}

#[tokio::test]
async fn forced_refreshes_of_both_take_turns() -> anyhow::Result<()> {
    let server = strict_server().await?;
    let (one, other, person) = both(&server).await?;
    let reference = json!({ "sessionId": person["id"] });
    for _ in 0..20 {
        let (first, second) = tokio::join!(
            one.call("refresh_session", reference.clone()),
            other.call("refresh_session", reference.clone()),
        );
        first?;
        second?;
    }
    let counted = server.counters();
    assert_eq!((counted.refresh_reuses, counted.refresh_replays), (0, 0));
    assert_eq!(counted.token_refresh, 40);
    assert_eq!(one.session(&person).await?["generation"], 41);
    one.reads_tokens(&session(&person)).await?;
    other.reads_tokens(&session(&person)).await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_due_is_renewed_by_one_of_them() -> anyhow::Result<()> {
    let server = strict_server().await?;
    let (one, other, person) = both(&server).await?;
    let nearly_over = Duration::from_secs(29 * 60 + 30);
    for app in [&one, &other] {
        let mut settings = app.call("settings", Value::Null).await?;
        settings["lockAfter"] = json!(0);
        app.call("change_settings", settings).await?;
        app.clock.advance(nearly_over);
    }
    server.advance_clock(nearly_over);
    let credential = session(&person);
    let (first, second) = tokio::join!(
        one.reads_tokens(&credential),
        other.reads_tokens(&credential)
    );
    first?;
    second?;
    assert_eq!(server.counters().token_refresh, 1);
    assert_eq!(other.session(&person).await?["generation"], 2);
    Ok(())
}

#[tokio::test]
async fn what_came_during_a_lock_does_not_replace_what_the_other_process_saved()
-> anyhow::Result<()> {
    let server = Sandbox::start(SandboxOptions {
        port: Some(0),
        rate_per_second: None,
        ..SandboxOptions::default()
    })
    .await?;
    let (one, other, person) = both(&server).await?;
    let reference = json!({ "sessionId": person["id"] });
    let delay = Fault::Delay { milliseconds: 400 };
    server.faults().once(Place::TokenRefresh, delay);
    let lock = async {
        eventually("the server works on it", || async {
            (server.counters().token_refresh == 1).then_some(())
        })
        .await?;
        one.call("lock", Value::Null).await?;
        anyhow::Ok(())
    };
    let (cut_off, locked) = tokio::join!(one.call("refresh_session", reference.clone()), lock);
    locked?;
    cut_off.expect_err("nothing is saved in a locked vault");

    other.call("refresh_session", reference.clone()).await?;
    one.call("unlock_with_keyring", Value::Null).await?;
    one.call("refresh_session", reference).await?;
    let detail = one.session(&person).await?;
    let renewed = detail["history"].as_array().map_or(0, |events| {
        let is_refresh = |event: &&Value| {
            event["what"]
                .as_str()
                .is_some_and(|what| what.starts_with("Refreshed"))
        };
        events.iter().filter(is_refresh).count()
    });
    assert_eq!((&detail["generation"], renewed), (&json!(3), 2));
    assert_eq!(server.counters().token_refresh, 3);
    one.reads_tokens(&session(&person)).await?;
    Ok(())
}

#[tokio::test]
async fn a_session_that_one_ends_is_not_renewed_by_the_other_meanwhile() -> anyhow::Result<()> {
    let server = strict_server().await?;
    let (one, other, person) = both(&server).await?;
    let delay = Fault::Delay { milliseconds: 400 };
    server.faults().once(Place::TokenRefresh, delay);
    let reference = json!({ "sessionId": person["id"] });
    let end = json!({ "sessionId": person["id"], "forgetAnyway": false });
    let ended = async {
        eventually("the server works on it", || async {
            (server.counters().token_refresh == 1).then_some(())
        })
        .await?;
        anyhow::Ok(one.call("end_session", end).await?)
    };
    let (renewed, ended) = tokio::join!(other.call("refresh_session", reference), ended);
    assert_eq!(renewed?["state"], "active");
    let ended = ended?;
    assert_eq!(
        (&ended["revoked"], &ended["removed"]),
        (&json!(true), &json!(true))
    );
    Ok(())
}
