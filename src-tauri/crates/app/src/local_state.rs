//! What must be known before the vault is open: where the first run stands, how many wrong
//! passphrases were typed. None of it is secret.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::contract::{FirstRunStep, Timestamp};

/// Wrong tries that cost nothing.
const FREE_TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::seconds(30);
const LONGEST_WAIT: Duration = Duration::minutes(5);

/// The content of `state.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LocalState {
    /// Where an unfinished first run goes on; absent when it is finished.
    pub(crate) first_run: Option<FirstRunStep>,
    /// A recovery code was made, and nobody has taken it away yet.
    pub(crate) recovery_code_untaken: bool,
    /// It was copied, which lasts no longer than the clipboard, and not saved as a file.
    pub(crate) recovery_code_only_copied: bool,
    /// Wrong passphrases and recovery codes since the vault was last opened.
    wrong_tries: u32,
    /// Before this moment no try is made.
    wait_until: Option<Timestamp>,
}

impl LocalState {
    /// Whole seconds until the next try is allowed; `None` when it is allowed now.
    pub(crate) fn wait_left(&self, now: OffsetDateTime) -> Option<u64> {
        // Until it is mended, a clock that went back must not make the wait longer than it ever was.
        let left = (self.wait_until?.0 - now).min(LONGEST_WAIT);
        let seconds = left.as_seconds_f64().ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "1 to 300"
        )]
        (seconds > 0.0).then_some(seconds as u64)
    }

    /// Starts the wait anew, at its longest, after the clock went back to long before it began; it
    /// would not end before the clock is there again. Says whether that was so.
    pub(crate) fn mend_wait(&mut self, now: OffsetDateTime) -> bool {
        let longest = Timestamp::from(now + LONGEST_WAIT);
        let is_too_far = self.wait_until.is_some_and(|until| until.0 > longest.0);
        if is_too_far {
            self.wait_until = Some(longest);
        }
        is_too_far
    }

    /// Counts a wrong try. After five the wait is 30 s; each further one doubles it, to 5 min.
    pub(crate) fn count_wrong_try(&mut self, now: OffsetDateTime) {
        self.wrong_tries = self.wrong_tries.saturating_add(1);
        if self.wrong_tries >= FREE_TRIES {
            let doublings = (self.wrong_tries - FREE_TRIES).min(8);
            let wait = (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
            self.wait_until = Some((now + wait).into());
        }
    }

    /// Whether there is anything to forget.
    pub(crate) fn has_wrong_tries(&self) -> bool {
        self.wrong_tries > 0
    }

    /// Forgets wrong tries, once the vault is open.
    pub(crate) fn forget_wrong_tries(&mut self) {
        self.wrong_tries = 0;
        self.wait_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_starts_after_five_tries_and_doubles_to_five_minutes() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let mut state = LocalState::default();
        let waits: Vec<_> = (0..11)
            .map(|_| {
                state.count_wrong_try(now);
                state.wait_left(now)
            })
            .collect();
        let expected = [0, 0, 0, 0, 30, 60, 120, 240, 300, 300, 300];
        assert_eq!(waits, expected.map(|wait| (wait > 0).then_some(wait)));
    }

    #[test]
    fn the_wait_ends_on_time_and_survives_a_clock_that_went_back() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(1);
        let mut state = LocalState::default();
        for _ in 0..5 {
            state.count_wrong_try(now);
        }
        assert_eq!(
            state.wait_left(now + Duration::milliseconds(29_100)),
            Some(1)
        );
        assert_eq!(state.wait_left(now + Duration::seconds(30)), None);
        assert!(!state.mend_wait(now));
        let back = now - Duration::hours(9);
        assert_eq!(state.wait_left(back), Some(300));
        assert!(state.mend_wait(back));
        assert_eq!(state.wait_left(back + Duration::minutes(4)), Some(60));
        assert_eq!(state.wait_left(back + Duration::minutes(5)), None);
        state.forget_wrong_tries();
        assert_eq!(state, LocalState::default());
    }
}
