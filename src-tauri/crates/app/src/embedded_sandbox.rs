//! The sandbox inside Inchkeep: started when its environment is first used.
//!
//! Its sample application and key appear in the vault in one transaction. Whatever cuts the work
//! short between the two stores, the next start finds out and completes it: a state record says
//! whether the vault has what the sandbox gave.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use inchkeep_sandbox::{Sandbox, SandboxError, SandboxOptions, Seed};
use inchkeep_vault::Transaction;
use secrecy::SecretString;

use crate::app::App;
use crate::contract::{
    ApiError, AppEvent, ApplicationKey, ChangedList, EnvironmentId, EnvironmentKind,
    EnvironmentRef, EnvironmentView, ErrorCode, SecretDraft, SecretPurpose, Timestamp,
};
use crate::environments::of_kind;
use crate::kept_file::not_written;
use crate::records::{ApplicationRecord, EnvironmentRecord, kinds};
use crate::store::{Read as _, Write as _, blocking};

/// Name of the state record that says whether the vault has the sample application.
const SAMPLE_STORED: &str = "sandbox_sample_stored";
const SAMPLE_NAME: &str = "Treasury Router";
const SAMPLE_KEY_NAME: &str = "Sample key";

/// The sandbox of one data folder, running or not.
pub(crate) struct EmbeddedSandbox {
    folder: PathBuf,
    first_port: Option<u16>,
    running: tokio::sync::Mutex<Option<Arc<Sandbox>>>,
    is_running: AtomicBool,
}

impl EmbeddedSandbox {
    /// A sandbox that does not run yet. `first_port` is for a folder that holds none so far.
    pub(crate) fn new(folder: PathBuf, first_port: Option<u16>) -> Self {
        Self {
            folder,
            first_port,
            running: tokio::sync::Mutex::new(None),
            is_running: AtomicBool::new(false),
        }
    }

    /// Whether it runs.
    pub(crate) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Relaxed)
    }

    /// Makes room for a new data folder. What was there lies beside it.
    fn set_folder_aside(&self) -> std::io::Result<()> {
        let aside = self.folder.with_extension("broken");
        if aside.exists() {
            std::fs::remove_dir_all(&aside)?;
        }
        std::fs::rename(&self.folder, aside)
    }

    async fn start(&self, any_port: bool) -> Result<Sandbox, SandboxError> {
        let port = match (any_port, self.folder.exists()) {
            (true, _) => Some(0),
            (false, true) => None,
            (false, false) => self.first_port,
        };
        let data_dir = Some(self.folder.clone());
        Sandbox::start(SandboxOptions {
            data_dir,
            port,
            ..SandboxOptions::default()
        })
        .await
    }
}

impl App {
    /// Stops the sandbox and starts it again. When its port is taken meanwhile it moves to another.
    ///
    /// # Errors
    /// [`ErrorCode::SandboxNotStarted`].
    pub async fn restart_sandbox(
        self: &Arc<Self>,
        _request: (),
    ) -> Result<EnvironmentView, ApiError> {
        self.vault()?;
        self.stop_sandbox().await;
        match self.running_sandbox().await {
            Err(error) if error.code == ErrorCode::SandboxNotStarted => {
                self.start_sandbox(true).await?;
            }
            other => drop(other?),
        }
        self.sandbox_view().await
    }

    /// Makes the sandbox new: it forgets everything, and what this vault keeps for it goes too,
    /// for it would no longer be accepted. A new sample application takes its place.
    ///
    /// # Errors
    /// [`ErrorCode::SandboxNotStarted`].
    pub async fn reset_sandbox(
        self: &Arc<Self>,
        _request: (),
    ) -> Result<EnvironmentView, ApiError> {
        let sandbox = match self.running_sandbox().await {
            Err(error) if error.code == ErrorCode::SandboxNotStarted => {
                // Its folder is damaged, or its port is taken: both end with a new folder.
                self.sandbox
                    .set_folder_aside()
                    .map_err(|error| not_written(&error))?;
                return self.restart_sandbox(()).await;
            }
            other => other?,
        };
        // The vault first: were it last, a crash between the two would leave dead credentials.
        self.change(|tx| {
            let (id, _) = of_kind(tx, EnvironmentKind::Sandbox)?;
            forget_credentials(tx, &id)?;
            tx.put_value(SAMPLE_STORED, &false)
        })
        .await?;
        let reset = Arc::clone(&sandbox);
        blocking(move || Ok(reset.reset()?)).await?;
        self.store_sample(&sandbox).await?;
        let view = self.sandbox_view().await?;
        for list in [ChangedList::Applications, ChangedList::Sessions] {
            self.emit(&AppEvent::Changed {
                environment_id: view.id.clone(),
                list,
            });
        }
        Ok(view)
    }

