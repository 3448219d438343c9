//! `/oauth/authorize`: checks the request and shows the consent page.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use url::Url;

use crate::authorization_answer::{Back, redirect};
use crate::consent;
use crate::counters::AuthorizationRecord;
use crate::faults::{Fault, Place};
use crate::html::{escape, page};
use crate::metadata::is_within;
use crate::misbehave::faulty;
use crate::params::Params;
use crate::registration::is_loopback;
use crate::state::{Shared, lock, make_secret};
use crate::store::Client;

/// How long a consent page may stay open.
const CONSENT_LIFE_SECONDS: i64 = 15 * 60;
/// So many consent pages may wait; the oldest goes first.
const MOST_CONSENTS: usize = 500;

/// An authorization code that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) challenge: String,
    pub(crate) subject: String,
    pub(crate) expires_at_ms: i64,
    /// The family that the code was exchanged for.
    pub(crate) spent_for: Option<String>,
}

/// A checked request that waits for a person.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) challenge: String,
    pub(crate) back: Back,
    pub(crate) expires_at: i64,
}

/// `GET /oauth/authorize`
pub(crate) async fn authorize(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    shared.tally.count(|counters| {
        counters.last_authorization = Some(AuthorizationRecord {
            client_id: params.owned("client_id"),
            redirect_uri: params.owned("redirect_uri"),
            response_type: params.owned("response_type"),
            scope: params.owned("scope"),
            code_challenge_method: params.owned("code_challenge_method"),
            prompt: params.owned("prompt"),
            resource: params.owned("resource"),
            has_state: params.get("state").is_some(),
            has_code_challenge: params.get("code_challenge").is_some(),
        });
    });
    faulty(&shared, Place::Authorization, async {
        ask(&shared, &params)
    })
    .await
}

fn ask(shared: &Shared, params: &Params) -> Response {
    let client = params.get("client_id").and_then(|id| {
        shared
            .store
            .read(|records| records.clients.get(id).cloned())
    });
    let Some(client) = client else {
        return error_page(
            "Unknown client",
            "No OAuth client with this id is registered here.",
        );
    };
    let exact = shared.faults.rule(Place::Authorization, &Fault::ExactPort);
    let redirect_uri = params.get("redirect_uri").unwrap_or_default();
    if !client
        .redirect_uris
        .iter()
        .any(|own| redirect_matches(own, redirect_uri, exact))
    {
        let sent = if redirect_uri.is_empty() {
            "(none)"
        } else {
            redirect_uri
        };
        return error_page(
            "Redirect address not registered",
            &format!(
                "The client \"{}\" asked to be sent back to {sent}, which is not one of its registered redirect URIs.",
                client.name
            ),
        );
    }
    let back = Back {
        redirect_uri: redirect_uri.to_owned(),
        state: params.owned("state"),
    };
    match check(&client, params) {
        Err((error, description)) => {
            let answer = [("error", error), ("error_description", description)];
            redirect(shared, &back, &answer, StatusCode::FOUND)
        }
        Ok((scope, challenge)) => {
            let consent = Consent {
                client_id: client.id.clone(),
                scope,
                challenge,
                back,
                expires_at: shared.now_seconds() + CONSENT_LIFE_SECONDS,
            };
            shared.tally.count(|counters| counters.consents += 1);
            let shown = consent::show(shared, &client, &consent);
            let (id, response) = shown;
            keep(shared, id, consent);
            response
        }
    }
}

/// The scope and the code challenge, or the error code and its words.
fn check(
    client: &Client,
    params: &Params,
) -> Result<(String, String), (&'static str, &'static str)> {
    if params.check_none_twice().is_err() {
        return Err(("invalid_request", "A parameter is there twice"));
    }
    if !client.may_use("authorization_code") {
        return Err((
            "unauthorized_client",
            "The client is not registered for this grant",
        ));
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => {
            return Err((
                "unsupported_response_type",
                "The only response type is code",
            ));
        }
        None => return Err(("invalid_request", "response_type is missing")),
    }
    if params.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    let challenge = params.get("code_challenge").unwrap_or_default();
    let base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if challenge.len() != 43 || !challenge.chars().all(base64url) {
        return Err((
            "invalid_request",
            "code_challenge must be the base64url of a SHA-256",
        ));
    }
    let scope = params.get("scope").unwrap_or(&client.scope);
    if !is_within(scope, &client.scope) {
        return Err((
            "invalid_scope",
            "The client is not registered for this scope",
        ));
    }
    if params
        .get("prompt")
        .is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"))
    {
        return Err(("login_required", "A person has to approve"));
    }
    Ok((scope.to_owned(), challenge.to_owned()))
}

