//! Who may import whom.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use crate::{files, read, root};

const LEAVES: [&str; 4] = [
    "inchkeep-vault",
    "inchkeep-oauth",
    "inchkeep-console",
    "inchkeep-sandbox",
];

/// Direct dependencies of a package, those of its tests left out.
fn dependencies() -> anyhow::Result<Vec<(String, BTreeSet<String>)>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().into_iter().flatten();
        let normal = all.filter(|dependency| dependency["kind"].is_null());
        normal
            .filter_map(|one| Some(one["name"].as_str()?.to_owned()))
            .collect()
    };
    let name = |package: &Value| package["name"].as_str().unwrap_or_default().to_owned();
    Ok(packages
        .iter()
        .map(|package| (name(package), of(package)))
        .collect())
}

#[test]
fn the_shell_imports_the_app_the_app_the_leaves_and_those_none_of_ours() -> anyhow::Result<()> {
    let all = dependencies()?;
    assert!(all.len() >= 7, "a package is missing: {all:?}");
    for (name, needs) in &all {
        let ours: BTreeSet<&str> = needs
            .iter()
            .map(String::as_str)
            .filter(|need| need.starts_with("inchkeep"))
            .collect();
        let allowed: BTreeSet<&str> = match name.as_str() {
            "inchkeep" => BTreeSet::from(["inchkeep-app"]),
            "inchkeep-app" => BTreeSet::from(LEAVES),
            "inchkeep-tests" => ours.clone(),
            leaf => {
                assert!(LEAVES.contains(&leaf), "a new package: {leaf}");
                BTreeSet::new()
            }
        };
        assert!(ours.is_subset(&allowed), "{name} imports {ours:?}");
    }
    Ok(())
}

#[test]
fn each_outer_library_is_named_in_one_room() -> anyhow::Result<()> {
    let rules: [(&str, &[&str]); 7] = [
        ("rusqlite", &["inchkeep-vault"]),
        ("keyring-core", &["inchkeep-vault"]),
        ("oauth2", &["inchkeep-oauth"]),
        ("reqwest", &["inchkeep-console"]),
        ("rmcp", &["inchkeep-console"]),
        ("axum", &["inchkeep-sandbox"]),
        ("tauri", &["inchkeep"]),
    ];
    for (name, needs) in dependencies()?
        .iter()
        .filter(|(name, _)| name != "inchkeep-tests")
    {
        for (library, rooms) in rules {
            let may = rooms.contains(&name.as_str());
            assert!(may || !needs.contains(library), "{name} names {library}");
        }
    }
    Ok(())
}

#[test]
fn the_page_imports_tauri_in_one_file_and_features_none_of_each_other() -> anyhow::Result<()> {
    for (path, text) in files("ui/src", &[".ts", ".svelte"])? {
        if path != "ui/src/lib/api/tauri.ts" {
            assert!(!text.contains("@tauri-apps/"), "{path} imports Tauri");
        }
        let Some(rest) = path.strip_prefix("ui/src/features/") else {
            continue;
        };
        let own = rest.split('/').next().unwrap_or_default();
        for line in text.lines().filter(|line| line.contains(" from '")) {
            let Some((_, other)) = line.split_once("features/") else {
                continue;
            };
            assert!(other.starts_with(&format!("{own}/")), "{path}: {line}");
        }
        // A neighbour is two steps up and one down.
        let folders = rest.split('/').count() - 1;
        let up = "../".repeat(folders);
        for line in text
            .lines()
            .filter(|line| line.contains(&format!("from '{up}")))
        {
            let target = line.split(&format!("'{up}")).nth(1).unwrap_or_default();
            let inside = target.starts_with("../") || target.starts_with(&format!("{own}/"));
            assert!(inside, "{path}: {line}");
        }
    }
    Ok(())
}

#[test]
fn what_links_openssl_is_not_in_the_tree() -> anyhow::Result<()> {
    let lock = read("Cargo.lock")?;
    for library in ["openssl-sys", "native-tls"] {
        assert!(
            !lock.contains(&format!("name = \"{library}\"")),
            "{library}"
        );
    }
    Ok(())
}

#[test]
fn every_secret_that_is_exposed_says_why() -> anyhow::Result<()> {
    for (path, text) in files("src-tauri", &[".rs"])? {
        // Tests look at secrets to compare them.
        let code = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        if path.contains("/tests/") || path.ends_with("_tests.rs") || path.ends_with("/tests.rs") {
            continue;
        }
        let lines: Vec<&str> = code.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let exposes = line.contains(".expose_secret()") || line.contains("::expose_secret)");
            if !exposes || line.trim_start().starts_with("//") {
                continue;
            }
            let before = index.saturating_sub(8);
            let near = lines.get(before..=index).unwrap_or_default();
            assert!(
                near.iter().any(|line| line.contains("// EXPOSE: ")),
                "{path}:{} exposes a secret without a reason",
                index + 1
            );
        }
    }
    Ok(())
}

#[test]
fn spans_record_no_arguments() -> anyhow::Result<()> {
    for (path, text) in files("src-tauri", &[".rs"])? {
        for line in text.lines().filter(|line| line.contains("instrument(")) {
            assert!(line.contains("instrument(skip_all"), "{path}: {line}");
        }
    }
    Ok(())
}
