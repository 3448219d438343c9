//! The app itself: what it is made of, how it starts and ends.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use inchkeep_vault::{Cost, KeyringGate, Vault, VaultError};
use tokio::task::JoinHandle;

use crate::clipboard::Clipboard;
use crate::clock::{Clock, SystemClock};
use crate::contract::{AppEvent, LockReason, Settings};
use crate::door::Door;
use crate::embedded_sandbox::EmbeddedSandbox;
use crate::error::{ApiError, ErrorCode};
use crate::fingerprint::Fingerprints;
use crate::host::Host;
use crate::kept_file::KeptFile;
use crate::live::Live;
use crate::local_state::LocalState;
use crate::secret_drafts::SecretDrafts;
use crate::secret_window::SecretWindow;
use crate::store::blocking;

/// How often times are looked at: clipboard, secret window, drafts, idle lock.
const TICK: Duration = Duration::from_millis(250);
/// How long the end of the app waits for a refresh under way.
const SETTLE: Duration = Duration::from_secs(5);

/// What an [`App`] is started with.
pub struct AppOptions {
    /// Where everything is kept; made if it is missing. Its mode becomes 0700.
    pub data_dir: PathBuf,
    /// The way to the keyring.
    pub keyring: KeyringGate,
    /// The desktop.
    pub host: Arc<dyn Host>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What deriving a key from a new passphrase costs.
    pub passphrase_cost: Cost,
    /// The port of a sandbox that was never started before; `None` prefers 8417.
    pub sandbox_port: Option<u16>,
}

impl AppOptions {
    /// What a person's desktop wants: its own keyring and clock, the usual costs.
    pub fn new(data_dir: PathBuf, host: Arc<dyn Host>) -> Self {
        Self {
            data_dir,
            keyring: KeyringGate::platform(),
            host,
            clock: Arc::new(SystemClock),
            passphrase_cost: Cost::STANDARD,
            sandbox_port: None,
        }
    }
}

/// Why the app could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder could not be made or entered.
    #[error("the data folder cannot be used")]
    DataFolder(#[source] std::io::Error),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

/// Everything that the product does, without a window.
pub struct App {
    pub(crate) data_dir: PathBuf,
    pub(crate) keyring: KeyringGate,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) passphrase_cost: Cost,
    pub(crate) fingerprints: Fingerprints,
    pub(crate) settings: KeptFile<Settings>,
    pub(crate) local: KeptFile<LocalState>,
    pub(crate) door: Mutex<Door>,
    /// Held while the vault is being made or opened: tries come one at a time.
    pub(crate) opening: tokio::sync::Mutex<()>,
    pub(crate) drafts: SecretDrafts,
    pub(crate) secret_window: Mutex<Option<SecretWindow>>,
    pub(crate) clipboard: Mutex<Clipboard>,
    pub(crate) sandbox: EmbeddedSandbox,
    pub(crate) live: Live,
    vault: Mutex<Option<Vault>>,
    ticker: Mutex<Option<JoinHandle<()>>>,
}

impl App {
    /// Starts the app, locked. Needs a running tokio runtime with time and I/O.
    ///
    /// # Errors
    /// [`StartError`]. A vault that cannot be read is no error here: the lock screen tells it.
    pub async fn start(options: AppOptions) -> Result<Arc<Self>, StartError> {
        let app = tokio::task::spawn_blocking(move || Self::build(options))
            .await
            .unwrap_or_else(|error| Err(StartError::DataFolder(std::io::Error::other(error))))?;
        let app = Arc::new(app);
        *locked(&app.ticker) = Some(tokio::spawn(keep_ticking(Arc::downgrade(&app))));
        Ok(app)
    }

    /// Ends the app: lets a refresh under way finish (at most 5 s), locks, stops the sandbox.
    /// Nothing of ours is on the clipboard afterwards, as far as the desktop allows.
    pub async fn stop(self: &Arc<Self>) {
        if tokio::time::timeout(SETTLE, self.live_settle())
            .await
            .is_err()
        {
            tracing::warn!("a refresh was cut off by the end of the app");
        }
        self.lock_because(LockReason::ByHand).await;
        self.clear_clipboard_if_ours();
        self.stop_sandbox().await;
        if let Some(ticker) = locked(&self.ticker).take() {
            ticker.abort();
        }
    }

    /// Where the vault lies.
    pub(crate) fn vault_dir(&self) -> PathBuf {
        self.data_dir.join("vault")
    }

    /// The open vault.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`] while it is closed.
    pub(crate) fn vault(&self) -> Result<Vault, ApiError> {
        locked(&self.vault)
            .clone()
            .ok_or_else(|| ApiError::new(ErrorCode::Locked, "the vault is locked"))
    }

    /// Whether the vault is open.
    pub(crate) fn is_open(&self) -> bool {
        locked(&self.vault).is_some()
    }

    /// Puts an opened vault in place, or takes it out; answers what was there.
    pub(crate) fn swap_vault(&self, vault: Option<Vault>) -> Option<Vault> {
        std::mem::replace(&mut *locked(&self.vault), vault)
    }

    /// Runs blocking work on the open vault, away from the async threads.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let vault = self.vault()?;
        blocking(move || Ok(work(&vault)?)).await
    }

    /// Tells the page something.
    pub(crate) fn emit(&self, event: &AppEvent) {
        locked(&self.door).told(self.clock.now());
        self.host.emit(event);
    }

    fn build(options: AppOptions) -> Result<Self, StartError> {
        let AppOptions {
            data_dir,
            keyring,
            host,
            clock,
            passphrase_cost,
            sandbox_port,
        } = options;
        make_private_dir(&data_dir).map_err(StartError::DataFolder)?;
        let settings = KeptFile::load(data_dir.join("settings.json"), |settings| {
            crate::settings::check(settings).is_ok()
        });
        let local = KeptFile::load(data_dir.join("state.json"), |_| true);
        let door = Door::at(&data_dir.join("vault"), clock.now());
        Ok(Self {
            sandbox: EmbeddedSandbox::new(data_dir.join("sandbox"), sandbox_port),
            fingerprints: Fingerprints::make().map_err(|_| StartError::NoRandomness)?,
            data_dir,
            keyring,
            host,
            clock,
            passphrase_cost,
            settings,
            local,
            door: Mutex::new(door),
            opening: tokio::sync::Mutex::new(()),
            drafts: SecretDrafts::default(),
            secret_window: Mutex::new(None),
            clipboard: Mutex::new(Clipboard::default()),
            live: Live::default(),
            vault: Mutex::new(None),
            ticker: Mutex::new(None),
        })
    }
}

/// A lock that goes on after a panic elsewhere: what it guards is replaced whole, never half.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at the clock four times a second. Moments are compared with the clock rather than slept
/// for, so that they come right after the computer slept too.
async fn keep_ticking(app: Weak<App>) {
    let mut interval = tokio::time::interval(TICK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let Some(app) = app.upgrade() else { return };
        let now = app.clock.now();
        app.drafts.expire(now);
        app.tick_secret_window(now);
        app.tick_clipboard(now);
        app.tick_idle(now).await;
    }
}

/// Makes `dir`, and lets nobody else in, whoever made it.
fn make_private_dir(dir: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
