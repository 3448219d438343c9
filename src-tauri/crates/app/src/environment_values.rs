//! What may stand in an environment: its addresses, and a name that no other one has.

use inchkeep_vault::Transaction;
use url::{Host, Url};

use crate::contract::{ApiError, EnvironmentId, EnvironmentKind, EnvironmentRequest};
use crate::names::{invalid, name_of};
use crate::records::EnvironmentRecord;
use crate::store::Read as _;

/// A checked address of the person's own, named by its host.
pub(crate) struct OwnServer {
    /// Its base URL.
    pub(crate) api_base: String,
    /// Its host, with the port when it has one.
    pub(crate) host: String,
}

impl OwnServer {
    /// # Errors
    /// [`InvalidField`](crate::ErrorCode::InvalidField).
    pub(crate) fn at(api_base: &str) -> Result<Self, ApiError> {
        let api_base = address("apiBase", api_base)?;
        Ok(Self {
            host: host_and_port(&api_base),
            api_base,
        })
    }
}

/// A record of what a form holds.
///
/// # Errors
/// [`InvalidField`](crate::ErrorCode::InvalidField) with the field.
pub(crate) fn checked(
    kind: EnvironmentKind,
    request: EnvironmentRequest,
) -> Result<EnvironmentRecord, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let api_base = address("apiBase", &request.api_base)?;
    let authorization_server = given(request.authorization_server)
        .map(|text| address("authorizationServer", &text))
        .transpose()?
        .filter(|server| *server != api_base);
    let portal = given(request.portal)
        .map(|text| address("portal", &text))
        .transpose()?;
    if request
        .log_retention_days
        .is_some_and(|days| !(1..=3650).contains(&days))
    {
        return Err(invalid(
            "logRetentionDays",
            "Use 1 to 3650 days, or leave it empty.",
        ));
    }
    Ok(EnvironmentRecord {
        kind,
        name: name_of(&request.name)?,
        api_base,
        authorization_server,
        portal,
        log_retention_days: request.log_retention_days,
    })
}

/// # Errors
/// [`Duplicate`](crate::ErrorCode::Duplicate) when another environment has this name.
pub(crate) fn refuse_duplicate(
    tx: &Transaction<'_>,
    except: Option<&EnvironmentId>,
    name: &str,
) -> Result<(), ApiError> {
    let all = tx.all::<EnvironmentRecord>()?;
    let same = all.iter().find(|(id, record)| {
        Some(id) != except && record.name.to_lowercase() == name.to_lowercase()
    });
    match same {
        Some((_, record)) => Err(crate::names::duplicate(&record.name)),
        None => Ok(()),
    }
}

/// An address without a slash at its end: https, or http on a loopback address.
fn address(field: &str, text: &str) -> Result<String, ApiError> {
    let url = parsed(field, text)?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback) {
        return Err(invalid(field, "Use https, or http on 127.0.0.1."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(
            field,
            "An address must not hold a user name or password.",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(field, "Leave out what follows ? or #."));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// What was typed, as an address of any kind.
///
/// # Errors
/// [`InvalidField`](crate::ErrorCode::InvalidField).
pub(crate) fn parsed(field: &str, text: &str) -> Result<Url, ApiError> {
    Url::parse(text.trim())
        .map_err(|_| invalid(field, "Enter an address such as https://api.example.com."))
}

/// Host and port of a base URL, as shown under the name.
pub(crate) fn host_and_port(api_base: &str) -> String {
    let Ok(url) = Url::parse(api_base) else {
        return api_base.to_owned();
    };
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => api_base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn an_address_is_https_or_loopback_and_loses_its_last_slash() {
        let good = |text: &str| address("apiBase", text).unwrap();
        assert_eq!(good(" https://api.1inch.com/ "), "https://api.1inch.com");
        assert_eq!(
            good("https://example.com/base/"),
            "https://example.com/base"
        );
        assert_eq!(good("http://127.0.0.1:8417"), "http://127.0.0.1:8417");
        assert_eq!(good("http://[::1]:80"), "http://[::1]");
        for bad in [
            "api.1inch.com",
            "http://api.1inch.com",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "https://ada:pass@example.com",
            "https://example.com/?apiKey=1",
            "https://example.com/#x",
            "",
        ] {
            let error = address("apiBase", bad).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidField, "{bad}");
            assert_eq!(error.facts["field"], "apiBase");
        }
    }

    #[test]
    fn the_host_is_shown_with_its_port_when_it_has_one() {
        assert_eq!(host_and_port("https://api.1inch.com"), "api.1inch.com");
        assert_eq!(host_and_port("http://127.0.0.1:8417"), "127.0.0.1:8417");
    }
}
