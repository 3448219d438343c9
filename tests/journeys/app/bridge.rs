//! The bridge lets in only who has its token and comes under its own name.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use inchkeep_tests::bridge::Bridge;
use inchkeep_tests::port::client;
use inchkeep_tests::test_app::TestApp;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

struct Served {
    app: TestApp,
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
    _page: tempfile::TempDir,
}

impl Served {
    async fn start() -> anyhow::Result<Self> {
        let app = TestApp::start_in_sandbox().await?;
        let page = tempfile::tempdir()?;
        std::fs::write(page.path().join("index.html"), "the page")?;
        std::fs::write(page.path().join("secret.html"), "the secret window")?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let bridge = Bridge {
            app: Arc::clone(&app.app),
            host: Arc::clone(&app.host),
            clock: Arc::clone(&app.clock),
            ui: page.path().to_owned(),
            main_token: "main-token".to_owned(),
            secret_token: "secret-token".to_owned(),
        };
        let serving = tokio::spawn(bridge.serve(listener));
        Ok(Self {
            app,
            address,
            serving,
            _page: page,
        })
    }

    fn get(&self, path: &str) -> anyhow::Result<RequestBuilder> {
        Ok(client()?.get(format!("http://{}{path}", self.address)))
    }

    fn call(&self, command: &str, token: &str) -> anyhow::Result<RequestBuilder> {
        Ok(client()?
            .post(format!("http://{}/rpc/{command}", self.address))
            .header("x-bridge-token", token)
            .header("content-type", "application/json")
            .body("null"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test]
async fn nobody_gets_in_without_the_token_or_under_another_name() -> anyhow::Result<()> {
    let served = Served::start().await?;
    let own = format!("http://{}", served.address);
    let good = served
        .call("app_status", "main-token")?
        .header("origin", own)
        .send()
        .await?;
    assert_eq!(good.status(), StatusCode::OK);
    let port = served.address.port();
    for refused in [
        served.call("app_status", "guessed")?,
        served
            .call("app_status", "main-token")?
            .header("origin", "http://evil.example"),
        served
            .call("app_status", "main-token")?
            .header("origin", "null"),
        served
            .call("app_status", "main-token")?
            .header("host", format!("evil.example:{port}")),
        served.get("/")?.header("host", format!("localhost:{port}")),
        served.get("/events")?,
        served.get("/host")?,
        served.get("/sandbox/url")?,
    ] {
        assert_eq!(refused.send().await?.status(), StatusCode::FORBIDDEN);
    }
    Ok(())
}

#[tokio::test]
async fn a_window_calls_its_own_commands_and_errors_come_as_such() -> anyhow::Result<()> {
    let served = Served::start().await?;
    for (command, token) in [
        ("app_status", "secret-token"),
        ("secret_window", "main-token"),
    ] {
        let answer = served.call(command, token)?.send().await?;
        assert_eq!(
            answer.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{command}"
        );
        let error: Value = serde_json::from_str(&answer.text().await?)?;
        assert_eq!(error["code"], "not_found", "{command}");
    }
    Ok(())
}

#[tokio::test]
async fn the_page_comes_under_the_apps_policy_and_no_other_file_does() -> anyhow::Result<()> {
    let served = Served::start().await?;
    for (path, text) in [
        ("/?bridge=x", "the page"),
        ("/secret?ticket=t", "the secret window"),
    ] {
        let answer = served.get(path)?.send().await?;
        let policy = answer
            .headers()
            .get("content-security-policy")
            .context("a policy")?;
        let policy = policy.to_str()?.to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"));
        assert_eq!(answer.text().await?, text);
    }
    for path in ["/missing.js", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"] {
        assert_eq!(
            served.get(path)?.send().await?.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn events_arrive_from_the_moment_the_answer_begins() -> anyhow::Result<()> {
    let served = Served::start().await?;
    let mut events = served.get("/events?token=main-token")?.send().await?;
    assert_eq!(events.status(), StatusCode::OK);
    let copy = json!({ "text": "req-7", "label": "Request ID" });
    served.app.call("copy_text", copy).await?;
    let listen = async {
        let mut heard = String::new();
        while !heard.contains("\"clipboard\"") {
            let part = events.chunk().await?.context("the stream ended")?;
            heard.push_str(std::str::from_utf8(&part)?);
        }
        anyhow::Ok(heard)
    };
    let heard = tokio::time::timeout(Duration::from_secs(20), listen).await??;
    assert!(heard.starts_with("data: {"), "{heard}");
    Ok(())
}
