//! The desktop as the app sees it.

use std::path::{Path, PathBuf};

use inchkeep_app::contract::AppEvent;
use inchkeep_app::{Host, HostError, SecretWindowSize};
use secrecy::SecretString;
use tauri::{AppHandle, Emitter as _, EventTarget, Manager as _};
use url::Url;

use crate::clipboard::Clipboard;
use crate::{browser, windows};

/// The desktop around the app: Tauri's windows, the system's clipboard, browser and file manager.
pub(crate) struct Desktop {
    tauri: AppHandle,
    data_dir: PathBuf,
    clipboard: Clipboard,
}

impl Desktop {
    /// The desktop that `tauri` runs on.
    pub(crate) fn new(tauri: AppHandle, data_dir: PathBuf) -> Self {
        Self {
            tauri,
            data_dir,
            clipboard: Clipboard::default(),
        }
    }
}

impl Host for Desktop {
    fn open_url(&self, url: &Url) -> Result<(), HostError> {
        browser::open_url(url)
    }

    fn open_folder(&self, path: &Path) -> Result<(), HostError> {
        browser::open_folder(path)
    }

    fn read_clipboard(&self) -> Result<SecretString, HostError> {
        self.clipboard.read()
    }

    fn write_clipboard(&self, text: &SecretString, secret: bool) -> Result<(), HostError> {
        self.clipboard.write(text, secret)
    }

    fn clear_clipboard(&self) -> Result<(), HostError> {
        self.clipboard.clear()
    }

    fn open_secret_window(&self, ticket: &str, size: SecretWindowSize) -> Result<(), HostError> {
        windows::open_secret(&self.tauri, &self.data_dir, ticket, size).map_err(|error| {
            tracing::error!(%error, "the secret window did not open");
            HostError::NoWindow
        })
    }

    fn close_secret_window(&self) {
        windows::close_secret(&self.tauri);
    }

    fn bring_to_front(&self) {
        windows::bring_to_front(&self.tauri);
    }

    fn emit(&self, event: &AppEvent) {
        let main = EventTarget::webview_window(windows::MAIN);
        if let Err(error) = self.tauri.emit_to(main, "app", event) {
            tracing::warn!(%error, "the main window was not told something");
        }
    }

    fn save_dir(&self) -> PathBuf {
        let paths = self.tauri.path();
        paths
            .download_dir()
            .or_else(|_| paths.home_dir())
            .unwrap_or_else(|_| self.data_dir.clone())
    }
}
