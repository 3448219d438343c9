//! What proves who sends a request, and where in the request it goes.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

/// The query parameter that carries a key (1inch authentication page, "Usage").
pub const QUERY_PARAMETER: &str = "apiKey";

/// An API key or an access token, on its way into one request.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The name a person gave it; shown beside the exchange, never sent.
    pub label: String,
    /// Where the value goes.
    pub placement: Placement,
    /// The value itself.
    pub value: SecretString,
}

/// Where a credential goes in a request. The API accepts both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// `Authorization: Bearer <value>` (RFC 6750 §2.1).
    #[default]
    Header,
    /// `?apiKey=<value>`. It can end up in logs along the way.
    Query,
}

impl Credential {
    /// The value of the `Authorization` header, or `None` when the credential goes in the query
    /// or holds bytes that no header can carry.
    pub(crate) fn authorization(&self) -> Option<http::HeaderValue> {
        if self.placement != Placement::Header {
            return None;
        }
        // EXPOSE: written into the request that it authorises.
        let mut text = format!("Bearer {}", self.value.expose_secret());
        let value = http::HeaderValue::from_str(&text).ok();
        zeroize::Zeroize::zeroize(&mut text);
        value.map(|mut value| {
            value.set_sensitive(true);
            value
        })
    }

    /// True when the value can stand in a header: no line break, no other control character.
    pub(crate) fn fits_a_header(&self) -> bool {
        // EXPOSE: looked at for control characters only.
        let value = self.value.expose_secret();
        !value.is_empty() && value.bytes().all(|byte| byte >= 0x20 && byte != 0x7f)
    }

    /// Puts the value into the query, in place of any `apiKey` that is there already.
    pub(crate) fn place_in_query(&self, url: &mut Url) {
        if self.placement != Placement::Query {
            return;
        }
        without_query_parameter(url, |name, _| name == QUERY_PARAMETER);
        url.query_pairs_mut()
            // EXPOSE: written into the request that it authorises.
            .append_pair(QUERY_PARAMETER, self.value.expose_secret());
    }
}

/// Takes out the query pairs that `drop` picks. The others stay byte for byte as they were.
pub(crate) fn without_query_parameter(url: &mut Url, drop: impl Fn(&str, &str) -> bool) {
    let Some(query) = url.query() else { return };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            !url::form_urlencoded::parse(pair.as_bytes()).any(|(name, value)| drop(&name, &value))
        })
        .collect();
    let kept = kept.join("&");
    url.set_query(if kept.is_empty() { None } else { Some(&kept) });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(placement: Placement, value: &str) -> Credential {
        Credential {
            label: "router-read".into(),
            placement,
            value: value.into(),
        }
    }

    #[test]
    fn a_query_credential_replaces_one_that_is_there_and_leaves_the_rest_as_it_was() {
        let mut url = Url::parse("https://h/p?a=1%202&apiKey=old&b=+").expect("a URL");
        credential(Placement::Query, "k&=1").place_in_query(&mut url);
        assert_eq!(url.as_str(), "https://h/p?a=1%202&b=+&apiKey=k%26%3D1");
    }

    #[test]
    fn a_header_credential_leaves_the_url_alone_and_is_marked_sensitive() {
        let mut url = Url::parse("https://h/p").expect("a URL");
        let credential = credential(Placement::Header, "abc");
        credential.place_in_query(&mut url);
        assert_eq!(url.as_str(), "https://h/p");
        let header = credential.authorization().expect("a header");
        assert_eq!(header, "Bearer abc");
        assert!(header.is_sensitive());
    }

    #[test]
    fn a_value_with_a_line_break_fits_no_header() {
        assert!(!credential(Placement::Header, "a\r\nx: y").fits_a_header());
        assert!(!credential(Placement::Header, "").fits_a_header());
        assert!(credential(Placement::Header, "abc").fits_a_header());
    }
}
