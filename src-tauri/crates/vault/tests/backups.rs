//! Backups: made of a whole vault only, three kept, and put back without losing what was there.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use std::fs;

use common::{Home, SESSION, name, put, revealed};
use inchkeep_vault::{Backup, Damage, Key, Vault, VaultError, VaultState};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOON: OffsetDateTime = datetime!(2026-07-28 12:00:00 UTC);

#[test]
fn a_backup_opens_with_the_same_key_and_holds_the_state_of_its_time() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "before", Some("one"));
    let backup = vault.back_up(NOON).unwrap();
    assert_eq!(backup.made_at, NOON);
    put(&vault, SESSION, "a", "after", Some("two"));
    put(&vault, SESSION, "b", "later", None);
    drop(vault);

    let aside = Vault::restore(home.path(), &backup, NOON).unwrap().unwrap();
    let vault = home.unlock().unwrap();
    assert_eq!(name(&vault, SESSION, "a").unwrap(), "before");
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "one");
    assert!(vault.find(SESSION, "b").unwrap().is_none());
    assert!(!vault.verify().unwrap().altered);
    drop(vault);

    // What was there before is set aside, whole.
    let backup = Backup {
        made_at: NOON,
        path: aside,
    };
    Vault::restore(home.path(), &backup, NOON + Duration::HOUR).unwrap();
    let vault = home.unlock().unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "two");
    assert!(vault.find(SESSION, "b").unwrap().is_some());
}

#[test]
fn three_backups_are_kept_and_one_is_due_each_day() {
    let home = Home::empty();
    let vault = home.create();
    assert!(Vault::backups(home.path()).unwrap().is_empty());
    let mut made = Vec::new();
    for hours in 0..100 {
        let backup = vault.back_up_if_due(NOON + Duration::hours(hours)).unwrap();
        made.extend(backup.map(|_| hours));
    }
    assert_eq!(made, [0, 24, 48, 72, 96]);
    let kept: Vec<_> = Vault::backups(home.path())
        .unwrap()
        .iter()
        .map(|backup| (backup.made_at - NOON).whole_hours())
        .collect();
    assert_eq!(kept, [96, 72, 48]);
    // A clock that was set back does not stop backups for good.
    assert!(vault.back_up_if_due(NOON).unwrap().is_some());
}

#[test]
fn a_damaged_vault_is_never_backed_up() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    put(&vault, SESSION, "b", "x", Some("y"));
    vault.back_up(NOON).unwrap();
    let later = NOON + Duration::DAY;

    let database = home.database();
    database
        .execute(
            "UPDATE records SET secret = randomblob(96) WHERE id = 'b'",
            [],
        )
        .unwrap();
    let refused = vault.back_up(later);
    assert!(matches!(
        refused,
        Err(VaultError::Damaged(Damage::Record(record))) if record.id == "b"
    ));
    database
        .execute("DELETE FROM records WHERE id = 'b'", [])
        .unwrap();
    let refused = vault.back_up_if_due(later);
    assert!(matches!(
        refused,
        Err(VaultError::Damaged(Damage::Manifest))
    ));
    assert_eq!(Vault::backups(home.path()).unwrap().len(), 1);
}

#[test]
fn a_backup_that_is_no_vault_changes_nothing() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    let backup = vault.back_up(NOON).unwrap();
    drop(vault);
    for content in [vec![], vec![b'x'; 9000]] {
        fs::write(&backup.path, content).unwrap();
        let refused = Vault::restore(home.path(), &backup, NOON);
        assert!(
            matches!(refused, Err(VaultError::Damaged(_))),
            "{refused:?}"
        );
    }
    assert!(!home.path().join("set-aside").exists());
    let vault = home.unlock().unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
}

#[test]
fn a_vault_whose_file_is_ruined_or_gone_comes_back() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    vault.back_up(NOON).unwrap();
    drop(vault);
    let file = home.path().join("vault.db");
    for ruin in [true, false] {
        if ruin {
            fs::write(&file, [b'x'; 9000]).unwrap();
            assert!(home.unlock().is_err());
        } else {
            fs::remove_file(&file).unwrap();
            assert_eq!(Vault::inspect(home.path()).unwrap(), VaultState::Missing);
        }
        let newest = Vault::backups(home.path()).unwrap().remove(0);
        let aside = Vault::restore(home.path(), &newest, NOON).unwrap();
        assert_eq!(aside.is_some(), ruin);
        let vault = home.unlock().unwrap();
        assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
    }
}

#[test]
fn a_vault_that_is_open_is_not_replaced() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "before", Some("one"));
    let backup = vault.back_up(NOON).unwrap();
    put(&vault, SESSION, "a", "after", Some("two"));
    let other = home.unlock().unwrap();
    vault.close();
    let refused = Vault::restore(home.path(), &backup, NOON);
    assert!(matches!(refused, Err(VaultError::Busy)));
    put(&other, SESSION, "a", "later", Some("three"));
    other.close();
    Vault::restore(home.path(), &backup, NOON).unwrap();
    assert_eq!(
        revealed(&home.unlock().unwrap(), SESSION, "a").unwrap(),
        "one"
    );
}

#[test]
fn a_log_left_by_a_crash_never_meets_the_restored_file() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "before", Some("one"));
    let backup = vault.back_up(NOON).unwrap();
    put(&vault, SESSION, "a", "after", Some("two"));
    // A copy of the files of an open vault is what a crash leaves.
    let crashed = tempfile::tempdir().unwrap();
    for file in ["vault.db", "vault.db-wal"] {
        fs::copy(home.path().join(file), crashed.path().join(file)).unwrap();
    }
    let unlock = || Vault::unlock(crashed.path(), Key::Keyring, &home.gate).unwrap();
    assert_eq!(revealed(&unlock(), SESSION, "a").unwrap(), "two");
    for file in ["vault.db", "vault.db-wal"] {
        fs::copy(home.path().join(file), crashed.path().join(file)).unwrap();
    }
    let aside = Vault::restore(crashed.path(), &backup, NOON)
        .unwrap()
        .unwrap();
    assert_eq!(revealed(&unlock(), SESSION, "a").unwrap(), "one");
    assert!(!unlock().verify().unwrap().altered);
    // The log was set aside with its file.
    let backup = Backup {
        made_at: NOON,
        path: aside,
    };
    let log = backup.path.with_extension("db-wal");
    assert!(log.metadata().unwrap().len() > 0);
}
