use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::state::lock;

/// Requests per second, shared by the whole account as the documentation says, in windows of one
/// second.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_second: Option<u32>,
    window: Mutex<(Instant, u32)>,
}

/// What is left of the current second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) within: bool,
}

impl Limiter {
    pub(crate) fn new(per_second: Option<u32>) -> Self {
        Self {
            per_second,
            window: Mutex::new((Instant::now(), 0)),
        }
    }

    /// Counts one request at `now`; `None`: there is no limit.
    pub(crate) fn count(&self, now: Instant) -> Option<Allowance> {
        let limit = self.per_second?;
        let mut window = lock(&self.window);
        if now.saturating_duration_since(window.0) >= Duration::from_secs(1) {
            *window = (now, 0);
        }
        window.1 = window.1.saturating_add(1);
        Some(Allowance {
            limit,
            remaining: limit.saturating_sub(window.1),
            within: window.1 <= limit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_over_the_limit_is_refused_and_the_next_second_is_new() {
        let limiter = Limiter::new(Some(2));
        let start = Instant::now();
        assert_eq!(
            limiter.count(start).map(|a| (a.within, a.remaining)),
            Some((true, 1))
        );
        assert_eq!(
            limiter.count(start).map(|a| (a.within, a.remaining)),
            Some((true, 0))
        );
        assert_eq!(limiter.count(start).map(|a| a.within), Some(false));
        let later = start + Duration::from_secs(2);
        assert_eq!(limiter.count(later).map(|a| a.within), Some(true));
    }
}
