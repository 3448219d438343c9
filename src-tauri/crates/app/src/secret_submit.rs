//! What the secret window hands back: typed secrets, copies, the saved recovery code.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::app::App;
use crate::contract::{
    ApiError, AppEvent, ErrorCode, SavedFile, SecretPurpose, SecretTaken, SubmitSecretAnswer,
    SubmitSecretRequest, TicketRequest,
};
use crate::kept_file::{not_written, private};
use crate::lock::Proof;
use crate::secret_drafts::clean;
use crate::secret_window::{Content, no_value};
use crate::store::blocking;
use crate::strength::weakness;

/// How the person took the recovery code away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Copied,
    Saved,
}

impl App {
    /// Takes what was typed. The window closes when it was accepted.
    ///
    /// # Errors
    /// [`ErrorCode::TicketGone`]; what a person can mend is no error but the answer's `problem`.
    pub async fn submit_secret(
        self: &Arc<Self>,
        request: SubmitSecretRequest,
    ) -> Result<SubmitSecretAnswer, ApiError> {
        let content = self.content_of(&request.ticket)?;
        let typed = request.value.into_secret();
        let recovers = matches!(content, Content::Unlock { recovery: true });
        let taken = match content {
            Content::Enter { purpose } => self.take_typed(purpose, typed).await,
            Content::Unlock { recovery } => {
                let proof = if recovery {
                    Proof::Recovery(typed)
                } else {
                    Proof::Passphrase(typed)
                };
                let unlocked = self.unlock(proof).await;
                unlocked.map(|status| SecretTaken::Unlocked(Box::new(status)))
            }
            Content::Reveal { .. } | Content::RecoveryCode { .. } => return Err(no_value()),
        };
        match taken {
            Ok(taken) => {
                // A window that was opened meanwhile is another's.
                if self.content_of(&request.ticket).is_ok() {
                    self.close_the_secret_window();
                }
                self.emit(&AppEvent::SecretTaken(taken));
                Ok(SubmitSecretAnswer {
                    accepted: true,
                    problem: None,
                    wait_seconds: None,
                })
            }
            Err(error) => {
                tracing::info!(code = ?error.code, "what was typed was not taken");
                Ok(SubmitSecretAnswer {
                    accepted: false,
                    wait_seconds: error
                        .facts
                        .get("seconds")
                        .and_then(|text| text.parse().ok()),
                    problem: Some(problem(&error, recovers)),
                })
            }
        }
    }

    /// Copies what the window of this ticket shows.
    ///
    /// # Errors
    /// [`ErrorCode::TicketGone`], [`ErrorCode::ClipboardRefused`].
    pub async fn copy_shown_secret(
        self: &Arc<Self>,
        request: TicketRequest,
    ) -> Result<(), ApiError> {
        match self.content_of(&request.ticket)? {
            Content::Reveal { target } => {
                let found = self.named_secret(&target).await?;
                self.copy_to_clipboard(found.label(), &found.secret)
            }
            Content::RecoveryCode { code } => {
                self.copy_to_clipboard("Recovery code".to_owned(), &code)?;
                self.recovery_code_taken(Taken::Copied).await
            }
            Content::Enter { .. } | Content::Unlock { .. } => Err(no_value()),
        }
    }

    /// Saves the recovery code that the window of this ticket shows as a text file, readable for
    /// its owner only.
    ///
    /// # Errors
    /// [`ErrorCode::TicketGone`], [`ErrorCode::FileNotWritten`].
    pub async fn save_recovery_code(
        self: &Arc<Self>,
        request: TicketRequest,
    ) -> Result<SavedFile, ApiError> {
        let Content::RecoveryCode { code } = self.content_of(&request.ticket)? else {
            return Err(no_value());
        };
        let folder = self.host.save_dir();
        let now = self.clock.now();
        let path =
            blocking(move || write_code(&folder, &code, now).map_err(|error| not_written(&error)))
                .await?;
        self.recovery_code_taken(Taken::Saved).await?;
        Ok(SavedFile {
            path: Some(path.display().to_string()),
        })
    }

