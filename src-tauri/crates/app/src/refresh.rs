//! New tokens for a session: one request at a time, whoever asks, in whichever process.
//!
//! The order that loses no token (vault.md §5): take the turn, re-read the session, write an
//! *intent* row, ask the server, then put the new tokens in place and take the intent away in one
//! transaction. An intent that is found at unlock means that an answer may have been lost: the
//! stored token is tried again at once, which servers with a grace window answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inchkeep_oauth::refresh::{back_off, due_at};
use inchkeep_oauth::{AccessRequest, HttpFailure, TokenError, TokenSet, client_credentials, refresh};
use inchkeep_vault::{Hold, Secret};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::app::{App, locked};
use crate::contract::{
    ChangedList, Grant, SessionId, SessionRef, SessionState, SessionView, Timestamp,
};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth::{self, TokenStep};
use crate::records::{SessionRecord, SessionTokens, kinds};
use crate::servers::{Server, check_issuer};
use crate::sessions::{OwnedSession, happened, remember};
use crate::store::{Read as _, Write as _, blocking};
use crate::tokens::take_over;

/// How long another process may take over its own refresh before we give up waiting for it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Refreshes that a 401 asked for are at least this far apart: a server that refuses each new token
/// must not be asked for ever more of them.
const BETWEEN_REJECTIONS: Duration = Duration::from_secs(10);

/// Why a session is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its time has come (see [`due`]).
    Due,
    /// The server refused the access token of this generation.
    Rejected {
        /// [`SessionRecord::generation`] of the token that was refused.
        generation: u32,
    },
    /// The person asked for it.
    ByHand,
    /// A refresh was under way when the app ended.
    Intent,
}

/// The refreshes under way, and what became of the last one of each session.
#[derive(Default)]
pub(crate) struct Refreshes {
    turns: Mutex<HashMap<SessionId, Arc<Turn>>>,
    under_way: AtomicUsize,
    settled: Notify,
    /// Wakes the task that keeps sessions signed in.
    pub(crate) sessions_changed: Arc<Notify>,
}

/// One session's place in the queue.
#[derive(Default)]
struct Turn {
    past: Arc<tokio::sync::Mutex<Past>>,
    /// How many rounds have ended. Who waited while it grew shares the outcome.
    rounds: AtomicU64,
}

/// What became of the last round.
#[derive(Default)]
pub(crate) struct Past {
    outcome: Option<Result<(), ApiError>>,
    failures: u32,
    not_before: Option<OffsetDateTime>,
    last_rejection: Option<OffsetDateTime>,
    /// Tokens that came and could not be saved: they are saved before anything else is asked for.
    unsaved: Option<TokenSet>,
}

/// A refresh that was begun.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    generation: u32,
    at: Timestamp,
}

impl Refreshes {
    /// The sessions changed: due times are looked at again.
    pub(crate) fn look_again(&self) {
        self.sessions_changed.notify_one();
    }

    /// Waits until no refresh of this session runs, and keeps further ones waiting.
    pub(crate) async fn wait_turn(&self, id: &SessionId) -> OwnedMutexGuard<Past> {
        let turn = self.turn(id);
        Arc::clone(&turn.past).lock_owned().await
    }

    /// Before when a failing session is not tried again by itself.
    pub(crate) fn not_before(&self, id: &SessionId) -> Option<OffsetDateTime> {
        let turn = self.turn(id);
        // While a round runs nothing is known yet, and it is no time to start another one.
        turn.past.try_lock().ok().and_then(|past| past.not_before)
    }

    /// Returns when no refresh is under way.
    pub(crate) async fn settle(&self) {
        loop {
            let settled = self.settled.notified();
            if self.under_way.load(Ordering::Acquire) == 0 {
                return;
            }
            settled.await;
        }
    }

    /// Forgets everything, at a lock. Rounds under way end by themselves: the vault refuses them.
    pub(crate) fn forget(&self) {
        locked(&self.turns).clear();
    }

    fn turn(&self, id: &SessionId) -> Arc<Turn> {
        Arc::clone(locked(&self.turns).entry(id.clone()).or_default())
    }
}

/// Counts a round while it runs.
struct UnderWay<'a>(&'a Refreshes);

impl<'a> UnderWay<'a> {
    fn begin(refreshes: &'a Refreshes) -> Self {
        refreshes.under_way.fetch_add(1, Ordering::AcqRel);
        Self(refreshes)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.settled.notify_waiters();
        }
    }
}

impl App {
    /// Renews a session now, because the person asks for it.
    ///
    /// # Errors
    /// [`ErrorCode::SessionEnded`] when the server no longer takes the refresh token, or there is
    /// none; otherwise what the server or the way to it refuses. The old tokens are kept.
    pub async fn refresh_session(
        self: &Arc<Self>,
        request: SessionRef,
    ) -> Result<SessionView, ApiError> {
        self.renew(&request.session_id, Cause::ByHand).await?;
        self.tell_session(&request.session_id).await
    }

