//! The consent page and the form behind it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use http::header::{CONTENT_TYPE, HOST, LOCATION, ORIGIN};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use tower::ServiceExt as _;
use url::Url;

use crate::authorization_answer::redirect;
use crate::authorize::{Consent, error_page, issue_code};
use crate::error::SandboxError;
use crate::html::{escape, page};
use crate::metadata::SCOPES;
use crate::params::Params;
use crate::server::Decision;
use crate::state::{Shared, lock, make_secret};
use crate::store::Client;

/// Radio id, subject of the tokens, name, team. The first is chosen already.
const ACCOUNTS: [(&str, &str, &str, &str); 2] = [
    (
        "account-ada",
        "user-ada-lovelace",
        "Ada Lovelace",
        "Treasury",
    ),
    (
        "account-grace",
        "user-grace-hopper",
        "Grace Hopper",
        "Research",
    ),
];

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/oauth/consent", post(decided))
}

/// The page for a checked request, and the id under which it is to be kept.
pub(crate) fn show(shared: &Shared, client: &Client, consent: &Consent) -> (String, Response) {
    let id = make_secret("");
    let application = client.application_id.as_deref().and_then(|id| {
        shared
            .store
            .read(|records| records.application(id).cloned())
    });
    let application = application.map_or("none".to_owned(), |application| application.name);
    let scopes = consent
        .scope
        .split_whitespace()
        .map(|scope| {
            let words = SCOPES
                .iter()
                .find(|(name, _)| *name == scope)
                .map_or("", |(_, words)| words);
            format!("<li>{} <code>{}</code></li>", escape(words), escape(scope))
        })
        .collect::<Vec<_>>()
        .concat();
    let accounts = ACCOUNTS
        .iter()
        .enumerate()
        .map(|(index, (id, _, name, team))| {
            let checked = if index == 0 { " checked" } else { "" };
            format!(
                "<label class=\"choice\" for=\"{id}\"><input type=\"radio\" name=\"account\" \
                 id=\"{id}\" value=\"{id}\"{checked}><span>{name}<small>{team}</small></span></label>"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let main = format!(
        "<form class=\"card\" method=\"post\" action=\"/oauth/consent\">\
         <h1>Allow “{name}” to use the API for you?</h1>\
         <dl><dt>Application</dt><dd>{application}</dd>\
         <dt>Client ID</dt><dd class=\"mono\">{client_id}</dd>\
         <dt>Sends you back to</dt><dd class=\"mono\">{redirect_uri}</dd></dl>\
         <h2>It will be able to</h2><ul>{scopes}</ul>\
         <fieldset><legend>Account</legend>{accounts}</fieldset>\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\
         <input type=\"hidden\" name=\"consent\" value=\"{id}\">\
         <div class=\"row\"><button class=\"primary\" id=\"approve\" name=\"decision\" value=\"approve\">Approve</button>\
         <button id=\"decline\" name=\"decision\" value=\"decline\">Decline</button></div></form>\
         <p class=\"quiet\">This is a practice server: accounts and data are made up.</p>",
        name = escape(&client.name),
        application = escape(&application),
        client_id = escape(&client.id),
        redirect_uri = escape(&consent.back.redirect_uri),
        csrf = shared.csrf,
    );
    let targets = [form_target(&consent.back.redirect_uri)];
    let response = page(StatusCode::OK, "Approve access", &targets, &main);
    (id, response)
}

/// The origin of the redirect, or its scheme if it has no origin.
fn form_target(redirect_uri: &str) -> String {
    match Url::parse(redirect_uri) {
        Ok(url) if url.origin().is_tuple() => url.origin().ascii_serialization(),
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => String::new(),
    }
}

/// Whether a form came from our own pages. Programs without these headers are let through; they
/// still need the token that is in the page.
pub(crate) fn is_same_origin(shared: &Shared, headers: &HeaderMap) -> bool {
    let site = headers
        .get(SEC_FETCH_SITE)
        .map_or(b"same-origin".as_slice(), |own| own.as_bytes());
    let origin = headers
        .get(ORIGIN)
        .map_or(shared.issuer.as_bytes(), |own| own.as_bytes());
    site == b"same-origin" && origin == shared.issuer.as_bytes()
}

async fn decided(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Params::parse(&body);
    if !is_same_origin(&shared, &headers) || form.get("csrf") != Some(&shared.csrf) {
        return refused();
    }
    let waiting = form
        .get("consent")
        .and_then(|id| lock(&shared.consents).remove(id));
    let Some(consent) = waiting.filter(|consent| consent.expires_at > shared.now_seconds()) else {
        return error_page(
            "This request is finished",
            "It was answered already, or it waited too long. Start again from the app.",
        );
    };
    let back = consent.back.clone();
    if form.get("decision") != Some("approve") {
        let answer = [
            ("error", "access_denied"),
            ("error_description", "The person declined"),
        ];
        return redirect(&shared, &back, &answer, StatusCode::SEE_OTHER);
    }
    let Some((_, subject, ..)) = ACCOUNTS
        .iter()
        .find(|(id, ..)| Some(*id) == form.get("account"))
    else {
        return error_page(
            "No account chosen",
            "Start again from the app and choose an account.",
        );
    };
    let code = issue_code(&shared, consent, subject);
    redirect(&shared, &back, &[("code", &code)], StatusCode::SEE_OTHER)
}

/// The page for a form that did not come from one of ours.
pub(crate) fn refused() -> Response {
    let mut response = error_page(
        "This form is not ours",
        "It came from another site, or from a page that is older than this server.",
    );
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// The browser and the person, in this process: see [`crate::Sandbox::consent`].
pub(crate) async fn decide(
    router: &Router,
    shared: &Shared,
    link: &Url,
    decision: Decision,
) -> Result<Url, SandboxError> {
    let path = match link.query() {
        Some(query) => format!("{}?{query}", link.path()),
        None => link.path().to_owned(),
    };
    let shown = send(router, shared, Method::GET, &path, String::new()).await;
    if let Some(url) = location(&shown) {
        return Ok(url);
    }
    let status = shown.status().as_u16();
    let html = to_bytes(shown.into_body(), 1 << 20)
        .await
        .unwrap_or_default();
    let html = String::from_utf8_lossy(&html);
    let hidden = |name: &str| {
        let rest = html.split_once(&format!("name=\"{name}\" value=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let (Some(csrf), Some(consent)) = (hidden("csrf"), hidden("consent")) else {
        return Err(SandboxError::NoConsent { status });
    };
    let (decision, account) = match decision {
        Decision::Approve => ("approve", ACCOUNTS[0].0.to_owned()),
        Decision::ApproveAs(account) => ("approve", account),
        Decision::Decline => ("decline", ACCOUNTS[0].0.to_owned()),
    };
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", &csrf)
        .append_pair("consent", &consent)
        .append_pair("account", &account)
        .append_pair("decision", decision)
        .finish();
    let answer = send(router, shared, Method::POST, "/oauth/consent", form).await;
    location(&answer).ok_or(SandboxError::NoConsent {
        status: answer.status().as_u16(),
    })
}

async fn send(
    router: &Router,
    shared: &Shared,
    method: Method,
    path: &str,
    form: String,
) -> Response {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, &shared.host)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap_or_default();
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn location(response: &Response) -> Option<Url> {
    Url::parse(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}
