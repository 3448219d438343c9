//! The log: one file a day in `logs/` of the data folder, the last seven kept.

use std::path::Path;

use tracing::Level;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

/// `error`, `warn`, `info` (the default), `debug` or `trace`.
const VARIABLE: &str = "INCHKEEP_LOG";

/// Starts to write the log.
///
/// Only our own crates are heard: what a library says may quote what it handled, and a log must not
/// be able to hold a secret.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn start(data_dir: &Path) -> Result<(), InitError> {
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("inchkeep")
        .filename_suffix("log")
        .max_log_files(7)
        .build(data_dir.join("logs"))?;
    let lines = fmt::layer().with_ansi(false).with_writer(file);
    registry().with(lines.with_filter(ours(level()))).init();
    note_panics();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}

fn level() -> Level {
    std::env::var(VARIABLE)
        .ok()
        .and_then(|level| level.parse().ok())
        .unwrap_or(Level::INFO)
}

/// Targets are matched by their beginning, so this one name is all of our crates.
fn ours(level: Level) -> Targets {
    Targets::new().with_target("inchkeep", level)
}

/// A panic's place goes to the log. Its message may quote a value, so it is printed in debug builds only.
fn note_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a defect stopped something");
        if cfg!(debug_assertions) {
            print(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_crates_are_heard_and_libraries_are_not() {
        let filter = ours(Level::DEBUG);
        assert!(filter.would_enable("inchkeep_console::transport", &Level::DEBUG));
        assert!(filter.would_enable("inchkeep", &Level::INFO));
        assert!(!filter.would_enable("inchkeep_vault", &Level::TRACE));
        assert!(!filter.would_enable("hyper::proto::h1", &Level::ERROR));
    }
}
