//! Finding the metadata of an issuer (RFC 8414 §3).

use http::StatusCode;
use http::header::ACCEPT;
use serde_json::{Map, Value};
use url::Url;

use super::{AuthorizationServerMetadata, DiscoveryError};
use crate::answer::{self, Answer};
use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::issuer::Issuer;

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// Finds and checks the metadata of `issuer`.
///
/// The places, in order: RFC 8414 §3.1 (well-known part between host and path), then the two
/// `openid-configuration` places of §5. The next place is tried only when the one before says that
/// nothing is there (a 4xx status); anything else it says is final.
///
/// Errors: [`DiscoveryError`].
#[tracing::instrument(skip_all)]
pub async fn discover(
    http: &dyn HttpPort,
    issuer: &Issuer,
) -> Result<AuthorizationServerMetadata, DiscoveryError> {
    let tried = well_known_urls(issuer);
    let mut request_id = None;
    for url in &tried {
        let request = http::Request::get(url.as_str())
            .header(ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| HttpFailure::NotSent)?;
        let answer = answer::send(http, request, Purpose::Metadata).await?;
        request_id.clone_from(&answer.request_id);
        if let Some(document) = document_of(&answer)? {
            return AuthorizationServerMetadata::from_document(issuer, document)
                .map_err(|error| error.with_request_id(request_id));
        }
    }
    Err(DiscoveryError::NotFound { tried, request_id })
}

/// The document in an answer; `None` when the answer says that there is none at this place.
fn document_of(answer: &Answer) -> Result<Option<Map<String, Value>>, DiscoveryError> {
    let request_id = answer.request_id.clone();
    match answer.status {
        StatusCode::OK => answer
            .object()
            .map(Some)
            .map_err(|reason| DiscoveryError::NotJson { reason, request_id }),
        status if status.is_redirection() => Err(DiscoveryError::Redirected { request_id }),
        StatusCode::TOO_MANY_REQUESTS => Err(DiscoveryError::Status {
            status: 429,
            request_id,
        }),
        status if status.is_client_error() => Ok(None),
        status => Err(DiscoveryError::Status {
            status: status.as_u16(),
            request_id,
        }),
    }
}

/// The places where the metadata of an issuer may be, in the order in which they are tried.
pub fn well_known_urls(issuer: &Issuer) -> Vec<Url> {
    let path = issuer.url().path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut urls: Vec<Url> = Vec::with_capacity(3);
    for place in [
        format!("{OAUTH}{path}"),
        format!("{OPENID}{path}"),
        format!("{path}{OPENID}"),
    ] {
        let mut url = issuer.url().clone();
        url.set_path(&place);
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    urls
}
