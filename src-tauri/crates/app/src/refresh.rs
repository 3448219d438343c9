//! New tokens for a session: one request at a time, whoever asks, in whichever process.
//!
//! The order that loses no token: take the turn, re-read the session, write an
//! *intent* row, ask the server, then put the new tokens in place and take the intent away in one
//! transaction. An intent that is found at unlock means that an answer may have been lost: the
//! stored token is tried again at once, which servers with a grace window answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inchkeep_oauth::TokenSet;
use inchkeep_oauth::refresh::{back_off, due_at};
use time::OffsetDateTime;
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::app::{App, locked};
use crate::contract::{Grant, SessionId, SessionRef, SessionState, SessionView};
use crate::error::{ApiError, ErrorCode};
use crate::records::SessionRecord;

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
    /// Failures in a row.
    pub(crate) failures: u32,
    /// Nothing is tried meanwhile without a person's wish.
    rest: Option<Rest>,
    /// When a 401 last asked for a refresh.
    pub(crate) last_rejection: Option<OffsetDateTime>,
    /// Tokens that came and could not be saved: they are saved before anything else is asked for.
    pub(crate) unsaved: Option<Unsaved>,
}

/// The pause after a failure.
#[derive(Clone, Copy)]
struct Rest {
    since: OffsetDateTime,
    until: OffsetDateTime,
}

/// Tokens that wait for a vault that takes them.
pub(crate) struct Unsaved {
    /// [`SessionRecord::generation`] of the tokens that they replace. When the session has gone on
    /// without them, by another process, they are worth nothing.
    pub(crate) generation: u32,
    pub(crate) tokens: TokenSet,
}

impl Past {
    /// Remembers how a round ended. After a failure of any kind there is a rest, so that nothing
    /// that fails at once is tried in a loop.
    fn ended_with(&mut self, outcome: &Result<(), ApiError>, now: OffsetDateTime) {
        if outcome.is_err() && self.rests_until(now).is_none() {
            self.failed(now, None);
        }
        self.outcome = Some(outcome.clone());
    }

    /// Counts a failure, and says how long the rest after it is.
    pub(crate) fn failed(&mut self, now: OffsetDateTime, asked: Option<Duration>) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let wait = back_off(self.failures, asked);
        self.rest = Some(Rest {
            since: now,
            until: now + wait,
        });
        wait
    }

    /// Forgets the failures.
    pub(crate) fn went_well(&mut self) {
        self.failures = 0;
        self.rest = None;
    }

    /// Until when it rests; `None` when it does not. A clock that went back to before the failure
    /// ends the rest: nobody knows how much of it is left.
    fn rests_until(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.rest
            .filter(|rest| (rest.since..rest.until).contains(&now))
            .map(|rest| rest.until)
    }
}

impl Refreshes {
    /// The sessions changed: due times are looked at again.
    pub(crate) fn look_again(&self) {
        self.sessions_changed.notify_one();
    }

    /// Forgets how the refreshes of a session went: it has new tokens from elsewhere.
    pub(crate) fn begin_anew(&self, id: &SessionId) {
        locked(&self.turns).remove(id);
        self.look_again();
    }

    /// Waits until no refresh of this session runs, and keeps further ones waiting.
    pub(crate) async fn wait_turn(&self, id: &SessionId) -> OwnedMutexGuard<Past> {
        let turn = self.turn(id);
        Arc::clone(&turn.past).lock_owned().await
    }

    /// Before when a failing session is not tried again by itself.
    pub(crate) fn not_before(&self, id: &SessionId, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let turn = self.turn(id);
        // While a round runs nothing is known yet, and it is no time to start another one.
        let past = turn.past.try_lock().ok();
        past.and_then(|past| past.rests_until(now))
    }

    /// Forgets what can be forgotten, at a lock. Rounds under way end by themselves: the vault
    /// refuses them. What they bring may be the only token that the server still takes, so it is
    /// kept for the next unlock.
    pub(crate) fn forget(&self) {
        locked(&self.turns).retain(|_, turn| {
            let past = turn.past.try_lock();
            past.map_or(true, |past| past.unsaved.is_some())
        });
    }

    fn turn(&self, id: &SessionId) -> Arc<Turn> {
        Arc::clone(locked(&self.turns).entry(id.clone()).or_default())
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

    /// Renews a session, or shares the outcome of whoever is doing it already. After a failure only
    /// a person's wish shortens the rest.
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
        let round = self.live.tasks.spawn(async move {
            let mut past = Arc::clone(&turn.past).lock_owned().await;
            let is_shared = turn.rounds.load(Ordering::Acquire) != seen;
            let rests = matches!(cause, Cause::Due | Cause::Rejected { .. })
                && past.rests_until(app.clock.now()).is_some();
            if (is_shared || rests)
                && let Some(outcome) = past.outcome.clone()
            {
                return outcome;
            }
            let outcome = app.round(&id, cause, &mut past).await;
            past.ended_with(&outcome, app.clock.now());
            turn.rounds.fetch_add(1, Ordering::AcqRel);
            drop(past);
            app.live.refreshes.look_again();
            outcome
        });
        round
            .await
            .unwrap_or_else(|_| Err(ApiError::new(ErrorCode::Internal, "a refresh was cut off")))
    }

    /// Whether an access token is to be renewed before it is sent.
    pub(crate) fn is_due(&self, record: &SessionRecord) -> bool {
        due(record).is_some_and(|due| due <= self.clock.now())
    }
}

/// When a session is to be renewed; `None` when it cannot be, or nobody knows when it ends.
pub(crate) fn due(record: &SessionRecord) -> Option<OffsetDateTime> {
    let life = record.expires_at?.0 - record.issued_at.0;
    due_at(
        record.issued_at.0,
        Some(Duration::try_from(life).unwrap_or_default()),
    )
}

/// Whether a session can be renewed at all.
pub(crate) fn is_renewable(session: &SessionRecord, grant: Grant) -> bool {
    session.state == SessionState::Active
        && (session.has_refresh_token || grant == Grant::ClientCredentials)
}

/// The session is over, and only a person can begin another.
pub(crate) fn ended() -> ApiError {
    ApiError::new(
        ErrorCode::SessionEnded,
        "the refresh token is no longer good",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_ends_on_time_or_when_the_clock_goes_back() {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(1);
        let minutes = time::Duration::minutes;
        let mut past = Past::default();
        assert_eq!(past.failed(now, None), Duration::from_mins(1));
        assert_eq!(past.failed(now, None), Duration::from_mins(2));
        assert!(past.rests_until(now + minutes(1)).is_some());
        assert!(past.rests_until(now + minutes(2)).is_none());
        assert!(past.rests_until(now - minutes(60)).is_none());
        past.went_well();
        assert!(past.rests_until(now).is_none());
    }
}
