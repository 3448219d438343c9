//! The task that renews sessions by itself while the vault is open.

use std::sync::{Arc, Weak};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::app::App;
use crate::contract::SessionId;
use crate::error::ApiError;
use crate::records::{OAuthClientRecord, SessionRecord, kinds};
use crate::refresh::{Cause, due, is_renewable};
use crate::store::Read as _;

/// How often the clock is looked at while a session waits for its time. Comparing beats sleeping
/// that long: after the computer slept, what is due is due at once, and only once.
const TICK: Duration = Duration::from_secs(1);

/// Runs until `stop` says so, or the app is gone.
pub(crate) async fn run(app: Weak<App>, mut stop: watch::Receiver<bool>) {
    let Some(first) = app.upgrade() else { return };
    let changed = Arc::clone(&first.live.refreshes.sessions_changed);
    let clock = Arc::clone(&first.clock);
    first.finish_what_was_begun().await;
    drop(first);
    loop {
        let Some(open) = app.upgrade() else { return };
        let next = match open.renew_what_is_due().await {
            Ok(next) => next,
            Err(error) => {
                tracing::info!(code = ?error.code, "sessions could not be looked at");
                None
            }
        };
        drop(open);
        let due = async {
            match next {
                Some(next) => {
                    while clock.now() < next {
                        tokio::time::sleep(TICK).await;
                    }
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = changed.notified() => {}
            () = due => {}
        }
    }
}

impl App {
    /// Tries again at once what was under way when the app ended.
    async fn finish_what_was_begun(self: &Arc<Self>) {
        let begun = self
            .with_vault(|vault| vault.list(kinds::REFRESH_INTENT))
            .await;
        for entry in begun.map(|listing| listing.entries).unwrap_or_default() {
            let id = SessionId::from(entry.id);
            if let Err(error) = self.renew(&id, Cause::Intent).await {
                tracing::info!(code = ?error.code, "a refresh that was begun did not end well");
            }
        }
    }

    /// Renews what is due, each session in a task of its own, and says when to look again.
    async fn renew_what_is_due(self: &Arc<Self>) -> Result<Option<OffsetDateTime>, ApiError> {
        let now = self.clock.now();
        let sessions = self
            .read(|vault| {
                let clients = vault.all::<OAuthClientRecord>()?;
                let mut kept = vault.all::<SessionRecord>()?;
                kept.retain(|(_, session)| {
                    let client = clients.iter().find(|(id, _)| *id == session.oauth_client);
                    client.is_some_and(|(_, client)| {
                        session.keep_signed_in && is_renewable(session, client.grant)
                    })
                });
                Ok(kept)
            })
            .await?;
        let mut next: Option<OffsetDateTime> = None;
        for (id, session) in sessions {
            let Some(due) = due(&session) else { continue };
            let due = self
                .live
                .refreshes
                .not_before(&id, now)
                .map_or(due, |wait| due.max(wait));
            if due > now {
                next = Some(next.map_or(due, |next| next.min(due)));
                continue;
            }
            // Its end wakes this task again, whatever comes of it.
            let app = Arc::clone(self);
            tokio::spawn(async move {
                let _ = app.renew(&id, Cause::Due).await;
            });
        }
        Ok(next)
    }
}
