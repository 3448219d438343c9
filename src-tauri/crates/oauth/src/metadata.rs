//! Authorization server metadata (RFC 8414): found, checked, comparable.

mod discovery;
mod error;

use serde_json::{Map, Value};
use url::{Origin, Url};

pub use discovery::{discover, well_known_urls};
pub use error::{DiscoveryError, MemberFault};

use crate::client::ClientAuthMethod;
use crate::issuer::{self, Issuer, LoopbackHttp};
use crate::json;
use crate::text;

/// The members that hold an address, and whether a document without it is useless.
const ENDPOINTS: [(&str, bool); 7] = [
    ("authorization_endpoint", false),
    ("token_endpoint", true),
    ("registration_endpoint", false),
    ("jwks_uri", false),
    ("revocation_endpoint", false),
    ("introspection_endpoint", false),
    ("pushed_authorization_request_endpoint", false),
];

/// A checked metadata document. Every endpoint in it is absolute and https (http only on loopback
/// under an issuer that was allowed it), without fragment and user information.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorizationServerMetadata {
    issuer: Issuer,
    authorization_endpoint: Option<Url>,
    token_endpoint: Url,
    registration_endpoint: Option<Url>,
    jwks_uri: Option<Url>,
    revocation_endpoint: Option<Url>,
    introspection_endpoint: Option<Url>,
    pushed_authorization_request_endpoint: Option<Url>,
    scopes_supported: Option<Vec<String>>,
    response_types_supported: Option<Vec<String>>,
    grant_types_supported: Option<Vec<String>>,
    auth_methods_supported: Option<Vec<String>>,
    pkce: PkceSupport,
    names_issuer_in_answers: bool,
    requires_pushed_requests: bool,
    document: Map<String, Value>,
}

/// What the server says about PKCE with S256 (`code_challenge_methods_supported`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PkceSupport {
    /// S256 is in the list.
    Announced,
    /// There is no list: sign-in goes on with S256 and state, and says so.
    NotAnnounced,
    /// There is a list without S256: sign-in is refused.
    Refused,
}

/// An endpoint on another origin than the issuer's: to be confirmed once, then pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignEndpoint {
    /// The metadata member, for example `token_endpoint`.
    pub member: &'static str,
    /// Its address.
    pub url: Url,
}

/// A pinned value that a newer document changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedChange {
    /// The metadata member.
    pub member: &'static str,
    /// What was pinned; `None` when it was absent.
    pub pinned: Option<String>,
    /// What the server says now; `None` when it is gone.
    pub now: Option<String>,
}

