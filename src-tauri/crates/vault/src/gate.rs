//! One thread, one call at a time, a deadline each: how this program speaks to a keyring.
//!
//! A locked keyring can block for ever on a prompt that nobody sees; some crash when two sessions speak at
//! once; some stores panic inside an async runtime. A thread of our own keeps all three away from callers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::error::KeyringFailure;
use crate::keyring::PlatformSecretStore;
use crate::store::SecretStore;

/// How long a caller waits for the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For a call that should need nobody's help.
    pub silent: Duration,
    /// For a call during which the desktop may ask the person for something.
    pub prompt: Duration,
}

/// 3 s silent, 60 s while a prompt is expected.
impl Default for Deadlines {
    fn default() -> Self {
        Self {
            silent: Duration::from_secs(3),
            prompt: Duration::from_mins(1),
        }
    }
}

/// The only way to a [`SecretStore`]. Clones share one thread; it ends with the last clone.
///
/// A gate is *silent* at first: each call fails with [`KeyringFailure::TimedOut`] after 3 s. When that
/// happens the store is probably waiting for the person; [`patient`](Self::patient) gives a gate to the
/// same thread that waits 60 s, so the answer of the prompt already on the screen is not lost.
#[derive(Debug, Clone)]
pub struct KeyringGate {
    calls: mpsc::Sender<Call>,
    backend: &'static str,
    deadlines: Deadlines,
    patience: Duration,
}

impl KeyringGate {
    /// A gate to the desktop's own keyring.
    pub fn platform() -> Self {
        Self::new(PlatformSecretStore::default())
    }

    /// A gate to `store` with the usual deadlines.
    pub fn new(store: impl SecretStore) -> Self {
        Self::with_deadlines(store, Deadlines::default())
    }

    /// A gate to `store` with deadlines of the caller's choice.
    pub fn with_deadlines(store: impl SecretStore, deadlines: Deadlines) -> Self {
        let backend = store.backend();
        let (calls, queue) = mpsc::channel();
        let spawned = thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || serve(store, &queue));
        if let Err(error) = spawned {
            // The queue went with the closure: every call will answer `Broken`.
            tracing::error!(%error, "the keyring thread did not start");
        }
        Self {
            calls,
            backend,
            deadlines,
            patience: deadlines.silent,
        }
    }

    /// The same gate for a moment when the desktop may show a prompt: it waits up to 60 s.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self {
            patience: self.deadlines.prompt,
            ..self.clone()
        }
    }

    /// The name of the store behind the gate, as pinned in a vault.
    pub fn backend(&self) -> &'static str {
        self.backend
    }

    /// Whether the keyring can be used now: looks for an item that is never there.
    pub fn probe(&self) -> Result<(), KeyringFailure> {
        self.read("probe").map(drop)
    }

    /// The text under `account`; `None` only if the keyring is open and certainly has none.
    pub fn read(&self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        let account = account.to_owned();
        self.call(move |store| store.read(&account))
    }

    /// Writes `value` under `account` and reads it back.
    ///
    /// # Errors
    /// [`KeyringFailure::NotKept`] if what comes back is not what was written.
    pub fn write(&self, account: &str, value: &SecretString) -> Result<(), KeyringFailure> {
        let (account, value) = (account.to_owned(), value.clone());
        self.call(move |store| {
            store.write(&account, &value)?;
            match store.read(&account)? {
                Some(kept) if same(&kept, &value) => Ok(()),
                _ => Err(KeyringFailure::NotKept),
            }
        })
    }

    /// Removes what is under `account`, if anything.
    pub fn delete(&self, account: &str) -> Result<(), KeyringFailure> {
        let account = account.to_owned();
        self.call(move |store| store.delete(&account))
    }

    fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn SecretStore) -> Result<T, KeyringFailure> + Send + 'static,
    ) -> Result<T, KeyringFailure> {
        let deadline = Instant::now() + self.patience;
        let (reply, answer) = mpsc::sync_channel(1);
        let work: Work = Box::new(move |store| {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(store)))
                .unwrap_or(Err(KeyringFailure::Broken));
            // Nobody listens any more after a timeout; the answer is dropped and wiped.
            drop(reply.send(outcome));
        });
        self.calls
            .send(Call { deadline, work })
            .map_err(|_| KeyringFailure::Broken)?;
        match answer.recv_timeout(self.patience) {
            Ok(outcome) => outcome,
            Err(mpsc::RecvTimeoutError::Timeout) => Err(KeyringFailure::TimedOut),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                // The thread skips a call whose deadline has passed, else it is gone.
                if Instant::now() >= deadline {
                    Err(KeyringFailure::TimedOut)
                } else {
                    Err(KeyringFailure::Broken)
                }
            }
        }
    }
}

type Work = Box<dyn FnOnce(&mut dyn SecretStore) + Send>;

struct Call {
    deadline: Instant,
    work: Work,
}

fn serve(mut store: impl SecretStore, queue: &mpsc::Receiver<Call>) {
    while let Ok(call) = queue.recv() {
        // A write that its caller gave up on must not happen minutes later.
        if Instant::now() < call.deadline {
            (call.work)(&mut store);
        }
    }
}

fn same(left: &SecretString, right: &SecretString) -> bool {
    let left = left.expose_secret().as_bytes(); // EXPOSE: compared in constant time, never copied
    let right = right.expose_secret().as_bytes(); // EXPOSE: as above
    left.ct_eq(right).into()
}
