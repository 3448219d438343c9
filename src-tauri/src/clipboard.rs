//! The system's clipboard.

use std::sync::{Mutex, PoisonError};

use arboard::Error;
use inchkeep_app::HostError;
use secrecy::{ExposeSecret as _, SecretString};

/// The clipboard, connected to when it is first used.
///
/// On Linux the owner of what was copied serves it, so the connection is kept as long as the app runs.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// The text that it holds.
    ///
    /// # Errors
    /// [`HostError::ClipboardEmpty`] when there is no text, [`HostError::ClipboardRefused`].
    pub(crate) fn read(&self) -> Result<SecretString, HostError> {
        let text = self.with(arboard::Clipboard::get_text)?;
        if text.is_empty() {
            Err(HostError::ClipboardEmpty)
        } else {
            Ok(SecretString::from(text))
        }
    }

    /// Puts text on it. `secret` asks clipboard managers and the system's own history not to keep it.
    ///
    /// # Errors
    /// [`HostError::ClipboardRefused`].
    pub(crate) fn write(&self, text: &SecretString, secret: bool) -> Result<(), HostError> {
        self.with(|clipboard| {
            let set = if secret {
                excluded(clipboard.set())
            } else {
                clipboard.set()
            };
            // EXPOSE: the clipboard is where the person asked to have it.
            set.text(text.expose_secret())
        })
    }

    /// Empties it.
    ///
    /// # Errors
    /// [`HostError::ClipboardRefused`].
    pub(crate) fn clear(&self) -> Result<(), HostError> {
        self.with(arboard::Clipboard::clear)
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&mut arboard::Clipboard) -> Result<T, Error>,
    ) -> Result<T, HostError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let clipboard = match &mut *connection {
            Some(clipboard) => clipboard,
            none => none.insert(arboard::Clipboard::new().map_err(|error| refusal(&error))?),
        };
        work(clipboard).map_err(|error| refusal(&error))
    }
}

fn refusal(error: &Error) -> HostError {
    match error {
        Error::ContentNotAvailable | Error::ConversionFailure => HostError::ClipboardEmpty,
        _ => HostError::ClipboardRefused,
    }
}

/// On Linux the `x-kde-passwordManagerHint` that clipboard managers look for.
#[cfg(all(unix, not(target_os = "macos")))]
fn excluded(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtLinux as _;
    set.exclude_from_history()
}

#[cfg(target_os = "macos")]
fn excluded(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtApple as _;
    set.exclude_from_history()
}

#[cfg(windows)]
fn excluded(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows as _;
    set.exclude_from_monitoring()
        .exclude_from_cloud()
        .exclude_from_history()
}
