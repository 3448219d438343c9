//! The first run, and the state of the app as a whole.

use std::sync::Arc;

use inchkeep_vault::{Opening, Vault};

use crate::app::{App, locked};
use crate::contract::{
    ApiError, AppEvent, AppStatus, CreateVaultRequest, CredentialRef, Draft, DraftBody, DraftField,
    EnvironmentId, EnvironmentKind, ErrorCode, FirstRequest, FirstRunStep, FirstRunStepRequest,
    KeyringView, OpensWith, Phase, Platform, StartView, StartWithRequest,
};
use crate::environment_values::OwnServer;
use crate::environments::standard;
use crate::errors_of_vault::keyring_state;
use crate::records::{ApiKeyRecord, ApplicationRecord, EnvironmentRecord};
use crate::store::{Read as _, blocking};

impl App {
    /// Everything that the page needs to decide what to draw first.
    #[expect(clippy::missing_errors_doc, reason = "it cannot fail")]
    pub async fn app_status(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        Ok(self.status().await)
    }

    /// Asks the keyring how it stands, without writing anything.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if the question was cut off.
    pub async fn check_keyring(self: &Arc<Self>, _request: ()) -> Result<KeyringView, ApiError> {
        let keyring = self.keyring.clone();
        blocking(move || {
            Ok(KeyringView {
                state: keyring_state(keyring.probe()),
            })
        })
        .await
    }

    /// Makes the vault, and opens it. The first run goes on with the recovery code.
    ///
    /// # Errors
    /// [`ErrorCode::VaultExists`]; [`ErrorCode::SecretDraftGone`] when the passphrase is;
    /// the keyring's errors; [`ErrorCode::VaultNotSaved`].
    pub async fn create_vault(
        self: &Arc<Self>,
        request: CreateVaultRequest,
    ) -> Result<AppStatus, ApiError> {
        let _one_at_a_time = self.opening.lock().await;
        if locked(&self.door).has_vault() {
            return Err(ApiError::new(
                ErrorCode::VaultExists,
                "there is a vault already",
            ));
        }
        let passphrase = match (request.opens_with, &request.passphrase) {
            (OpensWith::Keyring, _) => None,
            (OpensWith::Passphrase, Some(draft)) => Some(self.drafts.secret(draft)?),
            (OpensWith::Passphrase, None) => {
                return Err(
                    ApiError::new(ErrorCode::InvalidField, "a passphrase is missing")
                        .fact("field", "passphrase")
                        .fact("reason", "Set a passphrase."),
                );
            }
        };
        let app = Arc::clone(self);
        let vault = blocking(move || {
            // Before the vault is there: a crash between the two must not skip what is left.
            app.local
                .change(|state| state.first_run = Some(FirstRunStep::RecoveryCode))?;
            let opening = match &passphrase {
                None => Opening::Keyring,
                Some(passphrase) => Opening::Passphrase(passphrase, app.passphrase_cost),
            };
            Ok(Vault::create(
                app.vault_dir(),
                opening,
                &app.keyring.patient(),
            )?)
        })
        .await?;
        if let Some(draft) = &request.passphrase {
            self.drafts.discard(draft);
        }
        self.enter(vault).await
    }

    /// Remembers where the first run stands.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`]; [`ErrorCode::InvalidRequest`] when the first run is over, or for the
    /// step that makes a vault, which is done.
    pub async fn set_first_run_step(
        self: &Arc<Self>,
        request: FirstRunStepRequest,
    ) -> Result<AppStatus, ApiError> {
        self.vault()?;
        if self.local.read().first_run.is_none() || request.step == FirstRunStep::Vault {
            return Err(
                ApiError::new(ErrorCode::InvalidRequest, "this step is over")
                    .fact("reason", "This step of the first run is over."),
            );
        }
        self.keep_step(Some(request.step)).await
    }

