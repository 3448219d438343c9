//! Keys and clients that a person brings along: pasted, typed, imported, renamed, removed.

use inchkeep_app::ErrorCode;
use inchkeep_tests::steps::{TOKENS, api_key, get, session};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

async fn key_purpose(app: &TestApp, name: &str) -> anyhow::Result<Value> {
    let application = app.sample().await?["application"]["key"].clone();
    Ok(json!({ "kind": "api_key", "application": application, "name": name }))
}

#[tokio::test]
async fn a_key_is_pasted_checked_saved_replaced_and_removed() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let sample = app.sample().await?;
    let application = sample["application"]["key"].clone();
    let sandbox = app.sandbox().await?;
    let id = sandbox.applications().remove(0).id;
    let key = sandbox.issue_api_key(&id, "router-read")?;

    let draft = app
        .paste(
            &format!(" Bearer {key}\n"),
            key_purpose(&app, "router-read").await?,
        )
        .await?;
    let check = json!({ "application": application, "secret": draft });
    let checked = app.call("check_api_key", check).await?;
    assert_eq!(
        (&checked["accepted"], &checked["status"]),
        (&json!(true), &json!(200))
    );
    assert!(checked["requestId"].is_string());
    let add = json!({ "application": application, "name": "router-read", "secret": draft });
    let added = app.call("add_api_key", add.clone()).await?;
    app.reads_tokens(&api_key(&added)).await?;
    let gone = app
        .call("add_api_key", add)
        .await
        .expect_err("the draft was used");
    assert_eq!(gone.code, ErrorCode::SecretDraftGone);

    let same = app.paste(&key, key_purpose(&app, "other").await?).await?;
    let add = json!({ "application": application, "name": "other", "secret": same });
    let twice = app
        .call("add_api_key", add)
        .await
        .expect_err("the same key");
    assert_eq!(
        (twice.code, twice.facts["name"].as_str()),
        (ErrorCode::Duplicate, "router-read")
    );

    let wrong = app
        .paste(
            "wrong_key_wrong_key_wrong_key",
            key_purpose(&app, "w").await?,
        )
        .await?;
    let check = json!({ "application": application, "secret": wrong });
    let checked = app.call("check_api_key", check).await?;
    assert_eq!(
        (&checked["accepted"], &checked["status"]),
        (&json!(false), &json!(401))
    );

    let fresh = sandbox.issue_api_key(&id, "second")?;
    let fresh = app
        .paste(&fresh, key_purpose(&app, "router-read").await?)
        .await?;
    let replace = json!({ "apiKeyId": added["id"], "secret": fresh });
    let replaced = app.call("replace_api_key", replace).await?;
    assert_eq!(replaced["id"], added["id"]);
    assert_ne!(replaced["last4"], added["last4"]);
    app.reads_tokens(&api_key(&added)).await?;
    app.call("remove_api_key", json!({ "apiKeyId": added["id"] }))
        .await?;
    let error = app
        .send(get(TOKENS), &api_key(&added), "header")
        .await
        .expect_err("it is gone");
    assert_eq!(error.code, ErrorCode::NotFound);
    Ok(())
}

#[tokio::test]
async fn a_key_is_typed_in_the_secret_window_and_what_is_no_key_is_refused() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let purpose = key_purpose(&app, "typed").await?;
    app.call(
        "open_secret_window",
        json!({ "mode": "enter", "purpose": purpose }),
    )
    .await?;
    let refused = app.type_secret("two words").await?;
    assert_eq!(refused["problem"], "A secret has no spaces in it.");
    assert_eq!(
        app.type_secret("typed_key_4kT9wZ2mQe8RfLxB").await?["accepted"],
        true
    );
    let taken = app.events("secret_taken").pop().unwrap_or_default();
    assert_eq!(taken["value"]["draft"]["last4"], "fLxB");

    app.host.set(|desktop| desktop.clipboard = None);
    let request = json!({ "purpose": purpose });
    let error = app
        .call("paste_secret", request.clone())
        .await
        .expect_err("empty");
    assert_eq!(error.code, ErrorCode::ClipboardEmpty);
    app.host.set(|desktop| desktop.clipboard_refused = true);
    let error = app
        .call("paste_secret", request)
        .await
        .expect_err("refused");
    assert_eq!(error.code, ErrorCode::ClipboardRefused);
    Ok(())
}

