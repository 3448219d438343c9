//! Servers that we did not write, started as processes of their own.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::steps::OtherServer;

/// npm `oidc-provider` with the documented paths; it ends when this is dropped.
#[derive(Debug)]
pub struct OidcProvider {
    /// How a person knows it.
    pub server: OtherServer,
    _process: Child,
    // The server dies of a closed pipe when it has something to say later.
    _out: Lines<BufReader<ChildStdout>>,
}

impl OidcProvider {
    /// Starts it on a free port. `flags` are those of `peers/oidc-provider.mjs`.
    ///
    /// # Errors
    /// When Node.js or the packages of `tests` are missing, or it does not come up.
    pub async fn start(flags: &[&str]) -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        anyhow::ensure!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "the packages of tests are not installed: run `./dev setup`"
        );
        let mut process = Command::new("node")
            .arg("peers/oidc-provider.mjs")
            .args(flags)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("node could not be started")?;
        let out = process.stdout.take().context("no standard output")?;
        let mut out = BufReader::new(out).lines();
        let line = out
            .next_line()
            .await?
            .context("the server ended before it listened")?;
        let said: Value = serde_json::from_str(&line)?;
        let text = |name: &str| -> anyhow::Result<String> {
            Ok(said
                .get(name)
                .and_then(Value::as_str)
                .context("a member is missing")?
                .to_owned())
        };
        Ok(Self {
            server: OtherServer {
                issuer: text("issuer")?,
                portal_token: text("portalToken")?,
                application_id: text("applicationId")?,
            },
            _process: process,
            _out: out,
        })
    }
}
