//! Locking and unlocking: by hand, by the screen, by time; wrong passphrases; the recovery code.

use std::time::Duration;

use inchkeep_app::{ErrorCode, Window};
use inchkeep_tests::steps::{TOKENS, get};
use inchkeep_tests::test_app::TestApp;
use inchkeep_vault::KeyringFailure;
use serde_json::{Value, json};

const PASSPHRASE: &str = "correct horse battery staple";

async fn passphrase_app() -> anyhow::Result<TestApp> {
    let app = TestApp::start().await?;
    let draft = app.type_new_passphrase(PASSPHRASE).await?;
    let request = json!({ "opensWith": "passphrase", "passphrase": draft });
    app.call("create_vault", request).await?;
    app.call("start_with", json!({ "kind": "sandbox" })).await?;
    app.call("finish_first_run", Value::Null).await?;
    Ok(app)
}

/// Opens the window for the passphrase or the recovery code, and types into it.
async fn unlock(app: &TestApp, typed: &str, recovery: bool) -> anyhow::Result<Value> {
    app.call(
        "open_secret_window",
        json!({ "mode": "unlock", "recovery": recovery }),
    )
    .await?;
    app.type_secret(typed).await
}

#[tokio::test]
async fn a_locked_app_answers_locked_and_names_nothing_of_the_vault() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let environment = app.environment().await?;
    let key = app.sample_key().await?;
    let locked = app.call("lock", Value::Null).await?;
    assert_eq!(
        (&locked["phase"], &locked["lockReason"]),
        (&json!("locked"), &json!("by_hand"))
    );
    assert_eq!(locked["environment"], Value::Null);
    let reference = json!({ "environmentId": environment });
    for command in [
        "applications",
        "sessions",
        "credentials",
        "sandbox_portal_token",
    ] {
        let error = app
            .call(command, reference.clone())
            .await
            .expect_err(command);
        assert_eq!(error.code, ErrorCode::Locked, "{command}");
    }
    let send = json!({
        "sendId": "s", "environmentId": environment, "draft": get(TOKENS),
        "credential": key, "placement": "header", "allowForeignHost": false,
    });
    let error = app.call("send", send).await.expect_err("send");
    assert_eq!(error.code, ErrorCode::Locked);
    let target = json!({ "target": key });
    let error = app.call("copy_secret", target).await.expect_err("copy");
    assert_eq!(error.code, ErrorCode::Locked);

    let open = app.call("unlock_with_keyring", Value::Null).await?;
    assert_eq!(open["environment"]["id"], environment);
    app.reads_tokens(&key).await?;
    Ok(())
}

#[tokio::test]
async fn nobody_there_for_ten_minutes_locks_it() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    app.clock.advance(Duration::from_mins(9));
    assert_eq!(app.call("settings", Value::Null).await?["lockAfter"], 10);
    app.clock.advance(Duration::from_secs(10 * 60 + 1));
    app.wait_until("the lock is told", |desktop| {
        let last = desktop
            .events
            .iter()
            .rev()
            .find(|event| event["event"] == "status");
        last.is_some_and(|event| event["data"]["lockReason"] == "idle")
    })
    .await
}

#[tokio::test]
async fn after_five_wrong_passphrases_there_is_a_wait_even_after_a_restart() -> anyhow::Result<()> {
    let app = passphrase_app().await?;
    app.call("lock", Value::Null).await?;
    for _ in 0..4 {
        let answer = unlock(&app, "wrong", false).await?;
        assert_eq!(answer["accepted"], false);
        assert_eq!(answer["problem"], "That passphrase did not open the vault.");
        assert_eq!(answer["waitSeconds"], Value::Null);
    }
    assert_eq!(unlock(&app, "wrong", false).await?["waitSeconds"], 30);
    let app = app.restart().await?;
    let answer = unlock(&app, PASSPHRASE, false).await?;
    assert_eq!(answer["accepted"], false, "even the right one has to wait");
    assert_eq!(answer["problem"], "Wait before the next try.");

    app.clock.advance(Duration::from_secs(31));
    assert_eq!(unlock(&app, PASSPHRASE, false).await?["accepted"], true);
    Ok(())
}

