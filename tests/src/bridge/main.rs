//! Serves the page and the app's commands over HTTP on 127.0.0.1, for tests. Prints its start URL.
//!
//! `bridge [--data DIR] [--port N] [--ui DIR] [--keyring none|memory-file]`
//!
//! Without `--data` the data is gone at the end. `memory-file` keeps the keyring beside the data
//! folder, as `DIR.keyring.json`, so that a vault opens again after a restart.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inchkeep_app::{App, AppOptions};
use inchkeep_tests::bridge::Bridge;
use inchkeep_tests::fake_host::FakeHost;
use inchkeep_tests::keyring_file::{KeyringFile, NoKeyring};
use inchkeep_tests::moved_clock::MovedClock;
use inchkeep_vault::{Cost, KeyringGate};
use tokio::net::TcpListener;

struct Arguments {
    data: PathBuf,
    port: u16,
    ui: PathBuf,
    keyring: bool,
}

fn arguments(temporary: &Path) -> anyhow::Result<Arguments> {
    let mut arguments = Arguments {
        data: temporary.join("data"),
        port: 0,
        ui: Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist"),
        keyring: true,
    };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let value = given
            .next()
            .with_context(|| format!("{name} wants a value"))?;
        match (name.as_str(), value.as_str()) {
            ("--data", value) => arguments.data = value.into(),
            ("--port", value) => arguments.port = value.parse().context("--port wants a number")?,
            ("--ui", value) => arguments.ui = value.into(),
            ("--keyring", "none") => arguments.keyring = false,
            ("--keyring", "memory-file") => arguments.keyring = true,
            _ => anyhow::bail!("unknown: {name} {value}"),
        }
    }
    Ok(arguments)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let temporary = tempfile::tempdir()?;
    let arguments = arguments(temporary.path())?;
    let beside = |extension: &str| {
        let mut name = arguments.data.clone().into_os_string();
        name.push(extension);
        PathBuf::from(name)
    };
    let saved = beside(".saved");
    std::fs::create_dir_all(&saved)?;
    let host = Arc::new(FakeHost::new(&saved));
    let clock = Arc::new(MovedClock::default());
    let keyring = match arguments.keyring {
        true => KeyringGate::new(KeyringFile::at(beside(".keyring.json"))),
        false => KeyringGate::new(NoKeyring),
    };
    let app = App::start(AppOptions {
        data_dir: arguments.data.clone(),
        keyring,
        host: Arc::clone(&host) as _,
        clock: Arc::clone(&clock) as _,
        passphrase_cost: Cost::FLOOR,
        // Any, so that several bridges run side by side.
        sandbox_port: Some(0),
    })
    .await?;
    let listener = TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    let address = listener.local_addr()?;
    let bridge = Bridge {
        app: Arc::clone(&app),
        host,
        clock,
        ui: arguments.ui,
        main_token: token(),
        secret_token: token(),
    };
    writeln!(std::io::stdout(), "{}", bridge.start_url(address))?;
    let end = bridge.serve(listener);
    tokio::select! {
        served = end => served?,
        () = told_to_end() => {}
    }
    app.stop().await;
    Ok(())
}

fn token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Returns at Ctrl+C, and at the signal that test runners send.
async fn told_to_end() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
