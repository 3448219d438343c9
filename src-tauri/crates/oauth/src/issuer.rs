//! The issuer identifier: the name of an authorization server, kept byte for byte.

use std::fmt;

use url::{Host, Url};

/// Whether plain http is allowed for an issuer on a loopback address. Only a test environment
/// (the sandbox) may allow it, visibly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopbackHttp {
    /// Only https.
    Forbidden,
    /// https, or http on a loopback address.
    Allowed,
}

/// An issuer identifier (RFC 8414 §2): https, no query, no fragment, no user information.
///
/// The text is kept exactly as given, because issuers are compared as plain strings (§3.3).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Why a text is not an issuer identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// It is not an absolute URL.
    #[error("the issuer is not an absolute address")]
    NotAnAddress,
    /// It is not https (nor http on a loopback address where that is allowed).
    #[error("the issuer must use https")]
    NotHttps,
    /// It carries a query or a fragment (RFC 8414 §2).
    #[error("the issuer must not have a query or a fragment")]
    QueryOrFragment,
    /// It carries a user name or a password.
    #[error("the issuer must not carry a user name")]
    UserInfo,
}

impl Issuer {
    /// Reads an issuer identifier.
    ///
    /// Errors: [`IssuerError`]. Characters that a URL parser would silently drop (tabs, line
    /// breaks, surrounding spaces) or turn (backslashes) are refused.
    pub fn parse(text: &str, loopback_http: LoopbackHttp) -> Result<Self, IssuerError> {
        if text.contains(['?', '#']) {
            return Err(IssuerError::QueryOrFragment);
        }
        let url = strict_url(text).ok_or(IssuerError::NotAnAddress)?;
        if has_user_info(&url) {
            return Err(IssuerError::UserInfo);
        }
        let plain =
            loopback_http == LoopbackHttp::Allowed && url.scheme() == "http" && is_loopback(&url);
        if url.scheme() != "https" && !plain {
            return Err(IssuerError::NotHttps);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// The identifier exactly as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parsed form: for host names in punycode, for origins, for building URLs.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether `named` is this issuer: the same string. An issuer without a path may be spelled
    /// with or without its one slash, because both give the same metadata address; afterwards the
    /// published spelling is the pinned one.
    pub fn is_named_by(&self, named: &str) -> bool {
        if self.text == named {
            return true;
        }
        self.url.path() == "/"
            && self.text.trim_end_matches('/') == named.trim_end_matches('/')
            && self.text.len().abs_diff(named.len()) == 1
    }

    /// The rule under which this issuer was accepted, for its endpoints.
    pub(crate) fn loopback_http(&self) -> LoopbackHttp {
        if self.url.scheme() == "http" {
            LoopbackHttp::Allowed
        } else {
            LoopbackHttp::Forbidden
        }
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issuer({:?})", self.text)
    }
}

/// An absolute URL with a host, written so that parsing changes nothing but its normal form.
pub(crate) fn strict_url(text: &str) -> Option<Url> {
    if !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) || text.contains('\\') {
        return None;
    }
    let (_, rest) = text.split_once("://")?;
    if rest.is_empty() || rest.starts_with('/') {
        return None;
    }
    Url::parse(text).ok().filter(Url::has_host)
}

/// Whether the host is a loopback literal or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

pub(crate) fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_and_nothing_else() {
        let cases = [
            ("https://as.example", None),
            ("https://as.example/tenant/", None),
            ("https://as.example:8443", None),
            ("http://as.example", Some(IssuerError::NotHttps)),
            ("http://127.0.0.1:9", Some(IssuerError::NotHttps)),
            ("https://as.example?x=1", Some(IssuerError::QueryOrFragment)),
            ("https://as.example#x", Some(IssuerError::QueryOrFragment)),
            ("https://user@as.example", Some(IssuerError::UserInfo)),
            ("as.example", Some(IssuerError::NotAnAddress)),
            ("/relative", Some(IssuerError::NotAnAddress)),
            ("", Some(IssuerError::NotAnAddress)),
            ("https://as.exa\nmple", Some(IssuerError::NotAnAddress)),
            (" https://as.example", Some(IssuerError::NotAnAddress)),
            ("https:\\\\as.example", Some(IssuerError::NotAnAddress)),
            ("https:///as.example", Some(IssuerError::NotAnAddress)),
            ("javascript:alert(1)", Some(IssuerError::NotAnAddress)),
            ("file:///etc/passwd", Some(IssuerError::NotAnAddress)),
        ];
        for (text, wanted) in cases {
            assert_eq!(
                Issuer::parse(text, LoopbackHttp::Forbidden).err(),
                wanted,
                "{text:?}"
            );
        }
    }

    #[test]
    fn plain_http_is_for_loopback_behind_the_switch() {
        let allowed = |text| Issuer::parse(text, LoopbackHttp::Allowed).is_ok();
        assert!(allowed("http://127.0.0.1:9000"));
        assert!(allowed("http://[::1]:9000"));
        assert!(allowed("http://localhost:9000"));
        assert!(!allowed("http://as.example"));
        assert!(!allowed("http://127.0.0.1.evil.example"));
    }

    #[test]
    fn names_are_compared_as_strings_but_for_the_bare_slash() {
        let issuer = |text| Issuer::parse(text, LoopbackHttp::Forbidden).expect("issuer");
        let bare = issuer("https://as.example");
        assert!(bare.is_named_by("https://as.example"));
        assert!(bare.is_named_by("https://as.example/"));
        assert!(issuer("https://as.example/").is_named_by("https://as.example"));
        assert!(!bare.is_named_by("https://as.example//"));
        assert!(!bare.is_named_by("https://AS.example"));
        assert!(!bare.is_named_by("https://as.example:443"));
        let tenant = issuer("https://as.example/t");
        assert!(!tenant.is_named_by("https://as.example/t/"));
        assert!(!tenant.is_named_by("https://as.example"));
    }
}
