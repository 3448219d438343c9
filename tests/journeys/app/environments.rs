//! Environments: added, changed, chosen, removed; the sandbox started again and made new.

use inchkeep_app::ErrorCode;
use inchkeep_tests::steps::session;
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

fn values(name: &str, api_base: &str) -> Value {
    json!({
        "name": name, "apiBase": api_base, "authorizationServer": null, "portal": null,
        "logRetentionDays": 30,
    })
}

#[tokio::test]
async fn sandbox_and_production_are_always_there_and_ones_own_come_and_go() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let all = app.call("environments", Value::Null).await?;
    assert_eq!(
        (&all[0]["kind"], &all[1]["kind"]),
        (&json!("sandbox"), &json!("production"))
    );
    assert_eq!(all[1]["apiBase"], "https://api.1inch.com");
    for standard in [&all[0], &all[1]] {
        let reference = json!({ "environmentId": standard["id"] });
        let error = app
            .call("remove_environment", reference)
            .await
            .expect_err("it stays");
        assert_eq!(error.code, ErrorCode::InvalidRequest);
    }
    let own = app
        .call(
            "add_environment",
            values("Staging", "https://staging.example"),
        )
        .await?;
    let twice = app
        .call(
            "add_environment",
            values("staging", "https://other.example"),
        )
        .await;
    assert_eq!(
        twice.expect_err("the name is taken").code,
        ErrorCode::Duplicate
    );
    let reference = json!({ "environmentId": own["id"] });
    app.reads_tokens(&app.sample_key().await?).await?;
    let before = app.call("app_status", Value::Null).await?;
    assert_ne!(before["keptRequests"], 0);
    let chosen = app.call("select_environment", reference.clone()).await?;
    assert_eq!(chosen["environment"]["name"], "Staging");
    assert_eq!(chosen["keptRequests"], 0, "they are of the sandbox");
    let edit = json!({
        "environmentId": own["id"], "values": values("Preview", "https://preview.example/"),
    });
    let edited = app.call("edit_environment", edit).await?;
    assert_eq!(
        (&edited["name"], &edited["host"]),
        (&json!("Preview"), &json!("preview.example"))
    );
    let moved =
        json!({ "environmentId": all[0]["id"], "values": values("Sandbox", "http://127.0.0.1:1") });
    let error = app
        .call("edit_environment", moved)
        .await
        .expect_err("its address is its own");
    assert_eq!(error.facts["field"], "apiBase");

    app.call("remove_environment", reference).await?;
    let status = app.call("app_status", Value::Null).await?;
    assert_eq!(status["environment"]["kind"], "sandbox", "it was chosen");
    assert_eq!(status["keptRequests"], before["keptRequests"]);
    Ok(())
}

#[tokio::test]
async fn a_word_is_no_server_and_the_field_says_what_is() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let error = app
        .call(
            "check_server",
            json!({ "apiBase": "foo", "authorizationServer": null }),
        )
        .await
        .expect_err("a word");
    assert_eq!(error.code, ErrorCode::InvalidField);
    assert_eq!(error.facts["field"], "apiBase");
    assert_eq!(
        error.facts["reason"],
        "Enter an address such as https://api.example.com."
    );
    Ok(())
}

#[tokio::test]
async fn the_portal_and_the_data_folder_are_opened() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let all = app.call("environments", Value::Null).await?;
    let production = json!({ "environmentId": all[1]["id"] });
    app.call("open_portal", production.clone()).await?;
    assert_eq!(json!(app.opened_url()?), all[1]["portal"]);
    app.call("open_portal", json!({ "environmentId": all[0]["id"] }))
        .await?;
    let practice = inchkeep_tests::port::client()?
        .get(app.opened_url()?)
        .send()
        .await?;
    assert_eq!(
        practice.status(),
        200,
        "the sandbox has a portal of its own"
    );
    app.host.set(|desktop| desktop.no_browser = true);
    let error = app
        .call("open_portal", production)
        .await
        .expect_err("no browser");
    assert_eq!(error.code, ErrorCode::NoBrowser);
    app.call("open_data_folder", Value::Null).await?;
    assert_eq!(app.host.look().opened_folders, [app.data_dir()]);
    Ok(())
}

