//! The main job from end to end, and that no secret of it is left anywhere it does not belong.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use inchkeep_sandbox::Decision;
use inchkeep_tests::log_capture::LogCapture;
use inchkeep_tests::steps::{TOKENS, get, session, status};
use inchkeep_tests::test_app::TestApp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

const PASSPHRASE: &str = "correct horse battery staple";

/// Secrets that the journey met, by what they are.
#[derive(Default)]
struct Met(Vec<(String, SecretString)>);

impl Met {
    fn add(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 16, "too short to be looked for: {what}");
        self.0.push((what.to_owned(), SecretString::from(secret)));
    }

    /// All tokens that a session has now.
    async fn add_tokens(&mut self, app: &TestApp, session: &Value) -> anyhow::Result<()> {
        self.add(
            "access token",
            &app.reveal("access_token", &session["id"]).await?,
        );
        if session["hasRefreshToken"] == true {
            self.add(
                "refresh token",
                &app.reveal("refresh_token", &session["id"]).await?,
            );
        }
        Ok(())
    }

    /// What of it stands in `bytes`, in any spelling. Names only: a failing test must not print a
    /// secret.
    fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (what, secret) in &self.0 {
            let stands =
                |spelling: &Vec<u8>| bytes.windows(spelling.len()).any(|part| part == spelling);
            if spellings(secret).iter().any(stands) {
                found.push(what.as_str());
            }
        }
        found
    }
}

/// How a secret could be written down: as it is, in UTF-16, in hexadecimal, in base64 at each of the
/// three places where it can begin.
fn spellings(secret: &SecretString) -> Vec<Vec<u8>> {
    let text = secret.expose_secret(); // EXPOSE: looked for where it must not be.
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut hex = String::new();
    for byte in text.bytes() {
        let _ = write!(hex, "{byte:02x}");
    }
    let mut all = vec![
        text.as_bytes().to_vec(),
        utf16,
        hex.to_uppercase().into(),
        hex.into(),
    ];
    for shift in 0..3_usize {
        let shifted = [vec![0; shift], text.as_bytes().to_vec()].concat();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&shifted);
            // The first and last letters hold bits of the neighbours.
            let inner = encoded
                .as_bytes()
                .get(4..encoded.len() - 2)
                .unwrap_or_default();
            all.push(inner.to_vec());
        }
    }
    all
}

/// The vault, by a passphrase, with a recovery code.
async fn make_vault(app: &TestApp, met: &mut Met) -> anyhow::Result<()> {
    met.add("passphrase", PASSPHRASE);
    let draft = app.type_new_passphrase(PASSPHRASE).await?;
    let request = json!({ "opensWith": "passphrase", "passphrase": draft });
    app.call("create_vault", request).await?;
    met.add(
        "recovery code",
        &app.shown(json!({ "mode": "recovery_code" })).await?,
    );
    Ok(())
}

/// An API key: the first 200 with its request id, in the header and in the query.
async fn use_an_api_key(app: &TestApp, met: &mut Met) -> anyhow::Result<Value> {
    let start = app.call("start_with", json!({ "kind": "sandbox" })).await?;
    let first = &start["firstRequest"];
    let key = first["credential"].clone();
    met.add("API key", &app.reveal("api_key", &key["id"]).await?);
    let by_header = app.send(first["draft"].clone(), &key, "header").await?;
    assert_eq!(status(&by_header), Some(200));
    let shown = by_header["sent"]["headers"].to_string().to_lowercase();
    assert!(
        shown.contains("authorization") && shown.contains("bearer"),
        "{shown}"
    );
    let by_query = app.send(get(TOKENS), &key, "query").await?;
    assert_eq!(status(&by_query), Some(200));
    assert!(
        by_query["sent"]["url"]
            .as_str()
            .is_some_and(|url| url.contains("apiKey="))
    );
    assert!(by_header["requestId"].is_string() && by_query["requestId"].is_string());
    assert_ne!(by_header["requestId"], by_query["requestId"]);
    app.call("finish_first_run", Value::Null).await?;
    Ok(key)
}

/// A client for servers: registered, a token, a request. Gives its session.
async fn work_as_a_server(app: &TestApp, met: &mut Met) -> anyhow::Result<Value> {
    let portal_token = app.sandbox().await?.issue_portal_token()?;
    met.add("portal access token", &portal_token);
    let environment_id = app.environment().await?;
    let purpose = json!({ "kind": "portal_token", "environmentId": environment_id });
    let mut registration = app
        .registration("client_credentials", "Settlement worker")
        .await?;
    registration["portalToken"] = app.paste(&portal_token, purpose).await?;
    let preview = app
        .call("preview_registration", registration.clone())
        .await?;
    assert!(
        preview["url"]
            .as_str()
            .is_some_and(|url| url.ends_with("/oauth/register"))
    );
    let client = app.call("register_client", registration).await?;
    met.add(
        "client secret",
        &app.reveal("client_secret", &client["id"]).await?,
    );
    let worker = app
        .call("get_token", json!({ "oauthClientId": client["id"] }))
        .await?;
    met.add_tokens(app, &worker).await?;
    app.reads_tokens(&session(&worker)).await?;
    Ok(worker)
}

