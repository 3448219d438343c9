//! Damage and tampering: never a wrong plaintext, always noticed, and only the damaged record is lost.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use std::collections::BTreeMap;

use common::{HISTORY, Home, SESSION, ids, name, put, revealed};
use inchkeep_vault::{Damage, Kind, Vault, VaultError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rusqlite::params;
use secrecy::ExposeSecret;

const KINDS: [Kind; 2] = [SESSION, HISTORY];

fn filled(home: &Home) -> Vault {
    let vault = home.create();
    for number in 0..12 {
        let id = format!("{number:02}");
        let value = format!("value {number}");
        put(
            &vault,
            SESSION,
            &id,
            &format!("name {number}"),
            Some(&value),
        );
        put(&vault, HISTORY, &id, &format!("call {number}"), None);
    }
    vault
}

/// `meta`, and the secret as far as it opens.
type Fields = (Vec<u8>, Option<Option<String>>);

/// What a reader sees, by kind and id; records that do not open are counted apart.
#[derive(Debug, Default, PartialEq, Eq)]
struct Content {
    records: BTreeMap<(String, String), Fields>,
    damaged: usize,
}

fn content(vault: &Vault) -> Result<Content, VaultError> {
    let mut content = Content::default();
    for kind in KINDS {
        let listing = vault.list(kind)?;
        content.damaged += listing.damaged.len();
        for entry in listing.entries {
            let secret = match vault.secret(kind, &entry.id) {
                Ok(secret) => Some(secret.map(|text| text.expose_secret().to_owned())), // EXPOSE: compared
                Err(VaultError::Damaged(_)) => {
                    content.damaged += 1;
                    None
                }
                Err(error) => return Err(error),
            };
            let key = (kind.as_str().to_owned(), entry.id.clone());
            content.records.insert(key, (entry.meta().to_vec(), secret));
        }
    }
    Ok(content)
}

#[test]
fn flipped_bits_never_give_a_wrong_plaintext_and_lost_content_is_noticed() {
    let home = Home::empty();
    let vault = filled(&home);
    let truth = content(&vault).unwrap();
    assert_eq!((truth.records.len(), truth.damaged), (24, 0));
    drop(vault);
    let file = std::fs::read(home.path().join("vault.db")).unwrap();

    let mut random = StdRng::seed_from_u64(20_260_728);
    let (mut refused, mut noticed, mut harmless) = (0, 0, 0);
    for _ in 0..600 {
        let (at, bit) = (
            random.random_range(0..file.len()),
            random.random_range(0..8),
        );
        let mut flipped = file.clone();
        flipped[at] ^= 1 << bit;
        for rest in ["vault.db-wal", "vault.db-shm"] {
            let _ = std::fs::remove_file(home.path().join(rest));
        }
        std::fs::write(home.path().join("vault.db"), flipped).unwrap();

        let Ok(vault) = home.unlock() else {
            refused += 1;
            continue;
        };
        let at_unlock = vault.is_altered();
        let Ok(found) = content(&vault) else {
            refused += 1;
            continue;
        };
        for (key, (meta, secret)) in &found.records {
            let Some((true_meta, true_secret)) = truth.records.get(key) else {
                panic!("bit {bit} of byte {at}: a record {key:?} that was never written");
            };
            assert_eq!(meta, true_meta, "bit {bit} of byte {at}: wrong meta");
            // A secret may have gone missing, which must be noticed below; it may not be another one.
            if let Some(Some(_)) = secret {
                assert_eq!(secret, true_secret, "bit {bit} of byte {at}: wrong secret");
            }
        }
        if found == truth {
            harmless += 1;
            continue;
        }
        let complains = match vault.verify() {
            Ok(verification) => verification.altered || !verification.damaged.is_empty(),
            Err(_) => true,
        };
        assert!(
            at_unlock || found.damaged > 0,
            "bit {bit} of byte {at}: unnoticed by unlock and lists"
        );
        assert!(complains, "bit {bit} of byte {at}: unnoticed by verify");
        noticed += 1;
    }
    // The file is small and dense: a loop that hit free space only would prove nothing.
    assert!(
        refused + noticed > 100 && noticed > 20,
        "refused {refused}, noticed {noticed}, harmless {harmless}"
    );
}

/// Edits the database of a filled vault and returns the vault unlocked afterwards.
fn edited(edit: impl FnOnce(&rusqlite::Connection)) -> (Home, Vault) {
    let home = Home::empty();
    drop(filled(&home));
    edit(&home.database());
    let vault = home.unlock().unwrap();
    (home, vault)
}

#[test]
fn a_deleted_row_is_noticed() {
    let (_home, vault) = edited(|database| {
        let gone = database.execute(
            "DELETE FROM records WHERE kind = 'session' AND id = '03'",
            [],
        );
        assert_eq!(gone.unwrap(), 1);
    });
    assert!(vault.is_altered());
    let verification = vault.verify().unwrap();
    assert!(verification.altered && verification.damaged.is_empty());
    assert_eq!(verification.records, 23);
}

#[test]
fn swapped_rows_open_under_neither_name() {
    let (_home, vault) = edited(|database| {
        database
            .execute_batch(
                "UPDATE records SET id = 'tmp' WHERE kind = 'session' AND id = '01';
                 UPDATE records SET id = '01' WHERE kind = 'session' AND id = '02';
                 UPDATE records SET id = '02' WHERE kind = 'session' AND id = 'tmp';",
            )
            .unwrap();
    });
    assert!(vault.is_altered());
    for id in ["01", "02"] {
        assert!(matches!(
            vault.find(SESSION, id),
            Err(VaultError::Damaged(Damage::Record(_)))
        ));
        assert!(matches!(
            vault.secret(SESSION, id),
            Err(VaultError::Damaged(Damage::Record(_)))
        ));
    }
    let listing = vault.list(SESSION).unwrap();
    assert_eq!(listing.damaged, ["01", "02"]);
    assert_eq!(listing.entries.len(), 10);
    assert_eq!(ids(&vault.list(HISTORY).unwrap()).len(), 12);
}

#[test]
fn edits_of_kind_revision_key_id_and_fields_do_not_open() {
    for edit in [
        "UPDATE records SET kind = 'history', id = 'new' WHERE kind = 'session' AND id = '05'",
        "UPDATE records SET revision = 9 WHERE kind = 'session' AND id = '05'",
        "UPDATE records SET revision = -1 WHERE kind = 'session' AND id = '05'",
        "UPDATE records SET key_id = 2 WHERE kind = 'session' AND id = '05'",
        "UPDATE records SET meta = secret, meta_tag = secret_tag WHERE kind = 'session' AND id = '05'",
        "UPDATE records SET secret = NULL, secret_tag = NULL WHERE kind = 'session' AND id = '05'",
        "UPDATE records SET meta = x'', meta_tag = x'' WHERE kind = 'session' AND id = '05'",
    ] {
        let (_home, vault) = edited(|database| {
            assert_eq!(database.execute(edit, []).unwrap(), 1, "{edit}");
        });
        assert!(vault.is_altered(), "{edit}");
        assert_eq!(vault.verify().unwrap().damaged.len(), 1, "{edit}");
        // Whatever still opens is the true value.
        if let Ok(Some(value)) = vault.secret(SESSION, "05") {
            assert_eq!(value.expose_secret(), "value 5", "{edit}"); // EXPOSE: compared
        }
    }
}

#[test]
fn a_secret_that_was_taken_away_is_not_taken_for_none() {
    let (_home, vault) = edited(|database| {
        let edit = "UPDATE records SET secret = NULL, secret_tag = NULL WHERE id = '05'";
        database.execute(edit, []).unwrap();
    });
    assert!(matches!(
        vault.secret(SESSION, "05"),
        Err(VaultError::Damaged(Damage::Record(_)))
    ));
    assert!(vault.secret(HISTORY, "05").unwrap().is_none());
}

#[test]
fn a_row_put_back_to_an_earlier_version_is_noticed() {
    let home = Home::empty();
    let vault = filled(&home);
    let database = home.database();
    let keep =
        "CREATE TEMP TABLE kept AS SELECT * FROM records WHERE kind = 'session' AND id = '07'";
    database.execute_batch(keep).unwrap();
    put(&vault, SESSION, "07", "renamed", Some("new token"));
    assert!(!vault.verify().unwrap().altered);
    drop(vault);
    database
        .execute_batch("INSERT OR REPLACE INTO records SELECT * FROM kept")
        .unwrap();
    drop(database);

    let vault = home.unlock().unwrap();
    // The old row is a true row of this vault, so it opens; the manifest knows better.
    assert_eq!(name(&vault, SESSION, "07").unwrap(), "name 7");
    assert!(vault.is_altered());
    assert!(vault.verify().unwrap().altered);
}

#[test]
fn fields_of_two_versions_of_a_row_do_not_mix() {
    let home = Home::empty();
    let vault = filled(&home);
    let database = home.database();
    let (tag, body): (Vec<u8>, Vec<u8>) = database
        .query_row(
            "SELECT secret_tag, secret FROM records WHERE kind = 'session' AND id = '07'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    put(&vault, SESSION, "07", "renamed", Some("new token"));
    drop(vault);
    database
        .execute(
            "UPDATE records SET secret_tag = ?1, secret = ?2 WHERE kind = 'session' AND id = '07'",
            params![tag, body],
        )
        .unwrap();
    drop(database);
    let vault = home.unlock().unwrap();
    assert!(vault.secret(SESSION, "07").is_err());
    assert!(vault.find(SESSION, "07").is_err());
}

#[test]
fn going_back_while_the_vault_is_open_stops_the_next_write() {
    let home = Home::empty();
    let vault = filled(&home);
    let database = home.database();
    database
        .execute_batch(
            "CREATE TEMP TABLE rows AS SELECT * FROM records;
             CREATE TEMP TABLE sums AS SELECT * FROM manifest;",
        )
        .unwrap();
    put(&vault, SESSION, "07", "renamed", Some("new token"));
    database
        .execute_batch(
            "DELETE FROM records; INSERT INTO records SELECT * FROM rows;
             INSERT OR REPLACE INTO manifest SELECT * FROM sums;",
        )
        .unwrap();
    let written = vault.write(|tx| tx.remove(SESSION, "01"));
    assert!(matches!(
        written,
        Err(VaultError::Damaged(Damage::RolledBack))
    ));
}

#[test]
fn a_damaged_manifest_stops_writes_until_the_damage_is_accepted() {
    for edit in [
        "UPDATE manifest SET generation = generation + 1",
        "UPDATE manifest SET body = randomblob(length(body))",
        "DELETE FROM manifest",
    ] {
        let (home, vault) = edited(|database| {
            assert_eq!(database.execute(edit, []).unwrap(), 1, "{edit}");
        });
        assert!(vault.is_altered(), "{edit}");
        assert_eq!(revealed(&vault, SESSION, "01").unwrap(), "value 1");
        let written = vault.write(|tx| tx.remove(SESSION, "01"));
        assert!(
            matches!(written, Err(VaultError::Damaged(Damage::Manifest))),
            "{edit}: {written:?}"
        );
        assert!(vault.accept_damage().unwrap().is_empty(), "{edit}");
        put(&vault, SESSION, "01", "again", None);
        drop(vault);
        let vault = home.unlock().unwrap();
        assert!(!vault.is_altered(), "{edit}");
        assert_eq!(vault.verify().unwrap().records, 24, "{edit}");
    }
}

#[test]
fn accepting_damage_removes_what_does_not_open_and_keeps_the_rest() {
    let (home, vault) = edited(|database| {
        database
            .execute_batch(
                "UPDATE records SET meta = randomblob(length(meta)) WHERE kind = 'session' AND id = '02';
                 UPDATE records SET secret = randomblob(length(secret)) WHERE kind = 'session' AND id = '03';
                 UPDATE records SET id = CAST(x'ff00fe' AS TEXT) WHERE kind = 'session' AND id = '04';
                 DELETE FROM records WHERE kind = 'history' AND id = '00';",
            )
            .unwrap();
    });
    // A write goes through all the same, and does not hide the damage.
    put(&vault, SESSION, "00", "renamed", Some("kept"));
    assert!(vault.verify().unwrap().altered);
    assert_eq!(vault.verify().unwrap().damaged.len(), 3);
    // The secret of 03 is lost, what lists need is not.
    assert_eq!(name(&vault, SESSION, "03").unwrap(), "name 3");

    assert_eq!(vault.accept_damage().unwrap().len(), 3);
    drop(vault);
    let vault = home.unlock().unwrap();
    assert!(!vault.is_altered());
    let verification = vault.verify().unwrap();
    assert_eq!((verification.records, verification.altered), (20, false));
    assert!(verification.damaged.is_empty());
    assert_eq!(revealed(&vault, SESSION, "00").unwrap(), "kept");
}

#[test]
fn a_damaged_record_can_be_overwritten_or_removed() {
    let (_home, vault) = edited(|database| {
        let edit = "UPDATE records SET meta = randomblob(length(meta)), secret = randomblob(96)
                    WHERE kind = 'session' AND id IN ('02', '03')";
        assert_eq!(database.execute(edit, []).unwrap(), 2);
    });
    assert!(
        !vault.is_altered(),
        "bodies are not the manifest's business"
    );
    assert_eq!(vault.list(SESSION).unwrap().damaged, ["02", "03"]);
    assert!(vault.write(|tx| tx.remove(SESSION, "02")).unwrap());
    put(&vault, SESSION, "03", "new", Some("new"));
    assert_eq!(
        vault.verify().unwrap(),
        inchkeep_vault::Verification {
            records: 23,
            ..Default::default()
        }
    );
}
