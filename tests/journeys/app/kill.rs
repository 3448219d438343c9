//! A process that is killed in the middle of its work loses nothing that it has answered.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use inchkeep_sandbox::{Decision, Sandbox, SandboxOptions};
use inchkeep_tests::port::client;
use inchkeep_tests::steps::{OtherServer, TOKENS, eventually, get, land};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// The app in a process of its own.
struct Process {
    child: Child,
    base: String,
    token: String,
}

impl Process {
    async fn start(data: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bridge"))
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let out = child.stdout.take().context("no standard output")?;
        let line = BufReader::new(out)
            .lines()
            .next_line()
            .await?
            .context("it did not start")?;
        let (base, token) = line.split_once("/?bridge=").context("a start URL")?;
        Ok(Self {
            child,
            base: base.to_owned(),
            token: token.to_owned(),
        })
    }

    async fn call(&self, command: &str, request: Value) -> anyhow::Result<Value> {
        let answer = self.request(command, &request)?.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{command}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Ends it without a word, as a power cut does, while it works on one more command: as soon as
    /// `is_time` says so, or after the answer.
    async fn kill_during(
        mut self,
        command: &str,
        request: Value,
        is_time: impl Fn() -> bool,
    ) -> anyhow::Result<()> {
        let answered = self.request(command, &request)?.send();
        let time_comes = async {
            while !is_time() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = answered => {}
            () = time_comes => {}
        }
        Ok(self.child.kill().await?)
    }

    /// What the fake desktop holds.
    async fn desktop(&self) -> anyhow::Result<Value> {
        let answer = client()?
            .get(format!("{}/host", self.base))
            .header("x-bridge-token", &self.token)
            .send()
            .await?;
        Ok(serde_json::from_str(&answer.text().await?)?)
    }

    async fn copied_elsewhere(&self, text: &str) -> anyhow::Result<()> {
        let answer = client()?
            .put(format!("{}/host/clipboard", self.base))
            .header("x-bridge-token", &self.token)
            .header("content-type", "application/json")
            .body(json!({ "text": text }).to_string())
            .send()
            .await?;
        anyhow::ensure!(answer.status().is_success(), "{}", answer.status());
        Ok(())
    }

    fn request(&self, command: &str, request: &Value) -> anyhow::Result<reqwest::RequestBuilder> {
        Ok(client()?
            .post(format!("{}/rpc/{command}", self.base))
            .header("x-bridge-token", &self.token)
            .header("content-type", "application/json")
            .body(request.to_string()))
    }
}

#[tokio::test]
async fn everything_answered_before_a_kill_is_there_afterwards() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let process = Process::start(&data).await?;
    process
        .call(
            "create_vault",
            json!({ "opensWith": "keyring", "passphrase": null }),
        )
        .await?;
    let start = process
        .call("start_with", json!({ "kind": "sandbox" }))
        .await?;
    process.call("finish_first_run", Value::Null).await?;
    let environment_id = start["environment"]["id"].clone();
    let credential = start["firstRequest"]["credential"].clone();
    let send = |number: usize| {
        json!({
            "sendId": format!("send-{number}"), "environmentId": environment_id,
            "draft": get(&format!("{TOKENS}?round={number}")), "credential": credential,
            "placement": "header", "allowForeignHost": false,
        })
    };
    let mut process = process;
    let mut answered = Vec::new();
    for round in 0..5 {
        if round > 0 {
            process.call("unlock_with_keyring", Value::Null).await?;
        }
        for number in 0..3 {
            let exchange = process.call("send", send(round * 3 + number)).await?;
            assert_eq!(exchange["outcome"]["status"], 200);
            answered.push(exchange["id"].clone());
        }
        process.kill_during("send", send(99), || true).await?;
        process = Process::start(&data).await?;
    }
    let status = process.call("app_status", Value::Null).await?;
    assert_eq!(status["phase"], "locked");
    let status = process.call("unlock_with_keyring", Value::Null).await?;
    assert_eq!(status["damagedRecords"], 0);
    let request =
        json!({ "environmentId": environment_id, "search": TOKENS, "limit": 500, "before": null });
    let page = process.call("history", request).await?;
    let rows = page["rows"].as_array().context("rows")?;
    for id in &answered {
        assert!(
            rows.iter().any(|row| row["id"] == *id),
            "an answered request is gone"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_first_run_that_is_killed_goes_on_where_it_was() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let keyring = json!({ "opensWith": "keyring", "passphrase": null });
    let moments = [
        "state.json",
        "vault/vault.lock",
        "vault/vault.db",
        "vault/backups",
    ];
    for (round, file) in moments.into_iter().enumerate() {
        let data = folder.path().join(round.to_string());
        let process = Process::start(&data).await?;
        let is_there = || data.join(file).exists();
        process
            .kill_during("create_vault", keyring.clone(), is_there)
            .await?;

        let process = Process::start(&data).await?;
        let status = process.call("app_status", Value::Null).await?;
        if status["firstRunStep"] == "vault" {
            process.call("create_vault", keyring.clone()).await?;
        } else {
            assert_eq!(status["phase"], "locked", "killed at {file}");
            process.call("unlock_with_keyring", Value::Null).await?;
        }
        let sandbox_is_there = || data.join("sandbox/sandbox.json").exists();
        process
            .kill_during("start_with", json!({ "kind": "sandbox" }), sandbox_is_there)
            .await?;

        let process = Process::start(&data).await?;
        process.call("unlock_with_keyring", Value::Null).await?;
        let start = process
            .call("start_with", json!({ "kind": "sandbox" }))
            .await?;
        let send = json!({
            "sendId": "first", "environmentId": start["environment"]["id"],
            "draft": start["firstRequest"]["draft"],
            "credential": start["firstRequest"]["credential"],
            "placement": "header", "allowForeignHost": false,
        });
        let first = process.call("send", send).await?;
        assert_eq!(first["outcome"]["status"], 200, "killed at {file}");
    }
    Ok(())
}

/// Signs somebody in at `server` in a new process on `data`; gives the process and the session.
async fn signed_in(data: &Path, server: &Sandbox) -> anyhow::Result<(Process, Value)> {
    let process = Process::start(data).await?;
    let other = OtherServer::of(server)?;
    process
        .call(
            "create_vault",
            json!({ "opensWith": "keyring", "passphrase": null }),
        )
        .await?;
    let start = json!({ "kind": "other", "apiBase": other.issuer });
    let environment = process.call("start_with", start).await?["environment"]["id"].clone();
    process.call("finish_first_run", Value::Null).await?;
    let application = json!({
        "environmentId": environment, "name": "Router", "applicationId": other.application_id,
    });
    let application = process.call("add_application", application).await?;
    process.copied_elsewhere(&other.portal_token).await?;
    let purpose = json!({ "kind": "portal_token", "environmentId": environment });
    let token = process
        .call("paste_secret", json!({ "purpose": purpose }))
        .await?;
    let registration = json!({
        "application": application["key"], "name": "Desktop sign-in",
        "grant": "authorization_code", "redirectUris": [], "refreshToken": true,
        "scopes": ["swap:read"], "portalToken": token["id"], "keepPortalToken": false,
    });
    let client = process.call("register_client", registration).await?;
    let begin = json!({
        "oauthClientId": client["id"], "anyPortOnce": false, "chooseAccount": false,
    });
    let sign_in = process.call("sign_in", begin).await?;
    let desktop = process.desktop().await?;
    let link = desktop["openedUrls"][0]
        .as_str()
        .context("an address was opened")?
        .parse()?;
    land(server.consent(&link, Decision::Approve).await?).await?;
    let reference = json!({ "signInId": sign_in["id"] });
    let session = eventually("the sign-in is done", || async {
        let view = process
            .call("sign_in_state", reference.clone())
            .await
            .ok()?;
        (view["stage"] == "done").then(|| view["session"].clone())
    })
    .await?;
    Ok((process, session))
}

#[tokio::test]
async fn no_token_is_lost_when_it_is_killed_in_the_middle_of_a_rotation() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let options = SandboxOptions {
        port: Some(0),
        ..SandboxOptions::default()
    };
    let server = Sandbox::start(options).await?;
    let (mut process, session) = signed_in(&data, &server).await?;
    let reference = json!({ "sessionId": session["id"] });
    for round in 0..10 {
        let before = server.counters().token_refresh;
        // The question has arrived: the answer meets nobody.
        let is_asked = || server.counters().token_refresh > before;
        process
            .kill_during("refresh_session", reference.clone(), is_asked)
            .await?;
        process = Process::start(&data).await?;
        process.call("unlock_with_keyring", Value::Null).await?;
        let renewed = process.call("refresh_session", reference.clone()).await?;
        assert_eq!(renewed["state"], "active", "lost in round {round}");
    }
    let counted = server.counters();
    assert_eq!(counted.refresh_reuses, 0);
    assert!(
        counted.refresh_replays > 0,
        "no answer was lost: the moment was missed"
    );
    Ok(())
}
