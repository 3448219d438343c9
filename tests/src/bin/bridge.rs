//! Serves the page and the app's commands over HTTP on 127.0.0.1, for tests of the page without a
//! window. Prints its start URL as the first and only line; ends at Ctrl+C or SIGTERM.
//!
//! ```text
//! cargo build -p inchkeep-tests --bin bridge
//! target/debug/bridge [--data DIR] [--port N] [--ui DIR] [--keyring none|memory-file]
//! http://127.0.0.1:40123/?bridge=TOKEN
//! ```
//!
//! - `--data DIR`: where the app keeps its data; without it the data is gone at the end. Files that
//!   a person saves lie in `DIR.saved`.
//! - `--port N`: the port; any free one without it.
//! - `--ui DIR`: the built page; `ui/dist` without it.
//! - `--keyring memory-file` (the default) keeps the keyring beside the data folder, as
//!   `DIR.keyring.json`, so that a vault opens again after a restart. `none`: there is no keyring.
//!
//! The start URL serves the page, under the app's own content security policy. Everything else wants
//! the token, as `X-Bridge-Token` or `?token=`; a wrong `Host` or `Origin` is refused (403):
//!
//! ```text
//! POST /rpc/COMMAND                     request as JSON (`null` for none); 200 and the answer, or
//!                                       422 and an ApiError
//! GET  /events                          the app's events, one JSON text each (server-sent events)
//! GET  /secret?ticket=T&bridge=TOKEN    the secret window's page; its address is in /host
//! GET  /host                            clipboard, clipboardIsSecret, openedUrls, openedFolders,
//!                                       broughtToFront, secretWindow, secretWindows, events
//! POST /host                            {"clipboardRefused": true, "noBrowser": true}
//! PUT  /host/clipboard                  {"text": "what another program copied"}
//! POST /host/clock                      {"seconds": 60}: the app's clock goes forward
//! POST /host/lock                       {"reason": "screen"}: the desktop locks
//! POST /host/stop                       the app ends as by closing its window
//! POST /sandbox/consent                 {"link": "http://…", "decision": "approve" | "decline"}
//! POST /sandbox/faults                  {"place": "token_refresh", "fault": {"kind": "status",
//!                                       "status": 503}, "times": 1}; DELETE clears all
//! POST /sandbox/clock                   {"seconds": 1800}: the sandbox's clock goes forward
//! GET  /sandbox/url                     {"url": "http://127.0.0.1:…/"}
//! ```
//!
//! For example `curl -d null -H 'content-type: application/json' -H "x-bridge-token: TOKEN"
//! http://127.0.0.1:40123/rpc/app_status`.

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
use inchkeep_tests::port::lasting_port;
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
    let keyring = if arguments.keyring {
        KeyringGate::new(KeyringFile::at(beside(".keyring.json")))
    } else {
        KeyringGate::new(NoKeyring)
    };
    let app = App::start(AppOptions {
        data_dir: arguments.data.clone(),
        keyring,
        host: Arc::clone(&host) as _,
        clock: Arc::clone(&clock) as _,
        passphrase_cost: Cost::FLOOR,
        // A random one, so that several bridges run side by side.
        sandbox_port: Some(lasting_port()?),
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
