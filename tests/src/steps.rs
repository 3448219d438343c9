//! What a person does in a journey, each act as one call.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use inchkeep_app::ApiError;
use inchkeep_sandbox::{Decision, Sandbox};
use serde_json::{Value, json};
use url::Url;

use crate::browser::Browser;
use crate::test_app::{PATIENCE, TestApp};

/// A path of the documented API that every credential of the sandbox may read.
pub const TOKENS: &str = "/swap/v5.2/1/tokens";

/// Where a browser ended after a decision on the consent page.
#[derive(Debug)]
pub struct Landing {
    /// The address of the app's listener, with everything that the server answered.
    pub redirect: Url,
    /// The last page of the app's listener.
    pub page: String,
}

/// A GET of `url` as the page drafts it.
pub fn get(url: &str) -> Value {
    json!({ "method": "GET", "url": url, "params": [], "headers": [], "body": { "kind": "none" } })
}

/// The reference to an API key, as of `apiKeys` of an application.
pub fn api_key(view: &Value) -> Value {
    json!({ "kind": "api_key", "id": view["id"] })
}

/// The reference to a session.
pub fn session(view: &Value) -> Value {
    json!({ "kind": "session", "id": view["id"] })
}

/// The status of an exchange; `None` when no answer came.
pub fn status(exchange: &Value) -> Option<u64> {
    exchange["outcome"]["status"].as_u64()
}

/// Waits until `look` finds something.
///
/// # Errors
/// When it does not within 20 s.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut look: impl FnMut() -> F,
) -> anyhow::Result<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return Ok(found);
        }
        anyhow::ensure!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A server outside the app, as a person knows it from its portal.
#[derive(Debug, Clone)]
pub struct OtherServer {
    /// Its address, which is its issuer too.
    pub issuer: String,
    /// A portal access token.
    pub portal_token: String,
    /// An application that it knows.
    pub application_id: String,
}

impl OtherServer {
    /// A sandbox outside the app.
    ///
    /// # Errors
    /// When it gives no portal access token.
    pub fn of(sandbox: &Sandbox) -> anyhow::Result<Self> {
        let application = sandbox.applications().into_iter().next();
        Ok(Self {
            issuer: sandbox.issuer().to_owned(),
            portal_token: sandbox.issue_portal_token()?,
            application_id: application.context("an application")?.id,
        })
    }
}

impl TestApp {
    /// The first run with a keyring and another server than the sandbox. Gives the request for a
    /// registration there, of a client for servers.
    ///
    /// # Errors
    /// When a step is refused.
    pub async fn settle_at(&self, server: &OtherServer) -> anyhow::Result<Value> {
        let by_keyring = json!({ "opensWith": "keyring", "passphrase": null });
        self.call("create_vault", by_keyring).await?;
        let start = json!({ "kind": "other", "apiBase": server.issuer });
        let start = self.call("start_with", start).await?;
        self.call("finish_first_run", Value::Null).await?;
        let environment_id = &start["environment"]["id"];
        let application = json!({
            "environmentId": environment_id, "name": "Treasury Router",
            "applicationId": server.application_id,
        });
        let application = self.call("add_application", application).await?;
        let purpose = json!({ "kind": "portal_token", "environmentId": environment_id });
        let portal_token = self.paste(&server.portal_token, purpose).await?;
        Ok(json!({
            "application": application["key"], "name": "Settlement worker",
            "grant": "client_credentials", "redirectUris": [], "refreshToken": false,
            "scopes": ["swap:read", "balance:read"],
            "portalToken": portal_token, "keepPortalToken": true,
        }))
    }

