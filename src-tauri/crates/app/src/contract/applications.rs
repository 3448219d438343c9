//! Applications and their API keys.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ApiKeyId, ApplicationKey, EnvironmentId, HistoryRow, OAuthClientView, SecretDraftId, Timestamp,
};

/// A row of the applications table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRow {
    /// Its id here.
    pub key: ApplicationKey,
    /// The environment that it belongs to.
    pub environment_id: EnvironmentId,
    /// Its name.
    pub name: String,
    /// The portal's id of it.
    pub application_id: String,
    /// How many API keys it has here.
    pub api_keys: u32,
    /// How many OAuth clients it has here.
    pub oauth_clients: u32,
    /// How many of its sessions can be used now.
    pub active_sessions: u32,
    /// How many of those end within two minutes.
    pub expiring_sessions: u32,
    /// When one of its credentials was last used.
    pub last_used: Option<Timestamp>,
}

/// An application with everything on its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationView {
    /// The application itself.
    pub application: ApplicationRow,
    /// Its API keys.
    pub api_keys: Vec<ApiKeyView>,
    /// Its OAuth clients.
    pub oauth_clients: Vec<OAuthClientView>,
    /// The last three requests made with its credentials.
    pub recent: Vec<HistoryRow>,
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    /// Its id.
    pub id: ApiKeyId,
    /// The application that owns it.
    pub application: ApplicationKey,
    /// Its name.
    pub name: String,
    /// The last four characters; absent under 20 characters.
    pub last4: Option<String>,
    /// When it was last sent.
    pub last_used: Option<Timestamp>,
    /// The status that came back then.
    pub last_status: Option<u16>,
    /// How many requests put it in a URL.
    pub sent_in_url: u32,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Names an application.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRef {
    /// Which.
    pub application: ApplicationKey,
}

/// Names an API key.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyRef {
    /// Which.
    pub api_key_id: ApiKeyId,
}

/// Adds an application.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AddApplicationRequest {
    /// Where.
    pub environment_id: EnvironmentId,
    /// Its name.
    pub name: String,
    /// The portal's id of it; empty when unknown.
    pub application_id: String,
}

/// Renames an application.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RenameApplicationRequest {
    /// Which.
    pub application: ApplicationKey,
    /// Its new name.
    pub name: String,
    /// The portal's id of it, when it changes too.
    pub application_id: Option<String>,
}

/// Tries an API key with one request before it is saved.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckApiKeyRequest {
    /// Whose environment to ask.
    pub application: ApplicationKey,
    /// The key.
    pub secret: SecretDraftId,
}

/// What the server said to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyCheckView {
    /// Whether the server took it: anything but 401 and 403.
    pub accepted: bool,
    /// The status.
    pub status: u16,
    /// `X-Request-Id` of the answer.
    pub request_id: Option<String>,
}

/// Saves an API key.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AddApiKeyRequest {
    /// The application that owns it.
    pub application: ApplicationKey,
    /// Its name.
    pub name: String,
    /// The key.
    pub secret: SecretDraftId,
}

/// Renames an API key.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RenameApiKeyRequest {
    /// Which.
    pub api_key_id: ApiKeyId,
    /// Its new name.
    pub name: String,
}

/// Puts another secret in the place of an API key's.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReplaceApiKeyRequest {
    /// Which.
    pub api_key_id: ApiKeyId,
    /// The new key.
    pub secret: SecretDraftId,
}
