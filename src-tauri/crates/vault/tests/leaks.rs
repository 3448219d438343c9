//! What lies in the vault's directory: no plaintext, and for nobody else to read.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use common::{HISTORY, Home, SESSION, put, secret};
use inchkeep_vault::{Cost, Opening, Secret};
use secrecy::ExposeSecret;
use serde_json::json;

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// A text as it may lie in a file: as it is, as UTF-16, in hex, in base64 at each of three offsets.
fn disguises(text: &str) -> Vec<Vec<u8>> {
    let hex = text
        .bytes()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut found = vec![text.into(), wide, hex.to_uppercase().into(), hex.into()];
    for offset in 0..3 {
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode([&vec![0; offset], text.as_bytes()].concat());
            // The first and last characters also carry bits of the neighbours.
            found.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    found
}

fn is_anywhere(dir: &Path, text: &str) -> Option<PathBuf> {
    let disguises = disguises(text);
    files(dir).into_iter().find(|path| {
        let bytes = fs::read(path).unwrap();
        disguises
            .iter()
            .any(|text| bytes.windows(text.len()).any(|window| window == text))
    })
}

#[test]
fn neither_database_nor_log_holds_plaintext() {
    let home = Home::empty();
    let vault = home.create();
    let value = "canary-secret-0f9e8d7c6b5a";
    let (label, old) = (
        "canary-meta-Wallet-0xdeadbeef",
        "canary-first-token-11223344",
    );
    let (url, passphrase) = (
        "https://canary.example/tokens/0xfeed",
        "canary passphrase tree",
    );
    put(&vault, SESSION, "visible-id", label, Some(old));
    put(&vault, SESSION, "visible-id", label, Some(value));
    vault
        .write(|tx| {
            for number in 0..200 {
                let id = format!("{number:05}");
                tx.put(
                    HISTORY,
                    &id,
                    &json!({ "url": url }),
                    Secret::Set(&secret(url)),
                )?;
            }
            tx.trim(HISTORY, 100)
        })
        .unwrap();
    let code = vault.make_recovery_code().unwrap();
    let phrase = secret(passphrase);
    let opening = Opening::KeyringAndPassphrase(&phrase, Cost::FLOOR);
    vault.change_opening(opening, &home.gate).unwrap();
    put(&vault, SESSION, "visible-id", label, Some(value));
    drop(vault.hold(label, std::time::Duration::ZERO).unwrap());
    let code = code.expose_secret().to_owned(); // EXPOSE: searched for

    let canaries = [value, label, old, url, passphrase, &code];
    let search = || {
        for canary in canaries {
            let found = is_anywhere(home.path(), canary);
            assert_eq!(found, None, "a canary lies in a file");
        }
        // Ids lie in the clear, so the search does find what is there.
        assert!(is_anywhere(home.path(), "visible-id").is_some());
    };
    assert!(home.path().join("vault.db-wal").metadata().unwrap().len() > 0);
    search();
    drop(vault);
    search();
}

#[test]
fn the_search_sees_through_each_disguise() {
    let home = Home::empty();
    let canary = "canary-secret-0f9e8d7c6b5a";
    let encoded = STANDARD_NO_PAD.encode(format!("ab{canary}cd"));
    let wide: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [canary.as_bytes(), encoded.as_bytes(), &wide] {
        fs::write(home.path().join("file"), content).unwrap();
        assert!(is_anywhere(home.path(), canary).is_some());
    }
    fs::write(home.path().join("file"), "canary-secret").unwrap();
    assert!(is_anywhere(home.path(), canary).is_none());
}

#[cfg(unix)]
#[test]
fn directory_and_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = Home::empty();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let vault = home.create();
    put(&vault, SESSION, "a", "x", Some("y"));
    let _hold = vault.hold("name", std::time::Duration::ZERO).unwrap();
    assert_eq!(mode(home.path()), 0o700);
    let found = files(home.path());
    assert!(found.len() >= 4, "{found:?}");
    for path in &found {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    drop(vault);

    fs::set_permissions(
        home.path().join("vault.db"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let _vault = home.unlock().unwrap();
    assert_eq!(mode(&home.path().join("vault.db")), 0o600);
}