#[tokio::test]
async fn the_recovery_code_opens_when_the_keyring_has_lost_the_key() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let code = app.shown(json!({ "mode": "recovery_code" })).await?;
    let key = app.sample_key().await?;
    let app = app.restart().await?;
    app.keyring.clear();
    let error = app
        .call("unlock_with_keyring", Value::Null)
        .await
        .expect_err("no key");
    assert_eq!(error.code, ErrorCode::KeyringMissing);
    app.keyring.fail_with(Some(KeyringFailure::Locked));
    let error = app
        .call("unlock_with_keyring", Value::Null)
        .await
        .expect_err("locked");
    assert_eq!(error.code, ErrorCode::KeyringLocked);
    app.keyring.fail_with(None);

    assert_eq!(unlock(&app, "AAAAA-BBBBB", true).await?["accepted"], false);
    let sloppy = code.to_lowercase().replace('-', " ");
    assert_eq!(unlock(&app, &sloppy, true).await?["accepted"], true);
    app.reads_tokens(&key).await?;

    let app = app.restart().await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    Ok(())
}

#[tokio::test]
async fn a_ticket_is_drawn_once_and_ends_after_twenty_seconds() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let reveal = json!({ "mode": "reveal", "target": app.sample_key().await? });
    app.call("open_secret_window", reveal.clone()).await?;
    let ticket = json!({ "ticket": app.host.look().tickets.pop() });
    app.call_secret("secret_window", ticket.clone()).await?;
    let again = app
        .call_secret("secret_window", ticket)
        .await
        .expect_err("drawn already");
    assert_eq!(again.code, ErrorCode::TicketGone);

    app.call("open_secret_window", reveal).await?;
    let ticket = json!({ "ticket": app.host.look().tickets.pop() });
    app.clock.advance(Duration::from_secs(21));
    app.wait_until("the window closes", |desktop| {
        desktop.secret_window.is_none()
    })
    .await?;
    let late = app
        .app
        .call(Window::Secret, "secret_window", ticket)
        .await
        .expect_err("too late");
    assert_eq!(late.code, ErrorCode::TicketGone);
    Ok(())
}

#[tokio::test]
async fn a_damaged_vault_is_told_and_nothing_is_written_over_it() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    app.app.stop().await;
    let file = app.data_dir().join("vault/vault.db");
    let good = std::fs::read(&file)?;
    std::fs::write(&file, b"not a vault")?;
    let app = app.restart().await?;
    assert_eq!(
        app.call("app_status", Value::Null).await?["phase"],
        "locked"
    );
    let error = app
        .call("unlock_with_keyring", Value::Null)
        .await
        .expect_err("damaged");
    assert_eq!(error.code, ErrorCode::VaultDamaged);
    let create = json!({ "opensWith": "keyring", "passphrase": null });
    let error = app
        .call("create_vault", create)
        .await
        .expect_err("there is one");
    assert_eq!(error.code, ErrorCode::VaultExists);
    assert_eq!(std::fs::read(&file)?, b"not a vault");

    std::fs::write(&file, good)?;
    let app = app.restart().await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    app.reads_tokens(&key).await?;
    Ok(())
}

#[tokio::test]
async fn a_disk_that_takes_nothing_more_keeps_nobody_out() -> anyhow::Result<()> {
    let app = passphrase_app().await?;
    app.call("lock", Value::Null).await?;
    let wrong = unlock(&app, "not the passphrase", false).await?;
    assert_eq!(wrong["accepted"], false);
    // `state.json` is replaced by way of this name.
    std::fs::create_dir(app.data_dir().join("state.new"))?;
    let wrong = unlock(&app, "not it either", false).await?;
    assert!(
        wrong["problem"]
            .as_str()
            .is_some_and(|problem| problem.contains("passphrase")),
        "{wrong}"
    );
    assert_eq!(unlock(&app, PASSPHRASE, false).await?["accepted"], true);
    Ok(())
}
