//! What the vault keeps, as this crate writes it. `meta` of a record is one of
//! these types as JSON; its secret stands beside it, sealed apart.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::contract::{
    ApplicationKey, ClientSource, EnvironmentId, EnvironmentKind, Grant, OAuthClientId,
    SessionEvent, SessionState, Timestamp,
};

/// The kinds of records.
pub(crate) mod kinds {
    use inchkeep_vault::Kind;

    /// [`super::EnvironmentRecord`]; no secret.
    pub(crate) const ENVIRONMENT: Kind = Kind::new("environment");
    /// [`super::ApplicationRecord`]; no secret.
    pub(crate) const APPLICATION: Kind = Kind::new("application");
    /// [`super::ApiKeyRecord`]; the key.
    pub(crate) const API_KEY: Kind = Kind::new("api_key");
    /// [`super::OAuthClientRecord`]; the client secret, for confidential clients.
    pub(crate) const OAUTH_CLIENT: Kind = Kind::new("oauth_client");
    /// [`super::SessionRecord`]; [`super::SessionTokens`] as JSON.
    pub(crate) const SESSION: Kind = Kind::new("session");
    /// A `HistoryRow`; the whole exchange as JSON, redacted.
    pub(crate) const EXCHANGE: Kind = Kind::new("exchange");
    /// A refresh that is under way: written before the POST, removed with its answer.
    pub(crate) const REFRESH_INTENT: Kind = Kind::new("refresh_intent");
    /// A portal access token that the person chose to keep; id is the environment's.
    pub(crate) const PORTAL_TOKEN: Kind = Kind::new("portal_token");
    /// Accepted server metadata; id is the environment's.
    pub(crate) const SERVER: Kind = Kind::new("server");
    /// Single values of the app itself, such as the chosen environment.
    pub(crate) const STATE: Kind = Kind::new("state");
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EnvironmentRecord {
    pub(crate) kind: EnvironmentKind,
    pub(crate) name: String,
    /// Without a trailing slash. For the sandbox the address it last had.
    pub(crate) api_base: String,
    pub(crate) authorization_server: Option<String>,
    pub(crate) portal: Option<String>,
    pub(crate) log_retention_days: Option<u32>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApplicationRecord {
    pub(crate) environment: EnvironmentId,
    pub(crate) name: String,
    /// The portal's id of it; empty when unknown.
    pub(crate) application_id: String,
    pub(crate) last_used: Option<Timestamp>,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApiKeyRecord {
    pub(crate) application: ApplicationKey,
    pub(crate) name: String,
    pub(crate) last4: Option<String>,
    pub(crate) added_at: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) last_status: Option<u16>,
    pub(crate) sent_in_url: u32,
}

/// An OAuth client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts that do not hang together"
)]
pub(crate) struct OAuthClientRecord {
    pub(crate) application: ApplicationKey,
    pub(crate) name: String,
    pub(crate) client_id: String,
    pub(crate) grant: Grant,
    pub(crate) source: ClientSource,
    pub(crate) has_secret: bool,
    pub(crate) last4: Option<String>,
    /// The issuer that it belongs to; set at registration or first use (never another after).
    pub(crate) issuer: Option<String>,
    /// Seconds since 1970 (RFC 7591 §3.2.1); absent when it never ends.
    pub(crate) secret_expires_at: Option<i64>,
    /// `client_secret_post`, `client_secret_basic` or `none`.
    pub(crate) auth_method: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    /// The port that was bound at registration and is tried first at each sign-in.
    pub(crate) sticky_port: Option<u16>,
    /// A port that the person fixed.
    pub(crate) fixed_port: Option<u16>,
    pub(crate) keep_signed_in: bool,
    pub(crate) refresh_token: bool,
    pub(crate) registration_sent: Option<String>,
    pub(crate) registration_answer: Option<String>,
    /// Whether the answer carried a `registration_client_uri` (RFC 7592).
    pub(crate) manageable: bool,
    pub(crate) added_at: Timestamp,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    pub(crate) oauth_client: OAuthClientId,
    pub(crate) issuer: String,
    pub(crate) state: SessionState,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) has_refresh_token: bool,
    pub(crate) refresh_issued_at: Option<Timestamp>,
    pub(crate) rotates: bool,
    pub(crate) generation: u32,
    pub(crate) scopes_asked: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) keep_signed_in: bool,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) refresh_error: Option<crate::error::ApiError>,
    /// Newest first, at most fifty.
    pub(crate) history: Vec<SessionEvent>,
}

/// The tokens of a session, the sealed half of its record.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the field's own names for them")]
pub(crate) struct SessionTokens {
    pub(crate) access_token: SecretString,
    pub(crate) refresh_token: Option<SecretString>,
    /// The refresh token before the last rotation, until the new one has worked once.
    pub(crate) previous_refresh_token: Option<SecretString>,
}

impl SessionTokens {
    /// As the vault keeps them.
    pub(crate) fn to_secret(&self) -> SecretString {
        #[derive(Serialize)]
        #[expect(clippy::struct_field_names, reason = "the field's own names for them")]
        struct Out<'a> {
            access_token: &'a str,
            refresh_token: Option<&'a str>,
            previous_refresh_token: Option<&'a str>,
        }
        // EXPOSE: on the way into the sealed half of the record.
        let json = serde_json::to_string(&Out {
            access_token: self.access_token.expose_secret(),
            refresh_token: self.refresh_token.as_ref().map(ExposeSecret::expose_secret),
            previous_refresh_token: self
                .previous_refresh_token
                .as_ref()
                .map(ExposeSecret::expose_secret),
        });
        SecretString::from(json.unwrap_or_default())
    }

    /// From what the vault keeps; `None` when it is not in this shape.
    pub(crate) fn from_secret(secret: &SecretString) -> Option<Self> {
        // EXPOSE: read back from the sealed half of the record.
        serde_json::from_str(secret.expose_secret()).ok()
    }
}
