//! The history: exchanges, redacted and sealed, found by path or request id.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use inchkeep_console::Exchange;
use inchkeep_vault::Secret;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::oneshot;

use crate::app::{App, locked};
use crate::contract::{
    ChangedList, EnvironmentId, ExchangeId, ExchangeRef, ExchangeView, HistoryPage, HistoryRequest,
    HistoryRow,
};
use crate::error::{ApiError, ErrorCode};
use crate::history_index::HistoryIndex;
use crate::recorded::{Context, Recorded, host_and_port};
use crate::records::{EnvironmentRecord, kinds};
use crate::store::{blocking, missing};
use crate::usage::{self, Usage};

/// How many exchanges stay in memory with their whole bodies, for as long as the vault is open.
const MOST_RECENT: usize = 16;
/// How many bytes those bodies may take together.
const MOST_RECENT_BYTES: usize = 32_000_000;
/// How many removed exchanges can be put back.
const MOST_REMOVED: usize = 32;
/// The most rows of one page.
const LARGEST_PAGE: u32 = 500;

/// The history's part in memory. Everything in it is redacted.
#[derive(Default)]
pub(crate) struct History {
    /// `None` until it was read, and again after a lock.
    index: Mutex<Option<HistoryIndex>>,
    recent: Mutex<VecDeque<Arc<Recorded>>>,
    removed: Mutex<VecDeque<(HistoryRow, SecretString)>>,
    waiting: Mutex<Vec<Waiting>>,
    /// Whoever has it writes everything that waits in one transaction, so that a thousand requests
    /// at once cost a few commits instead of a thousand.
    writing: tokio::sync::Mutex<()>,
}

struct Waiting {
    row: HistoryRow,
    sealed: SecretString,
    usage: Option<Usage>,
    done: oneshot::Sender<Result<(), ApiError>>,
}

impl History {
    /// Forgets everything in memory, at a lock.
    pub(crate) fn forget(&self) {
        *locked(&self.index) = None;
        locked(&self.recent).clear();
        locked(&self.removed).clear();
    }

    fn remember(&self, recorded: &Arc<Recorded>) {
        let mut recent = locked(&self.recent);
        recent.retain(|known| known.id() != recorded.id());
        recent.push_front(Arc::clone(recorded));
        let weight = |recent: &VecDeque<Arc<Recorded>>| {
            recent
                .iter()
                .map(|recorded| recorded.weight())
                .sum::<usize>()
        };
        while recent.len() > MOST_RECENT
            || (recent.len() > 1 && weight(&recent) > MOST_RECENT_BYTES)
        {
            recent.pop_back();
        }
    }

    fn recent(&self, id: &ExchangeId) -> Option<Arc<Recorded>> {
        locked(&self.recent)
            .iter()
            .find(|recorded| recorded.id() == *id)
            .cloned()
    }
}

impl App {
    /// A part of the history, newest first.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`] for a limit that is not between 1 and 500.
    pub async fn history(
        self: &Arc<Self>,
        request: HistoryRequest,
    ) -> Result<HistoryPage, ApiError> {
        if !(1..=LARGEST_PAGE).contains(&request.limit) {
            return Err(crate::names::invalid("limit", "Ask for 1 to 500 rows."));
        }
        self.history_ready().await?;
        let app = Arc::clone(self);
        blocking(move || {
            app.index(|index| {
                index.page(
                    &request.environment_id,
                    &request.search,
                    request.limit as usize,
                    request.before.as_ref(),
                )
            })
        })
        .await
    }

    /// One exchange of the history.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it was removed or trimmed.
    pub async fn exchange(
        self: &Arc<Self>,
        request: ExchangeRef,
    ) -> Result<ExchangeView, ApiError> {
        Ok(self.recorded(&request.exchange_id).await?.view())
    }

