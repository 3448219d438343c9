//! Every answer that a keyring can give, by a store that plays a part.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use common::{Home, SESSION, put, revealed};
use inchkeep_vault::{
    Deadlines, Key, KeyringFailure, KeyringGate, MemorySecretStore, Opening, SecretStore, Vault,
    VaultError, VaultState,
};
use secrecy::{ExposeSecret, SecretString};

/// What the store does at one call in place of answering properly.
enum Act {
    Fail(KeyringFailure),
    /// Waits until the sender is dropped, then answers properly.
    Hang(mpsc::Receiver<()>),
    Panic,
    /// Keeps only so many bytes of what is written.
    Truncate(usize),
    Proper,
}

#[derive(Default, Clone)]
struct Actor {
    memory: MemorySecretStore,
    script: Arc<Mutex<VecDeque<Act>>>,
}

impl Actor {
    fn of(script: impl IntoIterator<Item = Act>) -> Self {
        Self {
            memory: MemorySecretStore::default(),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
        }
    }

    fn act(&self) -> Result<Option<usize>, KeyringFailure> {
        let act = self.script.lock().unwrap().pop_front();
        match act.unwrap_or(Act::Proper) {
            Act::Fail(failure) => Err(failure),
            Act::Hang(until) => {
                let _ = until.recv();
                Ok(None)
            }
            Act::Panic => panic!("on purpose"),
            Act::Truncate(length) => Ok(Some(length)),
            Act::Proper => Ok(None),
        }
    }
}

impl SecretStore for Actor {
    fn backend(&self) -> &'static str {
        "actor"
    }

    fn read(&mut self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        self.act()?;
        self.memory.read(account)
    }

    fn write(&mut self, account: &str, value: &SecretString) -> Result<(), KeyringFailure> {
        match self.act()? {
            Some(length) => {
                let text = value.expose_secret(); // EXPOSE: cut short, as some stores do
                self.memory.write(
                    account,
                    &text.chars().take(length).collect::<String>().into(),
                )
            }
            None => self.memory.write(account, value),
        }
    }

    fn delete(&mut self, account: &str) -> Result<(), KeyringFailure> {
        self.act()?;
        self.memory.delete(account)
    }
}

const FAILURES: [KeyringFailure; 4] = [
    KeyringFailure::Locked,
    KeyringFailure::Denied,
    KeyringFailure::NoService,
    KeyringFailure::Broken,
];

fn impatient(store: impl SecretStore) -> KeyringGate {
    KeyringGate::with_deadlines(
        store,
        Deadlines {
            silent: Duration::from_millis(50),
            prompt: Duration::from_secs(20),
        },
    )
}

#[test]
fn a_first_run_with_an_unusable_keyring_makes_nothing() {
    for failure in FAILURES {
        let home = Home::empty();
        home.store.fail_with(Some(failure));
        assert_eq!(home.gate.probe(), Err(failure));
        let made = Vault::create(home.path(), Opening::Keyring, &home.gate);
        assert!(matches!(made, Err(VaultError::Keyring(found)) if found == failure));
        assert_eq!(Vault::inspect(home.path()).unwrap(), VaultState::Missing);
        home.store.fail_with(None);
        assert!(home.store.is_empty());
        // Once the keyring works, so does the first run.
        put(&home.create(), SESSION, "a", "x", None);
    }
}

#[test]
fn an_unusable_keyring_over_a_vault_never_gets_a_new_key() {
    for failure in FAILURES {
        let home = Home::empty();
        put(&home.create(), SESSION, "a", "x", Some("y"));
        home.store.fail_with(Some(failure));
        let refused = home.unlock().map(drop);
        assert!(matches!(refused, Err(VaultError::Keyring(found)) if found == failure));
        home.store.fail_with(None);
        assert_eq!(home.store.len(), 1);
        let vault = home.unlock().unwrap();
        assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
    }
}

#[test]
fn an_emptied_keyring_over_a_vault_never_gets_a_new_key() {
    let home = Home::empty();
    put(&home.create(), SESSION, "a", "x", Some("y"));
    home.store.clear();
    assert!(matches!(
        home.unlock().map(drop),
        Err(VaultError::KeyMissing)
    ));
    let made = Vault::create(home.path(), Opening::Keyring, &home.gate);
    assert!(matches!(made.map(drop), Err(VaultError::AlreadyExists)));
    assert!(home.store.is_empty());
}

#[test]
fn another_key_in_the_keyring_is_a_wrong_key_and_garbage_is_a_broken_keyring() {
    let (home, other) = (Home::empty(), Home::empty());
    put(&home.create(), SESSION, "a", "x", Some("y"));
    drop(other.create());
    let account = account(&home);
    let theirs = other
        .store
        .clone()
        .read(&self::account(&other))
        .unwrap()
        .unwrap();
    home.store.clone().write(&account, &theirs).unwrap();
    assert!(matches!(home.unlock().map(drop), Err(VaultError::WrongKey)));
    for garbage in ["", "v1.", "v1.AAAA", "v2.AAAA", "v1.not base64 at all!"] {
        home.store.clone().write(&account, &garbage.into()).unwrap();
        assert!(matches!(
            home.unlock().map(drop),
            Err(VaultError::Keyring(KeyringFailure::Broken))
        ));
    }
}

