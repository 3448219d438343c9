//! Several handles and several processes on one vault, and processes that are killed.
//!
//! A test that needs a second process starts this program again with its own name and [`ROLE`] set; the test
//! then plays the child instead.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use common::{HISTORY, Home, SESSION, put, revealed, secret};
use inchkeep_vault::{Key, KeyringGate, MemorySecretStore, Secret, Transaction, Vault, VaultError};
use secrecy::ExposeSecret;
use serde_json::json;

const ROLE: &str = "VAULT_TEST_CHILD";
const SOON: Duration = Duration::from_millis(30);
const LATER: Duration = Duration::from_secs(30);

/// What a child needs to know: its name, the directory, the recovery code.
fn child_role() -> Option<(String, Vault)> {
    let role = env::var(ROLE).ok()?;
    let mut parts = role.split('|');
    let mut part = || parts.next().unwrap();
    let (name, dir, code) = (part().to_owned(), part(), part());
    let gate = KeyringGate::new(MemorySecretStore::default());
    let vault = Vault::unlock(dir, Key::Recovery(&secret(code)), &gate).unwrap();
    Some((name, vault))
}

/// A child process, killed when dropped.
struct ChildProcess {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl ChildProcess {
    fn start(test: &str, name: &str, home: &Home, code: &secrecy::SecretString) -> Self {
        let code = code.expose_secret(); // EXPOSE: of a vault that lives for one test
        let role = format!("{name}|{}|{code}", home.path().display());
        let mut child = Command::new(env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next thing that the child said, or `None` at its end. Lines of the test harness are passed over.
    fn hear(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // A line without its end was cut by the kill: not heard.
            if let Some((_, said)) = line
                .strip_suffix('\n')
                .and_then(|line| line.split_once("say "))
            {
                return Some(said.to_owned());
            }
        }
    }

    fn kill(&mut self) {
        // SIGKILL on Unix: nothing of the child runs after it.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "say {what}").unwrap();
    out.flush().unwrap();
}

/// Adds one to a counter that all writers share, and stores a row of the writer's own.
fn count_up(tx: &mut Transaction<'_>, id: &str) -> Result<u64, VaultError> {
    let value = match tx.find(SESSION, "counter")? {
        Some(entry) => entry.decode::<u64>()?,
        None => 0,
    };
    tx.put(SESSION, "counter", &(value + 1), Secret::Keep)?;
    tx.put(
        HISTORY,
        id,
        &json!({ "name": id }),
        Secret::Set(&secret(id)),
    )?;
    Ok(value + 1)
}

#[test]
fn writers_in_several_handles_and_processes_lose_nothing() {
    const EACH: usize = 40;
    if let Some((name, vault)) = child_role() {
        for number in 0..EACH {
            let id = format!("{name}-{number}");
            vault.write(|tx| count_up(tx, &id)).unwrap();
        }
        say("done");
        return;
    }
    let home = Home::empty();
    let vault = home.create();
    let code = vault.make_recovery_code().unwrap();
    let test = "writers_in_several_handles_and_processes_lose_nothing";
    let mut children = ["one", "two"].map(|name| ChildProcess::start(test, name, &home, &code));
    std::thread::scope(|scope| {
        for name in ["three", "four"] {
            let other = home.unlock().unwrap();
            scope.spawn(move || {
                for number in 0..EACH {
                    let id = format!("{name}-{number}");
                    other.write(|tx| count_up(tx, &id)).unwrap();
                }
            });
        }
    });
    for child in &mut children {
        assert_eq!(child.hear().as_deref(), Some("done"));
        assert!(child.child.wait().unwrap().success());
    }
    let counter = vault.find(SESSION, "counter").unwrap().unwrap();
    assert_eq!(counter.decode::<usize>().unwrap(), 4 * EACH);
    for name in ["one", "two", "three", "four"] {
        for number in 0..EACH {
            let id = format!("{name}-{number}");
            assert_eq!(revealed(&vault, HISTORY, &id).unwrap(), id);
        }
    }
    let verification = vault.verify().unwrap();
    assert!(!verification.altered && verification.damaged.is_empty());
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    if let Some((name, vault)) = child_role() {
        for number in 0.. {
            let id = format!("{name}-{number:06}");
            vault.write(|tx| count_up(tx, &id)).unwrap();
            say(&id);
        }
    }
    let home = Home::empty();
    let vault = home.create();
    let code = vault.make_recovery_code().unwrap();
    drop(vault);
    let mut acknowledged = BTreeSet::new();
    for round in 0..20_usize {
        let test = "what_was_acknowledged_before_a_kill_is_there_after_it";
        let mut child = ChildProcess::start(test, &format!("{round:02}"), &home, &code);
        // Each round is killed after another number of writes, in the midst of the next one.
        for _ in 0..=(round * 7 % 13) {
            acknowledged.insert(child.hear().expect("the child stopped by itself"));
        }
        child.kill();
        while let Some(id) = child.hear() {
            acknowledged.insert(id);
        }

        let vault = home.unlock().unwrap();
        let verification = vault.verify().unwrap();
        assert!(!verification.altered, "round {round}");
        assert!(verification.damaged.is_empty(), "round {round}");
        for id in &acknowledged {
            let kept = vault.secret(HISTORY, id).unwrap();
            let kept = kept.unwrap_or_else(|| panic!("round {round}: {id} is lost"));
            assert_eq!(kept.expose_secret(), id); // EXPOSE: compared in a test
        }
        // A write that was not acknowledged may be there, whole, or not at all.
        let counter = vault.find(SESSION, "counter").unwrap().unwrap();
        let rows = vault.count(HISTORY).unwrap();
        assert_eq!(counter.decode::<usize>().unwrap(), rows, "round {round}");
        assert!(rows >= acknowledged.len() && rows <= acknowledged.len() + round + 1);
    }
}

#[test]
fn a_hold_excludes_other_processes_and_ends_with_its_holder() {
    if let Some((_, vault)) = child_role() {
        let _hold = vault.hold("refresh 1", LATER).unwrap();
        say("held");
        // Until it is killed: its input never ends before.
        let _ = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let home = Home::empty();
    let vault = home.create();
    let code = vault.make_recovery_code().unwrap();
    let test = "a_hold_excludes_other_processes_and_ends_with_its_holder";
    let mut child = ChildProcess::start(test, "holder", &home, &code);
    assert_eq!(child.hear().as_deref(), Some("held"));
    assert!(matches!(
        vault.hold("refresh 1", SOON),
        Err(VaultError::Busy)
    ));
    assert!(matches!(
        vault.hold("refresh 1", Duration::ZERO),
        Err(VaultError::Busy)
    ));
    // Other names and ordinary writes are free.
    drop(vault.hold("refresh 2", SOON).unwrap());
    put(&vault, SESSION, "a", "x", None);
    child.kill();
    drop(vault.hold("refresh 1", LATER).unwrap());
}

#[test]
fn a_hold_excludes_other_threads() {
    let home = Home::empty();
    let vault = home.create();
    let (inside, entries) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let _hold = vault.hold("refresh", LATER).unwrap();
                    assert!(!inside.swap(true, Ordering::SeqCst), "two are inside");
                    std::thread::yield_now();
                    entries.fetch_add(1, Ordering::SeqCst);
                    inside.store(false, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(entries.into_inner(), 60);
    let hold = vault.hold("refresh", SOON).unwrap();
    assert!(matches!(vault.hold("refresh", SOON), Err(VaultError::Busy)));
    drop(hold);
    drop(vault.hold("refresh", SOON).unwrap());
}

#[cfg(unix)]
#[test]
fn a_vault_that_was_replaced_while_open_is_not_written_to() {
    let (home, other) = (Home::empty(), Home::empty());
    let vault = home.create();
    drop(other.create());
    let file = home.path().join("vault.db");
    std::fs::rename(other.path().join("vault.db"), &file).unwrap();
    let written = vault.write(|tx| tx.put(SESSION, "a", &json!({}), Secret::None));
    assert!(matches!(written, Err(VaultError::Replaced)));
    assert!(matches!(
        vault.make_recovery_code(),
        Err(VaultError::Replaced)
    ));
    std::fs::remove_file(&file).unwrap();
    let written = vault.write(|tx| tx.put(SESSION, "a", &json!({}), Secret::None));
    assert!(matches!(written, Err(VaultError::Replaced)));
}

#[test]
fn closing_does_not_wait_for_another_process_that_is_writing() {
    let home = Home::empty();
    let vault = home.create();
    let other = home.unlock().unwrap();
    let (started, is_started) = std::sync::mpsc::channel();
    let (finish, may_finish) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            other
                .write(|tx| {
                    started.send(()).unwrap();
                    may_finish.recv().unwrap();
                    tx.put(SESSION, "a", &json!({}), Secret::None)
                })
                .unwrap();
        });
        is_started.recv().unwrap();
        let waiting = vault.clone();
        let blocked = scope.spawn(move || waiting.write(|tx| tx.remove(SESSION, "a")));
        let start = std::time::Instant::now();
        vault.close();
        assert!(start.elapsed() < Duration::from_millis(200));
        finish.send(()).unwrap();
        assert!(matches!(blocked.join().unwrap(), Err(VaultError::Closed)));
    });
    assert!(home.unlock().unwrap().find(SESSION, "a").unwrap().is_some());
}
