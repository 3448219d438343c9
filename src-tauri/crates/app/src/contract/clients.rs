//! OAuth clients: registered here (RFC 7591) or imported from the portal.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApplicationKey, OAuthClientId, SecretDraft, SecretDraftId, SessionView, Timestamp};

/// How a client gets its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Server to server, no user.
    ClientCredentials,
    /// A person approves in the browser; always with PKCE S256.
    AuthorizationCode,
}

/// Where a client came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientSource {
    /// Made in the portal and imported.
    Portal,
    /// Typed in by hand.
    Imported,
    /// Registered by Inchkeep.
    RegisteredHere,
}

/// An OAuth client without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientView {
    /// Its id here.
    pub id: OAuthClientId,
    /// The application that owns it.
    pub application: ApplicationKey,
    /// Its name.
    pub name: String,
    /// The server's id of it.
    pub client_id: String,
    /// How it gets tokens.
    pub grant: Grant,
    /// Where it came from.
    pub source: ClientSource,
    /// Whether it has a secret; without one it is a public client.
    pub has_secret: bool,
    /// The last four characters of the secret; absent under 20 characters.
    pub last4: Option<String>,
    /// Its newest session.
    pub session: Option<SessionView>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Everything about one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientDetail {
    /// The client.
    pub client: OAuthClientView,
    /// Name of its application.
    pub application_name: String,
    /// The issuer that it belongs to; absent until it was first used.
    pub issuer: Option<String>,
    /// `client_secret_expires_at`, when it ever does.
    pub secret_expires_at: Option<Timestamp>,
    /// How it authenticates at the token endpoint.
    pub auth_method: String,
    /// Its registered redirect URIs.
    pub redirect_uris: Vec<RedirectUriView>,
    /// Scopes that it asks for.
    pub scopes: Vec<String>,
    /// The fixed port for sign-in, when one is set.
    pub fixed_port: Option<u16>,
    /// Whether sessions refresh themselves.
    pub keep_signed_in: bool,
    /// What was sent at registration, as exact JSON without secrets.
    pub registration_sent: Option<String>,
    /// What came back, without secrets.
    pub registration_answer: Option<String>,
    /// Whether the server lets registrations be changed (RFC 7592).
    pub manageable: bool,
}

/// A redirect URI, and whether Inchkeep can receive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RedirectUriView {
    /// The address.
    pub uri: String,
    /// Whether it is loopback, so that Inchkeep can listen there.
    pub receivable: bool,
}

/// Names a client.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientRef {
    /// Which.
    pub oauth_client_id: OAuthClientId,
}

/// Registers a client at the environment's authorization server (RFC 7591).
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegisterClientRequest {
    /// The application that will own it.
    pub application: ApplicationKey,
    /// `client_name`.
    pub name: String,
    /// How it will get tokens.
    pub grant: Grant,
    /// Redirect URIs; a loopback one without a port gets the port that was bound.
    pub redirect_uris: Vec<String>,
    /// Whether to ask for `refresh_token` beside `authorization_code`.
    pub refresh_token: bool,
    /// Scopes to ask for; none when empty.
    pub scopes: Vec<String>,
    /// The portal access token; absent when a kept one is to be used.
    pub portal_token: Option<SecretDraftId>,
    /// Keep the portal access token in the vault.
    pub keep_portal_token: bool,
}

/// The exact POST of a registration, with secrets masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationPreview {
    /// Where it goes.
    pub url: String,
    /// Headers, the token masked.
    pub headers: Vec<String>,
    /// The JSON body.
    pub body: String,
    /// Whether a portal access token is kept in the vault.
    pub kept_portal_token: bool,
}

/// A client made in the portal, to be kept here.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportClientRequest {
    /// The application that owns it.
    pub application: ApplicationKey,
    /// Its name.
    pub name: String,
    /// The server's id of it.
    pub client_id: String,
    /// How it gets tokens.
    pub grant: Grant,
    /// Its registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Its secret; absent for a public client.
    pub secret: Option<SecretDraftId>,
    /// Whether it came as the portal's JSON; else it was typed in.
    #[serde(default)]
    pub from_portal: bool,
}

/// What Rust understood of a client pasted as JSON; the secret stays in Rust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportDraft {
    /// `client_name`, when given.
    pub name: Option<String>,
    /// `client_id`.
    pub client_id: String,
    /// The grant, when it can be told.
    pub grant: Option<Grant>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
    /// `scope`, split.
    pub scopes: Vec<String>,
    /// The secret, when given.
    pub secret: Option<SecretDraft>,
}

/// Changes what Inchkeep keeps of a client.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditOAuthClientRequest {
    /// Which.
    pub oauth_client_id: OAuthClientId,
    /// Its name.
    pub name: String,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// A fixed port for sign-in.
    pub fixed_port: Option<u16>,
    /// Whether sessions refresh themselves.
    pub keep_signed_in: bool,
}
