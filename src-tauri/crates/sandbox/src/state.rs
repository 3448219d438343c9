//! What all handlers share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::authorize::{Code, Consent};
use crate::counters::Tally;
use crate::faults::Faults;
use crate::gateway::limit::Limiter;
use crate::jwks::Signer;
use crate::mcp::RequestLog;
use crate::server::SandboxOptions;
use crate::store::{Hashed, Store};

/// A poisoned lock is taken all the same: a panic in one handler must not end the others.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 256 random bits in base64url, behind a prefix that says what it is.
pub(crate) fn make_secret(prefix: &str) -> String {
    format!(
        "{prefix}{}",
        URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
    )
}

pub(crate) struct Shared {
    pub(crate) options: SandboxOptions,
    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub(crate) issuer: String,
    /// The only `Host` that is answered.
    pub(crate) host: String,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) tally: Tally,
    pub(crate) limiter: Limiter,
    pub(crate) log: RequestLog,
    /// Codes live in memory only: they die with the process, as their 60 seconds would have.
    pub(crate) codes: Mutex<HashMap<Hashed, Code>>,
    pub(crate) consents: Mutex<HashMap<String, Consent>>,
    /// Guards the forms of the portal; another origin can send a form but cannot read this.
    pub(crate) csrf: String,
    pub(crate) stop: watch::Sender<bool>,
    signer: Mutex<Arc<Signer>>,
    clock_offset_ms: AtomicI64,
}

impl Shared {
    pub(crate) fn new(
        options: SandboxOptions,
        port: u16,
        store: Store,
        signer: Signer,
        stop: watch::Sender<bool>,
    ) -> Self {
        let host = format!("127.0.0.1:{port}");
        Self {
            issuer: format!("http://{host}"),
            host,
            store,
            faults: Faults::default(),
            tally: Tally::default(),
            limiter: Limiter::new(options.rate_per_second),
            log: RequestLog::default(),
            codes: Mutex::default(),
            consents: Mutex::default(),
            csrf: make_secret(""),
            stop,
            signer: Mutex::new(Arc::new(signer)),
            clock_offset_ms: AtomicI64::new(0),
            options,
        }
    }

    pub(crate) fn signer(&self) -> Arc<Signer> {
        Arc::clone(&lock(&self.signer))
    }

    pub(crate) fn replace_signer(&self, signer: Signer) {
        *lock(&self.signer) = Arc::new(signer);
    }

    /// The sandbox's own time: the system's, moved by what a test advanced.
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
            + time::Duration::milliseconds(self.clock_offset_ms.load(Ordering::Relaxed))
    }

    /// Seconds since 1970.
    pub(crate) fn now_seconds(&self) -> i64 {
        self.now().unix_timestamp()
    }

    /// Milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        let now = self.now();
        now.unix_timestamp() * 1000 + i64::from(now.millisecond())
    }

    pub(crate) fn advance_clock(&self, by: Duration) {
        self.clock_offset_ms
            .fetch_add(milliseconds(by), Ordering::Relaxed);
    }

    /// Becomes true when the sandbox stops.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

/// Waits until the sandbox stops, or is dropped.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error says that the sender has gone, which means the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// As a signed number, for sums with times.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// As a signed number, for sums with times.
pub(crate) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
