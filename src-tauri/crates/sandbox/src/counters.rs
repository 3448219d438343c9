use std::sync::Mutex;

use crate::state::lock;

/// How often what was asked, since the start or the last reset. For tests; holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// Token requests with `grant_type=authorization_code`, also refused ones.
    pub token_authorization_code: u64,
    /// Token requests with `grant_type=refresh_token`, also refused ones.
    pub token_refresh: u64,
    /// Token requests with `grant_type=client_credentials`, also refused ones.
    pub token_client_credentials: u64,
    /// Token requests with any other or no grant type.
    pub token_other: u64,
    /// A refresh token was presented after its grace, and its family was revoked.
    pub refresh_reuses: u64,
    /// A refresh token was presented again within its grace and got the same successor.
    pub refresh_replays: u64,
    /// A code was presented twice, and its tokens were revoked.
    pub code_reuses: u64,
    /// Reads of the metadata document.
    pub metadata: u64,
    /// Reads of the JWK set.
    pub jwks: u64,
    /// Registration requests, also refused ones.
    pub registrations: u64,
    /// Consent pages shown.
    pub consents: u64,
    /// Revocation requests, also refused ones.
    pub revocations: u64,
    /// Requests to the API gateway, also refused ones; web socket upgrades included.
    pub gateway: u64,
    /// Web sockets that were opened.
    pub sockets: u64,
    /// Calls of the MCP tools.
    pub tool_calls: u64,
    /// What the last authorization request asked for.
    pub last_authorization: Option<AuthorizationRecord>,
}

/// What an authorization request asked for, without `state` and `code_challenge` themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct AuthorizationRecord {
    /// `client_id`, as sent.
    pub client_id: Option<String>,
    /// `redirect_uri`, as sent.
    pub redirect_uri: Option<String>,
    /// `response_type`, as sent.
    pub response_type: Option<String>,
    /// `scope`, as sent.
    pub scope: Option<String>,
    /// `code_challenge_method`, as sent.
    pub code_challenge_method: Option<String>,
    /// `prompt`, as sent.
    pub prompt: Option<String>,
    /// `resource` (RFC 8707), as sent.
    pub resource: Option<String>,
    /// Whether a `state` was there.
    pub has_state: bool,
    /// Whether a `code_challenge` was there.
    pub has_code_challenge: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counters>);

impl Tally {
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut lock(&self.0));
    }

    pub(crate) fn snapshot(&self) -> Counters {
        lock(&self.0).clone()
    }

    pub(crate) fn clear(&self) {
        *lock(&self.0) = Counters::default();
    }
}