    /// Removes an exchange from the history; it can be put back until the vault is locked.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn remove_exchange(self: &Arc<Self>, request: ExchangeRef) -> Result<(), ApiError> {
        self.history_ready().await?;
        let id = request.exchange_id;
        let removed = id.clone();
        let (row, sealed) = self
            .change(move |tx| {
                let entry = tx
                    .find(kinds::EXCHANGE, removed.as_str())?
                    .ok_or_else(gone)?;
                let row: HistoryRow = entry.decode()?;
                let sealed = tx
                    .secret(kinds::EXCHANGE, removed.as_str())?
                    .ok_or_else(gone)?;
                tx.remove(kinds::EXCHANGE, removed.as_str())?;
                Ok((row, sealed))
            })
            .await?;
        let environment = row.environment_id.clone();
        self.index_mut(|index| index.remove(&id));
        locked(&self.live.history.recent).retain(|recorded| recorded.id() != id);
        {
            let mut removed = locked(&self.live.history.removed);
            removed.push_front((row, sealed));
            removed.truncate(MOST_REMOVED);
        }
        self.changed(&environment, ChangedList::History);
        Ok(())
    }

    /// Puts a removed exchange back where it was.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it was not removed lately, or the vault was locked since.
    pub async fn restore_exchange(self: &Arc<Self>, request: ExchangeRef) -> Result<(), ApiError> {
        let id = request.exchange_id;
        let (row, sealed) = {
            let mut removed = locked(&self.live.history.removed);
            let at = removed
                .iter()
                .position(|(row, _)| row.id == id)
                .ok_or_else(gone)?;
            removed.remove(at).ok_or_else(gone)?
        };
        let put = row.clone();
        self.change(move |tx| {
            tx.put(kinds::EXCHANGE, put.id.as_str(), &put, Secret::Set(&sealed))?;
            Ok(())
        })
        .await?;
        let environment = row.environment_id.clone();
        self.index_mut(|index| index.insert(row));
        self.changed(&environment, ChangedList::History);
        Ok(())
    }

    /// Redacts an exchange, seals it, and tells its credential's record of the use. It is on the
    /// disk when this returns; when the disk refuses, the exchange says so itself, for what was
    /// sent and answered must be seen.
    pub(crate) async fn record(
        self: &Arc<Self>,
        exchange: Exchange,
        context: Context,
    ) -> Result<Arc<Recorded>, ApiError> {
        self.history_ready().await?;
        let redactor = self.redactor().await?;
        let environment = self
            .find::<EnvironmentRecord>(&context.environment_id)
            .await
            .ok();
        let (recorded, row, sealed) = blocking(move || {
            let recorded = Recorded::of(&redactor, exchange, context);
            let own_host = environment
                .and_then(|environment| url::Url::parse(&environment.api_base).ok())
                .map(|url| host_and_port(&url));
            let row = recorded.row(&own_host.unwrap_or_default());
            let sealed = serde_json::to_string(&recorded.for_keeping())
                .map_err(|_| ApiError::new(ErrorCode::Internal, "an exchange is no JSON"))?;
            Ok((Arc::new(recorded), row, SecretString::from(sealed)))
        })
        .await?;
        let (done, outcome) = oneshot::channel();
        let usage = recorded.context.usage.clone();
        locked(&self.live.history.waiting).push(Waiting {
            row,
            sealed,
            usage,
            done,
        });
        self.live.history.remember(&recorded);
        self.write_waiting().await;
        let outcome = outcome
            .await
            .unwrap_or_else(|_| Err(ApiError::new(ErrorCode::Internal, "history was cut off")));
        match outcome {
            Err(error) if error.code == ErrorCode::VaultNotSaved => {
                tracing::error!(code = ?error.code, "an exchange is not in the history");
                let reason = error.facts.get("reason").map_or("", String::as_str);
                let recorded = Arc::new(recorded.not_kept(reason));
                self.live.history.remember(&recorded);
                Ok(recorded)
            }
            // Locked meanwhile: nothing of it may stay in memory.
            Err(error) => {
                locked(&self.live.history.recent).retain(|known| known.id() != recorded.id());
                Err(error)
            }
            Ok(()) => Ok(recorded),
        }
    }

    /// One exchange with its surroundings, from memory or from the vault.
    pub(crate) async fn recorded(
        self: &Arc<Self>,
        id: &ExchangeId,
    ) -> Result<Arc<Recorded>, ApiError> {
        self.vault()?;
        if let Some(recent) = self.live.history.recent(id) {
            return Ok(recent);
        }
        let id = id.clone();
        self.read(move |vault| {
            let sealed = vault
                .secret(kinds::EXCHANGE, id.as_str())?
                .ok_or_else(gone)?;
            // EXPOSE: read back from the sealed half; it was redacted before it was sealed.
            let recorded = serde_json::from_str(sealed.expose_secret()).map_err(|_| {
                ApiError::new(ErrorCode::VaultDamaged, "an exchange in an unknown shape")
            })?;
            Ok(Arc::new(recorded))
        })
        .await
    }

    /// Reads the rows into memory if they are not there yet.
    pub(crate) async fn history_ready(self: &Arc<Self>) -> Result<(), ApiError> {
        let vault = self.vault()?;
        if locked(&self.live.history.index).is_some() {
            return Ok(());
        }
        let app = Arc::clone(self);
        blocking(move || {
            let listing = vault.list(kinds::EXCHANGE)?;
            let rows = listing
                .entries
                .iter()
                .filter_map(|entry| entry.decode().ok());
            let index = HistoryIndex::of(rows);
            // Somebody may have been quicker, and have added rows since.
            locked(&app.live.history.index).get_or_insert(index);
            if !vault.is_open() {
                app.live.history.forget();
            }
            Ok(())
        })
        .await
    }

    /// How many exchanges of an environment are kept.
    pub(crate) async fn kept_of(self: &Arc<Self>, id: &EnvironmentId) -> Result<usize, ApiError> {
        self.history_ready().await?;
        self.index(|index| index.count(id))
    }

    /// Writes everything that waits, in one transaction.
    async fn write_waiting(self: &Arc<Self>) {
        let _writing = self.live.history.writing.lock().await;
        let batch = std::mem::take(&mut *locked(&self.live.history.waiting));
        if batch.is_empty() {
            return;
        }
        let keep = self.settings.read().keep_requests as usize;
        let app = Arc::clone(self);
        let written = blocking(move || {
            let vault = app.vault()?;
            let before = vault.generation()?;
            let outcome = vault.try_write(|tx| {
                let mut secret_changed = false;
                for waiting in &batch {
                    let sealed = Secret::Set(&waiting.sealed);
                    tx.put(
                        kinds::EXCHANGE,
                        waiting.row.id.as_str(),
                        &waiting.row,
                        sealed,
                    )?;
                    if let Some(usage) = &waiting.usage {
                        secret_changed |= usage::note(tx, usage)?;
                    }
                }
                tx.trim(kinds::EXCHANGE, keep)?;
                Ok::<_, ApiError>(secret_changed)
            });
            if let Ok(false) = outcome {
                app.live.redaction.passed_over(before, vault.generation()?);
            }
            let outcome = outcome.map(|_| ());
            let mut changed: Vec<EnvironmentId> = Vec::new();
            for waiting in batch {
                if outcome.is_ok() {
                    let environment = waiting.row.environment_id.clone();
                    if !changed.contains(&environment) {
                        changed.push(environment);
                    }
                    app.index_mut(|index| index.insert(waiting.row));
                }
                // Nobody listens when the caller is gone.
                let _ = waiting.done.send(outcome.clone());
            }
            app.index_mut(|index| index.trim(keep));
            Ok(changed)
        });
        for environment in written.await.unwrap_or_default() {
            self.changed(&environment, ChangedList::History);
        }
    }

    fn index<T>(&self, work: impl FnOnce(&HistoryIndex) -> T) -> Result<T, ApiError> {
        let index = locked(&self.live.history.index);
        let index = index
            .as_ref()
            .ok_or_else(|| ApiError::new(ErrorCode::Locked, "the vault was locked meanwhile"))?;
        Ok(work(index))
    }

    fn index_mut<T>(&self, work: impl FnOnce(&mut HistoryIndex) -> T) {
        if let Some(index) = locked(&self.live.history.index).as_mut() {
            work(index);
        }
    }
}

fn gone() -> ApiError {
    missing("request")
}
