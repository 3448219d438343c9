//! Environments: Sandbox, Production, and servers of the person's own.

use std::sync::Arc;

use inchkeep_vault::Vault;
use url::Url;

use crate::app::App;
use crate::contract::{
    ApiError, AppEvent, AppStatus, ChangedList, EditEnvironmentRequest, EnvironmentId,
    EnvironmentKind, EnvironmentRef, EnvironmentRequest, EnvironmentView, ErrorCode,
};
use crate::environment_values::{OwnServer, checked, host_and_port, refuse_duplicate};
use crate::names::invalid;
use crate::records::{ApplicationRecord, EnvironmentRecord, kinds};
use crate::store::{Read, Write as _};

/// What the documentation says of the live API, and where the sandbox prefers to be.
pub(crate) mod standard {
    /// Base URL of the live API.
    pub(crate) const PRODUCTION: &str = "https://api.1inch.com";
    /// The live portal.
    pub(crate) const PORTAL: &str = "https://business.1inch.com/portal";
    /// Where the sandbox will be before its first start.
    pub(crate) const SANDBOX: &str = "http://127.0.0.1:8417";
    /// The documentation's first example: the list of tokens on Ethereum.
    pub(crate) const TOKENS_PATH: &str = "/swap/v5.2/1/tokens";
}

/// Name of the state record that holds the chosen environment's id.
const CHOSEN: &str = "environment";

impl App {
    /// All environments: Sandbox, Production, then the person's own by name.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`].
    pub async fn environments(
        self: &Arc<Self>,
        _request: (),
    ) -> Result<Vec<EnvironmentView>, ApiError> {
        let mut all = self.list::<EnvironmentRecord>().await?;
        all.sort_by_key(|(_, record)| (rank(record.kind), record.name.to_lowercase()));
        Ok(all
            .into_iter()
            .map(|(id, record)| self.view_of(id, record))
            .collect())
    }

    /// Adds a server of the person's own.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`]; [`ErrorCode::Duplicate`] for a name that is taken.
    pub async fn add_environment(
        self: &Arc<Self>,
        request: EnvironmentRequest,
    ) -> Result<EnvironmentView, ApiError> {
        let record = checked(EnvironmentKind::Own, request)?;
        let id = EnvironmentId::make();
        let put = (id.clone(), record.clone());
        self.change(move |tx| {
            refuse_duplicate(tx, None, &put.1.name)?;
            tx.put_record(&put.0, &put.1)
        })
        .await?;
        self.environments_changed(&id);
        Ok(self.view_of(id, record))
    }

    /// Changes an environment. Metadata that was read at its old address is forgotten.
    ///
    /// # Errors
    /// As of [`App::add_environment`]; the sandbox's addresses are its own.
    pub async fn edit_environment(
        self: &Arc<Self>,
        request: EditEnvironmentRequest,
    ) -> Result<EnvironmentView, ApiError> {
        let EditEnvironmentRequest {
            environment_id: id,
            values,
        } = request;
        let edited = id.clone();
        let record = self
            .change(move |tx| {
                let old = tx.one::<EnvironmentRecord>(&edited)?;
                let new = checked(old.kind, values)?;
                refuse_duplicate(tx, Some(&edited), &new.name)?;
                let moved = (&old.api_base, &old.authorization_server)
                    != (&new.api_base, &new.authorization_server);
                if moved && old.kind == EnvironmentKind::Sandbox {
                    return Err(invalid(
                        "apiBase",
                        "The sandbox chooses its address itself.",
                    ));
                }
                if moved {
                    tx.remove(kinds::SERVER, edited.as_str())?;
                }
                tx.put_record(&edited, &new)?;
                Ok(new)
            })
            .await?;
        self.environments_changed(&id);
        Ok(self.view_of(id, record))
    }

