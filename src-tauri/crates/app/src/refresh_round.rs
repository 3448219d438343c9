//! One round of a refresh, with the turn taken: ask once, and put what comes into the vault.

use std::sync::Arc;
use std::time::Duration;

use inchkeep_oauth::{
    AccessRequest, HttpFailure, TokenError, TokenSet, client_credentials, refresh,
};
use inchkeep_vault::{Hold, Secret};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::app::App;
use crate::contract::{ChangedList, Grant, SessionId, SessionState, Timestamp};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth::{self, TokenStep};
use crate::records::{SessionRecord, SessionTokens, kinds};
use crate::refresh::{Cause, Past, Unsaved, ended};
use crate::servers::{Server, check_issuer};
use crate::sessions::{OwnedSession, happened, remember};
use crate::store::{Read as _, Write as _, blocking};
use crate::tokens::take_over;

/// How long another process may take over its own refresh before we give up waiting for it.
const PATIENCE: Duration = Duration::from_mins(1);
/// Refreshes that a 401 asked for are at least this far apart: a server that refuses each new token
/// must not be asked for ever more of them.
const BETWEEN_REJECTIONS: Duration = Duration::from_secs(10);

/// A refresh that was begun.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    generation: u32,
    at: Timestamp,
}

impl App {
    /// One round, with the turn taken.
    pub(crate) async fn round(
        self: &Arc<Self>,
        id: &SessionId,
        cause: Cause,
        past: &mut Past,
    ) -> Result<(), ApiError> {
        // Other processes wait here too, so what is read next is what counts.
        let _hold = self.hold(id).await?;
        let loaded = id.clone();
        let session = self
            .read(move |vault| OwnedSession::load(vault, &loaded))
            .await?;
        if let Some(unsaved) = past.unsaved.take()
            && unsaved.generation == session.record.generation
        {
            return self.save_renewed(&session, unsaved.tokens, past).await;
        }
        if session.record.state == SessionState::SignInNeeded {
            return Err(ended());
        }
        if !self.is_wanted(&session, cause, past).await? {
            return Ok(());
        }
        let server = self.pinned_server(session.client.environment()).await?;
        check_issuer(&session.client.record, &server)?;
        if session.record.issuer != server.issuer().as_str() {
            return Err(ApiError::new(
                ErrorCode::IssuerMismatch,
                "this session belongs to another authorization server",
            )
            .fact("expected", &session.record.issuer)
            .fact("named", server.issuer()));
        }
        self.write_intent(&session).await?;
        match self.ask(&session, &server).await {
            Ok(tokens) => self.save_renewed(&session, tokens, past).await,
            Err(error) => self.not_renewed(&session, &server, &error, past).await,
        }
    }

    /// Keeps other processes from refreshing this session.
    pub(crate) async fn hold(&self, id: &SessionId) -> Result<Hold, ApiError> {
        let vault = self.vault()?;
        let name = format!("refresh-{id}");
        blocking(move || Ok(vault.hold(&name, PATIENCE)?)).await
    }

    /// Whether the reason still stands, now that the session was read again.
    async fn is_wanted(
        &self,
        session: &OwnedSession,
        cause: Cause,
        past: &mut Past,
    ) -> Result<bool, ApiError> {
        let now = self.clock.now();
        match cause {
            Cause::ByHand => Ok(true),
            Cause::Due => Ok(self.is_due(&session.record)),
            Cause::Intent => {
                let id = session.id.clone();
                self.with_vault(move |vault| {
                    Ok(vault.find(kinds::REFRESH_INTENT, id.as_str())?.is_some())
                })
                .await
            }
            Cause::Rejected { generation } if session.record.generation != generation => Ok(false),
            Cause::Rejected { .. } => {
                let last = past.last_rejection.replace(now);
                Ok(!last.is_some_and(|last| is_too_soon(last, now)))
            }
        }
    }

    async fn write_intent(&self, session: &OwnedSession) -> Result<(), ApiError> {
        let id = session.id.clone();
        let generation = session.record.generation;
        let intent = Intent {
            generation,
            at: self.clock.now().into(),
        };
        self.change(move |tx| {
            tx.put(kinds::REFRESH_INTENT, id.as_str(), &intent, Secret::None)?;
            Ok(())
        })
        .await
    }

    /// Asks the server. An answer that was lost on the way is asked for once more at once: within
    /// its grace window a server answers the same refresh token again, later it does not.
    async fn ask(
        self: &Arc<Self>,
        session: &OwnedSession,
        server: &Server,
    ) -> Result<TokenSet, TokenError> {
        let http = self.oauth_http(Some(session.client.environment()));
        let client = session
            .client
            .oauth()
            .map_err(|_| TokenError::PublicClient)?;
        if session.client.record.grant == Grant::ClientCredentials {
            let access = session.client.access();
            return client_credentials::token(&http, server, &client, &access).await;
        }
        let Some(token) = &session.tokens.refresh_token else {
            return Err(TokenError::InvalidGrant(inchkeep_oauth::Refusal::default()));
        };
        let granted = AccessRequest::scopes(session.record.scopes.iter().cloned());
        let first = refresh::refresh(&http, server, &client, token, &granted).await;
        match &first {
            Err(TokenError::Transport(failure)) if is_lost(failure) => {
                tracing::info!("the answer to a refresh was lost; asking once more");
                refresh::refresh(&http, server, &client, token, &granted).await
            }
            _ => first,
        }
    }