    /// The sandbox inside the app.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn sandbox(&self) -> anyhow::Result<Arc<Sandbox>> {
        Ok(self.app.sandbox_for_tests().await?)
    }

    /// The first application, in the sandbox the sample, with everything that belongs to it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn sample(&self) -> anyhow::Result<Value> {
        let environment = self.environment().await?;
        let rows = self
            .call("applications", json!({ "environmentId": environment }))
            .await?;
        anyhow::ensure!(rows[0]["key"].is_string(), "there is no application");
        Ok(self
            .call("application", json!({ "application": rows[0]["key"] }))
            .await?)
    }

    /// A reference to the sample application's key.
    ///
    /// # Errors
    /// When there is none.
    pub async fn sample_key(&self) -> anyhow::Result<Value> {
        Ok(api_key(&self.sample().await?["apiKeys"][0]))
    }

    /// Sends `draft` in the chosen environment.
    ///
    /// # Errors
    /// Whatever the app answers.
    pub async fn send(
        &self,
        draft: Value,
        credential: &Value,
        placement: &str,
    ) -> Result<Value, ApiError> {
        let status = self.call("app_status", Value::Null).await?;
        let request = json!({
            "sendId": format!("send-{}", rand::random::<u64>()),
            "environmentId": status["environment"]["id"],
            "draft": draft,
            "credential": credential,
            "placement": placement,
            "allowForeignHost": false,
        });
        self.call("send", request).await
    }

    /// Sends a GET of the token list, in the header, and insists on 200 with a request id.
    ///
    /// # Errors
    /// When it is anything else.
    pub async fn reads_tokens(&self, credential: &Value) -> anyhow::Result<Value> {
        let exchange = self.send(get(TOKENS), credential, "header").await?;
        anyhow::ensure!(
            status(&exchange) == Some(200),
            "not 200: {}",
            exchange["outcome"]
        );
        anyhow::ensure!(
            exchange["requestId"].is_string(),
            "an answer without a request id"
        );
        Ok(exchange)
    }

    /// The request for a registration in the sample application, with a fresh portal access token.
    ///
    /// # Errors
    /// When the sandbox gives no token.
    pub async fn registration(&self, grant: &str, name: &str) -> anyhow::Result<Value> {
        let environment_id = self.environment().await?;
        let request = json!({ "environmentId": environment_id });
        let token = self.call("sandbox_portal_token", request).await?;
        Ok(json!({
            "application": self.sample().await?["application"]["key"],
            "name": name,
            "grant": grant,
            "redirectUris": [],
            "refreshToken": grant == "authorization_code",
            "scopes": ["swap:read", "balance:read"],
            "portalToken": token["id"],
            "keepPortalToken": false,
        }))
    }

    /// Registers a client at the sandbox.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn register(&self, grant: &str, name: &str) -> anyhow::Result<Value> {
        let request = self.registration(grant, name).await?;
        Ok(self.call("register_client", request).await?)
    }

    /// Begins a sign-in with a client.
    ///
    /// # Errors
    /// Whatever the app answers.
    pub async fn begin_sign_in(&self, client: &Value) -> Result<Value, ApiError> {
        let request = json!({
            "oauthClientId": client["id"], "anyPortOnce": false, "chooseAccount": false,
        });
        self.call("sign_in", request).await
    }

    /// The address that was opened last.
    ///
    /// # Errors
    /// When none was.
    pub fn opened_url(&self) -> anyhow::Result<Url> {
        self.host
            .look()
            .opened_urls
            .pop()
            .context("nothing was opened")
    }

    /// Decides on the consent page that was opened last, and says where the browser is sent.
    ///
    /// # Errors
    /// When there is no such page.
    pub async fn decide(&self, decision: Decision) -> anyhow::Result<Url> {
        Ok(self
            .sandbox()
            .await?
            .consent(&self.opened_url()?, decision)
            .await?)
    }

    /// Decides, and follows the redirect to the app's listener as the browser does.
    ///
    /// # Errors
    /// When the consent page or the listener does not answer.
    pub async fn decide_and_land(&self, decision: Decision) -> anyhow::Result<Landing> {
        let redirect = self.decide(decision).await?;
        land(redirect).await
    }

    /// A sign-in once it has reached one of these stages.
    ///
    /// # Errors
    /// When it does not.
    pub async fn sign_in_at(&self, sign_in: &Value, stages: &[&str]) -> anyhow::Result<Value> {
        let request = json!({ "signInId": sign_in["id"] });
        eventually(&format!("a sign-in at {stages:?}"), || async {
            let view = self.call("sign_in_state", request.clone()).await.ok()?;
            stages.contains(&view["stage"].as_str()?).then_some(view)
        })
        .await
    }

    /// Signs in with a client and consents; gives the session.
    ///
    /// # Errors
    /// When it does not end well.
    pub async fn sign_in(&self, client: &Value) -> anyhow::Result<Value> {
        let sign_in = self.begin_sign_in(client).await?;
        self.decide_and_land(Decision::Approve).await?;
        let ended = self
            .sign_in_at(&sign_in, &["done", "failed", "cancelled"])
            .await?;
        anyhow::ensure!(
            ended["stage"] == "done",
            "the sign-in failed: {}",
            ended["error"]
        );
        Ok(ended["session"].clone())
    }

    /// Everything about a session.
    ///
    /// # Errors
    /// When there is none.
    pub async fn session(&self, session: &Value) -> anyhow::Result<Value> {
        Ok(self
            .call("session", json!({ "sessionId": session["id"] }))
            .await?)
    }

    /// Rows of the chosen environment's history, newest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn history(&self, search: &str) -> anyhow::Result<Vec<Value>> {
        let request = json!({
            "environmentId": self.environment().await?,
            "search": search, "limit": 500, "before": null,
        });
        let page = self.call("history", request).await?;
        Ok(page["rows"].as_array().cloned().unwrap_or_default())
    }

    /// What the secret window shows for a secret of the vault.
    ///
    /// # Errors
    /// When there is none.
    pub async fn reveal(&self, kind: &str, id: &Value) -> anyhow::Result<String> {
        let target = json!({ "kind": kind, "id": id });
        self.shown(json!({ "mode": "reveal", "target": target }))
            .await
    }

    /// Opens the secret window, and gives the value that it shows.
    ///
    /// # Errors
    /// When it shows none.
    pub async fn shown(&self, request: Value) -> anyhow::Result<String> {
        self.call("open_secret_window", request).await?;
        let window = self
            .host
            .look()
            .secret_window
            .context("no secret window is open")?;
        let view = self
            .call_secret("secret_window", json!({ "ticket": window.ticket }))
            .await?;
        let value = view["value"]
            .as_str()
            .context("the window shows no value")?;
        self.call("close_secret_window", Value::Null).await?;
        Ok(value.to_owned())
    }

    /// Asks for everything that the main window can ask for.
    ///
    /// # Errors
    /// When something of it is not answered.
    pub async fn look_at_everything(&self) -> anyhow::Result<()> {
        let environment = json!({ "environmentId": self.environment().await? });
        for list in ["applications", "credentials", "sessions"] {
            self.call(list, environment.clone()).await?;
        }
        let sample = self.sample().await?;
        for client in sample["oauthClients"].as_array().into_iter().flatten() {
            let reference = json!({ "oauthClientId": client["id"] });
            self.call("oauth_client", reference).await?;
            self.session(&client["session"]).await?;
        }
        for row in self.history("").await? {
            self.call("exchange", json!({ "exchangeId": row["id"] }))
                .await?;
            for form in ["raw", "pretty", "hex"] {
                let body = json!({ "exchangeId": row["id"], "form": form });
                self.call("exchange_body", body).await?;
            }
        }
        Ok(())
    }

    /// Lets time pass here and at the sandbox. The idle lock is switched off before.
    ///
    /// # Errors
    /// When the sandbox does not run.
    pub async fn let_pass(&self, seconds: u64) -> anyhow::Result<()> {
        let mut settings = self.call("settings", Value::Null).await?;
        settings["lockAfter"] = json!(0);
        self.call("change_settings", settings).await?;
        let by = Duration::from_secs(seconds);
        self.sandbox().await?.advance_clock(by);
        self.clock.advance(by);
        Ok(())
    }
}

/// Follows a redirect to the app's listener, and what that redirects to, as the browser does.
///
/// # Errors
/// When nothing answers there.
pub async fn land(redirect: Url) -> anyhow::Result<Landing> {
    let page = Browser::new()?.walk(&redirect, &[]).await?;
    Ok(Landing { redirect, page })
}
