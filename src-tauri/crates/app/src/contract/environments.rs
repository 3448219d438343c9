//! Environments: where requests go, and which authorization server stands beside.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{EnvironmentId, Timestamp};

/// An environment as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentView {
    /// Its id.
    pub id: EnvironmentId,
    /// Sandbox, Production, or the person's own: decides the colour.
    pub kind: EnvironmentKind,
    /// Its name.
    pub name: String,
    /// Base URL of the API gateway, without a trailing slash.
    pub api_base: String,
    /// Authorization server, when it differs from the gateway.
    pub authorization_server: Option<String>,
    /// Address of the portal.
    pub portal: Option<String>,
    /// How long the server keeps its logs, in days; unset when unknown.
    pub log_retention_days: Option<u32>,
    /// Host and port as shown under the name.
    pub host: String,
    /// Whether the sandbox runs (Sandbox only).
    pub sandbox_running: bool,
}

/// The kinds of environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// The practice server inside Inchkeep.
    Sandbox,
    /// The live API.
    Production,
    /// Another server.
    Own,
}

/// Adds an environment.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentRequest {
    /// Its name.
    pub name: String,
    /// Base URL of the API gateway: https, or http on loopback.
    pub api_base: String,
    /// Authorization server, when it differs.
    pub authorization_server: Option<String>,
    /// Address of the portal.
    pub portal: Option<String>,
    /// How long the server keeps its logs, in days.
    pub log_retention_days: Option<u32>,
}

/// Changes an environment.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditEnvironmentRequest {
    /// Which.
    pub environment_id: EnvironmentId,
    /// Its new values.
    pub values: EnvironmentRequest,
}

/// Reads a server's metadata before an environment is made of it.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckServerRequest {
    /// Base URL of the API gateway.
    pub api_base: String,
    /// Authorization server, when it differs.
    pub authorization_server: Option<String>,
}

/// Asks for an environment's server metadata.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServerRequest {
    /// Which environment.
    pub environment_id: EnvironmentId,
    /// Read it again instead of showing the kept copy.
    pub refresh: bool,
}

/// An authorization server as its metadata describes it (RFC 8414).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServerView {
    /// The issuer, byte for byte.
    pub issuer: String,
    /// When the metadata was fetched.
    pub fetched_at: Timestamp,
    /// Its endpoints, in a fixed order; absent ones included.
    pub endpoints: Vec<EndpointView>,
    /// `grant_types_supported`.
    pub grant_types: Vec<String>,
    /// `code_challenge_methods_supported`.
    pub challenge_methods: Vec<String>,
    /// `token_endpoint_auth_methods_supported`.
    pub auth_methods: Vec<String>,
    /// `scopes_supported`.
    pub scopes: Vec<String>,
    /// Things a person should know, as sentences.
    pub notes: Vec<String>,
    /// The document as it came.
    pub raw: String,
}

/// One endpoint of an authorization server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// Its name in the metadata, such as `token_endpoint`.
    pub name: String,
    /// Its address; absent when not offered.
    pub url: Option<String>,
    /// Whether it is HTTPS.
    pub https: bool,
    /// Whether it lies on the issuer's host.
    pub same_host: bool,
}
