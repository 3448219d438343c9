//! What holds for both pages: where they may go, and what the web view offers by itself.

use std::path::Path;

use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::{Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};

/// A window for `file` of the built page, with everything shut that the page does not need.
///
/// Both windows keep what their web view keeps in one folder: WebDriver sees the windows of one folder.
pub(crate) fn window<'a, M: Manager<Wry>>(
    manager: &'a M,
    label: &'static str,
    file: &'static str,
    query: &str,
    data_dir: &Path,
) -> WebviewWindowBuilder<'a, Wry, M> {
    let address = WebviewUrl::App(format!("{file}{query}").into());
    WebviewWindowBuilder::new(manager, label, address)
        .title("Inchkeep")
        .data_directory(data_dir.join("webview"))
        .devtools(cfg!(debug_assertions))
        .general_autofill_enabled(false)
        .on_navigation(move |url| is_page(url, file))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
}

/// Takes out of the built web view what cannot be left out while it is built.
///
/// # Errors
/// When the window is gone.
pub(crate) fn tame(window: &WebviewWindow) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    window.with_webview(|view| linux::tame(&view.inner()))?;
    #[cfg(not(target_os = "linux"))]
    let _ = window;
    Ok(())
}

/// Whether `url` is `file` of the built page. Any other place would be a page that is not ours, or one
/// window's page in the other.
fn is_page(url: &Url, file: &str) -> bool {
    let origin = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows has no schemes of its own.
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    let path = url.path().trim_start_matches('/');
    origin && url.port().is_none() && (path == file || (path.is_empty() && file == "index.html"))
}

#[cfg(target_os = "linux")]
mod linux {
    use webkit2gtk::{
        ContextMenuAction, ContextMenuExt as _, ContextMenuItemExt as _,
        HardwareAccelerationPolicy, SettingsExt as _, WebView, WebViewExt,
    };

    /// Entries of the web view's menu that are about text; the others are about web pages.
    const KEPT: [ContextMenuAction; 5] = [
        ContextMenuAction::Cut,
        ContextMenuAction::Copy,
        ContextMenuAction::Paste,
        ContextMenuAction::Delete,
        ContextMenuAction::SelectAll,
    ];

    pub(super) fn tame(view: &WebView) {
        // Text and lines need no compositor. Measured without a graphics card: 54 of 274 MiB less, and
        // scrolling a long list at 16 instead of 30 ms a frame.
        if let Some(settings) = WebViewExt::settings(view) {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
        view.connect_context_menu(|_, menu, _, _| {
            for item in menu.items() {
                if !KEPT.contains(&item.stock_action()) {
                    menu.remove(&item);
                }
            }
            // `true` shows no menu.
            menu.n_items() == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(url: &str, file: &str) -> bool {
        is_page(&Url::parse(url).unwrap(), file)
    }

    #[test]
    fn a_window_stays_on_its_own_page() {
        assert!(is("tauri://localhost", "index.html"));
        assert!(is("tauri://localhost/", "index.html"));
        assert!(is("tauri://localhost/index.html#a", "index.html"));
        assert!(is("tauri://localhost/secret.html?ticket=a", "secret.html"));
        assert!(!is("tauri://localhost/secret.html?ticket=a", "index.html"));
        assert!(!is("tauri://localhost/", "secret.html"));
        assert!(!is("tauri://localhost/assets/index.html", "index.html"));
    }

    #[test]
    fn no_window_goes_anywhere_else() {
        for url in [
            "https://example.com/index.html",
            "https://localhost/index.html",
            "tauri://example.com/index.html",
            "tauri://localhost:8417/index.html",
            "file:///index.html",
            "about:blank",
            "data:text/html,hello",
            "blob:tauri://localhost/index.html",
        ] {
            assert!(!is(url, "index.html"), "{url}");
        }
    }

    /// The built-in policy of the pages: nothing from outside, nothing inline, nothing evaluated.
    #[test]
    fn the_content_security_policy_is_strict() {
        let config: serde_json::Value =
            serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        let security = &config["app"]["security"];
        let policy = security["csp"].as_object().unwrap();
        assert_eq!(policy["default-src"], "'none'");
        assert_eq!(policy["connect-src"], "ipc: http://ipc.localhost");
        for (directive, sources) in policy {
            for source in sources.as_str().unwrap().split(' ') {
                let known = ["'none'", "'self'"].contains(&source)
                    || (directive == "img-src" && source == "data:")
                    || directive == "connect-src";
                assert!(known, "{directive} allows {source}");
            }
        }
        for directive in ["form-action", "base-uri", "frame-ancestors"] {
            assert_eq!(
                policy[directive], "'none'",
                "{directive} does not follow default-src"
            );
        }
        assert!(
            security
                .get("dangerousDisableAssetCspModification")
                .is_none()
        );
        assert_eq!(security["freezePrototype"], true);
        assert_eq!(security["assetProtocol"]["enable"], false);
        assert_eq!(config["app"]["withGlobalTauri"], false);
    }
}
