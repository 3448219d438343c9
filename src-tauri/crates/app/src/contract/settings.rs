//! Settings. Nothing in them is secret, so they lie beside the vault as plain JSON.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All settings of this slice; changes apply at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Size of text in percent, 80 to 200.
    pub text_size: u16,
    /// Seconds until a copied secret is cleared; 0 is never.
    pub clear_clipboard_after: u32,
    /// Seconds until a revealed secret is hidden; 0 is never.
    pub hide_secrets_after: u32,
    /// Hide a revealed secret when the app loses focus.
    pub hide_secrets_on_blur: bool,
    /// Minutes without use until the vault locks; 0 is never.
    pub lock_after: u32,
    /// Seconds until a request without an answer is given up.
    pub request_timeout: u32,
    /// How many requests are kept, 1,000 to 100,000.
    pub keep_requests: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            text_size: 100,
            clear_clipboard_after: 30,
            hide_secrets_after: 30,
            hide_secrets_on_blur: true,
            lock_after: 10,
            request_timeout: 30,
            keep_requests: 10_000,
        }
    }
}

/// The themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}
