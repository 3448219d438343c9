//! The secret window: opened with a ticket, drawn once, destroyed on time.
//!
//! A ticket is 32 random bytes. The first `secret_window` call with it, within 20 s, gets what the
//! window draws; after that the ticket only serves the acts of that one window, until it closes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::app::{App, locked};
use crate::contract::{
    ApiError, AppEvent, ErrorCode, RevealedSecret, SecretPurpose, SecretTarget, SecretWindowMode,
    SecretWindowRequest, SecretWindowView, ShownSecret, TicketRequest, Timestamp,
};
use crate::fingerprint::random_bytes;
use crate::host::SecretWindowSize;
use crate::records::EnvironmentRecord;
use crate::store::{blocking, missing};

/// How long a ticket waits for its window.
const FIRST_USE: Duration = Duration::seconds(20);
/// How long a window for typing stays; long enough to fetch the value from elsewhere.
const ENTER_LIMIT: Duration = Duration::minutes(5);
/// How long a recovery code stays, which may be written down by hand.
const RECOVERY_CODE_LIMIT: Duration = Duration::minutes(5);

const SMALL: SecretWindowSize = SecretWindowSize {
    width: 420,
    height: 220,
};
const LARGE: SecretWindowSize = SecretWindowSize {
    width: 420,
    height: 300,
};

/// The one open secret window.
pub(crate) struct SecretWindow {
    ticket: String,
    /// When it closes: first for want of use, then by its own limit.
    closes_at: Option<OffsetDateTime>,
    drawn: bool,
    /// What it is for.
    pub(crate) content: Content,
}

/// What a secret window is open for.
#[derive(Clone)]
pub(crate) enum Content {
    /// Shows a secret of the vault.
    Reveal { target: SecretTarget },
    /// Takes a secret.
    Enter { purpose: SecretPurpose },
    /// Takes the passphrase, or the recovery code.
    Unlock { recovery: bool },
    /// Shows a new recovery code.
    RecoveryCode { code: SecretString },
}

impl Content {
    fn size(&self) -> SecretWindowSize {
        match self {
            Self::Reveal {
                target: SecretTarget::ApiKey(_) | SecretTarget::ClientSecret(_),
            }
            | Self::Unlock { .. } => SMALL,
            Self::Enter { purpose } if !matches!(purpose, SecretPurpose::NewPassphrase) => SMALL,
            _ => LARGE,
        }
    }
}

impl App {
    /// Opens the secret window. One that is open already is closed.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`]; [`ErrorCode::NotFound`]; [`ErrorCode::InvalidRequest`] for unlocking
    /// what is open.
    pub async fn open_secret_window(
        self: &Arc<Self>,
        request: SecretWindowRequest,
    ) -> Result<(), ApiError> {
        let content = match request {
            SecretWindowRequest::Reveal { target } => {
                // Here, so that a missing one is told in the main window.
                self.named_secret(&target).await?;
                Content::Reveal { target }
            }
            SecretWindowRequest::Enter { purpose } => {
                let is_first_run = !locked(&self.door).has_vault();
                if !(is_first_run && matches!(purpose, SecretPurpose::NewPassphrase)) {
                    self.vault()?;
                }
                Content::Enter { purpose }
            }
            SecretWindowRequest::Unlock { recovery } => {
                if self.is_open() || !locked(&self.door).has_vault() {
                    return Err(
                        ApiError::new(ErrorCode::InvalidRequest, "nothing to unlock")
                            .fact("reason", "There is nothing to unlock."),
                    );
                }
                Content::Unlock { recovery }
            }
            SecretWindowRequest::RecoveryCode => Content::RecoveryCode {
                code: self.new_recovery_code().await?,
            },
        };
        self.close_the_secret_window();
        let bytes = random_bytes::<32>()
            .map_err(|_| ApiError::new(ErrorCode::Internal, "no random bytes"))?;
        let ticket = URL_SAFE_NO_PAD.encode(bytes);
        let size = content.size();
        let target = target_of(&content);
        *locked(&self.secret_window) = Some(SecretWindow {
            ticket: ticket.clone(),
            closes_at: Some(self.clock.now() + FIRST_USE),
            drawn: false,
            content,
        });
        if let Err(error) = self.host.open_secret_window(&ticket, size) {
            self.close_the_secret_window();
            return Err(error.into());
        }
        self.emit(&AppEvent::SecretShown(Some(ShownSecret {
            target,
            hides_at: None,
        })));
        Ok(())
    }

