//! The first run, with a keyring and with a passphrase, and closed midway.

use anyhow::Context as _;
use inchkeep_app::ErrorCode;
use inchkeep_tests::steps::status;
use inchkeep_tests::test_app::TestApp;
use inchkeep_vault::KeyringFailure;
use serde_json::{Value, json};

const PASSPHRASE: &str = "correct horse battery staple";

fn keyring_vault() -> Value {
    json!({ "opensWith": "keyring", "passphrase": null })
}

#[tokio::test]
async fn with_a_keyring_it_goes_from_nothing_to_the_first_200() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let begun = app.call("app_status", Value::Null).await?;
    assert_eq!(
        (&begun["phase"], &begun["firstRunStep"]),
        (&json!("first_run"), &json!("vault"))
    );
    assert_eq!(
        app.call("check_keyring", Value::Null).await?["state"],
        "ready"
    );

    let made = app.call("create_vault", keyring_vault()).await?;
    assert_eq!(made["firstRunStep"], "recovery_code");
    assert_eq!(made["hasRecoveryCode"], false);

    app.call("open_secret_window", json!({ "mode": "recovery_code" }))
        .await?;
    let window = app.host.look().secret_window.context("a secret window")?;
    let ticket = json!({ "ticket": window.ticket });
    let code = app.call_secret("secret_window", ticket.clone()).await?;
    let code = code["value"].as_str().context("a code")?.to_owned();
    let status_now = app.call("app_status", Value::Null).await?;
    assert_eq!(
        status_now["hasRecoveryCode"], false,
        "nobody has taken it away yet"
    );
    app.call_secret("copy_shown_secret", ticket.clone()).await?;
    let copied = app.call("app_status", Value::Null).await?;
    assert_eq!(
        (
            &copied["hasRecoveryCode"],
            &copied["recoveryCodeOnlyCopied"]
        ),
        (&json!(true), &json!(true)),
        "the clipboard keeps it for half a minute"
    );
    let saved = app
        .call_secret("save_recovery_code", ticket.clone())
        .await?;
    app.call_secret("copy_shown_secret", ticket.clone()).await?;
    app.call_secret("close_shown_secret", ticket).await?;
    let file = std::fs::read_to_string(saved["path"].as_str().context("a path")?)?;
    assert!(file.contains(&code));
    assert_eq!(
        app.events("secret_taken").last(),
        Some(&json!({ "kind": "recovery_code_taken" }))
    );
    let kept = app.call("app_status", Value::Null).await?;
    assert_eq!(
        (&kept["hasRecoveryCode"], &kept["recoveryCodeOnlyCopied"]),
        (&json!(true), &json!(false)),
        "the file stays, whatever is copied after it"
    );

    let start = app.call("start_with", json!({ "kind": "sandbox" })).await?;
    assert_eq!(start["environment"]["sandboxRunning"], true);
    let first = &start["firstRequest"];
    let answer = app
        .send(first["draft"].clone(), &first["credential"], "header")
        .await?;
    assert_eq!(status(&answer), Some(200));
    assert!(answer["requestId"].is_string());

    let done = app.call("finish_first_run", Value::Null).await?;
    assert_eq!(
        (&done["phase"], &done["firstRunStep"]),
        (&json!("open"), &Value::Null)
    );
    Ok(())
}