fn keep(shared: &Shared, id: String, consent: Consent) {
    let now = shared.now_seconds();
    let mut consents = lock(&shared.consents);
    consents.retain(|_, waiting| waiting.expires_at > now);
    if consents.len() >= MOST_CONSENTS {
        let oldest = consents
            .iter()
            .min_by_key(|(_, waiting)| waiting.expires_at);
        if let Some(id) = oldest.map(|(id, _)| id.clone()) {
            consents.remove(&id);
        }
    }
    consents.insert(id, consent);
}

/// Simple string comparison, but for the port of a loopback address (RFC 8252 §7.3).
fn redirect_matches(registered: &str, asked: &str, exact_port: bool) -> bool {
    if registered == asked {
        return true;
    }
    if exact_port {
        return false;
    }
    let (Ok(mut registered), Ok(mut asked)) = (Url::parse(registered), Url::parse(asked)) else {
        return false;
    };
    // `localhost` is a name, not a loopback literal: its port counts.
    let literal = |url: &Url| url.scheme() == "http" && is_loopback(url) && url.domain().is_none();
    literal(&registered)
        && literal(&asked)
        && registered.set_port(None).is_ok()
        && asked.set_port(None).is_ok()
        && registered == asked
}

/// What a person sees when there is nowhere to send the browser.
pub(crate) fn error_page(title: &str, words: &str) -> Response {
    let main = format!(
        "<section class=\"card\"><h1>{}</h1><p>{}</p>\
         <p class=\"quiet\">Nothing was approved. You can close this tab and go back to the app.</p></section>",
        escape(title),
        escape(words)
    );
    page(StatusCode::BAD_REQUEST, title, &[], &main)
}

/// Makes a code for an approved request and keeps its hash.
pub(crate) fn issue_code(shared: &Shared, consent: Consent, subject: &str) -> String {
    let plain = make_secret("sbx_code_");
    let now = shared.now_ms();
    let code = Code {
        client_id: consent.client_id,
        redirect_uri: consent.back.redirect_uri,
        scope: consent.scope,
        challenge: consent.challenge,
        subject: subject.to_owned(),
        expires_at_ms: now + crate::state::milliseconds(shared.options.code_life),
        spent_for: None,
    };
    let mut codes = lock(&shared.codes);
    // A spent code is remembered for a while, so that a second use is noticed.
    codes.retain(|_, code| code.expires_at_ms + 10 * 60 * 1000 > now);
    codes.insert(crate::store::Hashed::of(&plain), code);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_counts_everywhere_but_on_a_loopback_literal() {
        let matches = |own: &str, asked: &str| redirect_matches(own, asked, false);
        assert!(matches(
            "http://127.0.0.1/callback",
            "http://127.0.0.1:43117/callback"
        ));
        assert!(matches(
            "http://127.0.0.1:1/callback",
            "http://127.0.0.1:43117/callback"
        ));
        assert!(matches("http://[::1]:1/c", "http://[::1]:2/c"));
        assert!(!matches(
            "http://127.0.0.1/callback",
            "http://127.0.0.1:43117/other"
        ));
        assert!(!matches(
            "http://127.0.0.1/callback",
            "http://127.0.0.1:43117/callback?x=1"
        ));
        assert!(!matches("http://localhost:1/c", "http://localhost:2/c"));
        assert!(!matches("https://myapp.com/c", "https://myapp.com:8443/c"));
        assert!(!redirect_matches(
            "http://127.0.0.1/c",
            "http://127.0.0.1:2/c",
            true
        ));
    }
}
