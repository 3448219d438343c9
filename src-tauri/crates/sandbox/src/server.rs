//! Start, stop, and what the surrounding program may ask for.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::counters::Counters;
use crate::error::SandboxError;
use crate::faults::Faults;
use crate::issue::{add_application, issue_api_key, issue_portal_token, seed};
use crate::jwks::Signer;
use crate::router::router;
use crate::serve::{listen, serve};
use crate::state::{Shared, lock};
use crate::store::{Application, Store};

/// How a sandbox behaves. `SandboxOptions::default()` is what a person wants; tests shorten lives.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Where to keep applications, clients and sessions. `None`: in memory only.
    pub data_dir: Option<PathBuf>,
    /// The port on 127.0.0.1. `Some(0)`: any free one. `None`: the one that the data folder keeps
    /// (an error if it is taken, since it is part of the issuer); without one 8417, else any free.
    pub port: Option<u16>,
    /// Life of an access token; announced in whole seconds. Default 30 minutes.
    pub access_token_life: Duration,
    /// Life of a session since its consent. Default 30 days.
    pub refresh_token_life: Duration,
    /// How long a rotated refresh token may be repeated and gets the same successor, so that a
    /// lost answer does no harm. Default 10 seconds; zero: never.
    pub refresh_grace: Duration,
    /// Life of an authorization code. Default 60 seconds.
    pub code_life: Duration,
    /// Requests per second of the whole account at the gateway. Default 20. `None`: no limit.
    pub rate_per_second: Option<u32>,
    /// Whether `/_sandbox/…` lets a test switch faults and read counters over HTTP.
    pub test_control: bool,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            data_dir: None,
            port: None,
            access_token_life: Duration::from_mins(30),
            refresh_token_life: Duration::from_hours(30 * 24),
            refresh_grace: Duration::from_secs(10),
            code_life: Duration::from_mins(1),
            rate_per_second: Some(20),
            test_control: false,
        }
    }
}

/// What a new sandbox is born with. The key's text exists here and nowhere else.
#[derive(Clone)]
pub struct Seed {
    /// Id of the sample application.
    pub application_id: String,
    /// Its name.
    pub application_name: String,
    /// Name of the sample key.
    pub key_name: String,
    /// The API key itself: a (made-up) secret.
    pub api_key: String,
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed")
            .field("application_id", &self.application_id)
            .field("application_name", &self.application_name)
            .field("key_name", &self.key_name)
            .finish_non_exhaustive()
    }
}

/// What a person does on the consent page; for [`Sandbox::consent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Approves with the account that is chosen already (Ada Lovelace).
    Approve,
    /// Approves with the account of this radio id: `account-ada` or `account-grace`.
    ApproveAs(String),
    /// Declines.
    Decline,
}