#[tokio::test]
async fn with_a_passphrase_a_weak_one_is_refused_and_a_good_one_opens() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let purpose = json!({ "mode": "enter", "purpose": { "kind": "new_passphrase" } });
    app.call("open_secret_window", purpose).await?;
    let weak = app.type_secret("horse").await?;
    assert_eq!(weak["accepted"], false);
    assert_eq!(weak["problem"], "Weak: add 3 more words");
    assert!(
        app.host.look().secret_window.is_some(),
        "the person can try again"
    );

    let draft = app.type_new_passphrase(PASSPHRASE).await?;
    let request = json!({ "opensWith": "passphrase", "passphrase": draft });
    let made = app.call("create_vault", request.clone()).await?;
    assert_eq!(made["opensWith"], "passphrase");
    assert!(app.keyring.is_empty(), "nothing was put into the keyring");
    let again = app
        .call("create_vault", request)
        .await
        .expect_err("there is one");
    assert_eq!(again.code, ErrorCode::VaultExists);

    app.call("start_with", json!({ "kind": "sandbox" })).await?;
    app.call("finish_first_run", Value::Null).await?;
    let app = app.restart().await?;
    let locked = app.call("app_status", Value::Null).await?;
    assert_eq!(
        (&locked["phase"], &locked["lockReason"]),
        (&json!("locked"), &json!("started"))
    );
    app.call(
        "open_secret_window",
        json!({ "mode": "unlock", "recovery": false }),
    )
    .await?;
    assert_eq!(app.type_secret(PASSPHRASE).await?["accepted"], true);
    assert_eq!(app.call("app_status", Value::Null).await?["phase"], "open");
    Ok(())
}

#[tokio::test]
async fn closed_midway_it_goes_on_at_the_same_step() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    app.call("create_vault", keyring_vault()).await?;
    app.call("set_first_run_step", json!({ "step": "start" }))
        .await?;
    let app = app.restart().await?;
    let unlocked = app.call("unlock_with_keyring", Value::Null).await?;
    assert_eq!(unlocked["phase"], "first_run");
    assert_eq!(unlocked["firstRunStep"], "start");
    app.call("start_with", json!({ "kind": "sandbox" })).await?;
    let app = app.crash().await?;
    let unlocked = app.call("unlock_with_keyring", Value::Null).await?;
    assert_eq!(unlocked["firstRunStep"], "first_credential");
    assert_eq!(app.sample().await?["apiKeys"][0]["name"], "Sample key");
    Ok(())
}

#[tokio::test]
async fn without_a_keyring_nothing_is_made_and_a_passphrase_still_works() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    app.keyring.fail_with(Some(KeyringFailure::NoService));
    assert_eq!(
        app.call("check_keyring", Value::Null).await?["state"],
        "missing"
    );
    let error = app
        .call("create_vault", keyring_vault())
        .await
        .expect_err("no keyring");
    assert_eq!(error.code, ErrorCode::KeyringMissing);
    assert_eq!(
        app.call("app_status", Value::Null).await?["firstRunStep"],
        "vault"
    );

    let draft = app.type_new_passphrase(PASSPHRASE).await?;
    let request = json!({ "opensWith": "passphrase", "passphrase": draft });
    assert_eq!(
        app.call("create_vault", request).await?["firstRunStep"],
        "recovery_code"
    );
    Ok(())
}

#[tokio::test]
async fn a_start_with_another_server_makes_its_environment_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    app.call("create_vault", keyring_vault()).await?;
    let other = json!({ "kind": "other", "apiBase": "http://api.example.com" });
    let error = app
        .call("start_with", other)
        .await
        .expect_err("not encrypted");
    assert_eq!(error.code, ErrorCode::InvalidField);
    assert_eq!(error.facts["field"], "apiBase");

    let other = json!({ "kind": "other", "apiBase": "https://api.example.com/" });
    let first = app.call("start_with", other.clone()).await?;
    assert_eq!(first["environment"]["apiBase"], "https://api.example.com");
    assert_eq!(first["firstRequest"], Value::Null);
    let second = app.call("start_with", other).await?;
    assert_eq!(second["environment"]["id"], first["environment"]["id"]);
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_data_folder_that_others_could_read_is_closed_at_the_start() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let app = TestApp::start_in_sandbox().await?;
    let folder = app.data_dir();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
    let app = app.restart().await?;
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path)?;
        anyhow::Ok(metadata.permissions().mode() & 0o777)
    };
    assert_eq!(mode(&folder)?, 0o700);
    for file in app.files()? {
        assert_eq!(mode(&file)?, 0o600, "{}", file.display());
    }
    Ok(())
}
