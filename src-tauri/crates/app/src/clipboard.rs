//! The clipboard: copies made by Rust, cleared on time while they are still ours.

use std::sync::Arc;

use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::app::{App, locked};
use crate::contract::{
    ApiError, AppEvent, ClipboardState, ClipboardView, CopySecretRequest, CopyTextRequest,
    Timestamp,
};
use crate::fingerprint::Fingerprint;
use crate::host::HostError;

/// How long the last word on a copy stays in the status bar.
const LAST_WORD: Duration = Duration::seconds(4);
/// How often clearing is tried again where the desktop refuses it (Wayland without focus).
const TRY_AGAIN: Duration = Duration::seconds(2);

/// What we know of the clipboard.
#[derive(Default)]
pub(crate) struct Clipboard {
    copy: Option<Copy>,
    /// What was last taken from it, which *Clear now* clears too.
    pasted: Option<Fingerprint>,
}

struct Copy {
    label: String,
    /// Of a secret; text that is none stays where it is.
    fingerprint: Option<Fingerprint>,
    state: ClipboardState,
    clears_at: Option<OffsetDateTime>,
    /// When the page is told that it is over.
    over_at: Option<OffsetDateTime>,
}

impl Copy {
    fn view(&self) -> ClipboardView {
        ClipboardView {
            label: self.label.clone(),
            state: self.state,
            clears_at: match self.state {
                ClipboardState::Copied => self.clears_at.map(Timestamp::from),
                _ => None,
            },
        }
    }
}

impl App {
    /// Copies a secret of the vault.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound),
    /// [`ErrorCode::ClipboardRefused`](crate::ErrorCode::ClipboardRefused).
    pub async fn copy_secret(self: &Arc<Self>, request: CopySecretRequest) -> Result<(), ApiError> {
        let found = self.named_secret(&request.target).await?;
        self.copy_to_clipboard(found.label(), &found.secret)
    }

    /// Copies text that is no secret; it stays on the clipboard.
    ///
    /// # Errors
    /// [`ErrorCode::ClipboardRefused`](crate::ErrorCode::ClipboardRefused).
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn copy_text(self: &Arc<Self>, request: CopyTextRequest) -> Result<(), ApiError> {
        self.copy_plain(request.label, request.text)
    }

    /// Clears the clipboard now, if it still holds what we copied or took from it.
    ///
    /// # Errors
    /// [`ErrorCode::ClipboardRefused`](crate::ErrorCode::ClipboardRefused).
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn clear_clipboard(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        let pasted = locked(&self.clipboard).pasted.take();
        if let Some(pasted) = pasted
            && self.holds(pasted)?
        {
            self.host.clear_clipboard()?;
        }
        self.clear_copy(self.clock.now());
        Ok(())
    }

    /// Copies a secret, and starts the countdown anew.
    pub(crate) fn copy_to_clipboard(
        &self,
        label: String,
        secret: &SecretString,
    ) -> Result<(), ApiError> {
        self.host.write_clipboard(secret, true)?;
        let clears_at = match self.settings.read().clear_clipboard_after {
            0 => None,
            seconds => Some(self.clock.now() + Duration::seconds(seconds.into())),
        };
        self.put_copy(Copy {
            label,
            fingerprint: Some(self.fingerprints.of(secret)),
            state: ClipboardState::Copied,
            clears_at,
            over_at: None,
        });
        Ok(())
    }

    /// Copies text that is no secret.
    pub(crate) fn copy_plain(&self, label: String, text: String) -> Result<(), ApiError> {
        self.host
            .write_clipboard(&SecretString::from(text), false)?;
        self.put_copy(Copy {
            label,
            fingerprint: None,
            state: ClipboardState::Copied,
            clears_at: None,
            over_at: Some(self.clock.now() + LAST_WORD),
        });
        Ok(())
    }

    /// Remembers what was taken from the clipboard, so that *Clear now* may clear it.
    pub(crate) fn remember_pasted(&self, pasted: &SecretString) {
        locked(&self.clipboard).pasted = Some(self.fingerprints.of(pasted));
    }

    /// Clears a secret of ours at once: the app locks or ends.
    pub(crate) fn clear_clipboard_if_ours(&self) {
        self.clear_copy(self.clock.now());
    }

    /// Clears a copy whose time is over, and takes the last word on it away.
    pub(crate) fn tick_clipboard(&self, now: OffsetDateTime) {
        let due = {
            let mut clipboard = locked(&self.clipboard);
            let due = |at: Option<OffsetDateTime>| at.is_some_and(|at| now >= at);
            let Some(copy) = &clipboard.copy else { return };
            if due(copy.over_at) {
                clipboard.copy = None;
                drop(clipboard);
                return self.emit(&AppEvent::Clipboard(None));
            }
            due(copy.clears_at)
        };
        if due {
            self.clear_copy(now);
        }
    }

    fn put_copy(&self, copy: Copy) {
        let view = copy.view();
        locked(&self.clipboard).copy = Some(copy);
        self.emit(&AppEvent::Clipboard(Some(view)));
    }

    /// Clears the copied secret, if it is still there, and says what came of it.
    fn clear_copy(&self, now: OffsetDateTime) {
        let fingerprint = {
            let clipboard = locked(&self.clipboard);
            let waiting = clipboard.copy.as_ref().filter(|copy| {
                matches!(
                    copy.state,
                    ClipboardState::Copied | ClipboardState::NotCleared
                )
            });
            match waiting.and_then(|copy| copy.fingerprint) {
                Some(fingerprint) => fingerprint,
                None => return,
            }
        };
        let state = match self.holds(fingerprint) {
            Ok(true) => match self.host.clear_clipboard() {
                Ok(()) => ClipboardState::Cleared,
                Err(_) => ClipboardState::NotCleared,
            },
            Ok(false) => ClipboardState::LeftAlone,
            Err(_) => ClipboardState::NotCleared,
        };
        let view = {
            let mut clipboard = locked(&self.clipboard);
            // A copy made meanwhile has a countdown of its own.
            let Some(copy) = clipboard
                .copy
                .as_mut()
                .filter(|copy| copy.fingerprint.is_some_and(|known| known == fingerprint))
            else {
                return;
            };
            let is_news = copy.state != state;
            copy.state = state;
            if state == ClipboardState::NotCleared {
                copy.clears_at = Some(now + TRY_AGAIN);
            } else {
                copy.clears_at = None;
                copy.over_at = Some(now + LAST_WORD);
            }
            is_news.then(|| copy.view())
        };
        if let Some(view) = view {
            self.emit(&AppEvent::Clipboard(Some(view)));
        }
    }

    /// Whether the clipboard holds the text of this fingerprint now.
    fn holds(&self, fingerprint: Fingerprint) -> Result<bool, HostError> {
        match self.host.read_clipboard() {
            Ok(text) => Ok(self.fingerprints.of(&text) == fingerprint),
            Err(HostError::ClipboardEmpty) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
