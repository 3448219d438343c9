//! `/.well-known/oauth-authorization-server` (RFC 8414).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::faults::Place;
use crate::misbehave::faulty;
use crate::state::Shared;

/// Each scope and what it lets a client do, in the words of the consent page.
pub(crate) const SCOPES: [(&str, &str); 8] = [
    ("swap:read", "Ask for quotes, swaps and token lists"),
    ("token:read", "Look up tokens"),
    ("price:read", "Read prices, gas prices and charts"),
    ("balance:read", "Read balances and allowances"),
    ("orders:read", "Read Fusion orders"),
    ("portfolio:read", "Read portfolios"),
    ("history:read", "Read transaction history"),
    ("web3:call", "Call blockchain nodes"),
];

pub(crate) const AUTH_METHODS: [&str; 3] = ["client_secret_post", "client_secret_basic", "none"];
pub(crate) const GRANT_TYPES: [&str; 3] =
    ["authorization_code", "client_credentials", "refresh_token"];

/// All scopes, as one string.
pub(crate) fn every_scope() -> String {
    SCOPES.map(|(name, _)| name).join(" ")
}

/// Whether each word of `part` is a word of `whole`.
pub(crate) fn is_within(part: &str, whole: &str) -> bool {
    part.split_whitespace()
        .all(|scope| whole.split_whitespace().any(|own| own == scope))
}

/// `GET /.well-known/oauth-authorization-server`
pub(crate) async fn metadata(State(shared): State<Arc<Shared>>) -> Response {
    shared.tally.count(|counters| counters.metadata += 1);
    faulty(&shared, Place::Metadata, async {
        let issuer = &shared.issuer;
        Json(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/oauth/authorize"),
            "token_endpoint": format!("{issuer}/oauth/token"),
            "registration_endpoint": format!("{issuer}/oauth/register"),
            "revocation_endpoint": format!("{issuer}/oauth/revoke"),
            "jwks_uri": format!("{issuer}/oauth/jwks"),
            "scopes_supported": SCOPES.map(|(name, _)| name),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": GRANT_TYPES,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": AUTH_METHODS,
            "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
            "authorization_response_iss_parameter_supported": true,
        }))
        .into_response()
    })
    .await
}
