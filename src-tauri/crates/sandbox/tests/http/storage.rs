//! What is on disk, and what survives.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use inchkeep_sandbox::{Sandbox, SandboxError, SandboxOptions};
use serde_json::Value;

use crate::support::{Fixture, options, start_with, text};

fn kept_in(dir: &Path) -> SandboxOptions {
    SandboxOptions {
        data_dir: Some(dir.to_owned()),
        ..options()
    }
}

/// Starts again as the program would: with the port that the folder keeps.
async fn again(dir: &Path) -> Sandbox {
    Sandbox::start(SandboxOptions {
        port: None,
        ..kept_in(dir)
    })
    .await
    .unwrap()
}

fn everything_in(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
        all.push(b'\n');
    }
    all
}

fn contains(bytes: &[u8], canary: &str) -> bool {
    bytes
        .windows(canary.len())
        .any(|window| window == canary.as_bytes())
}

#[tokio::test]
async fn only_hashes_are_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let it = start_with(kept_in(dir.path())).await;
    let portal_token = it.sandbox.issue_portal_token().unwrap();
    let client = it.code_client().await;
    let code = it.code(&client.id).await;
    let first: Value = it.exchange(&client, &code).await.json().await.unwrap();
    let second: Value = it
        .refresh(&client, &text(&first, "refresh_token"))
        .await
        .json()
        .await
        .unwrap();

    let disk = everything_in(dir.path());
    // The scan finds what is meant to be there.
    assert!(contains(&disk, &client.id));
    let refresh = text(&second, "refresh_token");
    for (what, canary) in [
        ("API key", it.seed.api_key.as_str()),
        ("portal token", &portal_token),
        ("client secret", &client.secret),
        ("code", &code),
        ("first refresh token", &text(&first, "refresh_token")),
        ("second refresh token", &refresh),
        (
            "random part of the refresh token",
            refresh.rsplit_once('.').unwrap().1,
        ),
        ("access token", &text(&second, "access_token")),
        (
            "signature of the access token",
            text(&second, "access_token").rsplit_once('.').unwrap().1,
        ),
    ] {
        assert!(!contains(&disk, canary), "{what} is on disk");
    }
}

#[tokio::test]
async fn a_restart_keeps_port_clients_and_sessions() {
    let dir = tempfile::tempdir().unwrap();
    let it = start_with(kept_in(dir.path())).await;
    let client = it.code_client().await;
    let tokens = it.sign_in(&client).await;
    let (port, application) = (it.sandbox.port(), it.seed.application_id.clone());
    it.sandbox.stop().await;

    let sandbox = again(dir.path()).await;
    assert_eq!(sandbox.port(), port);
    assert!(sandbox.take_seed().is_none());
    assert_eq!(sandbox.applications()[0].id, application);
    let it = Fixture { sandbox, ..it };
    let path = "/swap/v6.1/1/tokens";
    assert_eq!(it.get(path, &it.seed.api_key).await.status(), 200);
    assert_eq!(
        it.get(path, &text(&tokens, "access_token")).await.status(),
        200
    );
    assert_eq!(
        it.refresh(&client, &text(&tokens, "refresh_token"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let it = start_with(kept_in(dir.path())).await;
    let client = it.code_client().await;
    let token = text(&it.sign_in(&client).await, "refresh_token");
    let once: Value = it.refresh(&client, &token).await.json().await.unwrap();
    it.sandbox.stop().await;
    let it = Fixture {
        sandbox: again(dir.path()).await,
        ..it
    };
    let twice: Value = it.refresh(&client, &token).await.json().await.unwrap();
    assert_eq!(once["refresh_token"], twice["refresh_token"]);
}

#[tokio::test]
async fn a_killed_program_has_kept_what_it_answered() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_inchkeep-sandbox"))
        .args(["--port", "0", "--data"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut said = |name: &str| loop {
        let line = lines.next().unwrap().unwrap();
        if let Some(value) = line.strip_prefix(name) {
            return value.trim().to_owned();
        }
    };
    let (issuer, token, key) = (said("url:"), said("portal token:"), said("sample key:"));
    let http = crate::support::http();
    let body = serde_json::json!({
        "redirect_uris": ["https://example.com"], "grant_types": ["client_credentials"],
    });
    let register = http
        .post(format!("{issuer}/oauth/register"))
        .bearer_auth(token)
        .json(&body);
    let client: Value = register.send().await.unwrap().json().await.unwrap();
    program.kill().unwrap();
    program.wait().unwrap();

    let sandbox = again(dir.path()).await;
    assert_eq!(sandbox.issuer(), issuer);
    // The old client still holds a connection to the killed program.
    let http = crate::support::http();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client["client_id"].as_str().unwrap()),
        ("client_secret", client["client_secret"].as_str().unwrap()),
    ];
    let answer = http
        .post(format!("{issuer}/oauth/token"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let tokens = http
        .get(format!("{issuer}/swap/v5.2/1/tokens"))
        .bearer_auth(key);
    assert_eq!(tokens.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_kept_port_that_is_taken_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let first = Sandbox::start(kept_in(dir.path())).await.unwrap();
    let port = first.port();
    let second = Sandbox::start(SandboxOptions {
        port: None,
        ..kept_in(dir.path())
    })
    .await;
    assert!(matches!(second, Err(SandboxError::PortInUse { port: taken }) if taken == port));
    let second = Sandbox::start(SandboxOptions {
        port: Some(port),
        ..options()
    })
    .await;
    assert!(matches!(second, Err(SandboxError::PortInUse { .. })));
}

#[tokio::test]
async fn without_a_kept_port_a_taken_usual_port_is_no_trouble() {
    let options = || SandboxOptions {
        port: None,
        ..options()
    };
    let (first, second) = (
        Sandbox::start(options()).await.unwrap(),
        Sandbox::start(options()).await.unwrap(),
    );
    assert_ne!(first.port(), second.port());
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_port() {
    let dir = tempfile::tempdir().unwrap();
    let it = start_with(kept_in(dir.path())).await;
    let client = it.code_client().await;
    let tokens = it.sign_in(&client).await;
    let port = it.sandbox.port();
    it.sandbox.reset().unwrap();
    let seed = it.sandbox.take_seed().unwrap();
    assert_ne!(seed.application_id, it.seed.application_id);
    assert_eq!(it.sandbox.port(), port);
    let path = "/swap/v6.1/1/tokens";
    assert_eq!(it.get(path, &it.seed.api_key).await.status(), 401);
    assert_eq!(
        it.get(path, &text(&tokens, "access_token")).await.status(),
        401
    );
    assert_eq!(
        it.refresh(&client, &text(&tokens, "refresh_token"))
            .await
            .status(),
        401
    );
    assert_eq!(it.get(path, &seed.api_key).await.status(), 200);
    it.sandbox.stop().await;
    assert_eq!(again(dir.path()).await.port(), port);
}

#[tokio::test]
async fn stopping_frees_the_port_even_with_an_idle_connection() {
    let it = start_with(options()).await;
    let idle = tokio::net::TcpStream::connect(("127.0.0.1", it.sandbox.port()))
        .await
        .unwrap();
    it.get("/portal", "").await;
    it.sandbox.stop().await;
    let other = Sandbox::start(SandboxOptions {
        port: Some(it.sandbox.port()),
        ..options()
    })
    .await;
    assert!(other.is_ok());
    drop(idle);
}
