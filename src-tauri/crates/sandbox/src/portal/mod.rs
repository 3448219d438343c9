//! A small imitation of the portal: applications, API keys, OAuth clients, portal access tokens.
//! Secrets are in the answer to the form that made them, and nowhere afterwards.

mod pages;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};

use crate::consent::{is_same_origin, refused};
use crate::error::SandboxError;
use crate::issue::{add_application, issue_api_key, issue_portal_token};
use crate::metadata::every_scope;
use crate::params::Params;
use crate::registration::{Wanted, add_client, check_redirect_uri};
use crate::state::Shared;
use pages::{Shown, application_page, created_page, overview_page, problem_page};

const LONGEST_NAME: usize = 80;
/// What the key without every right may do.
const LIMITED_SCOPE: &str = "swap:read token:read price:read";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/portal") }))
        .route("/portal", get(overview))
        .route("/portal/tokens", post(create_token))
        .route("/portal/applications", post(create_application))
        .route("/portal/applications/{id}", get(application))
        .route("/portal/applications/{id}/keys", post(create_key))
        .route(
            "/portal/applications/{id}/keys/{key}/delete",
            post(delete_key),
        )
        .route("/portal/applications/{id}/clients", post(create_client))
        .route(
            "/portal/applications/{id}/clients/{client}/delete",
            post(delete_client),
        )
}

async fn overview(State(shared): State<Arc<Shared>>) -> Response {
    overview_page(&shared)
}

async fn application(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    application_page(&shared, &id).unwrap_or_else(unknown_application)
}

fn unknown_application() -> Response {
    problem_page(StatusCode::NOT_FOUND, "No such application", "/portal")
}

/// The fields, if the form is one of ours.
fn checked(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Option<Params> {
    let form = Params::parse(body);
    (is_same_origin(shared, headers) && form.get("csrf") == Some(&shared.csrf)).then_some(form)
}

fn failed(error: &SandboxError) -> Response {
    if matches!(error, SandboxError::UnknownApplication) {
        return unknown_application();
    }
    tracing::error!(%error, "the sandbox could not keep its records");
    problem_page(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The data folder could not be written",
        "/portal",
    )
}

fn name(form: &Params) -> Option<String> {
    let name = form.get("name")?.trim();
    (!name.is_empty() && name.chars().count() <= LONGEST_NAME).then(|| name.to_owned())
}

fn name_wanted(back: &str) -> Response {
    problem_page(
        StatusCode::BAD_REQUEST,
        "Enter a name of at most 80 characters",
        back,
    )
}

async fn create_token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if checked(&shared, &headers, &body).is_none() {
        return refused();
    }
    match issue_portal_token(&shared) {
        Ok(token) => created_page(
            "Portal access token",
            "It lets a program register OAuth clients for 8 hours.",
            &[Shown {
                id: "portal-token",
                label: "Portal access token",
                value: &token,
            }],
            "/portal",
        ),
        Err(error) => failed(&error),
    }
}

async fn create_application(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(form) = checked(&shared, &headers, &body) else {
        return refused();
    };
    let Some(name) = name(&form) else {
        return name_wanted("/portal");
    };
    match add_application(&shared, &name) {
        Ok(id) => Redirect::to(&format!("/portal/applications/{id}")).into_response(),
        Err(error) => failed(&error),
    }
}

async fn create_key(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(form) = checked(&shared, &headers, &body) else {
        return refused();
    };
    let back = format!("/portal/applications/{id}");
    let Some(name) = name(&form) else {
        return name_wanted(&back);
    };
    let scope = (form.get("rights") == Some("limited")).then(|| LIMITED_SCOPE.to_owned());
    match issue_api_key(&shared, &id, &name, scope) {
        Ok(key) => created_page(
            "API key created",
            "Send it as Authorization: Bearer, or as ?apiKey=.",
            &[Shown {
                id: "api-key",
                label: "API key",
                value: &key,
            }],
            &back,
        ),
        Err(error) => failed(&error),
    }
}

async fn delete_key(
    State(shared): State<Arc<Shared>>,
    Path((id, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if checked(&shared, &headers, &body).is_none() {
        return refused();
    }
    let outcome = shared.store.change(shared.now_seconds(), |records| {
        records
            .api_keys
            .retain(|own| own.id != key || own.application_id != id);
    });
    match outcome {
        Ok(()) => Redirect::to(&format!("/portal/applications/{id}")).into_response(),
        Err(error) => failed(&error),
    }
}

async fn create_client(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(form) = checked(&shared, &headers, &body) else {
        return refused();
    };
    let back = format!("/portal/applications/{id}");
    if shared
        .store
        .read(|records| records.application(&id).is_none())
    {
        return unknown_application();
    }
    let Some(name) = name(&form) else {
        return name_wanted(&back);
    };
    let with_user = form.get("grant") == Some("authorization_code");
    let redirect_uris: Vec<String> = form
        .get("redirect_uris")
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    if with_user && redirect_uris.is_empty() {
        return problem_page(
            StatusCode::BAD_REQUEST,
            "Enter at least one redirect URI",
            &back,
        );
    }
    if let Some(Err(why)) = redirect_uris
        .iter()
        .map(|uri| check_redirect_uri(uri))
        .find(Result::is_err)
    {
        return problem_page(StatusCode::BAD_REQUEST, why, &back);
    }
    let grants: &[&str] = if with_user {
        &["authorization_code", "refresh_token"]
    } else {
        &["client_credentials"]
    };
    let wanted = Wanted {
        name,
        redirect_uris,
        grant_types: grants.iter().map(|grant| (*grant).to_owned()).collect(),
        auth_method: "client_secret_post".into(),
        auth_method_asked: true,
        application_id: Some(id),
        scope: every_scope(),
    };
    match add_client(&shared, wanted) {
        Ok((client, secret)) => created_page(
            "OAuth client created",
            "The client authenticates with client_secret_post.",
            &[
                Shown {
                    id: "client-id",
                    label: "Client ID",
                    value: &client.id,
                },
                Shown {
                    id: "client-secret",
                    label: "Client secret",
                    value: secret.as_deref().unwrap_or_default(),
                },
            ],
            &back,
        ),
        Err(error) => failed(&error),
    }
}

async fn delete_client(
    State(shared): State<Arc<Shared>>,
    Path((id, client)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if checked(&shared, &headers, &body).is_none() {
        return refused();
    }
    let outcome = shared.store.change(shared.now_seconds(), |records| {
        let own = records
            .clients
            .get(&client)
            .and_then(|own| own.application_id.as_ref());
        if own == Some(&id) {
            records.clients.remove(&client);
            records
                .families
                .retain(|_, family| family.client_id != client);
        }
    });
    match outcome {
        Ok(()) => Redirect::to(&format!("/portal/applications/{id}")).into_response(),
        Err(error) => failed(&error),
    }
}
