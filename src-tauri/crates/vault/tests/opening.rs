//! Key slots: each way to open a vault, and how each one fails.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use common::{Home, SESSION, put, revealed, secret};
use inchkeep_vault::{Cost, Damage, Key, Opening, OpensWith, Vault, VaultError, VaultState};
use secrecy::{ExposeSecret, SecretString};

fn present(opens_with: OpensWith, has_recovery: bool) -> VaultState {
    VaultState::Present {
        opens_with,
        has_recovery,
    }
}

fn unlock(home: &Home, key: Key<'_>) -> Result<Vault, VaultError> {
    Vault::unlock(home.path(), key, &home.gate)
}

#[test]
fn inspect_tells_what_is_there() {
    let home = Home::empty();
    assert_eq!(Vault::inspect(home.path()).unwrap(), VaultState::Missing);
    assert_eq!(
        Vault::inspect(home.path().join("nowhere")).unwrap(),
        VaultState::Missing
    );
    assert!(matches!(home.unlock(), Err(VaultError::Missing)));

    let vault = home.create();
    let state = present(OpensWith::Keyring, false);
    assert_eq!(Vault::inspect(home.path()).unwrap(), state);
    vault.make_recovery_code().unwrap();
    let state = present(OpensWith::Keyring, true);
    assert_eq!(Vault::inspect(home.path()).unwrap(), state);
    assert_eq!(vault.state().unwrap(), state);
}

#[test]
fn a_passphrase_opens_its_vault_without_a_keyring() {
    let home = Home::empty();
    home.store
        .fail_with(Some(inchkeep_vault::KeyringFailure::NoService));
    let passphrase = secret("correct horse");
    let opening = Opening::Passphrase(&passphrase, Cost::FLOOR);
    let vault = Vault::create(home.path(), opening, &home.gate).unwrap();
    put(&vault, SESSION, "a", "x", Some("y"));
    drop(vault);
    assert_eq!(
        Vault::inspect(home.path()).unwrap(),
        present(OpensWith::Passphrase, false)
    );
    let vault = unlock(&home, Key::Passphrase(&passphrase)).unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
    assert!(matches!(
        unlock(&home, Key::Passphrase(&secret("Correct horse"))),
        Err(VaultError::WrongKey)
    ));
    assert!(matches!(
        unlock(&home, Key::Keyring),
        Err(VaultError::NoSuchSlot)
    ));
    assert!(home.store.is_empty());
}

#[test]
fn with_app_lock_neither_keyring_nor_passphrase_suffices() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    let passphrase = secret("correct horse");
    let on = Opening::KeyringAndPassphrase(&passphrase, Cost::FLOOR);
    vault.change_opening(on, &home.gate).unwrap();
    assert_eq!(
        vault.state().unwrap(),
        present(OpensWith::KeyringAndPassphrase, false)
    );
    drop(vault);
    assert!(matches!(
        unlock(&home, Key::Keyring),
        Err(VaultError::NoSuchSlot)
    ));
    assert!(matches!(
        unlock(&home, Key::Passphrase(&passphrase)),
        Err(VaultError::NoSuchSlot)
    ));
    assert!(matches!(
        unlock(&home, Key::KeyringAndPassphrase(&secret("wrong"))),
        Err(VaultError::WrongKey)
    ));
    let vault = unlock(&home, Key::KeyringAndPassphrase(&passphrase)).unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
    drop(vault);
    home.store.clear();
    assert!(matches!(
        unlock(&home, Key::KeyringAndPassphrase(&passphrase)),
        Err(VaultError::KeyMissing)
    ));
}

#[test]
fn changing_the_opening_shuts_the_old_way_and_cleans_the_keyring() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    let (old, new) = (secret("old passphrase"), secret("new passphrase"));
    let change = |opening| vault.change_opening(opening, &home.gate).unwrap();

    change(Opening::Passphrase(&old, Cost::FLOOR));
    assert!(home.store.is_empty(), "an idle key stays in the keyring");
    change(Opening::Passphrase(&new, Cost::FLOOR));
    assert!(matches!(
        unlock(&home, Key::Passphrase(&old)),
        Err(VaultError::WrongKey)
    ));
    let other = unlock(&home, Key::Passphrase(&new)).unwrap();
    assert_eq!(revealed(&other, SESSION, "a").unwrap(), "y");

    change(Opening::Keyring);
    assert_eq!(home.store.len(), 1);
    assert!(home.unlock().is_ok());
    assert!(matches!(
        unlock(&home, Key::Passphrase(&new)),
        Err(VaultError::NoSuchSlot)
    ));
}