    async fn take_typed(
        self: &Arc<Self>,
        purpose: SecretPurpose,
        typed: SecretString,
    ) -> Result<SecretTaken, ApiError> {
        let secret = clean(&typed, &purpose)?;
        match &purpose {
            SecretPurpose::RedirectAddress { sign_in_id } => {
                let view = self.typed_redirect_address(sign_in_id, secret).await?;
                return Ok(SecretTaken::SignIn(Box::new(view)));
            }
            SecretPurpose::NewPassphrase => {
                if let Some(weakness) = weakness(&secret) {
                    return Err(
                        ApiError::new(ErrorCode::PasteNotUsable, "a weak passphrase")
                            .fact("reason", weakness),
                    );
                }
            }
            _ => {}
        }
        let draft = self.hold_secret(secret, purpose.clone()).await?;
        Ok(SecretTaken::Draft { purpose, draft })
    }

    async fn recovery_code_taken(self: &Arc<Self>, taken: Taken) -> Result<(), ApiError> {
        let app = Arc::clone(self);
        blocking(move || {
            app.local.change(|state| {
                // A file stays, whatever is copied after it was saved.
                let was_saved = !state.recovery_code_untaken && !state.recovery_code_only_copied;
                state.recovery_code_only_copied = taken == Taken::Copied && !was_saved;
                state.recovery_code_untaken = false;
            })
        })
        .await?;
        self.emit(&AppEvent::SecretTaken(SecretTaken::RecoveryCodeTaken));
        self.emit(&AppEvent::Status(Box::new(self.status().await)));
        Ok(())
    }
}

/// What went wrong, as one sentence for the line under the field. The window has no table of
/// words: it must stay small.
fn problem(error: &ApiError, recovers: bool) -> String {
    let text = match error.code {
        ErrorCode::WrongPassphrase if recovers => "That code did not open the vault.",
        ErrorCode::WrongPassphrase => "That passphrase did not open the vault.",
        ErrorCode::WaitBeforeRetry => "Wait before the next try.",
        ErrorCode::VaultDamaged => "The vault file cannot be read.",
        ErrorCode::VaultTooNew => "The vault was written by a newer Inchkeep.",
        ErrorCode::Locked => "The vault is locked.",
        ErrorCode::NotAnAddress => "That is not an address.",
        ErrorCode::NoCodeInAddress => "This address has no code in it.",
        ErrorCode::NotTheRedirectAddress => {
            let redirect = error.facts.get("redirect").map_or("http", String::as_str);
            return format!(
                "This is not the address the sign-in returns to. It starts with {redirect}."
            );
        }
        ErrorCode::AddressOfAnotherSignIn => "This address belongs to another sign-in.",
        ErrorCode::CodeAlreadyUsed => "This code was already used.",
        ErrorCode::NotFound => "What this was meant for is gone.",
        _ => match (error.facts.get("reason"), error.facts.get("error")) {
            (Some(reason), _) => reason,
            (None, Some(code)) => return format!("The server answered {code}."),
            (None, None) => "That did not work.",
        },
    };
    text.to_owned()
}

/// Writes the code into a file that was not there before.
fn write_code(
    folder: &std::path::Path,
    code: &SecretString,
    now: OffsetDateTime,
) -> std::io::Result<PathBuf> {
    let date = now
        .format(format_description!("[year]-[month]-[day]"))
        .unwrap_or_default();
    for number in 1..100 {
        let name = match number {
            1 => format!("Inchkeep recovery code {date}.txt"),
            _ => format!("Inchkeep recovery code {date} ({number}).txt"),
        };
        let path = folder.join(name);
        match private().create_new(true).open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                let intro = "This recovery code opens your Inchkeep vault when its keyring or \
                             passphrase is lost.\nKeep it on paper and delete this file.\n\n    ";
                file.write_all(intro.as_bytes())?;
                // EXPOSE: into the file that the person asked for.
                file.write_all(code.expose_secret().as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()?;
                return Ok(path);
            }
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_goes_into_a_new_file_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let code = SecretString::from("ABCDE-FGHJK");
        let write = || write_code(folder.path(), &code, OffsetDateTime::UNIX_EPOCH).unwrap();
        let (first, second) = (write(), write());
        assert!(first.ends_with("Inchkeep recovery code 1970-01-01.txt"));
        assert!(second.ends_with("Inchkeep recovery code 1970-01-01 (2).txt"));
        assert!(
            std::fs::read_to_string(&first)
                .unwrap()
                .contains("ABCDE-FGHJK")
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(first).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_problem_is_a_sentence_of_this_layer() {
        let error = ApiError::new(ErrorCode::PasteNotUsable, "x").fact("reason", "Two lines.");
        assert_eq!(problem(&error, false), "Two lines.");
        let error = ApiError::new(ErrorCode::SignInRefused, "x").fact("error", "access_denied");
        assert_eq!(problem(&error, false), "The server answered access_denied.");
    }
}
