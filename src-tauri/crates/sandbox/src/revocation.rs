//! `/oauth/revoke` (RFC 7009).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};

use crate::client_auth::authenticate;
use crate::faults::Place;
use crate::misbehave::faulty;
use crate::oauth_error::{OAuthError, no_store};
use crate::params::Params;
use crate::state::Shared;
use crate::token::{family_of, is_form, revoke_family};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/oauth/revoke", post(revoke))
}

async fn revoke(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.tally.count(|counters| counters.revocations += 1);
    faulty(&shared, Place::Revocation, async {
        match revoke_checked(&shared, &headers, &Params::parse(&body)) {
            Ok(()) => (StatusCode::OK, no_store()).into_response(),
            Err(error) => error.into_response(),
        }
    })
    .await
}

/// An unknown token is fine (RFC 7009 §2.2); another client's token is not (§2.1).
fn revoke_checked(shared: &Shared, headers: &HeaderMap, params: &Params) -> Result<(), OAuthError> {
    if !is_form(headers) {
        return Err(OAuthError::request(
            "Send the request as application/x-www-form-urlencoded",
        ));
    }
    params.check_none_twice()?;
    let client = authenticate(shared, headers, params, Place::Revocation)?;
    let token = params
        .get("token")
        .ok_or_else(|| OAuthError::request("token is missing"))?;
    let foreign = || OAuthError::new("unauthorized_client", "The token belongs to another client");

    if let Some(id) = family_of(token) {
        let owner = shared.store.read(|records| {
            let family = records
                .families
                .get(id)
                .filter(|family| family.knows(token))?;
            Some(family.client_id.clone())
        });
        return match owner {
            None => Ok(()),
            Some(owner) if owner == client.id => Ok(revoke_family(shared, id)?),
            Some(_) => Err(foreign()),
        };
    }
    let Some(claims) = shared.signer().verify(token) else {
        return Ok(());
    };
    let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
    if text("client_id") != Some(&client.id) {
        return Err(foreign());
    }
    if let (Some(id), Some(expires_at)) = (
        text("jti"),
        claims.get("exp").and_then(serde_json::Value::as_i64),
    ) {
        shared.store.change(shared.now_seconds(), |records| {
            records.revoked_tokens.insert(id.to_owned(), expires_at);
        })?;
    }
    Ok(())
}
