//! Authorization servers: found, accepted once, and pinned for their environment.
//!
//! The first metadata that passes every check is kept with the environment. Whatever a later
//! document changes of it stops everything that would trust the change (RFC 9700 §4.4): a server
//! that moves its token endpoint is not followed without a word.

use std::sync::Arc;
use std::time::Duration;

use inchkeep_oauth::metadata::{PkceSupport, well_known_urls};
use inchkeep_oauth::{AuthorizationServerMetadata, Issuer, LoopbackHttp};
use inchkeep_vault::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::app::App;
use crate::contract::{
    CheckServerRequest, EndpointView, EnvironmentId, ServerRequest, ServerView, Timestamp,
};
use crate::environment_values::parsed;
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth;
use crate::records::{EnvironmentRecord, OAuthClientRecord, kinds};
use crate::store::{Read as _, Record, Write as _};

/// How long metadata is used before it is read again, when the server does not say.
const USUAL_LIFE: Duration = Duration::from_hours(1);
/// However long the server says.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// The members that the page lists, in its order.
const ENDPOINTS: [&str; 7] = [
    "authorization_endpoint",
    "token_endpoint",
    "registration_endpoint",
    "jwks_uri",
    "revocation_endpoint",
    "introspection_endpoint",
    "userinfo_endpoint",
];

/// Accepted metadata of an environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServerRecord {
    /// The issuer that was asked for. Another one is another server, and nothing is pinned for it.
    asked: String,
    fetched_at: Timestamp,
    /// Until when it need not be read again.
    fresh_until: Timestamp,
    /// What the server changed since, as a sentence; nothing new is begun while this stands.
    changed: Option<String>,
    document: Map<String, Value>,
}

impl Record for ServerRecord {
    type Id = EnvironmentId;
    const KIND: Kind = kinds::SERVER;
    const WHAT: &'static str = "server metadata";
}

/// A server whose metadata may be relied on.
pub(crate) type Server = Arc<AuthorizationServerMetadata>;

impl App {
    /// Reads a server's metadata without keeping it.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`] for what is no address; [`ErrorCode::NoMetadata`],
    /// [`ErrorCode::IssuerMismatch`], [`ErrorCode::NotHttps`],
    /// [`ErrorCode::MetadataRefused`], [`ErrorCode::ForeignEndpoints`], and those of the network.
    pub async fn check_server(
        self: &Arc<Self>,
        request: CheckServerRequest,
    ) -> Result<ServerView, ApiError> {
        let authorization_server = request
            .authorization_server
            .filter(|address| !address.trim().is_empty());
        let (field, asked) = match &authorization_server {
            Some(address) => ("authorizationServer", address),
            None => ("apiBase", &request.api_base),
        };
        parsed(field, asked)?;
        let asked = issuer_of(asked)?;
        let (record, metadata) = self.read_metadata(None, &asked).await?;
        Ok(view(&metadata, &record))
    }

    /// An environment's server: the kept copy, or a fresh one when asked for or never read.
    ///
    /// # Errors
    /// As for [`check_server`](Self::check_server); [`ErrorCode::MetadataChanged`] when the server
    /// now says something else than what was accepted.
    pub async fn server(self: &Arc<Self>, request: ServerRequest) -> Result<ServerView, ApiError> {
        let id = request.environment_id;
        let environment = self.ready_environment(&id).await?;
        if !request.refresh
            && let Some((record, metadata)) = self.pinned(&id, &environment).await?
        {
            return match &record.changed {
                Some(changes) => Err(changed(changes)),
                None => Ok(view(&metadata, &record)),
            };
        }
        self.refetch(&id, &environment)
            .await
            .map(|(record, metadata)| view(&metadata, &record))
    }

    /// The server that something new may be begun with: a sign-in, a registration, a first token.
    ///
    /// # Errors
    /// As for [`server`](Self::server).
    pub(crate) async fn fresh_server(
        self: &Arc<Self>,
        id: &EnvironmentId,
    ) -> Result<Server, ApiError> {
        let environment = self.ready_environment(id).await?;
        if let Some((record, metadata)) = self.pinned(id, &environment).await?
            && record.changed.is_none()
            && self.clock.now() < record.fresh_until.0
        {
            return Ok(metadata);
        }
        self.refetch(id, &environment)
            .await
            .map(|(_, metadata)| metadata)
    }

    /// The server that something old goes on with: a refresh, a revocation, a look at its keys. The
    /// pinned copy is the one that was trusted, so it serves however old it is.
    ///
    /// # Errors
    /// As for [`server`](Self::server), when nothing is pinned yet.
    pub(crate) async fn pinned_server(
        self: &Arc<Self>,
        id: &EnvironmentId,
    ) -> Result<Server, ApiError> {
        let environment = self.ready_environment(id).await?;
        match self.pinned(id, &environment).await? {
            Some((_, metadata)) => Ok(metadata),
            None => self
                .refetch(id, &environment)
                .await
                .map(|(_, metadata)| metadata),
        }
    }

