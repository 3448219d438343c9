//! Storing, finding, listing and removing records.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use common::{HISTORY, Home, SESSION, ids, name, put, revealed, secret};
use inchkeep_vault::{Secret, VaultError};
use serde_json::json;

#[test]
fn a_record_is_the_same_after_closing_and_reopening() {
    let home = Home::empty();
    let vault = home.create();
    assert_eq!(put(&vault, SESSION, "a", "Ägypten 🗝", Some("sécret")), 1);
    put(&vault, SESSION, "b", "", Some(""));
    put(&vault, SESSION, "c", "no secret", None);
    drop(vault);

    let vault = home.unlock().unwrap();
    assert_eq!(name(&vault, SESSION, "a").unwrap(), "Ägypten 🗝");
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "sécret");
    assert_eq!(revealed(&vault, SESSION, "b").unwrap(), "");
    assert_eq!(revealed(&vault, SESSION, "c"), None);
    assert_eq!(ids(&vault.list(SESSION).unwrap()), ["a", "b", "c"]);
    assert!(vault.list(HISTORY).unwrap().entries.is_empty());
    assert!(!vault.is_altered());
}

#[test]
fn keep_set_and_none_do_what_they_say() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "first", Some("one"));
    let rename =
        |name: &str| vault.write(|tx| tx.put(SESSION, "a", &json!({ "name": name }), Secret::Keep));
    assert_eq!(rename("second").unwrap(), 2);
    assert_eq!(name(&vault, SESSION, "a").unwrap(), "second");
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "one");

    assert_eq!(put(&vault, SESSION, "a", "third", Some("two")), 3);
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "two");

    assert_eq!(put(&vault, SESSION, "a", "fourth", None), 4);
    assert_eq!(revealed(&vault, SESSION, "a"), None);
    assert_eq!(rename("fifth").unwrap(), 5);
    assert_eq!(revealed(&vault, SESSION, "a"), None);
    assert_eq!(vault.find(SESSION, "a").unwrap().unwrap().revision, 5);
}

#[test]
fn a_failed_change_leaves_nothing_behind() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "old", Some("old"));
    let before = vault.generation().unwrap();
    let failed: Result<(), _> = vault.write(|tx| {
        tx.put(SESSION, "a", &json!({ "name": "new" }), Secret::None)?;
        tx.put(SESSION, "b", &json!({ "name": "new" }), Secret::None)?;
        assert!(tx.find(SESSION, "b")?.is_some(), "a change sees itself");
        tx.put(SESSION, "", &json!({}), Secret::None)?;
        Ok(())
    });
    assert!(matches!(failed, Err(VaultError::InvalidId)));
    assert_eq!(name(&vault, SESSION, "a").unwrap(), "old");
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "old");
    assert!(vault.find(SESSION, "b").unwrap().is_none());
    assert_eq!(vault.generation().unwrap(), before);
    assert!(!vault.verify().unwrap().altered);
}

#[test]
fn a_panic_inside_a_change_leaves_the_vault_usable() {
    let home = Home::empty();
    let vault = home.create();
    let other = vault.clone();
    let outcome = std::thread::spawn(move || {
        other.write::<()>(|tx| {
            tx.put(SESSION, "a", &json!({ "name": "x" }), Secret::None)?;
            panic!("on purpose")
        })
    })
    .join();
    assert!(outcome.is_err());
    assert!(vault.find(SESSION, "a").unwrap().is_none());
    put(&vault, SESSION, "b", "fine", None);
    assert!(!vault.verify().unwrap().altered);
}

#[test]
fn history_is_paged_newest_first_and_trimmed() {
    let home = Home::empty();
    let vault = home.create();
    vault
        .write(|tx| {
            for number in 0..50 {
                let meta = json!({ "name": number });
                tx.put(HISTORY, &format!("{number:04}"), &meta, Secret::None)?;
            }
            tx.put(
                SESSION,
                "9999",
                &json!({ "name": "other kind" }),
                Secret::None,
            )
        })
        .unwrap();
    assert_eq!(vault.count(HISTORY).unwrap(), 50);
    let page = vault.latest(HISTORY, 3, None).unwrap();
    assert_eq!(ids(&page), ["0049", "0048", "0047"]);
    let page = vault.latest(HISTORY, 2, Some("0047")).unwrap();
    assert_eq!(ids(&page), ["0046", "0045"]);
    assert!(
        vault
            .latest(HISTORY, 2, Some("0000"))
            .unwrap()
            .entries
            .is_empty()
    );

    assert_eq!(vault.write(|tx| tx.trim(HISTORY, 4)).unwrap(), 46);
    assert_eq!(
        ids(&vault.list(HISTORY).unwrap()),
        ["0046", "0047", "0048", "0049"]
    );
    assert_eq!(vault.write(|tx| tx.trim(HISTORY, 4)).unwrap(), 0);
    assert_eq!(vault.count(SESSION).unwrap(), 1);
    assert!(!vault.verify().unwrap().altered);
}