    /// New tokens and the end of the intent, in one transaction.
    async fn save_renewed(
        self: &Arc<Self>,
        session: &OwnedSession,
        tokens: TokenSet,
        past: &mut Past,
    ) -> Result<(), ApiError> {
        let now = self.clock.now();
        let id = session.id.clone();
        let old_refresh_token = session.tokens.refresh_token.clone();
        let by_itself = session.client.record.grant == Grant::ClientCredentials;
        let what = match (by_itself, tokens.rotated) {
            (true, _) => "Got a new token",
            (false, true) => "Refreshed, with a new refresh token",
            (false, false) => "Refreshed",
        };
        let event = happened(now, what, tokens.request_id.clone(), false);
        let saved = tokens.clone();
        let outcome = self
            .change(move |tx| {
                let mut record = tx.one::<SessionRecord>(&id)?;
                take_over(&mut record, &saved, event, now);
                record.rotates = saved.rotated;
                if saved.rotated {
                    record.refresh_issued_at = Some(now.into());
                }
                let kept = SessionTokens {
                    access_token: saved.access_token,
                    refresh_token: saved.refresh_token,
                    previous_refresh_token: old_refresh_token.filter(|_| saved.rotated),
                };
                tx.put_with_secret(&id, &record, &kept.to_secret())?;
                tx.remove(kinds::REFRESH_INTENT, id.as_str())?;
                Ok(())
            })
            .await;
        match outcome {
            Ok(()) => {
                past.went_well();
                self.session_changed(session).await;
                Ok(())
            }
            Err(error) if error.code == ErrorCode::NotFound => Err(error),
            Err(error) => {
                // A full disk or a lock must not cost the only token that the server still takes.
                tracing::error!(code = ?error.code, "new tokens could not be saved; kept in memory");
                past.unsaved = Some(Unsaved {
                    generation: session.record.generation,
                    tokens,
                });
                Err(error)
            }
        }
    }

    /// What a refusal means for the session. Nothing is ever deleted, and nothing loops.
    async fn not_renewed(
        self: &Arc<Self>,
        session: &OwnedSession,
        server: &Server,
        error: &TokenError,
        past: &mut Past,
    ) -> Result<(), ApiError> {
        let now = self.clock.now();
        let by_itself = session.client.record.grant == Grant::ClientCredentials;
        let step = if by_itself {
            TokenStep::ClientCredentials
        } else {
            TokenStep::Refresh
        };
        let mut told = errors_of_oauth::token(
            error,
            step,
            server.token_endpoint(),
            &session.client.record.scopes,
            session.client.record.grant,
        );
        let is_over = !by_itself && matches!(error, TokenError::InvalidGrant(_));
        let may_be_lost = matches!(error, TokenError::Transport(failure) if is_lost(failure));
        if !is_over {
            let asked = match error {
                TokenError::Busy { retry_after, .. } => *retry_after,
                _ => None,
            };
            let wait = past.failed(now, asked);
            if told.code == ErrorCode::TokenServerBusy {
                told = told.fact("seconds", wait.as_secs());
            }
        }
        let id = session.id.clone();
        let generation = session.record.generation;
        let what = if is_over {
            "The server ended this session"
        } else {
            "Not refreshed"
        };
        let event = happened(now, what, told.request_id.clone(), true);
        let kept = told.clone();
        let renewed_elsewhere = self
            .change(move |tx| {
                let mut record = tx.one::<SessionRecord>(&id)?;
                // The one re-read: somebody may have renewed it past every lock, by a restored
                // backup for example. Then there is nothing to mourn.
                if record.generation != generation {
                    tx.remove(kinds::REFRESH_INTENT, id.as_str())?;
                    return Ok(true);
                }
                if is_over {
                    record.state = SessionState::SignInNeeded;
                }
                record.refresh_error = Some(kept);
                remember(&mut record, event);
                tx.put_record(&id, &record)?;
                if !may_be_lost {
                    tx.remove(kinds::REFRESH_INTENT, id.as_str())?;
                }
                Ok(false)
            })
            .await?;
        self.session_changed(session).await;
        if renewed_elsewhere { Ok(()) } else { Err(told) }
    }

    async fn session_changed(self: &Arc<Self>, session: &OwnedSession) {
        // It may have been removed meanwhile; then there is nothing to tell.
        let _ = self.tell_session(&session.id).await;
        self.changed(session.client.environment(), ChangedList::Sessions);
    }
}

/// Whether the server may have rotated the token although no answer came.
fn is_lost(failure: &HttpFailure) -> bool {
    failure.may_have_been_sent()
}

/// Whether a 401 follows the last one too closely. A clock that went back makes no gap.
fn is_too_soon(last: OffsetDateTime, now: OffsetDateTime) -> bool {
    (now - last).unsigned_abs() < BETWEEN_REJECTIONS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_back_does_not_keep_a_refused_token() {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(1);
        assert!(is_too_soon(now, now + time::Duration::seconds(9)));
        assert!(!is_too_soon(now, now + time::Duration::seconds(10)));
        assert!(!is_too_soon(now, now - time::Duration::hours(1)));
    }
}
