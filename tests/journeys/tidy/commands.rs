//! The one list of commands is the one list.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{files, read};

/// Commands of the main window, and of the secret window.
struct Commands {
    main: BTreeSet<&'static str>,
    secret: BTreeSet<&'static str>,
}

macro_rules! names {
    ($($window:ident { $($name:ident($request:ty) -> $response:ty;)* })*) => {
        fn commands() -> Commands {
            Commands { $($window: BTreeSet::from([$(stringify!($name)),*]),)* }
        }
    };
}
inchkeep_app::command_list!(names);

#[test]
fn each_window_is_permitted_its_own_commands_and_no_other() -> anyhow::Result<()> {
    let all = commands();
    assert!(all.main.is_disjoint(&all.secret));
    for (window, commands) in [("main", all.main), ("secret", all.secret)] {
        let text = read(&format!("src-tauri/capabilities/{window}.json"))?;
        let capability: Value = serde_json::from_str(&text)?;
        assert_eq!(capability["windows"], serde_json::json!([window]));
        let permissions = capability["permissions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let permitted: BTreeSet<String> = permissions
            .iter()
            .filter_map(|permission| permission.as_str()?.strip_prefix("allow-"))
            .map(|name| name.replace('-', "_"))
            .collect();
        assert_eq!(
            permitted,
            commands.into_iter().map(str::to_owned).collect(),
            "{window}"
        );
    }
    Ok(())
}

#[test]
fn the_contract_with_the_page_is_what_rust_says() -> anyhow::Result<()> {
    let there = read("ui/src/lib/api/contract.ts")?;
    assert!(
        there == inchkeep_app::typescript_contract(),
        "run `./dev contract`"
    );
    let all = commands();
    for name in all.main.iter().chain(&all.secret) {
        assert!(
            there.contains(&format!("{name}:")),
            "{name} is not in contract.ts"
        );
    }
    Ok(())
}

#[test]
fn every_command_is_called_by_a_journey() -> anyhow::Result<()> {
    let journeys = files("tests/journeys", &[".rs"])?;
    let steps = files("tests/src", &[".rs"])?;
    let text: String = journeys
        .into_iter()
        .chain(steps)
        .map(|(_, text)| text)
        .collect();
    let all = commands();
    let uncalled: Vec<_> = all
        .main
        .iter()
        .chain(&all.secret)
        .filter(|name| !text.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(uncalled, Vec::<&&str>::new(), "no journey calls these");
    Ok(())
}

#[test]
fn every_error_code_has_words_in_the_page() -> anyhow::Result<()> {
    let contract = read("ui/src/lib/api/contract.ts")?;
    let codes = contract
        .split_once("export type ErrorCode =")
        .and_then(|(_, rest)| rest.split(';').next())
        .unwrap_or_default();
    let codes: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
    assert!(codes.len() > 50, "the codes were not found");
    let page: String = files("ui/src", &[".ts"])?
        .into_iter()
        .filter(|(path, _)| path.ends_with("errors.ts"))
        .map(|(_, text)| text)
        .collect();
    for code in codes {
        assert!(page.contains(&format!("{code}:")), "{code} has no words");
    }
    Ok(())
}