#[tokio::test]
async fn a_client_of_the_portal_is_imported_with_its_secret_and_used() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let made = app
        .register("client_credentials", "Settlement worker")
        .await?;
    let secret = app.reveal("client_secret", &made["id"]).await?;
    app.call(
        "remove_oauth_client",
        json!({ "oauthClientId": made["id"] }),
    )
    .await?;

    let portal = json!({
        "client_id": made["clientId"], "client_secret": secret, "client_name": "From the portal",
        "grant_types": ["client_credentials"], "scope": "swap:read balance:read",
    });
    app.host
        .set(|desktop| desktop.clipboard = Some(portal.to_string()));
    let draft = app.call("paste_client", Value::Null).await?;
    assert_eq!(draft["grant"], "client_credentials");
    assert_eq!(draft["scopes"], json!(["swap:read", "balance:read"]));
    let import = json!({
        "application": app.sample().await?["application"]["key"],
        "name": draft["name"], "clientId": draft["clientId"], "grant": draft["grant"],
        "redirectUris": [], "scopes": draft["scopes"], "secret": draft["secret"]["id"],
        "fromPortal": true,
    });
    let client = app.call("import_client", import.clone()).await?;
    assert_eq!(client["source"], "portal");
    let token = app
        .call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    app.reads_tokens(&session(&token)).await?;

    let twice = app
        .call("import_client", import)
        .await
        .expect_err("the draft was used");
    assert_eq!(twice.code, ErrorCode::SecretDraftGone);
    app.host
        .set(|desktop| desktop.clipboard = Some("not a client".to_owned()));
    let error = app
        .call("paste_client", Value::Null)
        .await
        .expect_err("no client");
    assert_eq!(error.code, ErrorCode::PasteNotUsable);
    Ok(())
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_clients_fault() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let made = app
        .register("client_credentials", "Settlement worker")
        .await?;
    app.call(
        "remove_oauth_client",
        json!({ "oauthClientId": made["id"] }),
    )
    .await?;
    let purpose = json!({ "kind": "client_secret", "name": "Wrong" });
    let secret = app.paste("wrong_secret_4kT9wZ2mQe8RfLxB", purpose).await?;
    let import = json!({
        "application": app.sample().await?["application"]["key"], "name": "Wrong",
        "clientId": made["clientId"], "grant": "client_credentials",
        "redirectUris": [], "scopes": [], "secret": secret,
    });
    let client = app.call("import_client", import).await?;
    assert_eq!(client["source"], "imported", "it was typed in");
    let request = json!({ "oauthClientId": client["id"] });
    let error = app
        .call("get_token", request)
        .await
        .expect_err("a wrong secret");
    assert_eq!(error.code, ErrorCode::ClientRefused);
    assert!(error.request_id.is_some(), "support asks for it");
    Ok(())
}

#[tokio::test]
async fn removing_an_application_takes_everything_of_it_along() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let client = app
        .register("client_credentials", "Settlement worker")
        .await?;
    app.call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    let application = app.sample().await?["application"]["key"].clone();
    app.call("remove_application", json!({ "application": application }))
        .await?;
    let environment = json!({ "environmentId": app.environment().await? });
    for list in ["applications", "sessions", "credentials"] {
        assert_eq!(
            app.call(list, environment.clone()).await?,
            json!([]),
            "{list}"
        );
    }
    let error = app
        .call("oauth_client", json!({ "oauthClientId": client["id"] }))
        .await
        .expect_err("it is gone");
    assert_eq!(error.code, ErrorCode::NotFound);
    Ok(())
}

#[tokio::test]
async fn names_are_changed_and_two_of_a_kind_refused() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let sample = app.sample().await?;
    let application = sample["application"]["key"].clone();
    let rename = json!({ "apiKeyId": sample["apiKeys"][0]["id"], "name": " router-read " });
    let renamed = app.call("rename_api_key", rename).await?;
    assert_eq!(renamed["name"], "router-read");
    let rename = json!({ "application": application, "name": "Router", "applicationId": null });
    let renamed = app.call("rename_application", rename).await?;
    assert_eq!(renamed["name"], "Router");
    assert_eq!(
        renamed["applicationId"],
        sample["application"]["applicationId"]
    );

    for (name, id, code) in [
        (
            "Twice",
            sample["application"]["applicationId"].clone(),
            ErrorCode::Duplicate,
        ),
        ("", json!("app_2"), ErrorCode::InvalidField),
        ("Spaces", json!("app 2"), ErrorCode::InvalidField),
    ] {
        let add = json!({
            "environmentId": app.environment().await?, "name": name, "applicationId": id,
        });
        let error = app.call("add_application", add).await.expect_err(name);
        assert_eq!(error.code, code, "{name}");
    }
    Ok(())
}
