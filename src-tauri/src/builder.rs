//! Puts the parts together, and takes them apart at the end.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use inchkeep_app::contract::AppEvent;
use inchkeep_app::{App, AppOptions, Host as _};
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, RunEvent, Window, WindowEvent, Wry, async_runtime};
use tauri_plugin_window_state::StateFlags;

use crate::host::Desktop;
use crate::{commands, data_dir, logs, windows};

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Neither X11 nor Wayland is there.
    #[error("no display. Start Inchkeep in a desktop session, or set DISPLAY or WAYLAND_DISPLAY")]
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "elsewhere there always is one")
    )]
    NoDisplay,
    /// The system has no place for data.
    #[error("the system has no place for data. Set INCHKEEP_DATA_DIR to a folder")]
    NoDataDir,
    /// The data folder could not be made.
    #[error("the data folder {0} cannot be used: {1}")]
    DataDir(PathBuf, std::io::Error),
    /// The log could not be written.
    #[error("the log cannot be written: {0}")]
    Log(#[from] tracing_appender::rolling::InitError),
    /// The desktop refused.
    #[error("{0}")]
    Desktop(#[from] tauri::Error),
}

/// Runs the program until its window is closed.
///
/// # Errors
/// [`StartError`], before any window was shown.
pub(crate) fn run() -> Result<(), StartError> {
    #[cfg(target_os = "linux")]
    gtk::init().map_err(|_| StartError::NoDisplay)?;
    let data_dir = data_dir::find().ok_or(StartError::NoDataDir)?;
    data_dir::make(&data_dir).map_err(|error| StartError::DataDir(data_dir.clone(), error))?;
    logs::start(&data_dir)?;
    tauri::Builder::default()
        .plugin(single_instance(&data_dir))
        .plugin(window_state(&data_dir))
        .invoke_handler(commands::handler())
        .setup(move |tauri| {
            if let Err(error) = start(tauri, data_dir) {
                // Tauri would panic.
                crate::say(&error);
                tauri.cleanup_before_exit();
                std::process::exit(1);
            }
            Ok(())
        })
        .on_window_event(on_window_event)
        .build(tauri::generate_context!())?
        .run(|tauri, event| {
            if let RunEvent::Exit = event {
                stop(tauri);
            }
        });
    Ok(())
}

/// The window comes first: its web process starts up while the app does.
fn start(tauri: &mut tauri::App, data_dir: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    windows::open_main(tauri, &data_dir)?;
    let desktop = Arc::new(Desktop::new(tauri.handle().clone(), data_dir.clone()));
    tauri.manage(Arc::clone(&desktop));
    let app = async_runtime::block_on(App::start(AppOptions::new(data_dir, desktop)))?;
    tauri.manage(app);
    #[cfg(unix)]
    async_runtime::spawn(quit_when_told(tauri.handle().clone()));
    Ok(())
}

/// Locks before the process ends; a refresh under way is waited for.
fn stop(tauri: &AppHandle) {
    if let Some(app) = tauri.try_state::<Arc<App>>() {
        async_runtime::block_on(app.stop());
    }
    tracing::info!("ended");
}

fn on_window_event(window: &Window, event: &WindowEvent) {
    match (window.label(), event) {
        // The secret window does not keep the program alive.
        (windows::MAIN, WindowEvent::Destroyed) => window.app_handle().exit(0),
        // The app closes it, so that it knows that nothing is shown any more.
        (windows::SECRET, WindowEvent::CloseRequested { api, .. }) => {
            let Some(app) = window.try_state::<Arc<App>>() else {
                return;
            };
            api.prevent_close();
            let app = Arc::clone(&app);
            async_runtime::spawn(async move { app.close_secret_window(()).await });
        }
        _ => {}
    }
}

/// A second start shows the window of the first one and ends.
///
/// On Linux this goes over the session bus, and without one a second program starts. That is no danger:
/// the vault has its own lock and lets several processes in. What the second start was called with is
/// not read.
fn single_instance(data_dir: &Path) -> TauriPlugin<Wry> {
    let plugin = tauri_plugin_single_instance::Builder::new().callback(|tauri, _, _| {
        windows::bring_to_front(tauri);
        if let Some(desktop) = tauri.try_state::<Arc<Desktop>>() {
            desktop.emit(&AppEvent::Activated);
        }
    });
    let plugin = match std::env::var_os(data_dir::VARIABLE) {
        // Another data folder is another Inchkeep.
        Some(_) => plugin.dbus_id(bus_name(data_dir)),
        None => plugin,
    };
    plugin.build()
}

fn bus_name(data_dir: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    format!("io.github.inchkeep.Inchkeep.of{:x}", hasher.finish())
}

/// Remembers size and place of the main window, in a file of the data folder like everything else.
fn window_state(data_dir: &Path) -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        // An absolute path wins over the folder that the plugin would put it in.
        .with_filename(data_dir.join("window.json").to_string_lossy())
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .with_denylist(&[windows::SECRET])
        .build()
}

/// The end of the desktop session, and Ctrl+C in a terminal, end the program as closing its window does.
#[cfg(unix)]
async fn quit_when_told(tauri: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    ) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
    tauri.exit(0);
}
