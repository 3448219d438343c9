//! Unlocking and locking.

use std::sync::Arc;

use inchkeep_vault::{Key, Opening, OpensWith as VaultOpensWith, Vault, VaultError};
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::app::{App, locked};
use crate::contract::{ApiError, AppEvent, AppStatus, EnvironmentKind, ErrorCode, LockReason};
use crate::door::Seen;
use crate::local_state::LocalState;
use crate::records::kinds;
use crate::store::blocking;

/// What shall open the vault.
pub(crate) enum Proof {
    Keyring,
    Passphrase(SecretString),
    Recovery(SecretString),
}

impl App {
    /// Opens the vault with the desktop session's keyring.
    ///
    /// # Errors
    /// [`ErrorCode::KeyringLocked`], [`ErrorCode::KeyringDenied`], [`ErrorCode::KeyringMissing`],
    /// [`ErrorCode::KeyringTimedOut`]; after the last one the next call waits a minute for the
    /// desktop's prompt. [`ErrorCode::VaultDamaged`], [`ErrorCode::VaultTooNew`].
    pub async fn unlock_with_keyring(
        self: &Arc<Self>,
        _request: (),
    ) -> Result<AppStatus, ApiError> {
        self.unlock(Proof::Keyring).await
    }

    /// Closes the vault, because the person says so.
    #[expect(clippy::missing_errors_doc, reason = "it cannot fail")]
    pub async fn lock(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        self.lock_because(LockReason::ByHand).await;
        Ok(self.status().await)
    }

    /// Closes the vault: forgets drafts, closes the secret window, clears our secret from the
    /// clipboard, stops sign-ins and sockets. Does nothing while it is closed.
    pub async fn lock_because(self: &Arc<Self>, reason: LockReason) {
        let Some(vault) = self.swap_vault(None) else {
            return;
        };
        let sign_in_stopped = self.live_stop();
        {
            let mut door = locked(&self.door);
            door.reason = reason;
            door.sign_in_stopped = sign_in_stopped;
        }
        self.drafts.clear();
        self.close_the_secret_window();
        self.clear_clipboard_if_ours();
        let closed = blocking(move || {
            vault.close();
            Ok(())
        });
        if closed.await.is_err() {
            tracing::error!("closing the vault was cut off");
        }
        tracing::info!(?reason, "locked");
        self.emit(&AppEvent::Status(Box::new(self.status().await)));
    }

    /// Counts a command of the person as use of the app, which puts off the idle lock.
    pub fn note_command(&self, name: &str) {
        locked(&self.door).used(READING.contains(&name), self.clock.now());
    }

    /// Opens the vault.
    ///
    /// # Errors
    /// As of [`App::unlock_with_keyring`]; for what was typed [`ErrorCode::WrongPassphrase`] and
    /// [`ErrorCode::WaitBeforeRetry`], both with the fact `seconds` when the next try must wait.
    pub(crate) async fn unlock(self: &Arc<Self>, proof: Proof) -> Result<AppStatus, ApiError> {
        let _one_at_a_time = self.opening.lock().await;
        if self.is_open() {
            return Ok(self.status().await);
        }
        let is_typed = !matches!(proof, Proof::Keyring);
        if is_typed && let Some(seconds) = self.wait_left().await {
            return Err(wait(seconds));
        }
        let app = Arc::clone(self);
        let opened = blocking(move || app.try_open(&proof)).await;
        match opened {
            Ok(vault) => self.enter(vault).await,
            Err(error) if is_typed && error.code == ErrorCode::WrongPassphrase => {
                let app = Arc::clone(self);
                let now = self.clock.now();
                let counted = blocking(move || {
                    app.local.change(|state| {
                        state.count_wrong_try(now);
                        state.wait_left(now)
                    })
                });
                let seconds = counted.await.unwrap_or_else(|error| {
                    // What is wrong with the passphrase matters more than a full disk.
                    tracing::warn!(code = ?error.code, "a wrong try was not counted");
                    None
                });
                Err(match seconds {
                    Some(seconds) => error.fact("seconds", seconds),
                    None => error,
                })
            }
            Err(error) => Err(error),
        }
    }

    /// Puts an open vault in place and starts what belongs to an open vault.
    pub(crate) async fn enter(self: &Arc<Self>, vault: Vault) -> Result<AppStatus, ApiError> {
        let app = Arc::clone(self);
        let looked_at = vault.clone();
        let entered = blocking(move || {
            if app.local.read().has_wrong_tries()
                && let Err(error) = app.local.change(LocalState::forget_wrong_tries)
            {
                // A full disk must not keep anybody out.
                tracing::warn!(code = ?error.code, "wrong tries were not forgotten");
            }
            crate::environments::make_standard_ones(&looked_at)?;
            let damaged = damaged_records(&looked_at)?;
            let state = looked_at.state()?;
            locked(&app.door).opened(state, damaged, app.clock.now());
            Ok(())
        })
        .await;
        if let Err(error) = entered {
            vault.close();
            return Err(error);
        }
        self.swap_vault(Some(vault));
        self.live_start();
        self.start_chosen_sandbox();
        self.back_up_in_background();
        let status = self.status().await;
        self.emit(&AppEvent::Status(Box::new(status.clone())));
        Ok(status)
    }

