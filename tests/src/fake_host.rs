//! A desktop that tests can read and set up.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use inchkeep_app::contract::AppEvent;
use inchkeep_app::{Host, HostError, SecretWindowSize};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::broadcast;
use url::Url;

/// How many events a slow listener may be behind.
const BACKLOG: usize = 16 * 1024;

/// Browser, clipboard and windows as variables.
pub struct FakeHost {
    save_dir: PathBuf,
    state: Mutex<FakeDesktop>,
    events: broadcast::Sender<Value>,
}

/// What the fake desktop holds.
#[derive(Clone, Default)]
pub struct FakeDesktop {
    /// The text on the clipboard.
    pub clipboard: Option<String>,
    /// Whether that text was marked as a secret.
    pub clipboard_is_secret: bool,
    /// The desktop refuses the clipboard, as Wayland does without focus.
    pub clipboard_refused: bool,
    /// No browser can be started.
    pub no_browser: bool,
    /// Addresses that were opened, in order.
    pub opened_urls: Vec<Url>,
    /// Folders that were shown, in order.
    pub opened_folders: Vec<PathBuf>,
    /// Tickets of all secret windows that were ever opened, in order.
    pub tickets: Vec<String>,
    /// The secret window that is open now.
    pub secret_window: Option<OpenWindow>,
    /// How often the main window was brought to the front.
    pub brought_to_front: u32,
    /// Events that the main window was told, in order.
    pub events: Vec<Value>,
}

/// An open secret window.
#[derive(Clone)]
pub struct OpenWindow {
    /// Its ticket.
    pub ticket: String,
    /// Its size.
    pub size: SecretWindowSize,
}

impl FakeHost {
    /// A desktop that saves files in `save_dir`.
    pub fn new(save_dir: &Path) -> Self {
        Self {
            save_dir: save_dir.to_owned(),
            state: Mutex::default(),
            events: broadcast::Sender::new(BACKLOG),
        }
    }

    /// What it holds now.
    pub fn look(&self) -> FakeDesktop {
        self.state().clone()
    }

    /// Changes what it holds.
    pub fn set(&self, change: impl FnOnce(&mut FakeDesktop)) {
        change(&mut self.state());
    }

    /// Events from now on.
    pub fn listen(&self) -> broadcast::Receiver<Value> {
        self.events.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, FakeDesktop> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clipboard(&self) -> Result<MutexGuard<'_, FakeDesktop>, HostError> {
        let state = self.state();
        if state.clipboard_refused {
            Err(HostError::ClipboardRefused)
        } else {
            Ok(state)
        }
    }
}

impl Host for FakeHost {
    fn open_url(&self, url: &Url) -> Result<(), HostError> {
        let mut state = self.state();
        if state.no_browser {
            return Err(HostError::NothingOpened);
        }
        state.opened_urls.push(url.clone());
        Ok(())
    }

    fn open_folder(&self, path: &Path) -> Result<(), HostError> {
        self.state().opened_folders.push(path.to_owned());
        Ok(())
    }

    fn read_clipboard(&self) -> Result<SecretString, HostError> {
        let text = self.clipboard()?.clipboard.clone();
        text.map(SecretString::from)
            .ok_or(HostError::ClipboardEmpty)
    }

    fn write_clipboard(&self, text: &SecretString, secret: bool) -> Result<(), HostError> {
        let mut state = self.clipboard()?;
        // EXPOSE: a clipboard is where it shall be.
        state.clipboard = Some(text.expose_secret().to_owned());
        state.clipboard_is_secret = secret;
        Ok(())
    }

    fn clear_clipboard(&self) -> Result<(), HostError> {
        let mut state = self.clipboard()?;
        state.clipboard = None;
        state.clipboard_is_secret = false;
        Ok(())
    }

    fn open_secret_window(&self, ticket: &str, size: SecretWindowSize) -> Result<(), HostError> {
        let mut state = self.state();
        state.tickets.push(ticket.to_owned());
        state.secret_window = Some(OpenWindow {
            ticket: ticket.to_owned(),
            size,
        });
        Ok(())
    }

    fn close_secret_window(&self) {
        self.state().secret_window = None;
    }

    fn bring_to_front(&self) {
        self.state().brought_to_front += 1;
    }

    fn emit(&self, event: &AppEvent) {
        let event = serde_json::to_value(event).unwrap_or_default();
        self.state().events.push(event.clone());
        // Nobody has to listen.
        let _ = self.events.send(event);
    }

    fn save_dir(&self) -> PathBuf {
        self.save_dir.clone()
    }
}
