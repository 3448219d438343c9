//! Opening addresses and folders in other programs.

use std::path::Path;
use std::process::{Command, Stdio};

use inchkeep_app::HostError;
use url::{Host, Url};

/// Opens an address in the browser: `https` anywhere, `http` on this computer.
///
/// On Linux the `BROWSER` variable is asked first, which the desktop's own launchers leave out.
///
/// # Errors
/// [`HostError::NothingOpened`] for any other address, and when no browser could be started.
pub(crate) fn open_url(url: &Url) -> Result<(), HostError> {
    if !may_open(url) {
        tracing::warn!(
            scheme = url.scheme(),
            "an address was not opened: its kind is not allowed"
        );
        return Err(HostError::NothingOpened);
    }
    if cfg!(target_os = "linux")
        && let Ok(wanted) = std::env::var("BROWSER")
        && commands(&wanted, url).into_iter().any(start)
    {
        return Ok(());
    }
    open::that_detached(url.as_str()).map_err(|_| HostError::NothingOpened)
}

/// Shows a folder in the file manager.
///
/// # Errors
/// [`HostError::NothingOpened`] when none could be started.
pub(crate) fn open_folder(path: &Path) -> Result<(), HostError> {
    open::that_detached(path).map_err(|_| HostError::NothingOpened)
}

fn may_open(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    let bare = url.username().is_empty() && url.password().is_none();
    bare && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

/// What `BROWSER` asks for: programs separated by colons, best first, each with its arguments; `%s`
/// stands for the address, which otherwise comes last.
fn commands(wanted: &str, url: &Url) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    for candidate in wanted.split(':') {
        let mut words: Vec<String> = candidate.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            continue;
        }
        if words.iter().any(|word| word.contains("%s")) {
            for word in &mut words {
                *word = word.replace("%s", url.as_str());
            }
        } else {
            words.push(url.to_string());
        }
        commands.push(words);
    }
    commands
}

fn start(words: Vec<String>) -> bool {
    let mut words = words.into_iter();
    let Some(program) = words.next() else {
        return false;
    };
    let mut command = Command::new(program);
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.spawn() {
        Ok(mut browser) => {
            // Waits in a thread, or the ended browser would stay behind as a zombie.
            std::thread::spawn(move || browser.wait());
            true
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(url: &str) -> bool {
        may_open(&Url::parse(url).unwrap())
    }

    #[test]
    fn https_opens_and_http_only_on_this_computer() {
        assert!(may("https://portal.1inch.dev/applications"));
        assert!(may("http://127.0.0.1:8417/oauth2/authorize?state=a"));
        assert!(may("http://[::1]:8417/"));
        assert!(may("http://localhost:8417/"));
        assert!(!may("http://portal.1inch.dev/"));
        assert!(!may("http://localhost.example.com/"));
        assert!(!may("http://127.0.0.1.example.com/"));
    }

    #[test]
    fn other_kinds_of_address_never_open() {
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,hello",
            "smb://host/share",
            "tauri://localhost/",
            "mailto:a@example.com",
            "https://name:word@example.com/",
        ] {
            assert!(!may(url), "{url}");
        }
    }

    #[test]
    fn browser_names_programs_in_order_and_where_the_address_goes() {
        let url = Url::parse("https://example.com/a").unwrap();
        assert_eq!(
            commands("first --new-tab:second --url=%s -x::", &url),
            [
                vec!["first", "--new-tab", "https://example.com/a"],
                vec!["second", "--url=https://example.com/a", "-x"],
            ]
        );
        assert!(commands(" : ", &url).is_empty());
    }
}