#[test]
fn a_store_that_cuts_what_it_keeps_is_noticed_by_reading_back() {
    for length in [0, 1, 45] {
        let home = Home::empty();
        let gate = KeyringGate::new(Actor::of([Act::Proper, Act::Truncate(length)]));
        let made = Vault::create(home.path(), Opening::Keyring, &gate);
        assert!(matches!(
            made.map(drop),
            Err(VaultError::Keyring(KeyringFailure::NotKept))
        ));
        assert_eq!(Vault::inspect(home.path()).unwrap(), VaultState::Missing);
    }
}

#[test]
fn a_write_that_fails_leaves_the_way_in_as_it_was() {
    let home = Home::empty();
    let passphrase = common::secret("correct horse");
    let cost = inchkeep_vault::Cost::FLOOR;
    let opening = Opening::Passphrase(&passphrase, cost);
    let vault = Vault::create(home.path(), opening, &home.gate).unwrap();
    put(&vault, SESSION, "a", "x", Some("y"));
    for act in [
        Act::Fail(KeyringFailure::Denied),
        Act::Truncate(20),
        Act::Panic,
    ] {
        let gate = KeyringGate::new(Actor::of([Act::Proper, act]));
        let changed = vault.change_opening(Opening::Keyring, &gate);
        assert!(
            matches!(changed, Err(VaultError::Keyring(_))),
            "{changed:?}"
        );
    }
    drop(vault);
    let vault = Vault::unlock(home.path(), Key::Passphrase(&passphrase), &home.gate).unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
}

#[test]
fn a_vault_stays_with_its_keyring() {
    let home = Home::empty();
    drop(home.create());
    let gate = KeyringGate::new(Actor::default());
    let refused = Vault::unlock(home.path(), Key::Keyring, &gate).map(drop);
    assert!(matches!(
        refused,
        Err(VaultError::OtherKeyring { pinned, found }) if pinned == "memory" && found == "actor"
    ));
}

#[test]
fn a_store_that_hangs_times_out_and_its_late_answer_helps_the_patient() {
    let (answer, until) = mpsc::channel();
    let actor = Actor::of([Act::Hang(until)]);
    let gate = impatient(actor);
    let start = Instant::now();
    assert_eq!(gate.probe(), Err(KeyringFailure::TimedOut));
    assert!(start.elapsed() < Duration::from_secs(5));
    // The thread still hangs: calls wait in line, and say so when their time is over.
    assert_eq!(gate.probe(), Err(KeyringFailure::TimedOut));
    let patient = gate.patient();
    let waiting = std::thread::spawn(move || patient.probe());
    drop(answer);
    assert_eq!(waiting.join().unwrap(), Ok(()));
    assert_eq!(gate.patient().probe(), Ok(()));
}

#[test]
fn a_write_that_was_given_up_never_happens_later() {
    let (answer, until) = mpsc::channel::<()>();
    let actor = Actor::of([Act::Hang(until)]);
    let memory = actor.memory.clone();
    let gate = impatient(actor);
    assert_eq!(gate.probe(), Err(KeyringFailure::TimedOut));
    let written = gate.write("late", &SecretString::from("v1.late"));
    assert_eq!(written, Err(KeyringFailure::TimedOut));
    drop(answer);
    // Calls are served in order: after this answer the write would have been done.
    assert_eq!(gate.patient().probe(), Ok(()));
    assert!(memory.is_empty());
}

#[test]
fn a_store_that_panics_is_broken_and_the_next_call_is_served() {
    let gate = KeyringGate::new(Actor::of([Act::Panic]));
    assert_eq!(gate.probe(), Err(KeyringFailure::Broken));
    assert_eq!(gate.probe(), Ok(()));
}

#[test]
fn calls_reach_the_store_one_at_a_time_from_one_thread() {
    #[derive(Default)]
    struct Witness(Arc<Mutex<Vec<std::thread::ThreadId>>>);
    impl SecretStore for Witness {
        fn backend(&self) -> &'static str {
            "witness"
        }
        fn read(&mut self, _: &str) -> Result<Option<SecretString>, KeyringFailure> {
            self.0.lock().unwrap().push(std::thread::current().id());
            Ok(None)
        }
        fn write(&mut self, _: &str, _: &SecretString) -> Result<(), KeyringFailure> {
            Ok(())
        }
        fn delete(&mut self, _: &str) -> Result<(), KeyringFailure> {
            Ok(())
        }
    }
    let witness = Witness::default();
    let seen = witness.0.clone();
    let gate = KeyringGate::new(witness);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| gate.probe().unwrap());
        }
    });
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 8);
    assert!(seen.iter().all(|id| *id == seen[0]));
    assert_ne!(seen[0], std::thread::current().id());
}

/// The account name of a vault's key: its id as a UUID.
fn account(home: &Home) -> String {
    let id: [u8; 16] = home
        .database()
        .query_row("SELECT vault_id FROM header", [], |row| row.get(0))
        .unwrap();
    uuid::Uuid::from_bytes(id).to_string()
}
