//! `/oauth/register` (RFC 7591) with a portal access token as the initial access token.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use url::{Host, Url};

use crate::faults::Place;
use crate::metadata::{AUTH_METHODS, GRANT_TYPES, every_scope, is_within};
use crate::misbehave::faulty;
use crate::oauth_error::{OAuthError, no_store};
use crate::state::{Shared, make_secret};
use crate::store::{Client, Hashed};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/oauth/register", post(register))
}

/// A registration that has been checked, before it has an id.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) grant_types: Vec<String>,
    pub(crate) auth_method: String,
    pub(crate) auth_method_asked: bool,
    pub(crate) application_id: Option<String>,
    pub(crate) scope: String,
}

async fn register(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.tally.count(|counters| counters.registrations += 1);
    faulty(&shared, Place::Registration, async {
        register_checked(&shared, &headers, &body).unwrap_or_else(OAuthError::into_response)
    })
    .await
}

fn register_checked(
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, OAuthError> {
    check_portal_token(shared, headers)?;
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let bad = |words: &str| OAuthError::new("invalid_client_metadata", words);
    if !is_json {
        return Err(bad("Send the registration as application/json"));
    }
    let Ok(Value::Object(asked)) = serde_json::from_slice::<Value>(body) else {
        return Err(bad("The body is not a JSON object"));
    };
    let wanted = check(shared, &asked)?;
    let (client, secret) = add_client(shared, wanted)?;

    // All registered metadata comes back (RFC 7591 §3.2.1), what we do not know included.
    let mut answer = asked;
    answer.remove("client_secret");
    for (name, value) in registered(&client) {
        answer.insert(name, value);
    }
    if let Some(secret) = secret {
        answer.insert("client_secret".into(), secret.into());
        answer.insert("client_secret_expires_at".into(), 0.into());
    }
    Ok((StatusCode::CREATED, no_store(), Json(answer)).into_response())
}

fn check_portal_token(shared: &Shared, headers: &HeaderMap) -> Result<(), OAuthError> {
    let sent = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = sent else {
        return Err(OAuthError::token(
            "Registration needs a portal access token",
            false,
        ));
    };
    let now = shared.now_seconds();
    let hash = Hashed::of(token);
    let known = shared.store.read(|records| {
        records
            .portal_tokens
            .iter()
            .any(|own| own.hash == hash && own.expires_at > now)
    });
    if known {
        Ok(())
    } else {
        Err(OAuthError::token(
            "The portal access token is unknown or has expired",
            true,
        ))
    }
}

fn check(shared: &Shared, asked: &Map<String, Value>) -> Result<Wanted, OAuthError> {
    let bad = |words: String| OAuthError::new("invalid_client_metadata", words);
    let grant_types =
        strings(asked, "grant_types")?.unwrap_or_else(|| vec!["authorization_code".into()]);
    if let Some(unknown) = grant_types
        .iter()
        .find(|grant| !GRANT_TYPES.contains(&grant.as_str()))
    {
        return Err(bad(format!(
            "Grant type {} is not supported",
            printable(unknown)
        )));
    }
    let with_user = grant_types
        .iter()
        .any(|grant| grant == "authorization_code");
    if !with_user
        && !grant_types
            .iter()
            .any(|grant| grant == "client_credentials")
    {
        return Err(bad("refresh_token alone gives no token".into()));
    }
    if let Some(types) = strings(asked, "response_types")?
        && types.iter().any(|kind| kind != "code")
    {
        return Err(bad("The only response type is code".into()));
    }

    let redirect_uris = strings(asked, "redirect_uris")?.unwrap_or_default();
    if redirect_uris.is_empty() {
        return Err(OAuthError::new(
            "invalid_redirect_uri",
            "redirect_uris is required",
        ));
    }
    for uri in &redirect_uris {
        check_redirect_uri(uri).map_err(|why| OAuthError::new("invalid_redirect_uri", why))?;
    }

    let method = string(asked, "token_endpoint_auth_method")?;
    let auth_method = method
        .clone()
        .unwrap_or_else(|| "client_secret_basic".into());
    if !AUTH_METHODS.contains(&auth_method.as_str()) {
        return Err(bad(format!(
            "Method {} is not supported",
            printable(&auth_method)
        )));
    }
    if auth_method == "none"
        && grant_types
            .iter()
            .any(|grant| grant == "client_credentials")
    {
        return Err(bad("A public client cannot use client_credentials".into()));
    }

    let application_id = string(asked, "application_id")?;
    match &application_id {
        None if with_user => {
            return Err(bad(
                "application_id is required for authorization_code".into()
            ));
        }
        Some(id)
            if shared
                .store
                .read(|records| records.application(id).is_none()) =>
        {
            return Err(bad("application_id names no application".into()));
        }
        _ => {}
    }

    let scope = string(asked, "scope")?.unwrap_or_else(every_scope);
    if !is_within(&scope, &every_scope()) {
        return Err(bad("scope has a word that is not supported".into()));
    }
    Ok(Wanted {
        name: string(asked, "client_name")?.unwrap_or_else(|| "Unnamed client".into()),
        redirect_uris,
        grant_types,
        auth_method,
        auth_method_asked: method.is_some(),
        application_id,
        scope,
    })
}

/// Adds the client; answers its secret, which is never known again. `None`: a public client.
pub(crate) fn add_client(
    shared: &Shared,
    wanted: Wanted,
) -> Result<(Client, Option<String>), crate::SandboxError> {
    let secret = (wanted.auth_method != "none").then(|| make_secret("sbx_secret_"));
    let id = rand::random::<[u8; 10]>();
    let client = Client {
        id: id
            .iter()
            .fold("cl_".to_owned(), |text, byte| format!("{text}{byte:02x}")),
        secret_hash: secret.as_deref().map(Hashed::of),
        name: wanted.name,
        redirect_uris: wanted.redirect_uris,
        grant_types: wanted.grant_types,
        auth_method: wanted.auth_method,
        auth_method_asked: wanted.auth_method_asked,
        application_id: wanted.application_id,
        scope: wanted.scope,
        issued_at: shared.now_seconds(),
    };
    shared.store.change(shared.now_seconds(), |records| {
        records.clients.insert(client.id.clone(), client.clone());
    })?;
    Ok((client, secret))
}

fn registered(client: &Client) -> Map<String, Value> {
    let response_types: &[&str] = if client.may_use("authorization_code") {
        &["code"]
    } else {
        &[]
    };
    let mut fields = Map::new();
    fields.insert("client_id".into(), json!(client.id));
    fields.insert("client_id_issued_at".into(), json!(client.issued_at));
    fields.insert("client_name".into(), json!(client.name));
    fields.insert("redirect_uris".into(), json!(client.redirect_uris));
    fields.insert("grant_types".into(), json!(client.grant_types));
    fields.insert("response_types".into(), json!(response_types));
    fields.insert(
        "token_endpoint_auth_method".into(),
        json!(client.auth_method),
    );
    fields.insert("scope".into(), json!(client.scope));
    if let Some(id) = &client.application_id {
        fields.insert("application_id".into(), json!(id));
    }
    fields
}

/// https anywhere, http on a loopback address only (RFC 8252 §7.3), or a private scheme with a
/// reverse domain name (§7.1). No fragment (RFC 6749 §3.1.2), no user name.
pub(crate) fn check_redirect_uri(uri: &str) -> Result<(), &'static str> {
    let url = Url::parse(uri).map_err(|_| "A redirect URI is not an absolute address")?;
    if url.fragment().is_some() {
        return Err("A redirect URI has a fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("A redirect URI has a user name");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err("A redirect URI with http must be on 127.0.0.1, [::1] or localhost"),
        scheme if scheme.contains('.') => Ok(()),
        _ => Err("A redirect URI has a scheme that is not allowed"),
    }
}

/// Whether the host is a loopback literal or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn string(asked: &Map<String, Value>, name: &'static str) -> Result<Option<String>, OAuthError> {
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(OAuthError::new(
            "invalid_client_metadata",
            format!("{name} is not a string"),
        )),
    }
}

fn strings(
    asked: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<String>>, OAuthError> {
    let bad = || {
        OAuthError::new(
            "invalid_client_metadata",
            format!("{name} is not an array of strings"),
        )
    };
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(bad))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(bad()),
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_graphic)
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_are_https_loopback_or_a_reverse_domain() {
        for good in [
            "https://myapp.com/callback",
            "http://127.0.0.1:43117/callback/p1",
            "http://[::1]/callback",
            "com.example.app:/callback",
        ] {
            assert_eq!(check_redirect_uri(good), Ok(()), "{good}");
        }
        for bad in [
            "http://example.com/callback",
            "https://example.com/#part",
            "https://me@example.com/",
            "javascript:alert(1)",
            "/callback",
        ] {
            assert!(check_redirect_uri(bad).is_err(), "{bad}");
        }
    }
}