#[test]
fn a_recovery_code_opens_a_vault_whose_keyring_was_lost() {
    let home = Home::empty();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    let code = vault.make_recovery_code().unwrap();
    drop(vault);
    home.store.clear();
    assert!(matches!(home.unlock(), Err(VaultError::KeyMissing)));
    assert!(home.store.is_empty(), "a key was made over an old vault");

    let typed = code.expose_secret().to_lowercase().replace('-', "  "); // EXPOSE: typed as people do
    let vault = unlock(&home, Key::Recovery(&SecretString::from(typed))).unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
    vault.change_opening(Opening::Keyring, &home.gate).unwrap();
    drop(vault);
    let vault = home.unlock().unwrap();
    assert_eq!(revealed(&vault, SESSION, "a").unwrap(), "y");
}

#[test]
fn only_the_latest_recovery_code_counts_and_it_can_be_removed() {
    let home = Home::empty();
    let vault = home.create();
    let first = vault.make_recovery_code().unwrap();
    let second = vault.make_recovery_code().unwrap();
    assert!(matches!(
        unlock(&home, Key::Recovery(&first)),
        Err(VaultError::WrongKey)
    ));
    assert!(unlock(&home, Key::Recovery(&second)).is_ok());
    assert!(matches!(
        unlock(&home, Key::Recovery(&secret("ABCD-EFGH"))),
        Err(VaultError::MistypedRecoveryCode)
    ));
    assert!(vault.remove_recovery_code().unwrap());
    assert!(!vault.remove_recovery_code().unwrap());
    assert!(matches!(
        unlock(&home, Key::Recovery(&second)),
        Err(VaultError::NoSuchSlot)
    ));
}

#[test]
fn a_wrong_passphrase_is_told_from_a_damaged_slot() {
    let passphrase = secret("correct horse");
    for column in ["salt", "tag", "body", "checksum"] {
        let home = Home::empty();
        let opening = Opening::Passphrase(&passphrase, Cost::FLOOR);
        drop(Vault::create(home.path(), opening, &home.gate).unwrap());
        let database = home.database();
        let mut bytes: Vec<u8> = database
            .query_row(&format!("SELECT {column} FROM slots"), [], |row| row.get(0))
            .unwrap();
        bytes[3] ^= 0x10;
        database
            .execute(&format!("UPDATE slots SET {column} = ?1"), [bytes])
            .unwrap();
        drop(database);
        for passphrase in [&passphrase, &secret("wrong")] {
            let refused = unlock(&home, Key::Passphrase(passphrase)).map(drop);
            assert!(
                matches!(refused, Err(VaultError::Damaged(Damage::Header))),
                "{column}: {refused:?}"
            );
        }
    }
}

#[test]
fn damage_of_the_header_is_noticed() {
    for edit in [
        "UPDATE header SET vault_id = randomblob(16)",
        "UPDATE header SET key_check = randomblob(32)",
        "UPDATE header SET vault_id = randomblob(15)",
        "UPDATE header SET key_id = 2",
        "UPDATE header SET format = 'other'",
        "UPDATE header SET schema_version = 0",
        "UPDATE header SET schema_version = -1",
        "DELETE FROM header",
        "DELETE FROM slots",
    ] {
        let home = Home::empty();
        put(&home.create(), SESSION, "a", "x", None);
        home.database().execute(edit, []).unwrap();
        let inspected = Vault::inspect(home.path());
        assert!(
            matches!(inspected, Err(VaultError::Damaged(Damage::Header))),
            "{edit}: {inspected:?}"
        );
        assert!(home.unlock().is_err(), "{edit}");
        // What is left is not built over.
        let made = Vault::create(home.path(), Opening::Keyring, &home.gate);
        assert!(matches!(made, Err(VaultError::AlreadyExists)), "{edit}");
    }
}

#[test]
fn a_newer_vault_is_refused_and_left_alone() {
    let home = Home::empty();
    drop(home.create());
    home.database()
        .execute_batch("UPDATE header SET schema_version = 7; CREATE TABLE novelty (x)")
        .unwrap();
    let refused = home.unlock().map(drop);
    assert!(matches!(
        refused,
        Err(VaultError::NewerSchema {
            found: 7,
            supported: 1
        })
    ));
}

