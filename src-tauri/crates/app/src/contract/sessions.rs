//! Sign-ins in progress, and the sessions that come of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ApiError, ApplicationKey, EnvironmentId, Grant, OAuthClientId, SessionId, SignInId, Timestamp,
};

/// Starts a sign-in through the system browser.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignInRequest {
    /// Which client.
    pub oauth_client_id: OAuthClientId,
    /// Listen on any free port this once, although a fixed one is set.
    pub any_port_once: bool,
    /// Ask the server to show its account choice (`prompt=select_account`).
    pub choose_account: bool,
}

/// Names a sign-in in progress.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignInRef {
    /// Which.
    pub sign_in_id: SignInId,
}

/// A sign-in as its sheet shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignInView {
    /// Its id.
    pub id: SignInId,
    /// The client.
    pub oauth_client_id: OAuthClientId,
    /// Name of the client.
    pub client_name: String,
    /// Name of its application.
    pub application_name: String,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// Host of the authorization server.
    pub server_host: String,
    /// The authorization endpoint, without the query.
    pub authorization_endpoint: String,
    /// The redirect URI of this sign-in.
    pub redirect_uri: String,
    /// Host and port of the listener; absent when the redirect cannot be received here.
    pub listening_on: Option<String>,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// How it is protected: "PKCE S256", "state", "issuer check".
    pub protection: Vec<String>,
    /// How far it is.
    pub stage: SignInStage,
    /// When the listener closes.
    pub deadline: Timestamp,
    /// Set when a browser could not be opened.
    pub browser_failed: bool,
    /// Why it ended, for `failed`.
    pub error: Option<ApiError>,
    /// What came of it, for `done`.
    pub session: Option<SessionView>,
}

/// How far a sign-in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInStage {
    /// The browser has it.
    WaitingForApproval,
    /// The answer is being checked and its code exchanged.
    Exchanging,
    /// The tokens are being saved.
    Saving,
    /// The tokens are in the vault.
    Done,
    /// It ended without tokens.
    Failed,
    /// The person stopped it.
    Cancelled,
}

/// A session without its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// The client that owns it.
    pub oauth_client_id: OAuthClientId,
    /// Name of the client.
    pub client_name: String,
    /// The application.
    pub application: ApplicationKey,
    /// Name of the application.
    pub application_name: String,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// How its tokens were got.
    pub grant: Grant,
    /// Whether it can be used.
    pub state: SessionState,
    /// When the access token was issued.
    pub issued_at: Timestamp,
    /// When the access token ends; absent when the server did not say.
    pub expires_at: Option<Timestamp>,
    /// Whether there is a refresh token.
    pub has_refresh_token: bool,
    /// Whether it refreshes itself.
    pub keep_signed_in: bool,
    /// The last failure of a refresh, until one works.
    pub refresh_error: Option<ApiError>,
    /// When it was last sent with a request.
    pub last_used: Option<Timestamp>,
}

/// Whether a session can be used. Expiry is told by `expires_at`; the page
/// counts by its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// It can be used, or be refreshed.
    Active,
    /// The server ended it: sign in again.
    SignInNeeded,
}

/// Everything about one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetail {
    /// The session.
    pub session: SessionView,
    /// The client's id at the server.
    pub client_id: String,
    /// Which token of this session this is, from 1.
    pub generation: u32,
    /// What the access token is, as far as can be told.
    pub token: TokenDiagnosis,
    /// Its claims, when it is a JWT: name, readable, raw.
    pub claims: Vec<ClaimView>,
    /// The claims as exact JSON, when it is a JWT.
    pub claims_json: Option<String>,
    /// Whether the last refresh brought a new refresh token.
    pub rotates: bool,
    /// When the refresh token was issued.
    pub refresh_issued_at: Option<Timestamp>,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// Scopes asked for and not granted.
    pub scopes_missing: Vec<String>,
    /// Whether the server offers revocation (RFC 7009).
    pub revocable: bool,
    /// What happened to it, newest first.
    pub history: Vec<SessionEvent>,
}

/// What an access token is. A diagnosis: nothing depends on it (RFC 9068 §6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TokenDiagnosis {
    /// Not a JWT.
    Opaque,
    /// A JWT whose signature fits a key of the server.
    #[serde(rename_all = "camelCase")]
    Valid {
        /// `alg`.
        algorithm: String,
        /// `kid`.
        key_id: Option<String>,
    },
    /// A JWT that was not checked.
    #[serde(rename_all = "camelCase")]
    NotChecked {
        /// Why not, as a sentence.
        reason: String,
    },
    /// A JWT whose signature or claims are wrong.
    #[serde(rename_all = "camelCase")]
    Wrong {
        /// Why, as a sentence.
        reason: String,
    },
}

/// One claim of a JWT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    /// Its name, such as `exp`.
    pub name: String,
    /// What it means: "Expires", "Issuer".
    pub label: String,
    /// Readable.
    pub value: String,
    /// As it stands in the token.
    pub raw: String,
    /// A remark, such as "matches server metadata".
    pub remark: Option<String>,
}

/// Something that happened to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionEvent {
    /// When.
    pub at: Timestamp,
    /// What, as a sentence.
    pub what: String,
    /// `X-Request-Id`, when there was a request.
    pub request_id: Option<String>,
    /// Whether it went wrong.
    pub failed: bool,
}

/// Names a session.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionRef {
    /// Which.
    pub session_id: SessionId,
}

/// Turns refreshing by itself on or off.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeepSignedInRequest {
    /// Which session.
    pub session_id: SessionId,
    /// On or off.
    pub on: bool,
}

/// Ends a session: at the server when it offers that, always here.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EndSessionRequest {
    /// Which.
    pub session_id: SessionId,
    /// Remove it here although the server did not confirm.
    pub forget_anyway: bool,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EndSessionAnswer {
    /// Whether the server was told and confirmed.
    pub revoked: bool,
    /// Whether it is removed here.
    pub removed: bool,
    /// Why the server did not confirm.
    pub error: Option<ApiError>,
}