    /// Renews a session, or shares the outcome of whoever is doing it already.
    ///
    /// The work goes on when the caller gives up: a rotated token that arrives must be saved.
    pub(crate) async fn renew(
        self: &Arc<Self>,
        id: &SessionId,
        cause: Cause,
    ) -> Result<(), ApiError> {
        let turn = self.live.refreshes.turn(id);
        let seen = turn.rounds.load(Ordering::Acquire);
        let app = Arc::clone(self);
        let id = id.clone();
        let round = tokio::spawn(async move {
            let _counted = UnderWay::begin(&app.live.refreshes);
            let mut past = Arc::clone(&turn.past).lock_owned().await;
            if turn.rounds.load(Ordering::Acquire) != seen
                && let Some(outcome) = past.outcome.clone()
            {
                return outcome;
            }
            let outcome = app.round(&id, cause, &mut past).await;
            past.outcome = Some(outcome.clone());
            turn.rounds.fetch_add(1, Ordering::AcqRel);
            drop(past);
            app.live.refreshes.look_again();
            outcome
        });
        round.await.unwrap_or_else(|_| {
            Err(ApiError::new(ErrorCode::Internal, "a refresh was cut off"))
        })
    }

    /// Whether an access token is to be renewed before it is sent.
    pub(crate) fn is_due(&self, record: &SessionRecord) -> bool {
        due(record).is_some_and(|due| due <= self.clock.now())
    }

    /// One round, with the turn taken.
    async fn round(
        self: &Arc<Self>,
        id: &SessionId,
        cause: Cause,
        past: &mut Past,
    ) -> Result<(), ApiError> {
        // Other processes wait here too, so what is read next is what counts.
        let _hold = self.hold(id).await?;
        let loaded = id.clone();
        let session = self.read(move |vault| OwnedSession::load(vault, &loaded)).await?;
        if let Some(tokens) = past.unsaved.take() {
            return self.save_renewed(&session, tokens, past).await;
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

    async fn hold(&self, id: &SessionId) -> Result<Hold, ApiError> {
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
                let too_soon =
                    past.last_rejection.is_some_and(|last| now - last < BETWEEN_REJECTIONS);
                past.last_rejection = Some(now);
                Ok(!too_soon)
            }
        }
    }

    async fn write_intent(&self, session: &OwnedSession) -> Result<(), ApiError> {
        let id = session.id.clone();
        let generation = session.record.generation;
        let intent = Intent { generation, at: self.clock.now().into() };
        self.change(move |tx| {
            tx.put(kinds::REFRESH_INTENT, id.as_str(), &intent, Secret::None)?;
            Ok(())
        })
        .await
    }

    /// Asks the server. An answer that was lost on the way is asked for once more at once: within
    /// its grace window a server answers the same refresh token again, later it does not.
    async fn ask(&self, session: &OwnedSession, server: &Server) -> Result<TokenSet, TokenError> {
        let http = self.oauth_http(Some(session.client.environment()));
        let client = session.client.oauth().map_err(|_| TokenError::PublicClient)?;
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
                past.failures = 0;
                past.not_before = None;
                self.session_changed(session).await;
                Ok(())
            }
            Err(error) if error.code == ErrorCode::NotFound => Err(error),
            Err(error) => {
                // A full disk must not cost the only token that the server still takes.
                tracing::error!(code = ?error.code, "new tokens could not be saved; kept in memory");
                past.unsaved = Some(tokens);
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
        let step = if by_itself { TokenStep::ClientCredentials } else { TokenStep::Refresh };
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
            past.failures = past.failures.saturating_add(1);
            let asked = match error {
                TokenError::Busy { retry_after, .. } => *retry_after,
                _ => None,
            };
            let wait = back_off(past.failures, asked);
            past.not_before = Some(now + wait);
            if told.code == ErrorCode::TokenServerBusy {
                told = told.fact("seconds", wait.as_secs());
            }
        }
        let id = session.id.clone();
        let generation = session.record.generation;
        let what = if is_over { "The server ended this session" } else { "Not refreshed" };
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

/// When a session is to be renewed; `None` when it cannot be, or nobody knows when it ends.
pub(crate) fn due(record: &SessionRecord) -> Option<OffsetDateTime> {
    let life = record.expires_at?.0 - record.issued_at.0;
    due_at(record.issued_at.0, Some(Duration::try_from(life).unwrap_or_default()))
}

/// Whether a session can be renewed at all.
pub(crate) fn is_renewable(session: &SessionRecord, grant: Grant) -> bool {
    session.state == SessionState::Active
        && (session.has_refresh_token || grant == Grant::ClientCredentials)
}

/// The session is over, and only a person can begin another.
pub(crate) fn ended() -> ApiError {
    ApiError::new(ErrorCode::SessionEnded, "the refresh token is no longer good")
}

/// Whether the server may have rotated the token although no answer came.
fn is_lost(failure: &HttpFailure) -> bool {
    failure.may_have_been_sent()
}
