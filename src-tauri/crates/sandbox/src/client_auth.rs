//! Which client speaks: `client_secret_post`, `client_secret_basic` or none (RFC 6749 §2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use url::form_urlencoded;

use crate::faults::{Fault, Place};
use crate::oauth_error::OAuthError;
use crate::params::Params;
use crate::state::Shared;
use crate::store::Client;

/// The client, if it proved itself with the method that it is registered for.
pub(crate) fn authenticate(
    shared: &Shared,
    headers: &HeaderMap,
    params: &Params,
    place: Place,
) -> Result<Client, OAuthError> {
    let basic = headers
        .get(AUTHORIZATION)
        .map(|value| parse_basic(value.as_bytes()));
    let tried_basic = basic.is_some();
    let refuse = |words: &str| Err(OAuthError::client(words, tried_basic));

    let (method, id, secret) = match (basic, params.owned("client_secret")) {
        (Some(_), Some(_)) => {
            return Err(OAuthError::request("Use one way of client authentication"));
        }
        (Some(None), None) => return refuse("The Authorization header is not Basic"),
        (Some(Some((id, secret))), None) => {
            if params.get("client_id").is_some_and(|own| own != id) {
                return Err(OAuthError::request(
                    "client_id differs from the Authorization header",
                ));
            }
            ("client_secret_basic", Some(id), Some(secret))
        }
        (None, Some(secret)) => (
            "client_secret_post",
            params.owned("client_id"),
            Some(secret),
        ),
        (None, None) => ("none", params.owned("client_id"), None),
    };
    let Some(id) = id else {
        return refuse("No client was named");
    };
    let Some(client) = shared
        .store
        .read(|records| records.clients.get(&id).cloned())
    else {
        return refuse("Unknown client");
    };

    let strict = shared.faults.rule(place, &Fault::StrictAuthMethod);
    let as_documented = !client.auth_method_asked && !strict && method == "client_secret_post";
    if method != client.auth_method && !as_documented {
        return refuse("The client is registered for another way of authentication");
    }
    let proven = match (&client.secret_hash, secret) {
        (Some(hash), Some(secret)) => hash.matches(&secret),
        (None, None) => true,
        _ => false,
    };
    if proven {
        Ok(client)
    } else {
        refuse("The client secret is wrong")
    }
}

/// Id and secret; both are form-encoded inside (RFC 6749 §2.3.1).
fn parse_basic(header: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        form_urlencoded::parse(format!("v={text}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_form_decoded() {
        let header = format!("basic {}", STANDARD.encode("cl%2F1:a%3Ab+c"));
        assert_eq!(
            parse_basic(header.as_bytes()),
            Some(("cl/1".into(), "a:b c".into()))
        );
        assert_eq!(parse_basic(b"Bearer abc"), None);
    }
}