/// A client for people: registered, consent in the browser, a request, a refresh, a request. Gives
/// its session.
async fn sign_in_as_a_person(app: &TestApp, met: &mut Met) -> anyhow::Result<Value> {
    let client = app
        .register("authorization_code", "Desktop sign-in")
        .await?;
    if client["hasSecret"] == true {
        met.add(
            "client secret",
            &app.reveal("client_secret", &client["id"]).await?,
        );
    }
    let sign_in = app.begin_sign_in(&client).await?;
    for (name, value) in app.opened_url()?.query_pairs() {
        if matches!(name.as_ref(), "state" | "code_challenge") {
            met.add(&name, &value);
        }
    }
    let landing = app.decide_and_land(Decision::Approve).await?;
    assert!(
        landing.page.contains("You can close this tab"),
        "{}",
        landing.page
    );
    for (_, code) in landing
        .redirect
        .query_pairs()
        .filter(|(name, _)| name == "code")
    {
        met.add("authorization code", &code);
    }
    let done = app.sign_in_at(&sign_in, &["done", "failed"]).await?;
    let person = done["session"].clone();
    assert_eq!(person["state"], "active", "{}", done["error"]);
    met.add_tokens(app, &person).await?;
    app.reads_tokens(&session(&person)).await?;
    app.call("refresh_session", json!({ "sessionId": person["id"] }))
        .await?;
    met.add_tokens(app, &person).await?;
    let detail = app.session(&person).await?;
    assert_eq!(
        (&detail["generation"], &detail["rotates"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(detail["token"]["kind"], "valid");
    Ok(person)
}

fn stands_in_no_file(app: &TestApp, met: &Met) -> anyhow::Result<()> {
    let files = app.files()?;
    assert!(
        files.iter().any(|file| file.ends_with("vault.db")),
        "{files:?}"
    );
    for file in files {
        let found = met.found_in(&std::fs::read(&file)?);
        assert_eq!(found, Vec::<&str>::new(), "{}", file.display());
    }
    Ok(())
}

#[tokio::test]
async fn it_is_done_it_lasts_and_leaves_no_secret_behind() -> anyhow::Result<()> {
    let log = LogCapture::begin()?;
    let mut met = Met::default();
    let app = TestApp::start().await?;
    make_vault(&app, &mut met).await?;
    let key = use_an_api_key(&app, &mut met).await?;
    let worker = work_as_a_server(&app, &mut met).await?;
    let person = sign_in_as_a_person(&app, &mut met).await?;
    let last = app.reads_tokens(&session(&person)).await?;
    app.look_at_everything().await?;

    // Closed and opened again, everything is there and works without another consent.
    let app = app.restart().await?;
    app.call(
        "open_secret_window",
        json!({ "mode": "unlock", "recovery": false }),
    )
    .await?;
    assert_eq!(app.type_secret(PASSPHRASE).await?["accepted"], true);
    for credential in [session(&person), session(&worker), key] {
        app.reads_tokens(&credential).await?;
    }
    let request_id = last["requestId"].as_str().unwrap_or_default();
    assert_eq!(
        app.history(request_id).await?.len(),
        1,
        "support asks by request id"
    );

    app.look_at_everything().await?;
    assert!(
        met.0.len() >= 12,
        "the journey met fewer secrets than it should: {}",
        met.0.len()
    );
    assert_eq!(
        met.found_in(app.told().as_bytes()),
        Vec::<&str>::new(),
        "told to the main window"
    );
    assert_eq!(
        met.found_in(log.text().as_bytes()),
        Vec::<&str>::new(),
        "in the log"
    );
    assert!(
        log.text().contains("the sandbox runs"),
        "the log was not heard"
    );
    stands_in_no_file(&app, &met)?;
    app.app.stop().await;
    stands_in_no_file(&app, &met)
}

#[tokio::test]
async fn a_portal_token_is_kept_only_when_asked_for() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let mut request = app.registration("client_credentials", "Once").await?;
    app.call("register_client", request.clone()).await?;
    request["portalToken"] = Value::Null;
    let error = app
        .call("register_client", request)
        .await
        .expect_err("it was not kept");
    assert_eq!(error.facts["field"], "portalToken");

    let mut request = app.registration("client_credentials", "Kept").await?;
    request["keepPortalToken"] = json!(true);
    app.call("register_client", request.clone()).await?;
    request["portalToken"] = Value::Null;
    request["name"] = json!("Again");
    let preview = app.call("preview_registration", request.clone()).await?;
    assert_eq!(preview["keptPortalToken"], true);
    app.call("register_client", request).await?;
    Ok(())
}
