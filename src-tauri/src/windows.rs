//! The two windows: the main one, and the small one in which secrets are shown and typed.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use inchkeep_app::SecretWindowSize;
use inchkeep_app::contract::{Settings, Theme};
use tauri::utils::config::Color;
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, WebviewWindow, Wry};
use url::form_urlencoded;

use crate::page;

/// Label of the main window; the access list names it.
pub(crate) const MAIN: &str = "main";
/// Label of the secret window; the access list names it.
pub(crate) const SECRET: &str = "secret";

/// What the desktop calls the secret window. Other programs read the titles of windows, so it names
/// no key and no client.
const SECRET_TITLE: &str = "Inchkeep: secret";

/// `--bg-window` of the page's tokens: what stands in the window before its page does.
const LIGHT: Color = Color(0xfd, 0xfd, 0xfe, 0xff);
const DARK: Color = Color(0x15, 0x1a, 0x1d, 0xff);

/// How long the last secret window may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(2);

/// Opens the main window. It is shown when its page is there, so that no empty window flashes up.
///
/// # Errors
/// When the desktop refuses a window.
pub(crate) fn open_main<M: Manager<Wry>>(manager: &M, data_dir: &Path) -> tauri::Result<()> {
    let theme = remembered_theme(data_dir);
    let window = page::window(manager, MAIN, "index.html", "", data_dir)
        .inner_size(1200.0, 780.0)
        .min_inner_size(900.0, 600.0)
        .center()
        .visible(false)
        .theme(theme)
        .background_color(background(theme))
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                let _ = window.show();
            }
        })
        .build()?;
    if theme.is_none() {
        // What the system wants can be asked of a window only.
        window.set_background_color(Some(background(window.theme().ok())))?;
    }
    page::tame(&window)
}

/// Opens the secret window over the main one, in the place of one that is open. Its page takes the ticket
/// from its address.
///
/// Must not be called on the main thread: it waits for it.
///
/// # Errors
/// When the desktop refuses a window, or the last one does not go away.
pub(crate) fn open_secret(
    app: &AppHandle,
    data_dir: &Path,
    ticket: &str,
    size: SecretWindowSize,
) -> tauri::Result<()> {
    close_secret(app);
    wait_until_closed(app);
    let ticket: String = form_urlencoded::byte_serialize(ticket.as_bytes()).collect();
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let mut secret = page::window(
        app,
        SECRET,
        "secret.html",
        &format!("?ticket={ticket}"),
        data_dir,
    )
    .title(SECRET_TITLE)
    .inner_size(width, height)
    .resizable(false)
    .maximizable(false)
    .minimizable(false)
    .skip_taskbar(true)
    .always_on_top(true);
    if let Some(main) = app.get_webview_window(MAIN) {
        let theme = main.theme().ok();
        secret = secret.theme(theme).background_color(background(theme));
        if let Some((x, y)) = centred_over(&main, width, height) {
            secret = secret.position(x, y);
        }
        secret = secret.parent(&main)?;
    }
    page::tame(&secret.build()?)
}

/// Destroys the secret window, if there is one; its page's process goes with it.
pub(crate) fn close_secret(app: &AppHandle) {
    if let Some(secret) = app.get_webview_window(SECRET) {
        let _ = secret.destroy();
    }
}

/// Brings the main window to the front.
pub(crate) fn bring_to_front(app: &AppHandle) {
    if let Some(main) = app.get_webview_window(MAIN) {
        let _ = main.unminimize();
        let _ = main.show();
        let _ = main.set_focus();
    }
}

/// The label is free again when the event loop has seen the end of the window. If that never comes, the
/// new window is refused for its label, which is what the caller then tells.
fn wait_until_closed(app: &AppHandle) {
    let end = Instant::now() + GONE_WITHIN;
    while app.get_webview_window(SECRET).is_some() && Instant::now() < end {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Where a window of this size stands in the middle of `main`, in logical pixels. Wayland tells no
/// places, and puts a window over its parent by itself.
fn centred_over(main: &WebviewWindow, width: f64, height: f64) -> Option<(f64, f64)> {
    let scale = main.scale_factor().ok()?;
    let place = main.outer_position().ok()?.to_logical::<f64>(scale);
    let size = main.outer_size().ok()?.to_logical::<f64>(scale);
    Some((
        place.x + (size.width - width) / 2.0,
        place.y + (size.height - height) / 2.0,
    ))
}

/// The theme that the person chose; `None` follows the system.
///
/// The window is made before the app has started, so that both go on at the same time.
fn remembered_theme(data_dir: &Path) -> Option<tauri::Theme> {
    let settings = std::fs::read(data_dir.join("settings.json")).ok()?;
    match serde_json::from_slice::<Settings>(&settings).ok()?.theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

fn background(theme: Option<tauri::Theme>) -> Color {
    if theme == Some(tauri::Theme::Dark) {
        DARK
    } else {
        LIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remembered_theme_is_read_and_anything_else_follows_the_system() {
        let dir = std::env::temp_dir().join(format!("inchkeep-theme-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let with = |settings: &str| {
            std::fs::write(dir.join("settings.json"), settings).unwrap();
            remembered_theme(&dir)
        };
        assert_eq!(
            with(r#"{"theme":"dark","textSize":120}"#),
            Some(tauri::Theme::Dark)
        );
        assert_eq!(with(r#"{"theme":"light"}"#), Some(tauri::Theme::Light));
        assert_eq!(with(r#"{"theme":"system"}"#), None);
        assert_eq!(with("not JSON"), None);
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(remembered_theme(&dir), None);
    }
}
