//! Words and marks that do not belong in the tree.

use crate::{files, read};

const SOURCES: [&str; 7] = [".rs", ".ts", ".svelte", ".mjs", ".toml", ".md", ".html"];

fn sources() -> anyhow::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for folder in ["src-tauri", "ui", "tests"] {
        all.extend(files(folder, &SOURCES)?);
    }
    for file in [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "dev",
    ] {
        all.push((file.to_owned(), read(file)?));
    }
    Ok(all)
}

/// Written in two halves, so that this file does not find itself.
fn word(first: &str, second: &str) -> String {
    format!("{first}{second}")
}

#[test]
fn nothing_is_left_for_later() -> anyhow::Result<()> {
    let marks = [
        word("TO", "DO"),
        word("FIX", "ME"),
        word("XX", "X:"),
        word("todo", "!("),
        word("unimple", "mented!("),
    ];
    for (path, text) in sources()? {
        for mark in &marks {
            assert!(!text.contains(mark), "{path} has {mark}");
        }
    }
    Ok(())
}

#[test]
fn no_test_is_skipped_and_no_page_test_waits_for_a_fixed_time() -> anyhow::Result<()> {
    let marks = [
        word("#[ign", "ore"),
        word("test.sk", "ip("),
        word("it.sk", "ip("),
        word("describe.sk", "ip("),
        word("test.on", "ly("),
        word("it.on", "ly("),
        word("waitForTime", "out("),
    ];
    for (path, text) in sources()? {
        for mark in &marks {
            assert!(!text.contains(mark), "{path} has {mark}");
        }
    }
    Ok(())
}

#[test]
fn no_test_blocks_its_thread_to_wait() -> anyhow::Result<()> {
    let mark = word("thread::sl", "eep(");
    for (path, text) in files("tests", &[".rs"])? {
        assert!(!text.contains(&mark), "{path} has {mark}");
    }
    Ok(())
}

#[test]
fn names_are_the_fields_own() -> anyhow::Result<()> {
    let endings = [
        word("Man", "ager"),
        word("Serv", "ice"),
        word("Hel", "per"),
        word("Ut", "il"),
    ];
    for (path, text) in files("src-tauri", &[".rs"])? {
        for line in text.lines().map(str::trim_start) {
            let line = line
                .trim_start_matches("pub ")
                .trim_start_matches("pub(crate) ");
            let named = ["struct ", "enum ", "trait ", "mod "]
                .iter()
                .find_map(|kind| line.strip_prefix(kind));
            let Some(name) = named.and_then(|rest| {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
            }) else {
                continue;
            };
            assert!(
                !endings.iter().any(|ending| name.ends_with(ending.as_str())),
                "{path}: {name}"
            );
        }
        for line in text.lines().map(str::trim_start) {
            let is_reader = line.contains("fn get_") && !line.starts_with("//");
            // `get_token` is the command that gets one from a server.
            assert!(
                !is_reader || line.contains("fn get_token("),
                "{path}: {line}"
            );
        }
    }
    Ok(())
}

#[test]
fn no_library_keeps_state_in_a_static() -> anyhow::Result<()> {
    for (path, text) in files("src-tauri/crates", &[".rs"])? {
        let mut before = "";
        for line in text.lines().map(str::trim_start) {
            let item = line
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("pub ");
            // What belongs to a task ends with it.
            let of_a_task = before.starts_with("tokio::task_local!");
            assert!(!item.starts_with("static ") || of_a_task, "{path}: {line}");
            before = line;
        }
    }
    Ok(())
}

#[test]
fn no_path_of_somebodys_machine_is_written_down() -> anyhow::Result<()> {
    let marks = [
        word("/wo", "rk/"),
        word("/tmp/", "setup"),
        word("/ro", "ot/"),
    ];
    for (path, text) in sources()? {
        for mark in &marks {
            assert!(!text.contains(mark), "{path} has {mark}");
        }
    }
    Ok(())
}

#[test]
fn comments_point_at_papers_that_are_here() -> anyhow::Result<()> {
    for (path, text) in sources()? {
        for (at, end) in text.match_indices(".md") {
            let before = text.get(..at).unwrap_or_default();
            let name = before
                .rsplit(|c: char| !c.is_alphanumeric() && c != '-')
                .next();
            let paper = format!("{}{end}", name.unwrap_or_default());
            let is_ending = paper == end;
            assert!(
                is_ending || crate::root().join(&paper).exists(),
                "{path} points at {paper}"
            );
        }
    }
    Ok(())
}

#[test]
fn files_stay_short_enough_to_read() -> anyhow::Result<()> {
    for (path, text) in files("src-tauri", &[".rs"])? {
        if path.ends_with("tests.rs") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        assert!(
            code.lines().count() <= 500,
            "{path} has {} lines",
            code.lines().count()
        );
    }
    for (path, text) in files("ui/src", &[".svelte"])? {
        assert!(
            text.lines().count() <= 250,
            "{path} has {} lines",
            text.lines().count()
        );
    }
    Ok(())
}