    /// Locks when the app was not used for as long as the settings say.
    pub(crate) async fn tick_idle(self: &Arc<Self>, now: OffsetDateTime) {
        let minutes = self.settings.read().lock_after;
        if minutes == 0 || !self.is_open() {
            return;
        }
        let idle_for = locked(&self.door).idle_for(now);
        if idle_for >= Duration::minutes(minutes.into()) {
            self.lock_because(LockReason::Idle).await;
        }
    }

    /// Whole seconds until something typed may be tried; `None` when it may be now.
    async fn wait_left(self: &Arc<Self>) -> Option<u64> {
        let now = self.clock.now();
        let mut state = self.local.read();
        if state.mend_wait(now) {
            let app = Arc::clone(self);
            // If it is not written, the clock is mended again at the next try.
            let _ = blocking(move || app.local.change(|state| state.mend_wait(now))).await;
        }
        state.wait_left(now)
    }

    fn try_open(&self, proof: &Proof) -> Result<Vault, ApiError> {
        let dir = self.vault_dir();
        let (seen, prompted) = {
            let door = locked(&self.door);
            (door.vault, door.keyring_prompted)
        };
        let opens_with = match seen {
            Seen::Vault { opens_with, .. } => Some(opens_with),
            Seen::Nothing | Seen::Unreadable => None,
        };
        // A silent look first; once the desktop has put up its prompt, time to answer it.
        let gate = if prompted {
            self.keyring.patient()
        } else {
            self.keyring.clone()
        };
        let key = match proof {
            Proof::Keyring => Key::Keyring,
            Proof::Recovery(code) => Key::Recovery(code),
            Proof::Passphrase(passphrase) => match opens_with {
                Some(VaultOpensWith::KeyringAndPassphrase) => Key::KeyringAndPassphrase(passphrase),
                _ => Key::Passphrase(passphrase),
            },
        };
        let vault = match Vault::unlock(&dir, key, &gate) {
            Ok(vault) => vault,
            Err(VaultError::WrongKey) if matches!(proof, Proof::Keyring) => {
                return Err(VaultError::KeyMissing.into());
            }
            Err(error) => {
                let error = ApiError::from(error);
                locked(&self.door).keyring_prompted = matches!(
                    error.code,
                    ErrorCode::KeyringTimedOut | ErrorCode::KeyringLocked
                );
                return Err(error);
            }
        };
        if matches!(proof, Proof::Recovery(_)) && opens_with == Some(VaultOpensWith::Keyring) {
            // The keyring has lost the key, or is gone. When it works again it gets a new one, so
            // that the next start needs no code.
            if let Err(error) = vault.change_opening(Opening::Keyring, &gate) {
                tracing::warn!(%error, "the keyring was not given a new key");
            }
        }
        Ok(vault)
    }

    fn start_chosen_sandbox(self: &Arc<Self>) {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let chosen = app.chosen_environment().await.ok().flatten();
            if chosen.is_some_and(|(_, record)| record.kind == EnvironmentKind::Sandbox)
                && let Err(error) = app.running_sandbox().await
            {
                tracing::warn!(%error, "the sandbox did not start");
            }
        });
    }

    fn back_up_in_background(&self) {
        let Ok(vault) = self.vault() else { return };
        let now = self.clock.now();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = vault.back_up_if_due(now) {
                tracing::warn!(%error, "no backup was made");
            }
        });
    }
}

/// Reading commands, which the page also calls by itself after an event.
const READING: &[&str] = &[
    "app_status",
    "environments",
    "server",
    "applications",
    "application",
    "oauth_client",
    "sign_in_state",
    "sessions",
    "session",
    "credentials",
    "exchange",
    "exchange_body",
    "history",
    "settings",
];

fn wait(seconds: u64) -> ApiError {
    ApiError::new(ErrorCode::WaitBeforeRetry, "too many wrong tries").fact("seconds", seconds)
}

fn damaged_records(vault: &Vault) -> Result<u64, ApiError> {
    let mut damaged = 0;
    for kind in [
        kinds::ENVIRONMENT,
        kinds::APPLICATION,
        kinds::API_KEY,
        kinds::OAUTH_CLIENT,
        kinds::SESSION,
    ] {
        damaged += vault.list(kind)?.damaged.len() as u64;
    }
    Ok(damaged)
}