/// A running sandbox. Dropping it stops it too, without waiting.
pub struct Sandbox {
    shared: Arc<Shared>,
    router: Router,
    url: Url,
    port: u16,
    seed: Mutex<Option<Seed>>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Opens the data folder, listens on 127.0.0.1 and answers from then on. Needs a running
    /// tokio runtime with time and I/O.
    ///
    /// # Errors
    /// [`SandboxError::PortInUse`], [`SandboxError::Listen`], [`SandboxError::Data`],
    /// [`SandboxError::Damaged`].
    pub async fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        let store = Store::open(options.data_dir.clone())?;
        let kept = store.read(|records| records.port);
        let (listener, port) = listen(options.port, kept).await?;
        let signer = Signer::open(options.data_dir.as_deref())?;
        let url = Url::parse(&format!("http://127.0.0.1:{port}"))
            .map_err(|error| SandboxError::Listen(io::Error::other(error)))?;

        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(Shared::new(options, port, store, signer, stop));
        let seed = seed(&shared, Some(port))?;
        let router = router(&shared);
        let serving = tokio::spawn(serve(listener, router.clone(), stopping));
        Ok(Self {
            shared,
            router,
            url,
            port,
            seed: Mutex::new(seed),
            serving: Mutex::new(Some(serving)),
        })
    }

    /// Where it listens. As a `Url` it ends with a slash; the issuer is [`Sandbox::issuer`].
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// The issuer, `http://127.0.0.1:<port>` without a slash at the end, byte for byte as in the
    /// metadata (RFC 8414 §3.3).
    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The sample application and its key: only after the very first start of a data folder or
    /// after [`Sandbox::reset`], and only once. Later only the hash of the key exists.
    pub fn take_seed(&self) -> Option<Seed> {
        lock(&self.seed).take()
    }

    /// All applications, oldest first.
    pub fn applications(&self) -> Vec<Application> {
        self.shared
            .store
            .read(|records| records.applications.clone())
    }

    /// Adds an application and answers its id.
    ///
    /// # Errors
    /// [`SandboxError::Data`] if the data folder cannot be written.
    pub fn add_application(&self, name: &str) -> Result<String, SandboxError> {
        add_application(&self.shared, name)
    }

    /// Makes an API key with every right. This is the only time that its text is known.
    ///
    /// # Errors
    /// [`SandboxError::UnknownApplication`], or [`SandboxError::Data`].
    pub fn issue_api_key(&self, application_id: &str, name: &str) -> Result<String, SandboxError> {
        issue_api_key(&self.shared, application_id, name, None)
    }

    /// Makes an API key with the rights of these scopes only (separated by spaces), for example
    /// `"swap:read token:read"`; elsewhere it gets 403.
    ///
    /// # Errors
    /// [`SandboxError::UnknownApplication`], or [`SandboxError::Data`].
    pub fn issue_limited_api_key(
        &self,
        application_id: &str,
        name: &str,
        scope: &str,
    ) -> Result<String, SandboxError> {
        issue_api_key(&self.shared, application_id, name, Some(scope.to_owned()))
    }

    /// Makes a portal access token, valid for eight hours: the initial access token of a
    /// registration (RFC 7591 §1.2).
    ///
    /// # Errors
    /// [`SandboxError::Data`] if the data folder cannot be written.
    pub fn issue_portal_token(&self) -> Result<String, SandboxError> {
        issue_portal_token(&self.shared)
    }

    /// The switches that make it misbehave.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// How often what was asked.
    pub fn counters(&self) -> Counters {
        self.shared.tally.snapshot()
    }

    /// Moves the sandbox's clock forward: tokens expire, the grace ends, `Date` shows it.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.advance_clock(by);
    }

    /// Forgets all applications, keys, clients and sessions, makes a new signing key, and seeds
    /// itself again. The port, and with it the issuer, stays.
    ///
    /// # Errors
    /// [`SandboxError::Data`] if the data folder cannot be written.
    pub fn reset(&self) -> Result<(), SandboxError> {
        let shared = &self.shared;
        shared.replace_signer(Signer::renew(shared.options.data_dir.as_deref())?);
        shared.store.change(shared.now_seconds(), |records| {
            records.applications.clear();
            records.api_keys.clear();
            records.portal_tokens.clear();
            records.clients.clear();
            records.families.clear();
            records.revoked_tokens.clear();
            records.seeded = false;
        })?;
        lock(&shared.codes).clear();
        lock(&shared.consents).clear();
        shared.faults.clear();
        shared.tally.clear();
        shared.log.clear();
        *lock(&self.seed) = seed(shared, None)?;
        Ok(())
    }

    /// Does what a person and a browser would do with an authorization link, in this process and
    /// without a browser: opens the page, chooses, presses the button. Answers the redirect back
    /// to the client, which nobody has followed yet.
    ///
    /// # Errors
    /// [`SandboxError::NoConsent`] if the server answers with a page that leads nowhere.
    pub async fn consent(&self, link: &Url, decision: Decision) -> Result<Url, SandboxError> {
        crate::consent::decide(&self.router, &self.shared, link, decision).await
    }

    /// Closes the port, lets open requests finish for half a second, closes web sockets with 1001.
    pub async fn stop(&self) {
        self.shared.stop.send_replace(true);
        let serving = lock(&self.serving).take();
        if let Some(serving) = serving {
            // Fails only if the accept loop panicked, and then nothing listens any more either.
            let _ = serving.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}
