//! The main job against a server that we did not write.

use inchkeep_tests::browser::Browser;
use inchkeep_tests::peer::OidcProvider;
use inchkeep_tests::steps::session;
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

async fn journey(flags: &[&str]) -> anyhow::Result<()> {
    let peer = OidcProvider::start(flags).await?;
    let app = TestApp::start().await?;
    let mut registration = app.settle_at(&peer.server).await?;
    let check = json!({ "apiBase": peer.server.issuer, "authorizationServer": null });
    assert_eq!(
        app.call("check_server", check).await?["issuer"],
        peer.server.issuer
    );

    let worker = app.call("register_client", registration.clone()).await?;
    let worker = app
        .call("get_token", json!({ "oauthClientId": worker["id"] }))
        .await?;
    app.reads_tokens(&session(&worker)).await?;

    registration["name"] = json!("Desktop sign-in");
    registration["grant"] = json!("authorization_code");
    registration["refreshToken"] = json!(true);
    registration["portalToken"] = Value::Null;
    let desktop = app.call("register_client", registration).await?;
    let sign_in = app.begin_sign_in(&desktop).await?;
    let person = [("login", "ada"), ("password", "any")];
    let page = Browser::new()?.walk(&app.opened_url()?, &person).await?;
    assert!(page.contains("You can close this tab"), "{page}");
    let done = app.sign_in_at(&sign_in, &["done", "failed"]).await?;
    assert_eq!(done["stage"], "done", "{}", done["error"]);
    let person = done["session"].clone();
    app.reads_tokens(&session(&person)).await?;

    app.call("refresh_session", json!({ "sessionId": person["id"] }))
        .await?;
    let detail = app.session(&person).await?;
    assert_eq!(detail["generation"], 2);
    assert_eq!(detail["rotates"], !flags.contains(&"--no-rotation"));
    let kind = if flags.contains(&"--opaque") {
        "opaque"
    } else {
        "valid"
    };
    assert_eq!(detail["token"]["kind"], kind);
    app.reads_tokens(&session(&person)).await?;

    let app = app.restart().await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    app.reads_tokens(&session(&person)).await?;
    app.reads_tokens(&session(&worker)).await?;
    app.look_at_everything().await?;
    let mut secrets = vec![peer.server.portal_token.clone()];
    for (target, id) in [
        ("access_token", &person["id"]),
        ("refresh_token", &person["id"]),
        ("access_token", &worker["id"]),
        ("client_secret", &worker["oauthClientId"]),
    ] {
        secrets.push(app.reveal(target, id).await?);
    }
    for secret in secrets {
        assert!(
            !app.told().contains(&secret),
            "the main window was told a secret"
        );
        assert!(
            app.files_with(secret.as_bytes())?.is_empty(),
            "a file holds a secret"
        );
    }

    let end = json!({ "sessionId": person["id"], "forgetAnyway": false });
    let ended = app.call("end_session", end).await?;
    assert_eq!(
        (&ended["revoked"], &ended["removed"]),
        (&json!(true), &json!(true)),
        "{ended}"
    );
    Ok(())
}

#[tokio::test]
async fn with_jwt_access_tokens_and_rotation() -> anyhow::Result<()> {
    journey(&[]).await
}

#[tokio::test]
async fn with_opaque_access_tokens_and_no_rotation() -> anyhow::Result<()> {
    journey(&["--opaque", "--no-rotation"]).await
}
