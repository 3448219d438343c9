//! Unlocking and locking (S12).

use std::path::Path;
use std::sync::Arc;

use inchkeep_vault::{Key, Opening, OpensWith as VaultOpensWith, Vault, VaultError, VaultState};
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::app::{App, locked};
use crate::contract::{
    ApiError, AppEvent, AppStatus, EnvironmentKind, ErrorCode, LockReason, OpensWith,
};
use crate::records::kinds;
use crate::store::blocking;

/// How long after an event a reading command is taken for the page's own doing.
const ECHO: Duration = Duration::seconds(1);

/// What the app knows of the vault's door, open or not.
pub(crate) struct Door {
    /// How the vault opens; `None` before there is one, or when its file cannot be read.
    pub(crate) opens_with: Option<VaultOpensWith>,
    /// Whether a vault is there, readable or not.
    pub(crate) has_vault: bool,
    /// Whether the vault has a slot for a recovery code.
    pub(crate) has_recovery: bool,
    /// Why it is closed.
    pub(crate) reason: LockReason,
    /// Whether the last lock stopped a sign-in.
    pub(crate) sign_in_stopped: bool,
    /// Records that could not be read at the last unlock.
    pub(crate) damaged: u64,
    /// The keyring asked the person for something and did not get it in time.
    keyring_prompted: bool,
    last_use: OffsetDateTime,
    last_event: Option<OffsetDateTime>,
}

/// What shall open the vault.
pub(crate) enum Proof {
    Keyring,
    Passphrase(SecretString),
    Recovery(SecretString),
}

impl Door {
    /// Looks at the vault in `dir` without opening it.
    pub(crate) fn at(dir: &Path, now: OffsetDateTime) -> Self {
        let mut door = Self {
            opens_with: None,
            has_vault: false,
            has_recovery: false,
            reason: LockReason::Started,
            sign_in_stopped: false,
            damaged: 0,
            keyring_prompted: false,
            last_use: now,
            last_event: None,
        };
        match Vault::inspect(dir) {
            Ok(state) => door.look(state),
            // Something is there. Unlocking will say what is wrong with it.
            Err(_) => door.has_vault = true,
        }
        door
    }

    /// Takes over how the vault opens.
    pub(crate) fn look(&mut self, state: VaultState) {
        if let VaultState::Present { opens_with, has_recovery } = state {
            self.has_vault = true;
            self.opens_with = Some(opens_with);
            self.has_recovery = has_recovery;
        }
    }

    /// Remembers that the page was told something.
    pub(crate) fn told(&mut self, now: OffsetDateTime) {
        self.last_event = Some(now);
    }

    /// Remembers that the person used the app. The page reads its lists again after an event that
    /// came from background work; such reading is no use, or the app would never lock.
    fn used(&mut self, is_reading: bool, now: OffsetDateTime) {
        let is_echo = is_reading
            && self.last_event.is_some_and(|at| (Duration::ZERO..ECHO).contains(&(now - at)));
        if !is_echo {
            self.last_use = now;
        }
    }

    fn idle_for(&mut self, now: OffsetDateTime) -> Duration {
        // A clock that went back must not keep the vault open.
        self.last_use = self.last_use.min(now);
        now - self.last_use
    }
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
        let Some(vault) = self.swap_vault(None) else { return };
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
        if is_typed && let Some(seconds) = self.local.read().wait_left(self.clock.now()) {
            return Err(wait(seconds));
        }
        let app = Arc::clone(self);
        let opened = blocking(move || app.try_open(&proof)).await;
        match opened {
            Ok(vault) => self.enter(vault).await,
            Err(error) if is_typed && error.code == ErrorCode::WrongPassphrase => {
                let app = Arc::clone(self);
                let now = self.clock.now();
                let seconds = blocking(move || {
                    app.local.change(|state| {
                        state.count_wrong_try(now);
                        state.wait_left(now)
                    })
                })
                .await?;
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
            app.local.change(crate::local_state::LocalState::forget_wrong_tries)?;
            crate::environments::make_standard_ones(&looked_at)?;
            let damaged = damaged_records(&looked_at)?;
            let mut door = locked(&app.door);
            door.look(looked_at.state()?);
            door.damaged = damaged;
            door.sign_in_stopped = false;
            door.keyring_prompted = false;
            door.last_use = app.clock.now();
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

    fn try_open(&self, proof: &Proof) -> Result<Vault, ApiError> {
        let dir = self.vault_dir();
        let (opens_with, prompted) = {
            let door = locked(&self.door);
            (door.opens_with, door.keyring_prompted)
        };
        // A silent look first; once the desktop has put up its prompt, time to answer it.
        let gate = if prompted { self.keyring.patient() } else { self.keyring.clone() };
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

/// How the vault opens, in the words of the contract.
pub(crate) fn opens_with(how: VaultOpensWith) -> OpensWith {
    match how {
        VaultOpensWith::Keyring => OpensWith::Keyring,
        VaultOpensWith::Passphrase | VaultOpensWith::KeyringAndPassphrase => OpensWith::Passphrase,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_after_an_event_is_no_use_but_acting_is() {
        let dir = tempfile::tempdir().unwrap();
        let start = OffsetDateTime::UNIX_EPOCH;
        let at = |seconds| start + Duration::seconds(seconds);
        let mut door = Door::at(&dir.path().join("vault"), start);
        door.told(at(60));
        door.used(true, at(60));
        assert_eq!(door.idle_for(at(60)), Duration::seconds(60));
        door.used(false, at(60));
        assert_eq!(door.idle_for(at(61)), Duration::seconds(1));
        door.used(true, at(90));
        assert_eq!(door.idle_for(at(90)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_keep_the_vault_open() {
        let dir = tempfile::tempdir().unwrap();
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(10);
        let mut door = Door::at(&dir.path().join("vault"), start);
        assert_eq!(door.idle_for(start - Duration::days(1)), Duration::ZERO);
        let later = start - Duration::days(1) + Duration::minutes(10);
        assert_eq!(door.idle_for(later), Duration::minutes(10));
    }
}