    /// The pinned copy, without asking anybody.
    async fn pinned(
        self: &Arc<Self>,
        id: &EnvironmentId,
        environment: &EnvironmentRecord,
    ) -> Result<Option<(ServerRecord, Server)>, ApiError> {
        let asked = issuer_of_environment(environment)?;
        let id = id.clone();
        let record = self.read(move |vault| match vault.one::<ServerRecord>(&id) {
            Ok(record) => Ok(Some(record)),
            Err(error) if error.code == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        let Some(record) = record
            .await?
            .filter(|record| record.asked == asked.as_str())
        else {
            return Ok(None);
        };
        // A stored document passes the same rules as a fresh one.
        let checked = AuthorizationServerMetadata::from_document(&asked, record.document.clone());
        Ok(checked.ok().map(|metadata| (record, Arc::new(metadata))))
    }

    /// Reads the metadata again, compares it with what is pinned, and keeps it.
    async fn refetch(
        self: &Arc<Self>,
        id: &EnvironmentId,
        environment: &EnvironmentRecord,
    ) -> Result<(ServerRecord, Server), ApiError> {
        let asked = issuer_of_environment(environment)?;
        let (mut record, metadata) = self.read_metadata(Some(id), &asked).await?;
        if let Some((pinned, before)) = self.pinned(id, environment).await? {
            let changes = metadata.changes_from(&before);
            if !changes.is_empty() {
                let sentence = changes
                    .iter()
                    .map(change_words)
                    .collect::<Vec<_>>()
                    .join(" ");
                let flagged = ServerRecord {
                    changed: Some(sentence.clone()),
                    ..pinned
                };
                self.keep_server(id, flagged).await?;
                return Err(changed(&sentence));
            }
            record.changed = None;
        }
        self.keep_server(id, record.clone()).await?;
        Ok((record, metadata))
    }

    async fn keep_server(&self, id: &EnvironmentId, record: ServerRecord) -> Result<(), ApiError> {
        let id = id.clone();
        self.change(move |tx| tx.put_record(&id, &record)).await
    }

    /// One discovery, with every check but the comparison with a pin.
    async fn read_metadata(
        self: &Arc<Self>,
        environment: Option<&EnvironmentId>,
        asked: &Issuer,
    ) -> Result<(ServerRecord, Server), ApiError> {
        let http = self.oauth_http(environment);
        let metadata = inchkeep_oauth::discover(&http, asked)
            .await
            .map_err(|error| {
                let first = well_known_urls(asked).into_iter().next();
                errors_of_oauth::discovery(
                    &error,
                    first.as_ref().unwrap_or(asked.url()),
                    http.last_status(),
                )
            })?;
        let foreign = metadata.foreign_endpoints();
        if !foreign.is_empty() {
            let list: Vec<_> = foreign
                .iter()
                .map(|one| format!("{} is {}", one.member, one.url))
                .collect();
            return Err(ApiError::new(
                ErrorCode::ForeignEndpoints,
                "endpoints lie on another origin than the issuer's",
            )
            .fact("endpoints", list.join(", ")));
        }
        let now = self.clock.now();
        let life = http.max_age().unwrap_or(USUAL_LIFE).min(LONGEST_LIFE);
        let record = ServerRecord {
            asked: asked.as_str().to_owned(),
            fetched_at: now.into(),
            fresh_until: (now + life).into(),
            changed: None,
            document: metadata.document().clone(),
        };
        Ok((record, Arc::new(metadata)))
    }
}

/// Refuses a client that belongs to another issuer: a credential never travels.
pub(crate) fn check_issuer(client: &OAuthClientRecord, server: &Server) -> Result<(), ApiError> {
    match client.issuer.as_deref() {
        Some(own) if own != server.issuer().as_str() => Err(ApiError::new(
            ErrorCode::IssuerMismatch,
            "this client belongs to another authorization server",
        )
        .fact("expected", own)
        .fact("named", server.issuer())),
        _ => Ok(()),
    }
}

/// The issuer of an environment: its authorization server, else its gateway.
pub(crate) fn issuer_of_environment(environment: &EnvironmentRecord) -> Result<Issuer, ApiError> {
    issuer_of(
        environment
            .authorization_server
            .as_deref()
            .unwrap_or(&environment.api_base),
    )
}

fn issuer_of(address: &str) -> Result<Issuer, ApiError> {
    let address = address.trim();
    // An environment without https can only be one on loopback, which the practice server is.
    Issuer::parse(address, LoopbackHttp::Allowed)
        .map_err(|error| errors_of_oauth::issuer(error, address))
}

fn changed(changes: &str) -> ApiError {
    ApiError::new(
        ErrorCode::MetadataChanged,
        "the metadata is not what was accepted before",
    )
    .fact("changes", changes)
}

fn change_words(change: &inchkeep_oauth::metadata::PinnedChange) -> String {
    let or_nothing = |value: &Option<String>| value.clone().unwrap_or("not offered".into());
    format!(
        "{} is now {}. It was {}.",
        change.member,
        or_nothing(&change.now),
        or_nothing(&change.pinned)
    )
}

fn view(metadata: &AuthorizationServerMetadata, record: &ServerRecord) -> ServerView {
    let home = metadata.issuer().url();
    let endpoint = |name: &&str| {
        let url = record.document.get(*name).and_then(Value::as_str);
        let parsed = url.and_then(|url| Url::parse(url).ok());
        EndpointView {
            name: (*name).to_owned(),
            url: url.map(str::to_owned),
            https: parsed.as_ref().is_some_and(|url| url.scheme() == "https"),
            same_host: parsed.is_some_and(|url| url.origin() == home.origin()),
        }
    };
    let list = |values: Option<&[String]>| values.map(<[String]>::to_vec).unwrap_or_default();
    ServerView {
        issuer: metadata.issuer().as_str().to_owned(),
        fetched_at: record.fetched_at,
        endpoints: ENDPOINTS.iter().map(endpoint).collect(),
        grant_types: list(metadata.grant_types_supported()),
        challenge_methods: texts(&record.document, "code_challenge_methods_supported"),
        auth_methods: list(metadata.auth_methods_supported()),
        scopes: list(metadata.scopes_supported()),
        notes: notes(metadata),
        raw: serde_json::to_string_pretty(&record.document).unwrap_or_default(),
    }
}

/// What a person should know before relying on this server.
fn notes(metadata: &AuthorizationServerMetadata) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |applies: bool, text: &str| {
        if applies {
            notes.push(text.to_owned());
        }
    };
    note(
        metadata.issuer().url().scheme() == "http",
        "This server does not use HTTPS. That is allowed on this computer only.",
    );
    note(
        metadata.authorization_endpoint().is_none() || metadata.refuses_code(),
        "This server offers no sign-in through the browser.",
    );
    note(
        metadata.pkce() == PkceSupport::NotAnnounced,
        "PKCE is not announced. Sign-in goes on with S256 and state.",
    );
    note(
        metadata.pkce() == PkceSupport::Refused,
        "PKCE S256 is not listed. Sign-in is not possible.",
    );
    note(
        metadata.requires_pushed_requests(),
        "This server takes pushed authorization requests only, which Inchkeep does not send.",
    );
    note(
        metadata.registration_endpoint().is_none(),
        "Clients cannot be registered here. Create them in the portal and import them.",
    );
    note(
        metadata.revocation_endpoint().is_none(),
        "Tokens cannot be revoked here. Ending a session only removes the copy on this computer.",
    );
    note(
        metadata.jwks_uri().is_none(),
        "No signing keys are published. The signature of a token cannot be checked.",
    );
    note(
        metadata.grant_types_supported().is_some()
            && metadata.announces_grant("client_credentials").is_none(),
        "The grant client_credentials is not listed. It may work all the same.",
    );
    notes
}

fn texts(document: &Map<String, Value>, member: &str) -> Vec<String> {
    let list = document.get(member).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(changes: &Value) -> AuthorizationServerMetadata {
        let mut document = json!({
            "issuer": "https://as.example",
            "authorization_endpoint": "https://as.example/authorize",
            "token_endpoint": "https://as.example/token",
            "code_challenge_methods_supported": ["S256"],
        });
        for (member, value) in changes.as_object().expect("an object") {
            document[member] = value.clone();
        }
        let Value::Object(document) = document else {
            unreachable!()
        };
        let asked = issuer_of("https://as.example").expect("an issuer");
        AuthorizationServerMetadata::from_document(&asked, document).expect("metadata")
    }

    #[test]
    fn what_a_server_leaves_out_is_told() {
        let notes = notes(&metadata(&json!({})));
        assert!(notes.iter().any(|note| note.contains("cannot be revoked")));
        assert!(
            notes
                .iter()
                .any(|note| note.contains("cannot be registered"))
        );
        assert!(!notes.iter().any(|note| note.contains("PKCE")));
    }

    #[test]
    fn a_change_reads_as_a_sentence_with_both_values() {
        let before = metadata(&json!({}));
        let now = metadata(&json!({"token_endpoint": "https://as.example/v2/token"}));
        let changes = now.changes_from(&before);
        assert_eq!(
            change_words(&changes[0]),
            "token_endpoint is now https://as.example/v2/token. It was https://as.example/token."
        );
    }

    #[test]
    fn plain_http_is_for_this_computer_only() {
        assert!(issuer_of("http://127.0.0.1:8417").is_ok());
        let error = issuer_of("http://as.example").expect_err("not https");
        assert_eq!(error.code, ErrorCode::NotHttps);
    }
}
