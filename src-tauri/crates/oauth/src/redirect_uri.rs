//! Redirect URIs as people type and register them.

use std::net::Ipv4Addr;

use url::{Host, Url};

use crate::issuer;

/// A redirect URI that passes the rules: https, or http on a loopback address; no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    url: Url,
}

/// Why a redirect URI is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute address.
    #[error("the redirect URI is not an address")]
    NotAnAddress,
    /// Neither https nor http on 127.0.0.1, `[::1]` or localhost.
    #[error("use https, or http on 127.0.0.1")]
    NotHttpsOrLoopback,
    /// It has a fragment (OAuth 2.1 §2.3).
    #[error("a redirect URI cannot contain a #fragment")]
    Fragment,
    /// It carries a user name.
    #[error("a redirect URI cannot carry a user name")]
    UserInfo,
}

/// The host that a loopback listener is registered under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopbackHost {
    /// `127.0.0.1`, the one to use.
    Ipv4,
    /// `[::1]`, where IPv4 cannot be bound.
    Ipv6,
    /// `localhost`, only for servers that take nothing else; both address families are listened on.
    Localhost,
}

impl RedirectUri {
    /// Checks a redirect URI.
    ///
    /// Errors: [`RedirectUriError`].
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let text = text.trim();
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = issuer::strict_url(text).ok_or(RedirectUriError::NotAnAddress)?;
        if issuer::has_user_info(&url) {
            return Err(RedirectUriError::UserInfo);
        }
        let loopback = url.scheme() == "http" && issuer::is_loopback(&url);
        if url.scheme() != "https" && !loopback {
            return Err(RedirectUriError::NotHttpsOrLoopback);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// The URI as it was written: servers compare the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where a listener of ours could receive the answer; `None` for an address of another program
    /// (its answer can only be pasted). A redirect URI with a query is such an address, too.
    pub fn loopback_host(&self) -> Option<LoopbackHost> {
        if self.url.scheme() != "http" || self.url.query().is_some() {
            return None;
        }
        match self.url.host()? {
            Host::Ipv4(Ipv4Addr::LOCALHOST) => Some(LoopbackHost::Ipv4),
            Host::Ipv6(address) if address.is_loopback() => Some(LoopbackHost::Ipv6),
            Host::Domain("localhost") => Some(LoopbackHost::Localhost),
            _ => None,
        }
    }

    /// The port, if one is written.
    pub fn port(&self) -> Option<u16> {
        self.url.port()
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.url.path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_http_pass() {
        use RedirectUriError::{Fragment, NotAnAddress, NotHttpsOrLoopback, UserInfo};
        let cases = [
            ("https://example.com/cb", None),
            ("http://127.0.0.1/callback", None),
            ("http://localhost:8080/cb", None),
            ("http://[::1]:1/cb", None),
            ("http://example.com/cb", Some(NotHttpsOrLoopback)),
            ("http://127.0.0.1.example.com/", Some(NotHttpsOrLoopback)),
            ("javascript:alert(1)", Some(NotAnAddress)),
            ("com.example:/cb", Some(NotAnAddress)),
            ("https://example.com/#x", Some(Fragment)),
            ("https://me@example.com/", Some(UserInfo)),
            ("callback", Some(NotAnAddress)),
        ];
        for (text, wanted) in cases {
            assert_eq!(RedirectUri::parse(text).err(), wanted, "{text}");
        }
    }

    #[test]
    fn only_plain_loopback_addresses_are_ours() {
        let host = |text| RedirectUri::parse(text).expect("uri").loopback_host();
        assert_eq!(host("http://127.0.0.1:9/x"), Some(LoopbackHost::Ipv4));
        assert_eq!(host("http://localhost/x"), Some(LoopbackHost::Localhost));
        assert_eq!(host("http://[::1]/x"), Some(LoopbackHost::Ipv6));
        assert_eq!(host("http://127.0.0.1/x?y=1"), None);
        assert_eq!(host("http://127.0.0.2/x"), None);
        assert_eq!(host("https://127.0.0.1/x"), None);
    }
}