    /// Chooses where to start: selects the environment, and for the sandbox prepares the first
    /// request.
    ///
    /// # Errors
    /// [`ErrorCode::SandboxNotStarted`]; [`ErrorCode::InvalidField`] for a base URL that is not
    /// https, nor http on loopback.
    pub async fn start_with(
        self: &Arc<Self>,
        request: StartWithRequest,
    ) -> Result<StartView, ApiError> {
        let (id, first_request) = match request {
            StartWithRequest::Sandbox => {
                let (id, _) = self.standard_environment(EnvironmentKind::Sandbox).await?;
                let environment = self.ready_environment(&id).await?;
                let first = self.first_request(id.clone(), environment).await?;
                (id, first)
            }
            StartWithRequest::Production => {
                let (id, _) = self
                    .standard_environment(EnvironmentKind::Production)
                    .await?;
                (id, None)
            }
            StartWithRequest::Other { api_base } => {
                (self.own_environment(OwnServer::at(&api_base)?).await?, None)
            }
        };
        self.choose_environment(&id).await?;
        if self.local.read().first_run.is_some() {
            self.keep_step(Some(FirstRunStep::FirstCredential)).await?;
        }
        self.emit(&AppEvent::Status(Box::new(self.status().await)));
        Ok(StartView {
            environment: self.environment_view(&id).await?,
            first_request,
        })
    }

    /// Ends the first run: from now on the app opens with its frame.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`], [`ErrorCode::FileNotWritten`].
    pub async fn finish_first_run(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        self.vault()?;
        let status = self.keep_step(None).await?;
        self.emit(&AppEvent::Status(Box::new(status.clone())));
        Ok(status)
    }

    /// The state of the app as a whole. While the vault is closed it names nothing that is in it.
    pub(crate) async fn status(self: &Arc<Self>) -> AppStatus {
        let local = self.local.read();
        let (open, environment, kept_requests) = match self.read_open().await {
            Ok((environment, kept)) => (true, environment, kept),
            // Damaged rows: the app is open, and the lists tell.
            Err(error) => (error.code != ErrorCode::Locked, None, 0),
        };
        let door = locked(&self.door);
        let phase = match (door.has_vault(), open) {
            (false, _) => Phase::FirstRun,
            (true, false) => Phase::Locked,
            (true, true) if local.first_run.is_some() => Phase::FirstRun,
            (true, true) => Phase::Open,
        };
        AppStatus {
            phase,
            first_run_step: match phase {
                Phase::FirstRun if door.has_vault() => local.first_run,
                Phase::FirstRun => Some(FirstRunStep::Vault),
                Phase::Locked | Phase::Open => None,
            },
            opens_with: door.vault.opens_with(),
            has_recovery_code: door.vault.has_recovery() && !local.recovery_code_untaken,
            recovery_code_only_copied: local.recovery_code_only_copied,
            lock_reason: (phase == Phase::Locked).then_some(door.reason),
            sign_in_stopped: phase == Phase::Locked && door.sign_in_stopped,
            environment,
            kept_requests,
            damaged_records: if open { door.damaged } else { 0 },
            settings: self.settings.read(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: platform(),
            data_dir: self.data_dir.display().to_string(),
        }
    }

    async fn read_open(
        self: &Arc<Self>,
    ) -> Result<(Option<crate::contract::EnvironmentView>, u64), ApiError> {
        let Some((id, record)) = self.chosen_environment().await? else {
            return Ok((None, 0));
        };
        let kept = self.kept_of(&id).await?;
        Ok((Some(self.view_of(id, record)), kept as u64))
    }

    async fn keep_step(
        self: &Arc<Self>,
        step: Option<FirstRunStep>,
    ) -> Result<AppStatus, ApiError> {
        let app = Arc::clone(self);
        blocking(move || app.local.change(|state| state.first_run = step)).await?;
        Ok(self.status().await)
    }

    /// The list of tokens, asked for with a key of the sample application.
    async fn first_request(
        &self,
        environment: EnvironmentId,
        record: EnvironmentRecord,
    ) -> Result<Option<FirstRequest>, ApiError> {
        let key = self
            .read(move |vault| {
                let applications = vault.all::<ApplicationRecord>()?;
                let keys = vault.all::<ApiKeyRecord>()?;
                Ok(keys.into_iter().find(|(_, key)| {
                    applications.iter().any(|(id, application)| {
                        *id == key.application && application.environment == environment
                    })
                }))
            })
            .await?;
        Ok(key.map(|(id, key)| FirstRequest {
            draft: Draft {
                method: "GET".into(),
                url: format!("{}{}", record.api_base, standard::TOKENS_PATH),
                params: Vec::new(),
                headers: vec![DraftField {
                    name: "accept".into(),
                    value: "application/json".into(),
                    enabled: true,
                }],
                body: DraftBody::None,
            },
            credential: CredentialRef::ApiKey(id),
            credential_name: key.name,
            last4: key.last4,
        }))
    }
}

fn platform() -> Platform {
    if cfg!(target_os = "macos") {
        Platform::Macos
    } else if cfg!(windows) {
        Platform::Windows
    } else {
        Platform::Linux
    }
}
