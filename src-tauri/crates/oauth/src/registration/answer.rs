//! Reading the client information answer (RFC 7591 §3.2.1, RFC 7592 §3).

use http::StatusCode;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{
    ClientManagement, ClientRegistration, RegistrationDifference, RegistrationFault,
    RegistrationRequest, management_url,
};
use crate::answer::Answer;
use crate::client::ClientAuthMethod;
use crate::json;
use crate::metadata::AuthorizationServerMetadata;
use crate::text;

/// Reads and checks an answer to `request`, which asked for `asked_method`.
pub(super) fn read(
    answer: &Answer,
    metadata: &AuthorizationServerMetadata,
    request: &RegistrationRequest,
    asked_method: ClientAuthMethod,
) -> Result<ClientRegistration, RegistrationFault> {
    if !matches!(answer.status, StatusCode::OK | StatusCode::CREATED) {
        return Err(RegistrationFault::Status);
    }
    let body = answer.object()?;
    let client_id = member(&body, "client_id")?
        .filter(|id| text::is_vschar(id))
        .ok_or(RegistrationFault::ClientId)?;
    let client_secret = member(&body, "client_secret")?;
    if client_secret.is_some_and(|secret| !text::is_vschar(secret)) {
        return Err(RegistrationFault::ClientSecret);
    }
    let auth_method = auth_method(&body, metadata)?;
    if auth_method != ClientAuthMethod::None && client_secret.is_none() {
        return Err(RegistrationFault::SecretMissing);
    }
    // Silence means that what was asked for holds.
    let redirect_uris = members(&body, "redirect_uris")?;
    let grant_types = members(&body, "grant_types")?;
    let response_types = members(&body, "response_types")?;
    let needed = request
        .grant
        .grant_types()
        .first()
        .copied()
        .unwrap_or_default();
    if grant_types
        .as_ref()
        .is_some_and(|grants| !grants.iter().any(|grant| grant == needed))
    {
        return Err(RegistrationFault::Grant);
    }
    let scopes = member(&body, "scope")?.map(|scope| {
        scope
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let client_name = member(&body, "client_name")?;
    let (management, foreign_management) = management(&body, metadata)?;

    let mut differences = Vec::new();
    let mut compare = |member, asked: String, got: Option<String>| {
        if got.as_ref().is_some_and(|got| *got != asked) {
            let got = got.map(|got| text::clean(&got));
            differences.push(RegistrationDifference { member, asked, got });
        }
    };
    compare(
        "client_name",
        request.client_name.clone(),
        client_name.map(str::to_owned),
    );
    compare(
        "redirect_uris",
        request.redirect_uris.join(" "),
        list(redirect_uris.as_deref()),
    );
    compare(
        "grant_types",
        request.grant.grant_types().join(" "),
        list(grant_types.as_deref()),
    );
    compare(
        "response_types",
        request.grant.response_types().join(" "),
        list(response_types.as_deref()),
    );
    compare(
        "token_endpoint_auth_method",
        asked_method.as_str().to_owned(),
        Some(auth_method.as_str().to_owned()),
    );
    if !request.scopes.is_empty() {
        compare("scope", request.scopes.join(" "), list(scopes.as_deref()));
    }

    Ok(ClientRegistration {
        client_id: client_id.to_owned(),
        client_secret: client_secret.map(Into::into),
        client_secret_expires_at: secret_end(&body)?,
        auth_method,
        client_name: client_name.and_then(text::clean_or_none),
        redirect_uris: redirect_uris.unwrap_or_else(|| request.redirect_uris.clone()),
        grant_types: grant_types.unwrap_or_else(|| {
            request
                .grant
                .grant_types()
                .iter()
                .map(|grant| (*grant).to_owned())
                .collect()
        }),
        scopes,
        management,
        foreign_management,
        differences,
        request_id: answer.request_id.clone(),
    })
}

/// The method to obey. Silence means Basic (RFC 7591 §2), but post where the server lists post only.
fn auth_method(
    body: &Map<String, Value>,
    metadata: &AuthorizationServerMetadata,
) -> Result<ClientAuthMethod, RegistrationFault> {
    if let Some(name) = member(body, "token_endpoint_auth_method")? {
        return ClientAuthMethod::from_name(name).ok_or_else(|| RegistrationFault::AuthMethod {
            method: text::clean(name),
        });
    }
    let lists = |method: ClientAuthMethod| {
        metadata
            .auth_methods_supported()
            .is_some_and(|methods| methods.iter().any(|name| name == method.as_str()))
    };
    Ok(
        if lists(ClientAuthMethod::Post) && !lists(ClientAuthMethod::Basic) {
            ClientAuthMethod::Post
        } else {
            ClientAuthMethod::Basic
        },
    )
}

/// Seconds since 1970; 0 and absence mean never.
fn secret_end(body: &Map<String, Value>) -> Result<Option<OffsetDateTime>, RegistrationFault> {
    let fault = RegistrationFault::Member {
        member: "client_secret_expires_at",
    };
    match body.get("client_secret_expires_at") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(0) => Ok(None),
            // An end beyond the calendar is as good as never.
            Some(seconds) => Ok(OffsetDateTime::from_unix_timestamp(seconds).ok()),
            None => Err(fault),
        },
        Some(_) => Err(fault),
    }
}

/// The management pair, and whether one was dropped because its address is on another origin.
pub(super) fn management(
    body: &Map<String, Value>,
    metadata: &AuthorizationServerMetadata,
) -> Result<(Option<ClientManagement>, bool), RegistrationFault> {
    let address = member(body, "registration_client_uri")?;
    let token = member(body, "registration_access_token")?;
    let (Some(address), Some(token)) = (address, token) else {
        return Ok((None, false));
    };
    let management = management_url(metadata, address)
        .map(|url| ClientManagement::new(url, token.into(), body.clone()));
    let foreign = management.is_none();
    Ok((management, foreign))
}

pub(super) fn member<'a>(
    body: &'a Map<String, Value>,
    member: &'static str,
) -> Result<Option<&'a str>, RegistrationFault> {
    json::text(body, member).map_err(|()| RegistrationFault::Member { member })
}

fn members(
    body: &Map<String, Value>,
    member: &'static str,
) -> Result<Option<Vec<String>>, RegistrationFault> {
    json::texts(body, member).map_err(|()| RegistrationFault::Member { member })
}

fn list(values: Option<&[String]>) -> Option<String> {
    values.map(|values| values.join(" "))
}
