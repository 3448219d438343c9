//! The credential firewall: a credential goes to its environment's hosts and nowhere else.

use url::{Host, Url};

/// Why a credential must not go to a URL without the person's word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignHost {
    /// The host, or the port at it, is none of the environment's.
    #[error("{host} is not this environment's host")]
    OtherHost {
        /// Host, with its port if it is not the scheme's own.
        host: String,
    },
    /// The host is right, but the credential would travel in clear.
    #[error("the connection to {host} is not encrypted")]
    NotEncrypted {
        /// Host, with its port if it is not the scheme's own.
        host: String,
    },
}

/// Checks whether a credential of an environment may go to `url`.
///
/// `environment_hosts` are authorities as a URL writes them: `api.1inch.com`, or
/// `127.0.0.1:8421`. Without a port, the default port of the URL's scheme is meant. `http` and
/// `ws` pass only to a loopback address.
pub fn credential_may_go(url: &Url, environment_hosts: &[&str]) -> Result<(), ForeignHost> {
    let host = authority(url);
    let known = environment_hosts.iter().any(|known| {
        // Parsed as a URL so that case, IDNA and the default port are treated alike.
        Url::parse(&format!("{}://{known}", url.scheme())).is_ok_and(|known| {
            known.host() == url.host()
                && known.port_or_known_default() == url.port_or_known_default()
        })
    });
    if !known || url.host().is_none() {
        return Err(ForeignHost::OtherHost { host });
    }
    if matches!(url.scheme(), "https" | "wss") || is_loopback(url) {
        Ok(())
    } else {
        Err(ForeignHost::NotEncrypted { host })
    }
}

/// True for `localhost`, names below it (RFC 6761 §6.3), 127.0.0.0/8 and `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost")
        }
        None => false,
    }
}

fn authority(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(url: &str, hosts: &[&str]) -> Result<(), ForeignHost> {
        credential_may_go(&Url::parse(url).expect("a URL"), hosts)
    }

    #[test]
    fn a_credential_goes_to_its_own_host_in_any_spelling() {
        for url in [
            "https://api.1inch.com/swap",
            "https://API.1inch.com:443/x",
            "wss://api.1inch.com/web3/1",
        ] {
            assert_eq!(go(url, &["api.1inch.com"]), Ok(()), "{url}");
        }
        assert_eq!(go("http://127.0.0.1:8421/x", &["127.0.0.1:8421"]), Ok(()));
        assert_eq!(go("ws://localhost:9/x", &["localhost:9"]), Ok(()));
    }

    #[test]
    fn another_host_port_or_lookalike_is_stopped() {
        for url in [
            "https://example.com/",
            "https://api.1inch.com.evil.test/",
            "https://evil-api.1inch.com/",
            "https://api.1inch.com:8443/",
            "https://api.1inch.com@evil.test/",
            "https://1inch.com/",
        ] {
            assert!(
                matches!(
                    go(url, &["api.1inch.com"]),
                    Err(ForeignHost::OtherHost { .. })
                ),
                "{url}"
            );
        }
        assert_eq!(
            go("http://127.0.0.1:9999/", &["127.0.0.1:8421"]),
            Err(ForeignHost::OtherHost {
                host: "127.0.0.1:9999".into()
            })
        );
        assert!(go("https://api.1inch.com/", &[]).is_err());
    }

    #[test]
    fn the_right_host_without_encryption_is_stopped_too() {
        assert_eq!(
            go("http://api.1inch.com/", &["api.1inch.com"]),
            Err(ForeignHost::NotEncrypted {
                host: "api.1inch.com".into()
            })
        );
        assert!(go("ws://api.1inch.com/", &["api.1inch.com"]).is_err());
    }
}
