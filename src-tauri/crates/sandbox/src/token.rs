//! `/oauth/token`: the grants of the documentation; the refresh has a file of its own.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::client_auth::authenticate;
use crate::faults::{Fault, Place};
use crate::metadata::is_within;
use crate::misbehave::{faulty, merge};
use crate::oauth_error::{OAuthError, no_store};
use crate::params::Params;
use crate::refresh::refresh;
use crate::state::{Shared, lock, seconds};
use crate::store::{Client, Family, Hashed};

pub(crate) const REFRESH_PREFIX: &str = "sbx_rt_";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/oauth/token", post(token))
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let params = Params::parse(&body);
    let place = match params.get("grant_type") {
        Some("authorization_code") => Some(Place::TokenCode),
        Some("refresh_token") => Some(Place::TokenRefresh),
        Some("client_credentials") => Some(Place::TokenClientCredentials),
        _ => None,
    };
    shared.tally.count(|counters| match place {
        Some(Place::TokenCode) => counters.token_authorization_code += 1,
        Some(Place::TokenRefresh) => counters.token_refresh += 1,
        Some(_) => counters.token_client_credentials += 1,
        None => counters.token_other += 1,
    });
    let Some(place) = place else {
        return match params.get("grant_type") {
            None => OAuthError::request("grant_type is missing"),
            Some(_) => OAuthError::new("unsupported_grant_type", "This grant is not supported"),
        }
        .into_response();
    };
    faulty(&shared, place, async {
        grant(&shared, place, &headers, &params).unwrap_or_else(OAuthError::into_response)
    })
    .await
}

fn grant(
    shared: &Shared,
    place: Place,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Response, OAuthError> {
    if !is_form(headers) {
        return Err(OAuthError::request(
            "Send the request as application/x-www-form-urlencoded",
        ));
    }
    params.check_none_twice()?;
    let client = authenticate(shared, headers, params, place)?;
    let name = params.get("grant_type").unwrap_or_default();
    if !client.may_use(name) {
        return Err(OAuthError::new(
            "unauthorized_client",
            "The client is not registered for this grant",
        ));
    }
    match place {
        Place::TokenCode => exchange_code(shared, &client, params),
        Place::TokenRefresh => refresh(shared, &client, params),
        _ => {
            let scope = narrowed(params, &client.scope)?;
            let grant = Granted {
                subject: client.id.clone(),
                scope,
                family: None,
            };
            Ok(answer(shared, place, &client, &grant, None))
        }
    }
}

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}

/// What an access token is to say.
pub(crate) struct Granted {
    pub(crate) subject: String,
    pub(crate) scope: String,
    pub(crate) family: Option<String>,
}

pub(crate) fn narrowed(params: &Params, whole: &str) -> Result<String, OAuthError> {
    let scope = params.get("scope").unwrap_or(whole);
    if is_within(scope, whole) {
        Ok(scope.to_owned())
    } else {
        Err(OAuthError::new(
            "invalid_scope",
            "The scope is larger than what was granted",
        ))
    }
}