#[test]
fn a_removed_record_is_gone_and_its_id_starts_anew() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    put(&vault, SESSION, "a", "x", Some("y"));
    assert!(vault.write(|tx| tx.remove(SESSION, "a")).unwrap());
    assert!(!vault.write(|tx| tx.remove(SESSION, "a")).unwrap());
    assert!(vault.find(SESSION, "a").unwrap().is_none());
    assert!(vault.secret(SESSION, "a").unwrap().is_none());
    assert_eq!(put(&vault, SESSION, "a", "x", None), 1);
    assert!(!vault.verify().unwrap().altered);
}

#[test]
fn the_generation_grows_with_changes_only() {
    let home = Home::empty();
    let vault = home.create();
    let other = home.unlock().unwrap();
    let start = other.generation().unwrap();
    put(&vault, SESSION, "a", "x", None);
    assert_eq!(other.generation().unwrap(), start + 1);
    vault.write(|tx| tx.find(SESSION, "a")).unwrap();
    assert_eq!(other.generation().unwrap(), start + 1);
}

#[test]
fn a_closed_vault_answers_closed_to_every_clone() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    let clone = vault.clone();
    assert!(clone.is_open());
    vault.close();
    vault.close();
    assert!(!clone.is_open());
    assert!(matches!(clone.list(SESSION), Err(VaultError::Closed)));
    assert!(matches!(
        clone.secret(SESSION, "a"),
        Err(VaultError::Closed)
    ));
    assert!(matches!(
        clone.make_recovery_code(),
        Err(VaultError::Closed)
    ));
    let written = clone.write(|tx| tx.remove(SESSION, "a"));
    assert!(matches!(written, Err(VaultError::Closed)));
    assert!(home.unlock().unwrap().find(SESSION, "a").unwrap().is_some());
}

#[test]
fn ids_are_1_to_128_bytes_and_meta_must_be_of_the_wanted_type() {
    let home = Home::empty();
    let vault = home.create();
    let long = "x".repeat(128);
    put(&vault, SESSION, &long, "longest", None);
    let longer = "x".repeat(129);
    for id in ["", longer.as_str()] {
        let refused = vault.write(|tx| tx.put(SESSION, id, &json!({}), Secret::None));
        assert!(matches!(refused, Err(VaultError::InvalidId)));
    }
    let entry = vault.find(SESSION, &long).unwrap().unwrap();
    let error = entry.decode::<Vec<u8>>().unwrap_err();
    assert!(matches!(error, VaultError::Decode(_)));
    assert!(!error.to_string().contains("longest"));
    assert!(!format!("{entry:?}").contains("longest"));
}

#[test]
fn an_error_of_the_callers_own_rolls_back_too() {
    #[derive(Debug)]
    enum Mine {
        Stop,
        Vault,
    }
    impl From<VaultError> for Mine {
        fn from(_: VaultError) -> Self {
            Self::Vault
        }
    }
    let home = Home::empty();
    let vault = home.create();
    let value = secret("y");
    let stopped: Result<(), Mine> = vault.try_write(|tx| {
        tx.put(SESSION, "a", &json!({}), Secret::Set(&value))?;
        Err(Mine::Stop)
    });
    assert!(matches!(stopped, Err(Mine::Stop)));
    assert!(vault.find(SESSION, "a").unwrap().is_none());
    let failed: Result<(), Mine> = vault.try_write(|tx| {
        tx.put(SESSION, "", &json!({}), Secret::None)?;
        Ok(())
    });
    assert!(matches!(failed, Err(Mine::Vault)));
}

#[test]
fn ten_thousand_rows_do_not_slow_a_write_by_much() {
    let home = Home::empty();
    let vault = home.create();
    let fastest = |vault: &inchkeep_vault::Vault| {
        (0..20)
            .map(|_| {
                let start = std::time::Instant::now();
                put(vault, SESSION, "timed", "x", Some("y"));
                start.elapsed()
            })
            .min()
            .unwrap()
    };
    let few = fastest(&vault);
    vault
        .write(|tx| {
            for number in 0..10_000 {
                let meta = json!({ "url": "https://api.example/swap/v6.1/1/quote" });
                tx.put(HISTORY, &format!("{number:08}"), &meta, Secret::None)?;
            }
            Ok(())
        })
        .unwrap();
    let many = fastest(&vault);
    // Touching all rows at each write would cost 10,000 hashes, some fifty times this bound's headroom.
    assert!(
        many < few * 3 + std::time::Duration::from_millis(10),
        "{few:?} with no rows, {many:?} with 10,000"
    );
    assert!(!vault.verify().unwrap().altered);
}