    /// A portal access token of the sandbox, held for a registration: in the live environment the
    /// person brings one from the portal.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for any other environment, [`ErrorCode::SandboxNotStarted`].
    pub async fn sandbox_portal_token(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<SecretDraft, ApiError> {
        let environment = self
            .find::<EnvironmentRecord>(&request.environment_id)
            .await?;
        if environment.kind != EnvironmentKind::Sandbox {
            return Err(
                ApiError::new(ErrorCode::InvalidRequest, "only the sandbox gives these")
                    .fact("reason", "Get a portal access token in the portal."),
            );
        }
        let sandbox = self.running_sandbox().await?;
        let token = blocking(move || Ok(SecretString::from(sandbox.issue_portal_token()?))).await?;
        let purpose = SecretPurpose::PortalToken {
            environment_id: request.environment_id,
        };
        Ok(self.drafts.hold(token, &purpose, self.clock.now()))
    }

    /// The running sandbox, for tests of the whole: its faults, its consent page, its clock.
    ///
    /// # Errors
    /// As of [`App::restart_sandbox`].
    #[doc(hidden)]
    pub async fn sandbox_for_tests(self: &Arc<Self>) -> Result<Arc<Sandbox>, ApiError> {
        self.running_sandbox().await
    }

    /// The sandbox, started if it does not run, with its sample application in the vault.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`], [`ErrorCode::SandboxNotStarted`].
    pub(crate) async fn running_sandbox(self: &Arc<Self>) -> Result<Arc<Sandbox>, ApiError> {
        self.start_sandbox(false).await
    }

    /// Stops the sandbox, if it runs.
    pub(crate) async fn stop_sandbox(&self) {
        if let Some(sandbox) = self.sandbox.running.lock().await.take() {
            self.sandbox.is_running.store(false, Ordering::Relaxed);
            sandbox.stop().await;
        }
    }

    async fn start_sandbox(self: &Arc<Self>, any_port: bool) -> Result<Arc<Sandbox>, ApiError> {
        self.vault()?;
        let mut running = self.sandbox.running.lock().await;
        if let Some(sandbox) = running.as_ref() {
            return Ok(Arc::clone(sandbox));
        }
        let sandbox = Arc::new(self.sandbox.start(any_port).await?);
        let stored = self.store_sample(&sandbox).await;
        if let Err(error) = stored {
            sandbox.stop().await;
            return Err(error);
        }
        *running = Some(Arc::clone(&sandbox));
        self.sandbox.is_running.store(true, Ordering::Relaxed);
        drop(running);
        tracing::info!(port = sandbox.port(), "the sandbox runs");
        let (id, _) = self.standard_environment(EnvironmentKind::Sandbox).await?;
        self.environments_changed(&id);
        self.emit(&AppEvent::Status(Box::new(self.status().await)));
        Ok(sandbox)
    }

    /// Writes the sandbox's addresses, and its sample application unless the vault has it, in one
    /// transaction.
    async fn store_sample(&self, sandbox: &Arc<Sandbox>) -> Result<(), ApiError> {
        let sandbox = Arc::clone(sandbox);
        let now = Timestamp::from(self.clock.now());
        self.change(move |tx| {
            let (id, mut environment) = of_kind(tx, EnvironmentKind::Sandbox)?;
            let portal = Some(format!("{}/portal", sandbox.issuer()));
            if environment.api_base != sandbox.issuer() || environment.portal != portal {
                if environment.api_base != sandbox.issuer() {
                    tx.remove(kinds::SERVER, id.as_str())?;
                }
                sandbox.issuer().clone_into(&mut environment.api_base);
                environment.portal = portal;
                tx.put_record(&id, &environment)?;
            }
            let seed = match (sandbox.take_seed(), tx.value::<bool>(SAMPLE_STORED)?) {
                // A sandbox without a past: what the vault has of an earlier one is dead.
                (Some(seed), _) => {
                    forget_credentials(tx, &id)?;
                    seed
                }
                (None, Some(true)) => return Ok(()),
                (None, _) => {
                    forget_credentials(tx, &id)?;
                    make_sample(&sandbox)?
                }
            };
            let application = ApplicationKey::make();
            let record = ApplicationRecord {
                environment: id,
                name: seed.application_name,
                application_id: seed.application_id,
                last_used: None,
            };
            tx.put_record(&application, &record)?;
            let secret = SecretString::from(seed.api_key);
            crate::api_keys::put_new(tx, application, seed.key_name, &secret, now)?;
            tx.put_value(SAMPLE_STORED, &true)
        })
        .await
    }

    async fn sandbox_view(&self) -> Result<EnvironmentView, ApiError> {
        let (id, record) = self.standard_environment(EnvironmentKind::Sandbox).await?;
        Ok(self.view_of(id, record))
    }
}

/// A new key for the sandbox's oldest application, whose first key nobody has.
fn make_sample(sandbox: &Sandbox) -> Result<Seed, SandboxError> {
    let (application_id, application_name) = match sandbox.applications().into_iter().next() {
        Some(application) => (application.id, application.name),
        None => (
            sandbox.add_application(SAMPLE_NAME)?,
            SAMPLE_NAME.to_owned(),
        ),
    };
    let api_key = sandbox.issue_api_key(&application_id, SAMPLE_KEY_NAME)?;
    Ok(Seed {
        application_id,
        application_name,
        key_name: SAMPLE_KEY_NAME.to_owned(),
        api_key,
    })
}

/// Removes all credentials that the vault keeps for the sandbox.
fn forget_credentials(tx: &mut Transaction<'_>, id: &EnvironmentId) -> Result<(), ApiError> {
    for (application, record) in tx.all::<ApplicationRecord>()? {
        if record.environment == *id {
            crate::applications::remove_with_credentials(tx, &application)?;
        }
    }
    tx.remove(kinds::PORTAL_TOKEN, id.as_str())?;
    tx.remove(kinds::SERVER, id.as_str())?;
    Ok(())
}