    /// Removes a server of the person's own with its applications. When it was chosen, Sandbox is
    /// chosen instead.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for Sandbox and Production, which are always there.
    pub async fn remove_environment(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<(), ApiError> {
        let id = request.environment_id.clone();
        let removed_chosen = self
            .change(move |tx| {
                if tx.one::<EnvironmentRecord>(&id)?.kind != EnvironmentKind::Own {
                    return Err(
                        ApiError::new(ErrorCode::InvalidRequest, "it is always there")
                            .fact("reason", "Sandbox and Production stay."),
                    );
                }
                for (application, record) in tx.all::<ApplicationRecord>()? {
                    if record.environment == id {
                        crate::applications::remove_with_credentials(tx, &application)?;
                    }
                }
                tx.remove(kinds::SERVER, id.as_str())?;
                tx.remove(kinds::PORTAL_TOKEN, id.as_str())?;
                tx.remove_record::<EnvironmentRecord>(&id)?;
                Ok(tx.value::<EnvironmentId>(CHOSEN)?.as_ref() == Some(&id))
            })
            .await?;
        if removed_chosen {
            let (sandbox, _) = self.standard_environment(EnvironmentKind::Sandbox).await?;
            self.choose_environment(&sandbox).await?;
            self.emit(&AppEvent::Status(Box::new(self.status().await)));
        }
        self.environments_changed(&request.environment_id);
        Ok(())
    }

    /// Chooses the environment that the whole window works in. Choosing Sandbox starts it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::SandboxNotStarted`].
    pub async fn select_environment(
        self: &Arc<Self>,
        request: EnvironmentRef,
    ) -> Result<AppStatus, ApiError> {
        self.choose_environment(&request.environment_id).await?;
        self.ready_environment(&request.environment_id).await?;
        let status = self.status().await;
        self.emit(&AppEvent::Status(Box::new(status.clone())));
        Ok(status)
    }

    /// Opens the environment's portal in the browser.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it has none, [`ErrorCode::NoBrowser`].
    pub async fn open_portal(self: &Arc<Self>, request: EnvironmentRef) -> Result<(), ApiError> {
        let environment = self.ready_environment(&request.environment_id).await?;
        let portal = environment
            .portal
            .as_deref()
            .and_then(|portal| Url::parse(portal).ok());
        let portal = portal.ok_or_else(|| crate::store::missing("portal"))?;
        Ok(self.host.open_url(&portal)?)
    }

    /// An environment that is about to be used: for Sandbox, once it runs, with the address it has.
    pub(crate) async fn ready_environment(
        self: &Arc<Self>,
        id: &EnvironmentId,
    ) -> Result<EnvironmentRecord, ApiError> {
        let record = self.find::<EnvironmentRecord>(id).await?;
        if record.kind != EnvironmentKind::Sandbox {
            return Ok(record);
        }
        self.running_sandbox().await?;
        self.find::<EnvironmentRecord>(id).await
    }

    /// The chosen environment; `None` before the first choice.
    pub(crate) async fn chosen_environment(
        &self,
    ) -> Result<Option<(EnvironmentId, EnvironmentRecord)>, ApiError> {
        self.read(|vault| {
            let Some(id) = vault.value::<EnvironmentId>(CHOSEN)? else {
                return Ok(None);
            };
            let record = vault.one::<EnvironmentRecord>(&id)?;
            Ok(Some((id, record)))
        })
        .await
    }

    pub(crate) async fn choose_environment(&self, id: &EnvironmentId) -> Result<(), ApiError> {
        let id = id.clone();
        self.change(move |tx| {
            tx.one::<EnvironmentRecord>(&id)?;
            tx.put_value(CHOSEN, &id)
        })
        .await
    }

    /// Sandbox or Production, which are always there.
    pub(crate) async fn standard_environment(
        &self,
        kind: EnvironmentKind,
    ) -> Result<(EnvironmentId, EnvironmentRecord), ApiError> {
        self.read(move |vault| of_kind(vault, kind)).await
    }

    /// The person's own environment at this address, added if it is new.
    pub(crate) async fn own_environment(
        &self,
        server: OwnServer,
    ) -> Result<EnvironmentId, ApiError> {
        self.change(move |tx| {
            let all = tx.all::<EnvironmentRecord>()?;
            if let Some((id, _)) = all
                .iter()
                .find(|(_, known)| known.api_base == server.api_base)
            {
                return Ok(id.clone());
            }
            refuse_duplicate(tx, None, &server.host)?;
            let id = EnvironmentId::make();
            let record = EnvironmentRecord {
                kind: EnvironmentKind::Own,
                name: server.host,
                api_base: server.api_base,
                authorization_server: None,
                portal: None,
                log_retention_days: None,
            };
            tx.put_record(&id, &record)?;
            Ok(id)
        })
        .await
    }

    pub(crate) async fn environment_view(
        &self,
        id: &EnvironmentId,
    ) -> Result<EnvironmentView, ApiError> {
        let record = self.find::<EnvironmentRecord>(id).await?;
        Ok(self.view_of(id.clone(), record))
    }

    /// An environment as the page shows it.
    pub(crate) fn view_of(&self, id: EnvironmentId, record: EnvironmentRecord) -> EnvironmentView {
        EnvironmentView {
            id,
            host: host_and_port(&record.api_base),
            sandbox_running: record.kind == EnvironmentKind::Sandbox && self.sandbox.is_running(),
            kind: record.kind,
            name: record.name,
            api_base: record.api_base,
            authorization_server: record.authorization_server,
            portal: record.portal,
            log_retention_days: record.log_retention_days,
        }
    }

    pub(crate) fn environments_changed(&self, id: &EnvironmentId) {
        let list = ChangedList::Environments;
        self.emit(&AppEvent::Changed {
            environment_id: id.clone(),
            list,
        });
    }
}

/// Makes Sandbox and Production in a vault that lacks them.
pub(crate) fn make_standard_ones(vault: &Vault) -> Result<(), ApiError> {
    let all = vault.all::<EnvironmentRecord>()?;
    let lacks = |kind| !all.iter().any(|(_, record)| record.kind == kind);
    let wanted = [
        (EnvironmentKind::Sandbox, "Sandbox", standard::SANDBOX, None),
        (
            EnvironmentKind::Production,
            "Production",
            standard::PRODUCTION,
            Some(standard::PORTAL),
        ),
    ];
    if !wanted.iter().any(|(kind, ..)| lacks(*kind)) {
        return Ok(());
    }
    vault.try_write(|tx| {
        for (kind, name, api_base, portal) in wanted.into_iter().filter(|(kind, ..)| lacks(*kind)) {
            let record = EnvironmentRecord {
                kind,
                name: name.into(),
                api_base: api_base.into(),
                authorization_server: None,
                portal: portal.map(str::to_owned),
                log_retention_days: None,
            };
            tx.put_record(&EnvironmentId::make(), &record)?;
        }
        Ok(())
    })
}

/// Sandbox or Production.
pub(crate) fn of_kind(
    reader: &impl Read,
    kind: EnvironmentKind,
) -> Result<(EnvironmentId, EnvironmentRecord), ApiError> {
    let all = reader.all::<EnvironmentRecord>()?;
    all.into_iter()
        .find(|(_, record)| record.kind == kind)
        .ok_or_else(|| crate::store::missing("environment"))
}

fn rank(kind: EnvironmentKind) -> u8 {
    match kind {
        EnvironmentKind::Sandbox => 0,
        EnvironmentKind::Production => 1,
        EnvironmentKind::Own => 2,
    }
}