fn exchange_code(
    shared: &Shared,
    client: &Client,
    params: &Params,
) -> Result<Response, OAuthError> {
    let plain = params
        .get("code")
        .ok_or_else(|| OAuthError::request("code is missing"))?;
    let hash = Hashed::of(plain);
    let family_id = Uuid::new_v4().simple().to_string();

    // Held to the end: of two exchanges of a code only one can win, and the other one must find
    // the family that it is to revoke.
    let mut codes = lock(&shared.codes);
    let code = match codes.get_mut(&hash) {
        None => return Err(OAuthError::grant("The code is unknown")),
        Some(code) if code.client_id != client.id => {
            return Err(OAuthError::grant("The code belongs to another client"));
        }
        Some(code) => {
            let found = code.clone();
            // Spent from here on, whether the rest is right or not.
            code.spent_for.get_or_insert_with(|| family_id.clone());
            found
        }
    };
    if let Some(family) = code.spent_for {
        shared.tally.count(|counters| counters.code_reuses += 1);
        revoke_family(shared, &family)?;
        return Err(OAuthError::grant(
            "The code was used already; its tokens are revoked",
        ));
    }
    if code.expires_at_ms <= shared.now_ms() {
        return Err(OAuthError::grant("The code has expired"));
    }
    if params.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(OAuthError::grant(
            "redirect_uri differs from the authorization request",
        ));
    }
    let verifier = params
        .get("code_verifier")
        .ok_or_else(|| OAuthError::request("code_verifier is missing"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    if !(43..=128).contains(&verifier.len()) || challenge != code.challenge {
        return Err(OAuthError::grant(
            "code_verifier does not fit the challenge",
        ));
    }

    let refresh_token = client
        .may_use("refresh_token")
        .then(|| crate::state::make_secret(&format!("{REFRESH_PREFIX}{family_id}.")));
    let life = if refresh_token.is_some() {
        shared.options.refresh_token_life
    } else {
        shared.options.access_token_life
    };
    let family = Family {
        client_id: client.id.clone(),
        subject: code.subject.clone(),
        scope: code.scope.clone(),
        current: refresh_token.as_deref().map(Hashed::of),
        previous: None,
        rotated_at_ms: 0,
        retired: Vec::new(),
        revoked: false,
        expires_at: shared.now_seconds() + seconds(life),
    };
    shared.store.change(shared.now_seconds(), |records| {
        records.families.insert(family_id.clone(), family);
    })?;
    drop(codes);
    let grant = Granted {
        subject: code.subject,
        scope: code.scope,
        family: Some(family_id),
    };
    Ok(answer(
        shared,
        Place::TokenCode,
        client,
        &grant,
        refresh_token,
    ))
}

/// The family that a refresh token says it belongs to.
pub(crate) fn family_of(refresh_token: &str) -> Option<&str> {
    refresh_token
        .strip_prefix(REFRESH_PREFIX)?
        .split_once('.')
        .map(|(family, _)| family)
}

pub(crate) fn revoke_family(shared: &Shared, id: &str) -> Result<(), crate::SandboxError> {
    shared.store.change(shared.now_seconds(), |records| {
        if let Some(family) = records.families.get_mut(id) {
            family.revoked = true;
        }
    })
}

pub(crate) fn answer(
    shared: &Shared,
    place: Place,
    client: &Client,
    grant: &Granted,
    refresh_token: Option<String>,
) -> Response {
    let mut body = json!({
        "access_token": sign_access_token(shared, place, client, grant),
        "token_type": "Bearer",
        "expires_in": shared.options.access_token_life.as_secs(),
        "scope": grant.scope,
    });
    if let (Some(refresh_token), Some(members)) = (refresh_token, body.as_object_mut()) {
        members.insert("refresh_token".into(), refresh_token.into());
    }
    (no_store(), Json(body)).into_response()
}

/// A JWT access token (RFC 9068 §2.2). `sid` ties it to its family, so that revoking the family
/// revokes it too.
fn sign_access_token(shared: &Shared, place: Place, client: &Client, grant: &Granted) -> String {
    let now = shared.now_seconds();
    let mut claims = json!({
        "iss": shared.issuer, "sub": grant.subject, "aud": shared.issuer,
        "iat": now, "exp": now + seconds(shared.options.access_token_life),
        "jti": Uuid::new_v4(), "client_id": client.id, "scope": grant.scope,
    });
    if let Some(members) = claims.as_object_mut() {
        if let Some(application_id) = &client.application_id {
            members.insert("application_id".into(), json!(application_id));
        }
        if let Some(family) = &grant.family {
            members.insert("sid".into(), json!(family));
        }
    }
    let signer = shared.signer();
    let mut header: Value = signer.header();
    let of_a_token =
        |fault: &Fault| matches!(fault, Fault::TokenClaims { .. } | Fault::TokenHeader { .. });
    for fault in shared.faults.take(place, of_a_token) {
        match fault {
            Fault::TokenClaims { patch } => merge(&mut claims, &patch),
            Fault::TokenHeader { patch } => merge(&mut header, &patch),
            _ => {}
        }
    }
    signer.sign(&header, &claims)
}
