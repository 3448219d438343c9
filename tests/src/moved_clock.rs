//! The computer's clock, moved by as much as a test says.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use inchkeep_app::Clock;
use time::OffsetDateTime;

/// A clock that goes on by itself and can be moved forward.
#[derive(Debug, Default)]
pub struct MovedClock {
    milliseconds: AtomicI64,
}

impl MovedClock {
    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.milliseconds.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> OffsetDateTime {
        let moved = time::Duration::milliseconds(self.milliseconds.load(Ordering::SeqCst));
        OffsetDateTime::now_utc() + moved
    }
}