#[tokio::test]
async fn the_sandbox_keeps_its_address_and_its_sessions_over_a_restart() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = app
        .register("authorization_code", "Desktop sign-in")
        .await?;
    let person = app.sign_in(&client).await?;
    let before = app.call("app_status", Value::Null).await?["environment"].clone();
    let after = app.call("restart_sandbox", Value::Null).await?;
    assert_eq!(after["apiBase"], before["apiBase"]);
    assert_eq!(after["sandboxRunning"], true);
    app.reads_tokens(&session(&person)).await?;
    app.call("refresh_session", json!({ "sessionId": person["id"] }))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_sandbox_made_new_takes_its_credentials_along_and_brings_new_ones() -> anyhow::Result<()>
{
    let app = TestApp::start_in_sandbox().await?;
    let client = app
        .register("client_credentials", "Settlement worker")
        .await?;
    app.call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    let old = app.sample_key().await?;
    app.call("reset_sandbox", Value::Null).await?;
    let reference = json!({ "environmentId": app.environment().await? });
    assert_eq!(app.call("sessions", reference.clone()).await?, json!([]));
    let credentials = app.call("credentials", reference).await?;
    assert_eq!(
        credentials.as_array().map(Vec::len),
        Some(1),
        "the new sample key"
    );
    assert_ne!(credentials[0]["credential"], old);
    app.reads_tokens(&credentials[0]["credential"]).await?;
    app.register("client_credentials", "Settlement worker")
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_sandbox_whose_port_was_taken_meanwhile_moves_when_asked() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let before = app.call("app_status", Value::Null).await?["environment"].clone();
    let address = before["host"].as_str().unwrap_or_default().to_owned();
    app.app.stop().await;
    let taken = tokio::net::TcpListener::bind(&address).await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    let key = json!({ "environmentId": before["id"] });
    let error = app
        .call("select_environment", key)
        .await
        .expect_err("the port is taken");
    assert_eq!(error.code, ErrorCode::SandboxNotStarted);
    let after = app.call("restart_sandbox", Value::Null).await?;
    assert_ne!(after["apiBase"], before["apiBase"]);
    drop(taken);
    app.reads_tokens(&app.sample_key().await?).await?;
    Ok(())
}

#[tokio::test]
async fn settings_apply_at_once_last_and_refuse_what_makes_no_sense() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let mut settings = app.call("settings", Value::Null).await?;
    settings["theme"] = json!("dark");
    settings["keepRequests"] = json!(1000);
    app.call("change_settings", settings.clone()).await?;
    let mut wrong = settings.clone();
    wrong["textSize"] = json!(10);
    let error = app
        .call("change_settings", wrong)
        .await
        .expect_err("too small to read");
    assert_eq!(error.code, ErrorCode::InvalidField);
    let file = app.data_dir().join("settings.json");
    let kept = std::fs::read(&file)?;
    std::fs::remove_file(&file)?;
    std::fs::create_dir(&file)?;
    let mut unsaved = settings.clone();
    unsaved["theme"] = json!("light");
    let error = app
        .call("change_settings", unsaved)
        .await
        .expect_err("no file can be there");
    assert_eq!(error.code, ErrorCode::FileNotWritten);
    assert_eq!(
        app.call("settings", Value::Null).await?,
        settings,
        "nothing half changed"
    );
    std::fs::remove_dir(&file)?;
    std::fs::write(&file, kept)?;

    let app = app.restart().await?;
    let status = app.call("app_status", Value::Null).await?;
    assert_eq!(status["settings"], settings, "before the unlock already");
    Ok(())
}