#[test]
fn hostile_costs_in_the_header_are_refused_before_they_run() {
    let home = Home::empty();
    let passphrase = secret("correct horse");
    let weak = Cost {
        memory_kib: 8,
        ..Cost::FLOOR
    };
    let made = Vault::create(
        home.path(),
        Opening::Passphrase(&passphrase, weak),
        &home.gate,
    );
    assert!(matches!(made, Err(VaultError::CostOutOfBounds)));
    assert_eq!(Vault::inspect(home.path()).unwrap(), VaultState::Missing);

    let opening = Opening::Passphrase(&passphrase, Cost::FLOOR);
    drop(Vault::create(home.path(), opening, &home.gate).unwrap());
    let edits = [
        "memory_kib = 4294967295",
        "passes = 4294967295",
        "lanes = 1",
        "memory_kib = 8",
    ];
    for edit in edits {
        let home = copy_of(&home);
        let database = home.database();
        database
            .execute(&format!("UPDATE slots SET {edit}"), [])
            .unwrap();
        // An attacker can make the checksum fit; it is no secret.
        forge_slot_checksum(&database);
        drop(database);
        let refused = unlock(&home, Key::Passphrase(&passphrase)).map(drop);
        assert!(
            matches!(refused, Err(VaultError::CostOutOfBounds)),
            "{edit}: {refused:?}"
        );
    }
}

#[test]
fn added_triggers_views_and_tables_are_refused() {
    for addition in [
        "CREATE TRIGGER spy AFTER INSERT ON records BEGIN DELETE FROM slots; END",
        "CREATE VIEW spy AS SELECT * FROM records",
        "CREATE TABLE spy (x)",
        "CREATE INDEX spy ON records (revision)",
    ] {
        let home = Home::empty();
        drop(home.create());
        home.database().execute_batch(addition).unwrap();
        let refused = home.unlock().map(drop);
        assert!(
            matches!(refused, Err(VaultError::Damaged(Damage::File))),
            "{addition}: {refused:?}"
        );
    }
}

#[test]
fn a_file_that_is_no_database_is_damage_not_a_first_run() {
    let home = Home::empty();
    std::fs::write(home.path().join("vault.db"), [b'x'; 9000]).unwrap();
    let inspected = Vault::inspect(home.path());
    assert!(matches!(inspected, Err(VaultError::Damaged(Damage::File))));
    let made = Vault::create(home.path(), Opening::Keyring, &home.gate);
    assert!(matches!(made, Err(VaultError::Damaged(Damage::File))));
    assert!(home.store.is_empty());
}

fn copy_of(home: &Home) -> Home {
    let copy = Home::empty();
    let file = "vault.db";
    std::fs::copy(home.path().join(file), copy.path().join(file)).unwrap();
    copy
}

/// Computes the checksum of the passphrase slot as the format has it, from the outside.
fn forge_slot_checksum(database: &rusqlite::Connection) {
    use blake2::digest::consts::U32;
    use blake2::{Blake2b, Digest};
    let vault_id: Vec<u8> = database
        .query_row("SELECT vault_id FROM header", [], |row| row.get(0))
        .unwrap();
    let (mut terms, cost, tag, body) = database
        .query_row(
            "SELECT salt, memory_kib, passes, lanes, tag, body FROM slots",
            [],
            |row| {
                let cost: [u32; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
                Ok((
                    row.get::<_, Vec<u8>>(0)?,
                    cost,
                    row.get::<_, Vec<u8>>(4)?,
                    row.get::<_, Vec<u8>>(5)?,
                ))
            },
        )
        .unwrap();
    for number in cost {
        terms.extend_from_slice(&number.to_le_bytes());
    }
    let mut hash = Blake2b::<U32>::new();
    let parts: [&[u8]; 7] = [
        b"inchkeep-vault",
        b"slot",
        &vault_id,
        b"passphrase",
        &terms,
        &tag,
        &body,
    ];
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let changed = database
        .execute(
            "UPDATE slots SET checksum = ?1",
            [hash.finalize().as_slice()],
        )
        .unwrap();
    assert_eq!(changed, 1);
}