impl AuthorizationServerMetadata {
    /// Checks a document against the issuer it was asked from. This is also the way back from a
    /// stored document: it passes the same rules again.
    ///
    /// Errors: [`DiscoveryError::IssuerMismatch`], `Missing`, `Invalid`.
    pub fn from_document(
        asked: &Issuer,
        document: Map<String, Value>,
    ) -> Result<Self, DiscoveryError> {
        let issuer = checked_issuer(asked, &document)?;
        let rule = asked.loopback_http();
        let endpoint = |member| endpoint(&document, member, rule);
        let list = |member| {
            json::texts(&document, member).map_err(|()| invalid(member, MemberFault::Type))
        };
        let flag = |member| match document.get(member) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(invalid(member, MemberFault::Type)),
        };
        let pkce = match list("code_challenge_methods_supported")? {
            None => PkceSupport::NotAnnounced,
            Some(methods) if methods.iter().any(|method| method == "S256") => {
                PkceSupport::Announced
            }
            Some(_) => PkceSupport::Refused,
        };
        Ok(Self {
            issuer,
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?.ok_or(DiscoveryError::Missing {
                member: "token_endpoint",
                request_id: None,
            })?,
            registration_endpoint: endpoint("registration_endpoint")?,
            jwks_uri: endpoint("jwks_uri")?,
            revocation_endpoint: endpoint("revocation_endpoint")?,
            introspection_endpoint: endpoint("introspection_endpoint")?,
            pushed_authorization_request_endpoint: endpoint(
                "pushed_authorization_request_endpoint",
            )?,
            scopes_supported: list("scopes_supported")?,
            // Required by RFC 8414 §2, but left out in practice: absence is not held against it.
            response_types_supported: list("response_types_supported")?,
            grant_types_supported: list("grant_types_supported")?,
            auth_methods_supported: list("token_endpoint_auth_methods_supported")?,
            pkce,
            names_issuer_in_answers: flag("authorization_response_iss_parameter_supported")?,
            requires_pushed_requests: flag("require_pushed_authorization_requests")?,
            document,
        })
    }

    /// The issuer in its published spelling. Pin this one.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Where the browser is sent; `None` at a server without user sign-in.
    pub fn authorization_endpoint(&self) -> Option<&Url> {
        self.authorization_endpoint.as_ref()
    }

    /// The token endpoint.
    pub fn token_endpoint(&self) -> &Url {
        &self.token_endpoint
    }

    /// Where clients are registered, if the server offers it.
    pub fn registration_endpoint(&self) -> Option<&Url> {
        self.registration_endpoint.as_ref()
    }

    /// The key set, if tokens can be checked.
    pub fn jwks_uri(&self) -> Option<&Url> {
        self.jwks_uri.as_ref()
    }

    /// The revocation endpoint; `None` means that signing out removes only the local copy.
    pub fn revocation_endpoint(&self) -> Option<&Url> {
        self.revocation_endpoint.as_ref()
    }

    /// The introspection endpoint, for resource servers.
    pub fn introspection_endpoint(&self) -> Option<&Url> {
        self.introspection_endpoint.as_ref()
    }

    /// `scopes_supported`, cleaned; `None` when not announced.
    pub fn scopes_supported(&self) -> Option<&[String]> {
        self.scopes_supported.as_deref()
    }

    /// Whether the response type `code` is ruled out: there is a list, and it is not in it.
    pub fn refuses_code(&self) -> bool {
        self.response_types_supported
            .as_ref()
            .is_some_and(|types| !types.iter().any(|name| name == "code"))
    }

    /// Whether a grant is announced. `None` when the server lists no grants, or lists grants without
    /// this one: absence is no proof (one engine lists grants elsewhere), so warn and try.
    pub fn announces_grant(&self, grant_type: &str) -> Option<bool> {
        let grants = self.grant_types_supported.as_ref()?;
        grants
            .iter()
            .any(|grant| grant == grant_type)
            .then_some(true)
    }

    /// `grant_types_supported` as published.
    pub fn grant_types_supported(&self) -> Option<&[String]> {
        self.grant_types_supported.as_deref()
    }

    /// `token_endpoint_auth_methods_supported` as published; `None` means the default of
    /// RFC 8414 §2, `client_secret_basic`.
    pub fn auth_methods_supported(&self) -> Option<&[String]> {
        self.auth_methods_supported.as_deref()
    }

    /// Whether S256 is announced.
    pub fn pkce(&self) -> PkceSupport {
        self.pkce
    }

    /// Whether every authorization answer must carry `iss` (RFC 9207 §3).
    pub fn names_issuer_in_answers(&self) -> bool {
        self.names_issuer_in_answers
    }

    /// Whether the server takes pushed authorization requests only (RFC 9126 §5).
    pub fn requires_pushed_requests(&self) -> bool {
        self.requires_pushed_requests
    }

    /// The document as published, for storing and for showing. It holds no secret.
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    /// The authentication method to ask for at registration: `client_secret_post` when the server
    /// lists it or lists nothing, else `client_secret_basic`, else `none`; `None` when the server
    /// lists only methods that this crate cannot do.
    pub fn preferred_auth_method(&self) -> Option<ClientAuthMethod> {
        let Some(methods) = &self.auth_methods_supported else {
            return Some(ClientAuthMethod::Post);
        };
        [
            ClientAuthMethod::Post,
            ClientAuthMethod::Basic,
            ClientAuthMethod::None,
        ]
        .into_iter()
        .find(|method| methods.iter().any(|name| name == method.as_str()))
    }

    /// Endpoints on another origin than the issuer's. Ask once before using any of them.
    pub fn foreign_endpoints(&self) -> Vec<ForeignEndpoint> {
        let home = self.issuer.url().origin();
        self.endpoints()
            .filter(|(_, url)| url.origin() != home)
            .map(|(member, url)| ForeignEndpoint {
                member,
                url: url.clone(),
            })
            .collect()
    }

    /// What this document changes against a pinned one: issuer, endpoints, PKCE, `iss` and
    /// authentication methods. Empty when nothing that matters for safety moved.
    pub fn changes_from(&self, pinned: &Self) -> Vec<PinnedChange> {
        self.pins()
            .into_iter()
            .zip(pinned.pins())
            .filter(|((_, now), (_, before))| now != before)
            .map(|((member, now), (_, pinned))| PinnedChange {
                member,
                pinned,
                now,
            })
            .collect()
    }

    fn endpoints(&self) -> impl Iterator<Item = (&'static str, &Url)> {
        let urls = [
            self.authorization_endpoint.as_ref(),
            Some(&self.token_endpoint),
            self.registration_endpoint.as_ref(),
            self.jwks_uri.as_ref(),
            self.revocation_endpoint.as_ref(),
            self.introspection_endpoint.as_ref(),
            self.pushed_authorization_request_endpoint.as_ref(),
        ];
        ENDPOINTS
            .iter()
            .zip(urls)
            .filter_map(|((member, _), url)| url.map(|url| (*member, url)))
    }

    fn pins(&self) -> Vec<(&'static str, Option<String>)> {
        let found: Vec<_> = self.endpoints().collect();
        let mut pins = vec![("issuer", Some(self.issuer.as_str().to_owned()))];
        for (member, _) in ENDPOINTS {
            let url = found.iter().find(|(name, _)| *name == member);
            pins.push((member, url.map(|(_, url)| url.to_string())));
        }
        let methods = self
            .auth_methods_supported
            .as_ref()
            .map(|methods| methods.join(" "));
        pins.push(("token_endpoint_auth_methods_supported", methods));
        pins.push((
            "code_challenge_methods_supported",
            Some(format!("{:?}", self.pkce)),
        ));
        let names_issuer = self.names_issuer_in_answers.to_string();
        pins.push((
            "authorization_response_iss_parameter_supported",
            Some(names_issuer),
        ));
        pins
    }
}

