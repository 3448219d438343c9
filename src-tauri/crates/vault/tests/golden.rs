//! A vault of each schema version, as the version of its time wrote it, still opens.
//!
//! `golden/v1.db` was written by `Vault::create` with [`PASSPHRASE`] at the least cost, two writes, and a
//! recovery code. It is never written anew: a change that cannot read it needs a migration.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use std::fs;

use common::{HISTORY, Home, ids, name, put, revealed, secret};
use inchkeep_vault::{Key, Kind, OpensWith, Vault, VaultState, Verification};

const API_KEY: Kind = Kind::new("api_key");
const FIRST: &str = "0190a000-0000-7000-8000-000000000001";
const SECOND: &str = "0190a000-0000-7000-8000-000000000002";
const PASSPHRASE: &str = "golden passphrase";
const RECOVERY_CODE: &str = "664AR-RCMF3-SX3F3-QC6QS-1CFE7-FR1K7";

#[test]
fn a_vault_of_schema_version_1_opens_with_both_its_keys_and_takes_writes() {
    let home = Home::empty();
    fs::write(home.path().join("vault.db"), include_bytes!("golden/v1.db")).unwrap();
    assert_eq!(
        Vault::inspect(home.path()).unwrap(),
        VaultState::Present {
            opens_with: OpensWith::Passphrase,
            has_recovery: true,
        }
    );
    let (passphrase, code) = (secret(PASSPHRASE), secret(RECOVERY_CODE));
    for key in [Key::Passphrase(&passphrase), Key::Recovery(&code)] {
        let vault = Vault::unlock(home.path(), key, &home.gate).unwrap();
        assert_eq!(ids(&vault.list(API_KEY).unwrap()), [FIRST, SECOND]);
        assert_eq!(name(&vault, API_KEY, FIRST).unwrap(), "Production, renamed");
        assert_eq!(revealed(&vault, API_KEY, FIRST).unwrap(), "golden-secret-1");
        assert_eq!(vault.find(API_KEY, FIRST).unwrap().unwrap().revision, 2);
        assert_eq!(name(&vault, API_KEY, SECOND).unwrap(), "Ägypten 🗝");
        assert_eq!(revealed(&vault, API_KEY, SECOND).unwrap(), "");
        assert_eq!(vault.count(HISTORY).unwrap(), 1);
        let whole = Verification {
            records: 3,
            ..Verification::default()
        };
        assert_eq!(vault.verify().unwrap(), whole);
    }
    let vault = Vault::unlock(home.path(), Key::Recovery(&code), &home.gate).unwrap();
    assert_eq!(put(&vault, API_KEY, FIRST, "written today", Some("new")), 3);
    assert!(!vault.verify().unwrap().altered);
}