    /// Closes the secret window, if there is one.
    #[expect(
        clippy::unused_async,
        clippy::missing_errors_doc,
        reason = "it cannot fail"
    )]
    pub async fn close_secret_window(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        self.close_the_secret_window();
        Ok(())
    }

    /// What the secret window draws; answered once for each ticket.
    ///
    /// # Errors
    /// [`ErrorCode::TicketGone`].
    pub async fn secret_window(
        self: &Arc<Self>,
        request: TicketRequest,
    ) -> Result<SecretWindowView, ApiError> {
        let content = {
            let mut window = locked(&self.secret_window);
            let window = of_ticket(&mut window, &request.ticket)?;
            if std::mem::replace(&mut window.drawn, true) {
                return Err(ticket_gone());
            }
            window.content.clone()
        };
        let settings = self.settings.read();
        let now = self.clock.now();
        let limit = match &content {
            Content::Reveal { .. } => match settings.hide_secrets_after {
                0 => None,
                seconds => Some(Duration::seconds(seconds.into())),
            },
            Content::Enter { .. } => Some(ENTER_LIMIT),
            Content::RecoveryCode { .. } => Some(RECOVERY_CODE_LIMIT),
            Content::Unlock { .. } => None,
        };
        let closes_at = limit.map(|limit| now + limit);
        let is_reveal = matches!(content, Content::Reveal { .. });
        let target = target_of(&content);
        let (mode, title, line, value) = self.drawn(content).await?;
        // Only now, so that a lock or a close while the vault was read wins.
        of_ticket(&mut locked(&self.secret_window), &request.ticket)?.closes_at = closes_at;
        let hides_at = closes_at.filter(|_| value.is_some()).map(Timestamp::from);
        self.emit(&AppEvent::SecretShown(Some(ShownSecret {
            target,
            hides_at,
        })));
        Ok(SecretWindowView {
            mode,
            title,
            line,
            value,
            hides_at,
            hide_on_blur: is_reveal && settings.hide_secrets_on_blur,
            clears_clipboard_after: settings.clear_clipboard_after,
            theme: settings.theme,
        })
    }

    /// Closes the window of this ticket: Hide, Cancel, Done.
    ///
    /// # Errors
    /// [`ErrorCode::TicketGone`].
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn close_shown_secret(
        self: &Arc<Self>,
        request: TicketRequest,
    ) -> Result<(), ApiError> {
        of_ticket(&mut locked(&self.secret_window), &request.ticket)?;
        self.close_the_secret_window();
        Ok(())
    }

    /// Destroys the secret window and forgets its ticket.
    pub(crate) fn close_the_secret_window(&self) {
        if locked(&self.secret_window).take().is_some() {
            self.host.close_secret_window();
            self.emit(&AppEvent::SecretShown(None));
        }
    }

    /// Closes the window when its time is over.
    pub(crate) fn tick_secret_window(&self, now: OffsetDateTime) {
        let is_over = locked(&self.secret_window)
            .as_ref()
            .and_then(|window| window.closes_at)
            .is_some_and(|closes_at| now >= closes_at);
        if is_over {
            self.close_the_secret_window();
        }
    }

    /// What the window of this ticket is for.
    pub(crate) fn content_of(&self, ticket: &str) -> Result<Content, ApiError> {
        Ok(of_ticket(&mut locked(&self.secret_window), ticket)?
            .content
            .clone())
    }

    async fn new_recovery_code(self: &Arc<Self>) -> Result<SecretString, ApiError> {
        let vault = self.vault()?;
        let app = Arc::clone(self);
        blocking(move || {
            // First, so that a code which nobody saw never counts as there.
            app.local.change(|state| {
                state.recovery_code_untaken = true;
                state.recovery_code_only_copied = false;
            })?;
            let code = vault.make_recovery_code()?;
            let state = vault.state()?;
            locked(&app.door).vault = state.into();
            Ok(code)
        })
        .await
    }

    async fn drawn(
        &self,
        content: Content,
    ) -> Result<(SecretWindowMode, String, String, Option<RevealedSecret>), ApiError> {
        let text = str::to_owned;
        Ok(match content {
            Content::Reveal { target } => {
                let found = self.named_secret(&target).await?;
                let line = format!("{} · {}", found.kind, found.environment);
                let value = RevealedSecret::of(&found.secret);
                (SecretWindowMode::Reveal, found.name, line, Some(value))
            }
            Content::RecoveryCode { code } => (
                SecretWindowMode::RecoveryCode,
                text("Save your recovery code"),
                text("It is shown once."),
                Some(RevealedSecret::of(&code)),
            ),
            Content::Unlock { recovery: false } => (
                SecretWindowMode::Unlock,
                text("Unlock Inchkeep"),
                String::new(),
                None,
            ),
            Content::Unlock { recovery: true } => (
                SecretWindowMode::Recover,
                text("Use the recovery code"),
                text("Capitals, spaces and hyphens do not matter."),
                None,
            ),
            Content::Enter { purpose } => {
                let (title, line) = self.words_for(&purpose).await?;
                let mode = match purpose {
                    SecretPurpose::NewPassphrase => SecretWindowMode::NewPassphrase,
                    _ => SecretWindowMode::Enter,
                };
                (mode, title, line, None)
            }
        })
    }

    async fn words_for(&self, purpose: &SecretPurpose) -> Result<(String, String), ApiError> {
        Ok(match purpose {
            SecretPurpose::ApiKey { name, .. } => (
                format!("Enter the API key for {name}"),
                "From the portal.".to_owned(),
            ),
            SecretPurpose::ClientSecret { name } => (
                format!("Enter the client secret for {name}"),
                "From the portal.".to_owned(),
            ),
            SecretPurpose::PortalToken { environment_id } => {
                let environment = self.find::<EnvironmentRecord>(environment_id).await?;
                ("Enter the portal access token".to_owned(), environment.name)
            }
            SecretPurpose::RedirectAddress { .. } => (
                "Enter the address the browser stopped on".to_owned(),
                "It starts with http://127.0.0.1".to_owned(),
            ),
            SecretPurpose::NewPassphrase => (
                "Set a passphrase".to_owned(),
                "Asked each time the vault opens.".to_owned(),
            ),
        })
    }
}

/// The window that this ticket belongs to.
pub(crate) fn of_ticket<'a>(
    window: &'a mut Option<SecretWindow>,
    ticket: &str,
) -> Result<&'a mut SecretWindow, ApiError> {
    window
        .as_mut()
        .filter(|window| window.ticket == ticket)
        .ok_or_else(ticket_gone)
}

fn ticket_gone() -> ApiError {
    ApiError::new(ErrorCode::TicketGone, "this ticket was used or is too old")
}

fn target_of(content: &Content) -> Option<SecretTarget> {
    match content {
        Content::Reveal { target } => Some(target.clone()),
        _ => None,
    }
}

/// For acts that only a window with a value has.
pub(crate) fn no_value() -> ApiError {
    missing("value")
}