/// Whether two addresses have the same scheme, host and port.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    matches!(one.origin(), Origin::Tuple(..)) && one.origin() == other.origin()
}

fn checked_issuer(asked: &Issuer, document: &Map<String, Value>) -> Result<Issuer, DiscoveryError> {
    let named = json::text(document, "issuer")
        .map_err(|()| invalid("issuer", MemberFault::Type))?
        .ok_or(DiscoveryError::Missing {
            member: "issuer",
            request_id: None,
        })?;
    if !asked.is_named_by(named) {
        return Err(DiscoveryError::IssuerMismatch {
            expected: asked.as_str().to_owned(),
            named: text::clean(named),
            request_id: None,
        });
    }
    Issuer::parse(named, asked.loopback_http())
        .map_err(|_| invalid("issuer", MemberFault::NotAbsolute))
}

fn endpoint(
    document: &Map<String, Value>,
    member: &'static str,
    rule: LoopbackHttp,
) -> Result<Option<Url>, DiscoveryError> {
    let Some(value) =
        json::text(document, member).map_err(|()| invalid(member, MemberFault::Type))?
    else {
        return Ok(None);
    };
    endpoint_url(value, rule)
        .map(Some)
        .map_err(|reason| invalid(member, reason))
}

/// The rule for every address that a server names.
pub(crate) fn endpoint_url(value: &str, rule: LoopbackHttp) -> Result<Url, MemberFault> {
    let url = issuer::strict_url(value).ok_or(MemberFault::NotAbsolute)?;
    let plain =
        rule == LoopbackHttp::Allowed && url.scheme() == "http" && issuer::is_loopback(&url);
    if url.scheme() != "https" && !plain {
        return Err(MemberFault::NotHttps);
    }
    if url.fragment().is_some() {
        return Err(MemberFault::Fragment);
    }
    // The parser drops an empty user name ("https://@host"), so the text is looked at as well.
    let authority = value
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split(['/', '?']).next());
    if issuer::has_user_info(&url) || authority.is_some_and(|text| text.contains('@')) {
        return Err(MemberFault::UserInfo);
    }
    Ok(url)
}

fn invalid(member: &'static str, reason: MemberFault) -> DiscoveryError {
    DiscoveryError::Invalid {
        member,
        reason,
        request_id: None,
    }
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
