//! What the app needs of the desktop around it. The shell implements it with
//! Tauri; the bridge with fakes that tests can read.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::contract::AppEvent;

/// The desktop around the app. Calls must be quick; none may block on a person.
pub trait Host: Send + Sync + 'static {
    /// Opens an `https` address, or `http` on loopback, in the system browser.
    ///
    /// # Errors
    /// When no browser could be started. A launcher that starts and then opens
    /// nothing cannot be told apart from success.
    fn open_url(&self, url: &url::Url) -> Result<(), HostError>;

    /// Shows a folder in the file manager.
    ///
    /// # Errors
    /// When no file manager could be started.
    fn open_folder(&self, path: &std::path::Path) -> Result<(), HostError>;

    /// The text on the clipboard.
    ///
    /// # Errors
    /// When it holds no text, or the desktop refuses.
    fn read_clipboard(&self) -> Result<SecretString, HostError>;

    /// Puts text on the clipboard. `secret` asks clipboard managers not to keep it.
    ///
    /// # Errors
    /// When the desktop refuses.
    fn write_clipboard(&self, text: &SecretString, secret: bool) -> Result<(), HostError>;

    /// Empties the clipboard.
    ///
    /// # Errors
    /// When the desktop refuses.
    fn clear_clipboard(&self) -> Result<(), HostError>;

    /// Opens the secret window over the main one, with a ticket for it.
    ///
    /// # Errors
    /// When the window cannot be made.
    fn open_secret_window(&self, ticket: &str, size: SecretWindowSize) -> Result<(), HostError>;

    /// Destroys the secret window, if there is one.
    fn close_secret_window(&self);

    /// Brings the main window to the front.
    fn bring_to_front(&self);

    /// Sends an event to the main window.
    fn emit(&self, event: &AppEvent);

    /// A place for a file that the person asked to save, such as the downloads folder.
    fn save_dir(&self) -> PathBuf;
}

/// How large the secret window opens, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretWindowSize {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// What the desktop refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No browser or file manager could be started.
    #[error("no program could be started for this")]
    NothingOpened,
    /// The clipboard holds no text.
    #[error("the clipboard holds no text")]
    ClipboardEmpty,
    /// The desktop refused access to the clipboard.
    #[error("the desktop refused access to the clipboard")]
    ClipboardRefused,
    /// The window could not be made.
    #[error("the window could not be opened")]
    NoWindow,
}
