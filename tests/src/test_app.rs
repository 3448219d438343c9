//! The whole app in a folder of its own, with a desktop, a keyring and a clock that tests hold.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use inchkeep_app::{ApiError, App, AppOptions, Window};
use inchkeep_vault::{Cost, KeyringGate, MemorySecretStore};
use serde_json::{Value, json};

use crate::fake_host::{FakeDesktop, FakeHost};
use crate::moved_clock::MovedClock;
use crate::port::lasting_port;

/// How long a test waits for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An app under test.
pub struct TestApp {
    /// The app.
    pub app: Arc<App>,
    /// Its desktop.
    pub host: Arc<FakeHost>,
    /// Its clock.
    pub clock: Arc<MovedClock>,
    /// Its keyring.
    pub keyring: MemorySecretStore,
    /// What the main window was told before this start, and every answer since.
    answers: Mutex<String>,
    folder: Arc<tempfile::TempDir>,
}

impl TestApp {
    /// Starts an app in a new folder.
    ///
    /// # Errors
    /// When there is no place for it, or it does not start.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_in(
            Arc::new(tempfile::tempdir()?),
            MemorySecretStore::default(),
            String::new(),
        )
        .await
    }

    /// Starts an app, makes a keyring vault, starts with the sandbox and ends the first run.
    ///
    /// # Errors
    /// When one of these fails.
    pub async fn start_in_sandbox() -> anyhow::Result<Self> {
        let app = Self::start().await?;
        app.call(
            "create_vault",
            json!({ "opensWith": "keyring", "passphrase": null }),
        )
        .await?;
        app.call("start_with", json!({ "kind": "sandbox" })).await?;
        app.call("finish_first_run", Value::Null).await?;
        Ok(app)
    }

    /// Ends the app properly and starts it again on the same data.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(self) -> anyhow::Result<Self> {
        self.app.stop().await;
        self.start_again().await
    }

    /// Starts again on the same data after the app was dropped in the middle of things.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn crash(self) -> anyhow::Result<Self> {
        self.start_again().await
    }

    /// Starts a second app on the same data, as another process does.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn beside(&self) -> anyhow::Result<Self> {
        let (folder, keyring) = (Arc::clone(&self.folder), self.keyring.clone());
        Self::start_in(folder, keyring, String::new()).await
    }

    /// Calls a command as the main window does.
    ///
    /// # Errors
    /// Whatever the command answers.
    pub async fn call(&self, name: &str, request: Value) -> Result<Value, ApiError> {
        let answer = self.app.call(Window::Main, name, request).await;
        let text = match &answer {
            Ok(answer) => answer.to_string(),
            Err(error) => serde_json::to_string(error).unwrap_or_default(),
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push_str(&text);
        answers.push('\n');
        answer
    }

    /// Calls a command as the secret window does.
    ///
    /// # Errors
    /// Whatever the command answers.
    pub async fn call_secret(&self, name: &str, request: Value) -> Result<Value, ApiError> {
        self.app.call(Window::Secret, name, request).await
    }

    /// Types `value` into the secret window that is open, and answers what came of it.
    ///
    /// # Errors
    /// When there is no window, or its ticket is not good.
    pub async fn type_secret(&self, value: &str) -> anyhow::Result<Value> {
        let window = self
            .host
            .look()
            .secret_window
            .context("no secret window is open")?;
        let request = json!({ "ticket": window.ticket, "value": value });
        Ok(self.call_secret("submit_secret", request).await?)
    }

    /// Puts `secret` on the clipboard and has it taken for `purpose`; answers the draft's id.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn paste(&self, secret: &str, purpose: Value) -> anyhow::Result<Value> {
        self.host
            .set(|desktop| desktop.clipboard = Some(secret.to_owned()));
        let draft = self
            .call("paste_secret", json!({ "purpose": purpose }))
            .await?;
        Ok(draft["id"].clone())
    }

    /// A passphrase vault's draft, typed in the secret window.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn type_new_passphrase(&self, passphrase: &str) -> anyhow::Result<Value> {
        let purpose = json!({ "kind": "new_passphrase" });
        self.call(
            "open_secret_window",
            json!({ "mode": "enter", "purpose": purpose }),
        )
        .await?;
        let answer = self.type_secret(passphrase).await?;
        anyhow::ensure!(
            answer["accepted"] == true,
            "the passphrase was not taken: {answer}"
        );
        let events = self.events("secret_taken");
        let taken = events.last().context("no event told of the draft")?;
        Ok(taken["value"]["draft"]["id"].clone())
    }

    /// The id of the environment that is chosen.
    ///
    /// # Errors
    /// When none is.
    pub async fn environment(&self) -> anyhow::Result<Value> {
        let status = self.call("app_status", Value::Null).await?;
        anyhow::ensure!(
            status["environment"].is_object(),
            "no environment is chosen"
        );
        Ok(status["environment"]["id"].clone())
    }

    /// The data of all events of this name, in order.
    pub fn events(&self, name: &str) -> Vec<Value> {
        let events = self.host.look().events.into_iter();
        events
            .filter(|event| event["event"] == name)
            .map(|event| event["data"].clone())
            .collect()
    }

    /// Everything that the main window was ever told: answers and events.
    pub fn told(&self) -> String {
        let mut told = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for event in self.host.look().events {
            told.push_str(&event.to_string());
            told.push('\n');
        }
        told
    }

    /// Waits until the desktop is as wanted.
    ///
    /// # Errors
    /// When it is not within 20 s.
    pub async fn wait_until(
        &self,
        what: &str,
        is_so: impl Fn(&FakeDesktop) -> bool,
    ) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        while !is_so(&self.host.look()) {
            anyhow::ensure!(Instant::now() < end, "waited in vain: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Where the app keeps its data.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the desktop saves files.
    pub fn save_dir(&self) -> PathBuf {
        self.folder.path().join("saved")
    }

    /// The files of the data folder, at any depth.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        collect(&self.data_dir(), &mut found)?;
        Ok(found)
    }

    /// Those of them that hold `bytes`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn files_with(&self, bytes: &[u8]) -> anyhow::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for file in self.files()? {
            if std::fs::read(&file)?
                .windows(bytes.len())
                .any(|part| part == bytes)
            {
                found.push(file);
            }
        }
        Ok(found)
    }

    async fn start_in(
        folder: Arc<tempfile::TempDir>,
        keyring: MemorySecretStore,
        told: String,
    ) -> anyhow::Result<Self> {
        let saved = folder.path().join("saved");
        std::fs::create_dir_all(&saved)?;
        let host = Arc::new(FakeHost::new(&saved));
        let clock = Arc::new(MovedClock::default());
        let app = App::start(AppOptions {
            data_dir: folder.path().join("data"),
            keyring: KeyringGate::new(keyring.clone()),
            host: Arc::clone(&host) as _,
            clock: Arc::clone(&clock) as _,
            passphrase_cost: Cost::FLOOR,
            sandbox_port: Some(lasting_port()?),
        })
        .await?;
        Ok(Self {
            app,
            host,
            clock,
            keyring,
            answers: Mutex::new(told),
            folder,
        })
    }

    async fn start_again(self) -> anyhow::Result<Self> {
        let told = self.told();
        let Self {
            app,
            keyring,
            folder,
            ..
        } = self;
        // Background work may hold the app for a moment longer; only then are its locks free.
        let gone = Arc::downgrade(&app);
        drop(app);
        let end = Instant::now() + PATIENCE;
        while gone.strong_count() > 0 {
            anyhow::ensure!(Instant::now() < end, "something keeps the app alive");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self::start_in(folder, keyring, told).await
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
